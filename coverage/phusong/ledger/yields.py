"""Yields: the people that planned sites bring, one after the other, and how many sites the people left would take."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.ledger.gains import Gains, diminishing
from phusong.units import ANY

GAINED = ["site_id", "operator", "planned", "own_people", "any_people", "centres"]
"""
Columns of what each planned site brings, in the order in which they are to come: people new to its operator and to all,
and the communes whose centre it reaches and none does today (codes separated by ";", whatever others reach by then).
"""
REACHED = {
    "met": ("Đã đạt", "met already"),
    "within_plan": ("Trong kế hoạch", "with the planned sites alone"),
    "beyond_plan": ("Cần thêm trạm ngoài kế hoạch", "with further sites, if their gains go on as measured"),
    "never": ("Không đạt được theo đà này", "not by more of the same: gains die out before"),
    "unknown": ("Chưa rõ", "not known: too few planned sites to measure by"),
}
"""Words of `reached`, in Vietnamese and English."""


def yields(gained: pd.DataFrame, left: dict[str, int | None]) -> pd.DataFrame:
    """
    How gains change from site to site, and the sites that it would take to bring all people that are left.

    An operator's sites count by people whom it did not cover (`own_people`), all sites together by people whom nobody
    did (`any_people`). After the planned sites gains go on as fitted where they diminish, else at their mean: that they
    seem to grow is no reason to count on it.

    Parameters
    ----------
    gained
        Columns as in `GAINED`.
    left
        People that are left of the target by operator, None where not known.

    Returns
    -------
    pd.DataFrame
        `operator` (`ANY` for all together), `planned_people`, `mean_people` (missing without sites), the fields of
        `gains.Gains`, `people_left`, `sites_needed` (whole; missing where not known or never), and `reached` as in
        `REACHED`.

    Examples
    --------
    Of 600 people left two planned sites bring 400:

    >>> row = {"site_id": ["s", "t"], "operator": "A", "planned": pd.Timestamp("2026-11-01")}
    >>> gained = pd.DataFrame({**row, "own_people": [300, 100], "any_people": [200, 0]})
    >>> found = yields(gained, {"A": 350, "any": 600}).set_index("operator")
    >>> found.loc[["A", "any"], ["planned_people", "sites_needed", "reached"]].values.tolist()
    [[400, 2, 'within_plan'], [200, <NA>, 'unknown']]
    """
    rows = []
    for operator, people in _by_operator(gained):
        trend, lacking = diminishing(people), left.get(operator)
        needed, reached = _needed(people, trend, lacking)
        mean = float(people.mean()) if people.size else math.nan
        sums = {"planned_people": int(people.sum()), "mean_people": mean}
        rows.append({"operator": operator, **sums, **asdict(trend), "people_left": lacking, "needed": needed})
        rows[-1]["reached"] = reached
    table = pd.DataFrame(rows)
    whole = {"people_left": "Int64", "sites_needed": "Int64"}
    return table.rename(columns={"needed": "sites_needed"}).astype(whole)


def _by_operator(gained: pd.DataFrame) -> Iterator[tuple[str, NDArray[np.int64]]]:
    yield ANY, gained.any_people.to_numpy(np.int64)
    for operator, own in gained.groupby("operator", sort=True):
        yield str(operator), own.own_people.to_numpy(np.int64)


def _needed(people: NDArray[np.int64], trend: Gains, left: int | None) -> tuple[Any, str]:
    if left is None:
        return pd.NA, "unknown"
    if left <= 0:
        return 0, "met"
    brought = np.cumsum(people)
    if people.size and brought[-1] >= left:
        return int(np.searchsorted(brought, left)) + 1, "within_plan"
    if trend.verdict == "too_few":
        return pd.NA, "unknown"
    more = _further(left - int(brought[-1]), trend, float(people.mean()))
    return (pd.NA, "never") if more is None else (people.size + more, "beyond_plan")


def _further(rest: int, trend: Gains, mean: float) -> int | None:
    """Sites after the planned ones that bring `rest` people; None where no number of them does."""
    if trend.verdict != "diminishing":
        return math.ceil(rest / mean)
    left_over = 1 - rest * (1 - trend.factor) / trend.next_people
    return math.ceil(math.log(left_over) / math.log(trend.factor)) if left_over > 0 else None
