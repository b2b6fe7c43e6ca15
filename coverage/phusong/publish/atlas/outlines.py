"""Outlines: communes and provinces as the map pages draw them, from one simplification of all communes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from phusong.publish.arcs import Arcs
from phusong.publish.atlas.packing import Whole, points
from phusong.publish.topology import arcs_of, coarser, encoded, joined, part, shapes, without_islets

TOLERANCE_M = 60.0
"""How finely the pages of provinces and communes are drawn."""
NATION_TOLERANCE_M = 600.0
BASE_TOLERANCE_M = 1_000.0
"""The same of the page of the nation, and of the provinces round a page."""
ISLET_KM2 = 1.0
"""Smaller islands without villages are left out where the whole country is drawn."""
_NEAR_DEGREES = 0.8
"""Communes further from all others than this do not count for the first view of a page."""
_TOUCHING_DEGREES = 0.002
"""Neighbours lie within this: official outlines gape by some metres."""


@dataclass(frozen=True)
class Outlines:
    """
    Outlines of all communes in the order of their rows.

    Parameters
    ----------
    fine, coarse
        As drawn on the pages of provinces and communes, and on that of the nation.
    degrees
        The fine ones as polygons in longitude and latitude.
    at
        A point in each of them, longitude and latitude (n, 2).
    provinces, base
        Codes of the provinces, and their outlines for the ground round a page.
    """

    fine: Arcs
    coarse: Arcs
    degrees: NDArray[np.object_]
    at: NDArray[np.float64]
    provinces: tuple[str, ...]
    base: Arcs


def outlines(communes: gpd.GeoSeries, provinces: Sequence[str], villages: gpd.GeoSeries) -> Outlines:
    """
    Simplify all communes together.

    Parameters
    ----------
    provinces
        Code of the province of each commune.
    villages
        Points; islands on which one lies are drawn on every page.
    """
    fine = arcs_of(communes, TOLERANCE_M)
    coarse = without_islets(coarser(fine, NATION_TOLERANCE_M), ISLET_KM2, villages if len(villages) else None)
    degrees = shapes(fine).to_numpy()
    at = shapely.get_coordinates(shapely.point_on_surface(degrees))
    codes, whole = joined(coarse, provinces)
    return Outlines(fine, coarse, degrees, at, tuple(codes), coarser(whole, BASE_TOLERANCE_M))


def base_packed(drawn: Outlines) -> dict[str, Any]:
    """The provinces round a page, for its data block."""
    return {"topology": encoded(drawn.base), "code": list(drawn.provinces)}


def communes_packed(drawn: Outlines, rows: Whole, *, nation: bool) -> dict[str, Any]:
    """Outlines of some communes, and a point in each, for the data block."""
    topology = encoded(part(drawn.coarse if nation else drawn.fine, rows.tolist()))
    return {"topology": topology, "at": points(drawn.at[rows])}


def middles_packed(groups: Sequence[NDArray[np.float64]]) -> dict[str, Any]:
    """For each group of points the one nearest to the middle of them."""
    nearest = [own[np.argmin(((own - np.median(own, axis=0)) ** 2).sum(axis=1))] for own in groups]
    return points(np.array(nearest))


def around(drawn: Outlines, row: int) -> Whole:
    """Rows of the communes that touch one."""
    own = drawn.degrees[row]
    found = shapely.STRtree(drawn.degrees).query(own, predicate="dwithin", distance=_TOUCHING_DEGREES)
    return np.setdiff1d(found, [row])


def corners(drawn: Outlines, rows: Whole) -> list[list[float]]:
    """South-western and north-eastern corner round some communes, as latitude and longitude."""
    return _corners(shapely.total_bounds(drawn.degrees[rows]))


def first_view(drawn: Outlines, rows: Whole) -> list[list[float]]:
    """The same without what lies far from most of them, such as islands on the high sea."""
    if len(rows) == 1:
        return corners(drawn, rows)
    pairs = KDTree(drawn.at[rows]).query_pairs(_NEAR_DEGREES, output_type="ndarray")
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), (len(rows), len(rows)))
    group = connected_components(links, directed=False)[1]
    near = rows[group == np.bincount(group).argmax()]
    parts, of = shapely.get_parts(drawn.degrees[near], return_index=True)
    order = np.lexsort((shapely.area(parts), of))
    largest = parts[order[np.append(of[order][1:] != of[order][:-1], True)]]
    return _corners(shapely.total_bounds(largest))


def _corners(bounds: NDArray[np.float64]) -> list[list[float]]:
    west, south, east, north = (round(float(edge), 5) for edge in bounds)
    return [[south, west], [north, east]]
