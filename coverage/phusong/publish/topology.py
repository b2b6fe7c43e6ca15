"""Topology: the outlines of communes for the screen, simplified together, each shared edge held once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from phusong.publish.arcs import Arcs, Whole, arc_of, cut, starts_of, twice_areas
from phusong.publish.digits import numbers_of, text_of
from phusong.publish.simplification import simplified

UNITS_PER_DEGREE = 1_000_000
"""
The lattice, 0.11 m, on which the official outlines come, so that rounding moves nothing. One ten times as coarse takes
a quarter off the text but makes outlines cross: 73 of 3,321 communes could not be put together again.
"""

UNIT_M = 111_195.0 / UNITS_PER_DEGREE
"""Length of a lattice unit northward, on a sphere of the mean radius of the Earth, 6,371.01 km."""


def arcs_of(communes: gpd.GeoSeries, tolerance_m: float) -> Arcs:
    """
    Areas with their corners cut off while each takes less than `tolerance_m` squared, all in one pass.

    What matches goes on matching, what overlaps or gapes goes on doing so, and nothing vanishes; see
    `simplification.simplified`. A tolerance of 0 changes nothing.

    Parameters
    ----------
    communes
        Polygons and multipolygons in any CRS.

    Raises
    ------
    ValueError
        Where an area is missing, empty or no polygon.
    """
    wrong = communes.isna() | communes.is_empty | ~communes.geom_type.isin(["Polygon", "MultiPolygon"])
    if wrong.any():
        raise ValueError(f"only polygons that have an area can be drawn; row {communes.index[wrong][0]!r} has none")
    degrees = communes.to_crs("EPSG:4326").to_numpy()
    return coarser(cut(shapely.transform(degrees, lambda points: points * UNITS_PER_DEGREE)), tolerance_m)


def coarser(arcs: Arcs, tolerance_m: float) -> Arcs:
    """The same areas, simplified further."""
    return simplified(arcs, (tolerance_m / UNIT_M) ** 2 / _eastward(arcs.points[arcs.starts[:-1]]))


def without_islets(arcs: Arcs, smallest_km2: float, places: gpd.GeoSeries | None = None) -> Arcs:
    """
    The same areas without their islands of less than `smallest_km2`, as for a map of the whole country.

    An island stays where it is its area's largest part, where it touches another area or has a hole, and where one of
    the `places` (people, villages; points in any CRS) lies on it. Holes stay.
    """
    of_area = np.repeat(np.arange(len(arcs)), np.diff(arcs.area_starts))
    islets = _islets(arcs, smallest_km2, of_area)
    marks = arcs.points[arcs.starts[arc_of(arcs.refs[arcs.ring_starts[:-1]])]][arcs.ring_sizes() < 0]
    if places is not None:
        degrees = shapely.get_coordinates(places.to_crs("EPSG:4326").to_numpy())
        marks = np.concatenate([marks, degrees * UNITS_PER_DEGREE])
    shapes = np.array([shapely.Polygon(arcs.ring(number)) for number in islets], object)
    marked = shapely.STRtree(shapes).query(shapely.points(marks), predicate="intersects")[1]
    kept = np.setdiff1d(np.arange(len(of_area)), np.delete(islets, marked))
    return _taken(arcs, kept, np.bincount(of_area[kept], minlength=len(arcs)))


def part(arcs: Arcs, rows: Sequence[int]) -> Arcs:
    """Some of the areas, such as those of a province, with only the arcs that they need; the points are the same."""
    rings, area_starts = _rows(np.arange(len(arcs.ring_starts) - 1), arcs.area_starts, np.array(rows, np.int64))
    return _taken(arcs, rings, np.diff(area_starts))


def joined(arcs: Arcs, groups: Sequence[str]) -> tuple[list[str], Arcs]:
    """Areas of one group made one, such as communes a province: the groups in order, and their areas."""
    names = sorted(set(groups))
    members = np.array(groups, object)
    areas = _polygons(arcs)
    return names, cut(np.array([shapely.union_all(areas[members == name]) for name in names], object))


def borders(arcs: Arcs, groups: Sequence[str]) -> Whole:
    """Numbers of the arcs that one area of a group has for itself, such as the outlines of provinces."""
    codes = np.unique(np.array(groups, object), return_inverse=True)[1]
    of_ring = np.repeat(codes, np.diff(arcs.area_starts))
    uses = np.stack([arc_of(arcs.refs), np.repeat(of_ring, np.diff(arcs.ring_starts))], axis=1)
    pairs, count = np.unique(uses, axis=0, return_counts=True)
    return np.unique(pairs[count == 1, 0])


def shapes(arcs: Arcs) -> gpd.GeoSeries:
    """The areas as polygons in longitude and latitude."""
    degrees = shapely.transform(_polygons(arcs), lambda points: points / UNITS_PER_DEGREE)
    return gpd.GeoSeries(degrees, crs="EPSG:4326")


def encoded(arcs: Arcs) -> dict[str, Any]:
    """
    The arcs as JSON values for topology.js: the lattice, and one text of whole numbers.

    These are: how many arcs, rings and areas; the points of each arc, arcs of each ring, rings of each area; the steps
    from reference to reference; the steps east and north from point to point, over the ends of arcs too.
    """
    lists = [np.diff(arcs.starts), np.diff(arcs.ring_starts), np.diff(arcs.area_starts)]
    steps = [np.diff(arcs.refs, prepend=0), np.diff(arcs.points, axis=0, prepend=np.zeros((1, 2), np.int64)).ravel()]
    text = text_of(np.concatenate([[len(counts) for counts in lists], *lists, *steps]).astype(np.int64))
    return {"units_per_degree": UNITS_PER_DEGREE, "text": text}


def decoded(values: Mapping[str, Any]) -> Arcs:
    """The arcs that were encoded."""
    numbers = numbers_of(values["text"])
    ends = 3 + np.cumsum(numbers[:3])
    starts, ring_starts, area_starts = map(starts_of, np.split(numbers[3 : ends[2]], ends[:2] - 3))
    refs, steps = np.split(numbers[ends[2] :], [ring_starts[-1]])
    return Arcs(np.cumsum(steps.reshape(-1, 2), axis=0), starts, np.cumsum(refs), ring_starts, area_starts)


def _islets(arcs: Arcs, smallest_km2: float, of_area: Whole) -> Whole:
    """Numbers of the small outer rings that touch no other area and are not their area's largest part."""
    sizes, first = arcs.ring_sizes(), arc_of(arcs.refs[arcs.ring_starts[:-1]])
    lesser = sizes < np.maximum.reduceat(sizes, arcs.area_starts[:-1])[of_area]
    alone = (np.diff(arcs.ring_starts) == 1) & (arcs.uses()[first] == 1)
    km2 = sizes / 2 * _eastward(arcs.points[arcs.starts[first]]) * (UNIT_M / 1000) ** 2
    return np.flatnonzero(lesser & alone & (sizes > 0) & (km2 < smallest_km2))


def _eastward(points: Whole) -> NDArray[np.float64]:
    """Length of an eastward unit at each point, in northward ones."""
    return np.cos(np.radians(points[:, 1] / UNITS_PER_DEGREE))


def _polygons(arcs: Arcs) -> NDArray[np.object_]:
    """The areas as polygons in lattice units."""
    points, of_ring = arcs.outlines()
    rings = np.asarray(shapely.linearrings(points.astype(np.float64), indices=of_ring), object)
    of_area = np.repeat(np.arange(len(arcs)), np.diff(arcs.area_starts))
    areas = np.asarray(shapely.build_area(shapely.geometrycollections(rings, indices=of_area)), object)
    # rounding may have twisted a part narrower than the lattice, or laid it across another; areas are then lost
    sizes = np.add.reduceat(twice_areas(points, of_ring, len(rings)), arcs.area_starts[:-1]) / 2
    for row in np.flatnonzero(~shapely.is_valid(areas) | (shapely.area(areas) != sizes)):
        areas[row] = _odd(rings[arcs.area_starts[row] : arcs.area_starts[row + 1]])
    return areas


def _odd(rings: NDArray[np.object_]) -> Any:
    """Ground that an odd number of rings encloses, whether or not they cross each other or themselves."""
    apart = np.asarray(shapely.polygons(rings), object)
    return reduce(shapely.symmetric_difference, shapely.make_valid(apart, method="structure", keep_collapsed=False))


def _taken(arcs: Arcs, rings: Whole, rings_of_area: Whole) -> Arcs:
    """The rings with only the arcs that they need, numbered in the order in which the rings come to them."""
    refs, ring_starts = _rows(arcs.refs, arcs.ring_starts, rings)
    used = arc_of(refs)
    present, first = np.unique(used, return_index=True)
    order = present[np.argsort(first)]
    number = np.empty(len(arcs.starts) - 1, np.int64)
    number[order] = np.arange(len(order))
    points, starts = _rows(arcs.points, arcs.starts, order)
    refs = np.where(refs >= 0, number[used], ~number[used])
    return Arcs(points, starts, refs, ring_starts, starts_of(rings_of_area))


def _rows(values: Whole, starts: Whole, chosen: Whole) -> tuple[Whole, Whole]:
    """Some of the lists that stand in one row, in the order given, and their starts."""
    counts = np.diff(starts)[chosen]
    ends = starts_of(counts)
    return values[np.arange(ends[-1]) + np.repeat(starts[:-1][chosen] - ends[:-1], counts)], ends
