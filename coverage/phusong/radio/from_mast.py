"""The loss from one mast to many places of a terrain model, and what became of each place."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from phusong.layers.dem import AT_MAST, BEYOND, OFF_TERRAIN, SEEN, VOID, Dem, Sight, sight
from phusong.radio.link_profile import LEAST_RANGE_KM, MODEL
from phusong.radio.sweep.ground import Ground, Mast, Receivers
from phusong.radio.sweep.paths import P1812, exact_loss, fast_loss

T = TypeVar("T")
Mode = Literal["exact", "fast"]
Progress = Callable[[int, int], None]
"""Told the number of parts done, and of all."""

RADIALS_PER_RIM_PIXEL = 3.0
_PATHS_AT_ONCE = 1 << 17


@dataclass(frozen=True)
class Sampling:
    """
    How the ground between two antennas is read.

    Parameters
    ----------
    mode
        `exact`: each path its own profile. `fast`: profiles along radials, each path taking the nearest.
    step_km
        Longest interval of a profile.
    column_km, row_km
        Ground size of a pixel at the mast.
    radials
        Of the fast mode; 0 in exact mode.
    """

    mode: Mode
    step_km: float
    column_km: float
    row_km: float
    radials: int

    @classmethod
    def on(cls, dem: Dem, place: tuple[float, float], radius_km: float, mode: Mode, step_km: float | None) -> Sampling:
        """Sampling of a terrain model around a place (longitude, latitude); the step is the terrain's unless given."""
        column_km, row_km = dem.pixel_km(*place)
        rim_pixels = 2 * math.pi * radius_km / min(column_km, row_km)
        radials = max(8, math.ceil(RADIALS_PER_RIM_PIXEL * rim_pixels)) if mode == "fast" else 0
        return cls(mode, dem.step_km if step_km is None else step_km, column_km, row_km, radials)


@dataclass(frozen=True)
class Tally:
    """What became of the places that were asked for, which is the sum; `near` is a part of `computed`."""

    asked: int
    computed: int
    near: int
    off_terrain: int
    void: int
    at_mast: int
    beyond: int

    @classmethod
    def of(cls, sight: Sight, loss_db: NDArray[np.floating]) -> Tally:
        """Of places and their losses; a place without a loss though it is seen has unknown ground on its path."""
        counts = np.bincount(sight.state, minlength=5)
        known = ~np.isnan(loss_db)
        computed = int(known.sum())
        return cls(
            asked=sight.state.size,
            computed=computed,
            near=int((known & (sight.distance_km < LEAST_RANGE_KM)).sum()),
            off_terrain=int(counts[OFF_TERRAIN]),
            void=int(counts[VOID] + counts[SEEN]) - computed,
            at_mast=int(counts[AT_MAST]),
            beyond=int(counts[BEYOND]),
        )

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True)
class Transmission:
    """
    One mast on a terrain model, and how its paths are computed.

    Parameters
    ----------
    place
        Longitude and latitude of the mast.
    radius_km
        Distance of the farthest place computed.
    """

    dem: Dem
    place: tuple[float, float]
    mast: Mast
    model: P1812
    sampling: Sampling
    radius_km: float

    @classmethod
    def on(
        cls,
        dem: Dem,
        place: tuple[float, float],
        height_agl_m: float,
        model: P1812,
        *,
        radius_km: float,
        mode: Mode = "exact",
        step_km: float | None = None,
    ) -> Transmission:
        """A mast at a longitude and latitude of a terrain model; the step of profiles is the terrain's unless given."""
        column, row = dem.locate(*place)
        mast = Mast(float(column), float(row), float(dem.ground(column, row)), height_agl_m)
        return cls(dem, place, mast, model, Sampling.on(dem, place, radius_km, mode, step_km), radius_km)

    def card(self) -> dict[str, Any]:
        """What was computed, with which settings; for the record beside a result."""
        model, sampling = self.model, self.sampling
        return {
            "model": MODEL,
            "quantity": "basic transmission loss, dB",
            "mode": sampling.mode,
            "step_km": sampling.step_km,
            "radials": sampling.radials,
            "profile": "max(4, ceil(distance / step)) equal intervals, bilinear, straight on the terrain's lattice"
            if sampling.mode == "exact"
            else "points one step apart on the nearest of the radials, bilinear; near the mast as in exact mode",
            "tx_longitude_deg": self.place[0],
            "tx_latitude_deg": self.place[1],
            "tx_ground_amsl_m": self.mast.ground_m,
            "tx_height_agl_m": self.mast.height_agl_m,
            "rx_height_agl_m": model.rx_height_agl_m,
            "radius_km": self.radius_km,
            "frequency_mhz": model.frequency_mhz,
            "polarization": model.polarization,
            "time_percent": model.time_percent,
            "location_percent": 50,
            "delta_n": model.delta_n,
            "n0": model.n0,
            "clutter": "none",
            "zone": "inland",
        }

    def losses(self, sight: Sight) -> NDArray[np.float64]:
        """Basic transmission loss in dB to each place that is seen; NaN where there is none."""
        loss, seen = np.full(sight.state.size, np.nan), sight.state == SEEN
        ground, paths, sampling = Ground(self.dem.heights_m), _receivers(sight.only(seen)), self.sampling
        if sampling.mode == "exact":
            loss[seen] = exact_loss(ground, self.mast, paths, self.model, sampling.step_km)
        else:
            plane = (sampling.column_km, sampling.row_km, sampling.radials)
            loss[seen] = fast_loss(ground, self.mast, paths, self.model, sampling.step_km, *plane)
        return loss


def losses_at(
    link: Transmission, places: tuple[NDArray[np.float64], NDArray[np.float64]], workers: int, progress: Progress
) -> tuple[NDArray[np.float64], Tally]:
    """
    Losses in dB at places given by longitude and latitude, NaN where there is none, and what became of the places.

    The result does not depend on the number of workers, which are threads.
    """
    parts = np.array_split(np.arange(places[0].size), max(1, math.ceil(places[0].size / _PATHS_AT_ONCE)))
    loss = np.full(places[0].size, np.nan)

    def compute(part: NDArray[np.int64]) -> Tally:
        found = sight(link.dem, *link.place, (places[0][part], places[1][part]), link.radius_km)
        loss[part] = link.losses(found)
        return Tally.of(found, loss[part])

    return loss, _in_parts(compute, parts, workers, progress)


@dataclass(frozen=True)
class LossRaster:
    """
    Losses in dB on the terrain's pixels, cut to the circle; NaN beyond the radius and where there is none.

    Parameters
    ----------
    row, column
        First pixel, counted in the terrain model's.
    tally
        Of the pixels within the radius.
    """

    loss_db: NDArray[np.float32]
    row: int
    column: int
    tally: Tally


def loss_raster(link: Transmission, workers: int, progress: Progress) -> LossRaster:
    """
    Losses on every pixel of the circle.

    Memory is bounded: each worker computes one wedge of the circle at a time. Workers are threads and change nothing.
    """
    wedge, wedges = _wedges(link)
    loss, inside = np.full(wedge.size, np.nan, np.float32), np.zeros(wedge.size, bool)
    shape = link.dem.heights_m.shape

    def compute(number: int) -> Tally:
        pixel = np.flatnonzero(wedge == number)
        row, column = np.divmod(pixel, shape[1])
        found = sight(link.dem, *link.place, link.dem.place(column, row), link.radius_km)
        near = found.state != BEYOND
        found, pixel = found.only(near), pixel[near]
        loss[pixel], inside[pixel] = link.losses(found), True
        return Tally.of(found, loss[pixel])

    tally = _in_parts(compute, range(wedges), workers, progress)
    rows, columns = (np.flatnonzero(inside.reshape(shape).any(axis)) for axis in (1, 0))
    if not rows.size:  # a circle smaller than a pixel
        return LossRaster(loss[:0].reshape(0, 0), 0, 0, tally)
    cut = loss.reshape(shape)[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return LossRaster(cut, int(rows[0]), int(columns[0]), tally)


def _in_parts(compute: Callable[[T], Tally], parts: Sequence[T], workers: int, progress: Progress) -> Tally:
    tally = Tally(0, 0, 0, 0, 0, 0, 0)
    with ThreadPoolExecutor(max(1, workers)) as pool:
        for done, part in enumerate(pool.map(compute, parts)):
            tally += part
            progress(done + 1, len(parts))
    return tally


def _wedges(link: Transmission) -> tuple[NDArray[np.uint8], int]:
    """Wedge of the circle for each pixel, and how many there are; all pixels of a radial lie in one wedge."""
    rows, columns = link.dem.heights_m.shape
    count = min(max(1, math.ceil(rows * columns / _PATHS_AT_ONCE)), 255)
    column, row = link.dem.locate(*link.place)
    wedge, east = np.empty((rows, columns), np.uint8), np.arange(columns) - column
    radials = link.sampling.radials or count
    for south in range(rows):
        azimuth = link.dem.azimuth_deg(*link.place, east, np.full(columns, south - float(row)))
        radial = np.floor(azimuth * (radials / 360) + 0.5).astype(np.int64) % radials
        wedge[south] = radial * count // radials
    return wedge.ravel(), count


def _receivers(sight: Sight) -> Receivers:
    return Receivers(
        column=sight.column,
        row=sight.row,
        distance_km=sight.distance_km,
        azimuth_deg=sight.azimuth_deg,
        ground_m=sight.ground_m,
        latitude_deg=sight.latitude_deg,
    )
