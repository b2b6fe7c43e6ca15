"""QGIS styles: rules with the colours of the maps, and the Vietnamese names of the columns, as QML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.etree import ElementTree as Xml

from phusong.publish.classes import Palette, Style, line_legend, read_palette, share_legend
from phusong.publish.exports.content import HEXAGONS, Table
from phusong.publish.exports.dictionary import Entry
from phusong.publish.exports.rasters import Raster
from phusong.publish.labels import Labels, read_labels

_VERSION = "3.28.0"
_PIXELS_PER_MM = 96 / 25.4
"""Widths of the palette are screen pixels of CSS, those of QGIS millimetres."""
_OTHERS = Style(outline="#4a4a4a", weight=0.7, fill="#b8b8b8", radius=3)
_KINDS = {"Polygon": "fill", "MultiPolygon": "fill", "LineString": "line", "MultiLineString": "line"}


@dataclass(frozen=True)
class Rule:
    """Which rows are drawn how; an empty filter takes all that no other rule takes."""

    filter: str
    label: str
    style: Style


def table_style(table: Table) -> str:
    """
    The style of a table as QGIS reads it from a `.qml` file or from `layer_styles` of a GeoPackage.

    Column names appear in Vietnamese, with the unit; the whole meaning in both languages is a comment on the column.
    """
    root = Xml.Element("qgis", {"version": _VERSION, "styleCategories": "Symbology|Fields|Forms"})
    _renderer(root, rules(table), _kind(table))
    _fields(root, [entry for entry in table.entries if entry.column in table.columns])
    return _text(root)


def raster_style(raster: Raster) -> str:
    """The style of a raster with classes: their colours, with labels in Vietnamese and English."""
    root = Xml.Element("qgis", {"version": _VERSION, "styleCategories": "Symbology"})
    renderer = Xml.SubElement(
        Xml.SubElement(root, "pipe"),
        "rasterrenderer",
        {"type": "paletted", "band": "1", "opacity": "1", "alphaBand": "-1"},
    )
    palette = Xml.SubElement(renderer, "colorPalette")
    for one in raster.classes:
        for value in one.values:
            label = f"{one.label.vi} / {one.label.en}"
            Xml.SubElement(
                palette, "paletteEntry", {"value": str(value), "color": one.fill, "alpha": "255", "label": label}
            )
    return _text(root)


def rules(table: Table) -> list[Rule]:
    r"""
    The rules by which a table is drawn, on the columns that it has.

    Examples
    --------
    >>> import geopandas as gpd
    >>> zones = gpd.GeoDataFrame({"gap": ["both"]}, geometry=gpd.points_from_xy([0], [0]))
    >>> [(rule.filter, rule.label) for rule in rules(Table("zones", zones, []))][:2]
    [('"gap" = \'signal\'', 'thiếu sóng'), ('"gap" = \'power\'', 'thiếu điện')]
    """
    return _rules(table, read_palette(), read_labels()) or [Rule("", "", _OTHERS)]


def _rules(table: Table, palette: Palette, labels: Labels) -> list[Rule]:
    has = set(table.columns)
    if table.name == "communes" and "nr_share" in has:
        return _shares(palette, labels)
    if table.name == "zones" and "gap" in has:
        return [Rule(f"\"gap\" = '{gap}'", labels[f"gap.{gap}"], style) for gap, style in palette.gaps.items()]
    if table.name == "sites" and "technology" in has:
        looks = palette.technologies.items()
        return [Rule(f"\"technology\" = '{name}'", labels[f"technology.{name}"], style) for name, style in looks]
    if table.name == "villages" and "signal" in has:
        return _villages(palette, labels)
    if table.name == "power_lines" and "voltage_kv" in has:
        return _lines(palette, labels)
    return []


def _shares(palette: Palette, labels: Labels) -> list[Rule]:
    entries, breaks = share_legend(palette, labels), palette.share_breaks
    filters = ['"nr_share" = 0', f'"nr_share" > 0 and "nr_share" < {breaks[0]}']
    filters += [f'"nr_share" >= {low} and "nr_share" < {high}' for low, high in pairwise(breaks)]
    filters += [f'"nr_share" >= {breaks[-1]}', '"nr_share" is null']
    return [Rule(text, entry.label, entry.style) for text, entry in zip(filters, entries, strict=True)]


def _lines(palette: Palette, labels: Labels) -> list[Rule]:
    entries, floors = line_legend(palette, labels), [*palette.line_floors_kv, None]
    filters = [
        f'"voltage_kv" >= {low}' + (f' and "voltage_kv" < {high}' if high is not None else "")
        for low, high in pairwise(floors)
    ]
    every = [*reversed(filters), '"voltage_kv" is null']
    return [Rule(text, entry.label, entry.style) for text, entry in zip(every, entries, strict=True)]


def _villages(palette: Palette, labels: Labels) -> list[Rule]:
    served = Style(outline="#1a1a1a", weight=0.7, fill="#2a95c1", radius=2.5)
    looks = {"not_served": palette.villages["not_served"], "served": served, "unknown": _OTHERS}
    return [
        Rule(f"\"signal\" = '{state}'", f"{labels['village.signal']}: {labels[f'state.{state}']}", style)
        for state, style in looks.items()
    ]


def _kind(table: Table) -> str:
    kinds = table.frame.geom_type.dropna()
    if table.name in ("communes", "zones", HEXAGONS):
        return "fill"
    return _KINDS.get(str(kinds.iloc[0]), "marker") if len(kinds) else "marker"


def _renderer(root: Xml.Element, drawn: Sequence[Rule], kind: str) -> None:
    renderer = Xml.SubElement(root, "renderer-v2", {"type": "RuleRenderer", "symbollevels": "0", "enableorderby": "0"})
    tree = Xml.SubElement(renderer, "rules", {"key": "root"})
    symbols = Xml.SubElement(renderer, "symbols")
    for number, rule in enumerate(drawn):
        told = {"filter": rule.filter or "ELSE", "label": rule.label, "symbol": str(number), "key": f"rule-{number}"}
        Xml.SubElement(tree, "rule", told)
        symbol = Xml.SubElement(symbols, "symbol", {"type": kind, "name": str(number), "alpha": "1"})
        _layer(symbol, kind, rule.style)


def _layer(symbol: Xml.Element, kind: str, style: Style) -> None:
    width = f"{style.weight / _PIXELS_PER_MM:.3f}"
    fill = f"{_rgb(style.fill)},{round(255 * style.opacity)}" if style.fill else "0,0,0,0"
    outline = f"{_rgb(style.outline)},255"
    dash = "dash" if style.dashes else "solid"
    if kind == "fill":
        options = {"color": fill, "style": "solid", "outline_color": outline, "outline_width": width}
        name = "SimpleFill"
    elif kind == "line":
        options = {"line_color": outline, "line_width": width, "line_style": dash}
        name = "SimpleLine"
    else:
        size = f"{2 * (style.radius or 2) / _PIXELS_PER_MM:.3f}"
        options = {"name": "circle", "color": fill, "outline_color": outline, "outline_width": width, "size": size}
        name = "SimpleMarker"
    layer = Xml.SubElement(symbol, "layer", {"class": name, "enabled": "1", "locked": "0", "pass": "0"})
    told = Xml.SubElement(layer, "Option", {"type": "Map"})
    for key, value in options.items():
        Xml.SubElement(told, "Option", {"name": key, "type": "QString", "value": value})


def _fields(root: Xml.Element, entries: Sequence[Entry]) -> None:
    configured, aliases = Xml.SubElement(root, "fieldConfiguration"), Xml.SubElement(root, "aliases")
    for index, entry in enumerate(entries):
        field = Xml.SubElement(configured, "field", {"name": entry.column})
        custom = Xml.SubElement(field, "editWidget", {"type": ""})
        Xml.SubElement(Xml.SubElement(custom, "config"), "Option")
        told = {"field": entry.column, "name": alias(entry), "index": str(index + 1)}  # 0 is the row's number
        Xml.SubElement(aliases, "alias", told)


def alias(entry: Entry) -> str:
    """
    Vietnamese name of a column for a heading: the first part of what it means, with its unit.

    Examples
    --------
    >>> alias(Entry("area_km2", "number", "km2", "Diện tích trắc địa; của ranh giới", "Area", "public"))
    'Diện tích trắc địa (km2)'
    """
    short = entry.vi.split(";")[0]
    return short if entry.unit in ("", "1") else f"{short} ({entry.unit})"


def _rgb(colour: str) -> str:
    return ",".join(str(part) for part in bytes.fromhex(colour[1:]))


def _text(root: Xml.Element) -> str:
    Xml.indent(root, " ")
    return f"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n{Xml.tostring(root, 'unicode')}\n"
