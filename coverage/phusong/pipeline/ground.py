"""Ground: who lives where on a tile, and whose ground each pixel is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy import sparse

from phusong import people
from phusong.grid import Grid
from phusong.layers.inputs import Inputs
from phusong.layers.pixel_areas import geodesic_pixel_m2
from phusong.layers.population import Population
from phusong.layers.seams import Seams
from phusong.ledger.counts import Whole
from phusong.pipeline.fingerprint import fingerprint, of_code
from phusong.units import LEVEL_VALUES, MICRO


@dataclass(frozen=True)
class Ground:
    """
    People and ground of a tile.

    Parameters
    ----------
    divided
        Micro-persons of each pixel in each studied commune, shape (communes, pixels of the tile row by row).
    share
        Shares of the pixels in the communes, of the same shape.
    neighbours, outside
        Micro-persons in other communes and in none, also on the population's pixels that reach beyond the study's grid.
    """

    divided: sparse.csr_array
    share: sparse.csr_array
    neighbours: int
    outside: int

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """Rows of the communes that have ground here."""
        return np.flatnonzero(np.diff(self.share.indptr))

    @cached_property
    def micro(self) -> Whole:
        """Micro-persons of each pixel."""
        return np.asarray(self.divided.sum(axis=0), np.int64)

    @cached_property
    def people(self) -> Whole:
        """Micro-persons of each studied commune."""
        return np.asarray(self.divided.sum(axis=1), np.int64).ravel()

    def arrays(self) -> dict[str, NDArray[Any]]:
        """For the tile store."""
        found: dict[str, NDArray[Any]] = {"beyond": np.array([self.neighbours, self.outside]), "people": self.people}
        for name, matrix in (("divided", self.divided), ("share", self.share)):
            found |= {f"{name}_{part}": getattr(matrix, part) for part in ("data", "indices", "indptr")}
            found[f"{name}_shape"] = np.array(matrix.shape)
        return found

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Ground:
        """From the tile store."""

        def matrix(name: str) -> sparse.csr_array:
            parts = tuple(arrays[f"{name}_{part}"] for part in ("data", "indices", "indptr"))
            return sparse.csr_array(parts, tuple(arrays[f"{name}_shape"]))

        neighbours, outside = (int(value) for value in arrays["beyond"])
        return cls(matrix("divided"), matrix("share"), neighbours, outside)

    def scaled(self, factors: NDArray[np.float64]) -> Ground:
        """With each commune's people multiplied by its factor."""
        return Ground(people.scaled(self.divided, factors), self.share, self.neighbours, self.outside)

    def area_by_level(self, level: Mapping[tuple[str, str], NDArray[np.uint8]], grid: Grid) -> dict[Any, Whole]:
        """Geodesic millionths of square metres of each commune by level, classes as in `LEVELS`."""
        area_m2 = geodesic_pixel_m2(grid).ravel()[self.share.indices]
        # in whole millionths, as people are, so that no order of adding changes a sum
        micro = np.rint(self.share.data * area_m2 * MICRO).astype(np.int64)
        pieces = sparse.csr_array((micro, self.share.indices, self.share.indptr), self.share.shape)
        return {key: people.sums_by_class(pieces, values, LEVEL_VALUES) for key, values in level.items()}


@dataclass(frozen=True)
class Plot:
    """
    What the ground of one tile depends on.

    Parameters
    ----------
    grid, around
        The tile, and what it answers for: along the edges of the study's grid also the population pixels beyond.
    units, rows
        Outlines of the studied communes and then of others that touch it, and the rows of the former among the studied.
    seams
        Of the units.
    communes
        Number of studied communes.
    """

    grid: Grid
    around: Grid
    units: gpd.GeoDataFrame
    rows: NDArray[np.int64]
    seams: Seams
    population: Population
    communes: int

    @property
    def key(self) -> str:
        """Digest of it."""
        seams = self.seams.pieces, self.seams.claimants
        people_told = self.population.people, self.population.corners_m
        outlines = self.units.geometry.to_numpy()
        return fingerprint(
            "ground", of_code(), self.grid, self.around, outlines, self.rows, self.communes, seams, people_told
        )

    def divide(self) -> Ground:
        """Divide its people and its ground among the communes."""
        there = self.population.ground(self.around)
        everyone = people.spread(self.population, there)[there.window(self.around)]
        share = people.shares(self.units, self.seams, self.around)
        divided = people.pieces(share, everyone)
        own = len(self.rows)
        sums = np.asarray(divided.sum(axis=1)).ravel()
        kept = _numbers(self.around, self.grid)
        return Ground(
            self._of_all(divided[:own][:, kept]),
            self._of_all(share[:own][:, kept]),
            int(sums[own:-1].sum()),
            int(sums[-1]),
        )

    def _of_all(self, part: sparse.csr_array) -> sparse.csr_array:
        """With a row for each studied commune."""
        lengths = np.zeros(self.communes, np.int64)
        lengths[self.rows] = np.diff(part.indptr)
        edges = np.concatenate([[0], np.cumsum(lengths)])
        return sparse.csr_array((part.data, part.indices, edges), (self.communes, part.shape[1]))


class Plots:
    """The plots of a study's tiles."""

    def __init__(self, inputs: Inputs) -> None:
        both = pd.concat([inputs.communes, inputs.neighbours], ignore_index=True)
        self._units = gpd.GeoDataFrame(both[["geometry"]], crs=inputs.grid.crs)
        self._tree = shapely.STRtree(self._units.geometry.to_numpy())
        self._inputs = inputs
        self._all = inputs.population.ground(inputs.grid)

    def on(self, part: Grid) -> Plot:
        """The plot of a tile."""
        around = self._around(part)
        touching = np.sort(self._tree.query(shapely.box(*around.bounds), "intersects"))
        studied = len(self._inputs.communes)
        return Plot(
            part,
            around,
            self._units.iloc[touching].reset_index(drop=True),
            touching[touching < studied],
            self._inputs.seams.among(touching),
            self._inputs.population.near(around),
            studied,
        )

    def _around(self, part: Grid) -> Grid:
        """A tile, drawn out to the edge of the population's ground where it lies at the edge of the study's grid."""
        of_grid, of_all, own = self._inputs.grid.bounds, self._all.bounds, part.bounds
        quarter = part.pixel_m / 4
        west, south, east, north = (
            far if abs(edge - at) < quarter else at for edge, far, at in zip(of_grid, of_all, own, strict=True)
        )
        # a little inside the edges, which are whole pixels, so that no rounding adds one
        return Grid.over((west + quarter, south + quarter, east - quarter, north - quarter), part.pixel_m, part.crs)


def _numbers(grid: Grid, part: Grid) -> NDArray[np.int64]:
    """Pixels of a grid, counted row by row, that are those of a sub-grid."""
    return np.arange(grid.shape[0] * grid.shape[1]).reshape(grid.shape)[grid.window(part)].ravel()
