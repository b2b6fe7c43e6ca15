"""What all pages of an edition share, and what one page is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from phusong.ledger.edition import Edition
from phusong.publish.atlas.look import Words
from phusong.publish.atlas.outlines import Outlines, base_packed
from phusong.publish.atlas.packing import Whole
from phusong.publish.atlas.places import Zones
from phusong.publish.atlas.rasters import Layer
from phusong.publish.tiers import Tier
from phusong.text import slug

_KIND = re.compile(r"^(tỉnh|thành phố|xã|phường|đặc khu)\s+", re.IGNORECASE)
_NAME_LETTERS = 40

Level = Literal["nation", "province", "commune"]


@dataclass(frozen=True)
class Atlas:
    """
    What all pages of an edition share; its communes stand by province and name.

    Parameters
    ----------
    edition
        As its tier may hold it.
    communes, before
        Communes that pages may draw, and the same ones a quarter earlier, in the same order.
    before_period
        The earlier quarter; empty where there is none.
    outlines
        Of the communes, in the same order.
    zones
        By rank.
    villages, sites, lines, roads
        In longitude and latitude; each line and road in one piece.
    site_rows
        Row of the commune in which each site stands.
    layers, operators
        Rasters, and names of the operators.
    """

    edition: Edition
    tier: Tier
    communes: pd.DataFrame
    before: pd.DataFrame | None
    before_period: str
    outlines: Outlines
    zones: Zones
    villages: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    lines: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    site_rows: Whole
    layers: Sequence[Layer]
    operators: Sequence[str]
    words: Words

    @cached_property
    def base(self) -> dict[str, Any]:
        """The provinces round a page, for its data block."""
        return base_packed(self.outlines)

    @cached_property
    def provinces(self) -> pd.DataFrame:
        """Code and name of the provinces, in the order of the communes."""
        return self.communes[["province_code", "province_name"]].drop_duplicates("province_code", ignore_index=True)


@dataclass(frozen=True)
class Page:
    """
    One page: its own communes and those round them, as rows of the atlas.

    Parameters
    ----------
    code, name
        Of the unit; of the whole study no code, and its title.
    """

    level: Level
    code: str
    name: str
    own: Whole
    around: Whole

    @cached_property
    def rows(self) -> Whole:
        """All communes of the page, its own first."""
        return np.concatenate([self.own, self.around])


def file_name(code: str, name: str) -> str:
    """
    Name of the file of a unit's page, of plain letters whatever the unit is called.

    Examples
    --------
    >>> file_name("25", "Tỉnh Phú Thọ"), file_name("1/2", "../<b>")
    ('25-phu-tho.html', '1-2-b.html')
    """
    said = slug(_KIND.sub("", name))[:_NAME_LETTERS]
    return "-".join(filter(None, f"{slug(code)}_{said}".split("_"))) + ".html"
