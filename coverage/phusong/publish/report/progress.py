"""Progress to each reading of "5G nationwide in 2026": what there is, the rate that it takes, and how likely it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from phusong.ledger import coming, forecast
from phusong.ledger.headway import QUANTITIES
from phusong.ledger.readings import READINGS
from phusong.ledger.run_rate import STATES
from phusong.ledger.yields import REACHED
from phusong.publish.labels import date_vi
from phusong.publish.report.model import Block, Query, Run
from phusong.publish.report.scope import Ask, Scope, Where
from phusong.units import ANY

LETTER = "P"
_ENDS = ("low", "high")
_MET = {"yes": "word.yes", "no": "word.no", "unknown": "word.met_unknown"}


def progress(scope: Scope, number: int) -> Iterator[Block]:
    """The section."""
    yield scope.heading(number, "progress")
    yield scope.say("progress.nobody_defined")
    if scope.level == "commune":
        yield from _commune(scope)
        return
    rows = [_reading(scope, row) for row in scope.each("outlook/readings", scope.unit)]
    if not rows:
        yield scope.say("progress.none", unit=scope.called)
        return
    columns = ("reading", "have", "of", "share", "needed", "short", "unknown", "met")
    caption = scope.words.text("progress.caption", unit=scope.called)
    note = scope.words.text("progress.unknown_note")
    yield scope.table("readings", caption, columns, rows, (4, 1.5, 1.5, 1.2, 1.5, 1.4, 1.2, 1.3), note)
    yield _needs(scope)
    yield from _rates(scope)
    yield from _chances(scope)
    if scope.level == "nation":
        yield from _yields(scope)


def _commune(scope: Scope) -> Iterator[Block]:
    rows = []
    for name in READINGS:
        where = (*scope.unit, ("topic", "readings"), ("figure", name))
        asked = {"have": "numerator", "of": "denominator", "share": "value"}
        cells = [Ask(f"reading_{key}", Query("levels", where, "value", (column,))) for key, column in asked.items()]
        if scope.tables.rows(cells[0].query).size:
            rows.append(scope.row(LETTER, [_reading_words(scope, name), *cells]))
    if rows:
        caption = scope.words.text("progress.caption", unit=scope.called)
        yield scope.table("readings", caption, ("reading", "have", "of", "share"), rows, (4, 1.5, 1.5, 1.2))
    yield scope.note("progress.commune")


def _reading(scope: Scope, row: Mapping[str, Any]) -> tuple[Run, ...]:
    where = (*scope.unit, ("reading", row["reading"]))
    columns = {"have": "numerator", "of": "denominator", "share": "value", "needed": "needed"}
    columns |= {"short": "short_by", "unknown": "unknown"}
    cells = [
        Ask(f"reading_{name}", Query("outlook/readings", where, "value", (column,))) for name, column in columns.items()
    ]
    return scope.row(LETTER, [_named(scope, row), *cells, scope.words.text(_MET[row["met"]])])


def _named(scope: Scope, row: Mapping[str, Any]) -> str:
    words = _reading_words(scope, row["reading"])
    return f"{words} – {row['operator']}" if row["operator"] else words


def _needs(scope: Scope) -> Block:
    """What each reading takes by the week, and how likely it is met."""
    rows = [_need(scope, row) for row in scope.each("outlook/readings", scope.unit)]
    columns = ("reading", "short", "per_week", "before", "chance_low", "chance_high")
    caption, note = (scope.words.text(f"progress.{key}", unit=scope.called) for key in ("needs", "needs_note"))
    return scope.table("needs", caption, columns, rows, (4, 1.3, 1.3, 1.3, 1.2, 1.2), note)


def _need(scope: Scope, row: Mapping[str, Any]) -> tuple[Run, ...]:
    where = (*scope.unit, ("reading", row["reading"]))
    columns = {"reading_short": "short_by", "rate_needed": "per_week", "rate_before": "per_week_before"}
    cells = [Ask(name, Query("outlook/readings", where, "value", (column,))) for name, column in columns.items()]
    whose = row["operator"] or ANY
    goal: Where = (*scope.unit, ("goal", row["reading"]), ("operator", whose))
    told = next((one for one in scope.each("outlook/chances", goal) if not one["reason"]), None)
    asked = goal if told is None else _chance_of(scope, told)
    ends = [Ask(f"chance_{end}", Query("outlook/chances", asked, "value", (f"probability_{end}",))) for end in _ENDS]
    return scope.row(LETTER, [_named(scope, row), *cells, *ends])


def _rates(scope: Scope) -> Iterator[Block]:
    where: Where = (("province_code", scope.code),)
    found = scope.each("outlook/rates", where)
    if not found:
        return
    first: Where = (*where, ("operator", found[0]["operator"]), ("quantity", found[0]["quantity"]))
    weeks, days = (
        scope.figure(LETTER, name, Query("outlook/rates", first, "value", (f"{name}_left",)))
        for name in ("weeks", "days")
    )
    yield scope.say("progress.weeks", weeks=weeks, days=days)
    rows = [_rate(scope, (*where, ("operator", row["operator"]), ("quantity", row["quantity"])), row) for row in found]
    columns = ("operator", "quantity", "have", "left", "per_week", "before", "status")
    caption = scope.words.text("progress.rates", unit=scope.called)
    note = scope.words.text("progress.rates_note")
    yield scope.table("rates", caption, columns, rows, (1.9, 2.5, 1.3, 1.2, 1.1, 1.1, 2), note)


def _rate(scope: Scope, where: Where, row: Mapping[str, Any]) -> tuple[Run, ...]:
    columns = {"rate_done": "done", "rate_left": "left", "rate_needed": "per_week", "rate_before": "per_week_before"}
    cells = [Ask(name, Query("outlook/rates", where, "value", (column,))) for name, column in columns.items()]
    words = [_operator(scope, row["operator"]), _said(scope, QUANTITIES[row["quantity"]])]
    return scope.row(LETTER, [*words, *cells, _said(scope, STATES[row["state"]])])


def _chances(scope: Scope) -> Iterator[Block]:
    every = scope.each("outlook/chances", scope.unit)
    rows = [_chance(scope, row) for row in every if row["reason"] == ""]
    if rows:
        caption = scope.words.text("progress.chances", unit=scope.called)
        columns = ("goal", "operator", "by", "asked", "low", "high")
        yield scope.table("chances", caption, columns, rows, (3, 2, 1.5, 1.2, 1.1, 1.1))
    refused: dict[tuple[str, str], list[str]] = {}
    for row in every:
        if row["reason"]:
            told = refused.setdefault((_goal(scope, row["goal"]), row["reason"]), [])
            told.append(_operator(scope, row["operator"]))
    reasons = {**forecast.REASONS, **coming.REASONS}
    for (goal, reason), who in refused.items():
        said = _said(scope, reasons[reason])
        yield scope.note("progress.refused", goal=goal, who=", ".join(who), reason=said)


def _chance(scope: Scope, row: Mapping[str, Any]) -> tuple[Run, ...]:
    where = _chance_of(scope, row)
    asked = "goal_share" if row["definition_id"].endswith("_share") else "goal_count"
    columns = {asked: "value", **{f"chance_{end}": f"probability_{end}" for end in _ENDS}}
    cells = [Ask(name, Query("outlook/chances", where, "value", (column,))) for name, column in columns.items()]
    words = [_goal(scope, row["goal"]), _operator(scope, row["operator"]), date_vi(row["by"])]
    return scope.row(LETTER, [*words, *cells])


def _chance_of(scope: Scope, row: Mapping[str, Any]) -> Where:
    keys = ("definition_id", "operator", "goal", "method", "by", "value")
    return (*scope.unit, *((key, row[key]) for key in keys))


def _yields(scope: Scope) -> Iterator[Block]:
    """Whom the planned sites bring, and whether they do for the people who are left."""
    found = [row for row in scope.each("outlook/yields") if row["sites"]]
    if not found:
        yield scope.note("progress.no_yields")
        return
    columns = ("operator", "planned_sites", "gained", "a_site", "people_left", "sites_needed", "met")
    rows = [_yield(scope, row) for row in found]
    caption, note = (scope.words.text(f"progress.{key}", unit=scope.called) for key in ("yields", "yields_note"))
    yield scope.table("yields", caption, columns, rows, (2, 1.2, 1.3, 1.3, 1.4, 1.2, 2.6), note)


def _yield(scope: Scope, row: Mapping[str, Any]) -> tuple[Run, ...]:
    where = (("operator", row["operator"]),)
    columns = {"yield_sites": "sites", "yield_people": "planned_people", "yield_mean": "mean_people"}
    columns |= {"yield_left": "people_left", "yield_needed": "sites_needed"}
    cells = [Ask(name, Query("outlook/yields", where, "value", (column,))) for name, column in columns.items()]
    return scope.row(LETTER, [_operator(scope, row["operator"]), *cells, _said(scope, REACHED[row["reached"]])])


def _reading_words(scope: Scope, name: str) -> str:
    return _said(scope, READINGS[name])


def _goal(scope: Scope, name: str) -> str:
    """In words; a target of the project file has a name of its own."""
    return scope.words.texts.get(f"goal.{name}", name)


def _operator(scope: Scope, name: str) -> str:
    return scope.words.text("word.any") if name == ANY else name


def _said(scope: Scope, both: tuple[str, str]) -> str:
    said = both[scope.words.language == "en"]
    return said[:1].upper() + said[1:]
