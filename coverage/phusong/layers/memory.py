"""Memory: what was worked out before, asked for by all that it depends on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

from phusong.layers.geometry import few_at_a_time

Arrays = Mapping[str, NDArray[Any]]
_COUNT = "_count"


class UnsureError(Exception):
    """Raised by work whose outcome is not to be remembered, such as after a file that could not be read to its end."""

    def __init__(self, made: Arrays) -> None:
        super().__init__("not to be remembered")
        self.made = made


class Memory(Protocol):
    """What was worked out before."""

    def __call__(self, what: str, on: Sequence[Any], work: Callable[[], Arrays], files: Sequence[Path] = ()) -> Arrays:
        """
        The arrays that `work` makes, which are not to be written to.

        Parameters
        ----------
        what
            Name of the work.
        on, files
            All that its outcome depends on, beside the code, and the files whose contents it depends on.
        """


def forgetful(what: str, on: Sequence[Any], work: Callable[[], Arrays], files: Sequence[Path] = ()) -> Arrays:
    """A memory that keeps nothing."""
    del what, on, files
    return work()


def digest(shapes: NDArray[np.object_]) -> str:
    """SHA-256 in hexadecimal of some geometries, for those who ask by large ones more than once."""
    found = hashlib.sha256()
    for shape in _written(shapes):
        found.update(len(shape).to_bytes(8, "little") + shape)
    return found.hexdigest()


def packed(shapes: Iterable[NDArray[np.object_]], name: str) -> dict[str, NDArray[Any]]:
    """
    Geometries, part by part, as arrays of numbers.

    Examples
    --------
    >>> box = np.array([shapely.box(0, 0, 2, 1), shapely.Point(3, 4)], object)
    >>> [shape.wkt for shape in unpacked(packed([box], "outlines"), "outlines")]
    ['POLYGON ((2 0, 2 1, 0 1, 0 0, 2 0))', 'POINT (3 4)']
    """
    whole, lengths = bytearray(), list[int]()
    for part in shapes:
        for shape in _written(part):
            whole += shape
            lengths.append(len(shape))
    return {name: np.frombuffer(whole, np.uint8), name + _COUNT: np.array(lengths, np.int64)}


def unpacked(arrays: Arrays, name: str) -> NDArray[np.object_]:
    """Geometries out of what `packed` made of them."""
    whole, lengths = arrays[name], arrays[name + _COUNT]
    ends = np.cumsum(lengths)
    found = np.empty(len(lengths), object)
    for rows in few_at_a_time(len(lengths)):
        pieces = [whole[end - length : end].tobytes() for end, length in zip(ends[rows], lengths[rows], strict=True)]
        found[rows] = shapely.from_wkb(np.array(pieces, object))
    return found


def _written(shapes: NDArray[np.object_]) -> Iterator[bytes]:
    """Well-known binary of geometries, empty where there is none."""
    for rows in few_at_a_time(len(shapes)):
        yield from (b"" if shape is None else bytes(shape) for shape in shapely.to_wkb(shapes[rows]))
