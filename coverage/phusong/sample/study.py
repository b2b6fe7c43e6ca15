"""The sample's files: every layer in a format that the readers meet in practice, and the project file over them."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import rasterio
from numpy.typing import NDArray
from pyogrio.errors import DataSourceError

from phusong.config import shipped
from phusong.errors import ConfigError
from phusong.sample.communes import communes, official_population
from phusong.sample.land import SHAPE, Land, relief, transform
from phusong.sample.names import read_words
from phusong.sample.power import hubs, lines, outages, substations
from phusong.sample.reported import dead_zone_list
from phusong.sample.satellite import terminals
from phusong.sample.sites import sites
from phusong.sample.surroundings import places, roads
from phusong.sample.villages import BLOCK, NO_PEOPLE_DATA, population, villages, without_signal

PROJECT_FILE = "project.toml"
VOID = -32768
_UNFINISHED = ".sample-"
_WRITTEN_ON = (
    "2026-09-30T00:00:00.000Z"  # a GeoPackage holds the time of its writing; the same seed gives the same bytes
)
_VILLAGE_HEADERS = {
    "village_id": "ma_thon",
    "village_name": "ten_thon",
    "commune_code": "ma_xa",
    "longitude": "kinh_do",
    "latitude": "vi_do",
    "households": "so_ho",
    "has_grid_power": "co_dien_luoi",
    "especially_difficult": "dac_biet_kho_khan",
    "reported_no_signal": "bao_lom_song",
}
_SITE_COLUMNS = [
    *("site_id", "operator", "technology", "frequency_mhz", "bandwidth_mhz", "longitude", "latitude"),
    *(
        "height_agl_m",
        "azimuths_deg",
        "downtilt_deg",
        "eirp_dbm",
        "status",
        "on_air_date",
        "planned_date",
        "commune_code",
    ),
    *("power_source", "backup_hours", "hardened", "substation_id", "feeder_id", "shared_with"),
]


def write_sample(folder: Path, seed: int = 2026) -> Path:
    """
    Write the sample province, all of it made up, and return the path of its `project.toml`.

    The same seed gives the same bytes. Files of an earlier sample are replaced; anything else in its folder stays.

    Raises
    ------
    ConfigError
        When the folder holds something else than an earlier sample, or cannot be written to.
    """
    _refuse_foreign(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=_UNFINISHED) as name:
            unfinished = Path(name)
            _write(unfinished, seed)
            _move(unfinished, folder)
    except (OSError, DataSourceError) as fault:
        raise ConfigError(f"the sample cannot be written into {folder}: {fault}") from fault
    return folder / PROJECT_FILE


def _refuse_foreign(folder: Path) -> None:
    """An earlier sample is known by its project file, as it was written: what somebody has changed is theirs."""
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder} is a file; the sample needs a folder")
    found = sorted(entry.name for entry in folder.iterdir()) if folder.exists() else []
    found = [name for name in found if not name.startswith(_UNFINISHED)]
    if not found:
        return
    if PROJECT_FILE not in found:
        raise ConfigError(f"{folder} holds {found[0]}, which is not an earlier sample; give an empty or a new folder")
    text = (folder / PROJECT_FILE).read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")
    seed = re.search(r"synthetic, seed (\d+)", text)
    if seed is None or text != _project_text(int(seed[1])):
        raise ConfigError(
            f"{folder / PROJECT_FILE} is not a sample as it was written (another study, or changed since); "
            "give an empty or a new folder"
        )


def _project_text(seed: int) -> str:
    return shipped("gis_data", "sample_project.toml").read_text("utf-8").replace("$seed", str(seed))


def _write(folder: Path, seed: int) -> None:
    data = folder / "data"
    (data / "terrain").mkdir(parents=True)
    words, land = read_words(), relief(seed)
    units = communes(seed, land, words)
    inhabited = villages(seed, land, units, words)
    ends = hubs(inhabited)
    supply = substations(ends, units)
    cells = sites(seed, land, inhabited, units, supply)
    masts_km = cells.loc[cells.status == "on_air", ["x_km", "y_km"]].to_numpy()
    mean_highland = inhabited.groupby("commune")["highland"].mean().to_numpy(float)
    counted = inhabited.groupby("commune")["people"].sum().to_numpy(float)
    _write_terrain(data / "terrain", seed, land)
    _write_raster(data / "population.tif", population(land, inhabited, units), transform(BLOCK), NO_PEOPLE_DATA)
    _write_communes(data / "communes.gpkg", units.assign(population=official_population(seed, counted)))
    _write_villages(data / "villages.csv", seed, inhabited, masts_km)
    _write_csv(data / "sites.csv", cells[_SITE_COLUMNS].sort_values("site_id"))
    _write_csv(data / "substations.csv", supply.drop(columns=["x_km", "y_km", "hub"]))
    _write_csv(data / "terminals.csv", terminals(seed, mean_highland, units))
    _write_csv(data / "outages.csv", outages(seed, mean_highland, units))
    _write_csv(data / "dead_zone_list.csv", dead_zone_list(inhabited, masts_km, units))
    _write_geojson(data / "power_lines.geojson", lines(seed, ends, supply))
    _write_geojson(data / "places.geojson", places(seed, inhabited, units))
    _write_geojson(data / "roads.geojson", roads(seed, inhabited))
    (folder / PROJECT_FILE).write_text(_project_text(seed), "utf-8", newline="\n")


def _move(unfinished: Path, folder: Path) -> None:
    """Each file to its place, the project file last: where it stands, the sample is whole."""
    files = sorted(path for path in unfinished.rglob("*") if path.is_file())
    for file in sorted(files, key=lambda path: path.name == PROJECT_FILE):
        place = folder / file.relative_to(unfinished)
        place.parent.mkdir(parents=True, exist_ok=True)
        file.replace(place)


def _write_terrain(folder: Path, seed: int, land: Land) -> None:
    """Two tiles side by side, with a few voids on steep ground as radar leaves them."""
    rng = np.random.default_rng([seed, 10])
    heights = np.round(land.heights_m).astype(np.int16)
    rows, columns = np.nonzero(land.heights_m > np.quantile(land.heights_m, 0.9))
    for k in rng.choice(len(rows), 12, replace=False):
        heights[rows[k] : rows[k] + 3, columns[k] : columns[k] + 2] = VOID
    half = SHAPE[1] // 2
    for name, part, edge in (("west", slice(0, half), 0), ("east", slice(half, None), half)):
        _write_raster(folder / f"{name}.tif", heights[:, part], transform(1, edge), VOID)


def _write_raster(file: Path, values: NDArray[np.generic], affine: rasterio.Affine, nodata: float) -> None:
    profile = {
        "driver": "GTiff",
        "height": values.shape[0],
        "width": values.shape[1],
        "count": 1,
        "dtype": values.dtype.name,
        "crs": "EPSG:4326",
        "transform": affine,
        "nodata": nodata,
        "compress": "deflate",
        "predictor": 3 if values.dtype.kind == "f" else 2,
    }
    with rasterio.open(file, "w", **profile) as raster:
        raster.write(values, 1)


def _write_communes(file: Path, units: gpd.GeoDataFrame) -> None:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _WRITTEN_ON})
    try:
        units.to_file(file, driver="GPKG", layer="communes")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _write_villages(file: Path, seed: int, places: pd.DataFrame, masts_km: NDArray[np.float64]) -> None:
    """As a district would send them: Vietnamese headers, có and không, empty where nothing was said."""
    rng = np.random.default_rng([seed, 11])
    reported = without_signal(rng, places, masts_km)
    said = places.assign(reported_no_signal=reported, households=places.households.astype(int))
    for name in ("has_grid_power", "especially_difficult", "reported_no_signal"):
        said[name] = said[name].map({True: "có", False: "không"})
    _write_csv(file, said[list(_VILLAGE_HEADERS)].rename(columns=_VILLAGE_HEADERS), delimiter=";")


def _write_geojson(file: Path, features: gpd.GeoDataFrame) -> None:
    file.write_text(features.to_json(drop_id=True, ensure_ascii=False), "utf-8", newline="\n")


def _write_csv(file: Path, table: pd.DataFrame, delimiter: str = ",") -> None:
    table.to_csv(file, sep=delimiter, index=False, encoding="utf-8", lineterminator="\n", date_format="%Y-%m-%d")
