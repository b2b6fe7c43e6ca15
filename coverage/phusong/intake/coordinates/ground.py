"""Ground: where points lie among the communes, and how far from those that are meant."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from phusong.intake.claim import Claims

_ELLIPSOID = Geod(ellps="WGS84")
_SEA_KM = 100.0
"""Farther off shore a point counts as abroad."""
_STRIP_DEG = 0.1


@dataclass(frozen=True)
class Ground:
    """Outlines of the communes of the day, in EPSG:4326, ready to be searched."""

    communes: gpd.GeoDataFrame

    @cached_property
    def shapes(self) -> NDArray[np.object_]:
        """Outlines, prepared."""
        shapes = np.asarray(self.communes.geometry.to_numpy(), object)
        shapely.prepare(shapes)
        return shapes

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Search tree of the outlines."""
        return shapely.STRtree(self.shapes)

    @cached_property
    def bounds(self) -> NDArray[np.float64]:
        """West, south, east and north of each commune in degrees."""
        return np.asarray(shapely.bounds(self.shapes))

    def commune_at(self, longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> NDArray[np.int64]:
        """Position of the commune that each point lies in, the first where several claim the ground; -1 for none."""
        found = np.full(len(longitude), len(self.shapes), np.int64)
        finite = np.flatnonzero(np.isfinite(longitude) & np.isfinite(latitude))
        point, commune = self.tree.query(shapely.points(longitude[finite], latitude[finite]), predicate="intersects")
        np.minimum.at(found, finite[point], commune)
        return np.where(found == len(self.shapes), -1, found)

    def distances_m(
        self, longitude: NDArray[np.float64], latitude: NDArray[np.float64], communes: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Geodesic distance in metres of each point from one commune, 0 within it; NaN for a place that is none."""
        far = np.full(len(longitude), np.nan)
        finite = np.isfinite(longitude) & np.isfinite(latitude)
        within = np.zeros(len(longitude), bool)
        within[finite] = shapely.intersects_xy(self.shapes[communes[finite]], longitude[finite], latitude[finite])
        far[within] = 0.0
        outside = np.flatnonzero(finite & ~within)
        far[outside] = [self._distance(longitude[i], latitude[i], int(communes[i])) for i in outside]
        return far

    def near(
        self, longitude: NDArray[np.float64], latitude: NDArray[np.float64], communes: NDArray[np.int64], metres: float
    ) -> NDArray[np.bool_]:
        """Whether each point lies within some metres of one commune; coarse, by degrees at its latitude."""
        finite = np.isfinite(longitude) & np.isfinite(latitude)
        found = np.zeros(len(longitude), bool)
        margin = metres / 111_000
        box = self.bounds[communes]
        wide = margin / 0.9
        inside = finite & (longitude >= box[:, 0] - wide) & (longitude <= box[:, 2] + wide)
        inside &= (latitude >= box[:, 1] - wide) & (latitude <= box[:, 3] + wide)
        at = np.flatnonzero(inside)
        found[at] = shapely.dwithin(self.shapes[communes[at]], shapely.points(longitude[at], latitude[at]), margin)
        return found

    def claimed_m(
        self, longitude: NDArray[np.float64], latitude: NDArray[np.float64], claims: Claims
    ) -> NDArray[np.float64]:
        """Distance in metres of each point from the nearest of the communes its row means; NaN where it means none."""
        rows, communes = claims.pairs()
        each = self.distances_m(longitude[rows], latitude[rows], communes)
        least = np.full(len(longitude), np.inf)
        np.fmin.at(least, rows, np.where(np.isnan(each), np.inf, each))
        return np.where(np.isinf(least), np.nan, least)

    def off_shore_km(self, longitude: float, latitude: float) -> float:
        """
        Distance in km of a point in the sea from land; NaN where it is on foreign land, too far out, or it cannot be told.

        The sea is east of the easternmost commune of a latitude, south of the Chinese border, and in the Gulf of Thailand.
        """
        nearest = int(self.tree.nearest(shapely.Point(longitude, latitude)))
        distance_km = self._distance(longitude, latitude, nearest) / 1000
        if distance_km > _SEA_KM:
            return np.nan
        strip = (self.bounds[:, 1] < latitude + _STRIP_DEG) & (self.bounds[:, 3] > latitude - _STRIP_DEG)
        east = self.bounds[strip, 2]
        gulf = latitude < 10.3 and longitude < 104.9
        open_sea = latitude < 21.5 and (not len(east) or longitude > float(np.median(np.sort(east)[-3:])))
        return distance_km if gulf or open_sea else np.nan

    def nearest_m(self, longitude: float, latitude: float) -> tuple[int, float]:
        """The nearest commune and its distance in metres."""
        nearest = int(self.tree.nearest(shapely.Point(longitude, latitude)))
        return nearest, self._distance(longitude, latitude, nearest)

    def _distance(self, longitude: float, latitude: float, commune: int) -> float:
        """Geodesic length to the nearest point of the outline, which is sought where degrees are as long both ways."""
        shrink = max(np.cos(np.radians(latitude)), 0.1)
        shape = shapely.transform(self.shapes[commune], lambda xy: xy * [shrink, 1])
        line = shapely.shortest_line(shapely.Point(longitude * shrink, latitude), shape)
        (_, _), (x, y) = shapely.get_coordinates(line)
        return float(_ELLIPSOID.inv(longitude, latitude, x / shrink, y)[2])
