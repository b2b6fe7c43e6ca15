"""The lattice: snapping, tiles and windows."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS
from rasterio.transform import xy

from phusong.grid import Grid

VN2000 = CRS(3405)
PIXELS = st.sampled_from([5.0, 12.5, 30.0, 33.3, 100.0, 250.0, 5000.0])
EASTINGS = st.floats(-500_000, 1_500_000)
NORTHINGS = st.floats(0, 3_000_000)
EXTENTS = st.floats(0.01, 40_000)


@st.composite
def boxes(draw: st.DrawFn) -> tuple[float, float, float, float]:
    west, south = draw(EASTINGS), draw(NORTHINGS)
    return west, south, west + draw(EXTENTS), south + draw(EXTENTS)


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    column, row = draw(st.integers(-5000, 15000)), draw(st.integers(0, 30000))
    pixel_m = draw(PIXELS)
    return Grid(VN2000, column * pixel_m, row * pixel_m, pixel_m, (draw(st.integers(1, 23)), draw(st.integers(1, 23))))


def test_smallest_grid_that_holds_the_box():
    "501 to 699 east are in the pixels 500-600 and 600-700; 1,010 to 1,190 north in 1,000-1,100 and 1,100-1,200."
    grid = Grid.over((501.0, 1010.0, 699.0, 1190.0), 100.0, VN2000)
    assert grid == Grid(VN2000, 500.0, 1200.0, 100.0, (2, 2))
    assert grid.bounds == (500.0, 1000.0, 700.0, 1200.0)


def test_box_on_the_lattice_takes_no_pixel_more():
    assert Grid.over((500.0, 1000.0, 700.0, 1300.0), 100.0, VN2000) == Grid(VN2000, 500.0, 1300.0, 100.0, (3, 2))


def test_lattice_goes_on_west_and_south_of_the_origin():
    assert Grid.over((-150.0, -50.0, 20.0, 10.0), 100.0, VN2000) == Grid(VN2000, -200.0, 100.0, 100.0, (2, 3))


def test_coordinates_are_pixel_centres_north_up():
    grid = Grid(VN2000, 500.0, 1200.0, 100.0, (2, 3))
    assert grid.x.tolist() == [550.0, 650.0, 750.0]
    assert grid.y.tolist() == [1150.0, 1050.0]
    assert grid.transform == Affine(100.0, 0.0, 500.0, 0.0, -100.0, 1200.0)
    assert xy(grid.transform, 0, 0) == (550.0, 1150.0)


@given(boxes(), PIXELS)
@settings(deadline=None)
def test_grid_holds_its_box_and_is_the_smallest(box: tuple[float, float, float, float], pixel_m: float):
    grid = Grid.over(box, pixel_m, VN2000)
    west, south, east, north = box
    slack = 1e-6
    assert west - pixel_m - slack < grid.west <= west + slack
    assert east - slack <= grid.east < east + pixel_m + slack
    assert north - slack <= grid.north < north + pixel_m + slack
    assert south - pixel_m - slack < grid.south <= south + slack


@given(boxes(), boxes(), PIXELS)
@settings(deadline=None)
def test_any_two_study_boxes_lie_on_the_same_lattice(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float], pixel_m: float
):
    "The grid over both boxes has each of the two as a window, pixel for pixel."
    first, second = Grid.over(one, pixel_m, VN2000), Grid.over(other, pixel_m, VN2000)
    both = np.array([first.bounds, second.bounds])
    union = (both[:, 0].min(), both[:, 1].min(), both[:, 2].max(), both[:, 3].max())
    ground = Grid.over(union, pixel_m, VN2000)
    for grid in (first, second):
        rows, columns = ground.window(grid)
        assert (rows.stop - rows.start, columns.stop - columns.start) == grid.shape
        assert abs(ground.x[columns][0] - grid.x[0]) < 1e-6
        assert abs(ground.y[rows][-1] - grid.y[-1]) < 1e-6


@given(boxes(), st.sampled_from([5.0, 12.5, 30.0, 100.0, 250.0]), st.floats(0, 30_000).map(lambda m: round(m, 3)))
@settings(deadline=None)
def test_padding_stays_on_the_lattice_and_is_wide_enough(
    box: tuple[float, float, float, float], pixel_m: float, margin_m: float
):
    grid = Grid.over(box, pixel_m, VN2000)
    wide = grid.padded(margin_m)
    assert wide.west <= grid.west - margin_m
    assert wide.east >= grid.east + margin_m
    assert wide.north >= grid.north + margin_m
    assert wide.south <= grid.south - margin_m
    assert wide == Grid.over(wide.bounds, pixel_m, VN2000)
    rows, columns = wide.window(grid)
    n = rows.start
    assert (n, columns.start) == (n, n)
    assert wide.shape == (grid.shape[0] + 2 * n, grid.shape[1] + 2 * n)


def test_padding_by_hand():
    "150 m of margin are two pixels of 100 m on each side."
    assert Grid(VN2000, 500.0, 1200.0, 100.0, (2, 3)).padded(150.0) == Grid(VN2000, 300.0, 1400.0, 100.0, (6, 7))
    assert Grid(VN2000, 500.0, 1200.0, 100.0, (2, 3)).padded(200.0).shape == (6, 7)
    assert Grid(VN2000, 500.0, 1200.0, 100.0, (2, 3)).padded(0.0).shape == (2, 3)


@given(grids(), st.integers(1, 30))
@settings(deadline=None)
def test_tiles_partition_the_grid(grid: Grid, size: int):
    times = np.zeros(grid.shape, int)
    order = []
    for tile in grid.tiles(size):
        assert max(tile.shape) <= size
        rows, columns = grid.window(tile)
        times[rows, columns] += 1
        order.append((rows.start, columns.start))
    assert (times == 1).all()
    assert order == sorted(order)


def test_tiles_are_grids_of_the_lattice():
    grid = Grid(VN2000, 500.0, 1200.0, 100.0, (3, 4))
    assert list(grid.tiles(2)) == [
        Grid(VN2000, 500.0, 1200.0, 100.0, (2, 2)),
        Grid(VN2000, 700.0, 1200.0, 100.0, (2, 2)),
        Grid(VN2000, 500.0, 1000.0, 100.0, (1, 2)),
        Grid(VN2000, 700.0, 1000.0, 100.0, (1, 2)),
    ]
    assert list(grid.tiles(99)) == [grid]


def test_window_by_hand():
    grid = Grid(VN2000, 500.0, 1200.0, 100.0, (3, 4))
    part = Grid(VN2000, 700.0, 1100.0, 100.0, (2, 1))
    assert grid.window(part) == (slice(1, 3), slice(2, 3))
    assert grid.window(grid) == (slice(0, 3), slice(0, 4))


@pytest.mark.parametrize(
    "part",
    [
        Grid(VN2000, 750.0, 1100.0, 100.0, (1, 1)),  # half a pixel aside
        Grid(VN2000, 400.0, 1200.0, 100.0, (1, 1)),  # west of the grid
        Grid(VN2000, 500.0, 1300.0, 100.0, (1, 1)),  # north of it
        Grid(VN2000, 800.0, 1200.0, 100.0, (1, 2)),  # reaches east over the edge
        Grid(VN2000, 500.0, 1000.0, 100.0, (2, 1)),  # reaches south over the edge
        Grid(VN2000, 500.0, 1200.0, 50.0, (1, 1)),  # another pixel size
        Grid(CRS(32648), 500.0, 1200.0, 100.0, (1, 1)),  # another CRS
    ],
)
def test_window_refuses_what_is_no_part(part: Grid):
    with pytest.raises(ValueError, match="the part is not a sub-grid of this grid"):
        Grid(VN2000, 500.0, 1200.0, 100.0, (3, 4)).window(part)


@pytest.mark.parametrize("code", [4326, 4978, 2225])
def test_crs_must_be_projected_in_metres(code: int):
    "Degrees, geocentric metres, and US survey feet."
    with pytest.raises(ValueError, match="projected CRS in metres, not"):
        Grid.over((0.0, 0.0, 1.0, 1.0), 100.0, CRS(code))


@pytest.mark.parametrize(
    "box", [(5.0, 0.0, 5.0, 9.0), (0.0, 9.0, 5.0, 9.0), (5.0, 0.0, 0.0, 9.0), (np.nan, 0.0, 5.0, 9.0)]
)
def test_box_must_have_an_extent(box: tuple[float, float, float, float]):
    with pytest.raises(ValueError, match="a box with an extent"):
        Grid.over(box, 100.0, VN2000)


def test_other_projected_crs_works():
    assert Grid.over((501.0, 1010.0, 699.0, 1190.0), 100.0, CRS(32649)).shape == (2, 2)


def test_wrap_labels_the_array():
    wrapped = Grid(VN2000, 0.0, 200.0, 100.0, (2, 1)).wrap(np.array([[1], [2]]), "rise", "m")
    assert wrapped.dims == ("y", "x")
    assert wrapped.attrs == {"long_name": "rise", "units": "m"}
    assert wrapped.sel(y=50.0, x=50.0).item() == 2


def test_points_are_located_in_their_pixels():
    "The north-western edge belongs to a pixel, the south-eastern one to none of this grid."
    grid = Grid(VN2000, 0.0, 200.0, 100.0, (2, 2))
    row, column, inside = grid.locate(np.array([0.0, 150.0, 200.0, -1.0]), np.array([200.0, 50.0, 50.0, 50.0]))
    assert list(zip(row, column, inside, strict=True))[:2] == [(0, 0, True), (1, 1, True)]
    assert inside.tolist() == [True, True, False, False]


def test_bilinear_of_a_plane_is_the_plane():
    grid = Grid(VN2000, 0.0, 300.0, 100.0, (3, 3))
    x, y = np.meshgrid(grid.x, grid.y)
    plane = (x + 2 * y).astype(np.float32)
    assert grid.bilinear(plane, [60.0, 200.0], [240.0, 90.0]) == pytest.approx([540, 380])
    assert np.isnan(grid.bilinear(plane, [10.0], [150.0])).all()
