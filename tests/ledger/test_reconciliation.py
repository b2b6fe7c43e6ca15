"""Reconciliation: contradictions of the real series, and of small ones counted by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.ledger.forecast import forecast
from phusong.ledger.forecast_base import REASONS, forecast_base
from phusong.ledger.published import Figure, Indicator, Published, read
from phusong.ledger.reconciliation import KINDS, contradictions, implied_bases, implied_counts, plans

INDICATORS = {
    "share": Indicator(vi="a", en="a", unit="%", direction="up", grows_with="sites"),
    "sites": Indicator(vi="b", en="b", unit="sites", direction="up"),
    "of_masts": Indicator(vi="c", en="c", unit="%", direction="up", base="masts"),
    "masts": Indicator(vi="d", en="d", unit="sites", direction="up"),
    "villages": Indicator(vi="e", en="e", unit="villages", direction="down"),
    "any": Indicator(vi="f", en="f", unit="%"),
}


def book(*rows: tuple[str, str, str, str | None] | tuple[str, str, str, str | None, dict[str, object]]) -> Published:
    "Figures out of id, indicator, value, as-of and other keys; published in 2026."
    figures = []
    for name, indicator, value, as_of, *more in rows:
        said: dict[str, object] = {"id": name, "claimed_indicator": indicator, "value": value, "as_of": as_of}
        said |= {"unit": INDICATORS[indicator].unit, "published": "2026-12-31", "source": "s"}
        figures.append(Figure.model_validate(said | (more[0] if more else {})))
    return Published(INDICATORS, tuple(sorted(figures, key=lambda figure: figure.id)))


def pairs(found: pd.DataFrame, kind: str) -> set[tuple[str, str]]:
    some = found[found.kind == kind]
    return set(zip(some["first"], some["second"], strict=True))


@pytest.fixture(scope="module")
def real() -> pd.DataFrame:
    return contradictions(read())


def test_the_known_contradictions_of_5g_coverage_are_found(real):
    "39.52 % in October, almost 59 % on 22 December, 90.2 % at the end of the year, over 91 % of the same day."
    assert pairs(real, "pace") == {
        ("nr_people_2025_10", "nr_people_2025_end"),
        ("nr_people_2025_10", "nr_people_2025_end_later"),
        ("nr_people_notice_2025_12", "nr_people_2025_end"),
        ("nr_people_notice_2025_12", "nr_people_2025_end_later"),
        ("nr_sites_2025_10", "nr_sites_2025_end"),
    }
    assert ("nr_people_2025_end", "nr_people_2025_end_later") in pairs(real, "same_time")


def test_needed_pace_is_that_of_the_least_step_in_the_longest_time(real):
    """
    39.525 to 90.15 % from 1 October to 31 December, against at most 25.5 to 39.525 % from 30 June to 1 October.

    50.625 / 91 days = 0.5563; 14.025 / 93 days = 0.1508.
    """
    row = real.set_index(["first", "second"]).loc[("nr_people_2025_10", "nr_people_2025_end")]
    assert row.measure == pytest.approx((50.625 / 91) / (14.025 / 93))
    assert not row.assumed_day


def test_where_almost_59_percent_would_agree(real):
    "On the line from 39.52 % (16,737 sites, 31 October) to 90.2 % (35,000 sites, 31 December)."
    row = real.set_index(["first", "second"]).loc[("nr_people_notice_2025_12", "nr_people_2025_end")]
    assert row.assumed_day
    begin, end = ((value - 39.52) / (90.2 - 39.52) for value in (58, 59))
    assert [begin * 61, end * 61] == pytest.approx([22.24, 23.45], abs=0.01)
    assert (row.agree_from, row.agree_to) == (dt.date(2025, 11, 23), dt.date(2025, 11, 23))
    assert [row.agree_low, row.agree_high] == pytest.approx([16_737 + part * 18_263 for part in (begin, end)])
    assert row.agree_unit == "sites"


def test_at_which_sites_90_percent_would_agree_with_october(real):
    "On the line of May (11,591 sites, 26 %) and October: 16,737 + (90.15 - 39.52) * 5,146 / 13.52."
    row = real.set_index(["first", "second"]).loc[("nr_people_2025_10", "nr_people_2025_end")]
    assert row.agree_low == pytest.approx(16_737 + 50.63 * 5_146 / 13.52)
    assert row.agree_from == dt.date(2027, 2, 4)


def test_the_known_bases_differ():
    "119,056 and 119,550 are one base within the rounding of '14 %'; 150,142 is another."
    bases = implied_bases(read()).set_index("share_id")
    assert bases.base.round().to_dict() == {
        "nr_to_lte_2025_05": 150_142,
        "nr_to_lte_2025_10": 119_550,
        "nr_to_lte_plan_2025_12": 119_056,
    }
    october = bases.loc["nr_to_lte_2025_10"]
    assert [october.low, october.high] == pytest.approx([16_737 / 0.145, 16_737 / 0.135])
    assert set(bases.base_indicator) == {"lte_sites"}
    assert pairs(contradictions(read()), "base") == {
        ("nr_to_lte_2025_05", "nr_to_lte_2025_10"),
        ("nr_to_lte_2025_05", "nr_to_lte_plan_2025_12"),
    }


def test_half_of_the_4g_sites_and_what_there_was():
    "50 % of 119,056 is 59,528; 35,000 to 36,000 are 29.4 to 30.3 % of it."
    found = implied_counts(read()).set_index(["share_id", "base_of"])
    target = found.loc[("nr_to_lte_target_2025", "nr_to_lte_plan_2025_12")]
    assert round(target["count"]) == 59_528
    assert [target.low, target.high] == pytest.approx([68_457 / 1.151, 68_457 / 1.149])
    assert target.reported == "nr_sites_2025_end"
    ends = [100 * 35_000 * 0.5745 / 68_457, 100 * 36_000 * 0.5755 / 68_457]
    assert [target.reported_low, target.reported_high] == pytest.approx(ends)


def test_villages_and_other_series(real):
    assert pairs(real, "backwards") == {
        ("dead_zones_2022_12", "dead_zones_2024"),
        ("dead_zones_no_power_2024", "dead_zones_no_power_2025_06"),
        ("lte_people_2025_05", "lte_people_2025_end"),
        ("nr_sites_2025_05", "nr_sites_2025_07"),
    }
    [parts] = real[real.kind == "parts"].itertuples()
    assert (parts.second, parts.measure, parts.agree_low) == ("viettel_added_2025_12_25", 22_769 - 22_758, 22_769)
    assert set(real.kind) == set(KINDS)


def test_plans_of_2025():
    "68,457 sites were missed by half while 90 % of people were declared; a list to be empty in 2023 was not in 2024."
    found = plans(read()).set_index(["plan", "reported"])
    sites = found.loc[("nr_sites_plan_2025", "nr_sites_2025_end")]
    assert sites.met == "no"
    assert [sites.low, sites.high] == pytest.approx([35_000 / 68_457, 36_000 / 68_457])
    assert found.met["nr_people_plan_2025", "nr_people_2025_end"] == "yes"
    assert found.met["dead_zones_plan_2023", "dead_zones_2024"] == "no"
    assert found.met["nr_people_target_2030", ""] == "unknown"


def test_figures_of_one_time_contradict_when_their_roundings_do_not_meet():
    "90.2 and 90.3 meet in 90.25, which both may be rounded from; 90.4 does not."
    close = book(("a", "share", "90.2", "2025-12-31"), ("b", "share", "90.3", "2025-12-31"))
    assert contradictions(close).empty
    apart = contradictions(book(("a", "share", "90.2", "2025-12-31"), ("b", "share", "90.4", "2025-12-31")))
    assert apart[["kind", "first", "second"]].values.tolist() == [["same_time", "a", "b"]]
    assert apart.measure[0] == pytest.approx(0.1)


def test_a_figure_of_a_year_has_no_one_time():
    assert contradictions(book(("a", "any", "10", "2025"), ("b", "any", "20", "2025"))).empty
    assert len(contradictions(book(("a", "any", "10", "2025-10"), ("b", "any", "20", "2025-10")))) == 1


def test_scopes_provinces_and_plans_are_kept_apart():
    other = [{"scope": "Viettel"}, {"unit_code": "04"}, {"status": "plan"}, {"status": "limit"}]
    rows = [(f"b{k}", "share", "20", "2025-12-31", keys) for k, keys in enumerate(other)]
    assert contradictions(book(("a", "share", "10", "2025-12-31"), *rows)).empty


def test_growing_series_may_not_fall_nor_shrinking_ones_rise():
    up = book(("a", "sites", "122", "2025-03-31"), ("b", "sites", "121", "2025-06-30"))
    down = book(("a", "villages", "121", "2025-03-31"), ("b", "villages", "122", "2025-06-30"))
    free = book(("a", "any", "90", "2025-03-31"), ("b", "any", "80", "2025-06-30"))
    assert pairs(contradictions(up), "backwards") == pairs(contradictions(down), "backwards") == {("a", "b")}
    assert contradictions(free).empty


def test_days_that_overlap_tell_of_no_order():
    assert contradictions(book(("a", "sites", "122", "2025-Q2"), ("b", "sites", "121", "2025-06"))).empty


@pytest.mark.parametrize(("third", "kinds"), [("31", []), ("32", ["pace"])])
def test_pace_is_held_against_what_was_seen_before(third, kinds):
    "1 site a day for 10 days; then 20 in 10 days are twice as many and believed, 21 are not."
    days = ("2025-01-01", "2025-01-11", "2025-01-21")
    values = ("1", "11", third)
    rows = [(f"f{k}", "sites", value, day) for k, (value, day) in enumerate(zip(values, days, strict=True))]
    assert list(contradictions(book(*rows)).kind) == kinds


def test_a_fall_before_is_no_pace_to_go_by():
    rising = book(
        ("a", "villages", "11", "2025-01-01"),
        ("b", "villages", "13", "2025-02-01"),
        ("c", "villages", "1", "2025-03-01"),
    )
    assert list(contradictions(rising).kind) == ["backwards"]


def test_a_wrong_sum_is_told_and_a_rounded_one_is_not():
    parts = [("a", "sites", "543", "2025-01-01"), ("b", "sites", "94", "2025-01-01", {"scope": "x"})]
    right, about, wrong = ("637", {}), ("640", {}), ("638", {})
    for (value, keys), count in ((right, 0), (about, 0), (wrong, 1)):
        total = ("c", "sites", value, "2025-01-01", {"sum_of": ["a", "b"], "scope": "all", **keys})
        assert len(contradictions(book(*parts, total))) == count, value


def test_bases_that_grow_are_no_contradiction():
    "10 % = 100 of 1,000 masts, later 10 % = 110 of 1,100; and the other way round."
    rows = [
        ("n1", "sites", "100", "2025-01-01", {"step": "1"}),
        ("n2", "sites", "110", "2025-06-30", {"step": "1"}),
        ("s1", "of_masts", "10.00", "2025-01-01", {"count": "n1"}),
        ("s2", "of_masts", "10.00", "2025-06-30", {"count": "n2"}),
    ]
    assert contradictions(book(*rows)).empty
    rows[2], rows[3] = (
        ("s1", *rows[2][1:3], "2025-06-30", {"count": "n1"}),
        ("s2", *rows[3][1:3], "2025-01-01", {"count": "n2"}),
    )
    found = contradictions(book(*rows))
    assert found[["kind", "first", "second"]].values.tolist() == [["base", "s2", "s1"]]
    assert [found.agree_low[0], found.agree_high[0]] == pytest.approx([110 / 1000.5 * 100, 110 / 999.5 * 100])


@given(st.lists(st.integers(1, 99), min_size=2, max_size=6), st.randoms())
def test_rising_lines_are_believed_in_any_order_of_rows(steps, chance):
    "A series that rises by the same amount every day contradicts nothing; and the order of the rows says nothing."
    first = dt.date(2025, 1, 1)
    rows = [(f"f{k}", "villages", str(99 - k), str(first + dt.timedelta(days=k))) for k in range(len(steps))]
    assert contradictions(book(*rows)).empty
    mixed = [
        (f"f{k}", "sites", str(step), str(first + dt.timedelta(days=k)), {"step": "1"}) for k, step in enumerate(steps)
    ]
    told = contradictions(book(*mixed))
    falls = {(f"f{i}", f"f{k}") for k in range(len(steps)) for i in range(k) if steps[k] < steps[i]}
    assert pairs(told, "backwards") == falls  # brute force
    again = list(mixed)
    chance.shuffle(again)
    pd.testing.assert_frame_equal(contradictions(book(*again)), told)


def months(count: int, rule: Callable[[int], str]) -> Published:
    rows = []
    for k in range(count):
        day = str(dt.date(2025 + k // 12, k % 12 + 1, 28))
        rows.append((f"m{k:02d}", "share", f"{10 + k}.0", day, {"rule": rule(k)}))
    return book(*rows)


def test_the_public_series_is_no_base_of_a_forecast():
    found = forecast_base(read(), "nr_people_share")
    assert found.points.empty
    assert found.refused == "nr_people_share of nation: 0 of 10 figures can be points of a forecast, 8 are needed"
    reasons = found.figures.set_index("id").reason
    assert reasons["nr_people_notice_2025_12"] == "no_as_of"
    assert reasons["nr_people_2025_10"] == "no_rule"
    assert reasons["nr_people_target_2030"] == "not_reported"
    assert reasons["nr_people_2023"] == "long_as_of"
    assert set(reasons) <= set(REASONS)


def test_eight_figures_of_one_rule_are_a_base():
    found = forecast_base(months(9, lambda k: "SDG 9.c.1" if k else "area"), "share")
    assert found.refused == ""
    assert list(found.figures.reason) == ["other_rule", *[""] * 8]
    assert found.points.value.tolist() == pytest.approx([(10 + k) / 100 for k in range(1, 9)])
    assert set(found.points.version) == {"SDG 9.c.1"}
    taken = forecast(found.points, "share", "SDG 9.c.1", "logit", dt.date(2026, 9, 30))
    assert (taken.refused, set(taken.points.reason)) == ("", {""})


def test_seven_figures_are_too_few_and_bounds_and_twins_are_not_used():
    assert forecast_base(months(7, lambda _: "r"), "share").refused.startswith("share of nation: 7 of 7")
    whole = months(8, lambda _: "r")
    twin = whole["m03"].model_copy(update={"id": "twin"})
    bound = whole["m03"].model_copy(update={"id": "bound", "wording": "at_least"})
    found = forecast_base(Published(INDICATORS, (*whole.figures, twin, bound)), "share")
    reasons = found.figures.set_index("id").reason
    assert (reasons["m03"], reasons["twin"], reasons["bound"]) == ("duplicate_day", "duplicate_day", "only_a_bound")
    assert found.refused == "share of nation: 7 of 10 figures can be points of a forecast, 8 are needed"


def test_nothing_published_is_nothing_told():
    empty = Published(INDICATORS, ())
    assert implied_bases(empty).empty
    assert implied_counts(empty).empty
    assert contradictions(empty).empty
    assert plans(empty).empty


def test_a_share_of_nothing_has_no_base():
    rows = [("n", "sites", "0", "2025-01-01"), ("s", "of_masts", "0", "2025-01-01", {"count": "n"})]
    assert implied_bases(book(*rows)).empty
    assert book(*rows)["n"].printed == Decimal(0)
