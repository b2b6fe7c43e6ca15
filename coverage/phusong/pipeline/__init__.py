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
from phusong.pipeline.allowance import Allowance
from phusong.pipeline.assembly import assemble, edit, scores
from phusong.pipeline.clock import Clock, Stage
from phusong.pipeline.diagnosis import diagnose, refuse_other_criteria
from phusong.pipeline.effort import Effort
from phusong.pipeline.memory import Kept, OfTiles
from phusong.pipeline.outlines import Outlines
from phusong.pipeline.preparation import Base, electrify, populate, prepare
from phusong.pipeline.resident import hoard_little
from phusong.pipeline.settlement import settle
from phusong.pipeline.surveying import survey, tile_bytes
from phusong.pipeline.tally import tally
from phusong.pipeline.workforce import Threads, Workforce, workforce
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
    effort: Effort


def run(
    project: Project,
    quarter: str,
    workers: int,
    progress: Step,
    scheduler: str | None = None,
    memory_limit: str | None = None,
    processes: bool = False,
) -> Outcome:
    """
    Run a study for one quarter and write its snapshot and its log.

    Parameters
    ----------
    workers
        Threads, or processes; no result depends on it.
    scheduler
        Address of a Dask scheduler whose workers compute the tiles; None for this machine.
    memory_limit
        Such as 4GB: no more tiles are computed at a time than it has room for; None for as much as there is.
    processes
        Whether long work goes to processes of their own (`crew.Crew`), which is quicker, and needs a program that does
        nothing when it is imported.

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
    allowance = Allowance.parse(memory_limit)
    force = workforce(scheduler, workers, allowance, processes)
    with lock.alone(project.folder / TILES):
        return _run(project, period, force, workers, allowance, progress)


def _run(
    project: Project, period: Period, force: Workforce, workers: int, allowance: Allowance, progress: Step
) -> Outcome:
    hoard_little()
    clock, folder, store = Clock(), project.folder / "snapshots", TileStore(project.folder / TILES)
    progress = clock.watching(progress)
    given, filed, memory = record.seen(project), scores(project), Kept(store)
    inputs = prepare(project, period, progress, memory, workers)
    earlier = Earlier.than(period, folder, inputs.grid.crs)
    clock.done("layers")
    settled = settle(project, inputs, store, Threads(workers, allowance), progress)
    base = Base(project, period, inputs, settled, electrify(project, period, inputs), memory)
    room.refuse_short(project.folder, sum(part.shape[0] * part.shape[1] for part in settled.parts))
    clock.done("people and electricity")
    bare, outlines = Outlines.put_away(inputs.communes, store)
    base = base.with_communes(bare)
    del inputs  # which have the outlines still
    with force:
        found = survey(base, store, force, progress, allowance)
        clock.done("radio and power")
        of_tiles, few = OfTiles(memory, found.keys), allowance.workers(workers, tile_bytes(found.parts))
        diagnosis = diagnose(base, found, earlier, found.reached, few, progress, of_tiles, force.do)
        clock.done("dead zones")
    base = base.with_communes(outlines.back_in(bare))
    sums = tally(base, found, few, progress, of_tiles)
    made = assemble(base, found, sums, diagnosis, filed, few)
    clock.done("tables")
    record.refuse_changed(given, made.run["inputs"])
    progress("writing the snapshot", 0, 0)
    place, digest = snapshot.write(made, folder, few, memory)
    store.forget_others(period.name, closed(folder))
    clock.done("snapshot")
    stages = [vars(stage) for stage in clock.stages]
    told = {"workers": workers, "stages": stages, "radio": found.effort.told(), "digest": digest}
    told["peak_memory_mb"] = clock.stages[-1].peak_memory_mb
    log.write(project.folder / "logs", period.name, told)
    return Outcome(place, edit(made.tables, made.run, digest), tuple(clock.stages), found.effort)
