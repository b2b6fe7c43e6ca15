"""Digits: whole numbers as short text that HTML, JSON and templates leave as it is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ALPHABET = "".join(chr(code) for code in range(33, 127) if chr(code) not in "\"'\\<>&{}")
"""Signs by the value of their digit; those of the second half say that another digit follows. As in topology.js."""

_BASE = len(ALPHABET) // 2
_DIGITS = np.full(128, -1, np.int64)
_DIGITS[[ord(sign) for sign in ALPHABET]] = np.arange(len(ALPHABET))


def text_of(numbers: NDArray[np.int64]) -> str:
    """
    Numbers of less than 2^52 as text: one sign up to ±21, two up to ±945, three up to ±40,699.

    Examples
    --------
    >>> text_of(np.array([0, -1, 1, 21, -22, 1_000_000]))
    '!#$PQ!mmV='
    """
    signs = np.array([ord(sign) for sign in ALPHABET], np.uint8)
    rest = np.where(numbers < 0, -2 * numbers - 1, 2 * numbers)
    columns, present = [], []
    here = np.ones(len(rest), bool)
    while here.any():
        more = here & (rest >= _BASE)
        columns.append(signs[rest % _BASE + np.where(more, _BASE, 0)])
        present.append(here)
        # less one, because shorter texts have told the first _BASE numbers already
        rest, here = rest // _BASE - 1, more
    return np.stack(columns, axis=1)[np.stack(present, axis=1)].tobytes().decode("ascii") if columns else ""


def numbers_of(text: str) -> NDArray[np.int64]:
    """
    The numbers that `text_of` made a text of.

    Examples
    --------
    >>> numbers_of("!#$PQ!").tolist()
    [0, -1, 1, 21, -22]
    """
    digits = _DIGITS[np.frombuffer(text.encode("ascii"), np.uint8)]
    if (digits < 0).any():
        raise ValueError("a sign that is no digit")
    ends = np.flatnonzero(digits < _BASE)
    starts = np.append(0, ends[:-1] + 1).astype(np.int64)[: len(ends)]
    power = np.arange(len(digits)) - np.repeat(starts, ends - starts + 1)
    values = np.add.reduceat(digits * _BASE**power, starts) if len(ends) else digits
    return np.where(values % 2, -(values + 1) // 2, values // 2)
