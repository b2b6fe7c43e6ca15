"""Data block: what the script of a map page draws and tells, as JSON values."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from phusong.publish.atlas import outlines, places, rasters
from phusong.publish.atlas.atlas import Atlas, Page, file_name
from phusong.publish.atlas.figures import Figure
from phusong.publish.atlas.packing import MISSING, Columns, Whole, digits
from phusong.publish.atlas.sentences import Sentence
from phusong.publish.atlas.wording import as_dict

MOST_ZONES = 200
"""Dead zones on one page, the worst first."""
NATION_PIXEL_M = 2_000.0
"""Rasters of the whole country are drawn no finer than this."""
_NATION_KV = 220.0
"""Power lines of less are not drawn on the page of the whole country."""
_ROAD_RANK = {"nation": 0, "province": 1, "commune": 2}
"""Roads of a higher rank are not drawn."""
_MARGIN_DEGREES = 0.05
"""Power lines are drawn this far round the communes of a page."""


def data_block(atlas: Atlas, page: Page, figures: Sequence[Figure], sentences: Sequence[Sentence]) -> dict[str, Any]:
    """
    Everything that the script of a page needs.

    Parameters
    ----------
    figures, sentences
        Of the page's communes, in the order of its rows.
    """
    nation, columns, marks = page.level == "nation", Columns(), _marks(atlas, page)
    least_m = NATION_PIXEL_M if nation else rasters.PIXEL_M
    pictures = rasters.pictures(atlas.layers, atlas.outlines.degrees[page.own], least_m)
    return {
        "format": 1,
        "level": page.level,
        "page": _page(atlas, page),
        "sections": [
            {"id": key.removeprefix("section."), "label": as_dict(text)}
            for key, text in atlas.words.items()
            if key.startswith("section.")
        ],
        "units": _units(atlas, page),
        "base": None if nation else atlas.base,
        "figures": [_figure(figure, columns) for figure in figures],
        "rasters": [_raster(picture) for picture in pictures],
        "marks": marks,
        "tasks": _tasks(atlas, page, marks),
        "sentences": [_sentence(sentence, len(page.own), columns) for sentence in sentences],
        "columns": columns.packed,
    }


def page_zones(atlas: Atlas, page: Page) -> tuple[list[int], int]:
    """Rows of the worst zones that lie in a page's own communes, and how many lie there in all."""
    codes = set(atlas.communes["commune_code"].iloc[page.own])
    table = atlas.zones.table
    if not len(table):
        return [], 0
    named = table["commune_codes"] if "commune_codes" in table else table["commune_code"]
    rows = [row for row, said in enumerate(named) if not codes.isdisjoint(str(said).split(";"))]
    return rows[:MOST_ZONES], len(rows)


def _page(atlas: Atlas, page: Page) -> dict[str, Any]:
    edition, year = atlas.edition, atlas.edition.run.get("people_vintage")
    return {
        "code": page.code,
        "name": page.name,
        "period": edition.period,
        "as_of": edition.as_of.isoformat(),
        "before": atlas.before_period or None,
        "people_year": None if year is None else int(year),
        "tier": atlas.tier,
        "edition": edition.digest,
        "project": edition.project,
        "synthetic": list(edition.synthetic),
    }


def _units(atlas: Atlas, page: Page) -> dict[str, Any]:
    units, nation = atlas.communes.iloc[page.rows], page.level == "nation"
    codes = list(dict.fromkeys(units["province_code"]))
    known = atlas.provinces.set_index("province_code")["province_name"]
    middles = [atlas.outlines.at[page.rows][(units["province_code"] == code).to_numpy()] for code in codes]
    files = [file_name(code, known[code]) if nation else None for code in codes]
    return {
        "code": units["commune_code"].tolist(),
        "name": units["commune_name"].tolist(),
        "own": digits(np.arange(len(units)) < len(page.own)),
        "province": digits([codes.index(code) for code in units["province_code"]]),
        "provinces": {
            "code": codes,
            "name": [known[code] for code in codes],
            "file": files,
            "at": outlines.middles_packed(middles),
        },
        "bounds": outlines.corners(atlas.outlines, page.own),
        "view": outlines.first_view(atlas.outlines, page.own),
        **outlines.communes_packed(atlas.outlines, page.rows, nation=nation),
    }


def _figure(figure: Figure, columns: Columns) -> dict[str, Any]:
    whole = None if figure.denominator is None else columns.place(figure.denominator)
    part = columns.place(figure.numerator, like=whole)
    before = None
    if figure.before is not None:
        earlier, of = figure.before
        before = {
            "numerator": columns.place(earlier, like=part),
            "denominator": None if of is None else columns.place(of, like=whole),
        }
    return {
        "id": figure.id,
        "section": figure.section,
        "label": as_dict(figure.label),
        "definition": as_dict(figure.definition),
        "unit": figure.unit,
        "scale": figure.unit,
        "numerator": part,
        "denominator": whole,
        "before": before,
        "suppressed": list(figure.suppressed),
        "better": figure.better,
        "zero": figure.zero,
        "missing": figure.missing,
        "popup": figure.missing != "not_measured",
    }


def _sentence(sentence: Sentence, own: int, columns: Columns) -> dict[str, Any]:
    """For the page's own units; there is nothing to say of those round them."""

    def packed(values: Whole) -> Any:
        told = np.append(values[:own], np.full(len(values) - own, MISSING))
        if values.dtype.kind == "f":
            return [None if value < 0 else value for value in told.tolist()]
        return columns.place(told.astype(np.int64))

    return {
        "templates": [as_dict(template) for template in sentence.templates],
        "which": packed(sentence.which),
        "values": {name: {"kind": value.kind, "of": packed(value.of)} for name, value in sentence.values.items()},
    }


def _raster(picture: rasters.Picture) -> dict[str, Any]:
    layer = picture.layer
    return {
        "id": layer.id,
        "section": layer.section,
        "label": as_dict(layer.label),
        "definition": as_dict(layer.definition),
        "png": base64.b64encode(picture.png).decode("ascii"),
        "bounds": picture.bounds,
        "legend": [{"fill": one.fill, "label": as_dict(one.label)} for one in layer.classes],
    }


def _marks(atlas: Atlas, page: Page) -> list[dict[str, Any]]:
    """What is drawn on top of the communes, the lowest first; only what there is."""
    words, nation = atlas.words, page.level == "nation"
    units = {code: row for row, code in enumerate(atlas.communes["commune_code"].iloc[page.rows])}
    own = set(atlas.communes["commune_code"].iloc[page.own])
    marks = []
    if len(roads := _roads(atlas, page)):
        marks.append(places.road_mark(roads, words))
    if len(routes := _routes(atlas, page)):
        marks.append(places.line_mark(routes, words))
    if rows := page_zones(atlas, page)[0]:
        marks.append(places.zone_mark(atlas.zones, rows, units, words))
    villages = atlas.villages
    if not nation and len(villages) and len(found := villages[villages["commune_code"].isin(own)]):
        marks.append(places.village_mark(found, units, words, shown=page.level == "commune"))
    standing = np.flatnonzero(np.isin(atlas.site_rows, page.own)) if not nation else np.empty(0, np.int64)
    if len(standing):
        number = {row: place for place, row in enumerate(page.rows.tolist())}
        at = np.array([number[row] for row in atlas.site_rows[standing].tolist()], np.int64)
        marks.append(places.site_mark(atlas.sites.iloc[standing], at, words))
    return marks


def _routes(atlas: Atlas, page: Page) -> Any:
    if not len(atlas.lines):
        return atlas.lines
    if page.level == "nation":
        return atlas.lines[pd.to_numeric(atlas.lines["voltage_kv"]) >= _NATION_KV]
    west, south, east, north = shapely.total_bounds(atlas.outlines.degrees[page.own])
    margin = _MARGIN_DEGREES
    return places.within_box(atlas.lines, (west - margin, south - margin, east + margin, north + margin))


def _roads(atlas: Atlas, page: Page) -> gpd.GeoDataFrame:
    """Roads of the ranks that a page of this level draws, as far as they run in its communes."""
    roads = places.ranked_roads(atlas.roads, _ROAD_RANK[page.level])
    if page.level == "nation" or not len(roads):
        return roads
    found = shapely.STRtree(roads.geometry.to_numpy()).query(atlas.outlines.degrees[page.rows], predicate="intersects")
    return roads.iloc[np.unique(found[1])]


def _tasks(atlas: Atlas, page: Page, marks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    tasks = atlas.edition.tasks.get("tasks", pd.DataFrame())
    zone_ids: Sequence[str | None] = next((mark["ids"] for mark in marks if mark["id"] == "zones"), [])
    units = {code: row for row, code in enumerate(atlas.communes["commune_code"].iloc[page.own])}
    return places.task_rows(tasks, zone_ids, units)
