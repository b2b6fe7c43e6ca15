"""The base of a forecast: which published figures of an indicator may stand in one, and why the others may not."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from phusong.ledger.forecast import LEAST_POINTS
from phusong.ledger.published import NATION, Figure, Published

LONGEST_DAYS = 31
"""A figure of a longer time is no point."""
REASONS = {
    "not_reported": ("Kế hoạch, giới hạn", "a plan or a limit, not what was reported"),
    "no_as_of": ("Không có ngày số liệu", "without the day of which it speaks"),
    "long_as_of": ("Thời điểm dài hơn một tháng", "of more than a month"),
    "only_a_bound": ("Chỉ là cận", "only a bound"),
    "no_rule": ("Không công bố cách tính", "no rule for numerator and denominator was published"),
    "other_rule": ("Cách tính khác", "by another rule than most"),
    "duplicate_day": ("Hai số liệu cùng một ngày", "one of several of the same day; none of them is used"),
}
"""Why a figure is no point of a forecast, in Vietnamese and English; the first that holds is told."""


@dataclass(frozen=True)
class ForecastBase:
    """
    What published figures offer to a forecast.

    Parameters
    ----------
    figures
        Rows of `Published.table` of the indicator and scope, with `reason` as in `REASONS`; empty where one is usable.
    points
        For `forecast.forecast`: definition_id (the claimed indicator), version (the rule), as_of (the last day of which
        the figure speaks), value (shares 0..1). No rows where it is refused.
    refused
        Why, in a sentence; empty where it is not.
    """

    figures: pd.DataFrame
    points: pd.DataFrame
    refused: str


def forecast_base(published: Published, indicator: str, scope: str = NATION, unit_code: str = "") -> ForecastBase:
    """
    The figures of an indicator that a forecast may stand on, or the reasons why none may.

    Examples
    --------
    >>> from phusong.ledger.published import read
    >>> found = forecast_base(read(), "nr_people_share")
    >>> found.refused
    'nr_people_share of nation: 0 of 10 figures can be points of a forecast, 8 are needed'
    """
    own = published.of(indicator, scope, unit_code)
    by_id = {figure.id: figure for figure in own}
    table = published.table()
    told = {figure.id: _unusable(figure) for figure in own}
    rules = sorted({figure.rule for figure in own if not told[figure.id]})
    most = max(
        rules, key=lambda rule: sum(by_id[name].rule == rule for name, why in told.items() if not why), default=""
    )
    told |= {name: "other_rule" for name, why in told.items() if not why and by_id[name].rule != most}
    days = [by_id[name].when.last for name, why in told.items() if not why]
    told |= {name: "duplicate_day" for name, why in told.items() if not why and days.count(by_id[name].when.last) > 1}
    figures = table[table.id.isin(list(by_id))].reset_index(drop=True)
    figures = figures.assign(reason=figures.id.map(told).astype(object))
    usable = [by_id[name] for name in figures.id[figures.reason == ""]]
    refused = ""
    if len(usable) < LEAST_POINTS:
        counted = f"{len(usable)} of {len(own)} figures can be points of a forecast, {LEAST_POINTS} are needed"
        refused, usable = f"{indicator} of {scope}: {counted}", []
    points = [(indicator, most, fig.when.last, float(fig.printed) / fig.scale) for fig in usable]
    return ForecastBase(figures, pd.DataFrame(points, columns=["definition_id", "version", "as_of", "value"]), refused)


def _unusable(figure: Figure) -> str:
    """Why a figure alone is no point of a forecast; empty where it is one."""
    rules = {
        "not_reported": figure.status != "reported",
        "no_as_of": figure.as_of is None,
        "long_as_of": figure.when.days > LONGEST_DAYS,
        "only_a_bound": figure.wording in ("at_least", "at_most"),
        "no_rule": not figure.rule,
    }
    return next((reason for reason, holds in rules.items() if holds), "")
