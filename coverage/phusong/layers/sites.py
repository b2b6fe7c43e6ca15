"""Cell sites: one row for each operator's carrier at a mast."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
import shapely
from numpy.typing import NDArray

from phusong.config import Project
from phusong.layers.account import Account, refuse_if
from phusong.layers.points import read_points
from phusong.layers.schema import CODE, CODE_FORM, day, flag, number, word
from phusong.text import slug

_AZIMUTH = r"(?:360|(?:3[0-5]|[12]?\d)?\d(?:\.\d+)?)"
AZIMUTHS = rf"omni|{_AZIMUTH}(?:;{_AZIMUTH})*"
_TAKEN = {
    *("", "any", "none", "limited", "good", "very_good", "unknown"),
    *("expected", "expected_low", "expected_high"),
    *("white", "grey", "all_operators", "spots_unknown"),
}
SCHEMA = pa.DataFrameSchema(
    {
        "site_id": word(unique=True),
        "operator": word(),
        "technology": word(among=("LTE", "NR")),
        "frequency_mhz": number(400, 7125),  # frequency range 1; the resource blocks of range 2 are others
        "bandwidth_mhz": number(1.4, 100, required=False, nullable=True),
        "height_agl_m": number(3, 300, required=False, nullable=True),
        "azimuths_deg": word(
            pattern=AZIMUTHS, form="30;150;270 (degrees 0..360) or omni", required=False, nullable=True
        ),
        "downtilt_deg": number(-10, 45, required=False, nullable=True),
        "mechanical_tilt_deg": number(-45, 45, required=False, nullable=True),
        "antenna": word(required=False, nullable=True),
        "eirp_dbm": number(0, 95, required=False, nullable=True),
        "status": word(among=("on_air", "planned", "off")),
        "on_air_date": day(nullable=True),
        "planned_date": day(required=False, nullable=True),  # the first that was told beforehand
        "power_source": word(required=False, nullable=True),
        "backup_hours": number(0, 2000, required=False, nullable=True),
        "hardened": flag(required=False),
        "substation_id": word(required=False, nullable=True),
        "feeder_id": word(required=False, nullable=True),
        "shared_with": word(required=False, nullable=True),  # operators, separated by semicolons
        "commune_code": word(pattern=CODE, form=CODE_FORM, required=False, nullable=True),
    }
)


def read(project: Project) -> tuple[gpd.GeoDataFrame, Account]:
    """
    Cell sites in the project's CRS, in the order of their ids.

    What a file says of a site may be empty for the attributes that priors can fill (`layers.priors`); antennas of which
    no mechanical tilt is told hang upright.

    Raises
    ------
    LayerError
        With every fault of the layer.
    """
    sites, account = read_points(project, "sites", SCHEMA, "site_id")
    refuse_if("sites", mistakable(sites.operator))
    return sites.assign(mechanical_tilt_deg=sites.mechanical_tilt_deg.fillna(0.0)), account


def mistakable(operators: pd.Series) -> list[str]:
    """Operators whose columns and files would be taken for something else's."""
    names = sorted(set(operators))
    by_slug: dict[str, list[str]] = {}
    for name in names:
        by_slug.setdefault(slug(name), []).append(name)
    alike = [f"operator: {' and '.join(map(repr, group))} read alike" for group in by_slug.values() if len(group) > 1]
    return alike + [f"operator: {name!r} means something else in our tables" for name in names if slug(name) in _TAKEN]


def count_in(sites: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Sites in each commune; on ground that several claim, in the first of them."""
    unit, site = shapely.STRtree(sites.geometry.to_numpy()).query(communes.geometry.to_numpy(), predicate="contains")
    first = pd.Series(unit).groupby(site).min()
    return np.bincount(first.to_numpy(), minlength=len(communes))


def on_air(sites: gpd.GeoDataFrame, last_day: dt.date, as_of: dt.date | None) -> pd.Series:
    """
    Which sites count in the period that ends on `last_day`.

    A site counts when its on-air date is not after that day. The status speaks only for the file's as-of date, so only
    for periods that end on or after it: there an undated site on air counts, and a site that is off does not.
    """
    dated = sites.on_air_date.notna() & (sites.on_air_date <= pd.Timestamp(last_day))
    if as_of is None or as_of > last_day:
        return dated
    return (dated | (sites.on_air_date.isna() & (sites.status == "on_air"))) & (sites.status != "off")


def contradictions(sites: gpd.GeoDataFrame, as_of: dt.date | None) -> int:
    """Sites whose status on the as-of date and on-air date cannot both be true."""
    if as_of is None:
        return 0
    begun = sites.on_air_date <= pd.Timestamp(as_of)
    late = sites.on_air_date > pd.Timestamp(as_of)
    return int(((begun & (sites.status == "planned")) | (late & (sites.status == "on_air"))).sum())
