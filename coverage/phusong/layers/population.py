"""Population raster: people per pixel, as pieces of ground in the project's CRS."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from rasterio.windows import Window

from phusong.config import Project
from phusong.errors import LayerError
from phusong.grid import Grid
from phusong.layers.account import Account
from phusong.layers.memory import Arrays, Memory, digest, forgetful
from phusong.layers.raster import crs_of, read_band
from phusong.threads import in_order

MOST_PEOPLE = 1e7
"""No pixel holds more than a city; beyond is an undeclared nodata value."""
_DENSIFY = 21
_FEW = 65536
"""Pixels of which outlines are made at a time."""


@dataclass(frozen=True)
class Population:
    """
    Population pixels that touch a grid.

    Parameters
    ----------
    people
        People of each pixel, shape (n,); pixels without people are left out.
    corners_m
        Corners in metres of the grid's CRS, clockwise from the north-west, shape (n, 4, 2).
    year
        Vintage, None when the project file does not say.
    """

    people: NDArray[np.float64]
    corners_m: NDArray[np.float64]
    year: int | None

    def ground(self, grid: Grid) -> Grid:
        """The part of the lattice that holds every population pixel, and the grid."""
        corners = self.corners_m.reshape(-1, 2)
        west, south = np.min([(grid.west, grid.south), corners.min(axis=0, initial=np.inf)], axis=0)
        east, north = np.max([(grid.east, grid.north), corners.max(axis=0, initial=-np.inf)], axis=0)
        return Grid.over((float(west), float(south), float(east), float(north)), grid.pixel_m, grid.crs)

    def near(self, grid: Grid) -> Population:
        """The population pixels whose box touches a grid's."""
        order, low, high = self._boxes
        west, south, east, north = grid.bounds
        along = slice(np.searchsorted(low[1], south - self._tallest_m), np.searchsorted(low[1], north, "right"))
        touching = (low[0, along] <= east) & (high[0, along] >= west) & (high[1, along] >= south)
        kept = np.sort(order[along][touching])
        return Population(self.people[kept], self.corners_m[kept], self.year)

    @cached_property
    def _tallest_m(self) -> float:
        """Height of the tallest box, and a little more, so that no rounding loses one."""
        _, low, high = self._boxes
        return float(np.max(high[1] - low[1], initial=0.0)) + 1.0

    @cached_property
    def _boxes(self) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Pixels from the south to the north, south-western and north-eastern corners of their boxes by coordinate."""
        low, high = self.corners_m.min(axis=1).T, self.corners_m.max(axis=1).T
        order = np.argsort(low[1], kind="stable")
        return order, np.ascontiguousarray(low[:, order]), np.ascontiguousarray(high[:, order])


def find(project: Project) -> tuple[Path, CRS]:
    """
    The raster and its CRS.

    Raises
    ------
    LayerError
        When there is not exactly one readable raster with a CRS.
    """
    files = project.files(project.layers.population)
    if len(files) != 1:
        raise LayerError("population", [f"{len(files)} files: expected one raster"])
    return files[0], crs_of("population", files[0])


def read(project: Project, grid: Grid) -> tuple[Population, Account]:
    """
    Population pixels of any CRS that touch the grid.

    Raises
    ------
    LayerError
        When there is not exactly one readable raster with a CRS, when it has negative people, or when it does not touch
        the grid.
    """
    file, crs = find(project)
    into = Transformer.from_crs(crs, grid.crs, always_xy=True)
    bounds = Transformer.from_crs(grid.crs, crs, always_xy=True).transform_bounds(*grid.bounds, densify_pts=_DENSIFY)
    with rasterio.open(file) as raster:
        window = _window(raster, bounds)
        transform = raster.window_transform(window)
    people = read_band("population", file, window)
    if (people > MOST_PEOPLE).any():
        raise LayerError(
            "population",
            [f"{int((people > MOST_PEOPLE).sum())} pixels hold over {MOST_PEOPLE:g} people; is the nodata value set?"],
        )
    if (people < 0).any():
        raise LayerError(
            "population", [f"{int((people < 0).sum())} pixels hold negative people; is the nodata value set?"]
        )
    rows, columns = np.nonzero(people > 0)
    corners = _corners(transform, rows, columns, into)
    touching = _touches(corners, grid)
    if not touching.any():
        raise LayerError("population", [f"{file.name} has no people in the study area"])
    kept = people[rows, columns][touching]
    counts = {"people_raster": float(kept.sum()), "empty_pixels": int(np.isnan(people).sum())}
    year = project.layers.population.year
    return Population(kept, corners[touching], year), Account("population", int(touching.sum()), counts=counts)


def without_people(
    population: Population, communes: gpd.GeoDataFrame, memory: Memory = forgetful, workers: int = 1
) -> int:
    """How many communes no population pixel touches."""
    shapes = communes.geometry.to_numpy()

    def touched(start: int) -> NDArray[np.int64]:
        pixels = np.asarray(shapely.polygons(population.corners_m[start : start + _FEW]), object)
        return np.unique(shapely.STRtree(pixels).query(shapes, predicate="intersects")[0])

    def count() -> Arrays:
        empty = np.ones(len(shapes), bool)
        for inhabited in in_order(touched, range(0, len(population.people), _FEW), workers):
            empty[inhabited] = False
        return {"communes": np.array([empty.sum()])}

    return int(memory("communes without people", [digest(shapes), population.corners_m], count)["communes"][0])


def _window(raster: rasterio.DatasetReader, bounds: tuple[float, float, float, float]) -> Window:
    west, south, east, north = bounds
    t = raster.transform
    (left, right), (top, bottom) = ((x - t.c) / t.a for x in (west, east)), ((y - t.f) / t.e for y in (north, south))
    first, last = max(int(np.floor(top)) - 1, 0), min(int(np.ceil(bottom)) + 1, raster.height)
    start, stop = max(int(np.floor(left)) - 1, 0), min(int(np.ceil(right)) + 1, raster.width)
    if last <= first or stop <= start:
        raise LayerError("population", [f"{raster.name.rpartition('/')[2]} does not reach the study area"])
    return Window(start, first, stop - start, last - first)


def _corners(
    transform: rasterio.Affine, rows: NDArray[np.int64], columns: NDArray[np.int64], into: Transformer
) -> NDArray[np.float64]:
    x = np.stack([columns, columns + 1, columns + 1, columns], axis=1)
    y = np.stack([rows, rows, rows + 1, rows + 1], axis=1)
    return np.stack(into.transform(transform.c + x * transform.a, transform.f + y * transform.e), axis=-1)


def _touches(corners: NDArray[np.float64], grid: Grid) -> NDArray[np.bool_]:
    west, south, east, north = grid.bounds
    low, high = corners.min(axis=1), corners.max(axis=1)
    inside = ((low >= (west, south)) & (high <= (east, north))).all(axis=1)
    found = inside | ((low <= (east, north)) & (high >= (west, south))).all(axis=1)
    unsure = found & ~inside  # of a turned pixel the box may touch and the pixel not
    found[unsure] = shapely.intersects(shapely.polygons(corners[unsure]), shapely.box(*grid.bounds))
    return found
