"""Delimited text: any delimiter, any encoding, rows of any length; large tables in parts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from phusong.errors import FilingError
from phusong.intake.encoding import Encoding, detect
from phusong.intake.readers.limits import Limits
from phusong.intake.table import RawTable

_DELIMITERS = ",;\t|"
_HEAD_BYTES = 4 << 20
_HEAD_ROWS = 60
_CELL = 1 << 20
_COLUMNS = 16_384


def read(file: Path, name: str, limits: Limits) -> Iterator[RawTable]:
    """
    Parts of a text table.

    Raises
    ------
    FilingError
        When the text is no table.
    """
    with file.open("rb") as opened:
        head = opened.read(_HEAD_BYTES)
    encoding = detect(head)
    text = encoding.decode(head)
    if not text.strip("\ufeff\0 \t\r\n"):
        raise FilingError(f"{name} is empty")
    delimiter, quoted = _dialect(text)
    notes = _notes(encoding, delimiter, text)
    if not quoted:
        notes = (*notes, "quotation marks do not pair: they are read as letters")
    start, part = 1, 0
    with file.open("rb") as opened:
        rows = _rows(opened, encoding, delimiter, quoted, name)
        while block := list(islice(rows, limits.rows_in_memory)):
            yield RawTable(name, "", _frame(block, start), part=part, notes=notes if part == 0 else ())
            start, part = start + len(block), part + 1


def _rows(
    opened: io.BufferedReader, encoding: Encoding, delimiter: str, quoted: bool, name: str
) -> Iterator[list[str]]:
    stream = io.TextIOWrapper(opened, encoding.codec, errors="replace", newline="")
    lines = (line.replace("\0", "") for line in stream)
    if encoding.then:
        lines = map(encoding.then, lines)
    csv.field_size_limit(_CELL)
    try:
        yield from csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
    except csv.Error as fault:
        raise FilingError(f"{name} cannot be read as a table: {fault}") from None
    except MemoryError:
        raise FilingError(f"{name} has a line too long to be a row") from None


def _dialect(text: str) -> tuple[str, bool]:
    """Delimiter that most rows agree on, and whether quotation marks enclose cells."""
    quoted, plain = (
        max((_agreement(text, delimiter, enclosed), delimiter) for delimiter in _DELIMITERS)
        for enclosed in (True, False)
    )
    return (quoted[1], True) if quoted[0][0] >= 0.8 * plain[0][0] else (plain[1], False)


def _agreement(text: str, delimiter: str, quoted: bool) -> tuple[float, bool, int]:
    lines = text.replace("\0", "").splitlines(keepends=True)[: _HEAD_ROWS * 3]
    try:
        rows = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
        widths = [len(row) for row in islice((row for row in rows if any(row)), _HEAD_ROWS)]
    except csv.Error:
        return (-1.0, quoted, 0)
    wide = [width for width in widths if width > 1]
    if not wide:
        return (0.0, quoted, 0)
    usual = int(np.bincount(wide).argmax())
    return (round(wide.count(usual) * (1 - 1 / usual) / max(len(widths), 1), 2), quoted, usual)


def _frame(rows: list[list[str]], start: int) -> pd.DataFrame:
    width = max(map(len, rows))
    if width > _COLUMNS:
        raise FilingError(
            f"row {start + [len(row) for row in rows].index(width)} has {width} cells; at most {_COLUMNS} are read"
        )
    full = [row if len(row) == width else row + [""] * (width - len(row)) for row in rows]
    cells = pd.DataFrame(full, index=pd.RangeIndex(start, start + len(rows)), columns=range(width), dtype=object)
    return cells.mask(cells == "", None)


def _notes(encoding: Encoding, delimiter: str, text: str) -> tuple[str, ...]:
    notes = [f"read as {encoding.name} text, cells divided by {'tabs' if delimiter == chr(9) else delimiter}"]
    if "\ufffd" in text:
        notes.append(f"{text.count(chr(0xFFFD))} letters could not be read; they stand as \ufffd")
    if "\0" in text:
        notes.append("NUL characters were left out")
    return tuple(notes)
