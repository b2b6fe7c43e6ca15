"""Suppressed counts of terminals: whoever reads all that is published can work none of them out."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.publish.suppression import Hidden, hidden, published
from phusong.publish.suppression_audit import PLENTY, bounds, exposed

ENOUGH = settings(deadline=None, max_examples=60)
"""A programme takes as long as the machine is busy."""
QUARTERS = ("2025Q4", "2026Q1", "2026Q2")


def counts(*provinces: list[int | None]) -> pd.DataFrame:
    "Communes 01-1, 01-2 ... of province 01, and so on, with their terminals; None where nothing was filed."
    rows = [
        (f"{p:02d}-{c}", f"{p:02d}", count)
        for p, own in enumerate(provinces, start=1)
        for c, count in enumerate(own, start=1)
    ]
    return pd.DataFrame(rows, columns=["commune_code", "province_code", "terminals"]).astype({"terminals": "Int64"})


def told(periods: dict[str, pd.DataFrame]) -> pd.DataFrame:
    "All that is published of some periods."
    return pd.concat([published(own, period, hidden(own)) for period, own in periods.items()], ignore_index=True)


def differences(periods: dict[str, pd.DataFrame]) -> pd.DataFrame:
    "Every difference between two periods of a unit that is shown in both, at every level."
    whole = pd.concat([published(own, period, Hidden()) for period, own in periods.items()], ignore_index=True)
    left_out = {period: hidden(own) for period, own in periods.items()}
    pairs = whole.merge(whole, on=["unit_level", "unit_code"], suffixes=("_before", ""))
    pairs = pairs[(pairs.period_before < pairs.period) & pairs.terminals.notna() & pairs.terminals_before.notna()]
    shown = [
        not (left_out[a] | left_out[b]).holds(level, code)
        for a, b, level, code in pairs[["period_before", "period", "unit_level", "unit_code"]].itertuples(index=False)
    ]
    kept = pairs[np.array(shown, dtype=bool)]
    return kept.assign(change=kept.terminals - kept.terminals_before).rename(columns={"period_before": "from_period"})


commune = st.one_of(st.none(), st.integers(0, 6), st.integers(0, 40))
hierarchy = st.lists(st.lists(commune, min_size=1, max_size=6), min_size=1, max_size=5)


@st.composite
def histories(draw) -> dict[str, pd.DataFrame]:
    "The same communes in one to three periods."
    shape = [len(own) for own in draw(hierarchy)]
    periods = QUARTERS[: draw(st.integers(1, 3))]
    return {period: counts(*(draw(st.lists(commune, min_size=n, max_size=n)) for n in shape)) for period in periods}


@ENOUGH
@given(histories())
def test_every_count_left_out_can_be_anything_from_1_to_4(periods):
    "By all levels and periods and every difference that may be shown."
    found = bounds(told(periods), differences(periods))
    assert exposed(found).to_dict("records") == []
    truth = {(p, c): n for p, own in periods.items() for c, n in zip(own.commune_code, own.terminals, strict=True)}
    within = [low <= truth[p, c] <= high for p, c, low, high in found.itertuples(index=False)]
    assert all(within), "the auditor's bounds must hold the truth"


@ENOUGH
@given(hierarchy)
def test_who_knows_one_commune_cannot_tell_another(provinces):
    "The folder of a commune holds its own count, whatever the public one leaves out."
    own = counts(*provinces)
    figures = published(own, "2026Q3", hidden(own))
    for row in own[own.terminals.fillna(0) > 0].itertuples():
        assert exposed(bounds(figures, insider={("2026Q3", row.commune_code): row.terminals})).empty, row.commune_code


@ENOUGH
@given(hierarchy)
def test_who_knows_a_province_cannot_tell_a_commune_of_another(provinces):
    own = counts(*provinces)
    figures = published(own, "2026Q3", hidden(own))
    for _, part in own[own.terminals.notna()].groupby("province_code"):
        known = {("2026Q3", code): count for code, count in zip(part.commune_code, part.terminals, strict=True)}
        assert exposed(bounds(figures, insider=known)).empty


@ENOUGH
@given(hierarchy)
def test_nothing_is_hidden_needlessly(provinces):
    "None at all and what was not filed are shown as they are; without small counts everything is."
    own = counts(*provinces)
    found = hidden(own)
    nothing = own[own.terminals.fillna(0) == 0].commune_code
    assert not found.communes & set(nothing)
    small = own[own.terminals.fillna(0).between(1, 4)]
    assert set(small.commune_code) <= found.communes
    if small.empty:
        assert found == Hidden()
    extra = own[own.commune_code.isin(found.communes - set(small.commune_code))]
    assert extra.groupby("province_code").size().max() <= 2 if len(extra) else True


@ENOUGH
@given(hierarchy, st.randoms())
def test_the_order_of_the_rows_does_not_matter(provinces, random):
    own = counts(*provinces)
    order = list(range(len(own)))
    random.shuffle(order)
    assert hidden(own.iloc[order]) == hidden(own)


@pytest.mark.parametrize(
    ("provinces", "communes", "totals", "study"),
    [
        # one small count takes the two smallest others with it
        ([[3, 0, 9, 7, 30]], {"01-1", "01-3", "01-4"}, set(), False),
        # small counts that protect each other, whichever is known
        ([[4, 4, 2, 30]], {"01-1", "01-2", "01-3"}, set(), False),
        # 1 + 1 + 1 = 3: the sum gives all of them away, and so does one commune more to who knows it
        ([[1, 1, 1, 20, 30]], {"01-1", "01-2", "01-3", "01-4", "01-5"}, set(), False),
        # nothing else in the province: its total, and two of other provinces with their smallest commune
        ([[3, 0], [8, 9], [5, 6], [50, 60]], {"01-1", "02-1", "03-1"}, {"01", "02", "03"}, False),
        # a province that leaves counts out already goes first
        (
            [[3], [8, 9, 10], [2, 6, 7, 70], [5, 90]],
            {"01-1", "02-1", "03-1", "03-2", "03-3"},
            {"01", "02", "03"},
            False,
        ),
        # too few provinces: the total of the study
        ([[3], [8, 9]], {"01-1"}, {"01"}, True),
        ([[2]], {"01-1"}, {"01"}, True),
    ],
)
def test_what_is_left_out(provinces, communes, totals, study):
    found = hidden(counts(*provinces))
    assert (set(found.communes), set(found.provinces), found.study) == (communes, totals, study)


def test_small_totals_are_left_out_too():
    figures = published(own := counts([1, 2, 0], [9, 8, 7]), "2026Q3", hidden(own))
    shown = figures[figures.unit_level != "commune"].set_index("unit_code")
    assert shown.terminals_suppressed.to_dict() == {"01": True, "02": False, "": True}


def test_left_out_is_not_the_same_as_not_filed():
    figures = published(own := counts([3, None, 0, 9, 7]), "2026Q3", hidden(own)).set_index("unit_code")
    assert figures.terminals.isna()[["01-1", "01-2", "01-3"]].tolist() == [True, True, False]
    assert figures.terminals_suppressed[["01-1", "01-2", "01-3"]].tolist() == [True, False, False]


def test_the_auditor_sees_a_count_that_is_the_only_one_left_out():
    "By hand: 20 - 9 - 8 = 3; with a second one left out it is anything from 1 to 10."
    own = counts([3, 9, 8])
    alone = bounds(published(own, "2026Q3", Hidden(frozenset({"01-1"}))))
    assert alone[["commune_code", "low", "high"]].to_numpy().tolist() == [["01-1", 3, 3]]
    assert len(exposed(alone)) == 1
    two = bounds(published(own, "2026Q3", Hidden(frozenset({"01-1", "01-3"}))))
    assert two[["low", "high"]].to_numpy().tolist() == [[1, 10], [1, 10]]


def test_the_auditor_sees_what_a_difference_gives_away():
    "The count of one period is shown; the next one is left out, but not how much it has grown."
    before, after = counts([9, 9, 9]), counts([3, 12, 15])
    figures = pd.concat([published(before, "2026Q2", Hidden()), published(after, "2026Q3", hidden(after))])
    assert exposed(bounds(figures)).empty
    told_too = pd.DataFrame([("2026Q2", "2026Q3", "commune", "01-1", -6)])
    told_too.columns = ["from_period", "period", "unit_level", "unit_code", "change"]
    found = bounds(figures, told_too).set_index("commune_code")
    assert (found.low["01-1"], found.high["01-1"]) == (3, 3)


def test_the_auditor_knows_no_end_without_any_total():
    own = counts([3])
    found = bounds(published(own, "2026Q3", hidden(own)))
    assert found[["low", "high"]].to_numpy().tolist() == [[1, PLENTY]]


def test_figures_that_contradict_each_other_are_refused():
    figures = published(counts([5, 6]), "2026Q3", Hidden())
    with pytest.raises(ValueError, match="not the sum"):
        bounds(figures.assign(terminals=figures.terminals.where(figures.unit_level != "study", 99)))


def test_the_whole_country_takes_seconds():
    "3,321 communes in 34 provinces, most with a few terminals: the choice, and the proof that it holds."
    random = np.random.default_rng(2026)
    own = counts(*(random.poisson(random.gamma(0.6, 8), n).tolist() for n in np.full(34, 98)))
    begun = time.perf_counter()
    figures = published(own, "2026Q3", hidden(own))
    chosen = time.perf_counter()
    found = bounds(figures)
    proven = time.perf_counter()
    assert len(own) == 3332
    assert len(found) > 500
    assert exposed(found).empty
    spent = f"choice {chosen - begun:.2f} s, proof {proven - chosen:.2f} s for {len(found)} counts left out"
    assert chosen - begun < 5, spent
    assert proven - chosen < 20, spent
