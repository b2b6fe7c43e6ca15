"""Supply: what each site lives on, how long without mains, what it hangs on, and who shares its mast."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from phusong.config.storm import Source, Storm
from phusong.layers.geometry import geodesic_distance_m
from phusong.text import slug

MAINS: Source = "mains"
OFF_GRID: tuple[Source, ...] = ("generator", "solar")
"""Sources that do not hang on a substation; where the storm itself is, they too live by their backup hours."""

_JOINED = re.compile(r"\s+và\s+|[+;/,&|]")
_NOBODY = {"none", "no", "khong", "khong_co"}
"""Words of `shared_with` that say that nobody shares the mast."""


def supply(sites: gpd.GeoDataFrame, substations: gpd.GeoDataFrame, settings: Storm) -> gpd.GeoDataFrame:
    """
    Supply of the sites that count, in the order of their ids.

    Parameters
    ----------
    sites
        site_id, operator, power_source, backup_hours, hardened, substation_id, commune_code and point geometry in
        metres; feeder_id and shared_with (operators, separated by ";") where the layer has them.
    substations
        substation_id and geometry in the CRS of the sites.

    Returns
    -------
    gpd.GeoDataFrame
        site_id, operator, commune_code, power_source and geometry as they came, and

        - `mast`: rows at the same whole metre stand on one mast, named by its easting and northing;
        - `source`: mains, generator, solar or unknown (nothing said, or no word of the settings);
        - `autonomy_hours` without mains (NaN unknown) and `autonomy_assumed`, true where the settings gave it;
        - `hardened`: true, false or missing;
        - `substation_id`, missing for none; `substation_inferred`, true where it is the nearest (the first id of
          equally near ones), and then `substation_distance_m` (geodesic); `substation_dropped`, true where a site off
          the grid named one all the same;
        - `feeder_id`, missing for none;
        - `shared_with`, `operators` (own and others, as many as are known) and `sharing`: filed, inferred (other
          operators' sites are near) or unknown.
    """
    own = sites.sort_values("site_id").reset_index(drop=True)
    kept = own[["site_id", "operator", "commune_code", "power_source", "geometry"]]
    source = source_of(own.power_source, settings)
    columns = {
        "mast": [f"{x:.0f} {y:.0f}" for x, y in zip(own.geometry.x, own.geometry.y, strict=True)],
        "source": source,
        "autonomy_hours": autonomy_hours(own, settings),
        "autonomy_assumed": own.backup_hours.isna() & (settings.assumed_backup_hours is not None),
        "hardened": own.hardened.astype("boolean"),
    }
    hanging = _hanging(own, source, substations, settings.substation_reach_km * 1000)
    return gpd.GeoDataFrame(kept.assign(**columns, **hanging, **_sharing(own, settings)), crs=sites.crs)


def autonomy_hours(sites: pd.DataFrame, settings: Storm) -> NDArray[np.float64]:
    """Hours that each site lives without mains: its `backup_hours`, else what the settings assume, else NaN."""
    given = sites.backup_hours.to_numpy(float)
    return given if settings.assumed_backup_hours is None else np.nan_to_num(given, nan=settings.assumed_backup_hours)


def outlasting(autonomy_hours: NDArray[np.float64], hour: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """
    What surely lives so many hours without mains, the last of them included, and what may: NaN is not known.

    Examples
    --------
    >>> [flags.tolist() for flags in outlasting(np.array([4.0, 3.9, np.nan]), 4)]
    [[True, False, False], [True, False, True]]
    """
    return np.nan_to_num(autonomy_hours, nan=0.0) >= hour, ~(autonomy_hours < hour)


def source_of(texts: pd.Series, settings: Storm) -> NDArray[np.object_]:
    """
    Mains, generator, solar or unknown: the first of them that the text has a word of.

    Examples
    --------
    >>> source_of(pd.Series(["grid+battery", "Solar/diesel", "PV", "hybrid", None]), Storm()).tolist()
    ['mains', 'generator', 'solar', 'unknown', 'unknown']
    """
    order = (MAINS, *OFF_GRID)
    words = {name: {slug(word) for word in settings.source_words.get(name, ())} for name in order}

    @cache  # few texts, many sites
    def read(text: object) -> str:
        said = {slug(part) for part in _JOINED.split(text)} if isinstance(text, str) else set()
        return next((name for name in order if said & words[name]), "unknown")

    return texts.map(read).to_numpy(object)


def shared(supplied: pd.DataFrame, least_operators: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Sites that surely carry so many operators, and those that may: only what was filed is the whole of them."""
    surely = (supplied.operators >= least_operators).to_numpy(bool)
    return surely, surely | (supplied.sharing != "filed").to_numpy(bool)


def hardened(supplied: pd.DataFrame) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Sites that surely are hardened, and those that may be."""
    return supplied.hardened.fillna(False).to_numpy(bool), supplied.hardened.fillna(True).to_numpy(bool)


def masts(supplied: pd.DataFrame, which: NDArray[np.bool_], commune_codes: pd.Index) -> NDArray[np.int64]:
    """Number of masts of each commune that bear one of the sites."""
    found = supplied[which].groupby("commune_code").mast.nunique()
    return np.asarray(found.reindex(commune_codes, fill_value=0), np.int64)


def counts(supplied: pd.DataFrame) -> dict[str, int]:
    """How many sites there are, and of how many something is not known or had to be inferred."""
    unsaid = supplied.power_source.isna()
    unknown = supplied.source == "unknown"
    columns: dict[str, Any] = {
        "source_missing": unsaid,
        "source_not_understood": unknown & ~unsaid,
        "autonomy_unknown": supplied.autonomy_hours.isna(),
        "autonomy_assumed": supplied.autonomy_assumed,
        "hardened_unknown": supplied.hardened.isna(),
        "substation_inferred": supplied.substation_inferred,
        "substation_of_off_grid_dropped": supplied.substation_dropped,
        "without_substation": supplied.substation_id.isna() & ~supplied.source.isin(OFF_GRID),
        "without_commune": supplied.commune_code.isna(),
        "sharing_inferred": supplied.sharing == "inferred",
        "sharing_unknown": supplied.sharing == "unknown",
    }
    return {"sites": len(supplied), **{name: int(flag.sum()) for name, flag in columns.items()}}


def _hanging(
    sites: gpd.GeoDataFrame, source: NDArray[np.object_], substations: gpd.GeoDataFrame, reach_m: float
) -> dict[str, Any]:
    off_grid = pd.Series(np.isin(source, OFF_GRID), sites.index)
    filed = _words(sites, "substation_id")
    ordered = substations.sort_values("substation_id").reset_index(drop=True)
    open_question = np.flatnonzero(filed.isna() & ~off_grid)
    site, near = _nearest(sites.geometry.to_numpy()[open_question], ordered.geometry.to_numpy(), reach_m)
    site = open_question[site]
    substation, distance_m = filed.mask(off_grid, None), np.full(len(sites), np.nan)
    substation.iloc[site] = ordered.substation_id.to_numpy(object)[near]
    distance_m[site] = geodesic_distance_m(sites.geometry.iloc[site], ordered.geometry.iloc[near]).round(0)
    return {
        "substation_id": substation,
        "substation_inferred": ~np.isnan(distance_m),
        "substation_distance_m": distance_m,
        "substation_dropped": filed.notna() & off_grid,
        "feeder_id": _words(sites, "feeder_id").mask(off_grid, None),
    }


def _nearest(
    points: NDArray[np.object_], stations: NDArray[np.object_], reach_m: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Points that have a station within reach, and the first of those nearest to each."""
    point, near = shapely.STRtree(stations).query_nearest(points, all_matches=True)
    within = shapely.distance(points[point], stations[near]) <= reach_m
    first = pd.Series(near[within]).groupby(point[within]).min()
    return first.index.to_numpy(np.int64), first.to_numpy(np.int64)


def _sharing(sites: gpd.GeoDataFrame, settings: Storm) -> dict[str, Any]:
    filed = _words(sites, "shared_with")
    others = [
        near if pd.isna(text) else {part.strip() for part in text.split(";") if slug(part) not in _NOBODY} - {own, ""}
        for text, near, own in zip(filed, _neighbours(sites, settings.shared_within_m), sites.operator, strict=True)
    ]
    inferred = [bool(names) for names in others]
    return {
        "shared_with": pd.Series([";".join(sorted(names)) or None for names in others], sites.index, dtype=object),
        "operators": np.array([1 + len(names) for names in others], np.int64),
        "sharing": np.select([filed.notna(), inferred], ["filed", "inferred"], "unknown").astype(object),
    }


def _neighbours(sites: gpd.GeoDataFrame, within_m: float) -> list[set[str]]:
    """Other operators that have a site within the distance of each site."""
    points, operator = sites.geometry.to_numpy(), sites.operator.to_numpy(object)
    found: list[set[str]] = [set() for _ in points]
    for one, other in zip(*shapely.STRtree(points).query(points, "dwithin", within_m), strict=True):
        if operator[one] != operator[other]:
            found[one].add(str(operator[other]))
    return found


def _words(sites: pd.DataFrame, name: str) -> pd.Series:
    """A column of words, missing where the layer lacks it or the cell is blank."""
    column = sites[name].astype(object) if name in sites else pd.Series(None, sites.index, dtype=object)
    return column.where(column.notna() & (column.astype(str).str.strip() != ""), None)
