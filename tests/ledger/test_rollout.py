"""Roll-out: delays learnt by operator and cohort, and draws that nothing reshuffles."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from phusong.ledger import rollout
from phusong.ledger.rollout import arrivals, learn

TODAY, END = dt.date(2026, 9, 30), dt.date(2026, 12, 31)


def past(operator, planned, slips):
    """Sites planned for one day that came so many days later; None is still open."""
    day = pd.Timestamp(planned)
    actual = [pd.NaT if slip is None else day + pd.Timedelta(days=slip) for slip in slips]
    return pd.DataFrame({"operator": operator, "planned": day, "actual": pd.to_datetime(pd.Series(actual))})


def history(*cohorts):
    return pd.concat([past(*cohort) for cohort in cohorts], ignore_index=True)


def plan(count, operator="A", planned="2026-11-01", communes=("00001",), first=0):
    """Planned sites in turn over some communes."""
    ids = [f"{operator}{first + number}" for number in range(count)]
    codes = [communes[number % len(communes)] for number in range(count)]
    return pd.DataFrame({"site_id": ids, "operator": operator, "commune_code": codes, "planned": pd.Timestamp(planned)})


def land(**sites):
    """Communes by code (with a leading c) and their sites today."""
    codes = [name.removeprefix("c") for name in sites]
    return pd.DataFrame({"commune_code": codes, "sites": pd.array([*sites.values()], "Int64")})


def simulate(sites, communes, slips, today, end, draws=1000, seed=0, reaches=None):
    """Draws of these sites alone."""
    return rollout.simulate(sites, communes, slips, arrivals(sites, slips, today, end, draws, seed), reaches)


THIRTY = history(("A", "2025-01-10", [30] * 10))


@pytest.mark.parametrize(("planned", "came"), [("2026-12-01", 1), ("2026-12-02", 0), ("2026-11-01", 1)])
def test_day_itself_counts(planned, came):
    "Delay 30: 1 December comes on 31 December."
    found = simulate(plan(1, planned=planned), land(c00001=0), learn(THIRTY, TODAY), TODAY, END, draws=20)
    assert found.on_air.tolist() == [came] * 20
    assert found.without.tolist() == [1 - came] * 20


def test_sites_of_today_are_counted_and_hold_their_communes():
    found = simulate(plan(2), land(c00001=0, c00002=3, c00003=0), learn(THIRTY, TODAY), TODAY, END, draws=5)
    assert found.on_air.tolist() == [5] * 5
    assert found.without.tolist() == [1] * 5
    assert found.probability_of_sites(5) == 1
    assert found.probability_of_sites(6) == 0
    assert found.probability_of_communes(1) == (1, 1)
    assert found.communes.probability.tolist() == [1, 1, 0]


def test_unknown_commune_is_neither():
    found = simulate(plan(1), land(c00001=None, c00002=None, c00003=1), learn(THIRTY, TODAY), TODAY, END, draws=4)
    assert found.unknown.tolist() == [1] * 4
    assert found.without.tolist() == [0] * 4
    assert found.probability_of_communes() == (0, 1)


def test_late_site_is_given_longer_delays_only():
    "Planned 40 days ago; of delays 10, 50 and 200 the first is over, the second comes on 10 October, the third not."
    slips = learn(history(("A", "2025-01-10", [10] * 10 + [50] * 10 + [200] * 10)), TODAY)
    found = simulate(plan(1, planned="2026-08-21"), land(c00001=0), slips, TODAY, END, draws=4000)
    assert found.on_air.mean() == pytest.approx(0.5, abs=0.03)
    assert found.account["beyond_experience"] == 0


def test_site_later_than_all_experience_does_not_come_and_is_told():
    found = simulate(plan(1, planned="2026-08-01"), land(c00001=0), learn(THIRTY, TODAY), TODAY, END, draws=9)
    assert found.on_air.tolist() == [0] * 9
    assert found.account["beyond_experience"] == 1


def test_site_due_today_by_its_delay_is_later_than_that():
    "Planned 30 days ago and not on air as of today: a delay of 30 days is over."
    found = simulate(plan(1, planned="2026-08-31"), land(c00001=0), learn(THIRTY, TODAY), TODAY, END, draws=9)
    assert found.on_air.tolist() == [0] * 9
    assert found.account["beyond_experience"] == 1


def test_open_sites_of_ripe_cohorts_never_come_and_unripe_cohorts_teach_nothing():
    table = history(
        ("A", "2025-01-10", [0] * 30 + [None] * 10),  # a quarter of them open for long
        ("A", "2026-08-10", [1] * 5 + [None] * 50),  # planned lately: the five say nothing of the fifty
        ("A", "2026-07-10", [2] * 5),  # the same quarter
    )
    slips = learn(table, TODAY)
    assert len(slips.of("A")) == 1
    row = slips.account.iloc[0]
    assert row[["sites", "open_sites", "unripe_sites", "undated_sites", "cohorts"]].tolist() == [30, 10, 60, 0, 1]
    found = simulate(plan(1), land(c00001=0), slips, TODAY, END, draws=4000)
    assert found.on_air.mean() == pytest.approx(0.75, abs=0.03)


def test_complete_cohort_counts_however_young():
    assert learn(history(("A", "2026-07-10", [2] * 10)), TODAY).account.sites.tolist() == [10]


def test_site_that_came_after_today_is_open_today():
    with pytest.raises(ValueError, match="0 known delays are too few"):
        learn(history(("A", "2026-09-20", [30] * 12)), TODAY)


def test_operators_keep_their_own_delays_and_few_are_given_all():
    slips = learn(
        history(("A", "2025-01-10", [0] * 10), ("B", "2025-01-10", [100] * 10), ("C", "2025-01-10", [5])), TODAY
    )
    assert slips.account.set_index("operator").pooled.to_dict() == {"A": False, "B": False, "C": True}
    sites = pd.concat([plan(1, "A"), plan(1, "B"), plan(1, "C"), plan(1, "D")], ignore_index=True)
    found = simulate(sites, land(c00001=0), slips, TODAY, END, draws=4000)
    assert set(found.on_air) == {1, 2, 3}
    assert found.account["pooled"] == 2
    assert found.on_air.mean() == pytest.approx(1 + 2 * 11 / 21, abs=0.05)


def test_sites_of_a_quarter_are_late_together():
    "One cohort came in time and one did not: of 40 sites all come or none, as one by one they hardly ever would."
    slips = learn(history(("A", "2025-01-10", [0] * 10), ("A", "2025-04-10", [100] * 10)), TODAY)
    found = simulate(plan(40), land(c00001=0), slips, TODAY, END, draws=1000)
    assert set(found.on_air) == {0, 40}
    assert found.on_air.mean() == pytest.approx(20, abs=2)


MIXED = history(
    *((name, f"2025-0{month}-10", np.arange(0, 120, 6) + 10 * month) for name in "AB" for month in (1, 4, 7)),
)


def test_new_site_reshuffles_no_other():
    slips, communes = learn(MIXED, TODAY), land(c00001=0, c00002=0)
    sites = pd.concat([plan(15, communes=("00001",)), plan(15, "B", communes=("00002",))], ignore_index=True)
    more = pd.concat([plan(1, "0", first=99), sites, plan(1, communes=("00001",), first=99)], ignore_index=True)
    mine = simulate(sites, communes, slips, TODAY, END, draws=200)
    theirs = simulate(more, communes, slips, TODAY, END, draws=200)
    added = theirs.on_air - mine.on_air
    assert added.min() >= 0
    assert added.max() <= 2


def test_order_of_rows_and_number_of_draws_change_nothing():
    slips, communes = learn(MIXED, TODAY), land(c00001=0, c00002=1, c00003=0)
    sites = plan(30, communes=("00001", "00002", "00003"))
    mine = simulate(sites, communes, slips, TODAY, END, draws=100)
    theirs = simulate(
        sites.sample(frac=1, random_state=1), communes[::-1], learn(MIXED[::-1], TODAY), TODAY, END, draws=300
    )
    assert mine.on_air.tolist() == theirs.on_air[:100].tolist()
    assert mine.without.tolist() == theirs.without[:100].tolist()
    other = simulate(sites, communes, slips, TODAY, END, draws=100, seed=1)
    assert mine.on_air.tolist() != other.on_air.tolist()


def test_provinces_sum_to_the_nation_in_every_draw():
    slips = learn(MIXED, TODAY)
    sites = plan(40, communes=("00001", "00002", "00003"))
    north, south = land(c00001=0, c00002=1), land(c00003=0)
    nation = simulate(sites, pd.concat([north, south]), slips, TODAY, END, draws=100)
    parts = [
        simulate(sites[sites.commune_code.isin(part.commune_code)], part, slips, TODAY, END, draws=100)
        for part in (north, south)
    ]
    assert (parts[0].on_air + parts[1].on_air).tolist() == nation.on_air.tolist()
    assert (parts[0].without + parts[1].without).tolist() == nation.without.tolist()


def test_brute_force_twin():
    "With one cohort the share on air is that of delays that fit, site by site, whatever the seed."
    slips = learn(history(("A", "2025-01-10", range(0, 100, 5))), TODAY)
    sites = pd.concat([plan(1, planned=f"2026-11-{day:02}", first=day) for day in range(1, 31)], ignore_index=True)
    found = simulate(sites, land(c00001=0), slips, TODAY, END, draws=3000)
    expected = 0.0
    for planned in sites.planned:
        fits = [slip for slip in range(0, 100, 5) if planned + pd.Timedelta(days=slip) <= pd.Timestamp(END)]
        expected += len(fits) / 20
    assert found.on_air.mean() == pytest.approx(expected, abs=0.25)


def test_sites_that_cannot_be_drawn_are_counted():
    sites = pd.concat([plan(2), plan(1, communes=("99999",), first=7), plan(1, first=8)], ignore_index=True)
    sites.loc[3, "planned"] = pd.NaT
    found = simulate(sites, land(c00001=0), learn(THIRTY, TODAY), TODAY, END, draws=2)
    assert found.account == {"simulated": 2, "undated": 1, "astray": 1, "pooled": 0, "beyond_experience": 0}
    assert found.on_air.tolist() == [2, 2]


def test_nothing_planned_is_today():
    found = simulate(plan(0), land(c00001=0, c00002=4), learn(THIRTY, TODAY), TODAY, END, draws=3)
    assert found.on_air.tolist() == [4] * 3
    assert found.without.tolist() == [1] * 3


def test_undated_history_is_counted():
    table = pd.concat([THIRTY, pd.DataFrame({"operator": ["A"], "planned": [pd.NaT], "actual": [pd.NaT]})])
    assert learn(table, TODAY).account[["sites", "undated_sites"]].values.tolist() == [[10, 1]]


def test_summary_gives_counts_that_were_drawn():
    slips = learn(MIXED, TODAY)
    found = simulate(plan(30), land(c00001=0), slips, TODAY, END, draws=400)
    row = found.summary().set_index("quantity").loc["sites_on_air"]
    drawn = np.sort(found.on_air)
    assert row[["low_80", "median", "high_80"]].tolist() == [drawn[39], drawn[199], drawn[359]]


def test_wrong_arguments_are_refused():
    slips = learn(THIRTY, TODAY)
    with pytest.raises(ValueError, match="there twice"):
        simulate(pd.concat([plan(1), plan(1)]), land(c00001=0), slips, TODAY, END)
    with pytest.raises(ValueError, match="not after"):
        simulate(plan(1), land(c00001=0), slips, TODAY, TODAY)
