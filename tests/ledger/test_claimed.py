"""Claimed coverage: its shares by hand, for communes, provinces and the study."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from phusong.ledger.claimed import CLAIM_VALUES, beside, claim_table
from phusong.ledger.definitions import definitions
from phusong.ledger.figures import COUNTED, DERIVED
from phusong.units import ANY, LEVEL_VALUES

# Two communes of province 01, and one of province 02 in which nobody lives.
COMMUNES = pd.DataFrame({"commune_code": ["01001", "01002", "02003"], "province_code": ["01", "01", "02"]})
# not claimed; claimed and predicted; claimed and none predicted; claimed and unknown
COUNTS = {
    ("NR", "VNPT"): np.array([[2, 5, 1, 2], [4, 0, 0, 0], [0, 0, 0, 0]]),
    ("NR", ANY): np.array([[0, 5, 3, 2], [0, 4, 0, 0], [0, 0, 0, 0]]),
    ("LTE", "VNPT"): np.array([[10, 0, 0, 0], [4, 0, 0, 0], [0, 0, 0, 0]]),
}
NAN = float("nan")


def figure(definition: str, unit: str, level: str, operator: str = "VNPT", technology: str = "NR") -> list[float]:
    "Numerator, denominator, value, low, high of one published figure."
    table = claim_table(COMMUNES, COUNTS, "outdoor")
    key = {"definition_id": definition, "unit_code": unit, "unit_level": level}
    key |= {"operator": operator, "technology": technology}
    found = table[(table[list(key)] == pd.Series(key)).all(axis=1)]
    assert len(found) == 1
    return found.iloc[0][["numerator", "denominator", "value", "low", "high"]].tolist()


def test_what_the_prediction_makes_of_a_claim():
    "Every code of a level that is not none and not unknown is some signal."
    level = np.array(LEVEL_VALUES, np.uint8)
    claimed = np.ones_like(level)
    assert beside(claimed, level).tolist() == [2, 1, 1, 1, 3, 1, 1]
    assert beside(0 * claimed, level).tolist() == [0] * 7
    assert set(beside(claimed, level)) <= set(CLAIM_VALUES)


def test_who_has_no_site_is_predicted_to_cover_nothing():
    assert beside(np.array([[0, 1]], np.uint8), None).tolist() == [[0, 2]]


@pytest.mark.parametrize(
    ("unit", "level", "expected"),
    [
        ("01001", "commune", (8, 10, 0.8, 0.8, 0.8)),
        ("01002", "commune", (0, 4, 0, 0, 0)),
        ("02003", "commune", (0, 0, NAN, NAN, NAN)),
        ("01", "province", (8, 14, 8 / 14, 8 / 14, 8 / 14)),
        ("", "study", (8, 14, 8 / 14, 8 / 14, 8 / 14)),
    ],
)
def test_people_claimed(unit, level, expected):
    assert figure("people_claimed_share", unit, level) == pytest.approx(list(expected), nan_ok=True)


@pytest.mark.parametrize(
    ("unit", "level", "operator", "expected"),
    [
        ("01001", "commune", "VNPT", (1, 6, 1 / 6, 1 / 8, 3 / 8)),  # of 8 people claimed 2 are unknown
        ("01002", "commune", "VNPT", (0, 0, NAN, NAN, NAN)),  # nobody is claimed
        ("", "study", "VNPT", (1, 6, 1 / 6, 1 / 8, 3 / 8)),
        ("", "study", ANY, (3, 12, 3 / 12, 3 / 14, 5 / 14)),
    ],
)
def test_people_claimed_and_not_predicted(unit, level, operator, expected):
    found = figure("people_claimed_not_predicted_share", unit, level, operator)
    assert found == pytest.approx(list(expected), nan_ok=True)


def test_rows_and_columns_are_those_of_the_indicators():
    table = claim_table(COMMUNES, COUNTS, "in_vehicle")
    assert len(table) == 3 * 2 * 6  # pairs, definitions, units
    assert set(table.definition_id) <= set(definitions())
    assert table.numerator.dtype == table.denominator.dtype == np.int64
    assert list(table.columns) == [
        "definition_id", "version", "unit_level", "unit_code", "operator", "technology", "environment",
        *COUNTED, *DERIVED,
    ]  # fmt: skip
    by_definition = table.groupby("definition_id").environment.unique().map(list).to_dict()
    assert by_definition == {"people_claimed_share": [""], "people_claimed_not_predicted_share": ["in_vehicle"]}


def test_no_claims_are_no_rows():
    assert claim_table(COMMUNES, {}, "outdoor").empty
