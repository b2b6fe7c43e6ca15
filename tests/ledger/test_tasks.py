"""Tasks: the six clarities, how a task stands on a day, and sums whose parts add up."""

from __future__ import annotations

import datetime as dt

import pytest
from small_tasks import SAID

from phusong.ledger import tasks
from phusong.ledger.tasks import Counts, Evidence, State, Task, TaskError

DUE = dt.date(2026, 9, 30)
FILE = Evidence("bien-ban.pdf", "a" * 64)


def task(number: int = 1, **other: str) -> Task:
    return Task.of({**SAID, "task_id": f"T-{number:04d}", **other})


@pytest.mark.parametrize(("name", "vi"), tasks.CLARITIES.items())
@pytest.mark.parametrize("empty", ["", "  ", None])
def test_each_clarity_is_required_and_named(name: str, vi: str, empty: str | None):
    with pytest.raises(TaskError) as told:
        Task.of({**SAID, "task_id": "T-0001", name: empty})
    assert str(told.value) == f"all six clarities are required; {vi} ({name}) is missing"


def test_every_fault_at_once():
    with pytest.raises(TaskError) as told:
        Task.of({**SAID, "task_id": "T 1", "person": "", "product": "", "start": "31/09/2026", "commune_code": "123"})
    assert str(told.value) == (
        "all six clarities are required; rõ người (person), rõ sản phẩm (product) are missing; "
        "commune_code '123' is not of the form expected: five digits; "
        "task_id 'T 1' is not of the form expected: letters, digits and . _ / - only; "
        "start: '31/09/2026' is no day; expected such as 2026-09-30 or 30/09/2026"
    )


def test_a_deadline_before_the_start_is_refused():
    with pytest.raises(TaskError, match="deadline 2026-09-30 is before start 2026-10-01"):
        task(start="2026-10-01")
    assert task(start="2026-09-30").start == DUE


def test_a_field_that_tasks_do_not_have_is_named():
    with pytest.raises(TaskError, match="a task has no 'deadlin'; did you mean 'deadline'"):
        task(deadlin="2026-09-30")


def test_it_is_the_same_after_the_log():
    own = task(agency="Sở KH&CN", zone_id="2026Q3-0001", zone_period="2026Q3", commune_code="00123", province_code="01")
    assert Task.of(own.as_dict()) == own


@pytest.mark.parametrize(
    ("day", "done_on", "status"),
    [
        ("2026-06-30", None, "not_started"),
        ("2026-07-01", None, "running"),
        ("2026-09-30", None, "running"),
        ("2026-10-01", None, "overdue"),
        ("2026-09-30", "2026-09-30", "on_time"),
        ("2026-10-05", "2026-10-01", "late"),
        ("2026-09-29", "2026-09-30", "running"),
        ("2026-10-04", "2026-10-05", "overdue"),
    ],
)
def test_how_a_task_stands_at_the_end_of_a_day(day: str, done_on: str | None, status: str):
    "The due day counts as in time; what was done later than the day is not done on it."
    done = dt.date.fromisoformat(done_on) if done_on else None
    state = State(task(), done_on=done, evidence=FILE if done else None)
    assert state.status(dt.date.fromisoformat(day)) == status


@pytest.mark.parametrize(
    ("utc", "day"), [("2026-09-30T16:59:59+00:00", "2026-09-30"), ("2026-09-30T17:00:00+00:00", "2026-10-01")]
)
def test_days_end_at_midnight_in_viet_nam(utc: str, day: str):
    assert tasks.today(dt.datetime.fromisoformat(utc)).isoformat() == day


@pytest.mark.parametrize("text", ["", "2026-9-3", "30/09/26", "09/30/2026", "2026-02-29", "2٠26-09-30", "20260930"])
def test_what_is_no_day(text: str):
    with pytest.raises(TaskError, match="is no day"):
        tasks.day_of(text)


@pytest.mark.parametrize(
    ("name", "sha256", "read_on", "told"),
    [
        ("", "a" * 64, None, "only evidence closes"),
        ("a.pdf", "", None, "only evidence closes"),
        ("https://a.vn", "a" * 64, DUE, "only evidence closes"),
        ("a.pdf", "A" * 64, None, "is no SHA-256"),
        ("công văn 12", "", DUE, "is no address"),
    ],
)
def test_what_is_no_evidence(name: str, sha256: str, read_on: dt.date | None, told: str):
    with pytest.raises(TaskError, match=told):
        Evidence(name, sha256, read_on)


def states() -> list[State]:
    "Agency A: done on time, done late; B in province 02: running, overdue, not started."
    near = {"agency": "Ban B", "province_code": "02"}
    return [
        State(task(1, agency="Sở A"), done_on=DUE, evidence=FILE),
        State(task(2, agency="Sở A"), done_on=dt.date(2026, 10, 1), evidence=FILE),
        State(task(3, **near, deadline="2026-12-31")),
        State(task(4, **near)),
        State(task(5, **near, start="2026-12-01", deadline="2026-12-31")),
    ]


def test_sums_by_agency_and_province():
    day = dt.date(2026, 10, 31)
    last = Counts("study", "", 4, 2, 1, 1, 1, 1, 1)
    agencies = Counts("agency", "Ban B", 2, 0, 0, 0, 1, 1, 1), Counts("agency", "Sở A", 2, 2, 1, 1, 0, 0, 0)
    assert tasks.roll_up(states(), day, "agency") == (*agencies, last)
    provinces = Counts("province", "", 2, 2, 1, 1, 0, 0, 0), Counts("province", "02", 2, 0, 0, 0, 1, 1, 1)
    assert tasks.roll_up(states()[::-1], day, "province") == (*provinces, last)


def test_the_sentence_of_the_reports():
    "Government news of 24 September 2025; 679 is the sum of its parts."
    found = Counts.of(["on_time"] * 180 + ["late"] * 90 + ["running"] * 382 + ["overdue"] * 27)
    assert found.sentence_en() == "679 tasks: 270 done (180 on time, 90 late), 382 running, 27 overdue"
    assert found.sentence_vi() == (
        "679 nhiệm vụ: 270 hoàn thành (180 đúng hạn, 90 chậm hạn), 382 đang thực hiện trong hạn, 27 quá hạn"
    )
    assert Counts.of(["not_started"]).sentence_en().endswith("0 overdue; besides, 1 not started yet")
