"""Gaps: the whole table of signal x power, and what lies outside."""

from __future__ import annotations

import numpy as np
import pytest

from phusong.zones.gaps import Gap, classify, signal

NO, YES, UNKNOWN = 0, 1, 255


@pytest.mark.parametrize(
    ("has_signal", "has_power", "expected"),
    [
        (YES, YES, Gap.NONE),
        (NO, YES, Gap.SIGNAL),
        (YES, NO, Gap.POWER),
        (NO, NO, Gap.BOTH),
        (UNKNOWN, YES, Gap.UNKNOWN),
        (YES, UNKNOWN, Gap.UNKNOWN),
        (UNKNOWN, UNKNOWN, Gap.UNKNOWN),
        (NO, UNKNOWN, Gap.SIGNAL),
        (UNKNOWN, NO, Gap.POWER),
    ],
)
def test_truth_table(has_signal: int, has_power: int, expected: Gap):
    pixel = np.array([[has_signal]], np.uint8), np.array([[has_power]], np.uint8)
    assert classify(*pixel, np.array([[True]])).tolist() == [[expected]]
    assert classify(*pixel, np.array([[False]])).tolist() == [[Gap.OUTSIDE]]


def test_codes_are_bytes_and_stay():
    "They are written into rasters; those of unknown and outside are held in the tests of the surface."
    assert {kind.label: kind.value for kind in Gap if kind.value < 250} == {
        "none": 0,
        "signal": 1,
        "power": 2,
        "both": 3,
    }
    assert classify(np.zeros((1, 1), np.uint8), np.zeros((1, 1), np.uint8), np.ones((1, 1), bool)).dtype == np.uint8


@pytest.mark.parametrize(
    ("required", "expected"),
    [(1, [0, 1, 1, 1, 255, 1, 1]), (2, [0, 0, 1, 1, 255, 255, 1]), (3, [0, 0, 0, 1, 255, 255, 255])],
)
def test_signal_from_the_required_level_on(required: int, expected: list[int]):
    "None, limited, good, very good, unknown, limited or better, good or better: what may be better is not known."
    found = signal(np.array([0, 1, 2, 3, 255, 251, 252], np.uint8), required)
    assert found.tolist() == expected
    assert found.dtype == np.uint8


def test_arrays_are_left_as_they_were():
    one, two, inside = np.array([[0, 255]], np.uint8), np.array([[1, 0]], np.uint8), np.array([[True, False]])
    classify(one, two, inside)
    signal(one, 1)
    assert (one.tolist(), two.tolist(), inside.tolist()) == ([[0, 255]], [[1, 0]], [[True, False]])
