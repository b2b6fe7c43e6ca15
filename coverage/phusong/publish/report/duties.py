"""Duties: the tasks by status, by agency, and each by the six clarities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from phusong.publish.labels import date_vi
from phusong.publish.report.model import Block, Paragraph, Query
from phusong.publish.report.scope import Ask, Scope

LETTER = "T"
SHOWN = 40
_STATES = ("tasks", "done", "on_time", "late", "running", "overdue", "not_started")
_ORDER = ("overdue", "running", "late", "on_time", "not_started")
_COMMUNE_TIER = ("person", "responsibility", "authority")


def duties(scope: Scope, number: int) -> Iterator[Block]:
    """The section."""
    yield scope.heading(number, "tasks")
    found = scope.each("tasks/tasks", scope.own)
    if not found:
        yield scope.say("tasks.none", unit=scope.called)
        return
    table = f"tasks/by_{'commune' if scope.level == 'commune' else 'province'}"
    queries = {name: Query(table, scope.unit, "value", (name,)) for name in _STATES}
    yield scope.say("tasks.count", **{name: scope.figure(LETTER, "tasks", own) for name, own in queries.items()})
    rule = scope.tables.text(Query("tasks/rule", (), "value", (f"rule_{scope.words.language}",)))
    yield Paragraph((rule,), "note")
    if scope.level == "nation":
        yield from _agencies(scope)
    yield from _list(scope, found)


def _agencies(scope: Scope) -> Iterator[Block]:
    rows = []
    agencies = [own for own in scope.each("tasks/by_agency") if own["unit_level"] != "study"]
    for own in sorted(agencies, key=lambda own: not own["unit_code"]):
        where = (("unit_level", str(own["unit_level"])), ("unit_code", str(own["unit_code"])))
        cells = [Ask("tasks", Query("tasks/by_agency", where, "value", (name,))) for name in _STATES[:-1]]
        name = str(own["unit_code"]) or scope.words.text("word.not_said")
        rows.append(scope.row(LETTER, [name, *cells]))
    if rows:
        caption = scope.words.text("tasks.agencies")
        columns = ("agency", *_STATES[:-1])
        yield scope.table("agencies", caption, columns, rows, (3, *[1.1] * len(_STATES[:-1])))


def _list(scope: Scope, found: list[dict[str, Any]]) -> Iterator[Block]:
    """Overdue ones first, then by deadline."""
    order = {status: place for place, status in enumerate(_ORDER)}
    found.sort(key=lambda task: (order.get(str(task["status"]), len(order)), str(task["deadline"])))
    holds_people = "person" in found[0]
    rows = [_row(scope, task, holds_people=holds_people) for task in found[:SHOWN]]
    columns = ["task", *(["person"] if holds_people else []), "agency", "product", "deadline", "status"]
    widths = [2.8, *([4.4] if holds_people else []), 1.6, 1.7, 1.4, 1.4]
    caption = scope.words.text("tasks.list")
    yield scope.table("tasks", caption, columns, rows, widths)
    if len(found) > len(rows):
        yield scope.note("tasks.rest")
    if not holds_people:
        yield scope.note("tasks.hidden")


def _row(scope: Scope, task: Mapping[str, Any], *, holds_people: bool) -> tuple[str, ...]:
    def said(name: str) -> str:
        value = task.get(name)
        return scope.words.text("word.not_said") if value is None or pd.isna(value) or value == "" else str(value)

    clear = (scope.words.text(f"tasks.{name}", said=said(name)) for name in _COMMUNE_TIER)
    people = ["; ".join(clear)] if holds_people else []
    status = said(f"status_{scope.words.language}")
    return (
        f"{said('task_id')}: {said('work')}",
        *people,
        said("agency"),
        said("product"),
        date_vi(task["deadline"]),
        status,
    )
