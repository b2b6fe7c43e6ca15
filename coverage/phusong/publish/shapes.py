"""Shapes: outlines simplified for the screen, as whole numbers that take few bytes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

UNITS_PER_DEGREE = 100_000
"""Coordinates are whole units of 0.00001 degree, about 1.1 m."""

Flat = list[int]
"""Steps in longitude and latitude, in turn; each list of a layer goes on from the last point of the list before it."""


def coverage(communes: gpd.GeoSeries, tolerance_m: float) -> gpd.GeoSeries:
    """
    Areas that share edges, simplified so that they go on sharing them.

    Corners are cut off while each takes less than about `tolerance_m` squared (Visvalingam and Whyatt). Real boundaries
    overlap and gape here and there; such edges are simplified each for itself.
    """
    whole = communes.to_numpy()
    try:
        simple = shapely.coverage_simplify(whole, tolerance_m)
    except shapely.errors.GEOSException:
        simple = shapely.simplify(whole, tolerance_m, preserve_topology=True)
    lost = shapely.is_empty(simple) | shapely.is_missing(simple)
    return gpd.GeoSeries(np.where(lost, whole, simple), index=communes.index, crs=communes.crs)


def points(places: gpd.GeoSeries) -> Flat:
    """All points of a layer in one list of steps."""
    units, _ = _units(places.to_crs("EPSG:4326").to_numpy())
    return _steps(units)


def lines(routes: gpd.GeoSeries) -> list[list[Flat]]:
    """For each line its parts, each a list of steps."""
    parts, of_part = shapely.get_parts(routes.to_crs("EPSG:4326").to_numpy(), return_index=True)
    nested: list[list[Flat]] = [[] for _ in range(len(routes))]
    for route, flat in zip(of_part, _chains(parts, fewest=2, closed=False), strict=True):
        if flat:
            nested[route].append(flat)
    return nested


def areas(shapes: gpd.GeoSeries) -> list[list[list[Flat]]]:
    """For each area its polygons, each a list of rings (the outer one first, all left open), each a list of steps."""
    polygons, of_polygon = shapely.get_parts(shapes.to_crs("EPSG:4326").to_numpy(), return_index=True)
    rings, of_ring = shapely.get_rings(polygons, return_index=True)
    by_polygon: list[list[Flat]] = [[] for _ in range(len(polygons))]
    for polygon, flat in zip(of_ring, _chains(rings, fewest=3, closed=True), strict=True):
        if flat:
            by_polygon[polygon].append(flat)
    nested: list[list[list[Flat]]] = [[] for _ in range(len(shapes))]
    for shape, chains in zip(of_polygon, by_polygon, strict=True):
        if chains:
            nested[shape].append(chains)
    return nested


def units_of(degrees: NDArray[np.float64]) -> NDArray[np.int64]:
    """Whole units of places in degrees, shape (n, 2)."""
    return np.rint(degrees * UNITS_PER_DEGREE).astype(np.int64)


def steps_of(units: NDArray[np.int64]) -> NDArray[np.int64]:
    """Steps in longitude and latitude, in turn, from each place to the next; the first is from 0, 0."""
    return np.diff(units, axis=0, prepend=np.zeros((1, 2), np.int64)).ravel()


def _chains(parts: NDArray[np.object_], fewest: int, closed: bool) -> list[Flat]:
    """One list of steps a part, without repeated points; empty where fewer than `fewest` points are left."""
    units, owner = _units(parts)
    same_part = owner[1:] == owner[:-1]
    kept = np.ones(len(units), dtype=bool)
    kept[1:] = ~same_part | (units[1:] != units[:-1]).any(axis=1)
    if closed:
        kept &= np.append(same_part, False)
    counts = np.bincount(owner[kept], minlength=len(parts))
    kept &= counts[owner] >= fewest
    flat = _steps(units[kept])
    ends = 2 * np.cumsum(np.where(counts >= fewest, counts, 0))
    return [flat[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)] if len(parts) else []


def _units(shapes: NDArray[np.object_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    degrees, owner = shapely.get_coordinates(shapes, return_index=True)
    return units_of(degrees), owner


def _steps(units: NDArray[np.int64]) -> Flat:
    flat: Flat = steps_of(units).tolist()
    return flat
