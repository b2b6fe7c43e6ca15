"""
Reconciliation: what published figures imply, which contradict each other, and which of our definitions gives them.

Arithmetic only, on what the printed digits and words leave open (`Figure.interval`): two figures contradict each other
when no pair of values inside their intervals can be true of both. Of an indicator that only grows (or only shrinks):

- same_time: two figures of the same days, at most a month, have no value in common;
- backwards: the later one is lower than the earlier one (higher, where it shrinks);
- pace: the later one needs more than `FASTER` times the greatest pace that the dated figures before them allow;
- base: two shares, each printed with its count, imply bases of which the later is lower than the earlier;
- parts: a sum is not what its parts add up to.

A figure without an as-of day is taken at the last day on which it may have been published, and marked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, groupby, pairwise
from typing import Any

import numpy as np
import pandas as pd

from phusong.ledger.published import Figure, Interval, Published, Span
from phusong.ledger.stretch import on_line, whole_days

FASTER = 2
"""Times the greatest pace seen before that is still believed."""
A_MONTH = 31
KINDS = {
    "same_time": ("Cùng thời điểm, khác số liệu", "of the same time, no value in common"),
    "backwards": ("Đi ngược chiều", "goes back where it can only go on"),
    "pace": ("Nhanh bất thường", f"needs over {FASTER} times the greatest pace seen before"),
    "base": ("Mẫu số khác nhau", "the bases of the shares differ"),
    "parts": ("Tổng không khớp", "the parts do not add up"),
}
"""Kinds of contradictions, in Vietnamese and English."""


@dataclass(frozen=True)
class _Point:
    """A value on a day: of a figure, or the base that a share implies."""

    id: str
    series: tuple[str, str, str]
    interval: Interval
    printed: Decimal
    when: Span
    dated: bool

    @classmethod
    def of(cls, figure: Figure) -> _Point:
        series = figure.claimed_indicator, figure.scope, figure.unit_code
        return cls(figure.id, series, figure.interval, figure.printed, figure.when, figure.as_of is not None)


def implied_bases(published: Published) -> pd.DataFrame:
    """
    Base of each share that was printed with its count: count / share, with what the rounding of both leaves open.

    Columns: share_id, count_id, base_indicator, scope, unit_code, as_of (text), base, low, high.

    Examples
    --------
    >>> from phusong.ledger.published import read
    >>> implied_bases(read()).set_index("share_id").base.round().astype(int).to_dict()
    {'nr_to_lte_2025_05': 150142, 'nr_to_lte_2025_10': 119550, 'nr_to_lte_plan_2025_12': 119056}
    """
    rows = [
        {
            "share_id": share.id,
            "count_id": count.id,
            "base_indicator": base.series[0],
            "scope": share.scope,
            "unit_code": share.unit_code,
            "as_of": str(share.as_of or ""),
            "base": float(base.printed),
            "low": float(base.interval[0]),
            "high": float(base.interval[1]),
        }
        for share, count, base in _bases(published)
    ]
    columns = ["share_id", "count_id", "base_indicator", "scope", "unit_code", "as_of", "base", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def implied_counts(published: Published) -> pd.DataFrame:
    """
    Count that a share printed without one would be, as printed, on each base that another share implies.

    Columns: share_id, base_of (the share that implies the base), count, low, high; reported (id of the count that was
    reported of the share's last day, empty where there is none), reported_low, reported_high (its share of the base,
    per cent).

    Examples
    --------
    >>> from phusong.ledger.published import read
    >>> found = implied_counts(read()).set_index(["share_id", "base_of"])
    >>> target = found.loc[("nr_to_lte_target_2025", "nr_to_lte_plan_2025_12")]
    >>> round(target["count"]), target.reported, round(float(target.reported_low), 1)
    (59528, 'nr_sites_2025_end', 29.4)
    """
    rows = []
    for own in (figure for figure in published.figures if not figure.count):
        for share, count, base in _bases(published):
            if _series(own) == _series(share):
                counts = [float(own.printed * value / 100) for value in (base.printed, *base.interval)]
                rows.append((own.id, share.id, *counts, *_reported(own, count, base, published)))
    columns = ["share_id", "base_of", "count", "low", "high", "reported", "reported_low", "reported_high"]
    return pd.DataFrame(rows, columns=columns)


def contradictions(published: Published) -> pd.DataFrame:
    """
    Pairs of reported figures that contradict each other, and where they would agree; by kind, first and second.

    Columns: kind (as in `KINDS`), first, second (ids; the earlier figure first; for parts both are the sum), measure,
    assumed_day (whether one has no as-of day), agree_from, agree_to (days; missing where there are none), agree_low,
    agree_high, agree_unit.

    `measure` is the least distance of the two in their unit; for pace, how many times the greatest pace before; for
    base, the least ratio of the bases. On the days of `agree_from` to `agree_to` the second, or that without a day,
    would lie on the straight lines through the other dated figures; for pace between two that have days, on the line
    of the two before the second, continued. `agree_low` to `agree_high` is for pace the number of sites (where it
    grows with them) at which it lies on such a line, for base the share that the first count is of the second base,
    for parts the sum of the parts.
    """
    reported = [_Point.of(figure) for figure in published.figures if figure.status == "reported"]
    rows = [row for own in _by_series(reported) for row in _in_series(own, published)]
    bases = list(_bases(published))
    for own in _by_series([base for *_, base in bases]):
        rows += [
            _base_row(first, second, published)
            for first, second in combinations(own, 2)
            if _backwards(first, second, 1)
        ]
    rows += [row for figure in published.figures if figure.sum_of for row in _parts(figure, published)]
    columns = ["kind", "first", "second", "measure", "assumed_day", "agree_from", "agree_to"]
    found = pd.DataFrame(rows, columns=[*columns, "agree_low", "agree_high", "agree_unit"])
    return found.sort_values(["kind", "first", "second"]).reset_index(drop=True)


def plans(published: Published) -> pd.DataFrame:
    """
    Each plan with the figures first reported of its day or a later one; a row of its own where there is none.

    Columns: plan, reported (empty where there is none), met (`yes`, `no`, `unknown`), low, high (reported / planned).
    Of a later day only a miss is certain.
    """
    rows: list[tuple[Any, ...]] = []
    for plan in published.figures:
        after = [
            own
            for own in published.of(plan.claimed_indicator, plan.scope, plan.unit_code)
            if plan.status == "plan" and own.status == "reported" and own.as_of and own.when.last >= plan.when.last
        ]
        first = min((own.when.last for own in after), default=None)
        for own in (own for own in after if own.when.last == first):
            ratio = [float(end / plan.printed) if plan.printed else float("nan") for end in own.interval]
            rows.append((plan.id, own.id, _met(plan, own, published), *ratio))
        if plan.status == "plan" and not after:
            rows.append((plan.id, "", "unknown", float("nan"), float("nan")))
    return pd.DataFrame(rows, columns=["plan", "reported", "met", "low", "high"])


def _bases(published: Published) -> Iterator[tuple[Figure, Figure, _Point]]:
    """Each share printed with its count, the count, and the base they imply."""
    for share in published.figures:
        base = published.indicators[share.claimed_indicator].base
        if share.count and base and share.printed:
            count = published[share.count]
            low, high = (end / 100 for end in share.interval)
            most = count.interval[1] / low if low else Decimal("Infinity")
            ends, printed = (count.interval[0] / high, most), 100 * count.printed / share.printed
            series = base, share.scope, share.unit_code
            yield share, count, _Point(share.id, series, ends, printed, share.when, share.as_of is not None)


def _series(figure: Figure) -> tuple[str, str, str]:
    return figure.claimed_indicator, figure.scope, figure.unit_code


def _reported(own: Figure, count: Figure, base: _Point, published: Published) -> tuple[str, float, float]:
    """Count reported of the last day of a share, and per cent of the base; the first of several."""
    for one in published.of(count.claimed_indicator, own.scope, own.unit_code):
        if one.status == "reported" and one.as_of and one.when.last == own.when.last:
            (low, high), (least, most) = one.interval, base.interval
            return one.id, float(100 * low / most), float(100 * high / least)
    return "", np.nan, np.nan


def _by_series(points: Iterable[_Point]) -> Iterator[list[_Point]]:
    """Points of each series in the order of their days, then ids."""
    ordered = sorted(points, key=lambda own: (own.series, own.when.last, own.when.first, own.id))
    return (list(own) for _, own in groupby(ordered, key=lambda own: own.series))


def _apart(first: _Point, second: _Point) -> Decimal:
    """Least distance of two values; 0 where they have one in common."""
    return max(second.interval[0] - first.interval[1], first.interval[0] - second.interval[1], Decimal(0))


def _backwards(first: _Point, second: _Point, sign: int) -> bool:
    """Whether the second speaks of later days and is lower for sure, where sign is 1; higher, where it is -1."""
    back = second.interval[1] < first.interval[0] if sign > 0 else second.interval[0] > first.interval[1]
    return first.when.last < second.when.first and back


def _in_series(own: list[_Point], published: Published) -> Iterator[tuple[Any, ...]]:
    """Contradictions inside one series of reported figures."""
    indicator = published.indicators[own[0].series[0]]
    sign = {"up": 1, "down": -1, None: 0}[indicator.direction]
    for first, second in combinations(own, 2):
        if first.when == second.when and first.when.days <= A_MONTH and _apart(first, second):
            yield _row("same_time", first, second, _apart(first, second), _where_on(own, second))
        elif sign and _backwards(first, second, sign):
            yield _row("backwards", first, second, _apart(first, second), (None, None))
        elif sign and _next(own, first, second) and (times := _times(own, first, second, sign)) > FASTER:
            asked = second if first.dated else first
            others = own[: own.index(first) + 1] if first.dated and second.dated else own
            yield _row("pace", first, second, times, _where_on(others, asked), *_sites(others, asked, published))


def _next(own: list[_Point], first: _Point, second: _Point) -> bool:
    """Whether no other dated point lies between the two."""
    return not any(point.dated and first.when.last < point.when.last < second.when.last for point in own)


def _times(own: list[_Point], first: _Point, second: _Point, sign: int) -> float:
    """How many times the greatest pace before is needed at least; 0 where there is none to compare with."""
    dated = [point for point in own if point.dated and point.when.last <= first.when.last]
    before = [_greatest_pace(one, two, sign) for one, two in pairwise(dated)]
    if max(before, default=0.0) <= 0 or first.when.last >= second.when.last:
        return 0.0
    return float(_apart(first, second)) / ((second.when.last - first.when.first).days or 1) / max(before)


def _greatest_pace(first: _Point, second: _Point, sign: int) -> float:
    """Per day, in the direction of the sign; 0 where the days overlap, so that none can be told."""
    days = (second.when.first - first.when.last).days
    most = second.interval[1] - first.interval[0] if sign > 0 else first.interval[1] - second.interval[0]
    return float(most) / days if days > 0 and most.is_finite() else 0.0


def _where_on(others: list[_Point], asked: _Point) -> tuple[dt.date | None, dt.date | None]:
    """Days on which the asked value lies on the line through the other dated points."""
    line = [(point.when.last.toordinal(), float(point.printed)) for point in others if point.dated and point != asked]
    return whole_days(on_line(line, *map(float, asked.interval)))


def _sites(others: list[_Point], asked: _Point, published: Published) -> tuple[float, float, str]:
    """Number of sites at which the asked share lies on the line through pairs of a share and a count of one time."""
    indicator, scope, unit_code = asked.series
    grows_with = published.indicators[indicator].grows_with
    counts = published.of(grows_with, scope, unit_code) if grows_with else []
    line = [
        (float(count.printed), float(point.printed))
        for point in others
        for count in counts
        if point.dated and point != asked and count.status == "reported" and count.as_of == point.when
    ]
    found = on_line(line, *map(float, asked.interval))
    return (*found, published.indicators[str(grows_with)].unit) if found else (np.nan, np.nan, "")


def _row(
    kind: str,
    first: _Point,
    second: _Point,
    measure: Decimal | float,
    days: tuple[dt.date | None, dt.date | None],
    low: float = np.nan,
    high: float = np.nan,
    unit: str = "",
) -> tuple[Any, ...]:
    assumed = not (first.dated and second.dated)
    return kind, first.id, second.id, float(measure), assumed, *days, low, high, unit


def _base_row(first: _Point, second: _Point, published: Published) -> tuple[Any, ...]:
    count = published[str(published[first.id].count)].interval
    least, most = second.interval
    low, high = 100 * count[0] / most, 100 * count[1] / least if least else Decimal("Infinity")
    ratio = first.interval[0] / most
    return _row("base", first, second, ratio, (None, None), float(low), float(high), "%")


def _parts(figure: Figure, published: Published) -> Iterator[tuple[Any, ...]]:
    ends = [published[name].interval for name in figure.sum_of]
    low, high = (sum(end, Decimal(0)) for end in zip(*ends, strict=True))
    own = _Point.of(figure)
    added = _Point(own.id, own.series, (low, high), low, own.when, own.dated)
    if apart := _apart(added, own):
        yield _row("parts", own, own, apart, (None, None), float(low), float(high), figure.unit)


def _met(plan: Figure, own: Figure, published: Published) -> str:
    """Whether a figure of the plan's day, or a later one, meets the plan."""
    low, high = own.interval
    if published.indicators[plan.claimed_indicator].direction == "down":
        low, high, bar = -high, -low, -plan.printed
    else:
        bar = plan.printed
    if high < bar:
        return "no"
    return "yes" if low >= bar and own.when.last == plan.when.last else "unknown"
