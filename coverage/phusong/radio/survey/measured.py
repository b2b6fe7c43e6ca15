"""
Measured path loss against predicted: power of packets, the places they came from, offsets, and how well these hold.

An error is a measured loss less the predicted one, in dB: positive where the world loses more than the model says.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from scipy.special import log_ndtr

THERMAL_DBM_HZ = -174.0
"""Thermal noise of one hertz at 290 K."""
REQUIRED_SNR_DB: Mapping[int, float] = MappingProxyType(
    {6: -5.0, 7: -7.5, 8: -10.0, 9: -12.5, 10: -15.0, 11: -17.5, 12: -20.0}
)
"""Signal-to-noise ratio that a LoRa demodulator needs, by spreading factor: Semtech, data sheet of the SX1276."""
WEAK_SNR_DB = -5.0
"""Below it the power a receiver reports is nearly all noise, if it reports signal and noise together."""

STATIONARY_DB = 1e-5
"""Slope of the mean log-likelihood, over an offset in dB, that counts as none."""

Group = NDArray[np.int64]
"""Number of the group that each point belongs to, from 0 without gaps."""


def signal_power_dbm(rssi_dbm: ArrayLike, snr_db: ArrayLike) -> NDArray[np.float64]:
    """
    Power of the signal alone, from that of signal and noise together and their ratio.

    Examples
    --------
    >>> float(signal_power_dbm(-120, -10).round(2))
    -130.41
    """
    snr = np.asarray(snr_db, float)
    return np.asarray(rssi_dbm + snr - 10 * np.log10(1 + 10 ** (snr / 10)))


def thermal_noise_dbm(bandwidth_hz: ArrayLike, noise_figure_db: float = 0.0) -> NDArray[np.float64]:
    """
    Noise of a receiver that hears nothing else.

    Examples
    --------
    >>> float(thermal_noise_dbm(125_000).round(2))
    -123.03
    """
    return np.asarray(THERMAL_DBM_HZ + 10 * np.log10(bandwidth_hz) + noise_figure_db)


def sensitivity_dbm(noise_dbm: ArrayLike, spreading_factor: ArrayLike) -> NDArray[np.float64]:
    """
    Least signal power at which LoRa packets of a spreading factor, 6 to 12, are received through some noise.

    Examples
    --------
    >>> float(sensitivity_dbm(thermal_noise_dbm(125_000, 6), 12).round(2))
    -137.03
    """
    required = [REQUIRED_SNR_DB[int(factor)] for factor in np.ravel(spreading_factor)]
    return np.asarray(noise_dbm + np.reshape(required, np.shape(spreading_factor)))


def reports_signal_alone(rssi_dbm: ArrayLike, snr_db: ArrayLike, bandwidth_hz: ArrayLike) -> bool:
    """
    Whether a receiver's RSSI must be the power of the signal alone, from all packets of this receiver.

    Were it signal and noise together, the noise among most weak packets would be less than thermal noise, which no
    receiver has. Without weak packets nothing speaks for it.

    Examples
    --------
    >>> reports_signal_alone([-135, -130, -60], [-19, -14, 9], 125_000), reports_signal_alone([-117], [-14], 125_000)
    (True, False)
    """
    snr = np.asarray(snr_db, float)
    noise = signal_power_dbm(rssi_dbm, snr) - snr
    impossible = (noise < thermal_noise_dbm(bandwidth_hz))[snr < WEAK_SNR_DB]
    return bool(impossible.size) and bool(impossible.mean() > 0.5)


def clusters(x_m: ArrayLike, y_m: ArrayLike, apart_m: float) -> Group:
    """
    Groups of places that hang together by steps of at most `apart_m`, in the order of their first members.

    Examples
    --------
    >>> clusters([0, 5000, 140, 280], [0, 0, 0, 0], 150).tolist()
    [0, 1, 0, 0]
    """
    spots, spot = np.unique(np.column_stack([x_m, y_m]).astype(float), axis=0, return_inverse=True)
    pairs = cKDTree(spots).query_pairs(apart_m, output_type="ndarray")
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(spots), len(spots)))
    _, cluster = connected_components(links, directed=False)
    return np.asarray(pd.factorize(cluster[spot.ravel()])[0], np.int64)


@dataclass(frozen=True)
class Errors:
    """
    Errors in short.

    Parameters
    ----------
    bias_db, sigma_db
        Mean, NaN of none, and standard deviation, NaN of fewer than two.
    """

    count: int
    bias_db: float
    sigma_db: float

    @classmethod
    def of(cls, error_db: NDArray[np.float64]) -> Errors:
        """Of some errors."""
        count = error_db.size
        bias = float(error_db.mean()) if count else math.nan
        return cls(count, bias, float(error_db.std(ddof=1)) if count > 1 else math.nan)


def group_means(error_db: NDArray[np.float64], group: Group) -> NDArray[np.float64]:
    """Mean error of each group."""
    return np.asarray(np.bincount(group, error_db) / np.bincount(group))


@dataclass(frozen=True)
class Offsets:
    """
    Offsets of groups that share one spread.

    Parameters
    ----------
    levels_db
        Offset of each group.
    sigma_db
        Standard deviation of the errors around the offset of their group.
    """

    levels_db: NDArray[np.float64]
    sigma_db: float

    @property
    def offset_db(self) -> float:
        """Mean of the groups' offsets, each counting once."""
        return float(self.levels_db.mean())

    @property
    def between_db(self) -> float:
        """Standard deviation of the groups' offsets; NaN of one."""
        return float(self.levels_db.std(ddof=1)) if self.levels_db.size > 1 else math.nan


def naive_offsets(error_db: NDArray[np.float64], group: Group) -> Offsets:
    """Means of groups and the spread around them, as if every packet had been received."""
    levels = group_means(error_db, group)
    around = error_db - levels[group]
    return Offsets(levels, math.sqrt(float(around @ around) / max(1, error_db.size - levels.size)))


def truncated_offsets(
    error_db: NDArray[np.float64], ceiling_db: NDArray[np.float64], group: Group, edge_db: float = 0.0
) -> Offsets:
    """
    Offsets and spread of errors of which the large ones are missing: maximum likelihood of truncated normals.

    A packet that is not received leaves no row, so nobody knows how many are missing. This is truncation; a Tobit
    model, for censoring, would need the rows with their levels unknown. Every point therefore counts by its density
    among those that can be received: with F the normal distribution function, an error of e has the log-likelihood
    log n(e; offset, sigma) - log F((ceiling - offset) / sqrt(sigma^2 + edge^2)), and what is left of it is constant.

    Parameters
    ----------
    error_db
        Measured loss less predicted loss of the points that were received.
    ceiling_db
        The error at which each point would have fallen to the sensitivity: predicted level less sensitivity.
    group
        Groups have offsets of their own and share the spread; all zeros for one offset.
    edge_db
        How soft the sensitivity is: a packet x dB above it is received with the probability F(x / edge). At 0 the
        edge is sharp.

    Raises
    ------
    ValueError
        When there are fewer than two points more than groups, when the edge is sharp and a point lies beyond it, or
        when no maximum is found.

    References
    ----------
    Hausman and Wise (1977), Social experimentation, truncated distributions, and efficient estimation, Econometrica
    45(4); for the soft edge, the product of a normal density and a normal distribution function integrates to
    F((ceiling - offset) / sqrt(sigma^2 + edge^2)).
    """
    _check(error_db, ceiling_db, group, edge_db)

    def cost(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Negative log-likelihood a point, and its slopes over the offsets and the logarithm of sigma."""
        sigma, offset = math.exp(parameters[-1]), parameters[group]
        blurred = math.hypot(sigma, edge_db)
        z, residual = (ceiling_db - offset) / blurred, (error_db - offset) / sigma
        log_received = log_ndtr(z)
        mills = np.exp(-0.5 * z**2 - 0.5 * math.log(2 * math.pi) - log_received)
        total = (0.5 * residual**2 + log_received).mean() + parameters[-1]
        by_offset = np.bincount(group, -residual / sigma - mills / blurred)
        by_sigma = (1 - residual**2 - mills * z * (sigma / blurred) ** 2).sum()
        return float(total), np.append(by_offset, by_sigma) / error_db.size

    naive = naive_offsets(error_db, group)
    start = np.append(naive.levels_db, math.log(max(naive.sigma_db, 0.1)))
    # of scipy's methods with slopes, BFGS loses no time on threads that wait for each other
    found = minimize(cost, start, jac=True, method="BFGS", options={"gtol": 1e-7, "maxiter": 2000})
    if not np.isfinite(found.x).all() or np.abs(found.jac).max() > STATIONARY_DB:
        raise ValueError(f"no maximum of the likelihood was found: {found.message}")
    return Offsets(found.x[:-1], math.exp(found.x[-1]))


def _check(error_db: NDArray[np.float64], ceiling_db: NDArray[np.float64], group: Group, edge_db: float) -> None:
    groups = int(group.max(initial=-1)) + 1
    if error_db.size < groups + 2:
        raise ValueError(f"{error_db.size} points are too few for {groups} offsets and a spread")
    if edge_db < 0:
        raise ValueError(f"the edge is {edge_db:g} dB wide; expected 0 or more")
    beyond = int((error_db > ceiling_db).sum())
    if edge_db == 0 and beyond:
        raise ValueError(f"{beyond} points lie below the sensitivity: give the edge a width, or leave them out")


def dealt(group: Group) -> NDArray[np.bool_]:
    """
    Which points are in the first half of the groups: by falling size, the groups are dealt in turn to two halves.

    Examples
    --------
    >>> dealt(np.array([0, 1, 1, 1, 2, 2])).tolist()
    [True, True, True, True, False, False]
    """
    largest_first = np.argsort(-np.bincount(group), kind="stable")
    return np.asarray(np.isin(group, largest_first[::2]))


def checked(error_db: NDArray[np.float64], fitted: NDArray[np.bool_]) -> tuple[float, Errors]:
    """One offset from the fitted points, each counting once, and the errors of the others after it."""
    offset = float(error_db[fitted].mean())
    return offset, Errors.of(error_db[~fitted] - offset)


def checked_by_group(error_db: NDArray[np.float64], group: Group, fitted: NDArray[np.bool_]) -> Errors:
    """Errors of the points not fitted, less the mean of the fitted ones of their group; without such they are out."""
    count = np.bincount(group[fitted], minlength=int(group.max()) + 1)
    total = np.bincount(group[fitted], error_db[fitted], minlength=count.size)
    known = ~fitted & (count > 0)[group]
    return Errors.of(error_db[known] - (total / np.maximum(count, 1))[group[known]])


def every_half(error_db: NDArray[np.float64], group: Group) -> NDArray[np.float64]:
    """
    Bias that is left on the one half of the groups after the offset of the other, for every way to halve them.

    Of an odd number of groups both the smaller and the larger half are fitted in turn.

    Examples
    --------
    >>> every_half(np.array([1.0, 3.0, 3.0]), np.array([0, 1, 1])).tolist()
    [2.0, -2.0]
    """
    count, total = np.bincount(group), np.bincount(group, error_db)
    groups, left = np.arange(count.size), []
    for size in sorted({count.size // 2, count.size - count.size // 2}):
        for chosen in combinations(groups, size):
            fit = np.isin(groups, chosen)
            left.append(total[~fit].sum() / count[~fit].sum() - total[fit].sum() / count[fit].sum())
    return np.asarray(left)
