"""Scale: whether metres were drawn with the scale factor of their zone or with that of UTM, up to 765 m apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phusong.intake.coordinates.evidence import Evidence
from phusong.intake.coordinates.ground import Ground
from phusong.intake.coordinates.statement import Statement
from phusong.intake.coordinates.vn2000 import TM3, UTM, System

_UTM48_DEG = 105.0
_ENOUGH, _TIMES, _DOUBT = 3, 3, 2
"""Places that one scale factor alone puts into their communes: so many more, and so many times as many, decide."""


@dataclass(frozen=True)
class Settled:
    """
    Scale factors as far as the rows tell them.

    Parameters
    ----------
    system
        Of each row, index into `systems`.
    unsure
        Rows of which nothing decides between two scale factors.
    unproved
        Rows on the meridian of UTM zone 48, with the scale factor of the zone of three degrees for want of proof.
    """

    systems: tuple[System, ...]
    system: NDArray[np.int64]
    unsure: NDArray[np.bool_]
    unproved: NDArray[np.bool_]


def settled(
    evidence: Evidence,
    system: NDArray[np.int64],
    northing: NDArray[np.float64],
    easting: NDArray[np.float64],
    ground: Ground,
    said: Statement,
) -> Settled:
    """
    Systems with their scale factors, and the system of each row.

    Zones that the rows' provinces were surveyed in have their own scale factor unless the rows together deny it. Rows
    on 105° elsewhere are of UTM zone 48 or of a zone of three degrees; there the rows have to say which.
    """
    systems, system = list(evidence.systems), system.copy()
    unsure, unproved = np.zeros((2, len(system)), bool)
    usual, open_ = _kinds(evidence, system, said)
    for zones, expected in ((usual, True), (open_, False)):
        counts = [_counts(evidence, system, j, northing, easting, ground) for j in zones]
        plain, utm = (sum(count[k] for count in counts) for k in (0, 1))
        if utm >= plain + _ENOUGH and utm >= _TIMES * plain:
            for j in zones:
                systems.append(System(systems[j].meridian_deg, UTM))
                system[system == j] = len(systems) - 1
        elif (expected and utm >= _DOUBT and not plain) or (
            not expected and not (plain >= utm + _ENOUGH and plain >= _TIMES * utm)
        ):
            unsure |= np.isin(system, zones)
        elif plain < utm + _ENOUGH:
            on_105 = [j for j in zones if systems[j].meridian_deg == _UTM48_DEG and systems[j] != said.system]
            unproved |= np.isin(system, on_105)
    return Settled(tuple(systems), system, unsure, unproved)


def rivals(system: System, northing: float, easting: float) -> str:
    """Both readings of a row, for people."""
    told = []
    for scale in (TM3, UTM):
        one = System(system.meridian_deg, scale)
        longitude, latitude = one.to_wgs84(np.array([easting]), np.array([northing]))
        told.append(f"{one.name}: {latitude[0]:.6f}, {longitude[0]:.6f}")
    return "; ".join(told)


def wrong(system: System) -> bool:
    """Whether this is a zone of three degrees with the scale factor of UTM."""
    return system.scale == UTM and system.meridian_deg not in (_UTM48_DEG, 111.0)


def _kinds(evidence: Evidence, system: NDArray[np.int64], said: Statement) -> tuple[list[int], list[int]]:
    """Zones of three degrees in use: those with their own scale factor unless proved otherwise, and others."""
    usual: list[int] = []
    open_: list[int] = []
    for j in sorted(set(system[system >= 0].tolist())):
        one = evidence.systems[j]
        if one.scale == UTM or one.on_wgs84:
            continue
        groups, rows = np.unique(evidence.group[system == j], return_counts=True)
        due = sum(int(n) for g, n in zip(groups, rows, strict=True) if one.meridian_deg in evidence.expected[g])
        known = one.meridian_deg != _UTM48_DEG or one == said.system or due * 2 >= rows.sum()
        (usual if known else open_).append(j)
    return usual, open_


def _counts(
    evidence: Evidence,
    system: NDArray[np.int64],
    j: int,
    northing: NDArray[np.float64],
    easting: NDArray[np.float64],
    ground: Ground,
) -> tuple[int, int]:
    """Places of a zone that its own scale factor alone puts into the commune meant, and that the other alone does."""
    rows, areas = evidence.meant
    at = (system[rows] == j) & evidence.witness[rows] & (areas < len(ground.communes))
    rows, areas = rows[at], areas[at]
    other = System(evidence.systems[j].meridian_deg, UTM).to_wgs84(easting[rows], northing[rows])
    inside = np.zeros((2, len(system)), bool)
    inside[0, rows[ground.near(evidence.longitude[j, rows], evidence.latitude[j, rows], areas, 0.0)]] = True
    inside[1, rows[ground.near(*other, areas, 0.0)]] = True
    return int((inside[0] & ~inside[1]).sum()), int((inside[1] & ~inside[0]).sum())
