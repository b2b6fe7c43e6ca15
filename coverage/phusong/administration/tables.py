"""Tables: any table with a code and a day on each row, re-expressed on the communes of another day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from phusong.administration.crosswalk import crosswalk
from phusong.administration.history import AmbiguousCodeError, History

_TOLD = 3


@dataclass(frozen=True)
class Restated:
    """
    A table on the communes of another day.

    Parameters
    ----------
    rows
        The columns kept apart, code, and of each value its sum with what the intervals of the weights allow: value,
        value_low, value_high.
    missing
        Rows of the table that could not be placed, with their reason; what they hold and what `rows` hold is all
        there was.
    """

    rows: pd.DataFrame
    missing: pd.DataFrame


def restate(
    table: pd.DataFrame,
    history: History,
    end: dt.date,
    values: Sequence[str],
    by: Sequence[str] = (),
    people: pd.Series | None = None,
) -> Restated:
    """
    Sums of extensive values on the communes of a day, from rows each with a code and the day on which it was meant.

    Parameters
    ----------
    table
        code; day (a Timestamp, missing where it cannot be read), if there is one; the values, and the columns of
        `by`.
    by
        Columns whose rows are kept apart, such as the operator.
    people
        People of the communes of before the first reform, by code, which the crosswalk is fitted to.

    Raises
    ------
    AmbiguousCodeError
        When there is no column day and codes are of different communes at different times.
    """
    rows = table.assign(day=table.day if "day" in table else _days(table.code, history, end))
    reason = np.where(rows.day.isna(), "no day that can be read", "")
    for name in values:
        reason = np.where((reason == "") & rows[name].isna(), f"no number in {name}", reason)
    epoch = np.searchsorted(pd.to_datetime(list(history.changes)).to_numpy(), rows.day.to_numpy(), side="right")
    carried = []
    for number in np.unique(epoch[reason == ""]):
        own = rows[(epoch == number) & (reason == "")]
        weights = crosswalk(history, own.day.iloc[0].date(), end, people)
        reason = np.where(
            (epoch == number) & (reason == "") & ~rows.code.isin(weights.old_code), "no such unit on the day", reason
        )
        carried.append(own.merge(weights, left_on="code", right_on="old_code"))
    missing = table[reason != ""].assign(reason=reason[reason != ""])
    return Restated(_sums(carried, values, by), missing)


def _sums(carried: Sequence[pd.DataFrame], values: Sequence[str], by: Sequence[str]) -> pd.DataFrame:
    sides = (("", "weight"), ("_low", "low"), ("_high", "high"))
    columns = [f"{name}{side}" for name in values for side, _ in sides]
    if not carried:
        return pd.DataFrame(columns=[*by, "code", *columns])
    each = pd.concat(carried, ignore_index=True)
    shares = {f"{name}{side}": each[name] * each[weight] for name in values for side, weight in sides}
    frame = pd.DataFrame({**{name: each[name] for name in by}, "code": each.new_code, **shares})
    return frame.groupby([*by, "code"], as_index=False, dropna=False)[columns].sum()


def _days(codes: pd.Series, history: History, end: dt.date) -> pd.Series:
    """A day on which each code was borne, where it was of the same ground whenever it was borne."""
    twice = sorted({str(code) for code in codes} & history.reused)
    if twice:
        told = "; ".join(f"{code} was of {history.bearers(code)}" for code in twice[:_TOLD])
        raise AmbiguousCodeError(f"{len(twice)} codes were of other communes before, so each row needs a day: {told}")
    last = history.units.drop_duplicates("code", keep="last").set_index("code").valid_to.fillna(pd.Timestamp(end))
    return codes.map(last).fillna(pd.Timestamp(end))
