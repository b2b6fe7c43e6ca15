"""Headers: which rows of a sheet hold the names of columns, and the names, of several rows joined."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from phusong.intake.synonyms import forms, known
from phusong.text import nfc, slug

DEPTH = 3
"""Header rows at most; a row of units below them is one more."""
_NUMBER_LIKE = re.compile(r"[\d\s.,+\-/°'\"NSEWBĐT;:|]*\d[\d\s.,+\-/°'\"NSEWBĐT;:|]*")
_UNIT = re.compile(r"[(\[][^)\]]{1,12}[)\]]")
_LONGEST_NAME = 80


def find_headers(rows: np.ndarray) -> list[tuple[int, int]]:
    """
    First and last + 1 of the rows of each header on a sheet.

    A header is of words alone, several of them names of columns that any layer knows; where there is none, it is the
    first full row of words above rows with numbers.
    """
    scores = [_score(row) for row in rows]
    heads: list[tuple[int, int]] = []
    i = 0
    while i < len(rows):
        if scores[i]:
            heads.append(_extent(rows, scores, i, heads[-1][1] if heads else 0))
            i = heads[-1][1]
        else:
            i += 1
    return heads or _unknown_header(rows)


def same_cells(a: Sequence[Any] | np.ndarray, b: Sequence[Any] | np.ndarray) -> bool:
    """Whether two rows say the same but for marks, case and signs."""
    return [slug(str(cell or "")) for cell in a] == [slug(str(cell or "")) for cell in b]


def _extent(rows: np.ndarray, scores: Sequence[int], found: int, floor: int) -> tuple[int, int]:
    """The header around a row of names: with the rows that name groups above, parts of groups below, and units."""
    first, last = found, found + 1
    while last < len(rows) and last - first < DEPTH and scores[last] and not same_cells(rows[first], rows[last]):
        last += 1
    while first > floor and last - first < DEPTH and not scores[first - 1] and _groups(rows[first - 1], rows[first]):
        first -= 1
    if first == found and last < len(rows) and last - first < DEPTH and _groups(rows[last - 1], rows[last]):
        last += 1
    return first, last + (last < len(rows) and _is_of_units(rows[last]))


def _score(row: np.ndarray) -> int:
    """How many cells of a row are names of columns; 0 where too few are for a header."""
    cells = [cell for cell in row if cell is not None]
    if len(cells) < 2 or any(not isinstance(cell, str) for cell in cells):
        return 0
    texts = [nfc(cell) for cell in cells]
    if any(_NUMBER_LIKE.fullmatch(text) for text in texts if text):
        return 0
    hits = sum(_is_known(text) for text in texts)
    return hits if hits >= 2 and hits * 2 >= len(texts) else (hits if hits >= 4 else 0)


def _is_known(text: str) -> bool:
    return len(text) < _LONGEST_NAME and any(form in known() for form in forms(text))


def _groups(above: np.ndarray, below: np.ndarray) -> bool:
    """Whether one row of words names groups of columns of the other: each has cells where the other has none."""
    texts = [cell for row in (above, below) for cell in row if cell is not None]
    if not texts or any(not isinstance(cell, str) or _NUMBER_LIKE.fullmatch(nfc(cell)) for cell in texts):
        return False
    up, down = (np.array([cell is not None for cell in row]) for row in (above, below))
    crossed = bool((down & ~up).any()) and bool((up & ~down).any())
    return up.sum() >= 2 and crossed and any(_is_known(nfc(cell)) for cell in below if cell is not None)


def _is_of_units(row: np.ndarray) -> bool:
    cells = [cell for cell in row if cell is not None]
    return bool(cells) and all(
        isinstance(cell, str) and _UNIT.fullmatch(nfc(cell)) and not cell.strip("()[] ").isdigit() for cell in cells
    )


def _unknown_header(rows: np.ndarray) -> list[tuple[int, int]]:
    """The first full row, where it is of words alone and the rows below it hold numbers: names not known to us."""
    count = np.array([sum(cell is not None for cell in row) for row in rows])
    if len(rows) < 2 or count.max() < 2:
        return []
    full = int(np.argmax(count >= max(2, np.median(count[count > 0]))))
    if any(_is_number_like(cell) for cell in rows[full] if cell is not None):
        return []
    below = rows[full + 1 : full + 21]
    numbered = sum(any(_is_number_like(cell) for cell in row if cell is not None) for row in below)
    return [(full, full + 1)] if len(below) and numbered * 2 >= len(below) else []


def _is_number_like(cell: Any) -> bool:
    return not isinstance(cell, str) or _NUMBER_LIKE.fullmatch(nfc(cell)) is not None


def names(
    rows: np.ndarray, merged: Sequence[tuple[int, int, int, int]], labels: Sequence[int] | np.ndarray
) -> tuple[str, ...]:
    """
    Names of columns, of several header rows joined; a group reaches over its merged cells, or to the next group.

    Parameters
    ----------
    merged
        As in `RawTable`.
    labels
        Rows of the source.
    """
    filled = [[None if cell is None else nfc(str(cell)) for cell in row] for row in rows]
    for top, _, left, right in merged:
        for row, label in zip(filled, labels, strict=True):
            if label == top and left < len(row):
                end = min(right, len(row) - 1)
                row[left : end + 1] = [row[left]] * (end + 1 - left)
    for upper, lower in list(pairwise(filled))[:1]:
        carried = None
        for j, text in enumerate(upper):
            carried = text or carried
            if text is None and lower[j] is not None:
                upper[j] = carried
    columns = zip(*filled, strict=True)
    return tuple(" / ".join(dict.fromkeys(part for part in column if part)) for column in columns)
