"""Planned sites: what was planned beforehand, what came, and what is yet to come."""

from __future__ import annotations

import datetime as dt

import pandas as pd
from small_outlook import BUILT, communes, quarters, sites, sites_of

from phusong.layers.sites import count_in
from phusong.ledger.planned import Filed, communes_of, first_plans, history, open_sites

MARCH, SEPTEMBER = dt.date(2026, 3, 31), dt.date(2026, 9, 30)


def filed() -> list[Filed]:
    return [Filed(one.sites, one.sites_as_of) for one in quarters()]


def test_the_first_plan_counts_and_what_became_of_it():
    plans = first_plans(filed())
    assert plans.site_id.tolist() == [*BUILT, "p1", "p2"]
    assert set(plans.planned[:10].astype(str)) == {"2026-04-15"}
    past = history(plans, sites_of("2026Q3"))
    assert set((past.actual - past.planned).dt.days.dropna()) == {30}
    assert past.actual.isna().sum() == 2, "those that are yet to come"


def test_a_later_plan_does_not_move_the_first():
    old = Filed(sites(("s", "A", "00001", "2026-05-01", "planned", False)), MARCH)
    new = Filed(sites(("s", "A", "00001", "2026-12-01", "planned", False)), SEPTEMBER)
    assert first_plans([old, new]).planned.astype(str).tolist() == ["2026-05-01"]
    assert open_sites(new.sites, communes(), first_plans([old, new])).planned.astype(str).tolist() == ["2026-05-01"]


def test_an_undated_plan_waits_for_its_day():
    old = Filed(sites(("s", "A", "00001", None, "planned", False)), MARCH)
    new = Filed(sites(("s", "A", "00001", "2026-12-01", "planned", False)), SEPTEMBER)
    assert first_plans([old, new]).planned.astype(str).tolist() == ["2026-12-01"]
    assert first_plans([old]).planned.isna().all()


def test_what_a_later_file_already_knew_is_no_plan():
    "The snapshot of March, made of the file of September: what came in May was known, not planned."
    hindsight = Filed(sites(("s", "A", "00001", "2026-05-15", "on_air", False)), SEPTEMBER)
    plans = first_plans([hindsight])
    assert plans.empty
    own = open_sites(hindsight.sites, communes(), plans)
    assert (own.site_id.tolist(), own.known_later.tolist()) == (["s"], [True])
    assert own.planned.astype(str).tolist() == ["2026-05-15"]


def test_without_a_day_of_the_file_only_the_status_tells():
    rows = sites(
        ("s", "A", "00001", "2026-12-01", "planned", False), ("t", "A", "00001", "2026-12-01", "on_air", False)
    )
    assert first_plans([Filed(rows, None)]).site_id.tolist() == ["s"]


def test_given_up_sites_wait_for_nothing_and_teach_that_they_did_not_come():
    old = Filed(sites(("s", "A", "00001", "2026-05-01", "planned", False)), MARCH)
    new = sites(("s", "A", "00001", "2026-05-01", "off", False))
    plans = first_plans([old, Filed(new, SEPTEMBER)])
    assert open_sites(new, communes(), plans).empty
    assert history(plans, new).actual.isna().tolist() == [True]


def test_a_site_that_came_on_a_day_nobody_told_teaches_nothing():
    old = Filed(sites(("s", "A", "00001", "2026-05-01", "planned", False)), MARCH)
    assert history(first_plans([old]), sites(("s", "A", "00001", None, "on_air", True))).empty


def test_other_technologies_and_sites_outside_the_study_do_not_wait():
    rows = sites(
        ("s", "A", "00001", "2026-12-01", "planned", False), ("t", "A", "00001", "2026-12-01", "planned", False)
    )
    other = rows.assign(technology=["LTE", "NR"], in_study=[True, False])
    assert open_sites(other, communes(), first_plans([Filed(other, SEPTEMBER)])).empty


def test_sites_come_in_order_and_undated_ones_last():
    rows = sites(
        ("c", "A", "00001", None, "planned", False),
        ("b", "A", "00001", "2026-12-01", "planned", False),
        ("a", "A", "00001", "2026-12-01", "planned", False),
        ("d", "A", "00001", "2026-11-01", "planned", False),
    )
    assert open_sites(rows, communes(), first_plans([Filed(rows, SEPTEMBER)])).site_id.tolist() == ["d", "a", "b", "c"]


def test_communes_are_those_in_which_sites_are_counted():
    rows, units = sites_of("2026Q3"), communes()
    found = communes_of(rows, units)
    counted = count_in(rows, units)
    assert found.value_counts().reindex(units.commune_code, fill_value=0).tolist() == counted.tolist() == [10, 1, 1]
    away = rows.head(1).set_geometry(rows.head(1).geometry.translate(yoff=5000))
    assert communes_of(away, units).tolist() == [""]
    assert communes_of(rows.head(0), units).equals(pd.Series([], dtype=object))


def test_a_filed_plan_counts_before_one_inferred_and_the_first_filed_before_later_ones():
    planned = sites(("s", "A", "00001", "2026-06-10", "planned", False))
    old, new = (planned.assign(planned_date=pd.to_datetime([day])) for day in ("2026-05-01", "2026-07-01"))
    told = [Filed(planned, MARCH), Filed(old, MARCH), Filed(new, SEPTEMBER)]
    assert first_plans(told).planned.astype(str).tolist() == ["2026-05-01"]
    assert first_plans([Filed(planned.assign(planned_date=pd.NaT), MARCH)]).planned.astype(str).tolist() == [
        "2026-06-10"
    ]


def test_one_file_with_filed_plans_teaches_how_late_sites_come():
    row = sites(("s", "A", "00001", "2026-05-31", "on_air", True)).assign(planned_date=pd.to_datetime(["2026-05-01"]))
    past = history(first_plans([Filed(row, SEPTEMBER)]), row)
    assert (past.actual - past.planned).dt.days.tolist() == [30]
