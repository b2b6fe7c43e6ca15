"""Frame: a map page as bytes, from its contents and the parts that are the same on every page."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import folium
from branca.element import Figure
from folium.template import Template

from phusong.publish import leaflet
from phusong.publish.atlas.look import Both, Words, answer_words, page_words, palette
from phusong.publish.json_block import json_block

__all__ = ["Both", "Contents", "Table", "render"]

_FOLDER = Path(__file__).parent
_MAP_ID = "phusong"
_SHOWN = 12
# In the order in which one builds on the other: what opens the page, and what the map needs besides.
_OPENING = ["element", "columns", "words", "classes", "later", "story", "find", "opening"]
_MAP = [
    "geometry",
    "patterns",
    "painted",
    "ways",
    "ground",
    "names",
    "marks",
    "popup",
    "legend",
    "table",
    "answer",
    "map",
]


@dataclass(frozen=True)
class Table:
    """
    The figures of the page as text, for readers without a map.

    Parameters
    ----------
    headings
        One a column; the first is that of the names.
    rows
        Texts of each row.
    codes
        Unit that each row is about, as the data block has it; empty where it is none of them.
    """

    headings: Sequence[Both]
    rows: Sequence[Sequence[str]]
    codes: Sequence[str]


@dataclass(frozen=True)
class Contents:
    """
    What a page tells, as plain text; it is escaped here.

    Parameters
    ----------
    data
        Values of the data block for the script.
    title
        Name of the unit that the page is about.
    facts
        Period, day and tier.
    synthetic
        What is made up, or nothing.
    sentences
        Of the page's unit.
    """

    data: Mapping[str, Any]
    title: str
    facts: Both
    synthetic: Both | None
    sentences: Sequence[Both]
    table: Table
    sources: Sequence[Both]
    notes: Sequence[Both]


class _Page(Figure):
    """The HTML page round a folium map; as on the study's page, what a file supplied goes through no branca macro."""

    _template = Template((_FOLDER / "atlas.html").read_text("utf-8"), autoescape=True)

    def __init__(self, contents: Contents) -> None:
        super().__init__(title=contents.title)
        self.contents = contents
        self.words = page_words()
        self.data = json_block(contents.data)
        self.digest = hashlib.sha256(self.data.encode("utf-8")).hexdigest()
        self.digests = {"page": self.digest[:_SHOWN], "edition": str(contents.data["page"]["edition"])[:_SHOWN]}
        self.parts = _parts()


def render(contents: Contents) -> bytes:
    """The page, complete in itself and the same for the same contents."""
    (south, west), (north, east) = contents.data["units"]["view"]
    chart = folium.Map(((south + north) / 2, (west + east) / 2), tiles=None, zoom_start=7, zoom_control=False)
    chart.options |= {"attribution_control": False, "min_zoom": 4, "max_zoom": 16, "zoom_snap": 0.25}
    # The default scripts and styles come from servers elsewhere, and the default name is drawn by lot.
    chart.default_js, chart.default_css = [], []
    chart._id = _MAP_ID
    page = _Page(contents)
    page.add_child(chart)
    return str(page.render()).encode("utf-8")


@cache
def _parts() -> Mapping[str, str]:
    """Scripts, styles and the form, which are the same on every page and safe as they are."""
    words, answers = page_words(), answer_words()
    look = palette(words) | {"texts": _by_language(words), "answer": _by_language(answers)}
    form = Template(_read("answer.html"), autoescape=True).render(words=answers)
    topology = (_FOLDER.parent / "topology.js").read_text("utf-8")
    style = f"{leaflet.style()}\n{_read('atlas.css')}"
    return {
        "style": style,
        "leaflet": leaflet.script(),
        "look": json_block(look),
        "form": form,
        "map": "\n".join(_read(f"{name}.js") for name in _MAP),
        "opening": "\n".join([topology, *[_read(f"{name}.js") for name in _OPENING]]),
    }


def _by_language(words: Words) -> dict[str, dict[str, str]]:
    texts = {key: asdict(text) for key, text in words.items()}
    return {language: {key: text[language] for key, text in texts.items()} for language in ("vi", "en")}


def _read(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")
