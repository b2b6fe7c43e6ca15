"""Contents: what is inside a zone counted by hand; what has no layer is missing, not zero."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import CRS, Geod
from small_zones import Drawn, drawn

from phusong.grid import Grid
from phusong.power.access import village_people
from phusong.zones import sums
from phusong.zones.contents import Points, Villages, contents
from phusong.zones.gaps import Gap
from phusong.zones.standing import Standing, together

PERSON = 1_000_000
GRID = Grid(CRS(3405), 500_000.0, 2_300_000.0, 100.0, (1, 7))
# signal gap on three pixels with 10, 20 and 30 people, one served, power gap on three with 1, 2 and 4
GAP = np.array([[Gap.SIGNAL] * 3 + [Gap.NONE] + [Gap.POWER] * 3], np.uint8)
PEOPLE = np.array([[10, 20, 30, 40, 1, 2, 4]]) * PERSON
TERRITORY = np.array([[0, 0, 1, 1, 1, 2, -1]], np.int32)
FOUND = drawn(GAP, PEOPLE, GRID, PERSON)


def at(*pixels: float, **columns) -> gpd.GeoDataFrame:
    "Points at the middle of pixels, by their column."
    points = [shapely.Point(500_000 + 100 * (pixel + 0.5), 2_299_950) for pixel in pixels]
    return gpd.GeoDataFrame(columns, geometry=points, crs=3405)


def villages(**changed) -> gpd.GeoDataFrame:
    "The first stands in the signal zone, the second on served ground, the third in the zone without power."
    columns = {
        "village_name": ["Ăn", "Ba", "Ca"],
        "households": [30.0, 71.0, 5.0],
        "especially_difficult": pd.array([False, True, None], "boolean"),
    }
    return at(0, 3, 5, **(columns | changed))


def stands(found: Drawn, points: gpd.GeoDataFrame) -> np.ndarray:
    return together([Standing.on(GRID, points).find(found.label)], len(points), -1)


def inside(
    of: gpd.GeoDataFrame | None = None, people=PEOPLE, territory=TERRITORY, points=None, roads=None, found=FOUND
) -> pd.DataFrame:
    known = None
    if of is not None:
        held = sums.by_pair(found.label, territory, people, "village")
        known = Villages(of, stands(found, of), village_people(territory, people, len(of)), held)
    placed = None if points is None else Points(points.kind, stands(found, points))
    return contents(found.zones.geometry, known, placed, roads)


def test_villages_that_stand_in_a_zone_and_those_with_people_in_it():
    found = inside(villages())
    assert found.villages.tolist() == [1, 1]
    assert found.village_names.tolist() == ["Ăn", "Ca"]
    assert found.villages_touched.tolist() == [2, 2]


def test_ground_without_people_touches_nothing():
    people = PEOPLE.copy()
    people[0, 4] = 0
    assert inside(villages(), people=people).villages_touched.tolist() == [2, 1]


def test_households_move_with_the_people():
    "The second has 30 of 71 people in the first zone and 1 of 71 in the other; the first and third all of theirs."
    found = inside(villages())
    assert found.households.tolist() == [30 + 30, 1 + 5]
    assert found.households_unknown.tolist() == [0, 0]


def test_unknown_households_are_counted_and_not_zero():
    some = inside(villages(households=[np.nan, 71.0, np.nan]))
    assert some.households.tolist() == [30, 1]
    assert some.households_unknown.tolist() == [1, 1]
    none = inside(villages(households=[np.nan] * 3))
    assert none.households.isna().all()
    assert none.households_unknown.tolist() == [2, 2]
    nobody = inside(villages(), territory=np.full_like(TERRITORY, -1))
    assert nobody.households.tolist() == [30, 5]  # villages without ground count where they stand
    assert nobody.villages_touched.tolist() == [0, 0]
    far = inside(at(3, village_name=["x"], households=[9.0], especially_difficult=pd.array([True], "boolean")),
                 territory=np.full_like(TERRITORY, -1))  # fmt: skip
    assert far.households.isna().all()


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ([True, None], True),
        ([None, False], None),
        ([False, False], False),
        ([None, None], None),
    ],
)
def test_a_zone_is_difficult_when_one_of_its_villages_is(flags: list, expected: bool | None):
    two = at(0, 1, village_name=["b", "a"], households=[1.0, 1.0], especially_difficult=pd.array(flags, "boolean"))
    found = inside(two, territory=np.array([[0, 1, 1, -1, -1, -1, -1]], np.int32))
    assert found.especially_difficult.isna().tolist() == [expected is None, True]  # no village stands in the second
    assert expected is None or found.especially_difficult[0] == expected
    assert found.village_names.tolist() == ["a;b", ""]


def test_names_are_in_vietnamese_order():
    four = at(0, 0, 1, 2, village_name=["Đa", "Ea", "Da", "Ăn"], households=[1.0] * 4,
              especially_difficult=pd.array([None] * 4, "boolean"))  # fmt: skip
    assert inside(four, territory=np.full_like(TERRITORY, 0)).village_names[0] == "Ăn;Da;Đa;Ea"


def test_points_by_kind():
    kinds = ["school", "school", "clinic", "commune_office"]
    found = inside(points=at(0, 5, 3, 40, kind=kinds))
    assert found.schools.tolist() == [1, 1]
    assert found.clinics.tolist() == [0, 0]
    assert found.commune_offices.tolist() == [0, 0]  # there is one, off the grid


def test_what_has_no_layer_is_missing():
    found = inside()
    assert found.isna().all(axis=None)
    assert list(found.columns) == list(inside(villages(), points=at(0, kind=["school"])).columns)
    schools = inside(points=at(0, kind=["school"]))
    assert schools.schools.tolist() == [1, 0]
    assert schools.clinics.isna().all()


def test_no_zones_and_no_villages():
    roads = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (1, 1)])], crs=3405)
    layers = {"points": at(0, kind=["school"]), "roads": roads}
    none = drawn(np.zeros_like(GAP), PEOPLE, GRID, PERSON)
    assert len(inside(villages(), found=none, **layers)) == 0
    nobody = inside(villages()[:0], territory=np.full_like(TERRITORY, -1), **layers)
    assert nobody.villages.tolist() == nobody.villages_touched.tolist() == [0, 0]
    assert nobody.households.isna().all()


def test_other_kinds_of_points_are_refused():
    with pytest.raises(ValueError, match="kinds market, pub"):
        inside(points=at(0, 1, 2, kind=["pub", "school", "market"]))


def test_kilometres_of_road_inside():
    "One from end to end (300 m in each zone), one that leaves and comes back, one in a corner, one outside."
    west, y = 500_000, 2_299_950
    lines = [
        shapely.LineString([(west - 500, y), (west + 1500, y)]),
        shapely.MultiLineString([[(west + 200, y), (west + 500, y)], [(west + 10, y), (west + 60, y)]]),
        shapely.LineString([(west + 300, y - 50), (west + 350, y - 100)]),
        shapely.LineString([(west, y + 200), (west + 700, y + 200)]),
        shapely.LineString([(west - 100, y - 50), (west, y - 50)]),  # touches in one point
    ]
    roads = gpd.GeoDataFrame(geometry=lines, crs=3405)
    assert inside(roads=roads).road_km.tolist() == pytest.approx([0.45, 0.4], abs=0.001)
    assert inside(roads=roads[3:]).road_km.tolist() == [0, 0]
    assert inside(roads=roads[:0]).road_km.tolist() == [0, 0]


def test_roads_are_measured_on_the_ellipsoid():
    "In the far south-west of the zone's projection a kilometre of the map is not one of the ground."
    grid = Grid(CRS(3405), 1_000_000.0, 1_000_000.0, 100.0, (1, 100))
    found = drawn(np.full((1, 100), Gap.SIGNAL, np.uint8), np.full((1, 100), PERSON), grid, PERSON)
    line = gpd.GeoSeries([shapely.LineString([(1_000_000, 999_950), (1_010_000, 999_950)])], crs=3405)
    length = contents(found.zones.geometry, roads=gpd.GeoDataFrame(geometry=line)).road_km[0]
    (start, end) = line.to_crs(4326).iloc[0].coords
    assert length == pytest.approx(Geod(ellps="WGS84").inv(*start, *end)[2] / 1000, abs=0.001)
    assert length < 9.98
