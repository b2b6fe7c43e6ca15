"""Coordinates as people write them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.intake.coordinates.notation import coordinate, pair

HANOI_DEG = 21 + 1 / 60 + 42.6 / 3600
EAST_DEG = 105 + 51 / 60 + 30 / 3600


@pytest.mark.parametrize(
    "text",
    [
        "21.0285",
        "21,0285",
        " 21.0285 ",
        "21.0285°",
        "21,0285°N",
        "21.0285 N",
        "N21.0285",
        "21.0285B",
        "21.0285,",
        "Vĩ độ: 21.0285",
        "lat=21.0285",
        "21.0285 vĩ độ Bắc",
        "２１.０２８５",
        "21°01'42.6\"N",
        "21°01'42,6\"B",
        "N21°01'42.6\"",
        "21°01’42.6”",
        "21°01′42.6″N",
        "21º01'42.6''",
        "21˚1'42.60\"",
        "21o01'42.6\"",
        "21 o 01 ' 42.6 \"",
        "21 01 42.6",
        "21-01-42.6",
        "21:01:42.6",
        "21 01 42,6 N",
        "N21-01-42.6",
        "21d01m42.6s",
        "21d01m42.6sN",
        "21°01'42.6\" N.",
        "21 độ 1 phút 42,6 giây Bắc",
        "21 deg 1 min 42.6 sec N",
        "21° 1.71'N",
        "21°01,71'",
        "N 21 01.710",
        "21 1.71",
    ],
)
def test_one_place_in_every_usual_spelling(text):
    assert math.isclose(coordinate(text).value, HANOI_DEG, abs_tol=1e-9)


@pytest.mark.parametrize(
    "text", ["105°51'30\"E", "105°51'30\"Đ", "105°51'30\" Đông", "kinh độ đông 105°51'30\"", "E105.858333333"]
)
def test_d_with_a_stroke_is_east(text):
    found = coordinate(text)
    assert found.letter == "E"
    assert math.isclose(found.value, EAST_DEG, abs_tol=1e-9)


def test_south_and_west_are_negative():
    assert [coordinate(text).value for text in ("5°30'S", "T105,5", "105.5 W", "-5.5")] == [-5.5, -105.5, -105.5, -5.5]


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("2306563.98", 2306563.98),
        ("2306563,98", 2306563.98),
        ("2.306.563,98", 2306563.98),
        ("2,306,563.98", 2306563.98),
        ("2 306 563,98", 2306563.98),
        ("2.306.563", 2306563),
        ("X=2306563", 2306563),
        ("2306563 m", 2306563),
        ("2.306.563,98 m", 2306563.98),
        ("2.30656E+06", 2306560),
        ("587.408,74", 587408.74),
    ],
)
def test_metres_with_marks_between_thousands_and_units(text, metres):
    assert coordinate(text).value == metres


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hỏng",
        "NaN",
        "inf",
        "1e400",
        "21..03",
        "21°60'00\"",
        "21°01'61\"",
        "N21.5S",
        "21 N 01 42",
        "12'30\"",
        "=1+1",
    ],
)
def test_what_is_no_coordinate_is_none(text):
    assert coordinate(text) is None


@pytest.mark.parametrize("cell", [None, True, float("nan"), float("inf")])
def test_cells_that_are_no_numbers_are_none(cell):
    assert coordinate(cell) is None


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("21.0285", 1e-4),
        ("21.028500", 1e-4),
        ("21.0", 1),
        ("21", 1),
        ("21°01'42.6\"", 0.1 / 3600),
        ("21°01'42\"", 1 / 3600),
        ("21°01'00\"", 1 / 60),
        ("21°01'", 1 / 60),
        ("2306000", 1000),
        ("2.306.500,00", 100),
        ("2306563.98", 0.01),
        ("2.30656E+06", 10),
    ],
)
def test_the_step_is_the_last_digit_that_is_not_zero(text, step):
    assert math.isclose(coordinate(text).step, step, rel_tol=1e-9)


@pytest.mark.parametrize(
    "text",
    [
        "21.0285, 105.858333333",
        "21.0285,105.858333333",
        "21,0285 105,858333333",
        "21,0285;105,858333333",
        "21,0285, 105,858333333",
        "21,0285,105,858333333",
        "(21.0285, 105.858333333)",
        "21.0285 / 105.858333333",
        "21.0285 - 105.858333333",
        "21.0285\n105.858333333",
        "21.0285|105.858333333",
        "Lat: 21.0285 Long: 105.858333333",
        "https://maps.google.com/?q=21.0285,105.858333333",
        "https://www.google.com/maps/@21.0285,105.858333333,17z",
        "21°01'42.6\" 105°51'30\"",
        "21°01'42.6\"N 105°51'30\"E",
        "21°01'42,6\"B; 105°51'30\"Đ",
        "N21 01 42.6 E105 51 30",
        "21 01 42.6 105 51 30",
        "21 1.71 105 51.5",
        "21d01m42.6s 105d51m30s",
        "21.0285N, 105.858333333E",
        "vĩ độ bắc 21°01'42.6\", kinh độ đông 105°51'30\"",
        "21.0285 vĩ Bắc, 105.858333333 kinh Đông",
    ],
)
def test_two_in_one_cell(text):
    first, second = pair(text)
    assert math.isclose(first.value, HANOI_DEG, abs_tol=1e-9)
    assert math.isclose(second.value, EAST_DEG, abs_tol=1e-8)


@pytest.mark.parametrize(
    "text",
    ["2.306.563,98; 587.408,74", "X=2306563.98; Y=587408.74", "2306563,98 587408,74", "2306563.98 m, 587408.74 m"],
)
def test_two_in_metres_in_one_cell(text):
    assert [one.value for one in pair(text)] == [2306563.98, 587408.74]


def test_pairs_keep_the_order_written():
    assert [one.value for one in pair("POINT(105.85 21.03)")] == [105.85, 21.03]
    assert [one.letter for one in pair("105°51'30\"E 21°01'42\"N")] == ["E", "N"]


@pytest.mark.parametrize("cell", [None, "", "21.0285", "21.0285,", "không rõ", "1 2 3 4 5", 21.0285])
def test_what_is_no_pair_is_none(cell):
    assert pair(cell) is None


@given(st.text(max_size=20) | st.text("0123456789.,°'\" NEBĐ-", max_size=24))
def test_nothing_written_is_an_error(text):
    one, both = coordinate(text), pair(text)
    assert all(math.isfinite(found.value) for found in (*([one] if one else []), *(both or ())))


@given(st.floats(8, 24), st.booleans())
def test_degrees_minutes_and_seconds_come_back(value, comma):
    degrees, rest = divmod(round(value * 3_600_000), 3_600_000)
    minutes, thousandths = divmod(rest, 60_000)
    text = f"{degrees}°{minutes:02}'{thousandths / 1000:06.3f}\"N"
    assert abs(coordinate(text.replace(".", ",") if comma else text).value - value) <= 0.51e-3 / 3600
