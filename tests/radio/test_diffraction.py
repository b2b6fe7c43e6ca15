"""Knife edge and Bullington against published and hand-worked values, and what must hold for any profile."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.radio.diffraction import SPEED_OF_LIGHT_M_MHZ, bullington_loss, knife_edge_loss

ONE_METRE_WAVE = SPEED_OF_LIGHT_M_MHZ


def loss(distance_km, height_m, *, tx=20.0, rx=20.0, frequency_mhz=ONE_METRE_WAVE):
    return bullington_loss(
        distance_km,
        height_m,
        frequency_mhz=frequency_mhz,
        tx_height_amsl_m=tx,
        rx_height_amsl_m=rx,
        effective_earth_radius_km=8500,
    )


@pytest.mark.parametrize(
    ("nu", "expected"),
    # Grazing costs 6 dB; the others are equation 31 worked by hand.
    [(-2.0, 0.0), (-0.78, 0.0), (-0.5, 1.959), (0.0, 6.033), (1.0, 13.926), (3.0, 22.416)],
)
def test_knife_edge(nu, expected):
    assert knife_edge_loss(nu) == pytest.approx(expected, abs=5e-4)


def test_knife_edge_of_nothing_known_is_not_known():
    assert np.isnan(knife_edge_loss(np.nan))


def test_one_edge_by_hand():
    # 30 m in the middle of 10 km, antennas at 20 m, wavelength 1 m, Earth 8500 km:
    # bulge 500 / 8500 * 5 * 5 = 1.470588 m, so the edge stands 11.470588 m above the line,
    # nu = 11.470588 * sqrt(0.02 / 25) = 0.324437 and J = 8.8334 dB;
    # (1 - exp(-8.8334 / 6)) * (10 + 0.02 * 10) = 0.770589 * 10.2 = 7.8600 dB more.
    assert loss([0, 5, 10], [0, 30, 0]) == pytest.approx(16.6934, abs=2e-4)


def test_two_edges_by_hand():
    # Edges of 50 m at 2 km and 40 m at 8 km, each with a bulge of 0.941176 m.
    # Slopes: 30.941176 / 2 = 15.470588 m/km from the transmitter, 20.941176 / 2 = 10.470588 from the receiver.
    # They meet at 104.70588 / 25.941176 = 4.036281 km, 62.443639 m above the line: nu = 1.799925, J = 18.1985 dB,
    # and (1 - exp(-3.033075)) * 10.2 = 9.7087 dB more.
    assert loss([0, 2, 8, 10], [0, 50, 40, 0]) == pytest.approx(27.9072, abs=2e-4)


def test_in_sight_by_hand():
    # The line passes 10 - 1.470588 m over the middle: nu = -8.529412 * sqrt(0.02 / 25) = -0.241248, J = 3.9907 dB,
    # and (1 - exp(-0.665111)) * 10.2 = 4.9550 dB more.
    assert loss([0, 5, 10], [0, 10, 0]) == pytest.approx(8.9457, abs=2e-4)


def test_grazing_by_hand():
    "Ground that just touches the line: nu = 0, J = 6.0329 dB, and (1 - exp(-1.00548)) * 10.2 = 6.4681 dB more."
    assert loss([0, 5, 10], [0, 20 - 500 / 8500 * 25, 0]) == pytest.approx(12.5010, abs=2e-4)


def test_ends_do_not_obstruct():
    assert loss([0, 1], [500, 500]) == 0
    assert loss([0, 5, 10], [500, 0, 500]) == loss([0, 5, 10], [0, 0, 0])


@pytest.mark.parametrize(
    ("distance_km", "height_m", "sentence"),
    [
        ([0], [0], "at least two points"),
        ([0, 1, 2], [0, 0], "one height for each distance"),
        ([0, 1, 1], [0, 0, 0], "must rise"),
        ([0, 2, 1], [0, 0, 0], "must rise"),
        ([0, 1, 2], [0, np.nan, 0], "finite"),
    ],
)
def test_refusals(distance_km, height_m, sentence):
    with pytest.raises(ValueError, match=sentence):
        loss(distance_km, height_m)


def test_antenna_of_unknown_height_is_refused():
    with pytest.raises(ValueError, match="finite"):
        loss([0, 1, 2], [0, 0, 0], rx=np.nan)


profiles = st.lists(st.floats(0, 300), min_size=1, max_size=20)


@given(profiles, st.floats(1, 100), st.floats(1, 100))
def test_the_way_back_costs_the_same(interior, above_tx, above_rx):
    d = np.linspace(0, 10, len(interior) + 2)
    h = [0, *interior, 0]
    there = loss(d, h, tx=above_tx, rx=above_rx)
    assert there >= 0
    assert loss(d, h[::-1], tx=above_rx, rx=above_tx) == pytest.approx(there, abs=1e-6)


@given(profiles, st.data())
def test_raising_the_ground_never_helps(interior, data):
    d = np.linspace(0, 10, len(interior) + 2)
    raised = list(interior)
    raised[data.draw(st.integers(0, len(interior) - 1))] += data.draw(st.floats(0, 100))
    assert loss(d, [0, *raised, 0]) >= loss(d, [0, *interior, 0]) - 1e-6


@given(st.floats(5, 300), st.floats(1, 9), st.floats(2, 100), st.floats(0, 100))
def test_a_higher_mast_is_never_deeper_behind_a_ridge(ridge_m, at_km, mast_m, more_m):
    low, high = (loss([0, at_km, 10], [0, ridge_m, 0], tx=tx) for tx in (mast_m, mast_m + more_m))
    assert high <= low + 1e-6
