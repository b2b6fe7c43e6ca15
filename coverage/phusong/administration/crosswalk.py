"""Crosswalk: the share of a commune that each one of another day took – exact for whole moves, fitted for parts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.administration.fit import fitted, rounded
from phusong.administration.history import History

COLUMNS = ("old_code", "new_code", "weight", "low", "high", "method")


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
    Weights that carry an extensive value from the communes of one day to those of another, earlier or later.

    Moves that are doubtful are left out where the old commune has others, and told as such where it has none. Whole
    moves have weight 1; parts of a commune that was split are fitted (see `fit.fitted`). Several reforms in between
    are gone through one by one. Backwards, a commune is divided among those it was made of by their people.

    Parameters
    ----------
    people
        People by code, of the communes of the earlier day. Without them parts follow the people, or else the area, of
        the new communes.

    Returns ------- old_code (of the start), new_code (of the end), weight, low, high, method; weights of an old code
    sum to 1. Between days without a move in between the communes are themselves. A commune of which nothing earlier
    is known is not there.
    """
    if end < start:
        return _turned(crosswalk(history, end, start, people), people)
    found = _whole(history.units_on(start).code, history.units_on(start).code, "unchanged")
    for day in (day for day in history.changes if start < day <= end):
        step = _step(history, day, people)
        people = None if people is None else express(people, step).values.set_index("code").value
        found = _chained(found, step)
    return found.sort_values(["old_code", "new_code"], kind="stable").reset_index(drop=True)


def express(values: pd.Series, weights: pd.DataFrame) -> Expressed:
    """
    Carry values by code to the units of the crosswalk's end; nothing is lost.

    Parameters
    ----------
    values
        Extensive values, such as people, by the code of the crosswalk's start.
    """
    there = values.index.isin(weights.old_code)
    known = values[there].groupby(level=0).sum()
    each = weights.merge(known.rename("value"), left_on="old_code", right_index=True)
    shares = {name: each[name] * each.value for name in ("weight", "low", "high")}
    sums = pd.DataFrame(
        {"code": each.new_code, "value": shares["weight"], "low": shares["low"], "high": shares["high"]}
    )
    lost = values[~there]
    missing = pd.DataFrame({"code": lost.index, "value": lost.to_numpy(), "reason": "no such unit on the day"})
    return Expressed(sums.groupby("code", as_index=False).sum(), float(known.sum()), float(lost.sum()), missing)


def _step(history: History, day: dt.date, people: pd.Series | None) -> pd.DataFrame:
    """The crosswalk from the day before a reform to its day."""
    before = history.units_on(day - dt.timedelta(days=1)).code
    moves = history.succession[history.succession.date == pd.Timestamp(day)]
    sure = moves[(moves.doubtful == "") | ~moves.old_code.isin(moves.old_code[moves.doubtful == ""])]
    sure = sure.drop_duplicates(["old_code", "new_code"])
    split = sure.old_code.duplicated(keep=False)
    stay = before[~before.isin(sure.old_code)]
    method = np.where(sure.doubtful[~split] == "", "whole", "whole, doubtful")
    parts = [_whole(sure.old_code[~split], sure.new_code[~split], method), _whole(stay, stay, "unchanged")]
    if split.any():
        parts.append(fitted(sure[split], sure[~split], history.units_on(day).set_index("code"), people))
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def _whole(old: pd.Series, new: pd.Series, method: str | NDArray[np.str_]) -> pd.DataFrame:
    found = pd.DataFrame({"old_code": old.to_numpy(object), "new_code": new.to_numpy(object)})
    return found.assign(weight=1.0, low=1.0, high=1.0, method=method)


def _chained(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """One crosswalk after another; a commune that two ways lead to has their sum."""
    gone = first.new_code[~first.new_code.isin(second.old_code)].drop_duplicates()
    second = pd.concat([second, _whole(gone, gone, "unchanged")], ignore_index=True) if len(gone) else second
    each = first.merge(second, left_on="new_code", right_on="old_code", suffixes=("", "_then"))
    for name in ("weight", "low", "high"):
        each[name] *= each[f"{name}_then"]
    both = each.method + ", then " + each.method_then
    each["method"] = both.mask(each.method_then == "unchanged", each.method).mask(
        each.method == "unchanged", each.method_then
    )
    each["new_code"] = each.new_code_then
    if not each.duplicated(["old_code", "new_code"]).any():
        return each[[*COLUMNS]]
    sums = each.groupby(["old_code", "new_code"], as_index=False).agg(
        {"weight": "sum", "low": "sum", "high": "sum", "method": _joined}
    )
    return sums.assign(high=sums.high.clip(upper=1.0).clip(lower=sums.weight))[[*COLUMNS]]


def _joined(methods: pd.Series) -> str:
    return "; ".join(dict.fromkeys(methods))


def _turned(forward: pd.DataFrame, people: pd.Series | None) -> pd.DataFrame:
    """Shares of the old communes in the people of each new one; in equal parts where these are not known."""
    codes, row = np.unique(forward.new_code.to_numpy(str), return_inverse=True)
    given = np.full(len(forward), np.nan) if people is None else people.reindex(forward.old_code).to_numpy(float)
    weight, low, high = (given * forward[name].to_numpy() for name in ("weight", "low", "high"))
    total = np.bincount(row, weight, len(codes))[row]  # missing as soon as one part is
    known = np.isfinite(total) & (total > 0)
    share = rounded(row, np.where(known, weight / np.where(known, total, 1.0), 1.0 / np.bincount(row)[row]))
    others = {name: np.bincount(row, part, len(codes))[row] - part for name, part in (("low", low), ("high", high))}
    sole = np.bincount(row)[row] == 1
    with np.errstate(invalid="ignore", divide="ignore"):
        least, most = low / (low + others["high"]), high / (high + others["low"])
    least, most = (np.where(known & np.isfinite(side), side, end) for side, end in ((least, 0.0), (most, 1.0)))
    method = np.where(sole, "whole", np.where(known, "by people of the old communes", "in equal parts"))
    return pd.DataFrame(
        {
            "old_code": codes[row].astype(object),
            "new_code": forward.old_code.to_numpy(object),
            "weight": share,
            "low": np.where(sole, 1.0, np.minimum(least, share)),
            "high": np.where(sole, 1.0, np.maximum(most, share)),
            "method": method,
        }
    ).sort_values(["old_code", "new_code"], kind="stable", ignore_index=True)
