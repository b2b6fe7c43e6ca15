"""Annexes: the rows from which the figures of a report were counted, a sheet for each table that was asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from phusong.publish.report.model import Figure, Query, Sheet, Word
from phusong.publish.report.tables import Tables

_KEYS = (
    *("unit_level", "unit_code", "unit_name", "province_code", "province_name", "commune_code", "commune_name"),
    *("rank", "zone_id", "gap", "cause", "first_seen", "people", "topic", "figure", "definition_id", "version"),
    *("operator", "technology", "environment", "reading", "quantity", "goal", "task_id", "id", "kind", "first"),
    *("second", "filing", "filer", "layer", "reason"),
)
"""Columns that say what a row is, where a table has them."""


def annexes(figures: Sequence[Figure], tables: Tables) -> tuple[Sheet, ...]:
    """A sheet each table, in order of first use."""
    asked: dict[str, list[Query]] = {}
    for figure in figures:
        if figure.query.table in tables.frames:
            asked.setdefault(figure.query.table, []).append(figure.query)
    return tuple(_sheet(name, queries, tables) for name, queries in asked.items())


def rows_of(queries: Sequence[Query], tables: Tables) -> pd.DataFrame:
    """The rows that questions to one table mean, with what says which they are and what was asked of them."""
    frame = tables.frames[queries[0].table]
    # the questions of a table ask the same rows over and over
    places = {(query.where): tables.rows(query) for query in queries}
    rows = np.unique(np.concatenate([*places.values()])) if places else np.zeros(0, np.int64)
    used = dict.fromkeys(name for query in queries for name in (*(key for key, _ in query.where), *query.columns))
    columns = dict.fromkeys([name for name in (*_KEYS, *used) if name in frame])
    return frame.iloc[rows][list(columns)] if columns else frame.iloc[rows]


def plain(value: Any) -> Word | None:
    """A cell as text or a number; None where nothing is known."""
    if isinstance(value, str):
        return value
    if value is None or pd.isna(value):
        return None
    found = value.item() if hasattr(value, "item") else value
    return found if isinstance(found, int | float | bool) else str(found)


def _sheet(name: str, queries: Sequence[Query], tables: Tables) -> Sheet:
    rows = rows_of(queries, tables)
    return Sheet(f"rows_{name.replace('/', '_')}", name, tuple(map(str, rows)), tuple(_cells(rows)))


def _cells(rows: pd.DataFrame) -> Iterator[tuple[Word | None, ...]]:
    for row in rows.itertuples(index=False, name=None):
        yield tuple(map(plain, row))
