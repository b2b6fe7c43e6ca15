"""The paths of one transmitter: the pixels within its reach that it could still matter to."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phusong.grid import Grid
from phusong.radio.sweep.elementary import atan, kernel, vectorised
from phusong.units import NO_SIGNAL_DDBM

LEAST_DISTANCE_M = 1.0
_BOUNDLESS_DBM = 2000.0
_DEGREES = math.degrees(1)
_TOUCHING_M = 1e-9
"""A receiver under the antenna itself is straight below it."""
# A tenth of a dB to spare: the level itself is computed elsewhere and may round differently.
_FALL = 10.0 ** np.clip((1 - np.arange(NO_SIGNAL_DDBM, -NO_SIGNAL_DDBM)) / 100, None, 300)
"""One over each level there is, the lowest first, in milliwatts."""


@dataclass(frozen=True)
class Transmitter:
    """
    Where an antenna stands.

    Parameters
    ----------
    x_m, y_m
        Position in the grid's CRS.
    top_amsl_m
        Antenna above sea level; NaN where the terrain there is not known.
    reach_m
        Horizontal distance of the farthest pixel computed.
    """

    x_m: float
    y_m: float
    top_amsl_m: float
    reach_m: float


@dataclass(frozen=True)
class Paths:
    """
    Paths from one transmitter to receivers over pixel centres: arrays of one length.

    Parameters
    ----------
    pixel
        Place of the pixel in the flattened grid.
    distance_m, azimuth_deg
        Horizontal distance, and direction clockwise from grid north, 0 to 360.
    receiver_amsl_m
        Receiving antenna above sea level; NaN where the terrain is not known.
    """

    pixel: NDArray[np.int32]
    distance_m: NDArray[np.float64]
    azimuth_deg: NDArray[np.float64]
    receiver_amsl_m: NDArray[np.float64]

    def only(self, kept: NDArray[np.bool_]) -> Paths:
        """The paths where `kept` is true."""
        return Paths(self.pixel[kept], self.distance_m[kept], self.azimuth_deg[kept], self.receiver_amsl_m[kept])

    def slant_km(self, top_amsl_m: float) -> NDArray[np.float64]:
        """Distance between the antennas in km, at least one metre."""
        square = self.distance_m**2 + (top_amsl_m - self.receiver_amsl_m) ** 2
        return np.asarray(np.maximum(np.sqrt(square), LEAST_DISTANCE_M) / 1000)

    def depression_deg(self, top_amsl_m: float, effective_earth_radius_km: float) -> NDArray[np.float64]:
        """Direction of the receiver below the transmitter's horizon, over the effective Earth."""
        return _depression_deg(self.distance_m, self.receiver_amsl_m, top_amsl_m, 2000 * effective_earth_radius_km)


def paths_within(
    transmitter: Transmitter,
    terrain: NDArray[np.float32],
    terrain_grid: Grid,
    grid: Grid,
    receiver_height_m: float,
    ring: tuple[float, float] = (-1.0, 1.0),
    at_one_km_dbm: float = math.inf,
    so_far_ddbm: NDArray[np.int16] | None = None,
    enough_ddbm: int = 0,
    slant: bool = True,
) -> Paths:
    """
    Paths from a transmitter to the pixels of `grid` within its reach.

    Parameters
    ----------
    terrain
        Heights on `terrain_grid`, which holds `grid`; NaN where not known.
    ring
        Shares of the reach: only pixels farther than the first and not farther than the second are taken.
    at_one_km_dbm
        Level that the transmitter could give at most, 1 km away with nothing in between.
    so_far_ddbm
        Level that a pixel has from other transmitters. Where it is at least `enough_ddbm` and free space alone keeps
        this transmitter below it, the pixel is left out: nothing this transmitter does can change it.
    slant
        Whether free space counts between the antennas; else over the ground, which is never farther.
    """
    rows, columns = terrain_grid.window(grid)
    so_far = np.full(grid.shape, NO_SIGNAL_DDBM, np.int16) if so_far_ddbm is None else so_far_ddbm
    return Paths(
        *_within(
            np.ascontiguousarray(terrain, np.float32),
            np.array([rows.start, columns.start], np.int64),
            np.array(grid.lattice_origin, np.int64),
            grid.pixel_m,
            transmitter.x_m,
            transmitter.y_m,
            transmitter.top_amsl_m,
            receiver_height_m,
            ring[0] * transmitter.reach_m,
            ring[1] * transmitter.reach_m,
            10 ** (min(at_one_km_dbm, _BOUNDLESS_DBM) / 10 + 6),
            _FALL,
            so_far,
            enough_ddbm,
            slant,
        )
    )


def paths_among(
    transmitter: Transmitter,
    terrain: NDArray[np.float32],
    terrain_grid: Grid,
    grid: Grid,
    receiver_height_m: float,
    pixel: NDArray[np.int64],
) -> tuple[Paths, NDArray[np.int64]]:
    """
    Paths from a transmitter to those of some pixels of `grid` that are within its reach.

    Parameters
    ----------
    terrain, terrain_grid, grid
        As of `paths_within`, of which these are the paths.
    pixel
        Places in the flattened grid, rising.

    Returns
    -------
    The paths, and their places in `pixel`.
    """
    rows, columns = terrain_grid.window(grid)
    found, place, *others = _among(
        np.ascontiguousarray(terrain, np.float32),
        np.array([rows.start, columns.start], np.int64),
        np.array(grid.lattice_origin, np.int64),
        np.ascontiguousarray(pixel, np.int64),
        grid.shape[1],
        grid.pixel_m,
        transmitter.x_m,
        transmitter.y_m,
        receiver_height_m,
        transmitter.reach_m,
    )
    return Paths(found, *others), place


@kernel
def _within(
    terrain: np.ndarray,
    offset: np.ndarray,
    origin: np.ndarray,
    pixel_m: float,
    x_m: float,
    y_m: float,
    top_amsl_m: float,
    receiver_height_m: float,
    inner_m: float,
    reach_m: float,
    strength: float,
    fall: np.ndarray,
    so_far: np.ndarray,
    enough: int,
    slant: bool,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """
    Pixels in reach that matter, as `Paths` has them.

    Free space leaves `strength` milliwatts at a metre; squared distances are compared, which needs no logarithm.
    """
    rows, columns = so_far.shape
    # One pixel more on each side, so that rounding cannot lose a pixel; the distance decides.
    top = max(0, math.floor(origin[1] - (y_m + reach_m) / pixel_m) - 1)
    bottom = min(rows, math.ceil(origin[1] - (y_m - reach_m) / pixel_m) + 1)
    left = max(0, math.floor((x_m - reach_m) / pixel_m - origin[0]) - 1)
    right = min(columns, math.ceil((x_m + reach_m) / pixel_m - origin[0]) + 1)
    room = max(0, bottom - top) * max(0, right - left)
    pixel, east, north, ground = np.empty(room, np.int32), np.empty(room), np.empty(room), np.empty(room)
    inner, outer = inner_m * abs(inner_m), reach_m * reach_m
    n = 0
    for row in range(top, bottom):
        dy = (origin[1] - row - 0.5) * pixel_m - y_m
        half = math.sqrt(max(outer - dy * dy, 0.0))
        begin = max(left, math.floor((x_m - half) / pixel_m - origin[0]) - 1)
        end = min(right, math.ceil((x_m + half) / pixel_m - origin[0]) + 1)
        for column in range(begin, end):
            best = so_far[row, column]
            dx = (origin[0] + column + 0.5) * pixel_m - x_m
            square = dx * dx + dy * dy
            if square > outer or square <= inner:
                continue
            farthest = strength * fall[best - NO_SIGNAL_DDBM] if best >= enough else math.inf
            if max(square, 1.0) > farthest:
                continue
            height = float(terrain[row + offset[0], column + offset[1]])
            rise = top_amsl_m - receiver_height_m - height if slant else 0.0
            if square + rise * rise > farthest:
                continue
            pixel[n], east[n], north[n], ground[n] = row * columns + column, dx, dy, height
            n += 1
    distance, azimuth = _polar(east[:n], north[:n])
    return pixel[:n].copy(), distance, azimuth, ground[:n] + receiver_height_m


@kernel
def _among(
    terrain: np.ndarray,
    offset: np.ndarray,
    origin: np.ndarray,
    pixel: np.ndarray,
    width: int,
    pixel_m: float,
    x_m: float,
    y_m: float,
    receiver_height_m: float,
    reach_m: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Pixels in reach as `Paths` has them, their places being second."""
    # One row more on each side, so that rounding cannot lose a pixel; the distance decides.
    far, middle = reach_m / pixel_m + 2.0, origin[1] - y_m / pixel_m
    first = np.searchsorted(pixel, math.floor(middle - far) * width)
    last = np.searchsorted(pixel, math.ceil(middle + far) * width)
    room = max(0, last - first)
    found, place, n = np.empty(room, np.int32), np.empty(room, np.int64), 0
    east, north, receiver = np.empty(room), np.empty(room), np.empty(room)
    for k in range(first, last):
        row = pixel[k] // width
        column = pixel[k] - row * width
        dx, dy = (origin[0] + column + 0.5) * pixel_m - x_m, (origin[1] - row - 0.5) * pixel_m - y_m
        if dx * dx + dy * dy > reach_m * reach_m:
            continue
        found[n], place[n], east[n], north[n] = pixel[k], k, dx, dy
        receiver[n] = float(terrain[row + offset[0], column + offset[1]]) + receiver_height_m
        n += 1
    distance, azimuth = _polar(east[:n], north[:n])
    return found[:n].copy(), place[:n].copy(), distance, azimuth, receiver[:n].copy()


@vectorised
def _polar(east_m: np.ndarray, north_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distance, and direction in degrees clockwise from north, 0 to 360."""
    distance, azimuth = np.empty(east_m.size), np.empty(east_m.size)
    for path in range(east_m.size):
        x, y = east_m[path], north_m[path]
        distance[path] = math.sqrt(x * x + y * y)
        across = abs(x) > abs(y)
        over, under = y if across else x, x if across else y
        angle = _DEGREES * atan(over / (under if under != 0.0 else 1.0))
        axis = (90.0 if x > 0.0 else 270.0) if across else (0.0 if y >= 0.0 else 180.0)
        turned = axis - angle if across else axis + angle
        azimuth[path] = turned + 360.0 if turned < 0.0 else turned
    return distance, azimuth


@vectorised
def _depression_deg(
    distance_m: np.ndarray, receiver_amsl_m: np.ndarray, top_amsl_m: float, twice_earth_m: float
) -> np.ndarray:
    found = np.empty(distance_m.size)
    for path in range(distance_m.size):
        d = distance_m[path]
        below = top_amsl_m - receiver_amsl_m[path] + d * d / twice_earth_m
        found[path] = _DEGREES * atan(below / max(d, _TOUCHING_M))
    return found
