"""`phusong units`: the communes of every day – imported, shown, matched by name, carried from day to day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from phusong.errors import FilingError

if TYPE_CHECKING:
    import pandas as pd

    from phusong.administration import History

app = typer.Typer(help="Communes through time: a code needs a date.", no_args_is_help=True)

Folder = Annotated[Path | None, typer.Option("--units", help="Folder of the units; else the usual one.", metavar="DIR")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault.")]
Unplaced = Annotated[
    Path | None, typer.Option(help="CSV file to write of what could not be placed, and why.", metavar="FILE")
]
_DATED = "FILE@DATE"


@app.command("import")
def import_(
    lists: Annotated[
        list[str] | None,
        typer.Argument(
            help="Lists of communes and the day of which each speaks; else those of gis_data/official_lists.toml.",
            metavar=f"[{_DATED}...]",
        ),
    ] = None,
    succession: Annotated[
        list[str] | None,
        typer.Option(help="Moves from old to new communes, and the first day of the new.", metavar=_DATED),
    ] = None,
    people: Annotated[
        str | None, typer.Option(help="People of old communes, by name, and the day of these names.", metavar=_DATED)
    ] = None,
    unplaced: Unplaced = None,
    units: Folder = None,
    debug: Debug = False,
) -> None:
    """Import official lists: communes of each day, what became of the old ones, and their people."""
    del debug
    from phusong.intake.official_lists import Lists, import_lists, shipped_lists

    if lists:
        by_day: dict[dt.date, list[Path]] = {}
        for file, day in map(_dated, lists):
            by_day.setdefault(day, []).append(file)
        moves = {day: file for file, day in map(_dated, succession or [])}
        named: Lists | None = Lists(by_day, moves, _dated(people) if people else None)
    elif succession or people:
        raise FilingError(f"no list of communes was named: phusong units import {_DATED}... --succession {_DATED}")
    else:
        named = shipped_lists()
    if named is None:
        raise FilingError(f"the lists of gis_data/official_lists.toml are not all here: name lists as {_DATED}")
    target = _folder(units)
    imported = import_lists(named, target)
    _tell_units(imported.history, sorted(named.units))
    if imported.people is not None:
        _tell_people(imported.people)
        if unplaced is not None:
            _write_unplaced(imported.people, unplaced)
    typer.echo(f"Wrote {target}")


@app.command()
def show(
    code: Annotated[str, typer.Argument(help="Code of a commune.")],
    on: Annotated[str | None, typer.Option(help="Day, such as 2026-09-30.", metavar="DATE")] = None,
    units: Folder = None,
    debug: Debug = False,
) -> None:
    """Say which commune bears a code on a day, by which decision, where it came from, and what became of it."""
    del debug
    from phusong.administration import AmbiguousCodeError
    from phusong.layers import administration

    history = administration.read(_folder(units))
    try:
        unit = history.unit(code, _day(on, "--on") if on else None)
    except AmbiguousCodeError as fault:
        raise FilingError(f"{fault}; add --on DATE / mã dùng cho nhiều xã: hãy thêm ngày") from None
    except KeyError:
        raise FilingError(f"no commune bears the code {code}{f' on {on}' if on else ''}") from None
    typer.echo(f"{unit['code']} {unit['name']}, {unit.province_name}")
    typer.echo(f"{_span(unit.valid_from, unit.valid_to)}; source: {unit.source}")
    if _ended(unit) and (unit.valid_to + dt.timedelta(days=1)).date() in history.changes:
        typer.echo("became " + ", ".join(_named(history, history.successors.get(code, ()), latest=True)))
    elif code in history.predecessors:
        typer.echo("made of " + ", ".join(_named(history, history.predecessors[code], latest=False)))


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
    joined = join(read_names(file), history.units_on(_day(on, "--on")))
    joined.rename(columns={"name_": "commune_name", "code": "commune_code"}).to_csv(
        out, index=False, encoding="utf-8-sig"
    )
    for stage, count in joined.stage.replace("", "not joined").value_counts().items():
        typer.echo(f"{stage:<16}{count:>6}")
    lost = joined[joined.stage == ""]
    for name, province, near in zip(lost.name_, lost.province_name, lost.candidates, strict=True):
        typer.echo(f"  not joined: {name}, {province}: {near or 'no such name'}")
    typer.echo(f"{len(joined)} names = {len(joined) - len(lost)} joined + {len(lost)} not joined. Wrote {out}")


@app.command()
def crosswalk(
    end: Annotated[
        str, typer.Option("--to", help="Day of the communes to carry to, earlier or later.", metavar="DATE")
    ],
    out: Annotated[Path, typer.Option(help="CSV file to write.", metavar="FILE")],
    start: Annotated[
        str | None, typer.Option("--from", help="Day of the communes that the codes mean.", metavar="DATE")
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option(help="Table with a code and values to carry over; else the imported people.", metavar="FILE"),
    ] = None,
    code: Annotated[str, typer.Option(help="Column of the codes.")] = "code",
    value: Annotated[list[str] | None, typer.Option(help="Columns of the values, each to be summed.")] = None,
    date: Annotated[str | None, typer.Option(help="Column of the day that each row's code was meant on.")] = None,
    by: Annotated[list[str] | None, typer.Option(help="Columns whose rows are kept apart.")] = None,
    weights: Annotated[bool, typer.Option("--weights", help="Write the weights themselves.")] = False,
    unplaced: Unplaced = None,
    units: Folder = None,
    debug: Debug = False,
) -> None:
    """Carry values, such as people, from the communes of one day to those of another; nothing is lost."""
    del debug
    from phusong.layers import administration

    folder = _folder(units)
    history = administration.read(folder)
    placed = administration.read_people(folder) if (folder / administration.PEOPLE).is_file() else None
    people = None if placed is None else placed[placed.code.notna()].groupby("code").people.sum()
    to, since = _day(end, "--to"), _day(start, "--from") if start else None
    if table is not None and not weights:
        told = _table(table, code, value or ["people"], date, by or [], since)
        _restate(told, history, to, value or ["people"], by or [], people, out, unplaced)
        return
    if since is None:
        raise FilingError("--from DATE is missing: on which day did the codes mean what they mean?")
    from phusong.administration.crosswalk import crosswalk as walk

    found = walk(history, since, to, people)
    if weights:
        found.to_csv(out, index=False)
        for method, count in found.method.value_counts().items():
            typer.echo(f"{method:<36}{count:>6}")
        typer.echo(f"{len(found)} weights of {found.old_code.nunique()} communes. Wrote {out}")
    elif placed is None or people is None:
        raise FilingError("no people were imported and no --table is given: there is nothing to carry over")
    else:
        _carry(placed, people, found, out, unplaced)


def _carry(placed: pd.DataFrame, people: pd.Series, found: pd.DataFrame, out: Path, unplaced: Path | None) -> None:
    """People of the census on the communes of the crosswalk's end."""
    from phusong.administration.crosswalk import express

    carried = express(people, found)
    carried.values.to_csv(out, index=False)
    lost = int(placed.people[placed.code.isna()].sum()) + carried.unplaced
    typer.echo(f"placed {carried.placed:,.0f} + unplaced {lost:,.0f} = {carried.placed + lost:,.0f}. Wrote {out}")
    gone = placed.code.isin(carried.missing.code)
    if unplaced is not None:
        _write_unplaced(placed.assign(reason=placed.reason.mask(gone, "not_on_the_day")), unplaced)


def _restate(
    table: pd.DataFrame,
    history: History,
    end: dt.date,
    values: list[str],
    by: list[str],
    people: pd.Series | None,
    out: Path,
    unplaced: Path | None,
) -> None:
    from phusong.administration import AmbiguousCodeError
    from phusong.administration.tables import restate

    try:
        done = restate(table, history, end, values, by, people)
    except AmbiguousCodeError as fault:
        raise FilingError(f"{fault}. Add --from DATE, or --date COLUMN / hãy thêm ngày của mã") from None
    done.rows.to_csv(out, index=False, encoding="utf-8-sig")
    for name in values:
        here, lost = done.rows[name].sum(), done.missing[name].sum()
        typer.echo(f"{name}: placed {here:,.6g} + unplaced {lost:,.6g} = {table[name].sum():,.6g}")
    for reason, count in done.missing.reason.value_counts().items():
        typer.echo(f"  {count} rows not placed: {reason}")
    if unplaced is not None:
        done.missing.to_csv(unplaced, index=False, encoding="utf-8-sig")
    typer.echo(f"{len(table)} rows = {len(table) - len(done.missing)} placed + {len(done.missing)} not. Wrote {out}")


def _table(
    table: Path, code: str, values: list[str], date: str | None, by: list[str], since: dt.date | None
) -> pd.DataFrame:
    """Columns of a table: code, the values as numbers, those kept apart, and day where one is told."""
    import pandas as pd

    from phusong.intake.unit_lists import read_columns

    if date is not None and since is not None:
        raise FilingError("--from and --date both tell the day of the codes: one is enough")
    columns = [code, *values, *by, *([date] if date else [])]
    frame = read_columns(table, list(dict.fromkeys(columns)))
    told = frame[by].assign(code=frame[code].str.zfill(5))
    for name in values:
        told[name] = pd.to_numeric(frame[name], errors="coerce")
    if date is not None:
        iso = pd.to_datetime(frame[date].str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
        told["day"] = iso.fillna(pd.to_datetime(frame[date], format="%d/%m/%Y", errors="coerce"))
    elif since is not None:
        told["day"] = pd.Timestamp(since)
    return told


def _write_unplaced(people: pd.DataFrame, file: Path) -> None:
    from phusong.administration.census import LOST

    lost = people[people.reason != ""].drop(columns=["code", "stage"])
    told = {**LOST, "not_on_the_day": ("không có đơn vị này vào ngày đó", "no such unit on the day")}
    lost = lost.assign(ly_do=[told[key][0] for key in lost.reason], why=[told[key][1] for key in lost.reason])
    lost.to_csv(file, index=False, encoding="utf-8-sig")
    typer.echo(f"{len(lost)} wards, {lost.people.sum():,.0f} people, with the reason: {file}")


def _tell_units(history: History, days: list[dt.date]) -> None:
    for day in sorted({*days, *(day - dt.timedelta(days=1) for day in history.changes), *history.changes}):
        own = history.units_on(day)
        kinds = ", ".join(f"{count} {kind}" for kind, count in own.type.value_counts().items())
        typer.echo(f"{day}: {len(own)} communes ({kinds})")
    moves = history.succession
    doubtful = moves[moves.doubtful != ""]
    typer.echo(f"{len(moves)} moves, {len(doubtful)} doubtful; {len(history.reused)} codes were of other ground before")
    for old, new, why in zip(doubtful.old_code, doubtful.new_code, doubtful.doubtful, strict=True):
        typer.echo(f"  doubtful: {old} -> {new}: {why}")


def _tell_people(placed: pd.DataFrame) -> None:
    from phusong.administration.census import LOST, STAGES

    found, lost = placed[placed.code.notna()], placed[placed.code.isna()]
    for stage in STAGES:
        rows = found[found.stage == stage]
        typer.echo(f"  {stage:<26}{len(rows):>6} wards{rows.people.sum():>14,.0f} people")
    for reason, (_, why) in LOST.items():
        rows = lost[lost.reason == reason]
        typer.echo(f"  {'not placed':<26}{len(rows):>6} wards{rows.people.sum():>14,.0f} people: {why}")
    typer.echo(
        f"people: placed {found.people.sum():,.0f} + unplaced {lost.people.sum():,.0f} = {placed.people.sum():,.0f}"
    )


def _named(history: History, codes: tuple[str, ...], *, latest: bool) -> list[str]:
    names = history.units.drop_duplicates("code", keep="last" if latest else "first").set_index("code")["name"]
    return [f"{code} {names.get(code, '')}".strip() for code in codes]


def _ended(unit: pd.Series) -> bool:
    return str(unit.valid_to) != "NaT"


def _span(first: pd.Timestamp, last: pd.Timestamp) -> str:
    since = "" if str(first) == "NaT" else f"since {first:%Y-%m-%d}"
    until = "" if str(last) == "NaT" else f"until {last:%Y-%m-%d}"
    return ", ".join(part for part in (since, until) if part) or "of every day"


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


def _folder(given: Path | None) -> Path:
    from phusong.intake.reference import UNITS_FOLDER

    return given or UNITS_FOLDER
