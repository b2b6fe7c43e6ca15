"""Terrain between two points, read off the raster."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phusong.grid import Grid


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
    return along_m / 1000, grid.bilinear(terrain, x_m, y_m)
