"""The table of provinces: sums that agree with the communes' and the study's, and what is no sum."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_counts import COMMUNES, COUNTS, counts_of

from phusong.config.storm import Lifeline
from phusong.ledger.communes import (
    commune_table,
    household_columns,
    lifeline_columns,
    outage_columns,
    reported_columns,
    village_columns,
    zones_touching,
)
from phusong.ledger.counts import Counts, Whole
from phusong.ledger.expectation import Expectation, expectation_columns
from phusong.ledger.provinces import additive, joint_table, milestone_table, province_table
from phusong.power.lifeline import lifelines, required
from phusong.power.outages import reliability
from phusong.units import ANY

DICTIONARY = Path(__file__).resolve().parents[2] / "gis_data" / "data_dictionary.toml"
CODES = COMMUNES.commune_code
OUTDOOR, CONFIDENCE = "outdoor", 0.8
UNITS = ["unit_level", "unit_code", "province_name"]
# The first zone lies across the provinces' border, the second in two communes of one province.
ZONES = pd.DataFrame({"commune_codes": ["01002;02003", "01001;01002"]})
KEYS = [(technology, operator, OUTDOOR) for technology in ("LTE", "NR") for operator in ("Viettel", ANY)]


def opposed(counts: Counts) -> dict[tuple[str, str, str], Expectation]:
    "Four draws each; in the second commune they run the other way."
    draws = np.array([[0, 1, 2, 3], [3, 2, 1, 0], [0, 0, 0, 0]])
    whole = Expectation(counts.people, counts.people - np.array([1, 0, 0]), np.array([1, 2, 0]), draws)
    return dict.fromkeys(KEYS, whole)


def villages_of(random: np.random.Generator) -> pd.DataFrame:
    states = ["served", "not_served", "unknown"]
    households = random.integers(0, 300, 12).astype(float)
    households[random.random(12) < 0.4] = np.nan
    return pd.DataFrame(
        {
            "commune_code": random.choice(["01001", "01002", "02003", "99999"], 12),
            "households": households,
            "signal": random.choice(states, 12),
            "power": random.choice(states, 12),
        }
    )


def world(counts: Counts, villages: pd.DataFrame | None, met: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    "The tables of communes and of provinces."
    expected = opposed(counts)
    own = village_columns(villages, np.zeros(0 if villages is None else len(villages), bool), CODES)
    saidi, saifi = np.array([60.0, 120.0, np.nan]), np.array([1.0, 4.0, np.nan])
    felt = reliability(COMMUNES, saidi, saifi, own.households.astype("Float64").to_numpy(float, na_value=np.nan))
    masts = pd.DataFrame({"commune_code": CODES, "masts_low": [1, 0, 2], "masts_high": [1, 3, 2], "met": met})
    listed = pd.DataFrame(
        {"commune_code": ["", "01001", "02003"], "filed": [5, 1, 3], "agreed": [0, 1, 2], "predicted_only": [0, 2, 0]}
    )
    extra = [
        pd.DataFrame({"zones": zones_touching(ZONES, pd.Series(CODES.to_numpy(), CODES)).loc[CODES].to_numpy()}),
        pd.DataFrame({"lte_sites": [3, 0, 1], "terminals": pd.array([4, None, None], "Int64")}),
        own,
        household_columns(counts, own.households),
        expectation_columns(expected, OUTDOOR, CONFIDENCE),
        outage_columns(felt, CODES),
        lifeline_columns(masts, CODES),
        reported_columns(listed, CODES),
    ]
    communes = commune_table(COMMUNES, counts, pd.concat(extra, axis=1))
    return communes, province_table(communes, expected, OUTDOOR, CONFIDENCE, ZONES, felt)


VILLAGES = pd.DataFrame(
    {
        "commune_code": ["01001", "01002", "01002"],
        "households": [300.0, 100.0, np.nan],
        "signal": ["not_served", "served", "unknown"],
        "power": ["not_served", "unknown", "served"],
    }
)


@pytest.fixture(scope="module")
def by_hand() -> pd.DataFrame:
    return world(COUNTS, VILLAGES, ["yes", "unknown", "no"])[1]


def column(table: pd.DataFrame, name: str) -> list[object]:
    return [None if pd.isna(value) else value for value in table[name].tolist()]


def test_a_row_a_province_and_last_the_study(by_hand: pd.DataFrame):
    assert by_hand[UNITS].to_numpy().tolist() == [
        ["province", "01", "Hà Nội"], ["province", "02", "Khánh Hòa"], ["study", "", ""],
    ]  # fmt: skip
    assert by_hand.communes.tolist() == [2, 1, 3]


def test_figures_are_sums_and_shares_are_of_the_sums(by_hand: pd.DataFrame):
    "6 of 10 people and 4 of 4 have 4G, of 2 it is not known; the mean of the communes' shares would be 0.875."
    assert by_hand.people.tolist() == [14, 0, 14]
    assert by_hand.lte_people.tolist() == [10, 0, 10]
    assert column(by_hand, "lte_share") == [10 / 12, None, 10 / 12]
    assert column(by_hand, "lte_share_low") == [10 / 14, None, 10 / 14]
    assert column(by_hand, "lte_share_high") == [12 / 14, None, 12 / 14]
    assert column(by_hand, "power_share") == [5 / 8, None, 5 / 8]
    assert by_hand.lte_dong_a_unknown_people.tolist() == [4, 0, 4]
    assert by_hand.lifeline_masts_high.tolist() == [4, 2, 6]
    assert by_hand.listed_rows.tolist() == [1, 3, 4]


def test_what_is_missing_is_left_out_of_sums_and_never_zero(by_hand: pd.DataFrame):
    assert column(by_hand, "terminals") == [4, None, 4]
    assert column(by_hand, "households") == [400, None, 400]
    assert column(by_hand, "villages_households_unknown") == [1, 0, 1]
    assert column(by_hand, "villages") == [3, 0, 3]


def test_intervals_come_from_summed_draws(by_hand: pd.DataFrame):
    "The communes' errors cancel: 3 of 13 known people in every draw, and one more of whom nothing is known."
    assert by_hand.lte_expected_people.tolist() == [3, 0, 3]
    assert by_hand.lte_expected_low_people.tolist() == [3, 0, 3]
    assert by_hand.lte_viettel_expected_high_people.tolist() == [4, 0, 4]


def test_a_zone_counts_in_every_province_and_once_in_the_study(by_hand: pd.DataFrame):
    assert by_hand.zones.tolist() == [2, 1, 2]


def test_outages_weigh_households(by_hand: pd.DataFrame):
    "300 households without power for 60 min and 100 for 120 min: 75 min."
    assert column(by_hand, "saidi_min") == [75, None, 75]
    assert column(by_hand, "saifi_count") == [1.75, None, 1.75]
    assert by_hand.outage_customers.tolist() == [400, 0, 400]
    assert by_hand.outage_communes_not_filed.tolist() == [0, 1, 1]


def test_communes_by_the_obligation(by_hand: pd.DataFrame):
    names = [f"lifeline_{name}_communes" for name in ("met", "not_met", "met_unknown")]
    assert by_hand[names].to_numpy().tolist() == [[1, 0, 1], [0, 1, 0], [1, 1, 1]]


def test_without_villages_all_of_them_is_unknown():
    provinces = world(COUNTS, None, ["no"] * 3)[1]
    assert provinces[["villages", "households", "lte_good_households"]].isna().all(axis=None)
    assert provinces.outage_communes_without_customers.tolist() == [2, 0, 2]


@given(st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_sums_agree(seed: int):
    "Every column that may be summed: provinces, communes and study."
    counts, random = counts_of(seed), np.random.default_rng(seed)
    communes, provinces = world(counts, villages_of(random), random.choice(["yes", "no", "unknown"], 3).tolist())
    ends = [name for name in communes if "expected_low" in name or "expected_high" in name]
    summed = [name for name in communes if additive(name) and name not in ends]
    assert len(summed) > 80
    study, others = provinces.iloc[-1], provinces.iloc[:-1]
    for name in summed:
        assert others[name].sum() == communes[name].sum(), name
        assert study[name] == communes[name].sum() or (pd.isna(study[name]) and communes[name].isna().all()), name
        own = communes[communes.province_code == "01"][name]
        assert provinces[name].iloc[0] == own.sum() or (pd.isna(provinces[name].iloc[0]) and own.isna().all()), name
    assert (provinces.lifeline_met_communes + provinces.lifeline_not_met_communes).tolist() == (
        provinces.communes - provinces.lifeline_met_unknown_communes
    ).tolist()
    left = set(communes) - set(provinces) - {"geometry", "lifeline_met", *COMMUNES}
    assert left == set()


@given(st.integers(0, 10**6))
@settings(max_examples=20, deadline=None)
def test_ends_of_intervals_against_the_draws(seed: int):
    "Draw by draw in plain numbers: of nine draws seven tenths lie from the second to the eighth."
    random = np.random.default_rng(seed)
    counts = counts_of(seed)
    draws: Whole = random.integers(0, 1 + counts.people[:, None], (3, 9))
    one = Expectation(counts.people, counts.people, draws[:, 0], draws)
    expected = {("LTE", ANY, OUTDOOR): one}
    columns = expectation_columns(expected, OUTDOOR, 0.7)
    felt = reliability(COMMUNES, *[np.full(3, np.nan)] * 3)
    communes = commune_table(COMMUNES, counts, columns.assign(lifeline_met="no"))
    provinces = province_table(communes, expected, OUTDOOR, 0.7, ZONES, felt)
    sums = sorted(sum(int(row[k]) for row in draws) for k in range(9))
    least, most = sums[1], sums[7]
    first = sum(int(row[0]) for row in draws)
    assert provinces.lte_expected_low_people.iloc[-1] == min(least, first)
    assert provinces.lte_expected_high_people.iloc[-1] == max(most, first)


@given(st.permutations(range(3)), st.integers(0, 10**6))
@settings(max_examples=20, deadline=None)
def test_order_of_the_communes_changes_nothing(order: list[int], seed: int):
    counts = counts_of(seed)
    communes, provinces = world(counts, VILLAGES, ["yes", "no", "unknown"])
    expected = {
        key: Expectation(e.people[order], e.known[order], e.covered[order], e.draws[order])
        for key, e in opposed(counts).items()
    }
    turned = communes.iloc[order].reset_index(drop=True)
    felt = reliability(
        turned, turned.saidi_min.to_numpy(), turned.saifi_count.to_numpy(),
        turned.households.astype("Float64").to_numpy(float, na_value=np.nan),
    )  # fmt: skip
    pd.testing.assert_frame_equal(
        province_table(turned, expected, OUTDOOR, CONFIDENCE, ZONES, felt), provinces, check_exact=True
    )


# joint classes


def test_joint_classes_in_long_form(by_hand: pd.DataFrame):
    table = joint_table(by_hand)
    assert list(table) == [*UNITS, "signal", "power", "of_which", "people"]
    assert table.unit_code.tolist() == ["01"] * 9 + ["02"] * 9 + [""] * 9
    first = table[table.unit_code == "01"]
    assert first.people.tolist() == [1, 1, 1, 2, 3, 0, 0, 1, 5]
    assert first[["signal", "power"]].iloc[[0, 1, 5]].to_numpy().tolist() == [
        ["not_served", "not_served"], ["not_served", "served"], ["served", "unknown"],
    ]  # fmt: skip


@given(st.integers(0, 10**6))
@settings(max_examples=20, deadline=None)
def test_joint_classes_sum_to_the_people_of_the_study(seed: int):
    counts = counts_of(seed)
    table = joint_table(world(counts, VILLAGES, ["yes", "no", "unknown"])[1])
    classes = table[table.of_which == ""]
    assert classes[classes.unit_level == "province"].people.sum() == counts.people.sum()
    assert classes[classes.unit_level == "study"].people.sum() == counts.people.sum()
    asked = table[(table.of_which != "") & (table.unit_level == "study")]
    assert asked[["signal", "power", "of_which", "people"]].to_numpy().tolist() == [
        ["served", "", "fragile", counts.fragile[:, 1].sum()],
        ["", "", "fragile_unknown", counts.fragile[:, 2].sum()],
    ]


# milestones


def test_milestones_of_provinces_and_the_study():
    "Half of the communes and then all: one of two, one of one, two of three; of commune 01002 it is not known."

    def milestones(met: pd.Series) -> pd.DataFrame:
        met_and_unknown = {"met": (met == "yes").sum(), "unknown": (met == "unknown").sum()}
        return pd.DataFrame({"required": [required(len(met), share) for share in (0.5, 1.0)], **met_and_unknown})

    table = milestone_table(COMMUNES.assign(lifeline_met=["yes", "unknown", "no"]), milestones)
    assert table.to_numpy().tolist() == [
        ["province", "01", "Hà Nội", 1, 1, 1],
        ["province", "01", "Hà Nội", 2, 1, 1],
        ["province", "02", "Khánh Hòa", 1, 0, 0],
        ["province", "02", "Khánh Hòa", 1, 0, 0],
        ["study", "", "", 2, 1, 1],
        ["study", "", "", 3, 1, 1],
    ]
    assert list(table)[:3] == UNITS


def test_the_dictionary_knows_the_milestones():
    "Columns as of the obligation's own check, which nobody meets here."
    sites = pd.DataFrame(columns=["commune_code", "site_id", "mast", "operators", "sharing"])
    found = lifelines(sites.assign(hardened=pd.array([], "boolean")), CODES, Lifeline())
    dictionary = tomllib.loads(DICTIONARY.read_text("utf-8"))["snapshot"]
    assert {*UNITS, *found.milestones} == set(dictionary["milestones"])


# the dictionary


def test_the_dictionary_knows_every_column(by_hand: pd.DataFrame):
    dictionary = tomllib.loads(DICTIONARY.read_text("utf-8"))["snapshot"]
    own = set(dictionary["provinces"])
    summed = {
        name.replace("{technology}", technology).replace("{operator}", operator)
        for name in dictionary["communes"] for technology in ("lte", "nr") for operator in ("viettel", "dong_a")
    }  # fmt: skip
    assert set(by_hand) - own - summed == set()
    assert own - set(by_hand) == set()
