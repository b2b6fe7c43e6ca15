"""Diagnosis: the dead zones of a period with their history, contents, people and rank, and the list filed of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong import people
from phusong.config.zones import Zones
from phusong.errors import ConfigError
from phusong.layers.geometry import geodesic_area_km2
from phusong.layers.memory import Arrays
from phusong.ledger import expectation
from phusong.ledger.earlier import Earlier
from phusong.ledger.expectation import Expectation
from phusong.ledger.surface import Tiled
from phusong.ledger.villages import village_table
from phusong.pipeline.causes import causes, lacks_signal
from phusong.pipeline.memory import NOTHING, OfTiles
from phusong.pipeline.preparation import Base
from phusong.pipeline.workforce import Do, Threads, here
from phusong.pipeline.zone_views import Reached, Seen, gather
from phusong.power import electrification
from phusong.progress import Step
from phusong.radio.probability import Expected
from phusong.text import nearest
from phusong.units import MICRO
from phusong.zones import location, rank, reported
from phusong.zones.contents import Points, Villages, contents
from phusong.zones.fragments import Fragments, fragments
from phusong.zones.gaps import Gap
from phusong.zones.identity import Before, Identity, identify
from phusong.zones.patches import Patches, joined
from phusong.zones.reported import Reported

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
    apart
        Villages and people that do not find each other, as of `electrification.mismatches`.
    """

    zones: gpd.GeoDataFrame
    tables: dict[str, pd.DataFrame]
    villages: gpd.GeoDataFrame
    listed: Reported
    counts: dict[str, Any]
    apart: dict[str, int]


def diagnose(
    base: Base,
    tiled: Tiled,
    earlier: Earlier,
    reached: Reached,
    workers: int,
    progress: Step,
    memory: OfTiles = NOTHING,
    do: Do = here,
) -> Diagnosis:
    """
    Draw the dead zones of a period, find out which they were before, what is in them, and which is worst.

    Every tile is read twice: for its fragments, and when all zones are known for what each of them is.

    Parameters
    ----------
    reached
        As of `zone_views.Reached`.
    memory
        Of what was found on tiles in runs before.
    do
        Does what may be done elsewhere, as `Workforce.do`.
    """
    settings, grid = base.project.zones, base.inputs.grid
    found = _patches(tiled, round(settings.min_people * MICRO), workers, progress, memory)
    before = Before.of(earlier.zones, earlier.closed, grid)
    seen = gather(base, tiled, found, before, reached, workers, progress, memory)
    zones = gpd.GeoDataFrame(
        found.zones.assign(area_km2=geodesic_area_km2(seen.outlines).round(4)), geometry=seen.outlines
    )
    identity = identify(before, seen.lying, found.zones, base.period.name, settings.overlap_share)
    powered = seen.power_at_sites
    why_dead = causes(base.project, base.inputs, zones, seen.sampled, powered, workers, progress, memory.memory, do)
    unranked = pd.concat([identity.current, _figures(base, zones, seen), why_dead.zones], axis=1)
    order = rank.ranked(unranked, settings.criteria)
    why = rank.sentences(order, settings.criteria).set_index("zone_id").reindex(unranked.zone_id).reset_index(drop=True)
    ranks = order.table.drop(columns="zone_id")
    told = gpd.GeoDataFrame(pd.concat([unranked, ranks, why], axis=1), geometry=zones.geometry, crs=grid.crs)
    living, villages = people.whole(seen.living[:, np.newaxis])[:, 0], base.electricity.villages
    inhabited = village_table(base.inputs.villages, seen.signal, seen.fragile, villages, living)
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
    apart = electrification.mismatches(villages, seen.living, seen.without_village)
    return Diagnosis(told.sort_values("rank", ignore_index=True), kept, inhabited, listed, counts, apart)


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


def _patches(tiled: Tiled, min_micro: int, workers: int, progress: Step, memory: OfTiles) -> Patches:
    """The dead zones of all tiles."""

    def part(number: int) -> tuple[int, Fragments]:
        def work() -> Arrays:
            surface = tiled.surface(number)
            return vars(fragments(surface.gap, surface.micro, tiled.parts[number], tiled.grid))

        return number, Fragments(**memory(number, "fragments of dead zones", [], work))

    found: dict[int, Fragments] = {}
    for number, own in Threads(workers).each(part, ((number,) for number in range(len(tiled.parts)))):
        found[number] = own
        progress("drawing dead zones", len(found), len(tiled.parts))
    return joined([found[number] for number in sorted(found)], tiled.grid, min_micro)


def _figures(base: Base, zones: gpd.GeoDataFrame, seen: Seen) -> pd.DataFrame:
    """What is known of each zone but its history and rank, row by row with the zones."""
    inputs = base.inputs
    own = pd.DataFrame(
        {
            "gap": zones.gap.astype(object),
            "no_signal": lacks_signal(zones),
            "no_power": zones.gap.isin(_LACKS_POWER),
            "people": people.whole(zones.micro.to_numpy()[:, np.newaxis])[:, 0],
            "area_km2": zones.area_km2,
        }
    )
    villages = Villages(inputs.villages, seen.village_zone, seen.living, seen.held)
    points = None if inputs.places is None else Points(inputs.places.kind, seen.place_zone)
    parts = [
        own,
        _without_signal(base, zones, seen.expected, seen.lacking_micro),
        location.in_communes(seen.communes, inputs.communes),
        location.nearest_villages(seen.leaning, inputs.grid, inputs.villages),
        contents(seen.outlines, None if base.project.layers.villages is None else villages, points, inputs.roads),
    ]
    return pd.concat(parts, axis=1)


def _without_signal(base: Base, zones: gpd.GeoDataFrame, expected: Expected, micro: NDArray[np.int64]) -> pd.DataFrame:
    """People of each zone expected to be without signal, and the ends of the interval; missing where signal is not."""
    covered = Expectation.of(expected.covered, expected.unknown, micro)
    low, high = expectation.bounds(covered, base.project.radio.uncertainty.confidence)
    figures = {"expected": covered.covered, "low": high, "high": low}  # who is not covered: the ends change places
    asked = lacks_signal(zones)
    return pd.DataFrame(
        {
            f"without_signal_{name}_people": pd.array(np.where(asked, covered.people - of, np.nan), "Int64")
            for name, of in figures.items()
        }
    )


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
