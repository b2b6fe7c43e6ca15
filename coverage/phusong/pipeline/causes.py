"""Causes: every change that could give a dead zone signal tried with the radio engine, and the smallest that would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from phusong import people
from phusong.config import Project
from phusong.layers.geometry import geodesic_distance_m
from phusong.layers.inputs import Inputs
from phusong.layers.memory import Memory, forgetful
from phusong.pipeline.candidates import Candidates
from phusong.pipeline.preparation import element_eirp_dbm, placed
from phusong.pipeline.quarantined import quarantined
from phusong.pipeline.trials import OWN, SETTINGS, Usual, tried
from phusong.pipeline.workforce import Do, here
from phusong.power.supply import MAINS, source_of
from phusong.progress import Step
from phusong.radio.carrier import band_name
from phusong.units import NOT_SERVED
from phusong.zones import cause
from phusong.zones.cause import CAUSES, NO_GRID, NO_SITE, OTHER_OPERATOR, SHADOW, Sampled
from phusong.zones.gaps import Gap

_LACKS_SIGNAL = (Gap.SIGNAL.label, Gap.BOTH.label)
_LACKS_POWER = (Gap.POWER.label, Gap.BOTH.label)
_LEVELS = {"before": "level_before", "after": "level_after", "threshold": "threshold"}
_CERTAIN = 10_000


@dataclass(frozen=True)
class Causes:
    """
    Why each dead zone is dead.

    Parameters
    ----------
    zones
        Row by row with the zones: `cause` (the smallest change that cures; of a zone that lacks only power `no_grid`),
        `cause_site_id`, `cause_change`, `cause_cured_share` (of the people tested), `cause_level_before_dbm`,
        `cause_level_dbm` (after the change), `cause_threshold_dbm`; `other_causes` that hold too, from the smallest
        change to the largest, with semicolons between; and where power is lacking `grid_distance_m`, to the nearest
        mapped line or substation of any voltage, which proves nothing.
    table
        One row for each zone and cause, by `zone` (row of the zone) and from the smallest change to the largest:
        `cause`, `holds` (missing where nothing was tried), `change`, `site_id` (the strongest for most of the cured),
        `sites_in_reach` (that could have changed), `tested_people`, `tested_share` (of the people of the zone),
        `cured_people`, `cured_share` (of those tested), `technology` (that comes nearest to its threshold),
        `level_before_dbm`, `level_after_dbm` (medians over the pixels tested, in the first environment and at the share
        of places that must be covered; missing where nothing reaches half of them), `threshold_dbm`, `grid_distance_m`.
    counts
        Zones by cause, and what was found on the way.
    """

    zones: pd.DataFrame
    table: pd.DataFrame
    counts: dict[str, Any]


def causes(
    project: Project,
    inputs: Inputs,
    zones: gpd.GeoDataFrame,
    at: Sampled,
    power: NDArray[np.integer],
    workers: int,
    progress: Step,
    memory: Memory = forgetful,
    do: Do = here,
) -> Causes:
    """
    Try every change at the zones that lack signal, and name the smallest that cures each.

    Parameters
    ----------
    zones
        Dead zones, as of `patches.Patches`, with their outlines.
    at
        The pixels at which changes are tried, of the zones that `lacks_signal`.
    power
        Where each of the sites stands: 0 not served, 1 served, 255 unknown.
    workers
        Threads; no result depends on it.
    memory
        Of what was tried in runs before.
    do
        Does what may be done elsewhere, as `Workforce.do`.
    """
    asked = inputs.sites.technology.isin(project.zones.technologies).to_numpy(bool)
    sites = inputs.sites[asked].reset_index(drop=True)
    unpowered = (power[asked] == NOT_SERVED) & (source_of(sites.power_source, project.storm) == MAINS)
    masks = _masks(project, inputs, sites, unpowered)
    aside = quarantined(project, inputs, sites)
    site_ids = pd.concat([sites.site_id, aside.site_ids], ignore_index=True)
    candidates = Candidates(placed(sites), masks, {cause.DATA_FAULT: aside.carriers}, inputs.antennas)
    usual = _usual_dbm(project, sites[masks[OWN]], element_eirp_dbm(project, inputs, memory)[asked][masks[OWN]])
    first_pixel = zones.first_pixel.to_numpy()
    outcomes = tried(project, inputs, at, first_pixel, candidates, usual, workers, progress, memory, do)
    table = _table(_rows(outcomes, _without_grid(zones, inputs)), zones.micro, site_ids)
    told = _by_zone(table, len(zones))
    counts = {
        "zones_by_cause": {name: int((told.cause == name).sum()) for name in CAUSES},
        "sites_on_air_without_power": int((unpowered & sites.on_air).sum()),
        "site_rows_refused": sum(len(one.refused) for one in inputs.accounts if one.layer == "sites"),
        "quarantined_sites": aside.counts,
    }
    return Causes(told, table, counts)


def lacks_signal(zones: pd.DataFrame) -> NDArray[np.bool_]:
    """Zones of which it is asked why they have no signal."""
    return zones.gap.isin(_LACKS_SIGNAL).to_numpy(bool)


def _masks(
    project: Project, inputs: Inputs, sites: gpd.GeoDataFrame, unpowered: NDArray[np.bool_]
) -> dict[str, NDArray[np.bool_]]:
    """Sites whose signal counts, and those that would count if something were otherwise."""
    on_air = sites.on_air.to_numpy(bool)
    wanted = sites.operator.isin(project.zones.operators or set(sites.operator)).to_numpy(bool)
    suspects = cause.suspects(sites, inputs.day, project.layers.sites.as_of, unpowered)
    own = {name: suspect & wanted for name, suspect in suspects.items()}
    return {OWN: on_air & wanted, OTHER_OPERATOR: on_air & ~wanted, **own}


def _usual_dbm(project: Project, sites: pd.DataFrame, of_element_dbm: NDArray[np.float64]) -> Usual:
    """By technology and name of a band, the median EIRP of a resource element of some sites; None without any."""
    kinds = list(zip(sites.technology, sites.frequency_mhz, strict=True))
    names = {kind: (kind[0], band_name(project.radio, *kind)) for kind in set(kinds)}
    found: dict[tuple[str, str], float | None] = {}
    for band in project.radio.bands:
        name = (band.technology, band.name)
        here = np.array([names[kind] == name for kind in kinds], bool)
        found[name] = float(np.median(of_element_dbm[here])) if here.any() else None
    return found


def _without_grid(every: gpd.GeoDataFrame, inputs: Inputs) -> pd.DataFrame:
    """Zones that lack power, and how far the nearest mapped line or substation is; missing where none is mapped."""
    zones = every[every.gap.isin(_LACKS_POWER)].geometry
    mapped = pd.concat([inputs.power_lines.geometry, inputs.substations.geometry]).to_numpy()
    distance_m = np.full(len(zones), np.nan)
    if len(mapped):
        of, near = shapely.STRtree(mapped).query_nearest(zones.to_numpy(), all_matches=False)
        between = shapely.shortest_line(zones.to_numpy()[of], mapped[near])
        ends = (gpd.GeoSeries(shapely.get_point(between, end), crs=inputs.grid.crs) for end in (0, 1))
        distance_m[of] = geodesic_distance_m(*ends).round(0)
    return pd.DataFrame({"holds": True, "change": "grid power", "grid_distance_m": distance_m}, index=zones.index)


def _rows(tried: Mapping[str, pd.DataFrame], without_grid: pd.DataFrame) -> pd.DataFrame:
    """One row for each zone and cause, with what was tried and what follows from it."""
    shadow = tried[SHADOW]
    reaching = [tried[name].holds.reindex(shadow.index) for name in (*SETTINGS, SHADOW) if name in tried]
    nobody = ~np.logical_or.reduce(reaching)
    of_change = {"holds": nobody, "change": "new site", "site": -1, "cured_micro": np.nan, "cured_share": np.nan}
    parts = {**tried, NO_SITE: shadow.assign(**of_change), NO_GRID: without_grid}
    untested = shadow[["micro"]]  # congestion, and lower bands where the project has none
    every = [parts.get(name, untested).assign(cause=name) for name in CAUSES]
    return pd.concat(every).rename_axis("zone").reset_index().sort_values("zone", kind="stable", ignore_index=True)


def _table(rows: pd.DataFrame, zone_micro: pd.Series, site_ids: pd.Series) -> pd.DataFrame:
    """Rows in the units of `Causes.table`."""
    cured, tested = (rows[name].fillna(0).astype(np.int64) for name in ("cured_micro", "micro"))
    whole = people.whole(np.stack([cured, tested - cured], axis=1))
    share = tested * _CERTAIN // zone_micro.to_numpy()[rows.zone] / _CERTAIN
    return pd.DataFrame(
        {
            "zone": rows.zone,
            "cause": _words(rows.cause),
            "holds": rows.holds.astype("boolean"),
            "change": _words(rows.change.fillna("untested")),
            "site_id": _words(rows.site.map(site_ids)),
            "sites_in_reach": rows.sites_in_reach.astype("Int64"),
            "tested_people": pd.Series(whole.sum(axis=1), dtype="Int64").where(rows.micro.notna()),
            "tested_share": share.where(rows.micro.notna()),
            "cured_people": pd.Series(whole[:, 0], dtype="Int64").where(rows.cured_micro.notna()),
            "cured_share": rows.cured_share,
            "technology": _words(rows.technology),
            **{f"{n}_dbm": _dbm(rows[f"{o}_ddbm"]) for o, n in _LEVELS.items()},
            "grid_distance_m": rows.grid_distance_m,
        }
    )


def _words(values: pd.Series) -> pd.Series:
    return values.astype(object).where(values.notna(), None)


def _dbm(stored: pd.Series) -> pd.Series:
    """Tenths of dBm as dBm, cut so that a level short of its threshold never reaches it; missing for none."""
    return (np.floor(stored) / 10).where(np.isfinite(stored))


def _by_zone(table: pd.DataFrame, zones: int) -> pd.DataFrame:
    """One row a zone, as `Causes.zones`."""
    held = table[table.holds.fillna(False)]
    first = held.drop_duplicates("zone").set_index("zone").reindex(range(zones))
    others = held[held.duplicated("zone")].groupby("zone").cause.agg(";".join)
    return pd.DataFrame(
        {
            "cause": _words(first.cause),
            "cause_site_id": _words(first.site_id),
            "cause_change": _words(first.change),
            "cause_cured_share": first.cured_share,
            "cause_level_before_dbm": first.level_before_dbm,
            "cause_level_dbm": first.level_after_dbm,
            "cause_threshold_dbm": first.threshold_dbm,
            "other_causes": others.reindex(range(zones), fill_value=""),
            "grid_distance_m": table[table.cause == NO_GRID].set_index("zone").grid_distance_m.reindex(range(zones)),
        }
    ).reset_index(drop=True)
