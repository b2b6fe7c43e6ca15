"""The mosaic of outlines: all their edges cut where they meet, and the faces between with their claimants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from phusong.layers.boundaries import geodesic_measures
from phusong.layers.seams import holders

OUTSIDE, GAP, CLAIMED = 0, 1, 2
"""What a face is: no ground of these communes, ground they enclose and none claims, ground of one or several."""


@dataclass(frozen=True)
class Mosaic:
    """
    Faces that fit each other, whose edges are those of the outlines.

    Parameters
    ----------
    claimants
        Positions of the outlines that hold each face; empty where none does.
    status
        `OUTSIDE`, `GAP` or `CLAIMED`, of each face.
    area_m2
        Geodesic areas of gaps and of faces with several claimants; 0 of the others.
    neighbours
        Length in metres of the edge that a face shares with each other face, of the faces that have an `area_m2`.
    """

    faces: NDArray[np.object_]
    claimants: tuple[tuple[int, ...], ...]
    status: NDArray[np.int8]
    area_m2: NDArray[np.float64]
    neighbours: Mapping[int, Mapping[int, float]]

    def borders(self, face: int, owners: NDArray[np.int64]) -> dict[int, float]:
        """Metres of edge that a face shares with the ground of each owner; faces without one do not count."""
        found: dict[int, float] = {}
        for other, length_m in self.neighbours.get(face, {}).items():
            owner = int(owners[other])
            if owner >= 0:
                found[owner] = found.get(owner, 0.0) + length_m
        return found


def mosaic(
    shapes: NDArray[np.object_], involved: NDArray[np.bool_], kept_open: NDArray[np.object_], crs: Any
) -> Mosaic:
    """
    The faces between the outlines involved.

    Parameters
    ----------
    involved
        Outlines to be cut. The others fit their neighbours, and their ground is no face.
    kept_open
        Gaps that are not to be filled; what lies in them is outside.
    """
    if not involved.any():
        return Mosaic(np.array([], object), (), np.array([], np.int8), np.array([], float), {})
    lines = shapely.unary_union(shapely.boundary(shapes[involved]))
    faces = shapely.get_parts(shapely.polygonize([lines]))
    inner = shapely.point_on_surface(faces)
    claimants = tuple(tuple(map(int, row)) if involved[row].all() else () for row in holders(inner, shapes))
    status = np.array([CLAIMED if row else GAP for row in claimants], np.int8)
    empty = status == GAP
    status[empty & (_foreign(faces, inner, shapes[~involved]) | _within(inner, kept_open))] = OUTSIDE
    open_faces = np.flatnonzero((status == GAP) | np.array([len(row) > 1 for row in claimants]))
    area_m2 = np.zeros(len(faces))
    area_m2[open_faces] = geodesic_measures(faces[open_faces], crs)[0]
    return Mosaic(faces, claimants, status, area_m2, _neighbours(faces, open_faces, crs))


def _foreign(faces: NDArray[np.object_], inner: NDArray[np.object_], others: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Which faces hold the ground of outlines that are not cut."""
    found = np.zeros(len(faces), bool)
    if len(others):
        found[shapely.STRtree(others).query(inner, predicate="within")[0]] = True
        found[shapely.STRtree(shapely.point_on_surface(others)).query(faces, predicate="contains")[0]] = True
    return found


def _within(points: NDArray[np.object_], areas: NDArray[np.object_]) -> NDArray[np.bool_]:
    found = np.zeros(len(points), bool)
    if len(areas):
        found[shapely.STRtree(areas).query(points, predicate="within")[0]] = True
    return found


def _neighbours(faces: NDArray[np.object_], open_faces: NDArray[np.int64], crs: Any) -> dict[int, dict[int, float]]:
    """Faces that share segments with the open ones; segments are equal when both their ends are."""
    segments, face = _segments(faces)
    _, group = np.unique(segments, axis=0, return_inverse=True)
    order = np.argsort(group.ravel(), kind="stable")
    same = np.flatnonzero(np.diff(group.ravel()[order]) == 0)
    first, second = order[same], order[same + 1]  # an edge has two sides, so at most two faces
    touched = np.isin(face[first], open_faces) | np.isin(face[second], open_faces)
    first, second = first[touched], second[touched]
    lines = np.array(shapely.linestrings(segments[first].reshape(-1, 2, 2)), object)
    lengths = geodesic_measures(lines, crs)[1]
    found: dict[int, dict[int, float]] = {}
    for a, b, length_m in zip(face[first], face[second], lengths, strict=True):
        for one, other in ((int(a), int(b)), (int(b), int(a))):
            row = found.setdefault(one, {})
            row[other] = row.get(other, 0.0) + float(length_m)
    return found


def _segments(faces: NDArray[np.object_]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Segments of all rings, their lower end first, and the face of each."""
    rings, face = shapely.get_rings(faces, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    joined = np.flatnonzero(ring[1:] == ring[:-1])
    start, end = points[joined], points[joined + 1]
    later = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    segments = np.where(later[:, None], np.hstack([end, start]), np.hstack([start, end]))
    return segments, face[ring[joined]]
