"""Canaries: values that must not leave, and a search for them in files of any format, through every wrapping."""

from __future__ import annotations

import base64
import binascii
import contextlib
import gzip
import html
import io
import json
import re
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import rasterio
from PIL import Image
from rasterio.io import MemoryFile

from phusong.ledger.bundle import csv_bytes
from phusong.publish.digits import numbers_of
from phusong.publish.shapes import UNITS_PER_DEGREE

DEPTH = 5
"""Wrappings within wrappings that are opened."""
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{40,}={0,2}")
_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2}){16,}")
_PAIR = re.compile(r"(-?\d{1,3}\.\d+)[,\s]+(-?\d{1,3}\.\d+)")
_KERNING = re.compile(rb"\)\s*-?[\d.]+\s*\(")
"""Between the letters of a line in PDF."""
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


@dataclass(frozen=True)
class Canary:
    """A value and every form of bytes by which it would be known."""

    place: str
    value: str | float
    forms: tuple[bytes, ...]


def word(place: str) -> Canary:
    """
    A word of sixteen letters; twelve of them are enough.

    Pages leave out what a text has in common with the one before, which is hardly more than a letter of random ones.
    """
    value = "".join(chr(ord("g") + int(digit, 16)) for digit in sha256(place.encode()).hexdigest()[:16])
    seen = value[4:]
    return Canary(
        place, value, (seen.encode(), seen.upper().encode(), seen.encode("utf-16-le"), seen.encode("utf-16-be"))
    )


def number(place: str) -> Canary:
    """A number with seven digits before the point, as texts write it and as it is stored."""
    digits = int(sha256(place.encode()).hexdigest(), 16)
    whole = 1_000_000 + digits % 8_999_999
    value = whole + (1 + digits // 8_999_999 % 998) / 1000
    grouped = [f"{one:,}" for one in (whole, whole + 1)]
    texts = [f"{whole}.", f"{whole + 1}.", *grouped, *(one.replace(",", ".") for one in grouped)]
    return Canary(
        place, value, (*(text.encode() for text in texts), struct.pack("<d", value), struct.pack(">d", value))
    )


def position(place: str, x_m: float, y_m: float, longitude: float, latitude: float) -> Canary:
    """A place in metres as it is stored, and in degrees to some ten metres, as `_pairs` writes them."""
    near = [-5e-5, 0.0, 5e-5]
    texts = {
        text.encode()
        for east in near
        for north in near
        for text in (_pair(longitude + east, latitude + north), _pair(latitude + north, longitude + east))
    }
    stored = [struct.pack("<dd", x_m, y_m), struct.pack("<d", x_m), struct.pack("<d", y_m)]
    return Canary(place, f"{x_m}, {y_m}", (*sorted(texts), *stored, f"{x_m:.1f}".encode(), f"{y_m:.1f}".encode()))


def _pair(first: float, second: float) -> str:
    return f"<{first:.4f} {second:.4f}>"


def found(files: dict[str, bytes], canaries: Iterable[Canary]) -> list[str]:
    """Which canaries stand in which files; what was met in an earlier file is not opened again."""
    every, met, seen = list(canaries), set(), []
    forms = {form for one in every for form in one.forms}
    for name, data in files.items():
        there = _standing(forms, b"\0".join(opened(data, met)))
        seen += [f"{one.place} in {name}" for one in every if not there.isdisjoint(one.forms)]
    return seen


def _standing(forms: set[bytes], data: bytes) -> set[bytes]:
    """
    Those that stand in the data.

    A thousand forms are looked for in one pass: only those are searched whose first eight bytes are met.
    """
    heads = np.array([int.from_bytes(form[:8], "little") for form in forms], np.uint64)
    likely = np.zeros(2**16, bool)
    likely[_hashed(heads)] = True
    met: set[int] = set()
    for offset in range(min(8, len(data))):
        eights = np.frombuffer(data, "<u8", (len(data) - offset) // 8, offset)
        met.update(eights[likely[_hashed(eights)]].tolist())
    return {form for form in forms if (len(form) < 8 or int.from_bytes(form[:8], "little") in met) and form in data}


def _hashed(eights: np.ndarray) -> np.ndarray:
    """Sixteen bits of each eight bytes, by Knuth's multiplication."""
    return (eights * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(48)


def opened(data: bytes, met: set[bytes] | None = None, depth: int = DEPTH) -> Iterator[bytes]:
    """The bytes themselves and, one after the other, all that can be unpacked or decoded out of them."""
    met = set() if met is None else met
    if (digest := sha256(data).digest()) in met:
        return
    met.add(digest)
    yield data
    for reader in READERS if depth else ():
        for inner in filter(None, reader(data)):
            yield from opened(inner, met, depth - 1)


def _zipped(data: bytes) -> Iterator[bytes]:
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield archive.comment
            for member in archive.infolist():
                yield member.filename.encode() + member.comment + member.extra
                yield archive.read(member)


def _gzipped(data: bytes) -> Iterator[bytes]:
    if data[:2] == b"\x1f\x8b":
        yield gzip.decompress(data)


def _deflated(data: bytes) -> Iterator[bytes]:
    """Every zlib stream, wherever it begins, as in PDF and PNG; and what is deflated without a head."""
    for start in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", data):
        inner = _inflated(data[start.start() :], zlib.MAX_WBITS)
        yield inner
        yield _KERNING.sub(b"", inner)
    if len(data) < 1_000_000:
        yield _inflated(data, -zlib.MAX_WBITS)


def _inflated(data: bytes, bits: int) -> bytes:
    try:
        return zlib.decompressobj(bits).decompress(data)
    except zlib.error:
        return b""


def _parquet(data: bytes) -> Iterator[bytes]:
    if data[:4] == b"PAR1":
        table = pq.read_table(io.BytesIO(data))
        yield str(table.schema).encode()
        for name in table.column_names:
            values = table.column(name).to_pylist()
            yield b"\n".join(one if isinstance(one, bytes) else str(one).encode() for one in values)


def _sqlite(data: bytes) -> Iterator[bytes]:
    """What the tables hold; free pages, which no query reads, are in the bytes themselves."""
    if data[:16] == b"SQLite format 3\0":
        database = sqlite3.connect(":memory:")
        database.deserialize(data)
        database.text_factory = bytes
        for (name,) in database.execute("select name from sqlite_master where type = 'table'").fetchall():
            try:
                rows = database.execute(f'select * from "{name.decode()}"').fetchall()
            except sqlite3.OperationalError:
                continue  # an index of an extension that is not here; its bytes were read
            yield b"\n".join(one if isinstance(one, bytes) else str(one).encode() for row in rows for one in row)


def _image(data: bytes) -> Iterator[bytes]:
    if data[:8] == b"\x89PNG\r\n\x1a\n" or data[:3] == b"\xff\xd8\xff":
        with Image.open(io.BytesIO(data)) as image:
            yield json.dumps({key: str(value) for key, value in image.info.items()}).encode()
            yield image.tobytes()


def _raster(data: bytes) -> Iterator[bytes]:
    if data[:4] in (b"II*\0", b"MM\0*", b"II+\0"):
        with MemoryFile(data) as memory, rasterio.open(memory) as raster:
            yield json.dumps([raster.tags(), *(raster.tags(band) for band in raster.indexes)]).encode()
            yield str(raster.descriptions).encode()
            yield np.ascontiguousarray(raster.read()).tobytes()


def _text(data: bytes) -> Iterator[bytes]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return
    yield html.unescape(text).encode()
    yield _ESCAPED.sub(lambda hit: chr(int(hit[1], 16)), text).encode("utf-8", "surrogatepass")
    for block in _BASE64.findall(data):
        yield _decoded(block)
    for block in _HEX.findall(data):
        yield binascii.unhexlify(block)
    yield "\n".join(_pair(float(a), float(b)) for a, b in _PAIR.findall(text)).encode()
    yield from _pages(text)


def _decoded(block: bytes) -> bytes:
    plain = block.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    if len(plain) % 4 == 1:
        return b""
    return base64.b64decode(plain + b"=" * (-len(plain) % 4))


def _pages(text: str) -> Iterator[bytes]:
    """The data blocks of a page: places there are steps from the place before, so they are added up again."""
    for block in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', text, re.DOTALL):
        for steps in re.findall(r"\[(-?\d+(?:,-?\d+){1,})\]", block):
            units = np.array(steps.split(","), np.int64)
            if len(units) % 2 == 0:
                yield _places(units)
        with contextlib.suppress(ValueError):  # what was decoded once more may be no JSON any longer
            yield from _packed(json.loads(block))


def _places(steps: np.ndarray) -> bytes:
    degrees = steps[: len(steps) // 2 * 2].reshape(-1, 2).cumsum(axis=0) / UNITS_PER_DEGREE
    return "\n".join(_pair(*one) for one in degrees).encode()


def _packed(block: Any) -> Iterator[bytes]:
    """Numbers and places that are packed into texts; a column that is kept as what it lacks of another one, whole."""
    columns: list[np.ndarray] = []
    for column in block.get("columns", []) if isinstance(block, dict) else []:
        own = numbers_of(column["digits"])
        columns.append(columns[column["less"]] - own if "less" in column else own)
    yield from map(_decimals, columns)
    for node in _nodes(block):
        if isinstance(node.get("digits"), str):
            yield _decimals(numbers_of(node["digits"]))
        if "units_per_degree" in node and isinstance(node.get("text"), str):
            steps = numbers_of(node["text"])
            yield _places(steps)
            yield _places(steps[1 + max(int(steps[0]), 0) :] if len(steps) else steps)


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    left = [tree]
    while left:
        node = left.pop()
        if isinstance(node, dict):
            yield node
            left += node.values()
        elif isinstance(node, list):
            left += node


def _decimals(numbers: np.ndarray) -> bytes:
    """As texts write them, also where they are kept as tenths, hundredths or thousandths."""
    return "\n".join(f"{one // scale}." for scale in (1, 10, 100, 1000) for one in numbers.tolist()).encode()


READERS = (_zipped, _gzipped, _deflated, _parquet, _sqlite, _image, _raster, _text)


def table_files(name: str, table: pd.DataFrame) -> dict[str, bytes]:
    """A table in the formats in which tables are handed out, and all of them in a zip file."""
    plain = pd.DataFrame(table.drop(columns="geometry", errors="ignore"))
    files = {
        f"{name}.csv": csv_bytes(plain),
        f"{name}.json": plain.to_json(orient="split", default_handler=str).encode(),
    }
    into = io.BytesIO()
    table.to_parquet(into, index=False, compression="zstd")
    files[f"{name}.parquet"] = into.getvalue()
    if "geometry" in table and len(table):
        files[f"{name}.geojson"] = table.to_crs("EPSG:4326").to_json(default=str).encode()
        packed = io.BytesIO()
        table.to_file(packed, driver="GPKG", layer=name, engine="pyogrio")
        files[f"{name}.gpkg"] = packed.getvalue()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened_archive:
        for file, data in files.items():
            opened_archive.writestr(file, data)
    return files | {f"{name}.zip": archive.getvalue()}
