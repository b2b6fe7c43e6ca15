"""Geometry at the door of the layers: projecting, repairing, refusing, and geodesic measures."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer

from phusong.layers.account import Refusal
from phusong.layers.schema import FILE, ROW

_ELLIPSOID = Geod(ellps="WGS84")
_FEW = 256
"""Communes have some 3,000 corners each."""


def degrees(crs: CRS) -> Transformer:
    """Transformer from `crs` to longitude and latitude (WGS 84)."""
    return Transformer.from_crs(crs, CRS(4326), always_xy=True)


def few_at_a_time(count: int) -> Iterator[slice]:
    """Slices of many large geometries, so that what is made of a slice is small beside them all."""
    return (slice(start, min(start + _FEW, count)) for start in range(0, count, _FEW))


def geodesic_area_km2(shapes: gpd.GeoSeries) -> NDArray[np.float64]:
    """Areas on the WGS 84 ellipsoid in km²: areas in a projection are up to 2 % off at the far islands."""
    areas: list[NDArray[np.float64]] = []
    for rows in few_at_a_time(len(shapes)):
        # the signed areas of rings add up, so a ring of the wrong direction would add a hole or take an island away
        outlines = shapely.orient_polygons(shapes.iloc[rows].to_crs(4326).to_numpy())
        areas.append(np.abs(_signed_m2(outlines)) / 1e6)
    return np.concatenate([np.empty(0), *areas])


def _signed_m2(outlines: NDArray[np.object_]) -> NDArray[np.float64]:
    parts, outline = shapely.get_parts(outlines, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    edges = np.flatnonzero(np.diff(ring, prepend=-1))[1:]
    sides = (np.split(axis, edges) for axis in np.ascontiguousarray(corners.T))
    m2 = [_ELLIPSOID.polygon_area_perimeter(x, y)[0] for x, y in zip(*sides, strict=True)] if len(corners) else []
    of_parts = np.bincount(part, np.array(m2), len(parts))
    return np.asarray(np.bincount(outline, of_parts, len(outlines)), float)


def geodesic_distance_m(a: gpd.GeoSeries, b: gpd.GeoSeries) -> NDArray[np.float64]:
    """Distances in metres on the WGS 84 ellipsoid between the points of `a` and of `b`, pair by pair."""
    start, end = a.to_crs(4326), b.to_crs(4326)
    return np.asarray(_ELLIPSOID.inv(start.x, start.y, end.x, end.y)[2], float).reshape(len(start))


def placed(frame: gpd.GeoDataFrame, kinds: tuple[str, ...]) -> tuple[gpd.GeoDataFrame, list[Refusal], int]:
    """
    Rows with a usable geometry of one of the kinds; the others are refused, invalid ones repaired.

    Returns
    -------
    The rows, the refusals, and how many geometries were repaired.
    """
    shapes = np.asarray(frame.geometry.to_numpy(), object)
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    infinite = _infinite(shapes)
    invalid = ~empty & ~infinite & ~shapely.is_valid(shapes)
    repaired = shapes.copy()
    repaired[invalid] = shapely.make_valid(shapes[invalid], method="structure", keep_collapsed=False)
    gone = invalid & shapely.is_empty(repaired)
    wanted = [shapely.GeometryType[kind.upper()].value for kind in kinds]
    foreign = ~empty & ~gone & ~np.isin(shapely.get_type_id(repaired), wanted)
    reasons = np.select(
        [empty, infinite, gone, foreign],
        ["no geometry", "coordinates that are not finite", "a geometry that has no area", f"not a {kinds[0]}"],
        "",
    )
    refused = [
        Refusal(str(frame[FILE].iloc[i]), int(frame[ROW].iloc[i]), str(reasons[i]))
        for i in np.flatnonzero(reasons != "")
    ]
    kept = frame.set_geometry(gpd.GeoSeries(repaired, index=frame.index, crs=frame.crs))
    return kept[reasons == ""].reset_index(drop=True), refused, int((invalid & (reasons == "")).sum())


def _infinite(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Which have a coordinate that is not finite; bounds and repair both overlook one that is not a number."""
    found = np.zeros(len(shapes), bool)
    for rows in few_at_a_time(len(shapes)):
        coordinates, owner = shapely.get_coordinates(shapes[rows], return_index=True)
        found[rows][owner[~np.isfinite(coordinates).all(axis=1)]] = True
    return found
