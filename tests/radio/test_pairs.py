"""Pairs of a site and a pixel, against counting each."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from phusong.grid import Grid
from phusong.radio.pairs import pairs_within

GRID = Grid(CRS(3405), 500_000.0, 2_000_000.0, 250.0, (23, 31))
PLACES = st.tuples(st.integers(-2_000, 10_000), st.integers(-8_000, 2_000), st.integers(1, 6_000))


@given(st.lists(PLACES, max_size=5), st.integers(0, 2**32 - 1))
def test_as_many_as_counted_one_by_one(places, seed):
    "Sites inside and outside, whose reach holds some, none or all of the pixels; none lies on the rim of a reach."
    wanted = np.random.default_rng(seed).random(GRID.shape) < 0.6
    x, y, reach = (np.array(column, float) for column in (zip(*places, strict=True) if places else ((), (), ())))
    x, y, reach = x + GRID.west, y + GRID.north, reach + 0.5
    east, north = np.meshgrid(GRID.x, GRID.y)
    found = sum(
        int((wanted & ((east - a) ** 2 + (north - b) ** 2 <= r**2)).sum()) for a, b, r in zip(x, y, reach, strict=True)
    )
    assert pairs_within(x, y, reach, wanted, GRID) == found
