"""Assembly: the tables, rasters and record of a run from what its stages found, and the edition that pages see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr
from numpy.typing import NDArray

from phusong import people
from phusong.config import Layer, Project
from phusong.grid import Grid
from phusong.layers import antennas
from phusong.layers.cautions import warnings
from phusong.layers.inputs import Inputs
from phusong.ledger import claimed, electricity, expectation, indicators, record
from phusong.ledger.counts import Counts
from phusong.ledger.edition import Edition
from phusong.ledger.snapshot import Snapshot
from phusong.ledger.surface import Surface, rasters
from phusong.pipeline import units
from phusong.pipeline.diagnosis import Diagnosis
from phusong.pipeline.preparation import Base
from phusong.pipeline.surveying import Expectations
from phusong.power import electrification, outages
from phusong.radio.model_card import model_card
from phusong.units import LEVEL_VALUES, NOT_SERVED, SERVED, SPOT_VALUES, UNKNOWN

ACCESS_VALUES = (NOT_SERVED, SERVED, UNKNOWN)
_WITH_PEOPLE = ("communes", "provinces", "villages", "zones", "indicators")


def assemble(base: Base, surface: Surface, expected: Expectations, diagnosis: Diagnosis) -> Snapshot:
    """Tables, rasters and the record of the run."""
    kept = _tables(base, surface, expected, diagnosis)
    synthetic, as_of = ";".join(base.project.synthetic_layers), base.period.last_day.isoformat()
    marked = {name: table.assign(as_of=as_of, synthetic_inputs=synthetic) for name, table in kept.items()}
    for name in _WITH_PEOPLE:
        vintage = pd.array([base.inputs.population.year] * len(marked[name]), "Int64")
        marked[name] = marked[name].assign(people_vintage=vintage)
    facts = _facts(base, surface, diagnosis, kept["indicators"])
    return Snapshot(marked, _images(base.inputs, surface), record.compose(base.project, base.period, facts))


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


def _tables(base: Base, surface: Surface, expected: Expectations, diagnosis: Diagnosis) -> dict[str, pd.DataFrame]:
    inputs = base.inputs
    counts = _counts(base, surface)
    made = units.tables(base, counts, expected, diagnosis)
    optional = {"places": inputs.places, "roads": inputs.roads, "quarantined_sites": inputs.quarantined_sites}
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
        "indicators": _indicators(base, surface, expected, made["communes"], counts),
    }


def _counts(base: Base, surface: Surface) -> Counts:
    """Whole people of each commune in each class of the surface."""

    def by_class(values: NDArray[np.uint8], classes: tuple[int, ...]) -> NDArray[np.int64]:
        return people.whole(people.sums_by_class(base.divided, values, classes))

    return Counts(
        {key: by_class(level, LEVEL_VALUES) for key, level in surface.level.items()},
        by_class(_joint(surface), tuple(range(len(ACCESS_VALUES) ** 2))),
        {key: by_class(kind, SPOT_VALUES) for key, kind in surface.spots.items()},
        base.project.radio.environments[0].name,
        by_class(surface.fragile, ACCESS_VALUES),
    )


def _joint(surface: Surface) -> NDArray[np.uint8]:
    """Signal and power of each pixel in one number: 3 x signal + power, each as its place in `ACCESS_VALUES`."""
    place = np.zeros(256, np.uint8)
    place[list(ACCESS_VALUES)] = range(3)
    return (3 * place[surface.signal] + place[surface.power]).astype(np.uint8)


def _indicators(
    base: Base, surface: Surface, expected: Expectations, communes: gpd.GeoDataFrame, counts: Counts
) -> pd.DataFrame:
    verdicts = {key: claimed.beside(said, surface.level.get(key)) for key, said in surface.claimed.items()}
    claimants = {
        key: people.whole(people.sums_by_class(base.divided, verdict, claimed.CLAIM_VALUES))
        for key, verdict in verdicts.items()
    }
    on_pixels = electrification.on_pixels(base.electricity.villages, surface.territory)
    access = electrification.access_sums(base.divided, *on_pixels)
    found = [
        indicators.indicator_table(communes, counts),
        expectation.expectation_table(communes, expected, base.project.radio.uncertainty.confidence),
        electricity.electricity_table(communes, access.expected, access.known, access.unknown),
        claimed.claim_table(communes, claimants, counts.environment),
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


def _facts(base: Base, surface: Surface, diagnosis: Diagnosis, table: pd.DataFrame) -> dict[str, Any]:
    """What the stages tell the record of the run."""
    project, inputs = base.project, base.inputs
    layers = {account.layer: account.as_dict() for account in inputs.accounts}
    villages = base.electricity.villages
    apart = electrification.mismatches(villages, surface.territory, surface.micro, surface.commune >= 0)
    pixel_m = inputs.grid.pixel_m
    return {
        "people_vintage": inputs.population.year,
        "grid": {"crs": project.grid.crs, "pixel_m": pixel_m, "shape": list(inputs.grid.shape)},
        "counts": {**layers, **diagnosis.counts, "electricity": {**base.electricity.counts, **apart, **_outside(base)}},
        "warnings": warnings(inputs.accounts),
        "balance": {**base.balance.as_dict(), "people_scaled_to": project.people.scale_to},
        "targets": indicators.reached(project.targets, table),
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
