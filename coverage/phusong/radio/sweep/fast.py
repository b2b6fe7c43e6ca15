"""
Paths that share their terrain: radials from the mast, read once.

A pixel keeps its own distance and ground, and the last points before it are its own too; the ground before them comes
from the nearest radial.
"""

from __future__ import annotations

import math

import numpy as np

from phusong.radio.sweep.closed_form import duct_shares, settle
from phusong.radio.sweep.elementary import kernel
from phusong.radio.sweep.exact import exact_paths, set_coasts
from phusong.radio.sweep.radial import (
    BULGED,
    COVERED,
    INVERSE,
    LINE_ROWS,
    OWN_INVERSE,
    OWN_POINTS,
    raise_hull,
    read_own,
    read_radial,
    set_climate,
)  # fmt: skip
from phusong.radio.sweep.rows import (
    CHUNK,
    DISTANCE,
    DUCT_SHARE,
    LATITUDE,
    ROWS,
    RX_AMSL,
    SAMPLES,
    SPACING,
    TX_AMSL,
    WIDTH,
    Constants,
)
from phusong.radio.sweep.sampling import Ends, Foot, Rasters
from phusong.radio.sweep.shared_profile import set_bare, set_edges

NEAR_STEPS = 12
"""Pixels nearer than so many steps have their own profile: there a radial is a poor stand-in, and a profile short."""


@kernel
def fast_paths(
    rasters: Rasters,
    foot: Foot,
    ends: Ends,
    rx_height_m: float,
    step_km: float,
    column_km: float,
    row_km: float,
    radials: int,
    c: Constants,
) -> np.ndarray:
    """Loss of each path; NaN where its radial meets unknown ground or leaves the raster before it."""
    loss = np.full(ends.distance_km.size, np.nan)
    if math.isnan(foot.top_m):
        return loss
    near = np.flatnonzero(ends.distance_km < NEAR_STEPS * step_km)
    loss[near] = exact_paths(rasters, foot, _only(ends, near), rx_height_m, step_km, c)
    order, radial, last = _by_radial(ends.distance_km, ends.azimuth_deg, step_km, radials)
    if order.size:
        # In the order of the radials, so that the sweep reads and writes one place after the other.
        loss[order] = _swept(
            rasters, foot, _only(ends, order), radial[order], last[order], rx_height_m, step_km, column_km, row_km,
            radials, c,
        )  # fmt: skip
    return loss


@kernel
def _only(ends: Ends, kept: np.ndarray) -> Ends:
    return Ends(
        ends.column[kept],
        ends.row[kept],
        ends.distance_km[kept],
        ends.azimuth_deg[kept],
        ends.ground_m[kept],
        ends.latitude_deg[kept],
    )


@kernel
def _swept(
    rasters: Rasters,
    foot: Foot,
    ends: Ends,
    radial: np.ndarray,
    last: np.ndarray,
    rx_height_m: float,
    step_km: float,
    column_km: float,
    row_km: float,
    radials: int,
    c: Constants,
) -> np.ndarray:
    """Loss of paths that come radial by radial and outwards."""
    loss = np.full(radial.size, np.nan)
    heights, clutter, zone, origin = rasters.heights, rasters.clutter, rasters.zone, rasters.origin
    columns, rows, distances, grounds, norths = (
        ends.column,
        ends.row,
        ends.distance_km,
        ends.ground_m,
        ends.latitude_deg,
    )
    most, covered = last.max() + 1, clutter.shape[0] > 0
    line, corner, own = np.empty((LINE_ROWS, most)), np.empty((2, most), np.int64), np.empty((3, OWN_POINTS))
    line[INVERSE, 1:] = 1.0 / (np.arange(1, most) * step_km)
    own[OWN_INVERSE] = 1.0 / (np.arange(1, OWN_POINTS + 1) * step_km)
    g, hard, place = np.ones((ROWS, WIDTH)), np.ones((ROWS, WIDTH)), np.empty(CHUNK, np.int64)
    shares = duct_shares()
    n = after = 0
    while after < radial.size:
        first = after
        while after < radial.size and radial[after] == radial[first]:
            after += 1
        direction = 2 * math.pi * radial[first] / radials
        east, south = math.sin(direction) * step_km / column_km, -math.cos(direction) * step_km / row_km
        known = read_radial(line, last[after - 1], rasters, foot, east, south, step_km, c)
        passed = corners = covered_corners = 0
        for path in range(first, after):
            if last[path] > known:
                break
            d, x, y, ground, north = distances[path], columns[path], rows[path], grounds[path], norths[path]
            if not read_own(own, heights, clutter, origin, foot, x, y, ground, step_km / d):
                continue
            for k in range(passed + 1, last[path] + 1):
                corners = raise_hull(line, BULGED, corner, 0, corners, k)
            if covered:
                for k in range(passed + 1, last[path] + 1):
                    covered_corners = raise_hull(line, COVERED, corner, 1, covered_corners, k)
            passed = last[path]
            g[DISTANCE, n], g[LATITUDE, n], g[DUCT_SHARE, n] = d, north, shares[int(abs(north))]
            intervals = math.ceil(d / step_km)
            g[SPACING, n], g[SAMPLES, n] = d / intervals, intervals - 1
            g[TX_AMSL, n], g[RX_AMSL, n] = foot.top_m, ground + rx_height_m
            set_climate(g, n, line, passed, step_km, zone, origin, x, y)
            set_coasts(g, n, zone, origin, foot, x, y, c)
            set_bare(g, n, line, own, corner, corners, passed, step_km, foot.ground_m, ground, c)
            if covered:
                set_edges(g, n, line, own, corner, 1, covered_corners, passed, step_km, c)
            elif c.time_percent < 50:
                set_edges(g, n, line, own, corner, 0, corners, passed, step_km, c)
            place[n] = path
            n += 1
            if n == CHUNK:
                settle(loss, place, g, hard, n, c)
                n = 0
    settle(loss, place, g, hard, n, c)
    return loss


@kernel
def _by_radial(
    distance_km: np.ndarray, azimuth_deg: np.ndarray, step_km: float, radials: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Paths that are not near, by radial and outwards; the radial of each, and its last point on that radial."""
    last, radial = np.empty(distance_km.size, np.int32), np.empty(distance_km.size, np.int32)
    starts = np.zeros(radials + 1, np.int64)
    farthest = 0
    for path in range(distance_km.size):
        # Half a step to one and a half before the path's own points, one on average, as everywhere else.
        last[path] = int(distance_km[path] / step_km - (OWN_POINTS + 0.5))
        nearest = int(azimuth_deg[path] * (radials / 360.0) + 0.5)
        radial[path] = nearest if nearest < radials else nearest - radials
        if distance_km[path] >= NEAR_STEPS * step_km:
            starts[radial[path] + 1] += 1
            farthest = max(farthest, last[path])
    for k in range(radials):
        starts[k + 1] += starts[k]
    found, place = np.empty(starts[radials], np.int32), starts.copy()
    for path in range(distance_km.size):
        if distance_km[path] >= NEAR_STEPS * step_km:
            found[place[radial[path]]] = path
            place[radial[path]] += 1
    count, room = np.zeros(farthest + 2, np.int32), np.empty(starts[radials], np.int32)
    for k in range(radials):
        _sort_outwards(found[starts[k] : starts[k + 1]], last, count, room)
    return found, radial, last


@kernel
def _sort_outwards(items: np.ndarray, last: np.ndarray, count: np.ndarray, room: np.ndarray) -> None:
    """Sort the paths of a radial by their last points, stable: a counting sort; `count` comes and goes zero."""
    most = 0
    for i in range(items.size):
        room[i] = items[i]
        count[last[items[i]] + 1] += 1
        most = max(most, last[items[i]])
    for k in range(most + 1):
        count[k + 1] += count[k]
    for i in range(items.size):
        key = last[room[i]]
        items[count[key]] = room[i]
        count[key] += 1
    count[: most + 2] = 0
