"""`phusong storm`: who still has signal hours after mains is lost, and which single failures hurt most."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phusong.errors import PhusongError

if TYPE_CHECKING:
    import pandas as pd

    from phusong.pipeline.storm import Verdict

_FOLDER = "storms"
_SHOWN = 5
_KINDS = {"substation": "trạm biến áp / substation", "feeder": "lộ / feeder", "mast": "cột / mast"}
_METRICS = (
    ("Dân số / People", "before_people", "low_people", "high_people"),
    ("Xã / Communes", "communes_before", "communes_low", "communes_high"),
    ("Thôn / Villages", "villages_before", "villages_low", "villages_high"),
    ("Cột dùng chung còn sống / Shared masts alive", "", "shared_low", "shared_high"),
)
_ORIGINS = {
    "computed": "computed and kept",
    "kept": "as kept from an earlier command",
    "other": "computed anew: what was kept is of other inputs, settings or code",
    "damaged": "computed anew: what was kept is damaged",
    "apart": "computed; nothing was read from the cache or kept there",
}
_ANSWERS = {"yes": "đạt / met", "no": "chưa đạt / not met", "unknown": "chưa rõ / unknown"}


def storm(
    project: Annotated[Path, typer.Argument(help="project.toml, or the folder it lies in.", metavar="PROJECT")],
    period: Annotated[str, typer.Option(help="Quarter, such as 2026Q3.")],
    area: Annotated[
        Path | None, typer.Option(help="Polygons in which mains is lost, in any format and CRS.", metavar="FILE")
    ] = None,
    substations: Annotated[
        str | None,
        typer.Option(help="Substations or feeders (SUBSTATION/FEEDER) that lose mains.", metavar="ID[,ID...]"),
    ] = None,
    probability: Annotated[
        Path | None, typer.Option(help="Raster of the probability, 0 to 1, of losing mains.", metavar="RASTER")
    ] = None,
    outside_probability: Annotated[
        float | None, typer.Option(min=0, max=1, help="Taken where the raster says nothing.", metavar="P")
    ] = None,
    hours: Annotated[
        str | None, typer.Option(help="Hours after the loss; else storm.hours of the project.", metavar="4,8,24,72")
    ] = None,
    single_failures: Annotated[
        bool, typer.Option("--single-failures", help="Tell every substation, feeder and mast that fails alone.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for the tables; else below the project.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Threads of the radio stage.")] = os.cpu_count() or 1,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Neither read nor keep footprints of sites.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but faults.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault.")] = False,
) -> None:
    """
    Test the sites of a quarter against a loss of mains: by area, by substation, or by chance.

    Covered people, communes and villages are told by operator and hour, from low (sites of which it is not known count
    as dark) to high (as alive). Without a loss, --single-failures alone tells whom each failure would silence.
    """
    del debug
    given = {"--area": area, "--substations": substations, "--probability": probability}
    named = [option for option, value in given.items() if value is not None]
    if len(named) > 1 or not (named or single_failures):
        raise PhusongError(
            f"give one of {', '.join(given)} (found {' and '.join(named) or 'none'}); --single-failures may stand alone"
        )
    if outside_probability is not None and probability is None:
        raise PhusongError("--outside-probability is for --probability")
    from phusong.config import load

    study = load(project)
    from phusong.cli.compiling import announce
    from phusong.ledger import bundle
    from phusong.ledger.period import Period
    from phusong.pipeline import storm as pipeline
    from phusong.progress import Reporter

    ids = tuple(part.strip() for part in (substations or "").split(",") if part.strip())
    if substations is not None and not ids:
        raise PhusongError("--substations names none; expected ids such as TBA-01,TBA-02")
    hazard = pipeline.Hazard(ids, area, probability, outside_probability)
    folder = out or study.folder / _FOLDER / f"{Period.parse(period).name}-{hazard.name}"
    bundle.refuse_foreign(folder, pipeline.RECORD)
    with Reporter(quiet) as reporter:
        announce(reporter)
        found = pipeline.run(
            study, period, hazard, _hours(hours), single_failures, workers, reporter.step, keep=not no_cache
        )
    bundle.write(folder, pipeline.RECORD, found.tables, found.record)
    if not quiet:
        for line in _lines(found):
            typer.echo(line)
        _print_tables(found.tables)
    typer.echo(f"Wrote {folder}")


def _hours(text: str | None) -> list[float]:
    try:
        return [float(part) for part in (text or "").split(",") if part.strip()]
    except ValueError:
        raise PhusongError(f"--hours {text}: expected hours such as 4,8,24,72") from None


def _lines(found: Verdict) -> Iterator[str]:
    """What must be read with the tables: synthetic layers, what was lost, and all that could not be used."""
    record, counts = found.record, found.record["counts"]
    if record["synthetic"]:
        yield f"DỮ LIỆU GIẢ LẬP / SYNTHETIC: {', '.join(record['synthetic'])}"
    hazard, supply, chain = record["hazard"], counts["supply"], counts["dependency"]
    if "nodes_lost" in hazard:
        yield (
            f"Mất điện lưới / mains lost: {_some(hazard['nodes_lost'])} of {chain['substations']} substations and "
            f"{chain['feeders']} feeders; {hazard['sites_struck']} sites struck, {hazard['sites_cut']} cut off "
            f"of {supply['sites']}"
        )
    if "sites_outside" in hazard:
        yield (
            f"Off the raster or without data: {hazard['sites_outside']} sites, {hazard['substations_outside']} "
            f"substations; {hazard['substations_unlisted']} substations without a place; probability "
            f"{hazard['outside_probability']} was taken for them"
        )
    yield "Sites: " + ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in supply.items() if count)
    yield f"Substations without sites: {_some(chain['substations_without_sites'])}"
    yield f"Substations that sites name and the layer has not: {_some(chain['substations_unlisted'])}"
    yield f"Sites on mains of no known substation, which no cut of one reaches: {chain['sites_unattached']}"
    for name, prints in counts["footprints"].items():
        yield (
            f"Footprints {name}: {prints['sites']} sites, {prints['pairs']:,} pairs of site and pixel, "
            f"{prints['sites_idle']} sites serve nobody"
        )
    yield f"Footprints: {_ORIGINS[found.origin]}"
    yield f"Villages off the grid: {_some(counts['villages']['off_grid'])}"
    astray = counts["obligation"]
    yield (
        f"Hardened and shared (or perhaps), not counted for the obligation: {astray['without_commune']} sites without "
        f"a commune, {astray['elsewhere']} in communes that are not studied"
    )
    yield "Time: " + ", ".join(f"{stage.name} {stage.wall_s:.1f} s" for stage in found.clock.stages)


def _some(ids: list[str]) -> str:
    more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
    return f"{len(ids)} ({', '.join(ids[:_SHOWN])}{more})" if len(ids) else "0"


def _print_tables(tables: Mapping[str, pd.DataFrame]) -> None:
    if "by_operator" in tables:
        _print_covered(tables["by_operator"], tables["lifelines"])
    if "monte_carlo" in tables:
        _print_drawn(tables["monte_carlo"])
    _print_obligation(tables["obligation_milestones"])
    _print_worst(tables["worst_failures"])


def _print_covered(table: pd.DataFrame, lifelines: pd.DataFrame) -> None:
    """Before, and from low to high at each hour, for each operator; of the technologies together, which come last."""
    rows = table[table.technology == table.technology.iloc[-1]]
    hours = sorted(rows.hour.unique())
    lines = []
    for operator, own in rows.groupby("operator", sort=False):
        by_hour = own.set_index("hour")
        for words, before, low, high in _METRICS:
            cells = [_range(by_hour.loc[hour, low], by_hour.loc[hour, high]) for hour in hours]
            lines.append([str(operator), words, _number(by_hour[before].iloc[0]) if before else "", *cells])
    hardened = [lifelines.live_hardened[lifelines.hour == hour].value_counts() for hour in hours]
    without = [_range(found.get("no", 0), found.get("no", 0) + found.get("unknown", 0)) for found in hardened]
    lines.append(["", "Xã không còn trạm kiên cố / Communes without a live hardened site", "", *without])
    unknown = rows.unknown_people.iloc[-1]
    title = (
        f"Còn sóng sau khi mất điện lưới / Still covered after mains is lost: {rows.technology.iloc[0]}; "
        f"chưa rõ từ trước / not known even before: {_number(unknown)} dân / people"
    )
    _table(title, ["Nhà mạng / Operator", "", "Trước / Before", *(f"{hour:g} h" for hour in hours)], lines, (0, 1))


def _print_drawn(rows: pd.DataFrame) -> None:
    lines = [
        [
            f"{row['hour']:g} h", row["technology"], row["operator"], row["bound"],
            *(_number(row[f"{name}_people"]) for name in ("mean", "p5", "p50", "p95")),
        ]
        for row in rows.to_dict("records")
    ]  # fmt: skip
    headings = ["Giờ / Hour", "", "Nhà mạng / Operator", "", "Trung bình / Mean", "5 %", "50 %", "95 %"]
    title = f"Dân số còn sóng qua {rows.draws.iloc[0]} lần thử / People covered in so many draws"
    _table(title, headings, lines, (0, 1, 2, 3))


def _print_obligation(rows: pd.DataFrame) -> None:
    from phusong.text import percent_vi

    numbers = {
        "required": "Cần / Required",
        "met": "Đạt / Met",
        "unknown": "Chưa rõ / Unknown",
        "short": "Thiếu / Short",
    }
    lines = [
        [str(row["by"]), percent_vi(row["share"]), *(_number(row[name]) for name in numbers), _ANSWERS[row["reached"]]]
        for row in rows.to_dict("records")
    ]
    headings = ["Đến / By", "Tỷ lệ xã / Share", *numbers.values(), "Kết quả / Result"]
    _table("Xã có cột kiên cố dùng chung / Communes with hardened, shared masts", headings, lines, (0, 6))


def _print_worst(rows: pd.DataFrame) -> None:
    if rows.empty:
        typer.echo("Không có sự cố đơn lẻ nào làm mất sóng / No single failure silences anybody")
        return
    lines = [
        [
            str(row["rank"]), _KINDS[row["kind"]], _name(row), _number(row["sites"]),
            _range(row["silenced_low_people"], row["silenced_high_people"]),
            _range(row["communes_low"], row["communes_high"]), _range(row["villages_low"], row["villages_high"]),
        ]
        for row in rows.to_dict("records")
    ]  # fmt: skip
    headings = ["#", "Loại / Kind", "Tên / Name", "Trạm / Sites", "Dân số mất sóng / People", "Xã / Communes"]
    title = (
        f"Các sự cố đơn lẻ nặng nhất sau {rows.hour.iloc[0]:g} giờ / The single failures that hurt most after so many "
        f"hours: {rows.technology.iloc[0]}"
    )
    _table(title, [*headings, "Thôn / Villages"], lines, (1, 2))


def _name(row: Mapping[Any, Any]) -> str:
    if row["kind"] == "mast":
        ids = str(row["sites_named"]).split(";")
        return ids[0] + (f" +{len(ids) - 1}" if len(ids) > 1 else "")
    name = row.get("failure_name")
    return f"{row['failure_id']} {name}" if isinstance(name, str) else str(row["failure_id"])


def _range(low: float, high: float) -> str:
    return _number(low) if low == high else f"{_number(low)}–{_number(high)}"


def _number(value: float) -> str:
    from phusong.text import number_vi

    return number_vi(value)


def _table(title: str, headings: list[str], rows: list[list[str]], texts: tuple[int, ...]) -> None:
    from phusong.cli.tables import print_table

    print_table(title, headings, rows, texts)
