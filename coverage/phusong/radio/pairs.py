"""Pairs of a site and a pixel within its reach: the measure of the work of the radio stage."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from phusong.grid import Grid

Metres = NDArray[np.float64]


def pairs_within(x_m: Metres, y_m: Metres, reach_m: Metres, wanted: NDArray[np.bool_], grid: Grid) -> int:
    """
    How many wanted pixels have their centre within the reach of a site, summed over sites.

    Parameters
    ----------
    x_m, y_m, reach_m
        Of each site, in the grid's CRS.
    wanted
        Of the grid's shape.

    Examples
    --------
    One site in the middle of four pixels of 100 m, and as far as the centres of the next:

    >>> from pyproj import CRS
    >>> grid = Grid(CRS(3405), 0.0, 400.0, 100.0, (4, 4))
    >>> at = np.array([200.0])
    >>> [pairs_within(at, at, np.array([reach]), np.ones((4, 4), bool), grid) for reach in (70.0, 71.0, 159.0)]
    [0, 4, 12]
    """
    counted = np.zeros((wanted.shape[0], wanted.shape[1] + 1), np.int64)
    np.cumsum(wanted, axis=1, out=counted[:, 1:])
    # in pixels from the centre of the first one, down and across
    across, down = (x_m - grid.west) / grid.pixel_m - 0.5, (grid.north - y_m) / grid.pixel_m - 0.5
    return int(_counted(across, down, reach_m / grid.pixel_m, counted))


@njit(cache=True, nogil=True)
def _counted(across: Metres, down: Metres, reach: Metres, counted: NDArray[np.int64]) -> int:
    """Pixels by the sums of their rows from the west: `counted[row, column]` is of all columns before it."""
    rows, columns = counted.shape[0], counted.shape[1] - 1
    found = 0
    for site in range(len(across)):
        first = max(0, math.ceil(down[site] - reach[site]))
        last = min(rows - 1, math.floor(down[site] + reach[site]))
        for row in range(first, last + 1):
            half = math.sqrt(reach[site] ** 2 - (row - down[site]) ** 2)
            west = min(max(0, math.ceil(across[site] - half)), columns)
            east = max(min(columns, math.floor(across[site] + half) + 1), west)
            found += counted[row, east] - counted[row, west]
    return found
