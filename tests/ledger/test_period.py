"""Periods: quarters and their last days."""

from __future__ import annotations

import datetime as dt

import pytest

from phusong.errors import ConfigError
from phusong.ledger.period import Period


@pytest.mark.parametrize(
    ("text", "last_day"),
    [
        ("2026Q1", dt.date(2026, 3, 31)),
        ("2024Q1", dt.date(2024, 3, 31)),
        ("2026Q2", dt.date(2026, 6, 30)),
        ("2026Q3", dt.date(2026, 9, 30)),
        ("2025Q4", dt.date(2025, 12, 31)),
    ],
)
def test_last_day_of_a_quarter(text: str, last_day: dt.date):
    assert Period.parse(text) == Period(text, last_day)


@pytest.mark.parametrize(
    "text",
    ["", "2026", "2026Q0", "2026Q5", " 2026Q3", "2026Q3\n", "2026-09", "Q32026", "../2026Q3", "2٠٢٦Q3"],
)
def test_what_is_no_quarter_is_refused(text: str):
    "It becomes the name of a folder, so nothing else gets through."
    with pytest.raises(ConfigError, match=r"is not a quarter; expected a year and a quarter such as 2026Q3"):
        Period.parse(text)


def test_a_small_letter_is_no_fault():
    assert Period.parse("2026q3").name == "2026Q3"
