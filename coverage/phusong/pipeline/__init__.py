"""The pipeline: from a project file to a period's snapshot and edition. The order of the stages, and no logic."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse

from phusong import people
from phusong.config import Layer, Project
from phusong.grid import Grid
from phusong.layers import antennas, claims, sites, tables, villages
from phusong.layers.cautions import warnings
from phusong.layers.inputs import Inputs, read_inputs
from phusong.ledger import claimed, expectation, indicators, log, record, snapshot
from phusong.ledger.edition import Edition
from phusong.ledger.expectation import Expectation
from phusong.ledger.indicators import Counts
from phusong.ledger.period import Period
from phusong.ledger.snapshot import Snapshot
from phusong.ledger.surface import Surface, rasters
from phusong.ledger.villages import village_table
from phusong.people import Balance
from phusong.power import access, electrification, evidence
from phusong.radio import coverage as radio
from phusong.radio import levels, probability, spots
from phusong.radio.carrier import carriers
from phusong.radio.model_card import model_card
from phusong.units import (
    ANY,
    LEVEL_VALUES,
    LEVELS,
    MICRO,
    NO_SIGNAL_DDBM,
    NOT_SERVED,
    SERVED,
    SPOT_VALUES,
    UNKNOWN,
)
from phusong.zones import gaps, patches
from phusong.zones.gaps import Gap

ACCESS_VALUES = (NOT_SERVED, SERVED, UNKNOWN)

Expectations = Mapping[expectation.Key, Expectation]
Progress = Callable[[str, int, int], None]
"""Told what is being done, and how many of how many steps are done."""


@dataclass(frozen=True)
class Outcome:
    """What a run made, for those who started it."""

    folder: Path
    edition: Edition
    stages_s: dict[str, float]


class Clock:
    """Wall time of each stage, in seconds."""

    def __init__(self) -> None:
        self.stages_s: dict[str, float] = {}
        self._last = time.perf_counter()

    def done(self, stage: str) -> None:
        """A stage has ended."""
        now = time.perf_counter()
        self.stages_s[stage] = round(now - self._last, 2)
        self._last = now


def run(project: Project, quarter: str, workers: int, progress: Progress) -> Outcome:
    """
    Run a study for one quarter and write its snapshot and its log.

    Parameters
    ----------
    workers
        Threads of the radio stage; no result depends on it.

    Raises
    ------
    PhusongError
        When the period, the project file, a layer or the output folder cannot be used.
    """
    period = Period.parse(quarter)
    folder = project.folder / "snapshots"
    snapshot.refuse_foreign(folder, project.name)
    snapshot.make_ready(folder)
    clock = Clock()
    inputs = prepare(project, period, progress)
    clock.done("layers")
    divided, share, balance = populate(project, inputs)
    clock.done("people")
    electricity = electrify(project, period, inputs)
    surface, expected = survey(project, inputs, electricity, divided, share, workers, progress)
    clock.done("radio and power")
    progress("drawing dead zones and counting", 0, 0)
    found = patches.patches(surface.gap, surface.micro, inputs.grid, round(project.zones.min_people * MICRO))
    made = assemble(project, period, inputs, electricity, surface, expected, divided, found, balance)
    clock.done("zones and tables")
    progress("writing the snapshot", 0, 0)
    place, digest = snapshot.write(made, folder)
    clock.done("snapshot")
    log.write(project.folder / "logs", period.name, {"workers": workers, "stages_s": clock.stages_s, "digest": digest})
    return Outcome(place, edit(made.tables, made.run, digest), clock.stages_s)


def prepare(project: Project, period: Period, progress: Progress) -> Inputs:
    """
    Every layer of a study, checked, also what only the stages can check.

    Raises
    ------
    PhusongError
        With the faults of every layer.
    """
    indicators.refuse_unknown(project.targets)
    inputs = read_inputs(project, period.last_day, lambda what: progress(what, 0, 0))
    carriers(_placed(inputs.sites), project.radio, inputs.antennas)
    return inputs


def populate(project: Project, inputs: Inputs) -> tuple[sparse.csr_array, sparse.csr_array, Balance]:
    """People of every pixel in every studied commune, the shares of the pixels in them, and where all people went."""
    ground = inputs.population.ground(inputs.grid)
    everyone = people.spread(inputs.population, ground)
    near = gpd.GeoDataFrame(pd.concat([inputs.communes, inputs.neighbours], ignore_index=True), crs=inputs.grid.crs)
    share = people.shares(near, inputs.seams, ground)
    divided = people.pieces(share, everyone)
    studied = len(inputs.communes)
    sums = np.asarray(divided.sum(axis=1)).ravel() / MICRO
    raster = float(inputs.population.people.sum())
    balance = Balance(raster, float(sums[:studied].sum()), float(sums[studied:-1].sum()), float(sums[-1]))
    own, of_grid = divided[:studied], _columns(ground, inputs.grid)
    if project.people.scale_to == "official":
        factors = people.official_factors(inputs.communes.population, np.asarray(own.sum(axis=1)).ravel())
        own, balance = people.scaled(own, factors), replace(balance, scaling=people.scaling(factors))
    return sparse.csr_array(own[:, of_grid]), sparse.csr_array(share[:studied][:, of_grid]), balance


def electrify(project: Project, period: Period, inputs: Inputs) -> evidence.Access:
    """Electricity of each village: its flag, and where there is none what mapped lines and outage records say."""
    codes = inputs.communes.commune_code
    filed = codes.isin(inputs.outages.commune_code[inputs.outages.period == period.name]).to_numpy(bool)
    unlit = np.full(len(inputs.villages), np.nan)  # there is no layer of night lights
    astray = villages.astray(inputs.villages, inputs.communes)
    return evidence.weigh(inputs.villages, astray, inputs.power_lines, unlit, codes, filed, project.power)


def survey(
    project: Project,
    inputs: Inputs,
    electricity: evidence.Access,
    divided: sparse.csr_array,
    share: sparse.csr_array,
    workers: int,
    progress: Progress,
) -> tuple[Surface, Expectations]:
    """Signal, power and gap of every pixel of the study, tile by tile; and the people expected to be covered."""
    grid = inputs.grid
    commune = people.dominant(share).reshape(grid.shape)
    micro = np.asarray(divided.sum(axis=0)).reshape(grid.shape)
    level, rsrp, expected = _signals(project, inputs, divided, workers, progress)
    chosen = [level[t, ANY] for t in project.zones.technologies if (t, ANY) in level]
    best = levels.best(chosen) if chosen else np.zeros(grid.shape, np.uint8)
    signal = gaps.signal(best, LEVELS.index(project.zones.level))
    territory = access.territories(
        inputs.villages, inputs.communes.commune_code, commune, grid, project.power.village_reach_m
    )
    power, _ = electrification.on_pixels(electricity.villages, territory)
    gap = gaps.classify(signal, power, commune >= 0)
    kinds = {kind.value: kind.label for kind in Gap}
    by_technology = spots.by_technology(level)
    serving = {technology: found.operators for technology, found in by_technology.items()}
    spot = {technology: found.kind for technology, found in by_technology.items()}
    said = claims.claimed(inputs.claims, grid)
    return Surface(level, rsrp, serving, spot, micro, commune, territory, signal, power, gap, kinds, said), expected


def assemble(
    project: Project,
    period: Period,
    inputs: Inputs,
    electricity: evidence.Access,
    surface: Surface,
    expected: Expectations,
    divided: sparse.csr_array,
    found: patches.Patches,
    balance: Balance,
) -> Snapshot:
    """Tables, rasters and the record of the run."""
    counts = Counts(
        {key: people.whole(people.sums_by_class(divided, level, LEVEL_VALUES)) for key, level in surface.level.items()},
        people.whole(people.sums_by_class(divided, _joint(surface), tuple(range(len(ACCESS_VALUES) ** 2)))),
        {key: people.whole(people.sums_by_class(divided, kind, SPOT_VALUES)) for key, kind in surface.spots.items()},
        project.radio.environments[0].name,
    )
    verdicts = {key: claimed.beside(said, surface.level.get(key)) for key, said in surface.claimed.items()}
    claimants = {
        key: people.whole(people.sums_by_class(divided, verdict, claimed.CLAIM_VALUES))
        for key, verdict in verdicts.items()
    }
    zones = _zones(period, inputs, surface, found)
    confidence, where = project.radio.uncertainty.confidence, project.radio.environments[0].name
    extra = [_by_commune(period, inputs, zones), expectation.expectation_columns(expected, where, confidence)]
    communes = indicators.commune_table(inputs.communes, counts, pd.concat(extra, axis=1))
    tables_of_indicators = [
        indicators.indicator_table(communes, counts),
        expectation.expectation_table(communes, expected, confidence),
        claimed.claim_table(communes, claimants, where),
    ]
    living = people.whole(access.village_people(surface.territory, surface.micro, len(inputs.villages))[:, np.newaxis])
    inhabited = village_table(inputs.villages, inputs.grid, surface.signal, electricity.villages, living[:, 0])
    kept: dict[str, pd.DataFrame] = {
        "communes": communes,
        "neighbours": inputs.neighbours,
        "villages": inhabited,
        "zones": zones,
        "sites": inputs.sites,
        "antennas": antennas.table(inputs.antennas),
        "claims": inputs.claims,
        "power_lines": inputs.power_lines,
        "substations": inputs.substations,
        "terminals": inputs.terminals,
        "outages": inputs.outages,
        "population": _population(inputs),
        "indicators": pd.concat(tables_of_indicators, ignore_index=True),
    }
    synthetic, as_of = ";".join(project.synthetic_layers), period.last_day.isoformat()
    marked = {name: table.assign(as_of=as_of, synthetic_inputs=synthetic) for name, table in kept.items()}
    for name in ("communes", "villages", "zones", "indicators"):
        marked[name] = marked[name].assign(
            people_vintage=pd.array([inputs.population.year] * len(marked[name]), "Int64")
        )
    heights = inputs.terrain_grid.wrap(inputs.heights_m, "terrain height above sea level", "m")
    images = {name: (inputs.grid, raster) for name, raster in rasters(surface, inputs.grid)}
    images["terrain"] = (inputs.terrain_grid, heights.assign_attrs(nodata=float("nan")))
    if inputs.clutter_m is not None:
        images["clutter"] = (inputs.terrain_grid, inputs.terrain_grid.wrap(inputs.clutter_m, "clutter height", "m"))
    apart = electrification.mismatches(electricity.villages, surface.territory, surface.micro, surface.commune >= 0)
    met = indicators.reached(project.targets, kept["indicators"])
    facts = _facts(project, inputs, {**electricity.counts, **apart}, found, balance, met)
    return Snapshot(marked, images, record.compose(project, period, facts))


def _joint(surface: Surface) -> NDArray[np.uint8]:
    """Signal and power of each pixel in one number: 3 x signal + power, each as its place in `ACCESS_VALUES`."""
    place = np.zeros(256, np.uint8)
    place[list(ACCESS_VALUES)] = range(3)
    return (3 * place[surface.signal] + place[surface.power]).astype(np.uint8)


def edit(held: Mapping[str, pd.DataFrame], run: Mapping[str, Any], digest: str) -> Edition:
    """The edition that the pages see, from what a snapshot holds, just made or read back."""
    shown = ("communes", "zones", "sites", "villages", "power_lines", "substations")
    frames: dict[str, Any] = {name: held[name] for name in shown}
    return Edition(
        project=run["project"],
        title=run["title"],
        title_en=run["title_en"],
        period=run["period"],
        as_of=dt.date.fromisoformat(run["as_of"]),
        synthetic=tuple(run["synthetic"]),
        run=run,
        digest=digest,
        **frames,
    )


def _columns(ground: Grid, grid: Grid) -> NDArray[np.int64]:
    """Columns of the matrices over `ground` that are pixels of `grid`."""
    return np.arange(ground.shape[0] * ground.shape[1]).reshape(ground.shape)[ground.window(grid)].ravel()


def _signals(
    project: Project, inputs: Inputs, divided: sparse.csr_array, workers: int, progress: Progress
) -> tuple[dict[tuple[str, str], NDArray[np.uint8]], dict[tuple[str, str], NDArray[np.int16]], Expectations]:
    grid, by_pixel = inputs.grid, sparse.csc_array(divided)
    sums: dict[expectation.Key, probability.Expected] = {}
    level: dict[tuple[str, str], NDArray[np.uint8]] = {}
    rsrp: dict[tuple[str, str], NDArray[np.int16]] = {}
    for tile, near, found in _tiles(project, inputs, workers, progress):
        window = grid.window(tile)
        for key, values, received in levels.by_operator(found, project.radio, grid.pixel_m):
            level.setdefault(key, np.zeros(grid.shape, np.uint8))[window] = values
            if received is not None:
                rsrp.setdefault(key, np.full(grid.shape, NO_SIGNAL_DDBM, np.int16))[window] = received
        living = by_pixel[:, _columns(grid, tile)]
        part = probability.expected_by_operator(found, near, living, project.radio, grid.pixel_m)
        sums = probability.together([sums, part])
    micro = np.asarray(divided.sum(axis=1)).ravel()
    expected = {key: Expectation.of(found.covered, found.unknown, micro) for key, found in sums.items()}
    return dict(sorted(level.items())), dict(sorted(rsrp.items())), expected


def _placed(carriers: gpd.GeoDataFrame) -> pd.DataFrame:
    plain = pd.DataFrame(carriers.drop(columns="geometry"))
    return plain.assign(x_m=carriers.geometry.x, y_m=carriers.geometry.y)


def _tiles(
    project: Project, inputs: Inputs, workers: int, progress: Progress
) -> Iterator[tuple[Grid, pd.DataFrame, xr.Dataset]]:
    reach_m = project.radio.farthest_km * 1000
    placed = _placed(inputs.sites[inputs.sites.on_air].reset_index(drop=True))
    tiles = list(inputs.grid.tiles(project.grid.tile_pixels))
    for number, tile in enumerate(tiles, 1):
        around = tile.padded(reach_m)
        west, south, east, north = around.bounds
        near = placed[placed.x_m.between(west, east) & placed.y_m.between(south, north)].reset_index(drop=True)
        window = inputs.terrain_grid.window(around)
        heights, clutter = inputs.heights_m[window], None if inputs.clutter_m is None else inputs.clutter_m[window]
        told = f"radio, tile {number} of {len(tiles)}: sites"

        def tell(done: int, of: int, told: str = told) -> None:
            progress(told, done, of)

        found = radio.strongest_servers(
            near, heights, around, tile, project.radio, workers, tell, inputs.antennas, clutter
        )
        yield tile, near, found


def _zones(period: Period, inputs: Inputs, surface: Surface, found: patches.Patches) -> gpd.GeoDataFrame:
    where = patches.in_communes(found, surface.commune, surface.micro, inputs.communes)
    near = patches.nearest_villages(found, surface.micro, inputs.grid, inputs.villages)
    zones = found.zones
    named = pd.DataFrame(
        {
            "zone_id": [f"{period.name}-{rank:04d}" for rank in zones["rank"]],
            "rank": zones["rank"],
            "gap": zones.gap.astype(object),
            "people": people.whole(zones.micro.to_numpy()[:, np.newaxis])[:, 0],
            "area_km2": zones.area_km2,
        }
    )
    return gpd.GeoDataFrame(pd.concat([named, where, near], axis=1), geometry=zones.geometry, crs=inputs.grid.crs)


def _by_commune(period: Period, inputs: Inputs, zones: gpd.GeoDataFrame) -> pd.DataFrame:
    communes = inputs.communes
    standing = inputs.sites[inputs.sites.on_air & inputs.sites.in_study]
    touched = zones.commune_codes.str.split(";").explode()
    drawn = touched.value_counts().reindex(communes.commune_code, fill_value=0)
    counted = {"zones": drawn.to_numpy()} | {
        f"{technology.lower()}_sites": sites.count_in(standing[standing.technology == technology], communes)
        for technology in ("LTE", "NR")
    }
    filed = tables.by_commune(inputs.terminals, inputs.outages, communes.commune_code, period.name)
    return pd.concat([pd.DataFrame(counted), filed], axis=1)


def _population(inputs: Inputs) -> gpd.GeoDataFrame:
    outlines = shapely.polygons(inputs.population.corners_m)
    return gpd.GeoDataFrame({"people": inputs.population.people}, geometry=outlines, crs=inputs.grid.crs)


def _facts(
    project: Project,
    inputs: Inputs,
    electricity: Mapping[str, Any],
    found: patches.Patches,
    balance: Balance,
    targets: list[dict[str, Any]],
) -> dict[str, Any]:
    """What the stages tell the record of the run."""
    counts = {account.layer: account.as_dict() for account in inputs.accounts}
    scattered = {name: round(micro / MICRO, 3) for name, micro in found.scattered_micro.items()}
    zones = {"drawn": len(found.zones), "scattered": found.scattered, "scattered_people": scattered}
    pixel_m, clutter = inputs.grid.pixel_m, project.layers.clutter
    terrain = f"{_told(project.layers.terrain)}; sampled at {pixel_m:g} m"
    covering = f"{_told(clutter)}; sampled at {pixel_m:g} m" if clutter else ""
    return {
        "people_vintage": inputs.population.year,
        "grid": {"crs": project.grid.crs, "pixel_m": pixel_m, "shape": list(inputs.grid.shape)},
        "counts": {**counts, "zones": zones, "electricity": electricity},
        "warnings": warnings(inputs.accounts),
        "balance": {**balance.as_dict(), "people_scaled_to": project.people.scale_to},
        "targets": targets,
        "model_card": model_card(project.radio, pixel_m, inputs.sites[inputs.sites.on_air], terrain, covering),
    }


def _told(layer: Layer) -> str:
    """Source and vintage of a layer, as the project file states them."""
    vintage = layer.as_of.isoformat() if layer.as_of else str(layer.year or "unknown date")
    return f"{layer.source or 'source not stated'}, of {vintage}"
