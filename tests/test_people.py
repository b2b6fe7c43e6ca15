"""People: area fractions, the spreading of population pixels, contested ground, and sums that lose nobody."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import CRS
from scipy import sparse

from phusong import people
from phusong.grid import Grid
from phusong.layers.communes import Seams, seams
from phusong.layers.fractions import area_fractions
from phusong.layers.population import Population
from phusong.people import (
    MICRO,
    Balance,
    dominant,
    official_factors,
    pieces,
    scaled,
    shares,
    spread,
    sums_by_class,
    whole,
)
from phusong.pipeline import populate

WEST, NORTH = 500_000.0, 2_300_000.0


def lattice(rows: int, columns: int, pixel_m: float = 100.0) -> Grid:
    return Grid(CRS(3405), WEST, NORTH, pixel_m, (rows, columns))


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    "Metres east of the lattice's western edge, and metres south (!) of its northern edge, as rows are counted."
    return shapely.box(WEST + west, NORTH - south, WEST + east, NORTH - north)


def communes(*shapes: shapely.Geometry, population: Sequence[float] | None = None) -> gpd.GeoDataFrame:
    codes = [f"{i:05d}" for i in range(len(shapes))]
    return gpd.GeoDataFrame({"commune_code": codes, "population": population}, geometry=list(shapes), crs=3405)


def share_of(units: gpd.GeoDataFrame, grid: Grid) -> sparse.csr_array:
    return shares(units, seams(units), grid)


def population(*pixels: tuple[float, shapely.Polygon]) -> Population:
    "People and their upright rectangle; corners clockwise from the north-west."
    corners = []
    for _, shape in pixels:
        west, south, east, north = shape.bounds
        corners.append([(west, north), (east, north), (east, south), (west, south)])
    return Population(np.array([count for count, _ in pixels], float), np.array(corners), 2020)


# fractions


def test_fractions_of_a_triangle():
    "A triangle with corners in the corners of the first, third and seventh of 3 x 3 pixels: halves on the diagonal."
    shape = shapely.Polygon([(WEST, NORTH), (WEST + 300, NORTH), (WEST, NORTH - 300)])
    found = area_fractions(np.array([shape]), lattice(3, 3)).toarray().reshape(3, 3)
    assert found == pytest.approx(np.array([[1, 1, 0.5], [1, 0.5, 0], [0.5, 0, 0]]))


def test_fractions_leave_holes_out_and_add_parts():
    frame = box(0, 100, 100, 0) - box(25, 75, 75, 25)
    parts = shapely.MultiPolygon([frame, box(110, 100, 120, 0), box(190, 50, 200, 0)])
    assert area_fractions(np.array([frame, parts]), lattice(1, 2)).toarray() == pytest.approx(
        np.array([[0.75, 0], [0.75, 0.15]])
    )


def test_fractions_do_not_depend_on_the_turn_of_the_rings():
    frame = box(0, 100, 150, 0) - box(25, 75, 75, 25)
    turned = shapely.orient_polygons(frame, exterior_cw=True)
    both = area_fractions(np.array([frame, turned, shapely.reverse(frame)]), lattice(1, 2)).toarray()
    assert both.tolist() == [[0.75, 0.5]] * 3


def test_fractions_of_ground_outside_and_of_nothing():
    shapes = np.array([box(-150, 100, 50, 0), box(300, 100, 400, 0), shapely.Polygon(), box(0, 900, 100, 800)])
    found = area_fractions(shapes, lattice(1, 2))
    assert found.toarray().tolist() == [[0.5, 0], [0, 0], [0, 0], [0, 0]]
    assert area_fractions(np.array([], object), lattice(1, 2)).shape == (0, 2)


@st.composite
def outlines(draw: st.DrawFn) -> shapely.Polygon:
    "Stars around a place, up to some 600 m wide, some with a hole."
    x, y = draw(st.floats(0, 700)), draw(st.floats(0, 500))
    radii = draw(st.lists(st.floats(20, 300), min_size=3, max_size=9))
    angles = np.linspace(0, 2 * np.pi, len(radii), endpoint=False) + draw(st.floats(0, 1))
    star = shapely.Polygon(np.stack([x + radii * np.cos(angles), y + radii * np.sin(angles)], axis=1))
    shape = star - star.buffer(-15) if draw(st.booleans()) else star
    assume(shape.is_valid and not shape.is_empty and shape.geom_type in ("Polygon", "MultiPolygon"))
    return shapely.transform(shape, lambda xy: xy * (1, -1) + (WEST, NORTH))


@given(st.lists(outlines(), min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_fractions_are_those_of_exactextract(shapes: list[shapely.Polygon]):
    grid = lattice(6, 9)
    west, south, east, north = grid.bounds
    raster = NumPyRasterSource(np.zeros(grid.shape), west, south, east, north)
    table = exact_extract(raster, communes(*shapes), ["cell_id", "coverage"], output="pandas")
    expected = np.zeros((len(shapes), 54))
    for row, (pixels, parts) in enumerate(zip(table.cell_id, table.coverage, strict=True)):
        expected[row, pixels.astype(int)] = parts
    found = area_fractions(np.array(shapes), grid).toarray()
    assert np.abs(found - expected).max() < 1e-6  # exactextract keeps single precision


@given(outlines())
@settings(max_examples=60, deadline=None)
def test_fractions_add_up_to_the_area(shape: shapely.Polygon):
    ground = lattice(6, 9).padded(1000)
    found = area_fractions(np.array([shape]), ground)
    assert found.sum() * 1e4 == pytest.approx(shape.area, rel=1e-9)
    assert found.data.min() > 0
    assert found.data.max() <= 1


@pytest.mark.parametrize("pixel_m", [100.0, 30.0, 33.3])
@given(shape=outlines())
@settings(max_examples=40, deadline=None)
def test_no_choice_of_grid_changes_a_fraction(pixel_m: float, shape: shapely.Polygon):
    "Bit for bit: people are rounded to the millionth after it, and one tile must round as its neighbour does."
    grid = Grid.over((WEST, NORTH - 600, WEST + 900, NORTH), pixel_m, CRS(3405))
    ground = grid.padded(50_000)
    rows, columns = ground.window(grid)
    wide = area_fractions(np.array([shape]), ground).tocsc()
    pixels = np.arange(ground.shape[0] * ground.shape[1]).reshape(ground.shape)[rows, columns].ravel()
    narrow = area_fractions(np.array([shape]), grid)
    assert np.abs(wide[:, pixels].toarray() - narrow.toarray()).max() < 1e-9
    assert (wide[:, pixels].toarray() == narrow.toarray()).all()


# spreading


def test_population_pixel_is_spread_by_area():
    "120 m x 50 m from 80 m east: 20 of 120 m lie in the first pixel, all else in the second: 2 and 10 of 12 people."
    found = spread(population((12, box(80, 50, 200, 0))), lattice(1, 2))
    assert found.tolist() == [[2 * MICRO, 10 * MICRO]]
    assert found.dtype == np.int64


def test_population_pixels_add_up_where_they_meet():
    two = population((6, box(0, 100, 150, 0)), (4, box(150, 100, 200, 0)))
    assert spread(two, lattice(1, 2)).tolist() == [[4 * MICRO, 6 * MICRO]]


def test_a_single_millionth_is_not_lost():
    "Of 1 and of 2 millionths over three pixels, every one arrives."
    for millionths in range(6):
        found = spread(population((millionths / MICRO, box(0, 100, 300, 0))), lattice(1, 3))
        assert found.sum() == millionths
        assert found.max() - found.min() <= 1


@st.composite
def populations(draw: st.DrawFn) -> Population:
    "Turned and sheared pixels of about a lattice pixel's size, as another CRS makes them."
    n = draw(st.integers(1, 12))
    seed = draw(st.integers(0, 2**32 - 1))
    drawn = np.random.default_rng(seed)
    angle, size = draw(st.floats(-0.2, 0.2)), draw(st.floats(20, 400))
    square = np.array([(-1, 1), (1, 1), (1, -1), (-1, -1)]) * size / 2
    turned = square @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    centres = drawn.uniform((WEST - 300, NORTH - 1300), (WEST + 1300, NORTH + 300), (n, 2))
    return Population(drawn.uniform(0, 300, n) ** 3 / 1e4, centres[:, np.newaxis] + turned, 2020)


@given(populations())
@settings(max_examples=60, deadline=None)
def test_spreading_conserves_to_the_millionth(raster: Population):
    ground = raster.ground(lattice(10, 10))
    found = spread(raster, ground)
    assert found.min() >= 0
    assert found.sum() == np.rint(raster.people * MICRO).astype(np.int64).sum()


@given(populations())
@settings(max_examples=60, deadline=None)
def test_spreading_is_by_area_to_the_millionth(raster: Population):
    "Each population pixel rounds a lattice pixel by less than a millionth, and its own people by half of one."
    ground = raster.ground(lattice(10, 10))
    weights = area_fractions(np.asarray(shapely.polygons(raster.corners_m), object), ground)
    each = weights.sum(axis=1)
    exact = (raster.people * MICRO / each) @ weights
    assert np.abs(spread(raster, ground).ravel() - exact).max() <= len(each) * 1.51


@given(populations(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_order_and_portions_do_not_change_the_people(raster: Population, random: object):
    ground = raster.ground(lattice(10, 10))
    expected = spread(raster, ground)
    order = list(range(len(raster.people)))
    random.shuffle(order)  # type: ignore[attr-defined]
    again = Population(raster.people[order], raster.corners_m[order], raster.year)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people, "_CHUNK", 2)
        assert (spread(again, ground) == expected).all()


def test_ground_holds_the_population_and_the_grid():
    "Pixels reach 30 m west and 210 m north of a grid of 100 m pixels: one column and three rows more."
    raster = population((1, box(-30, 50, 20, -210)))
    assert raster.ground(lattice(2, 2)) == Grid(CRS(3405), WEST - 100, NORTH + 300, 100.0, (5, 3))
    assert population((1, box(20, 80, 60, 20))).ground(lattice(2, 2)) == lattice(2, 2)


# shares


def test_shares_are_area_fractions():
    units = communes(box(0, 100, 125, 0), box(125, 100, 180, 0))
    assert share_of(units, lattice(1, 2)).toarray() == pytest.approx(np.array([[1, 0.25], [0, 0.55]]))


def test_two_communes_share_contested_ground_evenly():
    "They overlap from 100 to 200 m, the whole second pixel."
    units = communes(box(0, 100, 200, 0), box(100, 100, 300, 0))
    found = seams(units)
    assert (found.pairs, found.claimants) == (1, ((0, 1),))
    assert shares(units, found, lattice(1, 3)).toarray().tolist() == [[1, 0.5, 0], [0, 0.5, 1]]


def test_three_communes_share_contested_ground_evenly():
    """
    Claims: 0-200 m, 100-300 m and 100-400 m of a strip of pixels of 100 m.

    The second pixel has three claimants, the third two, the fourth one.
    """
    units = communes(box(0, 100, 200, 0), box(100, 100, 300, 0), box(100, 100, 400, 0))
    found = shares(units, seams(units), lattice(1, 4)).toarray()
    assert found == pytest.approx(
        np.array([[1, 1 / 3, 0, 0], [0, 1 / 3, 1 / 2, 0], [0, 1 / 3, 1 / 2, 1]]), rel=1e-12, abs=1e-12
    )


def test_contested_part_of_a_pixel():
    "0-60 m and 40-100 m: 40 m each for themselves, and half of 20 m."
    units = communes(box(0, 100, 60, 0), box(40, 100, 100, 0))
    assert share_of(units, lattice(1, 1)).toarray() == pytest.approx(np.array([[0.5], [0.5]]), rel=1e-12)


def test_commune_inside_another():
    "The inner one has the second pixel in common with the outer one."
    units = communes(box(0, 100, 300, 0), box(100, 100, 200, 0))
    assert share_of(units, lattice(1, 3)).toarray() == pytest.approx(np.array([[1, 0.5, 1], [0, 0.5, 0]]))


def test_seamless_communes_have_nothing_to_share():
    assert share_of(communes(box(0, 100, 50, 0), box(50, 100, 100, 0)), lattice(1, 1)).toarray().tolist() == [
        [0.5],
        [0.5],
    ]


@pytest.mark.parametrize("overlap_m", [0.004, 0.0099, 0.02, 30])
def test_shares_never_exceed_one_however_thin_the_overlap(overlap_m: float):
    "Overlaps of less than 1 m² are not listed as seams; the ground is still there only once."
    units = communes(box(0, 100, 50 + overlap_m, 0), box(50, 100, 100, 0))
    assert share_of(units, lattice(1, 1)).toarray().sum() <= 1 + 1e-9


@given(st.lists(outlines(), min_size=2, max_size=5))
@settings(max_examples=60, deadline=None)
def test_shares_add_up_to_the_ground_that_is_claimed(shapes: list[shapely.Polygon]):
    "However communes overlap, together they have the pixel's part of their union, and nobody more than the own part."
    grid = lattice(6, 9)
    units = communes(*shapes)
    found = share_of(units, grid).toarray()
    claimed = area_fractions(np.array([shapely.union_all(shapes)]), grid).toarray()[0]
    assert (found >= 0).all()
    assert (found <= area_fractions(np.array(shapes), grid).toarray() + 1e-9).all()
    # overlaps up to 1 m² (a ten-thousandth of a pixel) are not divided
    assert np.abs(found.sum(axis=0) - claimed).max() < 1e-4 * len(shapes) ** 2
    assert found.sum(axis=0).max() <= 1 + 1e-9


# pieces


def test_pieces_by_hand():
    "A quarter and a half of 8 people, the rest in no commune; and a pixel outside all."
    share = sparse.csr_array(np.array([[0.25, 0.0], [0.5, 0.0]]))
    found = pieces(share, np.array([[8 * MICRO, 3 * MICRO]]))
    assert found.toarray().tolist() == [[2 * MICRO, 0], [4 * MICRO, 0], [2 * MICRO, 3 * MICRO]]
    assert found.dtype == np.int64


@pytest.mark.parametrize("count", range(7))
def test_wholly_divided_pixel_leaves_nobody_outside(count: int):
    "Thirds of 0 to 6 millionths."
    found = pieces(sparse.csr_array(np.full((3, 1), 1 / 3)), np.array([[count]], np.int64)).toarray()[:, 0]
    assert found.sum() == count
    assert found[3] == 0
    assert found.max() - found[:3].min() <= 1


@st.composite
def divisions(draw: st.DrawFn) -> tuple[sparse.csr_array, NDArray[np.int64]]:
    "Some pixels wholly divided, some partly, some not at all."
    n, pixels = draw(st.integers(1, 4)), draw(st.integers(1, 12))
    drawn = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    raw = drawn.uniform(0, 1, (n, pixels)) * (drawn.uniform(size=(n, pixels)) < 0.7)
    total = raw.sum(axis=0)
    raw = np.where(total > 0, raw / np.where(total > 0, total, 1), 0) * drawn.choice([1, 1, 0.3], pixels)
    most = draw(st.sampled_from([3, 10**6, 10**12]))
    return sparse.csr_array(raw), drawn.integers(0, most, (1, pixels))


@given(divisions())
@settings(max_examples=60, deadline=None)
def test_pieces_divide_without_remainder(world: tuple[sparse.csr_array, NDArray[np.int64]]):
    share, micro = world
    found = pieces(share, micro)
    assert found.shape == (share.shape[0] + 1, share.shape[1])
    assert found.toarray().min() >= 0
    assert (found.sum(axis=0) == micro[0]).all()
    exact = share.toarray() * micro
    assert np.abs(found.toarray()[:-1] - exact).max() <= 1 + micro.max() * 1e-7


@given(divisions(), st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_tiles_do_not_change_a_sum(world: tuple[sparse.csr_array, NDArray[np.int64]], tile: int):
    "Divided tile by tile, and summed in any order, every commune has the same millionths."
    share, micro = world
    expected = pieces(share, micro).sum(axis=1)
    parts = [
        pieces(sparse.csr_array(share[:, start : start + tile]), micro[:, start : start + tile]).sum(axis=1)
        for start in range(0, micro.shape[1], tile)
    ]
    assert (np.sum(parts[::-1], axis=0) == expected).all()


def test_people_of_the_raster_are_study_neighbours_and_outside():
    """
    Three population pixels of 100 m on a strip of four lattice pixels, communes at 0-150 m (study) and 150-230 m.

    The study has the first pixel's 10 people and half of the second's 8; the neighbour the other half and 30 of 100
    parts of the third's 20, whose other 14 live in no commune.
    """
    units = communes(box(0, 100, 150, 0), box(150, 100, 230, 0))
    raster = population((10, box(0, 100, 100, 0)), (8, box(100, 100, 200, 0)), (20, box(200, 100, 300, 0)))
    ground = raster.ground(lattice(1, 2))
    sums = pieces(share_of(units, ground), spread(raster, ground)).sum(axis=1)
    assert sums.tolist() == [14 * MICRO, 10 * MICRO, 14 * MICRO]
    assert Balance(38.0, 14.0, 10.0, 14.0).difference == 0


def test_difference_is_relative_to_the_raster():
    assert Balance(1000.0, 600.0, 200.0, 199.0).difference == pytest.approx(0.001)
    assert Balance(0.0, 0.0, 0.0, 0.0).difference == 0


@given(populations(), st.lists(outlines(), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_balance_holds_to_a_millionth_part(raster: Population, shapes: list[shapely.Polygon]):
    units = communes(*shapes)
    ground = raster.ground(lattice(6, 9))
    sums = pieces(share_of(units, ground), spread(raster, ground)).sum(axis=1) / MICRO
    total = float(raster.people.sum())
    assert Balance(total, float(sums[0]), float(sums[1:-1].sum()), float(sums[-1])).difference < 1e-5
    assume(total > 1 + len(raster.people))
    assert Balance(total, float(sums[0]), float(sums[1:-1].sum()), float(sums[-1])).difference < 1e-6


# official people


def test_scaling_to_official_people():
    "Two communes of 4 and 6 people by the raster, of 8 and 3 officially; nobody outside is scaled."
    divided = sparse.csr_array(np.array([[1, 3, 0], [0, 2, 4], [5, 0, 1]], np.int64) * MICRO)
    factors = official_factors(pd.Series([8.0, 3.0]), np.array([4, 6]) * MICRO)
    assert factors.tolist() == [2.0, 0.5]
    found = scaled(divided, factors)
    assert (found.toarray() / MICRO).tolist() == [[2, 6, 0], [0, 1, 2], [5, 0, 1]]
    assert found.dtype == np.int64


def test_communes_without_a_figure_stay_as_they_are():
    "Missing officially, empty by the raster."
    factors = official_factors(pd.Series([np.nan, 7.0]), np.array([4 * MICRO, 0]))
    assert factors.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("scale_to", "expected"), [("raster", [[8.0, 2.0], [0.0, 0.0]]), ("official", [[16.0, 4.0], [0.0, 0.0]])]
)
def test_main_job_scales_the_studied_communes(scale_to: str, expected: list[list[float]]):
    """
    A study of one commune (0-150 m) beside a neighbour (150-300 m); the population pixels reach over the grid.

    8 people in the first pixel, 4 in the second, which the neighbour shares, and 6 in the third, which is off the grid.
    Officially the commune has 20 people and not 10.
    """
    units = communes(box(0, 100, 150, 0), box(150, 100, 300, 0), population=[20.0, 500.0])
    raster = population((8, box(0, 100, 100, 0)), (4, box(100, 100, 200, 0)), (6, box(200, 100, 300, 0)))
    inputs = SimpleNamespace(
        grid=lattice(2, 2), communes=units[:1], neighbours=units[1:], seams=seams(units), population=raster
    )
    project = SimpleNamespace(people=SimpleNamespace(scale_to=scale_to))
    divided, share, balance = populate(project, inputs)  # type: ignore[arg-type]
    assert (divided.toarray().reshape(2, 2) / MICRO).tolist() == expected
    assert share.toarray().reshape(2, 2).tolist() == [[1, 0.5], [0, 0]]
    assert (balance.raster, balance.study, balance.neighbours, balance.outside) == (18.0, 10.0, 8.0, 0.0)
    scaled_once = {"communes_scaled": 1.0, "communes_not_scaled": 0.0, "least_factor": 2.0, "largest_factor": 2.0}
    assert balance.scaling == (scaled_once if scale_to == "official" else {})


def test_official_total_is_met():
    drawn = np.random.default_rng(1)
    micro = drawn.integers(0, 3 * MICRO, (1, 5000))
    divided = pieces(sparse.csr_array(np.ones((1, 5000))), micro)
    factors = official_factors(pd.Series([12_345.0]), divided.sum(axis=1)[:1])
    assert whole(scaled(divided, factors).sum(axis=1)[:1, np.newaxis]).tolist() == [[12_345]]


# classes and wholes


def test_dominant_commune_of_each_pixel():
    share = sparse.csr_array(np.array([[0.2, 0.5, 0.0, 0.0], [0.3, 0.5, 0.0, 0.1], [0.1, 0.0, 0.0, 0.9]]))
    found = dominant(share)
    assert found.tolist() == [1, 0, -1, 2]
    assert found.dtype == np.int32


def test_equal_shares_of_contested_ground_go_to_the_first():
    units = communes(box(0, 100, 100, 0), box(0, 100, 100, 0), box(0, 100, 100, 0))
    assert dominant(share_of(units, lattice(1, 1))).tolist() == [0]


def test_sums_by_class_of_pixel():
    divided = sparse.csr_array(np.array([[1, 2, 4, 8], [16, 0, 32, 64]], np.int64))
    classes = np.array([[0, 255], [0, 2]], np.uint8)
    assert sums_by_class(divided, classes, (0, 1, 2, 255)).tolist() == [[5, 0, 8, 2], [48, 0, 64, 0]]


def test_whole_people_round_once():
    assert whole(np.array([[400_000, 400_000, 400_000], [1_500_000, 0, 0]])).tolist() == [[0, 1, 0], [2, 0, 0]]
    assert whole(np.array([[499_999], [500_000]])).tolist() == [[0], [1]]


@given(st.lists(st.lists(st.integers(0, 10**13), min_size=4, max_size=4), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_parts_sum_to_the_rounded_total(rows: list[list[int]]):
    micro = np.array(rows, np.int64)
    found = whole(micro)
    assert (found >= 0).all()
    assert (np.abs(found - micro / MICRO) <= 1).all()
    assert (found.sum(axis=1) == (micro.sum(axis=1) + MICRO // 2) // MICRO).all()


@given(st.permutations([0, 1, 2, 3]), st.lists(st.integers(0, 10**9), min_size=4, max_size=4))
@settings(max_examples=60, deadline=None)
def test_total_does_not_depend_on_the_order_of_the_classes(order: list[int], micro: list[int]):
    values = np.array([micro], np.int64)
    assert whole(values[:, order]).sum() == whole(values).sum()


def test_no_seams_is_a_seam_of_nothing():
    nothing = Seams(np.array([], object), (), 0, 0.0, 0, 0.0)
    assert shares(communes(box(0, 100, 50, 0)), nothing, lattice(1, 1)).toarray().tolist() == [[0.5]]
