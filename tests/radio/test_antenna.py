"""The sector pattern at directions worked by hand, and what holds in all of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.radio.antenna import azimuths, pattern_loss

ANGLES = st.floats(0, 360)


def test_half_the_beam_width_costs_three_decibels():
    assert pattern_loss([35.0, 325.0], 0.0, [0.0], 0.0) == pytest.approx([3, 3])
    assert pattern_loss(0.0, [1.0, 11.0], [0.0], 6.0) == pytest.approx([3, 3])


def test_floors():
    "20 dB below the side lobes, 25 dB behind, and no more than 25 dB together."
    assert pattern_loss(0.0, 60.0, [0.0], 0.0) == 20
    assert pattern_loss(180.0, 0.0, [0.0], 0.0) == 25
    assert pattern_loss(180.0, 60.0, [0.0], 0.0) == 25


def test_nearest_sector_serves():
    # 60 degrees lie between 0 and 120: 12 * (60 / 70)^2 = 8.816 dB.
    assert pattern_loss([0.0, 60.0, 119.0, 359.0], 0.0, [0.0, 120.0, 240.0], 0.0) == pytest.approx(
        [0, 8.816, 12 / 4900, 12 / 4900], abs=1e-3
    )


def test_omni_keeps_its_tilt():
    "12 * (4 / 10)^2 = 1.92 dB in any azimuth."
    assert pattern_loss([0.0, 77.0, 200.0], 0.0, azimuths("omni"), 4.0) == pytest.approx([1.92] * 3)


@given(ANGLES, st.floats(-90, 90), st.lists(ANGLES, max_size=4), st.floats(-10, 45), st.floats(0, 360))
def test_turning_everything_changes_nothing(azimuth, depression, boresights, tilt, turn):
    loss = pattern_loss(azimuth, depression, boresights, tilt)
    turned = pattern_loss((azimuth + turn) % 360, depression, (np.array(boresights) + turn) % 360, tilt)
    assert 0 <= loss <= 25
    assert turned == pytest.approx(loss, abs=1e-6)


@pytest.mark.parametrize("text", ["", "north", "30,150", "30;;150", "400", "-5", "nan"])
def test_azimuths_that_cannot_be(text):
    with pytest.raises(ValueError, match="azimuths are degrees from 0 to 360"):
        azimuths(text)
