"""PostGIS: all tables in one schema of a database, replaced in one transaction: all of them or none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely
from pyproj import CRS

from phusong.errors import SnapshotError
from phusong.publish.exports.content import LABELS, Content, Table
from phusong.publish.exports.metadata import metadata
from phusong.text import slug

if TYPE_CHECKING:
    import psycopg

_TYPES = {"text": "text", "integer": "bigint", "number": "double precision", "yes_no": "boolean", "date": "date"}
_OURS = "phusong: "
"""Begins the comment of every table that an export made; only such tables are replaced."""
_CONNECT_S = 10


def load(content: Content, url: str, schema: str) -> dict[str, int]:
    """
    Put all tables into a schema with indexes and comments, in place of those that an earlier export put there.

    It is one transaction: where the server goes away in the middle, the database stays as it was.

    Parameters
    ----------
    url
        Connection as `postgresql://user@host:port/database`.
    schema
        Name of the schema; made where it is not there.

    Returns
    -------
    Rows of each table.

    Raises
    ------
    SnapshotError
        When the server cannot be reached, has no PostGIS, or a table of that name is somebody else's.
    """
    try:
        import psycopg
    except ImportError as fault:
        raise SnapshotError(
            f"Không nạp được thư viện của PostgreSQL / PostgreSQL's client library is missing: {fault}. "
            "Install it with: pip install 'phusong[postgis]'"
        ) from None
    try:
        with psycopg.connect(url, connect_timeout=_CONNECT_S) as connection:
            return _load(connection, content, schema)
    except psycopg.Error as fault:
        said = " ".join(str(fault).split()) or type(fault).__name__
        raise SnapshotError(f"Chưa ghi gì vào cơ sở dữ liệu / nothing was written to the database: {said}") from None


def _load(connection: psycopg.Connection[Any], content: Content, schema: str) -> dict[str, int]:
    from psycopg import sql

    _refuse_without_postgis(connection)
    srid = _srid(connection, content)
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
    _clear(connection, schema, content.tables)
    for name, table in content.tables.items():
        _create(connection, schema, table, srid)
        _copy(connection, schema, table, srid)
        _index(connection, schema, table)
        _comment(connection, schema, table, metadata(content, name, [table], CRS(srid)))
    return {name: len(table.frame) for name, table in content.tables.items()}


def _refuse_without_postgis(connection: psycopg.Connection[Any]) -> None:
    if not _one(connection, "SELECT to_regtype('geometry') IS NOT NULL"):
        raise SnapshotError(
            "Cơ sở dữ liệu chưa có PostGIS / the database has no PostGIS: let its owner run CREATE EXTENSION postgis."
        )


def _clear(connection: psycopg.Connection[Any], schema: str, wanted: Iterable[str]) -> None:
    """Drop every table that an earlier export left, also of what is not exported now: it may be of a higher tier."""
    from psycopg import sql

    there = connection.execute(
        "SELECT c.relname, coalesce(obj_description(c.oid, 'pg_class'), '') FROM pg_class c "
        "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'f')",
        (schema,),
    ).fetchall()
    ours = {name for name, comment in there if comment.startswith(_OURS)}
    if foreign := sorted(({name for name, _ in there} - ours) & set(wanted)):
        raise SnapshotError(
            f"{schema}: {', '.join(foreign)} đã có, không do phusong xuất / is there and was not made by an "
            "export; choose another schema."
        )
    for name in sorted(ours):
        connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(schema, name)))


def _srid(connection: psycopg.Connection[Any], content: Content) -> int:
    """EPSG code of the project where the database knows it, else 4326."""
    code = CRS(content.edition.communes.crs).to_epsg()
    known = code and _one(connection, "SELECT true FROM spatial_ref_sys WHERE srid = %s", (code,))
    return int(code) if code and known else 4326


def _create(connection: psycopg.Connection[Any], schema: str, table: Table, srid: int) -> None:
    from psycopg import sql

    kinds = {entry.column: _TYPES.get(entry.type.removesuffix("?"), "text") for entry in table.entries}
    columns = [sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kinds[name])) for name in table.columns]
    columns.append(sql.SQL("geometry geometry(Geometry, {})").format(sql.Literal(srid)))
    place = sql.Identifier(schema, table.name)
    connection.execute(sql.SQL("CREATE TABLE {} ({})").format(place, sql.SQL(", ").join(columns)))


def _copy(connection: psycopg.Connection[Any], schema: str, table: Table, srid: int) -> None:
    from psycopg import sql

    into = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(schema, table.name))
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows(table, srid):
            copy.write_row(row)


def rows(table: Table, srid: int) -> Iterator[tuple[Any, ...]]:
    """Values of each row as PostgreSQL takes them, the outline as the last; what is not known is None."""
    outlines = shapely.set_srid(table.frame.geometry.to_crs(srid).to_numpy(), srid)
    shapes = shapely.to_wkb(outlines, hex=True, include_srid=True)
    columns = [_plain(table.frame[name]) for name in table.columns]
    return zip(*columns, shapes, strict=True)


def _plain(column: pd.Series) -> list[Any]:
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return [None if pd.isna(day) else day.date() for day in column]
    return [None if pd.isna(value) else value.item() if hasattr(value, "item") else value for value in column]


def _index(connection: psycopg.Connection[Any], schema: str, table: Table) -> None:
    from psycopg import sql

    place = sql.Identifier(schema, table.name)
    connection.execute(sql.SQL("CREATE INDEX ON {} USING gist (geometry)").format(place))
    for name in table.columns:
        if name.endswith(("_code", "_id")) or name == "h3_cell":
            connection.execute(sql.SQL("CREATE INDEX ON {} ({})").format(place, sql.Identifier(name)))


def _comment(connection: psycopg.Connection[Any], schema: str, table: Table, about: Mapping[str, Any]) -> None:
    """What the table is, with all metadata, and what each column means, in both languages."""
    from psycopg import sql

    told = f"{_OURS}{' / '.join(LABELS[table.name])}\n{json.dumps(about, ensure_ascii=False)}"
    place = sql.Identifier(schema, table.name)
    connection.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(place, sql.Literal(told)))
    for entry in table.entries:
        said = f"{entry.vi} / {entry.en}" + (f" [{entry.unit}]" if entry.unit not in ("", "1") else "")
        column = sql.Identifier(schema, table.name, entry.column)
        connection.execute(sql.SQL("COMMENT ON COLUMN {} IS {}").format(column, sql.Literal(said)))


def _one(connection: psycopg.Connection[Any], query: Any, values: tuple[Any, ...] = ()) -> Any:
    found = connection.execute(query, values).fetchone()
    return found[0] if found else None


def schema_of(content: Content) -> str:
    """
    Name of the schema where none is asked: project, period, tier and unit.

    PostgreSQL cuts names after 63 letters; this is cut here, so that it says what it is called.
    """
    edition = content.edition
    return "_".join(filter(None, map(slug, (edition.project, edition.period, content.tier, content.unit))))[:63]
