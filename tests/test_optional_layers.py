"""The main job on the sample province with land cover, claims, antenna patterns and a filing full of gaps."""

from __future__ import annotations

import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from small_study import silent

from phusong import pipeline
from phusong.config import load
from phusong.errors import LayerError
from phusong.ledger.figures import derived
from phusong.sample import write_sample
from phusong.text import slug

ROOT = Path(__file__).resolve().parents[1]
OPERATOR, ABSENT = "Sóng Mẫu", "Ai Đó"
SECTIONS = """
[layers.clutter]
path = "data/landuse.geojson"
columns = { clutter_class = "fclass" }
synthetic = true

[layers.claims]
path = "data/claims.geojson"
synthetic = true

[layers.antennas]
path = "data/*.msi"
synthetic = true

[[radio.priors]]
technology = "NR"
setting = "urban"
height_agl_m = 25
source = "a test"

[[radio.priors]]
height_agl_m = 40
source = "a test"
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    "The sample with the optional layers; the operator claims the western half, another one a commune of the east."
    folder = tmp_path_factory.mktemp("layers") / "study"
    write_sample(folder)
    communes = gpd.read_file(folder / "data" / "communes.gpkg")
    west, south, east, north = communes.total_bounds
    half = shapely.box(west, south, (west + east) / 2, north)
    there = communes.geometry.iloc[communes.geometry.representative_point().x.argmax()]
    claims = {"operator": [OPERATOR, ABSENT], "technology": ["LTE", "LTE"], "level": ["good", None]}
    gpd.GeoDataFrame(claims, geometry=[half, there], crs=4326).to_file(folder / "data" / "claims.geojson")
    uses = {"fclass": ["forest", "moor"]}
    gpd.GeoDataFrame(uses, geometry=[half, there], crs=4326).to_file(folder / "data" / "landuse.geojson")
    rows = "\n".join(f"{angle} {min(angle, 360 - angle) / 9}" for angle in range(360))
    (folder / "data" / "K742215_T6.msi").write_text(
        f"FREQUENCY 1800\nHORIZONTAL 360\n{rows}\nVERTICAL 360\n{rows}\n", "utf-8"
    )
    sites = pd.read_csv(folder / "data" / "sites.csv", dtype=str)
    gaps = np.arange(len(sites)) % 5 == 0
    sites = sites.assign(height_agl_m=sites.height_agl_m.mask(gaps), antenna=np.where(gaps, "K742215_T6", None))
    sites.to_csv(folder / "data" / "sites.csv", index=False)
    with (folder / "project.toml").open("a", encoding="utf-8") as project:
        project.write(SECTIONS)
    return folder


@pytest.fixture(scope="module")
def outcome(study):
    return pipeline.run(load(study), "2026Q3", 2, silent)


def figures(outcome, definition: str, operator: str) -> pd.DataFrame:
    table = derived(pd.read_parquet(outcome.folder / "indicators.parquet"))
    return table[(table.definition_id == definition) & (table.operator == operator)].set_index("unit_level")


def test_the_dictionary_knows_the_optional_columns_and_rasters(outcome):
    dictionary = tomllib.loads((ROOT / "gis_data" / "data_dictionary.toml").read_text("utf-8"))
    layers, parts = dictionary["layers"], dictionary["snapshot"]
    for name in ("sites", "claims", "antennas"):
        known = {*parts["every"], *layers[name], *parts.get(name, {})}
        assert set(pd.read_parquet(outcome.folder / f"{name}.parquet").columns) - known == set()
    claimed = {file.stem for file in (outcome.folder / "surface").glob("claimed_*.tif")}
    assert claimed == {f"claimed_lte_{slug(name)}" for name in (OPERATOR, ABSENT, "any")}
    assert {"claimed_{technology}_{operator}", "clutter"} <= set(parts["surface"])


def test_gaps_of_the_filing_are_filled_and_told(outcome):
    sites = outcome.edition.sites
    filled = sites[sites.assumed != ""]
    assert set(filled.assumed) == {"height_agl_m"}
    assert (filled.antenna == "K742215_T6").all()
    urban = (filled.technology == "NR") & (filled.setting == "urban")
    assert urban.any()
    assert (filled.height_agl_m == np.where(urban, 25, 40)).all()
    assert outcome.edition.run["counts"]["sites"]["assumed"] == {"height_agl_m": len(filled)}
    told = outcome.edition.run["warnings"]
    assert f"sites: height_agl_m of {len(filled)} is assumed by the project's priors" in told
    assert f"claims: no site in reach of {ABSENT} LTE" in told


def test_claims_are_counted_against_the_prediction(outcome):
    "Whoever has no site is predicted to cover nobody; the operator's own claim holds more people than it misses."
    everybody = outcome.edition.communes.people.sum()
    own = figures(outcome, "people_claimed_share", OPERATOR).loc["study"]
    assert 0 < own.numerator < own.denominator == everybody
    beside = figures(outcome, "people_claimed_not_predicted_share", OPERATOR).loc["study"]
    assert 0 < beside.numerator < beside.denominator <= own.numerator
    absent = figures(outcome, "people_claimed_not_predicted_share", ABSENT).loc["study"]
    assert absent.numerator == figures(outcome, "people_claimed_share", ABSENT).loc["study"].numerator > 0
    assert absent.value == 1
    united = figures(outcome, "people_claimed_share", "any").loc["study"]
    alone = figures(outcome, "people_claimed_share", ABSENT).loc["study"]
    assert united.numerator == pytest.approx(own.numerator + alone.numerator, abs=len(outcome.edition.communes))


def test_claimed_people_are_those_of_the_raster(outcome):
    with (
        rasterio.open(outcome.folder / "surface" / f"claimed_lte_{slug(OPERATOR)}.tif") as claimed,
        rasterio.open(outcome.folder / "surface" / "people.tif") as people,
    ):
        said, living = claimed.read(1), people.read(1)
    assert set(np.unique(said)) == {0, 1, 254}
    own = figures(outcome, "people_claimed_share", OPERATOR).loc["study"]
    assert living[said == 1].sum() == pytest.approx(own.numerator, abs=len(outcome.edition.communes))


def test_clutter_is_kept_with_the_terrain(outcome):
    with (
        rasterio.open(outcome.folder / "surface" / "clutter.tif") as clutter,
        rasterio.open(outcome.folder / "surface" / "terrain.tif") as terrain,
    ):
        assert clutter.bounds == terrain.bounds
        heights = clutter.read(1)
    counts = outcome.edition.run["counts"]["clutter"]
    assert set(np.unique(heights)) == {0, 15}
    assert (heights == 15).sum() == counts["pixels"]["forest"]
    assert list(counts["unknown_classes"]) == ["moor"]


def test_antennas_that_no_file_describes_stop_the_run(study, tmp_path):
    project = load(study)
    (tmp_path / "K742215_T4.msi").write_text((study / "data" / "K742215_T6.msi").read_text("utf-8"), "utf-8")
    layer = project.layers.antennas.model_copy(update={"path": str(tmp_path / "K742215_T4.msi")})
    project = project.model_copy(update={"layers": project.layers.model_copy(update={"antennas": layer})})
    with pytest.raises(
        LayerError, match=r"antenna 'K742215_T6' is not known; did you mean 'K742215_T4'\?: \d+ sites, first "
    ):
        pipeline.run(project, "2026Q3", 2, silent)
