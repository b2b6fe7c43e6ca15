"""Footprints: which sites serve each pixel, so that a site that fails silences only what no other living one serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray
from scipy import sparse

from phusong.grid import Grid
from phusong.units import ANY

_WORD = 64  # storms that are told apart at once, one bit each


@dataclass(frozen=True)
class Footprints:
    """
    All sites that reach the threshold in each pixel, by compressed rows.

    Parameters
    ----------
    technology
        Of the sites: LTE, NR, or any when they are of several.
    site_ids
        What `sites` points into. A site that could not be computed serves nothing here (see `idle`).
    operators
        Sorted names.
    operator
        Row in `operators` of each site.
    indptr
        Pixel p, counted along the rows of the grid, is served by `sites[indptr[p]:indptr[p + 1]]`.
    sites
        Rows of `site_ids`, rising within a pixel.
    dark
        Pixels where a path of one of the sites could not be computed, shape (scopes, pixels): whether it serves them is
        not known.
    """

    technology: str
    site_ids: NDArray[np.object_]
    operators: tuple[str, ...]
    operator: NDArray[np.int16]
    indptr: NDArray[np.int64]
    sites: NDArray[np.int32]
    dark: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        technology: str,
        sites: pd.DataFrame,
        reached: Sequence[NDArray[np.integer]],
        pixels: int,
        dark: Mapping[str, NDArray[np.bool_]] | None = None,
    ) -> Footprints:
        """
        The relation turned round, from the pixels each site serves.

        Parameters
        ----------
        sites
            site_id, operator.
        reached
            Flat pixels of each site, in the order of `sites`; one that is there twice counts once.
        pixels
            Number of pixels of the study grid.
        dark
            Flat pixels of each operator where a path could not be computed; none where nothing is said.

        Raises
        ------
        ValueError
            When a pixel is not on the grid, or `reached` is not as long as `sites`.
        """
        if len(reached) != len(sites):
            raise ValueError(f"{len(reached)} footprints for {len(sites)} sites")
        if any(len(own) and (own.min() < 0 or own.max() >= pixels) for own in reached):
            raise ValueError("a footprint reaches off the grid")
        indptr = np.zeros(pixels + 1, np.int64)
        for own in reached:
            indptr[1:][own] += 1  # once for each pixel, also where it is there twice
        np.cumsum(indptr, out=indptr)
        serving, free = np.empty(indptr[-1], np.int32), indptr[:-1].copy()
        for row, own in enumerate(reached):
            serving[free[own]] = row
            free[own] += 1
        operators = tuple(sorted(set(sites.operator)))
        operator = pd.Index(operators).get_indexer(sites.operator).astype(np.int16)
        unsure = np.zeros((len(operators) + 1, pixels), bool)
        for row, name in enumerate(operators):
            unsure[row] = False if dark is None else dark[name]
        unsure[-1] = unsure[:-1].any(axis=0)
        return cls(technology, sites.site_id.to_numpy(object), operators, operator, indptr, serving, unsure)

    @property
    def scopes(self) -> tuple[str, ...]:
        """The operators, and `ANY` of them: the first axis of what the functions below return."""
        return (*self.operators, ANY)

    @property
    def pixels(self) -> int:
        """Pixels of the study grid."""
        return len(self.indptr) - 1

    @property
    def nbytes(self) -> int:
        """Memory: 4 bytes a pair of site and pixel, 8 a pixel, and 1 a pixel and scope."""
        return self.sites.nbytes + self.indptr.nbytes + self.operator.nbytes + self.dark.nbytes

    @property
    def idle(self) -> tuple[str, ...]:
        """Sites that serve no pixel."""
        busy = np.bincount(self.sites, minlength=len(self.site_ids)) > 0
        return tuple(self.site_ids[~busy])


@dataclass(frozen=True)
class Places:
    """
    Who and what is to be covered.

    Parameters
    ----------
    commune_codes
        Rows of `micro`.
    micro
        Micro-persons of each pixel in each commune, shape (communes, pixels).
    village_ids
        Of the villages.
    village_pixel
        Flat pixel of each village's point, -1 off the grid: whether such a village is covered is not known.
    """

    commune_codes: NDArray[np.object_]
    micro: sparse.csr_array
    village_ids: NDArray[np.object_]
    village_pixel: NDArray[np.int64]

    @classmethod
    def of(cls, commune_codes: pd.Series, divided: sparse.csr_array, villages: gpd.GeoDataFrame, grid: Grid) -> Places:
        """The places of a study; rows of `divided` (`people.pieces`) beyond the communes are people in none of them."""
        points = villages.geometry
        row, column, inside = grid.locate(points.x.to_numpy(), points.y.to_numpy())
        pixel = np.where(inside, row * grid.shape[1] + column, -1)
        own = sparse.csr_array(divided[: len(commune_codes)])
        return cls(commune_codes.to_numpy(object), own, villages.village_id.to_numpy(object), pixel)

    @property
    def off_grid(self) -> tuple[str, ...]:
        """Villages that stand off the grid."""
        return tuple(self.village_ids[self.village_pixel < 0])

    @property
    def by_pixel(self) -> NDArray[np.int64]:
        """Micro-persons of all communes in each pixel."""
        return np.bincount(self.micro.indices, self.micro.data, self.micro.shape[1]).astype(np.int64)


def living(footprints: Footprints, alive: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """
    Pixels that a living site serves, shape (scopes, pixels).

    Examples
    --------
    >>> two = pd.DataFrame({"site_id": ["a", "b"], "operator": ["X", "Y"]})
    >>> prints = Footprints.of("LTE", two, [np.array([0, 1]), np.array([1, 2])], 3)
    >>> living(prints, np.array([True, False])).astype(int).tolist()
    [[1, 1, 0], [0, 0, 0], [1, 1, 0]]
    """
    return _served(footprints, alive.astype(np.uint64)).astype(bool)


def people_covered(places: Places, covered: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Micro-persons of each commune in covered pixels, shape (scopes, communes)."""
    return np.ascontiguousarray((places.micro @ covered.T.astype(np.int64)).T)


def villages_covered(places: Places, covered: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Villages whose pixel is covered, shape (scopes, villages); of those off the grid it is not known, nor said."""
    return covered[:, places.village_pixel] & (places.village_pixel >= 0)


def totals_covered(footprints: Footprints, micro: NDArray[np.int64], alive: NDArray[np.bool_]) -> NDArray[np.int64]:
    """
    Micro-persons covered in each of many storms, shape (scopes, storms).

    Parameters
    ----------
    micro
        Micro-persons of each pixel.
    alive
        Shape (sites, storms).
    """
    found = []
    for start in range(0, alive.shape[1], _WORD):
        part = alive[:, start : start + _WORD]
        words = np.bitwise_or.reduce(part.astype(np.uint64) << np.arange(part.shape[1], dtype=np.uint64), axis=1)
        found.append(_totals(_served(footprints, words), micro, part.shape[1]))
    return np.concatenate(found, axis=1)


def villages_in_doubt(footprints: Footprints, places: Places) -> NDArray[np.bool_]:
    """Villages of which no living site can say that they are not covered: off the grid, or where a path is dark."""
    return (places.village_pixel < 0) | footprints.dark[-1, places.village_pixel]


def villages_served(footprints: Footprints, places: Places) -> sparse.csr_array:
    """Which sites serve each village, shape (villages, sites): the last link of the chain from the substation."""
    ones = np.ones(len(footprints.sites), np.int8)
    shape = (footprints.pixels, len(footprints.site_ids))
    relation = sparse.csr_array((ones, footprints.sites, footprints.indptr), shape)
    served = sparse.csr_array(relation[np.maximum(places.village_pixel, 0)])
    served.data[np.repeat(places.village_pixel < 0, np.diff(served.indptr))] = 0
    served.eliminate_zeros()
    return served


def _served(footprints: Footprints, words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Bits of the storms in which each pixel is served, shape (scopes, pixels)."""
    return _gather(footprints.indptr, footprints.sites, footprints.operator, words, len(footprints.operators))


@njit(cache=True, nogil=True)
def _gather(
    indptr: np.ndarray, sites: np.ndarray, operator: np.ndarray, words: np.ndarray, operators: int
) -> np.ndarray:
    pixels = len(indptr) - 1
    served = np.zeros((operators + 1, pixels), np.uint64)
    for pixel in range(pixels):
        for k in range(indptr[pixel], indptr[pixel + 1]):
            word = words[sites[k]]
            served[operator[sites[k]], pixel] |= word
            served[operators, pixel] |= word
    return served


@njit(cache=True, nogil=True)
def _totals(served: np.ndarray, micro: np.ndarray, storms: int) -> np.ndarray:
    scopes, pixels = served.shape
    total = np.zeros((scopes, storms), np.int64)
    for scope in range(scopes):
        for pixel in range(pixels):
            if micro[pixel] > 0 and served[scope, pixel] > 0:
                for storm in range(storms):
                    if (served[scope, pixel] >> np.uint64(storm)) & np.uint64(1):
                        total[scope, storm] += micro[pixel]
    return total
