"""GeoParquet: how shapes stand in a Parquet file, so that any reader of GeoParquet 1.1 finds them again."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pyarrow as pa
import shapely

GEOMETRY = "geometry"
"""Column of the shapes, on WGS 84, longitude first: what GeoParquet takes for granted where no CRS is told."""
_TOLD = {
    "version": "1.1.0",
    "primary_column": GEOMETRY,
    "columns": {GEOMETRY: {"encoding": "WKB", "geometry_types": []}},
}
"""The kinds of shapes are left open, as the standard allows: the next rows may hold others."""


def with_shapes(table: pa.Table, shapes: pd.Series) -> pa.Table:
    """The table with a column of shapes, or of what was written of them before, as well-known binary."""
    cells = pa.array([_wkb(shape) for shape in shapes], pa.binary())
    return table.append_column(GEOMETRY, cells).replace_schema_metadata({"geo": json.dumps(_TOLD)})


def _wkb(shape: Any) -> bytes | None:
    if shape is None or isinstance(shape, bytes | float):
        return shape if isinstance(shape, bytes) else None
    return bytes(shapely.to_wkb(shape, byte_order=1))
