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
from phusong.layers.raster import burnt, crs_of

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
