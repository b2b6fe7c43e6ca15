"""Files of boundary checks: which columns a file of outlines has, the faults for a GIS, and the repaired outlines."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pyarrow as arrow
import pyogrio
from pyarrow import parquet
from pyogrio.errors import DataLayerError, DataSourceError

from phusong.layers.boundaries import KINDS
from phusong.layers.boundary_repair import Repair
from phusong.layers.schema import FILE, ROW

_LINES = ("mismatched_edge",)


def column_names(file: Path) -> list[str]:
    """Columns of a file of outlines, geometry left out; none when it cannot be read, which reading it will tell."""
    try:
        if file.suffix.lower() == ".parquet":
            return [str(name) for name in parquet.read_schema(file).names]
        return [str(name) for name in pyogrio.read_info(file)["fields"]]
    except (OSError, arrow.ArrowInvalid, DataSourceError, DataLayerError):
        return []


def write_faults(found: gpd.GeoDataFrame, file: Path) -> None:
    """A GeoPackage with a layer for each kind of fault, also for those without any; an older file is replaced."""
    part = file.with_name(f".{file.stem}.part.gpkg")
    part.unlink(missing_ok=True)
    try:
        for kind in KINDS:
            form = "MultiLineString" if kind in _LINES else "MultiPolygon"
            rows = found[found.kind == kind]
            pyogrio.write_dataframe(rows, part, layer=kind, driver="GPKG", geometry_type=form, promote_to_multi=True)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def write_repair(repaired: Repair, file: Path) -> Path:
    """
    The outlines as .parquet or .gpkg, and beside them a CSV file of the communes that changed.

    Returns
    -------
    The CSV file.
    """
    outlines = repaired.communes.drop(columns=[FILE, ROW], errors="ignore")
    part = file.with_name(f".{file.stem}.part{file.suffix}")
    part.unlink(missing_ok=True)
    try:
        if file.suffix.lower() == ".parquet":
            outlines.to_parquet(part, index=False)
        else:
            pyogrio.write_dataframe(outlines, part, layer="communes", driver="GPKG", promote_to_multi=True)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    changes = file.with_name(f"{file.stem}_changes.csv")
    repaired.changes.to_csv(changes, index=False, encoding="utf-8-sig", float_format="%.6f")
    return changes
