"""Levels: one form for nation, province and commune, whose figures sum."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from small_outlook import communes, indicators

from phusong.errors import ConfigError
from phusong.ledger.levels import COLUMNS, TOPICS, disagreements, levels, of_unit
from phusong.ledger.readings import readings
from phusong.ledger.tasks import State, Task

DAY = dt.date(2026, 9, 30)
ZONES = pd.DataFrame({"commune_code": ["00001", "00001", "00003"], "people": [50, 30, 20]})


def task(number: int, deadline: dt.date = DAY, **where: str) -> State:
    started = dt.date(2026, 7, 1)
    return State(Task(f"T{number}", "Bà An", "việc", deadline, "chủ trì", "UBND", "cột", started, **where))


TASKS = [
    task(1, commune_code="00001"),
    task(2, commune_code="00001", deadline=dt.date(2026, 9, 1)),
    task(3, province_code="04"),
    task(4),
    task(5, commune_code="99999", province_code="99"),
]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return levels({"communes": communes(), "indicators": indicators(), "zones": ZONES}, TASKS, DAY)


def figure(table: pd.DataFrame, name: str, **scope: str) -> dict[str, int]:
    "Numerator of a figure by unit, as level and code."
    own = table[table.figure == name]
    for column, value in scope.items():
        own = own[own[column] == value]
    return {f"{row.unit_level} {row.unit_code}".strip(): row.numerator for row in own.itertuples()}


def test_all_figures_sum(table):
    assert disagreements(table).empty
    assert set(table.topic) == set(TOPICS)
    assert table.columns.tolist() == COLUMNS


def test_a_figure_that_does_not_sum_is_named(table):
    for column, value in (("numerator", 901), ("denominator", 999)):
        row = (table.figure == "people_covered_limited_share") & (table.operator == "A") & (table.unit_code == "00001")
        found = disagreements(table.assign(**{column: table[column].mask(row, value)}))
        assert found[["unit_level", "unit_code", "figure", "operator"]].values.tolist() == [
            ["province", "01", "people_covered_limited_share", "A"]
        ]
    gone = disagreements(table[~((table.unit_level == "commune") & (table.figure == "zones"))])
    assert gone.unit_code.tolist() == ["01", "04"], "parts that are not there do not pass for zero"


def test_zones_count_where_they_lie_most(table):
    zones = {"study": 3, "province 01": 2, "province 04": 1, "commune 00001": 2, "commune 00002": 0, "commune 00003": 1}
    assert figure(table, "zones") == zones
    assert figure(table, "people_in_zones")["province 01"] == 80


def test_terminals_that_nobody_filed_are_unknown_and_not_none(table):
    found = figure(table, "terminals")
    assert found["commune 00002"] is pd.NA
    assert {name: found[name] for name in ("study", "province 01", "province 04")} == {
        "study": 7,
        "province 01": 2,
        "province 04": 5,
    }


def test_readings_are_those_of_the_readings(table):
    for level, code, own in (
        ("study", "", communes()),
        ("province", "01", communes().head(2)),
        ("commune", "00003", communes().tail(1)),
    ):
        rows = indicators()
        told = readings(own, rows[(rows.unit_level == level) & (rows.unit_code == code)]).set_index("reading")
        mine = table[(table.topic == "readings") & (table.unit_level == level) & (table.unit_code == code)]
        for row in mine.itertuples():
            same = told.loc[row.figure]
            assert (row.operator, row.numerator, row.denominator) == (same.operator, same.numerator, same.denominator)
            assert row.value == same.value or (pd.isna(row.value) and pd.isna(same.value))
    assert figure(table, "communes_with_site")["study"] == 1
    assert not table[table.figure == "people_covered"].sums.any(), "the largest may be another in each unit"


def test_tasks_count_in_their_commune_and_its_province_and_none_is_lost(table):
    found = figure(table[table.unit_code != ""], "tasks_open")
    assert found == {
        "province 01": 2,
        "province 04": 1,
        "province 99": 1,
        "commune 00001": 2,
        "commune 00002": 0,
        "commune 00003": 0,
        "commune 99999": 1,
    }
    assert of_unit(table, "nation").set_index("figure").numerator["tasks_open"] == 5
    untold = table[(table.figure == "tasks_open") & (table.unit_level == "commune") & (table.unit_code == "")]
    assert untold[["province_code", "numerator"]].values.tolist() == [["", 1], ["04", 1]]
    assert set(untold.unit_name) == {"chưa nói / not said"}
    assert figure(table, "tasks_overdue")["commune 00001"] == 1


def test_without_a_day_there_are_no_tasks():
    table = levels({"communes": communes(), "indicators": indicators(), "zones": ZONES})
    assert "tasks" not in set(table.topic)
    assert disagreements(table).empty


def test_where_nobody_asked_centres_are_unknown():
    bare = {"communes": communes().drop(columns="centre_covered"), "indicators": indicators(), "zones": ZONES}
    row = of_unit(levels(bare), "nation").set_index("figure").loc["communes_centre_covered"]
    assert (row.numerator, row.denominator) == (0, 0)
    assert pd.isna(row.value)


def test_one_unit(table):
    assert set(of_unit(table, "nation").unit_name) == {"Toàn phạm vi nghiên cứu"}
    assert set(of_unit(table, "province:01").unit_name) == {"Tỉnh 01"}
    row = of_unit(table, "commune:00001")
    assert set(row.unit_name) == {"Xã 1"}
    assert set(row.province_code) == {"01"}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("district:01", "expected nation, province:CODE or commune:CODE, such as province:97"),
        ("province", "expected nation, province:CODE or commune:CODE, such as province:97"),
        ("nation:01", "expected nation, province:CODE or commune:CODE, such as province:97"),
        ("commune:00009", "the study has no such commune; there are 00001, 00002, 00003"),
    ],
)
def test_a_unit_that_is_none(table, asked, said):
    with pytest.raises(ConfigError, match=f"--level '{asked}': {said}"):
        of_unit(table[table.unit_code != "99999"], asked)
