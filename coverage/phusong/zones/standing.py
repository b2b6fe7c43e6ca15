"""Standing: what points find on the pixels under them, tile by tile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from phusong.grid import Grid


@dataclass(frozen=True)
class Standing:
    """Which of some points stand on a tile, and on which of its pixels."""

    point: NDArray[np.int64]
    row: NDArray[np.int64]
    column: NDArray[np.int64]

    @classmethod
    def on(cls, part: Grid, points: gpd.GeoDataFrame) -> Standing:
        """The points on a tile."""
        return Points.of(points).on(part)

    def find(self, values: NDArray[np.integer]) -> Found:
        """The value of each point, of an array of the tile's shape."""
        return self.point, values[self.row, self.column].astype(np.int64)


@dataclass(frozen=True)
class Points:
    """Points of a country from the south to the north, of which those on a tile are found without the others."""

    number: NDArray[np.int64]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]

    @classmethod
    def of(cls, points: gpd.GeoDataFrame) -> Points:
        """Points by their numbers."""
        x_m, y_m = points.geometry.x.to_numpy(), points.geometry.y.to_numpy()
        order = np.argsort(y_m, kind="stable")
        return cls(order, x_m[order], y_m[order])

    def on(self, part: Grid) -> Standing:
        """Those on a tile, by their numbers."""
        _, south, _, north = part.bounds
        # a pixel more on each side, so that the grid alone tells what stands on its edges
        near = slice(*np.searchsorted(self.y_m, [south - part.pixel_m, north + part.pixel_m]))
        row, column, inside = part.locate(self.x_m[near], self.y_m[near])
        number = self.number[near][inside]
        order = np.argsort(number)
        return Standing(number[order], row[inside][order], column[inside][order])


Found = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Points, and the value of each."""


def together(tiles: Sequence[Found], points: int, nowhere: int) -> NDArray[np.int64]:
    """
    The value of every point, `nowhere` for those on no tile.

    Examples
    --------
    >>> together([(np.array([3]), np.array([7])), (np.array([0]), np.array([8]))], 4, -1).tolist()
    [8, -1, -1, 7]
    """
    found = np.full(points, nowhere, np.int64)
    for point, value in tiles:
        found[point] = value
    return found
