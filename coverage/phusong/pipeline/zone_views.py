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
from scipy import sparse

from phusong.grid import Grid
from phusong.ledger.surface import Surface, Tiled
from phusong.pipeline.causes import lacks_signal
from phusong.pipeline.preparation import Base
from phusong.power import access
from phusong.progress import Step
from phusong.radio import probability
from phusong.radio.probability import Expected
from phusong.units import UNKNOWN
from phusong.zones import cause, identity, location, sums
from phusong.zones.cause import Sampled
from phusong.zones.gaps import Gap
from phusong.zones.identity import LYING, Before
from phusong.zones.outlines import Sketch, outlines, sketched
from phusong.zones.patches import Patches
from phusong.zones.standing import Found, Standing, together

Reached = Callable[[int, NDArray[np.bool_]], tuple[xr.Dataset, pd.DataFrame]]
"""The strongest servers of a tile, by its number, at the pixels wanted of it, and the sites they speak of."""
_NO_SIGNAL = (Gap.SIGNAL, Gap.BOTH)


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


@dataclass(frozen=True)
class _Covered:
    """Zones of a tile that lack signal, their micro-persons, and who of them is expected to have it."""

    zone: NDArray[np.int64]
    micro: NDArray[np.int64]
    expected: Expected


@dataclass(frozen=True)
class _View:
    """What one tile shows, as of `Seen`."""

    sketch: Sketch
    communes: pd.DataFrame
    held: pd.DataFrame
    leaning: pd.DataFrame
    lying: pd.DataFrame
    sampled: Sampled
    covered: _Covered | None
    living: NDArray[np.int64]
    without_village: int
    village_zone: Found
    place_zone: Found
    signal: Found
    fragile: Found
    power_at_sites: Found


def gather(base: Base, tiled: Tiled, found: Patches, before: Before, reached: Reached, progress: Step) -> Seen:
    """
    Go through the tiles once, and put together what they show.

    Parameters
    ----------
    found
        The zones of all tiles.
    before
        The zones of the period before.
    """
    views = []
    for number, part in enumerate(tiled.parts):
        progress("looking into dead zones", number, len(tiled.parts))
        surface = tiled.surface(number)
        label = found.label(number, surface.gap)
        covered = _covered(base, surface, label, partial(reached, number))
        views.append(_view(base, surface, label, found, before, part, covered))
    lain = sums.added([view.lying for view in views], LYING)
    apart = identity.on_no_tile(before, lain, tiled.parts, tiled.grid)
    villages, places = len(base.inputs.villages), 0 if base.inputs.places is None else len(base.inputs.places)
    zones = len(found.zones)
    expected, lacking_micro = _expected(views, zones, base.project.radio.uncertainty.draws)
    return Seen(
        outlines=outlines([view.sketch for view in views], tiled.grid, zones),
        communes=sums.added([view.communes for view in views], ["zone", "commune"]),
        held=sums.added([view.held for view in views], ["zone", "village"]),
        leaning=sums.added([view.leaning for view in views], ["zone"]),
        lying=sums.added([lain, apart], LYING),
        sampled=cause.most_populous([view.sampled for view in views], base.project.cause.tested_pixels),
        expected=expected,
        lacking_micro=lacking_micro,
        living=np.sum([view.living for view in views], axis=0),
        without_village=sum(view.without_village for view in views),
        village_zone=together([view.village_zone for view in views], villages, -1),
        place_zone=together([view.place_zone for view in views], places, -1),
        signal=together([view.signal for view in views], villages, UNKNOWN),
        fragile=together([view.fragile for view in views], villages, UNKNOWN),
        power_at_sites=together([view.power_at_sites for view in views], len(base.inputs.sites), UNKNOWN),
    )


def _view(
    base: Base,
    surface: Surface,
    label: NDArray[np.int32],
    found: Patches,
    before: Before,
    part: Grid,
    covered: _Covered | None,
) -> _View:
    inputs, grid = base.inputs, base.inputs.grid
    village = Standing.on(part, inputs.villages)
    place = Standing.on(part, inputs.villages[:0] if inputs.places is None else inputs.places)
    unhoused = (surface.commune >= 0) & (surface.territory < 0)
    asked, most = lacks_signal(found.zones), base.project.cause.tested_pixels
    return _View(
        sketch=sketched(label, found.crossing, part, grid),
        communes=sums.by_pair(label, surface.commune, surface.micro, "commune"),
        held=sums.by_pair(label, surface.territory, surface.micro, "village"),
        leaning=location.leaning(label, surface.micro, part, grid),
        lying=identity.lying(before, label, surface.gap, surface.micro, part),
        sampled=cause.sampled(label, surface.micro, asked, most, part, grid),
        covered=covered,
        living=access.village_people(surface.territory, surface.micro, len(inputs.villages)),
        without_village=int(surface.micro[unhoused].sum()),
        village_zone=village.find(label),
        place_zone=place.find(label),
        signal=village.find(surface.signal),
        fragile=village.find(surface.fragile),
        power_at_sites=Standing.on(part, inputs.sites).find(surface.power),
    )


def _covered(
    base: Base,
    surface: Surface,
    label: NDArray[np.int32],
    servers: Callable[[NDArray[np.bool_]], tuple[xr.Dataset, pd.DataFrame]],
) -> _Covered | None:
    """Who of a tile's zones that lack signal is expected to have it; None where there is no such zone."""
    lacking = np.isin(surface.gap, _NO_SIGNAL) & (label >= 0)
    if not lacking.any():
        return None
    zone, inside = _pixels_of(label, lacking, surface.micro)
    found, sites = servers(lacking)
    project = base.project
    expected = probability.expected_of_any(found, sites, inside, project.radio, base.inputs.grid.pixel_m, project.zones)
    return _Covered(zone, np.asarray(inside.sum(axis=1)).ravel(), expected)


def _pixels_of(
    label: NDArray[np.int32], lacking: NDArray[np.bool_], micro: NDArray[np.int64]
) -> tuple[NDArray[np.int64], sparse.csc_array]:
    """Zones of a tile, and micro-persons of each pixel in each of them, shape (zones, pixels)."""
    pixel = np.flatnonzero(lacking & (micro > 0))
    zone, row = np.unique(label.ravel()[pixel].astype(np.int64), return_inverse=True)
    return zone, sparse.csc_array((micro.ravel()[pixel], (row, pixel)), (len(zone), label.size))


def _expected(views: Sequence[_View], zones: int, draws: int) -> tuple[Expected, NDArray[np.int64]]:
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
