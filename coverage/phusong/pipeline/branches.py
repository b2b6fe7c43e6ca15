"""Branches: the figures that a later quarter would have if some of its inputs had stayed as they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from phusong import people
from phusong.config import Project
from phusong.layers import claims
from phusong.ledger import claimed, electricity, indicators, largest_operator
from phusong.ledger.shapley import Coalition
from phusong.ledger.site_changes import SiteGroup, site_groups
from phusong.pipeline import counting
from phusong.pipeline.held import Held
from phusong.pipeline.kinds import kinds, summed
from phusong.pipeline.mixture import BOUNDARIES, OF_SITES, OTHER, PEOPLE, Varying, differing, maps_differ, mixed
from phusong.pipeline.one_ground import on_one_ground
from phusong.pipeline.preparation import populate
from phusong.pipeline.tiles import tiles
from phusong.power import access, electrification
from phusong.progress import Step
from phusong.radio import levels, spots
from phusong.radio.partial import Heard, as_servers, heard, together
from phusong.radio.servers import Key
from phusong.units import NO_SIGNAL_DDBM

_GROUP = "group"
Codes = NDArray[np.uint8]
Levels = dict[tuple[str, str], Codes]
Gathered = dict[Key, tuple[NDArray[np.int16], NDArray[np.bool_]]]
Pixels = NDArray[np.int64]


@dataclass(frozen=True)
class Ground:
    """
    What hangs on outlines and on other inputs: the communes; power, its probability and claims of some pixels.

    Parameters
    ----------
    power, probability_e4
        As of `power.electrification.on_pixels`.
    claimed
        As of `layers.claims.claimed`.
    """

    communes: gpd.GeoDataFrame
    power: Codes
    probability_e4: NDArray[np.int32]
    claimed: Mapping[tuple[str, str], Codes]

    def at(self, pixels: Pixels) -> Ground:
        """Of some of the pixels."""
        of = {key: values.ravel()[pixels] for key, values in self.claimed.items()}
        return Ground(self.communes, self.power.ravel()[pixels], self.probability_e4.ravel()[pixels], of)


@dataclass(frozen=True)
class Branches:
    """
    All combinations of the causes of a change between two quarters, ready to be counted.

    Parameters
    ----------
    causes
        Those of `mixture.CAUSES` by which the inputs of the two quarters differ.
    groups
        The sites by what became of them.
    level, ground
        Of each kind of pixel.
    divided
        Micro-persons of each commune on each kind of pixel.
    """

    project: Project
    causes: tuple[str, ...]
    groups: tuple[SiteGroup, ...]
    level: Varying[Levels]
    ground: Varying[Ground]
    divided: Varying[sparse.csr_array]

    def figures(self, come: Coalition) -> pd.DataFrame:
        """Indicators of people counted by class when some causes have come and the others have not."""
        level, ground, divided = self.level.when(come), self.ground.when(come), self.divided.when(come)
        environment = self.project.radio.environments[0].name
        by_technology = {technology: found.kind for technology, found in spots.by_technology(level).items()}
        signal = counting.signal(level, self.project)
        counts = counting.counts(divided, level, by_technology, signal, ground.power, environment)
        claimants = counting.claimants(divided, ground.claimed, level)
        sums = electrification.access_sums(divided, ground.power, ground.probability_e4)
        tables = [
            indicators.indicator_table(ground.communes, counts),
            largest_operator.largest_operator_table(ground.communes, counts),
            electricity.electricity_table(ground.communes, sums.expected, sums.known, sums.unknown),
            claimed.claim_table(ground.communes, claimants, environment),
        ]
        return pd.concat(tables, ignore_index=True)


def branches(project: Project, earlier: Held, later: Held, workers: int, progress: Step) -> Branches:
    """
    The combinations of what changed between two quarters, in memory: no snapshot is touched.

    The radio stage runs once for each group of sites, where somebody lives; groups are put together pixel by pixel, and
    pixels that no combination tells apart are counted as one.
    """
    earlier, later = on_one_ground(earlier, later)
    groups = site_groups(earlier.inputs.sites, later.inputs.sites, earlier.period.last_day)
    causes = differing(project, earlier, later, groups)
    maps = [OTHER] if maps_differ(earlier.inputs, later.inputs) else []

    def over(*names: str) -> list[str]:
        return [cause for cause in causes if cause in names]

    def mixture(come: Coalition) -> Held:
        return mixed(project, earlier, later, come)

    def of_ground(come: Coalition) -> Ground:
        return _ground(project, mixture(come), spread.when(come - {PEOPLE})[1]).at(living)

    def heard_in(come: Coalition) -> dict[str, Gathered]:
        return _heard(project, mixture(come), groups, living, workers, progress)

    def level_in(come: Coalition) -> Levels:
        return _levels(project, [parts.when(come)[group.name] for group in groups if group.on(come)], living)

    spread = Varying.over(over(PEOPLE, BOUNDARIES), lambda come: populate(project, mixture(come).inputs))
    living = np.flatnonzero(sum(divided.sum(axis=0) for divided, _, _ in spread.values.values()))
    ground = Varying.over(over(BOUNDARIES, OTHER), of_ground)
    parts = Varying.over(over(*maps), heard_in)
    progress("counting", 0, 0)
    level = _standing(Varying.over(over(*OF_SITES, *maps), level_in))
    kind, first = kinds(_layers(level, ground), len(living))
    return Branches(
        project,
        causes,
        groups,
        level.each(lambda found: {key: values[first] for key, values in found.items()}),
        ground.each(lambda found: found.at(first)),
        spread.each(lambda found: summed(sparse.csr_array(found[0][:, living]), kind, len(first))),
    )


def _ground(project: Project, held: Held, share: sparse.csr_array) -> Ground:
    inputs, grid = held.inputs, held.inputs.grid
    commune = people.dominant(share).reshape(grid.shape)
    codes = inputs.communes.commune_code
    territory = access.territories(inputs.villages, codes, commune, grid, project.power.village_reach_m)
    power = electrification.on_pixels(held.electricity, territory)
    return Ground(inputs.communes, *power, claims.claimed(inputs.claims, grid))


def _heard(
    project: Project,
    held: Held,
    groups: Sequence[SiteGroup],
    living: Pixels,
    workers: int,
    progress: Step,
) -> dict[str, Gathered]:
    """What each group of sites gives the pixels where somebody lives, by the group's name."""
    if not groups:
        return {}
    grid, place = held.inputs.grid, np.full(held.inputs.grid.shape, -1)
    place.ravel()[living] = np.arange(len(living))
    every = pd.concat([group.rows.assign(**{_GROUP: group.name}) for group in groups], ignore_index=True)
    inputs = replace(held.inputs, sites=gpd.GeoDataFrame(every, crs=grid.crs))
    found: dict[str, Gathered] = {group.name: {} for group in groups}
    for tile in tiles(project, inputs):
        here = place[grid.window(tile.grid)]
        for name, sites in tile.sites.groupby(_GROUP, sort=False):
            own = sites.reset_index(drop=True)
            servers = tile.servers(project, workers, _of_group(progress, str(name)), here >= 0, own)
            _gather(found[str(name)], heard(servers), here, len(living))
    return found


def _of_group(progress: Step, name: str) -> Step:
    return lambda what, done, of, note="": progress(f"{what} {name}", done, of, note)


def _gather(into: Gathered, part: Heard, here: Pixels, count: int) -> None:
    """Put what was heard on a tile where its pixels have their places among all."""
    inhabited = here >= 0
    for key, (level_ddbm, doubt) in part.items():
        of_all = into.setdefault(key, (np.full(count, NO_SIGNAL_DDBM, np.int16), np.zeros(count, bool)))
        for whole, own in zip(of_all, (level_ddbm, doubt), strict=True):
            whole[here[inhabited]] = own[inhabited]


def _levels(project: Project, parts: Sequence[Gathered], living: Pixels) -> Levels:
    pixel_m = project.grid.pixel_m
    found = as_servers(together(parts, project.radio, pixel_m), living.shape, project.radio)
    return dict(sorted((key, values) for key, values, _ in levels.by_operator(found, project.radio, pixel_m)))


def _standing(level: Varying[Levels]) -> Varying[Levels]:
    """
    With a level of none for operators who stand in both quarters and have no site in a combination.

    Who stands in one quarter only is an operator in those combinations only in which a site of theirs is on air.
    """
    always = set.intersection(*(set(level.when(come)) for come in (frozenset(), level.causes)))
    none = np.zeros_like(next(iter(level.values[frozenset()].values())))
    return level.each(lambda found: dict(sorted({**dict.fromkeys(always, none), **found}.items())))


def _layers(level: Varying[Levels], ground: Varying[Ground]) -> Iterator[NDArray[np.integer]]:
    """Everything by which pixels may be told apart."""
    for found in level.values.values():
        yield from found.values()
    for of in ground.values.values():
        yield of.power
        yield of.probability_e4
        yield from of.claimed.values()
