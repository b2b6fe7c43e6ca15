"""
Forecasts: where a series of one definition will be, how sure that is, and how likely a target is met by its day.

The model is the random walk with drift (Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3rd ed.,
sections 5.2 and 5.5: for T equally spaced points the forecast h steps ahead has variance s² h (1 + h / (T - 1))),
written for days that need not be equally spaced: between two points d days apart a series moves by c d, with variance
s² d. Shares move in logit, so that neither they nor their intervals leave (0, 1); counts in log or as they are.

Two things are added, because that model is too sure of curves that bend: its 80 % interval held the value four steps
ahead in 52 to 60 % of simulated smooth histories (`calibration`). The drift is a mean in which each step back weighs
`REMEMBERED` of the next one; and its variance holds the square of its distance to the plain mean, which is how much
the drift has changed. A ceiling or a jump that does not show in the points yet is not foreseen by either: there the
intervals hold less than they say, as scripts/calibrate_forecast.py prints. Intervals are Student's, with the
effective number of steps less one degrees of freedom.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit, logit

Floats = NDArray[np.float64]
Space = Literal["logit", "log", "plain"]
LEAST_POINTS = 8
"""Fewer dated points of one definition are no base for a forecast."""
REMEMBERED = 0.75
INTERVALS = (50, 80, 95)
"""Of the intervals given, in per cent."""
_TO = {"logit": logit, "log": np.log, "plain": np.asarray}
_FROM = {"logit": expit, "log": np.exp, "plain": lambda value: np.maximum(value, 0.0)}
_EDGES = {"logit": (0.0, 1.0), "log": (0.0, np.inf), "plain": (-np.inf, np.inf)}
_POSSIBLE = {"logit": (0.0, 1.0), "log": (0.0, np.inf), "plain": (0.0, np.inf)}

REASONS = {
    "other_definition": ("Chỉ tiêu khác", "of another indicator"),
    "other_version": ("Phiên bản định nghĩa khác", "of another version of the definition"),
    "no_as_of": ("Không có ngày số liệu", "without the day of which it speaks"),
    "after_edition": ("Sau ngày của ấn bản", "of a day after the edition's"),
    "no_value": ("Không có giá trị", "without a value"),
    "impossible": ("Giá trị không thể có", "a share outside 0..1 or a count below 0"),
    "duplicate_day": ("Hai số liệu cùng một ngày", "one of several of the same day; none of them is used"),
    "back_in_time": ("Ngày số liệu lùi lại", "recorded later than a point of a later day"),
    "at_edge": ("Bằng 0 hoặc đã đạt trần", "at 0 or 1, where the scale of the model ends"),
    "few_points": ("Chưa đủ 8 điểm", f"fewer than {LEAST_POINTS} points can be used: run-rates only"),
    "ends_at_edge": ("Điểm cuối ở 0 hoặc trần", "the last point is at 0 or 1, from where the model cannot move"),
    "no_spread": ("Chuỗi không biến động", "the points lie on one line, so they tell nothing of how far it may err"),
    "not_ahead": ("Ngày không ở phía trước", "the day is not after the last point"),
    "target_at_edge": ("Mục tiêu ở 0 hoặc trần", "the model never gets to a target of 0 or 1; simulate the sites"),
}
"""Why a point, a series, a day or a target is not used, in Vietnamese and English."""


@dataclass(frozen=True)
class Drift:
    """
    A fitted random walk with drift, in the units of its space (logit, log or counts) and days.

    Parameters
    ----------
    last_day, level
        The last point.
    per_day, per_day_variance
        Drift, and the variance of its estimate.
    walk_variance
        Variance of the walk in a day, s².
    freedom
        Degrees of freedom.
    """

    space: Space
    last_day: pd.Timestamp
    level: float
    per_day: float
    per_day_variance: float
    walk_variance: float
    freedom: float

    @classmethod
    def fit(cls, days: pd.DatetimeIndex, values: Floats, space: Space) -> Drift:
        """
        The walk through points of rising days, whose values lie inside what the space allows; at least three.

        Examples
        --------
        Steps 1, 1, 2, 2 of one day each weigh 27, 36, 48, 64, so the drift is (27 + 36 + 2 * 48 + 2 * 64) / 175:

        >>> walk = Drift.fit(pd.date_range("2026-01-01", periods=5), np.array([0.0, 1, 2, 4, 6]), "plain")
        >>> walk.per_day, round(287 / 175, 2)
        (1.64, 1.64)
        """
        y = np.asarray(_TO[space](values), np.float64)
        step, gap = np.diff(y), np.diff(days.to_numpy()) / np.timedelta64(1, "D")
        weight = REMEMBERED ** np.arange(len(step) - 1, -1, -1.0)
        span, square = weight @ gap, (weight**2) @ gap
        drift, plain = (weight @ step) / span, (y[-1] - y[0]) / gap.sum()
        off = step - drift * gap
        # the divisor makes it unbiased: n - 1 where all weigh the same
        walk = (weight @ (off**2 / gap)) / (weight.sum() - square / span)
        spread = walk * square / span**2 + (drift - plain) ** 2
        effective = weight.sum() ** 2 / (weight @ weight)
        return cls(space, days[-1], *map(float, (y[-1], drift, spread, walk, effective - 1)))

    def centre(self, days_ahead: Any) -> Any:
        """Median in the space."""
        return self.level + self.per_day * days_ahead

    def scale(self, days_ahead: Any) -> Any:
        """Scale of Student's distribution around it."""
        return np.sqrt(self.walk_variance * days_ahead + self.per_day_variance * days_ahead**2)

    def quantile(self, probability: float, days_ahead: Any) -> Any:
        """
        Value that is not exceeded with a probability; counts below 0 are 0.

        Examples
        --------
        >>> still = Drift("logit", pd.Timestamp("2026-09-30"), 0.0, 0.0, 0.0, 0.01, 4.0)
        >>> round(float(still.quantile(0.9, 100)), 3)  # Student's t is 1.533, the scale 1, and 1 / (1 + exp(-1.533))
        0.822
        """
        away = stats.t.ppf(probability, self.freedom) * self.scale(days_ahead)
        return _FROM[self.space](self.centre(days_ahead) + away)

    def reaching(self, target: float, days_ahead: float) -> float:
        """Probability that it is at least the target on the day; what it was before the day does not matter."""
        away = (float(_TO[self.space](target)) - self.centre(days_ahead)) / self.scale(days_ahead)
        return float(stats.t.sf(away, self.freedom))


@dataclass(frozen=True)
class Forecast:
    """
    A forecast, or the reason why there is none.

    Parameters
    ----------
    points
        As given, with `reason` (as in `REASONS`; empty where the point is used).
    drift
        None where it is refused.
    refused
        Reason, as in `REASONS`; empty where there is a forecast.
    """

    points: pd.DataFrame
    drift: Drift | None
    refused: str = ""

    def at(self, days: Iterable[dt.date]) -> pd.DataFrame:
        """A row a day: `day`, `median`, `low_50`, `high_50`, ... as in `INTERVALS`; `reason` where they are missing."""
        day = pd.Series(pd.to_datetime(list(days)))
        ahead, reason = self._ahead(day)
        parts = {"median": 0.5}
        for percent in INTERVALS:
            parts |= {f"low_{percent}": 0.5 - percent / 200, f"high_{percent}": 0.5 + percent / 200}
        drift = self.drift
        bands = {name: drift.quantile(part, ahead) if drift else np.nan for name, part in parts.items()}
        return pd.DataFrame({"day": day, **bands, "reason": reason})

    def meeting(self, targets: pd.DataFrame) -> pd.DataFrame:
        """
        Targets with the `probability` of being met on their day, and `reason` where it is missing.

        Parameters
        ----------
        targets
            `value`, a share or a count; `by`, a day; `sense`, at_least or at_most.

        Raises
        ------
        ValueError
            When the sense is another word.
        """
        if not targets.sense.isin(["at_least", "at_most"]).all():
            raise ValueError("the sense of a target is at_least or at_most")
        ahead, reason = self._ahead(pd.to_datetime(targets.by).reset_index(drop=True))
        low, high = _EDGES[self.drift.space] if self.drift else (-np.inf, np.inf)
        beyond = ~targets.value.gt(low).to_numpy() | ~targets.value.lt(high).to_numpy()
        reason = np.where((reason == "") & beyond, "target_at_edge", reason)
        found = [
            _probability(self.drift, float(value), float(days), str(sense)) if self.drift and not why else np.nan
            for value, days, sense, why in zip(targets.value, ahead, targets.sense, reason, strict=True)
        ]
        return targets.assign(probability=found, reason=reason)

    def _ahead(self, days: pd.Series) -> tuple[Floats, NDArray[Any]]:
        """Days from the last point on, missing where not ahead; and the reason."""
        if not self.drift:
            return np.full(len(days), np.nan), np.full(len(days), self.refused, object)
        ahead = ((days - self.drift.last_day) / pd.Timedelta(days=1)).to_numpy(np.float64)
        return np.where(ahead > 0, ahead, np.nan), np.where(ahead > 0, "", "not_ahead").astype(object)


def forecast(points: pd.DataFrame, definition_id: str, version: str, space: Space, as_of: dt.date) -> Forecast:
    """
    The forecast of one series from its dated points, or the reason why there is none.

    At 0 and 1 logit has no value (log has none at 0): such points are marked and the walk goes on over them, from the
    point before to the point after. Where the last point is one of them there is no forecast.

    Parameters
    ----------
    points
        As for `marked`.
    definition_id, version
        The one definition.
    space
        `logit` for shares; `log` for counts that grow by a factor, `plain` for counts that grow by an amount.
    as_of
        Day of the edition; later points are not used.

    Examples
    --------
    >>> two = {"definition_id": "nr_sites", "version": "1", "as_of": ["2025-05-01", "2025-10-01"]}
    >>> points = pd.DataFrame({**two, "value": [11_591, 16_737]})
    >>> refused = forecast(points, "nr_sites", "1", "plain", dt.date(2026, 9, 30))
    >>> REASONS[refused.refused][1]
    'fewer than 8 points can be used: run-rates only'
    """
    known = marked(points, definition_id, version, space, as_of)
    series = known[known.reason.isin(["", "at_edge"])].sort_values("as_of")
    usable = series[series.reason == ""]
    if len(usable) < LEAST_POINTS:
        return Forecast(known, None, "few_points")
    if series.reason.iloc[-1]:
        return Forecast(known, None, "ends_at_edge")
    drift = Drift.fit(pd.DatetimeIndex(usable.as_of), usable.value.to_numpy(np.float64), space)
    days = (usable.as_of.iloc[-1] - usable.as_of.iloc[0]).days
    # a part in a milliard is what rounding leaves of a line
    if drift.walk_variance * days <= (1e-9 * max(1.0, float(np.abs(_TO[space](usable.value)).max()))) ** 2:
        return Forecast(known, None, "no_spread")
    return Forecast(known, drift)


def marked(points: pd.DataFrame, definition_id: str, version: str, space: Space, as_of: dt.date) -> pd.DataFrame:
    """
    Points with the `reason` why each is not used, the first that holds in the order of `REASONS`; empty where it is.

    What cannot be read as a day or a number becomes missing. The result does not depend on the order of the rows.

    Parameters
    ----------
    points
        `definition_id`, `version`, `as_of` (the day of which it speaks), `value`; and where it is known `recorded`, a
        period or a day that says in which order the points were recorded.

    Examples
    --------
    >>> row = {"definition_id": "x", "version": "1", "as_of": ["2026-03-31", None, "2026-06-30"]}
    >>> points = pd.DataFrame({**row, "value": [0.4, 0.5, 1.5]})
    >>> marked(points, "x", "1", "logit", dt.date(2026, 9, 30)).reason.tolist()
    ['', 'no_as_of', 'impossible']
    """
    day = pd.to_datetime(points.as_of, errors="coerce").dt.normalize()
    value = pd.to_numeric(points.value, errors="coerce").astype(np.float64)
    least, most = _POSSIBLE[space]
    rules: dict[str, pd.Series] = {
        "other_definition": points.definition_id.astype(str) != definition_id,
        "other_version": points.version.astype(str) != version,
        "no_as_of": day.isna(),
        "after_edition": day > pd.Timestamp(as_of),
        "no_value": ~value.between(-np.inf, np.inf, inclusive="neither"),
        "impossible": (value < least) | (value > most),
    }
    reason = _first_that_holds(rules)
    reason[(reason == "") & day.where(reason == "").duplicated(keep=False)] = "duplicate_day"
    if "recorded" in points:
        reason[(reason == "") & _back_in_time(points.recorded, day.where(reason == ""))] = "back_in_time"
    low, high = _EDGES[space]
    reason[(reason == "") & ((value <= low) | (value >= high))] = "at_edge"
    return points.assign(as_of=day, value=value, reason=reason)


def _first_that_holds(rules: dict[str, pd.Series]) -> pd.Series:
    held = [rule.to_numpy(bool) for rule in rules.values()]
    return pd.Series(np.select(held, [*rules], "").astype(object), next(iter(rules.values())).index)


def _back_in_time(recorded: pd.Series, day: pd.Series) -> pd.Series:
    """Points of a day before that of one recorded earlier; those of which it is not known when are in order."""
    latest = day.groupby(recorded).max().sort_index().cummax().shift()
    return day < recorded.map(latest)


def _probability(drift: Drift, target: float, days_ahead: float, sense: str) -> float:
    reaching = drift.reaching(target, days_ahead)
    return reaching if sense == "at_least" else 1 - reaching
