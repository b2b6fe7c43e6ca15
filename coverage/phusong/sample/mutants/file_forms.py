"""File forms: a grid written as one of the files that filings arrive in."""

from __future__ import annotations

import csv
import html
import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from phusong.sample.mutants.grid import Grid, body, width

_ENCODINGS = ("utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1258", "latin-1", "shift-jis")
_CELL_LENGTH = 32_000
_ODD_SHAPES: tuple[object, ...] = (
    None,
    {"type": "Point", "coordinates": []},
    {"type": "Point", "coordinates": [float("nan"), 21]},
    {"type": "Polygon", "coordinates": [[[105, 21]]]},
    {"type": "Nonsense"},
    5,
)
_ODD_FEATURES: tuple[object, ...] = (None, 5, {}, {"type": "Feature"})


@dataclass(frozen=True)
class Written:
    """
    A file in memory.

    Parameters
    ----------
    whole
        Whether every id of the grid stands in it, so that each must be accounted for.
    """

    name: str
    data: bytes
    whole: bool


Form = Callable[[Grid, random.Random], Written]


def as_csv(grid: Grid, rng: random.Random) -> Written:
    """CSV of any delimiter and encoding; letters that an encoding lacks become question marks, as programs do it."""
    text = io.StringIO()
    delimiter = rng.choice(",,;;\t|")
    csv.writer(text, delimiter=delimiter, lineterminator=rng.choice(["\n", "\r\n"])).writerows(grid)
    encoding = rng.choice(_ENCODINGS)
    name = f"a.{rng.choice(['csv', 'csv', 'txt', 'tsv', 'xlsx'])}"
    return Written(name, text.getvalue().encode(encoding, "replace"), whole=True)


def as_xlsx(grid: Grid, rng: random.Random) -> Written:
    """A workbook, at times under another name, with merged cells or with a second sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    for i, cells in enumerate(grid, 1):
        for j, cell in enumerate(cells, 1):
            value = ILLEGAL_CHARACTERS_RE.sub("", cell)[:_CELL_LENGTH] if isinstance(cell, str) else cell
            if value is not None:
                sheet.cell(i, j).value = value
            if isinstance(value, str) and not (value.startswith("=") and rng.random() < 0.5):
                sheet.cell(i, j).data_type = "s"
    whole = rng.random() < 0.8
    if not whole:
        row = rng.randint(1, len(grid))
        sheet.merge_cells(start_row=row, end_row=row + rng.randint(0, 5), start_column=1, end_column=rng.randint(1, 4))
    if rng.random() < 0.3:
        book.create_sheet("Ghi chú")["A1"] = "Số liệu tạm tính"
    data = io.BytesIO()
    book.save(data)
    return Written(rng.choice(["a.xlsx", "a.xlsx", "a.csv", "a.xls"]), data.getvalue(), whole)


def as_html(grid: Grid, _: random.Random) -> Written:
    """A web page that calls itself a workbook."""
    cells = ["".join(f"<td>{'' if c is None else html.escape(str(c))}</td>" for c in row) for row in grid]
    rows = "".join(f"<tr>{row}</tr>" for row in cells)
    page = f"<html><meta charset='utf-8'><body><table>{rows}</table></body></html>"
    return Written("a.xls", page.encode(), whole=True)


def as_geojson(grid: Grid, rng: random.Random) -> Written:
    """Points of the last two numbers of each row, at times exchanged, odd or none."""
    first, columns = body(grid)[0], width(grid)
    header = [*(grid[first - 1] if first else []), *[None] * columns][:columns]
    names = [str(name or f"c{i}") for i, name in enumerate(header)]
    features: list[object] = []
    for cells in grid[first:]:
        padded = cells + [None] * (columns - len(cells))
        properties = dict(zip(names, padded, strict=False))
        features.append({"type": "Feature", "geometry": _point(padded, rng), "properties": properties})
    if features and rng.random() < 0.1:
        features.append(rng.choice(_ODD_FEATURES))
    data = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    return Written("a.geojson", data, whole=len(set(names)) == len(names))


FORMS: tuple[Form, ...] = (as_csv, as_csv, as_csv, as_xlsx, as_xlsx, as_html, as_geojson)
"""What stands more than once is so much likelier."""


def _point(row: list[object], rng: random.Random) -> object:
    numbers = [cell for cell in row if isinstance(cell, float)][-2:]
    if len(numbers) < 2 or rng.random() < 0.03:
        return rng.choice(_ODD_SHAPES)
    return {"type": "Point", "coordinates": numbers[::-1] if rng.random() < 0.9 else numbers}
