"""People that each further site brings."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from phusong.ledger.gains import diminishing


def test_noise_without_a_trend_is_not_told_apart():
    rng = np.random.default_rng(3)
    verdicts = [diminishing(rng.poisson(200, 30)).verdict for _ in range(200)]
    assert 0.90 <= verdicts.count("not_told_apart") / 200 <= 0.99


def test_interval_holds_the_true_factor():
    rng = np.random.default_rng(4)
    held = 0
    for _ in range(300):
        # three times as wide as Poisson's, as gains are
        gains = 9 * rng.poisson(500 * 0.96 ** np.arange(40) / 9)
        found = diminishing(gains)
        held += found.factor_low <= 0.96 <= found.factor_high
    assert 0.90 <= held / 300 <= 0.985


def test_same_as_the_likelihood_by_brute_force():
    gains = np.array([900, 0, 700, 650, 800, 300, 0, 410, 200, 250, 90, 120], float)
    order = np.arange(gains.size)

    def loss(at):
        return (np.exp(at[0] + at[1] * order) - gains * (at[0] + at[1] * order)).sum()

    best = optimize.minimize(loss, [6.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-10}).x
    found = diminishing(gains)
    assert found.factor == pytest.approx(np.exp(best[1]), rel=1e-6)
    assert found.first_people == pytest.approx(np.exp(best[0]), rel=1e-6)
    assert found.next_people == pytest.approx(np.exp(best[0] + best[1] * 12), rel=1e-6)
    assert found.verdict == "diminishing"
    mean = np.exp(best[0] + best[1] * order)
    off_centre = order - (mean @ order) / mean.sum()
    error = np.sqrt(((gains - mean) ** 2 / mean).sum() / 10 / (mean @ off_centre**2))
    assert np.log(found.factor_high / found.factor) == pytest.approx(stats.t.ppf(0.975, 10) * error, rel=1e-5)


def test_reversed_order_grows_and_equal_gains_do_neither():
    gains = np.array([2.0**n for n in range(12)])
    assert diminishing(gains).verdict == "growing"
    assert diminishing([5] * 12).verdict == "not_told_apart"


@pytest.mark.parametrize("gains", [[5] * 9, [0] * 30, [1000] + [0] * 11, [0] * 20 + [3, 2, 1, 4], []])
def test_too_few_to_tell(gains):
    found = diminishing(gains)
    assert found.verdict == "too_few"
    assert found.sites == len(gains)
    assert np.isnan(found.factor)


@pytest.mark.parametrize("wrong", [-1, float("nan")])
def test_impossible_gain_is_refused(wrong):
    with pytest.raises(ValueError, match="0 or more"):
        diminishing([5] * 12 + [wrong])


def test_people_of_all_sites_are_kept():
    "A log link with a level keeps the sum; sites by the thousand and gains by the million too."
    rng = np.random.default_rng(6)
    gains = rng.poisson(2e6 * 0.999 ** np.arange(3000)).astype(float)
    found = diminishing(gains)
    fitted = found.first_people * found.factor ** np.arange(3000)
    assert fitted.sum() == pytest.approx(gains.sum(), rel=1e-9)
