"""Line of sight over the terrain, from one mast to many receivers, read off horizons that they share."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from phusong.radio.sweep.elementary import kernel
from phusong.radio.sweep.ground import Ground, Mast, Receivers
from phusong.radio.sweep.sampling import Ends, Foot, Rasters, bilinear, ends_of, foot_of, on_raster, rasters_of

HIDDEN, IN_SIGHT, DARK = 0, 1, 2
"""Beyond a horizon; in sight; and not known, because unknown ground lies between."""
_LEAST_POINTS = 16
"""Of the innermost ring."""


def lines_of_sight(
    ground: Ground,
    mast: Mast,
    receivers: Receivers,
    *,
    rx_height_agl_m: float,
    effective_earth_radius_km: float,
    step_km: float,
    column_km: float,
    row_km: float,
    radials: int,
) -> NDArray[np.uint8]:
    """
    Whether each receiver sees the mast over bare ground: 0 no, 1 yes, 2 not known.

    The ground between is that of the nearest radial, of which there are `radials` at the rim, or a few more, and half
    as many from ring to ring inwards, so that they stand about a pixel apart everywhere.

    References
    ----------
    Recommendation ITU-R P.1812-7, Attachment 1, equations 76 to 78: a path is in sight when no point of its profile
    rises above the line to the receiver, over the effective Earth.
    """
    return _in_sight(
        rasters_of(ground),
        foot_of(mast),
        ends_of(receivers),
        rx_height_agl_m,
        500.0 / effective_earth_radius_km,
        step_km,
        column_km,
        row_km,
        radials,
    )


@kernel
def _in_sight(
    rasters: Rasters,
    foot: Foot,
    ends: Ends,
    rx_height_m: float,
    bulge: float,
    step_km: float,
    column_km: float,
    row_km: float,
    radials: int,
) -> np.ndarray:
    distances, azimuths, grounds = ends.distance_km, ends.azimuth_deg, ends.ground_m
    sight = np.full(distances.size, DARK, np.uint8)
    if not sight.size:
        return sight
    farthest = int(distances.max() / step_km - 0.5)
    ring = _rings(farthest)
    radials = _multiple(radials, 1 << ring[0])
    steepest = _horizons(rasters, foot, ring, bulge, step_km, column_km, row_km, radials)
    for path in range(sight.size):
        d, ground = distances[path], grounds[path]
        last = max(int(d / step_km - 0.5), 0)
        here = radials >> ring[last]
        nearest = int(azimuths[path] * (here / 360.0) + 0.5)
        slope = steepest[(nearest if nearest < here else 0) << ring[last], last]
        line = (ground + rx_height_m - foot.top_m) / max(d, 1e-6) - bulge * d
        if not (math.isnan(slope) or math.isnan(line)):
            sight[path] = IN_SIGHT if slope <= line else HIDDEN
    return sight


@kernel
def _rings(count: int) -> np.ndarray:
    """How often the number of radials is halved at each point of a radial, which has `count`."""
    ring = np.zeros(count + 1, np.int64)
    inner = 0
    while count >> (inner + 1) >= _LEAST_POINTS:
        inner += 1
        ring[: (count >> inner) + 1] = inner
    return ring


@kernel
def _multiple(n: int, of: int) -> int:
    return (n + of - 1) // of * of


@kernel
def _horizons(
    rasters: Rasters,
    foot: Foot,
    ring: np.ndarray,
    bulge: float,
    step_km: float,
    column_km: float,
    row_km: float,
    radials: int,
) -> np.ndarray:
    """Steepest slope so far, in metres a km, of each radial and point; NaN from the first unknown ground on."""
    heights, origin = rasters.heights, rasters.origin
    steepest = np.full((radials, ring.size), -np.inf, np.float32)
    first = 1
    while first < ring.size:
        stride, after = 1 << ring[first], first
        while after < ring.size and ring[after] == ring[first]:
            after += 1
        for radial in range(0, radials, stride):
            # A radial between two of the ring inside takes up where the one before it ended.
            slope = float(steepest[radial - radial % (2 * stride), first - 1]) if first > 1 else -math.inf
            direction = 2 * math.pi * radial / radials
            east, south = math.sin(direction) * step_km / column_km, -math.cos(direction) * step_km / row_km
            for k in range(first, after):
                x, y, u = foot.column + k * east, foot.row + k * south, k * step_km
                h = bilinear(heights, origin, x, y) if on_raster(heights, origin, x, y) else math.nan
                here = (h - foot.top_m) / u - bulge * u
                # Once the ground is lost, so is the rest: no comparison with NaN is true.
                slope = slope if here <= slope else here if here > slope else math.nan
                steepest[radial, k] = slope
        first = after
    return steepest
