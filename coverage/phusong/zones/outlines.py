"""Outlines: the polygons of dead zones, traced tile by tile and, where a zone lies in several, in a box of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.features import shapes

from phusong.grid import Grid
from phusong.zones.fragments import in_study


@dataclass(frozen=True)
class Sketch:
    """
    What one tile shows of the outlines of zones.

    Parameters
    ----------
    zone, polygon
        Parts of zones that lie in this tile alone, in pixels from the corner of the study.
    runs
        Of the others, shape (3, runs): zone, first pixel in the flattened grid of the study, and pixels eastward.
    """

    zone: NDArray[np.int64]
    polygon: NDArray[np.object_]
    runs: NDArray[np.int64]


def sketched(label: NDArray[np.int32], crossing: NDArray[np.bool_], part: Grid, grid: Grid) -> Sketch:
    """
    Sketch the zones of a tile.

    Parameters
    ----------
    label
        Row of the zone of each pixel of the tile, -1 in none.
    crossing
        Zones that lie in other tiles too.
    """
    across = np.append(crossing, False)[label]
    rows, columns = grid.window(part)
    found = list(_traced(label, (label >= 0) & ~across, rows.start, columns.start))
    zone = np.array([of for of, _ in found], np.int64)
    return Sketch(zone, np.array([polygon for _, polygon in found], object), _runs(label, across, part, grid))


def outlines(sketches: Sequence[Sketch], grid: Grid, zones: int) -> gpd.GeoSeries:
    """
    The outline of each zone, of the pixels that touch along an edge; no choice of tiles changes a vertex of it.

    Parameters
    ----------
    sketches
        One a tile.
    zones
        How many there are.
    """
    parts: list[list[shapely.Polygon]] = [[] for _ in range(zones)]
    for one in sketches:
        for zone, polygon in zip(one.zone, one.polygon, strict=True):
            parts[zone].append(polygon)
    runs = np.concatenate([np.empty((3, 0), np.int64), *(one.runs for one in sketches)], axis=1)
    runs = runs[:, np.argsort(runs[0], kind="stable")]
    names, starts = np.unique(runs[0], return_index=True)
    for zone, own in zip(names, np.split(runs[1:], starts[1:], axis=1), strict=False):
        parts[zone] = [polygon for _, polygon in _together(own, grid)]
    whole = np.array([shapely.MultiPolygon(own) for own in parts], np.object_)
    return gpd.GeoSeries(shapely.transform(whole, lambda at: _placed(at, grid)), crs=grid.crs)


def _placed(at: NDArray[np.float64], grid: Grid) -> NDArray[np.float64]:
    """Metres of the CRS, of places in pixels east and south of the corner of the study."""
    return np.stack([grid.west + at[:, 0] * grid.pixel_m, grid.north - at[:, 1] * grid.pixel_m], axis=1)


def _traced(
    values: NDArray[np.integer], mask: NDArray[np.bool_], top: int, left: int
) -> Iterator[tuple[int, shapely.Polygon]]:
    """Polygons of the masked pixels of equal values, in pixels from the corner of the study."""
    for shape, value in shapes(values, mask=mask, connectivity=4, transform=Affine.translation(left, top)):
        yield int(value), shapely.Polygon(shape["coordinates"][0], shape["coordinates"][1:])


def _runs(label: NDArray[np.int32], across: NDArray[np.bool_], part: Grid, grid: Grid) -> NDArray[np.int64]:
    place = np.flatnonzero(across)
    zone, pixel = label.ravel()[place].astype(np.int64), in_study(place, part, grid)
    goes_on = (np.diff(pixel) == 1) & (np.diff(zone) == 0) & (pixel[1:] % grid.shape[1] > 0)
    start = np.flatnonzero(np.append(True, ~goes_on)[: pixel.size])
    return np.stack([zone[start], pixel[start], np.diff(np.append(start, pixel.size))])


def _together(runs: NDArray[np.int64], grid: Grid) -> Iterator[tuple[int, shapely.Polygon]]:
    """Polygons of one zone from its runs (first pixel, pixels eastward), traced in the smallest box that holds it."""
    row, column = np.divmod(runs[0], grid.shape[1])
    end = column + runs[1]
    top, left = int(row.min()), int(column.min())
    edges = np.zeros((int(row.max()) - top + 1, int(end.max()) - left + 1), np.int8)
    # a run that ends where another begins leaves no edge
    np.add.at(edges, (row - top, column - left), 1)
    np.add.at(edges, (row - top, end - left), -1)
    filled = np.cumsum(edges, axis=1, dtype=np.int8, out=edges)[:, :-1].astype(np.uint8)
    return _traced(filled, filled > 0, top, left)
