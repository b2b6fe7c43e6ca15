"""Sheets made of rows."""

from __future__ import annotations

import pandas as pd

from phusong.intake.table import RawTable


def raw_table(*rows: list[object], merged: tuple = (), first: int = 1) -> RawTable:
    """A sheet of rows, counted from 1; short rows are filled with empty cells."""
    width = max(map(len, rows))
    full = [[*row, *[None] * (width - len(row))] for row in rows]
    index = pd.RangeIndex(first, first + len(rows))
    return RawTable("a.xlsx", "", pd.DataFrame(full, index=index, dtype=object), merged=merged)
