"""Communes (xã, phường, đặc khu): dated units of administration with their outlines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
import shapely
from pyproj import CRS

from phusong.config import Layer, Project
from phusong.grid import Grid
from phusong.layers.account import Account, refuse_if
from phusong.layers.files import features
from phusong.layers.geometry import few_at_a_time, geodesic_area_km2, placed
from phusong.layers.memory import Arrays, Memory, digest, forgetful, packed, unpacked
from phusong.layers.schema import CODE, CODE_FORM, FILE, ROW, conform, day, number, word
from phusong.layers.seams import Seams, seams
from phusong.threads import in_order

__all__ = ["SCHEMA", "Seams", "canonical", "read", "read_files", "seams", "touched"]

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
        "stated_area_km2": number(0, 1e5, required=False, nullable=True),
    }
)


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


def canonical(communes: gpd.GeoDataFrame, crs: CRS, memory: Memory = forgetful, workers: int = 1) -> gpd.GeoDataFrame:
    """Communes in the project's CRS, with `area_km2` measured on the ellipsoid."""
    shapes = communes.geometry

    def work() -> Arrays:
        parts = [shapes.iloc[rows] for rows in few_at_a_time(len(shapes))]
        moved = in_order(lambda part: part.to_crs(crs).to_numpy(), parts, workers)
        km2 = np.concatenate([np.empty(0), *in_order(geodesic_area_km2, parts, workers)])
        return {"km2": km2, **packed(moved, "outlines")}

    kept = memory("canonical communes", [digest(shapes.to_numpy()), shapes.crs, crs], work)
    measured = communes.assign(area_km2=kept["km2"].round(4)).drop(columns=[FILE, ROW])
    return measured.set_geometry(gpd.GeoSeries(unpacked(kept, "outlines"), measured.index, crs))


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
    missing: dict[str, Any] = {
        "commune_type": None, "population": np.nan, "stated_area_km2": np.nan, "valid_from": pd.NaT, "valid_to": pd.NaT,
    }  # fmt: skip
    frame = frame.assign(**{name: value for name, value in missing.items() if name not in frame})
    days = {name: frame[name].astype("datetime64[s]") for name in ("valid_from", "valid_to")}
    return frame.assign(**days, commune_type=frame.commune_type.astype(object))[
        [*SCHEMA.columns, FILE, ROW, "geometry"]
    ]


def touched(communes: gpd.GeoDataFrame, grids: Sequence[Grid]) -> list[int]:
    """Places of the grids that some communes touch, which are in the grids' CRS."""
    boxes = np.array([shapely.box(*grid.bounds) for grid in grids], object)
    return [int(k) for k in np.unique(shapely.STRtree(communes.geometry.to_numpy()).query(boxes, "intersects")[0])]
