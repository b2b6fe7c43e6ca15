"""Captions: the lines of text over and under the map of a picture."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from phusong.publish.atlas.frame import Contents
from phusong.publish.atlas.look import Both, Words
from phusong.publish.atlas.packing import MISSING
from phusong.publish.atlas.wording import filled
from phusong.publish.drawing import LARGE_PT, PLAIN, SMALL_PT, Line
from phusong.publish.labels import date_vi
from phusong.publish.pictures.unpacking import numbers, printable, texts

NOTE_PT = 6.3
"""Of credits, which a reader enlarges."""
KEY_PT = 7.5
"""Of the legend and the worst places."""
MOST = 4
"""As many of the worst zones are named, and numbered on the map."""
_WARNING, _HEADING = "#8a1c00", "#1a1a1a"
_ROOM: Line = ("", 5.0, PLAIN)
_SHOWN = 12
"""Letters of a hash, as on the pages."""


def head(contents: Contents, figure: Mapping[str, Any], words: Words) -> list[Line]:
    """What is made up (the label says that in both languages), the unit, the figure, the quarter and one sentence."""
    label = Both(**figure["label"])
    unit = words[f"unit.{figure['unit']}"]
    said = Both(f"{label.vi}, {unit.vi}", f"{label.en}, {unit.en}")
    return [
        *warned(contents),
        (printable(contents.title), LARGE_PT, PLAIN),
        (both(said), SMALL_PT, PLAIN),
        (both(contents.facts), KEY_PT, PLAIN),
        *((both(sentence), KEY_PT, PLAIN) for sentence in contents.sentences[:1]),
    ]


def warned(contents: Contents) -> list[Line]:
    """What is made up; no picture of it stands anywhere without these words."""
    return [(contents.synthetic.vi, SMALL_PT, _WARNING)] if contents.synthetic else []


def spaced(broken: Sequence[Line]) -> list[Line]:
    """The lines of a head with room between warning and title, and below the last."""
    title = next(place for place, (_, size, _) in enumerate(broken) if size == LARGE_PT)
    return [*broken[:title], *([_ROOM] if title else []), *broken[title:], _ROOM]


def foot(contents: Contents, figure: Mapping[str, Any], words: Words) -> list[Line]:
    """The worst places, definition, notes, sources with their licences, and the hash of the edition."""
    data = contents.data
    day = date_vi(dt.date.fromisoformat(data["page"]["as_of"]))
    as_of = filled(words["legend.as_of"], date=day, year=str(data["page"]["people_year"] or "?"))
    edition = filled(words["page.edition_hash"], hash=data["page"]["edition"][:_SHOWN])
    facts = " • ".join(both(note) for note in (as_of, *contents.notes[:1], edition))
    sources = f"{words['page.sources'].vi}: {_sources(contents)}"
    return [*explained(contents, figure, words), *((text, NOTE_PT, PLAIN) for text in (facts, sources))]


def explained(contents: Contents, figure: Mapping[str, Any], words: Words) -> list[Line]:
    """The worst places, under the numbers that they have on the map, and the definition."""
    definition = filled(words["legend.definition"], definition=Both(**figure["definition"]))
    return [*_worst(contents.data, words), (both(definition), NOTE_PT, PLAIN)]


def _sources(contents: Contents) -> str:
    """Sources in one paragraph, each once, with the names of the layers that come from it."""
    layers: dict[str, list[str]] = {}
    for source in contents.sources:
        layer, _, rest = source.vi.partition(": ")
        layers.setdefault(rest, []).append(layer)
    told = " • ".join(f"{', '.join(names)}: {rest}" if rest else ", ".join(names) for rest, names in layers.items())
    return printable(told)


def both(text: Both) -> str:
    """
    Vietnamese and English in one line; once where they are the same.

    Examples
    --------
    >>> both(Both("sóng", "signal")), both(Both("0", "0"))
    ('sóng / signal', '0')
    """
    return " / ".join(dict.fromkeys(part for part in (text.vi, text.en) if part))


def worst(data: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[int]] | None:
    """The mark of zones and the rows of its worst ones in their order; None where zones are not told one by one."""
    mark = next((mark for mark in data["marks"] if mark["id"] == "zones"), None)
    if mark is None or data["level"] == "nation":
        return None
    ranks = numbers(mark["rank"], data)
    order = np.argsort(ranks, kind="stable")
    return mark, order[ranks[order] != MISSING][:MOST].tolist()


def _worst(data: Mapping[str, Any], words: Words) -> Iterator[Line]:
    """The worst zones under the numbers that they have on the map."""
    found = worst(data)
    if found is None or not found[1]:
        return
    mark, rows = found
    names, units = texts(mark["name"], data), numbers(mark["unit"], data)
    people, kinds = numbers(mark["people"], data), numbers(mark["class"], data)
    yield both(words["worst.title"]), KEY_PT, _HEADING
    for number, row in enumerate(rows, start=1):
        place = ", ".join(filter(None, [names[row], data["units"]["name"][units[row]] if units[row] >= 0 else ""]))
        missing = Both(**mark["classes"][kinds[row]]["label"])
        said = filled(words["worst.zone"], place=printable(place) or "?", missing=missing, people=int(people[row]))
        yield f"{number}. {said.vi}", KEY_PT, PLAIN
