"""Filed: the cells of rows as they were filed, under the headers of their file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.intake.columns import Recognition
from phusong.intake.spec import PLACE
from phusong.intake.table import Block
from phusong.text import slug

POINT = ("Kinh độ", "Vĩ độ")
"""Columns for the two numbers of a point, in the order in which features write them."""
_SHAPE_LETTERS = 200


@dataclass(frozen=True)
class Filed:
    """
    The tables of a layer in one file, whose rows are counted through from 0.

    Parameters
    ----------
    tables
        Tables and what their columns are.
    reserved
        Names that headers may not bear, since the outcome has columns of these names.
    labels
        Names of canonical columns for people, where a table has no such column.
    """

    tables: Sequence[tuple[Block, Recognition]]
    reserved: Sequence[str] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def blocks(self) -> list[Block]:
        """The tables alone."""
        return [block for block, _ in self.tables]

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """First row of each table, and the number of all rows."""
        return np.cumsum([0, *(len(block.cells) for block in self.blocks)])

    @cached_property
    def headers(self) -> list[list[str]]:
        """Header of each column of each table, each once; a name that is reserved or empty is changed."""
        return [_headers(block, self.reserved) for block in self.blocks]

    @cached_property
    def positions(self) -> list[Mapping[str, int]]:
        """Position of each canonical column in each table."""
        return [found.positions() for _, found in self.tables]

    def header(self, row: int, column: str) -> str:
        """Name under which a canonical column was filed in the table of a row; empty where it was not."""
        table = self._table(row)
        at = self.positions[table].get(column)
        return "" if at is None else self.headers[table][at]

    def name(self, row: int, column: str) -> str:
        """What a canonical column is called, for people: as filed, else its label."""
        return self.header(row, column) or self.labels.get(column, "")

    def marked(self, row: int, column: str) -> list[str]:
        """Headers of the cells that a finding about a canonical column speaks of; a place may stand in several."""
        names = PLACE if column in PLACE else (column,)
        return [header for name in names if (header := self.header(row, name))]

    def cells(self, rows: NDArray[np.int64]) -> pd.DataFrame:
        """Cells of some rows, in ascending order, one column for each header of any table."""
        parts = []
        for number, block in enumerate(self.blocks):
            own = rows[(rows >= self.starts[number]) & (rows < self.starts[number + 1])]
            if len(own):
                parts.append(self._part(number, block, own))
        return pd.concat(parts).reindex(rows) if parts else pd.DataFrame(index=rows)

    def _part(self, number: int, block: Block, rows: NDArray[np.int64]) -> pd.DataFrame:
        cells = block.cells.iloc[rows - self.starts[number]]
        part = cells.set_axis(self.headers[number], axis=1)
        if block.table.geometry is not None:
            shapes = block.table.geometry[block.table.cells.index.get_indexer(cells.index)]
            part = part.assign(**_shapes(shapes, {"longitude", "latitude"} & set(self.positions[number])))
        return part.set_axis(rows, axis=0)

    def _table(self, row: int) -> int:
        return int(np.searchsorted(self.starts, row, side="right")) - 1


def _shapes(shapes: NDArray[np.object_], told: set[str]) -> dict[str, list[Any]]:
    """Points as two numbers that can be corrected in a table, unless columns tell them; other shapes as text."""
    if any(shape is not None and shape.geom_type != "Point" for shape in shapes):
        return {"geometry": [None if shape is None else shape.wkt[:_SHAPE_LETTERS] for shape in shapes]}
    if told:
        return {}
    pairs = [(None, None) if shape is None or shape.is_empty else (shape.x, shape.y) for shape in shapes]
    return {name: [pair[axis] for pair in pairs] for axis, name in enumerate(POINT)}


def cells_aside(blocks: Sequence[Block]) -> tuple[tuple[str, int, str, tuple[Any, ...]], ...]:
    """Rows that are no data: sheet, row, what they are, and their cells."""
    return tuple((b.table.sheet, label, word, _row(b, label)) for b in blocks for label, word in b.aside)


def _row(block: Block, label: int) -> tuple[Any, ...]:
    cells = block.table.cells
    return tuple(cell for cell in cells.loc[label] if cell is not None) if label in cells.index else ()


def _headers(block: Block, reserved: Sequence[str]) -> list[str]:
    taken = {slug(name) for name in (*reserved, "geometry")}
    names: list[str] = []
    counts: Counter[str] = Counter()
    for position, header in enumerate(block.header):
        name = header.rpartition(" / ")[2] or f"column {position + 1}"
        if slug(name) in taken or not slug(name):
            name = f"{name} (tệp)"
        counts[name] += 1
        names.append(name if counts[name] == 1 else f"{name} ({counts[name]})")
    return names
