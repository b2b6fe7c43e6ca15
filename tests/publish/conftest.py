"""A small edition whose numbers can be counted by hand, and whose names are hostile."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import shutil

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from phusong.ledger.edition import Edition

CRS = "EPSG:3405"
WEST, SOUTH, SIDE = 540_000.0, 2_360_000.0, 5_000.0

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "Xã \u2028 `${alert(3)}` {{ 7 * 7 }} {% raw %}",
    "Xã Ngọc Quỷnh \"'&amp;<!--",
)


def _communes() -> gpd.GeoDataFrame:
    squares = [shapely.box(WEST + i * SIDE, SOUTH, WEST + (i + 1) * SIDE, SOUTH + SIDE) for i in range(4)]
    people = np.array([1000, 2000, 3000, 4000])
    rows = {
        "commune_code": ["00001", "00002", "00003", "00004"],
        "commune_name": list(HOSTILE),
        "commune_type": "xã",
        "province_code": ["01", "01", "02", "02"],
        "province_name": ["Tỉnh Đông", "Tỉnh Đông", "Tỉnh <b>An</b>", "Tỉnh <b>An</b>"],
        "people": people,
    }
    for name, share in (("nr", [0.0, np.nan, 0.98999, 1.0]), ("lte", [0.5, 0.25, 1.0, 1.0])):
        shares = np.array(share)
        rows |= {f"{name}_share": shares, f"{name}_share_low": shares, f"{name}_share_high": shares}
        rows |= {
            f"{name}_people": np.nan_to_num(shares * people).astype(int),
            f"{name}_unknown_people": [0, 2000, 0, 0],
        }
        rows |= {f"{name}_mang_b_x_b_people": [0, 0, 7, 0]}
    rows |= {f"power_{state}_people": people // n for state, n in (("yes", 2), ("no", 4), ("unknown", 4))}
    rows |= {f"gap_{gap}_people": people // 10 for gap in ("signal", "power", "both", "none", "unknown")}
    rows |= {"zones": [1, 1, 1, 0], "lte_sites": [1, 0, 0, 0], "nr_sites": [0, 1, 0, 0], "saidi_min": 1.0}
    return gpd.GeoDataFrame({**rows, "terminals": pd.array([3, None, 0, 1], dtype="Int64")}, geometry=squares, crs=CRS)


def _zones() -> gpd.GeoDataFrame:
    squares = [shapely.box(WEST + i * SIDE + 500, SOUTH + 500, WEST + i * SIDE + 900, SOUTH + 900) for i in range(3)]
    return gpd.GeoDataFrame(
        {
            "zone_id": ["2026Q3-0001", "2026Q3-0002", "2026Q3-0003"],
            "rank": [1, 2, 3],
            "gap": ["signal", "power", "both"],
            "people": [300, 200, 100],
            "area_km2": 0.16,
            "commune_code": ["00001", "00002", "00003"],
            "commune_name": HOSTILE[:3],
            "province_name": "Tỉnh Đông",
            "commune_codes": ["00001", "00002", "00003"],
            "village_id": ["v1", "v2", None],
            "village_name": [HOSTILE[0], "Bản Ngoẵng", None],
            "village_distance_m": [350.4, 1200.0, np.nan],
        },
        geometry=[shapely.MultiPolygon([square]) for square in squares],
        crs=CRS,
    )


def _sites() -> gpd.GeoDataFrame:
    places = [shapely.Point(WEST + 1000 + i * 1500, SOUTH + 3000) for i in (0, 0, 1, 2)]
    return gpd.GeoDataFrame(
        {
            "site_id": ["S-1", HOSTILE[1], "S-3", "S-planned"],
            "operator": ["Mạng <b>X</b>", "Mạng <b>X</b>", HOSTILE[0], HOSTILE[0]],
            "technology": ["LTE", "NR", "NR", "NR"],
            "frequency_mhz": [1800.0, 3750.0, 763.5, 2550.0],
            "height_agl_m": [30.0, 28.5, 45.0, 20.0],
            "power_source": ["grid", "solar", "lửa", None],
            "on_air_date": pd.to_datetime(["2020-01-31", "2026-02-01", None, "2027-01-01"]),
            "on_air": [True, True, True, False],
            "off_terrain": [False, False, True, False],
            "in_study": [True, True, False, True],
        },
        geometry=places,
        crs=CRS,
    )


def _villages() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "village_id": ["v1", "v2"],
            "village_name": [HOSTILE[0], "Bản Ngoẵng"],
            "commune_code": ["00001", "00002"],
            "people": [120, 80],
            "signal": ["not_served", "served"],
            "power": ["unknown", "served"],
        },
        geometry=gpd.points_from_xy([WEST + 700, WEST + SIDE + 700], [SOUTH + 700] * 2, crs=CRS),
    )


def _power_lines() -> gpd.GeoDataFrame:
    routes = [
        shapely.LineString([(WEST - 1000, SOUTH + 100), (WEST + 20_000, SOUTH + 4900)]),
        shapely.LineString([(WEST, SOUTH), (WEST, SOUTH + 4000)]),
        shapely.LineString([(WEST + 900_000, SOUTH), (WEST + 900_000, SOUTH + 4000)]),
    ]
    voltages = {"line_id": ["1", "2", "far"], "voltage_kv": [220.0, np.nan, 500.0], "operator": ["EVN", None, None]}
    return gpd.GeoDataFrame(voltages, geometry=routes, crs=CRS)


def _run() -> dict[str, object]:
    shared = {"sha256": "0", "bytes": 1, "licence": "CC BY 4.0"}
    return {
        "people_vintage": 2020,
        "grid": {"pixel_m": 100},
        "inputs": [
            {"layer": "terrain", "file": "a.hgt", "source": "SRTM", "as_of": None, "year": 2000, **shared},
            {"layer": "terrain", "file": "b.hgt", "source": "SRTM", "as_of": None, "year": 2000, **shared},
            {"layer": "sites", "file": "s.csv", "source": HOSTILE[0], "as_of": "2026-09-30", "year": None, **shared},
        ],
    }


@pytest.fixture
def edition() -> Edition:
    "Four communes in a row, three dead zones, three sites on air (two on one mast) and one planned."
    return Edition(
        project="nho",
        title="Nghiên cứu <b>nhỏ</b>: Đà Bắc – Mường Chiềng",
        title_en="A small study",
        period="2026Q3",
        as_of=dt.date(2026, 9, 30),
        synthetic=("sites", "villages"),
        communes=_communes(),
        zones=_zones(),
        sites=_sites(),
        villages=_villages(),
        power_lines=_power_lines(),
        substations=gpd.GeoDataFrame({"substation_id": []}, geometry=[], crs=CRS),
        run=_run(),
        digest="0123456789abcdef" * 4,
    )


@pytest.fixture
def bare(edition: Edition) -> Edition:
    "The same study with communes only: no other layer has a row or a column."
    empty = gpd.GeoDataFrame(geometry=[], crs=CRS)
    return dataclasses.replace(
        edition, synthetic=(), zones=empty, sites=empty, villages=empty, power_lines=empty, run={}
    )


@pytest.fixture(scope="session")
def chromium():
    "A browser; where none is installed the test is skipped, but under CI it fails."
    sync_api = pytest.importorskip("playwright.sync_api")
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail("CI=true, and no chromium is installed")
        pytest.skip("no chromium is installed")
    with sync_api.sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()
