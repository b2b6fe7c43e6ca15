"""Table damages: what happens to cells, rows, columns and headers before a filing is written."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable

from phusong.sample.mutants.grid import Grid, body, site, width

HOSTILE = (
    "", " ", "=1+1", "+84", "-", "@SUM(A1)", "NaN", "nan", "inf", "-inf", "1e999", "0", "-1", "999999999999999999999",
    "٣٤", "#N/A", "#REF!", "null", "None", "TRUE", "\u202e31", "\u00a0", "\u200b", "a\nb", 'a"b', "a;b", "a,b", "a\tb",
    "<script>alert(1)</script>", "'; DROP TABLE sites", "../../etc/passwd", "x" * 40_000, "30/02/2026", "31/12/9999",
    "12.345.678,9", "1.234", "105,8,4", "21°61'N", "-200 500", "2108'01\"N 105", "ＡＢＣ１２３", "Tổng cộng", "STT",
    "{0}", "%s", "{found}", "\\", "00000", "99999", "0xFF", "1_000", "½", "1,5 m", "5G/4G",
)  # fmt: skip
"""Cells that break what trusts them."""

_TITLES: Grid = [["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"], [], ["Biểu số 03", None, "Kỳ: quý III/2026"]]
Damage = Callable[[Grid, random.Random], Grid]


def hostile_cell(grid: Grid, rng: random.Random) -> Grid:
    """One hostile cell in a row of data."""
    row = grid[rng.choice(body(grid))]
    if row:
        row[rng.randrange(len(row))] = rng.choice(HOSTILE)
    return grid


def hostile_cells(grid: Grid, rng: random.Random) -> Grid:
    """Twenty hostile cells."""
    for _ in range(20):
        hostile_cell(grid, rng)
    return grid


def hostile_column(grid: Grid, rng: random.Random) -> Grid:
    """A column in which most cells are hostile."""
    column = rng.randrange(width(grid))
    for i in body(grid):
        if column < len(grid[i]) and rng.random() < 0.7:
            grid[i][column] = rng.choice(HOSTILE)
    return grid


def empty_column(grid: Grid, rng: random.Random) -> Grid:
    """A column that is not filled in."""
    column = rng.randrange(width(grid))
    for i in body(grid):
        if column < len(grid[i]):
            grid[i][column] = None
    return grid


def dropped_column(grid: Grid, rng: random.Random) -> Grid:
    """A column that is not there, its header neither."""
    column = rng.randrange(width(grid))
    return [row[:column] + row[column + 1 :] for row in grid]


def exchanged_columns(grid: Grid, rng: random.Random) -> Grid:
    """Two columns exchanged, with their headers."""
    a, b = (rng.randrange(width(grid)) for _ in range(2))
    for row in grid:
        if max(a, b) < len(row):
            row[a], row[b] = row[b], row[a]
    return grid


def doubled_column(grid: Grid, rng: random.Random) -> Grid:
    """A column twice, side by side."""
    column = rng.randrange(width(grid))
    return [row[: column + 1] + row[column:] for row in grid]


def blank_columns(grid: Grid, rng: random.Random) -> Grid:
    """Three columns without anything in between."""
    column = rng.randrange(width(grid))
    return [row[:column] + [None] * 3 + row[column:] for row in grid]


def no_header(grid: Grid, _: random.Random) -> Grid:
    """Data from the first row on."""
    return grid[body(grid)[0] :]


def renamed_header(grid: Grid, rng: random.Random) -> Grid:
    """A header that is hostile, or that of another column."""
    row = grid[max(body(grid)[0] - 1, 0)]
    if row:
        row[rng.randrange(len(row))] = rng.choice((*HOSTILE, "Tên", "X", "Y", "lat", "Mã xã", "Mã trạm"))
    return grid


def titles_above(grid: Grid, rng: random.Random) -> Grid:
    """Rows of titles above."""
    return [list(row) for row in _TITLES[: rng.randint(1, len(_TITLES))]] + grid


def totals_below(grid: Grid, _: random.Random) -> Grid:
    """A row of totals and the signatures below."""
    return [*grid, ["Tổng cộng", len(grid)], [], ["Người lập biểu", None, None, "Thủ trưởng đơn vị"]]


def header_again(grid: Grid, rng: random.Random) -> Grid:
    """The header once more among the data, as on every printed page."""
    first = body(grid)[0]
    at = rng.randint(first, len(grid))
    return grid[:at] + [list(row) for row in grid[max(first - 1, 0) : first]] + grid[at:]


def blank_rows(grid: Grid, rng: random.Random) -> Grid:
    """Up to forty empty rows in between."""
    at = rng.randint(0, len(grid))
    return grid[:at] + [[] for _ in range(rng.randint(1, 40))] + grid[at:]


def rows_again(grid: Grid, rng: random.Random) -> Grid:
    """Three rows once more."""
    return grid + [list(grid[rng.choice(body(grid))]) for _ in range(3)]


def shuffled(grid: Grid, rng: random.Random) -> Grid:
    """The rows of data, and what stands among them, in another order."""
    first = body(grid)[0]
    return grid[:first] + rng.sample(grid[first:], len(grid) - first)


def ragged(grid: Grid, rng: random.Random) -> Grid:
    """Rows that are too short, or too long."""
    for i in body(grid):
        if rng.random() < 0.2:
            short = grid[i] and site(grid[i][:1])
            grid[i] = grid[i][: rng.randint(1, len(grid[i]))] if short else [*grid[i], "thừa", 1]
    return grid


def table_below(grid: Grid, _: random.Random) -> Grid:
    """Another table below."""
    return [*grid, [], ["STT", "Họ tên", "Điện thoại"], [1, "Nguyễn Văn A", "0912345678"]]


def decomposed(grid: Grid, _: random.Random) -> Grid:
    """All text decomposed (NFD)."""
    return [[unicodedata.normalize("NFD", cell) if isinstance(cell, str) else cell for cell in row] for row in grid]


def shouted(grid: Grid, _: random.Random) -> Grid:
    """All text in capitals."""
    return [[cell.upper() if isinstance(cell, str) else cell for cell in row] for row in grid]


def commas(grid: Grid, rng: random.Random) -> Grid:
    """Most numbers as text with a decimal comma."""
    for i in body(grid):
        grid[i] = [str(c).replace(".", ",") if isinstance(c, float) and rng.random() < 0.8 else c for c in grid[i]]
    return grid


def all_text(grid: Grid, _: random.Random) -> Grid:
    """Every cell as text."""
    return [[None if cell is None else str(cell) for cell in row] for row in grid]


DAMAGES: tuple[Damage, ...] = (
    hostile_cell, hostile_cell, hostile_cells, hostile_column, empty_column, dropped_column, exchanged_columns,
    doubled_column, blank_columns, no_header, renamed_header, titles_above, totals_below, header_again, blank_rows,
    rows_again, shuffled, ragged, table_below, decomposed, shouted, commas, all_text,
)  # fmt: skip
"""What can happen; what stands twice is twice as likely."""
