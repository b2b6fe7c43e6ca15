"""The headline: the few figures of a period by province, as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from phusong.ledger.edition import Edition
from phusong.text import number_vi, percent_vi, sort_key

HEADINGS = (
    "Tỉnh, thành phố / Province",
    "Xã / Communes",
    "Dân số / People",
    "4G*",
    "5G*",
    "Có điện lưới* / Grid power",
    "Không sóng / No signal",
    "Không điện / No power",
    "Cả hai / Both",
    "Chưa rõ / Unknown",
    "Vùng lõm / Zones",
)
TOTAL = "Cả vùng nghiên cứu / Study"
NO_DATA = "–"


def headline(edition: Edition) -> list[tuple[str, ...]]:
    """
    Rows under `HEADINGS`: each province in Vietnamese order, then the study.

    Shares are of the people whose state is known; a zone counts in the province with most of its people.
    """
    communes = pd.DataFrame(edition.communes.drop(columns="geometry"))
    zones = edition.zones.province_name.value_counts()
    names = sorted(communes.province_name.unique(), key=sort_key)
    parts = [(name, communes[communes.province_name == name]) for name in names]
    rows = [_row(name, part, int(zones.get(name, 0))) for name, part in parts]
    return [*rows, _row(TOTAL, communes, len(edition.zones))]


def notes(edition: Edition) -> list[str]:
    """What must be read with the headline: synthetic layers, vintage, balance, rows, faults of the inputs."""
    run = edition.run
    balance, counts = run["balance"], run["counts"]
    communes, sites, zones = counts["communes"], counts["sites"], counts["zones"]
    rows = (f"{n} {c['rows_in']} = {c['accepted']} + {len(c['refused'])}" for n, c in counts.items() if "rows_in" in c)
    lines = [
        f"* Shares are of people whose state is known. People: raster of {run['people_vintage'] or 'unknown year'}, "
        f"scaled to {balance['people_scaled_to']}. Zones: {zones['drawn']} drawn, {zones['scattered']} scattered.",
        f"People of the raster {number_vi(balance['raster'], 1)} = study {number_vi(balance['study'], 1)} "
        f"+ other communes {number_vi(balance['neighbours'], 1)} "
        f"+ outside every commune {number_vi(balance['outside'], 1)} "
        f"(relative difference {balance['relative_difference']:.1e})",
        f"Rows in = accepted + refused: {'; '.join(rows)}",
        f"Communes: {communes['overlapping_pairs']} overlapping pairs ({communes['overlap_km2']:.4f} km2), "
        f"{communes['gaps']} gaps ({communes['gap_km2']:.6f} km2). Terrain: {counts['terrain']['voids']} voids, "
        f"{counts['terrain']['voids_filled']} filled.",
        f"Sites on air in reach: {sites['in_reach_on_air']} (those off the terrain are listed in run.json).",
    ]
    lines += [f"WARNING {warning}" for warning in run["warnings"]]
    lines += [_target(target, bool(edition.synthetic)) for target in run["targets"]]
    made_up = [f"DỮ LIỆU GIẢ LẬP / SYNTHETIC: {', '.join(edition.synthetic)}"] if edition.synthetic else []
    return made_up + lines


def _target(target: Mapping[str, Any], synthetic: bool) -> str:
    value = NO_DATA if target["reached"] is None else percent_vi(target["reached"], 2)
    verdict = {True: "reached", False: "not reached", None: "not known"}[target["met"]]
    caution = " on synthetic inputs" if synthetic else ""
    return f"Target: {target['name']} by {target['by']} ({target['source']}): {value}, {verdict}{caution}"


def _row(name: str, part: pd.DataFrame, zones: int) -> tuple[str, ...]:
    def total(column: str) -> int:
        return int(part[column].sum())

    people = total("people")
    return (
        name,
        number_vi(len(part)),
        number_vi(people),
        _share(total("lte_people"), people - total("lte_unknown_people")),
        _share(total("nr_people"), people - total("nr_unknown_people")),
        _share(total("power_yes_people"), people - total("power_unknown_people")),
        number_vi(total("gap_signal_people") + total("gap_both_people")),
        number_vi(total("power_no_people")),
        number_vi(total("gap_both_people")),
        number_vi(total("gap_unknown_people")),
        number_vi(zones),
    )


def _share(part: int, whole: int) -> str:
    return percent_vi(part / whole) if whole > 0 else NO_DATA
