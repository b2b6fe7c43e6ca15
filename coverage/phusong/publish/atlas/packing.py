"""Packing: lists of numbers, texts and places as short values that the page's script unpacks (columns.js)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from phusong.publish.digits import text_of
from phusong.publish.shapes import UNITS_PER_DEGREE, steps_of, units_of

Whole = NDArray[np.int64]
MISSING = -1
"""Stands in a packed list of counts for what is not known."""


class Columns:
    """The columns of a data block, each kept once; one that is much like another is kept as what it lacks of it."""

    def __init__(self) -> None:
        self.packed: list[dict[str, Any]] = []
        self._places: dict[bytes, int] = {}
        self._values: list[Whole] = []

    def place(self, values: Whole, like: dict[str, int] | None = None) -> dict[str, int]:
        """
        Where a column stands, and stands from now on.

        Examples
        --------
        >>> columns = Columns()
        >>> people = columns.place(np.array([1_000_000, 2_000_000]))
        >>> columns.place(np.array([1_000_000, 1_999_999]), like=people)
        {'column': 1}
        >>> columns.packed
        [{'digits': 'mmV=]_^W!'}, {'digits': '!$', 'less': 0}]
        """
        key = values.tobytes()
        if key not in self._places:
            self._places[key] = len(self.packed)
            self.packed.append(self._shortest(values, like))
            self._values.append(values)
        return {"column": self._places[key]}

    def _shortest(self, values: Whole, like: dict[str, int] | None) -> dict[str, Any]:
        plain = digits(values)
        if like is None:
            return plain
        less = digits(self._values[like["column"]] - values)
        return {**less, "less": like["column"]} if len(less["digits"]) < len(plain["digits"]) else plain


def digits(values: ArrayLike) -> dict[str, str]:
    """Whole numbers as one text."""
    return {"digits": text_of(np.asarray(values, np.int64))}


def whole(values: pd.Series) -> Whole:
    """Numbers rounded to whole ones, those that are missing as `MISSING`."""
    numbers = pd.to_numeric(values).to_numpy(np.float64, na_value=np.nan)
    return np.where(np.isnan(numbers), MISSING, np.rint(np.nan_to_num(numbers))).astype(np.int64)


def texts(values: Sequence[str | None]) -> Any:
    """
    Texts as they are, or where they recur each once and its rows.

    Examples
    --------
    >>> texts(["Xã A", "Xã B"]), texts(["có", "có", None, "có"])
    (['Xã A', 'Xã B'], {'texts': ['có'], 'rows': {'digits': '!!#!'}})
    """
    known = list(dict.fromkeys(value for value in values if value is not None))
    if 2 * len(known) > len(values):
        return list(values)
    places: dict[str | None, int] = {text: place for place, text in enumerate(known)}
    return {"texts": known, "rows": digits([places.get(value, MISSING) for value in values])}


def points(degrees: NDArray[np.float64]) -> dict[str, Any]:
    """Points, given by longitude and latitude (n, 2), as steps from one to the next."""
    return {"units_per_degree": UNITS_PER_DEGREE, "text": text_of(steps_of(units_of(degrees)))}


def lines(routes: NDArray[np.object_]) -> dict[str, Any]:
    """Single lines in longitude and latitude: how many, how many points each has, and the steps through all of them."""
    coordinates, of_line = shapely.get_coordinates(routes, return_index=True)
    counts = np.bincount(of_line, minlength=len(routes))
    numbers = np.concatenate([[len(routes)], counts, steps_of(units_of(coordinates))])
    return {"units_per_degree": UNITS_PER_DEGREE, "text": text_of(numbers.astype(np.int64))}
