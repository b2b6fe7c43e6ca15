"""Areas of pixels against areas of their outlines on the ellipsoid."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS, Proj, Transformer

from phusong.grid import Grid
from phusong.layers.geometry import geodesic_area_km2
from phusong.layers.pixel_areas import geodesic_pixel_m2


def test_pixels_from_the_meridian_to_the_far_islands():
    "Seven degrees east of the meridian a projected area is more than 1 % too large."
    grid = Grid(CRS(3405), 450_000.0, 1_200_000.0, 100.0, (2000, 8000))
    row, column = np.array([0, 0, 700, 1999, 1300]), np.array([0, 500, 1500, 4000, 7999])
    area_m2 = geodesic_pixel_m2(grid)[row, column]
    west, north = grid.west + column * 100, grid.north - row * 100
    outlines = gpd.GeoSeries(shapely.box(west, north - 100, west + 100, north), crs=grid.crs)
    assert area_m2 == pytest.approx(geodesic_area_km2(outlines) * 1e6, rel=3e-5)
    assert area_m2[0] > 100**2 > 0.99 * 100**2 > area_m2[-1]


def test_they_are_those_of_the_projection_and_of_every_part():
    grid = Grid(CRS(3405), 450_000.0, 1_200_000.0, 100.0, (90, 110))
    found = geodesic_pixel_m2(grid)
    longitude, latitude = Transformer.from_crs(3405, 4756, always_xy=True).transform(*np.meshgrid(grid.x, grid.y))
    known = 100**2 / Proj(grid.crs).get_factors(longitude, latitude).areal_scale
    assert found == pytest.approx(known, rel=1e-10)
    part = grid.part(13, 27, 40, 50)
    np.testing.assert_array_equal(geodesic_pixel_m2(part), found[grid.window(part)])
