"""The obligation: a hardened mast in every commune, shared by two operators."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from small_storm import supplied

from phusong.config.storm import Lifeline, Milestone
from phusong.power.lifeline import lifelines, required

CODES = pd.Series(["00001", "00002", "00003", "00004", "00005"])


def sites() -> pd.DataFrame:
    return supplied(
        {"commune_code": "00001", "hardened": True, "operators": 2},
        {"commune_code": "00002", "hardened": False, "operators": 3},
        {"commune_code": "00002", "hardened": True, "operators": 1},
        {"commune_code": "00003", "hardened": None, "operators": 2, "sharing": "inferred"},
        {"commune_code": "00004", "hardened": True, "operators": 1, "sharing": "unknown"},
        {"commune_code": None, "hardened": True, "operators": 2},
        {"commune_code": "99999", "hardened": True, "operators": 2},
        {"commune_code": None, "hardened": False, "operators": 2},
    )


def test_met_or_not_or_unknown_and_by_which_sites():
    found = lifelines(sites(), CODES, Lifeline())
    assert found.communes.met.tolist() == ["yes", "no", "unknown", "unknown", "no"]
    assert found.communes.masts_low.tolist() == [1, 0, 0, 0, 0]
    assert found.communes.masts_high.tolist() == [1, 0, 1, 1, 0]
    assert found.communes.sites.tolist() == ["s0", "", "", "", ""]
    assert found.communes.sites_perhaps.tolist() == ["", "", "s3", "s4", ""]
    assert found.without_commune == ("s5",)
    assert found.elsewhere == ("s6",)


def test_milestones():
    "Half of five communes are three."
    found = lifelines(sites(), CODES, Lifeline()).milestones
    assert found.by.tolist() == [dt.date(2026, 12, 31), dt.date(2027, 12, 31)]
    assert found.required.tolist() == [3, 5]
    assert found.met.tolist() == [1, 1]
    assert found.unknown.tolist() == [2, 2]
    assert found.short.tolist() == [2, 4]
    assert found.short_at_least.tolist() == [0, 2]
    assert found.reached.tolist() == ["unknown", "no"]


def test_a_milestone_that_is_reached():
    found = lifelines(sites(), CODES[:2], Lifeline()).milestones
    assert found.reached.tolist() == ["yes", "no"]


def test_two_masts_are_two_places_and_not_two_carriers():
    "Both carriers stand on one mast."
    one = {"hardened": True, "operators": 2, "mast": "7 7"}
    twice = Lifeline(least_hardened_sites=2)
    assert lifelines(supplied(one, one), CODES[:1], twice).communes.met.tolist() == ["no"]
    assert lifelines(supplied(one, {**one, "mast": "8 7"}), CODES[:1], twice).communes.met.tolist() == ["yes"]


def test_where_one_operator_is_enough_sharing_does_not_matter():
    alone = supplied({"hardened": True, "operators": 1, "sharing": "unknown"})
    assert lifelines(alone, CODES[:1], Lifeline(least_operators=1)).communes.met.tolist() == ["yes"]


def test_order_of_rows_changes_nothing():
    once, turned = lifelines(sites(), CODES, Lifeline()), lifelines(sites().iloc[::-1], CODES, Lifeline())
    pd.testing.assert_frame_equal(once.communes, turned.communes)
    assert once.without_commune == turned.without_commune


@pytest.mark.parametrize(
    ("communes", "share", "expected"),
    [(3321, 0.5, 1661), (10, 0.7, 7), (100, 0.07, 7), (100, 0.55, 55), (3, 0.99, 3), (5, 0.0, 0)],
)
def test_required_never_lies_below_the_share(communes: int, share: float, expected: int):
    "0.07 x 100 and 0.55 x 100 are a little more than whole in binary."
    assert required(communes, share) == expected


@given(st.integers(0, 4000), st.integers(0, 1000))
def test_required_is_the_least_that_reaches_the_share(communes: int, thousandths: int):
    least = required(communes, thousandths / 1000)
    assert least * 1000 >= communes * thousandths > (least - 1) * 1000


def test_milestones_must_rise():
    early, late = Milestone(by=dt.date(2026, 12, 31), share=0.5), Milestone(by=dt.date(2027, 12, 31), share=0.4)
    with pytest.raises(ValidationError, match="days must rise"):
        Lifeline(milestones=(early, late))
