"""Faults of commune boundaries: overlaps, gaps, slivers, edges that do not match, areas beside the stated, sea."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from phusong.layers.boundary_words import Units, sentences
from phusong.layers.geometry import geodesic_area_km2
from phusong.layers.seams import OVERLAP_M2, gaps, mismatches, overlaps, touching

KINDS = ("overlap", "gap", "sliver", "mismatched_edge", "area_differs", "sea")
"""Kinds of faults, in the order in which they are told."""
_ELLIPSOID = Geod(ellps="WGS84")
_STEP_M, _STEP_DEG = 100.0, 0.001
COLUMNS = ("kind", "commune_codes", "area_m2", "length_m", "sentence_vi", "sentence_en", "geometry")


@dataclass(frozen=True)
class Limits:
    """What counts as a fault."""

    smallest_m2: float = OVERLAP_M2
    """Overlaps, gaps and slivers up to this are the last decimal of the coordinates."""
    sliver_width_m: float = 10.0
    """Mean width below which a shape may be a sliver: 2 A / P of its area A and perimeter P."""
    sliver_elongation: float = 50.0
    """Length over mean width, P² / (4 A), from which it is one; a square has 4, a strip of n squares about n + 2."""
    area_share: float = 0.2
    """Difference between measured and stated area that is told, as a share of the measured one."""
    coarse_factor: float = 10.0
    """A special zone whose vertices lie this many times farther apart than the median commune's follows no coast."""


@dataclass(frozen=True)
class Summary:
    """
    The faults of a layer in figures, each by kind.

    Parameters
    ----------
    counts
        Number of faults.
    area_km2
        Geodesic area of the faults; of `area_differs` and `sea`, measured less stated areas without their signs.
    length_km
        Geodesic length of the edges that do not match, else perimeters.
    contested_km2
        Ground with several claimants, counted once, whereas `area_km2` counts it once for each pair.
    """

    communes: int
    counts: Mapping[str, int]
    area_km2: Mapping[str, float]
    length_km: Mapping[str, float]
    contested_km2: float


def faults(
    communes: gpd.GeoDataFrame, codes: Collection[str] | None = None, limits: Limits | None = None
) -> gpd.GeoDataFrame:
    """
    Every fault of the outlines, in the CRS of the communes.

    overlap
        Ground that two communes claim; ground that three claim is a fault of three pairs.
    gap
        Ground that communes enclose and none claims.
    sliver
        Part of an overlap, of a gap or of a commune that is much longer than wide. Those of overlaps and gaps stand
        in both kinds.
    mismatched_edge
        Edges of a commune that lie beside a neighbour's without being the same, so that they will overlap or gape
        when simplified; `area_m2` is 0.
    area_differs
        The outline's area is not the stated one; `area_m2` is measured less stated.
    sea
        A special zone (đặc khu) drawn over the sea: larger than stated by the same share; or, where no area is
        stated, with vertices so far apart that they follow no coast. Then `area_m2` is the whole outline.

    Parameters
    ----------
    communes
        Canonical rows with valid outlines; `commune_type` and `stated_area_km2` may be missing.
    codes
        Communes whose faults are asked for; the others only serve to tell overlaps and gaps. All, if not given. Gaps
        that reach beyond the box around these communes and their neighbours are then not told.

    Returns
    -------
    One row a fault, by kind and falling area (edges: length), with `commune_codes` joined by semicolons, geodesic
    `area_m2` and `length_m` (perimeter of an area) and a sentence in Vietnamese and in English.
    """
    limits = limits or Limits()
    near, window = _near(communes, codes)
    shapes, crs = near.geometry.to_numpy(), near.crs
    unmatched = mismatches(shapes)
    common = _overlaps(shapes, unmatched, crs, limits)
    holes = _holes(shapes, unmatched, window, crs, limits)
    measured = near.assign(
        area_m2=geodesic_area_km2(near.geometry) * 1e6, stated_m2=_column(near, "stated_area_km2", np.nan) * 1e6
    )
    found = pd.concat(
        [
            common,
            holes,
            _slivers(common, holes, shapes, crs, limits),
            _edges(unmatched, crs),
            _area_differs(measured, limits),
            _sea(measured, limits),
        ],
        ignore_index=True,
    )
    return _told(found, measured, codes)


def summary(found: gpd.GeoDataFrame, communes: int) -> Summary:
    """The faults counted and added up by kind; `communes` is the number of communes looked at."""
    by_kind = {kind: found[found.kind == kind] for kind in KINDS}
    common = shapely.union_all(by_kind["overlap"].geometry.to_numpy())
    return Summary(
        communes=communes,
        counts={kind: len(rows) for kind, rows in by_kind.items()},
        area_km2={kind: float(rows.area_m2.abs().sum()) / 1e6 for kind, rows in by_kind.items()},
        length_km={kind: float(rows.length_m.sum()) / 1e3 for kind, rows in by_kind.items()},
        contested_km2=float(geodesic_area_km2(gpd.GeoSeries([common], crs=found.crs))[0]),
    )


def _near(communes: gpd.GeoDataFrame, codes: Collection[str] | None) -> tuple[gpd.GeoDataFrame, Any]:
    """The communes in the window around those asked for and their neighbours, and this window; None for all."""
    if codes is None or communes.empty:
        return communes.reset_index(drop=True), None
    shapes = communes.geometry.to_numpy()
    tree = shapely.STRtree(shapes)
    asked = shapes[communes.commune_code.isin(set(codes)).to_numpy()]
    window = shapely.box(*shapely.total_bounds(shapes[np.unique(tree.query(asked)[1])]))
    return communes.iloc[np.sort(tree.query(window))].reset_index(drop=True), window


def _overlaps(shapes: NDArray[np.object_], unmatched: NDArray[np.object_], crs: Any, limits: Limits) -> pd.DataFrame:
    couples, shared = overlaps(shapes, ~shapely.is_empty(unmatched))
    some = ~shapely.is_empty(shared)
    return _large("overlap", [tuple(map(int, pair)) for pair in couples[some]], shared[some], crs, limits)


def _holes(
    shapes: NDArray[np.object_], unmatched: NDArray[np.object_], window: Any, crs: Any, limits: Limits
) -> pd.DataFrame:
    rings = gaps(shapes, ~shapely.is_empty(unmatched))
    if window is not None:  # what reaches beyond may hold communes that are not looked at
        rings = rings[shapely.covers(window, rings)]
    return _large("gap", touching(rings, shapes), rings, crs, limits)


def _large(
    kind: str, members: Sequence[tuple[int, ...]], shapes: NDArray[np.object_], crs: Any, limits: Limits
) -> pd.DataFrame:
    found = _rows(kind, members, shapes, crs)
    return found[found.area_m2 > limits.smallest_m2]


def _slivers(
    common: pd.DataFrame, holes: pd.DataFrame, shapes: NDArray[np.object_], crs: Any, limits: Limits
) -> pd.DataFrame:
    own, owner = shapely.get_parts(shapes, return_index=True)
    # in a map's units first: degrees stretch a shape by less than a tenth here, so none is missed at half the limit
    thin = shapely.length(own) ** 2 > 2 * limits.sliver_elongation * shapely.area(own)
    sources = [("commune", own[thin], [(int(k),) for k in owner[thin]])]
    for rows in (common, holes):
        parts, row = shapely.get_parts(rows.geometry.to_numpy(), return_index=True)
        sources.append((rows.kind.iloc[0] if len(rows) else "", parts, [rows.members.iloc[k] for k in row]))
    found = pd.concat(
        [_rows("sliver", members, parts, crs).assign(within=within) for within, parts, members in sources],
        ignore_index=True,
    )
    width_m = 2 * found.area_m2 / found.length_m
    elongation = found.length_m**2 / (4 * found.area_m2.where(found.area_m2 > 0))
    narrow = (width_m < limits.sliver_width_m) & (elongation >= limits.sliver_elongation)
    return found[narrow & (found.area_m2 > limits.smallest_m2)]


def _edges(unmatched: NDArray[np.object_], crs: Any) -> pd.DataFrame:
    """One row a commune; the others are those whose own faulty edges meet or cross its."""
    faulty = np.flatnonzero(~shapely.is_empty(unmatched))
    edges = unmatched[faulty]
    met = touching(edges, edges)
    members = [(int(faulty[k]), *(int(faulty[i]) for i in row if i != k)) for k, row in enumerate(met)]
    return _rows("mismatched_edge", members, edges, crs)


def _area_differs(measured: gpd.GeoDataFrame, limits: Limits) -> pd.DataFrame:
    differs = (measured.area_m2 - measured.stated_m2).abs() > limits.area_share * measured.area_m2
    return _outlines("area_differs", measured, (differs & (measured.stated_m2 > 0)).to_numpy())


def _sea(measured: gpd.GeoDataFrame, limits: Limits) -> pd.DataFrame:
    shapes = measured.geometry.to_numpy()
    spacing = shapely.length(shapes) / np.maximum(shapely.get_num_coordinates(shapes), 1)
    stated = (measured.stated_m2 > 0).to_numpy()
    larger = stated & (measured.area_m2 - measured.stated_m2 > limits.area_share * measured.area_m2).to_numpy()
    coarse = ~stated & (spacing > limits.coarse_factor * np.median(spacing)) if len(shapes) else stated
    return _outlines("sea", measured, _special_zones(measured) & (larger | coarse))


def _special_zones(communes: pd.DataFrame) -> NDArray[np.bool_]:
    kind = _column(communes, "commune_type", None)
    text = kind.where(kind.notna(), communes.commune_name).astype(str).str.lower()
    return np.asarray(text.str.startswith("đặc khu"), bool)


def _outlines(kind: str, measured: gpd.GeoDataFrame, chosen: NDArray[np.bool_]) -> pd.DataFrame:
    at = np.flatnonzero(chosen)
    found = _rows(kind, [(int(k),) for k in at], measured.geometry.to_numpy()[at], measured.crs)
    stated = measured.stated_m2.to_numpy()[at]
    return found.assign(area_m2=measured.area_m2.to_numpy()[at] - np.where(stated > 0, stated, 0.0))


def _rows(kind: str, members: Sequence[tuple[int, ...]], shapes: NDArray[np.object_], crs: Any) -> pd.DataFrame:
    area_m2, length_m = geodesic_measures(shapes, crs)
    table = {"kind": kind, "members": members, "within": "", "area_m2": area_m2, "length_m": length_m}
    return pd.DataFrame({**table, "geometry": np.array(shapes, object)}, columns=[*table, "geometry"])


def geodesic_measures(shapes: NDArray[np.object_], crs: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Areas in m² (0 of lines) and lengths of lines or perimeters in m on the WGS 84 ellipsoid.

    An edge is straight in the CRS, not on the ellipsoid, where 10 km bend by decimetres: much of a sliver's width.
    So edges are measured in pieces of about 100 m.
    """
    if not len(shapes):
        return np.zeros(0), np.zeros(0)
    step = _STEP_DEG if crs.is_geographic else _STEP_M
    dense = gpd.GeoSeries(list(shapely.segmentize(shapes, step)), crs=crs).to_crs(4326)
    areal = shapely.get_dimensions(dense.to_numpy()) == 2
    area_m2 = np.zeros(len(shapes))
    area_m2[areal] = geodesic_area_km2(dense[areal]) * 1e6
    lines = np.where(areal, shapely.boundary(dense.to_numpy()), dense.to_numpy())
    return area_m2, np.array([_length_m(line) for line in lines], float)


def _length_m(line: Any) -> float:
    return sum(float(_ELLIPSOID.geometry_length(part)) for part in shapely.get_parts(line))


def _column(frame: pd.DataFrame, name: str, missing: Any) -> pd.Series:
    return frame[name] if name in frame else pd.Series([missing] * len(frame), index=frame.index)


def _told(found: pd.DataFrame, measured: gpd.GeoDataFrame, codes: Collection[str] | None) -> gpd.GeoDataFrame:
    code = measured.commune_code.to_numpy()
    rank = found.kind.map(KINDS.index)
    size = found.area_m2.abs().where(found.kind != "mismatched_edge", found.length_m)
    found = found.assign(rank=rank, size=-size, commune_codes=[";".join(code[list(row)]) for row in found.members])
    if codes is not None:
        asked = set(codes)
        found = found[np.array([bool(asked & set(text.split(";"))) for text in found.commune_codes], bool)]
    found = found.sort_values(["rank", "size", "commune_codes"], kind="stable").reset_index(drop=True)
    units = Units.of(measured)
    words = [sentences(row, units) for row in found.itertuples()]
    found = found.assign(sentence_vi=[vi for vi, _ in words], sentence_en=[en for _, en in words])
    return gpd.GeoDataFrame(found[list(COLUMNS)], geometry="geometry", crs=measured.crs)
