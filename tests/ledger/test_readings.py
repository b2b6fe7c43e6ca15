"""Readings of "nationwide 2026": whole people and communes, counted by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.ledger.readings import COVERED, READINGS, readings


def communes(sites=(1, 2), centre=("yes", "yes"), people=(600, 400)):
    return pd.DataFrame({"people": people, "nr_sites": pd.array([*sites], "Int64"), "centre_covered": centre})


def covered(*rows):
    """Operator, people covered, people known."""
    named = {"definition_id": COVERED, "technology": "NR", "environment": "outdoor"}
    return pd.DataFrame([{**named, "operator": name, "numerator": n, "denominator": d} for name, n, d in rows])


def people(*rows, **other):
    return readings(communes(**other), covered(*rows)).iloc[0]


def test_largest_operator_counts_and_not_the_union():
    row = people(("any", 1000, 1000), ("B", 985, 1000), ("A", 970, 1000))
    assert (row.operator, row.numerator, row.needed, row.short_by, row.met) == ("B", 985, 990, 5, "no")
    assert row.value == 0.985


def test_equal_operators_by_name():
    assert people(("B", 990, 1000), ("A", 990, 1000)).operator == "A"


@pytest.mark.parametrize(
    ("rows", "met", "unknown"),
    [
        ([("A", 990, 1000)], "yes", 0),
        ([("A", 989, 1000)], "no", 0),
        ([("A", 989, 999)], "unknown", 1),
        ([("A", 980, 989)], "unknown", 11),
        ([("A", 980, 991)], "no", 9),
        ([("A", 980, 1000), ("B", 100, 200)], "no", 0),
        ([("A", 980, 1000), ("B", 100, 110)], "unknown", 10),
        ([], "unknown", 1000),
    ],
)
def test_unknown_people_are_no_no_and_no_yes(rows, met, unknown):
    "Of B 100 of 200 known are covered and 800 unknown: 900 at most, which A has already; from 110 known on 990."
    found = people(*rows) if rows else readings(communes(), covered(("A", 1, 1)).iloc[:0]).iloc[0]
    assert (found.met, found.unknown) == (met, unknown)


def test_first_environment_and_other_rows_do_not_matter():
    table = pd.concat(
        [
            covered(("A", 700, 1000)).assign(technology="LTE", numerator=1000),
            covered(("A", 1000, 1000)).assign(definition_id="people_covered_good_share"),
            covered(("A", 700, 1000)),
            covered(("A", 300, 1000)).assign(environment="indoor"),
        ]
    )
    assert readings(communes(), table).numerator[0] == 700


@pytest.mark.parametrize(
    ("sites", "expected"),
    [
        ((1, 2), [2, 2, 0, 0, "yes"]),
        ((0, 2), [1, 2, 1, 0, "no"]),
        ((None, 2), [1, 1, 1, 1, "unknown"]),
        ((None, 0), [0, 1, 2, 1, "no"]),
    ],
)
def test_every_commune_has_a_site(sites, expected):
    row = readings(communes(sites=sites), covered(("A", 1000, 1000))).iloc[1]
    assert row[["numerator", "denominator", "short_by", "unknown", "met"]].tolist() == expected


def test_every_centre_is_covered():
    found = readings(communes(centre=("yes", None)), covered(("A", 1000, 1000))).iloc[2]
    assert found[["numerator", "denominator", "unknown", "met"]].tolist() == [1, 1, 1, "unknown"]
    found = readings(communes(centre=("no", "unknown")), covered(("A", 1000, 1000))).iloc[2]
    assert found[["numerator", "denominator", "unknown", "met"]].tolist() == [0, 1, 1, "no"]


def test_figure_short_of_its_target_never_rounds_up_to_it():
    "3,320 of 3,321 communes are 99.97 %, and 98,999,999 of 100,000,000 people 98.999999 %."
    many = communes(sites=[1] * 3320 + [0], centre=["yes"] * 3321, people=[100_000_000] + [0] * 3320)
    found = readings(many, covered(("A", 98_999_999, 100_000_000)))
    assert found.shown_percent.tolist() == [98.9, 99.9, 100.0]
    assert found.met.tolist() == ["no", "no", "yes"]
    assert found.short_by.tolist() == [1, 1, 0]


@given(st.integers(0, 2000), st.integers(0, 2000), st.integers(0, 2000))
def test_yes_and_no_hold_whatever_the_unknown_are(yes, no, unknown):
    total = yes + no + unknown
    row = people(("A", yes, yes + no), people=(total, 0))
    ends = {100 * (yes + more) >= 99 * total for more in (0, unknown)}
    assert row.met == ("unknown" if not total or len(ends) == 2 else "yes" if ends == {True} else "no")


def test_nowhere_nobody_is_unknown():
    found = readings(communes().iloc[:0], covered(("A", 0, 0)))
    assert found.met.tolist() == ["unknown"] * 3
    assert found.reading.tolist() == [*READINGS]
