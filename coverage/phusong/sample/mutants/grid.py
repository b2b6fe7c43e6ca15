"""Grids: a filing as rows of cells, titles and headers included, before anything is damaged."""

from __future__ import annotations

import csv
import io
import json
import random
from pathlib import Path
from typing import Any

import openpyxl

from phusong.text import nfc

Grid = list[list[object]]
"""Rows of cells; rows may differ in length."""

_ID_HEADERS = ("mã trạm", "site", "id")
_HEADER = (
    "Mã trạm", "Nhà mạng", "Công nghệ", "Tần số (MHz)", "Vĩ độ", "Kinh độ", "Chiều cao anten (m)", "Mã xã",
    "Ngày phát sóng", "Trạng thái",
)  # fmt: skip
_ID_LENGTH = 20


def read_grids(folder: Path) -> list[Grid]:
    """Tables of the filings of a folder, those of GeoJSON flat; one of invented sites where there is no such folder."""
    if not folder.is_dir():
        return [invented(random.Random(0))]
    readers = {".csv": _csv, ".xlsx": _xlsx, ".geojson": _geojson}
    files = [file for file in sorted(folder.iterdir()) if file.suffix in readers]
    return [grid for file in files for grid in readers[file.suffix](file)]


def invented(rng: random.Random, rows: int = 400) -> Grid:
    """A plain filing of invented sites around the middle of the invented commune."""
    return [list(_HEADER), *(_site_row(i, rng) for i in range(rows))]


def cut(grid: Grid, rng: random.Random, rows: int) -> Grid:
    """The head of a grid and at most so many of its rows of data, in any order."""
    named = (i for i, row in enumerate(grid) if any(nfc(str(cell or "")).lower() in _ID_HEADERS for cell in row))
    head = next(named) + 1
    while head < len(grid) and not site(grid[head]):
        head += 1
    data = [row for row in grid[head:] if site(row)]
    chosen = rng.sample(data, min(len(data), rng.randint(1, rows)))
    return [list(row) for row in (*grid[:head], *chosen)]


def site(row: list[object]) -> str:
    """The cell that looks like a site's id: letters, a hyphen and at least five digits; empty where there is none."""
    texts = (cell for cell in row if isinstance(cell, str) and cell.isascii() and len(cell) < _ID_LENGTH)
    return next((text for text in texts if text[:1].isalpha() and text[-5:].isdigit() and "-" in text), "")


def sites(grid: Grid) -> frozenset[str]:
    """Ids of all sites of a grid."""
    return frozenset(filter(None, map(site, grid)))


def body(grid: Grid) -> list[int]:
    """Positions of the rows of data; the last row where none is told by its id."""
    return [i for i, row in enumerate(grid) if site(row)] or [len(grid) - 1]


def width(grid: Grid) -> int:
    """Cells of the longest row."""
    return max(map(len, grid))


def _site_row(i: int, rng: random.Random) -> list[object]:
    place = [21 + rng.random() / 5, 105.5 + rng.random() / 5]
    technology = rng.choice(["4G", "5G"])
    return [f"SM-{i:05}", "Viettel", technology, 1800, *place, 30, "00004", "01/02/2024", "Đang phát sóng"]


def _csv(file: Path) -> list[Grid]:
    raw = file.read_bytes()
    text = raw.decode("utf-8-sig" if raw[:3] == b"\xef\xbb\xbf" else "cp1258")
    delimiter = ";" if ";" in text[:200] else ","
    return [[list(row) for row in csv.reader(io.StringIO(text), delimiter=delimiter)]]


def _xlsx(file: Path) -> list[Grid]:
    book = openpyxl.load_workbook(file, read_only=True)
    return [[list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book if (sheet.max_row or 0) > 5]


def _geojson(file: Path) -> list[Grid]:
    features: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))["features"]
    names = list(features[0]["properties"])
    rows = []
    for feature in features:
        pair = (feature["geometry"] or {}).get("coordinates", [None, None])
        rows.append([*(feature["properties"].get(name) for name in names), *pair])
    return [[[*names, "lat", "lon"], *rows]]
