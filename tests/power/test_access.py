"""Electricity: whose territory a pixel is, and what the villages' flags say of it."""

from __future__ import annotations

from itertools import product

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import CRS

from phusong.grid import Grid
from phusong.power.access import territories, village_people

CODES = pd.Series(["01001", "01002"])


def lattice(rows: int, columns: int, pixel_m: float = 100.0) -> Grid:
    "North-west corner at 500,000 east and 2,300,000 north."
    return Grid(CRS(3405), 500_000.0, 2_300_000.0, pixel_m, (rows, columns))


def villages(*rows: tuple[str, float, float], power: list[bool | None] | None = None) -> gpd.GeoDataFrame:
    "Commune code, and place in metres east and south of the grid's corner."
    return gpd.GeoDataFrame(
        {
            "village_id": [f"v{i}" for i in range(len(rows))],
            "commune_code": pd.Series([row[0] for row in rows], dtype=object),
            "has_grid_power": pd.Series(power or [None] * len(rows), dtype="boolean"),
        },
        geometry=shapely.points([(500_000 + x, 2_300_000 - y) for _, x, y in rows]) if rows else [],
        crs=3405,
    )


def one_commune(grid: Grid) -> NDArray[np.int32]:
    return np.zeros(grid.shape, np.int32)


def test_nearest_village_of_the_own_commune():
    "Village 0 stands at the edge of the first commune, nearer to the second's ground than village 1 is."
    grid = lattice(1, 6)
    commune = np.array([[0, 0, 0, 1, 1, 1]], np.int32)
    found = territories(villages(("01001", 290, 50), ("01002", 590, 50)), CODES, commune, grid, 1000)
    assert found.tolist() == [[0, 0, 0, 1, 1, 1]]
    assert found.dtype == np.int32


def test_no_village_no_territory():
    grid = lattice(1, 3)
    commune = np.array([[0, 1, -1]], np.int32)
    assert territories(villages(("01002", 50, 50)), CODES, commune, grid, 1000).tolist() == [[-1, 0, -1]]
    assert territories(villages(), CODES, commune, grid, 1000).tolist() == [[-1, -1, -1]]


def test_ground_outside_belongs_to_nobody():
    grid = lattice(1, 3)
    commune = np.array([[-1, 0, -1]], np.int32)
    assert territories(villages(("01001", 50, 50)), CODES, commune, grid, 1000).tolist() == [[-1, 0, -1]]


def test_reach_holds_its_own_edge():
    "The centres lie 0, 100, 200, 300 and 400 m from the village; 300 m is in reach, 400 m is not."
    found = territories(villages(("01001", 50, 50)), CODES, one_commune(lattice(1, 5)), lattice(1, 5), 300)
    assert found.tolist() == [[0, 0, 0, 0, -1]]


def test_reach_slantwise_and_just_short_of_it():
    "Three pixels east and four south are 500 m away."
    grid = lattice(5, 4)
    spot = (4, 3)
    assert territories(villages(("01001", 50, 50)), CODES, one_commune(grid), grid, 500.0)[spot] == 0
    assert territories(villages(("01001", 50, 50)), CODES, one_commune(grid), grid, 499.999)[spot] == -1


@pytest.mark.parametrize("pixel_m", [5.0, 12.5, 30.0, 70.0, 90.0, 250.0])
def test_reach_holds_its_own_edge_whatever_the_pixel(pixel_m: float):
    "Three pixels east and four south are five pixels away, also where the numbers are not whole in binary."
    grid = lattice(5, 4, pixel_m)
    start = villages(("01001", pixel_m / 2, pixel_m / 2))
    assert territories(start, CODES, one_commune(grid), grid, 5 * pixel_m)[4, 3] == 0


def test_tie_goes_to_the_first_village():
    "The middle pixel is 100 m from both."
    grid = lattice(1, 3)
    both = villages(("01001", 250, 50), ("01001", 50, 50))
    assert territories(both, CODES, one_commune(grid), grid, 1000).tolist() == [[1, 0, 0]]
    assert territories(both.iloc[::-1], CODES, one_commune(grid), grid, 1000).tolist() == [[0, 0, 1]]


def test_tie_at_the_very_reach_goes_to_the_first_village():
    grid = lattice(1, 3)
    both = villages(("01001", 250, 50), ("01001", 50, 50))
    assert territories(both, CODES, one_commune(grid), grid, 100).tolist() == [[1, 0, 0]]


def test_two_villages_at_one_place():
    grid = lattice(1, 2)
    both = villages(("01001", 50, 50), ("01001", 50, 50))
    assert territories(both, CODES, one_commune(grid), grid, 1000).tolist() == [[0, 0]]


def test_unknown_commune_code_has_no_territory():
    "A village whose code no commune bears takes no ground, and does not shift the others."
    grid = lattice(1, 2)
    rows = villages(("99999", 50, 50), ("01001", 150, 50))
    assert territories(rows, CODES, one_commune(grid), grid, 1000).tolist() == [[1, 1]]
    assert territories(rows[:1], CODES, one_commune(grid), grid, 1000).tolist() == [[-1, -1]]


def test_village_outside_its_commune_reaches_into_it():
    "Its point lies off the grid; what counts is the distance to its commune's pixels."
    grid = lattice(1, 3)
    found = territories(villages(("01001", -150, 50)), CODES, one_commune(grid), grid, 300)
    assert found.tolist() == [[0, 0, -1]]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Grid, gpd.GeoDataFrame, NDArray[np.int32], float]:
    grid = lattice(draw(st.integers(1, 5)), draw(st.integers(1, 5)))
    units = st.lists(st.integers(-1, 1), min_size=grid.shape[0] * grid.shape[1], max_size=grid.shape[0] * grid.shape[1])
    commune = np.array(draw(units), np.int32).reshape(grid.shape)
    metres = st.integers(-4, 24).map(lambda quarter: quarter * 25.0)
    rows = draw(st.lists(st.tuples(st.sampled_from(["01001", "01002", "99999"]), metres, metres), max_size=5))
    return grid, villages(*rows), commune, draw(st.sampled_from([50.0, 100.0, 125.0, 250.0, 600.0]))


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_territories_against_a_plain_reading_of_the_rule(
    world: tuple[Grid, gpd.GeoDataFrame, NDArray[np.int32], float],
):
    grid, rows, commune, reach_m = world
    expected = np.full(grid.shape, -1)
    for r, c in product(*map(range, grid.shape)):
        if commune[r, c] < 0:
            continue
        far = [
            (float(np.hypot(point.x - grid.x[c], point.y - grid.y[r])), i)
            for i, (point, code) in enumerate(zip(rows.geometry, rows.commune_code, strict=True))
            if code == CODES[commune[r, c]]
        ]
        near = [pair for pair in far if pair[0] <= reach_m]
        if near:
            expected[r, c] = min(near)[1]
    assert territories(rows, CODES, commune, grid, reach_m).tolist() == expected.tolist()


def test_people_of_a_territory_are_its_pixels_people():
    territory = np.array([[0, 0, 2], [-1, 2, 2]], np.int32)
    micro = np.array([[1, 2, 4], [8, 16, 32]], np.int64) * 1_000_000
    assert village_people(territory, micro, 4).tolist() == [3_000_000, 0, 52_000_000, 0]
    assert village_people(np.full((1, 1), -1, np.int32), micro[:1, :1], 0).tolist() == []


def test_people_of_a_territory_are_counted_to_the_last_millionth():
    "Eight thousand million people and one millionth."
    micro = np.array([[8_000_000_000_000_000, 1]], np.int64)
    assert village_people(np.zeros((1, 2), np.int32), micro, 1).tolist() == [8_000_000_000_000_001]
