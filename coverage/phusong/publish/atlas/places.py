"""Places: dead zones, villages, sites, power lines and roads of a page, as marks on top of its communes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from phusong.publish.arcs import Arcs
from phusong.publish.atlas.look import Both, Words
from phusong.publish.atlas.packing import MISSING, Whole, digits, lines, points, texts, whole
from phusong.publish.atlas.wording import as_dict, map_labels, road_ranks
from phusong.publish.classes import name_class, voltage_class
from phusong.publish.topology import encoded, part

ZONES = ("signal", "power", "both")
VILLAGES = ("none", "no_signal", "no_power", "unknown", "served")
SITES = ("nr", "lte", "planned")
LINES = ("low", "110", "220", "500", "unknown")
ROADS = ("main", "other")
_FLOORS_KV = (0.0, 110.0, 220.0, 500.0)
_STATES = ("served", "not_served", "unknown")


@dataclass(frozen=True)
class Zones:
    """Dead zones of an edition by rank, and their outlines in the same order."""

    table: pd.DataFrame
    drawing: Arcs


def zone_mark(zones: Zones, rows: Sequence[int], units: Mapping[str, int], words: Words) -> dict[str, Any]:
    """
    Some dead zones; tasks and reports speak of them by their `ids`.

    Parameters
    ----------
    rows
        Of the table, by rank.
    units
        Row of the page's units by code.
    """
    table = zones.table.iloc[list(rows)]
    people = digits(whole(_column(table, "people")))
    rank = digits(whole(_column(table, "rank")))
    villages = _texts(table, "village_name")
    ids = _texts(table, "zone_id")
    fields = [
        _field("rank", "count", rank, words),
        _field("people", "count", people, words),
        _choices("cause", _causes(table), words),
        _field("area", "number", _numbers(table, "area_km2", 2), words),
        _field("village", "text", texts(villages), words),
        _choices("why", _whys(table), words),
        _field("first_seen", "text", texts(_texts(table, "first_seen")), words),
    ]
    return {
        **_mark("zones", "area", table, words, shown=True),
        "name": [village or name for village, name in zip(villages, ids, strict=True)],
        "ids": ids,
        "unit": _units(table, units),
        "class": digits(name_class(table["gap"].tolist(), list(ZONES))),
        "classes": _classes("zone", ZONES, words),
        "fields": [field for field in fields if field],
        "rank": rank,
        "people": people,
        "topology": encoded(part(zones.drawing, rows)),
    }


def village_mark(villages: gpd.GeoDataFrame, units: Mapping[str, int], words: Words, shown: bool) -> dict[str, Any]:
    """Villages; what is missing stands before what is not known."""
    signal, power = (_column(villages, name).to_numpy(object) for name in ("signal", "power"))
    lacks = signal == "not_served", power == "not_served"
    unsure = (signal != "served") | (power != "served")
    kinds = np.select([lacks[0] & lacks[1], lacks[0], lacks[1], unsure], [0, 1, 2, 3], 4)
    fields = [
        _field("people", "count", digits(whole(_column(villages, "people"))), words),
        _state_field("signal", signal, words),
        _state_field("power", power, words),
    ]
    return {
        **_mark("villages", "point", villages, words, shown=shown),
        "search": True,
        "name": texts(_texts(villages, "village_name")),
        "unit": _units(villages, units),
        "class": digits(kinds),
        "classes": _classes("village", VILLAGES, words),
        "fields": [field for field in fields if field],
        "points": points(shapely.get_coordinates(villages.geometry)),
    }


def site_mark(sites: gpd.GeoDataFrame, unit: Whole, words: Words) -> dict[str, Any]:
    """
    Cell sites, for tiers that hold them.

    Parameters
    ----------
    unit
        Row of the page's unit in which each stands.
    """
    on_air = _column(sites, "on_air").fillna(False).to_numpy(bool)
    technology = name_class(_column(sites, "technology").tolist(), ["NR", "LTE"])
    days = pd.to_datetime(_column(sites, "on_air_date")).dt.strftime("%Y-%m-%d")
    operators = _texts(sites, "operator")
    fields = [
        _choices("operator", [None if name is None else Both(name, name) for name in operators], words),
        _field("frequency", "number", _numbers(sites, "frequency_mhz", 1), words),
        _field("height", "number", _numbers(sites, "height_agl_m", 1), words),
        _field("on_air", "date", texts([None if pd.isna(day) else str(day) for day in days]), words),
    ]
    return {
        **_mark("sites", "point", sites, words, shown=False),
        "name": _texts(sites, "site_id"),
        "unit": digits(unit),
        "class": digits(np.where(on_air, technology, len(SITES) - 1)),
        "classes": _classes("site", SITES, words),
        "fields": [field for field in fields if field],
        "points": points(shapely.get_coordinates(sites.geometry)),
    }


def line_mark(routes: gpd.GeoDataFrame, words: Words) -> dict[str, Any]:
    """Single power lines, which reach from one unit to the next: in longitude and latitude."""
    voltage = _column(routes, "voltage_kv").to_numpy(float)
    kinds = voltage_class(voltage, _FLOORS_KV)
    none = digits(np.full(len(routes), MISSING))
    fields = [_field("voltage", "number", _numbers(routes, "voltage_kv", 1), words)]
    return {
        **_mark("lines", "line", routes, words, shown=False),
        "name": none,
        "unit": none,
        "class": digits(np.where(kinds < 0, len(LINES) - 1, kinds)),
        "classes": _classes("line", LINES, words),
        "fields": [field for field in fields if field],
        "lines": lines(routes.geometry.to_numpy()),
    }


def ranked_roads(roads: gpd.GeoDataFrame, least: int) -> gpd.GeoDataFrame:
    """The roads of a rank of `least` or before it as `rank` says it; those of an unknown class are left out."""
    ranks = [road_ranks().get((name or "").casefold(), MISSING) for name in _texts(roads, "road_class")]
    ranked = roads.assign(rank=np.array(ranks, np.int64))
    return ranked[ranked["rank"].between(0, least)]


def road_mark(roads: gpd.GeoDataFrame, words: Words) -> dict[str, Any]:
    """Single ranked roads in longitude and latitude: ground to find one's way by, which no tap hits."""
    none = digits(np.full(len(roads), MISSING))
    return {
        **_mark("roads", "line", roads, words, shown=True),
        "ground": True,
        "name": none,
        "unit": none,
        "class": digits((roads["rank"] > 1).to_numpy(np.int64)),
        "classes": _classes("road", ROADS, words),
        "fields": [],
        "lines": lines(roads.geometry.to_numpy()),
    }


def single_lines(routes: gpd.GeoDataFrame, tolerance_m: float) -> gpd.GeoDataFrame:
    """Routes simplified and taken apart, in longitude and latitude."""
    drawn = routes.set_geometry(routes.geometry.simplify(tolerance_m))
    return drawn.to_crs("EPSG:4326").explode(ignore_index=True)


def within_box(routes: gpd.GeoDataFrame, box: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    """The parts of single lines that lie in a box: west, south, east and north in degrees."""
    near = routes.iloc[np.sort(routes.sindex.query(shapely.box(*box)))]
    cut = near.set_geometry(near.geometry.clip_by_rect(*box)).explode(ignore_index=True)
    return cut[(cut.geom_type == "LineString") & ~cut.is_empty]


def task_rows(tasks: pd.DataFrame, zone_ids: Sequence[str | None], units: Mapping[str, int]) -> list[dict[str, Any]]:
    """
    Tasks that speak of a page's zones or of its own communes, each with who is responsible until when.

    Parameters
    ----------
    zone_ids
        Of the zones that the page draws, in their order.
    units
        Row of the page's own units by code.
    """
    zones = {name: row for row, name in enumerate(zone_ids) if name}
    found = []
    for task in tasks.to_dict("records"):
        unit = units.get(str(task.get("commune_code") or ""), MISSING)
        named = str(task.get("zones_now") or task.get("zone_id") or "").split(";")
        at = [zones[name.strip()] for name in named if name.strip() in zones]
        if not at and unit == MISSING:
            continue
        who = ", ".join(str(task[key]) for key in ("agency", "person") if _known(task.get(key)))
        status = {"vi": str(task.get("status_vi") or ""), "en": str(task.get("status_en") or "")}
        common = {"unit": unit, "title": str(task.get("work") or ""), "responsible": who, "status": status}
        due = str(task["deadline"]) if _known(task.get("deadline")) else None
        found += [{"zone": zone, **common, "due": due} for zone in at or [MISSING]]
    return found


def _mark(name: str, shape: str, table: pd.DataFrame, words: Words, *, shown: bool) -> dict[str, Any]:
    return {"id": name, "label": as_dict(words[f"mark.{name}"]), "shape": shape, "shown": shown and len(table) > 0}


def _classes(kind: str, names: Sequence[str], words: Words) -> list[dict[str, Any]]:
    return [{"style": f"{kind}_{name}", "label": as_dict(words[f"class.{kind}_{name}"])} for name in names]


def _field(name: str, kind: str, of: Any, words: Words) -> dict[str, Any] | None:
    return None if of is None else {"label": as_dict(words[f"field.{name}"]), "kind": kind, "of": of}


def _choices(name: str, values: Sequence[Both | None], words: Words) -> dict[str, Any] | None:
    """A field of texts in two languages."""
    known = list(dict.fromkeys(value for value in values if value is not None))
    if not known:
        return None
    places: dict[Both | None, int] = {value: place for place, value in enumerate(known)}
    made = _field(name, "choice", digits([places.get(value, MISSING) for value in values]), words)
    return {**(made or {}), "choices": [as_dict(value) for value in known]}


def _state_field(name: str, states: NDArray[Any], words: Words) -> dict[str, Any] | None:
    return _choices(name, [words[f"state.{state}"] if state in _STATES else None for state in states], words)


def _causes(zones: pd.DataFrame) -> list[Both | None]:
    vi, en = map_labels("vi"), map_labels("en")
    keys = [f"cause.{cause}" for cause in _texts(zones, "cause")]
    return [Both(vi[key], en[key]) if key in vi else None for key in keys]


def _whys(zones: pd.DataFrame) -> list[Both | None]:
    pairs = zip(_texts(zones, "why_vi"), _texts(zones, "why_en"), strict=True)
    return [Both(vi, en or vi) if vi else None for vi, en in pairs]


def _units(table: pd.DataFrame, units: Mapping[str, int]) -> dict[str, str]:
    return digits([units.get(code or "", MISSING) for code in _texts(table, "commune_code")])


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    # a column that a study lacks, or a tier may not hold, is unknown
    return table[name] if name in table else pd.Series(np.nan, index=table.index, dtype=object)


def _texts(table: pd.DataFrame, name: str) -> list[str | None]:
    return [str(value) if _known(value) else None for value in _column(table, name)]


def _numbers(table: pd.DataFrame, name: str, decimals: int) -> list[float | None] | None:
    values = _column(table, name)
    if values.isna().all():
        return None
    return [None if pd.isna(value) else round(float(value), decimals) for value in values]


def _known(value: Any) -> bool:
    return value is not None and bool(pd.notna(value))
