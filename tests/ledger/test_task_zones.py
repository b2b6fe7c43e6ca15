"""Tasks follow their zones: splits, merges, ends, and periods that were missed."""

from __future__ import annotations

import pandas as pd
import pytest
from small_tasks import TODAY, closing, said

from phusong.ledger.task_changes import States, step
from phusong.ledger.task_zones import follow

EVENTS = pd.DataFrame(
    [
        ("continued", "A", ""),
        ("split", "A", "A;N1;N2"),
        ("birth", "N1", "A"),
        ("death", "B", "C"),
        ("continued", "C", ""),
        ("death", "D", ""),
        ("death", "E", "C"),
        ("split", "E", "C;N3"),
        ("birth", "N3", "E"),
        ("birth", "N4", ""),
        ("continued", "G", ""),
    ],
    columns=["kind", "zone_id", "others"],
)
CLOSED = pd.DataFrame(
    [
        ("B", "merged", "C"),
        ("D", "served", None),
        ("E", "merged", "C"),
        ("F", "merged", "A"),  # in an earlier period, into a zone that splits now
        ("H", "merged", "I"),
        ("I", "scattered", float("nan")),
    ],
    columns=["zone_id", "why", "merged_into"],
)


def tasks(*zones: str, period: str = "2026Q3") -> States:
    states: States = {}
    own = [said(number, zone_id=zone, zone_period=period) for number, zone in enumerate(zones, 1)]
    step(states, "add", {"tasks": own}, TODAY)
    return states


@pytest.mark.parametrize(
    ("zone", "now", "undrawn", "gone"),
    [
        ("A", ("A", "N1", "N2"), False, ()),
        ("B", ("C",), False, ()),
        ("C", ("C",), False, ()),
        ("D", ("D",), True, (("D", "served"),)),
        ("E", ("C", "N3"), False, ()),
        ("F", ("A", "N1", "N2"), False, ()),
        ("H", ("H",), True, (("H", "merged"),)),
        ("N4", ("N4",), False, ()),
    ],
)
def test_what_a_task_speaks_of_now(zone: str, now: tuple[str, ...], undrawn: bool, gone: tuple[tuple[str, str], ...]):
    (move,) = follow(tasks(zone).values(), EVENTS, CLOSED, "2026Q4")
    assert (move.zone_ids, move.undrawn, move.gone, move.untold) == (now, undrawn, gone, ())
    assert move.changed == (now != (zone,) or undrawn)


def test_a_task_of_several_zones_keeps_those_that_are_drawn():
    states = tasks("G")
    payload = {"period": "2026Q3", "tasks": [{"task_id": "T-0001", "zone_ids": ["D", "G"], "undrawn": False}]}
    step(states, "follow", payload, TODAY)
    (move,) = follow(states.values(), EVENTS, CLOSED, "2026Q4")
    assert (move.zone_ids, move.undrawn, move.gone) == (("G",), False, (("D", "served"),))


def test_a_zone_the_tables_do_not_know_is_kept_and_told():
    (move,) = follow(tasks("Z").values(), EVENTS, CLOSED, "2026Q4")
    assert (move.zone_ids, move.undrawn, move.untold, move.changed) == (("Z",), False, ("Z",), False)


def test_who_does_not_follow():
    "Closed tasks, tasks without a zone, and zones as this or a later period drew them."
    states = tasks("A", "", "A")
    step(states, "close", closing(1), TODAY)
    assert [move.task_id for move in follow(states.values(), EVENTS, CLOSED, "2026Q4")] == ["T-0003"]
    assert follow(tasks("A", period="2026Q4").values(), EVENTS, CLOSED, "2026Q4") == ()
    assert follow(tasks("A", period="2027Q1").values(), EVENTS, CLOSED, "2026Q4") == ()


def test_a_period_run_again_counts_from_the_zones_before():
    states = tasks("A", "D")
    moves = follow(states.values(), EVENTS, CLOSED, "2026Q4")
    step(states, "follow", {"period": "2026Q4", "tasks": [move.as_dict() for move in moves]}, TODAY)
    assert not any(move.changed for move in follow(states.values(), EVENTS, CLOSED, "2026Q4"))
    other = pd.DataFrame([("continued", "A", ""), ("continued", "D", "")], columns=["kind", "zone_id", "others"])
    again = follow(states.values(), other, CLOSED[CLOSED.zone_id != "D"], "2026Q4")
    assert [(move.zone_ids, move.undrawn, move.changed) for move in again] == [
        (("A",), False, True),
        (("D",), False, True),
    ]


def test_order_of_the_rows_does_not_matter():
    states = tasks("A", "B", "D", "E")
    mixed = follow(reversed(states.values()), EVENTS[::-1], CLOSED[::-1], "2026Q4")
    assert mixed == follow(states.values(), EVENTS, CLOSED, "2026Q4")
