"""Patches: which pixels are one zone, its people, its place in the ranking, its outline, commune and village."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import CRS, Geod
from small_zones import Drawn, drawn

from phusong.grid import Grid
from phusong.zones import location, sums
from phusong.zones.gaps import Gap

PERSON = 1_000_000
LETTERS = {".": Gap.NONE, "s": Gap.SIGNAL, "p": Gap.POWER, "b": Gap.BOTH, "?": Gap.UNKNOWN, "#": Gap.OUTSIDE}


def picture(*rows: str) -> NDArray[np.uint8]:
    return np.array([[LETTERS[letter] for letter in row] for row in rows], np.uint8)


def micro(*rows: list[float]) -> NDArray[np.int64]:
    return np.rint(np.array(rows) * PERSON).astype(np.int64)


def lattice(rows: int, columns: int, pixel_m: float = 100.0) -> Grid:
    "North-west corner at 500,000 east and 2,300,000 north, on the central meridian."
    return Grid(CRS(3405), 500_000.0, 2_300_000.0, pixel_m, (rows, columns))


def found_in(gap: NDArray[np.uint8], people: NDArray[np.int64] | None = None, least: float = 0) -> Drawn:
    everyone = np.full(gap.shape, PERSON, np.int64) if people is None else people
    return drawn(gap, everyone, lattice(*gap.shape), round(least * PERSON))


def in_communes(found: Drawn, commune: NDArray[np.int32], people: NDArray[np.int64]) -> pd.DataFrame:
    return location.in_communes(sums.by_pair(found.label, commune, people, "commune"), COMMUNES)


def nearest_villages(found: Drawn, people: NDArray[np.int64], near: gpd.GeoDataFrame) -> pd.DataFrame:
    grid = lattice(*people.shape)
    return location.nearest_villages(location.leaning(found.label, people, grid, grid), grid, near)


def test_pixels_that_touch_at_a_corner_are_one_zone():
    found = found_in(picture("s..", ".s.", "..s"))
    assert found.zones.micro.tolist() == [3 * PERSON]
    assert found.label.tolist() == [[0, -1, -1], [-1, 0, -1], [-1, -1, 0]]
    outline = found.zones.geometry.iloc[0]
    assert outline.geom_type == "MultiPolygon"
    assert outline.is_valid
    assert outline.area == 30_000


def test_different_kinds_are_not_merged():
    found = found_in(picture("spb"), micro([[5, 7, 6]][0]))
    assert found.zones.gap.tolist() == ["power", "both", "signal"]
    assert found.zones.micro.tolist() == [7 * PERSON, 6 * PERSON, 5 * PERSON]
    assert found.label.tolist() == [[2, 0, 1]]


def test_none_unknown_and_outside_are_no_zones():
    found = found_in(picture(".?#"))
    assert (len(found.zones), found.scattered) == (0, 0)
    assert found.label.tolist() == [[-1, -1, -1]]
    assert found.scattered_micro == {"signal": 0, "power": 0, "both": 0}


def test_zone_needs_people():
    "An empty zone is neither drawn nor counted as scattered, whatever the least number."
    found = found_in(picture("s.p"), micro([0, 5, 0]), 0)
    assert (len(found.zones), found.scattered) == (0, 0)


def test_zone_with_just_enough_people():
    people = micro([10, 0, 9.999999])
    found = found_in(picture("s.s"), people, 10)
    assert found.zones.micro.tolist() == [10 * PERSON]
    assert found.label.tolist() == [[0, -1, -1]]
    assert found.scattered_micro == {"signal": 9_999_999, "power": 0, "both": 0}
    assert found.scattered == 1


def test_scattered_people_by_what_they_lack():
    "Two small signal zones (1 and 2 people), one for power (3), one for both (4); the one of 50 is drawn."
    gap = picture("s.s.p.b.s")
    found = found_in(gap, micro([1, 9, 2, 9, 3, 9, 4, 9, 50]), 10)
    assert found.scattered_micro == {"signal": 3 * PERSON, "power": 3 * PERSON, "both": 4 * PERSON}
    assert found.scattered == 4
    assert found.zones.micro.tolist() == [50 * PERSON]


def test_ties_by_place_more_northern_then_more_western():
    gap = picture("..p.s", ".....", "b....")
    found = found_in(gap, np.full(gap.shape, 7 * PERSON))
    assert found.zones["rank"].tolist() == [1, 2, 3]
    assert found.zones.gap.tolist() == ["power", "signal", "both"]


def test_more_people_come_first_wherever_they_are():
    found = found_in(picture("s....", ".....", "....s"), micro([1, 0, 0, 0, 0], [0] * 5, [0, 0, 0, 0, 2]))
    assert found.zones.micro.tolist() == [2 * PERSON, PERSON]
    assert found.label[2, 4] == 0


def test_areas_are_geodesic():
    "On the central meridian the scale is 0.9996: 1 km² on the map is 1 / 0.9996² = 1.0008 km² on the ground."
    gap = np.full((10, 10), Gap.SIGNAL, np.uint8)
    found = drawn(gap, np.full(gap.shape, PERSON), lattice(10, 10), PERSON)
    assert found.zones.area_km2.tolist() == pytest.approx([1.0008], abs=1e-4)
    far = Grid(CRS(3405), 1_200_000.0, 1_100_000.0, 100.0, (10, 10))  # the sea by Trường Sa
    outline = gpd.GeoSeries([shapely.box(*far.bounds)], crs=3405).segmentize(50).to_crs(4326).iloc[0]
    ground = abs(Geod(ellps="WGS84").geometry_area_perimeter(outline)[0]) / 1e6
    assert ground < 0.99
    assert drawn(gap, np.full(gap.shape, PERSON), far, PERSON).zones.area_km2.tolist() == pytest.approx(
        [ground], abs=1e-4
    )


def test_hole_is_not_of_the_zone():
    "A ring of eight pixels of 1 km: 8 km² and not 9; the pixel that touches it from outside at a corner is the ninth."
    grid = lattice(4, 4, 1000.0)
    gap = picture("sss.", "s.s.", "sss.", "...s")
    found = drawn(gap, np.full(gap.shape, PERSON), grid, PERSON)
    assert len(found.zones) == 1
    outline = found.zones.geometry.iloc[0]
    assert outline.is_valid
    assert outline.area == 9e6
    assert not outline.contains(shapely.Point(grid.x[1], grid.y[1]))
    assert found.zones.area_km2.iloc[0] == pytest.approx(9 * 1.0008, abs=1e-3)


def test_arrays_are_left_as_they_were():
    gap, people = picture("s.p"), micro([1, 2, 3])
    found_in(gap, people)
    assert gap.tolist() == [[1, 0, 2]]
    assert people.tolist() == [[PERSON, 2 * PERSON, 3 * PERSON]]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[NDArray[np.uint8], NDArray[np.int64], float]:
    shape = draw(st.integers(1, 7)), draw(st.integers(1, 7))
    count = shape[0] * shape[1]
    kinds = draw(st.lists(st.sampled_from("ssppb.?#"), min_size=count, max_size=count))
    people = draw(st.lists(st.integers(0, 12_000_000), min_size=count, max_size=count))
    gap = np.array([LETTERS[kind] for kind in kinds], np.uint8).reshape(shape)
    return gap, np.array(people, np.int64).reshape(shape), draw(st.sampled_from([0.0, 1.0, 10.0, 40.0]))


@given(worlds())
@settings(max_examples=40, deadline=None)
def test_people_are_in_zones_or_scattered_and_nowhere_else(world: tuple[Any, Any, float]):
    gap, people, least = world
    found = found_in(gap, people, least)
    for kind in (Gap.SIGNAL, Gap.POWER, Gap.BOTH):
        drawn = int(found.zones.micro[found.zones.gap == kind.label].sum())
        assert drawn + found.scattered_micro[kind.label] == people[gap == kind].sum()
    assert (found.zones.micro >= max(least * PERSON, 1)).all()
    assert found.zones.micro.is_monotonic_decreasing
    assert found.zones["rank"].tolist() == list(range(1, len(found.zones) + 1))


@given(worlds())
@settings(max_examples=40, deadline=None)
def test_labels_are_the_zones(world: tuple[Any, Any, float]):
    "Each zone's people are its pixels' people, its pixels lack the same thing, and touching ones of a kind share it."
    gap, people, least = world
    found = found_in(gap, people, least)
    for zone, (kind, counted) in enumerate(zip(found.zones.gap, found.zones.micro, strict=True)):
        assert {Gap(int(value)).label for value in gap[found.label == zone]} == {kind}
        assert people[found.label == zone].sum() == counted
    rows, columns = gap.shape
    for r in range(rows):
        for c in range(columns):
            for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
                if r + down < rows and 0 <= c + right < columns and gap[r, c] == gap[r + down, c + right]:
                    assert found.label[r, c] == found.label[r + down, c + right]


@given(worlds())
@settings(max_examples=40, deadline=None)
def test_outlines_are_valid_and_cover_just_their_pixels(world: tuple[Any, Any, float]):
    gap, people, least = world
    found = found_in(gap, people, least)
    grid = lattice(*gap.shape)
    centres = shapely.points(*np.meshgrid(grid.x, grid.y))
    assert found.zones.crs == CRS(3405)
    for zone, outline in enumerate(found.zones.geometry):
        assert outline.geom_type == "MultiPolygon"
        assert shapely.is_valid(outline), shapely.is_valid_reason(outline)
        assert outline.area == (found.label == zone).sum() * 1e4
        assert (shapely.contains(outline, centres) == (found.label == zone)).all()


COMMUNES = pd.DataFrame(
    {
        "commune_code": ["01001", "01002", "02003"],
        "commune_name": ["An Bình", "Đông Hà", "Ea Súp"],
        "province_name": ["Hà Nội", "Hà Nội", "Đắk Lắk"],
    }
)


def test_zone_belongs_to_the_commune_with_most_of_its_people():
    "4 people in the first, 6 in the third, 1 in the second; all three are named."
    gap, people = picture("ssss"), micro([4, 3, 3, 1])
    found = found_in(gap, people)
    named = in_communes(found, np.array([[0, 2, 2, 1]], np.int32), people)
    assert named.to_dict("records") == [
        {
            "commune_code": "02003",
            "commune_name": "Ea Súp",
            "province_name": "Đắk Lắk",
            "commune_codes": "01001;01002;02003",
        }
    ]


def test_equal_people_go_to_the_lower_code_and_touched_communes_without_people_are_named():
    gap, people = picture("sss"), micro([5, 5, 0])
    named = in_communes(found_in(gap, people), np.array([[1, 0, 2]], np.int32), people)
    assert named.commune_code.tolist() == ["01001"]
    assert named.commune_codes.tolist() == ["01001;01002;02003"]


def test_communes_follow_the_ranking_of_the_zones():
    gap, people = picture("s.s.s"), micro([1, 0, 3, 0, 2])
    named = in_communes(found_in(gap, people), np.array([[0, 0, 1, 1, 2]], np.int32), people)
    assert named.commune_code.tolist() == ["01002", "02003", "01001"]


def villages(*places: tuple[float, float]) -> gpd.GeoDataFrame:
    "Places in metres east and south of the grid's corner."
    return gpd.GeoDataFrame(
        {
            "village_id": [f"v{i}" for i in range(len(places))],
            "village_name": [f"Thôn {i}" for i in range(len(places))],
        },
        geometry=shapely.points([(500_000 + x, 2_300_000 - y) for x, y in places]) if places else [],
        crs=3405,
    )


def test_nearest_village_to_the_centre_of_the_people():
    """
    Nine of ten people live in the westernmost of five pixels: their centre is at (9 x 50 + 450) / 10 = 90 m east.

    The village at 150 m is then nearer than the one at the zone's middle, 250 m.
    """
    gap, people = picture("sssss"), micro([9, 0, 0, 0, 1])
    near = nearest_villages(found_in(gap, people), people, villages((250, 50), (150, 50)))
    assert near.to_dict("records") == [{"village_id": "v1", "village_name": "Thôn 1", "village_distance_m": 60.0}]


def test_distance_is_geodesic():
    "10 km on the map on the central meridian are 10 / 0.9996 = 10.004 km on the ground."
    gap, people = picture("s"), micro([1])
    near = nearest_villages(found_in(gap, people), people, villages((50, 10_050)))
    assert near.village_distance_m.tolist() == [10_004.0]


def test_of_villages_equally_near_the_first():
    gap, people = picture("s.s"), micro([2, 0, 1])
    both = villages((250, 80), (150, 50), (150, 50), (50, 80), (250, 20))
    near = nearest_villages(found_in(gap, people), people, both)
    assert near.village_id.tolist() == ["v3", "v0"]


def test_world_without_zones_or_villages():
    gap, people = picture("."), micro([1])
    nothing = found_in(gap, people)
    assert nothing.zones.crs == CRS(3405)
    assert len(in_communes(nothing, np.zeros((1, 1), np.int32), people)) == 0
    near = nearest_villages(nothing, people, villages((50, 50)))
    assert (len(near), near.village_distance_m.dtype) == (0, np.float64)
    alone = nearest_villages(found_in(picture("s"), people), people, villages())
    assert alone.village_id.isna().tolist() == [True]
    assert alone.village_distance_m.isna().tolist() == [True]
    assert list(alone.columns) == ["village_id", "village_name", "village_distance_m"]
