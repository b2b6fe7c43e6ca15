"""`phusong verify`: which figures of a report that was edited are no longer those of the data."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from phusong.cli.report_source import of_identity, project_of
from phusong.errors import PhusongError

if TYPE_CHECKING:
    from phusong.publish.report.model import Figure


def verify(
    report: Annotated[Path, typer.Argument(help="DOCX, PDF or XLSX of a report.", metavar="REPORT")],
    project: Annotated[
        Path | None, typer.Option(help="Its project; else the nearest above the file.", metavar="DIR")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Threads.")] = os.cpu_count() or 1,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault.")] = False,
) -> None:
    """Compute the figures of a report anew, and list those that were changed in it; its wording may differ."""
    del debug
    if not report.is_file():
        raise PhusongError(f"{report}: không có tệp / there is no such file")
    from phusong.config import load
    from phusong.progress import Reporter
    from phusong.publish.report.content import content, scope_of
    from phusong.publish.report.forms.extraction import identity, printed

    told, found = identity(report), printed(report)
    study = load(project_of(report, project))
    with Reporter(quiet=True) as reporter:
        source, asked = of_identity(study, told, workers, reporter.step)
    if source.edition.digest != told.digest:
        typer.echo("Số liệu đã thay đổi từ khi lập báo cáo / the data have changed since the report was written.")
    made = content(source, asked, scope_of(source, asked))
    figures = {figure.code: figure for figure in made.figures}
    if _differ(figures, found):
        raise typer.Exit(1)


def _differ(figures: Mapping[str, Figure], found: Mapping[str, str]) -> bool:
    """Print how what a document says differs; whether any figure of it was changed."""
    changed = {code: text for code, text in found.items() if code in figures and text != figures[code].text}
    strange = [code for code in found if code not in figures]
    gone = [code for code in figures if code not in found]
    same = len(found) - len(changed) - len(strange)
    typer.echo(f"{same} số liệu đúng / figures agree, {len(changed)} đã bị sửa / were changed")
    for code, text in changed.items():
        figure = figures[code]
        typer.echo(f"  {code}: '{text}', tính lại / computed anew '{figure.text}' ({figure.definition})")
    if strange:
        typer.echo(f"Mã lạ / unknown codes: {', '.join(strange)}")
    if gone:
        shown = ", ".join(gone[:20]) + (" …" if len(gone) > 20 else "")
        typer.echo(f"Không còn trong tệp / no longer in the file ({len(gone)}): {shown}")
    return bool(changed or strange)
