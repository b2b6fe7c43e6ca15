"""Building entry loss by hand, and what must hold for any building."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.radio.p2109 import building_entry_loss

buildings = pytest.mark.parametrize("building", ["traditional", "thermally-efficient"])


@pytest.mark.parametrize(
    ("building", "percent", "elevation_deg", "expected"),
    [
        # At 1 GHz and 50 % the parts are r, w and -3 dB: 10^1.264 + 10^0.91 + 10^-0.3 = 18.3654 + 8.1283 + 0.5012.
        ("traditional", 50, 0, 14.3128),
        ("thermally-efficient", 50, 0, 31.0114),
        # 0.212 * 45 = 9.54 dB more through the shell: 10^2.218 + 10^0.91 + 10^-0.3 = 165.1962 + 8.1283 + 0.5012.
        ("traditional", 50, 45, 22.4011),
        # 1.281552 deviations more: 12.64 + 9.6 * 1.281552 = 24.9429 and 9.1 + 4.5 * 1.281552 = 14.8670 dB.
        ("traditional", 90, 0, 25.3563),
    ],
)
def test_by_hand(building, percent, elevation_deg, expected):
    assert building_entry_loss(1000, percent, building, elevation_deg) == pytest.approx(expected, abs=1e-4)


@buildings
@given(st.floats(80, 100_000), st.floats(-90, 90))
def test_a_larger_share_of_places_loses_more(building, frequency_mhz, elevation_deg):
    loss = building_entry_loss(frequency_mhz, np.linspace(1, 99, 99), building, elevation_deg)
    assert (np.diff(loss) > 0).all()
    assert loss[0] > -3


@given(st.floats(80, 100_000), st.floats(0.1, 90))
def test_up_and_down_cost_the_same_and_more_than_level(frequency_mhz, elevation_deg):
    up, level, down = building_entry_loss(frequency_mhz, 50, "traditional", [elevation_deg, 0, -elevation_deg])
    assert up == down > level


@given(st.floats(80, 100_000))
def test_metallised_glass_costs_more(frequency_mhz):
    traditional, efficient = (
        building_entry_loss(frequency_mhz, 50, building) for building in ("traditional", "thermally-efficient")
    )
    assert efficient > traditional


def test_the_best_places_gain_three_decibels():
    assert building_entry_loss(80, 1e-9, "traditional") == pytest.approx(-3, abs=0.05)


def test_arguments_are_broadcast():
    loss = building_entry_loss([[700.0], [3500.0]], [10, 50, 90], "traditional", 0.0)
    assert loss.shape == (2, 3)
    assert loss[1, 2] == building_entry_loss(3500, 90, "traditional")


@pytest.mark.parametrize("arguments", [(np.nan, 50, 0), (700, np.nan, 0), (700, 50, np.nan)])
def test_not_known_stays_not_known(arguments):
    frequency_mhz, percent, elevation_deg = arguments
    assert np.isnan(building_entry_loss(frequency_mhz, percent, "traditional", elevation_deg))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((79.9, 50, "traditional", 0), "frequencies of 80 to 100 000 MHz"),
        (([700, 100_001], 50, "traditional", 0), "frequencies of 80 to 100 000 MHz"),
        ((700, 0, "traditional", 0), "between 0 and 100 percent, without these two"),
        ((700, [50, 100], "traditional", 0), "between 0 and 100 percent, without these two"),
        ((700, 50, "traditional", -91), "within -90 to 90 degrees"),
        ((700, 50, "wooden", 0), "no building 'wooden', only traditional, thermally-efficient"),
    ],
)
def test_refusals(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        building_entry_loss(*arguments)
