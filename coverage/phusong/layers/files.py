"""Files: rows of GeoParquet, Parquet, GeoPackage, GeoJSON, Shapefile (also zipped), CSV and XLSX."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS
from pyproj.exceptions import CRSError

from phusong.config import Layer, Project
from phusong.errors import LayerError
from phusong.layers.schema import FILE, ROW
from phusong.text import nearest

_TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")
_FEATURES = (".gpkg", ".geojson", ".json", ".shp", ".zip", ".parquet")


def read_table(project: Project, name: str) -> pd.DataFrame:
    """
    Rows of a layer without geometry, as text or as the file types them, with `source_file` and `source_row`.

    Raises
    ------
    LayerError
        When a file cannot be read.
    """
    layer: Layer = getattr(project.layers, name)
    parts = [_numbered(_read(name, file, layer), file) for file in project.files(layer)]
    return pd.concat(parts, ignore_index=True)


def read_features(project: Project, name: str) -> gpd.GeoDataFrame:
    """
    Rows of a layer with geometry in the CRS of the first file; points come from longitude and latitude columns.

    Raises
    ------
    LayerError
        When a file cannot be read, carries no CRS and the project file names none, or contradicts the named one.
    """
    layer: Layer = getattr(project.layers, name)
    parts = [_numbered(_located(name, _read(name, file, layer), file, layer), file) for file in project.files(layer)]
    same = [part.to_crs(parts[0].crs) for part in parts]
    return gpd.GeoDataFrame(pd.concat(same, ignore_index=True), geometry="geometry", crs=parts[0].crs)


def _numbered(rows: Any, file: Path) -> Any:
    first = 2 if file.suffix.lower() in (".csv", ".tsv", ".txt", ".xlsx") else 1
    return rows.assign(**{FILE: file.name, ROW: range(first, first + len(rows))})


def _read(name: str, file: Path, layer: Layer) -> pd.DataFrame:
    try:
        return _reader(file)(file, layer)
    except (OSError, ValueError, KeyError, csv.Error, DataSourceError, DataLayerError) as fault:
        raise LayerError(name, [f"{file.name} cannot be read: {_reason(file, layer, fault)}"]) from fault


def _reader(file: Path) -> Any:
    match file.suffix.lower():
        case ".csv" | ".tsv" | ".txt":
            return _read_csv
        case ".xlsx":
            return _read_xlsx
        case ".parquet":
            return _read_parquet
        case suffix if suffix in _FEATURES:
            return _read_vector
    kinds = ", ".join(sorted({*_TABLES, *_FEATURES}))
    raise ValueError(f"files of the kind '{file.suffix}' are not known; known are {kinds}")


def _read_csv(file: Path, layer: Layer) -> pd.DataFrame:
    del layer
    with file.open(encoding="utf-8-sig", newline="") as opened:
        head = opened.readline()
    delimiter = max(",;\t|", key=head.count)
    return pd.read_csv(file, sep=delimiter, dtype=str, encoding="utf-8-sig", keep_default_na=False, na_values=[""])


def _read_xlsx(file: Path, layer: Layer) -> pd.DataFrame:
    return pd.read_excel(file, sheet_name=layer.sublayer or 0, dtype=object, keep_default_na=False, na_values=[""])


def _read_parquet(file: Path, layer: Layer) -> pd.DataFrame:
    del layer
    try:
        return gpd.read_parquet(file)
    except ValueError:  # a Parquet file without geometry
        return pd.read_parquet(file)


def _read_vector(file: Path, layer: Layer) -> pd.DataFrame:
    return gpd.read_file(file, layer=layer.sublayer) if layer.sublayer else gpd.read_file(file)


def _reason(file: Path, layer: Layer, fault: Exception) -> str:
    if isinstance(fault, UnicodeDecodeError):
        return "it is not UTF-8 text"
    if isinstance(fault, DataLayerError) and layer.sublayer:
        sublayers = [str(row[0]) for row in pyogrio.list_layers(file)]
        return f"it has no layer '{layer.sublayer}' (nearest: {nearest(layer.sublayer, sublayers) or sublayers})"
    return str(fault)


def _located(name: str, rows: pd.DataFrame, file: Path, layer: Layer) -> gpd.GeoDataFrame:
    given = _crs(name, layer)
    if not isinstance(rows, gpd.GeoDataFrame):
        return _points(name, rows, file, layer, given)
    if rows.geometry.name != "geometry":
        rows = rows.rename_geometry("geometry")
    if rows.crs is None and given is None:
        raise LayerError(name, [f'{file.name} has no CRS: write it, or say crs = "EPSG:..." in [layers.{name}]'])
    if rows.crs is not None and given is not None and not CRS(rows.crs).equals(given, ignore_axis_order=True):
        raise LayerError(name, [f"{file.name} says its CRS is {rows.crs.name}, the project file says {given.name}"])
    return rows if rows.crs is not None else rows.set_crs(given)


def _points(name: str, rows: pd.DataFrame, file: Path, layer: Layer, crs: CRS | None) -> gpd.GeoDataFrame:
    x, y = (layer.columns.get(axis, axis) for axis in ("longitude", "latitude"))
    own = [str(column) for column in rows.columns]
    faults = [
        f"{file.name}: column '{axis}' is missing"
        + (f" (your file has '{near}')" if (near := nearest(axis, own)) else "")
        for axis in (x, y)
        if axis not in own
    ]
    if crs is None:
        faults.append(
            f'{file.name} is a table and says no CRS: say crs = "EPSG:4326" in [layers.{name}] if it is degrees'
        )
    if faults or crs is None:
        raise LayerError(name, faults)
    east, north = (pd.to_numeric(rows[axis], errors="coerce") for axis in (x, y))
    faults = [f for axis, read in ((x, east), (y, north)) for f in _unreadable(file, axis, rows[axis], read)]
    if crs.is_geographic and (north.abs() > 90).any():
        faults.append(
            f"{file.name}: {int((north.abs() > 90).sum())} rows of '{y}' beyond 90 degrees; are the axes swapped?"
        )
    if faults:
        raise LayerError(name, faults)
    geometry = gpd.points_from_xy(east, north)
    geometry[(east.isna() | north.isna()).to_numpy()] = None
    return gpd.GeoDataFrame(rows.drop(columns=[x, y]), geometry=geometry, crs=crs)


def _unreadable(file: Path, axis: str, text: pd.Series, read: pd.Series) -> list[str]:
    bad = text[read.isna() & text.notna()]
    if bad.empty:
        return []
    return [f"{file.name}: {len(bad)} rows of '{axis}' are not numbers, first {str(bad.iloc[0])[:40]!r}"]


def _crs(name: str, layer: Layer) -> CRS | None:
    try:
        return CRS.from_user_input(layer.crs) if layer.crs else None
    except CRSError:
        raise LayerError(
            name, [f"crs = '{layer.crs}' is not a coordinate system; expected something like EPSG:4326"]
        ) from None
