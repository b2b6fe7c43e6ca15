"""Expected people: rounded once, summed draw by draw, bounded by order statistics and by what is not known."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.config import Target
from phusong.ledger.counts import Counts
from phusong.ledger.expectation import (
    DEFINITION,
    Expectation,
    Key,
    bounds,
    expectation_columns,
    expectation_table,
)
from phusong.ledger.indicators import indicator_table, reached, refuse_unknown
from phusong.units import ANY, CERTAIN, MICRO

PERSON = MICRO * CERTAIN
NAN = float("nan")
# Two communes of province 01, and one of province 02 in which nobody lives.
COMMUNES = pd.DataFrame({"commune_code": ["01001", "01002", "02003"], "province_code": ["01", "01", "02"]})
LTE = ("LTE", ANY, "outdoor")


def expectation(people: list[int], known: list[int], covered: list[int], draws: list[list[int]]) -> Expectation:
    return Expectation(*(np.array(part, np.int64) for part in (people, known, covered, draws)))


# Ten draws; in the second commune they run the other way, so the sum of both is always 10.
OPPOSED = expectation([10, 20, 0], [10, 16, 0], [5, 5, 0], [list(range(10)), list(range(10, 0, -1)), [0] * 10])


def figure(expected: Expectation, level: str, unit: str, confidence: float = 0.8) -> list[float]:
    "Numerator, denominator, value, low and high of a unit."
    table = expectation_table(COMMUNES, {LTE: expected}, confidence)
    row = table[(table.unit_level == level) & (table.unit_code == unit)]
    assert len(row) == 1
    return row.iloc[0][["numerator", "denominator", "value", "low", "high"]].tolist()


def approx(*values: float) -> object:
    return pytest.approx(list(values), nan_ok=True)


# rounding


def test_people_are_rounded_once_and_half_upwards():
    "2.5, 2.4999999999 and 7 people; of 9.5 people 2.25 are unknown: 7.25 known."
    covered = np.array([[25 * PERSON // 10, 25 * PERSON // 10 - 1, 7 * PERSON]])
    found = Expectation.of(covered, np.array([2_250_000]), np.array([9_500_000]))
    assert found.covered.tolist() == [3]
    assert found.draws.tolist() == [[2, 7]]
    assert (found.people.tolist(), found.known.tolist()) == ([10], [7])


@given(st.integers(0, 10**13), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=100, deadline=None)
def test_rounding_covers_nobody_who_is_not_there(micro: int, unknown_part: float, covered_part: float):
    unknown = int(micro * unknown_part)
    covered = int((micro - unknown) * CERTAIN * covered_part)
    found = Expectation.of(np.array([[covered]]), np.array([unknown]), np.array([micro]))
    assert 0 <= found.covered[0] <= found.known[0] <= found.people[0]
    assert abs(found.covered[0] - covered / PERSON) <= 0.5 + 1e-6


# bounds


def test_interval_is_the_narrowest_that_holds_its_share_of_the_draws():
    "Of the draws 0 to 9 eight tenths lie from 1 to 8, all from 0 to 9, and at least half from 2 to 7."
    one = expectation([10], [10], [4], [list(range(10))])
    assert [tuple(int(end[0]) for end in bounds(one, share)) for share in (0.8, 0.999, 0.5)] == [(1, 8), (0, 9), (2, 7)]


def test_nine_tenths_of_64_draws_lie_from_the_4th_to_the_61st():
    drawn = expectation([100], [100], [30], [list(range(1, 65))])
    assert [int(end[0]) for end in bounds(drawn, 0.9)] == [4, 61]


def test_interval_holds_the_expectation_also_when_few_draws_lie_below_it():
    assert [int(end[0]) for end in bounds(expectation([50], [50], [2], [list(range(10, 20))]), 0.8)] == [2, 18]
    assert [int(end[0]) for end in bounds(expectation([50], [50], [30], [list(range(10, 20))]), 0.8)] == [11, 30]


def test_without_draws_only_the_unknown_make_bounds():
    assert [end.tolist() for end in bounds(expectation([9, 4], [7, 4], [3, 4], [[], []]), 0.9)] == [[3, 4], [5, 4]]


@given(
    st.integers(1, 70).flatmap(lambda n: st.lists(st.integers(0, 100), min_size=n, max_size=n)),
    st.integers(0, 100),
    st.floats(0.01, 0.99),
)
@settings(max_examples=100, deadline=None)
def test_share_of_the_draws_inside(drawn: list[int], covered: int, confidence: float):
    low, high = (int(end[0]) for end in bounds(expectation([120], [100], [covered], [drawn]), confidence))
    inside = sum(low <= value <= high - 20 for value in drawn)
    assert inside >= confidence * len(drawn) - 1e-6
    assert low <= covered <= high - 20


# table


def test_of_a_commune():
    "Of 10 people 5 are expected, 1 to 8 in eight tenths of the draws."
    assert figure(OPPOSED, "commune", "01001") == approx(5, 10, 0.5, 0.1, 0.8)


def test_unknown_people_are_counted_out_of_low_and_into_high():
    "Of 20 people 4 are unknown; draws from 2 to 9, 5 expected of the 16."
    assert figure(OPPOSED, "commune", "01002") == approx(5, 16, 5 / 16, 2 / 20, (9 + 4) / 20)


def test_provinces_take_the_quantile_of_sums_and_not_the_sum_of_quantiles():
    "The communes' errors cancel: each draw sums to 10, while the sums of their ends would be 3 and 17."
    expected = approx(10, 26, 10 / 26, 10 / 30, 14 / 30)
    assert figure(OPPOSED, "province", "01") == expected
    assert figure(OPPOSED, "study", "") == expected


def test_shared_errors_add_up():
    "Both communes err alike: the province's interval is the sum of theirs, and does not shrink."
    alike = expectation([10, 10, 0], [10, 10, 0], [5, 5, 0], [list(range(10)), list(range(10)), [0] * 10])
    assert figure(alike, "province", "01") == approx(10, 20, 0.5, 2 / 20, 16 / 20)


def test_where_nobody_lives_there_is_no_share():
    assert figure(OPPOSED, "commune", "02003") == approx(0, 0, NAN, NAN, NAN)
    assert figure(OPPOSED, "province", "02") == approx(0, 0, NAN, NAN, NAN)


def test_where_nothing_is_known_there_are_bounds_and_no_share():
    nothing = expectation([10, 1, 1], [0, 1, 1], [0, 0, 0], [[0] * 4] * 3)
    assert figure(nothing, "commune", "01001") == approx(0, 0, NAN, 0, 1)


def many() -> dict[Key, Expectation]:
    "Outdoors before indoors, as the project has them."
    keys = [(t, o, e) for t in ("NR", "LTE") for e in ("outdoor", "indoor") for o in ("Viettel", ANY)]
    return {key: expectation([1] * 3, [1] * 3, [key[2] == "outdoor"] * 3, [[0, 1]] * 3) for key in keys}


def test_rows_are_those_of_the_other_indicators():
    counts = Counts({("LTE", ANY): np.ones((3, 7), np.int64)}, np.ones((3, 9), np.int64))
    others = indicator_table(COMMUNES, counts)
    table = expectation_table(COMMUNES, many(), 0.9)
    assert list(table.columns) == list(others.columns)
    assert table.dtypes.tolist() == others.dtypes.tolist()
    assert set(table.version) == {"1"}
    assert set(table.definition_id) == {DEFINITION}
    assert len(table) == 8 * 6
    assert not table.duplicated(["unit_level", "unit_code", "operator", "technology", "environment"]).any()


def test_rows_are_in_order_of_technology_and_operator_and_environments_as_the_project_has_them():
    table = expectation_table(COMMUNES, many(), 0.9)
    found = table[table.unit_level == "study"][["technology", "operator", "environment"]].to_numpy().tolist()
    assert found == [
        [technology, operator, environment]
        for technology in ("LTE", "NR")
        for operator in ("Viettel", ANY)
        for environment in ("outdoor", "indoor")
    ]


def test_columns_of_the_communes():
    "Of any operator and of each, in the environment asked for and in no other."
    columns = expectation_columns(many() | {LTE: OPPOSED}, "outdoor", 0.8)
    ones = {"expected": [1, 1, 1], "expected_low": [0, 0, 0], "expected_high": [1, 1, 1]}
    assert columns.to_dict("list") == {
        **{f"lte_viettel_{name}_people": people for name, people in ones.items()},
        "lte_expected_people": [5, 5, 0],
        "lte_expected_low_people": [1, 2, 0],
        "lte_expected_high_people": [8, 13, 0],
        **{f"nr_viettel_{name}_people": people for name, people in ones.items()},
        **{f"nr_{name}_people": people for name, people in ones.items()},
    }
    assert {kind.name for kind in columns.dtypes} == {"int64"}


@given(
    st.lists(
        st.tuples(st.integers(0, 500), st.integers(0, 500), st.lists(st.floats(0, 1), min_size=7, max_size=7)),
        min_size=3,
        max_size=3,
    )
)
@settings(max_examples=60, deadline=None)
def test_value_lies_between_its_bounds(parts: list[tuple[int, int, list[float]]]):
    covered = np.array([[int(share * known) for share in shares] for known, _, shares in parts])
    known, unknown = (np.array([part[i] for part in parts]) for i in (0, 1))
    table = expectation_table(COMMUNES, {LTE: Expectation(known + unknown, known, covered[:, 0], covered[:, 1:])}, 0.8)
    told = table.dropna(subset="value")
    assert (told.low <= told.value + 1e-12).all()
    assert (told.value <= told.high + 1e-12).all()
    assert told.high.max() <= 1 or told.empty


# targets and definitions


def test_a_target_is_held_to_the_first_environment():
    "Outdoors all are covered, indoors nobody."
    goal = Target(
        name="4G", definition_id=DEFINITION, value=0.9, by="2030-12-31", source="x", technology="LTE", operator=ANY
    )
    refuse_unknown([goal])
    found = reached([goal], expectation_table(COMMUNES, many(), 0.9))
    assert [(target["reached"], target["met"]) for target in found] == [(1.0, True)]


def test_it_is_defined():
    file = Path(__file__).resolve().parents[2] / "gis_data" / "indicators.toml"
    entry = tomllib.loads(file.read_text("utf-8"))[DEFINITION]
    assert entry["version"] == "1"
    assert {"name", "name_vi", "numerator", "denominator", "interval", "basis"} <= set(entry)
