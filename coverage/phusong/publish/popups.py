"""Popups: what a tap on a commune, dead zone, site, line or village tells, as plain text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from phusong.publish.labels import Labels, date_vi, interval_text, number_text
from phusong.publish.zone_words import facts, rows_of
from phusong.text import slug


@dataclass(frozen=True)
class Field:
    """One line of a popup for every row of a layer; an empty text leaves the line out."""

    label: str
    texts: list[str]


@dataclass(frozen=True)
class Popups:
    """The headings and lines of a layer's popups."""

    headings: list[str]
    fields: list[Field]


def commune_popups(communes: pd.DataFrame, operators: Iterable[str], vintage: Any, labels: Labels) -> Popups:
    """
    What is known of each commune.

    Parameters
    ----------
    communes
        Rows of the snapshot's table.
    operators
        Names of the operators, whose slugs stand in the table's columns.
    vintage
        Year of the population.
    labels
        Words of the maps.
    """
    named = sorted(set(operators))
    people = Field(labels["commune.people"].format(year=vintage), _people(communes, "people", labels))
    shares = [Field(labels[f"commune.{t}_share"], _shares(communes, t, labels)) for t in ("nr", "lte")]
    gaps = [
        Field(labels[f"commune.{name}"], _people(communes, f"{name}_people", labels))
        for name in ("gap_signal", "gap_power", "gap_both", "gap_unknown")
    ]
    power = [
        Field(labels[f"commune.power_{name}"], _power(communes, name, labels)) for name in ("yes", "no", "unknown")
    ]
    each = [Field(labels[f"commune.{t}_operators"], _operators(communes, t, named, labels)) for t in ("nr", "lte")]
    rest = [Field(labels[f"commune.{name}"], _numbers(communes, name, labels)) for name in ("zones", "terminals")]
    sites = Field(labels["commune.sites"], _site_counts(communes, labels))
    province = Field(labels["commune.province"], _texts(communes, "province_name"))
    # what is missing stands first: a phone shows the first lines only
    lines = [province, people, *shares, *gaps, *power, *rest, *each, sites]
    return Popups(_texts(communes, "commune_name"), lines)


def zone_popups(zones: pd.DataFrame, count: int, vintage: str, labels: Labels) -> Popups:
    """What is known of each dead zone, of which the study has `count`."""
    rows = [facts(zone, count, vintage, labels) for zone in rows_of(zones)]
    lines = [Field(told[0].label, [fact.text for fact in told]) for told in zip(*rows, strict=True)]
    # a line that no zone fills would still cost its place in the page
    filled = [line for line in lines if any(line.texts)]
    return Popups([labels["zone.heading"].format(zone_id=name) for name in _texts(zones, "zone_id")], filled)


def site_popups(sites: pd.DataFrame, labels: Labels) -> Popups:
    """What is known of each cell site."""
    lines = [
        Field(labels["site.operator"], _texts(sites, "operator")),
        Field(labels["site.technology"], _known(sites, "technology", "technology", labels)),
        Field(labels["site.frequency"], _numbers(sites, "frequency_mhz", labels, "megahertz", decimals=1)),
        Field(labels["site.height"], _numbers(sites, "height_agl_m", labels, "metres", decimals=1)),
        Field(labels["site.power_source"], _known(sites, "power_source", "power_source", labels)),
        Field(labels["site.on_air_date"], _each(_column(sites, "on_air_date"), date_vi)),
        Field(labels["site.note"], _site_notes(sites, labels)),
    ]
    return Popups(_texts(sites, "site_id"), lines)


def line_popups(routes: pd.DataFrame, labels: Labels) -> Popups:
    """What is known of each power line."""
    lines = [
        Field(labels["line.voltage"], _numbers(routes, "voltage_kv", labels, "kilovolts", decimals=1)),
        Field(labels["line.operator"], _texts(routes, "operator")),
    ]
    return Popups([labels["line.heading"].format(line_id=name) for name in _texts(routes, "line_id")], lines)


def village_popups(villages: pd.DataFrame, communes: pd.Series, vintage: Any, labels: Labels) -> Popups:
    """What is known of each village; `communes` holds the communes' names by code."""
    lines = [
        Field(labels["village.commune"], ["" if pd.isna(n) else str(n) for n in villages.commune_code.map(communes)]),
        Field(labels["village.people"].format(year=vintage), _people(villages, "people", labels)),
        Field(labels["village.signal"], _known(villages, "signal", "state", labels)),
        Field(labels["village.power"], _known(villages, "power", "state", labels)),
    ]
    return Popups(_texts(villages, "village_name"), lines)


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    # A column that a study lacks is unknown, not empty or zero.
    return frame[name] if name in frame else pd.Series(pd.NA, index=frame.index, dtype=object)


def _each(values: Iterable[Any], text: Callable[[Any], str]) -> list[str]:
    """The text of each value; the same value is put into words once."""
    seen: dict[Any, str] = {}
    found = []
    for value in values:
        key = None if pd.isna(value) else value
        if key not in seen:
            seen[key] = text(key)
        found.append(seen[key])
    return found


def _texts(frame: pd.DataFrame, name: str) -> list[str]:
    return _each(_column(frame, name), lambda value: "" if value is None else str(value))


def _known(frame: pd.DataFrame, name: str, section: str, labels: Labels) -> list[str]:
    """A value's label, or the value itself where it has none."""
    empty = labels["state.no_data"]
    return _each(
        _column(frame, name), lambda value: empty if value is None else labels.get(f"{section}.{value}", str(value))
    )


def _numbers(frame: pd.DataFrame, name: str, labels: Labels, unit: str = "", decimals: int = 0) -> list[str]:
    empty = labels["state.no_data"]
    wording = labels[f"unit.{unit}"] if unit else "{number}"
    return _each(
        _column(frame, name),
        lambda value: empty if value is None else wording.format(number=number_text(value, empty, decimals)),
    )


def _people(frame: pd.DataFrame, name: str, labels: Labels) -> list[str]:
    return _numbers(frame, name, labels, "people")


def _shares(communes: pd.DataFrame, technology: str, labels: Labels) -> list[str]:
    """Share with its interval, the people it stands for, and those of whom nothing is known."""
    empty = labels["state.no_data"]
    middle, low, high = (_column(communes, f"{technology}_share{end}") for end in ("", "_low", "_high"))
    shares = [interval_text(share, a, b, empty) for share, a, b in zip(middle, low, high, strict=True)]
    people = _people(communes, f"{technology}_people", labels)
    unknown = _column(communes, f"{technology}_unknown_people")
    return [
        share
        + (f"; {count}" if share != empty else "")
        + (f"; {labels['state.unknown']}: {number_text(missing, '')}" if pd.notna(missing) and missing > 0 else "")
        for share, count, missing in zip(shares, people, unknown, strict=True)
    ]


def _operators(communes: pd.DataFrame, technology: str, operators: list[str], labels: Labels) -> list[str]:
    columns = {name: f"{technology}_{slug(name)}_people" for name in operators}
    texts = {name: _people(communes, column, labels) for name, column in columns.items() if column in communes}
    return ["\n".join(f"{name}: {texts[name][row]}" for name in texts) for row in range(len(communes))]


def _site_counts(communes: pd.DataFrame, labels: Labels) -> list[str]:
    nr, lte = (_numbers(communes, name, labels) for name in ("nr_sites", "lte_sites"))
    names = labels["technology.NR"], labels["technology.LTE"]
    return [f"{names[0]}: {a}\n{names[1]}: {b}" for a, b in zip(nr, lte, strict=True)]


def _power(communes: pd.DataFrame, name: str, labels: Labels) -> list[str]:
    """People by power; where nothing is known of anybody, that nobody is counted is no figure."""
    nothing_known = _column(communes, "power_unknown_people") == _column(communes, "people")
    texts = _people(communes, f"power_{name}_people", labels)
    if name == "unknown":
        return texts
    empty = labels["state.no_data"]
    return [
        empty if pd.notna(unknown) and unknown else text for unknown, text in zip(nothing_known, texts, strict=True)
    ]


def _site_notes(sites: pd.DataFrame, labels: Labels) -> list[str]:
    off, inside = _column(sites, "off_terrain"), _column(sites, "in_study")
    notes = []
    for is_off, is_inside in zip(off, inside, strict=True):
        parts = [labels["site.off_terrain"]] if pd.notna(is_off) and is_off else []
        parts += [labels["site.outside"]] if pd.notna(is_inside) and not is_inside else []
        notes.append("; ".join(parts))
    return notes
