"""Run-rates, with weeks and counts that can be counted on fingers."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.ledger.run_rate import STATES, pace, people_needed, required, with_totals

DAY = dt.date(2026, 9, 30)


def one(done, target, days):
    """Left, whole weeks left, rate and state of one count, so many days before the target's."""
    counts = pd.DataFrame({"done": pd.array([done], "Int64"), "target": pd.array([target], "Int64")})
    found = required(counts, DAY, DAY + dt.timedelta(days=days)).iloc[0]
    return [None if pd.isna(found[name]) else found[name] for name in ("left", "weeks_left", "per_week", "state")]


@pytest.mark.parametrize(
    ("done", "target", "days", "expected"),
    [
        (10, 31, 21, [21, 3, 7, "open"]),
        (10, 32, 21, [22, 3, 8, "open"]),
        (10, 32, 27, [22, 3, 8, "open"]),
        (10, 32, 28, [22, 4, 6, "open"]),
        (10, 32, 6, [22, 0, 22, "under_a_week"]),
        (10, 32, 0, [22, 0, None, "past"]),
        (10, 32, -30, [22, 0, None, "past"]),
        (32, 32, 21, [0, 3, 0, "met"]),
        (40, 32, -30, [0, 0, 0, "met"]),
        (None, 32, 21, [None, 3, None, "unknown"]),
        (10, None, -1, [None, 0, None, "unknown"]),
    ],
)
def test_rate(done, target, days, expected):
    assert one(done, target, days) == expected
    assert expected[-1] in STATES


@given(st.integers(0, 10**8), st.integers(0, 10**8), st.integers(7, 2000))
def test_pace_is_enough_and_one_less_is_not(done, target, days):
    left, weeks, rate, _ = one(done, target, days)
    assert rate * weeks >= left
    assert rate == 0 or (rate - 1) * weeks < left


def test_unknown_province_makes_the_sum_unknown():
    rows = [
        ("01", "A", "sites", 2, 5),
        ("04", "A", "sites", None, 5),
        ("01", "B", "sites", 1, 2),
        ("01", "A", "people", 7, 9),
    ]
    counts = pd.DataFrame(rows, columns=["province_code", "operator", "quantity", "done", "target"])
    sums = with_totals(counts).iloc[4:].set_index(["quantity", "operator"])
    assert set(sums.province_code) == {""}
    assert pd.isna(sums.done["sites", "A"])
    assert sums.target["sites", "A"] == 10
    assert (sums.done["people", "A"], sums.done["sites", "B"]) == (7, 1)
    rates = required(with_totals(counts), DAY, dt.date(2026, 12, 31))
    assert rates.state.tolist() == ["open", "unknown", "open", "open", "open", "unknown", "open"]


@given(st.integers(0, 10**9), st.sampled_from([0.07, 0.29, 0.57, 0.9, 0.99, 1.0]))
def test_needed_people_are_the_fewest(people, share):
    hundredths = round(share * 100)
    needed = people_needed(people, share)
    assert needed * 100 >= hundredths * people
    assert needed == 0 or (needed - 1) * 100 < hundredths * people


def test_pace_of_days_out_of_order_is_refused():
    assert pace(100, 90, DAY, DAY + dt.timedelta(days=14)) == -5
    with pytest.raises(ValueError, match="two days in order"):
        pace(1, 2, DAY, DAY)
