"""The share of people with access to electricity: by hand, rounded once, and against the sums over pixels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from small_counts import COMMUNES, COUNTS

from phusong.config import Target
from phusong.ledger.electricity import DEFINITION, electricity_table
from phusong.ledger.indicators import indicator_table, reached, refuse_unknown
from phusong.power.electrification import access_sums
from phusong.units import CERTAIN, MICRO, NOT_SERVED, SERVED, UNKNOWN

NAN = float("nan")
FIGURES = ["numerator", "denominator", "value", "low", "high"]


def table_of(people: list[list[int]], power: list[int], probability_e4: list[int]) -> pd.DataFrame:
    "People of each commune in each pixel, and the pixels' power and probability."
    pieces = sparse.csr_array(np.array(people, np.int64) * MICRO)
    sums = access_sums(pieces, np.array(power, np.uint8), np.array(probability_e4, np.int32))
    return electricity_table(COMMUNES, sums.expected, sums.known, sums.unknown)


def figures(table: pd.DataFrame, level: str, unit: str) -> object:
    row = table[(table.unit_level == level) & (table.unit_code == unit)]
    assert len(row) == 1
    return row[FIGURES].iloc[0].tolist()


def test_people_with_access_by_hand():
    "1000 people served at 0.99 and 100 not at 0.02 make 992; in the second commune nothing is known of 300 of 400."
    table = table_of([[1000, 100, 0], [0, 100, 300], [0, 0, 0]], [SERVED, NOT_SERVED, UNKNOWN], [9900, 200, -1])

    def approx(*values: float) -> object:
        return pytest.approx(list(values), nan_ok=True)

    assert figures(table, "commune", "01001") == approx(992, 1100, 992 / 1100, 992 / 1100, 992 / 1100)
    assert figures(table, "commune", "01002") == approx(2, 100, 0.02, 2 / 400, 302 / 400)
    assert figures(table, "commune", "02003") == approx(0, 0, NAN, NAN, NAN)
    assert figures(table, "province", "01") == approx(994, 1200, 994 / 1200, 994 / 1500, 1294 / 1500)
    assert figures(table, "study", "") == figures(table, "province", "01")


def test_unknown_is_not_no():
    "A probability that decides nothing stays out of the value, and opens the bounds."
    table = table_of([[4], [0], [0]], [UNKNOWN], [6000])
    assert figures(table, "study", "") == pytest.approx([0, 0, NAN, 0, 1], nan_ok=True)


def test_rows_are_those_of_the_other_indicators():
    table, others = table_of([[1]] * 3, [SERVED], [9900]), indicator_table(COMMUNES, COUNTS)
    assert list(table.columns) == list(others.columns)
    assert table.dtypes.tolist() == others.dtypes.tolist()
    assert table[["definition_id", "operator", "technology", "environment"]].drop_duplicates().to_numpy().tolist() == [
        [DEFINITION, "", "", ""]
    ]
    assert len(table) == 6


def test_a_target_may_speak_of_it():
    goal = Target(name="điện", definition_id=DEFINITION, value=0.99, by="2030-12-31", source="x")
    refuse_unknown([goal])
    assert [target["met"] for target in reached([goal], table_of([[100]] * 3, [SERVED], [9900]))] == [True]


pixel = st.tuples(st.lists(st.integers(0, 10**9), min_size=3, max_size=3), st.integers(0, CERTAIN), st.booleans())


@given(st.lists(pixel, min_size=1, max_size=6))
@settings(max_examples=50, deadline=None)
def test_against_the_sum_over_pixels(pixels: list[tuple[list[int], int, bool]]):
    "Pixel by pixel in whole numbers; the study's numerator is at most half a person a commune off."
    pieces = sparse.csr_array(np.array([micro for micro, _, _ in pixels], np.int64).T)
    power = np.where([known for _, _, known in pixels], SERVED, UNKNOWN).astype(np.uint8)
    sums = access_sums(pieces, power, np.array([chance for _, chance, _ in pixels], np.int32))
    study = electricity_table(COMMUNES, sums.expected, sums.known, sums.unknown).iloc[-1]
    exact = sum(sum(micro) * chance for micro, chance, known in pixels if known) / (MICRO * CERTAIN)
    assert abs(study.numerator - exact) <= 1.5 + 1e-6
    assert pd.isna(study.value) or study.low <= study.value <= study.high <= 1
