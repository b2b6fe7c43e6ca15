"""Simplification: corners of arcs cut off while nothing else lies in them, so that no outline crosses another."""

from __future__ import annotations

import dataclasses
from heapq import heapify, heappop, heappush

import numpy as np
import shapely
from numba import njit
from numpy.typing import NDArray

from phusong.publish.arcs import Arcs, Whole, arc_of, starts_of

SMALL_SHARE = 0.02
"""A corner must also be smaller than this share of each ring it is cut off, so that small islands keep their shape."""

Corner = tuple[int, int, int]

_BAND = 2_000
"""Height of the bands of the lattice in which points are looked for; any height gives the same result."""


def simplified(arcs: Arcs, corner: NDArray[np.float64]) -> Arcs:
    """
    The arcs without their small corners, the smallest taken first (Visvalingam and Whyatt).

    A corner stays where another point lies in it or on its edge, and where two arcs would become one: what did not
    cross before does not cross afterwards, and a ring keeps at least three points. Gaps stay as they are.

    Parameters
    ----------
    corner
        For each arc the area in lattice units below which a corner is small.

    References
    ----------
    Visvalingam, M. and Whyatt, J. D. (1993): Line generalisation by repeated elimination of points.
    The Cartographic Journal 30(1), 46-51.
    """
    of_arc = np.repeat(np.arange(len(arcs.starts) - 1), np.diff(arcs.starts))
    couple = _couples(arcs)
    limit = np.where(_round_gaps(arcs), 0.0, np.minimum(2 * corner, SMALL_SHARE * _smallest_ring(arcs)))
    straight = np.bincount(couple, weights=np.diff(arcs.starts) == 2).astype(np.int64)
    band = arcs.points[:, 1] // _BAND
    order, bands = np.lexsort((arcs.points[:, 0], band)), starts_of(np.bincount(band - band.min()))
    kept = _kept(arcs.points, arcs.starts, limit, couple, straight, order, bands)
    return dataclasses.replace(arcs, points=arcs.points[kept], starts=starts_of(np.bincount(of_arc[kept])))


def _smallest_ring(arcs: Arcs) -> NDArray[np.float64]:
    """Twice the area of the smallest ring of each arc."""
    smallest = np.full(len(arcs.starts) - 1, np.inf)
    sizes = np.abs(arcs.ring_sizes()).astype(np.float64)
    np.minimum.at(smallest, arc_of(arcs.refs), np.repeat(sizes, np.diff(arcs.ring_starts)))
    return smallest


def _couples(arcs: Arcs) -> Whole:
    """Which arcs have the same two ends, by number of the couple of ends."""
    ends = np.stack([arcs.points[arcs.starts[:-1]], arcs.points[arcs.starts[1:] - 1]], axis=1)
    swapped = (ends[:, 0, 0] > ends[:, 1, 0]) | ((ends[:, 0, 0] == ends[:, 1, 0]) & (ends[:, 0, 1] > ends[:, 1, 1]))
    ends[swapped] = ends[swapped, ::-1]
    return np.unique(ends.reshape(-1, 4), axis=0, return_inverse=True)[1]


def _round_gaps(arcs: Arcs) -> NDArray[np.bool_]:
    """
    Which arcs run round ground that areas enclose and none of them holds.

    No ring limits the corners of such a gap: a slit a metre wide would become a triangle of the tolerance.
    """
    ways = np.bincount(arc_of(arcs.refs), weights=np.where(arcs.refs < 0, -1, 1), minlength=len(arcs.starts) - 1)
    edges = np.flatnonzero(ways)
    # all of them with the area on their left
    refs = np.where(ways > 0, np.arange(len(ways)), ~np.arange(len(ways)))[edges]
    lines = np.array([shapely.LineString(arcs.line(ref)) for ref in refs.tolist()], np.object_)
    # what crosses matches no neighbour, so `cut` has made each edge of it an arc
    single = np.diff(arcs.starts)[edges] == 2
    crossed = shapely.get_parts(shapely.union_all(lines[single]))
    faces = shapely.get_parts(shapely.polygonize([*lines[~single], *crossed]))
    clockwise = np.asarray(shapely.get_exterior_ring(shapely.orient_polygons(faces, exterior_cw=True)), np.object_)
    found = np.zeros(len(ways), np.bool_)
    found[edges] = _begin_along(lines, clockwise)
    return found


def _begin_along(lines: NDArray[np.object_], rings: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Whether the first step of each line is one of a ring, in the same direction."""
    corners, of_ring = shapely.get_coordinates(rings, return_index=True)
    begins = [shapely.get_coordinates(shapely.get_point(lines, place)) for place in (0, 1)]
    places = np.unique(np.concatenate([*begins, corners]) @ (1, 1j), return_inverse=True)[1]
    first, second, turns = np.split(places, [len(lines), 2 * len(lines)])
    steps = (turns[:-1] * len(places) + turns[1:])[of_ring[:-1] == of_ring[1:]]
    return np.isin(first * len(places) + second, steps)


@njit(cache=True, nogil=True)
def _twice(points: Whole, a: int, b: int, c: int) -> int:
    """Twice the signed area of a triangle of points."""
    ab_x, ab_y = points[b, 0] - points[a, 0], points[b, 1] - points[a, 1]
    return ab_x * (points[c, 1] - points[a, 1]) - (points[c, 0] - points[a, 0]) * ab_y


@njit(cache=True, nogil=True)
def _same(points: Whole, a: int, b: int) -> bool:
    return points[a, 0] == points[b, 0] and points[a, 1] == points[b, 1]


@njit(cache=True, nogil=True)
def _occupied(points: Whole, corner: Corner, kept: NDArray[np.bool_], order: Whole, bands: Whole, south: int) -> bool:
    """Whether a kept point other than its three lies in the triangle of a corner or on its edge."""
    a, b, c = corner
    west, east = min(points[a, 0], points[b, 0], points[c, 0]), max(points[a, 0], points[b, 0], points[c, 0])
    low, high = min(points[a, 1], points[b, 1], points[c, 1]), max(points[a, 1], points[b, 1], points[c, 1])
    for band in range(low // _BAND - south, high // _BAND - south + 1):
        start, end = bands[band], bands[band + 1]
        while start < end:
            middle = (start + end) // 2
            if points[order[middle], 0] < west:
                start = middle + 1
            else:
                end = middle
        for place in range(start, bands[band + 1]):
            p = order[place]
            if points[p, 0] > east:
                break
            if not kept[p] or _same(points, p, a) or _same(points, p, b) or _same(points, p, c):
                continue
            ab, bc, ca = _twice(points, a, b, p), _twice(points, b, c, p), _twice(points, c, a, p)
            inside = (ab >= 0 and bc >= 0 and ca >= 0) or (ab <= 0 and bc <= 0 and ca <= 0)
            if inside and low <= points[p, 1] <= high:
                return True
    return False


@njit(cache=True, nogil=True)
def _kept(
    points: Whole,
    starts: Whole,
    limit: NDArray[np.float64],
    couple: Whole,
    straight: Whole,
    order: Whole,
    bands: Whole,
) -> NDArray[np.bool_]:
    """Which points stay; `straight` counts the arcs of each couple of ends that are one edge."""
    kept = np.ones(len(points), np.bool_)
    before, after = np.arange(len(points)) - 1, np.arange(len(points)) + 1
    south = points[order[0], 1] // _BAND
    for arc in range(len(starts) - 1):
        first, last = starts[arc], starts[arc + 1] - 1
        inner, closed = last - first - 1, _same(points, first, last)
        if inner == 0:
            continue
        heap = [(abs(_twice(points, b - 1, b, b + 1)), b) for b in range(first + 1, last)]
        heapify(heap)
        while heap:
            size, b = heappop(heap)
            a, c = before[b], after[b]
            if size >= limit[arc] or (closed and inner == 2) or (inner == 1 and straight[couple[arc]]):
                break
            if not kept[b] or size != abs(_twice(points, a, b, c)):
                continue  # the corner has changed since, and stands in the heap once more
            if _occupied(points, (a, b, c), kept, order, bands, south):
                continue
            kept[b] = False
            after[a], before[c] = c, a
            inner -= 1
            if a != first:
                heappush(heap, (abs(_twice(points, before[a], a, c)), a))
            if c != last:
                heappush(heap, (abs(_twice(points, a, c, after[c])), c))
        if inner == 0:
            straight[couple[arc]] += 1
    return kept
