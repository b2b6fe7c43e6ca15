"""Readers: whatever is filed becomes tables of cells. The kind of a file is seen from its content, not its name."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from phusong.errors import FilingError
from phusong.intake.encoding import Font, font
from phusong.intake.readers import archive, delimited, features, kml, markup, pasted, workbook
from phusong.intake.readers.limits import Limits
from phusong.intake.table import RawTable

__all__ = ["Limits", "read"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SQLITE = b"SQLite format 3\0"
_SHAPES = b"\0\0\x27\x0a"
_HEAD = 8_192
_DEPTH = 2
"""Archives within archives: a zip in a gz, a gz in a zip, and no further."""
_FONT_ROWS = 300
"""Rows of a table that tell whether it is written for a font of before Unicode."""
_NO_TABLES = {b"%PDF": "a PDF", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture"}
_PACKED = {b"Rar!": "RAR", b"7z\xbc\xaf": "7z", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd"}


def read(path: Path, limits: Limits | None = None) -> Iterator[RawTable]:
    """
    Tables of a filed file: sheets, layers, members of an archive.

    Parameters
    ----------
    path
        XLSX, XLS, CSV or other delimited text, lines copied from a map page, GeoJSON, KML, KMZ, GeoPackage, Shapefile
        in a zip, Parquet; each also as .gz or within a .zip.

    Raises
    ------
    FilingError
        When the file cannot be read, in a sentence; when a part of it cannot, after all other tables.
    """
    if not path.is_file():
        raise FilingError(f"{path} is {'a folder: name the files in it' if path.is_dir() else 'missing'}")
    fonts: dict[tuple[str, str], Font | None] = {}
    for table in _read(path, path.name, limits or Limits(), depth=0):
        own = (table.file, table.sheet)
        if table.part == 0:
            fonts[own] = font(_texts(table))
        yield _decoded(table, fonts[own])
    if not fonts:
        raise FilingError(f"{path.name} holds no table")


def _texts(table: RawTable) -> list[str]:
    step = max(1, len(table.cells) // _FONT_ROWS)
    parts = (table.cells.iloc[:_FONT_ROWS], table.cells.iloc[::step])
    cells = (cell for part in parts for cell in part.to_numpy(object).ravel())
    return [*table.names, *(cell for cell in cells if isinstance(cell, str))]


def _decoded(table: RawTable, old: Font | None) -> RawTable:
    if old is None:
        return table
    cells = table.cells.copy()
    for column in cells:
        cells[column] = pd.Series([_in_font(cell, old) for cell in cells[column]], cells.index, dtype=object)
    notes = () if table.part else (f"texts are written for fonts of {old.name} and were decoded",)
    return replace(table, cells=cells, names=tuple(map(old.decode, table.names)), notes=(*table.notes, *notes))


def _in_font(cell: Any, old: Font) -> Any:
    return old.decode(cell) if isinstance(cell, str) else cell


def _read(file: Path, name: str, limits: Limits, *, depth: int) -> Iterator[RawTable]:
    try:
        with file.open("rb") as opened:
            head = opened.read(_HEAD)
    except OSError as fault:
        raise FilingError(f"{name} cannot be read: {fault.strerror}") from None
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield from _zipped(file, name, limits, depth=depth)
    elif head.startswith(b"\x1f\x8b"):
        yield from _gzipped(file, name, limits, depth=depth)
    elif head.startswith(_OLE):
        yield from workbook.read_xls(file, name, limits)
    elif head.startswith((_SQLITE, _SHAPES)):
        yield from features.read_vector(file, name)
    elif head.startswith(b"PAR1"):
        yield from features.read_parquet(file, name, limits)
    else:
        _refuse_others(head, name)
        yield from _text(file, name, head, limits)


def _refuse_others(head: bytes, name: str) -> None:
    for start, kind in _NO_TABLES.items():
        if head.startswith(start):
            raise FilingError(f"{name} is {kind}: file the table itself")
    for start, kind in _PACKED.items():
        if head.startswith(start):
            raise FilingError(f"{name} is packed with {kind}: file it unpacked, as .zip or as .gz")


def _text(file: Path, name: str, head: bytes, limits: Limits) -> Iterator[RawTable]:
    plain = head.decode("utf-16", "ignore") if head[:2] in (b"\xff\xfe", b"\xfe\xff") else head.decode("latin-1")
    start = plain.removeprefix("ï»¿").lstrip("\ufeff \t\r\n").lower()
    suffix = name.lower()
    if start.startswith(("{", "[")) and (start[1:].lstrip()[:1] in ('"', "{", "}") or suffix.endswith("json")):
        yield from features.read_geojson(file, name, limits)
    elif start.startswith("<") and ("<kml" in start or suffix.endswith(".kml")):
        yield from kml.read(file, name, limits)
    elif start.startswith("<") and "urn:schemas-microsoft-com:office:spreadsheet" in start:
        raise FilingError(f"{name} is a workbook of Excel 2003 in XML: save it as .xlsx")
    elif start.startswith("<") and ("<html" in start or "<table" in start or "<!doctype html" in start):
        yield from markup.read(file, name, limits)
    elif pasted.holds(file, name):
        yield from pasted.read(file, name, limits)
    else:
        yield from delimited.read(file, name, limits)


def _gzipped(file: Path, name: str, limits: Limits, *, depth: int) -> Iterator[RawTable]:
    _refuse_depth(name, depth)
    with tempfile.TemporaryDirectory() as folder:
        inner = archive.unpack_gzip(file, name, Path(folder), limits)
        yield from _read(inner, name.removesuffix(".gz"), limits, depth=depth + 1)


def _zipped(file: Path, name: str, limits: Limits, *, depth: int) -> Iterator[RawTable]:
    try:
        with zipfile.ZipFile(file) as packed:
            names = set(packed.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise FilingError(
            f"{name} is damaged: it begins as a workbook or an archive does, and ends too early"
        ) from None
    if any(member.startswith("xl/") for member in names):
        yield from workbook.read(file, name, limits)
        return
    if names & {"[Content_Types].xml", "mimetype"}:
        raise FilingError(f"{name} is a document of an office program, no workbook of Excel: save the table as .xlsx")
    _refuse_depth(name, depth)
    with tempfile.TemporaryDirectory() as folder:
        unpacked = archive.unpack_zip(file, name, Path(folder), limits)
        yield from _members(unpacked, name, limits, depth=depth + 1)


def _refuse_depth(name: str, depth: int) -> None:
    if depth >= _DEPTH:
        raise FilingError(f"{name} is an archive within an archive within an archive: unpack it first")


def _members(unpacked: archive.Unpacked, name: str, limits: Limits, *, depth: int) -> Iterator[RawTable]:
    """Tables of all members that can be read, then the faults of the others."""
    faults, notes = [*unpacked.faults], (*unpacked.notes,)
    marks = [told for _, told in unpacked.members if told.lower().endswith(".kml")]
    tables = 0
    for member, told in unpacked.members:
        if marks and name.lower().endswith(".kmz") and told not in marks:
            continue  # pictures of the marks
        try:
            for table in _member(member, told, limits, depth=depth):
                yield table if tables else replace(table, notes=(*notes, *table.notes))
                tables += 1
        except FilingError as fault:
            faults.append(str(fault))
    if faults or not tables:
        raise FilingError("; ".join(faults or [f"{name} holds no table", *notes]))


def _member(member: Path, told: str, limits: Limits, *, depth: int) -> Iterator[RawTable]:
    if member.suffix in (".shp", ".dbf"):
        yield from features.read_vector(member, told)
    else:
        yield from _read(member, told, limits, depth=depth)
