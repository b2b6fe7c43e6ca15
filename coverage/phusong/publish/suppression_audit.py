"""Audit of the suppression: what of counts left out follows from all that is published, by linear programmes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from phusong.publish.suppression import COUNT, MARK, SMALL

PLENTY = 1_000_000
"""More terminals than a commune can have."""
Unit = tuple[str, str, str]
"""Period, level and code."""


@dataclass(frozen=True)
class _Form:
    """A figure in terms of the counts that are not known: what is known of it, and how often each of them is in it."""

    known: int
    unknown: Mapping[int, int]

    def __sub__(self, other: _Form) -> _Form:
        both = {*self.unknown, *other.unknown}
        return _Form(
            self.known - other.known, {one: self.unknown.get(one, 0) - other.unknown.get(one, 0) for one in both}
        )


def bounds(
    figures: pd.DataFrame,
    changes: pd.DataFrame | None = None,
    insider: Mapping[tuple[str, str], int] | None = None,
) -> pd.DataFrame:
    """
    Least and greatest value of each commune's count that was left out, in whole terminals.

    Parameters
    ----------
    figures
        Of all periods together, as `suppression.published` gives them; both what is shown and what is marked counts.
    changes
        `from_period`, `period`, `unit_level`, `unit_code`, `change` where differences are published too.
    insider
        Counts by (period, commune) that the reader knows from elsewhere.

    Returns
    -------
    pd.DataFrame
        `period`, `commune_code`, `low`, `high`; high is at most `PLENTY`.

    Raises
    ------
    ValueError
        When the figures contradict each other.
    """
    cells, forms = _forms(figures, insider or {})
    equations = list(_equations(figures, changes, forms))
    if any(not form.unknown and form.known for form in equations):
        raise ValueError("a total that is shown is not the sum of the counts that are shown")
    low, high = _solved(_matrix(equations, len(cells)), np.array([form.known for form in equations], float))
    found = pd.DataFrame(list(cells), columns=["period", "commune_code"])
    return found.assign(low=low, high=high)


def exposed(found: pd.DataFrame) -> pd.DataFrame:
    """Rows of `bounds` that do not leave all of 1 to 4 possible; there must be none."""
    return found[(found["low"] > SMALL[0]) | (found["high"] < SMALL[-1])]


def _forms(
    figures: pd.DataFrame, insider: Mapping[tuple[str, str], int]
) -> tuple[dict[tuple[str, str], int], dict[Unit, _Form]]:
    """Number of each count that is not known, and the form of each unit that filed."""
    cells: dict[tuple[str, str], int] = {}
    forms: dict[Unit, _Form] = {}
    sums: dict[Unit, tuple[int, dict[int, int]]] = {}
    communes = figures[(figures["unit_level"] == "commune") & (figures[COUNT].notna() | figures[MARK])]
    rows = communes[["period", "unit_code", "province_code", COUNT]].itertuples(index=False, name=None)
    for period, code, province, shown in rows:
        known = insider.get((period, code), shown)
        unknown = {} if pd.notna(known) else {cells.setdefault((period, code), len(cells)): 1}
        own = _Form(int(known) if not unknown else 0, unknown)
        forms[period, "commune", code] = own
        for unit in ((period, "province", province), (period, "study", "")):
            whole = sums.setdefault(unit, (0, {}))
            sums[unit] = (whole[0] + own.known, whole[1])
            whole[1].update(own.unknown)
    return cells, forms | {unit: _Form(*whole) for unit, whole in sums.items()}


def _equations(figures: pd.DataFrame, changes: pd.DataFrame | None, forms: Mapping[Unit, _Form]) -> Iterator[_Form]:
    """What is published of counts that are not known, as forms: `known` is what the unknown ones sum to."""
    shown = figures[(figures["unit_level"] != "commune") & figures[COUNT].notna()]
    for *unit, value in shown[["period", "unit_level", "unit_code", COUNT]].itertuples(index=False, name=None):
        form = forms[tuple(unit)]
        yield _Form(int(value) - form.known, form.unknown)
    if changes is not None:
        order = ["from_period", "period", "unit_level", "unit_code", "change"]
        for before, after, level, code, change in changes[order].itertuples(index=False, name=None):
            form = forms[after, level, code] - forms[before, level, code]
            yield _Form(int(change) - form.known, form.unknown)


def _matrix(equations: list[_Form], cells: int) -> csr_array:
    entries = [(row, cell, n) for row, form in enumerate(equations) for cell, n in form.unknown.items()]
    rows, columns, values = (np.array(part) for part in zip(*entries, strict=True)) if entries else ([], [], [])
    return coo_array((values, (rows, columns)), shape=(len(equations), cells)).tocsr()


def _solved(matrix: csr_array, sums: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Bounds of every count. Those that stand in the same equations are alike, so one of them is solved for all."""
    low, high = np.empty(matrix.shape[1], np.int64), np.empty(matrix.shape[1], np.int64)
    together = connected_components(abs(matrix.T) @ abs(matrix), directed=False)[1]
    for part in range(together.max(initial=-1) + 1):
        own = np.flatnonzero(together == part)
        rows = np.flatnonzero(np.diff(matrix[:, own].indptr))
        alike, first, which = np.unique(matrix[rows][:, own].toarray(), axis=1, return_index=True, return_inverse=True)
        many = np.bincount(which)
        ends = np.array([_ends(alike, many, sums[rows], place) for place in range(len(first))])
        low[own], high[own] = ends[which].T
    return low, high


def _ends(alike: NDArray[np.int64], many: NDArray[np.int64], sums: NDArray[np.float64], place: int) -> tuple[int, int]:
    """Least and greatest value of one count of the kind `place`, all others of each kind taken together."""
    others = many - (np.arange(len(many)) == place)
    within = Bounds(np.array([1, *others], float), PLENTY * np.array([1, *others], float))
    stated = LinearConstraint(np.column_stack([alike[:, place], alike]), sums, sums) if len(alike) else ()
    goal = np.zeros(len(many) + 1)
    ends = []
    for sign in (1, -1):
        goal[0] = sign
        done = milp(goal, integrality=np.ones(len(goal)), bounds=within, constraints=stated)
        if done.x is None:
            raise ValueError(f"the figures contradict each other: {done.message}")
        ends.append(round(done.x[0]))
    return ends[0], ends[1]
