"""COG: a Cloud-Optimised GeoTIFF put together from compressed blocks, the coarsest level first."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from rasterio.io import MemoryFile

from phusong.grid import Grid
from phusong.ledger.blocks import EDGE, Place, levels

_LAYOUT = (
    b"LAYOUT=IFDS_BEFORE_DATA\nBLOCK_ORDER=ROW_MAJOR\nBLOCK_LEADER=SIZE_AS_UINT4\n"
    b"BLOCK_TRAILER=LAST_4_BYTES_REPEATED\nKNOWN_INCOMPATIBLE_EDITION=NO\n "
)
_GHOST = b"GDAL_STRUCTURAL_METADATA_SIZE=%06d bytes\n" % len(_LAYOUT) + _LAYOUT
"""What GDAL reads the layout of a file from."""
_ASCII, _SHORT, _LONG, _LONG8 = 2, 3, 4, 16
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 12: 8, 16: 8}
_GEO = (33550, 33922, 34735, 34736, 34737, 42112, 42113)
"""Tags for place, CRS, metadata and no data."""
_NOT_OF_OVERVIEWS = (33550, 33922, 34735, 34736, 34737, 42112)
_HEADER, _COUNT, _ENTRY, _NEXT = 16, 8, 20, 8
_UNSIGNED, _SIGNED, _FLOAT = 1, 2, 3
_DEFLATE, _DIFFERENCES, _OF_FLOATS = 8, 2, 3


FRAME = 4
"""Bytes before a block, its size, and behind it, its last ones again: so one who reads on knows where he is."""


class Stored(NamedTuple):
    """Where the bytes of a block are, in those of all blocks."""

    start: int
    size: int


class Tag(NamedTuple):
    """A tag of a TIFF: type, number of values, and their bytes."""

    kind: int
    number: int
    data: bytes


def geo_tags(grid: Grid, dtype: str, nodata: float | None, tags: Mapping[str, str], description: str) -> dict[int, Tag]:
    """The tags for place, CRS, metadata and no data, as GDAL writes them."""
    profile: dict[str, Any] = {
        "driver": "GTiff", "dtype": dtype, "count": 1, "height": 1, "width": 1, "crs": grid.crs.to_wkt(),
        "transform": grid.transform, "nodata": nodata,
    }  # fmt: skip
    with MemoryFile() as memory:
        with memory.open(**profile) as raster:
            raster.update_tags(**tags)
            raster.set_band_description(1, description)
        file = bytes(memory.read())
    order = "<" if file[:2] == b"II" else ">"
    (start,) = struct.unpack_from(order + "I", file, 4)
    (count,) = struct.unpack_from(order + "H", file, start)
    found: dict[int, Tag] = {}
    for number in range(count):
        at = start + 2 + 12 * number
        code, kind, values = struct.unpack_from(order + "HHI", file, at)
        size = _SIZES[kind] * values
        place = at + 8 if size <= 4 else struct.unpack_from(order + "I", file, at + 8)[0]
        if code in _GEO:
            found[code] = Tag(kind, values, _little(file[place : place + size], kind, order))
    return found


def framed(block: bytes) -> bytes:
    """A block as it stands in a file."""
    return struct.pack("<I", len(block)) + block + block[-FRAME:]


def header(shape: tuple[int, int], dtype: str, geo: Mapping[int, Tag], stored: Mapping[Place, Stored]) -> bytes:
    """
    All of a file that stands before its blocks, which follow in the order of their starts.

    Parameters
    ----------
    shape
        Of the raster.
    stored
        The blocks by place, in a row of blocks as of `framed`; one that is not there holds no data.
    """
    sizes = levels(shape)
    directories = [_directory(level, size, dtype, geo, stored) for level, size in enumerate(sizes)]
    at = _HEADER + len(_GHOST)
    at += -at % 8
    starts = []
    for tags in directories:
        starts.append(at)
        at += _length(tags)
    ends = [*starts[1:], 0]
    parts = [struct.pack("<2sHHHQ", b"II", 43, 8, 0, starts[0]), _GHOST]
    parts.append(b"\0" * (starts[0] - _HEADER - len(_GHOST)))
    for tags, start, following in zip(directories, starts, ends, strict=True):
        parts.append(_written(_moved(tags, at), start, following))
    return b"".join(parts)


def _directory(
    level: int, size: tuple[int, int], dtype: str, geo: Mapping[int, Tag], stored: Mapping[Place, Stored]
) -> dict[int, Tag]:
    kind = np.dtype(dtype)
    rows, columns = (-(-edge // EDGE) for edge in size)
    blocks = [stored.get((level, row, column)) for row in range(rows) for column in range(columns)]
    # -1 is no block: the places of the others are counted from the first block, and moved when the header is measured
    starts = np.array([-1 if block is None else block.start for block in blocks], "<i8")
    lengths = np.array([0 if block is None else block.size for block in blocks], "<i8")
    own = {
        254: _number(_LONG, int(level > 0)),
        256: _number(_LONG, size[1]),
        257: _number(_LONG, size[0]),
        258: _number(_SHORT, 8 * kind.itemsize),
        259: _number(_SHORT, _DEFLATE),
        262: _number(_SHORT, 1),
        277: _number(_SHORT, 1),
        284: _number(_SHORT, 1),
        317: _number(_SHORT, _OF_FLOATS if kind.kind == "f" else _DIFFERENCES),
        322: _number(_SHORT, EDGE),
        323: _number(_SHORT, EDGE),
        324: Tag(_LONG8, len(blocks), starts.tobytes()),
        325: Tag(_LONG8, len(blocks), lengths.tobytes()),
        339: _number(_SHORT, {"f": _FLOAT, "i": _SIGNED}.get(kind.kind, _UNSIGNED)),
    }
    told = {code: tag for code, tag in geo.items() if level == 0 or code not in _NOT_OF_OVERVIEWS}
    return dict(sorted({**own, **told}.items()))


def _moved(tags: Mapping[int, Tag], by: int) -> dict[int, Tag]:
    starts = np.frombuffer(tags[324].data, "<i8")
    return {**tags, 324: Tag(_LONG8, len(starts), np.where(starts < 0, 0, starts + by).astype("<i8").tobytes())}


def _length(tags: Mapping[int, Tag]) -> int:
    """Bytes of a directory with the values that do not fit into it, in whole eights."""
    outside = sum(len(tag.data) + -len(tag.data) % 8 for tag in tags.values() if len(tag.data) > 8)
    length = _COUNT + _ENTRY * len(tags) + _NEXT
    return length + -length % 8 + outside


def _written(tags: Mapping[int, Tag], start: int, following: int) -> bytes:
    length = _COUNT + _ENTRY * len(tags) + _NEXT
    at = start + length + -length % 8
    entries, outside = [struct.pack("<Q", len(tags))], []
    for code, tag in tags.items():
        value = tag.data.ljust(8, b"\0")
        if len(tag.data) > 8:
            value = struct.pack("<Q", at)
            outside.append(tag.data + b"\0" * (-len(tag.data) % 8))
            at += len(outside[-1])
        entries.append(struct.pack("<HHQ", code, tag.kind, tag.number) + value)
    entries.append(struct.pack("<Q", following) + b"\0" * (-length % 8))
    return b"".join([*entries, *outside])


def _number(kind: int, value: int) -> Tag:
    return Tag(kind, 1, struct.pack("<H" if kind == _SHORT else "<I", value))


def _little(data: bytes, kind: int, order: str) -> bytes:
    if order == "<" or _SIZES[kind] == 1:
        return data
    return np.frombuffer(data, f">u{_SIZES[kind]}").astype(f"<u{_SIZES[kind]}").tobytes()
