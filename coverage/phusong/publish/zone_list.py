"""The list of dead zones: the worst of a period, what became of those of the period before, and the joint classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from phusong.ledger.bundle import csv_bytes
from phusong.publish.labels import Labels, number_text, read_labels
from phusong.publish.zone_words import WITHOUT_SIGNAL, Zone, cause_text, commune_text, rows_of, with_interval
from phusong.text import number_vi, sort_key

NO_DATA = "–"
_COLUMNS = ("rank", "interval", "id", "gap", "people", "without_signal", "commune", "cause", "first_seen")
_TEXTS = ("id", "gap", "commune", "cause", "first_seen")
_EVENTS = ("birth", "death", "split", "merge")
_SIGNS = {"birth": "←", "merge": "←", "death": "→", "split": "→"}


@dataclass(frozen=True)
class Listing:
    """Headings, the rows below them, and which of the columns hold text and no numbers."""

    headings: list[str]
    rows: list[tuple[str, ...]]
    texts: tuple[int, ...]


def both_labels() -> Labels:
    """
    The labels in Vietnamese with the English beside it.

    Examples
    --------
    >>> both_labels()["control.close"]
    'Đóng / Close'
    """
    vietnamese, english = read_labels("vi"), read_labels("en")
    return {key: f"{text} / {english[key]}" for key, text in vietnamese.items()}


def worst(zones: pd.DataFrame, count: int) -> pd.DataFrame:
    """The first `count` zones by rank."""
    return zones.sort_values("rank", kind="stable").head(count)


def zone_listing(zones: pd.DataFrame) -> Listing:
    """Zones, each with its rank and the ranks it can take, what it lacks, its people, commune and cause."""
    labels, both = read_labels(), both_labels()
    rows = [_row(zone, labels) for zone in rows_of(zones)]
    # an older snapshot knows no cause of any zone, or no interval
    columns = [name for name in _COLUMNS if any(row[name] for row in rows)]
    return Listing(
        [both[f"zone.list_{name}"] for name in columns],
        [tuple(row[name] or NO_DATA for name in columns) for row in rows],
        tuple(place for place, name in enumerate(columns) if name in _TEXTS),
    )


def changes(events: pd.DataFrame, closed: pd.DataFrame, period: str, earlier: str) -> list[str]:
    """
    What happened to the zones since an earlier period, a line for each kind of event, with the ids.

    Parameters
    ----------
    events
        `kind`, `zone_id`, `others`: parents of a birth and a merge, parts of a split, what a death merged into.
    closed
        `zone_id`, `closed`, `why`.
    earlier
        The earlier period; empty where there is none, which makes births of all zones and is told instead.
    """
    both = both_labels()
    if not earlier:
        return [both["zone.since_none"]]
    gone = closed[closed["closed"] == period]
    fates = dict(zip(gone["zone_id"], gone["why"], strict=True))
    lines = [f"{both['zone.since'].format(period=earlier)}:"]
    for kind in _EVENTS:
        own = events[events["kind"] == kind]
        told = [_event(kind, *pair, fates, both) for pair in zip(own["zone_id"], own["others"], strict=True)]
        lines.append(f"  {both[f'zone.event_{kind}']} ({number_vi(len(told))}): {', '.join(told) or NO_DATA}")
    continued = int((events["kind"] == "continued").sum())
    return [*lines, f"  {both['zone.event_continued']}: {number_vi(continued)}"]


def joint_listing(joint: pd.DataFrame) -> Listing:
    """
    People by signal and power: three rows a province, in Vietnamese order, and last the study.

    Parameters
    ----------
    joint
        In long form: `unit_code` (empty for the study), `province_name`, `signal`, `power`, `of_which`, `people`. Rows
        with an empty `of_which` are the classes, which sum to the people; the others tell of parts of those with that
        signal, whatever their power. A part of no one signal stands beside the unknown.
    """
    both = both_labels()
    keys = zip(joint["unit_code"], joint["signal"], joint["power"], joint["of_which"], strict=True)
    people = dict(zip(keys, joint["people"], strict=True))
    names = dict(zip(joint["unit_code"], joint["province_name"], strict=True))
    signals, powers, parts = ([name for name in joint[c].unique() if name] for c in ("signal", "power", "of_which"))
    rows = []
    for code in sorted(names, key=lambda code: (code == "", sort_key(names[code]))):
        for signal in signals:
            classes = [people[code, signal, power, ""] for power in powers]
            of = [signal, *([""] if signal == "unknown" else [])]
            told = [next((people[code, s, "", p] for s in of if (code, s, "", p) in people), None) for p in parts]
            figures = [*classes, sum(classes), *told]
            name = names[code] if code else both["zone.joint_study"]
            rows.append((name, both[f"state.{signal}"], *(number_text(value, NO_DATA) for value in figures)))
    headings = ["commune.province", "village.signal", *(f"zone.joint_power_{power}" for power in powers)]
    headings += ["zone.joint_people", *(f"zone.joint_{part}" for part in parts)]
    return Listing([both[key] for key in headings], rows, (0, 1))


def write_table(zones: pd.DataFrame, path: Path) -> Path:
    """Write the columns of zones for spreadsheets: their text is no formula, and the file says that it is UTF-8."""
    draft = path.with_name(path.name + ".draft")
    try:
        draft.write_bytes(csv_bytes(pd.DataFrame(zones).drop(columns="geometry")))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def _row(zone: Zone, labels: Labels) -> dict[str, str]:
    """Texts by column; empty where nothing is known."""
    ends = [number_text(zone.get(name), "") for name in ("rank_low", "rank_high")]
    gap = str(zone["gap"])
    return {
        "rank": number_text(zone["rank"], ""),
        "interval": " – ".join(ends) if all(ends) else "",
        "id": str(zone["zone_id"]),
        "gap": labels.get(f"gap.{gap}", gap),
        "people": number_text(zone["people"], ""),
        "without_signal": with_interval(zone, WITHOUT_SIGNAL, labels),
        "commune": commune_text(zone, labels),
        "cause": cause_text(zone, labels),
        "first_seen": str(zone.get("first_seen") or ""),
    }


def _event(kind: str, zone_id: str, others: str, fates: Mapping[str, str], both: Labels) -> str:
    """A zone's id, and the zones that it came from or went to, or where its people are now."""
    if kind == "death" and not others:
        fate = fates.get(zone_id, "")
        return f"{zone_id} ({both.get(f'zone.closed_{fate}', fate)})"
    return f"{zone_id} {_SIGNS[kind]} {others.replace(';', ' + ')}" if others else zone_id
