"""Gains: how many people each further site brings, and whether they become fewer."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

LEAST_SITES, LEAST_GAINING = 10, 5
"""Fewer sites, or fewer that bring anybody, tell nothing of how gains change."""
_ROUNDS = 100


@dataclass(frozen=True)
class Gains:
    """
    Gains in the order in which sites go on air, as people of the first site and a constant factor from site to site.

    Parameters
    ----------
    sites
        Counted in.
    first_people, next_people
        Fitted for the first site, and for the one after the last.
    factor, factor_low, factor_high
        From each site to the next, and its interval of 95 %.
    verdict
        `diminishing` or `growing` where the interval lies on one side of 1, else `not_told_apart`; `too_few` sites, or
        too few that bring anybody, leave the figures missing.
    """

    sites: int
    verdict: str
    first_people: float = math.nan
    next_people: float = math.nan
    factor: float = math.nan
    factor_low: float = math.nan
    factor_high: float = math.nan


def diminishing(gained_people: ArrayLike) -> Gains:
    """
    How the people gained change from site to site, from the gain of each over those before it, in on-air order.

    A quasi-Poisson regression with a logarithmic link of gain on order (McCullagh & Nelder, Generalized Linear Models,
    2nd ed., chapters 6 and 9): sites that bring nobody count as they are, the spread is that of the gains, and the
    interval is Student's with two degrees of freedom less than sites.

    Raises
    ------
    ValueError
        When a gain is below 0 or missing.

    Examples
    --------
    >>> found = diminishing([1024, 512, 256, 128, 64, 32, 16, 8, 4, 2])
    >>> found.verdict, round(found.factor, 6), round(found.next_people, 6)
    ('diminishing', 0.5, 1.0)
    >>> diminishing([500, 400]).verdict
    'too_few'
    """
    gain = np.asarray(gained_people, np.float64)
    if not np.all(gain >= 0):
        raise ValueError("people gained by a site are 0 or more, and known")
    if gain.size < LEAST_SITES or np.count_nonzero(gain) < LEAST_GAINING:
        return Gains(gain.size, "too_few")
    # from -0.5 to 0.5, so that rounds converge however many sites there are
    order = np.linspace(-0.5, 0.5, gain.size)
    design = np.stack([np.ones_like(order), order], axis=1)
    level, slope = found = _fitted(design, gain)
    mean = np.exp(design @ found)
    dispersion = ((gain - mean) ** 2 / mean).sum() / (gain.size - 2)
    error = math.sqrt(dispersion * np.linalg.inv(design.T @ (mean[:, np.newaxis] * design))[1, 1])
    reach, step = float(stats.t.ppf(0.975, gain.size - 2)) * error, 1 / (gain.size - 1)
    low, high = slope - reach, slope + reach
    # equal gains leave a slope of rounding, with next to no error
    verdict = "diminishing" if high < -1e-9 else "growing" if low > 1e-9 else "not_told_apart"
    people = [math.exp(level + slope * at) for at in (-0.5, 0.5 + step)]
    return Gains(gain.size, verdict, *people, *(math.exp(part * step) for part in (slope, low, high)))


def _fitted(design: NDArray[np.float64], gain: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coefficients by iteratively reweighted least squares."""
    mean = gain + gain.mean() / 10
    linear = np.log(mean)
    found = np.zeros(2)
    for _ in range(_ROUNDS):
        weighted = design * mean[:, np.newaxis]
        before, found = found, np.linalg.solve(design.T @ weighted, weighted.T @ (linear + (gain - mean) / mean))
        linear = design @ found
        mean = np.exp(linear)
        if np.abs(found - before).max() < 1e-12:
            break
    return found
