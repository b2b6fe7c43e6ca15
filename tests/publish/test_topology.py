"""Outlines drawn with shared edges: what fits goes on fitting, and nothing vanishes."""

from __future__ import annotations

import dataclasses
import itertools

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from phusong.publish import topology
from phusong.publish.arcs import Arcs, cut
from phusong.publish.digits import ALPHABET, numbers_of, text_of
from phusong.publish.simplification import simplified
from phusong.publish.topology import UNIT_M, UNITS_PER_DEGREE

SIDE = 100


def series(*shapes):
    """Shapes given in lattice units, as longitude and latitude."""
    degrees = shapely.transform(np.array(shapes, object), lambda points: points / UNITS_PER_DEGREE)
    return gpd.GeoSeries(degrees, crs="EPSG:4326")


def lattice(arcs):
    """The areas in lattice units."""
    shapes = topology.shapes(arcs).to_numpy()
    return shapely.transform(np.asarray(shapes, object), lambda points: np.rint(points * UNITS_PER_DEGREE))


def same(a, b):
    """Whether two sets of arcs are equal to the last number."""
    return all(np.array_equal(x, y) for x, y in zip(dataclasses.astuple(a), dataclasses.astuple(b), strict=True))


def zigzag(x, step, reach, north):
    """An edge from south to north that goes to and fro."""
    return [(x + reach * (i % 2), y) for i, y in enumerate(range(0, north + 1, step))]


@st.composite
def coverages(draw):
    """Areas of bent squares, by label; label 0 is sea, so that there are islands, lakes and enclaves."""
    size = draw(st.integers(3, 7))
    labels = draw(st.lists(st.integers(0, 3), min_size=size * size, max_size=size * size).filter(any))
    bends = draw(st.lists(st.integers(-40, 40), min_size=2 * (size + 1) ** 2, max_size=2 * (size + 1) ** 2))
    corners = np.array(bends).reshape(size + 1, size + 1, 2)
    corners += SIDE * np.stack(np.meshgrid(np.arange(size + 1), np.arange(size + 1)), axis=2)
    cells = {}
    for (i, j), label in zip(itertools.product(range(size), repeat=2), labels, strict=True):
        ring = [corners[i, j], corners[i, j + 1], corners[i + 1, j + 1], corners[i + 1, j]]
        cells.setdefault(label, []).append(shapely.Polygon(ring))
    return np.array([shapely.coverage_union_all(cells[label]) for label in sorted(cells) if label], object)


@settings(max_examples=60, deadline=None)
@given(coverages(), st.sampled_from([0.0, 5.0, 30.0, 100.0, 1000.0]))
def test_no_gap_or_overlap_appears_and_nothing_vanishes(areas, tolerance):
    arcs = cut(areas)
    drawn = lattice(simplified(arcs, np.full(len(arcs.starts) - 1, tolerance**2)))
    assert shapely.is_valid(drawn).all()
    assert shapely.coverage_is_valid(drawn)
    assert (shapely.get_num_geometries(drawn) == shapely.get_num_geometries(areas)).all()
    before, after = shapely.union_all(areas), shapely.union_all(drawn)
    assert after.area == shapely.area(drawn).sum()
    assert holes(before) == holes(after)
    if tolerance == 0:
        assert shapely.equals(drawn, areas).all()


def holes(shape):
    return sum(len(polygon.interiors) for polygon in shapely.get_parts(shape))


@settings(max_examples=40, deadline=None)
@given(coverages(), st.data())
def test_encoding_and_parts_are_exact(areas, data):
    arcs = topology.arcs_of(series(*areas), 2.0)
    assert same(topology.decoded(topology.encoded(arcs)), arcs)
    assert topology.encoded(topology.arcs_of(series(*areas), 2.0)) == topology.encoded(arcs)
    rows = data.draw(st.lists(st.integers(0, len(areas) - 1), unique=True, min_size=1))
    part = topology.part(arcs, rows)
    assert set(np.maximum(part.refs, ~part.refs)) == set(range(len(part.starts) - 1))
    for place, row in enumerate(rows):
        assert [ring.tolist() for ring in rings(part, place)] == [ring.tolist() for ring in rings(arcs, row)]


def rings(arcs, row):
    return [arcs.ring(number) for number in range(arcs.area_starts[row], arcs.area_starts[row + 1])]


@given(st.lists(st.integers(-(2**50), 2**50)))
def test_any_whole_number_comes_back(numbers):
    text = text_of(np.array(numbers, np.int64))
    assert numbers_of(text).tolist() == numbers
    assert set(text) <= set(ALPHABET)


def test_shared_edge_is_held_once():
    left, right = shapely.box(0, 0, 20, 20), shapely.box(20, 0, 40, 20)
    arcs = topology.arcs_of(series(left, right), 0)
    assert arcs.uses().tolist() == [2, 1, 1]
    assert arcs.line(0).tolist() == [[20, 0], [20, 20]]
    assert arcs.refs.tolist() == [0, 1, ~0, 2]
    assert arcs.ring_sizes().tolist() == [800, 800]


def test_enclave_is_the_hole_of_its_neighbour():
    "Whichever corner their outlines begin with."
    inner = shapely.Polygon([(40, 60), (60, 60), (60, 40), (40, 40)])
    outer = shapely.Polygon([(0, 0), (100, 0), (100, 100), (0, 100)], [[(60, 60), (60, 40), (40, 40), (40, 60)]])
    arcs = topology.arcs_of(series(outer, inner), 0)
    assert arcs.uses().tolist() == [1, 2]
    assert arcs.ring_sizes().tolist() == [20_000, -800, 800]


def test_small_corners_go_and_large_ones_stay():
    "A tooth 40 units wide and 10 high has 200 units of area; at the equator a unit is 0.111 m either way."
    tooth = [(0, 0), (480, 0), (500, 10), (520, 0), (1000, 0), (1000, 1000), (0, 1000)]
    for corner, points in ((199, 7), (201, 4)):
        arcs = topology.arcs_of(series(shapely.Polygon(tooth)), np.sqrt(corner) * UNIT_M)
        assert len(arcs.ring(0)) == points, corner


def test_coarse_drawing_of_neighbours_has_far_fewer_points():
    edge = zigzag(20_000, 100, 90, 20_000)
    areas = series(
        shapely.Polygon([(0, 0), *edge, (0, 20_000)]), shapely.Polygon([(40_000, 0), *edge, (40_000, 20_000)])
    )
    arcs = topology.arcs_of(areas, 50.0)
    assert len(arcs.points) < 20
    assert shapely.coverage_is_valid(lattice(arcs))


def test_coast_does_not_swallow_an_island():
    "Cutting the bay off would put the island inside the mainland."
    bay = [(0, 0), (1000, 0), (1000, 1000), (520, 1000), (500, 900), (480, 1000), (0, 1000)]
    island = shapely.box(499, 985, 501, 990)
    drawn = lattice(topology.arcs_of(series(shapely.Polygon(bay), island), 100.0))
    assert drawn[0].intersection(drawn[1]).area == 0
    assert drawn[1].area == 10


def test_small_islands_keep_their_shape():
    "Thirteen round islets 100 m across, at a tolerance of a kilometre."
    islets = [shapely.Point(i * 5000, 0).buffer(450, quad_segs=16) for i in range(13)]
    unit = shapely.MultiPolygon(islets)
    drawn = lattice(topology.arcs_of(series(unit), 1000.0))[0]
    assert len(drawn.geoms) == 13
    for before, after in zip(islets, sorted(drawn.geoms, key=lambda shape: shape.bounds), strict=True):
        assert 0.85 * before.area < after.area < before.area
        assert after.hausdorff_distance(before) < 0.15 * 900


def test_area_smaller_than_the_lattice_is_a_triangle():
    speck = shapely.box(10.1, 10.1, 10.3, 10.3)
    arcs = topology.arcs_of(series(speck, shapely.MultiPolygon([speck, shapely.box(50, 50, 60, 60)])), 10.0)
    assert arcs.ring(0).tolist() == [[10, 10], [11, 10], [10, 11]]
    assert len(arcs.ring_starts) - 1 == 2, "beside a larger part the speck goes"


def test_area_with_a_speck_across_its_edge_does_not_vanish():
    "As in Tuy Phước Tây: a part of 2.5 units that rounding lays across the edge of the large one."
    large = shapely.Polygon([(633, 68), (182, -89), (-64, -2257), (833, -4628), (4239, 2519), (2202, 755)])
    speck = shapely.Polygon([(633, 68), (634, 69), (624, 64)])
    drawn = topology.shapes(cut(np.array([shapely.MultiPolygon([large, speck])], object)))[0]
    assert drawn.is_valid
    assert drawn.area * UNITS_PER_DEGREE**2 == pytest.approx(large.area, abs=3)


def test_overlap_stays_as_it_is():
    "Both claim a strip of 10 units; its edges match no neighbour's, so no corner of theirs is cut."
    west = shapely.Polygon([(0, 0), *zigzag(1000, 50, 4, 1000), (0, 1000)])
    east = shapely.Polygon([(2000, 0), *zigzag(990, 50, 4, 1000), (2000, 1000)])
    drawn = lattice(topology.arcs_of(series(west, east), 50.0))
    assert drawn[0].intersection(drawn[1]).equals(west.intersection(east))


def test_slit_between_neighbours_does_not_become_a_gap():
    "One draws the edge with a corner 1 unit aside, then both turn a large corner."
    west = shapely.Polygon([(0, 0), (1000, 0), (1000, 500), (1300, 1000), (1000, 1500), (1000, 2000), (0, 2000)])
    east = shapely.Polygon([(3000, 0), (1000, 0), (1000, 500), (1301, 1000), (1000, 1500), (1000, 2000), (3000, 2000)])
    slit = 2_000 * 2_000 + 1_000 * 2_000 - west.area - east.area
    drawn = lattice(topology.arcs_of(series(west, east), 200.0))
    assert slit == 500
    assert 3000 * 2000 - shapely.area(drawn).sum() == pytest.approx(slit, rel=0.1)


def gaps(areas):
    "Ground that the areas enclose and none holds, largest first."
    parts = shapely.get_parts(shapely.union_all(areas))
    rings = [shapely.Polygon(ring) for part in parts for ring in part.interiors]
    return sorted(rings, key=lambda ring: -ring.area)


def same_ground(some, others):
    "Whether two lists of gaps are the same, one by one."
    return len(some) == len(others) and all(a.equals(b) for a, b in zip(some, others, strict=True))


@pytest.mark.parametrize("tolerance", [20.0, 60.0, 600.0])
def test_gap_between_neighbours_is_drawn_as_it_is(tolerance):
    "Three areas meet round it; one side runs to and fro in steps that go everywhere else."
    ridge = [(1000 + 40 * (i % 2), y) for i, y in enumerate(range(1000, 2001, 50))]
    west = shapely.Polygon([(0, 0), (1000, 0), *ridge, (1000, 3000), (0, 3000)])
    east = shapely.Polygon([(3000, 0), (1000, 0), (1000, 1000), (1500, 1500), (2000, 1500), (3000, 1500)])
    north = shapely.Polygon([(3000, 1500), (2000, 1500), (1500, 1500), (1000, 2000), (1000, 3000), (3000, 3000)])
    areas = areas_units(series(west, east, north))
    drawn = lattice(topology.arcs_of(series(west, east, north), tolerance))
    assert len(gaps(areas)) == 1
    assert same_ground(gaps(drawn), gaps(areas))


def test_gap_that_touches_the_coast_and_lake_with_an_island_stay():
    "The gap meets the coast at a corner; the lake lies in one area alone; the coast itself is drawn coarsely."
    coast = [(4000, 0), *[(4000 + 30 * (i % 2), 50 * i) for i in range(1, 40)], (4000, 2000)]
    gap = shapely.Polygon([(4000, 0), (3800, 100), (3790, 150), (3780, 200), (3700, 180), (3600, 20), (3500, 0)])
    lake = shapely.Polygon([(500, 500), (900, 500), (910, 700), (900, 900), (700, 910), (500, 900)])
    island = shapely.box(650, 650, 700, 700)
    land = shapely.Polygon([(0, 0), *coast, (0, 2000)]).difference(shapely.union_all([gap, lake]))
    south = shapely.Polygon([(0, 0), (3500, 0), (4000, 0), (4000, -1000), (0, -1000)])
    areas = areas_units(series(land, south, island))
    arcs = topology.arcs_of(series(land, south, island), 100.0)
    assert len(gaps(areas)) == 2
    assert same_ground(gaps(lattice(arcs)), gaps(areas))
    assert len(arcs.points) < len(coast)


def test_gap_between_islands_of_two_areas_stays():
    "No area has it for a hole: two islands touch at both ends of it."
    west = shapely.Polygon([(0, 0), (-100, 100), (-120, 200), (-110, 300), (0, 1000), (-900, 900), (-900, 50)])
    east = shapely.Polygon([(0, 0), (900, 50), (900, 900), (0, 1000), (110, 300), (120, 200), (100, 100)])
    water = shapely.Polygon(
        [(0, 0), (100, 100), (120, 200), (110, 300), (0, 1000), (-110, 300), (-120, 200), (-100, 100)]
    )
    drawn = lattice(topology.arcs_of(series(west, east), 200.0))
    assert shapely.union_all(drawn).intersection(water).area == 0
    assert shapely.union_all([*drawn, water]).area == shapely.area([*drawn, water]).sum()
    assert not shapely.union_all([*drawn, water]).interiors


def test_gap_beside_an_overlap_stays():
    "The edges cross: on one side of the crossing both claim the ground, on the other none does."
    west = shapely.Polygon(
        [(0, 0), (1000, 0), (1200, 1000), (900, 1500), (910, 1550), (900, 1600), (1000, 2000), (0, 2000)]
    )
    east = shapely.Polygon([(3000, 0), (1000, 0), (800, 1000), (1100, 1500), (1000, 2000), (3000, 2000)])
    areas = areas_units(series(west, east))
    drawn = lattice(topology.arcs_of(series(west, east), 200.0))
    assert areas[0].intersection(areas[1]).area > 0
    assert len(gaps(areas)) == 1
    assert same_ground(gaps(drawn), gaps(areas))
    assert drawn[0].intersection(drawn[1]).equals(areas[0].intersection(areas[1]))


@settings(max_examples=60, deadline=None)
@given(coverages(), st.sampled_from([30.0, 1000.0]), st.data())
def test_gaps_of_any_coverage_stay(areas, tolerance, data):
    "Some areas are taken away and their edges bent, so that gaps lie at junctions and beside each other."
    kept = data.draw(st.lists(st.integers(0, len(areas) - 1), unique=True, min_size=1))
    dense = shapely.transform(shapely.segmentize(areas[sorted(kept)], 20.0), np.rint)
    arcs = cut(dense)
    drawn = lattice(simplified(arcs, np.full(len(arcs.starts) - 1, tolerance**2)))
    assert same_ground(gaps(drawn), gaps(lattice(arcs)))


@settings(max_examples=100, deadline=None)
@given(st.floats(0.15, 0.85), st.floats(-0.45, 0.45), st.integers(-900, 900), st.integers(300, 3000))
def test_rounding_opens_no_gap_beside_a_corner_on_an_edge(share, aside, rise, run):
    """
    A corner between lattice points stands on the straight edge of a neighbour that has none there.

    The official outlines have such, where a ring crossed itself and was mended.
    """
    ends = np.array([(0.0, 0.0), (run, rise)])
    corner = ends[0] + share * (ends[1] - ends[0])
    assume(np.abs(corner - np.rint(corner)).max() > 0.2)
    low = shapely.Polygon([ends[0], *[ends[1]], (run, -2000), (0, -2000)])
    left = shapely.Polygon([ends[0], corner, (corner[0] + aside, 3000), (0, 3000)])
    right = shapely.Polygon([corner, ends[1], (run, 3000), (corner[0] + aside, 3000)])
    drawn = lattice(cut(np.array([low, left, right], object)))
    assert shapely.coverage_is_valid(drawn)
    assert not gaps(drawn)


def test_islets_go_except_those_that_matter():
    main, people, hole = (
        shapely.box(0, 0, 9000, 9000),
        shapely.box(20_000, 0, 20_500, 500),
        shapely.box(100, 100, 200, 200),
    )
    islet, only = shapely.box(30_000, 0, 30_500, 500), shapely.box(40_000, 0, 40_300, 300)
    two = [shapely.box(50_000, 0, 50_300, 300), shapely.box(50_300, 0, 50_600, 300)]
    areas = series(
        shapely.MultiPolygon([main.difference(hole), people, islet, two[0]]),
        only,
        shapely.MultiPolygon([two[1], shapely.box(60_000, 0, 69_000, 9000)]),
    )
    village = gpd.GeoSeries([shapely.Point(0.0202, 0.0002)], crs="EPSG:4326").to_crs("EPSG:3405")
    drawn = lattice(topology.without_islets(topology.arcs_of(areas, 0), 0.1, village))
    assert drawn[0].equals(shapely.MultiPolygon([main.difference(hole), people, two[0]]))
    assert drawn[1].equals(only)
    assert drawn[2].equals(areas_units(areas)[2])
    without = lattice(topology.without_islets(topology.arcs_of(areas, 0), 0.1))
    assert without[0].equals(shapely.MultiPolygon([main.difference(hole), two[0]]))


def areas_units(areas):
    return shapely.transform(areas.to_numpy(), lambda points: np.rint(points * UNITS_PER_DEGREE))


def test_provinces_are_their_communes():
    squares = [shapely.box(x, y, x + 100, y + 100) for y in (0, 100) for x in (0, 100, 200)]
    arcs = topology.arcs_of(series(*squares), 0)
    provinces = ["02", "01", "01", "02", "01", "01"]
    names, drawn = topology.joined(arcs, provinces)
    assert names == ["01", "02"]
    assert lattice(drawn)[0].equals(shapely.box(100, 0, 300, 200))
    assert lattice(drawn)[1].equals(shapely.box(0, 0, 100, 200))
    outlines = shapely.union_all([shapely.LineString(arcs.line(arc)) for arc in topology.borders(arcs, provinces)])
    assert outlines.equals(shapely.union_all(shapely.boundary(lattice(drawn))))


def test_area_without_a_polygon_is_refused():
    areas = gpd.GeoSeries([shapely.box(0, 0, 1, 1), shapely.Polygon()], index=["00001", "00002"], crs="EPSG:4326")
    with pytest.raises(ValueError, match="row '00002' has none"):
        topology.arcs_of(areas, 50.0)


def test_the_country_keeps_its_seams(shared_data):
    "The light outlines hold the overlaps of the full ones."
    communes = gpd.read_parquet(
        shared_data / "admin" / "communes_2025_light.parquet", columns=["province_code", "geometry"]
    )
    arcs = topology.arcs_of(communes.geometry, 150.0)
    drawn = topology.shapes(arcs)
    assert drawn.is_valid.all()
    assert not drawn.is_empty.any()
    before = shapely.coverage_invalid_edges(communes.geometry.to_numpy())
    after = shapely.coverage_invalid_edges(drawn.to_numpy())
    assert abs(int((~shapely.is_empty(before)).sum()) - int((~shapely.is_empty(after)).sum())) < 15
    assert shapely.length(after).sum() == pytest.approx(shapely.length(before).sum(), rel=0.01)
    names, provinces = topology.joined(arcs, communes["province_code"].tolist())
    assert len(names) == 34
    assert shapely.area(topology.shapes(provinces)).sum() == pytest.approx(shapely.area(drawn).sum(), rel=1e-4)
    sizes = [
        len(topology.encoded(topology.part(arcs, rows))["text"])
        for rows in communes.groupby("province_code").indices.values()
    ]
    assert max(sizes) < 160_000
    assert sum(sizes) / len(sizes) < 60_000


def test_arcs_are_plain_values():
    arcs = topology.arcs_of(series(shapely.box(0, 0, 10, 10)), 0)
    assert isinstance(arcs, Arcs)
    with pytest.raises(dataclasses.FrozenInstanceError):
        arcs.points = None
