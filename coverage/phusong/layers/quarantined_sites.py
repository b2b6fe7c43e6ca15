"""Quarantined sites: rows that intake set aside, tried as they may be meant, and never counted as signal."""

from __future__ import annotations

import math
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
import shapely
from pyproj import CRS

from phusong.config import Project, Radio
from phusong.grid import Grid
from phusong.layers import priors
from phusong.layers.account import Account, refuse_if
from phusong.layers.files import read_features
from phusong.layers.geometry import placed
from phusong.layers.points import complete, empty
from phusong.layers.schema import FILE, ROW, conform, day, number, word
from phusong.layers.sites import SCHEMA as SITES

_NAME = "quarantined_sites"
_NEEDED = ("operator", "technology")
_CHECKED = (
    "technology", "frequency_mhz", "bandwidth_mhz", "height_agl_m", "azimuths_deg", "downtilt_deg",
    "mechanical_tilt_deg", "eirp_dbm", "status",
)  # fmt: skip
"""Columns whose values must be such as those of a site."""


def _any(kind: str) -> pa.Column:
    """The column of a site without its bounds."""
    if kind == "number":
        return number(-math.inf, math.inf, required=False, nullable=True)
    return day(required=False, nullable=True) if kind == "day" else word(required=False, nullable=True)


SCHEMA = pa.DataFrameSchema(
    {
        "site_id": word(required=False, nullable=True),
        "filed_as": word(required=False, nullable=True),
        "reason": word(required=False, nullable=True),
        **{name: word(nullable=True) for name in _NEEDED},
        **{name: _any(SITES.columns[name].metadata["kind"]) for name in (*_CHECKED[1:], "antenna", "on_air_date")},
    }
)


def read(project: Project) -> tuple[gpd.GeoDataFrame, Account]:
    """
    Rows that intake set aside, in the project's CRS, in the order of `site_id`; none without such a layer.

    An id may be missing, or be another row's too. So `site_id` is the id with what the file says in `filed_as`, else
    with the file's name and the row, in brackets, or these alone; `filed_id` is the id as it was filed. A value that no
    site may have counts as missing (`beyond_bounds`, by column). Rows without a position, an operator or a technology
    are left out and counted (`not_tried`, by the first of these).

    Raises
    ------
    LayerError
        When a column is missing or cells are not of its kind.
    """
    crs, layer = CRS.from_user_input(project.grid.crs), project.layers.quarantined_sites
    if layer is None:
        return _named(empty(SCHEMA, crs).assign(**{FILE: [], ROW: []})), Account(_NAME, 0)
    raw = read_features(project, _NAME)
    frame, faults = conform(raw, SCHEMA, layer)
    refuse_if(_NAME, faults)
    frame, beyond = _within_bounds(frame)
    kept, nowhere, repaired = placed(gpd.GeoDataFrame(frame, geometry="geometry", crs=raw.crs), ("Point",))
    lacking = kept[list(_NEEDED)].isna()
    first = lacking.idxmax(axis=1)[lacking.any(axis=1)].value_counts()
    not_tried = {"no_position": len(nowhere), **{f"no_{name}": int(first.get(name, 0)) for name in _NEEDED}}
    own = kept[~lacking.any(axis=1)].reset_index(drop=True)
    counts = {"beyond_bounds": beyond, "not_tried": not_tried}
    return _named(complete(own, SCHEMA)).to_crs(crs), Account(_NAME, len(raw), (), repaired, counts)


def in_reach(
    read: tuple[gpd.GeoDataFrame, Account], communes: gpd.GeoDataFrame, ground: Grid, radio: Radio
) -> tuple[gpd.GeoDataFrame, Account]:
    """
    The rows that stand on some ground, with `setting`, and with what is missing taken from the project as far as it is.

    A missing frequency is the middle of the project's band where it has only one of the technology; attributes are
    those of the priors that fit. `assumed` names what was filled; the account counts it too, the rows `in_reach`, and
    those `out_of_reach` (in `not_tried`).
    """
    rows, account = read
    if not account.rows_in:
        return rows.assign(setting=[], assumed=[]), account
    touching = shapely.intersects(rows.geometry.to_numpy(), shapely.box(*ground.bounds))
    near = rows[touching].reset_index(drop=True)
    tuned = _tuned(near.assign(setting=priors.settings(near, communes)), radio)
    filled, assumed = priors.filled_as_far(tuned, radio)
    gained = near.frequency_mhz.isna() & filled.frequency_mhz.notna()
    flags = [";".join(filter(None, ("frequency_mhz", flag))) for flag in filled.assumed]
    told = filled.assign(assumed=filled.assumed.where(~gained, pd.Series(flags, filled.index, dtype=object)))
    counted = {"frequency_mhz": int(gained.sum()), **assumed} if gained.any() else assumed
    left_out = {**account.counts["not_tried"], "out_of_reach": int((~touching).sum())}
    counts = {**account.counts, "not_tried": left_out, "in_reach": len(near), "assumed": counted}
    return told, replace(account, counts=counts)


def _tuned(rows: gpd.GeoDataFrame, radio: Radio) -> gpd.GeoDataFrame:
    """Rows without a frequency in the middle of the only band of their technology."""
    table = rows.copy()
    for technology in sorted({band.technology for band in radio.bands}):
        own = [band for band in radio.bands if band.technology == technology]
        if len(own) == 1:
            empty = table.frequency_mhz.isna() & (table.technology == technology)
            table.loc[empty, "frequency_mhz"] = (own[0].low_mhz + own[0].high_mhz) / 2
    return table


def _within_bounds(frame: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """Without the values that no site may have, and how many of each column those were."""
    table, beyond = frame.copy(), {}
    for name in (name for name in _CHECKED if name in frame):
        said = table[name].dropna()
        wrong = np.zeros(len(said), bool)
        for check in SITES.columns[name].checks if len(said) else []:
            wrong |= ~np.asarray(check(said).check_output, bool)
        if wrong.any():
            table.loc[said.index[wrong], name] = None
            beyond[name] = int(wrong.sum())
    return table, beyond


def _named(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Under names that are each row's own, in their order, and upright where no mechanical tilt is told."""
    stands = rows.filed_as.fillna(rows[FILE].astype(str) + ":" + rows[ROW].astype(str)).astype(object)
    names = (rows.site_id + " (" + stands + ")").where(rows.site_id.notna(), stands).astype(object)
    told = rows.assign(site_id=names, filed_id=rows.site_id, mechanical_tilt_deg=rows.mechanical_tilt_deg.fillna(0.0))
    ordered = told.sort_values(["site_id", FILE, ROW], ignore_index=True)
    first = ["site_id", "filed_id"]
    return ordered[[*first, *(name for name in ordered if name not in (*first, "filed_as", FILE, ROW))]]
