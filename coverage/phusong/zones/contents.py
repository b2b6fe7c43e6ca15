"""Contents: the villages, households, schools, clinics, offices and roads inside each dead zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from phusong.text import sort_key

KINDS = {"school": "schools", "clinic": "clinics", "commune_office": "commune_offices"}
"""Kinds of points of interest, and the columns that count them."""
_OF_VILLAGES = {
    "villages": "Int64", "village_names": "object", "villages_touched": "Int64", "especially_difficult": "boolean",
    "households": "Int64", "households_unknown": "Int64",
}  # fmt: skip
_ELLIPSOID = Geod(ellps="WGS84")
_LINE = 1  # shapely's number for a LineString


@dataclass(frozen=True)
class Villages:
    """
    Villages and what each has to do with the zones.

    Parameters
    ----------
    table
        `village_name`, `households`, `especially_difficult`.
    stands
        Row of the zone on whose pixel each village stands, -1 in none.
    people
        Micro-persons of each village's territory.
    held
        `zone`, `village` (row), `micro`: who lives there, as of `sums.added`.
    """

    table: pd.DataFrame
    stands: NDArray[np.int64]
    people: NDArray[np.int64]
    held: pd.DataFrame


@dataclass(frozen=True)
class Points:
    """Places with a `kind` of `KINDS`, and the row of the zone on whose pixel each stands, -1 in none."""

    kind: pd.Series
    stands: NDArray[np.int64]


def contents(
    outlines: gpd.GeoSeries,
    villages: Villages | None = None,
    points: Points | None = None,
    roads: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """
    What is inside each zone, row by row with the outlines; missing values where there is no such layer.

    Parameters
    ----------
    villages
        None when the study has no such layer.
    points
        A kind of which the layer has not one place is missing, not zero.
    roads
        Lines.

    Returns
    -------
    `villages`: number of villages whose own point stands on a pixel of the zone; `village_names`: theirs, in Vietnamese
    order, joined by ;. `villages_touched`: villages with people of their territory in the zone. `especially_difficult`:
    yes when one of the villages standing in the zone is, unknown when none is known to be and one or all are not known.
    `households`: of the villages touched, each times the part of its people that live in the zone, rounded to whole
    ones (a village without people counts where it stands); `households_unknown`: how many of these villages do not
    know theirs and are not in the sum; where none does, or no village reaches, the sum is missing. `schools`,
    `clinics`, `commune_offices`: points inside. `road_km`: geodesic length inside; a road on the border of two
    zones counts in both.

    Raises
    ------
    ValueError
        When a point is of another kind.
    """
    zones, road_km = len(outlines), pd.DataFrame({"road_km": _road_km(outlines, roads)})
    return pd.concat([_villages(zones, villages), _points(zones, points), road_km], axis=1)


def _villages(zones: int, villages: Villages | None) -> pd.DataFrame:
    if villages is None:
        return pd.DataFrame(index=range(zones), columns=list(_OF_VILLAGES)).astype(_OF_VILLAGES)
    table, stands = villages.table, villages.stands
    held = _held(villages)
    names = [
        ";".join(sorted(own, key=lambda name: (sort_key(name), name)))
        for own in _grouped(table.village_name, stands, zones)
    ]
    difficult = [_any(own) for own in _grouped(table.especially_difficult, stands, zones)]
    households = table.households.to_numpy(float)[held.village]
    known = np.isfinite(households)
    zone = held.zone.to_numpy()
    total = np.bincount(zone[known], (households * held.share)[known], zones)
    unknown = np.bincount(zone[~known], minlength=zones)
    told = np.bincount(zone[known], minlength=zones) > 0
    return pd.DataFrame(
        {
            "villages": pd.array(np.bincount(stands[stands >= 0], minlength=zones), "Int64"),
            "village_names": names,
            "villages_touched": pd.array(np.bincount(zone[held.touched], minlength=zones), "Int64"),
            "especially_difficult": pd.array(difficult, "boolean"),
            "households": pd.array(np.where(told, np.rint(total), np.nan), "Int64"),
            "households_unknown": pd.array(unknown, "Int64"),
        }
    )


def _held(villages: Villages) -> pd.DataFrame:
    """Pairs of a zone and a village with people in it, or with no people and its point in it, and the part inside."""
    inside = villages.held[villages.held.micro > 0]
    pairs = inside.assign(share=inside.micro / villages.people[inside.village], touched=True)
    empty = np.flatnonzero((villages.people == 0) & (villages.stands >= 0))
    alone = {"zone": villages.stands[empty], "village": empty, "micro": 0, "share": 1.0, "touched": False}
    return pd.concat([pairs, pd.DataFrame(alone)], ignore_index=True)


def _points(zones: int, points: Points | None) -> pd.DataFrame:
    if points is not None and (foreign := sorted(set(points.kind) - set(KINDS))):
        raise ValueError(f"points of the kinds {', '.join(foreign)}; known are {', '.join(KINDS)}")
    columns = {}
    for kind, name in KINDS.items():
        own = None if points is None else (points.kind == kind).to_numpy(bool)
        if points is None or own is None or not own.any():
            columns[name] = pd.array([pd.NA] * zones, "Int64")
        else:
            inside = points.stands[own & (points.stands >= 0)]
            columns[name] = pd.array(np.bincount(inside, minlength=zones), "Int64")
    return pd.DataFrame(columns)


def _road_km(zones: gpd.GeoSeries, roads: gpd.GeoDataFrame | None) -> NDArray[np.float64]:
    if roads is None:
        return np.full(len(zones), np.nan)
    lines, outlines = roads.geometry.to_numpy(), zones.to_numpy()
    zone, line = shapely.STRtree(lines).query(outlines, predicate="intersects")
    shapely.prepare(outlines)
    whole = shapely.covers(outlines[zone], lines[line])
    pieces = lines[line].copy()
    pieces[~whole] = shapely.intersection(pieces[~whole], outlines[zone[~whole]])
    parts, of = shapely.get_parts(pieces, return_index=True)
    single, within = shapely.get_parts(parts, return_index=True)  # parts of a collection may be many lines
    straight = shapely.get_type_id(single) == _LINE
    located = gpd.GeoSeries(single[straight], crs=roads.crs).to_crs(4326)
    length_km = np.array([_ELLIPSOID.geometry_length(part) / 1000 for part in located], float)
    return np.asarray(np.bincount(zone[of[within[straight]]], length_km, len(zones)), float).round(3)


def _grouped(values: pd.Series, zone: NDArray[np.int64], zones: int) -> list[list[Any]]:
    found: list[list[Any]] = [[] for _ in range(zones)]
    for value, own in zip(values, zone, strict=True):
        if own >= 0:
            found[own].append(value)
    return found


def _any(flags: list[Any]) -> Any:
    """Yes when one says yes, unknown when nobody does and somebody does not know or nobody is there."""
    if any(flag is not pd.NA and flag for flag in flags):
        return True
    return pd.NA if not flags or any(flag is pd.NA for flag in flags) else False
