"""Days as people and spreadsheets write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.intake.days import read_days


def days(*cells: object) -> list[str]:
    """Days of a column in ISO; both readings of those that have two; empty where there is none."""
    return ["/".join(map(str, day.readings)) or str(day.value or "") for day in read_days(cells)]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-09-30", "2026-09-30"), ("2026/9/3", "2026-09-03"), ("2026.09.30", "2026-09-30"),
        ("20260930", "2026-09-30"), ("2026-09-30T10:00:00", "2026-09-30"), ("2026-09-30 00:00:00", "2026-09-30"),
        ("30/09/2026", "2026-09-30"), ("30-9-2026", "2026-09-30"), ("30.9.26", "2026-09-30"),
        ("30/09/98", "1998-09-30"), ("ngày 30 tháng 9 năm 2026", "2026-09-30"), ("30/09/2026 10:30", "2026-09-30"),
        (" 30/09/2026 ", "2026-09-30"), ("15-Jan-2024", "2024-01-15"), ("15 March 24", "2024-03-15"),
        (45000, "2023-03-15"), (45000.75, "2023-03-15"), ("45000", "2023-03-15"),
        (dt.datetime(2026, 9, 30, 12), "2026-09-30"), (20_000, "1954-10-03"), (73_050, "2099-12-31"),
    ],
)  # fmt: skip
def test_days_are_read(cell, day):
    assert days(cell) == [day]


@pytest.mark.parametrize(
    "cell",
    [
        "", "-", "2019", 2019, "09/2026", "Quý III/2026", "30/02/2026", "2026-13-01", "31/04/2026", "1-Foo-2024",
        True, 19_999, 73_051, 1e300, -5, float("inf"), "99999999", "12/10/2018-13/10/2018", "hôm nay", "45000000",
        "0/0/2020",
    ],
)  # fmt: skip
def test_what_is_no_day_is_not_read(cell):
    assert days(cell) == [""]


def test_the_day_comes_first_unless_the_column_says_otherwise():
    assert days("04/09/2017", "05/09/2017") == ["2017-09-04", "2017-09-05"]
    assert days("04/09/2017", "25/09/2017") == ["2017-09-04", "2017-09-25"]
    assert days("04/09/2017", "09/25/2017") == ["2017-04-09", "2017-09-25"]


def test_where_the_column_says_both_what_can_be_read_in_two_ways_stays_open():
    assert days("04/09/2017", "25/09/2017", "09/25/2017", "05/05/2017") == [
        "2017-09-04/2017-04-09",
        "2017-09-25",
        "2017-09-25",
        "2017-05-05",
    ]


def test_days_that_a_spreadsheet_took_for_months_stay_open():
    "It typed 04/09 as April the ninth and left 25/09 as text; with five such it is no chance."
    typed = [dt.datetime(2017, month, 9) for month in (4, 5, 6, 7, 8)]
    assert days(*typed, "25/09/2017")[0] == "2017-09-04/2017-04-09"
    assert days(*typed[:4], "25/09/2017")[0] == "2017-04-09"
    assert days(*typed[:4], dt.datetime(2017, 4, 13), "25/09/2017")[0] == "2017-04-09"
    assert days(*typed)[0] == "2017-04-09"


def test_what_was_changed_is_told():
    cells = ["2026-09-30", "30/09/2026", 45000, dt.datetime(2026, 9, 30), "2026/09/30"]
    assert [day.repaired for day in read_days(cells)] == [False, True, True, False, True]


MANNERS = ["%d/%m/%Y", "%Y-%m-%d", "%d-%m-%y", "%Y%m%d", "%d %b %Y"]


@given(st.dates(dt.date(1970, 1, 1), dt.date(2068, 12, 31)), st.sampled_from(MANNERS))
def test_a_day_written_in_any_manner_is_read_as_itself(day, manner):
    "Beside one of which the day is above 12; years of two digits are those of 1970 to 2069."
    assert read_days([day.strftime(manner), "25/01/2021"])[0].value == day


@given(st.lists(st.one_of(st.text(max_size=12), st.floats(), st.integers(), st.booleans(), st.datetimes()), max_size=5))
def test_nothing_makes_it_fail(cells):
    assert len(read_days(cells)) == len(cells)
