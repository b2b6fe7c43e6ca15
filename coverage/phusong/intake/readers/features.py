"""Features: GeoJSON, GeoPackage, Shapefile and GeoParquet, rows kept even where their shape is broken."""

from __future__ import annotations

import json
import math
import re
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from phusong.errors import FilingError
from phusong.intake.encoding import Encoding, detect
from phusong.intake.readers.limits import Limits
from phusong.intake.table import RawTable

NOT_A_SHAPE = (
    TypeError,
    ValueError,
    AttributeError,
    LookupError,
    OverflowError,
    shapely.errors.ShapelyError,
    RecursionError,
)
_DBF_SAMPLE = 1 << 20
_BYTES = "ISO-8859-1"
"""Each byte as the letter of its number, so that nothing is lost."""
_BROKEN = (DataSourceError, DataLayerError, OSError, ValueError, RuntimeError)
FEATURE_ID = "feature id"
"""Column of the ids that features have beside their properties."""


def read_geojson(file: Path, name: str, limits: Limits) -> Iterator[RawTable]:
    """
    Features of a GeoJSON file; NaN in it makes a broken shape, not a broken file.

    Raises
    ------
    FilingError
        When it is no feature collection.
    """
    refuse_size(file, name, limits)
    data = file.read_bytes()
    try:
        content = json.loads(detect(data).decode(data))
    except (ValueError, RecursionError) as fault:
        raise FilingError(f"{name} is no JSON: {str(fault)[:120]}") from None
    if isinstance(content, dict) and content.get("type") == "Feature":
        content = {"features": [content]}
    if isinstance(content, list):
        content = {"features": [{"properties": row} for row in content]}
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or not features:
        raise FilingError(f"{name} has no features: expected a FeatureCollection")
    rows = [_properties(feature) for feature in features]
    shapes = [_shape(feature.get("geometry") if isinstance(feature, dict) else None) for feature in features]
    yield table_of(name, rows, shapes, _crs(content))


def read_vector(file: Path, name: str) -> Iterator[RawTable]:
    """
    Layers of a GeoPackage or Shapefile, each as a sheet.

    Raises
    ------
    FilingError
        When the file is damaged.
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            layers = [str(row[0]) for row in pyogrio.list_layers(file)]
    except _BROKEN as fault:
        raise _damaged(name, "set of features", fault) from None
    for layer in layers:
        try:
            frame = _layer(file, layer)
        except _BROKEN as fault:
            raise _damaged(name, "set of features", fault) from None
        yield _framed(frame, name, layer if len(layers) > 1 else "")


def _layer(file: Path, layer: str) -> pd.DataFrame:
    """A layer, its texts as their bytes say where the file does not tell their encoding, or tells a wrong one."""
    encoding = _attribute_encoding(file)
    with warnings.catch_warnings(action="ignore"):
        if encoding is None:
            with suppress(UnicodeDecodeError):
                return _with_texts(file, layer, None)
            return _with_texts(file, layer, _BYTES)
        frame = _with_texts(file, layer, _BYTES)
    return frame.rename(columns=lambda name: _recoded(name, encoding)).map(lambda cell: _recoded(cell, encoding))


def _with_texts(file: Path, layer: str, encoding: str | None) -> pd.DataFrame:
    frame: pd.DataFrame = pyogrio.read_dataframe(
        file, layer=layer, datetime_as_string=True, on_invalid="ignore", encoding=encoding
    )
    return frame


def _recoded(cell: Any, encoding: Encoding) -> Any:
    return encoding.decode(cell.encode("latin-1")) if isinstance(cell, str) else cell


def _attribute_encoding(file: Path) -> Encoding | None:
    """Encoding of the attributes of a shapefile that does not tell it; None where the file says or is no shapefile."""
    table = next((t for t in (file.with_suffix(".dbf"), file.with_suffix(".DBF")) if t.is_file()), None)
    if table is None or file.with_suffix(".cpg").is_file():
        return None
    with table.open("rb") as opened:
        data = opened.read(_DBF_SAMPLE)
    return detect(data[int.from_bytes(data[8:10], "little") :])


def _damaged(name: str, kind: str, fault: Exception) -> FilingError:
    """The reason without the path of the unpacked copy, which says nothing to people."""
    told = re.sub(r"'?/\S+", "it", str(fault))[:160]
    return FilingError(f"{name} is damaged or no {kind}: {told}")


def read_parquet(file: Path, name: str, limits: Limits) -> Iterator[RawTable]:
    """
    Rows of a Parquet file, with shapes where it is GeoParquet.

    Raises
    ------
    FilingError
        When the file is damaged, or of more rows than can be held.
    """
    try:
        rows, columns = (told := pq.read_metadata(file)).num_rows, told.num_columns
        if rows * columns > limits.sheet_cells * 20:
            raise FilingError(f"{name} has {rows:,} rows of {columns} columns: file it in parts")
        try:
            frame: pd.DataFrame = gpd.read_parquet(file)
        except ValueError:
            frame = pd.read_parquet(file)
    except (OSError, ValueError, pa.ArrowException) as fault:
        raise _damaged(name, "Parquet file", fault) from None
    named = any(level is not None for level in frame.index.names)
    yield _framed(frame.reset_index(drop=not named), name, "")


def refuse_size(file: Path, name: str, limits: Limits) -> None:
    """Refuse a file that is read whole and is too large for that."""
    if file.stat().st_size > limits.feature_bytes:
        raise FilingError(f"{name} has {file.stat().st_size / 1e9:.1f} GB; file it as GeoPackage or CSV")


def _framed(frame: pd.DataFrame, name: str, sheet: str) -> RawTable:
    shapes, crs = None, ""
    if isinstance(frame, gpd.GeoDataFrame):
        shapes, crs = np.asarray(frame.geometry.to_numpy(), object), frame.crs.to_string() if frame.crs else ""
        frame = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    names = tuple(map(str, frame.columns))
    table = np.full(frame.shape, None, object)
    for j in range(len(names)):
        column = frame.iloc[:, j]
        table[:, j] = [None if empty else _cell(value) for value, empty in zip(column, column.isna(), strict=True)]
    cells = pd.DataFrame(table, index=pd.RangeIndex(len(frame)), columns=range(len(names)), dtype=object)
    return RawTable(name, sheet, cells, names, shapes, crs)


def _cell(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, dict | list | tuple | np.ndarray):
        return json.dumps(
            value if not isinstance(value, np.ndarray) else value.tolist(), ensure_ascii=False, default=str
        )
    return None if value == "" else value


def table_of(
    name: str, rows: list[dict[str, Any]], shapes: list[Any], crs: str, notes: tuple[str, ...] = ()
) -> RawTable:
    """Features counted from 0, their properties as columns in the order in which they first stand."""
    names = tuple(dict.fromkeys(key for row in rows for key in row))
    full = [[_cell(row.get(key)) for key in names] for row in rows]
    cells = pd.DataFrame(full, index=pd.RangeIndex(len(rows)), columns=range(len(names)), dtype=object)
    geometry = np.empty(len(shapes), object)
    geometry[:] = shapes
    return RawTable(name, "", cells.where(cells.notna(), None), names, geometry, crs, notes=notes)


def _properties(feature: Any) -> dict[str, Any]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        return {} if isinstance(feature, dict) else {"value": feature}
    kept = {str(key): value for key, value in properties.items()}
    return kept if feature.get("id") is None else {FEATURE_ID: feature["id"], **kept}


def _shape(geometry: Any) -> Any:
    """The shape as written; a point of anything but two or three numbers, or of NaN, is none."""
    if not isinstance(geometry, dict):
        return None
    try:
        if geometry.get("type") == "Point":
            x, y = geometry["coordinates"][:2]
            if isinstance(x, bool) or isinstance(y, bool):
                return None
            return shapely.Point(float(x), float(y)) if math.isfinite(float(x)) and math.isfinite(float(y)) else None
        with np.errstate(invalid="ignore"):
            shape = shapely.geometry.shape(geometry)
        return shape if np.isfinite(shapely.get_coordinates(shape)).all() else None
    except NOT_A_SHAPE:
        return None


def _crs(content: dict[str, Any]) -> str:
    told = content.get("crs")
    properties = told.get("properties") if isinstance(told, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    code = re.search(r"EPSG:+(\d+)$", name)
    return f"EPSG:{code.group(1)}" if code else ""
