"""Filings of known truth: their forms and faults; and a small twin of `scripts/score_intake.py`."""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
from dataclasses import replace

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

from phusong.intake.reference import Reference
from phusong.sample.filings.faults import spoiled
from phusong.sample.filings.files import windows_1258
from phusong.sample.filings.filing import found, make
from phusong.sample.filings.plane import planes
from phusong.sample.filings.positions import joined, pairs, texts
from phusong.sample.filings.recipe import FAULTS, recipe
from phusong.sample.filings.trial import invented, read_ground, tried
from phusong.sample.filings.truth import rows_of
from phusong.sample.filings.world import World, read_world

# two provinces side by side, six communes each; 105°00' and 105°30' are their VN-2000 meridians
NAMES = ("Ba Vì", "Sóc Sơn", "Mê Linh", "Đan Phượng", "Hoài Đức", "Thạch Thất")
NAMES += ("Gia Bình", "Lương Tài", "Yên Phong", "Tiên Du", "Quế Võ", "Thuận Thành")
CODES = [f"{i:05}" for i in range(101, 113)]
PROVINCES = {"01": "Thành phố Hà Nội", "24": "Tỉnh Bắc Ninh"}


@pytest.fixture(scope="module")
def world():
    west = np.repeat([105.0, 105.6], 6) + np.tile([0.0, 0.3], 6)
    south = np.tile(np.repeat([20.4, 20.8, 21.2], 2), 2)
    province = np.repeat(["01", "24"], 6)
    communes = gpd.GeoDataFrame(
        {
            "commune_code": CODES,
            "commune_name": [f"Xã {name}" for name in NAMES],
            "commune_type": "xã",
            "province_code": province,
            "province_name": [PROVINCES[code] for code in province],
        },
        geometry=[shapely.box(x, y, x + 0.3, y + 0.4) for x, y in zip(west, south, strict=True)],
        crs=4326,
    ).set_index("commune_code")
    succession = pd.DataFrame(
        {"old_code": CODES, "old_name": [f"Xã {name}" for name in NAMES], "new_code": CODES, "relation": "full"}
    ).assign(old_province_name=communes.province_name.to_numpy())
    succession = pd.concat([succession, succession.iloc[:1].assign(old_code="00199", old_name="Xã  Tản Lĩnh")])
    return World(_sites(communes), communes, succession)


def _sites(communes):
    """Fifty sites a commune, one in ten of them planned."""
    rng = np.random.default_rng(0)
    at = np.repeat(np.arange(12), 50)
    bounds = communes.geometry.bounds.to_numpy()[at]
    place = bounds[:, :2] + rng.uniform(0.05, 0.95, (600, 2)) * (bounds[:, 2:] - bounds[:, :2])
    planned = np.arange(600) % 10 == 0
    return pd.DataFrame(
        {
            "site_id": [f"VTL-LTE-{i:06}" for i in range(600)],
            "operator": "Viettel",
            "technology": np.where(np.arange(600) % 3 == 0, "NR", "LTE"),
            "frequency_mhz": np.where(np.arange(600) % 3 == 0, 2550.0, 1800.0),
            "height_agl_m": 42.5,
            "azimuths_deg": "30;150;270",
            "downtilt_deg": 3.5,
            "eirp_dbm": 62.1,
            "status": np.where(planned, "planned", "on_air"),
            "on_air_date": np.where(planned, "2026-11-20", "2025-06-15"),
            "power_source": "grid",
            "backup_hours": 4.5,
            "longitude": place[:, 0].round(6),
            "latitude": place[:, 1].round(6),
            "commune_code": communes.index.to_numpy()[at],
        }
    )


@pytest.fixture
def plain():
    """A recipe of nothing special: CSV, degrees, no faults."""
    return replace(
        recipe(1), operator="Viettel", provinces=2, rows=200, share=dict.fromkeys(FAULTS, 0.0), form="csv",
        notation="degrees", both=False, exchanged=False, decimals="point", whole_codes=False, named=True,
        province_named=True, decomposed=False, encoding="utf-8", delimiter=";", day="%d/%m/%Y", sheets="one",
    )  # fmt: skip


def test_every_form_meets_every_notation_and_every_fault():
    made = [recipe(seed) for seed in range(1000)]
    assert len({(one.form, one.notation, one.exchanged) for one in made}) == 3 * 3 * 2
    assert {(one.form, fault) for one in made for fault in FAULTS if one.share[fault] == 0.1} == {
        (form, fault) for form in ("csv", "xlsx", "geojson") for fault in FAULTS
    }


def test_the_same_seed_makes_the_same_file(world, tmp_path, plain):
    first = make(world, plain, tmp_path).file.read_bytes()
    assert make(world, plain, tmp_path).file.read_bytes() == first


def test_a_row_has_one_fault_at_most_and_their_number_is_that_of_the_recipe(world, plain):
    share = dict.fromkeys(FAULTS, 0.02) | {"legacy_commune_code": 0.0}
    rows = rows_of(world, replace(plain, share=share))
    counts = pd.Series([row.reason for row in rows]).value_counts().to_dict()
    assert counts == {"": 164, **{fault: 4 for fault in FAULTS if fault != "legacy_commune_code"}}


@pytest.fixture
def good(world, plain):
    return next(row for row in rows_of(world, plain) if row.commune_code == "00101")


def test_faults_change_what_they_say_and_nothing_else(world, good):
    rng = random.Random(3)
    assert spoiled(good, "technology_missing", world, rng, "Viettel") == replace(
        good, technology="", reason="technology_missing"
    )
    future = spoiled(good, "on_air_in_future", world, rng, "Viettel")
    assert future.status == "on_air"
    assert future.on_air_date > dt.date(2026, 9, 30)
    assert spoiled(good, "legacy_commune_code", world, rng, "Viettel") == replace(
        good, declared="00199", name="Xã Tản Lĩnh", reason="legacy_commune_code"
    )
    assert spoiled(replace(good, commune_code="00102"), "legacy_commune_code", world, rng, "Viettel") is None


@pytest.mark.parametrize("seed", range(20))
def test_a_wrong_commune_is_more_than_twenty_kilometres_off_and_a_place_abroad_in_no_commune(world, good, seed):
    rng = random.Random(seed)
    wrong = spoiled(good, "commune_disagrees", world, rng, "Viettel")
    here = shapely.Point(good.true_lon, good.true_lat)
    assert world.communes.geometry[wrong.declared].distance(here) > 0.2
    assert (wrong.name, wrong.province) == (world.communes.commune_name[wrong.declared], good.province)
    abroad = spoiled(good, "outside_country", world, rng, "Viettel")
    assert not world.communes.covers(shapely.Point(abroad.longitude, abroad.latitude)).any()


def test_planes_go_there_and_back():
    "105°45'44.2\" E, 20°51'1.2\" N in the zone of Hà Nội, as filed in metres."
    east, north = planes(np.array([(105.745732, 20.850336)]), np.array([5897]))[0]
    assert (round(east, 2), round(north, 2)) == (577408.74, 2306563.98)
    back = planes(np.array([(east, north)]), np.array([5897]), inverse=True)[0]
    assert back.round(6).tolist() == [105.745732, 20.850336]


def test_exchanged_rows_of_an_exchanged_file_stand_as_the_headers_say(world, good, plain):
    rows, rng = (
        [good, replace(good, reason="axes_swapped"), replace(good, reason="missing_coordinates")],
        random.Random(0),
    )
    named, other = (good.latitude, good.longitude), (good.longitude, good.latitude)
    assert pairs(rows, world, plain, rng) == [named, other, None]
    assert pairs(rows, world, replace(plain, exchanged=True), rng) == [other, named, None]


def test_positions_as_text(plain):
    rng = random.Random(0)
    assert texts([(21.0338, 105.85)] * 2, [False, True], plain, rng) == [
        ("21.033800", "105.850000"),
        ("21,033800", "105,850000"),
    ]
    metres = replace(plain, notation="metres", decimals="comma")
    written = {texts([(2306563.98, 577408.74)], [True], metres, random.Random(seed))[0] for seed in range(20)}
    assert written == {("2306563,98", "577408,74"), ("2.306.563,98", "577.408,74")}
    dms = replace(plain, notation="dms")
    written = {texts([(21.13371, 105.7747489)], [False], dms, random.Random(seed))[0] for seed in range(40)}
    assert ("21°08'01.356\"N", "105°46'29.096\"E") in written
    assert len(written) == 5
    assert joined([("21,5", "105,5")], random.Random(0)) in (["21,5 105,5"], ["21,5; 105,5"])


def test_windows_1258_has_tones_after_their_letters():
    text = windows_1258("Tỉnh Đắk Lắk, Thuỷ Nguyên, HĐ").decode("cp1258")
    assert text == "Ti\u0309nh Đă\u0301k Lă\u0301k, Thuy\u0309 Nguyên, HĐ"


def test_places_in_csv_are_lines_after_the_header(world, plain, tmp_path):
    filing = make(world, plain, tmp_path)
    rows = list(csv.reader(filing.file.open(encoding="utf-8"), delimiter=";"))
    assert [row[0] for row in rows[1:]] == filing.truth.site_id.to_list()
    assert filing.truth.row.to_list() == [str(i) for i in range(2, 202)]


def test_places_in_geojson_are_numbers_of_features(world, plain, tmp_path):
    filing = make(world, replace(plain, form="geojson"), tmp_path)
    features = json.loads(filing.file.read_text("utf-8"))["features"]
    ids = [next(iter(feature["properties"].values())) for feature in features]
    assert [ids[int(row)] for row in filing.truth.row] == filing.truth.site_id.to_list()
    first = filing.truth.iloc[0]
    assert features[0]["geometry"]["coordinates"] == [first.true_lon, first.true_lat]


@pytest.mark.parametrize("sheets", ["one", "technologies", "parts"])
@pytest.mark.parametrize("titles", [True, False])
def test_places_in_a_workbook_are_rows_of_sheets(world, plain, tmp_path, sheets, titles):
    filing = make(world, replace(plain, form="xlsx", sheets=sheets, titles=titles), tmp_path)
    book = openpyxl.load_workbook(filing.file)
    for site, sheet, row in zip(filing.truth.site_id, filing.truth.sheet, filing.truth.row, strict=True):
        assert book[sheet].cell(int(row), 2).value == site
    assert ("Ghi chú" in book.sheetnames) == titles


# ---- intake


@pytest.mark.parametrize("form", ["csv", "xlsx", "geojson"])
@pytest.mark.parametrize("notation", ["degrees", "dms", "metres"])
def test_invented_filings_are_taken_as_a_careful_clerk_would(world, plain, tmp_path, form, notation):
    "Small twin of the score: every fault but codes of before 1 July 2025, which need dated units; none goes wrong."
    share = dict.fromkeys(FAULTS, 0.02) | {"legacy_commune_code": 0.0}
    made = replace(plain, form=form, notation=notation, share=share, exchanged=form == "geojson")
    filing = make(world, made, tmp_path)
    (one,) = tried([filing], Reference(world.communes.reset_index()))
    assert one.rows == 204
    assert (one.misplaced, one.wrongly_accepted, one.twice, one.lost, one.over) == (0, 0, 0, 0, 0)
    rivals = filing.truth.zone_ambiguous & (filing.truth.verdict != "quarantine")
    assert one.due == 200 - 8 * 4 - filing.truth.site_id[rivals].nunique()
    assert one.right >= 35


@pytest.fixture(scope="module")
def ground(shared_data):
    return read_ground(shared_data)


def test_the_four_filings(shared_data, ground):
    scores = list(tried(found(shared_data / "filings"), ground))
    assert [(one.file, one.rows, one.due) for one in scores] == [
        ("mobifone_2026Q3.csv", 915, 780),
        ("vietnamobile_2026Q3.geojson", 439, 376),
        ("viettel_2026Q3.xlsx", 915, 780),
        ("vnpt_2026Q3.csv", 915, 780),
    ]
    assert all(one.passed and one.over == 0 for one in scores)


def test_filings_of_other_provinces(shared_data, ground, tmp_path):
    "Workbooks in degrees and in minutes, a GeoJSON, a CSV in metres and one in minutes; old codes among them."
    scores = list(tried(invented(read_world(shared_data), (7, 9, 14, 15, 16), tmp_path), ground))
    assert [one.file for one in scores if not one.passed] == []
    assert sum(one.due for one in scores) > 400
