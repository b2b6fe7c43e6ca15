"""A path in sight: the point that comes nearest to the line between its antennas."""

from __future__ import annotations

import math

import numpy as np

from phusong.radio.sweep.elementary import kernel, scan, woven
from phusong.radio.sweep.rows import DISTANCE
from phusong.radio.sweep.shared_rows import (
    IN_SIGHT,
    LAST,
    LEAST,
    LEAST_AT,
    OWN_BARE,
    OWN_POINTS,
    RADIAL,
    SUNK,
    UNDER_CHORD,
)


@kernel
def look_under_chords(
    g: np.ndarray,
    at: np.ndarray,
    top: np.ndarray,
    most: int,
    tops: np.ndarray,
    kind: int,
    room: np.ndarray,
    first: int,
    n: int,
    tx: float,
    extra: float,
    step: float,
) -> None:
    """LEAST and LEAST_AT of n paths from `first` on, also over points between corners, where one may come nearer."""
    # `tops` is handed on whole: to take the heights of a radial out of it counts a reference.
    for lane in range(n):
        i = first + lane
        if g[IN_SIGHT, i] > 0.0 and g[UNDER_CHORD, i] > 0.0:
            g[LEAST, i], g[LEAST_AT, i] = _under_chords(
                g, i, lane, at, top, most, tops, int(g[RADIAL, i]), kind, room, tx, extra, step
            )


@kernel
def _under_chords(
    g: np.ndarray,
    i: int,
    lane: int,
    at: np.ndarray,
    top: np.ndarray,
    most: int,
    tops: np.ndarray,
    radial: int,
    kind: int,
    room: np.ndarray,
    tx: float,
    extra: float,
    step: float,
) -> tuple[float, float]:
    """Least of clearance^2 / (u v), and where, over points between corners too, where they may come nearer."""
    d, sunk, least, near = g[DISTANCE, i], g[SUNK, i], g[LEAST, i], g[LEAST_AT, i]
    for k in range(most - 1):
        a, b = at[k, lane], at[k + 1, lane]
        if b - a < 1.5 * step:
            continue
        from_a, from_b = tx + sunk * a - top[k, lane] - extra * a * a, tx + sunk * b - top[k + 1, lane] - extra * b * b
        slope = (from_b - from_a) / (b - a)
        p, q = from_a - slope * a, from_a + slope * (d - a)
        if 4.0 * p * q < least * (d * d) and p > 0.0 and q > 0.0 and a * (p + q) < d * p < b * (p + q):
            # Where the chord itself comes so near: (p v + q u)^2 < least d^2 u v, a square in u / d.
            spread, middle = (q - p) * (q - p) + least * d * d, 0.5 * least * d * d - p * (q - p)
            half = math.sqrt(max(middle * middle - spread * p * p, 0.0))
            begin = max(int(a / step + 1.5), int((middle - half) / spread * d / step))
            end = min(int(b / step + 0.5), int((middle + half) / spread * d / step) + 2)
            if _least_between(tops, radial, kind, begin, end, room, d, tx, sunk, extra, step) < least:
                for point in range(begin, end):
                    near, least = point * step if room[point] < least else near, min(least, room[point])
    return least, near


@scan
def _least_between(
    tops: np.ndarray,
    radial: int,
    kind: int,
    begin: int,
    end: int,
    room: np.ndarray,
    d: float,
    tx: float,
    sunk: float,
    extra: float,
    step: float,
) -> float:
    """Least of clearance^2 / (u v) over points from `begin` on, before `end`; that of each goes to `room`."""
    least = 1e300
    for point in range(np.uint64(begin), np.uint64(end)):
        u = point * step
        below = tx + sunk * u - tops[np.uint64(radial), np.uint64(kind), point] - extra * u * u
        here = below * below / (u * (d - u))
        room[point] = here
        least = min(least, here)
    return least


@woven
def height_at(g: np.ndarray, i: int, tops: np.ndarray, at_km: float, bulge: float, step: float) -> float:
    """Bare height of the point at or nearest to a place on path i."""
    k = int(at_km / step + 0.5)
    if k <= g[LAST, i]:
        return tops[int(g[RADIAL, i]), 0, k] + bulge * (k * step) * (k * step)
    return g[OWN_BARE + min(max(int((g[DISTANCE, i] - at_km) / step - 0.5), 0), OWN_POINTS - 1), i]
