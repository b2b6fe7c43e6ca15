"""Fields: values on a grid, of which a large one is read block by block where it is asked for."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phusong.grid import Grid
from phusong.layers.memory import Arrays, Memory, UnsureError, forgetful
from phusong.layers.recent import Recent
from phusong.threads import in_order

Values = NDArray[np.float32]
_SMALL_PIXELS = 4096 * 4096
"""Up to this size a grid is one block."""
_BLOCK_PIXELS = 1024
_MOST_BLOCKS = 8
"""Blocks kept in memory: 34 MB."""


class Field(Protocol):
    """Values on a grid."""

    @property
    def grid(self) -> Grid:
        """Of all values."""

    def on(self, part: Grid) -> Values:
        """Values on a sub-grid, in an array of its own."""


@dataclass(frozen=True)
class Array:
    """A field in memory, `values` of the grid's shape."""

    grid: Grid
    values: Values

    def on(self, part: Grid) -> Values:
        """Values on a sub-grid."""
        return np.array(self.values[self.grid.window(part)], np.float32)


class Blocks:
    """
    A field of which only some blocks are in memory; a small one is one block.

    Parameters
    ----------
    read
        Values on a sub-grid and what there is to tell of them; a pixel's value must not depend on the sub-grid.
    memory
        Of blocks read before.
    on, files
        All that they depend on beside their grid, as of `Memory`.
    """

    def __init__(
        self,
        grid: Grid,
        read: Callable[[Grid], tuple[Values, Mapping[str, Any]]],
        memory: Memory = forgetful,
        on: Sequence[Any] = (),
        files: Sequence[Path] = (),
    ) -> None:
        self.grid = grid
        self._read = read
        self._memory, self._on, self._files = memory, on, files
        self._size = max(grid.shape) if grid.shape[0] * grid.shape[1] <= _SMALL_PIXELS else _BLOCK_PIXELS
        self._told: dict[tuple[int, int], Mapping[str, Any]] = {}
        self._blocks = Recent(self._block, lambda _: 1, _MOST_BLOCKS)

    def on(self, part: Grid) -> Values:
        """Values on a sub-grid."""
        found = np.empty(part.shape, np.float32)
        for place in self._places(part):
            own, values = self._grid(*place), self._blocks[place]
            common = own.overlap(part)
            found[part.window(common)] = values[own.window(common)]
        return found

    def read_ahead(self, parts: Sequence[Grid], workers: int) -> None:
        """Read the blocks of some sub-grids side by side, so that the memory has them; without one, nothing."""
        if self._memory is not forgetful:
            places = sorted({place for part in parts for place in self._places(part)})
            deque(in_order(self._blocks.__getitem__, places, workers), maxlen=0)

    @property
    def counts(self) -> dict[str, Any]:
        """Sums of what was told of the blocks that were read so far."""
        return added([self._told[block] for block in sorted(self._told)])

    def _places(self, part: Grid) -> Iterator[tuple[int, int]]:
        """Of the blocks that a sub-grid lies on, row by row."""
        rows, columns = (
            range(along.start // self._size, -(-along.stop // self._size)) for along in self.grid.window(part)
        )
        return product(rows, columns)

    def _grid(self, top: int, left: int) -> Grid:
        return self.grid.part(top * self._size, left * self._size, self._size, self._size)

    def _block(self, place: tuple[int, int]) -> Values:
        part = self._grid(*place)

        def read() -> Arrays:
            values, told = self._read(part)
            made: Arrays = {"values": values, "told": np.frombuffer(json.dumps(told).encode(), np.uint8)}
            if "damaged" in told:  # by the file, or by a disk that answers again tomorrow
                raise UnsureError(made)
            return made

        try:
            kept = self._memory("block of a field", [part, *self._on], read, self._files)
        except UnsureError as unsure:
            kept = unsure.made
        self._told[place] = json.loads(kept["told"].tobytes())
        return np.asarray(kept["values"], np.float32)


def added(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """
    Counts by name, those below a name among them, added.

    Examples
    --------
    >>> added([{"pixels": {"forest": 2}, "voids": 1}, {"pixels": {"forest": 1, "water": 3}, "voids": 0}])
    {'pixels': {'forest': 3, 'water': 3}, 'voids': 1}
    """
    names = list(dict.fromkeys(name for part in parts for name in part))
    own = {name: [part[name] for part in parts if name in part] for name in names}
    return {name: added(values) if isinstance(values[0], Mapping) else sum(values) for name, values in own.items()}


def bilinear(field: Field, x_m: ArrayLike, y_m: ArrayLike) -> NDArray[np.float64]:
    """Values at points, as of `Grid.bilinear`, block by block."""
    x, y = np.asarray(x_m, float), np.asarray(y_m, float)
    found = np.full(x.shape, np.nan)
    row, column, inside = field.grid.locate(x, y)
    block = np.where(inside, row // _BLOCK_PIXELS * field.grid.shape[1] + column // _BLOCK_PIXELS, -1)
    for number in np.unique(block[inside]):
        own = np.flatnonzero(block == number)
        # a pixel more on each side holds the four around each point
        rows, columns = int(np.ptp(row[own])) + 3, int(np.ptp(column[own])) + 3
        part = field.grid.part(row[own].min() - 1, column[own].min() - 1, rows, columns)
        found[own] = part.bilinear(field.on(part), x[own], y[own])
    return found
