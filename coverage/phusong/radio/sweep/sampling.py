"""Heights and classes read off rasters inside a kernel."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from phusong.radio.sweep.elementary import kernel, woven
from phusong.radio.sweep.ground import Ground, Mast, Receivers


class Origin(NamedTuple):
    """Column and row of the first pixel of rasters."""

    column: int
    row: int


class Rasters(NamedTuple):
    """
    `ground.Ground` as kernels see it: clutter and zone have no rows where there is none.

    A kernel takes the arrays out once: to take one out of a tuple counts a reference, which is dear inside a loop.
    """

    heights: np.ndarray
    clutter: np.ndarray
    zone: np.ndarray
    origin: Origin


class Foot(NamedTuple):
    """`ground.Mast` as kernels see it."""

    column: float
    row: float
    ground_m: float
    top_m: float


class Ends(NamedTuple):
    """`ground.Receivers` as kernels see them."""

    column: np.ndarray
    row: np.ndarray
    distance_km: np.ndarray
    azimuth_deg: np.ndarray
    ground_m: np.ndarray
    latitude_deg: np.ndarray


def rasters_of(ground: Ground) -> Rasters:
    """Rasters as kernels want them."""
    clutter = np.empty((0, 0), np.float32) if ground.clutter_m is None else ground.clutter_m
    zone = np.empty((0, 0), np.uint8) if ground.zone is None else ground.zone
    return Rasters(
        np.ascontiguousarray(ground.heights_m, np.float32),
        np.ascontiguousarray(clutter, np.float32),
        np.ascontiguousarray(zone, np.uint8),
        Origin(*ground.origin),
    )


def foot_of(mast: Mast) -> Foot:
    """A mast as kernels want it."""
    return Foot(float(mast.column), float(mast.row), float(mast.ground_m), float(mast.ground_m + mast.height_agl_m))


def ends_of(receivers: Receivers) -> Ends:
    """
    Receivers as kernels want them.

    A place, distance or azimuth that is no finite number makes a distance of zero, which has no loss.
    """
    ends = Ends(*(np.ascontiguousarray(getattr(receivers, name), np.float64) for name in Ends._fields))
    return ends if _usable(ends) else _mended(ends)


@kernel
def _usable(ends: Ends) -> bool:
    """Whether all is finite and in range; ground may be unknown."""
    good = 0
    for i in range(ends.distance_km.size):
        # A comparison with NaN is false.
        there = abs(ends.column[i]) < 1e12 and abs(ends.row[i]) < 1e12 and abs(ends.distance_km[i]) < 1e12
        good += 1 if there and 0.0 <= ends.azimuth_deg[i] < 360.0 and abs(ends.latitude_deg[i]) <= 90.0 else 0
    return good == ends.distance_km.size


def _mended(ends: Ends) -> Ends:
    lost = ~np.isfinite(ends.column + ends.row + ends.distance_km + ends.azimuth_deg)
    return ends._replace(
        column=np.where(lost, 0.0, ends.column),
        row=np.where(lost, 0.0, ends.row),
        distance_km=np.where(lost, 0.0, ends.distance_km),
        azimuth_deg=np.where(lost, 0.0, ends.azimuth_deg) % 360.0,
        latitude_deg=np.clip(np.nan_to_num(ends.latitude_deg), -90.0, 90.0),
    )


@woven
def on_raster(heights: np.ndarray, origin: Origin, x: float, y: float) -> bool:
    """Whether a place lies among the pixel centres."""
    x, y = x - origin.column, y - origin.row
    return x >= 0.0 and y >= 0.0 and x <= heights.shape[1] - 1 and y <= heights.shape[0] - 1


@woven
def bilinear(heights: np.ndarray, origin: Origin, x: float, y: float) -> float:
    """Height between four pixel centres at column x and row y, which lie on the raster; NaN next to unknown ground."""
    west, north = np.floor(x), np.floor(y)
    # An index without a sign need not be looked at for counting from the end.
    left, top = np.uint64(np.int64(west) - origin.column), np.uint64(np.int64(north) - origin.row)
    fx, fy, one = x - west, y - north, np.uint64(1)
    # On the last column or row the second pixel has no weight.
    right, bottom = min(left + one, np.uint64(heights.shape[1] - 1)), min(top + one, np.uint64(heights.shape[0] - 1))
    upper_left, lower_left = float(heights[top, left]), float(heights[bottom, left])
    upper = upper_left + fx * (float(heights[top, right]) - upper_left)
    lower = lower_left + fx * (float(heights[bottom, right]) - lower_left)
    return upper + fy * (lower - upper)


@woven
def clutter_at(clutter: np.ndarray, origin: Origin, x: float, y: float) -> float:
    """Representative clutter height of the pixel that holds a place; zero where no clutter is given."""
    if not clutter.shape[0]:
        return 0.0
    return clutter[math.floor(y + 0.5) - origin.row, math.floor(x + 0.5) - origin.column]


@woven
def zone_at(zone: np.ndarray, origin: Origin, x: float, y: float) -> int:
    """Radio-climatic zone of the pixel that holds a place."""
    return zone[math.floor(y + 0.5) - origin.row, math.floor(x + 0.5) - origin.column]
