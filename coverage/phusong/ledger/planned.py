"""Planned sites: which are not on air yet, where and when they were to be, and how late earlier plans came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

TECHNOLOGY = "NR"


@dataclass(frozen=True)
class Filed:
    """
    The sites of one snapshot, and the day of which their file speaks.

    Parameters
    ----------
    sites
        `site_id`, `operator`, `technology`, `status`, `on_air_date`, `on_air` (counts in the period), `in_study`;
        perhaps `planned_date`.
    as_of
        None where the project does not say.
    """

    sites: gpd.GeoDataFrame
    as_of: dt.date | None


def first_plans(filed: Sequence[Filed]) -> pd.DataFrame:
    """
    The first day for which each site was planned, as far as any file told it: `site_id`, `operator`, `planned` (missing
    where only undated plans are known).

    Where the operator filed a `planned_date`, the first that was filed counts. Else a day is a plan where it is later
    than the day of which its file speaks: that a quarter's snapshot was made from a file of a later day makes no plan
    of what the file already knew. Without that day only the status tells.

    Parameters
    ----------
    filed
        In the order of their periods.

    Examples
    --------
    >>> row = {"site_id": ["s"], "operator": "A", "technology": "NR", "status": "planned", "on_air": False}
    >>> old, new = (pd.DataFrame({**row, "on_air_date": pd.to_datetime([day])}) for day in ("2026-05-01", "2026-12-01"))
    >>> plans = first_plans([Filed(old, dt.date(2026, 3, 31)), Filed(new, dt.date(2026, 9, 30))])
    >>> plans.planned.dt.date.tolist() == [dt.date(2026, 5, 1)]
    True
    """
    told = pd.concat([_told(one) for one in filed], ignore_index=True)
    surest_first = told.assign(undated=told.planned.isna()).sort_values(["undated", "inferred"], kind="stable")
    plans = surest_first.drop_duplicates("site_id").sort_values("site_id", ignore_index=True)
    return plans[["site_id", "operator", "planned"]]


def history(plans: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """
    Planned and actual days for `rollout.learn`: `operator`, `planned`, `actual` (missing where it has not come).

    A site that has vanished from the file or was switched off has not come; one that came on a day nobody told is left
    out.
    """
    standing = sites[sites.on_air].set_index("site_id").on_air_date
    untold = plans.site_id.isin(standing.index[standing.isna()])
    came = plans[~untold]
    actual = standing.reindex(came.site_id).to_numpy()
    return came[["operator", "planned"]].assign(actual=actual).reset_index(drop=True)


def open_sites(sites: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, plans: pd.DataFrame) -> pd.DataFrame:
    """
    Sites of the study that are not on air and were not given up, in the order in which they are to come.

    Columns: `site_id`, `operator`, `commune_code` (empty where they stand in none), `planned` (the first plan known,
    else what the file says now; missing and last where neither has a day), `known_later` (whether the file already
    knew, of a later day than the period's last, that it came).
    """
    waiting = ~sites.on_air & sites.in_study & (sites.technology == TECHNOLOGY) & (sites.status != "off")
    own = sites[waiting]
    first = plans.set_index("site_id").planned
    found = pd.DataFrame(
        {
            "site_id": own.site_id,
            "operator": own.operator,
            "commune_code": communes_of(own, communes),
            "planned": first.reindex(own.site_id).set_axis(own.index).fillna(own.on_air_date),
            "known_later": ~own.site_id.isin(first.index),
        }
    )
    return found.sort_values(["planned", "site_id"], ignore_index=True)


def on_air_of(sites: pd.DataFrame) -> pd.Series:
    """Whether each site of a snapshot is on air in the period, and stands in the study."""
    return sites.on_air & sites.in_study & (sites.technology == TECHNOLOGY)


def communes_of(sites: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> pd.Series:
    """Code of the commune in which each site stands, as `layers.sites.count_in` counts them; empty for none."""
    # asked of each outline, which is then made ready once for all the points in its box
    unit, at = shapely.STRtree(sites.geometry.to_numpy()).query(communes.geometry.to_numpy(), predicate="contains")
    codes = np.append(communes.commune_code.to_numpy(object), "")  # -1 picks the last: no commune
    place = pd.Series(unit).groupby(at).min().reindex(range(len(sites)), fill_value=-1)
    return pd.Series(codes[place.to_numpy(int)], index=sites.index, dtype=object)


def _told(filed: Filed) -> pd.DataFrame:
    """Plans that a file tells: `site_id`, `operator`, `planned`, and whether that is `inferred` from its on-air day."""
    sites = filed.sites
    own = sites.planned_date if "planned_date" in sites else pd.Series(pd.NaT, sites.index)
    said = own.notna() & (sites.technology == TECHNOLOGY)
    chosen = said | _is_plan(filed)
    day = own.where(said, sites.on_air_date)
    return pd.DataFrame(sites[["site_id", "operator"]]).assign(planned=day, inferred=~said)[chosen]


def _is_plan(filed: Filed) -> pd.Series:
    sites = filed.sites
    waiting = ~sites.on_air & (sites.technology == TECHNOLOGY) & (sites.status != "off")
    if filed.as_of is None:
        return waiting & (sites.status == "planned")
    later = sites.on_air_date > pd.Timestamp(filed.as_of)
    return waiting & (later | (sites.on_air_date.isna() & (sites.status == "planned")))
