"""Area fractions: exactly how much of each lattice pixel a polygon covers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray
from scipy import sparse

from phusong.grid import Grid

_NOTHING = 1e-9
"""Smaller fractions are rounding of the coordinates (0.1 mm² of a 100 m pixel is 1e-14)."""


def area_fractions(shapes: NDArray[np.object_], grid: Grid) -> sparse.csr_array:
    """
    Fraction of each pixel's area that each polygon covers.

    Every edge adds the signed area between itself and the right end of its row, split exactly at the pixels' edges; the
    running sum along the row is then the covered area (Green's theorem, as in exact-coverage font rasterisers). Each
    part of a polygon is worked out in its own window of the lattice, so no choice of grid or tile changes its
    fractions, and islands far apart need no room between them.

    Parameters
    ----------
    shapes
        Valid polygons and multipolygons in the grid's CRS; empty ones cover nothing.

    Returns
    -------
    Sparse matrix of shape (polygons, pixels of the grid row by row), values 0..1.

    Examples
    --------
    >>> from pyproj import CRS
    >>> grid = Grid(CRS(3405), 0.0, 100.0, 100.0, (1, 3))
    >>> area_fractions(np.array([shapely.box(50, 0, 220, 50)]), grid).toarray().round(9).tolist()
    [[0.25, 0.5, 0.1]]
    """
    rows, columns = grid.shape
    pixels: list[NDArray[np.int64]] = []
    values: list[NDArray[np.float64]] = []
    parts, of = shapely.get_parts(shapely.orient_polygons(shapes, exterior_cw=False), return_index=True)
    near = shapely.intersects(shapely.envelope(parts), shapely.box(*grid.bounds))
    for part in parts[near]:
        pixel, value = _covered(part, grid)
        pixels.append(pixel)
        values.append(value)
    sizes = [len(pixel) for pixel in pixels]
    row, data = np.repeat(of[near], sizes), np.concatenate([np.empty(0), *values])
    pixel = np.concatenate([np.empty(0, np.int64), *pixels])
    # two parts may meet in a pixel, whose fractions are added; together they cover no more than all of it
    found = sparse.coo_array((data, (row, pixel)), (len(shapes), rows * columns)).tocsr()
    found.sort_indices()
    found.data = np.minimum(found.data, 1.0)
    return found


def _covered(part: shapely.Geometry, grid: Grid) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    rings = shapely.get_rings(part)
    corners = shapely.get_coordinates(rings)
    ends = np.cumsum([0, *shapely.get_num_coordinates(rings)])
    # counted from the origin of the lattice and not from the grid's corner: the same bits in every grid
    x, y = corners[:, 0] / grid.pixel_m, -corners[:, 1] / grid.pixel_m
    left, top = int(np.floor(x.min())), int(np.floor(y.min()))
    size = (int(np.ceil(y.max())) - top + 1, int(np.ceil(x.max())) - left + 2)
    signed = np.zeros(size)
    for start, stop in pairwise(ends):
        _accumulate(x[start:stop] - left, y[start:stop] - top, signed)
    # rows run southwards, so rings that turn left on the map turn right here: the running sum is positive
    covered = np.cumsum(signed, axis=1)
    row, column = np.nonzero(covered > _NOTHING)
    value = np.minimum(covered[row, column], 1.0)
    row, column = row + top + round(grid.north / grid.pixel_m), column + left - round(grid.west / grid.pixel_m)
    inside = (row >= 0) & (row < grid.shape[0]) & (column >= 0) & (column < grid.shape[1])
    return (row * grid.shape[1] + column)[inside], value[inside]


@njit(cache=True, nogil=True)
def _accumulate(x: np.ndarray, y: np.ndarray, signed: np.ndarray) -> None:
    """Add one closed ring, in pixels from the window's north-west corner."""
    for i in range(len(x) - 1):
        x0, y0, x1, y1 = x[i], y[i], x[i + 1], y[i + 1]
        if y0 == y1:
            continue
        sign = 1.0 if y1 > y0 else -1.0
        if y1 < y0:
            x0, y0, x1, y1 = x1, y1, x0, y0
        low, high = min(x0, x1), max(x0, x1)
        for row in range(int(np.floor(y0)), int(np.ceil(y1))):
            start, stop = max(y0, float(row)), min(y1, row + 1.0)
            a = x0 + (x1 - x0) * ((start - y0) / (y1 - y0))
            b = x0 + (x1 - x0) * ((stop - y0) / (y1 - y0))
            a, b = max(low, min(high, a)), max(low, min(high, b))
            _add(signed[row], min(a, b), max(a, b), sign * (stop - start))


@njit(cache=True, nogil=True)
def _add(row: np.ndarray, left: float, right: float, rise: float) -> None:
    """Area to the right of an edge from `left` to `right` that crosses `rise` of a row's height."""
    first, last = int(np.floor(left)), int(np.floor(right))
    for column in range(first, last + 1):
        start, stop = max(left, float(column)), min(right, column + 1.0)
        part = rise if first == last else rise * ((stop - start) / (right - left))
        middle = (start + stop) / 2 - column
        row[column] += part * (1 - middle)
        row[column + 1] += part * middle
