"""Mosaics: the rasters of a snapshot put together from the pieces of its tiles, as Cloud-Optimised GeoTIFFs."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from phusong.grid import Grid
from phusong.layers.memory import Arrays, Memory, forgetful
from phusong.ledger import blocks, cog
from phusong.ledger.blocks import EDGE, Cut, Place
from phusong.ledger.cog import FRAME, Stored

_PACKING = 8
"""Blocks of a raster that are being compressed at a time."""


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
    due
        Pixels that all pieces of the raster tell of in each block (`due`): with these it is complete.
    """

    name: str
    grid: Grid
    dtype: str
    attributes: Mapping[str, Any]
    cut: Cut
    due: Mapping[Place, int]


@dataclass
class _Canvas:
    """
    A raster on its way: what the header tells, and its blocks so far.

    Parameters
    ----------
    pool
        Threads that compress blocks.
    memory
        Of blocks compressed in runs before.
    open, left
        Values in blocks that pieces share, and how many of them are still to come.
    packing
        Blocks that are being compressed.
    """

    first: Piece
    file: BinaryIO
    pool: ThreadPoolExecutor
    memory: Memory
    stored: dict[Place, Stored] = field(default_factory=dict)
    open: dict[Place, NDArray[Any]] = field(default_factory=dict)
    left: dict[Place, int] = field(default_factory=dict)
    packing: deque[tuple[Place, Future[bytes | None]]] = field(default_factory=deque)
    end: int = 0

    def add(self, cut: Cut) -> None:
        """Lay down a piece."""
        for place, data in cut.whole.items():
            self._put(place, data)
        for (level, row, column), values in cut.rest.items():
            place = (level, row // EDGE, column // EDGE)
            if place not in self.open:
                self._begin(place, values.dtype)
            top, left = row % EDGE, column % EDGE
            self.open[place][top : top + values.shape[0], left : left + values.shape[1]] = values
            self.left[place] -= values.size
            if not self.left[place]:
                self._pack(place)

    def finish(self) -> None:
        """Lay down the blocks of which a piece never came, and those that are being compressed."""
        for place in list(self.open):
            self._pack(place)
        while self.packing:
            self._lay()

    def _begin(self, place: Place, kind: np.dtype[Any]) -> None:
        self.open[place] = np.full((EDGE, EDGE), self.first.cut.fill, kind)
        self.left[place] = self.first.due[place]

    def _pack(self, place: Place) -> None:
        task = self.pool.submit(_packed, self.open.pop(place), self.first.cut.fill, self.memory)
        self.packing.append((place, task))
        if len(self.packing) > _PACKING:
            self._lay()

    def _lay(self) -> None:
        place, task = self.packing.popleft()
        if (data := task.result()) is not None:
            self._put(place, data)

    def _put(self, place: Place, data: bytes) -> None:
        self.file.write(data)
        self.stored[place] = Stored(self.end, len(data))
        self.end += len(data)


def piece(name: str, grid: Grid, part: Grid, raster: xr.DataArray, wanted: Mapping[Place, int]) -> Piece:
    """
    A piece from its values, with `long_name`, `units` and, where pixels may hold nothing, `nodata`.

    Parameters
    ----------
    wanted
        Pixels of all pieces of the raster, as of `due`.
    """
    rows, columns = grid.window(part)
    fill = float(raster.attrs.get("nodata", 0))
    cut = blocks.cut(raster.values, rows.start, columns.start, grid.shape, fill)
    return Piece(name, grid, raster.dtype.name, dict(raster.attrs), cut, wanted)


def due(grid: Grid, parts: Iterable[Grid]) -> Mapping[Place, int]:
    """Pixels of each block of a raster that pieces tell of (`blocks.due`)."""
    return blocks.due(grid.shape, map(grid.window, parts))


def whole(rasters: Mapping[str, tuple[Grid, xr.DataArray]]) -> Iterator[Piece]:
    """Pieces of rasters that are in memory."""
    for name, (grid, raster) in rasters.items():
        yield piece(name, grid, grid, raster, due(grid, [grid]))


def cogs(
    pieces: Iterable[Piece], folder: Path, tier: str, workers: int = 1, memory: Memory = forgetful
) -> Iterator[tuple[str, Iterator[bytes]]]:
    """
    Name of each raster and its bytes in parts, to be read before the next; where it has no piece it holds no data.

    Blocks are first laid down in files of `folder`, which is left empty, so that memory is bounded by a piece and by
    the blocks that wait for others that come. The same raster has the same bytes, whatever its pieces and their order.

    Parameters
    ----------
    pieces
        No two of a raster have a pixel in common.
    workers
        Threads that compress the blocks that several pieces share.
    memory
        Of such blocks in runs before.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawn: dict[str, _Canvas] = {}
    with ThreadPoolExecutor(workers) as pool, ExitStack() as files:
        for one in pieces:
            if one.name not in drawn:
                drawn[one.name] = _Canvas(one, files.enter_context((folder / one.name).open("wb")), pool, memory)
            drawn[one.name].add(one.cut)
        for canvas in drawn.values():
            canvas.finish()
    for name, canvas in drawn.items():
        with (folder / name).open("rb") as laid:
            yield name, _cog(canvas, laid, tier)
        (folder / name).unlink()
    folder.rmdir()


def _packed(values: NDArray[Any], fill: float, memory: Memory) -> bytes | None:
    """As of `blocks.packed`."""

    def work() -> Arrays:
        return {"data": np.frombuffer(blocks.packed(values, fill) or b"", np.uint8)}

    return memory("block of a raster", [values, fill], work)["data"].tobytes() or None


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
