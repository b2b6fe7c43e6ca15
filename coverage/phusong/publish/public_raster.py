"""Everyone's coverage: where an operator is received at all, in pixels too coarse to tell where its masts stand."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import shapely
import xarray as xr
from numba import njit
from numpy.typing import NDArray
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from phusong.grid import Grid
from phusong.layers.raster import burnt
from phusong.units import ANY, LEVEL_FLOOR, LIMITED, NOT_SERVED, OUTSIDE, SERVED, UNKNOWN

_PARTS = 5
"""Parts of the edge of a coarse pixel, by which the share of an outline in it is counted."""


def public_coverage(
    levels: Mapping[tuple[str, str], NDArray[np.uint8]], grid: Grid, pixel_m: float
) -> tuple[Grid, dict[str, xr.DataArray]]:
    """
    Coverage of each operator with any technology, without levels, on coarse pixels.

    A coarse pixel is covered where at least half of what is studied of it is; unknown where that depends on what is
    not known; outside where nothing of it is studied. Coarse edges lie on multiples of their size, whatever the study.

    Parameters
    ----------
    levels
        Level of each pixel of `grid` by technology and operator; codes as in `units.LEVEL_VALUES`, or 254 outside.
    pixel_m
        Edge of a coarse pixel in metres; pixels that are no finer stay as they are.

    Returns
    -------
    The coarse grid, and by operator an array of 0 not covered, 1 covered, 255 unknown, 254 outside.
    """
    coarse = Grid.over(grid.bounds, max(pixel_m, grid.pixel_m), grid.crs)
    found = {}
    for operator in sorted({operator for _, operator in levels} - {ANY}):
        own = [level for (_, of), level in levels.items() if of == operator]
        found[operator] = _labelled(_coarse(_union(own), grid, coarse), coarse, operator)
    return coarse, found


def coarse_outlines(outlines: gpd.GeoSeries, pixel_m: float) -> gpd.GeoSeries:
    """
    Outlines along the edges of coarse pixels: of all of which an outline holds at least half, else of the fullest one.

    Examples
    --------
    >>> small = gpd.GeoSeries([shapely.box(90, 90, 180, 200), shapely.box(0, 0, 800, 500)], crs="EPSG:3405")
    >>> [one.bounds for one in coarse_outlines(small, 500.0)]
    [(0.0, 0.0, 500.0, 500.0), (0.0, 0.0, 1000.0, 500.0)]
    """
    drawn = [_coarse_outline(outline, pixel_m, outlines.crs) for outline in outlines]
    return gpd.GeoSeries(drawn, index=outlines.index, crs=outlines.crs)


def _union(levels: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Served with any technology; unknown where none is known to serve and one is not known."""
    kinds = [LEVEL_FLOOR >= LIMITED, np.arange(256) == UNKNOWN, np.arange(256) == OUTSIDE]
    rank = np.select(kinds, [3, 2, 0], 1).astype(np.uint8)
    highest = np.maximum.reduce([rank[level] for level in levels])
    return np.array([OUTSIDE, NOT_SERVED, UNKNOWN, SERVED], np.uint8)[highest]


def _coarse(states: NDArray[np.uint8], grid: Grid, coarse: Grid) -> NDArray[np.uint8]:
    row = coarse.locate(np.full_like(grid.y, coarse.x[0]), grid.y)[0]
    column = coarse.locate(grid.x, np.full_like(grid.x, coarse.y[0]))[1]
    served, unknown, other = _counted(states, row, column, np.zeros((3, *coarse.shape), np.int32))
    studied = served + unknown + other
    kinds = [studied == 0, 2 * served >= studied, 2 * (served + unknown) >= studied]
    return np.select(kinds, [OUTSIDE, SERVED, UNKNOWN], NOT_SERVED).astype(np.uint8)


@njit(cache=True, nogil=True)
def _counted(
    states: NDArray[np.uint8], row: NDArray[np.int64], column: NDArray[np.int64], counts: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Counts with the pixels added that are served, unknown and not served; by row and column of the coarse grid."""
    for y in range(states.shape[0]):
        for x in range(states.shape[1]):
            state = states[y, x]
            if state != OUTSIDE:
                counts[0 if state == SERVED else 1 if state == UNKNOWN else 2, row[y], column[x]] += 1
    return counts


def _labelled(states: NDArray[np.uint8], coarse: Grid, operator: str) -> xr.DataArray:
    meaning = f"0 not covered, 1 covered, {UNKNOWN} unknown, {OUTSIDE} outside the study"
    wrapped = coarse.wrap(states, f"coverage of {operator} with any technology", "1")
    return wrapped.assign_attrs(flags=meaning, nodata=OUTSIDE)


def _coarse_outline(outline: BaseGeometry, pixel_m: float, crs: CRS) -> BaseGeometry:
    coarse = Grid.over(outline.bounds, pixel_m, crs)
    rows, columns = coarse.shape
    fine = Grid(crs, coarse.west, coarse.north, pixel_m / _PARTS, (rows * _PARTS, columns * _PARTS))
    held = burnt(np.array([outline], dtype=object), [1], fine).reshape(rows, _PARTS, columns, _PARTS).sum(axis=(1, 3))
    if not held.any():  # smaller than a part, between the middles of all
        point = outline.representative_point()
        held[coarse.locate(np.array([point.x]), np.array([point.y]))[:2]] = 1
    row, column = np.nonzero(2 * held >= min(_PARTS**2, 2 * held.max()))
    west, north = coarse.west + column * pixel_m, coarse.north - row * pixel_m
    whole = shapely.coverage_union_all(shapely.box(west, north - pixel_m, west + pixel_m, north))
    return shapely.MultiPolygon([whole]) if isinstance(whole, shapely.Polygon) else whole
