"""Geometry at the door: repaired and counted, or refused and listed; measures on the ellipsoid."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from phusong.layers import geometry, memory
from phusong.layers.account import Refusal
from phusong.layers.geometry import geodesic_area_km2, geodesic_distance_m, placed
from phusong.layers.schema import FILE, ROW

POLYGONS = ("Polygon", "MultiPolygon")
BOWTIE = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
"""Two triangles of area 1 that meet at (1, 1)."""


def rows(*shapes: object) -> gpd.GeoDataFrame:
    "Rows 2, 3, ... of a file."
    table = {FILE: "a.gpkg", ROW: range(2, 2 + len(shapes))}
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(list(shapes), crs=3405))


def test_good_rows_pass_as_they_are():
    kept, refused, repaired = placed(rows(shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)), POLYGONS)
    assert (len(kept), refused, repaired) == (2, [], 0)
    assert shapely.equals_exact(kept.geometry.iloc[1], shapely.box(1, 0, 2, 1))


def test_an_invalid_outline_is_repaired_and_counted():
    kept, refused, repaired = placed(rows(BOWTIE), POLYGONS)
    assert (refused, repaired) == ([], 1)
    assert kept.geometry.is_valid.all()
    assert kept.geometry.area.tolist() == [2.0]


def test_every_refused_row_is_listed_with_its_reason():
    shapes = [
        shapely.box(0, 0, 1, 1),
        None,
        shapely.Polygon(),
        shapely.Polygon([(0, 0), (1, 1), (0, 0), (0, 0)]),
        shapely.Point(0, 0),
        shapely.Polygon([(0, 0), (np.inf, 0), (1, 1)]),
        BOWTIE,
    ]
    kept, refused, repaired = placed(rows(*shapes), POLYGONS)
    assert refused == [
        Refusal("a.gpkg", 3, "no geometry"),
        Refusal("a.gpkg", 4, "no geometry"),
        Refusal("a.gpkg", 5, "a geometry that has no area"),
        Refusal("a.gpkg", 6, "not a Polygon"),
        Refusal("a.gpkg", 7, "coordinates that are not finite"),
    ]
    assert (len(kept), repaired) == (2, 1)
    assert len(shapes) == len(kept) + len(refused)
    assert kept.index.tolist() == [0, 1]
    assert kept[ROW].tolist() == [2, 8]
    assert kept.crs == 3405


@pytest.mark.filterwarnings("ignore:invalid value")
def test_a_corner_that_is_not_a_number_is_not_finite():
    "Left to the repair, the corner would vanish and the outline shrink without anybody's knowing."
    shape = shapely.Polygon([(0, 0), (1, 0), (np.nan, 1), (0, 1)])
    kept, refused, repaired = placed(rows(shape), POLYGONS)
    assert (len(kept), repaired) == (0, 0)
    assert refused == [Refusal("a.gpkg", 2, "coordinates that are not finite")]


def test_a_line_of_no_length_is_refused():
    _, refused, _ = placed(rows(shapely.LineString([(0, 0), (0, 0)])), ("LineString", "MultiLineString"))
    assert len(refused) == 1


def test_points_where_lines_are_wanted():
    _, refused, _ = placed(rows(shapely.Point(0, 0)), ("LineString", "MultiLineString"))
    assert refused == [Refusal("a.gpkg", 2, "not a LineString")]


def test_nothing_in_nothing_out():
    kept, refused, repaired = placed(rows(shapely.box(0, 0, 1, 1)).iloc[:0], POLYGONS)
    assert (len(kept), refused, repaired) == (0, [], 0)


def test_area_of_one_degree_at_the_equator():
    "Closed form of Snyder, Map projections: a working manual (1987), equation 3-12: 12 308.464 km²."
    outline = shapely.segmentize(shapely.box(105, 0, 106, 1), 0.01)
    assert geodesic_area_km2(gpd.GeoSeries([outline], crs=4326)) == pytest.approx([12_308.464], abs=0.001)


def test_area_in_a_projection_is_that_on_the_ellipsoid():
    "The scale on the central meridian is 0.9996: 1 km of the map is 1.0004 km of ground."
    area = geodesic_area_km2(gpd.GeoSeries([shapely.box(499_500, 2_300_000, 500_500, 2_301_000)], crs=3405))
    assert area == pytest.approx([1 / 0.9996**2], rel=2e-5)


def test_the_direction_of_a_ring_does_not_change_an_area():
    "Neither of a hole, nor of one part of several: GeoParquet and WKT promise no direction."
    outer, inner = shapely.box(105, 21, 105.1, 21.1), shapely.box(105.02, 21.02, 105.08, 21.08)
    islands = [outer, shapely.box(106, 21, 106.1, 21.1)]
    with_hole = shapely.Polygon(outer.exterior.coords, [inner.exterior.coords])
    shapes = [with_hole, shapely.MultiPolygon([islands[0], islands[1].reverse()])]
    one, hole = geodesic_area_km2(gpd.GeoSeries([outer, inner], crs=4326))
    assert geodesic_area_km2(gpd.GeoSeries(shapes, crs=4326)) == pytest.approx([one - hole, 2 * one])


def test_no_areas_and_no_distances():
    nothing = gpd.GeoSeries([], crs=3405)
    assert geodesic_area_km2(nothing).shape == (0,)
    assert geodesic_distance_m(nothing, nothing).shape == (0,)


def test_distance_of_one_degree_of_latitude():
    a, b = gpd.GeoSeries([shapely.Point(105, 0)], crs=4326), gpd.GeoSeries([shapely.Point(105, 1)], crs=4326)
    assert geodesic_distance_m(a, b) == pytest.approx([110_574.39], abs=0.01)


def test_distances_go_pair_by_pair_whatever_the_systems():
    degrees = gpd.GeoSeries([shapely.Point(105, 21), shapely.Point(105.3, 21.2)], crs=4326)
    metres = gpd.GeoSeries([shapely.Point(105.1, 21), shapely.Point(105.3, 21.4)], crs=4326).to_crs(3405)
    expected = [Geod(ellps="WGS84").inv(*pair)[2] for pair in ((105, 21, 105.1, 21), (105.3, 21.2, 105.3, 21.4))]
    assert geodesic_distance_m(degrees, metres) == pytest.approx(expected, abs=1e-3)


def test_nothing_hangs_on_how_many_shapes_are_taken_at_a_time(monkeypatch):
    shapes = np.array(
        [shapely.Point(105, 18 + k / 9).buffer(0.01 * (k + 1), quad_segs=k + 1) for k in range(7)], object
    )
    endless = shapely.Polygon([(0, 0), (1, 0), (1, np.inf)])
    frame = rows(*shapes, endless, None).set_crs(4326, allow_override=True)

    def everything() -> list[object]:
        kept, refused, _ = placed(frame, POLYGONS)
        back = memory.unpacked(memory.packed([shapes[:3], shapes[3:]], "one"), "one")
        areas = geodesic_area_km2(kept.geometry).tolist()
        told = [(one.row, one.reason) for one in refused]
        return [areas, told, memory.digest(frame.geometry.to_numpy()), shapely.equals_exact(back, shapes).all()]

    at_once = everything()
    monkeypatch.setattr(geometry, "_FEW", 2)
    assert everything() == at_once
    assert at_once[1] == [(9, "coordinates that are not finite"), (10, "no geometry")]
    assert at_once[3]
