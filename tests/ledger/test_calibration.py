"""Whether intervals hold what they promise: the small twin of scripts/calibrate_forecast.py."""

from __future__ import annotations

import numpy as np
import pytest

from phusong.ledger import forecast
from phusong.ledger.calibration import AHEAD, HELD_TO, KINDS, calibration_table, histories, hit_rates


@pytest.mark.parametrize("kind", HELD_TO)
def test_intervals_hold_over_sixty_histories(kind):
    "At 80 % and 60 histories one rate below 65 % happens in less than one of 300 honest trials."
    for points in (8, 12, 20):
        assert min(hit_rates(kind, points, 60, 7).values()) >= 0.65


def test_narrower_model_is_caught(monkeypatch):
    "The plain drift of the textbook misses curves that bend: held to the same bound it fails."
    monkeypatch.setattr(forecast, "REMEMBERED", 1.0)
    assert min(hit_rates("smooth", 8, 60, 7).values()) < 0.65


def test_half_interval_holds_less():
    rates = hit_rates("random_walk", 12, 200, 7, percent=50)
    assert all(0.35 < rate < 0.65 for rate in rates.values())


@pytest.mark.parametrize("kind", KINDS)
def test_histories_are_shares_and_come_again(kind):
    drawn = histories(kind, 8, 5, 1)
    assert drawn.shape == (5, 8 + max(AHEAD))
    assert ((drawn > 0) & (drawn < 1)).all()
    assert np.array_equal(drawn, histories(kind, 8, 5, 1))
    assert not np.array_equal(drawn, histories(kind, 8, 5, 2))


def test_table_has_a_row_a_kind_and_length():
    table = calibration_table(3, 1, (8, 12))
    assert table[["kind", "points"]].values.tolist() == [[kind, points] for kind in KINDS for points in (8, 12)]
    assert table.filter(like="ahead_").isin([0, 1 / 3, 2 / 3, 1]).all(axis=None)
