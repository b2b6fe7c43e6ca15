"""The edition: everything a published page may show, as of one day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd


@dataclass(frozen=True)
class Edition:
    """
    One period of one study, ready to be published.

    The frames are the snapshot's tables in the project's projected CRS; `run` is its `run.json`, and `digest` the
    SHA-256 of the whole snapshot, so that a page can say which numbers it shows.
    """

    project: str
    title: str
    title_en: str
    period: str
    as_of: dt.date
    synthetic: tuple[str, ...]
    communes: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    villages: gpd.GeoDataFrame
    power_lines: gpd.GeoDataFrame
    substations: gpd.GeoDataFrame
    run: Mapping[str, Any]
    digest: str
