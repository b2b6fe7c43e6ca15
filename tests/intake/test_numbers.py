"""Numbers as people write them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.intake.numbers import read_numbers, unit_factor


def values(*texts: str, column: str = "height_agl_m", low: float | None = None, high: float | None = None):
    """Values of a column; the readings of those that have two."""
    read = read_numbers(texts, column, low, high)
    return [reading.readings or (None if math.isnan(reading.value) else reading.value) for reading in read]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("30", 30), ("30.5", 30.5), ("30,5", 30.5), (",5", 0.5), ("30.", 30), ("-5", -5), ("−5", -5), ("+84", 84),
        ("1e2", 100), ("1.234,5", 1234.5), ("1,234.5", 1234.5), ("1.234.567", 1_234_567), ("1 800", 1800),
        ("1\u00a0800,5", 1800.5), ("1'234", 1234), ("1’234", 1234), ("0,500", 0.5), ("0.125", 0.125), ("２１", 21),
        ("30 m", 30), ("30m", 30), ("30,5 mét", 30.5), ("0,03 km", 30), ("3000 cm", 30),
    ],
)  # fmt: skip
def test_numbers_are_read(text, value):
    assert values(text) == [pytest.approx(value)]


@pytest.mark.parametrize(
    "text",
    [
        "", "-", "cao", "30 kg", "30-35", "30/45", "~30", ">30", "(5)", "30 45", "4 8", "12 34 567", "1.23.456",
        "12.34.56", "1,234.567.8", "105,8,4", "1_000", "½", "10²", "1e999", "9" * 400, "9" * 5_000, "0xFF", "NaN",
        "inf", "=1+1", "#REF!", "1.8 GHz",
    ],
)  # fmt: skip
def test_what_is_no_number_or_two_is_not_read(text):
    assert values(text) == [None]


def test_a_decimal_mark_is_decided_by_the_whole_column():
    assert values("1,234", "5,6") == [1.234, 5.6]
    assert values("1.234", "5,6") == [1234, 5.6]
    assert values("1.234", "5.6") == [1.234, 5.6]


def test_a_comma_before_three_digits_is_decided_by_the_bounds_else_told_with_both_readings():
    assert values("1,800", "2,100", column="frequency_mhz", low=400, high=7125) == [1800, 2100]
    assert values("30,500", low=3, high=300) == [30.5]
    assert values("12,345") == [(12.345, 12345)]
    assert values("12.345") == [12.345]


def test_repairs_are_told():
    read = read_numbers(["30", "30,5", "30 m", "30,5 m"], "height_agl_m")
    assert [reading.repair for reading in read] == ["", "decimal_comma", "unit_in_cell", "decimal_comma"]


@pytest.mark.parametrize(
    ("column", "header", "factor"),
    [
        ("frequency_mhz", "Tần số (MHz)", 1),
        ("frequency_mhz", "Tần số [GHz]", 1000),
        ("frequency_mhz", "Vô tuyến / Tần số / (GHz)", 1000),
        ("frequency_mhz", "GHz", 1),
        ("height_agl_m", "Cao (cột) (cm)", 0.01),
        ("backup_hours", "Dự phòng (phút)", 1 / 60),
        ("saidi_min", "SAIDI (giờ)", 60),
        ("site_id", "Mã (m)", 1),
    ],
)
def test_the_unit_of_a_header_scales_its_numbers(column, header, factor):
    assert unit_factor(column, header) == factor


def test_a_unit_in_the_cell_goes_before_that_of_the_header():
    assert [r.value for r in read_numbers(["1800 MHz", "1,8", "2.6GHz"], "frequency_mhz", factor=1000.0)] == [
        1800,
        1800,
        2600,
    ]


@given(st.floats(0.01, 1e6).map(lambda x: round(x, 2)), st.sampled_from([".", ","]), st.booleans())
def test_a_number_written_with_two_decimals_is_read_as_itself(number, mark, grouped):
    "In the manner of either country, with its thousands or without."
    other = "," if mark == "." else "."
    text = f"{number:,.2f}" if grouped else f"{number:.2f}"
    text = text.translate(str.maketrans(",.", other + mark))
    assert read_numbers([text], "height_agl_m")[0].value == pytest.approx(number, rel=1e-12)


@given(st.lists(st.text("0123456789.,-+ e'mG²½\u00a0", max_size=12), max_size=4))
def test_nothing_makes_it_fail_and_a_reading_is_a_number_or_none(texts):
    for reading in read_numbers(texts, "frequency_mhz", 400, 7125):
        assert math.isnan(reading.value) or math.isfinite(reading.value)
        assert not reading.readings or math.isnan(reading.value)
