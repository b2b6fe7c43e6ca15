"""A complete study that can be counted by hand, written file by file so that each test can spoil one of them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from phusong.config import Project, load

WEST, SOUTH = 500_000, 2_300_000
"""South-west corner of the study in EPSG:3405, metres: on the central meridian, 105 degrees east."""

SITES = """site_id,operator,technology,frequency_mhz,bandwidth_mhz,height_agl_m,azimuths_deg,downtilt_deg,eirp_dbm,\
status,on_air_date,x,y
S2,Viettel,NR,2550,100,30,30;150;270,4,70,on_air,2026-07-01,501500,2301500
S1,Viettel,LTE,1810,20,30,omni,0,60,on_air,2020-01-01,500500,2300500
S3,MobiFone,LTE,1810,20,30,omni,0,60,planned,2026-12-01,500500,2301500
"""
VILLAGES = """village_id,village_name,commune_code,has_grid_power,x,y
V1,Bản Một,00001,yes,500500,2300500
V2,Bản Hai,00002,no,501500,2300500
V3,Bản Ba,00003,,500500,2301500
"""


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
    return str(value) if isinstance(value, dt.date) else json.dumps(value, ensure_ascii=False)


@dataclass
class World:
    """A folder with a study in it: four communes of 1 km, 100 m pixels, 10 people on each 500 m, flat ground of 7 m."""

    folder: Path
    study: dict[str, Any] = field(default_factory=lambda: {"province_codes": ["01"]})
    grid: dict[str, Any] = field(default_factory=dict)
    layers: dict[str, dict[str, Any]] = field(default_factory=dict)

    def project(self) -> Project:
        "The project file written and read."
        lines = ['name = "tiny"', 'title = "Bốn xã"']
        sections = {"study": self.study, "grid": self.grid, "radio": {"reach_km": 1}}
        sections |= {f"layers.{name}": section for name, section in self.layers.items()}
        for name, section in sections.items():
            lines += [f"[{name}]", *(f"{key} = {_toml(value)}" for key, value in section.items())]
        (self.folder / "project.toml").write_text("\n".join(lines), "utf-8")
        return load(self.folder)

    def text(self, name: str, text: str, file: str, encoding: str = "utf-8", **section: Any) -> None:
        "A layer as a text file."
        (self.folder / file).write_text(text, encoding)
        self.layers[name] = {"path": file, **section}

    def features(self, name: str, frame: gpd.GeoDataFrame, file: str, **section: Any) -> None:
        "A layer as a file with geometry."
        path = self.folder / file
        path.unlink(missing_ok=True)
        if path.suffix == ".parquet":
            frame.to_parquet(path)
        else:
            frame.to_file(path)
        self.layers[name] = {"path": file, **section}

    def raster(
        self, file: str, values: Any, corner: tuple[float, float], pixel: float | tuple[float, float],
        crs: Any = "EPSG:3405", nodata: float | None = None,
    ) -> str:  # fmt: skip
        "A GeoTIFF with its north-west corner; the file's name."
        array = np.atleast_2d(np.asarray(values))
        width, height = pixel if isinstance(pixel, tuple) else (pixel, pixel)
        with rasterio.open(
            self.folder / file, "w", driver="GTiff", height=array.shape[0], width=array.shape[1], count=1,
            dtype=array.dtype, crs=crs, nodata=nodata, transform=Affine(width, 0, corner[0], 0, -height, corner[1]),
        ) as raster:  # fmt: skip
            raster.write(array, 1)
        return file

    @staticmethod
    def square(column: float, row: float, width: float = 1, height: float = 1) -> shapely.Polygon:
        "A rectangle in kilometres from the south-west corner of the study."
        west, south = WEST + 1000 * column, SOUTH + 1000 * row
        return shapely.box(west, south, west + 1000 * width, south + 1000 * height)

    def communes(self, *shapes: Any, crs: Any = 3405, **columns: Any) -> gpd.GeoDataFrame:
        "Communes 00001, 00002, ... of Hà Nội with the given outlines."
        count = len(shapes)
        table = {
            "commune_code": [f"{n + 1:05d}" for n in range(count)],
            "commune_name": [f"Xã {n + 1}" for n in range(count)],
            "province_code": ["01"] * count,
            "province_name": ["Hà Nội"] * count,
        }
        return gpd.GeoDataFrame({**table, **columns}, geometry=list(shapes), crs=crs)

    def four(self) -> gpd.GeoDataFrame:
        "The four communes: 00001 south-west, 00002 south-east, 00003 north-west, 00004 north-east."
        return self.communes(*(self.square(column, row) for row in (0, 1) for column in (0, 1)))


@pytest.fixture(scope="session")
def new_world(tmp_path_factory) -> Callable[[], World]:
    "Folders without layers, as many as a test asks for."
    return lambda: World(tmp_path_factory.mktemp("world"))


@pytest.fixture
def world(tmp_path: Path) -> World:
    "The study with nothing wrong."
    made = World(tmp_path)
    made.features("communes", made.four(), "communes.gpkg")
    here = {"crs": "EPSG:3405", "columns": {"longitude": "x", "latitude": "y"}}
    made.text("sites", SITES, "sites.csv", as_of=dt.date(2026, 9, 30), **here)
    made.text("villages", VILLAGES, "villages.csv", **here)
    people = np.full((4, 4), 10, np.float32)
    made.layers["population"] = {"path": made.raster("people.tif", people, (WEST, SOUTH + 2000), 500), "year": 2020}
    ground = np.full((60, 60), 7, np.int16)
    made.layers["terrain"] = {"path": made.raster("dem.tif", ground, (WEST - 2000, SOUTH + 4000), 100)}
    return made
