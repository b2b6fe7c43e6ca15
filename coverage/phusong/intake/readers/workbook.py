"""Workbooks: every sheet of an XLSX or XLS file, formulas by their stored values only."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
import pandas as pd
import xlrd
from openpyxl.utils import range_boundaries

from phusong.errors import FilingError
from phusong.intake.readers.limits import Limits
from phusong.intake.table import RawTable

_MERGED = re.compile(rb'<mergeCell\b[^>]*\bref="([A-Z]+\d+:[A-Z]+\d+)"')
_FORMULA = re.compile(rb"<f[ >/]")
_EMPTY_RUN = 2_000
"""So many empty rows on end are the end of a sheet: some programs store a million of them."""
_BROKEN = (
    ValueError, KeyError, IndexError, TypeError, AttributeError, OSError, EOFError, OverflowError, AssertionError, zipfile.BadZipFile, ParseError,
    NotImplementedError, RuntimeError, SyntaxError, LookupError, MemoryError, zlib.error,
)  # fmt: skip


def read(file: Path, name: str, limits: Limits) -> Iterator[RawTable]:
    """
    Sheets of a workbook that have any cell.

    Raises
    ------
    FilingError
        When the workbook is encrypted or damaged.
    """
    _refuse_bomb(file, name, limits)
    try:
        with file.open("rb") as opened:
            yield from _sheets(opened, file, name)
    except FilingError:
        raise
    except _BROKEN as fault:
        raise FilingError(f"{name} is damaged or no Excel workbook ({type(fault).__name__})") from None


def _sheets(opened: Any, file: Path, name: str) -> Iterator[RawTable]:
    book = openpyxl.load_workbook(opened, read_only=True, data_only=True, keep_links=False)
    notes = _links(file)
    for sheet in book.worksheets:
        merged, formulas = _hints(file, sheet)
        told = (*notes, *([f"{formulas} formulas: their stored values are taken"] if formulas else []))
        cells = _cells(sheet)
        if cells.size:
            yield RawTable(name, str(sheet.title), cells, merged=merged, notes=told)


def read_xls(file: Path, name: str) -> Iterator[RawTable]:
    """
    Sheets of a workbook of Excel 97 to 2003.

    Raises
    ------
    FilingError
        When the workbook is encrypted or damaged, or is a newer one under lock.
    """
    data = file.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise FilingError(f"{name} is locked with a password: save it without one")
    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=False)
        for sheet in book.sheets():
            rows = [[_xls_cell(cell, book.datemode) for cell in sheet.row(i)] for i in range(sheet.nrows)]
            if rows and sheet.ncols:
                cells = pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1), dtype=object)
                yield RawTable(name, sheet.name, cells.where(cells.notna(), None))
    except xlrd.XLRDError as fault:
        locked = "encrypted" in str(fault).lower()
        raise FilingError(
            f"{name} is locked with a password: save it without one"
            if locked
            else f"{name} is damaged or no Excel workbook"
        ) from None
    except (*_BROKEN, UnicodeDecodeError) as fault:
        raise FilingError(f"{name} is damaged or no Excel workbook ({type(fault).__name__})") from None


def _cells(sheet: Any) -> pd.DataFrame:
    rows: list[tuple[Any, ...]] = []
    numbers: list[int] = []
    empty = 0
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        width = len(row)
        while width and (row[width - 1] is None or row[width - 1] == ""):
            width -= 1
        empty = 0 if width else empty + 1
        if empty > _EMPTY_RUN:
            break
        rows.append(row[:width])
        numbers.append(number)
    del rows[len(rows) - empty :], numbers[len(numbers) - empty :]
    width = max(map(len, rows), default=0)
    full = [list(map(_plain, row)) + [None] * (width - len(row)) for row in rows]
    return pd.DataFrame(full, index=pd.Index(numbers, dtype="int64"), columns=range(width), dtype=object)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | dt.datetime):
        return value
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)
    return None if value == "" else str(value)


def _xls_cell(cell: Any, datemode: int) -> Any:
    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return None
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return xlrd.xldate_as_datetime(cell.value, datemode)
        except (ValueError, OverflowError):
            return cell.value
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, "#N/A")
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        return int(cell.value) if float(cell.value).is_integer() else cell.value
    return cell.value or None


def _refuse_bomb(file: Path, name: str, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as fault:
        raise FilingError(f"{name} is damaged or no Excel workbook ({type(fault).__name__})") from None
    unpacked = sum(member.file_size for member in members)
    packed = max(file.stat().st_size, 1)
    if unpacked > limits.unpacked_bytes or (unpacked > 1 << 26 and unpacked / packed > limits.ratio):
        raise FilingError(
            f"{name} unpacks to {unpacked / 1e6:.0f} MB from {packed / 1e6:.2f} MB: that is no honest workbook"
        )


def _hints(file: Path, sheet: Any) -> tuple[tuple[tuple[int, int, int, int], ...], int]:
    """Merged ranges and the number of formulas, which the quick way of reading leaves out."""
    with zipfile.ZipFile(file) as archive, archive.open(sheet._worksheet_path.lstrip("/")) as opened:
        merged: list[tuple[int, int, int, int]] = []
        formulas, rest = 0, b""
        while block := opened.read(1 << 20):
            data = rest + block
            cut = data.rfind(b"<") if len(block) == 1 << 20 else len(data)
            formulas += len(_FORMULA.findall(data[:cut]))
            for found in _MERGED.findall(data[:cut]):
                left, top, right, bottom = range_boundaries(found.decode())
                merged.append((top, bottom, left - 1, right - 1))
            rest = data[cut:]
    return tuple(merged), formulas


def _links(file: Path) -> tuple[str, ...]:
    with zipfile.ZipFile(file) as archive:
        linked = any(name.startswith("xl/externalLinks/") for name in archive.namelist())
    return ("links to other workbooks are not followed",) if linked else ()
