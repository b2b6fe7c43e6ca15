"""What the tests of fetching share: a server, patience that does not wait, and small files of each form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from open_data_server import Server, Sleeper, serving

from phusong.config import shipped
from phusong.intake.fetch.patience import Patience


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    "Whatever this machine has."
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def sleeper() -> Sleeper:
    return Sleeper()


@pytest.fixture
def patience(sleeper: Sleeper) -> Patience:
    return Patience(attempts=3, sleep=sleeper)


@pytest.fixture
def tiff(tmp_path: Path) -> Callable[..., bytes]:
    "A tile of heights by its south-west corner, as GLO-30 has them but coarser: shifted by half a pixel."

    def write(longitude: int = 105, latitude: int = 21, pixels: int = 144) -> bytes:
        file, edge = tmp_path / "made.tif", 1 / pixels
        transform = Affine(edge, 0, longitude - edge / 2, 0, -edge, latitude + 1 + edge / 2)
        heights = np.random.default_rng(latitude).normal(100, 30, (pixels, pixels)).astype(np.float32)
        shape = {"width": pixels, "height": pixels, "count": 1, "dtype": "float32"}
        with rasterio.open(
            file,
            "w",
            driver="GTiff",
            crs="EPSG:4326",
            transform=transform,
            tiled=True,
            compress="deflate",
            blockxsize=48,
            blockysize=48,
            **shape,
        ) as raster:
            raster.write(heights, 1)
        return file.read_bytes()

    return write


@pytest.fixture
def study(tmp_path: Path) -> Callable[[str], Path]:
    "A project of two communes of a tenth of a degree, of which a part is studied; nothing else of it is there."

    def write(key: str) -> Path:
        outlines = [shapely.box(105.0, 21.0, 105.1, 21.1), shapely.box(105.1, 21.0, 105.2, 21.1)]
        columns = {"commune_code": ["00001", "00002"], "commune_name": ["Xã A", "Xã B"]}
        columns |= {"province_code": ["01", "01"], "province_name": ["Tỉnh C", "Tỉnh C"]}
        (tmp_path / "data").mkdir()
        gpd.GeoDataFrame(columns, geometry=outlines, crs=4326).to_file(tmp_path / "data" / "communes.gpkg")
        text = shipped("gis_data", "project_template.toml").read_text("utf-8")
        assert text.count('within = "terrain"') == 1
        (tmp_path / "project.toml").write_text(text.replace('within = "terrain"', key), "utf-8")
        return tmp_path

    return write
