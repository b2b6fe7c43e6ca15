"""People on the grid, and the exact shares of pixels in communes: every commune sum is a product with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numba import njit
from numpy.typing import NDArray
from scipy import sparse

from phusong.grid import Grid
from phusong.layers.communes import Seams
from phusong.layers.fractions import area_fractions
from phusong.layers.population import Population
from phusong.units import MICRO

_WHOLE = 1 - 1e-7
"""Coverage from which a pixel counts as wholly divided among communes; the rest is rounding."""
_CHUNK = 20_000
_DECIMALS = 12  # of a share: the rest is noise, which must not decide which commune has most of a pixel


@dataclass(frozen=True)
class Balance:
    """
    Where the raster's people went, in persons, over the population pixels that touch the grid.

    `raster` = `study` + `neighbours` + `outside`, the last being the people that fall in no commune. `scaling` tells of
    the factors to official figures, which are applied afterwards.
    """

    raster: float
    study: float
    neighbours: float
    outside: float
    scaling: Mapping[str, float] = field(default_factory=dict)

    @property
    def difference(self) -> float:
        """Relative difference between what came in and what was assigned."""
        return abs(self.raster - self.study - self.neighbours - self.outside) / max(self.raster, 1.0)

    def as_dict(self) -> dict[str, Any]:
        """Plain form for `run.json`."""
        sums = {name: round(getattr(self, name), 6) for name in ("raster", "study", "neighbours", "outside")}
        return {**sums, "relative_difference": float(f"{self.difference:.3g}"), **self.scaling}


def spread(population: Population, grid: Grid) -> NDArray[np.int64]:
    """
    Micro-persons of each pixel of a grid that holds every population pixel (`Population.ground`).

    Each population pixel is spread over the lattice pixels it overlaps in proportion to the common area, the weights
    summing to 1. Rounding is cumulative within a population pixel, so not a millionth is lost.
    """
    micro = np.rint(population.people * MICRO).astype(np.int64)
    into = np.zeros(grid.shape[0] * grid.shape[1], np.int64)
    outlines = np.asarray(shapely.polygons(population.corners_m), object)
    for start in range(0, len(micro), _CHUNK):
        part = area_fractions(outlines[start : start + _CHUNK], grid)
        _spread(part.indptr, part.indices, part.data, micro[start : start + _CHUNK], into)
    return into.reshape(grid.shape)


def shares(communes: gpd.GeoDataFrame, seams: Seams, grid: Grid) -> sparse.csr_array:
    """
    Fraction of each pixel's area in each commune, shape (communes, pixels of the grid row by row).

    Ground that several communes claim is divided evenly among them, so a pixel's shares never exceed 1.
    """
    share = sparse.csr_array(area_fractions(communes.geometry.to_numpy(), grid))
    twice = area_fractions(seams.pieces, grid)
    surplus = sparse.csr_array(_surplus(seams, len(communes)) @ twice)
    share = sparse.csr_array(share - surplus)
    share.data = np.clip(share.data, 0.0, 1.0)
    # overlaps too thin to be listed as seams are still one piece of ground
    share.data /= np.maximum(np.asarray(share.sum(axis=0)).ravel(), 1.0)[share.indices]
    share.data = np.round(share.data, _DECIMALS)
    share.sort_indices()
    return share


def pieces(share: sparse.csr_array, people: NDArray[np.int64]) -> sparse.csr_array:
    """
    Micro-persons of each pixel in each commune, the last row being those in none; shape (communes + 1, pixels).

    Every pixel's people are divided without remainder.
    """
    by_pixel = sparse.csc_array(share)
    by_pixel.sort_indices()
    inside, outside = _divide(by_pixel.indptr, by_pixel.data, people.ravel())
    shape = by_pixel.shape
    divided = sparse.csc_array((inside, by_pixel.indices, by_pixel.indptr), shape)
    return sparse.csr_array(sparse.vstack([divided, outside[np.newaxis, :]], format="csr"))


def scaled(divided: sparse.csr_array, factors: NDArray[np.float64]) -> sparse.csr_array:
    """The pieces with each commune's people multiplied by its factor; rows beyond the factors stay as they are."""
    every = np.append(factors, np.ones(divided.shape[0] - len(factors)))
    rows = np.repeat(every, np.diff(divided.indptr))
    return sparse.csr_array(
        (np.rint(divided.data * rows).astype(np.int64), divided.indices, divided.indptr), divided.shape
    )


def official_factors(official: pd.Series, totals: NDArray[np.int64]) -> NDArray[np.float64]:
    """Factors from the raster's micro-persons of each commune to its official people; 1 where either is missing."""
    wanted = official.to_numpy(float) * MICRO
    usable = np.isfinite(wanted) & (wanted > 0) & (totals > 0)
    return np.where(usable, wanted / np.where(totals > 0, totals, 1), 1.0)


def scaling(factors: NDArray[np.float64]) -> dict[str, float]:
    """How many communes are scaled, how many have no official figure, and the extreme factors."""
    moved = factors[factors != 1]
    told = {"communes_scaled": float(len(moved)), "communes_not_scaled": float(len(factors) - len(moved))}
    if len(moved):
        told |= {"least_factor": round(float(moved.min()), 4), "largest_factor": round(float(moved.max()), 4)}
    return told


def dominant(share: sparse.csr_array) -> NDArray[np.int32]:
    """Row of the commune that holds most of each pixel, the first of equals; -1 where none does."""
    by_pixel = sparse.csc_array(share)
    by_pixel.sort_indices()
    return _dominant(by_pixel.indptr, by_pixel.indices, by_pixel.data)


def sums_by_class(divided: sparse.csr_array, classes: NDArray[np.uint8], values: tuple[int, ...]) -> NDArray[np.int64]:
    """Micro-persons of each row of `divided` in each class of pixel, shape (rows, values)."""
    place = np.full(256, len(values))  # of classes that are not asked for
    place[list(values)] = range(len(values))
    sums = np.zeros((divided.shape[0], len(values) + 1), np.int64)
    _add_by_class(divided.indptr, divided.indices, divided.data, classes.ravel(), place, sums)
    return sums[:, :-1]


def whole(micro: NDArray[np.int64]) -> NDArray[np.int64]:
    """
    People from micro-persons, rounded once; along the last axis the parts still sum to the rounded total.

    Examples
    --------
    >>> whole(np.array([[400_000, 400_000, 400_000]])).tolist()
    [[0, 1, 0]]
    """
    edges = (np.cumsum(micro, axis=-1) + MICRO // 2) // MICRO
    return np.diff(edges, axis=-1, prepend=0)


def _surplus(seams: Seams, communes: int) -> sparse.csr_array:
    """Part of each contested piece that each claimant gives up, shape (communes, pieces)."""
    entry = [(commune, k, 1 - 1 / len(row)) for k, row in enumerate(seams.claimants) for commune in row]
    rows, columns, values = zip(*entry, strict=True) if entry else ((), (), ())
    return sparse.csr_array((np.array(values, float), (rows, columns)), (communes, len(seams.claimants)))


@njit(cache=True, nogil=True)
def _add_by_class(
    edges: np.ndarray, pixels: np.ndarray, micro: np.ndarray, classes: np.ndarray, place: np.ndarray, sums: np.ndarray
) -> None:
    for row in range(len(edges) - 1):
        for i in range(edges[row], edges[row + 1]):
            sums[row, place[classes[pixels[i]]]] += micro[i]


@njit(cache=True, nogil=True)
def _spread(edges: np.ndarray, pixels: np.ndarray, area: np.ndarray, micro: np.ndarray, into: np.ndarray) -> None:
    for k in range(len(micro)):
        total = area[edges[k] : edges[k + 1]].sum()
        reached, given = 0.0, 0
        for i in range(edges[k], edges[k + 1]):
            reached += area[i]
            due = micro[k] if i == edges[k + 1] - 1 else int(np.rint(micro[k] * (reached / total)))
            into[pixels[i]] += due - given
            given = due


@njit(cache=True, nogil=True)
def _divide(edges: np.ndarray, share: np.ndarray, people: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    inside, outside = np.zeros(len(share), np.int64), np.zeros(len(people), np.int64)
    for pixel in range(len(people)):
        total, given = 0.0, 0
        for k in range(edges[pixel], edges[pixel + 1]):
            total += share[k]
        for_all = max(total, 1.0)
        reached = 0.0
        for k in range(edges[pixel], edges[pixel + 1]):
            reached += share[k] / for_all
            last = k == edges[pixel + 1] - 1 and total >= _WHOLE
            due = people[pixel] if last else int(np.rint(people[pixel] * min(reached, 1.0)))
            inside[k] = due - given
            given = due
        outside[pixel] = people[pixel] - given
    return inside, outside


@njit(cache=True, nogil=True)
def _dominant(edges: np.ndarray, rows: np.ndarray, share: np.ndarray) -> np.ndarray:
    best = np.full(len(edges) - 1, -1, np.int32)
    for pixel in range(len(best)):
        most = 0.0
        for k in range(edges[pixel], edges[pixel + 1]):
            if share[k] > most:
                most, best[pixel] = share[k], rows[k]
    return best
