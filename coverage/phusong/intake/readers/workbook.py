"""Workbooks: every sheet of an XLSX or XLS file, formulas by their stored values only."""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np
import openpyxl
import pandas as pd
import xlrd
from openpyxl.utils import range_boundaries
from xlrd.compdoc import CompDocError

from phusong.errors import FilingError
from phusong.intake.readers.limits import Limits
from phusong.intake.table import RawTable

Merged = tuple[tuple[int, int, int, int], ...]
"""Merged cells as in `RawTable`."""

_MERGED = re.compile(rb'<mergeCell\b[^>]*\bref="([A-Z]+\d+:[A-Z]+\d+)"')
_FORMULA = re.compile(rb"<f[ >/]")
_UNSTORED = re.compile(rb"(?:</f>|<f[^>]*/>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")
_BLOCK = 1 << 20
_BLANK_RUN = 20
"""Of more empty rows on end only so many are kept: some programs store a million of them."""
_WIDE = 200
"""A sheet of more columns that are mostly empty is made narrower."""
_LOCKED = "is locked with a password: save it without one"
_BROKEN = (
    ValueError, LookupError, TypeError, AttributeError, OSError, EOFError, OverflowError, AssertionError, struct.error,
    NotImplementedError, RuntimeError, SyntaxError, MemoryError, ParseError, zipfile.BadZipFile, zlib.error,
    CompDocError,
)  # fmt: skip


def read(file: Path, name: str, limits: Limits) -> Iterator[RawTable]:
    """
    Sheets of a workbook that have any cell.

    Raises
    ------
    FilingError
        When the workbook is encrypted or damaged; of sheets that are damaged, after the others.
    """
    _refuse_bomb(file, name, limits)
    with file.open("rb") as opened:
        book = _book(opened, name)
        faults: list[str] = []
        for sheet in book.worksheets:
            try:
                table = _sheet(sheet, file, name, limits)
            except FilingError as refusal:
                faults.append(str(refusal))
            except _BROKEN as fault:
                faults.append(str(_damaged(f"{name} sheet {sheet.title!r}", fault)))
            else:
                if table.cells.size:
                    yield table
        if faults:
            raise FilingError("; ".join(faults))


def _book(opened: io.BufferedReader, name: str) -> Any:
    try:
        with warnings.catch_warnings(action="ignore"):
            return openpyxl.load_workbook(opened, read_only=True, data_only=True, keep_links=False)
    except _BROKEN as fault:
        raise _damaged(name, fault) from None


def _damaged(name: str, fault: Exception) -> FilingError:
    return FilingError(f"{name} is damaged or no Excel workbook ({type(fault).__name__})")


def _sheet(sheet: Any, file: Path, name: str, limits: Limits) -> RawTable:
    merged, formulas, unstored = _hints(file, sheet)
    notes = list(_links(file))
    if sheet.sheet_state != "visible":
        notes.append(f"sheet {sheet.title!r} is hidden; it is read too")
    if formulas:
        notes.append(f"{formulas} formulas: their stored values are taken")
    if unstored:
        notes.append(f"{unstored} formulas have no stored value and count as empty: save the file once in Excel")
    sheet.reset_dimensions()
    with warnings.catch_warnings(action="ignore"):
        cells = _cells(sheet.iter_rows(values_only=True), limits, f"{name} sheet {sheet.title!r}")
    cells, merged = _narrowed(cells, merged)
    return RawTable(name, str(sheet.title), cells, merged=merged, notes=tuple(notes))


def read_xls(file: Path, name: str, limits: Limits) -> Iterator[RawTable]:
    """
    Sheets of a workbook of Excel 97 to 2003.

    Raises
    ------
    FilingError
        When the workbook is encrypted or damaged, or is a newer one under lock.
    """
    if file.stat().st_size > limits.feature_bytes:
        raise FilingError(f"{name} is too large for a workbook of this kind: save it as .xlsx or CSV")
    data = file.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise FilingError(f"{name} {_LOCKED}")
    try:
        book = _xls_book(data)
        for sheet in book.sheets():
            rows = ([_xls_cell(cell, book.datemode) for cell in sheet.row(i)] for i in range(sheet.nrows))
            cells = _cells(rows, limits, f"{name} sheet {sheet.name!r}")
            merged = tuple((top + 1, bottom, left, right - 1) for top, bottom, left, right in sheet.merged_cells)
            hidden = (f"sheet {sheet.name!r} is hidden; it is read too",) if sheet.visibility else ()
            if cells.size:
                yield RawTable(name, sheet.name, cells, merged=merged, notes=hidden)
    except xlrd.XLRDError as fault:
        locked = "encrypted" in str(fault).lower()
        raise FilingError(f"{name} {_LOCKED if locked else 'is damaged or no Excel workbook'}") from None
    except _BROKEN as fault:
        raise _damaged(name, fault) from None


def _xls_book(data: bytes) -> Any:
    """Merged cells are told with the formats only, which some programs write wrongly."""
    try:
        return xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
    except xlrd.XLRDError:
        raise
    except _BROKEN:
        return xlrd.open_workbook(file_contents=data, formatting_info=False, logfile=io.StringIO())


def _cells(source: Iterable[Any], limits: Limits, name: str) -> pd.DataFrame:
    rows: list[list[Any]] = []
    numbers: list[int] = []
    blank = size = 0
    for number, row in enumerate(source, 1):
        cells = _trimmed(row)
        blank = 0 if cells else blank + 1
        size += len(cells)
        if size > limits.sheet_cells:
            raise FilingError(f"{name} has more than {limits.sheet_cells:,} cells: file it as CSV")
        if blank <= _BLANK_RUN:
            rows.append(cells)
            numbers.append(number)
    while rows and not rows[-1]:
        del rows[-1], numbers[-1]
    table = np.full((len(rows), max(map(len, rows), default=0)), None, object)
    for i, cells in enumerate(rows):
        table[i, : len(cells)] = cells
    return pd.DataFrame(table, index=pd.Index(numbers, dtype="int64"), columns=range(table.shape[1]), dtype=object)


def _trimmed(row: Any) -> list[Any]:
    """Plain cells without the empty ones at the end."""
    width = len(row)
    while width and (row[width - 1] is None or _plain(row[width - 1]) is None):
        width -= 1
    return [_plain(value) for value in row[:width]]


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | dt.datetime):
        return value
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)
    text = str(value)
    return text if text.strip() else None


def _narrowed(cells: pd.DataFrame, merged: Merged) -> tuple[pd.DataFrame, Merged]:
    """Without the empty columns that a stray cell far to the right brings, but for one in each gap."""
    filled = np.asarray(cells.notna().any(axis=0), bool)
    if len(filled) <= _WIDE or filled.sum() * 2 > len(filled):
        return cells, merged
    kept = np.flatnonzero(filled | np.append(filled[1:], False))
    ranges = [
        (top, bottom, int(within[0]), int(within[-1]))
        for top, bottom, left, right in merged
        if len(within := np.flatnonzero((kept >= left) & (kept <= right))) and left in kept
    ]
    return cells[kept].set_axis(range(len(kept)), axis=1), tuple(ranges)


def _xls_cell(cell: Any, datemode: int) -> Any:
    match cell.ctype:
        case xlrd.XL_CELL_DATE:
            try:
                return xlrd.xldate_as_datetime(cell.value, datemode)
            except (ValueError, OverflowError):
                return cell.value
        case xlrd.XL_CELL_BOOLEAN:
            return bool(cell.value)
        case xlrd.XL_CELL_ERROR:
            return xlrd.error_text_from_code.get(cell.value, "#N/A")
        case xlrd.XL_CELL_NUMBER:
            return int(cell.value) if float(cell.value).is_integer() else cell.value
    return cell.value


def _refuse_bomb(file: Path, name: str, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as fault:
        raise _damaged(name, fault) from None
    if any(member.filename == "xl/workbook.bin" for member in members):
        raise FilingError(f"{name} is a binary workbook (.xlsb): save it as .xlsx")
    unpacked = sum(member.file_size for member in members)
    packed = max(file.stat().st_size, 1)
    if unpacked > limits.unpacked_bytes or (unpacked > 1 << 26 and unpacked / packed > limits.ratio):
        raise FilingError(
            f"{name} unpacks to {unpacked / 1e6:.0f} MB from {packed / 1e6:.2f} MB: that is no honest workbook"
        )


def _hints(file: Path, sheet: Any) -> tuple[Merged, int, int]:
    """Merged ranges, formulas, and formulas without value: what the quick way of reading does not tell."""
    merged: list[tuple[int, int, int, int]] = []
    formulas = unstored = 0
    rest = b""
    with zipfile.ZipFile(file) as archive, archive.open(sheet._worksheet_path.lstrip("/")) as opened:
        while (block := opened.read(_BLOCK)) or rest:
            data = rest + block
            cut = max(data.rfind(b"<c "), data.rfind(b"<mergeCell "), 0) if block else len(data)
            whole, rest = data[:cut], data[cut:]
            formulas += len(_FORMULA.findall(whole))
            unstored += len(_UNSTORED.findall(whole))
            for found in _MERGED.findall(whole):
                left, top, right, bottom = range_boundaries(found.decode())
                merged.append((top, bottom, left - 1, right - 1))
    return tuple(merged), formulas, unstored


def _links(file: Path) -> tuple[str, ...]:
    with zipfile.ZipFile(file) as archive:
        linked = any(name.startswith("xl/externalLinks/") for name in archive.namelist())
    return ("links to other workbooks are not followed",) if linked else ()
