"""Assembly: the tables, rasters and record of a run from what its stages found, and the edition that pages see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from phusong.config import LAYER_NAMES, Layer, Project
from phusong.intake.filed_scores import FILING_REASONS, FILINGS, filed_scores
from phusong.layers import antennas
from phusong.layers.cautions import damages, warnings
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
from phusong.ledger.edition import Companions, Edition
from phusong.ledger.quadrangles import Quadrangles
from phusong.ledger.snapshot import COMPLETE, INCOMPLETE, Snapshot, Table
from phusong.pipeline import units
from phusong.pipeline.centres import SOURCES, centre_columns
from phusong.pipeline.diagnosis import Diagnosis
from phusong.pipeline.images import images
from phusong.pipeline.memory import OfTiles
from phusong.pipeline.preparation import Base
from phusong.pipeline.surveying import Expectations, Survey
from phusong.pipeline.tally import Tally
from phusong.power import outages
from phusong.radio.model_card import model_card

_WITH_PEOPLE = ("communes", "provinces", "villages", "zones", "indicators")


def assemble(
    base: Base, survey: Survey, sums: Tally, diagnosis: Diagnosis, filed: Mapping[str, pd.DataFrame], workers: int
) -> Snapshot:
    """
    Tables, rasters and the record of the run.

    Parameters
    ----------
    filed
        Scores of the filings that the layers come from, as of `scores`.
    workers
        Threads that cut the rasters.
    """
    kept = {**_tables(base, survey, sums, diagnosis), **filed}
    synthetic, as_of = ";".join(base.project.synthetic_layers), base.period.last_day.isoformat()
    marked = {name: table.assign(as_of=as_of, synthetic_inputs=synthetic) for name, table in kept.items()}
    for name in _WITH_PEOPLE:
        vintage = pd.array([base.inputs.population.year] * len(marked[name]), "Int64")
        marked[name] = marked[name].assign(people_vintage=vintage)
    facts = _facts(base, diagnosis, kept)
    of_tiles = OfTiles(base.memory, survey.keys)
    pieces = images(base.inputs, survey, base.project.radio.farthest_km * 1000, workers, of_tiles)
    return Snapshot(marked, pieces, record.compose(base.project, base.period, facts))


def edit(held: Mapping[str, Table], run: Mapping[str, Any], digest: str, beside: Companions | None = None) -> Edition:
    """The edition that the pages see, from what a snapshot holds, just made or read back, and what stands beside it."""
    shown = ("communes", "zones", "sites", "villages", "power_lines", "substations")
    frames: dict[str, Any] = {name: held[name] for name in shown}
    frames |= {name: held[name] for name in ("roads", FILINGS, FILING_REASONS) if name in held}
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


def scores(project: Project) -> dict[str, pd.DataFrame]:
    """
    Scores of the filings that the layers of a project come from, as tables of a snapshot; none without an intake.

    Raises
    ------
    FilingError
        When what an intake wrote of them cannot be read.
    """
    layers = {name: getattr(project.layers, name) for name in LAYER_NAMES}
    return filed_scores([(name, project.folder / path) for name, one in layers.items() if one for path in one.paths])


def _tables(base: Base, survey: Survey, sums: Tally, diagnosis: Diagnosis) -> dict[str, Table]:
    inputs, expected = base.inputs, survey.expected()
    of_tiles = OfTiles(base.memory, survey.keys)
    centres = centre_columns(sums.centres, survey, base.project.zones.level, of_tiles)
    made = units.tables(base, sums.counts, expected, diagnosis, centres)
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
        "indicators": _indicators(base, sums, expected, diagnosis, made["communes"]),
    }


def _indicators(
    base: Base, sums: Tally, expected: Expectations, diagnosis: Diagnosis, communes: gpd.GeoDataFrame
) -> pd.DataFrame:
    counts, access = sums.counts, sums.access
    villages = None if base.project.layers.villages is None else diagnosis.villages
    found = [
        indicators.indicator_table(communes, counts),
        largest_operator.largest_operator_table(communes, counts),
        expectation.expectation_table(communes, expected, base.project.radio.uncertainty.confidence),
        electricity.electricity_table(communes, access.expected, access.known, access.unknown),
        claimed.claim_table(communes, sums.claimants, counts.environment),
        area_share.area_table(communes, sums.area, counts.environment),
        unit_counts.unit_count_table(communes, villages, counts.environment),
    ]
    return pd.concat(found, ignore_index=True)


def _population(inputs: Inputs) -> Quadrangles:
    pixels = inputs.population
    return Quadrangles(pd.DataFrame({"people": pixels.people}), pixels.corners_m, inputs.grid.crs)


def _facts(base: Base, diagnosis: Diagnosis, tables: Mapping[str, Any]) -> dict[str, Any]:
    """What the stages tell the record of the run."""
    project, inputs = base.project, base.inputs
    layers = {account.layer: account.as_dict() for account in inputs.accounts}
    pixel_m = inputs.grid.pixel_m
    return {
        "people_vintage": inputs.population.year,
        "grid": {"crs": project.grid.crs, "pixel_m": pixel_m, "shape": list(inputs.grid.shape)},
        "counts": {
            **layers,
            **diagnosis.counts,
            "electricity": {**base.electricity.counts, **diagnosis.apart, **_outside(base)},
            "centres": tables["communes"].centre_from.value_counts().reindex(SOURCES, fill_value=0).to_dict(),
        },
        "warnings": warnings(inputs.accounts),
        "state": INCOMPLETE if damages(inputs.accounts) else COMPLETE,
        "balance": {**base.people.balance.as_dict(), "people_scaled_to": project.people.scale_to},
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
