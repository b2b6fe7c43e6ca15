"""Positions: where the pixel centres of a grid lie in another CRS, and other smooth functions of the place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numba import njit
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from phusong.grid import Grid

_LONGEST_STEP_M = 2000
_MOST_PIXELS = 16
Positions = NDArray[np.float64]


def positions(grid: Grid, crs: CRS) -> tuple[Positions, Positions]:
    """
    X and y (longitude and latitude where the CRS has them) of each pixel centre, arrays of the grid's shape.

    Over 2 km a map projection departs from a cubic by less than a millionth of a metre.
    """
    if crs == grid.crs:
        x, y = np.meshgrid(grid.x, grid.y)
        return x, y
    x, y = smooth(grid, _between_crs(grid.crs, crs).transform)
    return x, y


@cache
def _between_crs(own: CRS, other: CRS) -> Transformer:
    """Made once: it takes as long as the places of a thousand rows."""
    return Transformer.from_crs(own, other, always_xy=True)


def smooth(grid: Grid, of: Callable[[Positions, Positions], Sequence[Positions]]) -> list[Positions]:
    """
    Values at each pixel centre of functions of x and y that bend little over 2 km, arrays of the grid's shape.

    They are computed at every sixteenth pixel of the lattice, at most 2 km apart, and cubic between. The nodes are
    counted from the origin of the lattice, so a pixel's value has the same bits in every grid.
    """
    step = max(1, min(_MOST_PIXELS, int(_LONGEST_STEP_M // grid.pixel_m)))
    west, north = grid.lattice_origin
    columns, of_columns = _between(west + np.arange(grid.shape[1]), step)
    rows, of_rows = _between(-north + np.arange(grid.shape[0]), step)
    nodes = of(*np.meshgrid((columns + 0.5) * grid.pixel_m, -(rows + 0.5) * grid.pixel_m))
    return [_cubic(values, *of_rows, *of_columns) for values in map(np.ascontiguousarray, nodes)]


def _between(pixels: NDArray[np.int64], step: int) -> tuple[NDArray[np.int64], tuple[NDArray[np.int64], Positions]]:
    """Nodes around some pixels, and of each pixel the first of its four nodes and their weights (Lagrange)."""
    first, t = pixels // step - 1, (pixels % step) / step
    nodes = np.arange(first[0], first[-1] + 4) * step
    weights = np.stack(
        [
            -t * (t - 1) * (t - 2) / 6,
            (t + 1) * (t - 1) * (t - 2) / 2,
            -(t + 1) * t * (t - 2) / 2,
            (t + 1) * t * (t - 1) / 6,
        ]
    )
    return nodes, (first - first[0], weights)


@njit(cache=True, nogil=True)
def _cubic(
    values: np.ndarray, top: np.ndarray, of_rows: np.ndarray, left: np.ndarray, of_columns: np.ndarray
) -> np.ndarray:
    """Pixels between nodes, first along the columns; added in one order, so that no neighbour changes a bit."""
    across = np.empty((values.shape[0], len(left)))
    for i in range(across.shape[0]):
        for j in range(across.shape[1]):
            across[i, j] = _between_four(values[i], left[j], of_columns[:, j])
    found = np.empty((len(top), len(left)))
    for i in range(found.shape[0]):
        for j in range(found.shape[1]):
            found[i, j] = _between_four(across[:, j], top[i], of_rows[:, i])
    return found


@njit(cache=True, nogil=True)
def _between_four(nodes: np.ndarray, first: int, weight: np.ndarray) -> float:
    found = nodes[first] * weight[0]
    for number in range(1, 4):
        found += nodes[first + number] * weight[number]
    return float(found)
