"""Metres: places of pairs in metres, which say neither their axes nor their system."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phusong.intake.claim import Claims
from phusong.intake.coordinates import scale, zones
from phusong.intake.coordinates.evidence import Evidence, gathered
from phusong.intake.coordinates.ground import Ground
from phusong.intake.coordinates.settings import Settings
from phusong.intake.coordinates.statement import Statement
from phusong.intake.coordinates.vn2000 import UTM, System

_NORTHING_FROM_M = 880_000
_EASTING_TO_M = 1_010_000
_OWN_EASTING_FROM_M = 100_000
_NORTHING_TO_M = 2_620_000
"""Where the country lies, in UTM zones as in its own."""
_SHIFT_M = 500_000
TM3_ACCURACY_M, UTM_ACCURACY_M = 1.0, 250.0
"""How good the seven parameters are; UTM metres may be on WGS 84 and say so nowhere, 222 m off."""
_SCALE_ACCURACY_M = 800.0
"""Few rows on 105° may be of UTM zone 48 as well as of the zone of three degrees that their province is due."""


@dataclass(frozen=True)
class Placed:
    """
    Rows in metres, read.

    Parameters
    ----------
    longitude, latitude
        WGS 84, degrees; NaN where no system can be told.
    system
        Index into `systems`, -1 where none can be told.
    rivals
        Readings between which nothing decides, as text; empty where the reading is settled.
    swapped
        Whether the pair was filed easting first.
    accuracy_m
        Of the way to WGS 84.
    astray
        Rows in no commune that would be in one in another system of this filing: it is not the place that is abroad.
    """

    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]
    system: NDArray[np.int64]
    rivals: NDArray[np.object_]
    swapped: NDArray[np.bool_]
    accuracy_m: NDArray[np.float64]
    astray: NDArray[np.bool_]
    systems: tuple[System, ...]

    @property
    def ambiguous(self) -> NDArray[np.bool_]:
        """Rows that several systems explain, or none."""
        return (self.rivals != "") | (self.system < 0)


def place(
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    claims: Claims,
    ground: Ground,
    settings: Settings | None = None,
    said: Statement | None = None,
) -> Placed:
    """
    WGS 84 positions of pairs in metres.

    The system is that in which the rows of one old province lie in the communes they mean; a row that is alone must lie
    there in the system of its old province and in no other. UTM metres count as VN-2000 unless the file says otherwise.

    Parameters
    ----------
    first, second
        As filed; in Viet Nam X, the first, points north.
    said
        What titles and headers say of the system.
    """
    settings, said = settings or Settings(), said or Statement()
    swapped = _easting_first(first, second)
    northing, easting = _present(np.where(swapped, second, first), np.where(swapped, first, second))
    evidence = gathered(northing, easting, claims, ground, said)
    system, rivals = zones.chosen(evidence, ground, settings.commune_tolerance_m)
    read = scale.settled(evidence, system, northing, easting, ground, said)
    longitude, latitude = _read(read.systems, read.system, northing, easting)
    for row in np.flatnonzero(read.unsure & (rivals == "")):
        rivals[row] = scale.rivals(read.systems[read.system[row]], northing[row], easting[row])
    utm = np.array([one.scale == UTM and not one.on_wgs84 and one != said.system for one in read.systems] + [False])
    accuracy = np.where(utm[read.system], UTM_ACCURACY_M, TM3_ACCURACY_M)
    accuracy[read.unproved] = _SCALE_ACCURACY_M
    astray = _astray(evidence, system, easting, ground)
    return Placed(longitude, latitude, read.system, rivals, swapped, accuracy, astray, read.systems)


def _astray(
    evidence: Evidence, system: NDArray[np.int64], easting: NDArray[np.float64], ground: Ground
) -> NDArray[np.bool_]:
    used = np.unique(system[system >= 0])
    home = np.zeros((len(used), len(system)), bool)
    rows = np.flatnonzero(np.abs(easting - _SHIFT_M) <= _SHIFT_M / 2)
    for k, j in enumerate(used):
        home[k, rows] = ground.commune_at(evidence.longitude[j, rows], evidence.latitude[j, rows]) >= 0
    own = np.zeros(len(system), bool)
    for k, j in enumerate(used):
        own |= (system == j) & home[k]
    return home.any(axis=0) & ~own


def _easting_first(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether the easting comes first: plain where one number alone can be a northing; else as most rows are."""
    named = (first >= _NORTHING_FROM_M) & (second <= _EASTING_TO_M)
    other = (second >= _NORTHING_FROM_M) & (first <= _EASTING_TO_M)
    usual = bool((other & ~named).sum() > (named & ~other).sum())
    return np.where(named ^ other, other, usual)


def _present(
    northing: NDArray[np.float64], easting: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Northing and easting with the false origin of today.

    EPSG:6956 to 6959, deprecated, have false easting 0 and false northing 500,000 m: eastings near 0, some below, and
    northings beyond the country. Where a row alone does not show it, most rows of the file do.
    """
    odd = (np.abs(easting) < _SHIFT_M / 2) & (northing >= _NORTHING_FROM_M + _SHIFT_M)
    sure = odd & ((northing > _NORTHING_TO_M) | (easting < _OWN_EASTING_FROM_M))
    old = sure | (odd & (sure.sum() * 2 > len(sure)))
    return np.where(old, northing - _SHIFT_M, northing), np.where(old, easting + _SHIFT_M, easting)


def _read(
    systems: tuple[System, ...],
    system: NDArray[np.int64],
    northing: NDArray[np.float64],
    easting: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    longitude, latitude = np.full(len(system), np.nan), np.full(len(system), np.nan)
    for j, one in enumerate(systems):
        at = np.flatnonzero(system == j)
        longitude[at], latitude[at] = one.to_wgs84(easting[at], northing[at])
    return longitude, latitude
