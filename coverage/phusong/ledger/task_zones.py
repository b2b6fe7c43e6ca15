"""Tasks follow their zones: of which zones an open task speaks after a period's splits, merges and deaths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from phusong.ledger.tasks import State

if TYPE_CHECKING:
    import pandas as pd

UNDRAWN_VI = "vùng không còn được vẽ: cần minh chứng"
UNDRAWN_EN = "zone no longer drawn: bring evidence"
_UNTOLD = "not told"


@dataclass(frozen=True)
class Move:
    """
    The zones an open task speaks of from a period on.

    Parameters
    ----------
    zone_ids
        In order; the last ones where none is drawn any more.
    undrawn
        None is drawn any more. The task stays open: only evidence closes it.
    gone
        Zones that ended without one that goes on in their place, with why, as in `zones_closed`.
    untold
        Zones of which the period's tables say nothing; they are kept as they were.
    changed
        Whether it speaks of other zones than before.
    """

    task_id: str
    zone_ids: tuple[str, ...]
    undrawn: bool
    gone: tuple[tuple[str, str], ...]
    untold: tuple[str, ...]
    changed: bool

    def as_dict(self) -> dict[str, Any]:
        """For the log."""
        return {
            "task_id": self.task_id,
            "zone_ids": list(self.zone_ids),
            "undrawn": self.undrawn,
            "gone": dict(self.gone),
        }


def follow(tasks: Iterable[State], events: pd.DataFrame, closed: pd.DataFrame, period: str) -> tuple[Move, ...]:
    """
    The zones that each open task speaks of in a period, by the order of the ids.

    A zone that split means all its parts; one that merged the zone it merged into; one that ended otherwise none. Tasks
    that speak of no zone, or whose zones are those of a later period, are not among the moves. A task that was followed
    into this very period is followed anew from the zones before, so that a period that was run again counts.

    Parameters
    ----------
    events
        `zone_events` of the period's snapshot: kind, zone_id, others (joined by ;).
    closed
        `zones_closed` of it: zone_id, why, merged_into.
    """
    fates = _Fates.of(events, closed)
    own = [state for state in tasks if state.done_on is None and state.zone_ids]
    again = {state.task.task_id: state.zones_before for state in own if state.followed == period}
    return tuple(
        _move(state, again.get(state.task.task_id) or state.zone_ids, fates)
        for state in sorted(own, key=lambda state: state.task.task_id)
        if state.followed < period or again.get(state.task.task_id)
    )


@dataclass(frozen=True)
class _Fates:
    parts: Mapping[str, tuple[str, ...]]
    ended: Mapping[str, str]
    why: Mapping[str, str]
    dying: frozenset[str]
    known: frozenset[str]

    @classmethod
    def of(cls, events: pd.DataFrame, closed: pd.DataFrame) -> _Fates:
        told = list(zip(events.kind, events.zone_id, events.others, strict=True))
        into = {str(zone): "" if _empty(to) else str(to) for zone, to in _pairs(closed, "merged_into")}
        deaths = {str(zone): str(others or "") for kind, zone, others in told if kind == "death"}
        return cls(
            {str(zone): tuple(str(others).split(";")) for kind, zone, others in told if kind == "split"},
            {**into, **deaths},
            {str(zone): str(why) for zone, why in _pairs(closed, "why")},
            frozenset(deaths),
            frozenset([*(str(zone) for _, zone, _ in told), *into]),
        )

    def now(self, zone_id: str) -> tuple[str, ...]:
        """Zones of now in place of one of before; an earlier ending is followed through all that came after."""
        for _ in range(len(self.ended) + 1):
            if zone_id in self.parts:
                return self.parts[zone_id]
            if zone_id not in self.ended:
                return (zone_id,)
            into = self.ended[zone_id]
            if not into or zone_id in self.dying:
                return (into,) if into else ()
            zone_id = into
        return ()


def _move(state: State, before: tuple[str, ...], fates: _Fates) -> Move:
    now = {zone: fates.now(zone) for zone in before}
    drawn = tuple(sorted({part for parts in now.values() for part in parts}))
    gone = tuple((zone, fates.why.get(zone) or _UNTOLD) for zone, parts in sorted(now.items()) if not parts)
    untold = tuple(zone for zone in before if zone not in fates.known)
    changed = (drawn or before, not drawn) != (state.zone_ids, state.undrawn)
    return Move(state.task.task_id, drawn or before, not drawn, gone, untold, changed)


def _pairs(closed: pd.DataFrame, column: str) -> Iterable[tuple[Any, Any]]:
    return zip(closed.zone_id, closed[column] if column in closed else [None] * len(closed), strict=True)


def _empty(value: Any) -> bool:
    return value is None or value != value or value == ""  # noqa: PLR0124 - NaN is the value that is not itself
