"""Assembly: the tables, rasters and record of a run from what its stages found, and the edition that pages see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
import xarray as xr

from phusong.config import Layer, Project
from phusong.grid import Grid
from phusong.layers import antennas
from phusong.layers.cautions import warnings
from phusong.layers.inputs import Inputs
from phusong.ledger import (
    area_share,
    claimed,
    definitions,
    electricity,
    expectation,
    indicators,
    largest_operator,
    record,
    unit_counts,
)
from phusong.ledger.counts import Counts
from phusong.ledger.edition import Companions, Edition
from phusong.ledger.snapshot import Snapshot
from phusong.ledger.surface import Surface, rasters
from phusong.pipeline import centres, counting, ground, units
from phusong.pipeline.diagnosis import Diagnosis
from phusong.pipeline.preparation import Base
from phusong.pipeline.surveying import Expectations
from phusong.power import electrification, outages
from phusong.radio.model_card import model_card

_WITH_PEOPLE = ("communes", "provinces", "villages", "zones", "indicators")


def assemble(base: Base, surface: Surface, expected: Expectations, diagnosis: Diagnosis) -> Snapshot:
    """Tables, rasters and the record of the run."""
    kept = _tables(base, surface, expected, diagnosis)
    synthetic, as_of = ";".join(base.project.synthetic_layers), base.period.last_day.isoformat()
    marked = {name: table.assign(as_of=as_of, synthetic_inputs=synthetic) for name, table in kept.items()}
    for name in _WITH_PEOPLE:
        vintage = pd.array([base.inputs.population.year] * len(marked[name]), "Int64")
        marked[name] = marked[name].assign(people_vintage=vintage)
    facts = _facts(base, surface, diagnosis, kept)
    return Snapshot(marked, _images(base.inputs, surface), record.compose(base.project, base.period, facts))


def edit(
    held: Mapping[str, pd.DataFrame], run: Mapping[str, Any], digest: str, beside: Companions | None = None
) -> Edition:
    """The edition that the pages see, from what a snapshot holds, just made or read back, and what stands beside it."""
    shown = ("communes", "zones", "sites", "villages", "power_lines", "substations")
    frames: dict[str, Any] = {name: held[name] for name in shown}
    if "roads" in held:
        frames["roads"] = held["roads"]
    return Edition(
        project=run["project"],
        title=run["title"],
        title_en=run["title_en"],
        period=run["period"],
        as_of=dt.date.fromisoformat(run["as_of"]),
        synthetic=tuple(run["synthetic"]),
        run=run,
        digest=beside.digest(digest) if beside else digest,
        snapshot_digest=digest,
        **frames,
        **(vars(beside) if beside else {}),
    )


def _tables(base: Base, surface: Surface, expected: Expectations, diagnosis: Diagnosis) -> dict[str, pd.DataFrame]:
    inputs = base.inputs
    counts = _counts(base, surface)
    made = units.tables(base, counts, expected, diagnosis, centres.centre_columns(base, surface))
    optional = {name: getattr(inputs, name) for name in ("places", "roads", "quarantined_sites", "reports")}
    return {
        **made,
        "neighbours": inputs.neighbours,
        "villages": diagnosis.villages,
        "zones": diagnosis.zones,
        **diagnosis.tables,
        "sites": inputs.sites,
        "antennas": antennas.table(inputs.antennas),
        "claims": inputs.claims,
        "power_lines": inputs.power_lines,
        "substations": inputs.substations,
        "terminals": inputs.terminals,
        "outages": inputs.outages,
        **{name: table for name, table in optional.items() if table is not None},
        "population": _population(inputs),
        "indicators": _indicators(base, surface, expected, diagnosis, made["communes"], counts),
    }


def _counts(base: Base, surface: Surface) -> Counts:
    """Whole people of each commune in each class of the surface."""
    return counting.counts(
        base.divided,
        surface.level,
        surface.spots,
        surface.signal,
        surface.power,
        base.project.radio.environments[0].name,
        surface.fragile,
    )


def _indicators(
    base: Base,
    surface: Surface,
    expected: Expectations,
    diagnosis: Diagnosis,
    communes: gpd.GeoDataFrame,
    counts: Counts,
) -> pd.DataFrame:
    claimants = counting.claimants(base.divided, surface.claimed, surface.level)
    on_pixels = electrification.on_pixels(base.electricity.villages, surface.territory)
    access = electrification.access_sums(base.divided, *on_pixels)
    villages = None if base.project.layers.villages is None else diagnosis.villages
    found = [
        indicators.indicator_table(communes, counts),
        largest_operator.largest_operator_table(communes, counts),
        expectation.expectation_table(communes, expected, base.project.radio.uncertainty.confidence),
        electricity.electricity_table(communes, access.expected, access.known, access.unknown),
        claimed.claim_table(communes, claimants, counts.environment),
        area_share.area_table(communes, ground.area_by_level(base, surface), counts.environment),
        unit_counts.unit_count_table(communes, villages, counts.environment),
    ]
    return pd.concat(found, ignore_index=True)


def _population(inputs: Inputs) -> gpd.GeoDataFrame:
    outlines = shapely.polygons(inputs.population.corners_m)
    return gpd.GeoDataFrame({"people": inputs.population.people}, geometry=outlines, crs=inputs.grid.crs)


def _images(inputs: Inputs, surface: Surface) -> dict[str, tuple[Grid, xr.DataArray]]:
    images = {name: (inputs.grid, raster) for name, raster in rasters(surface, inputs.grid)}
    heights = inputs.terrain_grid.wrap(inputs.heights_m, "terrain height above sea level", "m")
    images["terrain"] = (inputs.terrain_grid, heights.assign_attrs(nodata=float("nan")))
    if inputs.clutter_m is not None:
        images["clutter"] = (inputs.terrain_grid, inputs.terrain_grid.wrap(inputs.clutter_m, "clutter height", "m"))
    return images


def _facts(base: Base, surface: Surface, diagnosis: Diagnosis, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """What the stages tell the record of the run."""
    project, inputs = base.project, base.inputs
    layers = {account.layer: account.as_dict() for account in inputs.accounts}
    villages = base.electricity.villages
    apart = electrification.mismatches(villages, surface.territory, surface.micro, surface.commune >= 0)
    pixel_m = inputs.grid.pixel_m
    return {
        "people_vintage": inputs.population.year,
        "grid": {"crs": project.grid.crs, "pixel_m": pixel_m, "shape": list(inputs.grid.shape)},
        "counts": {
            **layers,
            **diagnosis.counts,
            "electricity": {**base.electricity.counts, **apart, **_outside(base)},
            "centres": tables["communes"].centre_from.value_counts().reindex(centres.SOURCES, fill_value=0).to_dict(),
        },
        "warnings": warnings(inputs.accounts),
        "balance": {**base.balance.as_dict(), "people_scaled_to": project.people.scale_to},
        "definitions": definitions.recorded(tables["indicators"].definition_id),
        "targets": indicators.reached(project.targets, tables["indicators"]),
        "model_card": model_card(
            project.radio, pixel_m, inputs.sites[inputs.sites.on_air], *_ground_told(project, pixel_m)
        ),
    }


def _outside(base: Base) -> dict[str, int]:
    """Rows on outages that speak of communes outside the study."""
    elsewhere = outages.elsewhere(base.inputs.outages, base.inputs.communes.commune_code, base.period.name)
    return {"outage_rows_of_other_communes": elsewhere}


def _ground_told(project: Project, pixel_m: float) -> tuple[str, str]:
    """Source, vintage and sampling of terrain and of land cover, which is empty where there is none."""
    clutter = project.layers.clutter
    sampled = f"sampled at {pixel_m:g} m"
    return f"{_told(project.layers.terrain)}; {sampled}", f"{_told(clutter)}; {sampled}" if clutter else ""


def _told(layer: Layer) -> str:
    """Source and vintage of a layer, as the project file states them."""
    vintage = layer.as_of.isoformat() if layer.as_of else str(layer.year or "unknown date")
    return f"{layer.source or 'source not stated'}, of {vintage}"
