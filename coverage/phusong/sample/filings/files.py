"""Files: the table of a filing written as CSV, as GeoJSON or as a workbook with titles, merged headers and totals."""

from __future__ import annotations

import csv
import io
import json
import random
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from phusong.sample.filings.recipe import Recipe
from phusong.sample.filings.sheet import Cell, Sheet

Places = list[tuple[str, int]]
"""Sheet and row of each row of the filing."""

_TITLES = ("DANH SÁCH TRẠM THU PHÁT SÓNG", "Đơn vị báo cáo: {operator} – Quý III/2026", None)
_NOTE = "Số liệu tính đến 30/9/2026"
_SHEETS = {"LTE": "Trạm 4G", "NR": "Trạm 5G", "": "Khác"}
_GROUPS = ("Thông tin trạm", "Vị trí và địa bàn", "Vô tuyến", "Phát sóng", "Nguồn điện")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
"""Marks that Windows-1258 writes after the letter."""


def write(sheet: Sheet, made: Recipe, folder: Path) -> tuple[Path, Places]:
    """The file of a filing in a folder, and where each of its rows stands in it."""
    file = folder / f"{made.operator.lower()}_{made.seed}.{made.form}"
    writer = {"csv": _csv, "geojson": _geojson, "xlsx": _xlsx}[made.form]
    return file, writer(sheet, made, file)


def windows_1258(text: str) -> bytes:
    """
    Bytes of text in Windows-1258, which has some letters whole and writes the tones of others after them.

    Examples
    --------
    >>> windows_1258("Đồng Hỷ").decode("cp1258") == "Đô\u0300ng Hy\u0309"
    True
    """
    return b"".join(_letter_1258(letter) for letter in unicodedata.normalize("NFC", text))


def _letter_1258(letter: str) -> bytes:
    try:
        return letter.encode("cp1258")
    except UnicodeEncodeError:
        parts = unicodedata.normalize("NFD", letter)
        first, marks = parts[0], parts[1:]
        tones = [mark for mark in marks if mark in _TONES]
        base = unicodedata.normalize("NFC", first + "".join(mark for mark in marks if mark not in tones))
        return (base + "".join(tones)).encode("cp1258", "replace")


def _csv(sheet: Sheet, made: Recipe, file: Path) -> Places:
    text = io.StringIO()
    csv.writer(text, delimiter=made.delimiter).writerows([sheet.headers, *sheet.rows])
    content = unicodedata.normalize("NFD" if made.decomposed else "NFC", text.getvalue())
    file.write_bytes(windows_1258(content) if made.encoding == "cp1258" else content.encode(made.encoding))
    return [("", row) for row in range(2, len(sheet.rows) + 2)]


def _geojson(sheet: Sheet, made: Recipe, file: Path) -> Places:
    geometry = made.notation != "dms"
    features = []
    for point, row in zip(sheet.points, sheet.rows, strict=True):
        shape = {"type": "Point", "coordinates": [point[1], point[0]]} if point and geometry else None
        features.append(
            {"type": "Feature", "geometry": shape, "properties": dict(zip(sheet.headers, row, strict=True))}
        )
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    file.write_text(unicodedata.normalize("NFD", text) if made.decomposed else text, "utf-8")
    return [("", row) for row in range(len(features))]


def _xlsx(sheet: Sheet, made: Recipe, file: Path) -> Places:
    rng = random.Random(made.seed + 3_000_000)
    book = openpyxl.Workbook()
    book.remove(book.active)
    places: dict[int, tuple[str, int]] = {}
    for title, members in _parts(sheet, made, rng).items():
        first = _head(own := book.create_sheet(title), sheet.headers, made)
        for number, i in enumerate(members, 1):
            own.append([number, *(_composed(cell, made) for cell in sheet.rows[i])])
            places[i] = (title, first + number)
        if made.titles:
            own.append(["Tổng cộng", f"{len(members)} trạm"])
    if made.titles:
        book.create_sheet("Ghi chú").append([_NOTE])
    book.save(file)
    return [places[i] for i in range(len(places))]


def _parts(sheet: Sheet, made: Recipe, rng: random.Random) -> dict[str, list[int]]:
    """Rows of each sheet of data, by its title."""
    rows = range(len(sheet.technologies))
    match made.sheets:
        case "technologies":
            parts = {title: [i for i in rows if sheet.technologies[i] == word] for word, title in _SHEETS.items()}
        case "parts":
            ends = sorted([0, *(rng.randint(0, len(rows)) for _ in range(2)), len(rows)])
            parts = {f"Phụ lục {k + 1}": list(range(ends[k], ends[k + 1])) for k in range(3)}
        case _:
            parts = {"Sheet1": list(rows)}
    return {title: members for title, members in parts.items() if members}


def _head(own: Worksheet, headers: Sequence[str], made: Recipe) -> int:
    """Titles and headers of a sheet, the latter in two rows where there are titles; returns the last row of them."""
    if not made.titles:
        own.append(["STT", *headers])
        return 1
    for title in _TITLES:
        own.append([title.format(operator=made.operator) if title else None])
    row = len(_TITLES) + 1
    ends = sorted({round(k * len(headers) / len(_GROUPS)) for k in range(len(_GROUPS) + 1)})
    own.cell(row, 1).value = "STT"
    for group, start, end in zip(_GROUPS, ends, ends[1:], strict=False):
        own.cell(row, start + 2).value = group
        if end - start > 1:
            own.merge_cells(start_row=row, end_row=row, start_column=start + 2, end_column=end + 1)
    own.append([None, *headers])
    return row + 1


def _composed(cell: Cell, made: Recipe) -> Cell:
    if cell == "":
        return None
    return unicodedata.normalize("NFD", cell) if made.decomposed and isinstance(cell, str) else cell
