"""Coordinates: where each row of a filing is on WGS 84, or why that cannot be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.intake.claim import Claims
from phusong.intake.coordinates import metres
from phusong.intake.coordinates.ground import Ground
from phusong.intake.coordinates.notation import Coordinate, coordinate, pair
from phusong.intake.coordinates.vn2000 import geographic_to_wgs84
from phusong.intake.finding import Finding

__all__ = ["Ground", "Located", "Settings", "locate"]

SOUTH, NORTH, WEST, EAST = 6.0, 24.5, 101.0, 119.0
"""Degrees around the country and its islands: no latitude here is a longitude there, so the numbers tell their axis."""
_PLACEHOLDERS = ((14.058324, 108.277199), (0.0, 0.0), (16.0, 106.0), (14.0, 108.0), (1.0, 1.0))
"""Latitude and longitude of the country in the tables of geocoders, and what forms are filled with."""
_HOLLOW_M = ((0.0, 500_000.0), (0.0, 0.0))
_CLOSE_DEG = 2e-5
_METRES_PER_DEGREE = 111_000
_VN2000_M = 1.0
"""How good the seven parameters are."""


@dataclass(frozen=True)
class Settings:
    """
    How far a row is believed.

    Parameters
    ----------
    commune_tolerance_m
        A row farther from the commune it means is set aside.
    border_m
        A row so far outside all communes still counts as inside: outlines are generalised, masts stand on river banks.
    rounded_m
        A position that its own digits tell no better than this is set aside.
    crowd
        So many rows at one place, of different communes, and most of them far from theirs, are no place.
    """

    commune_tolerance_m: float = 20_000
    border_m: float = 1_500
    rounded_m: float = 5_000
    crowd: int = 5


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
        From the nearest of the communes meant; NaN where none is.
    """

    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]
    accuracy_m: NDArray[np.float64]
    commune: NDArray[np.int64]
    distance_m: NDArray[np.float64]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Read:
    """Two numbers of each row as filed, latitude (northing) before longitude (easting) as the columns name them."""

    first: NDArray[np.float64]
    second: NDArray[np.float64]
    step: NDArray[np.float64]
    sexagesimal: NDArray[np.bool_]
    letters: NDArray[np.bool_]
    empty: NDArray[np.bool_]
    text: NDArray[np.object_]

    @property
    def unread(self) -> NDArray[np.bool_]:
        return ~self.empty & ~(np.isfinite(self.first) & np.isfinite(self.second))


def locate(
    frame: pd.DataFrame,
    claims: Claims,
    ground: Ground,
    settings: Settings | None = None,
    *,
    vn2000_degrees: bool = False,
) -> Located:
    """
    Read the positions of one filing, each in the light of the others.

    Degrees tell their axis by themselves; metres are read in the system in which the rows of a place lie in the communes
    that they mean. UTM metres count as VN-2000: on WGS 84 they would lie 222 m off, and numbers alone cannot tell.

    Parameters
    ----------
    frame
        longitude, latitude, coordinates, northing_m, easting_m as filed.
    vn2000_degrees
        Whether degrees are on VN-2000, as the headers of the file say.
    """
    settings = settings or Settings()
    read = _read(frame)
    in_metres = np.maximum(np.abs(read.first), np.abs(read.second)) > 1_000
    hollow = _hollow(read, in_metres)
    usable = ~read.empty & ~read.unread & ~hollow
    longitude, latitude, swapped = _degrees(read, usable & ~in_metres)
    if vn2000_degrees:
        longitude, latitude = geographic_to_wgs84(longitude, latitude)
    findings = _said(read, hollow)
    findings += _swapped(read, swapped & usable & ~in_metres, usable & ~in_metres, longitude, latitude)
    at = np.flatnonzero(usable & in_metres)
    ambiguous = np.zeros(len(frame), bool)
    if len(at):
        placed = metres.place(read.first[at], read.second[at], replace(claims, of_row=claims.of_row[at]), ground)
        longitude[at], latitude[at] = placed.longitude, placed.latitude
        ambiguous[at] = (placed.rivals != "") | (placed.system < 0)
        findings += _converted(read, at, placed)
        swapped[at] = placed.swapped
        findings += _swapped(read, _mask(at[placed.swapped], len(frame)), _mask(at, len(frame)), longitude, latitude)
    crowd = _crowd(read, usable & ~ambiguous, longitude, latitude, claims, ground, settings)
    findings += _finding("placeholder_coordinates", crowd, read)
    accuracy = np.maximum(
        read.step * np.where(in_metres, 1.0, _METRES_PER_DEGREE), np.where(in_metres | vn2000_degrees, _VN2000_M, 0.1)
    )
    rounded = usable & ~in_metres & (accuracy > settings.rounded_m) & ~crowd
    findings += (
        [
            Finding(
                "rounded_coordinates",
                np.flatnonzero(rounded),
                "coordinates",
                tuple(read.text[rounded]),
                words={"accuracy": f"{settings.rounded_m:.0f}"},
            )
        ]
        if rounded.any()
        else []
    )
    judged = usable & ~crowd & ~rounded & ~ambiguous
    commune, distance, told = _judged(judged, longitude, latitude, claims, ground, settings, read)
    lost = ~usable | crowd | ambiguous
    blank = [np.where(lost, np.nan, values) for values in (longitude, latitude, accuracy)]
    return Located(*blank, commune, distance, tuple(findings + told))


def _read(frame: pd.DataFrame) -> _Read:
    n = len(frame)
    first, second, step = np.full(n, np.nan), np.full(n, np.nan), np.zeros(n)
    sexagesimal, letters, empty = np.zeros(n, bool), np.zeros(n, bool), np.ones(n, bool)
    text = np.full(n, "", object)
    for names in (("latitude", "longitude"), ("coordinates",), ("northing_m", "easting_m")):
        columns = [_filled(frame, name) for name in names]
        at = empty & np.any([filled for _, filled in columns], axis=0)
        if not at.any():
            continue
        empty &= ~at
        values = [cells[at] for cells, _ in columns]
        read = [_pairs(values[0])] if len(values) == 1 else [_singles(part) for part in values]
        one, two = (read[0][0], read[0][1]) if len(values) == 1 else (read[0], read[1])
        swap = np.array(
            [
                a is not None and b is not None and a.letter in ("E", "W") and b.letter in ("N", "S", "")
                for a, b in zip(one, two, strict=True)
            ],
            bool,
        )
        first[at], second[at] = (np.array([np.nan if c is None else c.value for c in part]) for part in (one, two))
        step[at] = [max(a.step, b.step) if a and b else 0.0 for a, b in zip(one, two, strict=True)]
        sexagesimal[at] = [bool(a and b and (a.sexagesimal or b.sexagesimal)) for a, b in zip(one, two, strict=True)]
        letters[at] = swap
        text[at] = [
            " ".join("" if cell is None else str(cell) for cell in cells)[:120] for cells in zip(*values, strict=True)
        ]
    return _Read(first, second, step, sexagesimal, letters, empty, text)


def _filled(frame: pd.DataFrame, name: str) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    cells = frame[name].to_numpy(object) if name in frame else np.full(len(frame), None, object)
    return cells, np.array(
        [
            not (
                cell is None
                or cell != cell
                or (isinstance(cell, str) and cell.strip() in ("", "-", "NULL", "null", "N/A"))
            )
            for cell in cells
        ],
        bool,
    )


def _singles(cells: NDArray[np.object_]) -> list[Coordinate | None]:
    known: dict[Any, Coordinate | None] = {}
    found = []
    for cell in cells:
        key = (type(cell), cell)
        if key not in known:
            known[key] = coordinate(cell)
        found.append(known[key])
    return found


def _pairs(cells: NDArray[np.object_]) -> tuple[list[Coordinate | None], list[Coordinate | None]]:
    known = {cell: pair(cell) for cell in set(cells)}
    both = [known[cell] for cell in cells]
    return [one and one[0] for one in both], [one and one[1] for one in both]


def _hollow(read: _Read, in_metres: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Pairs that forms and geocoders give where nothing is known, in either order."""
    found = np.zeros(len(read.first), bool)
    for a, b in (*_HOLLOW_M, *((b, a) for a, b in _HOLLOW_M)):
        found |= (np.abs(read.first - a) < 1) & (np.abs(read.second - b) < 1) & (in_metres | (a + b == 0))
    for a, b in (*_PLACEHOLDERS, *((b, a) for a, b in _PLACEHOLDERS)):
        found |= (np.abs(read.first - a) < _CLOSE_DEG) & (np.abs(read.second - b) < _CLOSE_DEG)
    return found


def _degrees(read: _Read, at: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Longitude, latitude, and whether the pair was filed longitude first, by the numbers; else as most rows were."""
    first, second = read.first, read.second
    named = (first >= SOUTH) & (first <= NORTH) & (second >= WEST) & (second <= EAST)
    other = (second >= SOUTH) & (second <= NORTH) & (first >= WEST) & (first <= EAST)
    usual = bool((other & at).sum() > (named & at).sum())
    swapped = np.where(named, False, np.where(other, True, usual))
    longitude = np.where(at, np.where(swapped, first, second), np.nan)
    latitude = np.where(at, np.where(swapped, second, first), np.nan)
    return longitude, latitude, swapped & at


def _said(read: _Read, hollow: NDArray[np.bool_]) -> list[Finding]:
    findings = _finding("missing_coordinates", read.empty, None)
    findings += _finding("coordinates_unreadable", read.unread, read)
    findings += _finding("placeholder_coordinates", hollow, read)
    return findings + _finding("dms_read", read.sexagesimal & ~hollow & ~read.unread, read)


def _swapped(
    read: _Read,
    swapped: NDArray[np.bool_],
    of: NDArray[np.bool_],
    longitude: NDArray[np.float64],
    latitude: NDArray[np.float64],
) -> list[Finding]:
    """The rows the other way round than the rest are repaired one by one; where most are, the whole file is."""
    if not swapped.any():
        return []
    most = swapped.sum() * 2 > of.sum()
    odd, all_rows = (of & ~swapped, swapped) if most else (swapped, np.zeros_like(swapped))
    findings = _became("axes_swapped", odd, read, longitude, latitude)
    return findings + _became("axes_swapped_file", all_rows, read, longitude, latitude)


def _became(
    reason: str, at: NDArray[np.bool_], read: _Read, longitude: NDArray[np.float64], latitude: NDArray[np.float64]
) -> list[Finding]:
    rows = np.flatnonzero(at)
    if not len(rows):
        return []
    became = tuple(f"{latitude[i]:.6f}, {longitude[i]:.6f}" for i in rows)
    return [Finding(reason, rows, "coordinates", tuple(read.text[rows]), became)]


def _finding(reason: str, at: NDArray[np.bool_], read: _Read | None) -> list[Finding]:
    rows = np.flatnonzero(at)
    if not len(rows):
        return []
    return [Finding(reason, rows, "coordinates", tuple(read.text[rows]) if read else ())]


def _converted(read: _Read, at: NDArray[np.int64], placed: metres.Placed) -> list[Finding]:
    findings = []
    told = placed.rivals == ""
    for j, system in enumerate(placed.systems):
        chosen = np.flatnonzero((placed.system == j) & told)
        if not len(chosen):
            continue
        became = tuple(f"{placed.latitude[i]:.6f}, {placed.longitude[i]:.6f}" for i in chosen)
        findings.append(
            Finding(
                "vn2000_converted",
                at[chosen],
                "coordinates",
                tuple(read.text[at[chosen]]),
                became,
                words={"system": system.name},
            )
        )
    wrong = at[placed.wrong_scale & told]
    if len(wrong):
        findings.append(Finding("scale_factor_wrong", wrong, "coordinates", ("0,9996",) * len(wrong)))
    rival = np.flatnonzero(~told | (placed.system < 0))
    if len(rival):
        candidates = tuple(placed.rivals[i] or "cho biết kinh tuyến trục / say the central meridian" for i in rival)
        findings.append(
            Finding("position_ambiguous", at[rival], "coordinates", tuple(read.text[at[rival]]), (), candidates)
        )
    return findings


def _crowd(
    read: _Read,
    usable: NDArray[np.bool_],
    longitude: NDArray[np.float64],
    latitude: NDArray[np.float64],
    claims: Claims,
    ground: Ground,
    settings: Settings,
) -> NDArray[np.bool_]:
    """Rows at a place where too many different communes are said to be."""
    found = np.zeros(len(usable), bool)
    at = np.flatnonzero(usable & np.isfinite(longitude))
    if not len(at):
        return found
    place = pd.MultiIndex.from_arrays([np.round(longitude[at], 6), np.round(latitude[at], 6)])
    codes, _ = pd.factorize(place)
    counts = np.bincount(codes)
    for code in np.flatnonzero(counts >= settings.crowd):
        rows = at[codes == code]
        if len(np.unique(claims.of_row[rows])) < 3:
            continue
        far = ground.claimed_m(longitude[rows], latitude[rows], replace(claims, of_row=claims.of_row[rows]))
        if np.mean(far > settings.commune_tolerance_m) > 0.5:
            found[rows] = True
    return found


def _judged(
    judged: NDArray[np.bool_],
    longitude: NDArray[np.float64],
    latitude: NDArray[np.float64],
    claims: Claims,
    ground: Ground,
    settings: Settings,
    read: _Read,
) -> tuple[NDArray[np.int64], NDArray[np.float64], list[Finding]]:
    """Commune of each point, its distance from that which it means, and what is wrong with it."""
    n = len(judged)
    commune, distance = np.full(n, -1, np.int64), np.full(n, np.nan)
    at = np.flatnonzero(judged)
    distance[at] = ground.claimed_m(longitude[at], latitude[at], replace(claims, of_row=claims.of_row[at]))
    sole = np.array([claim.communes[0] if len(claim.communes) == 1 else -1 for claim in claims.different], np.int64)[
        claims.of_row
    ]
    settled = (distance == 0) & (sole >= 0)
    commune[settled] = sole[settled]
    rest = at[~settled[at]]
    commune[rest] = ground.commune_at(longitude[rest], latitude[rest])
    beyond: dict[str, list[tuple[int, str]]] = {"outside_country": [], "in_the_sea": []}
    for i in rest[commune[rest] < 0]:
        nearest, metres_off = ground.nearest_m(longitude[i], latitude[i])
        if metres_off <= settings.border_m:
            commune[i] = nearest
            continue
        off_shore = ground.off_shore_km(longitude[i], latitude[i])
        beyond["outside_country" if np.isnan(off_shore) else "in_the_sea"].append((int(i), f"{metres_off / 1000:.1f}"))
    findings = []
    for reason, cases in beyond.items():
        findings += [
            Finding(reason, np.array([i]), "coordinates", (str(read.text[i]),), words={"distance": km})
            for i, km in cases
        ]
    inside = commune >= 0
    far = inside & (distance > settings.commune_tolerance_m)
    near = inside & (distance > 0) & ~far
    findings += _distances("commune_disagrees", far, distance, read) + _distances("commune_near", near, distance, read)
    return commune, distance, findings


def _distances(reason: str, at: NDArray[np.bool_], distance: NDArray[np.float64], read: _Read) -> list[Finding]:
    """One finding for each tenth of a kilometre, so that its sentence can tell it."""
    told = np.array([f"{value / 1000:.1f}" for value in distance[at]], object)
    rows = np.flatnonzero(at)
    return [
        Finding(reason, rows[told == km], "coordinates", tuple(read.text[rows[told == km]]), words={"distance": km})
        for km in sorted(set(told), key=float)
    ]


def _mask(rows: NDArray[np.int64] | Sequence[int], n: int) -> NDArray[np.bool_]:
    found = np.zeros(n, bool)
    found[rows] = True
    return found
