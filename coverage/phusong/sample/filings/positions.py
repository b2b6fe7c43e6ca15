"""Positions: the place of each row as written – degrees, minutes and seconds, or metres; in order or exchanged."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import numpy as np

from phusong.sample.filings.faults import Row
from phusong.sample.filings.plane import planes
from phusong.sample.filings.recipe import Recipe
from phusong.sample.filings.world import World

Pair = tuple[float, float] | None
"""The numbers under the northern header and under the eastern one; None where nothing is filed."""

_CENTROID = (14.058324, 108.277199)
_HOLLOW_DEG = (_CENTROID, _CENTROID, (0.0, 0.0))
_HOLLOW_M = ((0.0, 500_000.0), (0.0, 500_000.0), (0.0, 0.0))
_COMMAS = str.maketrans(".,", ",.")
_EMPTY = ("", "", "", "-")


def pairs(rows: Sequence[Row], world: World, made: Recipe, rng: random.Random) -> list[Pair]:
    """Latitude and longitude, or northing and easting, of each row, exchanged where they are filed so."""
    places = np.array([(row.longitude, row.latitude) for row in rows])
    metres = made.notation == "metres"
    if metres:
        places = planes(places, np.array([world.zone_of[row.commune_code] for row in rows])).round(2)
    found: list[Pair] = []
    for row, (east, north) in zip(rows, places.tolist(), strict=True):
        hollow = row.reason == "placeholder_coordinates"
        pair = rng.choice(_HOLLOW_M if metres else _HOLLOW_DEG) if hollow else (north, east)
        swapped = (row.reason == "axes_swapped") != made.exchanged
        found.append(None if row.reason == "missing_coordinates" else pair[::-1] if swapped else pair)
    return found


def texts(found: Sequence[Pair], commas: Sequence[bool], made: Recipe, rng: random.Random) -> list[tuple[str, str]]:
    """Both numbers of each row as text; letters of degrees stand as the headers say, as programs put them."""
    write, empty = _writing(made, rng), rng.choice(_EMPTY)
    written = []
    for pair, comma in zip(found, commas, strict=True):
        north, east = (empty, empty) if pair is None else (write(pair[0], "N"), write(pair[1], "E"))
        written.append((north.translate(_COMMAS), east.translate(_COMMAS)) if comma else (north, east))
    return written


def joined(written: Sequence[tuple[str, str]], rng: random.Random) -> list[str]:
    """Both texts in one field; a separator that is no part of a number."""
    between = rng.choice((" ", "; ") if any("," in text for pair in written for text in pair) else (" ", ", ", "; "))
    return [between.join(pair) if all(len(text) > 1 for text in pair) else pair[0] for pair in written]


def _writing(made: Recipe, rng: random.Random) -> Callable[[float, str], str]:
    match made.notation:
        case "metres":
            return rng.choice((_metres, _metres_grouped) if made.decimals == "comma" and not made.both else (_metres,))
        case "dms":
            return rng.choice(
                [write for write in _SEXAGESIMAL if made.encoding != "cp1258" or write != _dms_typographic]
            )
    return _decimal


def _decimal(value: float, _: str) -> str:
    return f"{value:.6f}"


def _metres(value: float, _: str) -> str:
    return f"{value:.2f}"


def _metres_grouped(value: float, _: str) -> str:
    return f"{value:,.2f}"


def _parts(value: float, places: int) -> tuple[int, int, float]:
    degrees, rest = divmod(round(value * 3600, places), 3600)
    minutes, seconds = divmod(rest, 60)
    return int(degrees), int(minutes), seconds


def _dms(value: float, letter: str) -> str:
    degrees, minutes, seconds = _parts(value, 3)
    return f"{degrees}°{minutes:02}'{seconds:06.3f}\"{letter}"


def _dms_plain(value: float, _: str) -> str:
    degrees, minutes, seconds = _parts(value, 2)
    return f"{degrees}°{minutes:02}'{seconds:05.2f}\""


def _dms_typographic(value: float, letter: str) -> str:
    degrees, minutes, seconds = _parts(value, 2)
    return f"{letter}{degrees}° {minutes}′ {seconds:.2f}″"


def _dms_letters(value: float, letter: str) -> str:
    degrees, minutes, seconds = _parts(value, 2)
    return f"{degrees}d{minutes:02}m{seconds:05.2f}s{letter}"


def _dms_blanks(value: float, letter: str) -> str:
    degrees, minutes, seconds = _parts(value, 2)
    return f"{degrees} {minutes:02} {seconds:05.2f} {letter}"


_SEXAGESIMAL = (_dms, _dms, _dms_plain, _dms_typographic, _dms_letters, _dms_blanks)
