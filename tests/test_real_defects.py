"""The defects known of the real data are found: a twin of scripts/real_defects.py, without the overlaps of outlines."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pytest

from phusong.intake.defects import defects
from phusong.intake.reference import Reference
from phusong.intake.unit_lists import history_of, place_people

AS_OF = dt.date(2026, 9, 30)
REFORM = dt.date(2025, 7, 1)


@pytest.fixture(scope="module")
def found(shared_data):
    "Each defect by its words, with the communes, their history and the census of the folder."
    admin = shared_data / "admin"
    light = admin / "communes_2025_light.parquet"
    lists = {REFORM: [admin / "official_codes_1027-CTK-CSCL_20250625.csv"], dt.date(2026, 4, 30): [light]}
    history = history_of(lists, {REFORM: admin / "old_to_new_communes.csv"})
    census = shared_data / "population" / "VN_Population_ward_census2019_oldwards.csv"
    people = place_people(census, history, REFORM - dt.timedelta(days=1))
    communes = gpd.read_parquet(light).sort_values("commune_code").reset_index(drop=True)
    return {one.what: one for one in defects(shared_data, Reference(communes, history, people=people), AS_OF)}


@pytest.mark.parametrize(
    ("what", "real"),
    [
        ("longitude and latitude exchanged", 661),
        ("the geocoder's centroid of the country", 105),
        ("lines written latitude first, told of the whole file", 4001),
        ("rows without coordinates", 63),
        ("figures being updated", 117),
        ("areas of 0", 8),
    ],
)
def test_what_the_numbers_alone_prove_is_found_to_the_last(found, what, real):
    assert (found[what].real, found[what].missed) == (real, 0)


def test_nearly_all_figures_that_lost_zeros_are_found(found):
    "The five missed ones are borne out by the census, or fit nothing; the five others told were missed by SOURCES.md."
    zeros = found["figures that lost their zeros"]
    assert zeros.real == 344
    assert zeros.missed <= 5
    assert zeros.false_alarms <= 5


def test_nearly_all_figures_of_homonyms_are_found(found):
    "Of equal figures one row's at most are right; SOURCES.md keeps 32 more, whose areas are near by luck."
    homonyms = found["figures of a homonym"]
    assert homonyms.real == 298
    assert homonyms.missed <= 1
    assert homonyms.false_alarms <= 32


def test_double_encoded_names_are_mended_in_columns_of_the_layer(found):
    garbled = found["cells of double-encoded text"]
    assert garbled.real == 5
    assert garbled.found >= 1
    assert garbled.false_alarms == 0
