"""Window: which part of the world a map shows in its frame, in Mercator degrees, as the pages draw it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike

from phusong.publish.pictures.unpacking import Points

MARGIN, WIDE_MARGIN = 0.03, 0.12
_AFAR = 1.4
"""Bounds this many times as wide or high as the view make the mainland tiny: what lies far off has a map of its own."""
_INSETS = (0.45, 0.38, 0.32)
"""Width or height of the map of what lies far off, as a share of the whole; the first that covers least is taken."""
_EQUATOR_M = 111_319.5
"""Metres of a degree of longitude on the Equator of WGS 84."""
Place = tuple[float, float, float, float]
"""Left, bottom, width and height in shares of a frame."""
Corner = tuple[int, int]
"""Which side a corner is on: 0 west or south, 1 east or north."""
CORNERS: Sequence[Corner] = ((1, 0), (1, 1), (0, 0), (0, 1))
"""In the order in which they are tried: the sea lies to the east."""


@dataclass(frozen=True)
class Window:
    """Edges of a map in Mercator degrees."""

    west: float
    south: float
    east: float
    north: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height."""
        return self.east - self.west, self.north - self.south

    def holds(self, points: Points) -> np.ndarray:
        """Which points lie in it."""
        x, y = points.T
        return (self.west <= x) & (x <= self.east) & (self.south <= y) & (y <= self.north)

    def metres(self, points: float, width_in: float) -> float:
        """Length on the ground of so many points of a picture that is so wide."""
        latitude = np.degrees(np.arctan(np.sinh(np.radians((self.south + self.north) / 2))))
        return float(points / 72 / width_in * self.size[0] * _EQUATOR_M * np.cos(np.radians(latitude)))


def mercator(degrees: ArrayLike) -> Points:
    """
    Mercator degrees of longitudes and latitudes.

    Examples
    --------
    >>> mercator([[105, 0], [105, 60]]).round(3).tolist()
    [[105.0, 0.0], [105.0, 75.456]]
    """
    x, y = np.asarray(degrees, np.float64).reshape(-1, 2).T
    return np.stack([x, np.degrees(np.arctanh(np.sin(np.radians(y))))], axis=1)


def window_of(box: Sequence[Sequence[float]]) -> Window:
    """The window of a box given as south-western and north-eastern latitude and longitude."""
    (south, west), (north, east) = mercator([corner[::-1] for corner in box])[:, ::-1]
    return Window(west, south, east, north)


def framed(inner: Window, shape: tuple[float, float], towards: Corner | None = None, margin: float = MARGIN) -> Window:
    """
    A window round another, with a margin, that fills a frame.

    Parameters
    ----------
    shape
        Width and height of the frame.
    towards
        The corner that is left free where there is room; without one the inner window stands in the middle.
    margin
        As a share of the width and height of the inner window.

    Examples
    --------
    >>> framed(Window(0.0, 0.0, 1.0, 1.0), (2, 1), towards=(1, 0), margin=0)
    Window(west=0.0, south=0.0, east=2.0, north=1.0)
    """
    edges = [margin * length for length in inner.size]
    scale = max((length + 2 * edge) / whole for length, edge, whole in zip(inner.size, edges, shape, strict=True))
    before = []
    for side, (length, edge, whole) in enumerate(zip(inner.size, edges, shape, strict=True)):
        room = scale * whole - length
        before.append(room / 2 if towards is None else edge if towards[side] else room - edge)
    west, south = inner.west - before[0], inner.south - before[1]
    return Window(west, south, west + scale * shape[0], south + scale * shape[1])


def lies_afar(view: Window, bounds: Window) -> bool:
    """Whether parts lie so far off that a map of everything would make the view tiny."""
    return any(whole > _AFAR * near for whole, near in zip(bounds.size, view.size, strict=True))


def inset_place(shape: tuple[float, float], inner: Window, corner: Corner, share: float) -> Place:
    """Where a map of what lies far off stands, not wider or higher than a share of the frame."""
    scale = share * min(whole / length for whole, length in zip(shape, inner.size, strict=True))
    across, up = (scale * length / whole for whole, length in zip(shape, inner.size, strict=True))
    return (1 - across) * corner[0], (1 - up) * corner[1], across, up


def least_covering(view: Window, shape: tuple[float, float], inner: Window, drawn: Points) -> tuple[Window, Place]:
    """The window, and the place in which a map of what lies far off covers the fewest of the points drawn."""

    def covered(choice: tuple[float, Corner]) -> int:
        outer = framed(view, shape, choice[1])
        left, bottom, across, up = inset_place(shape, inner, choice[1], choice[0])
        west, south = outer.west + left * outer.size[0], outer.south + bottom * outer.size[1]
        return int(Window(west, south, west + across * outer.size[0], south + up * outer.size[1]).holds(drawn).sum())

    share, corner = min(product(_INSETS, CORNERS), key=covered)
    return framed(view, shape, corner), inset_place(shape, inner, corner, share)
