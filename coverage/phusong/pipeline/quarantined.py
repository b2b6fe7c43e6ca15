"""Quarantined: which rows that intake set aside can be tried as sites, and why the others cannot."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.config import Project
from phusong.layers.field import bilinear
from phusong.layers.inputs import Inputs
from phusong.layers.priors import ATTRIBUTES
from phusong.layers.sites import on_air
from phusong.pipeline.preparation import placed
from phusong.radio.carrier import Carrier, possible
from phusong.zones.cause import DATA_FAULT, suspects

_SAME = ("operator", "technology", "frequency_mhz", *ATTRIBUTES, "mechanical_tilt_deg", "antenna")


@dataclass(frozen=True)
class Quarantined:
    """
    Rows set aside that can be tried as sites.

    Parameters
    ----------
    carriers
        Their carriers; the rows go on behind those of the sites.
    site_ids
        Names of the rows tried, in their order.
    counts
        Rows `in_reach` and `tried`, and `not_tried` by the first reason; nothing without such a layer.
    """

    carriers: list[Carrier]
    site_ids: pd.Series
    counts: dict[str, Any]


def quarantined(project: Project, inputs: Inputs, sites: gpd.GeoDataFrame) -> Quarantined:
    """
    The rows set aside that would count if they were right.

    Those that would not, if they are right, hide no signal and are not tried (`not_on_air`); nor are those of another
    technology or operator than the zones ask for, those off the terrain, those without a frequency or an attribute that
    no prior fits, those that say of a site that counts what is accepted of it already (`repeats_a_site`: the same id,
    place to the metre and settings), and those that no radio can be, by their fault.

    Parameters
    ----------
    sites
        The rows of sites that stand before them.
    """
    rows, layer = inputs.quarantined_sites, project.layers.quarantined_sites
    if rows is None or layer is None:
        return Quarantined([], pd.Series(dtype=object), {})
    as_of, asked = layer.as_of or project.layers.sites.as_of, project.zones.operators
    ground_m = bilinear(inputs.terrain, rows.geometry.x.to_numpy(), rows.geometry.y.to_numpy())
    why_not = {
        "technology_not_asked": ~rows.technology.isin(project.zones.technologies).to_numpy(bool),
        "operator_not_asked": ~rows.operator.isin(asked or set(rows.operator)).to_numpy(bool),
        "not_on_air": ~_would_count(rows, inputs.day, as_of),
        "off_terrain": np.isnan(ground_m),
        "no_frequency": rows.frequency_mhz.isna().to_numpy(bool),
        "no_prior": rows[list(ATTRIBUTES)].isna().any(axis=1).to_numpy(bool),
        "repeats_a_site": _repeats(rows, sites[sites.on_air]),
    }
    reason = np.select(list(why_not.values()), list(why_not), "")
    able = rows[reason == ""].reset_index(drop=True)
    carriers, faults = possible(placed(able), project.radio, inputs.antennas)
    not_tried = {name: int((reason == name).sum()) for name in why_not if (reason == name).any()}
    not_tried |= {fault: len(ids) for fault, ids in sorted(faults.items())}
    counts = {"in_reach": len(rows), "tried": len(carriers), "not_tried": not_tried}
    return Quarantined([replace(one, row=one.row + len(sites)) for one in carriers], able.site_id, counts)


def _would_count(rows: gpd.GeoDataFrame, day: dt.date, as_of: dt.date | None) -> NDArray[np.bool_]:
    """
    Whether rows, taken in, would count in the period or have a date that hides that they do.

    A status that is not told may be on air, unless the date is after the period.
    """
    told = rows.assign(status=rows.status.fillna("on_air"))
    counting = on_air(told, day, as_of).to_numpy(bool)
    fault = suspects(told.assign(on_air=counting), day, as_of, np.zeros(len(rows), bool))[DATA_FAULT]
    later = (rows.status.isna() & (rows.on_air_date > pd.Timestamp(day))).to_numpy(bool)
    return (counting | fault) & ~later


def _repeats(rows: gpd.GeoDataFrame, sites: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Which rows say what some site says."""
    said = set(_told(sites, sites.site_id))
    return np.array([one in said for one in _told(rows, rows.filed_id)], bool)


def _told(frame: gpd.GeoDataFrame, ids: pd.Series) -> list[tuple[Any, ...]]:
    settings = frame[list(_SAME)].astype(object)
    columns = settings.where(settings.notna(), None)
    return list(zip(ids, frame.geometry.x.round(), frame.geometry.y.round(), *(columns[n] for n in _SAME), strict=True))
