"""Each path with a terrain profile of its own, brought down to the numbers that P.1812 needs."""

from __future__ import annotations

import math

import numpy as np

from phusong.radio.sweep.closed_diffraction import width_of
from phusong.radio.sweep.closed_form import duct_shares, settle
from phusong.radio.sweep.elementary import kernel, scan, woven
from phusong.radio.sweep.ground import INLAND_ZONE, SEA
from phusong.radio.sweep.rows import (
    CHUNK,
    DISTANCE,
    DUCT_SHARE,
    INLAND,
    K_BETA_EARTH_KM,
    LAND,
    LATITUDE,
    NU,
    NU_BETA,
    ROUGHNESS,
    ROWS,
    RX_AMSL,
    RX_COAST,
    RX_DUCT,
    RX_EFFECTIVE,
    RX_HORIZON,
    RX_SLOPE,
    SAMPLES,
    SEA_SHARE,
    SPACING,
    TX_AMSL,
    TX_COAST,
    TX_DUCT,
    TX_EFFECTIVE,
    TX_HORIZON,
    TX_SLOPE,
    Constants,
)
from phusong.radio.sweep.sampling import Ends, Foot, Origin, Rasters, bilinear, clutter_at, on_raster, zone_at

LEAST_INTERVALS = 4
"""Of a profile: P.1812 wants ten points and more, and is not defined on fewer than three inside."""


@kernel
def exact_paths(
    rasters: Rasters, foot: Foot, ends: Ends, rx_height_m: float, step_km: float, c: Constants
) -> np.ndarray:
    """Loss of each path; NaN where its profile meets unknown ground or leaves the raster."""
    loss = np.full(ends.distance_km.size, np.nan)
    if math.isnan(foot.top_m) or not loss.size:
        return loss
    heights, clutter, zone, origin = rasters.heights, rasters.clutter, rasters.zone, rasters.origin
    columns, rows, distances, grounds, norths = (
        ends.column,
        ends.row,
        ends.distance_km,
        ends.ground_m,
        ends.latitude_deg,
    )
    longest = 0.0
    for d in distances:
        longest = max(longest, d)
    profile = np.empty((5, max(LEAST_INTERVALS, math.ceil(longest / step_km)) + 1))
    width = width_of(distances.size)
    g, hard, place = np.ones((ROWS, width)), np.ones((ROWS, width)), np.empty(CHUNK, np.int64)
    shares = duct_shares()
    n = 0
    for path in range(distances.size):
        d, x, y, ground = distances[path], columns[path], rows[path], grounds[path]
        if not d > 0.0 or math.isnan(ground):
            continue
        intervals = max(LEAST_INTERVALS, math.ceil(d / step_km))
        if not _read_profile(profile, heights, clutter, origin, foot, x, y, intervals):
            continue
        g[DISTANCE, n], g[LATITUDE, n] = d, norths[path]
        g[SPACING, n], g[SAMPLES, n] = d / intervals, intervals - 1
        g[TX_AMSL, n], g[RX_AMSL, n] = foot.top_m, ground + rx_height_m
        g[LAND, n], g[INLAND, n], g[SEA_SHARE, n] = d, d, 0.0
        g[DUCT_SHARE, n] = shares[int(abs(norths[path]))]
        set_coasts(g, n, zone, origin, foot, x, y, c)
        if zone.shape[0]:
            _climate(g, n, zone, origin, foot, x, y, intervals)
        _geometry(g, n, profile, intervals, foot.ground_m, ground, clutter.shape[0] > 0, c)
        place[n] = path
        n += 1
        if n == CHUNK:
            settle(loss, place, g, hard, n, c)
            n = 0
    settle(loss, place, g, hard, n, c)
    return loss


@woven
def set_coasts(
    g: np.ndarray, n: int, zone: np.ndarray, origin: Origin, foot: Foot, x: float, y: float, c: Constants
) -> None:
    """Distances of the terminals from the coast: none for one at sea."""
    if zone.shape[0]:
        g[TX_COAST, n] = 0.0 if zone_at(zone, origin, foot.column, foot.row) == SEA else c.tx_to_coast_km
        g[RX_COAST, n] = 0.0 if zone_at(zone, origin, x, y) == SEA else c.rx_to_coast_km


@kernel
def _read_profile(
    profile: np.ndarray,
    heights: np.ndarray,
    clutter: np.ndarray,
    origin: Origin,
    foot: Foot,
    x: float,
    y: float,
    n: int,
) -> bool:
    """Bilinear heights of the n - 1 interior points into row 0, with clutter in row 1; false where one is not known."""
    if not (on_raster(heights, origin, foot.column, foot.row) and on_raster(heights, origin, x, y)):
        return False
    east, south, total = (x - foot.column) / n, (y - foot.row) / n, 0.0
    for k in range(1, n):
        profile[0, k] = bilinear(heights, origin, foot.column + k * east, foot.row + k * south)
        total += profile[0, k]
    if clutter.shape[0]:
        for k in range(1, n):
            profile[1, k] = profile[0, k] + clutter_at(clutter, origin, foot.column + k * east, foot.row + k * south)
            total += profile[1, k]
    return not math.isnan(total)


@kernel
def _climate(
    g: np.ndarray, n: int, zone: np.ndarray, origin: Origin, foot: Foot, x: float, y: float, intervals: int
) -> None:
    """Longest stretches of land and of inland, share of sea; each point stands for half an interval to each side."""
    step = g[SPACING, n]
    land = inland = longest_land = longest_inland = sea = 0.0
    for k in range(intervals + 1):
        share = k / intervals
        here = zone_at(zone, origin, foot.column + share * (x - foot.column), foot.row + share * (y - foot.row))
        part = step if 0 < k < intervals else 0.5 * step
        sea += part if here == SEA else 0.0
        land = land + part if here != SEA else 0.0
        inland = inland + part if here == INLAND_ZONE else 0.0
        longest_land, longest_inland = max(longest_land, land), max(longest_inland, inland)
    g[LAND, n], g[INLAND, n], g[SEA_SHARE, n] = longest_land, longest_inland, sea / g[DISTANCE, n]


@kernel
def _geometry(
    g: np.ndarray,
    n: int,
    profile: np.ndarray,
    intervals: int,
    tx_ground: float,
    rx_ground: float,
    covered: bool,
    c: Constants,
) -> None:
    d, step, tx, rx = g[DISTANCE, n], g[SPACING, n], g[TX_AMSL, n], g[RX_AMSL, n]
    h = profile[0]
    bulge, direct = 500.0 / c.earth_km, (rx - tx) / d
    tx_slope, rx_slope, tx_flat, rx_flat, above, total, moment = _slopes(profile, intervals, step, d, tx, rx, bulge)
    smooth_tx, smooth_rx = fitted(total, moment, step, d, tx_ground, rx_ground)
    set_effective(g, n, smooth_tx, smooth_rx, above, tx_flat - direct, rx_flat + direct, tx_ground, rx_ground)
    in_sight = tx_slope <= direct - bulge * d
    edge = edge_over(tx_slope + bulge * d - direct, rx_slope + bulge * d + direct, d)
    first = last = 1
    if in_sight:
        edge, first = _grazing(profile, 0, intervals, step, d, tx, direct, bulge)
        last = first
        set_horizons(g, n, first * step, d - first * step, direct - bulge * d, -direct - bulge * d)
    else:
        while profile[2, first] != tx_slope:
            first += 1
        last = intervals - 1
        while profile[3, last] != rx_slope:
            last -= 1
        # The last of equal slopes towards the receiver is the nearest to it.
        set_horizons(g, n, first * step, d - last * step, tx_slope, rx_slope)
    g[ROUGHNESS, n] = roughness(h, first, last, step, d, min(smooth_tx, tx_ground), min(smooth_rx, rx_ground))
    scale = math.sqrt(1 / c.wavelength_m)
    g[NU, n] = scale * (_edge(profile, intervals, step, d, tx, rx, bulge) if covered else edge)
    if c.time_percent < 50:
        if not covered:
            profile[1, 1:intervals] = h[1:intervals]
        g[NU_BETA, n] = scale * _edge(profile, intervals, step, d, tx, rx, 500.0 / K_BETA_EARTH_KM)


@scan
def _slopes(
    profile: np.ndarray, intervals: int, step: float, d: float, tx: float, rx: float, bulge: float
) -> tuple[float, float, float, float, float, float, float]:
    """Steepest slopes from both antennas with and without the bulge, height above the line, sum and first moment."""
    tx_slope = rx_slope = tx_flat = rx_flat = above = -1e300
    total = moment = 0.0
    direct = (rx - tx) / d
    for k in range(1, intervals):
        h, u = profile[0, k], k * step
        v = d - u
        from_tx, from_rx = (h - tx) / u, (h - rx) / v
        near, far = from_tx - bulge * u, from_rx - bulge * v
        profile[2, k], profile[3, k] = near, far
        tx_flat, rx_flat = max(tx_flat, from_tx), max(rx_flat, from_rx)
        tx_slope, rx_slope = max(tx_slope, near), max(rx_slope, far)
        above = max(above, h - tx - direct * u)
        total += h
        moment += h * u
    return tx_slope, rx_slope, tx_flat, rx_flat, above, total, moment


@scan
def _grazing(
    profile: np.ndarray, row: int, intervals: int, step: float, d: float, tx: float, direct: float, bulge: float
) -> tuple[float, int]:
    """Bullington's edge of a path in sight (equation 15) times the root of the wavelength, and its point."""
    edge = -1e300
    for k in range(1, intervals):
        u = k * step
        v = d - u
        here = (profile[row, k] + bulge * u * v - tx - direct * u) / math.sqrt(u * v)
        profile[4, k] = here
        edge = max(edge, here)
    at = intervals - 1
    while profile[4, at] != edge:
        at -= 1
    return edge * math.sqrt(0.002 * d), at


@scan
def _edge(profile: np.ndarray, intervals: int, step: float, d: float, tx: float, rx: float, bulge: float) -> float:
    """Bullington's edge over row 1 of the profile, times the root of the wavelength."""
    tx_slope = rx_slope = -1e300
    for k in range(1, intervals):
        h, u = profile[1, k], k * step
        tx_slope = max(tx_slope, (h - tx) / u - bulge * u)
        rx_slope = max(rx_slope, (h - rx) / (d - u) - bulge * (d - u))
    direct = (rx - tx) / d
    if tx_slope + bulge * d < direct:
        return _grazing(profile, 1, intervals, step, d, tx, direct, bulge)[0]
    return edge_over(tx_slope + bulge * d - direct, rx_slope + bulge * d + direct, d)


@woven
def edge_over(above_tx: float, above_rx: float, d: float) -> float:
    """Edge where two horizons meet (equations 18 to 20), from their slopes above the direct line."""
    return math.sqrt(0.002 * d * max(above_tx, 0.0) * max(above_rx, 0.0))


@kernel
def fitted(
    total: float, moment: float, step: float, d: float, tx_ground: float, rx_ground: float
) -> tuple[float, float]:
    """Least-squares smooth Earth at both ends (equations 85 to 88), on equal intervals."""
    v1 = step * (tx_ground + 2 * total + rx_ground)
    v2 = step * (6 * moment + step * tx_ground + (3 * d - step) * rx_ground)
    return (2 * v1 * d - v2) / (d * d), (v2 - v1 * d) / (d * d)


@woven
def set_effective(
    g: np.ndarray,
    n: int,
    smooth_tx: float,
    smooth_rx: float,
    above: float,
    above_tx: float,
    above_rx: float,
    tx_ground: float,
    rx_ground: float,
) -> None:
    """Effective heights for diffraction (equations 37, 89 to 91) and for ducting (92 and 94)."""
    under_tx, under_rx = smooth_tx, smooth_rx
    if above > 0:
        under_tx -= above * above_tx / (above_tx + above_rx)
        under_rx -= above * above_rx / (above_tx + above_rx)
    g[TX_EFFECTIVE, n] = g[TX_AMSL, n] - min(under_tx, tx_ground)
    g[RX_EFFECTIVE, n] = g[RX_AMSL, n] - min(under_rx, rx_ground)
    g[TX_DUCT, n] = g[TX_AMSL, n] - min(smooth_tx, tx_ground)
    g[RX_DUCT, n] = g[RX_AMSL, n] - min(smooth_rx, rx_ground)


@woven
def set_horizons(g: np.ndarray, n: int, tx_km: float, rx_km: float, tx_slope: float, rx_slope: float) -> None:
    """Distances of the horizons, and their slopes from metres a kilometre to tangents."""
    g[TX_HORIZON, n], g[RX_HORIZON, n] = tx_km, rx_km
    g[TX_SLOPE, n], g[RX_SLOPE, n] = tx_slope / 1000, rx_slope / 1000


@scan
def roughness(h: np.ndarray, first: int, last: int, step: float, d: float, smooth_tx: float, smooth_rx: float) -> float:
    """Greatest height above the smooth Earth between the horizons (equation 95)."""
    rise, most = (smooth_rx - smooth_tx) / d, -1e300
    for k in range(first, last + 1):
        most = max(most, h[k] - smooth_tx - rise * (k * step))
    return most
