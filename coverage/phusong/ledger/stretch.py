"""Stretches: where a line through points lies inside an interval."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from math import ceil, floor

Stretch = tuple[float, float]
Points = Sequence[tuple[float, float]]
"""Places, such as days, and values."""


def stretch(points: Points, low: float, high: float) -> Stretch | None:
    """
    First stretch of places on which the line through points of rising places lies in an interval; None where none is.

    Examples
    --------
    >>> stretch([(0, 0), (10, 5), (20, 5)], 2, 3)
    (4.0, 6.0)
    >>> stretch([(0, 0), (10, 5), (20, 5)], 4, 9)
    (8.0, 20)
    """
    found: Stretch | None = None
    if len(points) == 1 and low <= points[0][1] <= high:
        return points[0][0], points[0][0]
    for one, two in pairwise(points):
        part = _part(one, two, low, high)
        if found is None:
            found = part
        elif part is None or part[0] > found[1]:
            return found
        else:
            found = found[0], part[1]
    return found


def on_line(points: Points, low: float, high: float) -> Stretch | None:
    """
    As `stretch`; beyond the points the last two are continued. Of two points at one place the lower counts.

    Examples
    --------
    >>> on_line([(0, 0), (10, 5)], 10, 11)
    (20.0, 22.0)
    """
    line = sorted(dict(sorted(points, reverse=True)).items())
    if len(line) < 2 or high == float("inf"):
        return None
    (x0, y0), (x1, y1) = line[-2:]
    found = stretch(line, low, high)
    if found is None and (low - y1) * (y1 - y0) > 0:
        ends = [x1 + (end - y1) * (x1 - x0) / (y1 - y0) for end in (low, high)]
        return min(ends), max(ends)
    return found


def whole_days(found: Stretch | None) -> tuple[dt.date | None, dt.date | None]:
    """
    Days of a stretch whose places are ordinals of days; the next day where it holds none.

    Examples
    --------
    >>> [str(day) for day in whole_days((dt.date(2026, 1, 1).toordinal() + 0.5, dt.date(2026, 1, 9).toordinal()))]
    ['2026-01-02', '2026-01-09']
    """
    if found is None or found[1] >= dt.date.max.toordinal():
        return None, None
    first = ceil(found[0] - 1e-6)
    return dt.date.fromordinal(first), dt.date.fromordinal(max(first, floor(found[1] + 1e-6)))


def _part(one: tuple[float, float], two: tuple[float, float], low: float, high: float) -> Stretch | None:
    (x0, y0), (x1, y1) = one, two
    if y0 == y1:
        return (x0, x1) if low <= y0 <= high else None
    begin, end = sorted(x0 + (value - y0) * (x1 - x0) / (y1 - y0) for value in (low, high))
    return (max(begin, x0), min(end, x1)) if begin <= x1 and end >= x0 else None
