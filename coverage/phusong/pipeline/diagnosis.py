"""Diagnosis: the dead zones of a period with their history, contents, people and rank, and the list filed of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from phusong import people
from phusong.config.zones import Zones
from phusong.errors import ConfigError
from phusong.ledger import expectation
from phusong.ledger.earlier import Earlier
from phusong.ledger.expectation import Expectation
from phusong.ledger.surface import Surface
from phusong.ledger.villages import village_table
from phusong.pipeline.causes import causes
from phusong.pipeline.preparation import Base, columns
from phusong.pipeline.tiles import tiles
from phusong.power import access
from phusong.progress import Step
from phusong.radio import probability
from phusong.text import nearest
from phusong.units import MICRO
from phusong.zones import contents, patches, rank, reported
from phusong.zones.gaps import Gap
from phusong.zones.identity import Identity, identify
from phusong.zones.patches import Patches
from phusong.zones.reported import Reported

_LACKS_SIGNAL = (Gap.SIGNAL, Gap.BOTH)
_LACKS_POWER = (Gap.POWER.label, Gap.BOTH.label)
_RANKABLE = (
    "people",
    "without_signal_expected_people",
    "no_signal",
    "no_power",
    "especially_difficult",
    "villages",
    "villages_touched",
    "households",
    "schools",
    "clinics",
    "commune_offices",
    "road_km",
    "area_km2",
    "village_distance_m",
)
"""Columns of the zones by which they can be ranked."""


@dataclass(frozen=True)
class Diagnosis:
    """
    What is wrong where.

    Parameters
    ----------
    zones
        By rank, the worst first.
    tables
        The tables that go with it, by name: `zones_closed`, `zone_events`, `zone_reasons`, `zone_causes`,
        `dead_zone_list`, `predicted_only`.
    villages
        With their people, signal and power.
    listed
        The filed list of dead zones beside the prediction.
    counts
        For the record of the run.
    """

    zones: gpd.GeoDataFrame
    tables: dict[str, pd.DataFrame]
    villages: gpd.GeoDataFrame
    listed: Reported
    counts: dict[str, Any]


def diagnose(base: Base, surface: Surface, earlier: Earlier, workers: int, progress: Step) -> Diagnosis:
    """Draw the dead zones of a period, find out which they were before, what is in them, and which is worst."""
    settings, grid = base.project.zones, base.inputs.grid
    found = patches.patches(surface.gap, surface.micro, grid, round(settings.min_people * MICRO))
    identity = identify(
        earlier.zones, earlier.closed, found, surface.gap, surface.micro, grid, base.period.name, settings.overlap_share
    )
    why_dead = causes(
        base.project, base.inputs, found, surface.power, surface.micro, base.project.storm, workers, progress
    )
    figures = _figures(base, surface, found, workers, progress)
    unranked = pd.concat([identity.current, figures, why_dead.zones], axis=1)
    order = rank.ranked(unranked, settings.criteria)
    why = rank.sentences(order, settings.criteria).set_index("zone_id").reindex(unranked.zone_id).reset_index(drop=True)
    ranks = order.table.drop(columns="zone_id")
    zones = gpd.GeoDataFrame(pd.concat([unranked, ranks, why], axis=1), geometry=found.zones.geometry, crs=grid.crs)
    living = people.whole(access.village_people(surface.territory, surface.micro, len(base.inputs.villages))[:, None])
    inhabited = village_table(
        base.inputs.villages, grid, surface.signal, surface.fragile, base.electricity.villages, living[:, 0]
    )
    listed = _listed(base, inhabited)
    kept = {
        "zones_closed": identity.closed,
        "zone_events": _events(identity),
        "zone_reasons": order.reasons,
        "zone_causes": _identified(why_dead.table, identity),
        "dead_zone_list": listed.rows,
        "predicted_only": listed.predicted_only,
    }
    counts = {
        "zones": {**_counts(found, identity, order.left_out, earlier), **why_dead.counts},
        "listed": {**listed.counts, "commune_unknown": int((listed.rows.counted_in == "").sum())},
    }
    return Diagnosis(zones.sort_values("rank", ignore_index=True), kept, inhabited, listed, counts)


def refuse_other_criteria(zones: Zones) -> None:
    """
    Stop when zones shall be ranked by a column that they do not have.

    Raises
    ------
    ConfigError
        Naming the nearest one.
    """
    for criterion in zones.criteria:
        if criterion.column not in _RANKABLE:
            near = nearest(criterion.column, _RANKABLE)
            hint = f"did you mean '{near}'?" if near else f"known are {', '.join(_RANKABLE)}"
            raise ConfigError(f"zones.criteria: zones cannot be ranked by '{criterion.column}'; {hint}")


def _figures(base: Base, surface: Surface, found: Patches, workers: int, progress: Step) -> pd.DataFrame:
    """What is known of each zone but its history and rank, row by row with `found.zones`."""
    inputs, zones = base.inputs, found.zones
    villages = inputs.villages if base.project.layers.villages is not None else None
    own = pd.DataFrame(
        {
            "gap": zones.gap.astype(object),
            "no_signal": zones.gap.isin([gap.label for gap in _LACKS_SIGNAL]),
            "no_power": zones.gap.isin(_LACKS_POWER),
            "people": people.whole(zones.micro.to_numpy()[:, np.newaxis])[:, 0],
            "area_km2": zones.area_km2,
        }
    )
    parts = [
        own,
        _without_signal(base, surface, found, workers, progress),
        patches.in_communes(found, surface.commune, surface.micro, inputs.communes),
        patches.nearest_villages(found, surface.micro, inputs.grid, inputs.villages),
        contents.contents(found, surface.micro, inputs.grid, villages, surface.territory, inputs.places, inputs.roads),
    ]
    return pd.concat(parts, axis=1)


def _without_signal(base: Base, surface: Surface, found: Patches, workers: int, progress: Step) -> pd.DataFrame:
    """People of each zone expected to be without signal, and the ends of the interval; missing where signal is not."""
    grid, radio, zones = base.inputs.grid, base.project.radio, len(found.zones)
    lacking = np.isin(surface.gap, _LACKS_SIGNAL) & (found.label >= 0)
    inside = _pixels_of(found.label, lacking, surface.micro)
    sums = {
        "": probability.Expected(np.zeros((zones, 1 + radio.uncertainty.draws), np.int64), np.zeros(zones, np.int64))
    }
    for tile in tiles(base.project, base.inputs):
        if not lacking[grid.window(tile.grid)].any():
            continue
        servers = tile.servers(base.project, base.inputs, workers, progress, lacking)
        part = probability.expected_of_any(
            servers, tile.sites, inside[:, columns(grid, tile.grid)], radio, grid.pixel_m, base.project.zones
        )
        sums = probability.together([sums, {"": part}])
    micro = np.asarray(inside.sum(axis=1)).ravel()
    covered = Expectation.of(sums[""].covered, sums[""].unknown, micro)
    low, high = expectation.bounds(covered, radio.uncertainty.confidence)
    figures = {"expected": covered.covered, "low": high, "high": low}  # who is not covered: the ends change places
    signal = found.zones.gap.isin([gap.label for gap in _LACKS_SIGNAL]).to_numpy()
    return pd.DataFrame(
        {
            f"without_signal_{name}_people": pd.array(np.where(signal, covered.people - of, np.nan), "Int64")
            for name, of in figures.items()
        }
    )


def _pixels_of(label: NDArray[np.int32], lacking: NDArray[np.bool_], micro: NDArray[np.int64]) -> sparse.csc_array:
    """Micro-persons of each pixel in each zone, shape (zones, pixels)."""
    pixel = np.flatnonzero(lacking & (micro > 0))
    shape = (int(label.max(initial=-1)) + 1, label.size)
    return sparse.csc_array((micro.ravel()[pixel], (label.ravel()[pixel], pixel)), shape)


def _listed(base: Base, villages: gpd.GeoDataFrame) -> Reported:
    """The filed list beside the prediction; without one, the list that the villages' own flags make."""
    settings = base.project.zones
    filed = base.inputs.dead_zone_list
    if filed is None:
        filed = reported.from_flags(base.inputs.villages)
    return reported.beside(filed, villages, base.inputs.communes, settings.match_reach_m, settings.match_place_m)


def _events(identity: Identity) -> pd.DataFrame:
    rows = [(event.kind, event.zone_id, ";".join(event.others)) for event in identity.events]
    return pd.DataFrame(rows, columns=["kind", "zone_id", "others"], dtype=object)


def _identified(table: pd.DataFrame, identity: Identity) -> pd.DataFrame:
    """A table by row of the zones, by their ids."""
    zone_id = identity.current.zone_id.to_numpy(object)[table.zone]
    return table.drop(columns="zone").assign(zone_id=zone_id).sort_values("zone_id", kind="stable", ignore_index=True)


def _counts(found: Patches, identity: Identity, left_out: tuple[str, ...], earlier: Earlier) -> dict[str, Any]:
    scattered = {name: round(micro / MICRO, 3) for name, micro in found.scattered_micro.items()}
    kinds = pd.Series([event.kind for event in identity.events], dtype=object).value_counts()
    return {
        "drawn": len(found.zones),
        "scattered": found.scattered,
        "scattered_people": scattered,
        "compared_with": earlier.as_dict(),
        "events": {str(kind): int(kinds[kind]) for kind in sorted(kinds.index)},
        "criteria_left_out": list(left_out),
    }
