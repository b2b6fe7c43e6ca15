"""Arcs: the outlines of areas cut where their owners change, so that an edge of two neighbours is held once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Whole = NDArray[np.int64]

_TOUCH = 0.1
"""What lies nearer touches, in units of the lattice: computing in metres and degrees moves corners about as far."""


@dataclass(frozen=True)
class Arcs:
    """
    Lines on a lattice and the rings of areas made of them; lists of lists are one array and the starts of its parts.

    Parameters
    ----------
    points, starts
        Lattice points (n, 2) as east and north, and where each arc starts among them, with the end (arcs + 1).
    refs, ring_starts
        The arcs of the rings in turn: `i` is run through forwards, `~i` backwards. Where each ring starts (rings + 1).
    area_starts
        Where each area starts among the rings (areas + 1). Ground is in an area where an odd number of its rings
        encloses it. Outer rings run anticlockwise, holes clockwise.
    """

    points: Whole
    starts: Whole
    refs: Whole
    ring_starts: Whole
    area_starts: Whole

    def __len__(self) -> int:
        """How many areas there are."""
        return len(self.area_starts) - 1

    def ring(self, number: int) -> Whole:
        """Lattice points of a ring (n, 2), without the first once more at the end."""
        refs = self.refs[self.ring_starts[number] : self.ring_starts[number + 1]]
        return np.concatenate([self.line(ref)[:-1] for ref in refs])

    def line(self, ref: int) -> Whole:
        """Lattice points of an arc (n, 2) in the direction of `ref`."""
        arc = max(ref, ~ref)
        line = self.points[self.starts[arc] : self.starts[arc + 1]]
        return line if ref >= 0 else line[::-1]

    def outlines(self) -> tuple[Whole, Whole]:
        """Lattice points of all rings in turn, none closed, and the ring of each."""
        rings = [self.ring(number) for number in range(len(self.ring_starts) - 1)]
        owner = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
        return np.concatenate([np.empty((0, 2), np.int64), *rings]), owner

    def ring_sizes(self) -> Whole:
        """Twice the area of each ring in lattice units, negative for holes."""
        return twice_areas(*self.outlines(), len(self.ring_starts) - 1)

    def uses(self) -> Whole:
        """How often the rings run through each arc."""
        return np.bincount(arc_of(self.refs), minlength=len(self.starts) - 1)


@dataclass(frozen=True)
class Steps:
    """
    The rings as steps from vertex to vertex: each step starts at `vertex` and goes along `edge`.

    Parameters
    ----------
    corners
        Lattice points of the vertices (n, 2), by east and then north.
    vertex, following
        Vertices at which each step starts and ends.
    edge
        Number of the undirected edge of each step.
    ring, ring_starts
        Ring of each step, and where each ring starts, with the end.
    """

    corners: Whole
    vertex: Whole
    following: Whole
    edge: Whole
    ring: Whole
    ring_starts: Whole


def arc_of(refs: Whole) -> Whole:
    """Numbers of the arcs that are referred to."""
    return np.maximum(refs, ~refs)


def starts_of(counts: Whole) -> Whole:
    """Where lists of these lengths start when they stand in one row, with the end."""
    return np.append(0, np.cumsum(counts)).astype(np.int64)


def cut(areas: NDArray[np.object_]) -> Arcs:
    """
    Cut the outlines of areas into arcs: each runs along the same rings from end to end.

    Coordinates are rounded to whole numbers first, and what touches goes on touching. A ring that this leaves without
    any area is left out; where it was the last of its area, the smallest triangle of the lattice stands for it.

    Parameters
    ----------
    areas
        Polygons and multipolygons, none missing or empty. They may overlap and gape: edges that do not match become
        arcs of two points each, so that no simplification moves them.
    """
    areas = shapely.transform(_hinged(shapely.orient_polygons(areas)), np.rint)
    polygons, of_area = shapely.get_parts(areas, return_index=True)
    rings, of_polygon = shapely.get_rings(polygons, return_index=True)
    points, of_ring = _vertices(rings)
    points, of_ring = _with_area(points, of_ring, of_area[of_polygon])
    present = np.unique(of_ring)
    steps = _steps(points, np.searchsorted(present, of_ring))
    of_present = of_area[of_polygon[present]]
    # an edge that matches is run through once in each direction; only areas with others need a look
    ways = np.bincount(steps.edge, weights=np.sign(steps.following - steps.vertex))
    suspects = np.unique(of_present[steps.ring[ways[steps.edge] != 0]])
    unmatched = shapely.get_coordinates(shapely.coverage_invalid_edges(areas[suspects])).astype(np.int64)
    turned, cuts = _from_node(steps, _nodes(steps) | _among(steps.corners, unmatched))
    return _arcs(turned, cuts, starts_of(np.bincount(of_present, minlength=len(areas))))


def _hinged(areas: NDArray[np.object_]) -> NDArray[np.object_]:
    """
    The same, with corners that rounding will move put into the edges of other areas on which they lie.

    Such a corner would leave the edge, and open a gap or an overlap as long as that is.
    """
    corners, of_corner = shapely.get_coordinates(areas, return_index=True)
    moved = corners[np.abs(corners - np.rint(corners)).max(axis=1) > _TOUCH]
    if not len(moved):
        return areas
    points = shapely.points(moved)
    point, area = shapely.STRtree(areas).query(shapely.buffer(points, _TOUCH, cap_style="square"))
    beside = np.isin(of_corner, area)
    rounded = np.rint(np.concatenate([moved, corners[beside]])).astype(np.int64)
    places = np.unique(_keys(rounded), return_inverse=True)[1]
    own = places[len(moved) :] * len(areas) + of_corner[beside]
    foreign = ~np.isin(places[point] * len(areas) + area, own)
    point, area = point[foreign], area[foreign]
    shapely.prepare(areas)
    touching = shapely.dwithin(areas[area], points[point], _TOUCH)
    hinged = areas.copy()
    for row in np.unique(area[touching]):
        hinges = shapely.multipoints(points[point[touching & (area == row)]])
        hinged[row] = shapely.snap(areas[row], hinges, _TOUCH)
    return hinged


def _vertices(rings: NDArray[np.object_]) -> tuple[Whole, Whole]:
    """Points of the rings and the ring of each, without repeated ones."""
    coordinates, of_ring = shapely.get_coordinates(rings, return_index=True)
    points = coordinates.astype(np.int64)
    last = np.append(of_ring[1:] != of_ring[:-1], True)
    kept = ~last & np.append((points[1:] != points[:-1]).any(axis=1), False)
    # rounding may have made all of a ring one point
    kept[last] = np.bincount(of_ring[kept], minlength=len(rings)) == 0
    return points[kept], of_ring[kept]


def _with_area(points: Whole, of_ring: Whole, of_area: Whole) -> tuple[Whole, Whole]:
    """The same without flat rings, but a triangle for each area that has no others; `of_area` tells that of rings."""
    flat = twice_areas(points, of_ring, len(of_area)) == 0
    alone = flat & (np.bincount(of_area, weights=~flat)[of_area] == 0)
    lost = np.flatnonzero(alone)[np.unique(of_area[alone], return_index=True)[1]]
    corner = points[np.searchsorted(of_ring, lost)]
    triangles = (corner[:, None] + np.array([[0, 0], [1, 0], [0, 1]])).reshape(-1, 2)
    kept = ~flat[of_ring]
    owner = np.append(of_ring[kept], np.repeat(lost, 3))
    order = np.argsort(owner, kind="stable")
    return np.concatenate([points[kept], triangles])[order], owner[order]


def _among(corners: Whole, sought: Whole) -> NDArray[np.bool_]:
    """Which corners are among other points."""
    keys = _keys(np.concatenate([corners, sought]))
    return np.isin(keys[: len(corners)], keys[len(corners) :])


def _keys(points: Whole) -> Whole:
    """One number a point, in the order of east and then north."""
    east, north = (points - points.min(axis=0)).T
    return east * (north.max() + 1) + north


def twice_areas(points: Whole, of_ring: Whole, count: int) -> Whole:
    """Twice the signed area of each ring, exact; anticlockwise is positive. Points stand ring by ring."""
    starts = starts_of(np.bincount(of_ring, minlength=count))
    following = _cycle(starts, of_ring)
    # counted from each ring's first point, so that products stay far below 2**63
    local = points - points[starts[of_ring]]
    cross = local[:, 0] * local[following, 1] - local[following, 0] * local[:, 1]
    sums = np.append(0, np.cumsum(cross))
    return sums[starts[1:]] - sums[starts[:-1]]


def _cycle(starts: Whole, of_ring: Whole) -> Whole:
    """Position of the next point of the same ring."""
    following = np.arange(1, len(of_ring) + 1)
    filled = starts[1:] > starts[:-1]
    following[starts[1:][filled] - 1] = starts[:-1][filled]
    return following


def _steps(points: Whole, of_ring: Whole) -> Steps:
    _, first, vertex = np.unique(_keys(points), return_index=True, return_inverse=True)
    starts = starts_of(np.bincount(of_ring))
    following = vertex[_cycle(starts, of_ring)]
    _, edge = np.unique(np.minimum(vertex, following) * len(first) + np.maximum(vertex, following), return_inverse=True)
    return Steps(points[first], vertex, following, edge, of_ring, starts)


def _nodes(steps: Steps) -> NDArray[np.bool_]:
    """At which vertices outlines part: as many edges as two meet elsewhere, and both belong to the same rings."""
    count, first = np.bincount(steps.edge), np.empty(steps.edge.max() + 1, np.int64)
    first[steps.edge[::-1]] = np.arange(len(steps.edge))[::-1]  # of several values the last one stays
    degree = np.bincount(steps.vertex[first], minlength=len(steps.corners))
    degree += np.bincount(steps.following[first], minlength=len(steps.corners))
    node = degree != 2
    # rings come in order, so the first ring and the sum of both name an edge's one or two rings
    total = np.bincount(steps.edge, weights=steps.ring).astype(np.int64)
    lowest, total, count = steps.ring[first][steps.edge], total[steps.edge], count[steps.edge]
    before = np.empty_like(steps.vertex)
    before[_cycle(steps.ring_starts, steps.ring)] = np.arange(len(steps.vertex))
    changes = (lowest != lowest[before]) | (total != total[before]) | (count != count[before])
    node[steps.vertex[changes]] = True
    crowded = count > 2
    node[steps.vertex[crowded]] = node[steps.following[crowded]] = True
    return node


def _from_node(steps: Steps, node: NDArray[np.bool_]) -> tuple[Steps, NDArray[np.bool_]]:
    """The rings turned round so that each starts where an arc does; and which steps start an arc."""
    cuts = node[steps.vertex]
    whole = np.add.reduceat(cuts, steps.ring_starts[:-1], dtype=np.int64) == 0
    # a ring without nodes starts at its westernmost vertex, which is the same for the hole that it fills
    west = np.minimum.reduceat(steps.vertex, steps.ring_starts[:-1])
    cuts |= whole[steps.ring] & (steps.vertex == west[steps.ring])
    places = np.arange(len(cuts))
    start = np.minimum.reduceat(np.where(cuts, places, len(cuts)), steps.ring_starts[:-1])
    length = np.diff(steps.ring_starts)[steps.ring]
    begin = steps.ring_starts[:-1][steps.ring]
    turned = begin + (start[steps.ring] - begin + places - begin) % length
    fields = (steps.vertex[turned], steps.following[turned], steps.edge[turned])
    return Steps(steps.corners, *fields, steps.ring, steps.ring_starts), cuts[turned]


def _arcs(steps: Steps, cuts: NDArray[np.bool_], area_starts: Whole) -> Arcs:
    """One arc for the runs along the same edges, in the order in which rings come to them."""
    begins = np.flatnonzero(cuts)
    run = np.cumsum(cuts) - 1
    lowest = np.minimum.reduceat(steps.edge, begins)
    _, first, same = np.unique(lowest, return_index=True, return_inverse=True)
    number = np.argsort(np.argsort(first))[same]
    model = np.sort(first)
    at_lowest = np.flatnonzero(steps.edge == lowest[run])
    ahead = (steps.vertex < steps.following)[at_lowest]
    refs = np.where(ahead == ahead[model][number], number, ~number)
    points, starts = _lines(steps, begins, model)
    ring_starts = starts_of(np.bincount(steps.ring[begins], minlength=len(steps.ring_starts) - 1))
    return Arcs(points, starts, refs, ring_starts, area_starts)


def _lines(steps: Steps, begins: Whole, runs: Whole) -> tuple[Whole, Whole]:
    """Points of some of the runs of steps that begin at `begins`, with the last step's end, and the runs' starts."""
    lengths = np.diff(np.append(begins, len(steps.vertex)))[runs]
    starts = starts_of(lengths + 1)
    place = np.arange(starts[-1]) + np.repeat(begins[runs] - starts[:-1], lengths + 1)
    vertices = np.append(steps.vertex, -1)[place]
    ends = starts[1:] - 1
    vertices[ends] = steps.following[place[ends] - 1]
    return steps.corners[vertices], starts
