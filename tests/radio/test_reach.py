"""Directions and distances of paths against the mathematical library's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from phusong.grid import Grid
from phusong.radio.reach import Paths, Transmitter, paths_among, paths_within

GRID = Grid(CRS(3405), 0.0, 0.0, 100.0, (81, 81))
FLAT = np.zeros(GRID.shape, np.float32)
"""The middle of its middle pixel is 4,050 m east and south of the corner."""
METRES = st.floats(-3000, 3000)


def around(x_m: float, y_m: float) -> Paths:
    "All paths of a mast 30 m above the plain."
    return paths_within(Transmitter(x_m, y_m, 30.0, 5000.0), FLAT, GRID, GRID, 1.5)


@given(METRES, METRES)
def test_directions_are_those_of_arctan2(east, north):
    x_m, y_m = 4050 + east, -4050 + north
    paths = around(x_m, y_m)
    row, column = np.divmod(paths.pixel, GRID.shape[1])
    dx, dy = GRID.x[column] - x_m, GRID.y[row] - y_m
    assert paths.distance_m == pytest.approx(np.hypot(dx, dy), rel=1e-14, abs=1e-9)
    off = np.radians(paths.azimuth_deg) - np.arctan2(dx, dy)
    assert np.abs(np.sin(off / 2))[paths.distance_m > 1e-6].max() < 1e-12  # a whole turn apart is the same
    assert ((paths.azimuth_deg >= 0) & (paths.azimuth_deg <= 360)).all()


def test_the_quarters_of_the_compass_are_exact():
    paths = around(4050.0, -4050.0)
    found = dict(zip(paths.pixel.tolist(), paths.azimuth_deg.tolist(), strict=True))
    width, middle = GRID.shape[1], 40 * GRID.shape[1] + 40
    assert [found[middle + step] for step in (-9 * width, 9, 9 * width, -9)] == [0, 90, 180, 270]
    assert [found[middle + 9 * step] for step in (1 - width, 1 + width, width - 1, -1 - width)] == [45, 135, 225, 315]


def test_under_the_mast_is_straight_below():
    paths = around(4050.0, -4050.0)
    below = paths.depression_deg(30.0, 8500.0)
    own = paths.distance_m == 0
    assert own.sum() == 1
    assert below[own] == pytest.approx(90, abs=1e-6)
    rise_m = 28.5 + paths.distance_m[~own] ** 2 / 17e6
    expected = np.degrees(np.arctan2(rise_m, paths.distance_m[~own]))
    assert below[~own] == pytest.approx(expected, abs=1e-11)


@given(METRES, METRES, st.sets(st.integers(0, 81 * 81 - 1)))
def test_paths_to_some_pixels_are_among_all_paths(east, north, chosen):
    mast = Transmitter(4050 + east, -4050 + north, 30.0, 2000.0)
    every = paths_within(mast, FLAT, GRID, GRID, 1.5)
    pixel = np.array(sorted(chosen), np.int64)
    found, place = paths_among(mast, FLAT, GRID, GRID, 1.5, pixel)
    wanted = np.isin(every.pixel, pixel)
    assert pixel[place].tolist() == found.pixel.tolist() == every.pixel[wanted].tolist()
    assert found.azimuth_deg.tolist() == every.azimuth_deg[wanted].tolist()
    assert found.distance_m.tolist() == every.distance_m[wanted].tolist()
