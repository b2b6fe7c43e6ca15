"""Ground: where points lie among the communes, and how far from those that are meant."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from phusong.administration.names import province_key
from phusong.intake.claim import Claims

_ELLIPSOID = Geod(ellps="WGS84")
_METRES_PER_DEGREE = 111_000
_ISLANDS_M = 100_000
_RAY_DEG = 0.6
_SEAWARD_DEG = (20.0, 200.0)
_CHINA_NORTH_OF_DEG = 21.5
_GULF_DEG = (104.95, 10.37)
"""The Gulf of Thailand lies west and south of this."""


@dataclass(frozen=True)
class Ground:
    """
    Outlines of the communes of the day, in EPSG:4326, ready to be searched.

    An area is a commune, by its position, or after the communes a province, in the order of `provinces`.
    """

    communes: gpd.GeoDataFrame

    @cached_property
    def shapes(self) -> NDArray[np.object_]:
        """Outlines of the communes, prepared."""
        shapes = np.asarray(self.communes.geometry.to_numpy(), object)
        shapely.prepare(shapes)
        return shapes

    @cached_property
    def provinces(self) -> dict[str, int]:
        """Area of each province by its key."""
        names = self.communes.province_name.astype(str) if "province_name" in self.communes else []
        ordered = dict.fromkeys(map(province_key, dict.fromkeys(names)))
        return {key: len(self.communes) + i for i, key in enumerate(ordered)}

    @cached_property
    def areas(self) -> NDArray[np.object_]:
        """Outlines of communes and provinces, prepared."""
        keys = np.array([province_key(str(name)) for name in self.communes.province_name], object)
        merged = [shapely.union_all(self.shapes[keys == key]) for key in self.provinces]
        shapely.prepare(merged)
        return np.concatenate([self.shapes, np.array(merged, object)])

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Search tree of the communes."""
        return shapely.STRtree(self.shapes)

    def meant(self, claims: Claims, *, either: bool = False) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """
        Rows and the areas that they mean: communes, or, of rows that tell none, the province.

        Parameters
        ----------
        either
            Whether a province that contradicts the commune counts too.
        """
        rows, communes = claims.pairs()
        named = [
            c.contradicted_by if c.communes and either else "" if c.communes else c.province for c in claims.different
        ]
        province = np.array([self.provinces.get(key, -1) for key in named], np.int64)[claims.of_row]
        at = np.flatnonzero(province >= 0)
        return np.concatenate([rows, at]), np.concatenate([communes, province[at]])

    def commune_at(self, longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> NDArray[np.int64]:
        """Position of the commune that each point lies in, the first where several claim the ground; -1 for none."""
        found = np.full(len(longitude), len(self.shapes), np.int64)
        finite = np.flatnonzero(np.isfinite(longitude) & np.isfinite(latitude))
        point, commune = self.tree.query(shapely.points(longitude[finite], latitude[finite]), predicate="intersects")
        np.minimum.at(found, finite[point], commune)
        return np.where(found == len(self.shapes), -1, found)

    def distances_m(
        self, longitude: NDArray[np.float64], latitude: NDArray[np.float64], areas: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Geodesic distance in metres of each point from one area, 0 within it; NaN for a place that is none."""
        shapes = self._of(areas)
        found = np.full(len(longitude), np.nan)
        finite = np.isfinite(longitude) & np.isfinite(latitude)
        within = np.zeros(len(longitude), bool)
        within[finite] = shapely.intersects_xy(shapes[finite], longitude[finite], latitude[finite])
        found[within] = 0.0
        out = np.flatnonzero(finite & ~within)
        found[out] = self._away(longitude[out], latitude[out], areas[out])[0]
        return found

    def near(
        self, longitude: NDArray[np.float64], latitude: NDArray[np.float64], areas: NDArray[np.int64], metres: float
    ) -> NDArray[np.bool_]:
        """Whether each point lies within some metres of one area; coarse, by degrees: less east and west."""
        found = np.zeros(len(longitude), bool)
        shapes = self._of(areas)
        if not len(shapes):
            return found
        margin = metres / _METRES_PER_DEGREE
        west, south, east, north = shapely.bounds(shapes).T
        inside = (longitude >= west - margin) & (longitude <= east + margin)
        at = np.flatnonzero(inside & (latitude >= south - margin) & (latitude <= north + margin))
        found[at] = shapely.dwithin(shapes[at], shapely.points(longitude[at], latitude[at]), margin)
        return found

    def claimed_m(
        self, longitude: NDArray[np.float64], latitude: NDArray[np.float64], claims: Claims
    ) -> NDArray[np.float64]:
        """Distance in metres of each point from the nearest of the areas its row means; NaN where it means none."""
        rows, areas = self.meant(claims)
        each = self.distances_m(longitude[rows], latitude[rows], areas)
        least = np.full(len(longitude), np.inf)
        np.fmin.at(least, rows, np.where(np.isnan(each), np.inf, each))
        return np.where(np.isinf(least), np.nan, least)

    def nearest(
        self, longitude: NDArray[np.float64], latitude: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_]]:
        """Of each point the nearest commune, its distance in metres, and whether the point is off our coast."""
        communes = np.asarray(self.tree.nearest(shapely.points(longitude, latitude)), np.int64)
        far, bearing = self._away(longitude, latitude, communes)
        return communes, far, self._off_coast(longitude, latitude, bearing)

    def off_shore_km(self, longitude: float, latitude: float) -> float:
        """Distance in km from land of a point off our coast; NaN where it is abroad, or farther off than islands."""
        _, far, at_sea = self.nearest(np.array([longitude]), np.array([latitude]))
        return float(far[0]) / 1_000 if at_sea[0] and far[0] <= _ISLANDS_M else np.nan

    def _off_coast(
        self, longitude: NDArray[np.float64], latitude: NDArray[np.float64], bearing_deg: NDArray[np.float64]
    ) -> NDArray[np.bool_]:
        """Seaward of the nearest commune with none of ours beyond, south of China; or in the Gulf of Thailand."""
        gulf = (longitude < _GULF_DEG[0]) & (latitude < _GULF_DEG[1])
        seaward = (bearing_deg % 360 >= _SEAWARD_DEG[0]) & (bearing_deg % 360 <= _SEAWARD_DEG[1])
        rays = shapely.linestrings(
            np.stack([longitude, longitude + _RAY_DEG], axis=1), np.stack([latitude, latitude], axis=1)
        )
        open_sea = np.ones(len(longitude), bool)
        open_sea[self.tree.query(rays, predicate="intersects")[0]] = False
        return gulf | (seaward & open_sea & (latitude < _CHINA_NORTH_OF_DEG))

    def _of(self, areas: NDArray[np.int64]) -> NDArray[np.object_]:
        """Provinces are put together only when a row means one."""
        beyond = len(areas) > 0 and areas.max() >= len(self.shapes)
        return (self.areas if beyond else self.shapes)[areas]

    def _away(
        self, longitude: NDArray[np.float64], latitude: NDArray[np.float64], areas: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """
        Geodesic distance in metres, and bearing, to each point from the nearest point of its area.

        That is sought where degrees are as long east as north, by the latitude of the area.
        """
        different, which = np.unique(areas, return_inverse=True)
        shapes = self._of(different)
        bounds = shapely.bounds(shapes).reshape(-1, 4)
        shrink = np.maximum(np.cos(np.radians((bounds[:, 1] + bounds[:, 3]) / 2)), 0.1)
        scaled = np.empty(len(shapes), object)
        for position, factor in enumerate(shrink):
            scaled[position] = _scaled(shapes[position], float(factor))
        points = shapely.points(longitude * shrink[which], latitude)
        lines = shapely.shortest_line(points, scaled[which]) if len(which) else np.zeros(0, object)
        x, y = shapely.get_coordinates(lines).reshape(-1, 2, 2)[:, 1].T
        back, _, far = _ELLIPSOID.inv(x / shrink[which], y, longitude, latitude)
        return np.asarray(far), np.asarray(back)


def _scaled(shape: shapely.Geometry, factor: float) -> shapely.Geometry:
    return shapely.transform(shape, lambda xy: xy * [factor, 1.0])
