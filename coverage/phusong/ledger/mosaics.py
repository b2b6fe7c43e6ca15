"""Mosaics: the rasters of a snapshot put together from the pieces of its tiles, as Cloud-Optimised GeoTIFFs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from phusong.grid import Grid
from phusong.ledger import blocks, cog
from phusong.ledger.blocks import EDGE, Cut, Place
from phusong.ledger.cog import FRAME, Stored


class Piece(NamedTuple):
    """
    A part of a raster.

    Parameters
    ----------
    name
        Of the raster.
    grid
        Of the whole raster.
    dtype, attributes
        Of its values; `long_name`, `units` and, where pixels may hold nothing, `nodata` among the attributes.
    cut
        The part in blocks.
    """

    name: str
    grid: Grid
    dtype: str
    attributes: Mapping[str, Any]
    cut: Cut


@dataclass
class _Canvas:
    """A raster on its way: what the header tells, its blocks so far, and the values in blocks that are not whole."""

    first: Piece
    file: BinaryIO
    stored: dict[Place, Stored] = field(default_factory=dict)
    open: dict[Place, NDArray[Any]] = field(default_factory=dict)
    end: int = 0

    def add(self, cut: Cut) -> None:
        """Lay down a piece."""
        for place, data in cut.whole.items():
            self._put(place, data)
        for (level, row, column), values in cut.rest.items():
            place = (level, row // EDGE, column // EDGE)
            if place not in self.open:
                self.open[place] = np.full((EDGE, EDGE), cut.fill, values.dtype)
            top, left = row % EDGE, column % EDGE
            self.open[place][top : top + values.shape[0], left : left + values.shape[1]] = values

    def finish(self) -> None:
        """Lay down the blocks that several pieces share."""
        for place, values in self.open.items():
            if (data := blocks.packed(values, self.first.cut.fill)) is not None:
                self._put(place, data)
        self.open.clear()
        self.file.close()

    def _put(self, place: Place, data: bytes) -> None:
        self.file.write(data)
        self.stored[place] = Stored(self.end, len(data))
        self.end += len(data)


def piece(name: str, grid: Grid, part: Grid, raster: xr.DataArray) -> Piece:
    """A piece from its values, with `long_name`, `units` and, where pixels may hold nothing, `nodata`."""
    rows, columns = grid.window(part)
    fill = float(raster.attrs.get("nodata", 0))
    cut = blocks.cut(raster.values, rows.start, columns.start, grid.shape, fill)
    return Piece(name, grid, raster.dtype.name, dict(raster.attrs), cut)


def whole(rasters: Mapping[str, tuple[Grid, xr.DataArray]]) -> Iterator[Piece]:
    """Pieces of rasters that are in memory."""
    for name, (grid, raster) in rasters.items():
        yield piece(name, grid, grid, raster)


def cogs(pieces: Iterable[Piece], folder: Path, tier: str) -> Iterator[tuple[str, Iterator[bytes]]]:
    """
    Name of each raster and its bytes in parts, to be read before the next; where it has no piece it holds no data.

    Blocks are first laid down in files of `folder`, which is left empty, so that memory is bounded by a piece and by
    the blocks that several pieces share. The same raster has the same bytes, whatever its pieces and their order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawn: dict[str, _Canvas] = {}
    try:
        for one in pieces:
            if one.name not in drawn:
                drawn[one.name] = _Canvas(one, (folder / one.name).open("wb"))
            drawn[one.name].add(one.cut)
    finally:
        for canvas in drawn.values():
            canvas.finish()
    for name, canvas in drawn.items():
        with (folder / name).open("rb") as laid:
            yield name, _cog(canvas, laid, tier)
        (folder / name).unlink()
    folder.rmdir()


def _cog(canvas: _Canvas, laid: BinaryIO, tier: str) -> Iterator[bytes]:
    """Parts of the file: blocks of the coarsest level first, row by row."""
    one = canvas.first
    attributes = dict(one.attributes)
    nodata = attributes.pop("nodata", None)
    tags = {"tier": tier, **{name: str(value) for name, value in attributes.items()}}
    geo = cog.geo_tags(one.grid, one.dtype, nodata, tags, str(attributes["long_name"]))
    order = sorted(canvas.stored, key=lambda place: (-place[0], *place[1:]))
    placed: dict[Place, Stored] = {}
    end = 0
    for place in order:
        size = canvas.stored[place].size
        placed[place] = Stored(end + FRAME, size)
        end += size + 2 * FRAME
    yield cog.header(one.cut.shape, one.dtype, geo, placed)
    for place in order:
        laid.seek(canvas.stored[place].start)
        yield cog.framed(laid.read(canvas.stored[place].size))
