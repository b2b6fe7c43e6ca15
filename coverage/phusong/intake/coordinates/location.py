"""Location: the position of each row of a filing, read in the light of the other rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.intake.claim import Claims
from phusong.intake.coordinates import metres, repairs
from phusong.intake.coordinates.ground import Ground
from phusong.intake.coordinates.pairs import EAST, NORTH, SOUTH, WEST, Pairs, read_pairs
from phusong.intake.coordinates.placeholders import at_centroid, crowds, hollow
from phusong.intake.coordinates.repairs import told
from phusong.intake.coordinates.settings import Settings
from phusong.intake.coordinates.standing import judged
from phusong.intake.coordinates.statement import Statement
from phusong.intake.coordinates.vn2000 import geographic_to_wgs84
from phusong.intake.finding import Finding

_DEGREES_ACCURACY_M = 0.1


@dataclass(frozen=True)
class Located:
    """
    Positions of rows.

    Parameters
    ----------
    longitude, latitude
        WGS 84, degrees; NaN where none can be told.
    accuracy_m
        What the digits and the way to WGS 84 allow.
    commune
        Position of the commune that the point lies in, -1 for none.
    distance_m
        From the nearest of the communes meant, or from the province; NaN where none is meant.
    """

    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]
    accuracy_m: NDArray[np.float64]
    commune: NDArray[np.int64]
    distance_m: NDArray[np.float64]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Read:
    """Positions as far as the numbers and the system tell them."""

    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]
    accuracy_m: NDArray[np.float64]
    ambiguous: NDArray[np.bool_]
    astray: NDArray[np.bool_]
    findings: tuple[Finding, ...] = ()


def locate(
    frame: pd.DataFrame,
    claims: Claims,
    ground: Ground,
    settings: Settings | None = None,
    *,
    said: Statement | None = None,
) -> Located:
    """
    Read the positions of one filing, each in the light of the others.

    Degrees tell their axis by themselves; metres are read in the system in which the rows of a place lie in the
    communes that they mean. UTM metres count as VN-2000 where the file does not say WGS 84, and as good to 250 m: the
    two lie 222 m apart, and numbers alone cannot tell.

    Parameters
    ----------
    frame
        longitude, latitude, coordinates, northing_m, easting_m as filed.
    said
        What titles and headers of the file say of the system.
    """
    settings, said = settings or Settings(), said or Statement()
    pairs = read_pairs(frame)
    empty_form = hollow(pairs)
    usable = ~pairs.empty & ~pairs.unread & ~empty_form
    findings = told("missing_coordinates", pairs.empty) + told("coordinates_unreadable", pairs.unread, pairs.text)
    findings += told("dms_read", usable & pairs.sexagesimal, pairs.text)
    read = _read(pairs, usable, claims, ground, settings, said)
    sure = usable & ~read.ambiguous
    crowded = sure & crowds(*_only(sure, read), claims, ground, settings)
    crowded |= sure & pairs.in_metres & at_centroid(read.longitude, read.latitude)
    findings += [*read.findings, *told("placeholder_coordinates", empty_form | crowded, pairs.text)]
    rounded = sure & ~crowded & (read.accuracy_m > settings.rounded_m)
    findings += _rounded(rounded, pairs, read)
    at = sure & ~crowded & ~rounded
    commune, distance, found = judged(
        at, read.longitude, read.latitude, claims, ground, settings, pairs.text, read.astray
    )
    kept = sure & ~crowded
    values = [np.where(kept, one, np.nan) for one in (read.longitude, read.latitude, read.accuracy_m)]
    return Located(values[0], values[1], values[2], commune, distance, (*findings, *found))


def _read(
    pairs: Pairs,
    usable: NDArray[np.bool_],
    claims: Claims,
    ground: Ground,
    settings: Settings,
    said: Statement,
) -> _Read:
    degrees = _degrees(pairs, usable & ~pairs.in_metres, on_vn2000=said.vn2000)
    rows = np.flatnonzero(usable & pairs.in_metres)
    if not len(rows):
        return degrees
    placed = metres.place(pairs.first[rows], pairs.second[rows], claims.at(rows), ground, settings, said)
    longitude, latitude, accuracy = degrees.longitude.copy(), degrees.latitude.copy(), degrees.accuracy_m.copy()
    longitude[rows], latitude[rows] = placed.longitude, placed.latitude
    accuracy[rows] = np.maximum(accuracy[rows], placed.accuracy_m)
    ambiguous, swapped, astray = np.zeros((3, len(accuracy)), bool)
    ambiguous[rows], swapped[rows] = placed.ambiguous, placed.swapped & ~placed.ambiguous
    astray[rows] = placed.astray
    findings = repairs.converted(pairs.text, rows, placed)
    settled = usable & pairs.in_metres & ~ambiguous
    findings += repairs.exchanged(pairs, swapped, settled, longitude, latitude)
    return _Read(longitude, latitude, accuracy, ambiguous, astray, (*degrees.findings, *findings))


def _degrees(pairs: Pairs, at: NDArray[np.bool_], *, on_vn2000: bool) -> _Read:
    """Positions of the rows in degrees; which number is which, the numbers tell, or else most rows."""
    first, second = pairs.first, pairs.second
    named = (first >= SOUTH) & (first <= NORTH) & (second >= WEST) & (second <= EAST)
    other = (second >= SOUTH) & (second <= NORTH) & (first >= WEST) & (first <= EAST)
    usual = bool((other & at).sum() > (named & at).sum())
    swapped = at & (other | (usual & ~named))
    longitude = np.where(at, np.where(swapped, first, second), np.nan)
    latitude = np.where(at, np.where(swapped, second, first), np.nan)
    if on_vn2000:
        longitude, latitude = geographic_to_wgs84(longitude, latitude)
    accuracy = np.maximum(pairs.precision_m(), metres.TM3_ACCURACY_M if on_vn2000 else _DEGREES_ACCURACY_M)
    findings = repairs.exchanged(pairs, swapped, at, longitude, latitude)
    none = np.zeros(len(at), bool)
    return _Read(longitude, latitude, accuracy, none, none, tuple(findings))


def _only(at: NDArray[np.bool_], read: _Read) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.where(at, read.longitude, np.nan), np.where(at, read.latitude, np.nan)


def _rounded(at: NDArray[np.bool_], pairs: Pairs, read: _Read) -> list[Finding]:
    """One finding for each precision, so that its sentence can tell it."""
    steps = np.round(np.where(at, read.accuracy_m, 0.0)).astype(np.int64)
    return [
        replace(found, words={"accuracy": f"{step}"})
        for step in np.unique(steps[at])
        for found in told("rounded_coordinates", at & (steps == step), pairs.text)
    ]
