"""
Paths that share their terrain: radials from the mast, read once.

A pixel keeps its own distance and ground, and the last points before it are its own too; the ground before them comes
from the nearest radial.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from phusong.radio.sweep.closed_diffraction import width_of
from phusong.radio.sweep.closed_form import duct_shares, settle
from phusong.radio.sweep.elementary import kernel, vectorised
from phusong.radio.sweep.exact import exact_paths, set_coasts
from phusong.radio.sweep.order import NEAR_STEPS, by_radial
from phusong.radio.sweep.radial import (
    INVERSE,
    LINE_COLUMNS,
    in_sight,
    raise_hulls,
    read_own,
    read_radial,
    set_climate,
    set_covered,
    set_shared,
    take_corners,
)
from phusong.radio.sweep.rows import (
    CHUNK,
    DISTANCE,
    DUCT_SHARE,
    INLAND,
    LAND,
    LATITUDE,
    ROWS,
    RX_AMSL,
    SAMPLES,
    SEA_SHARE,
    SPACING,
    TX_AMSL,
    Constants,
)
from phusong.radio.sweep.sampling import Ends, Foot, Rasters
from phusong.radio.sweep.shared_profile import measure
from phusong.radio.sweep.shared_rows import BLOCK, GIVEN_ROWS, OWN_POINTS, RX_GROUND, SHARED_ROWS

_RADIALS = 64
"""How many of them are kept at a time, for the paths that are measured together."""
_DISTANCE, _LATITUDE = GIVEN_ROWS, GIVEN_ROWS + 1


class Sweep(NamedTuple):
    """How radials are laid: step, ground size of a pixel at the mast, how many all round; and the receivers' height."""

    step_km: float
    column_km: float
    row_km: float
    radials: int
    rx_height_m: float


class _Batch(NamedTuple):
    """
    Paths that are computed together: first those behind a horizon, then those in sight, which do not need the same.

    Parameters
    ----------
    g
        What `rows` and `shared_rows` name, shape (2, rows, paths).
    given
        What `shared_rows` calls given, then distance and latitude, of the paths that are not yet in `g`, shape (2,
        rows, BLOCK): few pages of memory, since each path writes into every row.
    corner, corners
        As `measure` takes them, for each side.
    place
        Which path stands in each column, shape (2, CHUNK).
    tops
        Heights of the radials kept, as `measure` takes them.
    room, hard
        For `measure` and the closed form.
    shares
        Least A(p) by whole degrees of latitude.
    """

    g: np.ndarray
    given: np.ndarray
    corner: np.ndarray
    corners: np.ndarray
    place: np.ndarray
    tops: np.ndarray
    room: np.ndarray
    hard: np.ndarray
    shares: np.ndarray


@kernel
def fast_paths(rasters: Rasters, foot: Foot, ends: Ends, sweep: Sweep, c: Constants) -> np.ndarray:
    """Loss of each path; NaN where its radial meets unknown ground or leaves the raster before it."""
    loss = np.full(ends.distance_km.size, np.nan)
    if math.isnan(foot.top_m):
        return loss
    near = np.flatnonzero(ends.distance_km < NEAR_STEPS * sweep.step_km)
    loss[near] = exact_paths(rasters, foot, _only(ends, near), sweep.rx_height_m, sweep.step_km, c)
    order, starts, last = by_radial(ends.distance_km, ends.azimuth_deg, sweep.step_km, sweep.radials)
    if order.size:
        _sweep(loss, rasters, foot, ends, order, starts, last, sweep, c)
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
def _batch(kinds: int, most: int, paths: int) -> _Batch:
    """Room for some paths over radials of fewer than `most` points."""
    width = width_of(paths)
    corner = np.empty((2, kinds, 2, most, BLOCK))
    corner[:, :, :, 0] = 1.0
    return _Batch(
        np.ones((2, SHARED_ROWS, width)),
        np.ones((2, GIVEN_ROWS + 2, BLOCK)),
        corner,
        np.ones((2, kinds, BLOCK), np.int64),
        np.empty((2, CHUNK), np.int64),
        np.empty((_RADIALS, kinds, most)),
        np.empty(most),
        np.ones((ROWS, width)),
        duct_shares(),
    )


@kernel
def _sweep(
    loss: np.ndarray,
    rasters: Rasters,
    foot: Foot,
    ends: Ends,
    order: np.ndarray,
    starts: np.ndarray,
    last: np.ndarray,
    sweep: Sweep,
    c: Constants,
) -> None:
    """Put the loss of each path of `order`, radial by radial and outwards."""
    clutter, zone, origin, step_km, rx_height_m = (
        rasters.clutter,
        rasters.zone,
        rasters.origin,
        sweep.step_km,
        sweep.rx_height_m,
    )
    most, busiest = last.max() + 1, np.diff(starts).max()
    kinds = 2 if clutter.shape[0] or c.time_percent < 50.0 else 1
    batch = _batch(kinds, most, order.size)
    g, given, corner, corners, place, tops = (
        batch.g,
        batch.given,
        batch.corner,
        batch.corners,
        batch.place,
        batch.tops,
    )
    line, hull, held = np.empty((most, LINE_COLUMNS)), np.empty((kinds, 2, most)), np.zeros(kinds, np.int64)
    line[1:, INVERSE] = 1.0 / (np.arange(1, most) * step_km)
    end, own, known = np.empty((5, busiest)), np.empty((2, OWN_POINTS, busiest)), np.empty(busiest, np.bool_)
    count, kept = np.zeros(2, np.int64), 0
    for radial in range(sweep.radials):
        first, after = starts[radial], starts[radial + 1]
        if first == after:
            continue
        if kept == _RADIALS:
            _flush(loss, batch, count, foot, sweep, zone.shape[0] > 0, c)
            kept = 0
        direction = 2 * math.pi * radial / sweep.radials
        east, south = math.sin(direction) * step_km / sweep.column_km, -math.cos(direction) * step_km / sweep.row_km
        reached = read_radial(line, tops[kept], last[order[after - 1]], rasters, foot, east, south, step_km, c)
        while after > first and last[order[after - 1]] > reached:
            after -= 1
        _read_ends(end, own, known, order[first:after], rasters, foot, ends, step_km)
        passed = 0
        held[:] = 0
        for i in range(after - first):
            path, d, x, y, ground = order[first + i], end[0, i], end[1, i], end[2, i], end[3, i]
            if not known[i]:
                continue
            raise_hulls(hull, held, tops, kept, passed + 1, last[path])
            passed = last[path]
            side = 1 if in_sight(line, passed, own, i, d, ground + rx_height_m, step_km, foot.top_m, c.earth_km) else 0
            n, lane = count[side], count[side] % BLOCK
            given[side, RX_GROUND - ROWS, lane] = ground
            given[side, _DISTANCE, lane], given[side, _LATITUDE, lane] = d, end[4, i]
            take_corners(corner, corners, side, lane, hull, held, step_km)
            set_shared(given, side, lane, line, own, i, passed, kept)
            if kinds > 1:
                set_covered(given, side, lane, line, own, i, passed)
            if zone.shape[0]:
                g[side, DISTANCE, n] = d
                set_climate(g[side], n, line, passed, step_km, zone, origin, x, y)
                set_coasts(g[side], n, zone, origin, foot, x, y, c)
            place[side, n] = path
            count[side] = n + 1
            if (n + 1) % BLOCK == 0:
                _complete(batch, side, n + 1 - BLOCK, n + 1, foot, sweep, zone.shape[0] > 0, c)
            if n + 1 == CHUNK:
                settle(loss, place[side], g[side], batch.hard, CHUNK, c)
                count[side] = 0
        kept += 1
    _flush(loss, batch, count, foot, sweep, zone.shape[0] > 0, c)


@kernel
def _read_ends(
    end: np.ndarray,
    own: np.ndarray,
    known: np.ndarray,
    paths: np.ndarray,
    rasters: Rasters,
    foot: Foot,
    ends: Ends,
    step_km: float,
) -> None:
    """
    Distance, column, row, ground and latitude of some paths, and their own points, the ground of which is known or not.

    Two loops of their own, in which many reads from far apart are under way at once.
    """
    heights, clutter, origin = rasters.heights, rasters.clutter, rasters.origin
    distances, columns, rows = ends.distance_km, ends.column, ends.row
    grounds, norths = ends.ground_m, ends.latitude_deg
    for i in range(paths.size):
        path = paths[i]
        end[0, i], end[1, i], end[2, i], end[3, i] = distances[path], columns[path], rows[path], grounds[path]
        end[4, i] = norths[path]
    for i in range(paths.size):
        known[i] = read_own(
            own, i, heights, clutter, origin, foot, end[1, i], end[2, i], end[3, i], step_km / end[0, i]
        )


@kernel
def _flush(
    loss: np.ndarray, batch: _Batch, count: np.ndarray, foot: Foot, sweep: Sweep, zoned: bool, c: Constants
) -> None:
    """Compute what is in the batch."""
    for side in range(2):
        n = count[side]
        _complete(batch, side, n // BLOCK * BLOCK, n, foot, sweep, zoned, c)
        settle(loss, batch.place[side], batch.g[side], batch.hard, n, c)
        count[side] = 0


@kernel
def _complete(
    batch: _Batch, side: int, first: int, after: int, foot: Foot, sweep: Sweep, zoned: bool, c: Constants
) -> None:
    """All that the closed form needs of some paths of one side."""
    if first == after:
        return
    g = batch.g[side]
    _spread(g, batch.given[side], batch.shares, first, after, foot.top_m, sweep.rx_height_m, sweep.step_km)
    if not zoned:
        _inland(g, first, after)
    measure(g, batch.corner[side], batch.corners[side], batch.tops, batch.room, first, after, sweep.step_km, foot, c)


@vectorised
def _spread(
    g: np.ndarray,
    given: np.ndarray,
    shares: np.ndarray,
    first: int,
    after: int,
    top_m: float,
    rx_height_m: float,
    step_km: float,
) -> None:
    """Put what is given into its columns, with the intervals of the path's own profile, and its antennas."""
    for row in range(np.uint64(GIVEN_ROWS)):
        for lane in range(np.uint64(after - first)):
            g[np.uint64(ROWS) + row, np.uint64(first) + lane] = given[row, lane]
    for lane in range(np.uint64(after - first)):
        i, d, north = np.uint64(first) + lane, given[_DISTANCE, lane], given[_LATITUDE, lane]
        intervals = np.ceil(d / step_km)
        g[DISTANCE, i], g[LATITUDE, i], g[DUCT_SHARE, i] = d, north, shares[np.uint64(abs(north))]
        g[SPACING, i], g[SAMPLES, i] = d / intervals, intervals - 1.0
        g[TX_AMSL, i], g[RX_AMSL, i] = top_m, given[RX_GROUND - ROWS, lane] + rx_height_m


@vectorised
def _inland(g: np.ndarray, first: int, after: int) -> None:
    """No sea anywhere."""
    for i in range(np.uint64(first), np.uint64(after)):
        g[LAND, i], g[INLAND, i], g[SEA_SHARE, i] = g[DISTANCE, i], g[DISTANCE, i], 0.0
