"""GeoPackage: all tables in one file that QGIS opens coloured, with Vietnamese column names."""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path

import pyogrio

from phusong.publish.exports.content import LABELS, Content, Table
from phusong.publish.exports.qgis_style import alias, table_style
from phusong.text import slug

_STYLES = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME
)
"""
"""As QGIS makes it when a style is saved into a GeoPackage."""
_COLUMNS = """
CREATE TABLE IF NOT EXISTS gpkg_data_columns (
    table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT,
    constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
    CONSTRAINT gdc_tn UNIQUE (table_name, name)
)
"""
"""OGC GeoPackage 1.3, extension Schema."""
_VERSION = "1.3"
"""Of GeoPackage; programs of some years ago warn of a later one."""
_EXTENSION = "http://www.geopackage.org/spec/#extension_schema"


def files(content: Content) -> dict[str, bytes]:
    """Bytes of the one file by its name."""
    edition = content.edition
    return {f"{slug(edition.project)}-{slug(edition.period).upper()}.gpkg": geopackage(content)}


def geopackage(content: Content) -> bytes:
    """All tables, their styles, and the meaning of every column in both languages."""
    moment = f"{content.edition.as_of}T00:00:00.000Z"
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "all.gpkg"
        # a GeoPackage says when it was written; the period's last day makes two exports the same
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": moment})
        try:
            for table in content.tables.values():
                _write(table, file)
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
        _describe(file, content, moment)
        return file.read_bytes()


def _write(table: Table, file: Path) -> None:
    kinds = {str(kind) for kind in table.frame.geom_type.dropna()}
    single = next(iter(kinds)) if len(kinds) == 1 else None
    several = {"Polygon", "MultiPolygon"} if kinds & {"Polygon", "MultiPolygon"} else {"LineString", "MultiLineString"}
    whole = f"Multi{min(several, key=len)}" if len(kinds) > 1 and kinds <= several else single
    pyogrio.write_dataframe(
        table.frame,
        file,
        driver="GPKG",
        layer=table.name,
        append=file.exists(),
        geometry_type=whole or "Unknown",
        promote_to_multi=(whole or "").startswith("Multi"),
        dataset_options=None if file.exists() else {"VERSION": _VERSION},
        layer_options={"DESCRIPTION": " / ".join(LABELS[table.name])},
    )


def _describe(file: Path, content: Content, moment: str) -> None:
    database = sqlite3.connect(file)
    try:
        with database:
            database.execute(_STYLES)
            database.execute(_COLUMNS)
            database.execute(
                "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change) VALUES (?, ?, ?, ?)",
                ("layer_styles", "attributes", "layer_styles", moment),
            )
            database.executemany(
                "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_schema', ?, 'read-write')",
                [("gpkg_data_columns", _EXTENSION), ("gpkg_data_column_constraints", _EXTENSION)],
            )
            for table in content.tables.values():
                _describe_table(database, table, moment)
    finally:
        database.close()


def _describe_table(database: sqlite3.Connection, table: Table, moment: str) -> None:
    vi, en = LABELS[table.name]
    database.execute(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
        "styleQML, styleSLD, useAsDefault, description, owner, ui, update_time) "
        "VALUES ('', '', ?, 'geom', ?, ?, '', 1, ?, '', '', ?)",
        (table.name, table.name, table_style(table), f"{vi} / {en}", moment),
    )
    rows = [
        (table.name, entry.column, entry.column, alias(entry), f"{entry.vi} / {entry.en}")
        for entry in table.entries
        if entry.column in table.columns
    ]
    database.executemany(
        "INSERT INTO gpkg_data_columns (table_name, column_name, name, title, description) VALUES (?, ?, ?, ?, ?)", rows
    )
