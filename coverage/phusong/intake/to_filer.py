"""To the filer: a workbook of the rows set aside or repaired, marked, ready to be corrected and filed again."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from phusong.intake.batch import RETURNED
from phusong.intake.values import SOURCE

HIDDEN = ("_tep", "_trang", "_dong")
"""Columns that tell file, sheet and row of what is filed again."""
MESSAGE = "Nội dung cần sửa"
_STILL = (2026, 1, 1, 0, 0, 0)
_SHEET_ROWS = 1_000_000
_HELD, _REPAIRED = PatternFill("solid", fgColor="F8CBAD"), PatternFill("solid", fgColor="FFF2CC")
_WRAPPED, _BOLD = Alignment(wrap_text=True, vertical="top"), Font(bold=True)
_WIDTHS = (10, 40)
_GUIDE = (
    "Tệp này gồm các dòng chưa được nhận (màu cam) và các dòng đã được sửa giúp (màu vàng).",
    "Cột đầu tiên cho biết cần sửa gì; ô có lỗi được tô màu. Sửa ngay trong ô rồi lưu và nộp lại tệp này.",
    "Không xoá các cột ẩn: chúng cho biết dòng nào của tệp gốc được sửa.",
    "Các dòng khác đã được nhận, không phải nộp lại.",
    "",
    "Rows in orange were set aside, rows in yellow were repaired for you. Correct the cells, save, file this again.",
)


def write_to_filer(parts: Iterable[pd.DataFrame], target: Path, as_of: dt.date) -> None:
    """
    Write the workbook, a sheet for each sheet filed.

    Parameters
    ----------
    parts
        Rows as `Batch.returned` has them.
    as_of
        Day that the workbook bears as its own, so that its bytes are the same on every day.
    """
    book = openpyxl.Workbook(write_only=True)
    _guide(book)
    used: set[str] = {"hướng dẫn"}
    for frame in parts:
        for (file, sheet), rows in frame.groupby(["source_file", "source_sheet"], sort=False):
            _sheet(book, _title(str(sheet or file), used), rows.head(_SHEET_ROWS))
    book.save(target)
    _settle(target, as_of)


def _guide(book: openpyxl.Workbook) -> None:
    guide = book.create_sheet("Hướng dẫn")
    guide.column_dimensions["A"].width = 100
    for line in _GUIDE:
        guide.append([line])


def _title(name: str, used: set[str]) -> str:
    plain = re.sub(r"[\[\]:*?/\\]", " ", name)[:28].strip("' ") or "Bảng"
    title, number = plain, 2
    while title.lower() in used:
        title, number = f"{plain[:25]} {number}", number + 1
    used.add(title.lower())
    return title


def _sheet(book: openpyxl.Workbook, title: str, rows: pd.DataFrame) -> None:
    sheet = book.create_sheet(title)
    filed = [name for name in rows.columns if name not in RETURNED and rows[name].notna().any()]
    sheet.column_dimensions["A"].width = 60
    for number in range(len(HIDDEN)):
        sheet.column_dimensions[get_column_letter(number + 2)].hidden = True
    for number, name in enumerate(filed, len(HIDDEN) + 2):
        longest = int(rows[name].astype(str).str.len().quantile(0.9))
        sheet.column_dimensions[get_column_letter(number)].width = min(max(longest + 2, *_WIDTHS[:1]), _WIDTHS[1])
    sheet.freeze_panes = "E2"
    sheet.append([_cell(sheet, text, font=_BOLD) for text in (MESSAGE, *HIDDEN, *filed)])
    marks = zip(rows.held, rows.marked, strict=True)
    texts = rows[["message", *SOURCE, *filed]].itertuples(index=False, name=None)
    for (held, marked), row in zip(marks, texts, strict=True):
        fill, faulty = _HELD if held else _REPAIRED, set(str(marked).split("\n"))
        names = ("message", *HIDDEN, *filed)
        sheet.append(
            [_cell(sheet, v, fill if n == "message" or n in faulty else None) for n, v in zip(names, row, strict=True)]
        )


def _cell(sheet: Any, value: Any, fill: PatternFill | None = None, font: Font | None = None) -> Any:
    """A cell that holds what was filed and never runs as a formula."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        made = WriteOnlyCell(sheet, None)
    elif isinstance(value, bool | int | float | dt.datetime):
        made = WriteOnlyCell(sheet, value)
    else:
        made = WriteOnlyCell(sheet, openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", str(value))[:32_000])
        made.data_type = "s"
    if fill:
        made.fill, made.alignment = fill, _WRAPPED
    if font:
        made.font = font
    return made


def _settle(workbook: Path, as_of: dt.date) -> None:
    """The same bytes on every day: the times within a workbook are those of the filing."""
    day = f"{as_of.isoformat()}T00:00:00Z".encode()
    with zipfile.ZipFile(workbook) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(workbook, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            core = name == "docProps/core.xml"
            still = re.sub(rb"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", day, data) if core else data
            archive.writestr(zipfile.ZipInfo(name, _STILL), still, zipfile.ZIP_DEFLATED)
