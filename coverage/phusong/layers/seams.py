"""Seams of communes: where outlines do not match, claim the same ground, or enclose ground that belongs to none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from phusong.layers.geometry import few_at_a_time, geodesic_area_km2
from phusong.layers.memory import Arrays, Memory, digest, forgetful, packed, unpacked

OVERLAP_M2 = 1.0
"""Smaller overlaps and gaps are the last decimal of the coordinates, not a claim on land."""
_LAST_DIGITS = 1e-9
"""Share of a coordinate that computing an intersection may cost: millimetres in metres, a centimetre in degrees."""


@dataclass(frozen=True)
class Seams:
    """
    Where the outlines of communes do not fit each other.

    Parameters
    ----------
    pieces
        Areas that several communes claim, cut so that each has one set of claimants.
    claimants
        Positions of the communes that claim each piece.
    pairs
        Number of overlapping pairs over 1 m².
    overlap_km2, gap_km2
        Geodesic areas of all pieces and of the gaps enclosed by communes.
    gaps
        Number of gaps over 1 m².
    """

    pieces: NDArray[np.object_]
    claimants: tuple[tuple[int, ...], ...]
    pairs: int
    overlap_km2: float
    gaps: int
    gap_km2: float

    @classmethod
    def none(cls) -> Seams:
        """Of communes that have not been looked at yet."""
        return cls(np.empty(0, object), (), 0, 0.0, 0, 0.0)

    def arrays(self) -> Arrays:
        """For a memory."""
        sizes = np.array([len(row) for row in self.claimants], np.int64)
        flat = np.array([commune for row in self.claimants for commune in row], np.int64)
        told = {"pairs": self.pairs, "overlap_km2": self.overlap_km2, "gaps": self.gaps, "gap_km2": self.gap_km2}
        return {
            **packed([self.pieces], "pieces"),
            "sizes": sizes,
            "claimants": flat,
            **{name: np.array([value]) for name, value in told.items()},
        }

    @classmethod
    def of(cls, arrays: Arrays) -> Seams:
        """From a memory."""
        rows = np.split(arrays["claimants"], np.cumsum(arrays["sizes"])[:-1]) if arrays["sizes"].size else []
        claimants = tuple(tuple(int(commune) for commune in row) for row in rows)
        told = {name: arrays[name][0].item() for name in ("pairs", "overlap_km2", "gaps", "gap_km2")}
        return cls(unpacked(arrays, "pieces"), claimants, **told)

    def among(self, rows: NDArray[np.integer]) -> Seams:
        """The pieces that some of the communes alone claim; `rows` are their positions, rising, counted anew."""
        place = {int(row): number for number, row in enumerate(rows)}
        kept = [k for k, row in enumerate(self.claimants) if all(i in place for i in row)]
        claimants = tuple(tuple(place[i] for i in self.claimants[k]) for k in kept)
        return Seams(self.pieces[kept], claimants, self.pairs, self.overlap_km2, self.gaps, self.gap_km2)


def seams(communes: gpd.GeoDataFrame, memory: Memory = forgetful, workers: int = 1) -> Seams:
    """
    Overlaps and enclosed gaps between communes in a projected CRS.

    Only communes whose edges do not match a neighbour's are compared, so a clean coverage costs one pass.
    """
    on = [digest(communes.geometry.to_numpy()), communes.crs]
    return Seams.of(memory("seams of communes", on, lambda: _seams(communes, workers).arrays()))


def _seams(communes: gpd.GeoDataFrame, workers: int) -> Seams:
    shapes = communes.geometry.to_numpy()
    unmatched = ~shapely.is_empty(mismatches(shapes))
    with ThreadPoolExecutor(workers) as pool:
        enclosing = pool.submit(gaps, shapes, unmatched)
        sharing = pool.submit(overlaps, shapes, unmatched)
    (_, shared), enclosed = sharing.result(), enclosing.result()
    common = shared[shapely.area(shared) > OVERLAP_M2]
    pieces, claimants = _cut(common, shapes)
    enclosed = enclosed[shapely.area(enclosed) > OVERLAP_M2]
    areas = [geodesic_area_km2(gpd.GeoSeries(list(part), crs=communes.crs)).sum() for part in (pieces, enclosed)]
    return Seams(pieces, claimants, len(common), float(areas[0]), len(enclosed), float(areas[1]))


def mismatches(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Of each outline, the edges that lie beside a neighbour's without being the same; empty where all match."""
    return np.asarray(shapely.coverage_invalid_edges(shapes), object)


def overlaps(
    shapes: NDArray[np.object_], unmatched: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """
    Positions of outlines that may share ground, (pairs, 2), and what they share; it may be empty or very small.

    Parameters
    ----------
    unmatched
        Which outlines have edges that do not match; two that do cannot overlap.
    """
    faulty = np.flatnonzero(unmatched)
    one, other = shapely.STRtree(shapes).query(shapes[faulty])
    couples = np.unique(np.sort(np.stack([faulty[one], other], axis=1), axis=1), axis=0)
    couples = couples[couples[:, 0] < couples[:, 1]]
    common = shapely.intersection(shapes[couples[:, 0]], shapes[couples[:, 1]])
    return couples, np.array([_areal(shape) for shape in common], object)


def gaps(shapes: NDArray[np.object_], unmatched: NDArray[np.bool_]) -> NDArray[np.object_]:
    """Ground of any size that is enclosed by outlines and belongs to none."""
    # outlines that match are joined in one pass over their edges, first of few, which takes less memory than of all
    matched = shapes[~unmatched]
    joined = [shapely.coverage_union_all(matched[rows]) for rows in few_at_a_time(len(matched))]
    outlines = shapely.get_parts(shapely.union_all([*shapes[unmatched], shapely.coverage_union_all(joined)]))
    rings = [shapely.polygons(ring) for outline in outlines for ring in outline.interiors]
    return np.array(rings, object)


def holders(points: NDArray[np.object_], shapes: NDArray[np.object_]) -> list[NDArray[np.int64]]:
    """Positions of the outlines in which each point lies."""
    of, holder = shapely.STRtree(shapes).query(points, predicate="within")
    order = np.argsort(of, kind="stable")
    edges = np.searchsorted(of[order], np.arange(len(points) + 1))
    return [np.sort(holder[order][a:b]) for a, b in pairwise(edges)]


def touching(shapes: NDArray[np.object_], outlines: NDArray[np.object_]) -> list[tuple[int, ...]]:
    """Positions of the outlines that each shape touches, within the last digits of the coordinates."""
    if not len(shapes):
        return []
    reach = _LAST_DIGITS * float(np.nanmax(np.abs(shapely.total_bounds(outlines))))
    of, outline = shapely.STRtree(outlines).query(shapes, predicate="dwithin", distance=reach)
    met: list[list[int]] = [[] for _ in shapes]
    for k, i in zip(of, outline, strict=True):
        met[k].append(int(i))
    return [tuple(sorted(row)) for row in met]


def _areal(shape: Any) -> Any:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.multipolygons(shapely.get_parts(np.array(parts, object))) if parts else shapely.MultiPolygon()


def _cut(
    common: NDArray[np.object_], shapes: NDArray[np.object_]
) -> tuple[NDArray[np.object_], tuple[tuple[int, ...], ...]]:
    """Atomic pieces of the overlaps, each with every commune that holds it (three may claim the same ground)."""
    if not len(common):
        return np.array([], object), ()
    lines = shapely.unary_union(shapely.boundary(common))
    faces = shapely.get_parts(shapely.polygonize([lines]))
    held = [tuple(int(i) for i in row) for row in holders(shapely.point_on_surface(faces), shapes)]
    kept = [k for k, row in enumerate(held) if len(row) > 1]
    return faces[kept], tuple(held[k] for k in kept)
