"""From values to classes, labels and looks."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.publish.classes import (
    NO_DATA,
    NOT_DRAWN,
    line_legend,
    name_class,
    read_palette,
    share_class,
    share_legend,
    voltage_class,
)
from phusong.publish.labels import read_labels

BREAKS = (0.25, 0.5, 0.75, 0.9, 0.99)


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0, 0), (1e-9, 1), (0.2499999, 1), (0.25, 2), (0.5, 3), (0.75, 4), (0.9, 5), (0.98999999, 5), (0.99, 6), (1, 6)],
)
def test_share_belongs_to_the_interval_whose_lower_break_it_reaches(share, expected):
    assert share_class([share], BREAKS).tolist() == [expected]


def test_no_data_is_not_zero():
    assert share_class([math.nan, 0.0], BREAKS).tolist() == [NO_DATA, 0]


@given(st.integers(1, 10**7), st.data())
def test_one_person_short_of_a_break_does_not_reach_it(people, data):
    served = data.draw(st.integers(0, people))
    number = int(share_class([served / people], BREAKS)[0])
    reached = [edge for edge in (25, 50, 75, 90, 99) if served * 100 >= edge * people]
    assert number == len(reached) + (served > 0)


def test_voltage_unknown_is_not_low():
    assert voltage_class([math.nan, 0, 109.9, 110, 500, 765], (0, 110, 220, 500)).tolist() == [-1, 0, 0, 1, 3, 3]


def test_unlisted_name_is_not_drawn():
    assert name_class(["both", "else"], ["signal", "both"]).tolist() == [1, NOT_DRAWN]


def test_every_class_has_a_label_and_a_look():
    palette, labels = read_palette(), read_labels()
    shares = share_legend(palette, labels)
    assert [entry.label for entry in shares] == [
        "0 %",
        "trên 0 – dưới 25 %",
        "25 – dưới 50 %",
        "50 – dưới 75 %",
        "75 – dưới 90 %",
        "90 – dưới 99 %",
        "từ 99 %",
        "Không có dữ liệu",
    ]
    assert len({entry.style.fill for entry in shares}) == 8
    assert shares[-1].style.hatch
    assert [entry.label for entry in line_legend(palette, labels)] == [
        "500 kV",
        "220 kV",
        "110 kV",
        "dưới 110 kV",
        "không rõ điện áp",
    ]


def lightness(colour: str) -> float:
    """Relative luminance of an sRGB colour, 0..1 (WCAG 2.1)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_shares_grow_darker_step_by_step():
    "So they can be told apart without seeing colour."
    steps = [lightness(style.fill) for style in read_palette().shares]
    assert all(a > 1.15 * b for a, b in pairwise(steps))


def test_gaps_and_technologies_differ_in_lightness():
    palette = read_palette()
    for styles in (palette.gaps.values(), palette.technologies.values()):
        steps = sorted(lightness(style.fill) for style in styles)
        assert all(b > 1.5 * a for a, b in pairwise(steps))
