"""Standing: whether places are in the country, and where the rows say they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phusong.intake.claim import Claims
from phusong.intake.coordinates.ground import Ground
from phusong.intake.coordinates.repairs import told
from phusong.intake.coordinates.settings import Settings
from phusong.intake.finding import Finding

_OWN_COAST_M = 100_000
"""A place at sea farther from the commune that its row means is not off its coast, but some place abroad."""


def judged(
    at: NDArray[np.bool_],
    longitude: NDArray[np.float64],
    latitude: NDArray[np.float64],
    claims: Claims,
    ground: Ground,
    settings: Settings,
    text: NDArray[np.object_],
    astray: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.float64], list[Finding]]:
    """
    Commune of each place, its distance from the area that its row means, and what is wrong with it.

    Parameters
    ----------
    at
        Rows that are judged.
    text
        What was filed, for people.
    astray
        Rows that are in no commune only for the commune that they mean: the system of its zone was taken for them.
    """
    commune, distance = np.full(len(at), -1, np.int64), np.full(len(at), np.nan)
    rows = np.flatnonzero(at)
    distance[rows] = ground.claimed_m(longitude[rows], latitude[rows], claims.at(rows))
    sole = np.array([c.communes[0] if len(c.communes) == 1 else -1 for c in claims.different], np.int64)[claims.of_row]
    settled = (distance == 0) & (sole >= 0)
    commune[settled] = sole[settled]
    rest = rows[~settled[rows]]
    commune[rest] = ground.commune_at(longitude[rest], latitude[rest])
    said = np.array([bool(c.communes) for c in claims.different], bool)[claims.of_row]
    away = distance > settings.commune_tolerance_m
    elsewhere = at & astray & said & away & (commune < 0)
    lost = rest[(commune[rest] < 0) & ~elsewhere[rest]]
    findings = _outside(lost, commune, longitude, latitude, distance, ground, settings, text)
    far = elsewhere | ((commune >= 0) & away)
    near = (commune >= 0) & (distance > 0) & ~far
    for reason, which in (
        ("commune_disagrees", far & said),
        ("province_elsewhere", far & ~said),
        ("commune_near", near & said),
        ("province_near", near & ~said),
    ):
        findings += _by_distance(reason, np.flatnonzero(which), distance[which], text)
    return commune, distance, findings


def _outside(
    rows: NDArray[np.int64],
    commune: NDArray[np.int64],
    longitude: NDArray[np.float64],
    latitude: NDArray[np.float64],
    distance: NDArray[np.float64],
    ground: Ground,
    settings: Settings,
    text: NDArray[np.object_],
) -> list[Finding]:
    """Places in no commune: on a river bank they count to the nearest, which is filled in; else at sea, or abroad."""
    if not len(rows):
        return []
    with np.errstate(invalid="ignore"):
        here = np.isfinite(longitude[rows]) & (np.abs(longitude[rows]) <= 180) & (np.abs(latitude[rows]) <= 90)
    nearest, metres_off = np.full(len(rows), -1), np.full(len(rows), np.inf)
    at_sea = np.zeros(len(rows), bool)
    nearest[here], metres_off[here], at_sea[here] = ground.nearest(longitude[rows[here]], latitude[rows[here]])
    bank = metres_off <= settings.border_m
    commune[rows[bank]] = nearest[bank]
    at_sea &= ~bank & (metres_off <= settings.sea_m) & ~(distance[rows] > _OWN_COAST_M)
    abroad = np.zeros(len(commune), bool)
    abroad[rows[~bank & ~at_sea]] = True
    return told("outside_country", abroad, text) + _by_distance("in_the_sea", rows[at_sea], metres_off[at_sea], text)


def _by_distance(
    reason: str, rows: NDArray[np.int64], distance_m: NDArray[np.float64], text: NDArray[np.object_]
) -> list[Finding]:
    """One finding for each tenth of a kilometre, so that its sentence can tell it."""
    tenths = np.maximum(np.round(distance_m / 100).astype(np.int64), 1)
    order = np.argsort(tenths, kind="stable")
    cuts = np.flatnonzero(np.diff(tenths[order])) + 1
    return [
        Finding(
            reason,
            rows[part],
            "coordinates",
            tuple(text[rows[part]]),
            words={"distance": f"{tenths[part[0]] / 10:.1f}"},
        )
        for part in np.split(order, cuts)
        if len(part)
    ]
