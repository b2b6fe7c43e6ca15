"""Zone views: what one tile shows of the dead zones, and what all tiles together say of each of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from phusong.layers.memory import Arrays
from phusong.ledger.surface import Tiled
from phusong.pipeline.causes import lacks_signal
from phusong.pipeline.fingerprint import fingerprint
from phusong.pipeline.memory import OfTiles
from phusong.pipeline.preparation import Base
from phusong.pipeline.tile_view import Own, View, covered_in, seen_on
from phusong.pipeline.workforce import Threads
from phusong.progress import Step
from phusong.radio.probability import Expected
from phusong.units import UNKNOWN
from phusong.zones import cause, identity, sums
from phusong.zones.cause import Sampled
from phusong.zones.identity import LYING, Before
from phusong.zones.outlines import outlines
from phusong.zones.patches import Patches
from phusong.zones.standing import Points, together

Reached = Callable[[int, NDArray[np.int64]], tuple[xr.Dataset, pd.DataFrame]]
"""The strongest servers of a tile, by its number, at some pixels of it, and the sites they speak of."""


@dataclass(frozen=True)
class Seen:
    """
    What is to be known of the zones from the pixels of the study.

    Parameters
    ----------
    outlines
        Of each zone.
    communes, held
        People of each zone by `commune` and by the `village` whose territory it is, as of `sums.by_pair`.
    leaning, lying, sampled
        As of `location.leaning`, `identity.lying` and `cause.sampled`.
    expected, lacking_micro
        People of each zone that lacks signal expected to have it, and all of them.
    living, without_village
        Micro-persons of each village's territory, and of the study on nobody's.
    village_zone, place_zone
        Row of the zone where each village and each public place stands, -1 in none.
    signal, fragile, power_at_sites
        0, 1 or 255 where each village, each village and each site stands.
    """

    outlines: gpd.GeoSeries
    communes: pd.DataFrame
    held: pd.DataFrame
    leaning: pd.DataFrame
    lying: pd.DataFrame
    sampled: Sampled
    expected: Expected
    lacking_micro: NDArray[np.int64]
    living: NDArray[np.int64]
    without_village: int
    village_zone: NDArray[np.int64]
    place_zone: NDArray[np.int64]
    signal: NDArray[np.int64]
    fragile: NDArray[np.int64]
    power_at_sites: NDArray[np.int64]


def gather(
    base: Base,
    tiled: Tiled,
    found: Patches,
    before: Before,
    reached: Reached,
    workers: int,
    progress: Step,
    memory: OfTiles,
) -> Seen:
    """
    Go through the tiles once, and put together what they show.

    Parameters
    ----------
    found
        The zones of all tiles.
    before
        The zones of the period before.
    memory
        Of what tiles showed in runs before.
    """
    crossing, asked = found.crossing, lacks_signal(found.zones)
    places = base.inputs.villages[:0] if base.inputs.places is None else base.inputs.places
    on = [
        base.project.cause.tested_pixels,
        fingerprint(before.pieces, before.owner),
        places.geometry.x.to_numpy(),
        places.geometry.y.to_numpy(),
    ]
    everywhere = [Points.of(points) for points in (base.inputs.villages, places, base.inputs.sites)]

    def view(number: int) -> tuple[int, View]:
        part, own = tiled.parts[number], Own.of(found.rows[number], crossing, asked)
        at_villages, at_places, at_sites = (points.on(part) for points in everywhere)

        def work() -> Arrays:
            surface = tiled.surface(number)
            label = own.label(surface.gap)
            covered = covered_in(base, surface, label, partial(reached, number))
            return seen_on(base, surface, label, own, before, part, covered, at_villages, at_places, at_sites)

        # neither the rows of zones in the study nor those of sites: what happens elsewhere moves them
        here = [own.rows, own.crossing, own.asked, at_sites.row, at_sites.column]
        kept = memory(number, "what a tile shows of dead zones", [*on, *here], work)
        return number, View.of(kept, own, at_sites)

    by_number: dict[int, View] = {}
    for number, one in Threads(workers).each(view, ((number,) for number in range(len(tiled.parts)))):
        by_number[number] = one
        progress("looking into dead zones", len(by_number), len(tiled.parts))
    return _together(base, tiled, [by_number[number] for number in sorted(by_number)], before, len(found.zones))


def _together(base: Base, tiled: Tiled, views: Sequence[View], before: Before, zones: int) -> Seen:
    lain = sums.added([view.lying for view in views], LYING)
    apart = identity.on_no_tile(before, lain, tiled.parts, tiled.grid)
    villages, places = len(base.inputs.villages), 0 if base.inputs.places is None else len(base.inputs.places)
    expected, lacking_micro = _expected(views, zones, base.project.radio.uncertainty.draws)
    living = np.zeros(villages, np.int64)
    for view in views:
        living[view.living[0]] += view.living[1]
    return Seen(
        outlines=outlines([view.sketch for view in views], tiled.grid, zones),
        communes=sums.added([view.communes for view in views], ["zone", "commune"]),
        held=sums.added([view.held for view in views], ["zone", "village"]),
        leaning=sums.added([view.leaning for view in views], ["zone"]),
        lying=sums.added([lain, apart], LYING),
        sampled=cause.most_populous([view.sampled for view in views], base.project.cause.tested_pixels),
        expected=expected,
        lacking_micro=lacking_micro,
        living=living,
        without_village=sum(view.without_village for view in views),
        village_zone=together([view.village_zone for view in views], villages, -1),
        place_zone=together([view.place_zone for view in views], places, -1),
        signal=together([view.signal for view in views], villages, UNKNOWN),
        fragile=together([view.fragile for view in views], villages, UNKNOWN),
        power_at_sites=together([view.power_at_sites for view in views], len(base.inputs.sites), UNKNOWN),
    )


def _expected(views: Sequence[View], zones: int, draws: int) -> tuple[Expected, NDArray[np.int64]]:
    """Sums over the tiles, by zone."""
    covered, unknown, micro = (
        np.zeros((zones, 1 + draws), np.int64),
        np.zeros(zones, np.int64),
        np.zeros(zones, np.int64),
    )
    for view in views:
        if (own := view.covered) is not None:
            covered[own.zone] += own.expected.covered
            unknown[own.zone] += own.expected.unknown
            micro[own.zone] += own.micro
    return Expected(covered, unknown), micro
