"""`phusong ledger`: close a period or open it for correction, verify what was closed, show and query the history."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phusong.cli.csv_file import refuse_existing, write_csv
from phusong.cli.ledger_compare import compare
from phusong.cli.ledger_levels import levels
from phusong.cli.ledger_outlook import outlook
from phusong.cli.ledger_published import published
from phusong.cli.states import STATES
from phusong.errors import PhusongError

if TYPE_CHECKING:
    import pandas as pd

    from phusong.config import Project

app = typer.Typer(help="What was published of each period, and how it came about.", no_args_is_help=True)
app.command("published")(published)
app.command("compare")(compare)
app.command("outlook")(outlook)
app.command("levels")(levels)

ProjectPath = Annotated[Path, typer.Argument(help="project.toml, or the folder it lies in.", metavar="PROJECT")]
CsvFile = Annotated[Path | None, typer.Option("--csv", help="Write it as CSV too: a new file.", metavar="FILE")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault.")]

_LINE = ["definition_id", "operator", "technology", "environment", "version", "line"]
_HEADINGS = (
    "Đơn vị / Unit",
    "Kỳ / Period",
    "Giá trị / Value",
    "Tử số / Numerator",
    "Mẫu số / Denominator",
    "Thấp / Low",
    "Cao / High",
    "Trạng thái / State",
)


@app.command()
def close(
    project: ProjectPath,
    period: Annotated[str, typer.Option(help="Quarter that has ended, such as 2026Q3.")],
    by: Annotated[str, typer.Option(help="Who closes it, as recorded.", metavar="NAME")],
    reason: Annotated[str, typer.Option(help="Why; a correction needs it.", metavar="TEXT")] = "",
    correction: Annotated[
        bool, typer.Option("--correction", help="Open a closed quarter, so that it can be run and closed again.")
    ] = False,
    debug: Debug = False,
) -> None:
    """Close a quarter: its snapshot is checked and never replaced; or open a closed one for correction."""
    del debug
    study, folder = _study(project)
    from phusong.ledger import closing
    from phusong.ledger.period import Period

    quarter = Period.parse(period)
    if correction:
        made = closing.correct(folder, quarter, by, reason)
        typer.echo(f"{quarter.name}: mở để sửa / {made}")
        typer.echo(f"Next: phusong run {project} --period {quarter.name}, then close it again. {made.kept_as} is kept.")
    else:
        made = closing.close(folder, quarter, by, reason)
        typer.echo(f"{study.name} {quarter.name}: đã đóng / {made}")
    typer.echo(f"Snapshot {made.digest}\nEntry {made.seq} of the register: {made.sha256}")


@app.command()
def verify(project: ProjectPath, debug: Debug = False) -> None:
    """Check that every snapshot ever closed is there unchanged, and that no entry of the register is."""
    del debug
    _, folder = _study(project)
    from phusong.ledger import closing
    from phusong.ledger.standing import CLOSED

    found = closing.verify(folder)
    for entry in found.closings:
        reason = f": {entry.reason}" if entry.reason else ""
        typer.echo(f"{entry.seq:>3}  {entry.period}  {entry.digest[:12]}  {entry}{reason}")
    if found.torn_bytes:
        typer.echo(f"A last line was cut off while it was written ({found.torn_bytes} bytes); it never counted.")
    count = sum(entry.act == CLOSED for entry in found.closings)
    typer.echo(f"Đúng / true: {count} closings, each with its snapshot unchanged. Last entry {found.head}")


@app.command()
def show(
    project: ProjectPath,
    period: Annotated[str | None, typer.Option(help="One quarter only, such as 2026Q3.")] = None,
    definition: Annotated[
        str | None, typer.Option(help="One indicator only, such as people_covered_limited_share.", metavar="ID")
    ] = None,
    csv: CsvFile = None,
    debug: Debug = False,
) -> None:
    """Show the indicators of the study and its provinces through the quarters."""
    del debug
    study, folder = _study(project)
    from phusong.cli.tables import print_table
    from phusong.ledger import history
    from phusong.ledger.period import Period

    refuse_existing(csv)
    table = history.series(folder, Period.parse(period).name if period else None)
    if definition is not None:
        _refuse_unknown(definition, sorted(set(table.definition_id)))
        table = table[table.definition_id == definition]
    if study.synthetic_layers:
        typer.echo(f"DỮ LIỆU GIẢ LẬP / SYNTHETIC: {', '.join(study.synthetic_layers)}")
    for (name, *scope, version, _), part in table.groupby(_LINE, sort=False):
        title = f"{name}, phiên bản / version {version} – {' '.join(str(word) for word in scope if word)}".rstrip(" –")
        print_table(title, _HEADINGS, [_row(row) for row in part.itertuples()], texts=(0, 7))
    for sentence in history.breaks(table):
        typer.echo(sentence)
    write_csv(csv, table)


@app.command()
def query(
    project: ProjectPath,
    sql: Annotated[str, typer.Argument(help="One SELECT.", metavar="SQL")],
    csv: CsvFile = None,
    debug: Debug = False,
) -> None:
    """
    Answer one SELECT over all quarters.

    Tables: indicators, communes, zones, zones_closed, provinces, villages, each with a column `period`; and periods.
    """
    del debug
    _, folder = _study(project)
    from phusong.ledger import history

    refuse_existing(csv)
    found = history.query(folder, sql)
    if len(set(found.columns)) < len(found.columns):
        raise PhusongError("Two columns of the answer have one name; give each its own with AS.")
    _print(found)
    write_csv(csv, found)


def _print(found: pd.DataFrame) -> None:
    """As a table where it is narrow enough to stand whole; else a block a row."""
    from phusong.cli.tables import WIDTH, print_table

    names = [str(name) for name in found]
    rows = [[_plain(value) for value in row] for row in found.itertuples(index=False)]
    title = f"{len(rows)} dòng / rows"
    if sum(max(map(len, column)) + 3 for column in zip(names, *rows, strict=True)) < WIDTH:
        texts = [at for at, name in enumerate(found) if found[name].map(lambda value: isinstance(value, str)).any()]
        print_table(title, names, rows, texts)
        return
    typer.echo(title)
    for row in rows:
        typer.echo("\n" + "\n".join(f"{name}: {value}" for name, value in zip(names, row, strict=True)))


def _study(project: Path) -> tuple[Project, Path]:
    """The study, and the folder of its snapshots, which hold no other project's."""
    from phusong.config import load
    from phusong.ledger.snapshot import refuse_foreign

    study = load(project)
    folder = study.folder / "snapshots"
    refuse_foreign(folder, study.name)
    return study, folder


def _row(row: Any) -> list[str]:
    from phusong.text import number_vi, percent_vi

    def figure(value: float) -> str:
        if value != value:  # noqa: PLR0124 - not known
            return "–"
        return percent_vi(value, 2) if row.definition_id.endswith("_share") else number_vi(value, 2 * (value % 1 > 0))

    def count(value: float) -> str:
        return "–" if value != value else number_vi(value)  # noqa: PLR0124

    return [
        f"{row.unit_code} {row.unit_name}".strip() or "Toàn bộ / study",
        row.period,
        figure(row.value),
        count(row.numerator),
        count(row.denominator),
        figure(row.low),
        figure(row.high),
        STATES[row.state],
    ]


def _refuse_unknown(definition: str, known: list[str]) -> None:
    if definition not in known:
        from phusong.text import nearest

        near = nearest(definition, known)
        hint = f"did you mean '{near}'?" if near else f"known are {', '.join(known)}."
        raise PhusongError(f"There is no indicator '{definition}' in these periods; {hint}")


def _plain(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.12g}" if isinstance(value, float) else str(value)
