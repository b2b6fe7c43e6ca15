"""Terrain: many GeoTIFF and HGT tiles as one surface on the lattice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import shapely
from numba import njit
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.fill import fillnodata
from rasterio.windows import Window
from shapely.geometry.base import BaseGeometry

from phusong.config import Project
from phusong.errors import LayerError
from phusong.grid import Grid
from phusong.layers.account import Account
from phusong.layers.field import Blocks
from phusong.layers.memory import Memory, forgetful
from phusong.layers.positions import positions
from phusong.layers.raster import crs_of, read_band
from phusong.threads import in_order

VOID_SEARCH_PIXELS = 100
HEIGHT_STEP_M = 0.1
"""Heights are stored to this step, and what is stored is what is counted."""
LOWEST_M, HIGHEST_M = -1000.0, 9000.0
"""Beyond is no land on Earth but an undeclared void, such as the -32768 of SRTM."""
_MARGIN_PIXELS = VOID_SEARCH_PIXELS + 4
"""Voids are filled from all ground within reach, whatever part is asked for."""
_LATTICE_TOLERANCE = 0.02
_BAND_ROWS = 256
"""Rows that are sampled together, so that what is worked out of them is small."""
_UNREACHED = -99_999.0


@dataclass(frozen=True)
class Tile:
    """Header of one file: outer pixel edges and pixel size in units of the tile's CRS."""

    file: Path
    west: float
    north: float
    pixel: tuple[float, float]
    shape: tuple[int, int]


@dataclass(frozen=True)
class Terrain:
    """Tiles of one CRS and pixel size, side by side or overlapping; the first of overlapping tiles wins."""

    crs: CRS
    tiles: tuple[Tile, ...]

    @property
    def outline(self) -> BaseGeometry:
        """Ground the tiles cover, to their outer pixel edges, in their CRS."""
        first = self.tiles[0]
        edges = []
        for tile in self.tiles:
            column, row = np.round(_offset(tile, first))
            rows, columns = tile.shape
            # whole pixels from one corner, so that neighbours share their edge to the last bit
            edges.append((column, row + rows, column + columns, row))
        west, south, east, north = np.array(edges).T
        (width, height), x, y = first.pixel, first.west, first.north
        return shapely.union_all(
            shapely.box(x + west * width, y - south * height, x + east * width, y - north * height)
        )


def find(project: Project) -> Terrain:
    """
    Headers of the terrain's tiles.

    Raises
    ------
    LayerError
        When a tile cannot be read, or differs from the first in CRS or pixel size.
    """
    return headers(project.files(project.layers.terrain))


def headers(files: Sequence[Path]) -> Terrain:
    """As `find`, for the files themselves."""
    tiles: list[Tile] = []
    faults: list[str] = []
    crs: CRS | None = None
    for file in files:
        try:
            own = crs_of("terrain", file)
        except LayerError as fault:
            faults += fault.faults
            continue
        crs = crs or own
        with rasterio.open(file) as raster:
            t = raster.transform
            tiles.append(Tile(file, t.c, t.f, (t.a, -t.e), raster.shape))
        if own != crs:
            faults.append(f"{file.name} is in {own.name}, {tiles[0].file.name} in {crs.name}: expected one CRS")
        elif not np.allclose(tiles[-1].pixel, tiles[0].pixel, rtol=1e-6):
            faults.append(f"{file.name} has another pixel size than {tiles[0].file.name}: expected one")
        elif not _on_lattice(tiles[-1], tiles[0]):
            faults.append(f"{file.name} lies between the pixels of {tiles[0].file.name}: expected one lattice")
    if faults or crs is None:
        raise LayerError("terrain", faults)
    return Terrain(crs, tuple(tiles))


def field(terrain: Terrain, grid: Grid, memory: Memory = forgetful, workers: int = 1) -> Blocks:
    """
    Heights on a grid, as of `read`, which tell what the accounts of `read` count.

    Where a file breaks off the heights are not known, and `damaged` counts by what is to be said of it how often it was
    met: the rest of a country is not to wait for one file.
    """

    def block(part: Grid) -> tuple[NDArray[np.float32], Mapping[str, Any]]:
        damaged: dict[str, int] = {}
        # the blocks of a large grid are read side by side, the only one of a small grid by all threads
        heights, account = read(terrain, part, damaged, workers if part == grid else 1)
        return heights, {**account.counts, "damaged": damaged} if damaged else account.counts

    headers = [(tile.file.name, tile.west, tile.north, tile.pixel, tile.shape) for tile in terrain.tiles]
    return Blocks(grid, block, memory, ["terrain", terrain.crs, headers], [tile.file for tile in terrain.tiles])


def read(
    terrain: Terrain, grid: Grid, damaged: dict[str, int] | None = None, workers: int = 1
) -> tuple[NDArray[np.float32], Account]:
    """
    Heights in metres above sea level at the pixel centres of a grid, bilinear between the tiles' pixel centres.

    Voids are filled by inverse-distance interpolation and counted; NaN is left outside every tile and in voids that
    are too wide to fill.

    Parameters
    ----------
    damaged
        Takes what is to be said of files that break off, which are then left out; without it they are refused.

    Returns
    -------
    Array of the grid's shape, and the account with `voids`, `voids_filled` and `off_terrain_pixels`.
    """
    bands = [grid.part(top, 0, _BAND_ROWS, grid.shape[1]) for top in range(0, grid.shape[0], _BAND_ROWS)]
    # places are worked out twice, for they take more memory than heights and less time than files
    bounds = [*in_order(partial(_bounds, crs=terrain.crs), bands, workers)]
    heights, origin, voids, filled = _mosaic(terrain, np.array(bounds), damaged)

    def sampled(band: Grid) -> NDArray[np.float32]:
        rows, columns = _pixels(terrain.tiles[0], *positions(band, terrain.crs))
        values = _bilinear(heights, origin, rows, columns)
        return (np.round(values / HEIGHT_STEP_M) * HEIGHT_STEP_M).astype(np.float32)

    stored = np.concatenate([*in_order(sampled, bands, workers)])
    counts = {"voids": voids, "voids_filled": filled, "off_terrain_pixels": int(np.isnan(stored).sum())}
    return stored, Account("terrain", len(terrain.tiles), counts=counts)


def _bounds(grid: Grid, crs: CRS) -> tuple[float, float, float, float]:
    """West, south, east and north ends of the pixel centres in another CRS."""
    x, y = positions(grid, crs)
    return x.min(), y.min(), x.max(), y.max()


def _pixels(
    first: Tile, x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rows and columns of places, counted from the first tile: the same bits whatever part is asked for."""
    return (first.north - y) / first.pixel[1] - 0.5, (x - first.west) / first.pixel[0] - 0.5


@njit(cache=True, nogil=True)
def _bilinear(heights: np.ndarray, origin: tuple[int, int], rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Bilinear among the known of the four pixels around; unknown where the pixel itself is."""
    found = np.full(rows.shape, np.nan)
    for i in range(rows.shape[0]):
        for j in range(rows.shape[1]):
            row, column = rows[i, j], columns[i, j]
            if np.isnan(_pixel(heights, origin, np.floor(row + 0.5), np.floor(column + 0.5))):
                continue
            top, left = np.floor(row), np.floor(column)
            total, weight = 0.0, 0.0
            for down in (0, 1):
                for right in (0, 1):
                    value = _pixel(heights, origin, top + down, left + right)
                    if not np.isnan(value):
                        share = np.abs(1 - down - (row - top)) * np.abs(1 - right - (column - left))
                        total += value * share
                        weight += share
            found[i, j] = total / weight
    return found


@njit(cache=True, nogil=True)
def _pixel(heights: np.ndarray, origin: tuple[int, int], row: float, column: float) -> float:
    down, right = int(row) - origin[0], int(column) - origin[1]
    inside = down >= 0 and right >= 0 and down < heights.shape[0] and right < heights.shape[1]
    return float(heights[down, right]) if inside else np.nan


def _offset(tile: Tile, first: Tile) -> NDArray[np.float64]:
    return np.array([(tile.west - first.west) / first.pixel[0], (first.north - tile.north) / first.pixel[1]])


def _on_lattice(tile: Tile, first: Tile) -> bool:
    offset = _offset(tile, first)
    return bool((np.abs(offset - np.round(offset)) < _LATTICE_TOLERANCE).all())


def _mosaic(
    terrain: Terrain, bounds: NDArray[np.float64], damaged: dict[str, int] | None
) -> tuple[NDArray[np.float32], tuple[int, int], int, int]:
    """Tiles of the ground within some bounds in an array with its first row and column, voids filled and counted."""
    (own_west, own_south, _, _), (_, _, own_east, own_north) = bounds.min(axis=0), bounds.max(axis=0)
    first = terrain.tiles[0]
    west, south, east, north = terrain.outline.bounds
    low = [(max(own_west, west) - first.west) / first.pixel[0], (first.north - min(own_north, north)) / first.pixel[1]]
    high = [(min(own_east, east) - first.west) / first.pixel[0], (first.north - max(own_south, south)) / first.pixel[1]]
    left, top = (int(np.floor(value)) - _MARGIN_PIXELS for value in low)
    right, bottom = (int(np.ceil(value)) + _MARGIN_PIXELS for value in high)
    heights, covered = mosaic(terrain, (top, left), (max(bottom - top, 1), max(right - left, 1)), damaged)
    void = covered & np.isnan(heights)
    if void.any():
        heights = _filled(heights, void)
    return heights, (top, left), int(void.sum()), int((void & ~np.isnan(heights)).sum())


def mosaic(
    terrain: Terrain, origin: tuple[int, int], shape: tuple[int, int], damaged: dict[str, int] | None = None
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """
    A window of the tiles as they are, in metres above sea level, and where a tile lies; NaN in voids and off the tiles.

    Parameters
    ----------
    origin
        Row and column of the window's first pixel, counted from the first tile's.
    shape
        Rows and columns of the window.
    damaged
        As of `read`.
    """
    heights, covered = np.full(shape, np.nan, np.float32), np.zeros(shape, bool)
    for tile in terrain.tiles:
        try:
            _paste(tile, terrain.tiles[0], heights, covered, origin)
        except LayerError as fault:
            if damaged is None:
                raise
            damaged.update(dict.fromkeys(fault.faults, 1))
    return heights, covered


def _paste(
    tile: Tile, first: Tile, heights: NDArray[np.float32], covered: NDArray[np.bool_], origin: tuple[int, int]
) -> None:
    column, row = np.round(_offset(tile, first)).astype(int) - (origin[1], origin[0])
    top, left = max(row, 0), max(column, 0)
    bottom, right = min(row + tile.shape[0], heights.shape[0]), min(column + tile.shape[1], heights.shape[1])
    if bottom <= top or right <= left:
        return
    part = read_band("terrain", tile.file, Window(left - column, top - row, right - left, bottom - top))
    values = part.astype(np.float32)
    values[(values < LOWEST_M) | (values > HIGHEST_M)] = np.nan
    target = heights[top:bottom, left:right]
    target[:] = np.where(np.isnan(target), values, target)
    covered[top:bottom, left:right] = True


def _filled(heights: NDArray[np.float32], void: NDArray[np.bool_]) -> NDArray[np.float32]:
    known = ~np.isnan(heights)
    marked = np.where(known, heights, _UNREACHED).astype(np.float32)
    guessed = fillnodata(marked, known, VOID_SEARCH_PIXELS, 0)  # leaves what it cannot reach as it was
    return np.where(void & (guessed > _UNREACHED), guessed, heights)
