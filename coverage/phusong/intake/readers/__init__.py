"""Readers: whatever is filed becomes tables of cells. The kind of a file is seen from its content, not its name."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from phusong.errors import FilingError
from phusong.intake.readers import archive, delimited, features, markup, workbook
from phusong.intake.readers.limits import Limits
from phusong.intake.table import RawTable

__all__ = ["Limits", "read"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD = 8_192


def read(path: Path, limits: Limits | None = None) -> Iterator[RawTable]:
    """
    Tables of a filed file: sheets, layers, members of an archive.

    Parameters
    ----------
    path
        XLSX, XLS, CSV or other delimited text, GeoJSON, KML, KMZ, GeoPackage, Shapefile in a zip, Parquet; each also as
        .gz or within a .zip.

    Raises
    ------
    FilingError
        When the file cannot be read, in a sentence.
    """
    if not path.is_file():
        raise FilingError(f"{path} is {'a folder: name the files in it' if path.is_dir() else 'missing'}")
    yield from _read(path, path.name, limits or Limits(), nested=False)


def _read(file: Path, name: str, limits: Limits, *, nested: bool) -> Iterator[RawTable]:
    try:
        with file.open("rb") as opened:
            head = opened.read(_HEAD)
    except OSError as fault:
        raise FilingError(f"{name} cannot be read: {fault.strerror}") from None
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        yield from _zipped(file, name, limits, nested=nested)
    elif head.startswith(b"\x1f\x8b"):
        if nested:
            raise FilingError(f"{name} is an archive within an archive: unpack it first")
        with tempfile.TemporaryDirectory() as folder:
            inner = archive.unpack_gzip(file, name, Path(folder), limits)
            yield from _read(inner, name.removesuffix(".gz"), limits, nested=True)
    elif head.startswith(_OLE):
        yield from workbook.read_xls(file, name)
    elif head.startswith(b"SQLite format 3\0"):
        yield from _vector(file, name, limits)
    elif head.startswith(b"PAR1"):
        yield from features.read_parquet(file, name, limits)
    elif head.startswith(b"%PDF") or head.startswith(b"\x89PNG") or head.startswith(b"\xff\xd8\xff"):
        raise FilingError(f"{name} is a picture or a PDF: file the table itself")
    else:
        yield from _text(file, name, head, limits)


def _text(file: Path, name: str, head: bytes, limits: Limits) -> Iterator[RawTable]:
    plain = head.decode("utf-16", "ignore") if head[:2] in (b"\xff\xfe", b"\xfe\xff") else head.decode("latin-1")
    start = plain.removeprefix("ï»¿").lstrip("\ufeff \t\r\n").lower()
    suffix = name.lower()
    if start.startswith(("{", "[")) and (start[1:].lstrip()[:1] in ('"', "{", "}") or suffix.endswith("json")):
        yield from features.read_geojson(file, name, limits)
    elif start.startswith("<") and ("<kml" in start or suffix.endswith(".kml")):
        yield from features.read_kml(file, name, limits)
    elif start.startswith("<") and ("<html" in start or "<table" in start or "<!doctype html" in start):
        yield from markup.read(file, name, limits)
    else:
        yield from delimited.read(file, name, limits)


def _zipped(file: Path, name: str, limits: Limits, *, nested: bool) -> Iterator[RawTable]:
    try:
        with zipfile.ZipFile(file) as packed:
            names = set(packed.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise FilingError(
            f"{name} is damaged: it begins as a workbook or an archive does, and ends too early"
        ) from None
    if "[Content_Types].xml" in names or any(member.startswith("xl/") for member in names):
        yield from workbook.read(file, name, limits)
        return
    if nested and not any(member.endswith(".kml") for member in names):
        raise FilingError(f"{name} is an archive within an archive: unpack it first")
    with tempfile.TemporaryDirectory() as folder:
        members, notes = archive.unpack_zip(file, name, Path(folder), limits)
        kml = any(member.endswith(".kml") for member in names) and name.lower().endswith(".kmz")
        tables = 0
        for member, told in members:
            if kml and not told.endswith(".kml"):
                continue
            for table in _member(member, told, limits):
                yield replace(table, notes=(*notes, *table.notes)) if tables == 0 else table
                tables += 1
        if not tables:
            raise FilingError("; ".join([f"{name} holds no table", *notes]))


def _member(member: Path, told: str, limits: Limits) -> Iterator[RawTable]:
    if member.suffix == ".shp":
        yield from _vector(member, told, limits)
    else:
        yield from _read(member, told, limits, nested=True)


def _vector(file: Path, name: str, limits: Limits) -> Iterator[RawTable]:
    yield from features.read_vector(file, name, limits)
