"""Terrain around one mast: heights on the tiles' own lattice, where places lie on it, and what can be seen of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

import numpy as np
import shapely
from affine import Affine
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Geod, Transformer

from phusong.errors import LayerError
from phusong.layers.terrain import Terrain, mosaic

WGS84 = Geod(ellps="WGS84")
LEAST_DISTANCE_KM = 0.001
"""Nearer is the mast itself."""
LEAST_INTERVALS = 4
"""Of a profile."""

SEEN, BEYOND, OFF_TERRAIN, VOID, AT_MAST = range(5)
"""What a place is to a mast: to be computed, beyond the radius, off the terrain, on a void, or the mast itself."""

_MARGIN_PIXELS = 3
_SNAP_PIXELS = 1e-6
"""Less than a decimetre: a place on a pixel's centre or on the last row is there, whatever its last binary digit."""
_KM_PER_DEGREE = 60 * 1.852


@dataclass(frozen=True)
class Dem:
    """
    Heights around a place, as the tiles have them: voids are not filled.

    Parameters
    ----------
    crs
        CRS of the tiles.
    corner
        West and north outer edge of the first pixel, in units of the CRS.
    pixel
        Width and height of a pixel, in units of the CRS.
    heights_m
        Metres above sea level; NaN in voids and off the tiles.
    covered
        Where a tile lies.
    files
        The tiles that lie here.
    """

    crs: CRS
    corner: tuple[float, float]
    pixel: tuple[float, float]
    heights_m: NDArray[np.float32]
    covered: NDArray[np.bool_]
    files: tuple[Path, ...]

    @property
    def step_km(self) -> float:
        """
        Distance between the points of a profile: a pixel from north to south, rounded down to one digit.

        So it is 0.09 km on 3 and 0.03 km on 1 arc-second, whatever the latitude, and never coarser than the pixels.
        """
        pixel_km = self.pixel[1] * (_KM_PER_DEGREE if self.crs.is_geographic else 1e-3)
        digit = 10 ** math.floor(math.log10(pixel_km) + 1e-9)
        return float(round(math.floor(pixel_km / digit + 1e-9) * digit, 12))

    def transform(self, row: int = 0, column: int = 0) -> Affine:
        """Affine transform from (column, row) to the CRS, as GDAL wants it, counted from one of the pixels."""
        (west, north), (width, height) = self.corner, self.pixel
        return Affine(width, 0.0, west + column * width, 0.0, -height, north - row * height)

    @cached_property
    def _from_wgs84(self) -> Transformer:
        return Transformer.from_crs(4326, self.crs.to_2d(), always_xy=True)

    def locate(self, longitude: ArrayLike, latitude: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Column and row of places in WGS 84 degrees; the centres of pixels are whole numbers."""
        x, y = self._from_wgs84.transform(np.asarray(longitude, float), np.asarray(latitude, float))
        column = (np.asarray(x) - self.corner[0]) / self.pixel[0] - 0.5
        row = (self.corner[1] - np.asarray(y)) / self.pixel[1] - 0.5
        return _snapped(column), _snapped(row)

    def place(self, column: ArrayLike, row: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Longitude and latitude in WGS 84 degrees; the way back of `locate`."""
        x = self.corner[0] + (np.asarray(column, float) + 0.5) * self.pixel[0]
        y = self.corner[1] - (np.asarray(row, float) + 0.5) * self.pixel[1]
        longitude, latitude = self._from_wgs84.transform(x, y, direction="INVERSE")
        return np.asarray(longitude), np.asarray(latitude)

    def ground(self, column: ArrayLike, row: ArrayLike) -> NDArray[np.float64]:
        """
        Metres above sea level, bilinear between the four pixel centres around.

        NaN where one of those that count is a void or off the tiles; a place on a pixel's centre is that pixel alone.
        """
        return self._blend(self.heights_m, column, row)

    def on_terrain(self, column: ArrayLike, row: ArrayLike) -> NDArray[np.bool_]:
        """Whether places lie between pixel centres of the tiles, be these known or void."""
        return ~np.isnan(self._blend(np.where(self.covered, np.float32(0), np.float32(np.nan)), column, row))

    def _blend(self, values: NDArray[np.float32], column: ArrayLike, row: ArrayLike) -> NDArray[np.float64]:
        column, row = np.broadcast_arrays(np.asarray(column, float), np.asarray(row, float))
        left, top = np.floor(column), np.floor(row)
        total = np.zeros(column.shape)
        for down in (0, 1):
            for right in (0, 1):
                share = np.abs(1 - down - (row - top)) * np.abs(1 - right - (column - left))
                total += np.where(share > 0, share * _pixel(values, top + down, left + right), 0)
        return total

    def azimuth_deg(
        self, longitude: float, latitude: float, columns: NDArray[np.float64], rows: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Direction, 0 to 360 clockwise from north, of places so many columns and rows from a place."""
        column_km, row_km = self.pixel_km(longitude, latitude)
        return np.asarray(np.degrees(np.arctan2(columns * column_km, -rows * row_km)) % 360)

    def pixel_km(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Ground size of one column and of one row at a place, in kilometres."""
        column, row = self.locate(longitude, latitude)
        around = self.place(column + np.array([-1, 1, 0, 0]), row + np.array([0, 0, -1, 1]))
        across = WGS84.inv(around[0][::2], around[1][::2], around[0][1::2], around[1][1::2])[2]
        return float(across[0]) / 2000, float(across[1]) / 2000


@dataclass(frozen=True)
class Sight:
    """
    Places as they lie from a mast: arrays of one length.

    Parameters
    ----------
    column, row
        On the lattice of the terrain; pixel centres are whole numbers.
    distance_km
        Length of the geodesic on WGS 84.
    azimuth_deg
        Direction at the mast, clockwise from north, of the straight line on the lattice, along which profiles run.
    latitude_deg
        Of the path's centre: the mean of its two ends.
    ground_m
        Above sea level; NaN where not known.
    state
        `SEEN` where there is a path to compute.
    """

    column: NDArray[np.float64]
    row: NDArray[np.float64]
    distance_km: NDArray[np.float64]
    azimuth_deg: NDArray[np.float64]
    latitude_deg: NDArray[np.float64]
    ground_m: NDArray[np.float64]
    state: NDArray[np.uint8]

    def only(self, chosen: NDArray[np.bool_]) -> Sight:
        """The places that are chosen."""
        return Sight(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


def around(terrain: Terrain, longitude: float, latitude: float, radius_km: float) -> Dem:
    """
    The terrain within a radius of a mast.

    Raises
    ------
    LayerError
        When the mast stands off the terrain or on a void, or the CRS of the tiles has neither degrees nor metres.
    """
    if not terrain.crs.is_geographic and {axis.unit_name for axis in terrain.crs.axis_info[:2]} != {"metre"}:
        raise LayerError("terrain", [f"its CRS is {terrain.crs.name}: degrees or metres are expected"])
    (left, right), (top, bottom) = _window(terrain, longitude, latitude, radius_km)
    first, shape = terrain.tiles[0], (max(bottom - top, 1), max(right - left, 1))
    heights, covered = mosaic(terrain, (top, left), shape)
    corner = (first.west + left * first.pixel[0], first.north - top * first.pixel[1])
    dem = Dem(terrain.crs, corner, first.pixel, heights, covered, _touching(terrain, (top, left), shape))
    ground_at(terrain, dem, longitude, latitude, "the transmitter")
    return dem


def ground_between(
    terrain: Terrain, start: tuple[float, float], end: tuple[float, float], step_km: float | None = None
) -> tuple[Dem, NDArray[np.float64], NDArray[np.float64], float]:
    """
    The profile between two places in longitude and latitude.

    It has max(4, ceil(distance / step)) equal intervals, ends included, on the straight line of the lattice.

    Returns
    -------
    tuple
        The terrain around, distances in km, heights above sea level in m, and the step, the terrain's unless given.

    Raises
    ------
    LayerError
        When an end stands off the terrain or on a void, or the path meets unknown ground.
    """
    length_km = float(geodesic_km(start, end))
    dem = around(terrain, *start, length_km)
    ground_at(terrain, dem, *end, "the receiver")
    step = dem.step_km if step_km is None else step_km
    share = np.linspace(0, 1, max(LEAST_INTERVALS, math.ceil(length_km / step)) + 1)
    (c0, r0), (c1, r1) = dem.locate(*start), dem.locate(*end)
    ground = dem.ground(_snapped(c0 + share * (c1 - c0)), _snapped(r0 + share * (r1 - r0)))
    unknown = np.flatnonzero(np.isnan(ground))
    if unknown.size:
        where = f"{unknown.size} of {ground.size} points, the first at km {share[unknown[0]] * length_km:.2f}"
        raise LayerError("terrain", [f"the path meets ground that is not known ({where}): voids or no tile"])
    return dem, share * length_km, ground, step


def ground_at(terrain: Terrain, dem: Dem, longitude: float, latitude: float, who: str) -> float:
    """
    Metres above sea level where an antenna stands.

    Raises
    ------
    LayerError
        When `who` stands off the terrain or on a void; says where the terrain is, and whether the axes are swapped.
    """
    column, row = dem.locate(longitude, latitude)
    ground, where = float(dem.ground(column, row)), f"{who} ({longitude:g}, {latitude:g})"
    if not dem.on_terrain(column, row):
        west, south, east, north = Transformer.from_crs(terrain.crs.to_2d(), 4326, always_xy=True).transform_bounds(
            *terrain.outline.bounds
        )
        hint = "; longitude and latitude look swapped" if swapped(terrain, longitude, latitude) else ""
        box = f"longitude {west:.3f} to {east:.3f}, latitude {south:.3f} to {north:.3f}"
        raise LayerError("terrain", [f"{where} stands outside the terrain, which reaches over {box}{hint}"])
    if np.isnan(ground):
        raise LayerError("terrain", [f"{where} stands on a void: the height of the ground there is not known"])
    return ground


def swapped(terrain: Terrain, longitude: ArrayLike, latitude: ArrayLike) -> NDArray[np.bool_]:
    """Which places would lie on the terrain if their two numbers changed places."""
    into = Transformer.from_crs(4326, terrain.crs.to_2d(), always_xy=True)
    x, y = into.transform(np.asarray(latitude, float), np.asarray(longitude, float))
    return np.asarray(np.isfinite(x) & np.isfinite(y) & shapely.intersects_xy(terrain.outline, x, y))


def sight(
    dem: Dem,
    longitude: float,
    latitude: float,
    places: tuple[NDArray[np.float64], NDArray[np.float64]],
    radius_km: float,
) -> Sight:
    """
    How places, in longitude and latitude, lie from a mast.

    Raises
    ------
    ValueError
        When a place has no finite longitude and latitude.
    """
    if not np.isfinite(places).all():
        raise ValueError("every place needs a finite longitude and latitude")
    (column, row), (mast_column, mast_row) = dem.locate(*places), dem.locate(longitude, latitude)
    distance = geodesic_km((longitude, latitude), places)
    azimuth = dem.azimuth_deg(longitude, latitude, column - mast_column, row - mast_row)
    ground = dem.ground(column, row)
    faults = [distance < LEAST_DISTANCE_KM, distance > radius_km, ~dem.on_terrain(column, row), np.isnan(ground)]
    state = np.select(faults, [AT_MAST, BEYOND, OFF_TERRAIN, VOID], SEEN).astype(np.uint8)
    return Sight(column, row, distance, azimuth, (places[1] + latitude) / 2, ground, state)


def geodesic_km(start: tuple[float, float], ends: tuple[ArrayLike, ArrayLike]) -> NDArray[np.float64]:
    """Lengths of the geodesics on WGS 84 from one place to others, in longitude and latitude."""
    longitude, latitude = np.broadcast_arrays(*(np.asarray(axis, float) for axis in ends))
    from_longitude, from_latitude = (np.full(longitude.shape, axis) for axis in start)
    return np.asarray(WGS84.inv(from_longitude, from_latitude, longitude, latitude)[2]) / 1000


def _snapped(position: NDArray[np.float64]) -> NDArray[np.float64]:
    whole = np.round(position)
    return np.where(np.abs(position - whole) < _SNAP_PIXELS, whole, position)


def _pixel(values: NDArray[np.float32], row: NDArray[np.float64], column: NDArray[np.float64]) -> NDArray[np.float64]:
    rows, columns = values.shape
    inside = (row >= 0) & (column >= 0) & (row < rows) & (column < columns)
    found = values[np.where(inside, row, 0).astype(int), np.where(inside, column, 0).astype(int)]
    return np.where(inside, found, np.nan)


def _window(
    terrain: Terrain, longitude: float, latitude: float, radius_km: float
) -> tuple[tuple[int, int], tuple[int, int]]:
    """First and last column and row, from the first tile's corner, of the circle as far as there are tiles."""
    first, (west, south, east, north) = terrain.tiles[0], terrain.outline.bounds
    from_longitude, from_latitude, metres = (np.full(360, value) for value in (longitude, latitude, 1000 * radius_km))
    circle = WGS84.fwd(from_longitude, from_latitude, np.arange(360.0), metres)
    x, y = Transformer.from_crs(4326, terrain.crs.to_2d(), always_xy=True).transform(circle[0], circle[1])
    axes = ((x, west, east, first.west, first.pixel[0]), (-y, -north, -south, -first.north, first.pixel[1]))
    spans = []
    for along, low, high, origin, size in axes:
        reach = np.array([along.min() / size - _MARGIN_PIXELS, along.max() / size + _MARGIN_PIXELS])
        kept = np.clip(reach, low / size, high / size) - origin / size
        spans.append((round(kept[0]), round(kept[1])))
    return spans[0], spans[1]


def _touching(terrain: Terrain, origin: tuple[int, int], shape: tuple[int, int]) -> tuple[Path, ...]:
    """Files of the tiles that lie in a window."""
    first, found = terrain.tiles[0], []
    for tile in terrain.tiles:
        top = round((first.north - tile.north) / first.pixel[1]) - origin[0]
        left = round((tile.west - first.west) / first.pixel[0]) - origin[1]
        if top < shape[0] and left < shape[1] and top + tile.shape[0] > 0 and left + tile.shape[1] > 0:
            found.append(tile.file)
    return tuple(found)
