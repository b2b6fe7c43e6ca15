"""
A snapshot as large as the country, for scripts/benchmark_maps.py and scripts/benchmark_report.py.

    .venv/bin/phusong init SAMPLE --sample && .venv/bin/phusong run SAMPLE --period 2026Q3
    .venv/bin/python scripts/national_snapshot.py SAMPLE FOLDER

ALL FIGURES ARE MADE UP. Real are the outlines, names and people of the 3,321 communes (`../shared/data/admin`); sites
and villages are those of the synthetic national inputs; every other column is that of some row of the sample, which was
run for 2026Q3, people scaled to the commune. Levels, power and dead zones are drawn from noise, roads and lines run
between neighbours. FOLDER is then a project with snapshots of 2026Q2 and 2026Q3, the same ones but for their day.
"""

import argparse
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio.features
import shapely
import xarray as xr
from numpy.typing import NDArray
from pyproj import CRS
from scipy.ndimage import gaussian_filter, zoom
from scipy.spatial import Delaunay

from phusong.grid import Grid
from phusong.layers.raster import burnt
from phusong.ledger import snapshot
from phusong.text import slug

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
METRES = "EPSG:3405"
PERIOD, QUARTERS = "2026Q3", {"2026Q2": "2026-06-30", "2026Q3": "2026-09-30"}
PIXEL_M, ZONES, LINES = 250.0, 4_000, 4_000
TITLES = {"title": "Việt Nam (số liệu giả lập)", "title_en": "Viet Nam (made-up figures)"}


@dataclass
class Nation:
    """The country, and the sample's tables from which its rows are taken."""

    sample: dict[str, pd.DataFrame]
    chance: np.random.Generator
    operators: tuple[str, ...]

    def rows(self, table: str, count: int, rename: dict[str, str] | None = None) -> pd.DataFrame:
        """Rows of the sample without their places, drawn with repetition."""
        own = pd.DataFrame(self.sample[table]).drop(columns="geometry", errors="ignore").rename(columns=rename or {})
        return own.iloc[self.chance.integers(0, len(own), count)].reset_index(drop=True)

    def communes(self) -> gpd.GeoDataFrame:
        """Real outlines, names and people; shares of people are some commune's of the sample."""
        real = gpd.read_parquet(DATA / "admin" / "communes_2025.parquet").to_crs(METRES)
        told = pd.read_csv(DATA / "admin" / "commune_attributes_2025.csv", dtype=str).set_index("commune_code")
        told = told.reindex(real["commune_code"])
        people = pd.to_numeric(told["population_repaired"].str.replace(".", "", regex=False), errors="coerce")
        people = people.fillna(5_000).clip(lower=300).to_numpy()
        made = self.rows("communes", len(real), self.names())
        scale = people / made["people"].clip(lower=1).to_numpy()
        for name in made.columns[made.columns.str.endswith("people")]:
            made[name] = np.floor(made[name].to_numpy(float) * scale).astype(np.int64)
        own = {name: told[name].to_numpy() for name in ("province_code", "province_name", "commune_type")}
        own |= {name: real[name].to_numpy() for name in ("commune_code", "commune_name")}
        made = made.assign(**own, population=people, area_km2=real.area.to_numpy() / 1e6)
        return gpd.GeoDataFrame(made, geometry=real.geometry.to_numpy(), crs=METRES)

    def names(self) -> dict[str, str]:
        """Columns of the sample's operators under the names of the country's, as far as there are as many."""
        theirs = sorted({slug(name) for name in self.sample["sites"]["operator"]})
        pairs = list(zip(theirs, map(slug, self.operators), strict=False))
        columns = map(str, self.sample["communes"])
        return {name: name.replace(old, new) for name in columns for old, new in pairs if f"_{old}_" in name}

    def placed(self, table: str) -> gpd.GeoDataFrame:
        """Sites or villages of the synthetic inputs, with what they do not say from the sample."""
        given = pd.read_parquet(DATA / "national_synthetic" / f"{table}.parquet")
        made = self.rows(table, len(given))
        known = [name for name in given if name in made and made[name].dtype.kind != "M"]
        made = made.assign(**{name: given[name].to_numpy() for name in known})
        if table == "sites":
            days = pd.to_datetime(given["on_air_date"]).to_numpy()
            made = made.assign(on_air_date=days, on_air=(given["status"] == "on_air").to_numpy(), in_study=True)
        at = gpd.points_from_xy(given["longitude"], given["latitude"], crs=4326).to_crs(METRES)
        return gpd.GeoDataFrame(made, geometry=at, crs=METRES)

    def indicators(self, communes: pd.DataFrame) -> pd.DataFrame:
        """Of every unit those of some unit of its level of the sample."""
        given, parts = self.sample["indicators"], []
        codes = {"commune": communes["commune_code"], "province": communes["province_code"], "study": pd.Series([""])}
        for level, units in codes.items():
            own = [rows for _, rows in given[given["unit_level"] == level].groupby("unit_code")]
            every = sorted(map(str, units.unique()))
            parts += [own[place % len(own)].assign(unit_code=code) for place, code in enumerate(every)]
        return pd.concat(parts, ignore_index=True)


@dataclass
class Land:
    """The grid of the country, and what is drawn on it from noise."""

    grid: Grid
    inside: NDArray[np.bool_]
    communes: gpd.GeoDataFrame
    chance: np.random.Generator

    def noise(self, pixels: float) -> NDArray[np.float32]:
        """Hills of about so many fours of pixels, of mean 0 and spread 1."""
        height, width = (side // 4 + 2 for side in self.grid.shape)
        made = gaussian_filter(self.chance.standard_normal((height, width)).astype(np.float32), pixels)
        whole = zoom(made / made.std(), 4, order=1)
        return np.asarray(whole[: self.grid.shape[0], : self.grid.shape[1]])

    def rasters(self, operators: Sequence[str]) -> Iterator[tuple[str, NDArray[np.uint8]]]:
        """Levels of each operator and technology and of all together, then `power`, `fragile` and `gap`."""
        hills, best = 0.8 * self.noise(6) + 0.6 * self.noise(1.2), {}
        for technology, bonus in (("nr", 0.0), ("lte", 0.9)):
            levels = {
                name: np.digitize(hills + 0.6 * self.noise(3) + bonus, [-0.8, -0.5, 0.0]).astype(np.uint8)
                for name in operators
            }
            best[technology] = np.maximum.reduce([*levels.values()])
            for name, level in {**levels, "any": best[technology]}.items():
                yield f"level_{technology}_{slug(name)}", level
        power, signal = self.noise(7) > -1.3, best["lte"] > 0
        yield "power", power.astype(np.uint8)
        yield "fragile", (self.noise(3) < -1.4).astype(np.uint8)
        yield "gap", (~signal + 2 * ~power).astype(np.uint8)

    def zones(self, gap: NDArray[np.uint8], nation: Nation) -> gpd.GeoDataFrame:
        """The largest patches of one gap, each in the commune of a point in it."""
        place = rasterio.Affine(PIXEL_M, 0, self.grid.west, 0, -PIXEL_M, self.grid.north)
        lacking = np.where(self.inside, gap, 0).astype(np.uint8)
        found = [(json.dumps(one), kind) for one, kind in rasterio.features.shapes(lacking, lacking > 0, 4, place)]
        areas, kinds = shapely.from_geojson([one for one, _ in found]), np.array([int(kind) for _, kind in found])
        tree = shapely.STRtree(self.communes.geometry.to_numpy())
        at, home = tree.query(shapely.point_on_surface(areas), predicate="intersects")
        _, first = np.unique(at, return_index=True)
        at, home = at[first], home[first]
        largest = np.argsort(-shapely.area(areas[at]), kind="stable")[:ZONES]
        at, home = at[largest], home[largest]
        row, other = tree.query(areas[at], predicate="intersects")
        touched = pd.Series(self.communes["commune_code"].to_numpy()[other]).groupby(row).agg(";".join)
        told = self.communes.iloc[home]
        people = np.sort(self.chance.lognormal(5, 1, len(at)).astype(int) + 1)[::-1]
        made = nation.rows("zones", len(at)).assign(
            zone_id=[f"{PERIOD}-{number:04d}" for number in range(1, len(at) + 1)],
            rank=np.arange(1, len(at) + 1),
            gap=np.array(["", "signal", "power", "both"])[kinds[at]],
            people=people,
            area_km2=shapely.area(areas[at]) / 1e6,
            commune_codes=touched.to_numpy(),
            **{name: told[name].to_numpy() for name in ("commune_code", "commune_name", "province_name")},
        )
        whole = [shapely.MultiPolygon([area]) for area in areas[at]]
        return gpd.GeoDataFrame(made, geometry=whole, crs=METRES)

    def routes(self) -> NDArray[np.object_]:
        """Winding ways between communes that are neighbours."""
        at = shapely.get_coordinates(shapely.point_on_surface(self.communes.geometry.to_numpy()))
        sides = Delaunay(at).simplices[:, [[0, 1], [1, 2], [0, 2]]].reshape(-1, 2)
        ends = np.unique(np.sort(sides, axis=1), axis=0)
        apart = np.linalg.norm(at[ends[:, 0]] - at[ends[:, 1]], axis=1)
        ends, apart = ends[apart < 60_000], apart[apart < 60_000]
        along = np.linspace(0, 1, 12)[None, :, None]
        winding = self.chance.standard_normal((len(ends), 12, 2)).cumsum(axis=1) * apart[:, None, None] * 0.02
        winding -= along * winding[:, -1:]
        winding[:, 0] = 0
        start, end = at[ends[:, 0]][:, None], at[ends[:, 1]][:, None]
        return np.asarray(shapely.linestrings(start * (1 - along) + end * along + winding), object)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sample", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    sample, run, _ = snapshot.read(options.sample / "snapshots", PERIOD)
    chance = np.random.default_rng(7)
    filed = pd.read_parquet(DATA / "national_synthetic" / "sites.parquet", columns=["operator"])
    nation = Nation(sample, chance, tuple(sorted(map(str, filed["operator"].unique()))))
    communes = nation.communes()
    west, south, east, north = communes.total_bounds
    grid = Grid.over((west, south, east, north), PIXEL_M, CRS(METRES))
    inside = burnt(communes.geometry.to_numpy(), [1] * len(communes), grid) > 0
    land = Land(grid, inside, communes, chance)
    rasters: dict[str, tuple[Grid, xr.DataArray]] = {}
    for name, values in land.rasters(nation.operators):
        told: dict[str, Any] = {"long_name": f"{name}, made up", "units": "1", "nodata": 254}
        rasters[name] = grid, xr.DataArray(np.where(inside, values, 254).astype(np.uint8), attrs=told)
    routes = land.routes()
    lines = chance.choice(routes, LINES, replace=False)
    tables: dict[str, pd.DataFrame] = {
        **sample,
        "communes": communes,
        "zones": land.zones(rasters["gap"][1].to_numpy(), nation),
        "sites": nation.placed("sites"),
        "villages": nation.placed("villages"),
        "roads": gpd.GeoDataFrame(nation.rows("roads", len(routes)), geometry=routes, crs=METRES),
        "power_lines": gpd.GeoDataFrame(nation.rows("power_lines", LINES), geometry=lines, crs=METRES),
        "indicators": nation.indicators(communes),
    }
    made_up = {**{key: value for key, value in run.items() if key != "files"}, **TITLES}
    made_up["grid"] = {"crs": METRES, "pixel_m": PIXEL_M, "shape": list(grid.shape)}
    options.folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(options.sample / "project.toml", options.folder / "project.toml")
    for period, day in QUARTERS.items():
        dated = {name: table.assign(as_of=day) if "as_of" in table else table for name, table in tables.items()}
        whole = snapshot.Snapshot(dated, rasters, {**made_up, "period": period, "as_of": day})
        print(*snapshot.write(whole, options.folder / "snapshots"))
    print(f"{len(communes)} communes, {len(tables['zones'])} dead zones, {len(tables['sites'])} sites: all made up")


if __name__ == "__main__":
    main()
