"""Communes (xã, phường, đặc khu): dated units of administration with their outlines."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from phusong.config import Layer, Project
from phusong.layers.account import Account, refuse_if
from phusong.layers.files import features
from phusong.layers.geometry import geodesic_area_km2, placed
from phusong.layers.schema import CODE, CODE_FORM, FILE, ROW, conform, day, number, word

SCHEMA = pa.DataFrameSchema(
    {
        "commune_code": word(pattern=CODE, form=CODE_FORM),
        "commune_name": word(),
        "commune_type": word(required=False, nullable=True),
        "province_code": word(pattern=r"\d{2}", form="01 (two digits)"),
        "province_name": word(),
        "valid_from": day(required=False, nullable=True),
        "valid_to": day(required=False, nullable=True),
        "population": number(0, 5e6, required=False, nullable=True),
    }
)

OVERLAP_M2 = 1.0
"""Smaller overlaps and gaps are the last decimal of the coordinates, not a claim on land."""


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


def read(project: Project, on: dt.date) -> tuple[gpd.GeoDataFrame, Account]:
    """
    Communes valid on a day, in the CRS of their file.

    Raises
    ------
    LayerError
        With every fault of the layer.
    """
    layer = project.layers.communes
    return read_files(layer, project.files(layer), on)


def read_files(layer: Layer, files: list[Path], on: dt.date) -> tuple[gpd.GeoDataFrame, Account]:
    """As `read`, of the files given."""
    raw = features("communes", layer, files)
    frame, faults = conform(raw, SCHEMA, layer)
    refuse_if("communes", faults)
    frame = gpd.GeoDataFrame(frame, geometry="geometry", crs=raw.crs)
    frame, refused, repaired = placed(frame, ("Polygon", "MultiPolygon"))
    frame = _with_optional(frame)
    valid = frame[_valid(frame, on)]
    refuse_if("communes", [_none_valid(frame, on)] if valid.empty else _repeated(valid))
    counts = {"not_valid_on_the_day": len(frame) - len(valid)}
    account = Account("communes", len(raw), tuple(refused), repaired, counts)
    return valid.sort_values("commune_code").reset_index(drop=True), account


def canonical(communes: gpd.GeoDataFrame, crs: CRS) -> gpd.GeoDataFrame:
    """Communes in the project's CRS, with `area_km2` measured on the ellipsoid."""
    measured = communes.assign(area_km2=geodesic_area_km2(communes.geometry).round(4))
    return measured.drop(columns=[FILE, ROW]).to_crs(crs)


def seams(communes: gpd.GeoDataFrame) -> Seams:
    """
    Overlaps and enclosed gaps between communes in a projected CRS.

    Only communes whose edges do not match a neighbour's are compared, so a clean coverage costs one pass.
    """
    shapes = communes.geometry.to_numpy()
    faulty = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(shapes)))
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapes[faulty])
    couples = np.unique(np.sort(np.stack([faulty[one], other]), axis=0), axis=1)
    couples = couples[:, couples[0] < couples[1]]
    shared = [_areal(shape) for shape in shapely.intersection(shapes[couples[0]], shapes[couples[1]])]
    large = np.array([shape.area > OVERLAP_M2 for shape in shared], bool)
    common = np.array([shape for shape, keep in zip(shared, large, strict=True) if keep], object)
    pieces, claimants = _cut(common, shapes)
    gaps = _gaps(shapes)
    areas = [geodesic_area_km2(gpd.GeoSeries(list(part), crs=communes.crs)).sum() for part in (pieces, gaps)]
    return Seams(pieces, claimants, int(large.sum()), float(areas[0]), len(gaps), float(areas[1]))


def _valid(frame: gpd.GeoDataFrame, on: dt.date) -> pd.Series:
    begun = frame.valid_from.isna() | (frame.valid_from <= pd.Timestamp(on))
    return begun & (frame.valid_to.isna() | (frame.valid_to >= pd.Timestamp(on)))


def _none_valid(frame: gpd.GeoDataFrame, on: dt.date) -> str:
    if frame.empty:
        return "no row has a usable outline"
    first, last = frame.valid_from.min(), frame.valid_to.max()
    begin = "" if pd.isna(first) else f"; the earliest begins on {first:%Y-%m-%d}"
    end = "" if pd.isna(last) else f"; the last ends on {last:%Y-%m-%d}"
    return f"no commune is valid on {on}{begin}{end}"


def _repeated(valid: gpd.GeoDataFrame) -> list[str]:
    codes = valid.commune_code[valid.commune_code.duplicated(keep=False)]
    if codes.empty:
        return []
    return [
        f"commune_code: {len(codes)} rows repeated on the same day, "
        f"first at row {valid[ROW][codes.index[0]]} (found {codes.iloc[0]!r})"
    ]


def _with_optional(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    missing: dict[str, Any] = {"commune_type": None, "population": np.nan, "valid_from": pd.NaT, "valid_to": pd.NaT}
    frame = frame.assign(**{name: value for name, value in missing.items() if name not in frame})
    days = {name: frame[name].astype("datetime64[s]") for name in ("valid_from", "valid_to")}
    return frame.assign(**days, commune_type=frame.commune_type.astype(object))[
        [*SCHEMA.columns, FILE, ROW, "geometry"]
    ]


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
    inner = shapely.point_on_surface(faces)
    held = [tuple(sorted(int(i) for i in row)) for row in _holders(inner, shapes)]
    kept = [k for k, row in enumerate(held) if len(row) > 1]
    return faces[kept], tuple(held[k] for k in kept)


def _holders(points: NDArray[np.object_], shapes: NDArray[np.object_]) -> list[NDArray[np.int64]]:
    of, holder = shapely.STRtree(shapes).query(points, predicate="within")
    order = np.argsort(of, kind="stable")
    edges = np.searchsorted(of[order], np.arange(len(points) + 1))
    return [holder[order][a:b] for a, b in pairwise(edges)]


def _gaps(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Ground enclosed by communes that belongs to none."""
    outlines = shapely.get_parts(shapely.union_all(shapes))
    rings = [shapely.polygons(ring) for outline in outlines for ring in outline.interiors]
    return np.array([gap for gap in rings if gap.area > OVERLAP_M2], object)
