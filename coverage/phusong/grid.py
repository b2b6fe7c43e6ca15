"""The grid: one lattice of square pixels per coordinate system and pixel size."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr
from affine import Affine
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS


@dataclass(frozen=True)
class Grid:
    """
    The one lattice of square pixels on which every stage of a run works.

    Pixel edges lie on whole multiples of `pixel_m` from the origin of `crs`, so any two grids with the same CRS and
    pixel size lie on the same lattice, and two rasters are aligned when their grids are equal.

    Parameters
    ----------
    crs
        Projected coordinate system in metres.
    west, north
        Outer edges in metres.
    pixel_m
        Edge of a pixel in metres.
    shape
        Rows and columns; row 0 is the northernmost.
    """

    crs: CRS
    west: float
    north: float
    pixel_m: float
    shape: tuple[int, int]

    @classmethod
    def over(cls, bounds: tuple[float, float, float, float], pixel_m: float, crs: CRS) -> Grid:
        """
        Smallest grid of the lattice that holds `bounds` (west, south, east, north in metres of `crs`).

        Raises
        ------
        ValueError
            When `crs` is not projected in metres or `bounds` is empty.

        Examples
        --------
        >>> Grid.over((501.0, 1010.0, 699.0, 1190.0), 100.0, CRS(3405)).shape
        (2, 2)
        """
        if not crs.is_projected or any(axis.unit_name != "metre" for axis in crs.axis_info):
            raise ValueError(f"the grid needs a projected CRS in metres, not {crs.name}")
        west, south, east, north = bounds
        if not (east > west and north > south):
            raise ValueError(f"the grid needs a box with an extent, not {bounds}")
        column, last_column = math.floor(west / pixel_m), math.ceil(east / pixel_m)
        row, last_row = math.ceil(north / pixel_m), math.floor(south / pixel_m)
        return cls(crs, column * pixel_m, row * pixel_m, pixel_m, (row - last_row, last_column - column))

    @property
    def east(self) -> float:
        """Eastern edge in metres."""
        return self.west + self.shape[1] * self.pixel_m

    @property
    def south(self) -> float:
        """Southern edge in metres."""
        return self.north - self.shape[0] * self.pixel_m

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in metres."""
        return self.west, self.south, self.east, self.north

    @property
    def transform(self) -> Affine:
        """Affine transform from (column, row) to metres, as GDAL wants it."""
        return Affine(self.pixel_m, 0.0, self.west, 0.0, -self.pixel_m, self.north)

    @property
    def x(self) -> NDArray[np.float64]:
        """Eastings of the pixel centres, in metres."""
        return self.west + (np.arange(self.shape[1], dtype=np.float64) + 0.5) * self.pixel_m

    @property
    def y(self) -> NDArray[np.float64]:
        """Northings of the pixel centres, in metres, from north to south."""
        return self.north - (np.arange(self.shape[0], dtype=np.float64) + 0.5) * self.pixel_m

    def padded(self, margin_m: float) -> Grid:
        """The grid with a margin of at least `margin_m` on each side, on the same lattice."""
        n = math.ceil(margin_m / self.pixel_m)
        rows, columns = self.shape
        return Grid(
            self.crs,
            self.west - n * self.pixel_m,
            self.north + n * self.pixel_m,
            self.pixel_m,
            (rows + 2 * n, columns + 2 * n),
        )

    def tiles(self, size: int) -> Iterator[Grid]:
        """
        Sub-grids of at most `size` x `size` pixels, row by row from the north-west; together they are the grid.

        Examples
        --------
        >>> [tile.shape for tile in Grid(CRS(3405), 0.0, 0.0, 50.0, (3, 4)).tiles(2)]
        [(2, 2), (2, 2), (1, 2), (1, 2)]
        """
        rows, columns = self.shape
        for row in range(0, rows, size):
            for column in range(0, columns, size):
                yield self.part(row, column, size, size)

    def part(self, row: int, column: int, rows: int, columns: int) -> Grid:
        """
        The sub-grid of some rows and columns from a pixel on, as far as they lie on the grid.

        Examples
        --------
        >>> Grid(CRS(3405), 0.0, 0.0, 50.0, (3, 4)).part(-1, 2, 3, 9).shape
        (2, 2)
        """
        top, left = max(int(row), 0), max(int(column), 0)
        bottom, right = min(int(row) + rows, self.shape[0]), min(int(column) + columns, self.shape[1])
        west, north = self.west + left * self.pixel_m, self.north - top * self.pixel_m
        return Grid(self.crs, west, north, self.pixel_m, (bottom - top, right - left))

    def overlap(self, other: Grid) -> Grid:
        """The pixels that two grids of one lattice share; its shape is not positive where there are none."""
        west, north = max(self.west, other.west), min(self.north, other.north)
        rows = round((north - max(self.south, other.south)) / self.pixel_m)
        columns = round((min(self.east, other.east) - west) / self.pixel_m)
        return Grid(self.crs, west, north, self.pixel_m, (rows, columns))

    def window(self, part: Grid) -> tuple[slice, slice]:
        """
        Rows and columns of this grid that `part` covers.

        Raises
        ------
        ValueError
            When `part` lies on another lattice or reaches outside.
        """
        row = (self.north - part.north) / self.pixel_m
        column = (part.west - self.west) / self.pixel_m
        top, left = round(row), round(column)
        bottom, right = top + part.shape[0], left + part.shape[1]
        same_crs = part.crs is self.crs or part.crs == self.crs  # of which the latter compares definitions
        same = same_crs and part.pixel_m == self.pixel_m and abs(row - top) + abs(column - left) < 1e-6
        if not same or top < 0 or left < 0 or bottom > self.shape[0] or right > self.shape[1]:
            raise ValueError("the part is not a sub-grid of this grid")
        return slice(top, bottom), slice(left, right)

    def locate(
        self, x_m: NDArray[np.float64], y_m: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        """Row and column of the pixels that hold some points, and whether they lie on the grid (0, 0 where not)."""
        column = np.floor((x_m - self.west) / self.pixel_m).astype(np.int64)
        row = np.floor((self.north - y_m) / self.pixel_m).astype(np.int64)
        inside = (row >= 0) & (column >= 0) & (row < self.shape[0]) & (column < self.shape[1])
        return np.where(inside, row, 0), np.where(inside, column, 0), inside

    @property
    def lattice_origin(self) -> tuple[int, int]:
        """
        Whole pixels from the origin of the CRS to the western edge (eastward) and the northern edge (northward).

        Positions counted from there in whole pixels are exact, so they are the same whichever sub-grid is read.
        """
        return round(self.west / self.pixel_m), round(self.north / self.pixel_m)

    def bilinear(self, values: NDArray[np.float32], x_m: ArrayLike, y_m: ArrayLike) -> NDArray[np.float64]:
        """
        Values at points, bilinear between the centres of the four pixels around each.

        NaN where one of the four is NaN or off the grid.

        Examples
        --------
        >>> slope = np.array([[0.0, 10.0], [0.0, 10.0]], np.float32)
        >>> Grid(CRS(3405), 0.0, 200.0, 100.0, (2, 2)).bilinear(slope, [50.0, 75.0, 160.0], 100.0).tolist()
        [0.0, 2.5, nan]
        """
        west, north = self.lattice_origin
        column = np.asarray(x_m, float) / self.pixel_m - 0.5
        row = -np.asarray(y_m, float) / self.pixel_m - 0.5
        left, top = np.floor(column), np.floor(row)
        right_share, bottom_share = column - left, row - top
        c, r = left.astype(int) - west, top.astype(int) + north
        rows, columns = self.shape
        inside = (c >= 0) & (r >= 0) & (c < columns - 1) & (r < rows - 1)
        c, r = np.where(inside, c, 0), np.where(inside, r, 0)

        def at(down: int, right: int) -> NDArray[np.float64]:
            return np.where(inside, values[r + down * inside, c + right * inside], np.nan).astype(float)

        upper = at(0, 0) * (1 - right_share) + at(0, 1) * right_share
        lower = at(1, 0) * (1 - right_share) + at(1, 1) * right_share
        return np.asarray(upper * (1 - bottom_share) + lower * bottom_share)

    def wrap(self, values: NDArray[np.generic], long_name: str, units: str) -> xr.DataArray:
        """
        Label an array of the grid's shape with its coordinates and CF attributes.

        Examples
        --------
        >>> Grid(CRS(3405), 0.0, 200.0, 100.0, (2, 1)).wrap(np.zeros((2, 1)), "rise", "m").y.values.tolist()
        [150.0, 50.0]
        """
        attributes = {"long_name": long_name, "units": units}
        return xr.DataArray(values, {"y": self.y, "x": self.x}, ("y", "x"), attrs=attributes)
