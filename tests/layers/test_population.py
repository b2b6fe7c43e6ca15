"""Population: pixels of people in any CRS as pieces of the project's ground."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from phusong.errors import LayerError
from phusong.grid import Grid
from phusong.layers import population as layer

WEST, NORTH = 500_000, 2_302_000
GRID = Grid(CRS(3405), float(WEST), float(NORTH), 100.0, (20, 20))
"""The four communes: 2 km by 2 km."""


def read(world, values, corner=(WEST, NORTH), pixel=500, grid: Grid = GRID, **more):
    "The population of a raster."
    world.layers["population"] = {"path": world.raster("p.tif", values, corner, pixel, **more), "year": 2020}
    return layer.read(world.project(), grid)


def test_sixteen_pixels_of_ten_people(world):
    people, account = layer.read(world.project(), GRID)
    assert people.people.tolist() == [10.0] * 16
    assert people.year == 2020
    assert people.corners_m[0].tolist() == [
        [WEST, NORTH], [WEST + 500, NORTH], [WEST + 500, NORTH - 500], [WEST, NORTH - 500],
    ]  # fmt: skip
    assert shapely.area(shapely.polygons(people.corners_m)).tolist() == [250_000.0] * 16
    assert account.counts == {"people_raster": 160.0, "empty_pixels": 0}
    assert account.accepted == 16


def test_pixels_without_people_are_left_out_and_empty_ones_counted(world):
    people, account = read(world, np.array([[1, 0, np.nan], [-99999, 2.5, 3]], np.float32), nodata=-99999)
    assert people.people.tolist() == [1.0, 2.5, 3.0]
    assert account.counts == {"people_raster": 6.5, "empty_pixels": 2}


def test_negative_people_are_refused(world):
    with pytest.raises(LayerError) as caught:
        read(world, np.array([[1, -99999], [-1, 3]], np.float32))
    assert str(caught.value) == ("population: 1 fault\n  - 2 pixels hold negative people; is the nodata value set?")


def test_endless_people_are_refused(world):
    "An undeclared nodata of the largest float makes the sum of a country meaningless."
    with pytest.raises(LayerError):
        read(world, np.array([[1, 3.4028235e38], [np.inf, 3]], np.float32))


def test_pixels_that_touch_the_grid_come_whole_and_others_not(world):
    "A raster begun 750 m to the west and north: of 500 m pixels, the second column and row reach into the grid."
    people, account = read(world, np.ones((20, 20), np.float32), (WEST - 750, NORTH + 750))
    assert account.counts["people_raster"] == 25.0
    assert people.corners_m[:, :, 0].min() == WEST - 250
    assert people.corners_m[:, :, 0].max() == WEST + 2250
    assert people.corners_m[:, :, 1].max() == NORTH + 250


@pytest.mark.parametrize(("epsg", "pixel"), [(4326, 0.004), (32648, 400.0), (9217, 400.0)])
def test_a_raster_of_another_crs_keeps_its_people_on_its_ground(world, epsg, pixel):
    into = Transformer.from_crs(3405, epsg, always_xy=True)
    x, y = into.transform(WEST + 150, NORTH - 150)
    people, account = read(world, np.array([[1, 2, 3], [4, 5, 6]], np.float32), (x, y), pixel, crs=f"EPSG:{epsg}")
    assert people.people.tolist() == [1, 2, 3, 4, 5, 6]
    assert account.counts["people_raster"] == 21.0
    column, row = 2, 1  # the last pixel, 6 people
    own = [(x + pixel * (column + i), y - pixel * (row + j)) for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))]
    expected = [into.transform(*corner, direction="INVERSE") for corner in own]
    np.testing.assert_allclose(people.corners_m[5], expected, atol=1e-3)


@pytest.mark.parametrize(("epsg", "pixel"), [(4326, 0.001), (32648, 100.0), (9217, 100.0)])
def test_an_even_density_gives_the_same_people_in_any_crs(world, epsg, pixel):
    "One person a hectare of ground on 4 km² of the map: 400.2 people, however the raster is cut."
    into = Transformer.from_crs(3405, epsg, always_xy=True)
    west, south, east, north = into.transform_bounds(*GRID.padded(500).bounds)
    shape = round((north - south) / pixel), round((east - west) / pixel)
    edges_x, edges_y = west + pixel * np.arange(shape[1] + 1), north - pixel * np.arange(shape[0] + 1)
    corner_x, corner_y = into.transform(*np.meshgrid(edges_x, edges_y), direction="INVERSE")
    points = np.stack([corner_x, corner_y], -1)
    cells = np.stack([points[:-1, :-1], points[:-1, 1:], points[1:, 1:], points[1:, :-1]], axis=2)
    hectares = shapely.area(shapely.polygons(cells.reshape(-1, 4, 2))).reshape(shape) / 1e4
    people, _ = read(world, hectares.astype(np.float64), (west, north), pixel, crs=f"EPSG:{epsg}")
    pieces = shapely.polygons(people.corners_m)
    inside = shapely.area(shapely.intersection(pieces, shapely.box(*GRID.bounds))) / shapely.area(pieces)
    assert (people.people * inside).sum() == pytest.approx(400, rel=1e-6)


def test_the_ground_holds_every_piece_on_the_same_lattice(world):
    people, _ = read(world, np.ones((20, 20), np.float32), (WEST - 730, NORTH + 750))
    ground = people.ground(GRID)
    assert ground.bounds == (WEST - 300, NORTH - 2300, WEST + 2300, NORTH + 300)
    assert ground.window(GRID) == (slice(3, 23), slice(3, 23))


def test_the_ground_is_never_less_than_the_grid(world):
    people, _ = read(world, np.ones((1, 1), np.float32), (WEST + 500, NORTH - 500))
    assert people.ground(GRID) == GRID


def test_no_year_is_no_year(world):
    del world.layers["population"]["year"]
    assert layer.read(world.project(), GRID)[0].year is None


def test_a_raster_without_crs_is_refused(world):
    with pytest.raises(LayerError, match=r"population: 1 fault\n  - p\.tif has no CRS"):
        read(world, np.ones((2, 2), np.float32), crs=None)


def test_a_raster_elsewhere_is_refused(world):
    with pytest.raises(LayerError, match=r"p\.tif does not reach the study area"):
        read(world, np.ones((2, 2), np.float32), (WEST + 50_000, NORTH))


def test_a_raster_without_people_here_is_refused(world):
    with pytest.raises(LayerError, match=r"p\.tif has no people in the study area"):
        read(world, np.zeros((4, 4), np.float32))


def test_two_rasters_are_one_too_many(world):
    world.raster("q.tif", np.ones((4, 4), np.float32), (WEST, NORTH), 500)
    world.layers["population"] = {"path": ["people.tif", "q.tif"]}
    with pytest.raises(LayerError, match="population: 1 fault\n  - 2 files: expected one raster"):
        layer.read(world.project(), GRID)


def test_a_raster_cut_short_is_a_layer_fault(world, tmp_path):
    world.raster("p.tif", np.ones((400, 400), np.float32), (WEST, NORTH), 5)
    (tmp_path / "p.tif").write_bytes((tmp_path / "p.tif").read_bytes()[:20_000])
    world.layers["population"] = {"path": "p.tif"}
    with pytest.raises(LayerError, match=r"p\.tif"):
        layer.read(world.project(), GRID)


TURNED = st.lists(st.tuples(*[st.integers(-6, 26)] * 2, *[st.integers(1, 4)] * 2, st.integers(-2, 2)), max_size=12)
"""Column and row of the first corner, width, height and lean of pixels, in hundreds of metres."""


def turned(pixels):
    "Corners of leaning pixels around the grid."
    at = [[(x, y), (x + w, y + lean), (x + w, y + lean - h), (x, y - h)] for x, y, w, h, lean in pixels]
    return np.array([WEST, NORTH - 2000.0]) + 100.0 * np.array(at, float).reshape(-1, 4, 2)


@given(TURNED)
def test_the_pixels_near_a_tile_are_those_whose_box_touches_it(pixels):
    corners, tile = turned(pixels), GRID.part(5, 5, 8, 6)
    west, south, east, north = tile.bounds
    low, high = corners.min(axis=1), corners.max(axis=1)
    touching = ((low <= (east, north)) & (high >= (west, south))).all(axis=1)
    near = layer.Population(np.arange(1.0, len(corners) + 1), corners, 2020).near(tile)
    assert near.people.tolist() == (np.flatnonzero(touching) + 1.0).tolist()
    assert np.array_equal(near.corners_m, corners[touching])


@given(TURNED)
def test_a_pixel_counts_where_it_touches_the_grid_itself(pixels):
    corners = turned(pixels)
    found = shapely.intersects(shapely.polygons(corners), shapely.box(*GRID.bounds))
    assert layer._touches(corners, GRID).tolist() == found.tolist()
