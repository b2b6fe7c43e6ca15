"""Territories of villages: the ground that what is known of a village speaks of, and the people on it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray

from phusong.grid import Grid


def territories(
    villages: gpd.GeoDataFrame, commune_codes: pd.Series, commune: NDArray[np.int32], grid: Grid, reach_m: float
) -> NDArray[np.int32]:
    """
    Row of the village whose territory each pixel is, -1 where it is nobody's.

    A village's territory is the pixels of its commune nearest to it, at most `reach_m` away; of two villages equally
    near the first has the pixel.

    Parameters
    ----------
    commune
        Row in `commune_codes` of the commune of each pixel, -1 outside; shape of the grid.
    """
    row = pd.Index(commune_codes).get_indexer(villages.commune_code)
    known = np.flatnonzero(row >= 0)
    order = known[np.argsort(row[known], kind="stable")].astype(np.int32)
    edges = np.searchsorted(row[order], np.arange(len(commune_codes) + 1))
    # in pixels from the grid's corner, where the centre of row r and column c is (c + 0.5, r + 0.5)
    x = (villages.geometry.x.to_numpy() - grid.west) / grid.pixel_m
    y = (grid.north - villages.geometry.y.to_numpy()) / grid.pixel_m
    return _nearest(commune, order, edges, np.stack([x, y], axis=1), reach_m / grid.pixel_m)


def village_people(territory: NDArray[np.int32], micro: NDArray[np.int64], villages: int) -> NDArray[np.int64]:
    """Micro-persons in each village's territory."""
    held = territory >= 0
    # numpy adds these as doubles, which hold whole numbers exactly up to nine thousand million people
    return np.bincount(territory[held], micro[held], villages).astype(np.int64)


@njit(cache=True, nogil=True)
def _nearest(commune: np.ndarray, order: np.ndarray, edges: np.ndarray, points: np.ndarray, reach: float) -> np.ndarray:
    rows, columns = commune.shape
    found, least = np.full((rows, columns), -1, np.int32), np.empty(columns)
    for row in range(rows):
        least[:] = np.nextafter(reach * reach, np.inf)  # what is just within reach is nearer
        start = 0
        while start < columns:
            unit, end = commune[row, start], start + 1
            while end < columns and commune[row, end] == unit:
                end += 1
            for k in range(edges[unit], edges[unit + 1]) if unit >= 0 else range(0):
                x, y = points[order[k]]
                down2 = (y - row - 0.5) ** 2
                # village by village, since this loop is done on several pixels at once
                for column in range(max(start, int(x - reach) - 1), min(end, int(x + reach) + 2)):
                    far = (x - column - 0.5) ** 2 + down2
                    nearer = far < least[column]
                    least[column] = far if nearer else least[column]
                    found[row, column] = order[k] if nearer else found[row, column]
            start = end
    return found
