"""Tasks: what was ordered, by whom it is done, and how it stands as of a day."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Any, Literal, Self

from phusong.errors import PhusongError
from phusong.ledger.period import ZONE
from phusong.text import nearest, nfc, sort_key

"""Where days begin and end."""
CLARITIES = {
    "person": "rõ người",
    "work": "rõ việc",
    "deadline": "rõ thời gian",
    "responsibility": "rõ trách nhiệm",
    "authority": "rõ thẩm quyền",
    "product": "rõ sản phẩm",
}
"""What every task must say: the six clarities of government orders (facts B10)."""
RULE_VI = (
    "Trong hạn gồm cả ngày đến hạn; ngày tính theo giờ Việt Nam (Asia/Ho_Chi_Minh); việc hoàn thành tính theo ngày làm "
    "xong mà minh chứng cho thấy, không theo ngày ghi; tổng = hoàn thành + đang thực hiện + quá hạn; nhiệm vụ chưa đến "
    "ngày bắt đầu không nằm trong tổng."
)
RULE_EN = (
    "The due day counts as in time; days are those of Asia/Ho_Chi_Minh; a task is done on the day that its evidence "
    "shows, not the day it was recorded; tasks = done + running + overdue; a task whose start day has not come is not "
    "among them."
)

Status = Literal["on_time", "late", "running", "overdue", "not_started"]
Level = Literal["agency", "province", "commune"]
_PATTERNS = {
    "commune_code": (r"[0-9]{5}", "five digits"),
    "province_code": (r"[0-9]{2}", "two digits"),
    "task_id": (r"[A-Za-z0-9][A-Za-z0-9._/-]{0,39}", "letters, digits and . _ / - only"),
}
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ADDRESS = re.compile(r"https?://[^\s/]+\S*")


class TaskError(PhusongError):
    """A task, its evidence or its log cannot be used as it stands."""


@dataclass(frozen=True)
class Task:
    """
    What was ordered; all text, but the days.

    Parameters
    ----------
    person, work, deadline, responsibility, authority, product
        The six clarities, all required.
    start
        First day of the work.
    agency, province_code, commune_code
        Whose task it is and where, for the sums; empty where not said.
    zone_id, zone_period
        Dead zone that it speaks of, as the snapshot of that period drew it; empty for none.
    """

    task_id: str
    person: str
    work: str
    deadline: dt.date
    responsibility: str
    authority: str
    product: str
    start: dt.date
    agency: str = ""
    province_code: str = ""
    commune_code: str = ""
    zone_id: str = ""
    zone_period: str = ""

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        """
        Task out of what was said of it: text, and days as dates or in ISO form.

        Raises
        ------
        TaskError
            With every fault at once.
        """
        told = {name: value if isinstance(value, dt.date) else nfc(str(value or "")) for name, value in said.items()}
        faults = [*_unknown(told), *_lacking(told), *_malformed(told)]
        days: dict[str, dt.date] = {}
        for name in ("start", "deadline"):
            try:
                days[name] = day_of(told.get(name) or "")
            except TaskError as fault:
                faults += [f"{name}: {fault}"] if told.get(name) else []
        if len(days) == 2 and days["deadline"] < days["start"]:
            faults.append(f"deadline {days['deadline']} is before start {days['start']}")
        if faults:
            raise TaskError("; ".join(faults))
        texts = {name: str(value) for name, value in told.items() if name not in days}
        return cls(**texts, **days)  # type: ignore[arg-type]

    def as_dict(self) -> dict[str, str]:
        """For the log: days in ISO form, what is not said left out."""
        return {f.name: str(value) for f in fields(self) if (value := getattr(self, f.name))}


@dataclass(frozen=True)
class Evidence:
    """
    What shows that something was done: a file by name and SHA-256, or an address with the day it was read.

    Parameters
    ----------
    name
        Of the file, or the address.
    sha256
        Of the file's bytes, 64 hexadecimal digits; empty for an address.
    read_on
        Day the address was read; None for a file.
    """

    name: str
    sha256: str = ""
    read_on: dt.date | None = None

    def __post_init__(self) -> None:
        if not self.name.strip() or bool(self.sha256) == (self.read_on is not None):
            raise TaskError(
                "only evidence closes a task: a file with its SHA-256, or an address with the day it was read"
            )
        if self.sha256 and not _SHA256.fullmatch(self.sha256):
            raise TaskError(f"evidence {self.name}: {self.sha256!r} is no SHA-256 (64 hexadecimal digits)")
        if self.read_on is not None and not _ADDRESS.fullmatch(self.name):
            raise TaskError(f"evidence {self.name!r} is no address; expected such as https://example.vn/bien-ban")

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        """Evidence out of an entry of the log."""
        read_on = said.get("read_on")
        return cls(str(said.get("name", "")), str(said.get("sha256", "")), day_of(read_on) if read_on else None)

    def refuse_future(self, on: dt.date) -> None:
        """
        Stop when the address was read after a day.

        Raises
        ------
        TaskError
            When it was.
        """
        if self.read_on is not None and self.read_on > on:
            raise TaskError(f"evidence {self.name} cannot have been read on {self.read_on}: today is {on}")

    def as_dict(self) -> dict[str, str]:
        """For the log."""
        return {f.name: str(value) for f in fields(self) if (value := getattr(self, f.name))}


@dataclass(frozen=True)
class State:
    """
    A task with what became of it.

    Parameters
    ----------
    zone_ids
        Zones it speaks of now; its last ones where `undrawn`.
    undrawn
        None of its zones is drawn any more: evidence is due, it does not close by that.
    followed, zones_before
        Last period whose drawing changed its zones, and the zones before that.
    done_on, evidence
        Of the closing; None while open.
    """

    task: Task
    zone_ids: tuple[str, ...] = ()
    undrawn: bool = False
    followed: str = ""
    zones_before: tuple[str, ...] = ()
    done_on: dt.date | None = None
    evidence: Evidence | None = None

    def status(self, as_of: dt.date) -> Status:
        """
        How it stands at the end of a day in Viet Nam; the due day counts as in time.

        Examples
        --------
        >>> day = dt.date(2026, 9, 30)
        >>> task = Task("T1", "Bà An", "dựng cột", day, "Sở", "UBND", "trạm phát sóng", dt.date(2026, 7, 1))
        >>> State(task).status(day), State(task).status(dt.date(2026, 10, 1))
        ('running', 'overdue')
        """
        if self.done_on is not None and self.done_on <= as_of:
            return "on_time" if self.done_on <= self.task.deadline else "late"
        if as_of < self.task.start:
            return "not_started"
        return "running" if as_of <= self.task.deadline else "overdue"


@dataclass(frozen=True)
class Counts:
    """Tasks by how they stand: `tasks` = `done` + `running` + `overdue`, `done` = `on_time` + `late`."""

    unit_level: str
    unit_code: str
    tasks: int
    done: int
    on_time: int
    late: int
    running: int
    overdue: int
    not_started: int

    @classmethod
    def of(cls, statuses: Iterable[Status], unit_level: str = "study", unit_code: str = "") -> Self:
        """
        Counts of tasks; those not started are beside the total, not in it.

        Examples
        --------
        >>> Counts.of(["on_time"] * 180 + ["late"] * 90 + ["running"] * 382 + ["overdue"] * 27).tasks
        679
        """
        found = Counter(statuses)
        done = found["on_time"] + found["late"]
        return cls(
            unit_level, unit_code, done + found["running"] + found["overdue"], done, found["on_time"], found["late"],
            found["running"], found["overdue"], found["not_started"],
        )  # fmt: skip

    def sentence_vi(self) -> str:
        """As government reports say it."""
        told = (
            f"{self.tasks} nhiệm vụ: {self.done} hoàn thành ({self.on_time} đúng hạn, {self.late} chậm hạn), "
            f"{self.running} đang thực hiện trong hạn, {self.overdue} quá hạn"
        )
        return told + (f"; ngoài ra {self.not_started} chưa đến ngày bắt đầu" if self.not_started else "")

    def sentence_en(self) -> str:
        """The same in English."""
        told = (
            f"{self.tasks} tasks: {self.done} done ({self.on_time} on time, {self.late} late), {self.running} running, "
            f"{self.overdue} overdue"
        )
        return told + (f"; besides, {self.not_started} not started yet" if self.not_started else "")


def roll_up(states: Iterable[State], as_of: dt.date, level: Level) -> tuple[Counts, ...]:
    """
    Counts of each unit in the order of the names or codes, that of tasks which name none first; and last of all tasks.

    Parameters
    ----------
    as_of
        Day at the end of which they stand so.
    level
        `agency`, `province` or `commune`, to whose field `unit_code` belongs; `study` in the last row.
    """
    key = level if level == "agency" else f"{level}_code"
    units: dict[str, list[Status]] = {}
    for state in states:
        units.setdefault(getattr(state.task, key), []).append(state.status(as_of))
    rows = [Counts.of(units[name], level, name) for name in sorted(units, key=lambda name: (sort_key(name), name))]
    return (*rows, Counts.of(status for own in units.values() for status in own))


def today(now: dt.datetime | None = None) -> dt.date:
    """The day it is in Viet Nam."""
    return (now or dt.datetime.now(dt.UTC)).astimezone(ZONE).date()


def day_of(value: dt.date | str) -> dt.date:
    """
    Day as a date, in ISO form, or as Vietnamese write it, the day first.

    Raises
    ------
    TaskError
        When it is none.

    Examples
    --------
    >>> day_of("30/9/2026") == day_of("2026-09-30")
    True
    """
    if isinstance(value, dt.date):
        return value.date() if isinstance(value, dt.datetime) else value
    iso = re.sub(r"^(\d{1,2})/(\d{1,2})/(\d{4})$", lambda m: f"{m[3]}-{m[2]:0>2}-{m[1]:0>2}", value.strip())
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", iso, re.ASCII):
        with suppress(ValueError):
            return dt.date.fromisoformat(iso)
    raise TaskError(f"'{value}' is no day; expected such as 2026-09-30 or 30/09/2026")


def _unknown(told: Mapping[str, Any]) -> Iterator[str]:
    known = [f.name for f in fields(Task)]
    for name in told:
        if name not in known:
            near = nearest(name, known)
            yield f"a task has no '{name}'" + (f"; did you mean '{near}'?" if near else "")


def _lacking(told: Mapping[str, Any]) -> Iterator[str]:
    lacking = [f"{vi} ({name})" for name, vi in CLARITIES.items() if not told.get(name)]
    if lacking:
        yield f"all six clarities are required; {', '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} missing"
    for name in ("task_id", "start"):
        if not told.get(name):
            yield f"{name} is missing"


def _malformed(told: Mapping[str, Any]) -> Iterator[str]:
    for name, (pattern, expected) in _PATTERNS.items():
        if told.get(name) and not re.fullmatch(pattern, str(told[name])):
            yield f"{name} '{told[name]}' is not of the form expected: {expected}"
