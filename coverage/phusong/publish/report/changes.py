"""Changes: each share of the quarter before and of this one, and how much of the difference each cause made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from phusong.ledger.comparison import KEY, REASONS
from phusong.ledger.definitions import definitions
from phusong.ledger.readings import COVERED
from phusong.publish.report.model import Block, Query, Run
from phusong.publish.report.scope import Ask, Scope
from phusong.units import ANY

LETTER = "C"
TABLE = "changes"
"""A row a figure: `KEY`, `value_from`, `value_to`, `change` and a column a cause (`part_…`), in hundredths of a per
cent as they are printed, and `not_divided` (a key of `REASONS`)."""
PART = "part_"
_TOLD = (
    COVERED,
    *("people_covered_largest_operator_share", "people_without_signal_share", "people_with_power_share"),
    *("people_without_signal_and_power_share", "communes_with_nr_site_share", "communes_centre_covered_share"),
)
"""Indicators whose changes are printed, in this order; the others follow from the same causes."""


def changes(scope: Scope, number: int, earlier: tuple[str, str], quarter: str) -> Iterator[Block]:
    """
    The section.

    Parameters
    ----------
    earlier
        The quarter that was run before and the one that changes were divided from, in words; each empty for none.
    """
    yield scope.heading(number, "changes")
    before, divided = earlier
    if not before:
        yield scope.say("changes.no_earlier", period=quarter)
        return
    if not divided:
        yield scope.say("changes.not_asked")
        return
    found = scope.each(TABLE, scope.unit)
    causes = _causes(scope)
    moved = [row for row in found if not row["not_divided"] and any(row[cause] for cause in causes)]
    moved = sorted((row for row in moved if row["definition_id"] in _TOLD), key=_order)
    if moved:
        rows = [_row(scope, row, causes) for row in moved]
        heads = [scope.words.text(f"cause.{cause.removeprefix(PART)}") for cause in causes]
        caption = scope.words.text("changes.caption", before=divided, after=quarter)
        widths = (3.6, 1.2, 1.2, 1.1, *[1.1] * len(causes))
        columns = ("figure", "from", "to", "change", *heads)
        yield scope.table("changes", caption, columns, rows, widths, scope.words.text("changes.note"))
    else:
        yield scope.say("changes.same", before=divided, after=quarter, unit=scope.called)
    for why in dict.fromkeys(str(row["not_divided"]) for row in found if row["not_divided"]):
        query = Query(TABLE, (*scope.unit, ("not_divided", why)), "count")
        reason = REASONS[why][scope.words.language == "en"]
        yield scope.note("changes.not_divided", count=scope.figure(LETTER, "not_divided", query), reason=reason)


def _order(row: Mapping[str, Any]) -> tuple[int, bool, bool]:
    """5G before 4G, and all operators together first."""
    return _TOLD.index(row["definition_id"]), row["technology"] == "LTE", row["operator"] != ANY


def _causes(scope: Scope) -> list[str]:
    """Columns of causes that moved something anywhere, so that all reports of a quarter have the same."""
    frame = scope.tables.frames[TABLE]
    return [str(name) for name in frame if str(name).startswith(PART) and (frame[name].fillna(0) != 0).any()]


def _row(scope: Scope, row: Mapping[str, Any], causes: list[str]) -> tuple[Run, ...]:
    where = tuple((key, row[key]) for key in KEY)
    columns = {"value_from": "change_from", "value_to": "change_to", "change": "change"}
    columns |= dict.fromkeys(causes, "change")
    cells = [Ask(name, Query(TABLE, where, "value", (column,))) for column, name in columns.items()]
    return scope.row(LETTER, [_name(scope, row), *cells])


def _name(scope: Scope, row: Mapping[str, Any]) -> str:
    definition = definitions().get(row["definition_id"])
    english = scope.words.language == "en"
    name = row["definition_id"] if definition is None else definition.name if english else definition.name_vi
    who = {ANY: scope.words.text("word.any"), "max": ""}.get(row["operator"], row["operator"])
    technology = "" if row["technology"] == ANY else str(row["technology"])
    technology = scope.words.texts.get(f"column.{technology.lower()}", technology)
    return " – ".join(filter(None, (name, technology, who)))
