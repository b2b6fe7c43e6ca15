"""Metadata: what a filing tells of itself – whose it is, of which day, in which CRS, under which licence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from phusong.intake.columns import Recognition
from phusong.intake.spectrum import names_of_operators
from phusong.intake.table import Block
from phusong.text import nfc, slug

ITEMS = ("filer", "day", "crs", "licence")
"""Things that a filing can tell of itself, and that are counted."""
_DAY = re.compile(
    r"_(?:q(?:uy)?_?(?:[1-4]|iv|i{1,3})_?(?:nam_)?20\d\d|20\d\d_?q_?[1-4]|\d{1,2}_\d{1,2}_20\d\d|20\d\d_?\d\d_?\d\d)_"
)
_CRS = re.compile(r"wgs_?84|vn_?2000|epsg|utm|crs|he_toa_do")
_LICENCE = re.compile(r"licen[cs]e|giay_phep_su_dung_du_lieu|dieu_kien_su_dung|ban_quyen|_cc_by|_odbl|_cc0")


def titles(blocks: Sequence[Block]) -> list[str]:
    """Texts above, below and beside the tables: titles and notes, and names of sheets."""
    found = []
    for block in blocks:
        rows = [label for label, word in block.aside if word in ("title", "note")]
        cells = block.table.cells.reindex(rows).to_numpy(object).ravel()
        found += [block.table.sheet, *(nfc(cell) for cell in cells if isinstance(cell, str))]
    return [text for text in dict.fromkeys(found) if text]


def told(blocks: Sequence[Block], own: Sequence[tuple[Block, Recognition]]) -> frozenset[str]:
    """Which of `ITEMS` the name of the file, its titles and notes, its headers or its format tell."""
    columns = {match.column for _, recognition in own for match in recognition.matches}
    headers = [header for block in blocks for header in block.header]
    words = f"_{slug(' | '.join([blocks[0].table.file, *titles(blocks), *headers]))}_"
    has = {
        "filer": bool({"operator", "provider"} & columns) or any(f"_{name}_" in words for name in names_of_operators()),
        "day": "period" in columns or _DAY.search(words) is not None,
        "crs": any(block.table.crs for block in blocks) or _CRS.search(words) is not None,
        "licence": _LICENCE.search(words) is not None,
    }
    return frozenset(item for item, there in has.items() if there)
