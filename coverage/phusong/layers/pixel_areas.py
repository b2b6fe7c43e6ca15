"""Areas of pixels on the ellipsoid, where a projected lattice has them all the same."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pyproj import Proj, Transformer

from phusong.grid import Grid


def geodesic_pixel_m2(grid: Grid, pixels: NDArray[np.integer]) -> NDArray[np.float64]:
    """
    Areas in square metres of some pixels on the ellipsoid of the grid's CRS, from the areal scale at their centres.

    Parameters
    ----------
    pixels
        Numbers of the pixels, counted row by row.

    Examples
    --------
    The projection shows ground at its central meridian 0.08 % too small, since its scale there is 0.9996:

    >>> from pyproj import CRS
    >>> grid = Grid.over((499_900, 2_300_000, 500_000, 2_300_100), 100, CRS(3405))
    >>> float(geodesic_pixel_m2(grid, np.array([0])).round(1)[0])
    10008.0
    """
    row, column = np.divmod(pixels, grid.shape[1])
    to_degrees = Transformer.from_crs(grid.crs, grid.crs.geodetic_crs, always_xy=True)
    longitude, latitude = to_degrees.transform(grid.x[column], grid.y[row])
    return np.asarray(grid.pixel_m**2 / Proj(grid.crs).get_factors(longitude, latitude).areal_scale, np.float64)
