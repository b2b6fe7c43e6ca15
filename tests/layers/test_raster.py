"""Rasters: no CRS, not north up, not a raster; and polygons as pixels."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from pyproj import CRS

from phusong.errors import LayerError
from phusong.grid import Grid
from phusong.layers.raster import at_points, burnt, crs_of

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


def tiff(path, transform: Affine, crs: str | None = "EPSG:4326"):
    "A raster of four pixels."
    with rasterio.open(
        path, "w", driver="GTiff", height=2, width=2, count=1, dtype="float32", crs=crs, transform=transform
    ) as raster:
        raster.write(np.zeros((1, 2, 2), np.float32))
    return path


def test_the_crs_of_a_raster(tmp_path):
    assert crs_of("terrain", tiff(tmp_path / "a.tif", Affine(0.1, 0, 105, 0, -0.1, 22))).to_epsg() == 4326


def test_a_raster_without_crs_is_refused(tmp_path):
    with pytest.raises(
        LayerError,
        match=r"^terrain: 1 fault\n  - a\.tif has no CRS: write it into the file \(it is never guessed here\)$",
    ):
        crs_of("terrain", tiff(tmp_path / "a.tif", Affine(0.1, 0, 105, 0, -0.1, 22), None))


@pytest.mark.parametrize("transform", [Affine(0.1, 0, 105, 0, 0.1, 21), Affine(0.1, 0.02, 105, 0.02, -0.1, 22)])
def test_a_raster_that_is_not_north_up_is_refused(tmp_path, transform):
    with pytest.raises(LayerError, match=r"a\.tif is rotated or .*; expected rows from north to south"):
        crs_of("population", tiff(tmp_path / "a.tif", transform))


def test_a_raster_from_east_to_west_is_refused(tmp_path):
    with pytest.raises(LayerError):
        crs_of("population", tiff(tmp_path / "a.tif", Affine(-0.1, 0, 106, 0, -0.1, 22)))


def test_a_file_that_is_no_raster(tmp_path):
    (tmp_path / "a.tif").write_text("no", "utf-8")
    with pytest.raises(LayerError, match=r"population: 1 fault\n  - a\.tif cannot be read as a raster: "):
        crs_of("population", tmp_path / "a.tif")


def test_points_have_the_value_of_the_pixel_that_holds_them(tmp_path):
    "Pixels of a quarter of a degree, 1 and 2 over 3 and no data; an edge belongs to the pixel east and south of it."
    file = tmp_path / "a.tif"
    with rasterio.open(
        file, "w", driver="GTiff", height=2, width=2, count=1, dtype="int16", crs="EPSG:4326", nodata=-9,
        transform=Affine(0.25, 0, 105, 0, -0.25, 22),
    ) as raster:  # fmt: skip
        raster.write(np.array([[[1, 2], [3, -9]]], np.int16))
    x = np.array([105.0, 105.24, 105.25, 105.1, 105.4, 104.99, 105.5, 105.1, 105.1])
    y = np.array([22.0, 21.76, 21.9, 21.75, 21.6, 21.9, 21.9, 22.01, 21.5])
    found = at_points("clutter", file, x, y)
    assert found[:4].tolist() == [1, 1, 2, 3]
    assert np.isnan(found[4:]).all()
    assert at_points("clutter", file, x[:0], y[:0]).shape == (0,)


def test_polygons_as_pixels():
    "A pixel is a polygon's when its centre is inside; the last of several counts."
    grid = Grid(CRS(3405), 500_000.0, 2_300_200.0, 100.0, (2, 3))
    west, south = 500_000, 2_300_000
    left = shapely.box(west, south, west + 249, south + 200)
    between = shapely.box(west + 140, south + 51, west + 300, south + 149)
    assert burnt(np.array([left, between], object), [3, 7], grid).tolist() == [[3, 3, 0], [3, 3, 0]]
    lower = shapely.box(west + 140, south + 49, west + 300, south + 149)
    assert burnt(np.array([left, lower], object), [3, 7], grid).tolist() == [[3, 3, 0], [3, 7, 7]]
    assert burnt(np.array([], object), [], grid).tolist() == [[0, 0, 0], [0, 0, 0]]
