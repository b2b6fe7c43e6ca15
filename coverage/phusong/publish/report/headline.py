"""The headline: who has signal and power, with its definition and interval, and the chart and map of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from phusong.ledger.readings import COVERED
from phusong.publish.labels import date_vi
from phusong.publish.report.model import Block, Query, Run
from phusong.publish.report.scope import Scope
from phusong.units import ANY

LETTER = "H"
Counted = Callable[[str, Query], Run]
"""A figure of the section, by its entry in the words and its question."""
_EXPECTED = "people_covered_expected_share"


def headline(scope: Scope, number: int, quarter: str) -> Iterator[Block]:
    """
    The section.

    Parameters
    ----------
    quarter
        The period in words.
    """

    def figure(name: str, query: Query) -> Run:
        return scope.figure(LETTER, name, query)

    edition = scope.edition
    yield scope.heading(number, "headline")
    yield scope.say(
        "headline.scope",
        period=quarter,
        as_of=date_vi(edition.as_of),
        day=date_vi(edition.day or edition.as_of),
        unit=scope.name,
        communes=figure("communes", Query("communes", scope.own, "count")),
        people=figure("people", scope.sum_of("people")),
        vintage=str(edition.run.get("people_vintage") or scope.words.text("word.unknown")),
    )
    if scope.value(scope.covered("denominator")):
        yield scope.bullets(*_signal(scope, figure), *_lacking(scope, figure))
    else:
        yield scope.say("headline.no_coverage", unit=scope.name)
        yield scope.bullets(*_lacking(scope, figure))
    yield scope.note("headline.definition")


def _signal(scope: Scope, figure: Counted) -> Iterator[tuple[Run, ...]]:
    say = scope.words.runs
    yield say(
        "headline.coverage",
        covered=figure("covered", scope.covered("numerator")),
        known=figure("known", scope.covered("denominator")),
        share=figure("covered_share", scope.covered("value")),
        low=figure("covered_low", _bounds(scope, COVERED, "low")),
        high=figure("covered_high", _bounds(scope, COVERED, "high")),
    )
    if scope.value(_bounds(scope, _EXPECTED, "value")) is not None:
        ends = {end: figure(f"expected_{end}", _bounds(scope, _EXPECTED, end)) for end in ("low", "high")}
        yield say("headline.expected", expected=figure("expected", _bounds(scope, _EXPECTED, "value")), **ends)
    yield say(
        "headline.lte",
        share=figure("covered_share", scope.covered("value", technology="LTE")),
        covered=figure("covered", scope.covered("numerator", technology="LTE")),
    )


def _lacking(scope: Scope, figure: Counted) -> Iterator[tuple[Run, ...]]:
    yield scope.words.runs(
        "headline.gap",
        none=figure("no_signal", scope.level_of("people_without_signal_share", "numerator", scope=scope.anybody)),
        power=figure("no_power", scope.sum_of("power_no_people")),
        both=figure("no_both", scope.sum_of("gap_both_people")),
        unknown=figure("unknown", scope.sum_of("gap_unknown_people")),
    )
    yield scope.words.runs(
        "headline.zones",
        zones=figure("zones", Query("zones", scope.own, "count")),
        people=figure("zone_people", Query("zones", scope.own, "sum", ("people",))),
    )


def _bounds(scope: Scope, definition: str, column: str) -> Query:
    told = {"definition_id": definition, "operator": ANY, "technology": "NR", "environment": scope.environment}
    return Query("indicators", (*scope.unit, *told.items()), "value", (column,))
