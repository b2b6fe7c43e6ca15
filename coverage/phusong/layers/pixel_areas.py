"""Areas of pixels on the ellipsoid, where a projected lattice has them all the same."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pyproj import Proj, Transformer

from phusong.grid import Grid
from phusong.layers.positions import smooth


def geodesic_pixel_m2(grid: Grid) -> NDArray[np.float64]:
    """
    Area in square metres of each pixel on the ellipsoid of the grid's CRS, from the areal scale at its centre.

    Examples
    --------
    The projection shows ground at its central meridian 0.08 % too small, since its scale there is 0.9996:

    >>> from pyproj import CRS
    >>> grid = Grid.over((499_900, 2_300_000, 500_000, 2_300_100), 100, CRS(3405))
    >>> geodesic_pixel_m2(grid).round(1).tolist()
    [[10008.0]]
    """
    to_degrees = Transformer.from_crs(grid.crs, grid.crs.geodetic_crs, always_xy=True)
    projection = Proj(grid.crs)

    def scale(x: NDArray[np.float64], y: NDArray[np.float64]) -> list[NDArray[np.float64]]:
        return [np.asarray(projection.get_factors(*to_degrees.transform(x, y)).areal_scale)]

    return grid.pixel_m**2 / smooth(grid, scale)[0]
