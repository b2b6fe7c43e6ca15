"""Power of packets by hand, places on a line, and offsets whose true value is known though packets are missing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from phusong.radio.survey.measured import (
    Errors,
    checked,
    checked_by_group,
    clusters,
    dealt,
    every_half,
    group_means,
    naive_offsets,
    reports_signal_alone,
    sensitivity_dbm,
    signal_power_dbm,
    thermal_noise_dbm,
    truncated_offsets,
)


@pytest.mark.parametrize(
    ("snr_db", "expected"),
    [
        # 10 log10(1 + 10^-1) = 0.4139
        (-10, -120 - 10 - 0.4139),
        # signal as strong as noise: half of the power
        (0, -120 - 3.0103),
        # 10 log10(1 + 10^2) = 20.0432: nearly all of it is signal
        (20, -120.0432),
    ],
)
def test_signal_by_hand(snr_db, expected):
    assert signal_power_dbm(-120, snr_db) == pytest.approx(expected, abs=1e-4)


@given(st.floats(-140, -40), st.floats(-30, 30))
def test_signal_and_noise_make_the_rssi(rssi_dbm, snr_db):
    signal = signal_power_dbm(rssi_dbm, snr_db)
    assert 10 * np.log10(10 ** (signal / 10) + 10 ** ((signal - snr_db) / 10)) == pytest.approx(rssi_dbm, abs=1e-9)


def test_sensitivity_by_hand():
    "-174 + 10 log10(125 000) + 6 = -117.03 dBm of noise, of which a spreading factor of 12 needs 20 dB less."
    noise = thermal_noise_dbm(125_000, 6)
    assert noise == pytest.approx(-174 + 50.9691 + 6, abs=1e-4)
    assert sensitivity_dbm(noise, [7, 10, 12]) == pytest.approx([-124.5309, -132.0309, -137.0309], abs=1e-4)


def test_rssi_below_what_noise_allows_is_the_signal():
    "-130 dBm at -15 dB: noise of -130.1 dBm were it both, -115 dBm were it the signal. Thermal noise is -123 dBm."
    assert reports_signal_alone([-130, -128], [-15, -13], 125_000)
    assert not reports_signal_alone([-117, -116], [-15, -13], 125_000)


def test_strong_packets_do_not_tell_what_rssi_is():
    "-100 dBm at 10 dB would be noise of -110 dBm either way; one stray packet among three does not decide."
    assert not reports_signal_alone([-100], [10], 125_000)
    assert not reports_signal_alone([-130, -117, -116], [-15, -15, -15], 125_000)


def test_places_hang_together_by_steps():
    "0, 100 and 200 m are one place though 200 m is far from 0; 351 m is another; the same spot twice is one."
    assert clusters([351, 0, 200, 100, 0], [0, 0, 0, 0, 0], 150).tolist() == [0, 1, 1, 1, 1]


def test_place_counts_both_axes():
    "A step of 3 and 4 is one of 5."
    assert clusters([0, 3], [0, 4], 5.0).tolist() == [0, 0]
    assert clusters([0, 3], [0, 4], 4.9).tolist() == [0, 1]


def test_errors_by_hand():
    "Mean 2, deviations -2, 0, 2, and 8 over two degrees of freedom."
    assert Errors.of(np.array([0.0, 2.0, 4.0])) == Errors(3, 2.0, 2.0)


def test_naive_offsets_by_hand():
    "Means 1 and 10; deviations 1 and 1 in the one, 3 and 3 in the other: 20 over four points less two means."
    found = naive_offsets(np.array([0.0, 2.0, 7.0, 13.0]), np.array([0, 0, 1, 1]))
    assert found.levels_db.tolist() == [1.0, 10.0]
    assert found.sigma_db == pytest.approx(np.sqrt(20 / 2))
    assert found.offset_db == 5.5
    assert found.between_db == pytest.approx(9 / np.sqrt(2))


def received(offsets_db, sigma_db, edge_db, size=40_000, ceilings_db=(10, 50)):
    """Errors, ceilings and groups of the packets that got through."""
    random = np.random.default_rng(5)
    group = random.integers(0, len(offsets_db), size)
    ceiling = random.uniform(*ceilings_db, size)
    error = np.asarray(offsets_db)[group] + sigma_db * random.standard_normal(size)
    through = ceiling - error > edge_db * random.standard_normal(size)
    return error[through], ceiling[through], group[through]


@pytest.mark.parametrize("edge_db", [0.0, 3.0])
def test_offset_is_found_though_half_is_missing(edge_db):
    "The true offset is 30 dB and sigma 8 dB, and only the packets with little loss came through."
    error, ceiling, group = received([30.0], 8.0, edge_db)
    assert error.size < 25_000
    assert naive_offsets(error, group).offset_db < 27.5
    found = truncated_offsets(error, ceiling, group, edge_db)
    assert found.offset_db == pytest.approx(30, abs=0.4)
    assert found.sigma_db == pytest.approx(8, abs=0.2)


def test_each_place_has_its_own_offset():
    error, ceiling, group = received([10.0, 25.0, 40.0], 6.0, 2.0, 60_000)
    found = truncated_offsets(error, ceiling, group, 2.0)
    assert found.levels_db == pytest.approx([10, 25, 40], abs=0.5)
    assert found.sigma_db == pytest.approx(6, abs=0.15)
    assert found.offset_db == pytest.approx(25, abs=0.3)


def test_unlike_places_as_one_run_away():
    "Places of 20 and 60 dB: taken as one, they look like what is left of one broad spread, beyond both of them."
    far, near = received([20.0], 8.0, 0.0, 4000), received([60.0], 8.0, 0.0, 4000, ceilings_db=(60, 90))
    error, ceiling = (np.concatenate(pair) for pair in zip(far[:2], near[:2], strict=True))
    group = np.repeat([0, 1], [far[0].size, near[0].size])
    assert truncated_offsets(error, ceiling, group).levels_db == pytest.approx([20, 60], abs=1)
    together = truncated_offsets(error, ceiling, np.zeros_like(group))
    assert together.offset_db > 60
    assert together.sigma_db > 2 * 8


def test_far_ceiling_is_the_naive_answer():
    error = np.array([1.0, 2.0, 4.0, 5.0])
    found = truncated_offsets(error, np.full(4, 1e4), np.zeros(4, np.int64))
    assert found.offset_db == pytest.approx(3, abs=1e-4)
    assert found.sigma_db == pytest.approx(np.sqrt(10 / 4), abs=1e-4)


def test_maximum_is_that_of_the_density():
    "The likelihood written out with scipy's normal distribution has no better place nearby."
    error, ceiling, group = received([30.0], 8.0, 3.0, 500)
    found = truncated_offsets(error, ceiling, group, 3.0)

    def likelihood(offset, sigma):
        return (norm.logpdf(error, offset, sigma) - norm.logcdf((ceiling - offset) / np.hypot(sigma, 3.0))).sum()

    best = likelihood(found.offset_db, found.sigma_db)
    for by in (-0.05, 0.05):
        assert likelihood(found.offset_db + by, found.sigma_db) < best
        assert likelihood(found.offset_db, found.sigma_db + by) < best


@settings(max_examples=20, deadline=None)
@given(st.floats(-60, 60))
def test_a_louder_board_shifts_the_offset_and_nothing_else(more_db):
    error, ceiling, group = received([30.0, 20.0], 8.0, 3.0, 300)
    one = truncated_offsets(error, ceiling, group, 3.0)
    other = truncated_offsets(error + more_db, ceiling + more_db, group, 3.0)
    assert other.levels_db == pytest.approx(one.levels_db + more_db, abs=0.02)
    assert other.sigma_db == pytest.approx(one.sigma_db, abs=0.01)


@pytest.mark.parametrize(
    ("error", "edge_db", "message"),
    [
        ([1.0, 2.0], 0.0, "2 points are too few for 1 offsets and a spread"),
        ([1.0, 2.0, 3.0], -1.0, "the edge is -1 dB wide; expected 0 or more"),
        ([1.0, 2.0, 11.0], 0.0, "1 points lie below the sensitivity: give the edge a width, or leave them out"),
    ],
)
def test_what_cannot_be_fitted_is_refused(error, edge_db, message):
    with pytest.raises(ValueError, match=message):
        truncated_offsets(np.array(error), np.full(len(error), 10.0), np.zeros(len(error), np.int64), edge_db)


def test_groups_are_dealt_by_size():
    "Of 1, 4, 2 and 3 points: the largest and the third go to one half, the others to the other."
    group = np.repeat([0, 1, 2, 3], [1, 4, 2, 3])
    assert sorted(set(group[dealt(group)])) == [1, 2]


@given(st.lists(st.integers(0, 7), min_size=1, max_size=40))
def test_no_group_is_in_both_halves(numbers):
    group = np.unique(numbers, return_inverse=True)[1]
    first = dealt(group)
    assert not set(group[first]) & set(group[~first])
    assert abs(len(set(group[first])) - len(set(group[~first]))) <= 1


def test_offset_is_checked_on_the_others():
    "Offset 2 of the first two; the others are 5 and 7 less 2."
    offset, left = checked(np.array([1.0, 3.0, 5.0, 7.0]), np.array([True, True, False, False]))
    assert (offset, left.count, left.bias_db) == (2.0, 2, 4.0)


def test_own_offsets_are_checked_where_there_are_some():
    "Group 0 has 1, group 1 has 10, group 2 was not fitted: 2 - 1 and 13 - 10 are left."
    error, group = np.array([1.0, 2.0, 10.0, 13.0, 99.0]), np.array([0, 0, 1, 1, 2])
    left = checked_by_group(error, group, np.array([True, False, True, False, False]))
    assert (left.count, left.bias_db) == (2, 2.0)


def test_every_half_of_four_groups():
    "Means 0, 0, 0 and 12: six ways to choose two, and the 12 is in half of them."
    left = every_half(np.array([0.0, 0.0, 0.0, 12.0]), np.arange(4))
    assert sorted(left.tolist()) == [-6, -6, -6, 6, 6, 6]


def test_group_means():
    assert group_means(np.array([1.0, 3.0, 9.0]), np.array([0, 0, 1])).tolist() == [2.0, 9.0]
