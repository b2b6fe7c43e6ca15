"""The commands. Each parses, calls one function of the library, and says where the files are."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from phusong.cli import checklist, ledger, radio, task, units
from phusong.cli.check import check
from phusong.cli.explain import explain
from phusong.cli.export import export
from phusong.cli.fetch import fetch
from phusong.cli.intake import intake
from phusong.cli.maps import maps
from phusong.cli.publish import publish
from phusong.cli.report import report
from phusong.cli.storm import storm
from phusong.cli.tables import print_table
from phusong.cli.verify import verify
from phusong.cli.zones import zones
from phusong.errors import PhusongError

if TYPE_CHECKING:
    from phusong.pipeline import Outcome

_INCOMPLETE = 3
"""Exit status of a run that went on without an input that could not be read to its end."""

app = typer.Typer(
    help="Signal and power dead zones, and progress toward nationwide 5G, by commune.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(radio.app, name="radio")
app.add_typer(units.app, name="units")
app.add_typer(ledger.app, name="ledger")
app.add_typer(task.app, name="task")
app.add_typer(checklist.app, name="checklist")
app.command()(intake)
app.command()(check)
app.command()(zones)
app.command()(maps)
app.command()(export)
app.command()(report)
app.command()(publish)
app.command()(explain)
app.command()(verify)
app.command()(storm)
app.command()(fetch)

ProjectPath = Annotated[Path, typer.Argument(help="project.toml, or the folder it lies in.", metavar="PROJECT")]
PeriodText = Annotated[str, typer.Option(help="Quarter, such as 2026Q3.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Say nothing but faults.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault.")]


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Folder to make.", metavar="DIR")],
    sample: Annotated[
        bool, typer.Option("--sample", help="Write the synthetic sample province with all layers.")
    ] = False,
    debug: Debug = False,
) -> None:
    """Write a project file to start from, or a whole sample study."""
    del debug
    if sample:
        from phusong.sample import write_sample

        file = write_sample(folder)
    else:
        from phusong.config import write_template

        file = write_template(folder)
    typer.echo(f"Wrote {file}")
    command = f"phusong run {folder} --period 2026Q3" if sample else f"fill it in, then phusong check {folder}"
    typer.echo(f"Next: {command}")


@app.command()
def run(
    project: ProjectPath,
    period: PeriodText,
    workers: Annotated[int, typer.Option(min=1, help="Tiles computed at a time.")] = os.cpu_count() or 1,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler whose workers compute the tiles, tls://HOST:PORT.")
    ] = None,
    memory_limit: Annotated[
        str | None, typer.Option(help="Memory to keep to, such as 4GB: fewer tiles at a time.", metavar="SIZE")
    ] = None,
    maps: Annotated[Path | None, typer.Option(help="Folder for the map; else beside the project.")] = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Compute a quarter: snapshot, dead zones, commune figures and the map."""
    del debug
    from phusong.config import load

    study = load(project)
    from phusong import pipeline
    from phusong.cli.compiling import announce
    from phusong.ledger.snapshot import INCOMPLETE
    from phusong.progress import Reporter
    from phusong.publish.map import write_map

    with Reporter(quiet) as reporter:
        announce(reporter)
        outcome = pipeline.run(study, period, workers, reporter.step, scheduler, memory_limit, processes=True)
        reporter.step("drawing the map", 0, 0)
        page = write_map(outcome.edition, (maps or study.folder / "maps") / f"{study.name}-{period}.html")
    if not quiet:
        _print_outcome(outcome, page)
    if outcome.edition.run["state"] == INCOMPLETE:
        typer.echo("Incomplete: see the warnings in run.json. What hangs on it is unknown, not no.", err=True)
        raise typer.Exit(_INCOMPLETE)


@app.command()
def info(project: ProjectPath, debug: Debug = False) -> None:
    """Say what a project is made of and which periods it has."""
    del debug
    from phusong.config import LAYER_NAMES, load
    from phusong.ledger.snapshot import periods

    study = load(project)
    typer.echo(f"{study.name}: {study.title}\n{study.title_en}\n")
    typer.echo(f"grid     {study.grid.crs}, pixels of {study.grid.pixel_m:g} m")
    typer.echo(f"radio    {study.radio.propagation}, reach {study.radio.reach_km:g} km")
    for name in LAYER_NAMES:
        layer = getattr(study.layers, name)
        marks = " SYNTHETIC" if layer is not None and layer.synthetic else ""
        typer.echo(f"{name:<13}{', '.join(layer.paths)}{marks}" if layer is not None else f"{name:<13}–")
    typer.echo(f"periods  {', '.join(periods(study.folder / 'snapshots')) or 'none yet'}")


def main() -> None:
    """Entry point: faults for people in a sentence and exit 1, wrong usage exit 2, a traceback only with --debug."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except Exception as fault:
        if "--debug" in sys.argv:
            raise
        typer.echo(_sentence(fault), err=True)
        sys.exit(1)


def _sentence(fault: Exception) -> str:
    if isinstance(fault, PhusongError):
        return str(fault)
    if isinstance(fault, MemoryError):
        return "Not enough memory. A smaller study or larger pixels need less."
    if isinstance(fault, OSError):
        return f"{fault.filename or 'A file'} cannot be used: {fault.strerror or fault}"
    return f"Unexpected fault: {type(fault).__name__}: {fault}\nRun again with --debug and report what it prints."


def _print_outcome(outcome: Outcome, page: Path) -> None:
    from phusong.publish.headline import HEADINGS, headline, notes

    edition = outcome.edition
    print_table(f"{edition.title} – {edition.period}", HEADINGS, headline(edition), texts=(0,))
    for line in notes(edition):
        typer.echo(line)
    typer.echo(f"Snapshot: {outcome.folder}")
    typer.echo(f"Map:      {page}")
    _print_effort(outcome)


def _print_effort(outcome: Outcome) -> None:
    """Where the time and the memory went, and how much of the radio stage was taken over."""
    whole_s = sum(stage.wall_s for stage in outcome.stages) or 1.0
    rows = [
        (stage.name, f"{stage.wall_s:.1f}", f"{100 * stage.wall_s / whole_s:.0f} %", _megabytes(stage.peak_memory_mb))
        for stage in outcome.stages
    ]
    print_table("Where the time went", ("stage", "s", "share", "MB at most so far"), rows, texts=(0,))
    effort = outcome.effort
    taken_over = f", {effort.kept} taken over from an earlier run" if effort.kept else ""
    paths = f"; {effort.pairs / 1e6:,.1f} million paths, {effort.rate}" if effort.computed else ""
    typer.echo(f"Radio:    {effort.computed} of {effort.tiles} tiles computed{taken_over}{paths}")


def _megabytes(size_mb: float | None) -> str:
    return "–" if size_mb is None else f"{size_mb:,.0f}"
