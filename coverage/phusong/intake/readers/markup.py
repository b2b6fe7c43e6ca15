"""Tables of HTML pages, which some programs save under the name of a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd

from phusong.errors import FilingError
from phusong.intake.encoding import detect
from phusong.intake.readers.limits import Limits
from phusong.intake.table import RawTable

_SPAN = 1_000
_SPANNED = 20_000
"""Cells that one may span at most."""


class _Table:
    """Cells by row and column, from 0; a cell that spans others stands in the first of them."""

    def __init__(self) -> None:
        self.row = -1
        self.texts: dict[tuple[int, int], list[str]] = {}
        self.merged: list[tuple[int, int, int, int]] = []
        self._taken: set[tuple[int, int]] = set()
        self._column = 0

    def begin_row(self) -> None:
        self.row, self._column = self.row + 1, 0

    def begin_cell(self, rows: int, columns: int) -> list[str]:
        """The text of a new cell, to be filled; it stands right of the last and of those that reach down from above."""
        self.row = max(self.row, 0)
        while (self.row, self._column) in self._taken:
            self._column += 1
        top, left = self.row, self._column
        if 1 < rows * columns <= _SPANNED:
            self.merged.append((top + 1, top + rows, left, left + columns - 1))
            self._taken |= {(top + i, left + j) for i in range(1, rows) for j in range(columns)}
        self._column += columns
        return self.texts.setdefault((top, left), [])

    def cells(self) -> pd.DataFrame:
        found = {at: text for at, parts in self.texts.items() if (text := "".join(parts).strip())}
        rows = max((row for row, _ in found), default=-1) + 1
        table = np.full((rows, max((column for _, column in found), default=-1) + 1), None, object)
        for at, text in found.items():
            table[at] = text
        return pd.DataFrame(table, index=pd.RangeIndex(1, rows + 1), columns=range(table.shape[1]), dtype=object)


class _Page(HTMLParser):
    """The tables of a page; one within a cell of another counts as its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self._open: list[_Table] = []
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append(_Table())
            self._open.append(self.tables[-1])
        elif tag == "tr" and self._open:
            self._open[-1].begin_row()
        elif tag in ("td", "th") and self._open:
            told = dict(attrs)
            self._cell = self._open[-1].begin_cell(_span(told.get("rowspan")), _span(told.get("colspan")))
            return
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")
        if tag in ("table", "tr"):
            self._cell = None

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._cell = None
        if tag == "table" and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)


def _span(told: str | None) -> int:
    return min(max(int(told), 1), _SPAN) if told and told.isdecimal() else 1


def read(file: Path, name: str, limits: Limits) -> Iterator[RawTable]:
    """
    Tables of a page, each as a sheet named by its number.

    Raises
    ------
    FilingError
        When there is none.
    """
    if file.stat().st_size > limits.feature_bytes:
        raise FilingError(f"{name} is too large for a page of HTML")
    data = file.read_bytes()
    encoding = detect(data)
    page = _Page()
    page.feed(encoding.decode(data))
    page.close()
    found = [(table, cells) for table in page.tables if (cells := table.cells()).size]
    if not found:
        raise FilingError(f"{name} is a page of HTML without a table")
    for number, (table, cells) in enumerate(found, 1):
        sheet = f"table {number}" if len(found) > 1 else ""
        notes = (f"a page of HTML, read as {encoding.name}",) if number == 1 else ()
        yield RawTable(name, sheet, cells, merged=tuple(table.merged), notes=notes)
