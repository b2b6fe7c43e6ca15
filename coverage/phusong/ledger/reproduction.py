"""Reproduction: which of our definitions gives a published figure within its rounding, and on which days."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from phusong.ledger.period import Period
from phusong.ledger.published import NATION, Figure, Published, Span
from phusong.ledger.stretch import Points, stretch, whole_days

PROVINCES = 34
"""Since 1 July 2025 (Decision 19/2025/QĐ-TTg)."""
_SERIES = ["definition_id", "operator", "technology", "environment", "unit_level", "unit_code", "line", "version"]


def reproduced(published: Published, table: pd.DataFrame, nation: bool) -> pd.DataFrame:
    """
    Which of our definitions gives a reported figure within its rounding, and when; quarters are joined by lines.

    Parameters
    ----------
    table
        Indicators through the periods, as of `history.series`. Quarters without a value are left out of the line;
        nothing is told of days before the first or after the last.
    nation
        Whether the study is the nation: else only figures of its provinces are compared.

    Returns
    -------
    A row a figure and series that it may mean: id, definition_id, operator, technology, environment, unit_level,
    unit_code, version, value_at_as_of (of its last day, in its unit; missing where it has no day or we know none of
    it), from_day, to_day (first stretch inside the rounding), from_period, agrees (`yes`: on a day of which it speaks,
    `no`, `unknown`).
    """
    rows: list[dict[str, Any]] = []
    for figure in published.figures:
        if figure.status == "reported" and (figure.unit_code or nation):
            for key, line in _meant(figure, published, table).groupby(_SERIES, sort=True):
                rows.append(_compared(figure, dict(zip(_SERIES, key, strict=True)), line.sort_values("period")))
    series = [name for name in _SERIES if name != "line"]
    columns = ["id", *series, "value_at_as_of", "from_day", "to_day", "from_period", "agrees"]
    return pd.DataFrame(rows, columns=columns)


def is_nation(table: pd.DataFrame) -> bool:
    """Whether the indicators, as of `history.series`, are of a study of all provinces."""
    return table.unit_code[table.unit_level == "province"].nunique() == PROVINCES


def _meant(figure: Figure, published: Published, table: pd.DataFrame) -> pd.DataFrame:
    """Rows of the indicators that a figure may mean, of its unit, technology and operator."""
    claimed = published.indicators[figure.claimed_indicator]
    level = "province" if figure.unit_code else "study"
    own = (table.unit_level == level) & (table.unit_code == figure.unit_code) & table.value.notna()
    own &= table.definition_id.isin(claimed.ours) & (table.technology == (claimed.technology or ""))
    return table[own if figure.scope == NATION else own & (table.operator == figure.scope)]


def _compared(figure: Figure, key: dict[Any, Any], line: pd.DataFrame) -> dict[str, Any]:
    days = [float(Period.parse(name).last_day.toordinal()) for name in line.period]
    values = (line.value.to_numpy(float) * figure.scale).tolist()
    points = list(zip(days, values, strict=True))
    low, high = map(float, figure.interval)
    first, last = whole_days(stretch(points, low, high))
    at = figure.as_of.last.toordinal() if figure.as_of else np.nan
    return {
        "id": figure.id,
        **key,
        "value_at_as_of": float(np.interp(at, days, values, left=np.nan, right=np.nan)),
        "from_day": first,
        "to_day": last,
        "from_period": "" if first is None else str(pd.Timestamp(first).to_period("Q")),
        "agrees": _agrees(figure.as_of, points, low, high),
    }


def _agrees(span: Span | None, points: Points, low: float, high: float) -> str:
    """Whether the line enters the interval within the days, of which the first begins where the day before ends."""
    days, values = zip(*points, strict=True)
    if span is None or span.last.toordinal() < days[0] or span.first.toordinal() - 1 > days[-1]:
        return "unknown"
    asked = span.first.toordinal() - 1, span.last.toordinal()
    begin, end = max(asked[0], days[0]), min(asked[1], days[-1])
    places = [begin, *(day for day in days if begin < day < end), end]
    if stretch(list(zip(places, np.interp(places, days, values).tolist(), strict=True)), low, high):
        return "yes"
    return "no" if (begin, end) == asked else "unknown"
