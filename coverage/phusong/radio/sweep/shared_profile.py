"""A path over a radial that it shares, brought down to the numbers that P.1812 needs."""

from __future__ import annotations

import math

import numpy as np

from phusong.radio.sweep.elementary import kernel, woven
from phusong.radio.sweep.exact import edge_over, set_effective, set_horizons
from phusong.radio.sweep.radial import (
    BULGED,
    COVERED,
    HEIGHT,
    MOMENT,
    OWN_BARE,
    OWN_COVERED,
    OWN_INVERSE,
    OWN_POINTS,
    STEEPEST,
    STEEPEST_AT,
    STEEPEST_BETA,
    STEEPEST_COVERED,
    STEEPEST_FLAT,
    SUM,
)  # fmt: skip
from phusong.radio.sweep.rows import DISTANCE, K_BETA_EARTH_KM, NU, NU_BETA, ROUGHNESS, RX_AMSL, TX_AMSL, Constants

_CLEAR_NU = -0.78 - 1e-6


@woven
def set_bare(
    g: np.ndarray,
    n: int,
    line: np.ndarray,
    own: np.ndarray,
    corner: np.ndarray,
    corners: int,
    last: int,
    step: float,
    tx_ground: float,
    rx_ground: float,
    c: Constants,
) -> None:
    """What the bare ground gives: smooth Earth, horizons, roughness, and the edge where nothing grows on it."""
    d, tx, rx = g[DISTANCE, n], g[TX_AMSL, n], g[RX_AMSL, n]
    bulge, direct = 500.0 / c.earth_km, (rx - tx) / d
    smooth_tx, smooth_rx = _fitted(line, own, last, step, d, tx_ground, rx_ground)
    back, at = _back(line, BULGED, own, 0, corner, 0, corners, step, d, rx, bulge)
    steepest, first, over_flat = line[STEEPEST, last], line[STEEPEST_AT, last] * step, line[STEEPEST_FLAT, last]
    for j in range(OWN_POINTS - 1, -1, -1):
        u, rise = d - (j + 1) * step, own[OWN_BARE, j] - tx
        if rise > over_flat * u:
            over_flat = rise / u
        if rise - bulge * u * u > steepest * u:
            steepest, first = rise / u - bulge * u, u
    above, back_flat = 0.0, 0.0
    if over_flat > direct:
        above, back_flat = _obstruction(line, own, corner, corners, step, d, tx, rx, direct)
    set_effective(g, n, smooth_tx, smooth_rx, above, over_flat - direct, back_flat + direct, tx_ground, rx_ground)

    low_tx, low_rx = min(smooth_tx, tx_ground), min(smooth_rx, rx_ground)
    rise, sunk = (low_rx - low_tx) / d, direct - bulge * d
    from_tx, from_rx = steepest - sunk, back + bulge * d + direct
    if from_tx > 0.0:
        edge = edge_over(from_tx, from_rx, d)
        set_horizons(g, n, first, d - at, steepest, back)
        high = _highest(line, own, corner, corners, first, at, step, d, rise)
    else:
        clear = _CLEAR_NU * math.sqrt(c.wavelength_m)
        edge, first = _in_sight(
            line, BULGED, own, 0, corner, 0, corners, bulge, step, d, tx, sunk, from_tx, from_rx, clear
        )
        set_horizons(g, n, first, d - first, sunk, -direct - bulge * d)
        high = _height_at(line, own, first, last, step, d) - rise * first
    g[NU, n] = edge * math.sqrt(1 / c.wavelength_m)
    g[ROUGHNESS, n] = high - low_tx


@woven
def _back(
    line: np.ndarray,
    row: int,
    own: np.ndarray,
    own_row: int,
    corner: np.ndarray,
    hull: int,
    corners: int,
    step: float,
    d: float,
    rx: float,
    bulge: float,
) -> tuple[float, float]:
    """Steepest slope from the receiver over an Earth of `bulge`, in m/km, and where; the nearest of equal ones."""
    back, at = -1e300, d
    for j in range(OWN_POINTS):
        v = (j + 1) * step
        slope = (own[own_row, j] - rx) * own[OWN_INVERSE, j] - bulge * v
        at, back = d - v if slope > back else at, max(back, slope)
    # Slopes to the corners of a hull rise up to the steepest and fall behind it.
    end = rx - bulge * d * d
    i = corners - 1
    rise, run = line[row, corner[hull, i]] - end, d - corner[hull, i] * step
    while i > 0:
        next_rise, next_run = line[row, corner[hull, i - 1]] - end, d - corner[hull, i - 1] * step
        if next_rise * run <= rise * next_run:
            break
        rise, run = next_rise, next_run
        i -= 1
    slope = rise / run - 2.0 * bulge * d
    return max(back, slope), d - run if slope > back else at


@kernel
def _obstruction(
    line: np.ndarray,
    own: np.ndarray,
    corner: np.ndarray,
    corners: int,
    step: float,
    d: float,
    tx: float,
    rx: float,
    direct: float,
) -> tuple[float, float]:
    """Greatest height above the direct line, and steepest slope from the receiver, both without any bulge."""
    above, rise, run = -1e300, -1e300, 1.0
    for i in range(corners):
        u = corner[0, i] * step
        h = line[HEIGHT, corner[0, i]]
        above = max(above, h - tx - direct * u)
        steeper = (h - rx) * run > rise * (d - u)
        rise, run = h - rx if steeper else rise, d - u if steeper else run
    back = rise / run
    for j in range(OWN_POINTS):
        u, h = d - (j + 1) * step, own[OWN_BARE, j]
        above, back = max(above, h - tx - direct * u), max(back, (h - rx) * own[OWN_INVERSE, j])
    return above, back


@woven
def _height_at(line: np.ndarray, own: np.ndarray, at_km: float, last: int, step: float, d: float) -> float:
    """Height of the point at or nearest to a place."""
    k = int(at_km / step + 0.5)
    return line[HEIGHT, k] if k <= last else own[OWN_BARE, min(max(int((d - at_km) / step - 0.5), 0), OWN_POINTS - 1)]


@woven
def _highest(
    line: np.ndarray,
    own: np.ndarray,
    corner: np.ndarray,
    corners: int,
    first_km: float,
    final_km: float,
    step: float,
    d: float,
    rise: float,
) -> float:
    """
    Greatest height above a line of slope `rise` through the mast's foot, between two places on the path.

    Both are corners or own points, so what is highest between them is one too.
    """
    high = -1e300
    for i in range(corners):
        u = corner[0, i] * step
        over = line[HEIGHT, corner[0, i]] - rise * u
        high = max(high, over) if first_km <= u <= final_km else high
    for j in range(OWN_POINTS):
        u = d - (j + 1) * step
        high = max(high, own[OWN_BARE, j] - rise * u) if first_km <= u <= final_km else high
    return high


@woven
def set_edges(
    g: np.ndarray,
    n: int,
    line: np.ndarray,
    own: np.ndarray,
    corner: np.ndarray,
    hull: int,
    corners: int,
    last: int,
    step: float,
    c: Constants,
) -> None:
    """Edges over what grows on the ground, for the median Earth and, where the time asks for it, that of k = 3."""
    scale, clear = math.sqrt(1 / c.wavelength_m), _CLEAR_NU * math.sqrt(c.wavelength_m)
    bulge, beta = 500.0 / c.earth_km, 500.0 / K_BETA_EARTH_KM
    steepest = line[STEEPEST_COVERED, last]
    g[NU, n] = scale * _edge(g, n, line, own, corner, hull, corners, last, step, bulge, bulge, steepest, clear)
    if c.time_percent < 50:
        steepest = line[STEEPEST_BETA, last]
        g[NU_BETA, n] = scale * _edge(g, n, line, own, corner, hull, corners, last, step, bulge, beta, steepest, clear)


@kernel
def _edge(
    g: np.ndarray,
    n: int,
    line: np.ndarray,
    own: np.ndarray,
    corner: np.ndarray,
    hull: int,
    corners: int,
    last: int,
    step: float,
    taken: float,
    bulge: float,
    steepest: float,
    clear: float,
) -> float:
    """Bullington's edge over covered ground and an Earth of `bulge`; COVERED has the bulge `taken` off."""
    d, tx, rx = g[DISTANCE, n], g[TX_AMSL, n], g[RX_AMSL, n]
    back = -1e300
    if taken == bulge:
        back, _ = _back(line, COVERED, own, 1, corner, hull, corners, step, d, rx, bulge)
    else:
        for i in range(corners):
            u = corner[hull, i] * step
            top = line[COVERED, corner[hull, i]] + taken * u * u
            back = max(back, (top - rx) / (d - u) - bulge * (d - u))
        for j in range(OWN_POINTS):
            back = max(back, (own[OWN_COVERED, j] - rx) * own[OWN_INVERSE, j] - bulge * (j + 1) * step)
    for j in range(OWN_POINTS):
        v, h = (j + 1) * step, own[OWN_COVERED, j]
        steepest = max(steepest, (h - tx) / (d - v) - bulge * (d - v))
    direct = (rx - tx) / d
    above_tx, above_rx = steepest + bulge * d - direct, back + bulge * d + direct
    if above_tx >= 0:
        return edge_over(above_tx, above_rx, d)
    sunk = direct - bulge * d
    if taken == bulge:
        return _in_sight(
            line, COVERED, own, 1, corner, hull, corners, bulge, step, d, tx, sunk, above_tx, above_rx, clear
        )[0]
    least = 1e300
    for k in range(1, last + 1):
        u = k * step
        below = line[COVERED, k] + (taken - bulge) * u * u - tx - sunk * u
        least = min(least, below * below / (u * (d - u)))
    for j in range(OWN_POINTS):
        v = (j + 1) * step
        below = own[OWN_COVERED, j] + bulge * (d - v) * v - tx - direct * (d - v)
        least = min(least, below * below / (v * (d - v)))
    return -math.sqrt(0.002 * d * least)


@kernel
def _in_sight(
    line: np.ndarray,
    row: int,
    own: np.ndarray,
    own_row: int,
    corner: np.ndarray,
    hull: int,
    corners: int,
    bulge: float,
    step: float,
    d: float,
    tx: float,
    sunk: float,
    above_tx: float,
    above_rx: float,
    clear: float,
) -> tuple[float, float]:
    """
    Edge of a path in sight and where; a low figure and the middle where no point comes near the line.

    Wanted is the least of clearance^2 / (u v). Every point stays below both horizons, so it is at least above_rx^2 in
    the mast's half and above_tx^2 in the receiver's; and the points between two corners stay below their chord.
    """
    root = math.sqrt(0.002 * d)
    least, width, at = clear * clear / (0.002 * d), 1.0, -1.0
    if max(above_tx, above_rx) * root <= clear:
        return -1e9, 0.5 * d
    for j in range(OWN_POINTS):
        v = (j + 1) * step
        u = d - v
        below = tx + sunk * u + bulge * u * u - own[own_row, j]
        nearer = below * below * width < least * (u * v)
        at, least, width = u if nearer else at, below * below if nearer else least, u * v if nearer else width
    for i in range(corners - 1, -1, -1):
        u = corner[hull, i] * step
        below = tx + sunk * u - line[row, corner[hull, i]]
        nearer, wide = below * below * width < least * (u * (d - u)), u * (d - u)
        at, least, width = u if nearer else at, below * below if nearer else least, wide if nearer else width
    least /= width
    for i in range(corners - 1):
        a, b = corner[hull, i], corner[hull, i + 1]
        if b - a < 2:
            continue
        from_a, from_b = tx + sunk * a * step - line[row, a], tx + sunk * b * step - line[row, b]
        if _least_under_chord(a * step, b * step, from_a, from_b, d) < least:
            for k in range(a + 1, b):
                u = k * step
                below = tx + sunk * u - line[row, k]
                here = below * below / (u * (d - u))
                at, least = u if here < least else at, min(least, here)
    return (-math.sqrt(0.002 * d * least), at) if at >= 0.0 else (-1e9, 0.5 * d)


@woven
def _least_under_chord(a_km: float, b_km: float, from_a: float, from_b: float, d: float) -> float:
    """
    Least of clearance^2 / (u v) between two places, for a clearance that changes evenly from one to the other.

    Written with its values p and q at the two ends of the path it is (p v + q u)^2 / (d^2 u v), which is least, 4 p q /
    d^2, where p v = q u, and rises to both sides.
    """
    slope = (from_b - from_a) / (b_km - a_km)
    p, q = from_a - slope * a_km, from_a + slope * (d - a_km)
    if p > 0.0 and q > 0.0 and a_km * (p + q) < d * p < b_km * (p + q):
        return 4.0 * p * q / (d * d)
    return min(from_a * from_a / (a_km * (d - a_km)), from_b * from_b / (b_km * (d - b_km)))


@woven
def _fitted(
    line: np.ndarray, own: np.ndarray, last: int, step: float, d: float, tx_ground: float, rx_ground: float
) -> tuple[float, float]:
    """Least-squares smooth Earth at both ends (equations 85 to 88); the interval before the own points differs."""
    h, u = line[HEIGHT, last], last * step
    v1 = step * (tx_ground + 2 * line[SUM, last] - h)
    v2 = step * (6 * (line[MOMENT, last] - h * u) + step * tx_ground + h * (3 * u - step))
    for j in range(OWN_POINTS - 1, -2, -1):
        there, w = (own[OWN_BARE, j], d - (j + 1) * step) if j >= 0 else (rx_ground, d)
        v1 += (w - u) * (h + there)
        v2 += (w - u) * (there * (2 * w + u) + h * (w + 2 * u))
        h, u = there, w
    square = 1.0 / (d * d)
    return (2 * v1 * d - v2) * square, (v2 - v1 * d) * square
