"""Roads: lines with or without ids, each course once."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from phusong.errors import LayerError
from phusong.layers import roads

WEST, SOUTH = 500_000, 2_300_000


def line(*points: tuple[int, int]) -> shapely.LineString:
    "A line in metres from the south-west corner of the study."
    return shapely.LineString([(WEST + x, SOUTH + y) for x, y in points])


A, B = line((0, 0), (1000, 0)), line((0, 0), (0, 500), (500, 500))


def read(world, *shapes, **columns):
    "The layer with these lines."
    world.features("roads", gpd.GeoDataFrame(columns, geometry=list(shapes), crs=3405), "roads.gpkg")
    return roads.read(world.project())


def test_roads_need_nothing_but_their_course(world):
    frame, account = read(world, A, B)
    assert list(frame.columns) == ["road_id", "road_name", "road_class", "geometry"]
    assert frame.road_id.isna().all()
    assert (frame.length.sum(), account.rows_in, account.accepted) == (2000, 2, 2)
    assert frame.equals(read(world, B, A)[0])


def test_they_are_in_the_order_of_their_ids(world):
    frame, _ = read(world, A, B, road_id=["2", "1"], road_name=["QL 2", None])
    assert frame.road_id.tolist() == ["1", "2"]
    assert frame.geometry.tolist() == [B, A]


def test_a_course_that_is_there_twice_counts_once_also_backwards(world):
    back = shapely.reverse(A)
    frame, account = read(world, A, back, B, A, road_id=["4", "3", "2", "1"])
    assert frame.road_id.tolist() == ["1", "2"]
    assert frame.length.sum() == 2000
    assert account.counts == {"repeated": 2}
    assert read(world, A, back)[0].geometry.tolist() == read(world, back, A)[0].geometry.tolist()


def test_a_point_is_refused_and_points_only_are_a_fault(world):
    frame, account = read(world, A, shapely.Point(WEST, SOUTH))
    assert (len(frame), account.refused[0].reason) == (1, "not a LineString")
    with pytest.raises(LayerError, match=r"all 1 rows are refused, the first of roads\.gpkg for: not a LineString"):
        read(world, shapely.Point(WEST, SOUTH))


def test_without_such_a_layer_there_are_none(world):
    frame, account = roads.read(world.project())
    assert (len(frame), account.rows_in) == (0, 0)
