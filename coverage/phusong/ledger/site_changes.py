"""Changes of sites between two quarters: which are new, gone, altered, or only filed late or put right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

NEW, LOST, ALTERED, FILING = "sites_new", "sites_lost", "sites_altered", "filing"
"""Causes."""
OPERATED = (
    "operator",
    "technology",
    "frequency_mhz",
    "bandwidth_mhz",
    "height_agl_m",
    "azimuths_deg",
    "downtilt_deg",
    "mechanical_tilt_deg",
    "antenna",
    "eirp_dbm",
)
"""What an operator can alter at a mast. A mast does not move: another place, or another day on air, is a correction."""
_PLACE = "place"
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class SiteGroup:
    """
    Rows of sites that are on air together.

    Parameters
    ----------
    name
        `kept`, `new`, `lost`, `late`, `withdrawn`, or how a changed row is: `altered_before`, `corrected_after` ...
    having, lacking
        Causes that must have come, and that must not have come, for the rows to be on air as they are here.
    """

    name: str
    rows: gpd.GeoDataFrame
    having: frozenset[str] = frozenset()
    lacking: frozenset[str] = frozenset()

    def on(self, come: frozenset[str]) -> bool:
        """Whether the rows are on air when some causes have come and the others have not."""
        return self.having <= come and self.lacking.isdisjoint(come)


def site_groups(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, last_day: dt.date) -> tuple[SiteGroup, ...]:
    """
    The sites of two quarters in groups: those without a cause are the earlier quarter's, those of all the later's.

    A row that only the later quarter counts is new, and late where its day on air is not after the earlier quarter, for
    which it was not off: that is a matter of filing. A row that only the earlier one counts is lost; where the later
    quarter still knows it, not as off, with a day on air after the earlier quarter, it had been counted too early,
    which is filing too. Of rows that both count, what an operator can alter (`OPERATED`) is an alteration, and another
    place a correction, as is a value filed by one quarter and assumed by the other.

    Parameters
    ----------
    before, after
        Sites as `layers.inputs.Inputs` has them, each `site_id` once; those on air count.
    last_day
        Of the earlier quarter.

    Returns
    -------
    Groups with rows, at most thirteen; every row stands in those groups that its versions need.
    """
    old, new = (sites[sites.on_air].set_index("site_id", drop=False).rename_axis(None) for sites in (before, after))
    appeared, gone = new[~new.index.isin(old.index)], old[~old.index.isin(new.index)]
    off = appeared.site_id.isin(before.site_id[before.status == "off"])
    late = (~off & (appeared.on_air_date <= pd.Timestamp(last_day))).to_numpy(bool)
    early = gone.site_id.isin(_not_yet(after, last_day)).to_numpy(bool)
    both = old.index.intersection(new.index)
    groups = [
        *_of_both(old.loc[both], new.loc[both]),
        SiteGroup("new", appeared[~late], having=frozenset({NEW})),
        SiteGroup("late", appeared[late], having=frozenset({FILING})),
        SiteGroup("lost", gone[~early], lacking=frozenset({LOST})),
        SiteGroup("withdrawn", gone[early], lacking=frozenset({FILING})),
    ]
    return tuple(group for group in groups if len(group.rows))


def counted(groups: tuple[SiteGroup, ...]) -> Mapping[str, int]:
    """
    Rows by what became of them: kept, new, lost, late, withdrawn, altered, corrected, altered and corrected.

    What changed stands in several groups and is counted once.
    """
    return {group.name.removesuffix("_before"): len(group.rows) for group in groups if "after" not in group.name}


def _not_yet(after: gpd.GeoDataFrame, last_day: dt.date) -> pd.Series:
    """Ids of sites that by the later filing were not on air in the earlier quarter."""
    return after.site_id[(after.on_air_date > pd.Timestamp(last_day)) & (after.status != "off")]


def _of_both(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> list[SiteGroup]:
    altered, corrected = _differences(old, new)
    is_altered, is_corrected = _any(altered), _any(corrected)
    groups = [SiteGroup("kept", new[~is_altered & ~is_corrected])]
    for name, rows, causes in (
        ("altered", is_altered & ~is_corrected, (ALTERED,)),
        ("corrected", is_corrected & ~is_altered, (FILING,)),
    ):
        groups.append(SiteGroup(f"{name}_before", old[rows], lacking=frozenset(causes)))
        groups.append(SiteGroup(f"{name}_after", new[rows], having=frozenset(causes)))
    rows = is_altered & is_corrected
    only_altered = _taken(old[rows], new[rows], {name: of[rows] for name, of in altered.items()})
    only_corrected = _taken(old[rows], new[rows], {name: of[rows] for name, of in corrected.items()})
    one, other, name = frozenset({ALTERED}), frozenset({FILING}), "altered and corrected"
    return [
        *groups,
        SiteGroup(f"{name}_before", old[rows], lacking=one | other),
        SiteGroup(f"{name}: altered after", only_altered, having=one, lacking=other),
        SiteGroup(f"{name}: corrected after", only_corrected, having=other, lacking=one),
        SiteGroup(f"{name}_after", new[rows], having=one | other),
    ]


def _differences(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> tuple[dict[str, Flags], dict[str, Flags]]:
    """Rows in which each column was altered, and rows in which each was corrected."""
    altered, corrected = {}, {}
    for name in OPERATED:
        one, other = old[name], new[name]
        differs = ~((one == other) | (one.isna() & other.isna())).to_numpy(bool)
        assumed = _assumes(old, name) | _assumes(new, name)
        altered[name], corrected[name] = differs & ~assumed, differs & assumed
    x, y = (np.asarray(getattr(old.geometry, axis) != getattr(new.geometry, axis), bool) for axis in "xy")
    return altered, {**corrected, _PLACE: x | y}


def _assumes(sites: gpd.GeoDataFrame, attribute: str) -> Flags:
    return np.array([attribute in text.split(";") for text in sites.assumed], bool)


def _any(differences: Mapping[str, Flags]) -> Flags:
    return np.logical_or.reduce(list(differences.values()))


def _taken(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, changed: Mapping[str, Flags]) -> gpd.GeoDataFrame:
    """The earlier rows with what changed in some columns taken from the later ones."""
    values = {name: old[name].where(~rows, new[name]) for name, rows in changed.items() if name != _PLACE}
    table = gpd.GeoDataFrame(old.assign(**values), geometry=old.geometry)
    if _PLACE in changed:
        table = table.set_geometry(old.geometry.where(~changed[_PLACE], new.geometry))
    return table
