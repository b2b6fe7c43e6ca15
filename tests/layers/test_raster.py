"""Raster headers: no CRS, not north up, not a raster."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from affine import Affine

from phusong.errors import LayerError
from phusong.layers.raster import crs_of

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
