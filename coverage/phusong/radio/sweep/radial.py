"""
One radial from the mast: its ground, and what P.1812 looks for in a profile, as it grows from point to point.

The mast's horizons are running maxima, the least-squares Earth is a running sum, and what is steepest or highest as
seen from a receiver is a corner of the upper convex hull of the points passed so far. Corners are kept for heights with
the bulge of the Earth taken off, b = h - 500 d^2 / a with d in km: a corner over a flatter Earth is one of these too.
"""

from __future__ import annotations

import math

import numpy as np

from phusong.radio.sweep.elementary import kernel, woven
from phusong.radio.sweep.ground import INLAND_ZONE, SEA
from phusong.radio.sweep.rows import DISTANCE, INLAND, K_BETA_EARTH_KM, LAND, SEA_SHARE, Constants
from phusong.radio.sweep.sampling import Foot, Origin, Rasters, bilinear, clutter_at, on_raster, zone_at

OWN_POINTS = 3
"""Points before the receiver that lie on its own path: it looks along the ground, where a quarter pixel matters."""
(
    HEIGHT, BULGED, COVERED, SUM, MOMENT, STEEPEST, STEEPEST_AT, STEEPEST_FLAT, STEEPEST_COVERED, STEEPEST_BETA,
    LAND_KM, INLAND_KM, SEA_KM, INVERSE,
) = range(14)  # fmt: skip
"""
Rows: heights in m, running sums, running maxima of slopes from the mast in m/km, running lengths in km, and one over
the distance from the mast.
"""
LINE_ROWS = 14
OWN_BARE, OWN_COVERED, OWN_INVERSE = range(3)
"""Rows of the own points: heights in m, and one over the distance from the receiver in km."""


@kernel
def read_radial(
    line: np.ndarray, count: int, rasters: Rasters, foot: Foot, east: float, south: float, step_km: float, c: Constants
) -> int:
    """Points 1 to `count` of a radial with their running sums and maxima; returns the last before unknown ground."""
    heights, clutter, zone, origin = rasters.heights, rasters.clutter, rasters.zone, rasters.origin
    bulge, tx, covered = 500.0 / c.earth_km, foot.top_m, clutter.shape[0] > 0 or c.time_percent < 50.0
    total = moment = 0.0
    steepest = flat = -1e300
    at, known = 1, count
    for k in range(1, count + 1):
        x, y, u = foot.column + k * east, foot.row + k * south, k * step_km
        h = bilinear(heights, origin, x, y) if on_raster(heights, origin, x, y) else math.nan
        if math.isnan(h):
            known = k - 1
            break
        total += h
        moment += h * u
        rise = (h - tx) * line[INVERSE, k]
        flat, at = max(flat, rise), k if rise - bulge * u > steepest else at
        steepest = max(steepest, rise - bulge * u)
        line[HEIGHT, k], line[BULGED, k], line[SUM, k], line[MOMENT, k] = h, h - bulge * u * u, total, moment
        line[STEEPEST, k], line[STEEPEST_AT, k], line[STEEPEST_FLAT, k] = steepest, at, flat
    if covered:
        _read_cover(line, known, clutter, origin, foot, east, south, step_km, bulge)
    if zone.shape[0]:
        _read_zones(line, known, zone, origin, foot, east, south, step_km)
    return known


@kernel
def _read_cover(
    line: np.ndarray,
    count: int,
    clutter: np.ndarray,
    origin: Origin,
    foot: Foot,
    east: float,
    south: float,
    step_km: float,
    bulge: float,
) -> None:
    """Heights with what grows on them, and their running maxima over both Earths."""
    beta = 500.0 / K_BETA_EARTH_KM
    most = most_beta = -1e300
    for k in range(1, count + 1):
        u = k * step_km
        top = line[HEIGHT, k] + clutter_at(clutter, origin, foot.column + k * east, foot.row + k * south)
        rise = (top - foot.top_m) * line[INVERSE, k]
        most, most_beta = max(most, rise - bulge * u), max(most_beta, rise - beta * u)
        line[COVERED, k], line[STEEPEST_COVERED, k], line[STEEPEST_BETA, k] = top - bulge * u * u, most, most_beta


@kernel
def _read_zones(
    line: np.ndarray,
    count: int,
    zone: np.ndarray,
    origin: Origin,
    foot: Foot,
    east: float,
    south: float,
    step_km: float,
) -> None:
    """Longest stretch of land and of inland so far, and sea so far."""
    land = inland = longest_land = longest_inland = sea = 0.0
    for k in range(count + 1):
        here = zone_at(zone, origin, foot.column + k * east, foot.row + k * south)
        part = step_km if k else 0.5 * step_km
        sea += part if here == SEA else 0.0
        land = land + part if here != SEA else 0.0
        inland = inland + part if here == INLAND_ZONE else 0.0
        longest_land, longest_inland = max(longest_land, land), max(longest_inland, inland)
        line[LAND_KM, k], line[INLAND_KM, k], line[SEA_KM, k] = longest_land, longest_inland, sea


@woven
def read_own(
    own: np.ndarray,
    heights: np.ndarray,
    clutter: np.ndarray,
    origin: Origin,
    foot: Foot,
    x: float,
    y: float,
    rx: float,
    share: float,
) -> bool:
    """
    Heights of the path's own last points, the nearest to the receiver first, bare and covered.

    Returns
    -------
    False where one of them, or the receiver's own, is not known.
    """
    if not on_raster(heights, origin, x, y):
        return False
    total = rx
    for j in range(OWN_POINTS):
        column, row = x + (j + 1) * share * (foot.column - x), y + (j + 1) * share * (foot.row - y)
        if not on_raster(heights, origin, column, row):
            return False
        own[OWN_BARE, j] = bilinear(heights, origin, column, row)
        own[OWN_COVERED, j] = own[OWN_BARE, j] + clutter_at(clutter, origin, column, row)
        total += own[OWN_BARE, j]
    return not math.isnan(total)


@woven
def set_climate(
    g: np.ndarray,
    n: int,
    line: np.ndarray,
    last: int,
    step_km: float,
    zone: np.ndarray,
    origin: Origin,
    x: float,
    y: float,
) -> None:
    """Land, inland and sea of the path; what lies after the radial's last point goes with the receiver's pixel."""
    d = g[DISTANCE, n]
    if not zone.shape[0]:
        g[LAND, n], g[INLAND, n], g[SEA_SHARE, n] = d, d, 0.0
        return
    rest, here = d - (last + 0.5) * step_km, zone_at(zone, origin, x, y)
    land, inland, sea = line[LAND_KM, last], line[INLAND_KM, last], line[SEA_KM, last]
    g[LAND, n] = min(d, land + rest) if here != SEA else land
    g[INLAND, n] = min(d, inland + rest) if here == INLAND_ZONE else inland
    g[SEA_SHARE, n] = min(1.0, (sea + rest if here == SEA else sea) / d)


@woven
def raise_hull(line: np.ndarray, row: int, corner: np.ndarray, hull: int, corners: int, k: int) -> int:
    """Add point k of a row to its upper convex hull, a stack of points; returns how many it holds."""
    here = line[row, k]
    while corners > 1:
        a, b = corner[hull, corners - 2], corner[hull, corners - 1]
        low = line[row, a]
        if (line[row, b] - low) * (k - a) > (here - low) * (b - a):
            break
        corners -= 1
    corner[hull, corners] = k
    return corners + 1
