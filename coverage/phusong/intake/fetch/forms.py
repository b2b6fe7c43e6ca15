"""Forms: whether the bytes that arrived are a file of the form that was asked for, from the first to the last."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import rasterio
from rasterio.errors import RasterioError

Kind = Literal["tiff", "parquet", "osm.pbf", "text"]
"""What a file is; text is the list of tiles."""
HEAD_BYTES = 16
"""So many of the first bytes tell the form."""
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_PARQUET = b"PAR1"
_OSM_HEADER = b"\n\tOSMHeader"
_WORDS = {
    "tiff": "a TIFF",
    "parquet": "a Parquet file",
    "osm.pbf": "an OpenStreetMap extract (.osm.pbf)",
    "text": "text",
}


def is_web_page(head: bytes) -> bool:
    """Whether the first bytes are of HTML or XML, such as the sign-in page of a network."""
    return head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<"


def fault_of_start(kind: Kind, head: bytes) -> str:
    """
    What is wrong with the first bytes; empty where they may begin such a file.

    Examples
    --------
    >>> fault_of_start("tiff", b"<!DOCTYPE html>")
    'is a web page, expected a TIFF: does the network ask to sign in first?'
    """
    if is_web_page(head):
        return f"is a web page, expected {_WORDS[kind]}: does the network ask to sign in first?"
    begins = {
        "tiff": head[:4] in _TIFF,
        "parquet": head[:4] == _PARQUET,
        # the length of the first header, then the header: field 1, of nine letters
        "osm.pbf": head[4 : 4 + len(_OSM_HEADER)] == _OSM_HEADER,
        "text": b"\0" not in head,
    }
    return "" if begins[kind] else f"does not begin as {_WORDS[kind]} does"


def fault_of_whole(kind: Kind, file: Path) -> str:
    """What is wrong with a file that has arrived; empty where it is whole as far as its form tells."""
    with file.open("rb") as opened:
        fault = fault_of_start(kind, opened.read(HEAD_BYTES))
        if not fault and kind == "parquet":
            opened.seek(-len(_PARQUET), 2)
            fault = "" if opened.read() == _PARQUET else "does not end as a Parquet file does: it was cut"
    return fault or (_fault_of_tiff(file) if kind == "tiff" else "")


def _fault_of_tiff(file: Path) -> str:
    """A cut cloud-optimised TIFF opens like a whole one, since its directory stands first; so its blocks are asked."""
    try:
        with rasterio.open(file) as raster:
            ends = [_end_of_block(raster, row, column) for (row, column), _ in raster.block_windows(1)]
    except RasterioError as fault:
        return f"cannot be read as a TIFF: {fault}"
    return "" if max(ends) <= file.stat().st_size else "is a TIFF whose pixels go beyond its end: it was cut"


def _end_of_block(raster: rasterio.DatasetReader, row: int, column: int) -> int:
    """Byte after the last of a block; 0 where the block is empty and not stored."""
    tags = (raster.get_tag_item(f"BLOCK_{what}_{column}_{row}", "TIFF", bidx=1) for what in ("OFFSET", "SIZE"))
    return sum(int(tag or 0) for tag in tags)
