"""Shapes: what is written is what is read back, edges stay shared, nothing degenerate is left."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from phusong.publish import shapes

GEOGRAPHIC = "EPSG:4326"


def read_back(steps_of_chains: list[list[int]]) -> list[list[tuple[int, int]]]:
    """As the page's script does it: every list goes on where the one before it ended."""
    x = y = 0
    chains = []
    for steps in steps_of_chains:
        chain = []
        for dx, dy in zip(steps[::2], steps[1::2], strict=True):
            x, y = x + dx, y + dy
            chain.append((x, y))
        chains.append(chain)
    return chains


def test_points_are_steps_of_whole_units():
    places = gpd.GeoSeries([shapely.Point(105.00001, 21), shapely.Point(105, 20.99999)], crs=GEOGRAPHIC)
    assert shapes.points(places) == [10500001, 2100000, -1, -1]
    assert shapes.points(places[:0]) == []


def test_area_with_a_hole_and_two_parts():
    first = shapely.Polygon([(0, 0), (1, 0), (1, 1), (0, 1)], [[(0.2, 0.2), (0.2, 0.4), (0.4, 0.4)]])
    second = shapely.MultiPolygon([shapely.box(2, 0, 3, 1), shapely.box(4, 0, 5, 1)])
    nested = shapes.areas(gpd.GeoSeries([first, second], crs=GEOGRAPHIC))
    assert [[len(rings) for rings in polygons] for polygons in nested] == [[2], [1, 1]]
    chains = read_back([ring for polygons in nested for rings in polygons for ring in rings])
    assert chains[0] == [(0, 0), (100000, 0), (100000, 100000), (0, 100000)]
    assert chains[1] == [(20000, 20000), (20000, 40000), (40000, 40000)]
    assert set(chains[3]) == {(400000, 0), (500000, 0), (500000, 100000), (400000, 100000)}


def test_what_shrinks_to_a_point_is_left_out_and_its_row_stays():
    tiny = shapely.box(0, 0, 1e-7, 1e-7)
    nested = shapes.areas(gpd.GeoSeries([tiny, shapely.box(1, 1, 2, 2)], crs=GEOGRAPHIC))
    assert nested[0] == []
    assert read_back(nested[1][0])[0][0] == (200000, 100000)
    routes = gpd.GeoSeries(
        [shapely.LineString([(0, 0), (1e-7, 0)]), shapely.LineString([(1, 1), (2, 2)])], crs=GEOGRAPHIC
    )
    assert shapes.lines(routes) == [[], [[100000, 100000, 100000, 100000]]]


def test_neighbours_keep_their_shared_edge():
    "A ragged edge between two areas is the same after it was simplified, whatever its side."
    rng = np.random.default_rng(7)
    edge = [(1000 + rng.normal(0, 20), float(y)) for y in range(0, 2001, 10)]
    left = shapely.Polygon([(0, 0), *edge, (0, 2000)])
    right = shapely.Polygon([(2000, 0), *edge, (2000, 2000)])
    simple = shapes.coverage(gpd.GeoSeries([left, right], crs="EPSG:3405"), 60.0)
    assert shapely.get_num_coordinates(simple.to_numpy()).sum() < 0.5 * (left.exterior.coords.__len__() * 2)
    assert simple[0].intersection(simple[1]).area == 0
    assert shapely.union_all(simple.to_numpy()).area == pytest.approx(simple.area.sum())
    assert shapely.union_all(simple.to_numpy()).interiors.__len__() == 0


def test_boundaries_that_overlap_and_gape_are_simplified_too():
    "The real ones do."
    overlapping = [shapely.box(0, 0, 1010, 1000), shapely.box(1000, 0, 2000, 1000), shapely.box(2005, 0, 3000, 1000)]
    simple = shapes.coverage(gpd.GeoSeries(overlapping, crs="EPSG:3405"), 50.0)
    assert simple.is_valid.all()
    assert not simple.is_empty.any()
