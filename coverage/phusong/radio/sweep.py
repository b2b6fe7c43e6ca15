"""
The radial sweep: terrain between one transmitter and all its receivers, read along radials that they share.

A pixel keeps its own distance, direction and height and takes the ground in between from the nearest radial, at every
whole pixel from the transmitter up to half a pixel before the receiver.

In the frame g = h - 500 d^2 / r_e (d in km) the bulge of the Earth is gone and a path is straight-line geometry: the
transmitter's horizon is the running maximum of slopes, and the receiver's is the tangent to the upper convex hull of
the ground passed so far, so a path costs a binary search. With the slopes t and r of the two horizons above the direct
line, Bullington's edge stands where both meet, and its parameter is nu = sqrt(0.002 d t r / wavelength).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from phusong.grid import Grid
from phusong.radio.diffraction import CLEAR_NU, SPEED_OF_LIGHT_M_MHZ, bullington_from_edge
from phusong.radio.reach import Paths, Transmitter


def radial_count(reach_m: float, pixel_m: float, radials_per_rim_pixel: float) -> int:
    """
    Radials of a sweep, so many per pixel at its rim.

    Examples
    --------
    >>> radial_count(10_000, 100, 2)
    1257
    """
    return math.ceil(radials_per_rim_pixel * 2 * math.pi * reach_m / pixel_m)


def terrain_loss(
    transmitter: Transmitter,
    paths: Paths,
    terrain: NDArray[np.float32],
    terrain_grid: Grid,
    *,
    frequency_mhz: float,
    radials: int,
    effective_earth_radius_km: float,
) -> NDArray[np.float64]:
    """
    Loss in dB above free space of each path, by Bullington diffraction; NaN where terrain is missing.

    The arguments are those of `equivalent_edges`.

    References
    ----------
    Recommendation ITU-R P.526-15, section 4.5.1. `diffraction.bullington_loss` is the plain form of it.
    """
    nu = equivalent_edges(
        transmitter,
        paths,
        terrain,
        terrain_grid,
        frequency_mhz=frequency_mhz,
        radials=radials,
        effective_earth_radius_km=effective_earth_radius_km,
    )
    loss = np.zeros(nu.size)
    obstructed = ~(nu <= CLEAR_NU)
    loss[obstructed] = bullington_from_edge(nu[obstructed], paths.distance_m[obstructed] / 1000)
    return loss


def equivalent_edges(
    transmitter: Transmitter,
    paths: Paths,
    terrain: NDArray[np.float32],
    terrain_grid: Grid,
    *,
    frequency_mhz: float,
    radials: int,
    effective_earth_radius_km: float,
) -> NDArray[np.float64]:
    """
    Diffraction parameter nu of the knife edge that stands for the terrain of each path; NaN where terrain is missing.

    Where it cannot exceed -0.78, and so costs nothing, it may be minus infinity.

    Parameters
    ----------
    terrain
        Heights on `terrain_grid`, NaN where not known; outside the grid they are not known either.
    radials
        Number of radials, the first towards grid north.
    """
    root_wavelength = math.sqrt(SPEED_OF_LIGHT_M_MHZ / frequency_mhz)
    edge = _edges(
        paths.distance_m,
        paths.azimuth_deg,
        paths.receiver_amsl_m,
        np.ascontiguousarray(terrain, np.float32),
        np.array(terrain_grid.lattice_origin, np.int64),
        terrain_grid.pixel_m,
        transmitter.x_m,
        transmitter.y_m,
        transmitter.top_amsl_m,
        radials,
        effective_earth_radius_km,
        # A hair lower than the limit, so that rounding cannot clear an edge that the plain form counts.
        (CLEAR_NU - 1e-6) * root_wavelength,
    )
    return np.asarray(edge / root_wavelength)


@njit(cache=True, nogil=True)
def _edges(
    distance_m: np.ndarray,
    azimuth_deg: np.ndarray,
    receiver_m: np.ndarray,
    terrain: np.ndarray,
    origin: np.ndarray,
    pixel_m: float,
    x_m: float,
    y_m: float,
    top_m: float,
    radials: int,
    earth_km: float,
    clear: float,
) -> np.ndarray:
    """Parameter of the equivalent edge times the root of the wavelength in m; -inf when surely not above `clear`."""
    edge = np.full(distance_m.size, np.nan)
    last, radial = np.empty(distance_m.size, np.int64), np.empty(distance_m.size, np.int64)
    farthest = 0
    for path in range(distance_m.size):
        last[path] = max(0, math.floor(distance_m[path] / pixel_m - 0.5))
        radial[path] = math.floor(azimuth_deg[path] / 360 * radials + 0.5) % radials
        farthest = max(farthest, last[path])
    order = _sorted_by(radial, radials, _sorted_by(last, farthest + 1, np.arange(distance_m.size)))
    ground, corner, corner_ground = np.empty(farthest + 1), np.empty(farthest + 1, np.int64), np.empty(farthest + 1)
    step_km = pixel_m / 1000
    after = 0
    while after < order.size:
        first = after
        while after < order.size and radial[order[after]] == radial[order[first]]:
            after += 1
        direction = 2 * math.pi * radial[order[first]] / radials
        known = _read(
            ground, last[order[after - 1]], terrain, origin, x_m / pixel_m - 0.5, -y_m / pixel_m - 0.5,
            math.sin(direction), math.cos(direction), 500 * step_km * step_km / earth_km,
        )  # fmt: skip
        passed, corners, slope = 0, 0, -np.inf
        for path in order[first:after]:
            if last[path] > known:
                break
            for sample in range(passed + 1, last[path] + 1):
                if ground[sample] - top_m > slope * (sample * step_km):
                    slope = (ground[sample] - top_m) / (sample * step_km)
                corners = _raise_hull(corner, corner_ground, corners, sample, ground[sample])
            passed = last[path]
            edge[path] = _edge(
                ground, corner, corner_ground, corners, passed, step_km, top_m, slope,
                distance_m[path] / 1000, receiver_m[path], earth_km, clear,
            )  # fmt: skip
    return edge


@njit(cache=True, nogil=True)
def _read(
    ground: np.ndarray,
    count: int,
    terrain: np.ndarray,
    origin: np.ndarray,
    column: float,
    row: float,
    east: float,
    north: float,
    bulge: float,
) -> int:
    """Fill `ground` with the samples 1 to `count` of a radial, less the bulge; returns the last before a gap."""
    for sample in range(1, count + 1):
        height = _height(terrain, column + sample * east, row - sample * north, origin)
        if math.isnan(height):
            return sample - 1
        ground[sample] = height - bulge * (sample * sample)
    return count


@njit(cache=True, nogil=True)
def _sorted_by(key: np.ndarray, keys: int, order: np.ndarray) -> np.ndarray:
    """`order` sorted by key (0 to keys - 1), stable: a counting sort."""
    place = np.zeros(keys + 1, np.int64)
    for value in key:
        place[value + 1] += 1
    for value in range(keys):
        place[value + 1] += place[value]
    found = np.empty_like(order)
    for item in order:
        found[place[key[item]]] = item
        place[key[item]] += 1
    return found


@njit(cache=True, nogil=True)
def _height(terrain: np.ndarray, column: float, row: float, origin: np.ndarray) -> float:
    """Bilinear height at a place counted in pixels of the whole lattice; NaN off the terrain."""
    left, top = math.floor(column), math.floor(row)
    right_share, bottom_share = column - left, row - top
    c, r = int(left) - origin[0], int(top) + origin[1]
    if c < 0 or r < 0 or c >= terrain.shape[1] - 1 or r >= terrain.shape[0] - 1:
        return np.nan
    upper = float(terrain[r, c]) * (1 - right_share) + float(terrain[r, c + 1]) * right_share
    lower = float(terrain[r + 1, c]) * (1 - right_share) + float(terrain[r + 1, c + 1]) * right_share
    return upper * (1 - bottom_share) + lower * bottom_share


@njit(cache=True, nogil=True)
def _raise_hull(corner: np.ndarray, corner_ground: np.ndarray, corners: int, sample: int, here: float) -> int:
    """Add a sample to the upper convex hull, a stack of samples and their ground; returns how many it holds."""
    while corners > 1:
        a, b = corner[corners - 2], corner[corners - 1]
        rise = corner_ground[corners - 1] - corner_ground[corners - 2]
        if rise * (sample - a) > (here - corner_ground[corners - 2]) * (b - a):
            break
        corners -= 1
    corner[corners], corner_ground[corners] = sample, here
    return corners + 1


@njit(cache=True, nogil=True)
def _edge(
    ground: np.ndarray,
    corner: np.ndarray,
    corner_ground: np.ndarray,
    corners: int,
    last: int,
    step_km: float,
    top_m: float,
    slope: float,
    d: float,
    receiver_m: float,
    earth_km: float,
    clear: float,
) -> float:
    """Equivalent edge of one path; NaN for a receiver whose height is not known."""
    if math.isnan(receiver_m) or last == 0:
        return receiver_m if math.isnan(receiver_m) else -np.inf
    end = receiver_m - 500 * d * d / earth_km
    direct = (end - top_m) / d
    above_tx = slope - direct
    low, high = 0, corners - 1
    while low < high:
        middle = (low + high) // 2
        here, on = corner_ground[middle] - end, corner_ground[middle + 1] - end
        if here * (d - corner[middle + 1] * step_km) < on * (d - corner[middle] * step_km):
            low = middle + 1
        else:
            high = middle
    above_rx = (corner_ground[low] - end) / (d - corner[low] * step_km) + direct
    if above_tx >= 0:
        return math.sqrt(0.002 * d * above_tx * max(above_rx, 0.0))
    # In sight: every sample stays below both horizons. So its parameter is at most above_rx * sqrt(0.002 d) in the
    # transmitter's half and above_tx * sqrt(0.002 d) in the receiver's half, and a half that is clear is skipped.
    spread = 0.002 * d
    half = int(d / step_km / 2)
    start = 1 if above_rx * math.sqrt(spread) > clear else half + 1
    stop = last if above_tx * math.sqrt(spread) > clear else min(half, last)
    least = np.inf
    for k in range(start, stop + 1):
        at = k * step_km
        below = ground[k] - top_m - direct * at
        least = min(least, below * below / (at * (d - at)))
    return -math.sqrt(spread * least)
