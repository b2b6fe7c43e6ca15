"""Cautions: what is no fault of the layers but may make the figures mean something else than they seem to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from phusong.layers.account import Account

_DIM_NW = 1.0  # shares and likelihoods end here, and villages near a town shine brighter


def warnings(accounts: Sequence[Account]) -> list[str]:
    """What is no fault but may make the figures mean something else than they seem to."""
    counts = {account.layer: account.counts for account in accounts}
    sites, terrain, off = counts["sites"], counts["terrain"], counts["sites"]["on_air_off_terrain"]
    told = [
        (not sites["in_reach_on_air"], "sites: none in reach is on air in this period; nobody has signal"),
        (
            sites["status_contradicts_date"],
            f"sites: {sites['status_contradicts_date']} have a status that contradicts the on-air date, which counts",
        ),
        (
            off,
            f"sites: {off} on air in reach stand off the terrain; what only they could serve is unknown",
        ),
        *(
            (n, f"terrain: {fault}; what lies there is unknown, and the run incomplete")
            for fault, n in damages(accounts)
        ),
        (
            terrain["study_covered_share"] < 1,
            f"terrain: covers {100 * terrain['study_covered_share']:.1f} % of the study's pixels; the rest is unknown",
        ),
        (
            counts["population"]["communes_without_people"],
            f"population: {counts['population']['communes_without_people']} communes of the study hold nobody",
        ),
        *(
            (c["commune_unknown"], f"{name}: {c['commune_unknown']} rows name a commune that none of that day is")
            for name, c in counts.items()
            if "commune_unknown" in c
        ),
        (
            counts["villages"]["outside_their_commune"],
            f"villages: {counts['villages']['outside_their_commune']} stand outside the commune they name",
        ),
        *((n, f"sites: {name} of {n} is assumed by the project's priors") for name, n in sites["assumed"].items()),
        *_doubts(counts),
    ]
    return [sentence for true, sentence in told if true]


def damages(accounts: Sequence[Account]) -> list[tuple[str, int]]:
    """What is to be said of terrain files that break off, and how often each was met."""
    return [one for account in accounts for one in account.counts.get("damaged", {}).items()]


def _doubts(counts: Mapping[str, Mapping[str, Any]]) -> list[tuple[Any, str]]:
    """What land cover, claims and antenna patterns leave open, each with whether it is so."""
    far, turned = (counts["antennas"].get(key) for key in ("sites_of_another_frequency", "tilt_contradicts_pattern"))
    unknown, absent = counts["clutter"].get("unknown_classes", {}), counts["claims"].get("operators_without_site", [])
    return [
        (far, f"antennas: {far} sites have a pattern of a frequency over 25 % away from their carrier's"),
        (turned, f"antennas: the stated tilt is not that of the vertical cut in {', '.join(turned or [])}"),
        (
            unknown,
            f"clutter: {sum(unknown.values())} pixels are of classes without a height, taken as 0 m: "
            + ", ".join(unknown),
        ),
        (absent, f"claims: no site in reach of {', '.join(absent)}"),
        *_oddities(counts),
    ]


def _oddities(counts: Mapping[str, Mapping[str, Any]]) -> list[tuple[Any, str]]:
    """The same of the official list, night lights and public places."""
    lights, unused = counts["night_lights"], counts["places"].get("words_unused", [])
    brightest, half = lights.get("brightest_nw_cm2_sr"), counts["dead_zone_list"].get("half_a_place", 0)
    return [
        (half, f"dead_zone_list: {half} rows give one coordinate without the other; only their names count"),
        ("villages_unknown" in lights and brightest is None, "night_lights: nothing is known of any village"),
        (
            brightest is not None and brightest <= _DIM_NW,
            f"night_lights: the brightest village has {brightest} nW/cm²/sr; is it radiance that the file holds?",
        ),
        (unused, f"places: no row bears the kind {', '.join(unused)}"),
    ]
