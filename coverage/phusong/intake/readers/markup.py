"""Tables of HTML pages, which some programs save under the name of a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd

from phusong.errors import FilingError
from phusong.intake.encoding import detect
from phusong.intake.readers.limits import Limits
from phusong.intake.table import RawTable

_SPAN = 1_000


class _Tables(HTMLParser):
    """Cells of each table, with the columns that spanning cells take; tables within tables count as their own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._open: list[list[list[str]]] = []
        self._cell: list[str] | None = None
        self._span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
            self._open.append(self.tables[-1])
        elif tag == "tr" and self._open:
            self._finish()
            self._open[-1].append([])
        elif tag in ("td", "th") and self._open:
            self._finish()
            if not self._open[-1]:
                self._open[-1].append([])
            span = str(dict(attrs).get("colspan") or "1")
            self._cell, self._span = [], min(int(span), _SPAN) if span.isdecimal() else 1
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._finish()
        if tag == "table" and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _finish(self) -> None:
        if self._cell is not None and self._open and self._open[-1]:
            self._open[-1][-1] += ["".join(self._cell).strip(), *[""] * (self._span - 1)]
        self._cell = None


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
    parser = _Tables()
    parser.feed(encoding.decode(data))
    parser.close()
    parser._finish()
    found = [table for table in parser.tables if any(any(row) for row in table)]
    if not found:
        raise FilingError(f"{name} is a page of HTML without a table")
    for number, rows in enumerate(found, 1):
        width = max(map(len, rows))
        full = [row + [""] * (width - len(row)) for row in rows]
        cells = pd.DataFrame(full, index=pd.RangeIndex(1, len(rows) + 1), columns=range(width), dtype=object)
        sheet = f"table {number}" if len(found) > 1 else ""
        yield RawTable(name, sheet, cells.mask(cells == "", None), notes=(f"a page of HTML, read as {encoding.name}",))
