"""Contents: what a map draws and tells, as plain values for the page's script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from phusong.ledger.edition import Edition
from phusong.publish import shapes
from phusong.publish.classes import NO_DATA, Palette, Style, name_class, share_class, voltage_class
from phusong.publish.json_block import json_block
from phusong.publish.labels import Labels, number_text
from phusong.publish.popups import (
    Popups,
    commune_popups,
    line_popups,
    site_popups,
    village_popups,
    zone_popups,
)
from phusong.text import sort_key

LINE_TOLERANCE_M = 30.0
LINE_MARGIN_M = 10_000.0
"""Power lines are drawn this far round the communes."""


@dataclass(frozen=True)
class Table:
    """Rows that layers draw: their shapes, their classes by one or more readings, and their popups."""

    shape: Literal["area", "line", "point"]
    geometry: Sequence[Any]
    classes: Mapping[str, NDArray[np.int64]]
    popups: Popups
    groups: Sequence[str] = ()


@dataclass(frozen=True)
class Layer:
    """An entry of the layer switch: the rows of a table whose class, by one reading, has a style here."""

    label: str
    table: str
    reading: str
    styles: Mapping[int, Style]
    shown: bool
    base: bool = False


Tables = Mapping[str, Table]


def commune_table(edition: Edition, tolerance_m: float, labels: Labels, palette: Palette) -> Table:
    """The communes, by province and name, with edges simplified together."""
    communes = _by_name(edition.communes)
    operators = edition.sites["operator"].dropna().unique() if len(edition.sites) else []
    return Table(
        "area",
        shapes.areas(shapes.coverage(communes.geometry, tolerance_m)),
        {name: share_class(communes[f"{name}_share"].to_numpy(float), palette.share_breaks) for name in ("nr", "lte")},
        commune_popups(communes, operators, _vintage(edition), labels),
        groups=communes["province_name"].fillna("").astype(str).tolist(),
    )


def zone_table(edition: Edition, tolerance_m: float, count: int, labels: Labels, palette: Palette) -> Table:
    """The first `count` dead zones by rank."""
    zones = edition.zones.sort_values("rank", kind="stable").head(count) if len(edition.zones) else edition.zones
    return Table(
        "area",
        shapes.areas(zones.geometry.simplify(tolerance_m, preserve_topology=True)),
        {"gap": name_class(zones["gap"].tolist(), list(palette.gaps))},
        zone_popups(zones, len(edition.zones), _vintage(edition), labels),
    )


def site_table(edition: Edition, labels: Labels, palette: Palette) -> Table:
    """The cell sites that count in the period, also those round the study that reach into it."""
    sites = edition.sites[edition.sites["on_air"].fillna(False).astype(bool)]
    technologies = name_class(sites["technology"].tolist(), list(palette.technologies))
    return Table("point", shapes.points(sites.geometry), {"technology": technologies}, site_popups(sites, labels))


def line_table(edition: Edition, labels: Labels, palette: Palette) -> Table:
    """The power lines of the study and a little round it."""
    west, south, east, north = edition.communes.total_bounds
    box = (west - LINE_MARGIN_M, south - LINE_MARGIN_M, east + LINE_MARGIN_M, north + LINE_MARGIN_M)
    cut = edition.power_lines.geometry.clip_by_rect(*box)
    routes = edition.power_lines.set_geometry(cut)[~(cut.is_empty | cut.isna())]
    return Table(
        "line",
        shapes.lines(routes.geometry.simplify(LINE_TOLERANCE_M)),
        {"voltage": voltage_class(routes["voltage_kv"].to_numpy(float), palette.line_floors_kv)},
        line_popups(routes, labels),
    )


def village_table(edition: Edition, labels: Labels, palette: Palette) -> Table:
    """The villages whose signal has a style: those without."""
    villages = edition.villages[edition.villages["signal"].isin(list(palette.villages))]
    names = edition.communes.drop_duplicates("commune_code").set_index("commune_code")["commune_name"]
    return Table(
        "point",
        shapes.points(villages.geometry),
        {"signal": name_class(villages["signal"].tolist(), list(palette.villages))},
        village_popups(villages, names, _vintage(edition), labels),
    )


def fixed_tables(edition: Edition, labels: Labels, palette: Palette) -> dict[str, Table]:
    """The tables that look the same at any detail; a layer that the study lacks has none."""
    makers = {
        "power_lines": (edition.power_lines, line_table),
        "sites": (edition.sites, site_table),
        "villages": (edition.villages, village_table),
    }
    return {name: make(edition, labels, palette) for name, (rows, make) in makers.items() if len(rows)}


def layers_of(tables: Tables, labels: Labels, palette: Palette) -> list[Layer]:
    """The layers that draw the tables, from the ground up."""
    shares = dict(enumerate(palette.shares)) | {NO_DATA: palette.no_data}
    found = [
        Layer(labels[f"switch.share_{name}"], "communes", name, shares, shown=name == "nr", base=True)
        for name in ("nr", "lte")
    ]
    for number, (gap, style) in enumerate(palette.gaps.items()):
        wording = labels["switch.zones"].replace("{gap}", labels[f"gap.{gap}"])
        found.append(Layer(wording, "zones", "gap", {number: style}, shown=True))
    voltages = dict(enumerate(palette.lines)) | {NO_DATA: palette.line_unknown}
    found.append(Layer(labels["switch.lines"], "power_lines", "voltage", voltages, shown=False))
    villages = dict(enumerate(palette.villages.values()))
    found.append(Layer(labels["switch.villages"], "villages", "signal", villages, shown=False))
    for number, (technology, style) in reversed(list(enumerate(palette.technologies.items()))):
        wording = labels["switch.sites"].replace("{technology}", labels[f"technology.{technology}"])
        found.append(Layer(wording, "sites", "technology", {number: style}, shown=False))
    return [layer for layer in found if layer.table in tables]


def as_json(tables: Tables, layers: Sequence[Layer], bounds: Sequence[Sequence[float]], texts: Labels) -> str:
    """Everything the page's script needs, as the text of its data block."""
    contents = {
        "tables": {name: _table(table) for name, table in tables.items()},
        "layers": [_layer(layer, tables[layer.table]) for layer in layers],
        "bounds": bounds,
        "texts": dict(texts),
    }
    return json_block(contents)


def bounds_of(communes: gpd.GeoDataFrame) -> list[list[float]]:
    """South-western and north-eastern corner as latitude and longitude."""
    west, south, east, north = (round(float(edge), 5) for edge in communes.to_crs("EPSG:4326").total_bounds)
    return [[south, west], [north, east]]


def _by_name(communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    names = communes[["province_name", "commune_name", "commune_code"]].fillna("").astype(str)
    keys = [(sort_key(a), sort_key(b), c) for a, b, c in names.itertuples(index=False)]
    return communes.iloc[sorted(range(len(keys)), key=keys.__getitem__)]


def _vintage(edition: Edition) -> str:
    return str(edition.run.get("people_vintage") or "?")


def _table(table: Table) -> dict[str, Any]:
    return {
        "shape": table.shape,
        "geometry": table.geometry,
        "classes": {reading: classes.tolist() for reading, classes in table.classes.items()},
        "heading": _column(table.popups.headings),
        "fields": [{"label": field.label, **_column(field.texts)} for field in table.popups.fields],
        "groups": _column(table.groups),
    }


def _column(texts: Sequence[str]) -> dict[str, Any]:
    """Recurring texts once each, with the rows' places among them; others without what the one before began with."""
    places: dict[str, int] = {}
    rows = [places.setdefault(text, len(places)) for text in texts]
    if 2 * len(places) <= len(rows):
        return {"texts": list(places), "rows": rows}
    same = [_shared(before, text) for before, text in zip(["", *texts], texts, strict=False)]
    return {"rests": [text[count:] for text, count in zip(texts, same, strict=True)], "same": same}


def _shared(before: str, text: str) -> int:
    """How many characters two texts begin with in common; ends before what JavaScript counts as two."""
    count = 0
    for a, b in zip(before, text, strict=False):
        if a != b or ord(a) > 0xFFFF:
            break
        count += 1
    return count


def _layer(layer: Layer, table: Table) -> dict[str, Any]:
    drawn = int(np.isin(table.classes[layer.reading], list(layer.styles)).sum())
    return {
        "label": layer.label.format(count=number_text(drawn, "")),
        "table": layer.table,
        "reading": layer.reading,
        "styles": {str(number): style.leaflet() for number, style in layer.styles.items()},
        "swatch": next(iter(layer.styles.values())).leaflet() if len(layer.styles) == 1 else None,
        "shown": layer.shown,
        "base": layer.base,
    }
