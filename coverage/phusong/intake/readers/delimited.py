"""Delimited text: any delimiter, any encoding, rows of any length; large tables in parts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import pandas as pd

from phusong.errors import FilingError
from phusong.intake.encoding import UTF_8, Encoding, detect
from phusong.intake.readers.limits import Limits
from phusong.intake.table import RawTable

if TYPE_CHECKING:
    import _csv

_LOSS = 0.8
_DELIMITERS = ",;\t|^~¦"
_HEAD_BYTES = 4 << 20
_HEAD_ROWS = 60
_NUL_BYTES = 100
"""ASCII text in UTF-16 shows a zero among so many."""
_CELL = 1 << 20
_LINE = 1 << 24
_COLUMNS = 16_384

Row = tuple[int, list[str]]
"""The line on which a row begins, the first being 1, and its cells without the empty ones at its end."""


@dataclass(frozen=True)
class _Dialect:
    """What divides cells, whether quotation marks enclose them, and how many cells most rows have."""

    delimiter: str
    quoted: bool
    width: int


def read(file: Path, name: str, limits: Limits) -> Iterator[RawTable]:
    """
    Parts of a text table.

    Raises
    ------
    FilingError
        When the text is no table, or a quotation mark swallows rows.
    """
    with file.open("rb") as opened:
        head = opened.read(_HEAD_BYTES)
    encoding = _encoding(file)
    text = encoding.decode(head)
    if not text.strip("\ufeff\0 \t\r\n"):
        raise FilingError(f"{name} is empty")
    dialect = _dialect(text)
    notes = _notes(encoding, dialect, text)
    width = 0
    with file.open("rb") as opened:
        for part, rows in enumerate(_parts(_rows(opened, encoding, dialect, name), limits)):
            cells = _frame(rows, width, name)
            width = max(width, cells.shape[1]) if part == 0 else width
            yield RawTable(name, "", cells, part=part, notes=notes if part == 0 else ())


def _encoding(file: Path) -> Encoding:
    """What the first letters beyond ASCII say, wherever they stand."""
    with file.open("rb") as opened:
        first = True
        while block := opened.read(_HEAD_BYTES):
            if not block.isascii() or (first and 0 in block[:_NUL_BYTES]):
                return detect(block)
            first = False
    return UTF_8


def _rows(opened: BinaryIO, encoding: Encoding, dialect: _Dialect, name: str) -> Iterator[Row]:
    csv.field_size_limit(_CELL)
    reader = _reader(_lines(opened, encoding, name), dialect)
    line = 1
    try:
        for row in reader:
            if reader.line_num > line and _swallows(row, dialect):
                raise FilingError(
                    f"{name} line {line}: a quotation mark opens a cell and swallows the rows below; take it away"
                )
            yield line, _trimmed(row)
            line = reader.line_num + 1
    except csv.Error as fault:
        raise FilingError(f"{name} line {line}: it cannot be read as a table: {fault}") from None


def _lines(opened: BinaryIO, encoding: Encoding, name: str) -> Iterator[str]:
    stream = io.TextIOWrapper(opened, encoding.codec, errors="replace", newline="")
    while line := stream.readline(_LINE):
        if len(line) == _LINE:
            raise FilingError(f"{name} has a line of more than {_LINE:,} letters: no row of a table is so long")
        line = line.replace("\0", "")
        yield encoding.then(line) if encoding.then else line


def _reader(lines: Iterable[str], dialect: _Dialect) -> _csv.Reader:
    return csv.reader(
        lines, delimiter=dialect.delimiter, quoting=csv.QUOTE_MINIMAL if dialect.quoted else csv.QUOTE_NONE
    )


def _swallows(row: list[str], dialect: _Dialect) -> bool:
    """Whether a cell holds lines that are rows themselves."""
    return dialect.width > 2 and any(
        "\n" in cell and any(line.count(dialect.delimiter) >= dialect.width - 1 for line in cell.splitlines()[1:])
        for cell in row
    )


def _trimmed(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row.pop()
    return row


def _dialect(text: str) -> _Dialect:
    """Delimiter that most rows agree on; marks enclose cells unless that tears rows apart or swallows them."""
    text = text.replace("\0", "")
    candidates = [_Dialect(delimiter, quoted, 0) for delimiter in _DELIMITERS for quoted in (True, False)]
    agreed = [(*_agreement(text, candidate), candidate) for candidate in candidates]
    enclosed, bare = (
        max((a for a in agreed if a[3].quoted is marks), key=lambda one: one[:3]) for marks in (True, False)
    )
    # Without their marks cells that hold a delimiter fall apart, into rows that may agree on being wider.
    _, _, width, best = enclosed if enclosed[0] >= _LOSS * bare[0] else bare
    quoted, plain = (_Dialect(best.delimiter, marks, width) for marks in (True, False))
    return quoted if best.quoted and (_is_sound(text, quoted) or not _is_sound(text, plain)) else plain


def _is_sound(text: str, dialect: _Dialect) -> bool:
    """Whether the text can be read to its end and no mark swallows rows."""
    try:
        return not any(_swallows(row, dialect) for row in _reader(io.StringIO(text, newline=""), dialect))
    except csv.Error:
        return False


def _agreement(text: str, dialect: _Dialect) -> tuple[float, bool, int]:
    lines = io.StringIO(text, newline="")
    widths: list[int] = []
    with suppress(csv.Error):
        rows = (row for row in _reader(islice(lines, _HEAD_ROWS * 3), dialect) if any(row))
        widths.extend(len(row) for row in islice(rows, _HEAD_ROWS))
    wide = [width for width in widths if width > 1]
    if not wide:
        return (0.0, dialect.quoted, 0)
    usual = int(np.bincount(wide).argmax())
    return (round(wide.count(usual) * (1 - 1 / usual) / len(widths), 2), dialect.quoted, usual)


def _parts(rows: Iterable[Row], limits: Limits) -> Iterator[list[Row]]:
    """Rows in parts of bounded size; wide rows make shorter parts, since all rows of a part become as wide."""
    part: list[Row] = []
    width = 0
    for row in rows:
        part.append(row)
        width = max(width, len(row[1]))
        if len(part) >= limits.rows_in_memory or len(part) * width >= limits.cells_in_memory:
            yield part
            part, width = [], 0
    if part:
        yield part


def _frame(rows: list[Row], least: int, name: str) -> pd.DataFrame:
    """Cells of a part, at least as many columns as the first part had."""
    line, longest = max(rows, key=lambda row: len(row[1]))
    if len(longest) > _COLUMNS:
        raise FilingError(f"{name} line {line} has {len(longest)} cells; at most {_COLUMNS} are read")
    width = max(len(longest), least)
    cells = np.full((len(rows), width), None, object)
    for i, (_, row) in enumerate(rows):
        cells[i, : len(row)] = [cell or None for cell in row]
    return pd.DataFrame(
        cells, index=pd.Index([line for line, _ in rows], dtype="int64"), columns=range(width), dtype=object
    )


def _notes(encoding: Encoding, dialect: _Dialect, text: str) -> tuple[str, ...]:
    between = "tabs" if dialect.delimiter == "\t" else dialect.delimiter
    notes = [f"read as {encoding.name} text, cells divided by {between}"]
    if not dialect.quoted:
        notes.append("quotation marks do not pair: they are read as letters")
    if "\ufffd" in text:
        notes.append(f"{text.count(chr(0xFFFD))} letters could not be read; they stand as \ufffd")
    if "\0" in text:
        notes.append("NUL characters were left out")
    return tuple(notes)
