"""
Delta-Bullington diffraction after the terrain has been read (P.1812, section 4.3).

Each loop is straight-line arithmetic over columns of the rows of `rows`.
"""

from __future__ import annotations

import math

import numpy as np

from phusong.radio.sweep.elementary import (
    LOG10_2,
    exp,
    exp2,
    inlined,
    kernel,
    log2,
    log10,
    sine_of_third_arcsine,
    vectorised,
)
from phusong.radio.sweep.rows import (
    CHUNK,
    DIFFRACTION,
    DIFFRACTION_BETA,
    DISTANCE,
    FIRST_TERM,
    FIRST_TERM_SEA,
    NU,
    OPEN,
    PLACE,
    RADIUS,
    RX_EFFECTIVE,
    SAMPLES,
    SEA_SHARE,
    SMOOTH_AT,
    SPACING,
    TX_EFFECTIVE,
    WEIGHT,
    WIDTH,
    Constants,
)


@kernel
def diffraction(g: np.ndarray, hard: np.ndarray, n: int, c: Constants, earth_km: float, nu: int, out: int) -> None:
    """Delta-Bullington diffraction loss over one Earth (section 4.3.4)."""
    bullington(g, n, nu, out)
    _near_smooth_earth(g, n, c.wavelength_m, earth_km)
    found = gathered(g, hard, n)
    m = whole_vectors(found)
    _spherical_share(hard, m, c.wavelength_m, earth_km)
    _first_term(hard, m, c.frequency_ghz, c.admittance_land, FIRST_TERM)
    if c.any_sea:
        _first_term(hard, m, c.frequency_ghz, c.admittance_sea, FIRST_TERM_SEA)
        for j in range(m):
            hard[FIRST_TERM, j] += hard[SEA_SHARE, j] * (hard[FIRST_TERM_SEA, j] - hard[FIRST_TERM, j])
    _smooth_edge(hard, m, c.wavelength_m, earth_km)
    bullington(hard, m, NU, DIFFRACTION)
    for j in range(found):
        weight = hard[WEIGHT, j]
        term = hard[FIRST_TERM, j] if weight == 1.0 else max(hard[FIRST_TERM, j], 0.0)
        spherical = weight * term if weight > 0.0 else 0.0
        g[out, int(hard[PLACE, j])] += max(spherical - hard[DIFFRACTION, j], 0.0)


@kernel
def gathered(g: np.ndarray, hard: np.ndarray, n: int) -> int:
    """Copy the paths marked in OPEN, with their places; returns how many."""
    m = 0
    for i in range(n):
        hard[PLACE, m] = i
        m += 1 if g[OPEN, i] > 0.0 else 0
        if m == CHUNK:
            break
    for row in range(DIFFRACTION_BETA + 1):
        for j in range(m):
            hard[row, j] = g[row, int(hard[PLACE, j])]
    return m


@inlined
def whole_vectors(n: int) -> int:
    """So many columns that no path is left to the scalar end of a loop, which may round otherwise."""
    return min((n + 31) // 32 * 32, CHUNK)


@inlined
def width_of(paths: int) -> int:
    """Columns of the arrays for some paths: for a few of them fresh memory costs more than all their arithmetic."""
    return whole_vectors(paths) + WIDTH - CHUNK


@vectorised
def bullington(g: np.ndarray, n: int, nu: int, out: int) -> None:
    """Equation 21."""
    for i in range(n):
        edge = _knife_edge(g[nu, i])
        g[out, i] = edge + (1.0 - exp(edge / -6.0)) * (10.0 + 0.02 * g[DISTANCE, i])


@inlined
def _knife_edge(nu: float) -> float:
    """Equation 12."""
    shifted = max(nu, -0.78) - 0.1
    loss = 6.9 + 20.0 * log10(math.sqrt(shifted * shifted + 1.0) + shifted)
    return loss if nu > -0.78 else 0.0


@vectorised
def _near_smooth_earth(g: np.ndarray, n: int, wavelength_m: float, earth_km: float) -> None:
    """
    Mark the paths whose spherical-Earth loss may be more than zero.

    The clearance over the smooth Earth, h1 v / d + h2 u / d - 500 u v / a, is at least
    2 sqrt(h1 h2) sqrt(u v) / d - 500 u v / a, and sqrt(u v) at most d / 2.
    """
    for i in range(n):
        d = g[DISTANCE, i]
        clear = 2.0 * math.sqrt(g[TX_EFFECTIVE, i] * g[RX_EFFECTIVE, i])
        wanted = 250.0 * d * d / earth_km + 17.456 * math.sqrt(wavelength_m * d)
        g[OPEN, i] = 0.0 if clear > wanted else 1.0


@vectorised
def _spherical_share(g: np.ndarray, n: int, wavelength_m: float, earth_km: float) -> None:
    """Radius for the first term (equation 26), its share (27), and the point of least clearance (24a)."""
    for i in range(n):
        d, h1, h2 = g[DISTANCE, i], g[TX_EFFECTIVE, i], g[RX_EFFECTIVE, i]
        roots = math.sqrt(h1) + math.sqrt(h2)
        in_sight = d < math.sqrt(0.002 * earth_km) * roots
        both = h1 + h2
        m = 250.0 * d * d / (earth_km * both)
        third = (m + 1.0) * (m + 1.0) * (m + 1.0)
        x = 1.5 * (h1 - h2) / both * math.sqrt(3.0 * m / third)
        b = 2.0 * math.sqrt((m + 1.0) / (3.0 * m)) * sine_of_third_arcsine(max(min(x, 1.0), -1.0))
        u = 0.5 * d * (1.0 + b)
        v = d - u
        bulge = 500.0 / earth_km
        clearance = ((h1 - bulge * u * u) * v + (h2 - bulge * v * v) * u) / d
        wanted = 17.456 * math.sqrt(u * v * wavelength_m / d)
        g[SMOOTH_AT, i] = u
        share = max(1.0 - clearance / wanted, 0.0)
        # Exactly one would be taken for the whole first term, which may be negative.
        g[WEIGHT, i] = min(share, 0.9999999999999999) if in_sight else 1.0
        least = d / roots
        g[RADIUS, i] = 500.0 * least * least if in_sight else earth_km


@vectorised
def _first_term(g: np.ndarray, n: int, frequency_ghz: float, admittance: float, out: int) -> None:
    """First-term spherical-Earth loss over one kind of ground (equations 29 to 36)."""
    f_third = frequency_ghz ** (1 / 3)
    floor = 2.0 + 20.0 * math.log10(admittance)
    for i in range(n):
        third = log2(g[RADIUS, i]) / 3.0
        e = exp2(-third)
        k2 = admittance * e * (admittance * e)
        beta = (1.0 + k2 * (1.6 + 0.67 * k2)) / (1.0 + k2 * (4.5 + 1.53 * k2))
        x = 21.88 * beta * f_third * e * e * g[DISTANCE, i]
        scale = 0.9575 * beta * beta * f_third * f_third * e
        lx = log2(x)
        far = 11.0 + 10.0 * LOG10_2 * lx - 17.6 * x
        near = -20.0 * LOG10_2 * lx - 5.6488 * exp2(1.425 * lx)
        least = floor - 20.0 * LOG10_2 * third
        gain = max(_height_gain(scale * g[TX_EFFECTIVE, i]), least) + max(
            _height_gain(scale * g[RX_EFFECTIVE, i]), least
        )
        g[out, i] = -(far if x >= 1.6 else near) - gain


@inlined
def _height_gain(b: float) -> float:
    """Equation 35."""
    tall = b > 2.0
    above = max(b - 1.1, 0.0)
    lg = log10(above if tall else b + 0.1 * b * b * b)
    return 17.6 * math.sqrt(above) - 5.0 * lg - 8.0 if tall else 20.0 * lg


@vectorised
def _smooth_edge(g: np.ndarray, n: int, wavelength_m: float, earth_km: float) -> None:
    """
    Bullington's nu over the smooth Earth, at the points of the profile (section 4.3.1 with heights of zero).

    The bulge is smooth, so that the points that matter are the two beside where a derivative vanishes.
    """
    bulge = 500.0 / earth_km
    for i in range(n):
        d, h1, h2, step, last = g[DISTANCE, i], g[TX_EFFECTIVE, i], g[RX_EFFECTIVE, i], g[SPACING, i], g[SAMPLES, i]
        direct = (h2 - h1) / d
        first = d - step * last
        steep_tx = bulge * d - _least_sum(bulge, h1, step, step, last)
        steep_rx = bulge * d - _least_sum(bulge, h2, first, step, last)
        at = (h2 - h1 + steep_rx * d) / (steep_tx + steep_rx)
        above = (steep_tx - direct) * at
        beyond = above * math.sqrt(0.002 * d / (wavelength_m * max(at * (d - at), 1e-12)))
        spread = math.sqrt(0.002 * d / wavelength_m)
        s = _crest(bulge * d, h1 / d, h2 / d, math.sqrt((d - g[SMOOTH_AT, i]) / g[SMOOTH_AT, i]))
        sample = min(max(math.floor(d / (1.0 + s * s) / step), 1.0), last)
        u = sample * step
        v = min(sample + 1.0, last) * step
        in_sight = max(_smooth_nu(bulge, d, h1, h2, u), _smooth_nu(bulge, d, h1, h2, v)) * spread
        g[NU, i] = in_sight if steep_tx < direct else beyond


@inlined
def _least_sum(bulge: float, height: float, first: float, step: float, last: float) -> float:
    """Least of bulge * u + height / u over the points u = first + k * step, k from 0 to last - 1."""
    best = math.sqrt(height / bulge)
    k = min(max(math.floor((best - first) / step), 0.0), last - 1.0)
    u = first + k * step
    v = first + min(k + 1.0, last - 1.0) * step
    return min(bulge * u + height / u, bulge * v + height / v)


@inlined
def _smooth_nu(bulge: float, d: float, h1: float, h2: float, u: float) -> float:
    v = d - u
    return (bulge * u * v - (h1 * v + h2 * u) / d) / math.sqrt(u * v)


@inlined
def _crest(a: float, b: float, c: float, s: float) -> float:
    """Where a s / (1 + s^2) - b s - c / s is greatest, by Newton's method from a good guess."""
    for _ in range(4):
        q = 1.0 + s * s
        slope = a * (1.0 - s * s) / (q * q) - b + c / (s * s)
        bend = a * s * (2.0 * s * s - 6.0) / (q * q * q) - 2.0 * c / (s * s * s)
        step = slope / bend if bend < 0.0 else 0.0
        s = max(min(s - step, 2.0 * s), 0.5 * s)
    return s
