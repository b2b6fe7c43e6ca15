"""Blocks: where on a sheet the tables are – their headers, their data rows, and the rows that are neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from phusong.intake.headers import find_headers, names, same_cells
from phusong.intake.row_kinds import kinds
from phusong.intake.table import Block, RawTable
from phusong.text import nfc, slug

Cells = Mapping[tuple[int, int], Any]
"""What stands at a row and column."""


def find(table: RawTable, header: tuple[str, ...] | None = None) -> tuple[Block, ...]:
    """
    Tables on a sheet, from above to below; a sheet without any gives one block without header and rows.

    Parameters
    ----------
    header
        Of the part before, where the table goes on.
    """
    if header is not None:
        return (_continued(table, header),)
    if table.names:
        return (Block(table, tuple(map(nfc, table.names)), table.cells),)
    rows = table.cells.to_numpy(object)
    labels = [int(label) for label in table.cells.index]
    heads = find_headers(rows)
    if not heads:
        return (Block(table, (), table.cells.iloc[:0], tuple((label, "note") for label in labels)),)
    merged = _hidden(table)
    blocks: list[Block] = []
    tops = [
        _top(rows, first, floor) for (first, _), floor in zip(heads, [0, *(head[1] for head in heads)], strict=False)
    ]
    for number, (first, last) in enumerate(heads):
        header = names(rows[first:last], table.merged, labels[first:last])
        again = bool(blocks) and same_cells(header, blocks[-1].header)
        top = 0 if number == 0 else tops[number]
        aside = [(labels[i], "blank" if all(c is None for c in rows[i]) else "title") for i in range(top, first)]
        aside += [(label, "header") for label in labels[first:last]]
        end = tops[number + 1] if number + 1 < len(heads) else len(rows)
        body = _body(table, header, table.cells.iloc[last:end], aside, merged)
        blocks = [*blocks[:-1], _joined(blocks[-1], body)] if again else [*blocks, *_side_by_side(body)]
    return tuple(blocks)


def _top(rows: np.ndarray, first: int, floor: int) -> int:
    """First row of the titles right above a header: rows of one text of several words, and blank ones."""
    top = i = first
    while i > floor:
        cells = [cell for cell in rows[i - 1] if cell is not None]
        if len(cells) > 1 or any(not isinstance(cell, str) or len(cell.split()) < 2 for cell in cells):
            break
        i -= 1
        top = i if cells else top
    return top


def _continued(table: RawTable, header: tuple[str, ...]) -> Block:
    """A further part: rows that repeat the header are none of data; columns beyond it have no name."""
    header = (*header, *[""] * (table.cells.shape[1] - len(header)))
    at = next((j for j, name in enumerate(header) if name), 0)
    names_of_it = (header[at].casefold(), header[at].rpartition(" / ")[2].casefold())
    alike = [
        isinstance(cell, str) and nfc(cell).casefold() in names_of_it and same_cells(row, header)
        for cell, row in zip(table.cells[at], table.cells.to_numpy(object), strict=True)
    ]
    again = np.array(alike, bool)
    aside = [(int(label), "repeated header") for label in table.cells.index[again]]
    return _body(table, header, table.cells[~again], aside, {})


def _joined(block: Block, more: Block) -> Block:
    """A table that goes on below its header, printed once more."""
    aside = ((label, "repeated header" if word == "header" else word) for label, word in more.aside)
    cells = pd.concat([block.cells, more.cells])
    return replace(block, cells=cells, aside=(*block.aside, *aside), filled=(*block.filled, *more.filled))


def _body(
    table: RawTable, header: tuple[str, ...], cells: pd.DataFrame, aside: Sequence[tuple[int, str]], merged: Cells
) -> Block:
    filled = [at for at in merged if at[0] in cells.index and at[1] < len(header)]
    if filled:
        cells = cells.copy()
        for at in filled:
            cells.at[at] = merged[at]
    found = kinds(cells.to_numpy(object), sum(map(bool, header)))
    labels = [int(label) for label in cells.index]
    told = [(label, word) for label, word in zip(labels, found, strict=True) if word]
    kept = cells[np.array([not word for word in found], bool)]
    own = set(kept.index)
    return Block(table, header, kept, (*aside, *told), tuple(at for at in filled if at[0] in own))


def _hidden(table: RawTable) -> Cells:
    """Cells hidden by a cell merged over several rows of its column, and what it holds."""
    labels = table.cells.index.to_numpy()
    found: dict[tuple[int, int], Any] = {}
    for top, bottom, left, right in table.merged:
        if right != left or left >= table.cells.shape[1] or top not in table.cells.index:
            continue
        value = table.cells.at[top, left]
        for label in labels[(labels > top) & (labels <= bottom)]:
            if value is not None and table.cells.at[label, left] is None:
                found[int(label), left] = value
    return found


def _side_by_side(block: Block) -> list[Block]:
    """Tables beside each other, divided by an empty column, when each begins with the same name."""
    empty = [j for j, name in enumerate(block.header) if not name and block.cells[j].isna().all()]
    spans = [(a + 1, b) for a, b in pairwise([-1, *empty, len(block.header)]) if b - a > 2]
    firsts = {slug(block.header[a]) for a, _ in spans}
    if len(spans) < 2 or len(firsts) > 1:
        return [block]
    parts = []
    for number, (a, b) in enumerate(spans):
        cells = block.cells[list(range(a, b))].set_axis(range(b - a), axis=1)
        sheet = f"{block.table.sheet} [{number + 1}]" if number else block.table.sheet
        filled = tuple((label, column - a) for label, column in block.filled if a <= column < b)
        kept = cells[cells.notna().any(axis=1)]
        aside = block.aside if number == 0 else ()
        parts.append(Block(replace(block.table, sheet=sheet), block.header[a:b], kept, aside, filled))
    return parts
