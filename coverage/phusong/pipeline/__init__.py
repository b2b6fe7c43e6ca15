"""The pipeline: from a project file to a period's snapshot and edition. The order of the stages, and no logic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from phusong.config import Project
from phusong.ledger import definitions, log, snapshot
from phusong.ledger.earlier import Earlier
from phusong.ledger.edition import Edition
from phusong.ledger.period import Period
from phusong.pipeline.assembly import assemble, edit
from phusong.pipeline.clock import Clock, Stage
from phusong.pipeline.diagnosis import diagnose, refuse_other_criteria
from phusong.pipeline.preparation import Base, electrify, populate, prepare
from phusong.pipeline.surveying import survey
from phusong.progress import Step

__all__ = ["Outcome", "edit", "populate", "prepare", "run"]


@dataclass(frozen=True)
class Outcome:
    """What a run made, for those who started it."""

    folder: Path
    edition: Edition
    stages: Sequence[Stage]


def run(project: Project, quarter: str, workers: int, progress: Step) -> Outcome:
    """
    Run a study for one quarter and write its snapshot and its log.

    Parameters
    ----------
    workers
        Threads of the radio stage; no result depends on it.

    Raises
    ------
    PhusongError
        When the period is closed, a definition changed in place, or the period, the project file, a layer, the earlier
        snapshot or the folder cannot be used.
    """
    period = Period.parse(quarter)
    folder = project.folder / "snapshots"
    refuse_other_criteria(project.zones)
    snapshot.refuse_foreign(folder, project.name)
    snapshot.make_ready(folder)
    snapshot.refuse_closed(folder, period.name)
    snapshot.refuse_redefined(folder, definitions.recorded(definitions.definitions()))
    clock = Clock()
    inputs = prepare(project, period, progress)
    earlier = Earlier.than(period, folder, inputs.grid.crs)
    clock.done("layers")
    base = Base(project, period, inputs, *populate(project, inputs), electrify(project, period, inputs))
    clock.done("people and electricity")
    surface, expected = survey(base, workers, progress)
    clock.done("radio and power")
    progress("drawing dead zones", 0, 0)
    diagnosis = diagnose(base, surface, earlier, workers, progress)
    clock.done("dead zones")
    progress("counting", 0, 0)
    made = assemble(base, surface, expected, diagnosis)
    clock.done("tables")
    progress("writing the snapshot", 0, 0)
    place, digest = snapshot.write(made, folder)
    clock.done("snapshot")
    stages = [vars(stage) for stage in clock.stages]
    log.write(project.folder / "logs", period.name, {"workers": workers, "stages": stages, "digest": digest})
    return Outcome(place, edit(made.tables, made.run, digest), tuple(clock.stages))
