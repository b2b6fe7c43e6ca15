"""Area share: whole square metres, summed like people and known like people."""

from __future__ import annotations

import pytest
from small_counts import COMMUNES, COUNTS, rows

from phusong.ledger.area_share import DEFINITION, area_table
from phusong.ledger.indicators import indicator_table
from phusong.units import ANY

# none, limited, good, very good, unknown, limited or better, good or better; nobody need live there
AREAS = {
    ("NR", ANY): rows([600, 200, 0, 0, 100, 100, 0], [0, 0, 0, 50, 0, 0, 0], [1000, 0, 0, 0, 0, 0, 0]),
    ("LTE", "Viettel"): rows([0, 0, 0, 0, 1000, 0, 0], [0, 50, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1000, 0, 0]),
}


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("01001", (300, 900, 1 / 3, 300 / 1000, 400 / 1000)),
        ("01002", (50, 50, 1, 1, 1)),
        ("02003", (0, 1000, 0, 0, 0)),  # nobody lives here, and the ground counts
        ("01", (350, 950, 350 / 950, 350 / 1050, 450 / 1050)),
        ("", (350, 1950, 350 / 1950, 350 / 2050, 450 / 2050)),
    ],
)
def test_square_metres_by_hand(unit, expected):
    table = area_table(COMMUNES, AREAS, "outdoor")
    found = table[(table.unit_code == unit) & (table.technology == "NR")].iloc[0]
    assert found[["numerator", "denominator", "value", "low", "high"]].tolist() == pytest.approx(list(expected))


def test_where_nothing_is_known_there_is_no_share():
    table = area_table(COMMUNES, AREAS, "outdoor")
    own = table[(table.technology == "LTE") & (table.unit_code == "01001")].iloc[0]
    assert own[["numerator", "denominator", "unknown"]].tolist() == [0, 0, 1000]
    assert own[["value", "low", "high"]].isna().tolist() == [True, False, False]


def test_rows_are_those_of_the_other_indicators():
    table, others = area_table(COMMUNES, AREAS, "indoor"), indicator_table(COMMUNES, COUNTS)
    assert list(table) == list(others)
    assert table.dtypes.tolist() == others.dtypes.tolist()
    assert table[["definition_id", "operator", "technology", "environment"]].drop_duplicates().to_numpy().tolist() == [
        [DEFINITION, "Viettel", "LTE", "indoor"],
        [DEFINITION, "any", "NR", "indoor"],
    ]


def test_without_levels_there_are_no_rows():
    assert area_table(COMMUNES, {}, "outdoor").empty
