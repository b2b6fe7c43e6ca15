"""Crosswalk: the share of an old commune that each new one took – exact where it moved whole, fitted where it was split."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.administration.history import History

_ROUNDS = 200
_LEAST = 0.02
"""A new commune that took part of an old one took someone: at least this share of its own people."""


@dataclass(frozen=True)
class Expressed:
    """
    Values on the units of another day.

    Parameters
    ----------
    values
        code, value, and low and high: what the intervals of the weights allow.
    placed, unplaced
        Sums of the values; together they are the sum of what was given.
    missing
        code, value and reason of what could not be placed.
    """

    values: pd.DataFrame
    placed: float
    unplaced: float
    missing: pd.DataFrame


def crosswalk(history: History, start: dt.date, end: dt.date, people: pd.Series | None = None) -> pd.DataFrame:
    """
    Weights that carry an extensive value from the communes of one day to those of another.

    Moves that are doubtful are left out where the old commune has others. Whole moves have weight 1. Parts of a commune that
    was split are fitted: iterative proportional fitting makes the people of the parts add up to those of the old commune, and
    those of each new commune to what the whole moves leave of its people. The interval is what the spread of that balance
    among communes without any part allows; where the people of the old commune are not known, it is 0 to 1.

    Parameters
    ----------
    people
        People of the old communes by code; without them parts follow the people, or else the area, of the new communes.

    Returns
    -------
    old_code, new_code, weight, low, high, method; weights of an old code sum to 1. Between days without a move in between
    the communes are themselves.

    Raises
    ------
    ValueError
        When the end is before the start.
    """
    if end < start:
        raise ValueError(f"from {start} to {end}: the crosswalk goes forward in time")
    moves = history.succession
    moves = moves[(moves.date > pd.Timestamp(start)) & (moves.date <= pd.Timestamp(end))]
    old = history.units_on(start)
    if moves.empty:
        return _itself(old.code)
    sure = moves[(moves.doubtful == "") | ~moves.old_code.isin(moves.old_code[moves.doubtful == ""])]
    sure = sure.drop_duplicates(["old_code", "new_code"])
    stay = _itself(old.code[~old.code.isin(sure.old_code)])
    split = sure.old_code.duplicated(keep=False)
    whole = _whole(sure[~split])
    parts = _fitted(sure[split], sure[~split], history.units_on(end).set_index("code"), people)
    found = pd.concat([part for part in (whole, parts, stay) if len(part)], ignore_index=True)
    return found.sort_values(["old_code", "new_code"], kind="stable").reset_index(drop=True)


def express(values: pd.Series, weights: pd.DataFrame) -> Expressed:
    """
    Carry values by code to the units of the crosswalk's end; nothing is lost.

    Parameters
    ----------
    values
        Extensive values, such as people, by the code of the crosswalk's start.
    """
    known = values[values.index.isin(weights.old_code)].groupby(level=0).sum()
    each = weights.merge(known.rename("value"), left_on="old_code", right_index=True)
    shares = {name: each[name].to_numpy() * each.value.to_numpy() for name in ("weight", "low", "high")}
    sums = pd.DataFrame(
        {"code": each.new_code, "value": shares["weight"], "low": shares["low"], "high": shares["high"]}
    )
    lost = values[~values.index.isin(weights.old_code)]
    missing = pd.DataFrame({"code": lost.index, "value": lost.to_numpy(), "reason": "no such unit on the day"})
    return Expressed(sums.groupby("code", as_index=False).sum(), float(known.sum()), float(lost.sum()), missing)


def _itself(codes: pd.Series) -> pd.DataFrame:
    return pd.DataFrame(
        {"old_code": codes, "new_code": codes, "weight": 1.0, "low": 1.0, "high": 1.0, "method": "unchanged"}
    )


def _whole(moves: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "old_code": moves.old_code,
            "new_code": moves.new_code,
            "weight": 1.0,
            "low": 1.0,
            "high": 1.0,
            "method": "whole",
        }
    )


def _fitted(parts: pd.DataFrame, whole: pd.DataFrame, units: pd.DataFrame, people: pd.Series | None) -> pd.DataFrame:
    if parts.empty:
        return _whole(parts)
    old, row = np.unique(parts.old_code.to_numpy(str), return_inverse=True)
    new, column = np.unique(parts.new_code.to_numpy(str), return_inverse=True)
    given = _column(people, old)
    size, basis = _size(units, new)
    came = (
        whole.assign(people=_column(people, whole.old_code.to_numpy(str))).groupby("new_code").people.sum(min_count=1)
    )
    scale, spread = _balance(whole, parts, units, people)
    inside = came.reindex(new).fillna(0.0).to_numpy(float)
    room = [np.maximum(size * scale * factor - inside, _LEAST * size * scale) for factor in (1.0, *spread)]
    share = _proportional(row, column, given, room[0], len(old))
    known = np.isfinite(given[row]) & np.isfinite(room[0][column])
    high = np.where(known, np.minimum(1.0, room[2][column] / np.where(known, given[row], 1.0)), 1.0)
    others = np.bincount(row, high, len(old))[row] - high
    low = np.where(known, np.maximum(0.0, 1.0 - others), 0.0)
    method = np.where(known, f"fitted to people and {basis}", f"by {basis} of the new communes")
    return pd.DataFrame({
        "old_code": old[row], "new_code": new[column], "weight": share, "low": np.minimum(low, share), "high": np.maximum(high, share), "method": method,
    })  # fmt: skip


def _column(values: pd.Series | None, codes: NDArray[np.str_]) -> NDArray[np.float64]:
    return np.full(len(codes), np.nan) if values is None else values.reindex(codes).to_numpy(float)


def _size(units: pd.DataFrame, new: NDArray[np.str_]) -> tuple[NDArray[np.float64], str]:
    """People of the new communes; where they are not known, their area; where neither is, all alike."""
    own = units.reindex(new)
    for name, basis in (("people", "people"), ("area_km2", "area")):
        if name in own and own[name].notna().all() and (own[name] > 0).all():
            return own[name].to_numpy(float), basis
    return np.ones(len(new)), "number"


def _balance(
    whole: pd.DataFrame, parts: pd.DataFrame, units: pd.DataFrame, people: pd.Series | None
) -> tuple[float, tuple[float, float]]:
    """Old people for each of the new, among communes made of whole ones alone; and how far that strays (5 and 95 %)."""
    if people is None or "people" not in units:
        return 1.0, (0.0, np.inf)
    whole = whole.assign(people=_column(people, whole.old_code.to_numpy(str)))
    pure = whole[~whole.new_code.isin(parts.new_code)].groupby("new_code").people.agg(["sum", "count", "size"])
    pure = pure[(pure["count"] == pure["size"]) & (pure["sum"] > 0)]
    ratio = (pure["sum"] / units.people.reindex(pure.index)).replace([np.inf, 0], np.nan).dropna()
    if len(ratio) < 20:
        return 1.0, (0.0, np.inf)
    scale = float(pure["sum"].sum() / units.people.reindex(pure.index).sum())
    low, high = np.quantile(ratio / scale, [0.05, 0.95])
    return scale, (float(low), float(high))


def _proportional(
    row: NDArray[np.int64], column: NDArray[np.int64], given: NDArray[np.float64], room: NDArray[np.float64], rows: int
) -> NDArray[np.float64]:
    """Shares of each row's value: rows add up to 1 exactly, columns to their room as nearly as they can."""
    total = np.where(np.isfinite(given) & (given > 0), given, 1.0)
    counted = np.isfinite(given) & (given > 0)
    value = room[column] / np.bincount(row, room[column], rows)[row] * total[row]
    full = np.bincount(column, ~counted[row]) == 0  # a column with a part of unknown size cannot be balanced
    for _ in range(_ROUNDS):
        filled = np.bincount(column, value, len(room))
        value = value * np.where(full, room / np.maximum(filled, 1e-12), 1.0)[column]
        value = value * (total / np.maximum(np.bincount(row, value, rows), 1e-12))[row]
    share = value / np.bincount(row, value, rows)[row]
    rest = np.zeros(len(row), bool)  # the largest part takes what rounding leaves, so that no part falls below 0
    rest[pd.Series(share).groupby(row).idxmax().to_numpy()] = True
    return np.where(rest, 1.0 - np.bincount(row[~rest], share[~rest], rows)[row], share)
