"""What commands on the edition of a quarter share: the study and day that were asked, and the file of all figures."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phusong.errors import PhusongError, SnapshotError

if TYPE_CHECKING:
    import pandas as pd

    from phusong.config import Project
    from phusong.ledger.period import Period
    from phusong.progress import Step

ProjectPath = Annotated[Path, typer.Argument(help="project.toml, or the folder it lies in.", metavar="PROJECT")]
PeriodText = Annotated[str, typer.Option(help="Quarter that was run, such as 2026Q3.")]
AsOf = Annotated[str | None, typer.Option(help="Day of the edition; else the last of the quarter.", metavar="DATE")]
JsonFile = Annotated[Path | None, typer.Option("--json", help="Write all of it as JSON: a new file.", metavar="FILE")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault.")]


def asked(project: Path, period: str, as_of: str | None) -> tuple[Project, Period, dt.date]:
    """
    The study, the quarter, and the day of the edition; what is made up is told.

    Raises
    ------
    PhusongError
        When one of them is none, the quarter was not over on that day or was not run, or the folder of snapshots holds
        another project's.
    """
    from phusong.config import load

    study = load(project)
    from phusong.ledger import snapshot
    from phusong.ledger.period import Period
    from phusong.ledger.tasks import day_of

    snapshot.refuse_foreign(study.folder / "snapshots", study.name)
    quarter = Period.parse(period)
    day = day_of(as_of) if as_of else quarter.last_day
    quarter.refuse_earlier(day)
    snapshot.whole(study.folder / "snapshots", quarter.name, ())
    if study.synthetic_layers:
        typer.echo(f"DỮ LIỆU GIẢ LẬP / SYNTHETIC: {', '.join(study.synthetic_layers)}")
    return study, quarter, day


def record_of(study: Project, quarter: Period, day: dt.date) -> dict[str, Any]:
    """What a file of figures says of where they are from."""
    from phusong.ledger import snapshot

    _, digest = snapshot.whole(study.folder / "snapshots", quarter.name, ())
    told = {"project": study.name, "title": study.title, "title_en": study.title_en, "period": quarter.name}
    return {**told, "day": str(day), "snapshot_digest": digest, "synthetic": list(study.synthetic_layers)}


def gained(study: Project, quarter: Period, workers: int, progress: Step) -> pd.DataFrame | None:
    """People whom each planned site brings; None, and why, where the settings are no longer those of the run."""
    from phusong.pipeline.outlook import measure

    try:
        return measure(study, quarter, workers, progress)
    except SnapshotError as fault:
        typer.echo(f"Chưa đo số dân mỗi trạm mới / people per new site not measured: {fault}", err=True)
        return None


def refuse_existing(option: str, file: Path | None) -> None:
    """
    Stop before a file is replaced.

    Raises
    ------
    PhusongError
        Naming the option and the file.
    """
    if file is not None and file.exists():
        raise PhusongError(f"{option} {file}: is there already; it was left as it is")


def write_json(file: Path | None, record: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> None:
    """Write the record and the rows of each table, if a file was asked; what is not known is null."""
    if file is None:
        return
    rows = {name: [_plain(row) for row in table.to_dict("records")] for name, table in tables.items()}
    text = json.dumps({**record, **rows}, ensure_ascii=False, indent=1, allow_nan=False)
    file.write_text(text + "\n", "utf-8")
    typer.echo(f"Wrote {file}")


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    import pandas as pd

    found = {str(name): None if pd.isna(value) else value for name, value in row.items()}
    return {name: _json(value) for name, value in found.items()}


def _json(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()[:10]
    return value.item() if hasattr(value, "item") else value
