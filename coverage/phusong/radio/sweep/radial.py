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
from phusong.radio.sweep.rows import DISTANCE, INLAND, K_BETA_EARTH_KM, LAND, ROWS, SEA_SHARE, Constants
from phusong.radio.sweep.sampling import Foot, Origin, Rasters, bilinear, clutter_at, on_raster, zone_at
from phusong.radio.sweep.shared_rows import (
    BETA_STEEP,
    COVER_STEEP,
    FLAT,
    HEIGHT_MOMENT,
    HEIGHT_SUM,
    LAST,
    LAST_HEIGHT,
    OWN_BARE,
    OWN_COVERED,
    OWN_POINTS,
    RADIAL,
    STEEP,
    STEEP_AT,
)

BARE, COVERED = range(2)
"""Kinds of ground: as the terrain has it, and with what grows on it."""
(
    HEIGHT, SUM, MOMENT, STEEPEST, STEEPEST_AT, STEEPEST_FLAT, STEEPEST_COVERED, STEEPEST_BETA, LAND_KM, INLAND_KM,
    SEA_KM, INVERSE,
) = range(12)  # fmt: skip
"""
Columns, a row a point: height in m, running sums, running maxima of slopes from the mast in m/km and where the first is
in km, running lengths in km, and one over the distance from the mast.
"""
LINE_COLUMNS = 12


@kernel
def read_radial(
    line: np.ndarray,
    tops: np.ndarray,
    count: int,
    rasters: Rasters,
    foot: Foot,
    east: float,
    south: float,
    step_km: float,
    c: Constants,
) -> int:
    """
    Points 1 to `count` of a radial with their running sums and maxima; returns the last before unknown ground.

    Into `tops` go the heights of both kinds of ground with the bulge of the Earth taken off.
    """
    heights, clutter, zone, origin = rasters.heights, rasters.clutter, rasters.zone, rasters.origin
    known = _read_heights(line, count, heights, origin, foot, east, south)
    bulge, tx, at = 500.0 / c.earth_km, foot.top_m, step_km
    total = moment = 0.0
    steepest = flat = -1e300
    for k in range(1, known + 1):
        h, u = line[k, HEIGHT], k * step_km
        total += h
        moment += h * u
        rise = (h - tx) * line[k, INVERSE]
        flat, at = max(flat, rise), u if rise - bulge * u > steepest else at
        steepest = max(steepest, rise - bulge * u)
        tops[BARE, k] = h - bulge * u * u
        line[k, SUM], line[k, MOMENT] = total, moment
        line[k, STEEPEST], line[k, STEEPEST_AT], line[k, STEEPEST_FLAT] = steepest, at, flat
    if clutter.shape[0] or c.time_percent < 50.0:
        _read_cover(line, tops, known, clutter, origin, foot, east, south, step_km, bulge)
    if zone.shape[0]:
        _read_zones(line, known, zone, origin, foot, east, south, step_km)
    return known


@kernel
def _read_heights(
    line: np.ndarray, count: int, heights: np.ndarray, origin: Origin, foot: Foot, east: float, south: float
) -> int:
    """Heights of points 1 to `count`; returns the last before unknown ground."""
    while count > 0 and not on_raster(heights, origin, foot.column + count * east, foot.row + count * south):
        count -= 1
    if not on_raster(heights, origin, foot.column, foot.row):
        return 0
    # Between two places on the raster all are on it.
    total = 0.0
    for k in range(1, count + 1):
        line[k, HEIGHT] = bilinear(heights, origin, foot.column + k * east, foot.row + k * south)
        total += line[k, HEIGHT]
    if math.isnan(total):
        for k in range(1, count + 1):
            if math.isnan(line[k, HEIGHT]):
                return k - 1
    return count


@kernel
def _read_cover(
    line: np.ndarray,
    tops: np.ndarray,
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
        top = line[k, HEIGHT] + clutter_at(clutter, origin, foot.column + k * east, foot.row + k * south)
        rise = (top - foot.top_m) * line[k, INVERSE]
        most, most_beta = max(most, rise - bulge * u), max(most_beta, rise - beta * u)
        tops[COVERED, k] = top - bulge * u * u
        line[k, STEEPEST_COVERED], line[k, STEEPEST_BETA] = most, most_beta


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
        line[k, LAND_KM], line[k, INLAND_KM], line[k, SEA_KM] = longest_land, longest_inland, sea


@woven
def read_own(
    own: np.ndarray,
    i: int,
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
    Heights of a path's own last points, the nearest to the receiver first, bare and covered.

    Returns
    -------
    False where one of them, or the receiver's own, is not known.
    """
    west, north = share * (foot.column - x), share * (foot.row - y)
    there = on_raster(heights, origin, x, y)
    if not (there and on_raster(heights, origin, x + OWN_POINTS * west, y + OWN_POINTS * north)):
        return False
    total = rx
    for j in range(OWN_POINTS):
        column, row = x + (j + 1) * west, y + (j + 1) * north
        h = bilinear(heights, origin, column, row)
        own[BARE, j, i], own[COVERED, j, i] = h, h + clutter_at(clutter, origin, column, row)
        total += h
    return not math.isnan(total)


@woven
def in_sight(
    line: np.ndarray,
    last: int,
    own: np.ndarray,
    i: int,
    d: float,
    rx: float,
    step_km: float,
    tx: float,
    earth_km: float,
) -> bool:
    """Whether no point of a path rises above the line between its antennas."""
    bulge = 500.0 / earth_km
    sunk = (rx - tx) / d - bulge * d
    hidden = line[last, STEEPEST] > sunk
    for j in range(OWN_POINTS):
        u = d - (j + 1) * step_km
        hidden |= own[BARE, j, i] - tx > (sunk + bulge * u) * u
    return not hidden


@woven
def set_shared(
    given: np.ndarray,
    side: int,
    lane: int,
    line: np.ndarray,
    own: np.ndarray,
    i: int,
    last: int,
    radial: int,
) -> None:
    """What a path has of its radial, up to the last point that they share, and of its own, in the rows given."""
    for j in range(OWN_POINTS):
        given[side, OWN_BARE - ROWS + j, lane] = own[BARE, j, i]
    given[side, RADIAL - ROWS, lane], given[side, LAST - ROWS, lane] = radial, last
    given[side, LAST_HEIGHT - ROWS, lane], given[side, FLAT - ROWS, lane] = (
        line[last, HEIGHT],
        line[last, STEEPEST_FLAT],
    )
    given[side, HEIGHT_SUM - ROWS, lane], given[side, HEIGHT_MOMENT - ROWS, lane] = line[last, SUM], line[last, MOMENT]
    given[side, STEEP - ROWS, lane], given[side, STEEP_AT - ROWS, lane] = line[last, STEEPEST], line[last, STEEPEST_AT]


@woven
def set_covered(given: np.ndarray, side: int, lane: int, line: np.ndarray, own: np.ndarray, i: int, last: int) -> None:
    """`set_shared` of what grows on the ground."""
    for j in range(OWN_POINTS):
        given[side, OWN_COVERED - ROWS + j, lane] = own[COVERED, j, i]
    given[side, COVER_STEEP - ROWS, lane] = line[last, STEEPEST_COVERED]
    given[side, BETA_STEEP - ROWS, lane] = line[last, STEEPEST_BETA]


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
    land, inland, sea = line[last, LAND_KM], line[last, INLAND_KM], line[last, SEA_KM]
    g[LAND, n] = min(d, land + rest) if here != SEA else land
    g[INLAND, n] = min(d, inland + rest) if here == INLAND_ZONE else inland
    g[SEA_SHARE, n] = min(1.0, (sea + rest if here == SEA else sea) / d)


@woven
def raise_hulls(hull: np.ndarray, held: np.ndarray, tops: np.ndarray, radial: int, first: int, last: int) -> None:
    """
    Add points of a radial to the upper convex hulls of its kinds of ground.

    Parameters
    ----------
    hull
        Stacks of corners, shape (kinds, 2, points): number of the point, and its height.
    held
        How many of them there are.
    """
    for kind in range(held.size):
        corners = held[kind]
        for k in range(first, last + 1):
            top = tops[radial, kind, k]
            while corners > 1:
                a, low = hull[kind, 0, corners - 2], hull[kind, 1, corners - 2]
                b, high = hull[kind, 0, corners - 1], hull[kind, 1, corners - 1]
                if (high - low) * (k - a) > (top - low) * (b - a):
                    break
                corners -= 1
            hull[kind, 0, corners], hull[kind, 1, corners] = k, top
            corners += 1
        held[kind] = corners


@woven
def take_corners(
    corner: np.ndarray,
    corners: np.ndarray,
    side: int,
    lane: int,
    hull: np.ndarray,
    held: np.ndarray,
    step_km: float,
) -> None:
    """Copy the corners, as distances in km and heights, into a column of `corner`, and how many to `corners`."""
    for kind in range(held.size):
        corners[side, kind, lane] = held[kind]
        for k in range(held[kind]):
            corner[side, kind, 0, k, lane] = hull[kind, 0, k] * step_km
            corner[side, kind, 1, k, lane] = hull[kind, 1, k]
