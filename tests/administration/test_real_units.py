"""The real lists: every name joined, every weight a share, and nobody lost."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter

import pandas as pd
import pytest

from phusong.administration.crosswalk import crosswalk, express
from phusong.administration.join import join
from phusong.administration.names import keys, province_key, split_type
from phusong.intake.unit_lists import history_of, place_people

BEFORE, REFORM, NOW = dt.date(2025, 6, 30), dt.date(2025, 7, 1), dt.date(2026, 4, 30)
FINAL = {"06970": "06978", "23737": "23938"}
"""Codes of the first list that the final decision changed."""


@pytest.fixture(scope="module")
def history(shared_data):
    admin = shared_data / "admin"
    lists = {
        REFORM: [admin / "official_codes_1027-CTK-CSCL_20250625.csv"],
        NOW: [admin / "communes_2025_light.parquet"],
    }
    return history_of(lists, {REFORM: admin / "old_to_new_communes.csv"})


@pytest.fixture(scope="module")
def people(shared_data, history):
    return place_people(shared_data / "population" / "VN_Population_ward_census2019_oldwards.csv", history, BEFORE)


@pytest.fixture(scope="module")
def weights(history, people):
    return crosswalk(history, BEFORE, NOW, people[people.code.notna()].groupby("code").people.sum())


def sources(shared_data) -> dict[str, pd.DataFrame]:
    """Names of three lists, each with the code that it should be given."""
    admin = shared_data / "admin"
    reform = pd.read_csv(admin / "official_codes_1027-CTK-CSCL_20250625.csv", dtype=str)
    tax = pd.read_csv(admin / "tax_codes_tms_2025.csv", dtype=str)
    site = pd.read_csv(admin / "commune_attributes_2025.csv", dtype=str)
    names = {
        "statistics": (reform.commune_name, reform.province_name, reform.commune_code.replace(FINAL)),
        "tax": (tax.commune_name, tax.province_name, tax.gso_commune_code.fillna("29857")),
        "map": (site.loai + " " + site.tenhc, site.tentinh, site.commune_code),
    }
    return {
        source: pd.DataFrame({"name_": name, "province_name": province, "true": true})
        for source, (name, province, true) in names.items()
    }


@pytest.mark.parametrize(
    ("source", "day", "stages"),
    [
        ("statistics", REFORM, {"exact": 3130, "case_and_blanks": 1, "tone_placement": 190}),
        ("statistics", NOW, {"exact": 3120, "case_and_blanks": 1, "tone_placement": 190, "type_changed": 10}),
        (
            "tax",
            REFORM,
            {
                "exact": 3220,
                "case_and_blanks": 12,
                "tone_placement": 72,
                "y_or_i": 1,
                "apostrophes": 14,
                "without_marks": 2,
            },
        ),
        (
            "map",
            REFORM,
            {"exact": 1, "case_and_blanks": 3129, "tone_placement": 180, "apostrophes": 7, "type_changed": 4},
        ),
    ],
)
def test_every_name_is_joined_and_none_wrongly(shared_data, history, source, day, stages):
    found = join(sources(shared_data)[source], history.units_on(day))
    assert (found.code == found.true).all()
    assert Counter(found.stage) == stages


def test_ten_communes_became_wards(history):
    first, second = (history.units_on(day).set_index("code") for day in (REFORM, NOW))
    assert len(first) == len(second) == 3321
    changed = first.type[first.type != second.type]
    assert (len(changed), set(changed), set(second.type[changed.index])) == (10, {"xã"}, {"phường"})
    assert set(second.province_name[changed.index]) == {"Thành phố Đồng Nai"}


def test_codes_that_were_of_other_ground(history):
    "By the draft codes 3,185; by the final ones 06978 was no code before, and 23938 Ia Mơ kept its own."
    assert len(history.reused) == 3183
    assert "23938" not in history.reused
    today = set(history.units_on(NOW).code)
    assert len(today & set(history.units_on(BEFORE).code)) == 3315


def pairs(units: pd.DataFrame, key: int) -> list[tuple[str, str]]:
    """Codes of units of one province whose names are alike at a stage, whatever their types."""
    groups: dict[tuple[str, str], list[str]] = {}
    for code, name, province in zip(units.code, units["name"], units.province_name, strict=True):
        groups.setdefault((province_key(province), keys(split_type(name)[1])[key]), []).append(code)
    return [pair for group in groups.values() for pair in itertools.combinations(sorted(group), 2)]


def test_ten_pairs_collide_without_marks_and_are_never_joined_by_luck(history):
    "Eight are of one type, two are a xã and a phường; no pair of these lists differs in its type alone."
    units = history.units_on(REFORM)
    assert pairs(units, 4) == []
    found = pairs(units, 5)
    assert len(found) == 10
    own = units[units.code.isin(set(itertools.chain.from_iterable(found)))]
    bare = own["name"].map(lambda name: split_type(name)[1])
    plain = bare.map(lambda name: keys(name)[5])
    kinds = Counter(zip(plain, own.province_name, own.type, strict=True))
    assert sum(count == 2 for count in kinds.values()) == 8

    def codes(names: pd.Series) -> list[str]:
        table = pd.DataFrame({"name_": names, "province_name": own.province_name})
        return join(table, units).code.fillna("").tolist()

    assert codes(own["name"]) == own.code.tolist()
    assert codes(bare) == own.code.where(~bare.map(str.isascii), "").tolist()
    assert codes(plain) == [""] * 20
    of_one_type = [kinds[key] == 2 for key in zip(plain, own.province_name, own.type, strict=True)]
    assert codes(own.type + " " + plain) == own.code.mask(of_one_type, "").tolist()


def test_homonyms_of_before_the_reform_are_never_joined_by_luck(history):
    "The old communes joined to themselves: where a name stands for two of one type, neither gets it."
    units = history.units_on(BEFORE)
    found = join(units[["name", "province_name"]].rename(columns={"name": "name_"}), units)
    joined = found.code.notna()
    assert (found.code[joined] == units.code[joined]).all()
    assert len(found) - joined.sum() == 406
    assert (found.candidates[~joined].str.count(";") >= 1).all()


def test_nobody_of_the_census_is_lost(people):
    assert len(people) == 11165
    assert people.people.sum() == 96_208_984
    assert people.people[people.code.notna()].sum() == 87_892_250
    assert people.code.dropna().is_unique
    assert Counter(people.stage) == {
        "name": 8797,
        "name_but_type": 330,
        "in_district": 416,
        "in_district_but_type": 16,
        "in_district_without_marks": 19,
        "only_one_left": 10,
        "": 1577,
    }
    assert Counter(people.reason) == {"": 9588, "no_such_name": 1437, "other_district": 127, "several": 13}


@pytest.mark.parametrize(
    ("district", "ward", "code"),
    [
        ("10", "5", None),  # merged since
        ("10", "15", "27163"),
        ("5", "1", "27325"),
        ("ThủĐức", "LinhXuân", "26794"),
        ("2", "CátLái", "27109"),
        ("TiênLãng", "BạchĐằng", None),  # not 11500 of Thuỷ Nguyên, which took the name
        ("BỉmSơn", "BaĐình", "14812"),
    ],
)
def test_wards_that_were_looked_up(people, district, ward, code):
    found = people[(people.district == district) & (people.ward == ward)].code
    assert found.where(found.notna(), None).tolist() == [code]


def test_placed_people_are_as_many_as_live_there(people, history, weights):
    "New communes of whole old ones, all with people: 97 in 100 are within a factor of three of WorldPop 2020."
    units = history.units_on(NOW).set_index("code")
    counts = people[people.code.notna()].groupby("code").people.sum()
    lacking = weights.new_code[(weights.method != "whole") | ~weights.old_code.isin(counts.index)]
    whole = weights[~weights.new_code.isin(lacking)]
    sums = counts.reindex(whole.old_code).groupby(whole.new_code.to_numpy()).sum()
    ratio = sums / units.people.reindex(sums.index)
    assert 0.9 < ratio.median() < 1.1
    assert ratio.between(1 / 3, 3).mean() > 0.97


def test_weights_of_the_real_moves(weights):
    assert len(weights) == 10599
    assert weights.old_code.nunique() == 10047
    assert (weights.groupby("old_code").weight.sum() - 1).abs().max() < 1e-12
    assert (
        (weights.low >= 0) & (weights.low <= weights.weight) & (weights.weight <= weights.high) & (weights.high <= 1)
    ).all()
    assert weights.old_code[weights.old_code.duplicated()].nunique() == 460
    assert (weights.method == "whole, doubtful").sum() == 1


def test_people_of_2019_on_todays_communes(people, weights):
    counts = people[people.code.notna()].groupby("code").people.sum()
    done = express(counts, weights)
    assert done.missing.empty
    assert done.placed + people.people[people.code.isna()].sum() == 96_208_984
    assert done.values["value"].sum() == pytest.approx(done.placed)


def test_backwards_over_the_real_moves(history, people):
    found = crosswalk(history, NOW, BEFORE, people[people.code.notna()].groupby("code").people.sum())
    assert len(found) == 10599
    assert (found.groupby("old_code").weight.sum() - 1).abs().max() < 1e-12
    missing = set(history.units_on(NOW).code) - set(found.old_code)
    assert missing == {"11948", "19742", "20333", "21548", "26732"}
