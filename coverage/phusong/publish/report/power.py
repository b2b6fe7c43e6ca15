"""Power: who has mains, how often it fails, and the hardened masts that several operators share."""

from __future__ import annotations

from collections.abc import Iterator

from phusong.publish.labels import date_vi
from phusong.publish.report.model import Block, Query
from phusong.publish.report.scope import Ask, Scope

LETTER = "L"


def power(scope: Scope, number: int) -> Iterator[Block]:
    """The section."""
    yield scope.heading(number, "power")
    share = scope.level_of("people_with_power_share", "value")
    if scope.value(share) is None:
        yield scope.say("power.no_data", unit=scope.called)
    else:
        yield scope.say(
            "power.villages",
            share=scope.figure(LETTER, "power_share", share),
            people=scope.figure(LETTER, "power_people", scope.level_of("people_with_power_share", "numerator")),
            villages=scope.figure(LETTER, "villages_no_power", scope.level_of("villages_without_power")),
            both=scope.figure(
                LETTER, "villages_no_both", scope.level_of("villages_without_signal_and_power", scope=scope.anybody)
            ),
        )
    where, table = (scope.own, "communes") if scope.level == "commune" else (scope.unit, "provinces")
    saidi, saifi = (Query(table, where, "value", (column,)) for column in ("saidi_min", "saifi_count"))
    if scope.value(saidi) is not None:
        told = {"saidi": scope.figure(LETTER, "saidi", saidi), "saifi": scope.figure(LETTER, "saifi", saifi)}
        yield scope.say("power.outages", **told)
    if scope.value(scope.sum_of("fragile_people")) is not None:
        yield scope.say("power.fragile", people=scope.figure(LETTER, "fragile", scope.sum_of("fragile_people")))
    yield from _lifeline(scope)


def _lifeline(scope: Scope) -> Iterator[Block]:
    met, known = (scope.level_of("lifeline_communes", column) for column in ("numerator", "denominator"))
    if scope.value(met) is not None:
        told = {"met": scope.figure(LETTER, "lifeline_met", met)}
        yield scope.say("power.lifeline", **told, known=scope.figure(LETTER, "lifeline_known", known))
    rows = []
    for milestone in scope.each("milestones", scope.unit):
        where = (*scope.unit, ("by", milestone["by"]))
        cells = [
            Ask(f"milestone_{column}", Query("milestones", where, "value", (column,)))  # type: ignore[arg-type]
            for column in ("required", "met", "unknown", "short")
        ]
        rows.append(scope.row(LETTER, [date_vi(milestone["by"]), *cells]))
    if rows:
        caption = scope.words.text("power.milestones", unit=scope.called)
        yield scope.table("milestones", caption, ("by", "needed", "have", "unknown", "short"), rows, (2, 1, 1, 1, 1))
