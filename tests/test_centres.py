"""Centres of communes: the office, of several the one nearest to most people, else where most people live."""

from __future__ import annotations

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS
from scipy import sparse

from phusong.grid import Grid
from phusong.ledger.surface import Whole
from phusong.pipeline.centres import centre_columns, centres, most_peopled
from phusong.pipeline.ground import Ground
from phusong.units import ANY, GOOD, LIMITED, LIMITED_OR_BETTER, NONE, UNKNOWN

GRID = Grid(CRS(3405), 500_000.0, 2_300_200.0, 100.0, (2, 6))
# Three communes of four pixels each; nobody lives in the last. NR level of any operator, pixel by pixel.
LEVEL = np.array([[GOOD, NONE, NONE, UNKNOWN, GOOD, GOOD], [LIMITED, NONE, GOOD, NONE, GOOD, GOOD]], np.uint8)
PEOPLE = [[5, 20, 5, 1], [3, 3, 0, 3], [0, 0, 0, 0]]


def columns(offices: list[tuple[float, float]] | None = None, level: np.ndarray | None = LEVEL, required="limited"):
    "Covered and taken from; offices in metres east and south of the north-western corner."
    pixel = np.arange(12).reshape(2, 6)
    divided = np.zeros((3, 12), np.int64)
    for number, people in enumerate(PEOPLE):
        divided[number, pixel[:, 2 * number : 2 * number + 2].ravel()] = people
    west = GRID.west + 200 * np.arange(3)
    communes = gpd.GeoDataFrame(geometry=shapely.box(west, GRID.south, west + 200, GRID.north), crs=GRID.crs)
    at = [shapely.Point(GRID.west + x, GRID.north - y) for x, y in offices or []]
    places = gpd.GeoDataFrame({"kind": ["commune_office"] * len(at)}, geometry=at, crs=GRID.crs)
    inputs = SimpleNamespace(grid=GRID, communes=communes, places=None if offices is None else places)
    ground = Ground(sparse.csr_array(divided), sparse.csr_array((divided >= 0).astype(float)), 0, 0)
    tiled = Whole(GRID, SimpleNamespace(level={} if level is None else {("NR", ANY): level}))
    found = centre_columns(centres(inputs, [most_peopled(ground, GRID, GRID)]), tiled, required)
    return found.centre_covered.tolist(), found.centre_from.tolist()


def test_without_offices_it_is_the_pixel_with_most_people():
    "The second pixel of the first commune; the first of equals in the second; none where nobody lives."
    assert columns() == (["no", "no", "unknown"], ["most_people", "most_people", "none"])
    assert columns([]) == columns()


def test_an_office_goes_before_people():
    found = columns([(50, 50), (350, 50), (450, 150)])
    assert found == (["yes", "unknown", "yes"], ["office"] * 3)


@pytest.mark.parametrize("offices", [[(10, 190), (110, 110)], [(110, 110), (10, 190)]])
def test_of_several_offices_the_one_nearest_to_most_people_counts(offices):
    "As after a merger, when the offices of the old communes still stand on the map."
    assert columns(offices)[0][0] == "no"
    assert columns(offices[::-1][:1])[1][0] == "office"


def test_the_level_is_that_of_the_zones():
    at_limited = [(10, 190)]
    assert columns(at_limited, required="limited")[0][0] == "yes"
    assert columns(at_limited, required="good")[0][0] == "no"
    assert columns(at_limited, np.full((2, 6), LIMITED_OR_BETTER, np.uint8), "good")[0][0] == "unknown"


def test_without_an_nr_site_no_centre_is_covered():
    assert columns(level=None)[0] == ["no", "no", "unknown"]
