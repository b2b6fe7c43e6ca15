"""`phusong explain`: what a figure of a report is, and which rows of which data it was counted from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from phusong.cli.csv_file import refuse_existing, write_csv
from phusong.cli.report_source import FOLDER, of_identity
from phusong.errors import PhusongError

if TYPE_CHECKING:
    from phusong.publish.report.model import Figure
    from phusong.publish.report.record import Record
    from phusong.publish.report.scope import Scope


def explain(
    code: Annotated[str, typer.Argument(help="Code beside a figure or at the end of a row.", metavar="CODE")],
    project: Annotated[Path, typer.Argument(help="project.toml, or its folder.", metavar="PROJECT")] = Path(),
    record: Annotated[
        Path | None, typer.Option(help="JSON beside one report; else those in reports/.", metavar="FILE")
    ] = None,
    rows: Annotated[int, typer.Option(min=0, help="So many rows are printed at most.")] = 10,
    csv: Annotated[Path | None, typer.Option("--csv", help="All rows as CSV: a new file.", metavar="FILE")] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault.")] = False,
) -> None:
    """Say what a figure of a report is: definition, filter, rows, and the hashes of its inputs."""
    del debug
    refuse_existing(csv)
    from phusong.config import load
    from phusong.progress import Reporter
    from phusong.publish.report.content import scope_of

    study = load(project)
    wanted = code.strip().strip("[]").upper()
    wanted = wanted[:-1] + wanted[-1:].lower() if "." in wanted else wanted
    held, figures = _found(study.folder / FOLDER, record, wanted)
    _print_record(held, figures)
    with Reporter(quiet=True) as reporter:
        source, asked = of_identity(study, held.identity, 1, reporter.step)
    scope = scope_of(source, asked)
    if source.edition.digest != held.identity.digest:
        typer.echo("Số liệu đã thay đổi từ khi lập báo cáo / the data have changed since the report was written.")
    _print_rows(scope, figures, rows, csv)


def _found(folder: Path, record: Path | None, code: str) -> tuple[Record, Sequence[Figure]]:
    """The latest record that holds a code, and its figures."""
    from phusong.publish.report.codes import PATTERN
    from phusong.publish.report.record import read, records

    if not PATTERN.fullmatch(code):
        raise PhusongError(f"'{code}' không phải là mã / is no code; expected such as H-7K3QA2M or Z-7K3QA2M.c")
    held = [read(record)] if record else [own for _, own in records(folder)]
    for own in held:
        if figures := own.of(code):
            return own, figures
    place = record or folder
    raise PhusongError(f"Không có mã {code} / there is no figure {code} in {len(held)} records of {place}")


def _print_record(held: Record, figures: Sequence[Figure]) -> None:
    told = held.identity
    typer.echo(f"{told.project}, {told.period}, {told.day}, {told.tier}, {told.level} {told.code}".rstrip())
    for figure in figures:
        typer.echo(f"{figure.code}: {figure.text}")
        typer.echo(f"  Định nghĩa / definition: {figure.definition}")
        for line in _indicator(figure):
            typer.echo(f"  {line}")
        typer.echo(f"  Bộ lọc / filter: {figure.filter}")
    typer.echo(f"Ảnh chụp quý / snapshot SHA-256: {held.snapshot_digest}")
    for one in held.inputs:
        if one.get("sha256"):
            typer.echo(f"  {one['layer']}: {one.get('file')} SHA-256 {one['sha256']}")


def _indicator(figure: Figure) -> Iterator[str]:
    """The published definition, where the figure is one of an indicator."""
    from phusong.ledger.definitions import definitions

    asked = dict(figure.query.where)
    found = definitions().get(str(asked.get("definition_id") or asked.get("figure") or ""))
    if found is not None:
        yield f"{found.id}, phiên bản / version {found.version}: {found.numerator} / {found.denominator}"
        yield f"Căn cứ / basis: {found.basis}"


def _print_rows(scope: Scope, figures: Sequence[Figure], most: int, csv: Path | None) -> None:
    import pandas as pd

    from phusong.cli.tables import print_table
    from phusong.publish.report.annexes import plain, rows_of

    by_table: dict[str, list[Figure]] = {}
    for figure in figures:
        by_table.setdefault(figure.query.table, []).append(figure)
    parts = []
    for name, own in by_table.items():
        if name not in scope.tables.frames:
            typer.echo(f"Không có bảng / no table {name}: not of this tier, or not computed")
            continue
        found = rows_of([figure.query for figure in own], scope.tables)
        cells = [["–" if plain(value) is None else str(plain(value)) for value in row] for row in found[:most].values]
        title = f"{name}: {len(found)} dòng / rows"
        print_table(title, tuple(map(str, found)), cells, texts=tuple(range(found.shape[1])))
        parts.append(found.assign(table=name))
    for figure in figures:
        now = scope.tables.answer(figure.query)
        if now != figure.value:
            typer.echo(f"{figure.code}: nay là / is now {now}, trong báo cáo / in the report {figure.value}")
    if parts:
        write_csv(csv, pd.concat(parts, ignore_index=True))
