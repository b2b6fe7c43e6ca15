"""Geometry at the door of the layers: projecting, repairing, refusing, and geodesic measures."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer

from phusong.layers.account import Refusal
from phusong.layers.schema import FILE, ROW

_ELLIPSOID = Geod(ellps="WGS84")


def degrees(crs: CRS) -> Transformer:
    """Transformer from `crs` to longitude and latitude (WGS 84)."""
    return Transformer.from_crs(crs, CRS(4326), always_xy=True)


def geodesic_area_km2(shapes: gpd.GeoSeries) -> NDArray[np.float64]:
    """Areas on the WGS 84 ellipsoid in km²: areas in a projection are up to 2 % off at the far islands."""
    outlines = shapes.to_crs(4326)
    return np.array([abs(_ELLIPSOID.geometry_area_perimeter(shape)[0]) / 1e6 for shape in outlines])


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
    shapes = frame.geometry.to_numpy()
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    infinite = ~empty & ~np.isfinite(shapely.bounds(shapes)).all(axis=1)
    invalid = ~empty & ~infinite & ~shapely.is_valid(shapes)
    repaired = np.where(invalid, shapely.make_valid(shapes, method="structure", keep_collapsed=False), shapes)
    gone = invalid & shapely.is_empty(repaired)
    foreign = ~empty & ~gone & ~np.isin([str(s.geom_type) if s is not None else "" for s in repaired], kinds)
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
