"""The pipeline: from a project file to a period's snapshot and edition. The order of the stages, and no logic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from phusong.config import Project
from phusong.ledger import definitions, lock, log, record, room, snapshot
from phusong.ledger.earlier import Earlier
from phusong.ledger.edition import Edition
from phusong.ledger.period import Period
from phusong.ledger.standing import closed
from phusong.ledger.tile_store import TileStore
from phusong.pipeline.assembly import assemble, edit
from phusong.pipeline.clock import Clock, Stage
from phusong.pipeline.diagnosis import diagnose, refuse_other_criteria
from phusong.pipeline.preparation import Base, electrify, populate, prepare
from phusong.pipeline.settlement import settle
from phusong.pipeline.surveying import survey
from phusong.pipeline.tally import tally
from phusong.pipeline.workforce import Workforce, workforce
from phusong.progress import Step

__all__ = ["Outcome", "edit", "populate", "prepare", "run"]

TILES = "tiles"
"""Folder of a project that keeps what was computed of its tiles; it may be removed at any time."""


@dataclass(frozen=True)
class Outcome:
    """What a run made, for those who started it."""

    folder: Path
    edition: Edition
    stages: Sequence[Stage]


def run(project: Project, quarter: str, workers: int, progress: Step, scheduler: str | None = None) -> Outcome:
    """
    Run a study for one quarter and write its snapshot and its log.

    Parameters
    ----------
    workers
        Threads; no result depends on it.
    scheduler
        Address of a Dask scheduler whose workers compute the tiles; None for this machine.

    Raises
    ------
    PhusongError
        When another run of the project is on, the period is closed, a definition changed in place, an input file
        changed while it ran, or the period, the project file, a layer, the earlier snapshot or the folder cannot be
        used.
    """
    period = Period.parse(quarter)
    folder = project.folder / "snapshots"
    refuse_other_criteria(project.zones)
    snapshot.refuse_foreign(folder, project.name)
    snapshot.make_ready(folder)
    snapshot.refuse_closed(folder, period.name)
    snapshot.refuse_redefined(folder, definitions.recorded(definitions.definitions()))
    force = workforce(scheduler, workers)
    with lock.alone(project.folder / TILES):
        return _run(project, period, force, workers, progress)


def _run(project: Project, period: Period, force: Workforce, workers: int, progress: Step) -> Outcome:
    clock, folder, store = Clock(), project.folder / "snapshots", TileStore(project.folder / TILES)
    given = record.seen(project)
    inputs = prepare(project, period, progress)
    earlier = Earlier.than(period, folder, inputs.grid.crs)
    clock.done("layers")
    settled = settle(project, inputs, store, force, progress)
    base = Base(project, period, inputs, settled, electrify(project, period, inputs))
    room.refuse_short(project.folder, sum(part.shape[0] * part.shape[1] for part in settled.parts))
    clock.done("people and electricity")
    found = survey(base, store, force, progress)
    clock.done("radio and power")
    progress("drawing dead zones", 0, 0)
    diagnosis = diagnose(base, found, earlier, found.reached, workers, progress)
    clock.done("dead zones")
    sums = tally(base, found, workers, progress)
    made = assemble(base, found, sums, diagnosis)
    clock.done("tables")
    record.refuse_changed(given, made.run["inputs"])
    progress("writing the snapshot", 0, 0)
    place, digest = snapshot.write(made, folder)
    store.forget_others(period.name, closed(folder))
    clock.done("snapshot")
    stages = [vars(stage) for stage in clock.stages]
    log.write(project.folder / "logs", period.name, {"workers": workers, "stages": stages, "digest": digest})
    return Outcome(place, edit(made.tables, made.run, digest), tuple(clock.stages))
