"""`phusong ledger published`: what others published, what contradicts what, and which of our definitions gives it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from phusong.config import Project
    from phusong.ledger.published import Figure, Published

_SIGNS = {"printed": "", "about": "≈ ", "almost": "≲ ", "more_than": "≳ ", "at_least": "≥ ", "at_most": "≤ "}
_UNITS = {
    "%": "%",
    "sites": "trạm/sites",
    "villages": "thôn/villages",
    "terminals": "thiết bị/terminals",
    "subscribers": "thuê bao/subscribers",
}
_MET = {"yes": "đạt / yes", "no": "không đạt / no", "unknown": "chưa rõ / unknown"}
_FORECAST = ("nr_people_share", "nr_sites", "dead_zone_villages")


def published(
    project: Annotated[
        Path | None, typer.Argument(help="project.toml, or the folder it lies in; its figures too.", metavar="PROJECT")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(help="TOML file of more figures; else published_figures.toml beside the project.", metavar="FILE"),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault.")] = False,
) -> None:
    """Hold published figures against each other: contradictions, implied bases, plans; and against the study's own."""
    del debug
    from phusong.ledger.published import FILE, read

    study = _load(project)
    beside = study.folder / FILE if study else None
    found = read(file or (beside if beside and beside.exists() else None))
    undated = sum(figure.as_of is None for figure in found.figures)
    typer.echo(
        f"{len(found.figures)} số liệu đã công bố / published figures; {undated} không có ngày số liệu / without the "
        "day of which they speak: marked *, never the base of a forecast"
    )
    _contradictions(found)
    _bases(found)
    _plans(found)
    _forecast(found)
    if study:
        _reproduced(found, study)


def _load(project: Path | None) -> Project | None:
    if project is None:
        return None
    from phusong.config import load

    return load(project)


def _contradictions(found: Published) -> None:
    from phusong.ledger.reconciliation import KINDS, contradictions

    rows = [
        [
            "{} / {}\n{}".format(*KINDS[row.kind], found.indicators[found[row.second].claimed_indicator].vi),
            _told(found[row.first]) if row.kind != "parts" else _sum(found[row.first]),
            _told(found[row.second]),
            _measure(row, found),
            _agree(row),
        ]
        for row in _each(contradictions(found))
    ]
    headings = ["Loại / Kind", "Số trước / Earlier", "Số sau / Later", "Lệch / By", "Sẽ khớp / Would agree"]
    _table("Mâu thuẫn / Contradictions", headings, rows)


def _bases(found: Published) -> None:
    from phusong.ledger.reconciliation import implied_bases, implied_counts
    from phusong.text import number_vi

    bases = implied_bases(found)
    rows = [
        [_told(found[row.share_id]), _told(found[row.count_id]), f"{number_vi(row.base)} ({_range(row.low, row.high)})"]
        for row in _each(bases)
    ]
    headings = ["Tỷ lệ / Share", "Số lượng / Count", "Mẫu số suy ra / Implied base"]
    _table("Mẫu số suy ra / Implied bases", headings, rows)
    if bases.empty:
        return
    counts = implied_counts(found)
    latest = max(bases.share_id, key=lambda name: (found[name].when.last, name))
    counts = counts[counts.base_of == latest]
    rows = [
        [
            _told(found[row.share_id]),
            _range(row.low, row.high),
            f"{_told(found[row.reported])}\n= {_range(row.reported_low, row.reported_high, 1)} %"
            if row.reported
            else "–",
        ]
        for row in _each(counts)
    ]
    headings = ["Tỷ lệ / Share", "Tức là / That is", "Đã báo cáo / Reported"]
    _table(f"Trên mẫu số gần đây nhất / On the latest base, of {latest}", headings, rows)


def _plans(found: Published) -> None:
    from phusong.ledger.reconciliation import plans

    table = plans(found)
    rows = [
        [_told(found[row.plan]), _told(found[row.reported]), _percent(row), _MET[row.met]]
        for row in _each(table[table.reported != ""])
    ]
    headings = ["Kế hoạch / Plan", "Đã báo cáo / Reported", "So với kế hoạch / Of the plan", "Đạt / Met"]
    _table("Kế hoạch và kết quả / Plans and what was reported", headings, rows)
    if open_plans := list(table.plan[table.reported == ""]):
        typer.echo(f"Chưa có kết quả / nothing reported yet: {', '.join(open_plans)}")


def _forecast(found: Published) -> None:
    from phusong.ledger.forecast_base import REASONS, forecast_base

    for indicator in _FORECAST:
        base = forecast_base(found, indicator)
        if base.refused:
            typer.echo(f"Không dùng để dự báo / no base of a forecast: {base.refused}")
            for reason, count in base.figures.reason[base.figures.reason != ""].value_counts(sort=False).items():
                typer.echo("  {:>3}  {} / {}".format(count, *REASONS[str(reason)]))


def _reproduced(found: Published, study: Project) -> None:
    from phusong.ledger import history, snapshot
    from phusong.ledger.reproduction import PROVINCES, is_nation, reproduced

    folder = study.folder / "snapshots"
    snapshot.refuse_foreign(folder, study.name)
    if not snapshot.periods(folder):
        typer.echo("Chưa có kỳ nào / no period yet, so nothing of ours to compare with.")
        return
    table = history.series(folder)
    if not is_nation(table):
        count = table.unit_code[table.unit_level == "province"].nunique()
        typer.echo(
            f"Nghiên cứu có {count} tỉnh / the study has {count} of {PROVINCES} provinces: figures of the nation are "
            "not compared with ours."
        )
    if study.synthetic_layers:
        typer.echo(f"DỮ LIỆU GIẢ LẬP / SYNTHETIC: {', '.join(study.synthetic_layers)}")
    ours = reproduced(found, table, is_nation(table))
    ours = ours[ours.from_day.notna() | (ours.agrees == "yes")]
    rows = [
        [
            _told(found[row.id]),
            " ".join(part for part in (row.definition_id, row.version, row.operator, row.environment) if part),
            f"{row.from_day} – {row.to_day} ({row.from_period})" if row.from_day else "–",
            {"yes": "có / yes", "no": "không / no", "unknown": "chưa rõ / unknown"}[row.agrees],
        ]
        for row in _each(ours)
    ]
    headings = ["Số liệu / Figure", "Chỉ tiêu của ta / Our indicator", "Từ – đến / From – to", "Đúng ngày / On its day"]
    _table("Chỉ tiêu cho ra số liệu đó / Definitions that give the figure", headings, rows)


def _each(table: Any) -> Any:
    return table.itertuples()


def _table(title: str, headings: list[str], rows: list[list[str]]) -> None:
    from phusong.cli.tables import print_table

    if rows:
        print_table(title, headings, rows, range(len(headings)))
    else:
        typer.echo(f"{title}: không có / none")


def _told(figure: Figure) -> str:
    """Value as printed, its day and its id; a star where it has no day."""
    from phusong.text import number_vi

    ends = [number_vi(float(end), len(end.partition(".")[2])) for end in figure.value.split("..")]
    value = f"{_SIGNS[figure.wording]}{'–'.join(ends)} {_UNITS[figure.unit]}"
    scope = "" if figure.scope == "nation" else f" {figure.scope}"
    day = str(figure.as_of) if figure.as_of else f"* công bố/published {figure.published}"
    return f"{value}{scope}, {day}\n{figure.id}"


def _sum(figure: Figure) -> str:
    return " + ".join(figure.sum_of)


def _measure(row: Any, found: Published) -> str:
    from phusong.text import number_vi

    if row.kind in ("pace", "base"):
        return f"{number_vi(row.measure, 2)} ×"
    unit = found[row.second].unit
    return f"{number_vi(row.measure, 2)} điểm %/points" if unit == "%" else f"{number_vi(row.measure)} {_UNITS[unit]}"


def _agree(row: Any) -> str:
    """Days and numbers at which the two would agree."""
    parts = []
    if row.agree_from:
        parts.append(str(row.agree_from) if row.agree_from == row.agree_to else f"{row.agree_from}/{row.agree_to}")
    if row.agree_unit:
        decimals = 2 if row.agree_unit == "%" else 0
        parts.append(f"{_range(row.agree_low, row.agree_high, decimals)} {_UNITS[row.agree_unit]}")
    return "\n".join(parts) or "–"


def _range(low: float, high: float, decimals: int = 0) -> str:
    from phusong.text import number_vi

    ends = dict.fromkeys((number_vi(low, decimals), number_vi(high, decimals)))
    return "–".join(ends)


def _percent(row: Any) -> str:
    return "–" if row.low != row.low else f"{_range(100 * row.low, 100 * row.high, 1)} %"
