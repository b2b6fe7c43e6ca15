"""The page: a folium map framed by its title, legend and sources, complete in one file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import folium
from branca.element import Figure
from folium.template import Template

from phusong.ledger.edition import Edition
from phusong.publish import leaflet
from phusong.publish.classes import Entry, Palette, line_legend, share_legend
from phusong.publish.labels import Labels, date_vi, period_vi

_FOLDER = Path(__file__).parent
_MAP_ID = "phusong"


@dataclass(frozen=True)
class Section:
    """A heading of the legend and the classes below it, drawn as areas, lines or points."""

    heading: str
    shape: str
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Frame:
    """What stands round the map, as plain text; the template escapes it."""

    title: str
    title_en: str
    facts: Sequence[str]
    tier: str
    synthetic: str
    method: str
    sections: Sequence[Section]
    notes: Sequence[str]
    sources: Sequence[str]


class Page(Figure):
    """
    The HTML page round a folium map.

    Its template fills in what is safe already (`data` is JSON escaped for HTML) and escapes the rest. Nothing that a
    file supplied may go through a branca macro: branca reads what a macro gave once more as a template.

    Parameters
    ----------
    frame
        What stands round the map.
    labels
        Words of the maps.
    data
        JSON for the script, safe in an HTML script element.
    """

    _template = Template((_FOLDER / "page.html").read_text("utf-8"), autoescape=True)

    def __init__(self, frame: Frame, labels: Labels, data: str) -> None:
        super().__init__(title=frame.title)
        self.frame = frame
        self.labels = labels
        self.data = data
        self.styles = [leaflet.style(), (_FOLDER / "page.css").read_text("utf-8")]
        self.leaflet = leaflet.script()
        self.painter = (_FOLDER / "page.js").read_text("utf-8")
        self.header._children.clear()


def render(frame: Frame, labels: Labels, data: str, centre: tuple[float, float]) -> str:
    """The HTML text of the page; `centre` is latitude and longitude."""
    chart = folium.Map(centre, tiles=None, zoom_start=9, zoom_control=False, attribution_control=False)
    chart.options |= {"min_zoom": 5, "max_zoom": 17, "zoom_snap": 0.25}
    # The default scripts and styles come from servers elsewhere, and the default name is drawn by lot.
    chart.default_js, chart.default_css = [], []
    chart._id = _MAP_ID
    page = Page(frame, labels, data)
    page.add_child(chart)
    return str(page.render())


def frame_of(edition: Edition, palette: Palette, labels: Labels, notes: Sequence[str]) -> Frame:
    """What stands round the map of an edition; `notes` are about this drawing of it."""
    period, as_of = period_vi(edition.period, labels), labels["page.as_of"].format(date=date_vi(edition.as_of))
    names = [labels.get(f"layer.{name}", name) for name in edition.synthetic]
    vintage = str(edition.run.get("people_vintage") or "?")
    return Frame(
        title=edition.title,
        title_en=edition.title_en,
        facts=[period, as_of],
        tier=labels["page.tier"],
        synthetic=labels["page.synthetic"].format(layers=", ".join(names)) if names else "",
        method=labels["legend.method"].format(period=period, as_of=as_of),
        sections=legend(palette, labels),
        notes=[*notes, labels["legend.people"].format(year=vintage)],
        sources=[
            *source_lines(edition.run.get("inputs", ()), labels),
            labels["legend.digest"].format(digest=edition.digest[:12]),
        ],
    )


def legend(palette: Palette, labels: Labels) -> list[Section]:
    """The sections of the legend."""
    gaps = [Entry(labels[f"gap.{gap}"], style) for gap, style in palette.gaps.items()]
    sites = [Entry(labels[f"technology.{name}"], style) for name, style in palette.technologies.items()]
    villages = [
        Entry(f"{labels['village.signal']}: {labels[f'state.{state}']}", style)
        for state, style in palette.villages.items()
    ]
    return [
        Section(labels["legend.share"], "area", share_legend(palette, labels)),
        Section(labels["legend.gaps"], "area", gaps),
        Section(labels["legend.sites"], "point", sites),
        Section(labels["legend.lines"], "line", line_legend(palette, labels)),
        Section(labels["legend.villages"], "point", villages),
    ]


def source_lines(inputs: Sequence[Mapping[str, Any]], labels: Labels) -> list[str]:
    """One sentence for each source of each layer, with its licence and date; a layer of many files is named once."""
    lines = []
    for entry in inputs:
        name = labels.get(f"layer.{entry['layer']}", str(entry["layer"]))
        day = date_vi(entry.get("as_of"))
        parts = [entry.get("source") or entry.get("file") or "?", entry.get("licence") or ""]
        parts.append(labels["legend.source_date"].format(date=day) if day else "")
        parts.append(labels["legend.source_year"].format(year=entry["year"]) if entry.get("year") else "")
        lines.append(f"{name[:1].upper()}{name[1:]}: " + "; ".join(str(part) for part in parts if part))
    return list(dict.fromkeys(lines))
