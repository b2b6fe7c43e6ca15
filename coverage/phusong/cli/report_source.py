"""What the commands on reports share: the source of a report, made anew from its project, and the unit asked."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from phusong.cli.editions import gained
from phusong.errors import PhusongError

if TYPE_CHECKING:
    from pathlib import Path

    from phusong.config import Project
    from phusong.ledger.period import Period
    from phusong.progress import Step
    from phusong.publish.report.content import Asked, Source
    from phusong.publish.report.model import Identity

FOLDER = "reports"
"""Of a project, where its reports lie."""
_TABLES = ("communes", "zones", "sites", "villages", "power_lines", "substations", "filings", "filing_reasons")


def source_of(
    study: Project, period: Period, day: dt.date, progress: Step, workers: int = 1, *, gains: bool = False
) -> Source:
    """
    The edition of a quarter and what lies beside it, without changes.

    Parameters
    ----------
    workers
        Threads of the radio stage.
    gains
        Measure whom each planned site brings, for which the radio model is run.

    Raises
    ------
    PhusongError
        When the quarter was not run, or is not as it was written.
    """
    from phusong.ledger import snapshot
    from phusong.pipeline import beside, companions, edit
    from phusong.publish.report.content import Source

    progress("reading the snapshot", 0, 0)
    wanted = {*_TABLES, *companions.TABLES, *beside.TABLES}
    held, run, digest = snapshot.read(study.folder / "snapshots", period.name, [*wanted])
    measured = gained(study, period, workers, progress) if gains else None
    edition = edit(held, run, digest, companions.companions(study, period, day, gained=measured, held=held))
    return Source(edition, beside.beside(study, held, run), beside.compared_with(run), study.report)


def with_changes(study: Project, source: Source, asked: Asked, workers: int, progress: Step) -> Source:
    """
    The same with what changed since the quarter that the report is held against; as it is where there is none.

    Raises
    ------
    PhusongError
        When the quarters cannot be compared.
    """
    if not asked.against:
        return source
    import dataclasses

    from phusong.ledger.period import Period
    from phusong.pipeline.beside import changes

    unit = asked.code if asked.level == "commune" else None
    period = Period.parse(source.edition.period)
    found = changes(study, asked.against, period, unit, workers, progress)
    return dataclasses.replace(source, beside={**source.beside, "changes": found})


def of_identity(study: Project, identity: Identity, workers: int, progress: Step) -> tuple[Source, Asked]:
    """
    The source and question of a report that was written, as of the same quarter and day.

    Raises
    ------
    PhusongError
        When it is another project's, or its quarter cannot be read.
    """
    from typing import get_args

    from phusong.ledger.period import Period
    from phusong.pipeline.beside import earlier_of
    from phusong.publish.report.content import Asked
    from phusong.publish.report.scope import Level
    from phusong.publish.tiers import Tier

    if identity.project != study.name:
        raise PhusongError(f"Báo cáo của dự án '{identity.project}' / the report is of another project: {study.name}")
    level = next((one for one in get_args(Level) if one == identity.level), None)
    tier = next((one for one in get_args(Tier) if one == identity.tier), None)
    if level is None or tier is None:
        raise PhusongError(f"{identity.text}: không rõ cấp / the level or tier is not known")
    period = Period.parse(identity.period)
    told = (level, identity.code, tier, identity.language, earlier_of(study, period), identity.against, identity.gains)
    asked, source = Asked(*told), source_of(study, period, identity.day, progress, workers, gains=identity.gains)
    return with_changes(study, source, asked, workers, progress), asked


def project_of(file: Path, said: Path | None) -> Path:
    """
    Folder of the project that a report belongs to: the one that was said, or the nearest above the file.

    Raises
    ------
    PhusongError
        When there is none.
    """
    if said is not None:
        return said
    for folder in file.resolve().parents:
        if (folder / "project.toml").exists():
            return folder
    raise PhusongError(f"{file}: không có project.toml ở trên / no project.toml above it; say which with --project DIR")
