"""Causes: every change that could give a dead zone signal tried with the radio engine, and the smallest that would."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from phusong import people
from phusong.config import Project
from phusong.config.storm import Storm
from phusong.grid import Grid
from phusong.layers.geometry import geodesic_distance_m
from phusong.layers.inputs import Inputs
from phusong.pipeline.preparation import placed
from phusong.pipeline.quarantined import quarantined
from phusong.power.supply import MAINS, source_of
from phusong.progress import Step
from phusong.radio.carrier import Carrier, carriers
from phusong.radio.counterfactual import at_lower_band, flat, given, raised, tilted, usual_dbm
from phusong.radio.levels import threshold_ddbm
from phusong.radio.world import World
from phusong.units import NOT_SERVED
from phusong.zones import cause
from phusong.zones.cause import BAND, CAUSES, HEIGHT, NO_GRID, NO_SITE, OTHER_OPERATOR, SHADOW, TILT, Sampled
from phusong.zones.gaps import Gap
from phusong.zones.patches import Patches

_OWN = "own"
_LACKS_SIGNAL = (Gap.SIGNAL.label, Gap.BOTH.label)
_LACKS_POWER = (Gap.POWER.label, Gap.BOTH.label)
_COMES = {
    cause.DATA_FAULT: "counted",
    OTHER_OPERATOR: "open to all",
    cause.WITHOUT_POWER: "powered",
    cause.PLANNED: "on air",
}
"""What sites that do not count would have to become."""
_SETTINGS = (TILT, BAND, HEIGHT)
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


@dataclass(frozen=True)
class _Trial:
    """
    A change that is tried.

    Parameters
    ----------
    cause, change
        The cause it speaks for, and how it is told.
    group, done
        Whom it is done to, and how.
    flat
        Whether over flat ground.
    unless
        Not at zones where one of these causes holds: it could only cure them by what they change.
    """

    cause: str
    change: str
    group: str
    done: Callable[[Sequence[Carrier]], Sequence[Carrier]] = list
    flat: bool = False
    unless: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Scene:
    """The ground as it is and flat, the thresholds by technology, and the pixels tested with their levels now."""

    real: World
    flat: World
    thresholds_ddbm: dict[str, int]
    at: Sampled
    before_ddbm: NDArray[np.float64]


def causes(
    project: Project,
    inputs: Inputs,
    found: Patches,
    power: NDArray[np.uint8],
    micro: NDArray[np.int64],
    storm: Storm,
    workers: int,
    progress: Step,
) -> Causes:
    """
    Try every change at the zones that lack signal, and name the smallest that cures each.

    Parameters
    ----------
    found
        Dead zones.
    power, micro
        Power (0 not served, 1 served, 255 unknown) and micro-persons of each pixel of the grid.
    storm
        The words of `power_source`.
    workers
        Threads; no result depends on it.
    """
    sites = inputs.sites[inputs.sites.technology.isin(project.zones.technologies)].reset_index(drop=True)
    lacking = np.flatnonzero(found.zones.gap.isin(_LACKS_SIGNAL))
    at = cause.sampled(found.label, micro, lacking, project.cause.tested_pixels)
    unpowered = _unpowered(sites, power, inputs.grid, storm)
    groups = _groups(project, inputs, sites, unpowered)
    aside = quarantined(project, inputs, sites)
    groups[cause.DATA_FAULT] = [*groups[cause.DATA_FAULT], *aside.carriers]
    site_ids = pd.concat([sites.site_id, aside.site_ids], ignore_index=True)
    tried = _tried(project, inputs, at, groups, _trials(project, sites, groups[_OWN]), workers, progress)
    table = _table(_rows(tried, _without_grid(found, inputs)), found.zones.micro, site_ids)
    zones = _by_zone(table, len(found.zones))
    counts = {
        "zones_by_cause": {name: int((zones.cause == name).sum()) for name in CAUSES},
        "sites_on_air_without_power": int((unpowered & sites.on_air).sum()),
        "site_rows_refused": sum(len(one.refused) for one in inputs.accounts if one.layer == "sites"),
        "quarantined_sites": aside.counts,
    }
    return Causes(zones, table, counts)


def _unpowered(sites: gpd.GeoDataFrame, power: NDArray[np.uint8], grid: Grid, storm: Storm) -> NDArray[np.bool_]:
    """Sites known to live on mains where power is known to be lacking."""
    row, column, inside = grid.locate(sites.geometry.x.to_numpy(), sites.geometry.y.to_numpy())
    return inside & (power[row, column] == NOT_SERVED) & (source_of(sites.power_source, storm) == MAINS)


def _groups(
    project: Project, inputs: Inputs, sites: gpd.GeoDataFrame, unpowered: NDArray[np.bool_]
) -> dict[str, list[Carrier]]:
    """Carriers of the sites whose signal counts, and of those that would count if something were otherwise."""
    every = carriers(placed(sites), project.radio, inputs.antennas)
    on_air = sites.on_air.to_numpy(bool)
    wanted = sites.operator.isin(project.zones.operators or set(sites.operator)).to_numpy(bool)
    masks = {_OWN: on_air & wanted, OTHER_OPERATOR: on_air & ~wanted}
    for name, suspect in cause.suspects(sites, inputs.day, project.layers.sites.as_of, unpowered).items():
        masks[name] = suspect & wanted
    return {name: [every[row] for row in np.flatnonzero(mask)] for name, mask in masks.items()}


def _trials(project: Project, sites: gpd.GeoDataFrame, own: Sequence[Carrier]) -> Iterator[_Trial]:
    """All changes, the smaller before the larger."""
    tilts, rises, radio = project.cause.tilts_deg, project.cause.raises_m, project.radio
    setting = dict(zip(sites.site_id, sites.setting, strict=True))
    bands = sorted(radio.bands, key=lambda band: -band.low_mhz)
    down = {
        band: partial(at_lower_band, band=band, radio=radio, setting=setting, usual_dbm=usual_dbm(own, band))
        for band in bands
        if band.technology in project.zones.technologies
    }
    yield from (_Trial(name, change, name) for name, change in _COMES.items())
    yield from (_Trial(TILT, f"tilt {tilt:g} deg", _OWN, partial(tilted, tilt_deg=tilt)) for tilt in tilts)
    yield from (_Trial(BAND, f"{band.technology} {band.name}", _OWN, move) for band, move in down.items())
    yield from (_Trial(HEIGHT, f"+{rise:g} m", _OWN, partial(raised, rise_m=rise)) for rise in rises)

    def best(found: Sequence[Carrier]) -> list[Carrier]:
        high = raised(found, rises[-1])
        bands = [*high, *(one for move in down.values() for one in move(high))]
        return [*bands, *(one for tilt in tilts for one in tilted(bands, tilt))]

    yield _Trial(SHADOW, "flat ground", _OWN, flat=True)
    yield _Trial(HEIGHT, f"+{rises[-1]:g} m, tilt, band", _OWN, best, unless=(TILT, BAND, SHADOW))
    yield _Trial(SHADOW, "flat ground, best settings", _OWN, best, flat=True, unless=_SETTINGS)


def _tried(
    project: Project,
    inputs: Inputs,
    at: Sampled,
    groups: Mapping[str, Sequence[Carrier]],
    trials: Iterator[_Trial],
    workers: int,
    progress: Step,
) -> dict[str, pd.DataFrame]:
    """By cause, the change that cures each zone, or comes nearest; as of `cause.smallest`."""
    scene = _scene(project, inputs, at, groups, workers)
    found: dict[str, list[pd.DataFrame]] = {}
    for one in trials:
        progress("finding the causes of dead zones", CAUSES.index(one.cause), len(CAUSES))
        settled = [done for name in (one.cause, *one.unless) for done in found.get(name, [])]
        cured = [zone for done in settled for zone in done.index[done.cured_share >= project.cause.cured_share]]
        made = _outcome(one, scene, groups[one.group], ~np.isin(at.zone, cured), workers)
        found.setdefault(one.cause, []).append(made)
    return {name: cause.smallest(own, project.cause.cured_share) for name, own in found.items()}


def _scene(
    project: Project, inputs: Inputs, at: Sampled, groups: Mapping[str, Sequence[Carrier]], workers: int
) -> _Scene:
    wanted = f"{project.zones.level}_dbm"
    levels = {str(name): project.radio.levels(name) for name in project.zones.technologies}
    steps = {name: threshold_ddbm(getattr(own, wanted)) for name, own in levels.items()}
    real = World(inputs.heights_m, inputs.terrain_grid, inputs.grid, project.radio, inputs.clutter_m)
    before = given(_near(groups[_OWN], at, real), at.pixel, real, steps, workers).level_ddbm
    return _Scene(real, flat(real), steps, at, before)


def _outcome(
    one: _Trial, scene: _Scene, group: Sequence[Carrier], kept: NDArray[np.bool_], workers: int
) -> pd.DataFrame:
    """What a change would do to some of the pixels' zones, as of `cause.trial`, with `change` and `sites_in_reach`."""
    part = scene.at.only(kept)
    changed = one.done(_near(group, part, scene.real))
    found = given(changed, part.pixel, scene.flat if one.flat else scene.real, scene.thresholds_ddbm, workers)
    site = np.array([carrier.row for carrier in changed], np.int64)[found.carrier]
    made = cause.trial(
        part, scene.before_ddbm[:, kept], found.level_ddbm, scene.thresholds_ddbm, site, found.place, found.over_ddb
    )
    return made.assign(change=one.change, sites_in_reach=_sites_in_reach(part, scene.real.grid, changed))


def _points(at: Sampled, grid: Grid) -> NDArray[np.object_]:
    row, column = np.divmod(at.pixel, grid.shape[1])
    return np.asarray(shapely.points(grid.x[column], grid.y[row]), object)


def _near(found: Sequence[Carrier], at: Sampled, world: World) -> list[Carrier]:
    """Carriers within the farthest reach of a pixel, in their order."""
    masts = shapely.points([(one.x_m, one.y_m) for one in found]) if found else np.empty(0, object)
    farthest_m = world.radio.farthest_km * 1000
    near = shapely.STRtree(_points(at, world.grid)).query_nearest(masts, max_distance=farthest_m, all_matches=False)[0]
    return [found[number] for number in np.unique(near)]


def _sites_in_reach(at: Sampled, grid: Grid, found: Sequence[Carrier]) -> pd.Series:
    """By zone, how many sites have one of its pixels within reach of a carrier."""
    zones = np.unique(at.zone)
    row = np.searchsorted(zones, at.zone)
    order = np.argsort(row, kind="stable")
    areas = np.asarray(shapely.multipoints(_points(at, grid)[order], indices=row[order]), object)
    masts = shapely.points([(one.x_m, one.y_m) for one in found]) if found else np.empty(0, object)
    reach_m = np.array([one.reach_km * 1000 for one in found])
    one, area = shapely.STRtree(areas).query(masts, "dwithin", reach_m)
    site = np.array([carrier.row for carrier in found], np.int64)[one]
    pairs = pd.DataFrame({"zone": zones[area], "site": site}).drop_duplicates()
    return pairs.zone.value_counts().reindex(zones, fill_value=0)


def _without_grid(found: Patches, inputs: Inputs) -> pd.DataFrame:
    """Zones that lack power, and how far the nearest mapped line or substation is; missing where none is mapped."""
    zones = found.zones[found.zones.gap.isin(_LACKS_POWER)].geometry
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
    reaching = [tried[name].holds.reindex(shadow.index) for name in (*_SETTINGS, SHADOW) if name in tried]
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
