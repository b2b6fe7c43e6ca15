"""Changes of tasks: which are possible, which are refused, and sums that hold after any of them."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_tasks import EVIDENCE, SAID, TODAY, closing, said

from phusong.ledger import tasks
from phusong.ledger.task_changes import Places, States, amended, new_tasks, step
from phusong.ledger.tasks import TaskError

PLACES = Places("2026Q3", {"2026Q3-0001": "00123"}, {"00123": "01", "00456": "02"})


def after(*changes: tuple[str, dict[str, Any]]) -> States:
    states: States = {}
    for action, payload in changes:
        step(states, action, payload, TODAY)
    return states


ADDED = ("add", {"tasks": [said(1), said(2, zone_id="2026Q3-0001", zone_period="2026Q3")]})


def test_added_closed_and_opened_again():
    states = after(ADDED, ("close", closing(1)))
    assert states["T-0001"].done_on == dt.date(2026, 9, 30)
    assert states["T-0001"].evidence.as_dict() == EVIDENCE
    assert states["T-0002"].zone_ids == ("2026Q3-0001",)
    step(states, "reopen", {"task_id": "T-0001", "reason": "chưa đạt"}, TODAY)
    assert states["T-0001"] == after(ADDED)["T-0001"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([("close", closing(9))], "there is no task T-0009; did you mean T-000"),
        ([("close", closing(1)), ("close", closing(1))], "is closed, done on 2026-09-30; reopen it first"),
        ([("close", closing(1)), ("amend", {"task_id": "T-0001", "changes": {}, "reason": "x"})], "reopen it first"),
        ([("close", {**closing(1), "evidence": {}})], "only evidence closes a task"),
        ([("close", {"task_id": "T-0001", "done_on": "2026-09-30"})], "only evidence closes a task"),
        ([("close", closing(1, "2026-06-30"))], "cannot be done on 2026-06-30: it starts on 2026-07-01"),
        ([("close", closing(1, "2027-01-01"))], "cannot be done on 2027-01-01: today is 2026-12-31"),
        ([("close", closing(1, ""))], "is no day"),
        ([("reopen", {"task_id": "T-0001", "reason": "x"})], "is open already"),
        ([("close", closing(1)), ("reopen", {"task_id": "T-0001", "reason": " "})], "a reason is required"),
        ([("amend", {"task_id": "T-0001", "changes": {"person": "Ông Ba"}})], "a reason is required"),
        ([("amend", {"task_id": "T-0001", "changes": {"person": "Bà An"}, "reason": "x"})], "nothing is changed"),
        ([("amend", {"task_id": "T-0001", "changes": {"task_id": "T-7"}, "reason": "x"})], "an id never changes"),
        (
            [("amend", {"task_id": "T-0001", "changes": {"person": ""}, "reason": "x"})],
            r"rõ người \(person\) is missing",
        ),
        ([("add", {"tasks": [said(1)]})], "the id T-0001 is there already"),
    ],
)
def test_what_cannot_be(changes: list[tuple[str, dict[str, Any]]], told: str):
    with pytest.raises(TaskError, match=told):
        after(ADDED, *changes)


def test_an_address_cannot_have_been_read_tomorrow():
    evidence = {"name": "https://example.vn/bb", "read_on": "2027-01-01"}
    with pytest.raises(TaskError, match="cannot have been read on 2027-01-01: today is 2026-12-31"):
        after(ADDED, ("close", {**closing(1), "evidence": evidence}))


def test_a_new_zone_is_followed_from_its_own_period():
    states = after(ADDED)
    step(states, "follow", {"period": "2026Q4", "tasks": [move("T-0002", ["A", "B"])]}, TODAY)
    assert (states["T-0002"].zone_ids, states["T-0002"].zones_before) == (("A", "B"), ("2026Q3-0001",))
    changes = {"zone_id": "2026Q4-0007", "zone_period": "2026Q4"}
    step(states, "amend", {"task_id": "T-0002", "changes": changes, "reason": "x"}, TODAY)
    own = states["T-0002"]
    assert (own.zone_ids, own.followed, own.zones_before) == (("2026Q4-0007",), "2026Q4", ())


def move(task_id: str, zone_ids: list[str], undrawn: bool = False) -> dict[str, Any]:
    return {"task_id": task_id, "zone_ids": zone_ids, "undrawn": undrawn}


def test_free_numbers_are_given():
    payload = new_tasks(after(ADDED), {"row 2": {**SAID, "task_id": "T-0003"}, "row 3": {**SAID, "work": "khác"}})
    assert [task["task_id"] for task in payload["tasks"]] == ["T-0003", "T-0004"]


def test_all_faults_of_all_rows_and_none_is_added():
    rows = {
        "row 2": {**SAID, "person": ""},
        "row 3": said(1),
        "row 4": {**SAID, "task_id": "X"},
        "row 5": {**SAID, "task_id": "Y"},
        "row 6": {**SAID, "deadline": "2026-06-30"},
    }
    with pytest.raises(TaskError) as told:
        new_tasks(after(ADDED), rows)
    assert str(told.value).splitlines() == [
        "nothing was added: 4 fault(s) in 5 task(s)",
        "  - row 2: all six clarities are required; rõ người (person) is missing",
        "  - row 3: the id T-0001 is there already",
        "  - row 5: the same task is in row 4",
        "  - row 6: deadline 2026-06-30 is before start 2026-07-01",
    ]


def test_places_are_held_to_the_last_snapshot():
    payload = new_tasks({}, {"task": {**SAID, "zone_id": "2026Q3-0001"}}, PLACES)
    own = payload["tasks"][0]
    assert (own["zone_period"], own["commune_code"], own["province_code"]) == ("2026Q3", "00123", "01")
    rows = {
        "row 2": {**SAID, "zone_id": "2026Q3-0002", "work": "a"},
        "row 3": {**SAID, "commune_code": "00999", "work": "b"},
        "row 4": {**SAID, "commune_code": "00456", "province_code": "01", "work": "c"},
    }
    with pytest.raises(TaskError) as told:
        new_tasks({}, rows, PLACES)
    assert str(told.value).splitlines()[1:] == [
        "  - row 2: zone_id 2026Q3-0002 is not drawn in 2026Q3; did you mean 2026Q3-0001?",
        "  - row 3: commune_code 00999 is none of the communes of 2026Q3",
        "  - row 4: commune_code 00456 lies in province 02, not in 01",
    ]


def test_another_zone_brings_its_commune_and_province():
    states = after(("add", {"tasks": [said(1, commune_code="00456", province_code="02")]}))
    payload = amended(states, "T-0001", {"zone_id": "2026Q3-0001"}, "x", PLACES)
    step(states, "amend", payload, TODAY)
    own = states["T-0001"].task
    assert (own.zone_id, own.zone_period, own.commune_code, own.province_code) == (
        *("2026Q3-0001", "2026Q3"),
        *("00123", "01"),
    )
    with pytest.raises(TaskError, match="not drawn"):
        amended(states, "T-0001", {"zone_id": "2026Q3-0009"}, "x", PLACES)


NUMBERS = st.integers(1, 4)
DAYS = st.dates(dt.date(2026, 6, 1), dt.date(2027, 2, 1))
CHANGES = st.one_of(
    st.tuples(st.just("add"), st.builds(lambda n, due: {"tasks": [said(n, deadline=str(due))]}, NUMBERS, DAYS)),
    st.tuples(st.just("close"), st.builds(lambda n, day: closing(n, str(day)), NUMBERS, DAYS)),
    st.tuples(st.just("reopen"), st.builds(lambda n: {"task_id": f"T-{n:04d}", "reason": "x"}, NUMBERS)),
    st.tuples(
        st.just("amend"),
        st.builds(
            lambda n, due: {"task_id": f"T-{n:04d}", "changes": {"deadline": str(due)}, "reason": "x"}, NUMBERS, DAYS
        ),
    ),
    st.tuples(
        st.just("follow"),
        st.builds(lambda n: {"period": "2026Q4", "tasks": [move(f"T-{n:04d}", ["A"], True)]}, NUMBERS),
    ),
)


@given(st.lists(CHANGES, max_size=25), DAYS)
def test_sums_hold_after_any_changes(changes: list[tuple[str, dict[str, Any]]], as_of: dt.date):
    "Refused or not: every task that was added stands somewhere, done only with evidence, and parts sum at every level."
    states: States = {}
    for action, payload in changes:
        kept = deepcopy(states)
        with suppress(TaskError):
            step(kept, action, payload, TODAY)
            states = kept
    assert all((own.done_on is None) == (own.evidence is None) for own in states.values())
    for level in ("agency", "province", "commune"):
        *units, last = tasks.roll_up(states.values(), as_of, level)
        assert last.tasks == last.done + last.running + last.overdue
        assert last.done == last.on_time + last.late
        assert last.tasks + last.not_started == len(states)
        for name in ("tasks", "done", "on_time", "late", "running", "overdue", "not_started"):
            assert getattr(last, name) == sum(getattr(unit, name) for unit in units)
