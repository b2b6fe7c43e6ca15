"""Satellite internet: terminals in use against the target of 2026 and the cap of the pilot."""

from __future__ import annotations

from collections.abc import Iterator

from phusong.publish.report.model import Block, Figure, Query
from phusong.publish.report.scope import Scope

LETTER = "S"
_TABLE = "outlook/satellite"


def satellite(scope: Scope, number: int) -> Iterator[Block]:
    """The section."""
    yield scope.heading(number, "satellite")
    count = scope.figure(LETTER, "terminals", scope.level_of("satellite_terminals", "numerator"))
    if count.value is None:
        withheld = count.text == scope.words.text("word.withheld")
        yield scope.say("satellite.withheld" if withheld else "satellite.none", unit=scope.called)
    else:
        per = scope.figure(LETTER, "terminals_per", scope.level_of("satellite_terminals_per_1000_households"))
        yield scope.say("satellite.count", terminals=count, per=per)
    if scope.level == "nation":
        yield from _nation(scope)


def _nation(scope: Scope) -> Iterator[Block]:
    def asked(column: str) -> Query:
        return Query(_TABLE, (), "value", (column,))

    def figure(name: str, column: str) -> Figure:
        return scope.figure(LETTER, name, asked(column))

    if scope.value(asked("cap_share")) is not None:
        yield scope.say("satellite.cap", share=figure("cap_share", "cap_share"), cap=figure("cap", "cap"))
    if scope.value(asked("target")) is None:
        yield scope.say("satellite.target_unknown")
        return
    yield scope.say(
        "satellite.target",
        target=figure("satellite_target", "target"),
        left=figure("satellite_left", "left"),
        rate=figure("satellite_rate", "per_week"),
    )
