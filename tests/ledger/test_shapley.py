"""Shapley values: what makes them the only fair division, and a world in which the plain way has the wrong sign."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.ledger.shapley import apportioned, coalitions, shapley

FRACTIONS = st.builds(Fraction, st.integers(-(10**9), 10**9), st.integers(1, 10**7))


@st.composite
def games(draw, most: int = 4):
    "Causes and any value of each of their combinations."
    causes = "abcdef"[: draw(st.integers(1, most))]
    return causes, {some: draw(FRACTIONS) for some in coalitions(causes)}


def test_every_combination_comes_once():
    found = list(coalitions("abc"))
    assert len(found) == len(set(found)) == 8
    assert (found[0], found[-1]) == (frozenset(), frozenset("abc"))


@given(games())
def test_the_parts_sum_to_the_change_exactly(game):
    causes, value = game
    assert sum(shapley(causes, value).values()) == value[frozenset(causes)] - value[frozenset()]


@given(games())
def test_a_part_is_the_mean_over_all_orders(game):
    causes, value = game
    orders = list(permutations(causes))
    steps = {cause: Fraction(0) for cause in causes}
    for order in orders:
        for place, cause in enumerate(order):
            steps[cause] += value[frozenset(order[: place + 1])] - value[frozenset(order[:place])]
    assert shapley(causes, value) == {cause: total / len(orders) for cause, total in steps.items()}


@given(games(most=3))
def test_who_changes_nothing_has_no_part(game):
    causes, value = game
    wider = {some: value[some - {"z"}] for some in coalitions(causes + "z")}
    assert shapley(causes + "z", wider) == {**shapley(causes, value), "z": 0}


@given(games())
def test_causes_that_do_the_same_have_the_same_part(game):
    causes, value = game
    by_size = {some: value[frozenset(causes[: len(some)])] for some in value}
    assert len(set(shapley(causes, by_size).values())) == 1


@given(games(most=3), st.data())
def test_parts_of_a_sum_are_sums_of_the_parts(game, data):
    causes, one = game
    other = {some: data.draw(FRACTIONS) for some in one}
    both = shapley(causes, {some: one[some] + other[some] for some in one})
    assert both == {cause: shapley(causes, one)[cause] + shapley(causes, other)[cause] for cause in causes}


def covered(come: frozenset[str]) -> Fraction:
    """
    A site comes to the second of two villages, that of the first is lost, and people move from the second to the first.

    500 people live in each; 400 of the second go to the first.
    """
    people = {"first": 900, "second": 100} if "people" in come else {"first": 500, "second": 500}
    served = ["first"] * ("lost" not in come) + ["second"] * ("new" in come)
    return Fraction(sum(people[village] for village in served), 1000)


def test_one_at_a_time_says_that_coverage_rose_where_it_fell():
    causes = ("new", "lost", "people")
    value = {some: covered(some) for some in coalitions(causes)}
    change = value[frozenset(causes)] - value[frozenset()]
    alone = {cause: value[frozenset({cause})] - value[frozenset()] for cause in causes}
    assert change == Fraction(-40, 100)
    assert sum(alone.values()) == Fraction(+40, 100)
    # each order gives other parts: people alone gain 40 points, after the loss of the site nobody
    assert shapley(causes, value) == {"new": Fraction(3, 10), "lost": Fraction(-7, 10), "people": Fraction(0)}


@given(st.dictionaries(st.sampled_from("abcdefg"), FRACTIONS, min_size=1), st.integers(-1, 1))
def test_rounded_parts_sum_to_the_rounded_change(parts, cut):
    total = round(sum(parts.values())) + cut * any(parts.values())
    found = apportioned(parts, total)
    assert sum(found.values()) == total
    assert all(abs(found[name] - part) < 2 + (abs(total - sum(parts.values())) > 1) for name, part in parts.items())
    assert all(found[name] == 0 for name, part in parts.items() if part == 0)


def test_whole_parts_stay_as_they_are():
    assert apportioned({"a": Fraction(7), "b": Fraction(-3), "c": Fraction(0)}, 4) == {"a": 7, "b": -3, "c": 0}
    assert apportioned({"a": Fraction(0)}, 0) == {"a": 0}


def test_a_change_without_a_cause_is_refused():
    with pytest.raises(ValueError, match="a total of 1 has no part"):
        apportioned({"a": Fraction(0)}, 1)
