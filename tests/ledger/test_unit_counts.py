"""Counts of communes, villages and terminals: what is not known is neither a yes nor a nought."""

from __future__ import annotations

import pandas as pd
import pytest
from small_counts import COMMUNES as PLAIN
from small_counts import COUNTS

from phusong.ledger.indicators import indicator_table
from phusong.ledger.unit_counts import unit_count_table

NAN = float("nan")
COMMUNES = PLAIN.assign(
    nr_sites=[2, 0, 0],
    centre_covered=["yes", "no", "unknown"],
    lifeline_met=["yes", "unknown", "no"],
    terminals=pd.array([30, 0, pd.NA], "Int64"),
    households=pd.array([2000, 500, 40], "Int64"),
    villages_households_unknown=pd.array([0, 1, 0], "Int64"),
)
STATES = [
    # commune 01001: without signal; without both; power unknown with signal; signal unknown without power
    ("01001", "not_served", "served"), ("01001", "not_served", "not_served"), ("01001", "served", "unknown"),
    ("01001", "unknown", "not_served"),
    # 01002: nothing known; signal unknown, but power is there
    ("01002", "unknown", "unknown"), ("01002", "unknown", "served"),
    # elsewhere: not studied
    ("99999", "not_served", "not_served"),
]  # fmt: skip
VILLAGES = pd.DataFrame(STATES, columns=["commune_code", "signal", "power"])


def figure(definition: str, unit: str, communes: pd.DataFrame = COMMUNES) -> list[float]:
    "Numerator, denominator, unknown, value, low, high."
    table = unit_count_table(communes, VILLAGES, "outdoor")
    found = table[(table.definition_id == definition) & (table.unit_code == unit)]
    assert len(found) == 1
    return found.iloc[0][["numerator", "denominator", "unknown", "value", "low", "high"]].tolist()


@pytest.mark.parametrize(
    ("definition", "unit", "expected"),
    [
        ("communes_with_nr_site_share", "01001", (1, 1, 0, 1, 1, 1)),
        ("communes_with_nr_site_share", "01", (1, 2, 0, 1 / 2, 1 / 2, 1 / 2)),
        ("communes_with_nr_site_share", "", (1, 3, 0, 1 / 3, 1 / 3, 1 / 3)),
        ("communes_centre_covered_share", "02003", (0, 0, 1, NAN, 0, 1)),
        ("communes_centre_covered_share", "", (1, 2, 1, 1 / 2, 1 / 3, 2 / 3)),
        ("lifeline_communes", "", (1, 2, 1, 1, 1, 2)),
        ("lifeline_communes", "01002", (0, 0, 1, NAN, 0, 1)),
        ("satellite_terminals", "01002", (0, 1, 0, 0, 0, 0)),  # filed, and none
        ("satellite_terminals", "02003", (0, 0, 0, NAN, NAN, NAN)),  # nothing was filed
        ("satellite_terminals", "", (30, 2, 0, 30, 30, 30)),
        # households of some villages are not known in 01002, and terminals not in 02003
        ("satellite_terminals_per_1000_households", "", (30, 2000, 0, 15, 15, 15)),
        ("satellite_terminals_per_1000_households", "01002", (0, 0, 0, NAN, NAN, NAN)),
        ("villages_without_signal", "01001", (2, 3, 1, 2, 2, 3)),
        ("villages_without_power", "01001", (2, 3, 1, 2, 2, 3)),
        ("villages_without_signal_and_power", "01001", (1, 3, 1, 1, 1, 2)),
        ("villages_without_signal", "01002", (0, 0, 2, NAN, 0, 2)),
        ("villages_without_signal_and_power", "", (1, 4, 2, 1, 1, 3)),
        ("villages_without_signal", "02003", (0, 0, 0, NAN, NAN, NAN)),  # no village is listed here
    ],
)
def test_by_hand(definition, unit, expected):
    assert figure(definition, unit) == pytest.approx(list(expected), nan_ok=True)


def test_rows_are_those_of_the_other_indicators():
    table, others = unit_count_table(COMMUNES, VILLAGES, "indoor"), indicator_table(PLAIN, COUNTS)
    assert list(table) == list(others)
    assert table.dtypes.tolist() == others.dtypes.tolist()
    assert len(table) == 8 * 6
    assert not table.duplicated(["definition_id", "unit_level", "unit_code"]).any()
    scopes = table.drop_duplicates("definition_id").set_index("definition_id")[
        ["operator", "technology", "environment"]
    ]
    assert scopes.loc["communes_with_nr_site_share"].tolist() == ["any", "NR", ""]
    assert scopes.loc["villages_without_signal"].tolist() == ["any", "any", "indoor"]
    assert scopes.loc["satellite_terminals"].tolist() == ["", "", ""]


def test_provinces_and_study_are_sums_of_communes():
    table = unit_count_table(COMMUNES, VILLAGES, "outdoor")
    for _, part in table.groupby("definition_id"):
        by = part.set_index(["unit_level", "unit_code"])[["numerator", "denominator", "unknown"]]
        assert (by.loc["province"].sum() == by.loc["commune"].sum()).all()
        assert (by.loc["study", ""] == by.loc["commune"].sum()).all()


def test_without_a_layer_of_villages_none_are_counted():
    missing = pd.array([pd.NA] * 3, "Int64")
    communes = COMMUNES.assign(households=missing, villages_households_unknown=missing)
    table = unit_count_table(communes, None, "outdoor")
    assert not table.definition_id.str.startswith("villages_").any()
    per_thousand = table[table.definition_id == "satellite_terminals_per_1000_households"]
    assert per_thousand.value.isna().all()
