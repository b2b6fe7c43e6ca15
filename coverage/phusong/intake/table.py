"""Tables between the file and its meaning: cells as they arrived, and blocks of rows below one header."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class RawTable:
    """
    Cells of one worksheet, text file or feature layer as they arrived; no header chosen yet, nothing repaired.

    Parameters
    ----------
    file
        Name that people know the file by; within an archive `bundle.zip/sites.csv`.
    sheet
        Worksheet or layer; empty where the format has none.
    cells
        Objects: None where empty, text as it stands, numbers, flags and days as a workbook types them. Columns are 0,
        1, ...; the index tells the row of the source: of a worksheet as a spreadsheet shows it, of a text file the line
        on which the row begins (the first being 1), of features counted from 0.
    names
        Names of the columns where the format carries them (features); empty where a header row has to be found.
    geometry
        One shape a row as written in the file, None where the format has none.
    crs
        What the file says of its CRS, such as EPSG:4326; empty when it says nothing.
    merged
        Merged cells: first row, last row (as in the index), first column, last column (as in `cells`).
    part
        0 for the first part of a table; a table too large for memory arrives in parts of the same columns.
    notes
        What was done or seen while reading, in sentences.
    """

    file: str
    sheet: str
    cells: pd.DataFrame
    names: tuple[str, ...] = ()
    geometry: NDArray[np.object_] | None = None
    crs: str = ""
    merged: tuple[tuple[int, int, int, int], ...] = ()
    part: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """
    Data rows below one header.

    Parameters
    ----------
    header
        Name of each column of `cells`; of two header rows joined as "Vị trí / Kinh độ"; empty where there is none.
    cells
        As in `RawTable`: data rows only, merged data cells filled.
    aside
        Rows of the source that are no data, with what they were: title, header, repeated header, numbering, blank,
        section, total, note.
    filled
        Rows and columns of data cells that were empty because they are part of a merged cell.
    """

    table: RawTable
    header: tuple[str, ...]
    cells: pd.DataFrame
    aside: tuple[tuple[int, str], ...] = ()
    filled: tuple[tuple[int, int], ...] = ()
