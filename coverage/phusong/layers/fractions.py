"""Area fractions: exactly how much of each lattice pixel a polygon covers."""

from __future__ import annotations

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
    parts, of = shapely.get_parts(shapely.orient_polygons(shapes, exterior_cw=False), return_index=True)
    near = shapely.intersects(shapely.envelope(parts), shapely.box(*grid.bounds))
    pixel, value, sizes = _on(parts[near], grid)
    # two parts may meet in a pixel, whose fractions are added; together they cover no more than all of it
    row, size = np.repeat(of[near], sizes), grid.shape[0] * grid.shape[1]
    found = sparse.coo_array((value, (row, pixel)), (len(shapes), size)).tocsr()
    found.sort_indices()
    found.data = np.minimum(found.data, 1.0)
    return found


def _on(parts: NDArray[np.object_], grid: Grid) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Pixels of a grid that polygons cover and how much of them, one polygon after the other; and how many of each."""
    rings, part = shapely.get_rings(parts, return_index=True)
    corners = shapely.get_coordinates(rings)
    ends = _edges(shapely.get_num_coordinates(rings)), _edges(np.bincount(part, minlength=len(parts)))
    # counted from the origin of the lattice and not from the grid's corner: the same bits in every grid
    x, y = corners[:, 0] / grid.pixel_m, -corners[:, 1] / grid.pixel_m
    west, north = round(grid.west / grid.pixel_m), round(grid.north / grid.pixel_m)
    return _covered(x, y, *ends, west, -north, *grid.shape)  # type: ignore[no-any-return]


def _edges(counts: NDArray[np.integer]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])


@njit(cache=True, nogil=True)
def _covered(
    x: np.ndarray,
    y: np.ndarray,
    corner: np.ndarray,
    ring: np.ndarray,
    west: int,
    north: int,
    rows: int,
    columns: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Corners in pixels; `corner` and `ring` are where each ring and each polygon begin, and where the last ends."""
    sizes, number = np.zeros(len(ring) - 1, np.int64), 0
    pixels, values = np.empty(1024, np.int64), np.empty(1024)
    for part in range(len(sizes)):
        start, stop = corner[ring[part]], corner[ring[part + 1]]
        left, top = int(np.floor(x[start:stop].min())), int(np.floor(y[start:stop].min()))
        high, wide = int(np.ceil(y[start:stop].max())) - top + 1, int(np.ceil(x[start:stop].max())) - left + 2
        signed = np.zeros((high, wide))
        for k in range(ring[part], ring[part + 1]):
            _accumulate(x[corner[k] : corner[k + 1]] - left, y[corner[k] : corner[k + 1]] - top, signed)
        most = number + min(high * wide, rows * columns)
        if most > len(pixels):
            room = 2 * most
            pixels, values = _roomier(pixels, np.empty(room, np.int64)), _roomier(values, np.empty(room))
        before = number
        for down in range(max(0, north - top), min(high, north + rows - top)):
            # rows run southwards, so rings that turn left on the map turn right here: the running sum is positive
            covered = 0.0
            for right in range(min(wide, west + columns - left)):
                covered += signed[down, right]
                if covered > _NOTHING and left + right >= west:
                    pixels[number] = (down + top - north) * columns + right + left - west
                    values[number] = min(covered, 1.0)
                    number += 1
        sizes[part] = number - before
    return pixels[:number].copy(), values[:number].copy(), sizes


@njit(cache=True, nogil=True)
def _roomier(found: np.ndarray, room: np.ndarray) -> np.ndarray:
    room[: len(found)] = found
    return room


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
