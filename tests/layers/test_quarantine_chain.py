"""A filing with a faulty row, from intake to the dead zone that the row would cure."""

from __future__ import annotations

import datetime as dt
import tomllib

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from small_study import silent

from phusong import pipeline
from phusong.config import shipped
from phusong.intake.filing import batches
from phusong.intake.outcome import counted, write
from phusong.intake.reference import Reference
from phusong.intake.request import Request

DAY = dt.date(2026, 9, 30)
HEADER = "site_id,operator,technology,frequency_mhz,bandwidth_mhz,azimuths_deg,downtilt_deg,eirp_dbm,status,on_air_date"


def filed(world, heights_m: tuple[object, object]) -> tuple[int, int, int]:
    "Rows in, accepted and set aside of a filing of two sites, the second in the middle of the study."
    spots = gpd.GeoSeries(shapely.points([500_500, 501_000], [2_300_500, 2_301_000]), crs=3405).to_crs(4326)
    lines = [
        f"VNP-{n},VNPT,LTE,1800,20,omni,0,{eirp},on_air,2020-01-01,{height},{spot.x:.7f},{spot.y:.7f}"
        for n, (eirp, height, spot) in enumerate(zip((0, 60), heights_m, spots, strict=True), 1)
    ]
    text = "\n".join([f"{HEADER},height_agl_m,longitude,latitude", *lines, ""])
    (world.folder / "vnpt.csv").write_text(text, "utf-8")
    asked, units = Request("sites", DAY), world.four().to_crs(4326).assign(commune_type="xã")
    return counted(write(batches([world.folder / "vnpt.csv"], asked, Reference(units)), asked, world.folder / "filed"))


def studied(world):
    "The outcome of a study of both tables of the intake."
    here = {"crs": "EPSG:4326", "as_of": DAY}
    del world.layers["villages"]  # of power nothing is known, so no zone is for lack of it
    world.layers["sites"] = {"path": "filed/accepted.parquet", **here}
    world.layers["quarantined_sites"] = {"path": "filed/quarantined.parquet", **here}
    project = world.project()
    radio = project.radio.model_validate({
        "reach_km": 3, "propagation": "free-space", "priors": [{"height_agl_m": 40, "source": "a test"}],
    })  # fmt: skip
    return pipeline.run(project.model_copy(update={"radio": radio}), "2026Q3", 1, silent)


@pytest.fixture
def dark(world):
    "The site that is accepted is too weak to reach anybody; the other one is set aside for its height."
    assert filed(world, (30, 999)) == (2, 1, 1)
    return studied(world)


def test_the_row_set_aside_is_the_cause(dark):
    [zone] = dark.edition.zones.itertuples()
    row = pd.read_parquet(dark.folder / "zone_causes.parquet").set_index("cause").loc["data_fault"]
    counts = dark.edition.run["counts"]
    assert (zone.cause, zone.cause_site_id, zone.people) == ("data_fault", "VNP-2 (vnpt.csv:3)", 160)
    assert (row.holds, row.site_id, row.sites_in_reach) == (True, zone.cause_site_id, 1)
    assert counts["zones"]["quarantined_sites"] == {"in_reach": 1, "tried": 1, "not_tried": {}}
    assert counts["quarantined_sites"]["beyond_bounds"] == {"height_agl_m": 1}
    assert counts["quarantined_sites"]["assumed"] == {"height_agl_m": 1}


def test_the_snapshot_keeps_the_row_and_its_reason(dark):
    kept = gpd.read_parquet(dark.folder / "quarantined_sites.parquet")
    [row] = kept.itertuples()
    assert (row.site_id, row.filed_id, row.reason) == ("VNP-2 (vnpt.csv:3)", "VNP-2", "height_out_of_range")
    assert (row.height_agl_m, row.assumed) == (40, "height_agl_m")
    dictionary = tomllib.loads(shipped("gis_data", "data_dictionary.toml").read_text("utf-8"))
    known = {*dictionary["layers"]["quarantined_sites"], *dictionary["snapshot"]["quarantined_sites"]}
    assert set(kept) - known - set(dictionary["snapshot"]["every"]) == set()
    assert row.geometry.distance(shapely.Point(501_000, 2_301_000)) < 0.1


def test_accepted_the_same_row_leaves_no_zone(world):
    assert filed(world, (30, 40)) == (2, 2, 0)
    assert len(studied(world).edition.zones) == 0
