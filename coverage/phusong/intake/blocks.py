"""Blocks: where on a sheet the tables are – their headers, their data rows, and the rows that are neither."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from phusong.intake.synonyms import forms, known
from phusong.intake.table import Block, RawTable
from phusong.text import nfc, slug

_TOTALS = re.compile(r"(?:tong(?:_cong|_so)?|cong|total|sum|grand_total|cong_don|luy_ke)(?:_.*)?")
_NOTES = re.compile(
    r"(?:ghi_chu|luu_y|nguoi_lap|nguoi_bao_cao|thu_truong|giam_doc|ky_ten|nguon|note|source|noi_nhan|ngay_thang)(?:_.*)?"
)
_NUMBERING = re.compile(r"\(?\s*(\d{1,3}|[A-Za-z])\s*\)?")
_NUMBER_LIKE = re.compile(r"[\d\s.,+\-/°'\"NSEWBĐT;:|]*\d[\d\s.,+\-/°'\"NSEWBĐT;:|]*")
_DEPTH = 3
"""Header rows at most."""


def find(table: RawTable, header: tuple[str, ...] | None = None) -> tuple[Block, ...]:
    """
    Tables on a sheet, from above to below; a sheet without any gives one block without header and rows.

    Parameters
    ----------
    header
        Of the part before, where the table goes on.
    """
    if header is not None:
        return (_body(table, header, table.cells, []),)
    if table.names:
        return (Block(table, tuple(map(nfc, table.names)), table.cells),)
    rows = table.cells.to_numpy(object)
    heads = _headers(rows) or _unknown_header(rows)
    if not heads:
        aside = [(int(label), "note") for label in table.cells.index]
        return (Block(table, (), table.cells.iloc[:0], tuple(aside)),)
    merged = _filled(table)
    labels = table.cells.index.to_numpy()
    above = [(int(labels[i]), "title" if _texts(rows[i]) else "blank") for i in range(heads[0][0])]
    ends = [head[0] for head in heads[1:]] + [len(rows)]
    blocks: list[Block] = []
    for (first, last), end in zip(heads, ends, strict=True):
        names = _names(rows[first:last], table, labels[first:last])
        told = [(int(label), "header") for label in labels[first:last]]
        part = table.cells.iloc[last:end]
        if blocks and _same(names, blocks[-1].header):
            earlier = blocks.pop()
            block = _body(table, earlier.header, part, [*told], merged)
            told_twice = (
                *earlier.aside,
                *((label, "repeated header" if word == "header" else word) for label, word in block.aside),
            )
            blocks.append(
                replace(
                    earlier,
                    cells=pd.concat([earlier.cells, block.cells]),
                    aside=told_twice,
                    filled=(*earlier.filled, *block.filled),
                )
            )
        else:
            blocks += _side_by_side(_body(table, names, part, [*above, *told], merged))
        above = []
    return tuple(blocks)


def _headers(rows: np.ndarray) -> list[tuple[int, int]]:
    """First and last + 1 of the rows of each header: adjacent rows of words that are names of columns."""
    scores = [_score(row) for row in rows]
    heads: list[tuple[int, int]] = []
    i = 0
    while i < len(rows):
        if not scores[i]:
            i += 1
            continue
        first, last = i, i + 1
        while last < len(rows) and last - first < _DEPTH and scores[last] and not _same_cells(rows[first], rows[last]):
            last += 1
        if (
            first
            and not scores[first - 1]
            and _groups(rows[first - 1], rows[first])
            and (not heads or heads[-1][1] < first)
        ):
            first -= 1
        elif last < len(rows) and last - first < _DEPTH and _groups(rows[first], rows[last]):
            last += 1
        heads.append((first, last))
        i = last
    return heads


def _unknown_header(rows: np.ndarray) -> list[tuple[int, int]]:
    """The first full row, where it is of words alone and the rows below it hold numbers: names not known to us."""
    count = np.array([sum(cell is not None for cell in row) for row in rows])
    if len(rows) < 2 or count.max() < 2:
        return []
    full = int(np.argmax(count >= max(2, np.median(count[count > 0]))))
    texts = [cell for cell in rows[full] if cell is not None]
    if not all(isinstance(cell, str) and not _NUMBER_LIKE.fullmatch(nfc(cell)) for cell in texts):
        return []
    below = rows[full + 1 : full + 21]
    numbered = sum(any(_is_number_like(cell) for cell in row if cell is not None) for row in below)
    return [(full, full + 1)] if len(below) and numbered * 2 >= len(below) else []


def _is_number_like(cell: Any) -> bool:
    return not isinstance(cell, str) or _NUMBER_LIKE.fullmatch(nfc(cell)) is not None


def _score(row: np.ndarray) -> int:
    """How many cells of a row are names of columns; 0 where too few are for a header."""
    cells = [cell for cell in row if cell is not None]
    if len(cells) < 2 or any(not isinstance(cell, str) for cell in cells):
        return 0
    texts = [nfc(cell) for cell in cells]
    if any(_NUMBER_LIKE.fullmatch(text) for text in texts if text):
        return 0
    hits = sum(any(form in known() for form in forms(text)) for text in texts if len(text) < 80)
    return hits if hits >= 2 and hits * 2 >= len(texts) else (hits if hits >= 4 else 0)


def _groups(above: np.ndarray, below: np.ndarray) -> bool:
    """Whether one row of words names groups of columns of the other: each has cells where the other has none."""
    texts = [cell for row in (above, below) for cell in row if cell is not None]
    if not texts or any(not isinstance(cell, str) or _NUMBER_LIKE.fullmatch(nfc(cell)) for cell in texts):
        return False
    up, down = (np.array([cell is not None for cell in row]) for row in (above, below))
    return (
        up.sum() >= 2
        and bool((down & ~up).any())
        and int((up & ~down).sum()) >= 1
        and any(_known(c) for c in below if c is not None)
    )


def _known(cell: Any) -> bool:
    return isinstance(cell, str) and any(form in known() for form in forms(nfc(cell)))


def _names(rows: np.ndarray, table: RawTable, labels: np.ndarray) -> tuple[str, ...]:
    """Names of columns, of several header rows joined; a group reaches over its merged cells, or to the next group."""
    filled = [[None if cell is None else nfc(str(cell)) for cell in row] for row in rows]
    for k, label in enumerate(labels):
        for top, bottom, left, right in table.merged:
            if top <= label <= bottom:
                source = filled[max(0, list(labels).index(top))][left] if top in labels else None
                if label == top:
                    filled[k][left : right + 1] = [source] * (min(right, len(filled[k]) - 1) - left + 1)
    for k, (upper, lower) in enumerate(pairwise(filled)):
        carried = None
        for j, text in enumerate(upper):
            carried = text or carried
            if text is None and carried and lower[j] is not None and k == 0:
                upper[j] = carried
    columns = zip(*filled, strict=True)
    return tuple(" / ".join(dict.fromkeys(part for part in column if part)) for column in columns)


def _body(
    table: RawTable,
    header: tuple[str, ...],
    cells: pd.DataFrame,
    aside: Sequence[tuple[int, str]],
    merged: dict[tuple[int, int], Any] | None = None,
) -> Block:
    told = list(aside)
    filled = [(label, column) for label, column in merged or {} if label in cells.index and column < len(header)]
    if filled:
        cells = cells.copy()
        for label, column in filled:
            cells.loc[label, column] = (merged or {})[label, column]
    values = cells.to_numpy(object)
    count = (
        np.array([[cell is not None for cell in row] for row in values]).sum(axis=1)
        if len(values)
        else np.zeros(0, int)
    )
    usual = float(np.median(count[count > 0])) if (count > 0).sum() > 3 else float(sum(map(bool, header)))
    kept = np.ones(len(cells), bool)
    for i in np.flatnonzero((count == 0) | (count <= max(usual / 2, 2)) | (np.arange(len(count)) == 0)):
        word = _no_data(values[i], int(count[i]), usual, first=bool(i == 0))
        if word:
            kept[i] = False
            told.append((int(cells.index[i]), word))
    return Block(
        table,
        header,
        cells[kept],
        tuple(told),
        tuple((label, column) for label, column in filled if label in cells.index[kept]),
    )


def _no_data(row: np.ndarray, count: int, usual: float, *, first: bool) -> str:
    """What a row is, when it is no data."""
    if count == 0:
        return "blank"
    texts = _texts(row)
    if first and count >= 3 and _is_numbering(row):
        return "numbering"
    if count > max(usual / 2, 2) or not texts:
        return ""
    start = slug(texts[0])
    if _TOTALS.fullmatch(start) and usual > 2:
        return "total"
    others = sum(cell is not None and not isinstance(cell, str) for cell in row)
    if _NOTES.fullmatch(start) or (
        count <= 2 and not others and usual > 4 and all(len(text.split()) >= 4 for text in texts)
    ):
        return "note"
    return ""


def _is_numbering(row: np.ndarray) -> bool:
    found = [_NUMBERING.fullmatch(str(cell).strip()) for cell in row if cell is not None]
    if not all(found):
        return False
    words = [match.group(1) for match in found if match]
    numbers = [int(word) for word in words if word.isdigit()]
    return len(numbers) >= 3 and numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] <= 2


def _filled(table: RawTable) -> dict[tuple[int, int], Any]:
    """Cells hidden by a merged cell, and what it holds."""
    labels = set(table.cells.index)
    found: dict[tuple[int, int], Any] = {}
    for top, bottom, left, right in table.merged:
        if top not in labels or left >= table.cells.shape[1]:
            continue
        value = table.cells.at[top, left]
        for label in range(top, bottom + 1):
            if (
                label != top
                and label in labels
                and value is not None
                and right == left
                and table.cells.at[label, left] is None
            ):
                found[label, left] = value
    return found


def _side_by_side(block: Block) -> list[Block]:
    """Tables beside each other, divided by an empty column, when each begins with the same name."""
    empty = [j for j, name in enumerate(block.header) if not name and block.cells[j].isna().all()]
    edges = [-1, *empty, len(block.header)]
    spans = [(a + 1, b) for a, b in pairwise(edges) if b - a > 2]
    firsts = {slug(block.header[a]) for a, _ in spans}
    if len(spans) < 2 or len(firsts) > 1:
        return [block]
    parts = []
    for number, (a, b) in enumerate(spans):
        cells = block.cells[list(range(a, b))].set_axis(range(b - a), axis=1)
        sheet = f"{block.table.sheet} [{number + 1}]" if number else block.table.sheet
        kept = cells[cells.notna().any(axis=1)]
        parts.append(
            Block(replace(block.table, sheet=sheet), block.header[a:b], kept, block.aside if number == 0 else ())
        )
    return parts


def _texts(row: np.ndarray) -> list[str]:
    return [nfc(cell) for cell in row if isinstance(cell, str) and cell.strip()]


def _same(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    return [slug(name) for name in a] == [slug(name) for name in b]


def _same_cells(a: np.ndarray, b: np.ndarray) -> bool:
    return [slug(str(cell or "")) for cell in a] == [slug(str(cell or "")) for cell in b]
