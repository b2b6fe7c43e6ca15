"""Unpacking: the lists of a page's data block as arrays, so that a picture shows what the page shows (see packing)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phusong.publish.atlas.packing import MISSING, Whole
from phusong.publish.digits import numbers_of
from phusong.text import nfc

Points = NDArray[np.float64]
"""Longitudes and latitudes, or what is made of them (n, 2)."""


def numbers(value: Any, data: Mapping[str, Any]) -> Whole:
    """
    Whole numbers, `MISSING` where there is none.

    Examples
    --------
    >>> from phusong.publish.atlas.packing import digits
    >>> columns = [digits([1200, 3400]), {**digits([0, 1]), "less": 0}]
    >>> numbers({"column": 1}, {"columns": columns}).tolist(), numbers([3, None], {}).tolist()
    ([1200, 3399], [3, -1])
    """
    if not isinstance(value, Mapping):
        return np.array([MISSING if one is None else one for one in value], np.int64)
    if "digits" in value:
        return numbers_of(value["digits"])
    column = data["columns"][value["column"]]
    own = numbers_of(column["digits"])
    return numbers({"column": column["less"]}, data) - own if "less" in column else own


def texts(value: Any, data: Mapping[str, Any]) -> list[str | None]:
    """
    Texts, None where there is none.

    Examples
    --------
    >>> from phusong.publish.atlas.packing import digits
    >>> texts({"texts": ["có"], "rows": digits([0, 0, -1, 0])}, {})
    ['có', 'có', None, 'có']
    """
    if not isinstance(value, Mapping):
        return list(value)
    return [None if row == MISSING else value["texts"][row] for row in numbers(value["rows"], data)]


def printable(text: str) -> str:
    r"""
    A text without signs that turn it round or cannot be drawn.

    Examples
    --------
    >>> printable("Xã \u202eNgọc \u2028 Quỷnh")
    'Xã Ngọc Quỷnh'
    """
    return "".join(sign for sign in nfc(text) if sign.isprintable())


def places(value: Mapping[str, Any]) -> Points:
    """Longitude and latitude of points."""
    steps = numbers_of(value["text"]).reshape(-1, 2)
    return np.asarray(np.cumsum(steps, axis=0) / value["units_per_degree"])
