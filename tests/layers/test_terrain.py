"""Terrain: many tiles as one surface, voids filled and counted, nothing invented off the tiles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from phusong.errors import ConfigError, LayerError
from phusong.grid import Grid
from phusong.layers import terrain as layer
from phusong.layers.raster import crs_of
from phusong.layers.terrain import Terrain, Tile

ARC = 1 / 1200
"""Three arc-seconds in degrees."""
LEFT, TOP = 500_000.0, 2_302_000.0


def plane(rows: int, columns: int, row: int = 0, column: int = 0) -> np.ndarray:
    "Two metres more with each column and four with each row, so that quarters of a pixel fall on whole tenths."
    return (2 * (np.arange(columns) + column)[None, :] + 4 * (np.arange(rows) + row)[:, None]).astype(np.float32)


def on_plane(grid: Grid) -> np.ndarray:
    "Heights of the plane at the pixel centres of a grid, the pixels of the plane being 100 m."
    column, row = (grid.x - LEFT) / 100 - 0.5, (TOP - grid.y) / 100 - 0.5
    return (2 * column[None, :] + 4 * row[:, None]).astype(np.float32)


def use(world, *files: str) -> Terrain:
    "The terrain of these files."
    world.layers["terrain"] = {"path": list(files)}
    return layer.find(world.project())


def grid(west: float, north: float, pixel: float, rows: int, columns: int) -> Grid:
    "A grid by its distance from the plane's corner, in metres to the east and to the south."
    return Grid(CRS(3405), LEFT + west, TOP - north, pixel, (rows, columns))


def hgt(path: Path, heights: np.ndarray) -> None:
    "An SRTM tile: 1201 by 1201 big-endian whole metres; its place is its name."
    assert heights.shape == (1201, 1201)
    heights.astype(">i2").tofile(path)


def test_heights_are_bilinear_between_the_centres(world):
    terrain = use(world, world.raster("a.tif", plane(20, 20), (LEFT, TOP), 100))
    wanted = grid(200, 200, 50, 30, 30)
    heights, account = layer.read(terrain, wanted)
    np.testing.assert_allclose(heights, on_plane(wanted), atol=1e-4)
    assert account.counts == {"voids": 0, "voids_filled": 0, "off_terrain_pixels": 0}
    assert account.rows_in == 1


def test_tiles_side_by_side_are_one_surface(world):
    "Bilinear across the seams, where four tiles meet."
    files = [
        world.raster(f"t{row}{column}.tif", plane(10, 10, row, column), (LEFT + 100 * column, TOP - 100 * row), 100)
        for row in (0, 10)
        for column in (0, 10)
    ]
    wanted = grid(200, 200, 50, 30, 30)
    heights, account = layer.read(use(world, *files), wanted)
    np.testing.assert_allclose(heights, on_plane(wanted), atol=1e-4)
    assert account.rows_in == 4


@settings(max_examples=25, deadline=None)
@given(cut=st.integers(1, 29), seed=st.integers(0, 2**16), top=st.integers(0, 20), left=st.integers(0, 20))
def test_two_tiles_glued_are_one_on_any_part_of_the_ground(new_world, cut, seed, top, left):
    world = new_world()
    heights = np.random.default_rng(seed).integers(0, 3000, (30, 30)).astype(np.int16)
    world.raster("whole.tif", heights, (LEFT, TOP), 100)
    world.raster("left.tif", heights[:, :cut], (LEFT, TOP), 100)
    world.raster("right.tif", heights[:, cut:], (LEFT + 100 * cut, TOP), 100)
    tiles = {name: _tile(world.folder / f"{name}.tif") for name in ("whole", "left", "right")}
    part = grid(100 * left + 31.72439, 100 * top + 28.31871, 30, 11, 13)  # no height falls on half a decimetre
    one = layer.read(Terrain(CRS(3405), (tiles["whole"],)), part)[0]
    two = layer.read(Terrain(CRS(3405), (tiles["right"], tiles["left"])), part)[0]
    np.testing.assert_array_equal(one, two)


def _tile(file: Path) -> Tile:
    with rasterio.open(file) as raster:
        t = raster.transform
        return Tile(file, t.c, t.f, (t.a, -t.e), raster.shape)


def test_heights_do_not_depend_on_the_part_asked_for(world):
    heights = np.random.default_rng(7).integers(0, 3000, (40, 40)).astype(np.int16)
    terrain = use(world, world.raster("a.tif", heights, (LEFT, TOP), 100))
    whole = grid(200, 200, 40, 80, 80)
    expected = layer.read(terrain, whole)[0]
    for part in whole.tiles(17):
        np.testing.assert_array_equal(layer.read(terrain, part)[0], expected[whole.window(part)])


def test_heights_do_not_depend_on_the_threads_and_the_rows_of_a_band(world, monkeypatch):
    heights = np.random.default_rng(8).integers(0, 3000, (40, 40)).astype(np.int16)
    heights[10:14, 12:15] = -32768
    found = use(world, world.raster("a.tif", heights, (LEFT, TOP), 100))
    asked = grid(120, 80, 30, 91, 67)
    whole, account = layer.read(found, asked)
    for rows, workers in ((1, 1), (7, 2), (91, 3)):
        monkeypatch.setattr(layer, "_BAND_ROWS", rows)
        by_bands, same = layer.read(found, asked, workers=workers)
        assert by_bands.tobytes() == whole.tobytes()
        assert same.counts == account.counts


def test_filled_voids_do_not_depend_on_the_part_asked_for(world):
    "What fills a void is the ground around it, not the ground that somebody asked for."
    heights = np.random.default_rng(7).integers(0, 3000, (60, 60)).astype(np.int16)
    heights[20:40, 20:40] = -32768
    terrain = use(world, world.raster("a.tif", heights, (LEFT, TOP), 100))
    whole = grid(200, 200, 100, 50, 50)
    expected = layer.read(terrain, whole)[0]
    for part in whole.tiles(25):
        np.testing.assert_array_equal(layer.read(terrain, part)[0], expected[whole.window(part)])


def test_srtm_tiles_beside_a_geotiff(world, tmp_path):
    "Height = three arc-seconds east of 105 E and south of 22 N, over N21E105, N21E106 and a GeoTIFF further east."
    rows, columns = np.mgrid[0:1201, 0:1201]
    hgt(tmp_path / "N21E105.hgt", rows + columns)
    hgt(tmp_path / "N21E106.hgt", rows + columns + 1200)
    far = (rows + columns)[:, :40] + 2401
    world.raster("east.tif", far.astype(np.int16), (107 + ARC / 2, 22 + ARC / 2), ARC, "EPSG:4326")
    terrain = use(world, "*.hgt", "east.tif")
    assert len(terrain.tiles) == 3
    assert terrain.crs.to_epsg() == 4326
    degrees = Transformer.from_crs(3405, 4326, always_xy=True)
    for longitude in (105.5, 106.0, 107.0):
        x, y = degrees.transform(longitude, 21.5, direction="INVERSE")
        wanted = Grid.over((x - 400, y - 400, x + 400, y + 400), 50, CRS(3405))
        heights, account = layer.read(terrain, wanted)
        east, north = degrees.transform(*np.meshgrid(wanted.x, wanted.y))
        np.testing.assert_allclose(heights, (east - 105) / ARC + (22 - north) / ARC, atol=0.0502)
        assert account.counts["off_terrain_pixels"] == 0


def test_the_outline_reaches_to_the_pixel_edges(world, tmp_path):
    hgt(tmp_path / "N21E105.hgt", np.zeros((1201, 1201)))
    bounds = use(world, "N21E105.hgt").outline.bounds
    assert bounds == pytest.approx((105 - ARC / 2, 21 - ARC / 2, 106 + ARC / 2, 22 + ARC / 2), abs=1e-12)


@pytest.mark.parametrize("nodata", [None, -32768])
def test_a_void_is_filled_and_counted_whether_declared_or_not(world, nodata):
    ground = np.full((10, 10), 7, np.int16)
    ground[4, 5] = -32768
    terrain = use(world, world.raster("a.tif", ground, (LEFT, TOP), 100, nodata=nodata))
    heights, account = layer.read(terrain, grid(100, 100, 100, 8, 8))
    assert np.unique(heights).tolist() == [7.0]
    assert account.counts == {"voids": 1, "voids_filled": 1, "off_terrain_pixels": 0}


def test_a_void_takes_heights_from_around_it(world):
    ground = np.repeat(np.arange(0, 100, 10, dtype=np.float32)[:, None], 10, axis=1)
    ground[4, 5] = np.nan
    terrain = use(world, world.raster("a.tif", ground, (LEFT, TOP), 100))
    heights, _ = layer.read(terrain, grid(500, 400, 100, 1, 1))
    assert 30 <= heights[0, 0] <= 50


def test_voids_too_wide_to_fill_stay_unknown(world):
    terrain = use(world, world.raster("a.tif", np.full((20, 20), -32768, np.int16), (LEFT, TOP), 100))
    heights, account = layer.read(terrain, grid(500, 500, 100, 4, 4))
    assert np.isnan(heights).all()
    assert (account.counts["voids_filled"], account.counts["off_terrain_pixels"]) == (0, 16)
    assert account.counts["voids"] > 0


def test_an_undeclared_void_may_be_high_too(world):
    "32767 is a void as well as -32768: no ground on Earth is above 9 000 m."
    ground = np.full((10, 10), 7, np.int16)
    ground[4, 5] = 32767
    terrain = use(world, world.raster("a.tif", ground, (LEFT, TOP), 100))
    assert layer.read(terrain, grid(100, 100, 100, 8, 8))[0].max() == 7


def test_a_void_at_the_edge_does_not_grow_beyond_the_tiles(world):
    ground = np.full((10, 10), 7, np.int16)
    ground[:, 9] = -32768
    terrain = use(world, world.raster("a.tif", ground, (LEFT, TOP), 100))
    heights, _ = layer.read(terrain, grid(0, 200, 100, 6, 20))
    assert np.isnan(heights[:, 10:]).all()


def test_there_is_nothing_off_the_terrain(world):
    "Ten pixels of terrain, twenty asked for: 15 columns of 20 and 5 rows of 20 are off."
    terrain = use(world, world.raster("a.tif", plane(10, 10), (LEFT, TOP), 100))
    wanted = grid(-500, -500, 100, 20, 20)
    heights, account = layer.read(terrain, wanted)
    known = np.zeros((20, 20), bool)
    known[5:15, 5:15] = True
    np.testing.assert_array_equal(~np.isnan(heights), known)
    np.testing.assert_allclose(heights[known], on_plane(wanted)[known], atol=1e-4)
    assert account.counts["off_terrain_pixels"] == 300


def test_the_outer_half_pixel_belongs_to_the_terrain(world):
    "Communes are chosen by the pixel edges of the terrain, so the ground up to them has a height."
    terrain = use(world, world.raster("a.tif", np.full((10, 10), 7, np.int16), (LEFT, TOP), 100))
    heights, account = layer.read(terrain, grid(0, 0, 50, 20, 20))
    assert account.counts["off_terrain_pixels"] == 0
    assert np.unique(heights).tolist() == [7.0]


def test_far_away_there_is_nothing(world):
    terrain = use(world, world.raster("a.tif", plane(10, 10), (LEFT, TOP), 100))
    heights, account = layer.read(terrain, grid(50_000, 0, 100, 3, 3))
    assert np.isnan(heights).all()
    assert account.counts == {"voids": 0, "voids_filled": 0, "off_terrain_pixels": 9}


def test_of_overlapping_tiles_the_first_wins_and_the_second_fills_its_voids(world):
    first, second = np.full((10, 10), 1, np.int16), np.full((10, 10), 2, np.int16)
    first[2, 2] = -32768
    files = world.raster("a.tif", first, (LEFT, TOP), 100), world.raster("b.tif", second, (LEFT, TOP), 100)
    heights, account = layer.read(use(world, *files), grid(100, 100, 100, 8, 8))
    assert heights[1, 1] == 2
    assert (heights == 1).sum() == 63
    assert account.counts["voids"] == 0


def test_heights_are_stored_to_the_decimetre(world):
    terrain = use(world, world.raster("a.tif", np.full((10, 10), 7.26, np.float32), (LEFT, TOP), 100))
    assert layer.read(terrain, grid(300, 300, 100, 1, 1))[0].tolist() == [[pytest.approx(7.3)]]


def refusal(world, *files: str) -> list[str]:
    "The lines with which these tiles are refused."
    with pytest.raises(LayerError) as caught:
        use(world, *files)
    return str(caught.value).splitlines()


def test_tiles_that_do_not_fit_are_all_named(world):
    flat = np.zeros((10, 10), np.int16)
    files = [
        world.raster("a.tif", flat, (LEFT, TOP), 100),
        world.raster("crs.tif", flat, (LEFT + 1000, TOP), 100, "EPSG:32648"),
        world.raster("pixel.tif", flat, (LEFT + 1000, TOP), 90),
        world.raster("between.tif", flat, (LEFT + 1030, TOP), 100),
    ]
    assert refusal(world, *files) == [
        "terrain: 3 faults",
        "  - crs.tif is in WGS 84 / UTM zone 48N, a.tif in VN-2000 / UTM zone 48N: expected one CRS",
        "  - pixel.tif has another pixel size than a.tif: expected one",
        "  - between.tif lies between the pixels of a.tif: expected one lattice",
    ]


def test_a_tile_without_crs_is_refused_beside_the_other_faults(world):
    flat = np.zeros((10, 10), np.int16)
    files = [
        world.raster("a.tif", flat, (LEFT, TOP), 100),
        world.raster("none.tif", flat, (LEFT + 1000, TOP), 100, None),
        world.raster("pixel.tif", flat, (LEFT + 1000, TOP), 90),
    ]
    message = "\n".join(refusal(world, *files))
    assert "none.tif has no CRS" in message
    assert "pixel.tif has another pixel size" in message


@pytest.mark.parametrize("noise", [1e-9, -1e-9])
def test_the_last_decimal_of_a_corner_is_no_other_lattice(world, noise):
    "Tiles of 1200 pixels of 1/1200 degree: one column and no row further, but for rounding."
    flat = np.zeros((12, 12), np.int16)
    files = [
        world.raster("a.tif", flat, (105, 22), ARC, "EPSG:4326"),
        world.raster("b.tif", flat, (105 + 12 * ARC + noise, 22 - noise), ARC, "EPSG:4326"),
        world.raster("c.tif", flat, (105, 22 - 12 * ARC + noise), ARC, "EPSG:4326"),
    ]
    assert len(use(world, *files).tiles) == 3


def test_a_hairline_between_tiles_is_no_gap_in_the_outline(world):
    flat = np.zeros((12, 12), np.int16)
    files = [
        world.raster("a.tif", flat, (105, 22), ARC, "EPSG:4326"),
        world.raster("b.tif", flat, (105 + 12 * ARC + 1e-12, 22), ARC, "EPSG:4326"),
    ]
    across = shapely.box(105.005, 21.995, 105.015, 21.998)
    assert shapely.covers(use(world, *files).outline, across)


def test_a_tile_cut_short_is_a_layer_fault(world, tmp_path):
    world.raster("a.tif", np.zeros((400, 400), np.int16), (LEFT, TOP), 10)
    (tmp_path / "a.tif").write_bytes((tmp_path / "a.tif").read_bytes()[:20_000])
    with pytest.raises(LayerError, match=r"a\.tif"):
        layer.read(use(world, "a.tif"), grid(1000, 3000, 100, 9, 9))


def test_a_broken_hgt_is_refused(world, tmp_path):
    (tmp_path / "N21E105.hgt").write_bytes(b"\0" * 1000)
    assert refusal(world, "N21E105.hgt")[1].startswith("  - N21E105.hgt cannot be read as a raster: ")


def test_a_missing_tile_names_the_nearest(world):
    with pytest.raises(ConfigError, match=r"the file den\.tif is missing \(there is dem\.tif\)"):
        use(world, "den.tif")


def test_the_real_tile_and_its_voids(shared_data):
    "The tile N21E105 has 1 539 voids and heights from -60 to 1 582 m."
    file = shared_data / "dem" / "N21E105.hgt"
    terrain = Terrain(crs_of("terrain", file), (_tile(file),))
    degrees = Transformer.from_crs(4326, 3405, always_xy=True)
    whole = Grid.over(degrees.transform_bounds(105, 21, 106, 22), 1000, CRS(3405))
    heights, account = layer.read(terrain, whole)
    assert account.counts["voids"] == 1539
    assert account.counts["voids_filled"] == 1539
    assert np.nanmin(heights) >= -60
    assert np.nanmax(heights) <= 1582
