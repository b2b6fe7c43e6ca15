"""Reproduction: which definition gives a published figure, on which days, on small lines counted by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.ledger.published import Figure, Indicator, Published
from phusong.ledger.reproduction import is_nation, reproduced
from phusong.ledger.stretch import on_line, stretch, whole_days

OURS = ("people_covered_limited_share", "people_claimed_share")
INDICATORS = {
    "nr": Indicator(vi="a", en="a", unit="%", direction="up", technology="NR", ours=OURS),
    "none": Indicator(vi="b", en="b", unit="%"),
}
QUARTERS = ("2025Q3", "2025Q4", "2026Q1")  # of 30 September, 31 December (92 days on), 31 March (90 days on)


def claim(value: str = "45.0", as_of: str | None = "2025-11-15", **keys: object) -> Published:
    said = {"id": "x", "value": value, "unit": "%", "claimed_indicator": "nr", "as_of": as_of, "published": "2026"}
    return Published(INDICATORS, (Figure.model_validate(said | {"source": "s"} | keys),))


def series(values: tuple[float, ...], definition: str = OURS[0], operator: str = "any", **keys: object) -> pd.DataFrame:
    key = {"definition_id": definition, "operator": operator, "technology": "NR", "environment": "outdoor"}
    unit = {"unit_level": "study", "unit_code": "", "line": 1, "version": "1"}
    return pd.DataFrame({"period": QUARTERS[: len(values)], "value": values}).assign(**(key | unit | keys))


def test_days_between_quarters_on_which_a_figure_holds():
    "From 40 % on 30 September to 50 % on 31 December: 44.95 % after 45.54 days, 45.05 % after 46.46 of 92."
    [row] = reproduced(claim(), series((0.4, 0.5, 0.6)), nation=True).itertuples()
    assert (row.id, row.definition_id, row.version, row.operator) == ("x", OURS[0], "1", "any")
    assert (row.from_day, row.to_day, row.from_period) == (dt.date(2025, 11, 15), dt.date(2025, 11, 15), "2025Q4")
    assert row.value_at_as_of == pytest.approx(45.0)  # 46 of 92 days
    assert row.agrees == "yes"


def test_a_figure_of_a_month_may_be_of_any_day_of_it():
    "45 % is reached on 15 November; of the half-known month of our last quarter it is not known whether it was not."
    found = {
        month: reproduced(claim(as_of=month), series((0.4, 0.5)), nation=True).agrees[0]
        for month in ("2025-10", "2025-11", "2025-12", "2025-12/2026-01", "2026-02")
    }
    assert found == {
        "2025-10": "no",
        "2025-11": "yes",
        "2025-12": "no",
        "2025-12/2026-01": "unknown",
        "2026-02": "unknown",
    }


def test_a_steep_line_passes_within_a_day():
    "From 0 to 92 % in 92 days: 45.2 % is passed between the ends of 14 and 15 November (45 and 46 days)."
    rows = {
        day: reproduced(claim("45.2", day), series((0.0, 0.92)), nation=True).agrees[0]
        for day in ("2025-11-14", "2025-11-15", "2025-11-16")
    }
    assert rows == {"2025-11-14": "no", "2025-11-15": "yes", "2025-11-16": "no"}


@pytest.mark.parametrize(
    ("as_of", "agrees", "value"),
    [
        ("2025-12-31", "no", 50),
        ("2026-06-30", "unknown", None),
        ("2025-08-31", "unknown", None),
        (None, "unknown", None),
    ],
)
def test_other_days(as_of, agrees, value):
    [row] = reproduced(claim(as_of=as_of), series((0.4, 0.5, 0.6)), nation=True).itertuples()
    assert row.agrees == agrees
    assert row.value_at_as_of == pytest.approx(value) if value else np.isnan(row.value_at_as_of)
    assert row.from_period == "2025Q4"


def test_a_figure_we_never_reach_has_no_day():
    [row] = reproduced(claim("90.2"), series((0.4, 0.5, 0.6)), nation=True).itertuples()
    assert (row.from_day, row.to_day, row.from_period, row.agrees) == (None, None, "", "no")


def test_definitions_operators_and_versions_are_told_apart():
    table = pd.concat(
        [
            series((0.4, 0.5), operator="A"),
            series((0.5, 0.6), operator="B"),
            series((0.45,), OURS[1], operator="A"),
            series((0.45,), "people_white_share"),
            series((0.45,), technology="LTE"),
            series((0.45,), unit_level="province", unit_code="04"),
        ]
    )
    found = reproduced(claim(), table, nation=True)
    assert list(zip(found.definition_id, found.operator, found.from_day.notna(), strict=True)) == [
        (OURS[1], "A", True),
        (OURS[0], "A", True),
        (OURS[0], "B", False),
    ]
    assert list(reproduced(claim(scope="B"), table, nation=True).operator) == ["B"]
    new = series((0.4, 0.5, 0.6)).assign(line=[1, 1, 2], version=["1", "1", "2"])
    assert list(reproduced(claim("60.0"), new, nation=True).from_day.notna()) == [False, True]


def test_figures_of_a_nation_are_not_held_against_a_province():
    table = pd.concat([series((0.4, 0.5)), series((0.45, 0.46), unit_level="province", unit_code="04")])
    assert reproduced(claim(), table, nation=False).empty
    own = reproduced(claim(unit_code="04"), table, nation=False)
    assert list(own.unit_code) == ["04"]


def test_plans_and_what_we_do_not_measure_are_not_compared():
    assert reproduced(claim(status="plan"), series((0.45,)), nation=True).empty
    assert reproduced(claim(claimed_indicator="none"), series((0.45,)), nation=True).empty


def test_a_quarter_without_a_value_is_bridged():
    "40 % on 30 September and 60 % on 31 March, 182 days on: 45 % after 45.5 days."
    [row] = reproduced(claim(), series((0.4, np.nan, 0.6)), nation=True).itertuples()
    assert row.from_day == dt.date(2025, 11, 15)
    assert row.value_at_as_of == pytest.approx(40 + 20 * 46 / 182)


def test_the_order_of_rows_says_nothing():
    table = pd.concat([series((0.4, 0.5, 0.6)), series((0.3, 0.5, 0.45), operator="A")], ignore_index=True)
    told = reproduced(claim(), table, nation=True)
    pd.testing.assert_frame_equal(reproduced(claim(), table[::-1], nation=True), told)


def test_the_nation_has_34_provinces():
    codes = [f"{code:02d}" for code in range(1, 35)]
    table = pd.concat([series((0.4,), unit_level="province", unit_code=code) for code in codes] + [series((0.4,))])
    assert is_nation(table)
    assert not is_nation(table[table.unit_code != "34"])


@given(st.lists(st.integers(0, 20), min_size=1, max_size=6), st.integers(0, 20), st.integers(0, 4))
def test_stretch_is_that_of_a_fine_walk_along_the_line(values, low, width):
    "Brute force: thousandths of a step, the first run of them inside the interval."
    points = [(float(place), float(value)) for place, value in enumerate(values)]
    found = stretch(points, low, low + width)
    walk = np.arange(0, 1000 * (len(values) - 1) + 1) / 1000
    at = np.interp(walk, *zip(*points, strict=True))
    inside = (at >= low - 1e-9) & (at <= low + width + 1e-9)
    if not inside.any():
        assert found is None or found[1] - found[0] < 0.002
        return
    assert found is not None
    if width == 0 and found[1] - found[0] < 0.002:
        return  # a walk may step over a point
    first = int(inside.argmax())
    after = np.flatnonzero(~inside[first:])
    last = first + (int(after[0]) - 1 if len(after) else len(inside) - 1 - first)
    assert found == pytest.approx((walk[first], walk[last]), abs=0.0011)


def test_line_is_continued_upwards_and_not_against_its_slope():
    assert on_line([(0, 0), (10, 10)], 20, 20) == (20, 20)
    assert on_line([(0, 0), (10, 10)], -5, -4) is None
    assert on_line([(0, 10), (10, 0)], -10, -5) == (15, 20)
    assert on_line([(0, 5), (10, 5)], 6, 7) is None
    assert on_line([(0, 5)], 5, 5) is None
    assert on_line([(0, 0), (10, 10)], 20, float("inf")) is None


def test_of_two_values_on_one_day_the_lower_counts():
    assert on_line([(0, 0), (10, 20), (10, 10)], 5, 5) == on_line([(10, 10), (10, 20), (0, 0)], 5, 5) == (5, 5)


def test_days_beyond_the_calendar_are_none():
    assert whole_days(None) == whole_days((1.0, 1e9)) == (None, None)
