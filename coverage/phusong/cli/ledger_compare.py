"""`phusong ledger compare`: what changed between two quarters, and how much of it each cause made."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phusong.cli.csv_file import refuse_existing, write_csv
from phusong.cli.states import STATES

if TYPE_CHECKING:
    from phusong.config import Project
    from phusong.ledger.comparison import Change
    from phusong.pipeline.comparison import Compared

_CAUSES = {
    "method": "Cách tính / Method",
    "sites_new": "Trạm mới / New sites",
    "sites_lost": "Trạm mất / Lost sites",
    "sites_altered": "Trạm sửa đổi / Altered sites",
    "filing": "Kê khai / Filing",
    "people": "Dân cư / People",
    "boundaries": "Ranh giới / Boundaries",
    "other_inputs": "Dữ liệu khác / Other inputs",
    "method_later": "Cách tính kỳ sau / Method, later",
}
_ROWS = {
    "kept": "như cũ / as they were",
    "new": "mới / new",
    "late": "kê khai muộn / filed late",
    "lost": "không còn / lost",
    "withdrawn": "trước đây kê khai sớm / had been filed too early",
    "altered": "sửa đổi / altered",
    "corrected": "đính chính / corrected",
    "altered and corrected": "sửa đổi và đính chính / altered and corrected",
}


def compare(
    project: Annotated[Path, typer.Argument(help="project.toml, or the folder it lies in.", metavar="PROJECT")],
    earlier: Annotated[str, typer.Option("--from", help="Earlier quarter, such as 2026Q2.", metavar="QUARTER")],
    later: Annotated[str, typer.Option("--to", help="Later quarter, such as 2026Q3.", metavar="QUARTER")],
    definition: Annotated[
        str | None, typer.Option(help="One indicator only, such as people_covered_limited_share.", metavar="ID")
    ] = None,
    unit: Annotated[
        str | None, typer.Option(help="One commune or province only; else the study and its provinces.", metavar="CODE")
    ] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write it as CSV too: a new file.", metavar="FILE")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Threads of the radio stage.")] = os.cpu_count() or 1,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing of the progress.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault.")] = False,
) -> None:
    """Divide what changed between two quarters among its causes: method, sites, filing, people, outlines, the rest."""
    del debug
    from phusong.cli.compiling import announce
    from phusong.config import load
    from phusong.ledger.comparison import comparison_table
    from phusong.ledger.snapshot import refuse_foreign
    from phusong.pipeline import comparison
    from phusong.progress import Reporter

    refuse_existing(csv)
    study = load(project)
    refuse_foreign(study.folder / "snapshots", study.name)
    with Reporter(quiet) as reporter:
        announce(reporter)
        found = comparison.compare(study, (earlier, later), definition, unit, workers, reporter.step)
    _head(study, found)
    _changes(found)
    _unsplit(found)
    write_csv(csv, comparison_table(found.found))


def _head(study: Project, found: Compared) -> None:
    periods = zip((found.earlier, found.later), found.states, strict=True)
    typer.echo(f"{study.name}: " + " → ".join(f"{period.name} ({STATES[state]})" for period, state in periods))
    if study.synthetic_layers:
        typer.echo(f"DỮ LIỆU GIẢ LẬP / SYNTHETIC: {', '.join(study.synthetic_layers)}")
    rows = "; ".join(f"{count} {_ROWS[name]}" for name, count in found.sites.items())
    typer.echo(f"Trạm phát sóng / Sites on air: {rows}")
    causes = "; ".join(_CAUSES[cause] for cause in found.causes) or "không có / none"
    typer.echo(f"Dữ liệu đầu vào khác nhau về / Inputs differ by: {causes}")


def _changes(found: Compared) -> None:
    from phusong.cli.tables import print_table
    from phusong.ledger.comparison import METHOD, METHOD_LATER

    changes = [change for change in found.found.changes if any(change.parts.values())]
    later = any(change.parts[METHOD_LATER] for change in changes)
    causes = [METHOD, *found.causes, *[METHOD_LATER] * later]
    headings = ["Đơn vị / Unit", found.earlier.name, found.later.name, "Thay đổi / Change"]
    headings += [_CAUSES[cause] for cause in causes]
    if changes:
        typer.echo("Số liệu bằng %, thay đổi bằng điểm % / figures in %, changes in percentage points")
    for title, rows in _by_title((change.key, change) for change in changes):
        version = rows[0].version
        cells = [_row(change, causes, found) for change in rows]
        print_table(f"{title}, phiên bản / version {version}", headings, cells, texts=(0,))
    if still := len(found.found.changes) - len(changes):
        typer.echo(f"Không đổi / unchanged, and moved by no cause: {still} số liệu / figures")


def _unsplit(found: Compared) -> None:
    """What is not divided: the plain change where there is one; how many of each reason did not change."""
    from phusong.cli.tables import print_table
    from phusong.ledger.comparison import KEY, REASONS

    for why, part in found.found.unsplit.groupby("not_divided", sort=False):
        moved = part[part.change != 0]
        named = (
            (tuple(getattr(row, name) for name in KEY), _plain_row(row, found)) for row in moved.itertuples(index=False)
        )
        cells = [[title, *row] for title, rows in _by_title(named) for row in rows]
        reason = " / ".join(REASONS[str(why)])
        headings = ["Số liệu / Figure", "Đơn vị / Unit", found.earlier.name, found.later.name, "Thay đổi / Change"]
        if cells:
            print_table(f"Không tách được / Not divided – {reason}", headings, cells, texts=(0, 1))
        if still := len(part) - len(moved):
            typer.echo(f"Không tách được và không đổi / not divided, and unchanged: {still} ({reason})")


def _by_title(named: Iterable[tuple[tuple[str, ...], Any]]) -> list[tuple[str, list[Any]]]:
    """What belongs to figures, by definition and scope, in the order of these."""

    def scope(pair: tuple[tuple[str, ...], Any]) -> tuple[str, ...]:
        definition, _, _, *rest = pair[0]
        return (definition, *rest)

    by_scope = groupby(sorted(named, key=scope), key=scope)
    return [
        (f"{definition} – {' '.join(word for word in rest if word)}".rstrip(" –"), [value for _, value in pairs])
        for (definition, *rest), pairs in by_scope
    ]


def _row(change: Change, causes: Sequence[str], found: Compared) -> list[str]:
    printed = change.printed
    moved = [printed.after - printed.before, *(printed.parts[cause] for cause in causes)]
    return [
        _unit(change.key[2], found),
        _hundredths(printed.before),
        _hundredths(printed.after),
        *(_hundredths(value, signed=True) for value in moved),
    ]


def _plain_row(row: Any, found: Compared) -> list[str]:
    is_share = row.definition_id.endswith("_share")

    def told(value: float, signed: bool = False) -> str:
        from phusong.text import number_vi

        if value != value:  # noqa: PLR0124 - not known
            return "–"
        sign = "+" if signed and value > 0 else ""
        return f"{sign}{number_vi(100 * value, 2)} %" if is_share else f"{sign}{number_vi(value, 2 * (value % 1 > 0))}"

    return [_unit(row.unit_code, found), told(row.value_from), told(row.value_to), told(row.change, signed=True)]


def _unit(code: str, found: Compared) -> str:
    return f"{code} {found.names.get(code, '')}".strip() or "Toàn bộ / study"


def _hundredths(value: int, signed: bool = False) -> str:
    from phusong.text import number_vi

    return f"{'+' if signed and value > 0 else ''}{number_vi(value / 100, 2)}"
