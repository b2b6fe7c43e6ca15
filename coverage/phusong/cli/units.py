"""`phusong units`: the communes of every day – imported, shown, matched by name, and carried from one day to another."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from phusong.errors import FilingError

if TYPE_CHECKING:
    import pandas as pd

app = typer.Typer(help="Communes through time: a code needs a date.", no_args_is_help=True)

Folder = Annotated[Path | None, typer.Option("--units", help="Folder of the units; else the usual one.", metavar="DIR")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault.")]
_DATED = "FILE@DATE"
_SHOWN = 20


@app.command("import")
def import_(
    lists: Annotated[
        list[str], typer.Argument(help="Lists of communes and the day of which each speaks.", metavar=f"{_DATED}...")
    ],
    succession: Annotated[
        list[str] | None,
        typer.Option(help="Moves from old to new communes, and the first day of the new.", metavar=_DATED),
    ] = None,
    people: Annotated[
        str | None, typer.Option(help="People of old communes, by name, and the day of these names.", metavar=_DATED)
    ] = None,
    units: Folder = None,
    debug: Debug = False,
) -> None:
    """Import official lists: communes of each day, what became of the old ones, and their people."""
    del debug
    from phusong.intake.unit_lists import history_of, place_people
    from phusong.layers import administration

    by_day: dict[dt.date, list[Path]] = {}
    for text in lists:
        file, day = _dated(text)
        by_day.setdefault(day, []).append(file)
    history = history_of(by_day, {day: file for file, day in map(_dated, succession or [])})
    placed = None
    if people:
        file, day = _dated(people)
        placed = place_people(file, history, day)
    target = _folder(units)
    administration.write(history, placed, target)
    days = sorted({*by_day, *(day - dt.timedelta(days=1) for day in _days(history.succession))})
    for day in days:
        own = history.units_on(day)
        kinds = ", ".join(f"{count} {kind}" for kind, count in own.type.value_counts().items())
        typer.echo(f"{day}: {len(own)} communes ({kinds})")
    doubtful = history.succession[history.succession.doubtful != ""]
    typer.echo(
        f"{len(history.succession)} moves, {len(doubtful)} doubtful; {len(history.reused)} codes were of other ground before"
    )
    for move in doubtful.itertuples():
        typer.echo(f"  doubtful: {move.old_code} -> {move.new_code}: {move.doubtful}")
    if placed is not None:
        _tell_people(placed)
    typer.echo(f"Wrote {target}")


@app.command()
def show(
    code: Annotated[str, typer.Argument(help="Code of a commune.")],
    on: Annotated[str | None, typer.Option(help="Day, such as 2026-09-30.", metavar="DATE")] = None,
    units: Folder = None,
    debug: Debug = False,
) -> None:
    """Say which commune bears a code on a day, where it came from, and what became of it."""
    del debug
    from phusong.administration import AmbiguousCodeError
    from phusong.layers import administration

    history = administration.read(_folder(units))
    try:
        unit = history.unit(code, _day(on, "--on") if on else None)
    except AmbiguousCodeError as fault:
        raise FilingError(f"{fault}; add --on DATE") from None
    except KeyError:
        raise FilingError(f"no commune bears the code {code}{f' on {on}' if on else ''}") from None
    typer.echo(f"{unit['code']} {unit['name']}, {unit.province_name}")
    names = history.units.drop_duplicates("code", keep="first").set_index("code")["name"]
    before = (
        history.units_on(_days(history.succession)[0] - dt.timedelta(days=1)).set_index("code")["name"]
        if len(history.succession)
        else names
    )
    if str(unit.valid_to) != "NaT":
        typer.echo(
            "became "
            + ", ".join(f"{new} {history.unit(new, dt.date.max)['name']}" for new in history.successors.get(code, ()))
        )
    else:
        typer.echo(
            "made of "
            + ", ".join(f"{old} {before.get(old, '')}" for old in history.predecessors.get(code, ("nothing known",)))
        )


@app.command()
def match(
    file: Annotated[Path, typer.Argument(help="Table with names of communes and their provinces.", metavar="FILE")],
    out: Annotated[Path, typer.Option(help="CSV file to write.", metavar="FILE")],
    on: Annotated[str, typer.Option(help="Day of the communes that are meant.", metavar="DATE")],
    units: Folder = None,
    debug: Debug = False,
) -> None:
    """Join a table's commune names to codes, in stages from the strictest; what is not sure stays without a code."""
    del debug
    from phusong.administration.join import join
    from phusong.intake.unit_lists import read_names
    from phusong.layers import administration

    history = administration.read(_folder(units))
    table = read_names(file)
    joined = join(table, history.units_on(_day(on, "--on")))
    joined.drop(columns=["province_key"], errors="ignore").to_csv(out, index=False, encoding="utf-8-sig")
    for stage, count in joined.stage.replace("", "not joined").value_counts().items():
        typer.echo(f"{stage:<16}{count:>6}")
    for row in joined[joined.stage == ""].head(_SHOWN).itertuples():
        typer.echo(f"  not joined: {row.name_}, {row.province_name}: {row.candidates or 'no such name'}")
    typer.echo(
        f"{len(joined)} names = {int((joined.stage != '').sum())} joined + {int((joined.stage == '').sum())} not joined. Wrote {out}"
    )


@app.command()
def crosswalk(
    start: Annotated[str, typer.Option("--from", help="Day of the old communes.", metavar="DATE")],
    end: Annotated[str, typer.Option("--to", help="Day of the new ones.", metavar="DATE")],
    out: Annotated[Path, typer.Option(help="CSV file to write.", metavar="FILE")],
    table: Annotated[
        Path | None,
        typer.Option(help="CSV with a code and a value to carry over; else the imported people.", metavar="FILE"),
    ] = None,
    code: Annotated[str, typer.Option(help="Column of the codes.")] = "code",
    value: Annotated[str, typer.Option(help="Column of the values.")] = "people",
    weights: Annotated[bool, typer.Option("--weights", help="Write the weights themselves.")] = False,
    units: Folder = None,
    debug: Debug = False,
) -> None:
    """Carry values, such as people, from the communes of one day to those of another; nothing is lost."""
    del debug
    from phusong.administration.crosswalk import crosswalk as walk
    from phusong.administration.crosswalk import express
    from phusong.layers import administration

    folder = _folder(units)
    history = administration.read(folder)
    people = administration.read_people(folder) if (folder / administration.PEOPLE).is_file() else None
    known = None if people is None else people[people.code.notna()].groupby("code").people.sum()
    found = walk(history, _day(start, "--from"), _day(end, "--to"), known)
    if weights:
        found.to_csv(out, index=False)
        for method, count in found.method.value_counts().items():
            typer.echo(f"{method:<36}{count:>6}")
        typer.echo(f"{len(found)} weights of {found.old_code.nunique()} communes. Wrote {out}")
        return
    values = _values(table, code, value) if table else _people(people)
    carried = express(values, found)
    carried.values.to_csv(out, index=False)
    lost = carried.missing.value.sum()
    typer.echo(f"placed {carried.placed:,.0f} + unplaced {lost:,.0f} = {carried.placed + lost:,.0f}. Wrote {out}")


def _people(people: pd.DataFrame | None) -> pd.Series:
    if people is None:
        raise FilingError("no people were imported and no --table is given: there is nothing to carry over")
    return people.assign(code=people.code.fillna("not placed")).groupby("code").people.sum()


def _values(table: Path, code: str, value: str) -> pd.Series:
    import pandas as pd

    frame = pd.read_csv(table, dtype={code: str})
    missing = [name for name in (code, value) if name not in frame]
    if missing:
        raise FilingError(
            f"{table.name} has no column {', '.join(missing)}; it has {', '.join(map(str, frame.columns))}"
        )
    return frame.groupby(code)[value].sum()


def _tell_people(placed: pd.DataFrame) -> None:
    found, lost = placed[placed.code.notna()], placed[placed.code.isna()]
    for stage, rows in found.groupby("stage", sort=False):
        typer.echo(f"  {stage:<20}{len(rows):>6} wards{rows.people.sum():>14,.0f} people")
    for reason, rows in lost.groupby("reason", sort=False):
        typer.echo(f"  not placed{len(rows):>16} wards{rows.people.sum():>14,.0f} people: {reason}")
    typer.echo(
        f"people: placed {found.people.sum():,.0f} + unplaced {lost.people.sum():,.0f} = {placed.people.sum():,.0f}"
    )


def _dated(text: str) -> tuple[Path, dt.date]:
    file, sign, day = text.rpartition("@")
    if not sign:
        raise FilingError(f"{text}: expected {_DATED}, such as communes.parquet@2026-04-30")
    return Path(file), _day(day, text)


def _day(text: str, place: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise FilingError(f"{place}: {text} is no day; expected such as 2026-09-30") from None


def _days(succession: pd.DataFrame) -> list[dt.date]:
    return sorted({day.date() for day in succession.date})


def _folder(given: Path | None) -> Path:
    from phusong.intake.reference import UNITS_FOLDER

    return given or UNITS_FOLDER
