"""Indicators: numerators, denominators and bounds by hand, for communes, provinces and the study."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_counts import COMMUNES, COUNTS, NOBODY, rows

from phusong.config import Target
from phusong.errors import ConfigError
from phusong.ledger.counts import Counts, interval
from phusong.ledger.figures import COUNTED, DERIVED
from phusong.ledger.indicators import indicator_table, reached, refuse_unknown
from phusong.units import ANY


def figure(definition: str, unit: str, level: str, operator: str = "", technology: str = "") -> list[float]:
    "Numerator, denominator, value, low, high of one published figure."
    table = indicator_table(COMMUNES, COUNTS)
    found = table[
        (table.definition_id == definition)
        & (table.unit_code == unit)
        & (table.unit_level == level)
        & (table.operator == operator)
        & (table.technology == technology)
    ]
    assert len(found) == 1
    return found.iloc[0][["numerator", "denominator", "value", "low", "high"]].tolist()


def approx(*values: float) -> object:
    return pytest.approx(list(values), nan_ok=True)


NAN = float("nan")


@pytest.mark.parametrize(
    ("unit", "level", "expected"),
    [
        ("01001", "commune", (6, 8, 6 / 8, 6 / 10, 8 / 10)),  # 2 of 10 people unknown
        ("01002", "commune", (4, 4, 1, 1, 1)),
        ("02003", "commune", (0, 0, NAN, NAN, NAN)),  # nobody lives here: no share
        ("01", "province", (10, 12, 10 / 12, 10 / 14, 12 / 14)),
        ("02", "province", (0, 0, NAN, NAN, NAN)),
        ("", "study", (10, 12, 10 / 12, 10 / 14, 12 / 14)),
    ],
)
def test_covered_people(unit: str, level: str, expected: tuple[float, ...]):
    assert figure("people_covered_limited_share", unit, level, ANY, "LTE") == approx(*expected)


def test_better_levels_count_fewer_people():
    assert figure("people_covered_good_share", "01001", "commune", ANY, "LTE") == approx(3, 8, 3 / 8, 0.3, 0.5)
    assert figure("people_covered_very_good_share", "01001", "commune", ANY, "LTE") == approx(2, 8, 0.25, 0.2, 0.4)


def test_operators_have_their_own_figures():
    assert figure("people_covered_limited_share", "01001", "commune", "Đông Á", "LTE") == approx(3, 6, 0.5, 0.3, 0.7)
    assert figure("people_covered_limited_share", "", "study", "Viettel", "LTE") == approx(
        7, 12, 7 / 12, 7 / 14, 9 / 14
    )


def test_when_nothing_is_known_there_is_no_share_but_bounds():
    assert figure("people_covered_limited_share", "01002", "commune", ANY, "NR") == approx(0, 0, NAN, 0, 1)
    assert figure("people_with_power_share", "01002", "commune") == approx(0, 0, NAN, 0, 1)


def test_power_and_signal():
    assert figure("people_with_power_share", "01001", "commune") == approx(5, 8, 5 / 8, 0.5, 0.7)
    assert figure("people_with_power_share", "01", "province") == approx(5, 8, 5 / 8, 5 / 14, 11 / 14)
    assert figure("people_without_signal_share", "01001", "commune", ANY, ANY) == approx(3, 8, 3 / 8, 0.3, 0.5)


def test_lacking_both_is_open_only_where_neither_is_known_to_be_there():
    "Of the 10 people 1 lacks both; of 2 it is open: no signal and power unknown, or nothing known."
    both = "people_without_signal_and_power_share"
    assert figure(both, "01001", "commune", ANY, ANY) == approx(1, 8, 1 / 8, 0.1, 0.3)
    assert figure(both, "", "study", ANY, ANY) == approx(1, 8, 1 / 8, 1 / 14, 7 / 14)


def test_spots():
    "Of 10 people 2 live in white spots; of 1 nothing is known, and 1 more lives where one operator may serve or none."
    white, grey, every = "people_white_share", "people_grey_share", "people_all_operators_share"
    assert figure(white, "01001", "commune", ANY, "LTE") == approx(2, 8, 2 / 8, 0.2, 0.4)
    assert figure(grey, "01001", "commune", ANY, "LTE") == approx(3, 6, 3 / 6, 0.3, 0.7)
    assert figure(every, "01001", "commune", ANY, "LTE") == approx(1, 7, 1 / 7, 0.1, 0.4)
    assert figure(white, "", "study", ANY, "NR") == approx(10, 10, 1, 10 / 14, 1)
    assert figure(grey, "", "study", ANY, ANY) == approx(7, 11, 7 / 11, 7 / 14, 10 / 14)
    assert figure(white, "02", "province", ANY, "LTE") == approx(0, 0, NAN, NAN, NAN)


@given(st.lists(st.integers(0, 10**6), min_size=6, max_size=6))
@settings(max_examples=30, deadline=None)
def test_kinds_of_spots_never_share_people(parts: list[int]):
    people = sum(parts)
    counts = Counts({}, rows([people] + [0] * 8), {"LTE": rows(parts)})
    lived = {spot: counts.living_in("LTE", spot) for spot in ("white", "grey", "all")}
    assert sum(served[0] for served, _ in lived.values()) <= people
    assert all(served[0] <= known[0] <= people for served, known in lived.values())
    # what is left open of white may be grey, of all as well, and of grey any of them
    assert lived["grey"][1][0] <= min(lived["white"][1][0], lived["all"][1][0])


def test_rows_name_the_environment_of_the_levels():
    table = indicator_table(COMMUNES, replace(COUNTS, environment="indoor"))
    assert set(table.environment) == {"indoor", ""}
    assert set(table.definition_id[table.environment == ""]) == {"people_with_power_share"}
    assert set(indicator_table(COMMUNES, COUNTS).environment) == {"outdoor", ""}


def test_one_row_a_definition_unit_operator_and_technology():
    "5 pairs of technology and operator at 3 levels, 3 times 3 spots, power, 2 lacks: 27 figures of 6 units."
    table = indicator_table(COMMUNES, COUNTS)
    assert list(table.columns) == [
        "definition_id",
        "version",
        "unit_level",
        "unit_code",
        "operator",
        "technology",
        "environment",
        *COUNTED,
        *DERIVED,
    ]
    key = ["definition_id", "unit_level", "unit_code", "operator", "technology", "environment"]
    assert len(table) == 27 * 6
    assert not table.duplicated(key).any()
    assert table.numerator.dtype == table.denominator.dtype == np.int64


def test_order_in_which_operators_were_met_changes_no_row():
    "Which operator is met first depends on the first tile."
    turned = Counts(dict(reversed(COUNTS.levels.items())), COUNTS.joint, dict(reversed(COUNTS.spots.items())))
    pd.testing.assert_frame_equal(indicator_table(COMMUNES, turned), indicator_table(COMMUNES, COUNTS))


def test_interval_by_hand():
    found = interval(np.array([3, 0, 0, 5]), np.array([4, 0, 0, 5]), np.array([10, 7, 0, 5]))
    assert found.share.tolist() == approx(0.75, NAN, NAN, 1)
    assert found.low.tolist() == approx(0.3, 0, NAN, 1)
    assert found.high.tolist() == approx(0.9, 1, NAN, 1)


@given(st.lists(st.tuples(*[st.integers(0, 10**9)] * 3), min_size=1, max_size=5))
@settings(max_examples=50, deadline=None)
def test_share_lies_between_its_bounds(parts: list[tuple[int, int, int]]):
    served, missed, unknown = np.array(parts, np.int64).T
    found = interval(served, served + missed, served + missed + unknown)
    known = found[served + missed > 0]
    assert (known.low <= known.share + 1e-15).all()
    assert (known.share <= known.high + 1e-15).all()
    assert found.high.max() <= 1 or found.high.isna().all()


@given(st.lists(st.lists(st.integers(0, 10**6), min_size=7, max_size=7), min_size=3, max_size=3))
@settings(max_examples=15, deadline=None)
def test_provinces_and_study_are_sums_of_communes(levels: list[list[int]]):
    joint = rows(*([0] * 8 + [sum(row)] for row in levels))
    counted = Counts({("LTE", ANY): rows(*levels)}, joint)
    table = indicator_table(COMMUNES, counted)
    for _, part in table.groupby(["definition_id", "operator", "technology"]):
        by = part.set_index(["unit_level", "unit_code"])[["numerator", "denominator"]]
        assert (by.loc["province"].sum() == by.loc["commune"].sum()).all()
        assert (by.loc["study", ""] == by.loc["commune"].sum()).all()
        assert (by.loc["province", "01"] == by.loc["commune"].loc[["01001", "01002"]].sum()).all()


def test_a_level_that_may_be_better_is_neither_good_nor_not_good():
    "Of 10 people 4 have at least limited signal, and a site that could not be computed may give them more."
    counts = Counts(
        {("NR", ANY): rows([2, 1, 1, 1, 1, 4, 0], NOBODY, NOBODY)}, rows([0, 0, 0, 0, 10, 0, 0, 0, 0], [0] * 9, [0] * 9)
    )
    assert [
        tuple(part[0] for part in counts.reaching("NR", ANY, level)) for level in ("limited", "good", "very_good")
    ] == [
        (7, 9),
        (2, 5),
        (1, 5),
    ]


def test_targets_are_compared_with_the_study():
    goal = {"name": "4G", "by": "2030-12-31", "source": "x", "technology": "LTE", "operator": ANY}
    low = Target(definition_id="people_covered_limited_share", value=0.8, **goal)
    high = Target(definition_id="people_covered_limited_share", value=0.84, **goal)
    absent = Target(definition_id="people_covered_limited_share", value=0.5, **{**goal, "operator": "Sóng"})
    found = reached([low, high, absent], indicator_table(COMMUNES, COUNTS))
    assert [target["met"] for target in found] == [True, False, None]
    assert found[0]["reached"] == pytest.approx(10 / 12)


def test_targets_of_no_indicator_are_refused():
    goal = Target(name="5G", definition_id="people_covered_limted_share", value=0.99, by="2030-12-31", source="x")
    with pytest.raises(ConfigError, match=r"no indicator '.*'; did you mean 'people_covered_limited_share'"):
        refuse_unknown([goal])
