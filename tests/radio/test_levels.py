"""Levels from stored tenths of dBm, and the best of several operators."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from phusong.config import Levels, Radio
from phusong.radio.levels import best, by_operator, level


def test_a_threshold_belongs_to_the_level_above():
    stored = np.array([-32768, -1101, -1100, -1001, -1000, -901, -900, 0], np.int16)
    assert level(stored, np.zeros(8, bool), Levels()).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]


def test_thresholds_of_a_tenth_meet_the_stored_tenth():
    "-110.1 in binary is a little off; -1101 reaches it nevertheless."
    thresholds = Levels(limited_dbm=-110.1)
    assert level(np.array([-1102, -1101], np.int16), np.zeros(2, bool), thresholds).tolist() == [0, 1]


def test_doubt_does_not_take_signal_away():
    stored = np.array([-32768, -1200, -1050], np.int16)
    assert level(stored, np.ones(3, bool), Levels()).tolist() == [255, 255, 251]


@given(st.lists(st.integers(-32768, 0), min_size=2))
def test_more_signal_is_never_a_lower_level(stored):
    found = level(np.array(sorted(stored), np.int16), np.zeros(len(stored), bool), Levels())
    assert (np.diff(found.astype(int)) >= 0).all()


def test_best_of_none_is_refused():
    with pytest.raises(ValueError, match="best of no levels"):
        best([])


def test_operators_and_all_together():
    servers = xr.Dataset(
        {
            "rsrp_ddbm": (("group", "y", "x"), np.array([[[-800, -1200]], [[-1200, -1200]]], np.int16)),
            "unknown": (("group", "y", "x"), np.array([[[False, False]], [[False, True]]])),
        },
        {"technology": ("group", ["NR", "NR"]), "operator": ("group", ["Viettel", "VNPT"])},
    )
    found = {key: values.tolist() for key, values, _ in by_operator(servers, Radio())}
    assert found == {
        ("LTE", "any"): [[0, 0]],
        ("NR", "Viettel"): [[3, 0]],
        ("NR", "VNPT"): [[0, 255]],
        ("NR", "any"): [[3, 255]],
    }
