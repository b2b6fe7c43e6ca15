"""Fragments: connected pixels of one tile that lack the same thing, and which of them reach the edge of the tile."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from phusong.grid import Grid
from phusong.zones.gaps import Gap

LACKING = (Gap.SIGNAL, Gap.POWER, Gap.BOTH)
_TOUCHING = np.ones((3, 3), int)  # pixels that meet at a corner are one zone


@dataclass(frozen=True)
class Fragments:
    """
    The connected areas of one tile.

    Parameters
    ----------
    kind, micro, pixels, first
        By fragment, in the order of `labelled`: value of `Gap`, micro-persons, number of pixels, and its first pixel.
        Pixels are told by their place in the flattened grid of the study.
    rim_pixel, rim_fragment
        The pixels along the edges of the tile that are in a fragment, and in which.
    """

    kind: NDArray[np.uint8]
    micro: NDArray[np.int64]
    pixels: NDArray[np.int64]
    first: NDArray[np.int64]
    rim_pixel: NDArray[np.int64]
    rim_fragment: NDArray[np.int64]


def labelled(gap: NDArray[np.uint8]) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """
    Fragment of each pixel, -1 in none, and the kind of each fragment.

    Examples
    --------
    >>> label, kind = labelled(np.array([[2, 0, 1], [1, 1, 2]], np.uint8))
    >>> label.tolist(), kind.tolist()
    ([[1, -1, 0], [0, 0, 2]], [1, 2, 2])
    """
    label = np.full(gap.shape, -1, np.int32)
    kinds: list[int] = []
    for kind in LACKING:
        own, count = ndimage.label(gap == kind, _TOUCHING)
        label[own > 0] = own[own > 0] - 1 + len(kinds)
        kinds += [kind] * count
    return label, np.array(kinds, np.uint8)


def fragments(gap: NDArray[np.uint8], micro: NDArray[np.int64], part: Grid, grid: Grid) -> Fragments:
    """
    The fragments of a tile.

    Parameters
    ----------
    gap, micro
        Value of `Gap` and micro-persons of each pixel of the tile.
    part, grid
        The tile, and the study of which it is a sub-grid.
    """
    label, kind = labelled(gap)
    place = np.flatnonzero(label >= 0)
    fragment = label.ravel()[place].astype(np.int64)
    pixel = in_study(place, part, grid)
    first = np.full(len(kind), grid.shape[0] * grid.shape[1], np.int64)
    np.minimum.at(first, fragment, pixel)
    row, column = np.divmod(place, part.shape[1])
    rim = (row == 0) | (column == 0) | (row == part.shape[0] - 1) | (column == part.shape[1] - 1)
    # numpy adds these as doubles, which hold whole numbers exactly up to nine thousand million people
    people = np.bincount(fragment, micro.ravel()[place], len(kind)).astype(np.int64)
    pixels = np.bincount(fragment, minlength=len(kind))
    return Fragments(kind, people, pixels, first, pixel[rim], fragment[rim])


def in_study(place: NDArray[np.int64], part: Grid, grid: Grid) -> NDArray[np.int64]:
    """
    Places in the flattened grid of a study, of pixels told by their place in a flattened sub-grid of it.

    Examples
    --------
    >>> from pyproj import CRS
    >>> grid = Grid(CRS(3405), 0.0, 0.0, 50.0, (4, 10))
    >>> in_study(np.array([0, 1, 2]), grid.part(1, 5, 2, 2), grid).tolist()
    [15, 16, 25]
    """
    rows, columns = grid.window(part)
    row, column = np.divmod(place.astype(np.int64), part.shape[1])
    return np.asarray((row + rows.start) * grid.shape[1] + column + columns.start, np.int64)
