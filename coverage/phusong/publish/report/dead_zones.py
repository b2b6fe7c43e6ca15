"""Dead zones: how many and whom, what is new and gone, and the ranked list with cause and proposal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from phusong.publish.labels import Labels, read_labels
from phusong.publish.report.model import Block, Query, Run
from phusong.publish.report.scope import Ask, Scope
from phusong.publish.zone_words import cause_text, commune_text

LETTER = "Z"
_FATES = ("served", "merged", "scattered", "unknown", "outside")
"""Why a zone is closed; only the first says that its people have signal and power now."""
SHOWN = 20
"""Zones of the list; the others stand in the annex."""


def dead_zones(scope: Scope, number: int, earlier: str) -> Iterator[Block]:
    """
    The section.

    Parameters
    ----------
    earlier
        Quarter that the zones were compared with; empty for none.
    """
    yield scope.heading(number, "zones")
    found = sorted(scope.each("zones", scope.own), key=lambda zone: zone["rank"])
    if found:
        yield scope.say("zones.count", **_counts(scope))
    else:
        yield scope.say("zones.none")
    villages = scope.level_of("villages_without_signal", scope=scope.anybody)
    if scope.value(villages) is not None:
        yield scope.say("zones.villages", villages=scope.figure(LETTER, "villages_no_signal", villages))
    yield scope.say("zones.since", **_since(scope)) if earlier else scope.say("zones.no_earlier")
    if not found:
        return
    labels = read_labels(scope.words.language)
    if any("cause" in zone for zone in found):
        yield _causes(scope, found, labels)
    rows = [_row(scope, zone, labels) for zone in found[:SHOWN]]
    columns = ("rank", "zone", "people", "without_signal", "cause", "proposal")
    widths = (0.8, 3.4, 1.1, 1.4, 3.4, 2.4)
    yield scope.table("zones", scope.words.text("zones.list"), columns, rows, widths)
    if len(found) > len(rows):
        yield scope.note("zones.rest")
    yield scope.note("zones.cause_note")


def _counts(scope: Scope) -> dict[str, Run]:
    told: dict[str, Run] = {
        "zones": scope.figure(LETTER, "zones", Query("zones", scope.own, "count")),
        "people": scope.figure(LETTER, "zone_people", Query("zones", scope.own, "sum", ("people",))),
    }
    for gap in ("signal", "power", "both"):
        told[gap] = scope.figure(LETTER, "zones", Query("zones", (*scope.own, ("gap", gap)), "count"))
    return told


def _since(scope: Scope) -> dict[str, Run]:
    own = scope.own
    closed = (*own, ("closed", scope.edition.period))
    asked = {"new": Query("zone_events", (*own, ("kind", "birth")), "count")}
    asked["closed"] = Query("zones_closed", closed, "count")
    for fate in _FATES:
        asked[fate] = Query("zones_closed", (*closed, ("why", fate)), "count")
    return {
        key: scope.figure(LETTER, "zones_new" if key == "new" else "zones_closed", query)
        for key, query in asked.items()
    }


def _causes(scope: Scope, found: list[dict[str, Any]], labels: Labels) -> Block:
    """A row each cause, in the order of the labels; zones of no known cause last."""
    seen = {_cause(zone) for zone in found}
    order = [key.partition(".")[2] for key in labels if key.startswith("cause.")]
    rows = []
    for cause in [name for name in (*order, "") if name in seen]:
        where = (*scope.own, ("cause", cause))
        cells = [Ask("zones_of_cause", Query("zones", where, "count"))]
        cells.append(Ask("zone_people", Query("zones", where, "sum", ("people",))))
        name = labels.get(f"cause.{cause}", scope.words.text("zones.cause_unknown"))
        rows.append(scope.row(LETTER, [name, *cells, _proposal(scope, cause)]))
    columns = ("cause", "zones", "people", "proposal")
    return scope.table("causes", scope.words.text("zones.causes"), columns, rows, (3.5, 1.1, 1.3, 3.5))


def _row(scope: Scope, zone: Mapping[str, Any], labels: Labels) -> tuple[Run, ...]:
    where = (("zone_id", str(zone["zone_id"])),)

    def asked(name: str, column: str) -> Ask:
        return Ask(name, Query("zones", where, "value", (column,)))

    cause, lacks = _cause(zone), str(zone["gap"])
    # the change that cures is told in Vietnamese only
    told = cause_text(zone, labels) if scope.words.language == "vi" else labels.get(f"cause.{cause}", "")
    return scope.row(
        LETTER,
        [
            asked("rank", "rank"),
            f"{zone['zone_id']}: {commune_text(zone, labels)}",
            asked("zone_people", "people"),
            # signal was not in question where power alone is lacking
            "–" if lacks == "power" else asked("without_signal", "without_signal_expected_people"),
            f"{labels.get(f'gap.{lacks}', lacks)}: {told or scope.words.text('zones.cause_unknown')}",
            _proposal(scope, cause),
        ],
    )


def _cause(zone: Mapping[str, Any]) -> str:
    cause = zone.get("cause")
    return "" if cause is None or pd.isna(cause) else str(cause)


def _proposal(scope: Scope, cause: str) -> str:
    return scope.words.texts.get(f"proposal.{cause or 'unknown'}", scope.words.text("proposal.unknown"))
