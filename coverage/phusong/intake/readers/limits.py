"""Limits: how much of a file is believed before it is refused."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """
    Bounds on what a file may ask of a machine.

    Parameters
    ----------
    rows_in_memory
        A text table of more rows arrives in parts of so many.
    cells_in_memory
        A part of a text table has about so many cells at most, however wide it is.
    sheet_cells
        Most cells of one worksheet.
    unpacked_bytes
        Largest size of what an archive holds.
    ratio
        Largest ratio of unpacked to packed bytes: more is a bomb, no table.
    members
        Most files in an archive.
    feature_bytes
        Largest file of a kind that is read whole: GeoJSON, KML, HTML, XLS.
    """

    rows_in_memory: int = 200_000
    cells_in_memory: int = 8_000_000
    sheet_cells: int = 50_000_000
    unpacked_bytes: int = 4 << 30
    ratio: int = 400
    members: int = 5_000
    feature_bytes: int = 1 << 30
