"""A dead zone in words: what is known of it, what an official needs first standing first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from phusong.publish.labels import Labels, number_text, period_vi
from phusong.text import percent_vi

Zone = Mapping[str, Any]
"""A row of the snapshot's table; a column that is not there is as unknown as an empty cell."""
WITHOUT_SIGNAL = tuple(f"without_signal_{name}_people" for name in ("expected", "low", "high"))
"""People expected to be without signal, with the interval; missing where a zone lacks only power."""
NAMED_VILLAGES = 6
_INSIDE = {"schools": 0, "clinics": 0, "commune_offices": 0, "road_km": 1}
"""What may lie in a zone, and its decimals."""
_TOLD_CHANGES = ("tilt", "band", "antenna_height")
"""Causes whose change says more than the cause."""


def rows_of(zones: pd.DataFrame) -> list[Zone]:
    """The rows of a table of zones, without their outlines."""
    plain = pd.DataFrame(zones).drop(columns="geometry", errors="ignore")
    names = [str(name) for name in plain]
    return [dict(zip(names, row, strict=True)) for row in plain.itertuples(index=False, name=None)]


class Fact(NamedTuple):
    """One thing known of a zone: its key, its label, and its text, which is empty where nothing is known."""

    key: str
    label: str
    text: str


def facts(zone: Zone, count: int, vintage: str, labels: Labels) -> list[Fact]:
    """
    What is known of a dead zone, of which the study has `count`; the same keys in the same order for every zone.

    Parameters
    ----------
    vintage
        Year of the population.
    """
    lacking = with_interval(zone, WITHOUT_SIGNAL, labels)
    texts = {
        "rank": rank_text(zone, count, labels),
        "gap": _gap(zone, labels),
        "cause": cause_text(zone, labels),
        "people": _number(zone, "people", labels, "people") or labels["state.no_data"],
        "without_signal": labels["unit.people"].format(number=lacking) if lacking else "",
        "commune": commune_text(zone, labels),
        "villages": _villages(zone, labels),
        "households": _households(zone, labels),
        "difficult": _yes_no(zone, "especially_difficult", labels),
        "inside": _inside(zone, labels),
        "village": _nearest_village(zone, labels),
        "cause_shown": _shown_by(zone, labels),
        "other_causes": ", ".join(_cause_label(name, labels) for name in _names(zone, "other_causes")),
        "first_seen": period_vi(_text(zone, "first_seen"), labels),
        "parents": ", ".join(name for name in _names(zone, "parents") if name != zone["zone_id"]),
        "area": _number(zone, "area_km2", labels, "square_kilometres", 2),
        "why": _text(zone, "why_vi"),
    }
    return [Fact(key, labels[f"zone.{key}"].format(year=vintage), text) for key, text in texts.items()]


def rank_text(zone: Zone, count: int, labels: Labels) -> str:
    """
    Rank, and the ranks it can take, among all zones of the study.

    Examples
    --------
    >>> from phusong.publish.labels import read_labels
    >>> rank_text({"rank": 3, "rank_low": 2, "rank_high": 5}, 84, read_labels())
    '3 (2 – 5) trên 84'
    """
    rank = with_interval(zone, ("rank", "rank_low", "rank_high"), labels)
    return labels["zone.rank_of"].format(rank=rank, count=number_text(count, ""))


def with_interval(zone: Zone, names: Sequence[str], labels: Labels) -> str:
    """A whole number with its interval, where that is known and not the number itself."""
    middle, low, high = (number_text(_known(zone, name), "") for name in names)
    if not low or not high or low == middle == high:
        return middle
    return labels["zone.interval"].format(number=middle, low=low, high=high)


def commune_text(zone: Zone, labels: Labels) -> str:
    """The commune with most of the zone's people and its province, and how many others the zone touches."""
    first = ", ".join(name for name in (_text(zone, "commune_name"), _text(zone, "province_name")) if name)
    others = len(_names(zone, "commune_codes")) - 1
    return labels["zone.others"].format(first=first, count=others) if others > 0 else first


def cause_text(zone: Zone, labels: Labels) -> str:
    """Why the zone is dead, with the change that would cure it; empty for a snapshot that knows no causes."""
    if "cause" not in zone:
        return ""
    cause = _text(zone, "cause")
    if not cause:
        return labels["state.unknown"]
    change = _change(_text(zone, "cause_change")) if cause in _TOLD_CHANGES else ""
    told = f"{_cause_label(cause, labels)}: {change}" if change else _cause_label(cause, labels)
    site = _text(zone, "cause_site_id")
    return f"{told}; {labels['zone.cause_site'].format(site=site)}" if site else told


def _shown_by(zone: Zone, labels: Labels) -> str:
    """The numbers that show the cause, in a sentence; empty where none is told of it."""
    cause, told = _text(zone, "cause"), labels.get(f"cause_sentence.{_text(zone, 'cause')}", "")
    numbers = {name: _known(zone, f"cause_{name}_dbm") for name in ("level_before", "level", "threshold")}
    distance = _number(zone, "grid_distance_m", labels, "metres")
    if not told or (not distance if cause == "no_grid" else numbers["threshold"] is None):
        return ""
    share, none = _known(zone, "cause_cured_share"), labels["zone.no_level"]
    return told.format(
        site=_text(zone, "cause_site_id"),
        change=_change(_text(zone, "cause_change")),
        share="" if share is None else percent_vi(float(share), 0),
        before=number_text(numbers["level_before"], none, 1),
        after=number_text(numbers["level"], none, 1),
        threshold=number_text(numbers["threshold"], "", 1),
        distance=distance,
    )


def _change(text: str) -> str:
    """
    A change as the snapshot tells it, as Vietnamese documents write it.

    Examples
    --------
    >>> _change("tilt 4 deg"), _change("+7.5 m"), _change("NR 700"), _change("+30 m, tilt, band")
    ('4°', '+7,5 m', 'NR 700', '+30 m, góc nghiêng, băng tần')
    """
    plain = text.removeprefix("tilt ").replace(" deg", "°").replace(".", ",")
    return plain.replace("tilt", "góc nghiêng").replace("band", "băng tần")


def _cause_label(cause: str, labels: Labels) -> str:
    return labels.get(f"cause.{cause}", cause)


def _gap(zone: Zone, labels: Labels) -> str:
    now, before = (_text(zone, name) for name in ("gap", "gap_before"))
    words = {name: labels.get(f"gap.{name}", name) for name in (now, before)}
    text = words[now] or labels["state.no_data"]
    changed = before and before != now
    return labels["zone.gap_before"].format(gap=text, before=words[before]) if changed else text


def _villages(zone: Zone, labels: Labels) -> str:
    """How many villages stand in the zone and their names, the first few; and where only people do, how many theirs."""
    count, touched = _known(zone, "villages"), _known(zone, "villages_touched")
    if count is None:
        return ""
    names = _names(zone, "village_names")
    shown, more = ", ".join(names[:NAMED_VILLAGES]), len(names) - NAMED_VILLAGES
    if more > 0:
        shown = labels["zone.villages_more"].format(names=shown, count=number_text(more, ""))
    text = number_text(count, "") + (f": {shown}" if shown else "")
    if touched is not None and touched > count:
        text += f" ({labels['zone.villages_touched'].format(count=number_text(touched, ''))})"
    return text


def _households(zone: Zone, labels: Labels) -> str:
    known, missing = _known(zone, "households"), _known(zone, "households_unknown") or 0
    if known is None and not missing:
        return ""
    text = number_text(known, labels["state.unknown"])
    return labels["zone.households_unknown"].format(households=text, count=missing) if missing else text


def _inside(zone: Zone, labels: Labels) -> str:
    texts = {name: number_text(_known(zone, name), "", decimals) for name, decimals in _INSIDE.items()}
    return ", ".join(labels[f"zone.{name}"].format(number=text) for name, text in texts.items() if text)


def _nearest_village(zone: Zone, labels: Labels) -> str:
    name, away = _text(zone, "village_name"), _number(zone, "village_distance_m", labels, "metres")
    return f"{name} ({away})" if name else labels["state.no_data"]


def _yes_no(zone: Zone, name: str, labels: Labels) -> str:
    if name not in zone:
        return ""
    value = _known(zone, name)
    return labels["state.unknown" if value is None else "state.served" if value else "state.not_served"]


def _number(zone: Zone, name: str, labels: Labels, unit: str, decimals: int = 0) -> str:
    text = number_text(_known(zone, name), "", decimals)
    return labels[f"unit.{unit}"].format(number=text) if text else ""


def _names(zone: Zone, column: str) -> list[str]:
    return [name for name in _text(zone, column).split(";") if name]


def _text(zone: Zone, name: str) -> str:
    value = _known(zone, name)
    return "" if value is None else str(value)


def _known(zone: Zone, name: str) -> Any:
    """The value, or None where there is none."""
    value = zone.get(name)
    return None if value is None or pd.isna(value) else value
