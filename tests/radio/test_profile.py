"""The profile of one link, read off a raster that can be checked by eye."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import CRS

from phusong.grid import Grid
from phusong.radio.profile import terrain_profile

GRID = Grid(CRS(3405), 500_000.0, 2_300_400.0, 100.0, (4, 5))
EASTWARD = np.tile(np.arange(5, dtype=np.float32) * 10, (4, 1))


def test_profile_of_a_slope():
    distance_km, height_m = terrain_profile(EASTWARD, GRID, (500_050.0, 2_300_200.0), (500_300.0, 2_300_200.0), 100.0)
    assert distance_km.tolist() == [0.0, 0.1, 0.2, 0.25]
    assert height_m == pytest.approx([0, 10, 20, 25])


def test_between_rows():
    northward = np.array([[30], [20], [10], [0]], np.float32) * np.ones((1, 5), np.float32)
    assert GRID.bilinear(northward, 500_250.0, [2_300_350.0, 2_300_310.0]) == pytest.approx([30, 26])


def test_gaps_and_the_edge_are_not_known():
    holed = EASTWARD.copy()
    holed[1, 1] = np.nan
    x, y = [500_120.0, 500_260.0, 500_460.0, 499_000.0], [2_300_210.0] * 4
    assert np.isnan(GRID.bilinear(holed, x, y)).tolist() == [True, False, True, True]


def test_one_point_is_no_profile():
    with pytest.raises(ValueError, match="two different points"):
        terrain_profile(EASTWARD, GRID, (500_100.0, 2_300_200.0), (500_100.0, 2_300_200.0), 100.0)
