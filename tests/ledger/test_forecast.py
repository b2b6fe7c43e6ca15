"""Forecasts: what is used and what is refused, the textbook's formula, and the probability of a target."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import expit, logit

from phusong.ledger import forecast as module
from phusong.ledger.forecast import REASONS, Drift, forecast, marked

LATER = dt.date(2027, 12, 31)
SHARES = [0.10, 0.14, 0.17, 0.25, 0.31, 0.36, 0.46, 0.52]


def points(values=SHARES, **columns):
    """Quarterly points of one definition from 2025-03-31 on."""
    days = pd.date_range("2025-03-31", periods=len(values), freq="QE").strftime("%Y-%m-%d")
    return pd.DataFrame({"definition_id": "x", "version": "1", "as_of": days, "value": values, **columns})


def changed(table, row, **cells):
    """The same points with some cells of one row exchanged."""
    table = table.astype(object)
    for name, cell in cells.items():
        table.loc[row, name] = cell
    return table


def reasons(table, space="logit", as_of=LATER):
    return marked(table, "x", "1", space, as_of).reason.tolist()


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"definition_id": "y"}, "other_definition"),
        ({"version": "2"}, "other_version"),
        ({"as_of": None}, "no_as_of"),
        ({"as_of": "soon"}, "no_as_of"),
        ({"value": None}, "no_value"),
        ({"value": float("inf")}, "no_value"),
        ({"value": 1.02}, "impossible"),
        ({"value": -0.1}, "impossible"),
        ({"value": 0}, "at_edge"),
        ({"value": 1}, "at_edge"),
    ],
)
def test_one_bad_point_is_marked_and_too_few_are_left(cells, reason):
    found = forecast(changed(points(), 3, **cells), "x", "1", "logit", LATER)
    assert found.points.reason.tolist() == ["", "", "", reason, "", "", "", ""]
    assert found.refused == "few_points"
    assert found.drift is None


def test_eight_points_are_enough():
    assert forecast(points(), "x", "1", "logit", LATER).refused == ""
    assert forecast(points(SHARES[:7]), "x", "1", "logit", LATER).refused == "few_points"


def test_days_told_twice_are_both_left_out_even_when_alike():
    twice = changed(points(), 4, as_of="2025-12-31")
    assert reasons(twice) == ["", "", "", "duplicate_day", "duplicate_day", "", "", ""]


def test_same_day_of_another_version_is_no_duplicate():
    assert reasons(changed(points(), 4, as_of="2025-12-31", version="2")).count("duplicate_day") == 0


def test_points_after_the_edition_are_not_used():
    assert reasons(points(), as_of=dt.date(2026, 6, 30)) == [""] * 6 + ["after_edition"] * 2


def test_time_that_runs_back_is_marked():
    "Recorded third, of a day before that of the one recorded second; the one recorded together with it is in order."
    table = points(recorded=["2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3", "2026Q4"])
    assert set(reasons(table)) == {""}
    assert reasons(changed(table, 2, as_of="2025-06-29")) == ["", "", "back_in_time"] + [""] * 5
    assert reasons(changed(table, 2, as_of="2025-06-29", recorded="2025Q2")) == [""] * 8


def test_point_without_a_record_is_in_order():
    table = changed(points(recorded="2026Q1"), 2, recorded=None)
    assert set(reasons(table)) == {""}


def test_order_of_rows_does_not_matter():
    table = changed(points([*SHARES, 0.6, 0.0, 0.61]), 4, as_of="2025-12-31")
    shuffled = table.sample(frac=1, random_state=3)
    mine, theirs = (forecast(one, "x", "1", "logit", LATER) for one in (table, shuffled))
    assert mine.drift == theirs.drift
    assert mine.points.reason.tolist() == theirs.points.sort_index().reason.tolist()


def test_walk_goes_over_points_at_the_edge_but_does_not_end_there():
    "Nine points, of which the first is 0: the other eight are used. With 1 as the last there is no forecast."
    assert forecast(points([0.0, *SHARES]), "x", "1", "logit", LATER).refused == ""
    assert forecast(points([*SHARES, 1.0]), "x", "1", "logit", LATER).refused == "ends_at_edge"
    assert reasons(points([0, *range(1, 9)]), "log") == ["at_edge"] + [""] * 8
    assert reasons(points([0, *range(1, 9)]), "plain") == [""] * 9


@pytest.mark.parametrize(("values", "space"), [([0.4] * 9, "logit"), ([2.0**n for n in range(9)], "log")])
def test_points_on_a_line_have_no_spread(values, space):
    days = pd.date_range("2025-01-01", periods=9, freq="90D")
    found = forecast(points(values).assign(as_of=days), "x", "1", space, LATER)
    assert found.refused == "no_spread"


def test_textbook_formula_when_all_steps_weigh_the_same(monkeypatch):
    "Hyndman & Athanasopoulos, section 5.5: s² h (1 + h / (T - 1)); here each step is 10 days."
    monkeypatch.setattr(module, "REMEMBERED", 1.0)
    y = np.array([3.0, 4, 6, 5, 8, 9, 9, 12, 14])
    walk = Drift.fit(pd.date_range("2026-01-01", periods=9, freq="10D"), y, "plain")
    steps = np.diff(y)
    assert walk.freedom == pytest.approx(7)
    for ahead in (1, 2, 5):
        assert walk.centre(10 * ahead) == pytest.approx(14 + ahead * (14 - 3) / 8)
        assert walk.scale(10 * ahead) == pytest.approx(np.sqrt(steps.var(ddof=1) * ahead * (1 + ahead / 8)))


def test_uneven_days_by_hand():
    """
    Steps 1 in 1 day and 5 in 2 days, weights 3/4 and 1: the drift is 5.75 / 2.75 = 23/11, the plain one 2.

    Off the drift are -12/11 and 9/11, so s² = (3/4 * 144/121 + 81/242) / (7/4 - (9/16 + 2) / (11/4)) = 297/242 : 9/11.
    """
    days = pd.DatetimeIndex(["2026-01-01", "2026-01-02", "2026-01-04"])
    walk = Drift.fit(days, np.array([0.0, 1, 6]), "plain")
    assert walk.per_day == pytest.approx(23 / 11)
    assert walk.walk_variance == pytest.approx((297 / 242) / (1.75 - 2.5625 / 2.75))
    assert walk.per_day_variance == pytest.approx(walk.walk_variance * 2.5625 / 2.75**2 + (23 / 11 - 2) ** 2)
    assert walk.freedom == pytest.approx(1.75**2 / 1.5625 - 1)


def test_simulated_walk_has_the_variance_that_is_claimed():
    "Of walks without drift the estimate of s² is unbiased, also over uneven days; its standard error here is 0.8 %."
    rng = np.random.default_rng(5)
    gap = np.array([30, 91, 60, 10, 120, 91, 45])
    days = pd.Timestamp("2025-01-01") + pd.to_timedelta([0, *gap.cumsum()], "D")
    steps = rng.normal(0, 1, (4000, 7)) * np.sqrt(gap)
    found = [Drift.fit(days, np.concatenate([[0.0], step.cumsum()]), "plain").walk_variance for step in steps]
    assert np.mean(found) == pytest.approx(1, abs=0.04)


def test_quantiles_and_probability_belong_together():
    "What is exceeded with 10 % is the target that is met with 10 %; intervals nest and stay in (0, 1)."
    found = forecast(points(), "x", "1", "logit", LATER)
    day = dt.date(2027, 6, 30)
    row = found.at([day]).iloc[0]
    names = ["low_95", "low_80", "low_50", "median", "high_50", "high_80", "high_95"]
    assert (np.diff(row[names].to_numpy(float)) > 0).all()
    assert row.low_95 > 0
    assert row.high_95 < 1
    targets = pd.DataFrame({"value": [row.high_80, row.high_80], "by": day, "sense": ["at_least", "at_most"]})
    assert found.meeting(targets).probability.to_numpy() == pytest.approx([0.1, 0.9])


def test_numbers_of_a_forecast_by_hand():
    drift = Drift("logit", pd.Timestamp("2026-12-31"), float(logit(0.52)), 0.002, 0.0, 0.0001, 5.0)
    found = module.Forecast(points(), drift)
    row = found.at([dt.date(2027, 4, 10)]).iloc[0]  # 100 days: 0.2 up, scale 0.1
    away = stats.t.ppf(0.9, 5) * 0.1
    assert row.high_80 == pytest.approx(expit(logit(0.52) + 0.2 + away))
    assert row["median"] == pytest.approx(expit(logit(0.52) + 0.2))


def test_days_and_targets_that_cannot_be_answered_say_why():
    found = forecast(points(), "x", "1", "logit", LATER)
    assert found.at([dt.date(2026, 12, 31), dt.date(2027, 1, 1)]).reason.tolist() == ["not_ahead", ""]
    assert found.at([dt.date(2026, 12, 31)]).filter(regex="median|low|high").isna().all(axis=None)
    targets = pd.DataFrame({"value": [0.99, 1.0, 0.5], "by": [LATER, LATER, dt.date(2026, 6, 30)], "sense": "at_least"})
    answers = found.meeting(targets)
    assert answers.reason.tolist() == ["", "target_at_edge", "not_ahead"]
    assert answers.probability.isna().tolist() == [False, True, True]
    with pytest.raises(ValueError, match="at_least or at_most"):
        found.meeting(targets.assign(sense="more"))


def test_refused_forecast_answers_with_its_reason():
    found = forecast(points(SHARES[:2]), "x", "1", "logit", LATER)
    assert found.at([LATER]).reason.tolist() == ["few_points"]
    targets = pd.DataFrame({"value": [0.99], "by": [LATER], "sense": ["at_least"]})
    answer = found.meeting(targets).iloc[0]
    assert np.isnan(answer.probability)
    assert answer.reason == "few_points"


def test_counts_do_not_fall_below_nothing():
    "Villages without signal fall by about 105 a quarter to 250: half a year on about 40 are left, a year on none."
    found = forecast(points([980, 890, 770, 690, 560, 480, 350, 250]), "x", "1", "plain", LATER)
    half, year = (row for _, row in found.at([dt.date(2027, 6, 30), dt.date(2027, 12, 31)]).iterrows())
    assert 0 < half["median"] < 80
    assert half.low_95 == year["median"] == 0
    assert half.high_95 > 80
    targets = pd.DataFrame({"value": [0, 300], "by": dt.date(2027, 1, 31), "sense": "at_most"})
    none, some = found.meeting(targets).probability
    assert 0 < none < 0.01
    assert some > 0.9


def test_every_reason_has_words():
    assert all(len(words) == 2 and all(words) for words in REASONS.values())
