"""Reading: every layer of a study, read and checked together, cut to where it can matter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from phusong.config import Project, Study
from phusong.errors import ConfigError, LayerError, PhusongError
from phusong.grid import Grid
from phusong.layers import (
    antennas,
    clutter,
    dead_zone_list,
    night_lights,
    places,
    power_lines,
    priors,
    quarantined_sites,
    reports,
    roads,
    substations,
    tables,
    villages,
)
from phusong.layers import claims as claim_layer
from phusong.layers import communes as commune_layer
from phusong.layers import population as population_layer
from phusong.layers import sites as site_layer
from phusong.layers import terrain as terrain_layer
from phusong.layers.account import Account, refuse_if
from phusong.layers.field import Blocks, Field, bilinear
from phusong.layers.fractions import area_fractions
from phusong.layers.inputs import Inputs
from phusong.layers.memory import Memory, forgetful
from phusong.layers.points import empty
from phusong.layers.population import Population
from phusong.layers.seams import Seams
from phusong.layers.terrain import Terrain

Report = Callable[[str], None]
T = TypeVar("T")
F = TypeVar("F", bound=pd.DataFrame)
_TILE_PIXELS = 1024


def read_inputs(project: Project, day: dt.date, report: Report, memory: Memory = forgetful, workers: int = 1) -> Inputs:
    """
    Read every layer; faults of all of them are collected before anything is refused.

    Parameters
    ----------
    day
        Last day of the period.
    report
        Told what is being read.
    memory
        Of runs before.
    workers
        Threads that share what can be shared.

    Raises
    ------
    PhusongError
        With the faults of every layer.
    """
    cut = _read_and_cut(project, day, report, memory, workers)
    report("looking for overlaps and gaps between the communes")
    return _sewn(cut, memory, workers)  # now that the files' rows are gone, whose room the union of the outlines takes


def _read_and_cut(project: Project, day: dt.date, report: Report, memory: Memory, workers: int) -> Inputs:
    faults: list[PhusongError] = []

    def attempt(name: str, read: Callable[[], T]) -> T | None:
        report(f"reading {name}")
        try:
            return read()
        except PhusongError as fault:
            faults.append(fault)
            return None

    crs = _project_crs(project)
    terrain = attempt("terrain headers", lambda: terrain_layer.find(project))
    units = attempt("communes", lambda: commune_layer.read(project, day))
    readers: dict[str, Callable[[], tuple[Any, Account]]] = {
        "sites": lambda: site_layer.read(project),
        "villages": lambda: villages.read(project),
        "power_lines": lambda: power_lines.read(project),
        "substations": lambda: substations.read(project),
        "terminals": lambda: tables.read_terminals(project),
        "outages": lambda: tables.read_outages(project),
        "claims": lambda: claim_layer.read(project),
        "antennas": lambda: antennas.read(project),
        "dead_zone_list": lambda: dead_zone_list.read(project),
        "places": lambda: places.read(project),
        "roads": lambda: roads.read(project),
        "quarantined_sites": lambda: quarantined_sites.read(project),
        "reports": lambda: reports.read(project),
    }
    read = {name: attempt(name, reader) for name, reader in readers.items()}
    area = (
        attempt("study area", lambda: _study(units, terrain, project, crs, memory, workers))
        if units and terrain
        else None
    )
    people = attempt("population", lambda: population_layer.read(project, area[1])) if area else None
    if area:
        read["clutter"] = attempt("clutter", lambda: clutter.read(project, _around(project, area[1]), memory))
    own = _of(read["villages"][0], area[0]) if area and read["villages"] else empty(villages.SCHEMA, crs)
    read["night_lights"] = attempt("night_lights", lambda: night_lights.radiance_nw_cm2_sr(project, own))
    if area is None:
        attempt("population headers", lambda: population_layer.find(project))  # its faults are told all the same
    if faults or terrain is None or units is None or area is None or people is None:
        raise _together(faults)
    report("reading terrain and cutting the layers to the study")
    known = {name: layer for name, layer in read.items() if layer is not None}
    return _cut(project, day, terrain, units, area, people, known, memory, workers)


def selected(communes: gpd.GeoDataFrame, study: Study, terrain: Terrain) -> NDArray[np.bool_]:
    """
    Which communes are studied.

    Raises
    ------
    ConfigError
        When a named code is not among the communes, or nothing is selected.
    """
    for key, wanted in (("province_code", study.province_codes), ("commune_code", study.commune_codes)):
        if wanted:
            unknown = sorted(set(wanted) - set(communes[key]))
            if unknown:
                raise ConfigError(f"study.{key}s: no commune of that day has {key} {', '.join(unknown)}")
            return communes[key].isin(wanted).to_numpy()
    by_terrain = study.within == "terrain"
    box, crs = (terrain.outline, terrain.crs) if by_terrain else (shapely.box(*study.within or ()), CRS(4326))
    inside = shapely.covers(box, shapely.box(*communes.geometry.to_crs(crs).bounds.to_numpy().T))
    if not inside.any():
        raise ConfigError(f"study.within = {study.within!r}: no commune lies wholly inside")
    return np.asarray(inside)


def _project_crs(project: Project) -> CRS:
    try:
        crs = CRS.from_user_input(project.grid.crs)
    except Exception as fault:
        raise ConfigError(f"grid.crs = '{project.grid.crs}' is not a coordinate system: {fault}") from None
    if not crs.is_projected or crs.axis_info[0].unit_name != "metre":
        raise ConfigError(f"grid.crs = '{project.grid.crs}' is {crs.name}; expected a projected CRS in metres")
    return crs


def _together(faults: list[PhusongError]) -> PhusongError:
    return faults[0] if len(faults) == 1 else PhusongError("\n".join(map(str, faults)))


Area = tuple[gpd.GeoDataFrame, Grid]


def _study(
    units: tuple[gpd.GeoDataFrame, Account], terrain: Terrain, project: Project, crs: CRS, memory: Memory, workers: int
) -> Area:
    chosen = units[0][selected(units[0], project.study, terrain)]
    studied = commune_layer.canonical(chosen, crs, memory, workers).reset_index(drop=True)
    west, south, east, north = (float(edge) for edge in studied.total_bounds)
    return studied, Grid.over((west, south, east, north), project.grid.pixel_m, crs)


def _cut(
    project: Project,
    day: dt.date,
    terrain: Terrain,
    units: tuple[gpd.GeoDataFrame, Account],
    area: Area,
    people: tuple[Population, Account],
    read: dict[str, Any],
    memory: Memory,
    workers: int,
) -> Inputs:
    studied, grid = area
    neighbours = _neighbours(units[0], studied, people[0].ground(grid))
    terrain_grid = _around(project, grid)
    heights, cover = terrain_layer.field(terrain, terrain_grid, memory, workers), read["clutter"][0]
    heights.read_ahead(_touched(studied, grid), workers)
    near = _sites(project, day, read["sites"], studied, heights)
    patterns, patterns_account = read["antennas"]
    claims = _touching(read["claims"][0], grid)
    all_villages, villages_account = read["villages"]
    orphans = villages.unmatched(all_villages, units[0].commune_code)
    own = _of(all_villages, studied)
    astray = villages.astray(own, studied)
    known_share = _known_share(studied, grid, heights)
    if not known_share:
        nowhere = ["no pixel of the study lies on it; is it the right terrain?"]
        raise LayerError("terrain", list(heights.counts.get("damaged", ())) or nowhere)
    if not len(near[0]):
        raise LayerError("sites", [_none_in_reach(read["sites"][0])])
    sites, sites_account = _complete(project, near, units[0])
    refuse_if("claims", site_layer.mistakable(pd.concat([read["sites"][0].operator, claims.operator])))
    lines = _touching(read["power_lines"][0], grid)
    stations = _touching(read["substations"][0], terrain_grid)
    optional = {name: _counted(read[name], _touching(read[name][0], grid), "touching") for name in ("places", "roads")}
    away = dead_zone_list.elsewhere(read["dead_zone_list"][0], own, units[0], studied, grid)
    optional["dead_zone_list"] = _counted(read["dead_zone_list"], read["dead_zone_list"][0][~away], "studied")
    optional["quarantined_sites"] = quarantined_sites.in_reach(
        read["quarantined_sites"], units[0], terrain_grid, project.radio
    )
    optional["reports"] = _counted(read["reports"], _of(read["reports"][0], studied), "studied")
    accounts = (
        _with(units[1], studied=len(studied), neighbours=len(neighbours)),
        Account("terrain", len(terrain.tiles), counts={**heights.counts, "study_covered_share": known_share}),
        _with(people[1], communes_without_people=population_layer.without_people(people[0], studied, memory, workers)),
        sites_account,
        _with(
            villages_account,
            studied=len(own),
            commune_unknown=orphans,
            outside_their_commune=int(astray.sum()),
        ),
        _with(read["power_lines"][1], touching=len(lines)),
        _with(read["substations"][1], in_reach=len(stations)),
        *(_by_code(read[name], units[0], studied) for name in ("terminals", "outages")),
        _with(read["clutter"][1], **(_told_of(cover, studied, grid) if cover else {})),
        _with(read["claims"][1], touching=len(claims), operators_without_site=_absent(claims, sites)),
        _with(patterns_account, sites_of_another_frequency=antennas.frequency_far(sites, patterns)),
        optional["dead_zone_list"][1],
        read["night_lights"][1],
        *(optional[name][1] for name in ("places", "roads", "quarantined_sites", "reports")),
    )
    there = {name: frame if getattr(project.layers, name) else None for name, (frame, _) in optional.items()}
    return Inputs(
        day=day,
        grid=grid,
        communes=studied,
        neighbours=neighbours,
        seams=Seams.none(),
        villages=own,
        astray=astray,
        sites=sites,
        antennas=patterns,
        claims=claims,
        power_lines=lines,
        substations=stations,
        terminals=_of(read["terminals"][0], studied),
        outages=_of(read["outages"][0], studied),
        population=people[0],
        terrain=heights,
        clutter=cover,
        radiance_nw_cm2_sr=read["night_lights"][0],
        accounts=accounts,
        **there,
    )


def _sewn(cut: Inputs, memory: Memory, workers: int) -> Inputs:
    """With the seams of the communes and their neighbours, which the account tells of."""
    near = gpd.GeoDataFrame(pd.concat([cut.communes, cut.neighbours], ignore_index=True), crs=cut.grid.crs)
    seams = commune_layer.seams(near, memory, workers)
    first, *others = cut.accounts
    return replace(cut, seams=seams, accounts=(_with(first, **_told(seams)), *others))


def _around(project: Project, grid: Grid) -> Grid:
    return grid.padded(project.radio.farthest_km * 1000)


def _known_share(studied: gpd.GeoDataFrame, grid: Grid, heights: Field) -> float:
    """Part of the study's pixels whose height is known."""
    parts = _touched(studied, grid)
    if not any(np.isnan(heights.on(part)).any() for part in parts):
        return 1.0
    known, pixels = 0, 0
    for part in parts:
        ground = area_fractions(studied.geometry.to_numpy(), part).sum(axis=0) > 0
        known += int((~np.isnan(heights.on(part)).ravel() & ground).sum())
        pixels += int(ground.sum())
    return known / pixels


def _touched(studied: gpd.GeoDataFrame, grid: Grid) -> list[Grid]:
    """Tiles of a grid that the studied communes touch."""
    parts = list(grid.tiles(_TILE_PIXELS))
    return [parts[k] for k in commune_layer.touched(studied, parts)]


def _told_of(cover: Blocks, studied: gpd.GeoDataFrame, grid: Grid) -> Mapping[str, Any]:
    """What land cover tells of the ground around the studied communes."""
    for part in _touched(studied, grid):
        cover.on(part)
    return cover.counts


def _neighbours(units: gpd.GeoDataFrame, studied: gpd.GeoDataFrame, ground: Grid) -> gpd.GeoDataFrame:
    box = gpd.GeoSeries([shapely.box(*ground.padded(1000).bounds)], crs=ground.crs).to_crs(units.crs).iloc[0]
    near = units[shapely.intersects(units.geometry.to_numpy(), shapely.box(*box.bounds))]
    others = commune_layer.canonical(near[~near.commune_code.isin(studied.commune_code)], ground.crs)
    return others[shapely.intersects(others.geometry.to_numpy(), shapely.box(*ground.bounds))].reset_index(drop=True)


def _sites(
    project: Project,
    day: dt.date,
    read: tuple[gpd.GeoDataFrame, Account],
    studied: gpd.GeoDataFrame,
    heights: Field,
) -> tuple[gpd.GeoDataFrame, Account]:
    """Sites in reach, marked; the account says how many count, and lists those in reach that stand off the terrain."""
    everywhere, account = read
    layer = project.layers.sites
    near = _touching(everywhere, heights.grid)
    inside = np.zeros(len(near), bool)
    points = shapely.STRtree(near.geometry.to_numpy())  # who asks is prepared for it, and that pays for the outlines
    inside[points.query(studied.geometry.to_numpy(), predicate="contains")[1]] = True
    off = np.isnan(bilinear(heights, near.geometry.x.to_numpy(), near.geometry.y.to_numpy()))
    counting = site_layer.on_air(near, day, layer.as_of).to_numpy(bool)
    marked = near.assign(on_air=counting, in_study=inside, off_terrain=off)
    return marked, _with(
        account,
        in_reach=len(near),
        in_reach_on_air=int(counting.sum()),
        on_air_off_terrain=int((off & counting).sum()),
        off_terrain_site_ids=near.site_id[off & counting].tolist(),
        undated=int(everywhere.on_air_date.isna().sum()),
        status_contradicts_date=site_layer.contradictions(everywhere, layer.as_of),
    )


def _complete(
    project: Project, near: tuple[gpd.GeoDataFrame, Account], units: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, Account]:
    """Sites in reach with their setting, and with what their file leaves empty taken from the project's priors."""
    sites, assumed = priors.filled(near[0].assign(setting=priors.settings(near[0], units)), project.radio)
    return sites, _with(near[1], assumed=assumed, urban=int((sites.setting == "urban").sum()))


def _absent(claims: gpd.GeoDataFrame, sites: gpd.GeoDataFrame) -> list[str]:
    """Operators with a technology that they claim to cover ground with and have no site of in reach."""
    having = set(zip(sites.operator, sites.technology, strict=True))
    return [f"{o} {t}" for o, t in sorted(set(zip(claims.operator, claims.technology, strict=True)) - having)]


def _none_in_reach(sites: gpd.GeoDataFrame) -> str:
    if sites.empty:
        return "the file has no rows"
    first = sites.to_crs(4326).geometry.iloc[0]
    where = f"the first stands at {first.x:.4f} E {first.y:.4f} N"
    return f"none of the {len(sites)} sites is within reach of the study; are crs and coordinates right? ({where})"


def _counted(read: tuple[gpd.GeoDataFrame, Account], kept: gpd.GeoDataFrame, name: str) -> tuple[Any, Account]:
    """What is kept of a layer, and its account with how many that are."""
    return kept.reset_index(drop=True), _with(read[1], **{name: len(kept)})


def _touching(frame: gpd.GeoDataFrame, grid: Grid) -> gpd.GeoDataFrame:
    return frame[shapely.intersects(frame.geometry.to_numpy(), shapely.box(*grid.bounds))].reset_index(drop=True)


def _of(table: F, studied: gpd.GeoDataFrame) -> F:
    return table[table.commune_code.isin(studied.commune_code)].reset_index(drop=True)


def _by_code(read: tuple[pd.DataFrame, Account], units: gpd.GeoDataFrame, studied: gpd.GeoDataFrame) -> Account:
    codes = read[0].commune_code
    unknown = int((~codes.isin(units.commune_code)).sum())
    return _with(read[1], studied=int(codes.isin(studied.commune_code).sum()), commune_unknown=unknown)


def _told(seams: Seams) -> dict[str, Any]:
    overlaps = {"overlapping_pairs": seams.pairs, "overlap_km2": round(seams.overlap_km2, 6)}
    return {**overlaps, "gaps": seams.gaps, "gap_km2": round(seams.gap_km2, 6)}


def _with(account: Account, **counts: Any) -> Account:
    return replace(account, counts={**account.counts, **counts})
