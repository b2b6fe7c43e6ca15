"""Files of tasks: tables that are imported, and what an export writes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from phusong.errors import PhusongError
from phusong.intake.days import read_days
from phusong.intake.readers import read
from phusong.ledger import task_table, tasks
from phusong.ledger.bundle import csv_bytes
from phusong.ledger.task_log import Book

_TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xls")


def read_tasks(table: Path) -> task_table.Read:
    """
    Tasks of every sheet of a file, as they are said in it.

    Raises
    ------
    PhusongError
        When it has none, or cannot be read.
    """
    if table.suffix.lower() not in _TABLES:
        raise PhusongError(f"{table.name}: expected a table, {', '.join(_TABLES)}")
    sheets = [sheet for sheet in read(table) if len(sheet.cells)]
    found: dict[str, Mapping[str, Any]] = {}
    words: list[str] = []
    for sheet in sheets:
        rows = list(zip(map(int, sheet.cells.index), sheet.cells.to_numpy(object).tolist(), strict=True))
        name = sheet.sheet if len(sheets) > 1 else ""
        own = task_table.parse(rows, lambda cells: [day.value for day in read_days(cells)], name)
        found |= own.said if own else {}
        words += own.words if own else [f"{name or table.name} has no heading of tasks: not read"]
    if not found:
        raise PhusongError(f"{table.name} has no tasks; expected rows under the headings {task_table.expected()}")
    return task_table.Read(found, tuple(words))


def csv_of(rows: Sequence[Mapping[str, str]]) -> bytes:
    """For spreadsheets: columns as `task_table.RECORD`."""
    return csv_bytes(pd.DataFrame(rows, columns=list(task_table.RECORD), dtype=object))


def json_of(book: Book, day: dt.date, rows: Sequence[Mapping[str, str]]) -> bytes:
    """Tasks with their sums, the counting rule, and the SHA-256 that binds the log they are from."""
    levels: tuple[tasks.Level, ...] = ("agency", "province", "commune")
    told = {
        "as_of": day.isoformat(),
        "rule_vi": tasks.RULE_VI,
        "rule_en": tasks.RULE_EN,
        "log": {"entries": len(book.entries), "sha256": book.digest},
        "sums": {level: [asdict(row) for row in tasks.roll_up(book.tasks.values(), day, level)] for level in levels},
        "tasks": rows,
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()
