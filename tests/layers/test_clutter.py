"""Clutter: classes of land cover on a lattice small enough to count, and what is without a class or a height."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS

from phusong.config import load
from phusong.errors import LayerError
from phusong.grid import Grid
from phusong.layers.clutter import read

WEST, SOUTH = 500_000, 2_300_000
GRID = Grid(CRS(3405), WEST, SOUTH + 400, 100.0, (4, 4))


def clutter(world, grid=GRID, heights: dict[str, float] | None = None):
    "Heights and account of the world's land cover."
    project = world.project()
    radio = project.radio.model_copy(update={"clutter_heights_m": heights})
    return on_all(read(project.model_copy(update={"radio": radio}), grid))


def on_all(found):
    "Heights on the whole grid, and the account with what they tell."
    heights, account = found
    if heights is None:
        return found
    return heights.on(heights.grid), replace(account, counts={**account.counts, **heights.counts})


def polygons(world, *rows: tuple[str, tuple[float, float, float, float]], crs=3405, column="clutter_class") -> None:
    "A layer of rectangles: class, and west, south, east, north in metres from the grid's south-west corner."
    boxes = [shapely.box(WEST + w, SOUTH + s, WEST + e, SOUTH + n) for _, (w, s, e, n) in rows]
    frame = gpd.GeoDataFrame({column: [name for name, _ in rows]}, geometry=boxes, crs=3405).to_crs(crs)
    columns = {} if column == "clutter_class" else {"columns": {"clutter_class": column}}
    world.features("clutter", frame, "landuse.gpkg", **columns)


def test_no_layer_is_no_clutter(world):
    heights, account = clutter(world)
    assert heights is None
    assert (account.layer, account.rows_in) == ("clutter", 0)


def test_a_raster_of_classes_is_taken_as_it_lies(world):
    "WorldCover by default: trees 15 m, built-up 10 m, water 0 m; 77 is no class, and 0 no data."
    classes = np.array([[10, 10, 50, 50], [10, 77, 50, 0], [80, 80, 80, 0], [95, 30, 30, 0]], np.uint8)
    world.layers["clutter"] = {"path": world.raster("cover.tif", classes, (WEST, SOUTH + 400), 100, nodata=0)}
    heights, account = clutter(world)
    assert heights.tolist() == [[15, 15, 10, 10], [15, 0, 10, 0], [0, 0, 0, 0], [15, 0, 0, 0]]
    assert heights.dtype == np.float32
    assert account.counts == {
        "pixels": {"10": 3, "30": 2, "50": 3, "77": 1, "80": 3, "95": 1},
        "unclassed_pixels": 3,
        "unknown_classes": {"77": 1},
    }


def test_a_finer_raster_of_another_crs_is_sampled_at_the_centres(world):
    "Pixels of about 10 m in degrees; west of the middle trees, east of it water."
    grid = gpd.GeoSeries([shapely.box(*GRID.bounds)], crs=3405).to_crs(4326)
    west, _, east, north = grid.total_bounds
    middle = (west + east) / 2
    classes = np.where(np.arange(60) < 30, 10, 80).astype(np.uint8) * np.ones((60, 1), np.uint8)
    file = world.raster("cover.tif", classes, (middle - 0.003, north + 0.0005), 0.0001, crs="EPSG:4326")
    world.layers["clutter"] = {"path": file}
    heights, account = clutter(world)
    assert heights.tolist() == [[15, 15, 0, 0]] * 4
    assert account.counts["pixels"] == {"10": 8, "80": 8}


def test_the_first_of_overlapping_rasters_that_has_a_class_counts(world):
    left = np.array([[10, 10, 0]], np.uint8)
    right = np.array([[50, 50, 50]], np.uint8)
    world.raster("a.tif", left, (WEST, SOUTH + 400), 100, nodata=0)
    world.raster("b.tif", right, (WEST + 100, SOUTH + 400), 100)
    world.layers["clutter"] = {"path": ["a.tif", "b.tif"]}
    heights, account = clutter(world)
    assert heights[0].tolist() == [15, 15, 10, 10]
    assert not heights[1:].any()
    assert (account.counts["unclassed_pixels"], account.rows_in) == (12, 2)


@pytest.mark.parametrize("part", [Grid(CRS(3405), WEST, SOUTH + 200, 100.0, (2, 4)), GRID.padded(100)])
def test_what_part_is_asked_for_changes_no_pixel(world, part):
    values = np.random.default_rng(5).choice([10, 50, 80], (80, 80)).astype(np.uint8)
    world.layers["clutter"] = {"path": world.raster("cover.tif", values, (WEST - 203, SOUTH + 607), 10.3)}
    whole, _ = clutter(world, GRID.padded(100))
    found, _ = clutter(world, part)
    assert found.tolist() == whole[GRID.padded(100).window(part)].tolist()


def test_the_smallest_polygon_over_a_pixel_counts(world):
    "A park in a town in a forest, in any order of the rows; a polygon counts where the pixel's centre is inside."
    rows = [("residential", (100, 100, 390, 300)), ("park", (200, 100, 300, 200)), ("forest", (0, 0, 400, 400))]
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        polygons(world, *(rows[i] for i in order))
        heights, account = clutter(world)
        assert heights.tolist() == [[15, 15, 15, 15], [15, 10, 10, 10], [15, 10, 0, 10], [15, 15, 15, 15]]
        assert account.counts["pixels"] == {"forest": 10, "park": 1, "residential": 5}
        assert account.counts["unclassed_pixels"] == 0


def test_polygons_of_another_crs_and_column(world):
    polygons(world, ("forest", (0, 0, 200, 400)), ("moor", (200, 0, 300, 400)), crs=4326, column="fclass")
    heights, account = clutter(world)
    assert heights.tolist() == [[15, 15, 0, 0]] * 4
    assert account.counts["pixels"] == {"forest": 8, "moor": 4}
    assert account.counts["unknown_classes"] == {"moor": 4}
    assert (account.counts["unclassed_pixels"], account.rows_in, account.accepted) == (4, 2, 2)


def test_a_hole_in_a_polygon_is_bare(world):
    hole = shapely.box(WEST + 100, SOUTH + 100, WEST + 200, SOUTH + 200)
    ring = shapely.box(*GRID.bounds) - hole
    world.features("clutter", gpd.GeoDataFrame({"clutter_class": ["wood"]}, geometry=[ring], crs=3405), "l.gpkg")
    heights, account = clutter(world)
    assert heights[2].tolist() == [15, 0, 15, 15]
    assert account.counts["pixels"] == {"wood": 15}


def test_heights_of_the_project_replace_the_shipped_ones(world):
    polygons(world, ("forest", (0, 0, 200, 400)), ("residential", (200, 0, 400, 400)))
    heights, account = clutter(world, heights={"forest": 22.5})
    assert heights.tolist() == [[22.5, 22.5, 0, 0]] * 4
    assert account.counts["unknown_classes"] == {"residential": 8}


@pytest.mark.parametrize("height", [-3.0, 1500.0, float("nan")])
def test_heights_that_cannot_be(world, height):
    polygons(world, ("forest", (0, 0, 200, 400)))
    with pytest.raises(LayerError, match=r"radio\.clutter_heights_m: forest is .* m; expected 0 to 200 m"):
        clutter(world, heights={"forest": height})


def test_files_that_cannot_be(world, tmp_path):
    world.raster("a.tif", np.ones((2, 2), np.uint8), (WEST, SOUTH), 100)
    polygons(world, ("forest", (0, 0, 200, 400)))
    world.layers["clutter"] = {"path": ["a.tif", "landuse.gpkg"]}
    with pytest.raises(LayerError, match="some files are rasters and some are not: expected one kind"):
        clutter(world)
    world.layers["clutter"] = {"path": "a.tif", "columns": {"clutter_class": "x"}}
    with pytest.raises(LayerError, match="columns has no meaning for a raster"):
        clutter(world)
    world.raster("b.tif", np.full((400, 400), 10, np.uint8), (WEST, SOUTH + 400), 1)
    (tmp_path / "b.tif").write_bytes((tmp_path / "b.tif").read_bytes()[:80_000])
    world.layers["clutter"] = {"path": "b.tif"}
    with pytest.raises(LayerError, match=r"b\.tif cannot be read to its end"):
        clutter(world)
    polygons(world, ("forest", (0, 0, 200, 400)), column="fclass")
    del world.layers["clutter"]["columns"]
    with pytest.raises(LayerError, match="column 'clutter_class' is missing"):
        clutter(world)


def test_land_use_of_openstreetmap_over_a_real_study(shared_data):
    "Every class of the file has a height, and the pixels add up."
    project = load(shared_data.parents[1] / "main" / "gis_data" / "n21e105")
    file = shared_data / "osm" / "osm_landuse_20180103.parquet"
    if not file.exists():
        pytest.skip("the land use is not here")
    layer = project.layers.terrain.model_copy(update={"path": str(file), "columns": {"clutter_class": "fclass"}})
    project = project.model_copy(update={"layers": project.layers.model_copy(update={"clutter": layer})})
    hanoi = Grid.over((560_000.0, 2_310_000.0, 600_000.0, 2_350_000.0), 100.0, CRS(3405))
    heights, account = on_all(read(project, hanoi))
    assert account.counts["unknown_classes"] == {}
    assert sum(account.counts["pixels"].values()) + account.counts["unclassed_pixels"] == heights.size
    assert account.counts["pixels"]["industrial"] > 100
    assert (heights == 15).sum() >= account.counts["pixels"]["industrial"]
    assert set(np.unique(heights)) == {0, 10, 15}
