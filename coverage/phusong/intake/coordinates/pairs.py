"""Pairs: the two numbers of each row's position as filed, degrees or metres, still in the order of the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.intake.coordinates.notation import Coordinate, coordinate, pair

SOUTH, NORTH, WEST, EAST = 6.0, 24.5, 101.0, 119.0
"""Degrees around the country and its islands: no latitude here is a longitude there, so the numbers tell their axis."""
METRES_PER_DEGREE = 111_000
_FIELDS = (("latitude", "longitude"), ("coordinates",), ("northing_m", "easting_m"))
_BLANK = ("", "-", "--", "null", "n/a", "na", "none", "nan", "không có", "chưa có")
_LETTERS = 120
_DEGREES_UP_TO = 1_000
_METRES_UP_TO = 1e7
_A_FILE = 5
"""Fewer rows do not tell how a file is usually written."""


@dataclass(frozen=True)
class Pairs:
    """
    Two numbers of each row as filed, latitude (northing) before longitude (easting) as the columns name them.

    Parameters
    ----------
    first, second
        NaN where they cannot be read.
    first_step, second_step
        Size of the last digit, degrees or metres.
    empty
        Whether nothing is filed, or one number of the two.
    text
        What is filed, for people.
    """

    first: NDArray[np.float64]
    second: NDArray[np.float64]
    first_step: NDArray[np.float64]
    second_step: NDArray[np.float64]
    sexagesimal: NDArray[np.bool_]
    empty: NDArray[np.bool_]
    text: NDArray[np.object_]

    @property
    def unread(self) -> NDArray[np.bool_]:
        """Rows that hold something which is no pair of numbers, or of numbers that nothing is measured in."""
        with np.errstate(invalid="ignore"):
            return ~self.empty & ~((np.abs(self.first) < _METRES_UP_TO) & (np.abs(self.second) < _METRES_UP_TO))

    @property
    def in_metres(self) -> NDArray[np.bool_]:
        """Whether the numbers are too great for degrees."""
        return np.fmax(np.abs(self.first), np.abs(self.second)) > _DEGREES_UP_TO

    def precision_m(self) -> NDArray[np.float64]:
        """
        What the digits tell, metres on the ground.

        Programs drop zeros, so that 105.8 beside 21.028511 is 105.800000: of the two numbers of a row the finer tells.
        A column that is usually coarse is so in all rows.
        """
        unit = np.where(self.in_metres, 1.0, METRES_PER_DEGREE)
        first, second = self.first_step * unit, self.second_step * unit
        usual = [_usual(steps[~self.empty & ~self.unread]) for steps in (first, second)]
        return np.maximum.reduce([
            np.minimum(first, second),
            np.minimum(first, usual[0]),
            np.minimum(second, usual[1]),
        ])  # fmt: skip


def read_pairs(frame: pd.DataFrame) -> Pairs:
    """
    The pairs of a frame, from the first of the fields that a row has both numbers in.

    Parameters
    ----------
    frame
        latitude, longitude, coordinates, northing_m, easting_m as filed, those of them that there are.
    """
    n = len(frame)
    numbers = np.full((4, n), np.nan)
    sexagesimal, empty, text = np.zeros(n, bool), np.ones(n, bool), np.full(n, "", object)
    for names in _FIELDS:
        cells = [_cells(frame, name) for name in names]
        filled = [~_blank(column) for column in cells]
        at = np.flatnonzero(empty & np.all(filled, axis=0))
        half = np.flatnonzero(empty & np.any(filled, axis=0) & (text == ""))
        text[half] = _texts(cells, half)
        if len(at):
            numbers[:, at], sexagesimal[at] = _numbers([column[at] for column in cells])
            text[at] = _texts(cells, at)
            empty[at] = False
    first, second, first_step, second_step = numbers
    return Pairs(first, second, first_step, second_step, sexagesimal, empty, text)


def _usual(steps: NDArray[np.float64]) -> float:
    return float(np.median(steps)) if len(steps) >= _A_FILE else 0.0


def _cells(frame: pd.DataFrame, name: str) -> NDArray[np.object_]:
    return frame[name].to_numpy(object) if name in frame else np.full(len(frame), None, object)


def _blank(cells: NDArray[np.object_]) -> NDArray[np.bool_]:
    text = np.array([isinstance(cell, str) and cell.strip().lower() in _BLANK for cell in cells], bool)
    return np.asarray(pd.isna(cells), bool) | text


def _texts(columns: Sequence[NDArray[np.object_]], rows: NDArray[np.int64]) -> list[str]:
    """What rows hold, in one line."""
    chosen = [column[rows] for column in columns]
    return [
        " ".join("" if cell is None or cell != cell else str(cell) for cell in cells)[:_LETTERS].strip()  # noqa: PLR0124
        for cells in zip(*chosen, strict=True)
    ]


def _numbers(columns: Sequence[NDArray[np.object_]]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """First, second and their steps; and whether one of the two is in minutes."""
    first, second = _both(columns[0]) if len(columns) == 1 else tuple(map(_single, columns))
    values = [_ungrouped(first, second), _ungrouped(second, first), first[1], second[1]]
    return np.stack(values), (first[2] > 0) | (second[2] > 0)


def _ungrouped(own: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """587.408 beside 2.306.563 is 587,408."""
    return np.where((own[3] > 0) & (np.abs(other[0]) > _DEGREES_UP_TO), own[0] * 1_000, own[0])


def _single(cells: NDArray[np.object_]) -> NDArray[np.float64]:
    codes, different = _factorised(cells)
    return _table([coordinate(cell) for cell in different])[:, codes]


def _both(cells: NDArray[np.object_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    codes, different = _factorised(cells)
    read = [pair(cell) or (None, None) for cell in different]
    return _table([one for one, _ in read])[:, codes], _table([two for _, two in read])[:, codes]


def _table(read: Sequence[Coordinate | None]) -> NDArray[np.float64]:
    """Value, step, sexagesimal and grouped of each."""
    blank = (np.nan, 0.0, False, False)
    rows = [blank if one is None else (one.value, one.step, one.sexagesimal, one.grouped) for one in read]
    return np.array(rows, float).reshape(-1, 4).T


def _factorised(cells: NDArray[np.object_]) -> tuple[NDArray[np.int64], list[Any]]:
    """Which of the different cells each row holds; 1, 1.0, True and "1" are four."""
    known: dict[tuple[type, Any], int] = {}
    codes = np.array([known.setdefault((type(cell), cell), len(known)) for cell in cells], np.int64)
    return codes, [cell for _, cell in known]
