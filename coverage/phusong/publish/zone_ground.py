"""Ground: the terrain and the people of the frame in which a dead zone is drawn, from the rasters of its snapshot."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.windows import Window
from shapely import MultiPolygon

from phusong.grid import Grid
from phusong.layers.raster import burnt, crs_of, read_band

LEAST_MARGIN_M = 2000.0
_MARGIN_SHARE = 0.2
_SUN_AZIMUTH, _SUN_HEIGHT = math.radians(315), math.radians(45)
_EXAGGERATION = 2.0
Box = tuple[float, float, float, float]
"""West, south, east and north in metres."""


@dataclass(frozen=True)
class Ground:
    """
    What lies in a frame, as far as the rasters reach; either may hold no pixel.

    Parameters
    ----------
    heights_m
        Above sea level on `terrain`; not-a-number where unknown.
    people
        Of each pixel of `pixels`; not-a-number outside the zone.
    """

    box: Box
    terrain: Grid
    heights_m: NDArray[np.float64]
    pixels: Grid
    people: NDArray[np.float64]


def frame(zone: MultiPolygon) -> Box:
    """
    The square in which a zone is drawn: a fifth of its longer side more on each side, at least two kilometres.

    Examples
    --------
    >>> from shapely import box
    >>> frame(MultiPolygon([box(10_000, 0, 10_400, 200)]))
    (8000.0, -2100.0, 12400.0, 2300.0)
    """
    west, south, east, north = zone.bounds
    side = max(east - west, north - south)
    half = side / 2 + max(LEAST_MARGIN_M, _MARGIN_SHARE * side)
    x, y = (west + east) / 2, (south + north) / 2
    return x - half, y - half, x + half, y + half


def ground_of(surface: Path, zone: MultiPolygon) -> Ground:
    """
    Terrain and people in the frame of a zone.

    Parameters
    ----------
    surface
        Folder of the snapshot's rasters, in the CRS of the zone.

    Raises
    ------
    LayerError
        When a raster cannot be read.
    """
    box = frame(zone)
    terrain, heights_m = _cut(surface / "terrain.tif", box)
    pixels, people = _cut(surface / "people.tif", box)
    inside = burnt(np.array([zone], dtype=object), [1], pixels) == 1 if people.size else np.zeros(people.shape, bool)
    return Ground(box, terrain, heights_m, pixels, np.where(inside, people, np.nan))


def hill_shade(heights_m: NDArray[np.float64], pixel_m: float) -> NDArray[np.float64]:
    """
    Share of the light from the north-west, 45 degrees high, that falls on the ground; heights count twice.

    Shape of the heights, which need two rows and columns; not-a-number beside unknown ground.

    References
    ----------
    B. K. P. Horn, Hill shading and the reflectance map, Proceedings of the IEEE 69 (1981), Lambertian surface.

    Examples
    --------
    >>> hill_shade(np.zeros((2, 2)), 100.0).round(3).tolist()
    [[0.707, 0.707], [0.707, 0.707]]
    """
    south, east = np.gradient(_EXAGGERATION * heights_m, pixel_m)
    towards_sun = south * math.cos(_SUN_AZIMUTH) - east * math.sin(_SUN_AZIMUTH)
    light = math.sin(_SUN_HEIGHT) + math.cos(_SUN_HEIGHT) * towards_sun
    return np.clip(light / np.sqrt(1 + south**2 + east**2), 0, 1)


def _cut(file: Path, box: Box) -> tuple[Grid, NDArray[np.float64]]:
    """The pixels of a raster that touch a box."""
    crs: CRS = crs_of(file.stem, file)
    with rasterio.open(file) as raster:
        transform, height, width = raster.transform, raster.height, raster.width
    west, north, pixel_m = transform.c, transform.f, transform.a
    left, right = (min(max(edge, 0), width) for edge in _steps(box[0] - west, box[2] - west, pixel_m))
    top, bottom = (min(max(edge, 0), height) for edge in _steps(north - box[3], north - box[1], pixel_m))
    shape = (bottom - top, right - left)
    grid = Grid(crs, west + left * pixel_m, north - top * pixel_m, pixel_m, shape)
    if 0 in shape:
        return grid, np.empty(shape)
    return grid, read_band(file.stem, file, Window(left, top, shape[1], shape[0]))


def _steps(first_m: float, last_m: float, pixel_m: float) -> tuple[int, int]:
    return math.floor(first_m / pixel_m), math.ceil(last_m / pixel_m)
