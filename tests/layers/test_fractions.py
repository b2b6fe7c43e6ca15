"""Area fractions: exact by hand, equal to exactextract's, and summing to the polygon's area."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from phusong.grid import Grid
from phusong.layers.fractions import area_fractions

WEST, NORTH = 500_000.0, 2_301_000.0
GRID = Grid(CRS(3405), WEST, NORTH, 100.0, (10, 12))


def covered(shape: shapely.Geometry, grid: Grid = GRID) -> np.ndarray:
    "Fractions of one polygon on a grid."
    return area_fractions(np.array([shape]), grid).toarray().reshape(grid.shape)


def placed(*points: tuple[float, float], holes: tuple = ()) -> shapely.Polygon:
    "A polygon in pixels from the north-west corner, rows downwards."
    move = [(WEST + 100 * x, NORTH - 100 * y) for x, y in points]
    return shapely.Polygon(move, [[(WEST + 100 * x, NORTH - 100 * y) for x, y in hole] for hole in holes])


def star(angles: list[float], radii: list[float], middle: tuple[float, float]) -> shapely.Polygon:
    "A simple polygon: corners around a middle, in metres."
    turns = np.cumsum(angles) / np.sum(angles) * 2 * np.pi
    return shapely.Polygon(np.stack([middle[0] + radii * np.cos(turns), middle[1] + radii * np.sin(turns)], axis=1))


@st.composite
def polygons(draw, reach: float = 450.0):
    "Simple polygons of 3 to 12 corners, wholly inside the grid unless `reach` is larger; turns below half a circle."
    corners = draw(st.integers(3, 12))
    angles = draw(st.lists(st.floats(1, 2), min_size=corners, max_size=corners))
    radii = np.array(draw(st.lists(st.floats(20, reach), min_size=corners, max_size=corners)))
    shift = draw(st.tuples(st.floats(-40, 40), st.floats(-40, 40)))
    return star(angles, radii, (WEST + 600 + shift[0], NORTH - 500 + shift[1]))


def test_a_square_of_pixels_is_ones_and_nothing_else():
    expected = np.zeros(GRID.shape)
    expected[2:4, 1:5] = 1
    np.testing.assert_array_equal(covered(placed((1, 2), (5, 2), (5, 4), (1, 4))), expected)


def test_halves_and_quarters():
    got = covered(placed((0.5, 0.5), (2, 0.5), (2, 2), (0.5, 2)))
    np.testing.assert_allclose(got[:3, :3], [[0.25, 0.5, 0], [0.5, 1, 0], [0, 0, 0]], atol=1e-12)


def test_a_triangle():
    "The half of two by two pixels below the diagonal."
    got = covered(placed((0, 0), (2, 2), (0, 2)))
    np.testing.assert_allclose(got[:2, :2], [[0.5, 0], [1, 0.5]], atol=1e-12)


def test_a_hole_is_not_covered():
    ring = placed((0, 0), (3, 0), (3, 3), (0, 3), holes=(((1, 1), (2.5, 1), (2.5, 2), (1, 2)),))
    np.testing.assert_allclose(covered(ring)[:3, :3], [[1, 1, 1], [1, 0, 0.5], [1, 1, 1]], atol=1e-12)


@pytest.mark.parametrize("turn", [False, True])
def test_the_direction_of_rings_does_not_matter(turn):
    outer = [(0, 0), (3, 0), (3, 3), (0, 3)]
    hole = [(1, 1), (2, 1), (2, 2), (1, 2)]
    shape = placed(*outer[:: -1 if turn else 1], holes=(hole,))
    assert covered(shape).sum() == pytest.approx(8)
    assert covered(shape)[1, 1] == 0


def test_parts_add_up_in_the_pixel_they_share():
    parts = shapely.MultiPolygon(
        [placed((0, 0), (0.25, 0), (0.25, 1), (0, 1)), placed((0.5, 0), (1.5, 0), (1.5, 1), (0.5, 1))]
    )
    np.testing.assert_allclose(covered(parts)[0, :3], [0.75, 0.5, 0], atol=1e-12)


def test_an_island_in_a_lake():
    lake = placed((0, 0), (5, 0), (5, 5), (0, 5), holes=(((1, 1), (4, 1), (4, 4), (1, 4)),))
    shape = shapely.MultiPolygon([lake, placed((2, 2), (3, 2), (3, 3), (2, 3))])
    got = covered(shape)
    assert got.sum() == pytest.approx(17)
    assert (got[2, 2], got[2, 1]) == (1, 0)


def test_what_reaches_outside_is_cut_at_the_grid():
    got = covered(shapely.box(WEST - 5000, NORTH - 250, WEST + 150, NORTH + 5000))
    np.testing.assert_allclose(got[:4, :3], [[1, 0.5, 0], [1, 0.5, 0], [0.5, 0.25, 0], [0, 0, 0]], atol=1e-12)
    assert got.sum() == pytest.approx(3.75)


@pytest.mark.parametrize("shape", [shapely.box(0, 0, 100, 100), shapely.Polygon(), shapely.MultiPolygon()])
def test_what_is_elsewhere_or_empty_covers_nothing(shape):
    assert area_fractions(np.array([shape]), GRID).nnz == 0


def test_no_polygons_no_rows():
    assert area_fractions(np.array([], object), GRID).shape == (0, 120)


def test_rows_are_polygons_in_their_order():
    shapes = np.array([placed((k, 0), (k + 1, 0), (k + 1, 1), (k, 1)) for k in (3, 0)])
    matrix = area_fractions(shapes, GRID)
    assert matrix.shape == (2, 120)
    assert matrix.indices.tolist() == [3, 0]
    assert matrix.data.tolist() == [1.0, 1.0]


def test_communes_that_share_an_edge_share_each_pixel():
    "Two halves of the grid along a slanting line: no pixel is claimed for more or less than one."
    left = placed((0, 0), (7.3, 0), (2.1, 10), (0, 10))
    right = placed((7.3, 0), (12, 0), (12, 10), (2.1, 10))
    both = area_fractions(np.array([left, right]), GRID).toarray().sum(axis=0)
    np.testing.assert_allclose(both, 1, atol=1e-12)


@settings(max_examples=150, deadline=None)
@given(polygons())
def test_fractions_sum_to_the_area(shape):
    assert covered(shape).sum() * 100**2 == pytest.approx(shape.area, rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(polygons(reach=1500))
def test_fractions_are_the_area_of_the_part_inside(shape):
    got = covered(shape)
    assert got.min() >= 0
    assert got.max() <= 1
    inside = shapely.intersection(shape, shapely.box(*GRID.bounds)).area
    assert got.sum() * 100**2 == pytest.approx(inside, rel=1e-8)


@settings(max_examples=40, deadline=None)
@given(polygons(reach=1500), st.integers(1, 7))
def test_tiles_together_are_the_grid(shape, size):
    whole = covered(shape)
    for tile in GRID.tiles(size):
        np.testing.assert_allclose(covered(shape, tile), whole[GRID.window(tile)], atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(polygons(reach=1500), st.integers(1, 7))
def test_the_size_of_a_tile_changes_no_bit(shape, size):
    "tile_pixels bounds the memory and never changes a result: snapshots are compared byte by byte."
    whole = covered(shape)
    for tile in GRID.tiles(size):
        np.testing.assert_array_equal(covered(shape, tile), whole[GRID.window(tile)])


@settings(max_examples=60, deadline=None)
@given(polygons(reach=1200), polygons(reach=100))
def test_fractions_are_those_of_exactextract(outer, inner):
    "With a hole where the inner polygon lies inside, and as two parts where it does not."
    shape = outer - inner if shapely.contains_properly(outer, inner) else shapely.union(outer, inner)
    np.testing.assert_allclose(covered(shape), exact(shape), atol=1e-6)


def exact(shape: shapely.Geometry) -> np.ndarray:
    "Coverage fractions by exactextract."
    west, south, east, north = GRID.bounds
    raster = NumPyRasterSource(np.ones(GRID.shape), west, south, east, north, srs_wkt=GRID.crs.to_wkt())
    found = exact_extract(
        raster, gpd.GeoDataFrame(geometry=[shape], crs=GRID.crs), ["cell_id", "coverage"], output="pandas"
    )
    flat = np.zeros(GRID.shape[0] * GRID.shape[1])
    flat[np.asarray(found["cell_id"][0], int)] = found["coverage"][0]
    return flat.reshape(GRID.shape)
