"""Positions: as the projection library has them, and the same bits whatever part of the lattice is asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from phusong.grid import Grid
from phusong.layers.positions import positions

METRES_PER_DEGREE = 111_000


@pytest.mark.parametrize("pixel_m", [30.0, 100.0, 250.0, 1000.0, 5000.0])
@pytest.mark.parametrize("epsg", [4326, 32648, 9210])
def test_they_are_those_of_the_projection_to_a_micrometre(pixel_m, epsg):
    grid = Grid(CRS(3405), 5000 * pixel_m, 23_000 * pixel_m, pixel_m, (70, 90))
    if pixel_m > 1000:  # as far north as Viet Nam lies
        grid = Grid(CRS(3405), 60 * pixel_m, 460 * pixel_m, pixel_m, (70, 90))
    found = positions(grid, CRS(epsg))
    known = Transformer.from_crs(grid.crs, CRS(epsg), always_xy=True).transform(*np.meshgrid(grid.x, grid.y))
    unit_m = METRES_PER_DEGREE if CRS(epsg).is_geographic else 1
    assert np.abs(np.array(found) - np.array(known)).max() * unit_m < 1e-6


@settings(max_examples=30)
@given(row=st.integers(0, 60), column=st.integers(0, 60), rows=st.integers(1, 40), columns=st.integers(1, 40))
def test_a_part_has_the_bits_of_the_whole(row, column, rows, columns):
    whole = Grid(CRS(3405), 503_700.0, 2_300_900.0, 100.0, (100, 100))
    part = whole.part(row, column, rows, columns)
    for one, all_of_it in zip(positions(part, CRS(4326)), positions(whole, CRS(4326)), strict=True):
        np.testing.assert_array_equal(one, all_of_it[whole.window(part)])


def test_in_the_grids_own_crs_they_are_its_centres():
    grid = Grid(CRS(3405), 500_000.0, 2_300_000.0, 50.0, (3, 2))
    x, y = positions(grid, CRS(3405))
    assert (x[0].tolist(), y[:, 0].tolist()) == (grid.x.tolist(), grid.y.tolist())
