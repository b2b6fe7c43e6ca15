"""History: the tables of all periods as views, read with SQL; one SELECT, and nothing but these tables."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from phusong.errors import SnapshotError
from phusong.ledger import figures, snapshot
from phusong.ledger.standing import OPENED, Closing, standing
from phusong.text import nearest

VIEWS = ("indicators", "communes", "zones", "zones_closed", "provinces", "villages")
PERIODS = "periods"
_MADE_UP = {"range", "generate_series", "unnest"}
"""Table functions that read nothing."""
_CLOSED_IN: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
}
_KEY = ["definition_id", "operator", "technology", "environment", "unit_level", "unit_code"]


def query(folder: Path, sql: str) -> pd.DataFrame:
    """
    What one SELECT finds in the periods of a study.

    Parameters
    ----------
    sql
        Over `VIEWS`, each of them that table of all periods, by the names of their columns, with a `period` before
        them and no outlines; and over `periods` (period, state, digest, closed_at, closed_by). No file can be read or
        written, no setting changed and no extension loaded; of table functions, range, generate_series and unnest.

    Returns
    -------
    The rows, of plain Python values; None where nothing is known.

    Raises
    ------
    SnapshotError
        When it is anything but one SELECT over these, DuckDB refuses it, or a table that it reads is not what a run
        wrote.
    """
    names = _tables_of(sql)
    with _opened(folder, names) as database:
        try:
            found = database.execute(sql)
            return pd.DataFrame(found.fetchall(), columns=[told[0] for told in found.description or ()], dtype=object)
        except duckdb.Error as fault:
            raise SnapshotError(f"The query failed. {_sentence(fault)}") from None


def series(folder: Path, period: str | None = None) -> pd.DataFrame:
    """
    Indicators of the study and its provinces through the periods.

    Columns: definition_id, operator, technology, environment, unit_level, unit_code, unit_name (empty for the study),
    line, version, period, value, numerator, denominator, low, high, state (`closed`, `open`, `opened for correction`).
    `line` counts, within what stands before it, the stretches of one version: figures are compared along a line only.

    Parameters
    ----------
    period
        Of one period only.

    Raises
    ------
    SnapshotError
        When there is no period, or a table is not what a run wrote.
    """
    if not snapshot.periods(folder):
        raise SnapshotError(f"There is no snapshot in {folder}.")
    if period is not None:
        snapshot.whole(folder, period, ())
    with _opened(folder, {"indicators", "provinces"}) as database:
        found = database.execute(_SERIES, {"period": period}).df()
    changed = found.version != found.groupby(_KEY, dropna=False).version.shift()
    found.insert(len(_KEY) + 1, "line", changed.groupby([found[name] for name in _KEY], dropna=False).cumsum())
    return found


def breaks(table: pd.DataFrame) -> list[str]:
    """
    Where a definition changed its version, a sentence each, from a table as `series` makes it.

    Raises
    ------
    KeyError
        When the table has other columns.
    """
    before = table.groupby(_KEY, dropna=False)[["version", "period"]].shift()
    anew = table.assign(old=before.version, until=before.period)[table.line > 1]
    told = anew[["definition_id", "period", "version", "until", "old"]].drop_duplicates().sort_values("period")
    return [
        f"{row.definition_id}: phiên bản / version {row.old} đến / until {row.until}, {row.version} từ / from "
        f"{row.period}: a new line begins, and is not compared with the old."
        for row in told.itertuples()
    ]


_SERIES = """
SELECT definition_id, operator, technology, environment, unit_level, unit_code,
    coalesce(province_name, '') AS unit_name, version, period, value, numerator, denominator, low, high, state
FROM indicators
JOIN periods USING (period)
LEFT JOIN (SELECT period, unit_code, province_name FROM provinces WHERE unit_level = 'province')
    USING (period, unit_code)
WHERE unit_level IN ('study', 'province') AND ($period IS NULL OR period = $period)
ORDER BY definition_id, operator, technology, environment, unit_level = 'province', unit_code, period
"""


def _tables_of(sql: str) -> set[str]:
    """The views that a statement reads, after it was found to be one SELECT that reads nothing else."""
    with contextlib.closing(duckdb.connect(":memory:", config=_CLOSED_IN)) as database:
        try:
            statements = database.extract_statements(sql)
            kinds = [statement.type.name for statement in statements]
            told = database.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchall()[0][0]
        except duckdb.Error as fault:
            raise SnapshotError(f"This is no SQL. {_sentence(fault)}") from None
    tree = json.loads(told)
    if len(kinds) != 1 or kinds != ["SELECT"] or tree["error"]:
        others = ", ".join(kind for kind in kinds if kind != "SELECT")
        found = others or ("something else" if len(kinds) == 1 else f"{len(kinds)} statements")
        raise SnapshotError(f"One SELECT is expected, and nothing else (found {found}).")
    nodes = list(_nodes(tree))
    for node in nodes:
        if node.get("type") == "TABLE_FUNCTION" and _called(node) not in _MADE_UP:
            raise SnapshotError(f"{_called(node)}() is refused: a query reads the tables of the periods, no files.")
    own = {str(entry["key"]).lower() for node in nodes for entry in (node.get("cte_map") or {}).get("map", ())}
    read = {str(node["table_name"]).lower() for node in nodes if node.get("type") == "BASE_TABLE"}
    there = f"there are {', '.join((*VIEWS, PERIODS))}"
    if not read and any(node.get("type") == "SHOW_REF" for node in nodes):
        raise SnapshotError(f"One SELECT is expected; {there}, and DESCRIBE tells the columns of one.")
    for name in sorted(read - own - {*VIEWS, PERIODS}):
        near = nearest(name, VIEWS)
        raise SnapshotError(f"There is no table '{name}'; {f'did you mean {near}?' if near else f'{there}.'}")
    return read & set(VIEWS)


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    left = [tree]
    while left:
        node = left.pop()
        if isinstance(node, dict):
            yield node
            left += node.values()
        elif isinstance(node, list):
            left += node


def _called(node: dict[str, Any]) -> str:
    return str(node["function"]["function_name"]).lower()


@contextlib.contextmanager
def _opened(folder: Path, names: set[str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory with the views of these names, which can read their files and nothing else."""
    tables = sorted(names)
    parts: dict[str, list[tuple[str, Path]]] = {name: [] for name in tables}
    standings, last = [], standing(folder)
    for period in snapshot.periods(folder):
        run, digest = snapshot.whole(folder, period, tables)
        standings.append(_standing(period, digest, last.get(period)))
        for name in tables:
            if f"{name}.parquet" in run["files"]:
                parts[name].append((period, (folder / period / f"{name}.parquet").resolve()))
    with contextlib.closing(duckdb.connect(":memory:", config=_CLOSED_IN)) as database:
        paths = [file for places in parts.values() for _, file in places]
        database.execute(f"SET allowed_paths = [{', '.join(map(_quoted, paths))}]")
        database.execute("SET enable_external_access = false")
        for name, places in parts.items():
            if places:
                database.execute(f"CREATE VIEW {name} AS {_union(database, places)}")
        columns = "period VARCHAR, state VARCHAR, digest VARCHAR, closed_at VARCHAR, closed_by VARCHAR"
        database.execute(f"CREATE TABLE {PERIODS} ({columns})")
        if standings:
            database.executemany(f"INSERT INTO {PERIODS} VALUES (?, ?, ?, ?, ?)", standings)
        database.execute("SET lock_configuration = true")
        yield database


def _standing(period: str, digest: str, last: Closing | None) -> tuple[str | None, ...]:
    if last is None:
        return (period, "open", digest, None, None)
    if last.act == OPENED:
        return (period, last.act, digest, None, None)
    if last.digest != digest:
        raise SnapshotError(f"{period} was {last}; what lies there is another snapshot. See `phusong ledger verify`.")
    return (period, last.act, digest, last.at, last.by)


def _union(database: duckdb.DuckDBPyConnection, places: Sequence[tuple[str, Path]]) -> str:
    parts = []
    for period, file in places:
        table = f"read_parquet({_quoted(file)})"
        columns = [told[0] for told in database.execute(f"SELECT * FROM {table} LIMIT 0").description or ()]
        hidden = [name for name in ("geometry", "period") if name in columns]
        rest = f"* EXCLUDE ({', '.join(hidden)})" if hidden else "*"
        if set(figures.COUNTED) <= set(columns):
            rest += f", {figures.SQL}"
        parts.append(f"SELECT {_quoted(period)} AS period, {rest} FROM {table}")
    return " UNION ALL BY NAME ".join(parts)


def _quoted(text: str | Path) -> str:
    return "'" + str(text).replace("'", "''") + "'"


def _sentence(fault: duckdb.Error) -> str:
    """What DuckDB says, without the drawing below it."""
    return " ".join(str(fault).split("\n\nLINE")[0].split())
