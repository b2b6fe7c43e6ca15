"""Run-rates: what must be added each week from the edition's day on so that a target is met by its day."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import numpy as np
import pandas as pd

STATES = {
    "met": ("Đã đạt", "already met"),
    "open": ("Đang thực hiện", "to be done"),
    "under_a_week": ("Còn dưới một tuần", "less than a week is left; the rate is all that is left"),
    "past": ("Đã quá hạn", "the day is past and the target is not met"),
    "unknown": ("Chưa rõ", "what is done or what is asked is not known"),
}
"""Words of `state`, in Vietnamese and English."""


def required(counts: pd.DataFrame, as_of: dt.date, by: dt.date) -> pd.DataFrame:
    """
    Counts with what each still lacks and must gain a week, in the order given.

    Figures as of a day include that day, so on the target's own day a target that is not met is past. The rate is what
    is left by the whole weeks left, rounded up to a whole count; at such a pace all is done within the whole weeks, and
    the days beyond them are reserve. Rounded up in each row, rates of provinces may sum to more than that of their sum.

    Parameters
    ----------
    counts
        `done` and `target`, whole counts of at least 0 such as sites or people, or missing; other columns are kept.
    as_of, by
        Day of the edition, and the day by which the target is to be met.

    Returns
    -------
    pd.DataFrame
        With `left` (missing where unknown), `days_left`, `weeks_left` (whole, at least 0), `per_week` (0 where met;
        missing where past or unknown) and `state`, as in `STATES`.

    Examples
    --------
    100 days are 14 whole weeks, and 29 / 14 = 2.07:

    >>> counts = pd.DataFrame({"operator": ["A", "B"], "done": [71, 50], "target": [100, 50]})
    >>> rates = required(counts, dt.date(2026, 9, 22), dt.date(2026, 12, 31))
    >>> rates[["operator", "left", "weeks_left", "per_week", "state"]].values.tolist()
    [['A', 29, 14, 3, 'open'], ['B', 0, 14, 0, 'met']]
    """
    days = (by - as_of).days
    weeks = max(days // 7, 0)
    left = (counts.target.astype("Int64") - counts.done.astype("Int64")).clip(lower=0)
    over = "past" if days <= 0 else "open" if weeks else "under_a_week"
    known = left.notna().to_numpy()
    state = np.select([~known, known & (left.fillna(0) == 0).to_numpy(dtype=bool)], ["unknown", "met"], over)
    per_week = -(-left // max(weeks, 1))
    told = per_week.mask(pd.Series(np.isin(state, ["past", "unknown"]), counts.index))
    return counts.assign(left=left, days_left=days, weeks_left=weeks, per_week=told, state=state)


def with_totals(counts: pd.DataFrame) -> pd.DataFrame:
    """
    Counts of provinces, and after them their sum for each operator and quantity, with an empty `province_code`.

    A sum of which a part is unknown is unknown. Operators are not summed: several may cover the same people.

    Parameters
    ----------
    counts
        `province_code`, `operator`, `quantity`, `done`, `target`; a row a province, operator and quantity.

    Examples
    --------
    >>> row = {"operator": "A", "quantity": "sites", "done": 2, "target": 5}
    >>> counts = pd.DataFrame([{"province_code": code, **row} for code in ("01", "04")])
    >>> with_totals(counts)[["province_code", "done", "target"]].values.tolist()
    [['01', 2, 5], ['04', 2, 5], ['', 4, 10]]
    """
    whole = counts.astype({"done": "Int64", "target": "Int64"})
    by = whole.groupby(["quantity", "operator"])[["done", "target"]]
    rows = by.size().to_numpy()[:, np.newaxis]
    totals = by.sum().where(by.count().to_numpy() == rows).reset_index().assign(province_code="")
    return pd.concat([whole, totals], ignore_index=True)


def people_needed(people: int, share: float) -> int:
    """
    The fewest whole people that are at least a share of all; the share is the decimal number that it is written as.

    Examples
    --------
    >>> people_needed(100, 0.07), people_needed(101, 0.99)  # as floats, 100 * 0.07 is above 7
    (7, 100)
    """
    part = Fraction(str(share)) * people
    return -(-part.numerator // part.denominator)


def pace(earlier: int, later: int, since: dt.date, until: dt.date) -> float:
    """
    What was added a week between two days of one definition, to hold a required rate against; negative where it fell.

    Raises
    ------
    ValueError
        When the later day is not after the earlier.

    Examples
    --------
    >>> pace(100, 130, dt.date(2026, 7, 1), dt.date(2026, 7, 22))
    10.0
    """
    days = (until - since).days
    if days <= 0:
        raise ValueError(f"a pace needs two days in order, not {since} and {until}")
    return (later - earlier) * 7 / days
