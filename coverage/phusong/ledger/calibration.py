"""Calibration: how often intervals of the forecast hold what came, over simulated histories of known kinds."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit, logit

from phusong.ledger.forecast import Drift

Kind = Literal["smooth", "random_walk", "policy_jump", "unseen_ceiling"]
KINDS: tuple[Kind, ...] = get_args(Kind)
HELD_TO: tuple[Kind, ...] = ("smooth", "random_walk")
"""Kinds on which the forecast must keep what it promises; of the others it is told how often it does."""
AHEAD = (1, 2, 4)
"""Points ahead at which it is asked."""
_QUARTER_DAYS = 91


def histories(kind: Kind, points: int, number: int, seed: int) -> NDArray[np.float64]:
    """
    Shares of simulated histories, quarterly, shape (number, points + 4): the last four are what came after.

    Kinds: `smooth` is half straight lines in logit and half an exponential approach to a ceiling of 0.6 to 0.99, read
    with a small error; `random_walk` has drift in logit; `policy_jump` is such a walk with one jump of 0.5 to 1.5 in
    logit at any time, also after the last point; `unseen_ceiling` is a logistic curve that bends to a ceiling of 0.9 to
    1, mostly after the last point.
    """
    rng = np.random.default_rng([seed, KINDS.index(kind), points])
    return np.stack([_ONE[kind](np.arange(points + max(AHEAD), dtype=np.float64), rng) for _ in range(number)])


def hit_rates(kind: Kind, points: int, number: int, seed: int, percent: int = 80) -> dict[int, float]:
    """Share of histories whose value lies in the interval of `percent`, by points ahead."""
    drawn = histories(kind, points, number, seed)
    days = pd.date_range("2020-03-31", periods=points, freq=f"{_QUARTER_DAYS}D")
    hits = dict.fromkeys(AHEAD, 0)
    for shares in drawn:
        drift = Drift.fit(days, shares[:points], "logit")
        reach = float(stats.t.ppf(0.5 + percent / 200, drift.freedom))
        for ahead in AHEAD:
            off = abs(logit(shares[points + ahead - 1]) - drift.centre(ahead * _QUARTER_DAYS))
            hits[ahead] += bool(off <= reach * drift.scale(ahead * _QUARTER_DAYS))
    return {ahead: count / number for ahead, count in hits.items()}


def calibration_table(number: int, seed: int, lengths: tuple[int, ...] = (8, 12, 20)) -> pd.DataFrame:
    """Hit rates of the 80 % interval: `kind`, `points`, and `ahead_1`, `ahead_2`, `ahead_4`."""
    rows = [
        {"kind": kind, "points": points}
        | {f"ahead_{ahead}": rate for ahead, rate in hit_rates(kind, points, number, seed).items()}
        for kind in KINDS
        for points in lengths
    ]
    return pd.DataFrame(rows)


def _smooth(time: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    if rng.random() < 0.5:
        line = rng.uniform(-4, 0) + rng.uniform(0.02, 0.3) * time
        return expit(line + rng.normal(0, rng.uniform(0.02, 0.1), time.size))
    share = rng.uniform(0.6, 0.99) * (1 - np.exp(-(time + rng.uniform(1, 4)) / rng.uniform(4, 15)))
    return expit(logit(share) + rng.normal(0, 0.03, time.size))


def _walk(time: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    steps = rng.normal(rng.uniform(-0.05, 0.2), rng.uniform(0.05, 0.2), time.size)
    return expit(rng.uniform(-3, 1) + steps.cumsum())


def _jump(time: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    after = time >= rng.integers(1, time.size)
    return expit(logit(_walk(time, rng)) + rng.uniform(0.5, 1.5) * after)


def _ceiling(time: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    grown = expit(rng.uniform(-4, 0) + rng.uniform(2, 7) * time / time[-1])
    return expit(logit(rng.uniform(0.9, 1) * grown) + rng.normal(0, 0.03, time.size))


_ONE = {"smooth": _smooth, "random_walk": _walk, "policy_jump": _jump, "unseen_ceiling": _ceiling}
