"""Fit: shares of communes that were split among several, and how little is known of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_WORLDS, _SWEEPS, _UNSETTLED, _KEPT = 100, 200, 50, 5
"""Worlds drawn side by side; rounds; rounds until they are settled; of the later rounds, one in so many is kept."""
_SEED = 20250701
_TAILS = (0.05, 0.95)
_ENOUGH = 20
"""Communes made of whole ones alone, below which how people moved on since the count cannot be told from them."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class _Split:
    """
    Communes that were split, rows being the old ones, columns the new ones; a part is a pair of them, sorted by row.

    Parameters
    ----------
    row, column
        Of each part.
    given
        People of each part's old commune.
    came
        People that whole moves brought to each new commune.
    told
        Logarithm of the old people that each new commune should have by its people of today; missing where this is
        not known.
    spread
        Standard deviation of that logarithm.
    """

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    given: Numbers
    came: Numbers
    told: Numbers
    spread: float


def fitted(parts: pd.DataFrame, whole: pd.DataFrame, units: pd.DataFrame, people: pd.Series | None) -> pd.DataFrame:
    """
    Shares of the communes that were split.

    Where people are known, worlds are drawn in which each old commune was split in any way, all alike likely, and
    kept as often as the people of the new communes make likely (Metropolis). People before and after are counts of
    different years and sources: how far they stray from each other is that of the new communes made of whole ones
    alone. The weight is the mean of the worlds, the interval holds nine in ten of them. Where counts stray as far as
    those of 2019 and 2020 do, the weights are near to equal parts and the intervals wide, and that is what is known;
    taking the counts at their word (iterative proportional fitting) errs more than equal parts do.

    Where people are not known, parts follow the area of the new communes, or are alike, and the interval is 0 to 1.

    Parameters
    ----------
    parts, whole
        old_code and new_code of the moves of communes that were split, and of those that were not.
    units
        New communes by code, with people and area_km2 where these are known.
    people
        People of the old communes by code.
    """
    parts = parts.sort_values(["old_code", "new_code"], kind="stable")
    _, row = np.unique(parts.old_code.to_numpy(str), return_inverse=True)
    new, column = np.unique(parts.new_code.to_numpy(str), return_inverse=True)
    size, basis = _size(units, new)
    share = size[column] / np.bincount(row, size[column])[row]
    low, high, known = np.zeros(len(row)), np.ones(len(row)), np.zeros(len(row), bool)
    ratio = _log_ratios(whole, parts, units, people)
    if people is not None and len(ratio) >= _ENOUGH:
        given = people.reindex(parts.old_code).to_numpy(float)
        known = np.isfinite(given) & (given > 0)
        told = np.log(units.people.reindex(new).to_numpy(float)) + np.median(ratio)
        told[np.bincount(column, ~known) > 0] = np.nan
        came = _came(whole, people).reindex(new).fillna(0.0).to_numpy(float)
        spread = float(np.diff(np.quantile(ratio, _TAILS))[0]) / (2 * 1.645)
        worlds = _worlds(_Split(row, column, np.where(known, given, 0.0), came, told, max(spread, 0.01)))
        share = np.where(known, worlds.mean(axis=1), share)
        tails = np.quantile(worlds, _TAILS, axis=1)
        low, high = np.where(known, tails[0], 0.0), np.where(known, tails[1], 1.0)
    share = rounded(row, share)
    method = np.where(known, "fitted to people", f"by {basis} of the new communes")
    found = parts[["old_code", "new_code"]].reset_index(drop=True)
    return found.assign(weight=share, low=np.minimum(low, share), high=np.maximum(high, share), method=method)


def rounded(row: NDArray[np.int64], share: Numbers) -> Numbers:
    """Shares that add up to 1: the largest of each row takes what rounding leaves, so that none falls below 0."""
    rest = np.zeros(len(row), bool)
    rest[pd.Series(share).groupby(row).idxmax().to_numpy()] = True
    return np.where(rest, 1.0 - np.bincount(row[~rest], share[~rest], row.max(initial=-1) + 1)[row], share)


def _came(whole: pd.DataFrame, people: pd.Series) -> pd.Series:
    """People that whole communes brought to each new one."""
    return people.reindex(whole.old_code).groupby(whole.new_code.to_numpy(object)).sum(min_count=1)


def _size(units: pd.DataFrame, new: NDArray[np.str_]) -> tuple[Numbers, str]:
    """People of the new communes; where they are not known, their area; where neither is, all alike."""
    own = units.reindex(new)
    for name, basis in (("people", "people"), ("area_km2", "area")):
        if name in own and own[name].notna().all() and (own[name] > 0).all():
            return own[name].to_numpy(float), basis
    return np.ones(len(new)), "number"


def _log_ratios(whole: pd.DataFrame, parts: pd.DataFrame, units: pd.DataFrame, people: pd.Series | None) -> Numbers:
    """Logarithm of old people for each of the new, of every new commune that is made of whole ones alone."""
    if people is None or "people" not in units:
        return np.zeros(0)
    whole = whole[~whole.new_code.isin(parts.new_code)]
    counts = people.reindex(whole.old_code).groupby(whole.new_code.to_numpy(object)).agg(["sum", "count", "size"])
    counts = counts[(counts["count"] == counts["size"]) & (counts["sum"] > 0)]
    now = units.people.reindex(counts.index).to_numpy(float)
    return np.log(counts["sum"].to_numpy(float)[now > 0] / now[now > 0])


def _worlds(split: _Split) -> Numbers:
    """Shares of each part in worlds that agree with the people, as often as they do so."""
    random = np.random.default_rng(_SEED)
    share = _any_shares(split.row, random)
    total = np.repeat(split.came[:, None], _WORLDS, axis=1)
    np.add.at(total, split.column, split.given[:, None] * share)
    groups = [np.flatnonzero(np.isin(split.row, rows)) for rows in _apart(split.row, split.column)]
    kept = []
    for sweep in range(_SWEEPS):
        for at in groups:
            _sweep(split, at, share, total, random)
        if sweep >= _UNSETTLED and sweep % _KEPT == 0:
            kept.append(share.copy())
    return np.concatenate(kept, axis=1)


def _sweep(split: _Split, at: NDArray[np.int64], share: Numbers, total: Numbers, random: np.random.Generator) -> None:
    """New shares for old communes that have no new one in common, taken as often as they make people likelier."""
    _, row = np.unique(split.row[at], return_inverse=True)
    column, told = split.column[at], split.told[split.column[at], None]
    proposed = _any_shares(row, random)
    then = np.maximum(total[column] + split.given[at, None] * (proposed - share[at]), 1.0)
    better = (np.log(np.maximum(total[column], 1.0)) - told) ** 2 - (np.log(then) - told) ** 2
    gain = _summed(row, np.nan_to_num(better)) / (2 * split.spread**2)
    taken = (np.log(random.random(gain.shape)) < gain)[row]
    share[at] = np.where(taken, proposed, share[at])
    total[column] = np.where(taken, then, total[column])


def _any_shares(row: NDArray[np.int64], random: np.random.Generator) -> Numbers:
    """Shares of rows drawn at random, all alike likely."""
    drawn = random.exponential(size=(len(row), _WORLDS))
    return drawn / _summed(row, drawn)[row]


def _summed(row: NDArray[np.int64], values: Numbers) -> Numbers:
    """Sums of each row; parts are sorted by row."""
    return np.add.reduceat(values, np.flatnonzero(np.diff(row, prepend=-1)), axis=0)


def _apart(row: NDArray[np.int64], column: NDArray[np.int64]) -> Iterator[Sequence[int]]:
    """Rows in groups whose members have no column in common."""
    columns = pd.Series(column).groupby(row).agg(set)
    left = list(columns.index)
    while left:
        used: set[int] = set()
        group = []
        for one in left:
            if not columns[one] & used:
                used |= columns[one]
                group.append(one)
        yield group
        left = [one for one in left if one not in set(group)]
