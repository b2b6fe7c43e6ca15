"""
Paths over radials that they share, brought down to the numbers that P.1812 needs, several at once.

The numbers of a path stand in a column, in the rows of `rows` and `shared_rows`, so that each loop over columns is
straight-line arithmetic. So do the corners of the ground that it sees: their distances, and their heights with the
bulge of the median Earth taken off.
"""

from __future__ import annotations

import math

import numpy as np

from phusong.radio.sweep.closed_diffraction import whole_vectors
from phusong.radio.sweep.elementary import kernel, vectorised
from phusong.radio.sweep.grazing import height_at, look_under_chords
from phusong.radio.sweep.radial import BARE, COVERED
from phusong.radio.sweep.rows import (
    DISTANCE,
    K_BETA_EARTH_KM,
    NU,
    NU_BETA,
    ROUGHNESS,
    RX_AMSL,
    RX_DUCT,
    RX_EFFECTIVE,
    RX_HORIZON,
    RX_SLOPE,
    TX_DUCT,
    TX_EFFECTIVE,
    TX_HORIZON,
    TX_SLOPE,
    Constants,
)
from phusong.radio.sweep.sampling import Foot
from phusong.radio.sweep.shared_rows import (
    ABOVE,
    BACK,
    BACK_AT,
    BACK_FLAT,
    BETA_STEEP,
    COVER_STEEP,
    FLAT,
    HEIGHT_MOMENT,
    HEIGHT_SUM,
    HIGHEST,
    IN_SIGHT,
    LAST,
    LAST_HEIGHT,
    LEAST,
    LEAST_AT,
    LOW_TX,
    OWN_BARE,
    OWN_COVERED,
    OWN_POINTS,
    RISE,
    RX_GROUND,
    STEEP,
    STEEP_AT,
    SUNK,
    UNDER_CHORD,
)

_CLEAR_NU = -0.78 - 1e-6
_NEVER = -1e9
"""Stands for an edge that nothing comes near."""


@kernel
def measure(
    g: np.ndarray,
    corner: np.ndarray,
    corners: np.ndarray,
    tops: np.ndarray,
    room: np.ndarray,
    first: int,
    after: int,
    step_km: float,
    foot: Foot,
    c: Constants,
) -> None:
    """
    Fill what `rows` calls given for the paths from `first` on, before `after`, at most `BLOCK` of them.

    Parameters
    ----------
    corner
        Distances in km and heights in m, shape (kinds of ground, 2, most, BLOCK).
    corners
        How many of them each path has, shape (kinds, BLOCK).
    tops
        Heights of the radials' points without the bulge, shape (radials, kinds, points).
    room
        For as many numbers as a radial has points.
    """
    bulge, beta, n = 500.0 / c.earth_km, 500.0 / K_BETA_EARTH_KM, after - first
    _bare(g, corner[BARE], _even(corner[BARE], corners[BARE], n), tops, room, first, n, step_km, foot, bulge, c)
    if tops.shape[1] > COVERED:
        most = _even(corner[COVERED], corners[COVERED], n)
        _edges(g, NU, corner[COVERED], most, tops, room, COVER_STEEP, first, n, step_km, foot, bulge, bulge, c)
        if c.time_percent < 50:
            _edges(g, NU_BETA, corner[COVERED], most, tops, room, BETA_STEEP, first, n, step_km, foot, bulge, beta, c)


@kernel
def _even(corner: np.ndarray, corners: np.ndarray, n: int) -> int:
    """Give each of n paths as many corners as the one with most, its last again and again; returns how many."""
    most = 1
    for i in range(n):
        most = max(most, corners[i])
    for i in range(n):
        for k in range(corners[i], most):
            corner[0, k, i], corner[1, k, i] = corner[0, k - 1, i], corner[1, k - 1, i]
    return most


@kernel
def _bare(
    g: np.ndarray,
    corner: np.ndarray,
    most: int,
    tops: np.ndarray,
    room: np.ndarray,
    first: int,
    n: int,
    step: float,
    foot: Foot,
    bulge: float,
    c: Constants,
) -> None:
    """What the bare ground gives: smooth Earth, horizons, roughness, and the edge where nothing grows on it."""
    at, top, tx, lanes = corner[0], corner[1], foot.top_m, whole_vectors(n)
    _own_points(g, OWN_BARE, STEEP, first, lanes, tx, bulge, step, _CLEAR_NU * _CLEAR_NU * c.wavelength_m)
    seen = _seen(g, first, n)
    if seen < n:
        _look_over(g, at, top, most, first, lanes, tx, bulge)
    if seen > 0:
        _look_near(g, at, top, most, first, lanes, tx, 0.0, step)
        look_under_chords(g, at, top, most, tops, BARE, room, first, n, tx, 0.0, step)
    _smooth_earth(g, first, lanes, tx, foot.ground_m, step)
    _meet(g, NU, STEEP, first, lanes, bulge, c.wavelength_m)
    _horizons(g, first, lanes, bulge, step)
    if seen < n:
        _rough(g, at, top, most, first, lanes, bulge)
    for i in range(first, first + n):
        if g[IN_SIGHT, i] > 0.0:
            near = g[TX_HORIZON, i]
            g[HIGHEST, i] = height_at(g, i, tops, near, bulge, step) - g[RISE, i] * near
        g[ROUGHNESS, i] = g[HIGHEST, i] - g[LOW_TX, i]


@kernel
def _edges(
    g: np.ndarray,
    nu: int,
    corner: np.ndarray,
    most: int,
    tops: np.ndarray,
    room: np.ndarray,
    steep: int,
    first: int,
    n: int,
    step: float,
    foot: Foot,
    taken: float,
    bulge: float,
    c: Constants,
) -> None:
    """Edges over what grows on the ground and an Earth of `bulge`; heights have the bulge `taken` off."""
    at, top, tx, lanes = corner[0], corner[1], foot.top_m, whole_vectors(n)
    _own_points(g, OWN_COVERED, steep, first, lanes, tx, bulge, step, _CLEAR_NU * _CLEAR_NU * c.wavelength_m)
    seen = _seen(g, first, n)
    if seen < n:
        _look_back(g, at, top, most, first, lanes, taken - bulge, bulge)
    if seen > 0:
        _look_near(g, at, top, most, first, lanes, tx, taken - bulge, step)
        look_under_chords(g, at, top, most, tops, COVERED, room, first, n, tx, taken - bulge, step)
    _meet(g, nu, steep, first, lanes, bulge, c.wavelength_m)


@kernel
def _seen(g: np.ndarray, first: int, n: int) -> int:
    """How many paths of a block are in sight."""
    seen = 0
    for i in range(first, first + n):
        seen += 1 if g[IN_SIGHT, i] > 0.0 else 0
    return seen


@vectorised
def _own_points(
    g: np.ndarray,
    own: int,
    steep: int,
    first: int,
    lanes: int,
    tx: float,
    bulge: float,
    step: float,
    clear2: float,
) -> None:
    """
    Steepest points from both antennas and nearest to the line between them, as far as the path's own points tell.

    Of equal ones the nearest to the receiver counts. What comes no nearer than `clear2` leaves the wave alone.
    """
    for lane in range(np.uint64(lanes)):
        i = np.uint64(first) + lane
        d, rx = g[DISTANCE, i], g[RX_AMSL, i]
        slope_tx, tx_at, back, back_at, near_at = g[steep, i], g[STEEP_AT, i], -1e300, d, -1.0
        sunk, least = (rx - tx) / d - bulge * d, clear2 / (0.002 * d)
        for j in range(OWN_POINTS - 1, -1, -1):
            h, v = g[own + j, i], (j + 1) * step
            u = d - v
            inverse = 1.0 / u
            here, there = (h - tx) * inverse - bulge * u, (h - rx) * (1.0 / v) - bulge * v
            tx_at, slope_tx = u if here > slope_tx else tx_at, max(slope_tx, here)
            back_at, back = u if there >= back else back_at, max(back, there)
            below = tx + sunk * u + bulge * u * u - h
            near = below * below * inverse * (1.0 / v)
            near_at, least = u if near <= least else near_at, min(least, near)
        g[SUNK, i], g[steep, i], g[STEEP_AT, i], g[IN_SIGHT, i] = sunk, slope_tx, tx_at, 0.0 if slope_tx > sunk else 1.0
        g[BACK, i], g[BACK_AT, i] = back, back_at
        g[LEAST, i], g[LEAST_AT, i], g[UNDER_CHORD, i] = least, near_at, 0.0


@vectorised
def _look_back(
    g: np.ndarray, at: np.ndarray, top: np.ndarray, most: int, first: int, lanes: int, extra: float, bulge: float
) -> None:
    """Steepest slope from the receiver, also over the corners."""
    for k in range(np.uint64(most)):
        for lane in range(np.uint64(lanes)):
            i = np.uint64(first) + lane
            d, u, back, back_at = g[DISTANCE, i], at[k, lane], g[BACK, i], g[BACK_AT, i]
            v = d - u
            slope = (top[k, lane] + (extra + bulge) * u * u - g[RX_AMSL, i]) / v - bulge * v
            g[BACK_AT, i] = u if slope > back else back_at
            g[BACK, i] = max(back, slope)


@vectorised
def _look_over(
    g: np.ndarray, at: np.ndarray, top: np.ndarray, most: int, first: int, lanes: int, tx: float, bulge: float
) -> None:
    """`_look_back`, and without any bulge the same slope and the greatest height above the direct line."""
    for lane in range(np.uint64(lanes)):
        i = np.uint64(first) + lane
        g[ABOVE, i], g[BACK_FLAT, i] = -1e300, -1e300
    for k in range(np.uint64(most)):
        for lane in range(np.uint64(lanes)):
            i = np.uint64(first) + lane
            d, u, back, back_at = g[DISTANCE, i], at[k, lane], g[BACK, i], g[BACK_AT, i]
            above, back_flat = g[ABOVE, i], g[BACK_FLAT, i]
            v, h = d - u, top[k, lane] + bulge * u * u
            flat = (h - g[RX_AMSL, i]) / v
            slope = flat - bulge * v
            g[BACK_AT, i] = u if slope > back else back_at
            g[BACK, i], g[BACK_FLAT, i] = max(back, slope), max(back_flat, flat)
            g[ABOVE, i] = max(above, h - tx - (g[SUNK, i] + bulge * d) * u)


@vectorised
def _look_near(
    g: np.ndarray,
    at: np.ndarray,
    top: np.ndarray,
    most: int,
    first: int,
    lanes: int,
    tx: float,
    extra: float,
    step: float,
) -> None:
    """
    Nearest to the line between the antennas, also over the corners.

    Wanted is the least of clearance^2 / (u v). The points between two corners stay below their chord, with a clearance
    of at least (p v + q u) / d; that gives no less than 4 p q / d^2, where p v = q u, and more to both sides.
    """
    for k in range(np.uint64(most)):
        before = k - np.uint64(1) if k > 0 else k
        for lane in range(np.uint64(lanes)):
            i = np.uint64(first) + lane
            d, sunk, u, a = g[DISTANCE, i], g[SUNK, i], at[k, lane], at[before, lane]
            least, least_at, under_chord = g[LEAST, i], g[LEAST_AT, i], g[UNDER_CHORD, i]
            v, wide = d - u, u - a
            below, below_a = (
                tx + sunk * u - top[k, lane] - extra * u * u,
                tx + sunk * a - top[before, lane] - extra * a * a,
            )
            p, q = below_a * u - below * a, below * (d - a) - below_a * v
            inside = (p > 0.0) & (q > 0.0) & (a * (p + q) < d * p) & (d * p < u * (p + q)) & (wide > 1.5 * step)
            under = inside & (4.0 * p * q < least * (d * wide) * (d * wide))
            g[UNDER_CHORD, i] = 1.0 if under else under_chord
            near = below * below / (u * v)
            g[LEAST_AT, i] = u if near < least else least_at
            g[LEAST, i] = min(near, least)


@vectorised
def _smooth_earth(g: np.ndarray, first: int, lanes: int, tx: float, tx_ground: float, step: float) -> None:
    """
    Least-squares smooth Earth (equations 85 to 88), and effective heights over it (37, 89 to 92 and 94).

    All intervals are a step, but for the one before the path's own points. A path in sight has nothing above the line.
    """
    for lane in range(np.uint64(lanes)):
        i = np.uint64(first) + lane
        d, rx, rx_ground, h, u = g[DISTANCE, i], g[RX_AMSL, i], g[RX_GROUND, i], g[LAST_HEIGHT, i], g[LAST, i] * step
        v1 = step * (tx_ground + 2.0 * g[HEIGHT_SUM, i] - h)
        v2 = step * (6.0 * (g[HEIGHT_MOMENT, i] - h * u) + step * tx_ground + h * (3.0 * u - step))
        direct = (rx - tx) / d
        flat, blocked = g[FLAT, i], g[IN_SIGHT, i] == 0.0
        above, back = g[ABOVE, i] if blocked else 0.0, g[BACK_FLAT, i] if blocked else 0.0
        for j in range(OWN_POINTS - 1, -1, -1):
            there, v = g[OWN_BARE + j, i], (j + 1) * step
            w = d - v
            flat = max(flat, (there - tx) / w)
            above, back = max(above, there - tx - direct * w), max(back, (there - rx) * (1.0 / v))
            v1 += (w - u) * (h + there)
            v2 += (w - u) * (there * (2.0 * w + u) + h * (w + 2.0 * u))
            h, u = there, w
        v1 += (d - u) * (h + rx_ground)
        v2 += (d - u) * (rx_ground * (2.0 * d + u) + h * (d + 2.0 * u))
        square = 1.0 / (d * d)
        smooth_tx, smooth_rx = (2.0 * v1 * d - v2) * square, (v2 - v1 * d) * square
        over_tx, over_rx = flat - direct, back + direct
        sunk = max(above, 0.0) / (over_tx + over_rx) if over_tx > 0.0 and blocked else 0.0
        low_tx, low_rx = min(smooth_tx, tx_ground), min(smooth_rx, rx_ground)
        g[TX_EFFECTIVE, i] = tx - min(smooth_tx - sunk * over_tx, tx_ground)
        g[RX_EFFECTIVE, i] = rx - min(smooth_rx - sunk * over_rx, rx_ground)
        g[TX_DUCT, i], g[RX_DUCT, i] = tx - low_tx, rx - low_rx
        g[LOW_TX, i], g[RISE, i] = low_tx, (low_rx - low_tx) / d


@vectorised
def _meet(g: np.ndarray, nu: int, steep: int, first: int, lanes: int, bulge: float, wavelength_m: float) -> None:
    """Edge where the horizons meet, or, of a path in sight, where it grazes the ground (equations 15, 18 to 20)."""
    for lane in range(np.uint64(lanes)):
        i = np.uint64(first) + lane
        d, sunk, near, in_sight = g[DISTANCE, i], g[SUNK, i], g[LEAST_AT, i], g[IN_SIGHT, i] > 0.0
        from_tx, from_rx = g[steep, i] - sunk, g[BACK, i] + sunk + 2.0 * bulge * d
        edge = max(from_tx, 0.0) * max(from_rx, 0.0)
        root = math.sqrt((0.002 / wavelength_m) * d * (g[LEAST, i] if in_sight else edge))
        g[nu, i] = root if not in_sight else -root if near >= 0.0 else _NEVER


@vectorised
def _horizons(g: np.ndarray, first: int, lanes: int, bulge: float, step: float) -> None:
    """
    Distances of the horizons and their slopes as tangents; and the path's own points between over the smooth Earth.

    Those of a path in sight are where it grazes the ground, or in the middle where it comes near to none.
    """
    for lane in range(np.uint64(lanes)):
        i = np.uint64(first) + lane
        d, sunk, tx_at, rx_at, highest = g[DISTANCE, i], g[SUNK, i], g[STEEP_AT, i], g[BACK_AT, i], -1e300
        steep, back, near, in_sight = g[STEEP, i], g[BACK, i], g[LEAST_AT, i], g[IN_SIGHT, i] > 0.0
        for j in range(OWN_POINTS):
            u = d - (j + 1) * step
            over = g[OWN_BARE + j, i] - g[RISE, i] * u
            highest = max(highest, over) if (tx_at <= u) & (u <= rx_at) else highest
        near = near if near >= 0.0 else 0.5 * d
        g[HIGHEST, i] = highest
        g[TX_HORIZON, i], g[RX_HORIZON, i] = near if in_sight else tx_at, d - (near if in_sight else rx_at)
        g[TX_SLOPE, i] = (sunk if in_sight else steep) / 1000.0
        g[RX_SLOPE, i] = (-sunk - 2.0 * bulge * d if in_sight else back) / 1000.0


@vectorised
def _rough(g: np.ndarray, at: np.ndarray, top: np.ndarray, most: int, first: int, lanes: int, bulge: float) -> None:
    """Greatest height above the smooth Earth between the horizons (equation 95), also over the corners."""
    for k in range(np.uint64(most)):
        for lane in range(np.uint64(lanes)):
            i = np.uint64(first) + lane
            u, highest = at[k, lane], g[HIGHEST, i]
            over = top[k, lane] + bulge * u * u - g[RISE, i] * u
            between = (g[STEEP_AT, i] <= u) & (u <= g[BACK_AT, i])
            g[HIGHEST, i] = max(highest, over) if between else highest
