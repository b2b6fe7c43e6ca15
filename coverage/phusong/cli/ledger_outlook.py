"""`phusong ledger outlook`: what "nationwide" means so far, what is left for each week, and what is likely by then."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from phusong.cli.editions import (
    AsOf,
    Debug,
    JsonFile,
    PeriodText,
    ProjectPath,
    asked,
    gained,
    record_of,
    refuse_existing,
    write_json,
)

_RECORD = "outlook.json"
"""Beside the tables in a folder of CSV."""


def outlook(
    project: ProjectPath,
    period: PeriodText,
    by: Annotated[str, typer.Option(help="Day by which targets are to be met.", metavar="DATE")] = "2026-12-31",
    as_of: AsOf = None,
    csv: Annotated[Path | None, typer.Option(help="Folder for a CSV of each table.", metavar="DIR")] = None,
    json_file: JsonFile = None,
    charts: Annotated[Path | None, typer.Option(help="Folder for a chart of each series.", metavar="DIR")] = None,
    gains: Annotated[
        bool, typer.Option(help="Measure whom each planned site brings: the radio model is run for them.")
    ] = True,
    workers: Annotated[int, typer.Option(min=1, help="Threads of the radio stage.")] = os.cpu_count() or 1,
    debug: Debug = False,
) -> None:
    """Say what "nationwide 5G" means so far, what is left for each week, and what is likely by the day."""
    del debug
    study, quarter, day = asked(project, period, as_of)
    from phusong.cli.outlook_tables import print_outlook
    from phusong.ledger import bundle
    from phusong.ledger.tasks import day_of
    from phusong.progress import Reporter

    refuse_existing("--json", json_file)
    if csv is not None:
        bundle.refuse_foreign(csv, _RECORD)
    end = day_of(by)
    measured = None
    if gains:
        with Reporter(quiet=False) as reporter:
            measured = gained(study, quarter, workers, reporter.step)
    from phusong.pipeline.companions import companions

    beside = companions(study, quarter, day, end, measured)
    tables = beside.outlook
    record = record_of(study, quarter, day) | {"by": str(end)}
    typer.echo(f"{study.title} – {quarter.name}, {day} → {end}")
    provinces = beside.levels[beside.levels.unit_level == "province"].drop_duplicates("unit_code")
    print_outlook(tables, dict(zip(provinces.unit_code, provinces.unit_name, strict=True)))
    if csv is not None:
        typer.echo(f"Wrote {bundle.write(csv, _RECORD, tables, record)}")
    write_json(json_file, record, tables)
    if charts is not None:
        from phusong.ledger import snapshot
        from phusong.pipeline import edit
        from phusong.publish.series_chart import write_charts

        edition = edit(*snapshot.read(study.folder / "snapshots", quarter.name), beside)
        for file in write_charts(edition, charts):
            typer.echo(f"Wrote {file}")
