"""Prospects: for each series that a target or a reading speaks of, its forecast and how likely the target is met."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from phusong.config import Target
from phusong.ledger.forecast import INTERVALS, Space, forecast
from phusong.ledger.forecast_base import ForecastBase, forecast_base
from phusong.ledger.period import Period
from phusong.ledger.published import NATION, Published
from phusong.ledger.readings import COVERED, PEOPLE_SHARE
from phusong.units import ANY

KEY = ["definition_id", "technology", "operator", "environment"]
UNIT = ["unit_level", "unit_code"]
NO_OPERATOR = ("", ANY, "max")
"""What stands in the column of operators and is none."""
_BANDS = ["median", *(f"{end}_{percent}" for percent in INTERVALS for end in ("low", "high"))]
_PUBLIC = ["median", "low_80", "high_80"]
SERIES = [*KEY, *UNIT, "version", "period", "day", "value", "low", "high", "state"]
MARKS = [*KEY, *UNIT, "id", "day", "has_as_of", "value", "low", "high"]
FORECASTS = [*KEY, *UNIT, "version", "points", "last_day", "day", *_BANDS, "reason"]
_MEETING = [*KEY, *UNIT, "goal", "value", "by", "probability", "reason"]
Part = tuple[Mapping[str, Any], pd.DataFrame]
"""A table, and what is told of all its rows."""
CHANCES = [*KEY, *UNIT, "goal", "value", "by", "method", "probability_low", "probability_high", "reason"]


@dataclass(frozen=True)
class Prospects:
    """
    What series lead one to expect.

    Parameters
    ----------
    series
        Columns as in `SERIES`: the points so far, each of the last day of its period.
    forecasts
        Columns as in `FORECASTS`: a row a series and coming day; where there is no forecast one row with its reason.
    chances
        Columns as in `CHANCES`: a row a series and goal; missing probabilities with their reason. `goal` is the name of
        a target, or that of a reading.
    """

    series: pd.DataFrame
    forecasts: pd.DataFrame
    chances: pd.DataFrame


def prospects(
    series: pd.DataFrame, indicators: pd.DataFrame, targets: Sequence[Target], as_of: dt.date, by: dt.date
) -> Prospects:
    """
    Forecasts to a day, and probabilities of the targets on their own days and of 99 % of people on that day.

    Targets are asked of the study; the reading of each operator also of the provinces.

    Parameters
    ----------
    series
        Of the study and its provinces, as of `history.series`; only the last line of one version is used.
    indicators
        Of the period, which tell the first environment of each definition.
    """
    lines = _lines(series, _wanted(indicators, targets))
    forecasts: list[Part] = []
    chances: list[Part] = []
    for named, points in lines.groupby([*KEY, *UNIT], sort=True):
        key = dict(zip([*KEY, *UNIT], map(str, named), strict=True))
        definition, version, last_day = key["definition_id"], points.version.iloc[-1], max(points.as_of)
        made = forecast(points, definition, str(version), space_of(definition), as_of)
        coming = made.at(_days(last_day, by))
        told = {**key, "version": version, "points": int((made.points.reason == "").sum()), "last_day": last_day}
        forecasts.append((told, coming.head(1) if made.refused else coming))
        goals = _goals(key, targets, by)
        if len(goals):
            chances.append((key, made.meeting(goals)))
    known, ahead, met = lines.assign(day=lines.as_of)[SERIES], below(FORECASTS, forecasts), below(_MEETING, chances)
    chance = met.assign(method="forecast", probability_low=met.probability, probability_high=met.probability)
    return Prospects(known, ahead.assign(day=ahead.day.dt.date) if len(ahead) else ahead, chance[CHANCES])


def marks(published: Published, series: pd.DataFrame, *, nation: bool) -> pd.DataFrame:
    """
    Reported figures of others that may mean a series: columns as in `MARKS`, in the series' unit.

    A figure of the whole sector is held beside all operators together, one of an operator beside that operator; figures
    of the nation only where the study is the nation. `day` is the last day of which it speaks; where it says none, that
    of its publishing, and `has_as_of` is false. Ends that are open are missing.

    Parameters
    ----------
    series
        Columns as in `SERIES`.
    """
    keys = series[[*KEY, *UNIT]].drop_duplicates()
    rows = []
    for figure in published.figures:
        claimed = published.indicators[figure.claimed_indicator]
        operator = ANY if figure.scope == NATION else figure.scope
        own = keys.definition_id.isin(claimed.ours) & (keys.technology == (claimed.technology or ""))
        own &= (keys.operator == operator) & (keys.unit_code == figure.unit_code)
        if figure.status == "reported" and (figure.unit_code or nation):
            ends = [float(end) / figure.scale for end in figure.interval]
            low, high = (end if math.isfinite(end) else math.nan for end in ends)
            value = float(figure.printed) / figure.scale
            told: dict[str, Any] = {"id": figure.id, "day": figure.when.last, "has_as_of": figure.as_of is not None}
            rows.append(keys[own].assign(**told, value=value, low=low, high=high))
    return _stacked(MARKS, rows)


def public_bases(published: Published, as_of: dt.date, by: dt.date) -> pd.DataFrame:
    """
    Whether figures of others may be the base of a forecast, for each indicator of which the nation has any.

    Columns: `indicator`, `figures`, `usable`, `refused` (a sentence; empty where they may), `reasons` (each as in
    `forecast_base.REASONS`, with how many figures it keeps out), and the `median`, `low_80`, `high_80` on the day.
    """
    rows = []
    for indicator in published.indicators:
        base = forecast_base(published, indicator)
        if base.figures.empty:
            continue
        kept_out = base.figures.reason[base.figures.reason != ""].value_counts(sort=False)
        reasons = "; ".join(f"{reason}: {count}" for reason, count in sorted(kept_out.items()))
        told = (indicator, len(base.figures), len(base.figures) - int(kept_out.sum()), base.refused, reasons)
        rows.append((*told, *_public_forecast(base, as_of, by)))
    return pd.DataFrame(rows, columns=["indicator", "figures", "usable", "refused", "reasons", *_PUBLIC])


def below(columns: list[str], parts: Sequence[Part]) -> pd.DataFrame:
    """
    Tables one below the other, each row with what is told of its table.

    To give each table its columns takes many times as long: there is one for every unit and operator of a country.

    Examples
    --------
    >>> below(["unit", "n"], [({"unit": "a"}, pd.DataFrame({"n": [1, 2]})), ({"unit": "b"}, pd.DataFrame({"n": [3]}))])
      unit  n
    0    a  1
    1    a  2
    2    b  3
    """
    filled = [(told, table) for told, table in parts if len(table)]
    if not filled:
        return pd.DataFrame(columns=columns)
    rows = pd.concat([table for _, table in filled], ignore_index=True)
    of = np.repeat(np.arange(len(filled)), [len(table) for _, table in filled])
    keys = pd.DataFrame([told for told, _ in filled]).iloc[of].reset_index(drop=True)
    return pd.concat([rows, keys], axis=1)[columns]


def space_of(definition_id: str) -> Space:
    """The space in which a series moves: shares in logit, counts as they are."""
    return "logit" if definition_id.endswith("_share") else "plain"


def operators_of(indicators: pd.DataFrame) -> list[str]:
    """Operators of which NR coverage is known, by name."""
    own = indicators[(indicators.definition_id == COVERED) & (indicators.technology == "NR")]
    return sorted(set(own.operator) - set(NO_OPERATOR))


def _public_forecast(base: ForecastBase, as_of: dt.date, by: dt.date) -> tuple[float, ...]:
    if base.refused:
        return (float("nan"),) * len(_PUBLIC)
    indicator, rule = (str(base.points[name].iloc[0]) for name in ("definition_id", "version"))
    made = forecast(base.points, indicator, rule, space_of(indicator), as_of)
    return tuple(made.at([by])[_PUBLIC].iloc[0])


def _wanted(indicators: pd.DataFrame, targets: Sequence[Target]) -> pd.DataFrame:
    """Series that a target or the reading of people speaks of, each in the first environment only."""
    first = indicators[KEY].drop_duplicates(KEY[:-1])
    named = {(target.definition_id, target.technology, target.operator) for target in targets}
    named |= {(COVERED, "NR", operator) for operator in (ANY, *operators_of(indicators))}
    return first[[key in named for key in first[KEY[:-1]].itertuples(index=False, name=None)]]


def _lines(series: pd.DataFrame, wanted: pd.DataFrame) -> pd.DataFrame:
    """Points of the last line of each wanted series, series by series, with their day as `as_of` and `recorded`."""
    own = series.merge(wanted, on=KEY)
    last = own[own.line == own.groupby([*KEY, *UNIT]).line.transform("max")]
    lines = last.sort_values([*KEY, *UNIT, "period"], ignore_index=True)
    days = {name: Period.parse(name).last_day for name in lines.period.unique()}
    return lines.assign(as_of=[days[name] for name in lines.period], recorded=lines.period)


def _days(last: dt.date, by: dt.date) -> Iterable[dt.date]:
    """Ends of the quarters after the last point up to a day, and the day."""
    ends = pd.date_range(pd.Timestamp(last) + pd.Timedelta(days=1), by, freq="QE").date
    return sorted({*ends, by})


def _goals(key: dict[str, str], targets: Sequence[Target], by: dt.date) -> pd.DataFrame:
    rows: list[tuple[str, float, dt.date]] = []
    if key["unit_level"] == "study":
        own = (key["definition_id"], key["technology"], key["operator"])
        rows += [
            (one.name, one.value, one.by) for one in targets if (one.definition_id, one.technology, one.operator) == own
        ]
    if key["definition_id"] == COVERED and key["operator"] not in NO_OPERATOR:
        rows.append(("people_covered", PEOPLE_SHARE, by))
    return pd.DataFrame(rows, columns=["goal", "value", "by"]).assign(sense="at_least")


def _stacked(columns: list[str], parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    filled = [part[columns] for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=columns)
