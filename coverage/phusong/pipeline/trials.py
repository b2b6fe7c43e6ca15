"""Trials: every change that could give a dead zone signal, tried with the radio engine, batch by batch of zones."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from phusong.config import Project
from phusong.grid import Grid
from phusong.layers.inputs import Inputs
from phusong.layers.memory import Arrays, Memory, forgetful
from phusong.pipeline.candidates import Candidates, Groups
from phusong.pipeline.workforce import Do, Threads, here
from phusong.progress import Step
from phusong.radio.carrier import Carrier
from phusong.radio.counterfactual import Losses, at_lower_band, flat, given, raised, tilted
from phusong.radio.levels import threshold_ddbm
from phusong.radio.world import World
from phusong.zones import cause
from phusong.zones.cause import BAND, HEIGHT, OTHER_OPERATOR, SHADOW, TILT, Sampled

Usual = Mapping[tuple[str, str], float | None]
OWN = "own"
"""The carriers whose signal counts now."""
SETTINGS = (TILT, BAND, HEIGHT)
_COMES = {
    cause.DATA_FAULT: "counted",
    OTHER_OPERATOR: "open to all",
    cause.WITHOUT_POWER: "powered",
    cause.PLANNED: "on air",
}
"""What sites that do not count would have to become."""
_REACHES = 4
"""Edge of the square of zones that are tried together, in farthest reaches: bounds the memory."""
_SLACK_M = 1.0  # the engine decides who is within reach
_MARGIN_PIXELS = 3  # a radial may pass beside its receiver, and heights are read between four pixels
_COLUMNS = (
    "micro", "cured_micro", "cured_share", "site", "technology", "before_ddbm", "after_ddbm", "threshold_ddbm",
    "sites_in_reach", "step",
)  # fmt: skip
"""Of an outcome; the last is the number of the change."""


@dataclass(frozen=True)
class Trial:
    """
    A change that is tried.

    Parameters
    ----------
    cause, change
        The cause it speaks for, and how it is told.
    group, done
        Whom it is done to, and how.
    flat
        Whether over flat ground.
    unless
        Not at zones where one of these causes holds: it could only cure them by what they change.
    """

    cause: str
    change: str
    group: str
    done: Callable[[Sequence[Carrier]], Sequence[Carrier]] = list
    flat: bool = False
    unless: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Reach:
    """
    Which masts are within the farthest reach of which zones of a batch: pairs, by mast.

    Parameters
    ----------
    mast
        Number of each mast by its place.
    start
        First pair of each mast, and their count at the end.
    zone, distance_m
        Of each pair; the distance is that of the zone's nearest pixel tested.
    """

    mast: Mapping[tuple[float, float], int]
    start: NDArray[np.int64]
    zone: NDArray[np.int64]
    distance_m: NDArray[np.float64]

    def pairs(self, found: Sequence[Carrier]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Carriers and pairs, for every zone near their masts."""
        mast = np.array([self.mast[one.x_m, one.y_m] for one in found], np.int64)
        first, count = self.start[mast], self.start[mast + 1] - self.start[mast]
        carrier = np.repeat(np.arange(len(found)), count)
        within = np.arange(carrier.size) - np.repeat(np.cumsum(count) - count, count)
        return carrier, np.repeat(first, count) + within

    def near(self, found: Sequence[Carrier], asked: NDArray[np.bool_]) -> list[Carrier]:
        """Carriers of which the mast is near one of the zones asked, in their order."""
        carrier, pair = self.pairs(found)
        return [found[number] for number in np.unique(carrier[asked[self.zone[pair]]])]

    def reaching(self, found: Sequence[Carrier], asked: NDArray[np.bool_]) -> list[Carrier]:
        """Carriers that may reach one of the zones asked, in their order."""
        carrier, pair = self.pairs(found)
        reach_m = np.array([one.reach_km * 1000 + _SLACK_M for one in found])
        held = asked[self.zone[pair]] & (self.distance_m[pair] <= reach_m[carrier])
        return [found[number] for number in np.unique(carrier[held])]

    def sites(self, found: Sequence[Carrier], zones: int) -> NDArray[np.int64]:
        """By zone, how many sites have one of its pixels within reach of a carrier."""
        carrier, pair = self.pairs(found)
        reach_m = np.array([one.reach_km * 1000 for one in found])
        held = self.distance_m[pair] <= reach_m[carrier]
        site = np.array([one.row for one in found], np.int64)[carrier[held]]
        both = np.unique(np.stack([self.zone[pair[held]], site]), axis=1)
        return np.bincount(both[0], minlength=zones)


@dataclass(frozen=True)
class _Stage:
    """
    Where a batch of zones is tried.

    Parameters
    ----------
    box, around
        The smallest grid that holds the pixels tested, and with the farthest reach as margin.
    at
        Pixels by their place in the box, zones numbered from nought.
    heights_m, clutter_m
        Around them.
    """

    box: Grid
    around: Grid
    at: Sampled
    heights_m: NDArray[np.float32]
    clutter_m: NDArray[np.float32] | None

    @classmethod
    def of(cls, project: Project, inputs: Inputs, at: Sampled) -> _Stage:
        """That of some pixels of a study."""
        box, local = _boxed(at, inputs.grid)
        margin_m = project.radio.farthest_km * 1000 + _MARGIN_PIXELS * box.pixel_m
        around = box.padded(margin_m).overlap(inputs.terrain_grid)
        return cls(box, around, local, inputs.heights(around), inputs.clutter_heights(around))

    @property
    def told(self) -> list[Any]:
        """All of it."""
        return list(vars(self).values())


@dataclass(frozen=True)
class _Scene:
    """
    A batch of zones: the ground as it is and flat, and the pixels tested.

    Parameters
    ----------
    at
        Pixels by their place in the world's grid, zones numbered from nought.
    zones
        How many there are.
    groups
        Carriers near one of them.
    before_ddbm
        Levels now, shape (technologies, pixels).
    """

    real: World
    flat: World
    thresholds_ddbm: dict[str, int]
    at: Sampled
    zones: int
    reach: _Reach
    groups: Groups
    before_ddbm: NDArray[np.float64]
    losses: Losses


def trials(project: Project, setting: Mapping[str, str], usual_dbm: Usual) -> tuple[Trial, ...]:
    """
    All changes, the smaller before the larger.

    Parameters
    ----------
    setting
        By site, urban or rural.
    usual_dbm
        The usual EIRP of a resource element of those whose signal counts now, by technology and name of the band.
    """
    tilts, rises, radio = project.cause.tilts_deg, project.cause.raises_m, project.radio
    bands = sorted(radio.bands, key=lambda band: -band.low_mhz)
    usual = [usual_dbm[band.technology, band.name] for band in bands]
    down = {
        band: partial(at_lower_band, band=band, radio=radio, setting=setting, usual_dbm=dbm)
        for band, dbm in zip(bands, usual, strict=True)
        if band.technology in project.zones.technologies
    }

    def best(found: Sequence[Carrier]) -> list[Carrier]:
        high = raised(found, rises[-1])
        bands = [*high, *(one for move in down.values() for one in move(high))]
        return [*bands, *(one for tilt in tilts for one in tilted(bands, tilt))]

    return (
        *(Trial(name, change, name) for name, change in _COMES.items()),
        *(Trial(TILT, f"tilt {tilt:g} deg", OWN, partial(tilted, tilt_deg=tilt)) for tilt in tilts),
        *(Trial(BAND, f"{band.technology} {band.name}", OWN, move) for band, move in down.items()),
        *(Trial(HEIGHT, f"+{rise:g} m", OWN, partial(raised, rise_m=rise)) for rise in rises),
        Trial(SHADOW, "flat ground", OWN, flat=True),
        Trial(HEIGHT, f"+{rises[-1]:g} m, tilt, band", OWN, best, unless=(TILT, BAND, SHADOW)),
        Trial(SHADOW, "flat ground, best settings", OWN, best, flat=True, unless=SETTINGS),
    )


def tried(
    project: Project,
    inputs: Inputs,
    at: Sampled,
    first_pixel: NDArray[np.int64],
    candidates: Candidates,
    usual_dbm: Usual,
    workers: int,
    progress: Step,
    memory: Memory = forgetful,
    do: Do = here,
) -> dict[str, pd.DataFrame]:
    """
    By cause, the change that cures each zone, or comes nearest; as of `cause.smallest`, with `sites_in_reach`.

    A zone's pixels decide its outcome and nobody else's, so zones are tried in batches, each in a world of its own.

    Parameters
    ----------
    first_pixel
        Of every zone of the study: which batch it is in.
    usual_dbm
        As of `trials`.
    memory
        Of batches tried in runs before.
    do
        Does what may be done elsewhere, as `Workforce.do`.
    """
    batches = _batches(at, first_pixel, inputs.grid, _REACHES * _reach_pixels(project, inputs.grid))
    settings = [project.cause, project.radio, project.zones, usual_dbm]
    changes = _trials(project, candidates, usual_dbm)
    inner = 1 if len(batches) > workers else workers

    def batch(number: int) -> tuple[int, pd.DataFrame]:
        own = batches[number]
        stage = _Stage.of(project, inputs, own)
        near, rows = candidates.within(stage.box.padded(project.radio.farthest_km * 1000).bounds)

        def work() -> Arrays:
            return do(_try, project, stage, near, usual_dbm, inner)

        kept = memory("trials", [*settings, *stage.told, *near.told], work)
        return number, _outcomes_of(kept, changes, np.unique(own.zone), rows, project)

    found: dict[int, pd.DataFrame] = {}
    for number, table in Threads(workers).each(batch, ((number,) for number in range(len(batches)))):
        found[number] = table
        progress("finding the causes of dead zones", len(found), len(batches))
    every = pd.concat([found[number] for number in sorted(found)])
    of_cause = np.array([one.cause for one in changes], object)[every.step]
    causes = dict.fromkeys(one.cause for one in changes)
    return {name: cause.smallest(every[of_cause == name], project.cause.cured_share) for name in causes}


def _try(project: Project, stage: _Stage, near: Candidates, usual_dbm: Usual, workers: int) -> Arrays:
    """What every change would do to a batch, column by column, one change after the other."""
    changes, scene = _trials(project, near, usual_dbm), _scene(project, stage, near.groups(project.radio), workers)
    made = list(_outcomes(changes, scene, project.cause.cured_share, workers))
    every = pd.concat([table.assign(step=step) for step, table in enumerate(made)])
    technology = every.technology.map({name: k for k, name in enumerate(project.zones.technologies)})
    plain = every.assign(technology=technology.astype(np.int64)).reset_index()
    return {str(name): plain[name].to_numpy() for name in plain}


def _trials(project: Project, candidates: Candidates, usual_dbm: Usual) -> tuple[Trial, ...]:
    sites = candidates.sites
    return trials(project, dict(zip(sites.site_id, sites.setting, strict=True)), usual_dbm)


def _outcomes_of(
    kept: Arrays, changes: Sequence[Trial], zones: NDArray[np.int64], rows: NDArray[np.int64], project: Project
) -> pd.DataFrame:
    """Outcomes out of what was stored of them, by row of the zone in the study, with the number of the change."""
    columns: dict[str, Any] = {name: kept[name] for name in _COLUMNS}
    columns["site"] = np.append(rows, -1)[columns["site"]]
    columns["technology"] = np.array(project.zones.technologies, object)[columns["technology"]]
    columns["change"] = np.array([one.change for one in changes], object)[columns["step"]]
    return pd.DataFrame(columns, index=pd.Index(zones[kept["zone"]], name="zone"))


def _reach_pixels(project: Project, grid: Grid) -> int:
    return math.ceil(project.radio.farthest_km * 1000 / grid.pixel_m)


def _batches(at: Sampled, first_pixel: NDArray[np.int64], grid: Grid, edge: int) -> list[Sampled]:
    """The pixels by squares in which their zones begin; one batch without pixels where there is none."""
    row, column = np.divmod(first_pixel[at.zone], grid.shape[1])
    square = row // edge * (grid.shape[1] // edge + 1) + column // edge
    order = np.argsort(square, kind="stable")
    cuts = np.flatnonzero(np.diff(square[order])) + 1
    return [Sampled(at.pixel[own], at.zone[own], at.micro[own]) for own in np.split(order, cuts)]


def _scene(project: Project, stage: _Stage, groups: Groups, workers: int) -> _Scene:
    wanted = f"{project.zones.level}_dbm"
    levels = {str(name): project.radio.levels(name) for name in project.zones.technologies}
    steps = {name: threshold_ddbm(getattr(own, wanted)) for name, own in levels.items()}
    real = World(stage.heights_m, stage.around, stage.box, project.radio, stage.clutter_m)
    zones = int(stage.at.zone.max(initial=-1)) + 1
    reach = _reach(stage.at, real, [one for group in groups.values() for one in group])
    near = {name: [one for one in group if (one.x_m, one.y_m) in reach.mast] for name, group in groups.items()}
    losses = Losses()
    own = reach.reaching(near[OWN], np.ones(zones, bool))
    before = given(own, stage.at.pixel, real, steps, workers, losses).level_ddbm
    return _Scene(real, flat(real), steps, stage.at, zones, reach, near, before, losses)


def _boxed(at: Sampled, grid: Grid) -> tuple[Grid, Sampled]:
    """The smallest grid that holds some pixels, and the pixels in it, their zones numbered from nought."""
    row, column = np.divmod(at.pixel, grid.shape[1])
    top, left = int(row.min(initial=grid.shape[0] - 1)), int(column.min(initial=grid.shape[1] - 1))
    box = grid.part(top, left, int(row.max(initial=top)) - top + 1, int(column.max(initial=left)) - left + 1)
    zone = np.unique(at.zone, return_inverse=True)[1].astype(np.int64)
    return box, Sampled((row - top) * box.shape[1] + column - left, zone, at.micro)


def _reach(at: Sampled, world: World, found: Sequence[Carrier]) -> _Reach:
    """Masts of some carriers that are within the farthest reach of a zone."""
    farthest_m = world.radio.farthest_km * 1000
    west, south, east, north = world.grid.bounds
    places = sorted(
        {
            (one.x_m, one.y_m)
            for one in found
            if west - farthest_m <= one.x_m <= east + farthest_m and south - farthest_m <= one.y_m <= north + farthest_m
        }
    )
    row, column = np.divmod(at.pixel, world.grid.shape[1])
    order = np.argsort(at.zone, kind="stable")
    points = np.asarray(shapely.points(world.grid.x[column], world.grid.y[row]), np.object_)
    areas = np.asarray(shapely.multipoints(points[order], indices=at.zone[order]), object)
    masts = np.asarray(shapely.points(places) if places else np.empty(0), object)
    mast, zone = shapely.STRtree(areas).query(masts, "dwithin", farthest_m)
    order = np.argsort(mast, kind="stable")
    mast, zone = mast[order], zone[order]
    near, of = np.unique(mast, return_inverse=True)
    start = np.searchsorted(of, np.arange(near.size + 1))
    numbers = {places[place]: number for number, place in enumerate(near)}
    return _Reach(numbers, start, zone, np.asarray(shapely.distance(masts[mast], areas[zone]), float))


def _outcomes(changes: Sequence[Trial], scene: _Scene, cured_share: float, workers: int) -> Iterator[pd.DataFrame]:
    """What each change would do to the zones of a batch that are not settled, as of `cause.trial`."""
    cured = {one.cause: np.zeros(scene.zones, bool) for one in changes}
    for one in changes:
        settled = np.logical_or.reduce([cured[name] for name in (one.cause, *one.unless) if name in cured])
        made = _outcome(one, scene, ~settled, workers)
        cured[one.cause][made.index[made.cured_share >= cured_share]] = True
        yield made


def _outcome(one: Trial, scene: _Scene, asked: NDArray[np.bool_], workers: int) -> pd.DataFrame:
    """What a change would do to the zones asked, with `sites_in_reach`."""
    kept = asked[scene.at.zone]
    part = scene.at.only(kept)
    changed = scene.reach.reaching(one.done(scene.reach.near(scene.groups[one.group], asked)), asked)
    world, losses = scene.flat if one.flat else scene.real, scene.losses if one.cause == TILT else None
    found = given(changed, part.pixel, world, scene.thresholds_ddbm, workers, losses)
    site = np.array([carrier.row for carrier in changed], np.int64)[found.carrier]
    made = cause.trial(
        part, scene.before_ddbm[:, kept], found.level_ddbm, scene.thresholds_ddbm, site, found.place, found.over_ddb
    )
    return made.assign(sites_in_reach=scene.reach.sites(changed, scene.zones)[made.index])
