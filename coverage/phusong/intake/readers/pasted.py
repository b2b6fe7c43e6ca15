"""Pasted: the lines that map pages copy for messages, found again in a text, whatever stands around them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from phusong.errors import FilingError
from phusong.intake.encoding import detect
from phusong.intake.readers.features import refuse_size
from phusong.intake.readers.limits import Limits
from phusong.intake.table import RawTable
from phusong.layers.reports import FORMAT

MARK = f"#phusong{FORMAT}|"
"""Begins a report within a line; its cells follow, divided by bars, the note last."""
COLUMNS = (
    "kind", "commune_code", "longitude", "latitude", "reported_at", "report_id", "edition_hash", "page_hash", "period",
    "project", "zone_id", "village_name", "operator", "photo_name", "reporter", "note",
)  # fmt: skip
"""Cells of a line, in order; publish/atlas/answer.js writes them."""
_TABLES = (".csv", ".tsv")
"""A table may hold such a line in a cell."""


def holds(file: Path, name: str) -> bool:
    """Whether a text, which is no table by its name, holds such a line."""
    if name.lower().endswith(_TABLES):
        return False
    with file.open("rb") as opened:
        start = opened.read(1 << 20)
    return MARK.encode() in start or MARK.encode("utf-16-le") in start or MARK.encode("utf-16-be") in start


def read(file: Path, name: str, limits: Limits) -> Iterator[RawTable]:
    """
    The reports of a text, one a line; other lines are none, and counted.

    Raises
    ------
    FilingError
        When the file is too large to be read whole.
    """
    refuse_size(file, name, limits)
    data = file.read_bytes()
    lines = detect(data).decode(data).splitlines()
    found = {number: cells(line) for number, line in enumerate(lines, 1) if MARK in line}
    if not found:
        raise FilingError(f"{name} cannot be read as text: its lines with {MARK} are damaged")
    others = sum(1 for line in lines if line.strip() and MARK not in line)
    index = pd.Index(list(found), dtype="int64")
    table = pd.DataFrame(np.array(list(found.values()), object), index, range(len(COLUMNS) + 1), dtype=object)
    notes = (f"{others} lines without a report were passed over",) if others else ()
    yield RawTable(name, "", table, (*COLUMNS, "format"), notes=notes)


def cells(line: str) -> list[str | None]:
    """
    The cells of a line with a report, and the version of its format; None where one is empty or cut off.

    Examples
    --------
    >>> told = dict(zip(COLUMNS, cells("An: Mất điện – #phusong1|no_power|00004|105.123|21.1234")))
    >>> told["kind"], told["commune_code"], told["latitude"], told["note"]
    ('no_power', '00004', '21.1234', None)
    """
    parts = [part.strip() for part in line.partition(MARK)[2].split("|", len(COLUMNS) - 1)]
    return [part or None for part in parts] + [None] * (len(COLUMNS) - len(parts)) + [FORMAT]
