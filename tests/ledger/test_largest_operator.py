"""The largest operator of each unit, by hand: what SDG 9.c.1 asks, which is neither the union nor a sum."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_counts import COMMUNES, COUNTS, NOBODY, counts_of, rows

from phusong.ledger.counts import Counts
from phusong.ledger.indicators import indicator_table
from phusong.ledger.largest_operator import DEFINITION, largest_operator_table
from phusong.units import ANY

NAN = float("nan")
KEY = ["unit_level", "unit_code", "technology"]


def figure(table: pd.DataFrame, unit: str, technology: str = "LTE") -> list[float]:
    found = table[(table.unit_code == unit) & (table.technology == technology)]
    assert len(found) == 1
    return found.iloc[0][["numerator", "denominator", "value", "low", "high"]].tolist()


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        # Viettel covers 3 of 8 known, Đông Á 3 of 6: the first by name, and the other may cover 7 of 10
        ("01001", (3, 8, 3 / 8, 3 / 10, 7 / 10)),
        ("01002", (4, 4, 1, 1, 1)),  # Viettel 4, Đông Á none
        ("02003", (0, 0, NAN, NAN, NAN)),
        ("01", (7, 12, 7 / 12, 7 / 14, 9 / 14)),  # Viettel; Đông Á covers 3 and may cover 7
        ("", (7, 12, 7 / 12, 7 / 14, 9 / 14)),
    ],
)
def test_of_several_operators_the_largest_counts(unit, expected):
    table = largest_operator_table(COMMUNES, COUNTS)
    assert figure(table, unit) == pytest.approx(list(expected), nan_ok=True)


def test_each_unit_has_a_largest_operator_of_its_own():
    "A covers 9 people in one commune and 1 in the other, B 2 and 8: the province is A's, with 10 and not 17."
    counts = Counts(
        {
            ("NR", "A"): rows([1, 9, 0, 0, 0, 0, 0], [9, 1, 0, 0, 0, 0, 0], NOBODY),
            ("NR", "B"): rows([8, 2, 0, 0, 0, 0, 0], [2, 8, 0, 0, 0, 0, 0], NOBODY),
            ("NR", ANY): rows([0, 10, 0, 0, 0, 0, 0], [1, 9, 0, 0, 0, 0, 0], NOBODY),
        },
        rows([10] + [0] * 8, [10] + [0] * 8, [0] * 9),
    )
    table = largest_operator_table(COMMUNES, counts)
    assert [figure(table, unit, "NR")[0] for unit in ("01001", "01002", "01", "")] == [9, 8, 10, 10]


def test_rows_are_those_of_the_other_indicators():
    table, others = largest_operator_table(COMMUNES, COUNTS), indicator_table(COMMUNES, COUNTS)
    assert list(table) == list(others)
    assert table.dtypes.tolist() == others.dtypes.tolist()
    assert set(table.definition_id) == {DEFINITION}
    assert set(table.operator) == {"max"}
    assert len(table) == 2 * 6


def test_without_operators_there_are_no_rows():
    assert largest_operator_table(COMMUNES, Counts({}, COUNTS.joint)).empty


@given(st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_it_covers_no_less_than_each_operator_and_no_more_than_their_union_may(seed: int):
    counts = counts_of(seed)
    most = largest_operator_table(COMMUNES, counts).set_index(KEY)
    each = indicator_table(COMMUNES, counts).query("definition_id == 'people_covered_limited_share'")
    own = each[each.operator != ANY].groupby(KEY)
    assert (own.numerator.max() == most.numerator.reindex(own.numerator.max().index)).all()
    assert own.high.max().sub(most.high).abs().fillna(0).max() < 1e-12
    assert (most.above >= 0).all()
    assert (most.low.dropna() <= most.high.dropna()).all()
