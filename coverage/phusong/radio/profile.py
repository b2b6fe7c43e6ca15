"""Terrain between two points, read off the raster."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phusong.grid import Grid


def lattice_origin(grid: Grid) -> tuple[int, int]:
    """
    Whole pixels from the origin of the CRS to the grid's western edge (eastward) and northern edge (northward).

    Positions counted from here in whole pixels are exact, so they are the same from whichever sub-grid they are read.
    """
    return round(grid.west / grid.pixel_m), round(grid.north / grid.pixel_m)


def heights_at(terrain: NDArray[np.float32], grid: Grid, x_m: ArrayLike, y_m: ArrayLike) -> NDArray[np.float64]:
    """
    Heights in metres at points of the grid's CRS, bilinear between the centres of the four pixels around each.

    NaN where one of the four is NaN or off the grid.

    Examples
    --------
    >>> from pyproj import CRS
    >>> slope = np.array([[0.0, 10.0], [0.0, 10.0]], np.float32)
    >>> heights_at(slope, Grid(CRS(3405), 0.0, 200.0, 100.0, (2, 2)), [50.0, 75.0, 160.0], 100.0).tolist()
    [0.0, 2.5, nan]
    """
    west, north = lattice_origin(grid)
    column = np.asarray(x_m, float) / grid.pixel_m - 0.5
    row = -np.asarray(y_m, float) / grid.pixel_m - 0.5
    left, top = np.floor(column), np.floor(row)
    right_share, bottom_share = column - left, row - top
    c, r = left.astype(int) - west, top.astype(int) + north
    rows, columns = grid.shape
    inside = (c >= 0) & (r >= 0) & (c < columns - 1) & (r < rows - 1)
    c, r = np.where(inside, c, 0), np.where(inside, r, 0)
    if not inside.any():
        return np.full(np.shape(inside), np.nan)
    upper = _between(terrain[r, c], terrain[r, c + 1], right_share)
    lower = _between(terrain[r + 1, c], terrain[r + 1, c + 1], right_share)
    return np.where(inside, _between(upper, lower, bottom_share), np.nan)


def terrain_profile(
    terrain: NDArray[np.float32],
    grid: Grid,
    start_m: tuple[float, float],
    end_m: tuple[float, float],
    step_m: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Profile of the straight line between two points of the grid's CRS, both ends included.

    Returns
    -------
    tuple
        Distances in km (every `step_m` from the start, and the end) and heights in metres above sea level.

    Raises
    ------
    ValueError
        When the two points are one.
    """
    length_m = float(np.hypot(end_m[0] - start_m[0], end_m[1] - start_m[1]))
    if not length_m > 0:
        raise ValueError("a profile needs two different points")
    along_m = np.append(np.arange(0.0, length_m, step_m), length_m)
    share = along_m / length_m
    x_m = start_m[0] + share * (end_m[0] - start_m[0])
    y_m = start_m[1] + share * (end_m[1] - start_m[1])
    return along_m / 1000, heights_at(terrain, grid, x_m, y_m)


def _between(first: ArrayLike, second: ArrayLike, share: NDArray[np.float64]) -> NDArray[np.float64]:
    # In double precision: the raster's single precision would lose a tenth of a millimetre, and with it the tests.
    return np.asarray(first, float) * (1 - share) + np.asarray(second, float) * share
