"""Features: GeoJSON, KML, GeoPackage, Shapefile and GeoParquet, rows kept even where their shape is broken."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from phusong.errors import FilingError
from phusong.intake.encoding import detect
from phusong.intake.readers.limits import Limits
from phusong.intake.table import RawTable

_NOT_A_SHAPE = (
    TypeError,
    ValueError,
    AttributeError,
    KeyError,
    IndexError,
    shapely.errors.ShapelyError,
    RecursionError,
)
_KML_SHAPES = ("Point", "LineString", "LinearRing", "Polygon")


def read_geojson(file: Path, name: str, limits: Limits) -> Iterator[RawTable]:
    """
    Features of a GeoJSON file; NaN in it makes a broken shape, not a broken file.

    Raises
    ------
    FilingError
        When it is no feature collection.
    """
    _refuse_size(file, name, limits)
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
    yield _table(name, "", rows, shapes, _crs(content), 0)


def read_kml(file: Path, name: str, limits: Limits) -> Iterator[RawTable]:
    """
    Placemarks of a KML file.

    Raises
    ------
    FilingError
        When it is no KML, or declares entities, which no honest KML needs.
    """
    _refuse_size(file, name, limits)
    data = file.read_bytes()
    if b"<!ENTITY" in data or b"<!DOCTYPE" in data:
        raise FilingError(f"{name} declares XML entities; they are not resolved, so the file is refused")
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError) as fault:
        raise FilingError(f"{name} is no KML: {fault}") from None
    marks = [element for element in root.iter() if _tag(element) == "Placemark"]
    links = sum(_tag(element) == "NetworkLink" for element in root.iter())
    if not marks:
        also = "; its links to other places are not followed" if links else ""
        raise FilingError(f"{name} has no placemarks{also}")
    notes = (f"{links} links to other places are not followed",) if links else ()
    yield _table(
        name, "", [_placemark(mark) for mark in marks], [_kml_shape(mark) for mark in marks], "EPSG:4326", 0, notes
    )


def read_vector(file: Path, name: str, limits: Limits) -> Iterator[RawTable]:
    """
    Layers of a GeoPackage or Shapefile, each as a sheet.

    Raises
    ------
    FilingError
        When the file is damaged.
    """
    del limits
    try:
        layers = [str(row[0]) for row in pyogrio.list_layers(file)]
        for layer in layers:
            frame = pyogrio.read_dataframe(file, layer=layer, datetime_as_string=True, on_invalid="ignore")
            yield _framed(frame, name, layer if len(layers) > 1 else "")
    except (DataSourceError, DataLayerError, OSError, ValueError, RuntimeError) as fault:
        raise FilingError(f"{name} is damaged or no set of features: {str(fault)[:160]}") from None


def read_parquet(file: Path, name: str, limits: Limits) -> Iterator[RawTable]:
    """
    Rows of a Parquet file, with shapes where it is GeoParquet.

    Raises
    ------
    FilingError
        When the file is damaged.
    """
    del limits
    try:
        try:
            frame: pd.DataFrame = gpd.read_parquet(file)
        except ValueError:
            frame = pd.read_parquet(file)
    except (OSError, ValueError, pa.ArrowException) as fault:
        raise FilingError(f"{name} is damaged or no Parquet file: {str(fault)[:160]}") from None
    yield _framed(frame.reset_index(drop=True), name, "")


def _refuse_size(file: Path, name: str, limits: Limits) -> None:
    if file.stat().st_size > limits.feature_bytes:
        raise FilingError(f"{name} has {file.stat().st_size / 1e9:.1f} GB; file it as GeoPackage or CSV")


def _framed(frame: pd.DataFrame, name: str, sheet: str) -> RawTable:
    shapes, crs = None, ""
    if isinstance(frame, gpd.GeoDataFrame):
        shapes, crs = np.asarray(frame.geometry.to_numpy(), object), frame.crs.to_string() if frame.crs else ""
        frame = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    names = tuple(map(str, frame.columns))
    cells = frame.astype(object).where(frame.notna(), None)
    cells.columns = pd.RangeIndex(len(names))
    cells.index = pd.RangeIndex(len(cells))
    return RawTable(name, sheet, cells.map(_cell), names, shapes, crs)


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


def _table(
    name: str,
    sheet: str,
    rows: list[dict[str, Any]],
    shapes: list[Any],
    crs: str,
    first: int,
    notes: tuple[str, ...] = (),
) -> RawTable:
    names = tuple(dict.fromkeys(key for row in rows for key in row))
    full = [[_cell(row.get(key)) for key in names] for row in rows]
    cells = pd.DataFrame(full, index=pd.RangeIndex(first, first + len(rows)), columns=range(len(names)), dtype=object)
    geometry = np.empty(len(shapes), object)
    geometry[:] = shapes
    return RawTable(name, sheet, cells.where(cells.notna(), None), names, geometry, crs, notes=notes)


def _properties(feature: Any) -> dict[str, Any]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        return {} if isinstance(feature, dict) else {"value": feature}
    kept = {str(key): value for key, value in properties.items()}
    if "id" in feature and "id" not in kept:
        kept = {"id": feature["id"], **kept}
    return kept


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
        shape = shapely.geometry.shape(geometry)
        return shape if np.isfinite(shapely.get_coordinates(shape)).all() else None
    except _NOT_A_SHAPE:
        return None


def _crs(content: dict[str, Any]) -> str:
    told = content.get("crs")
    properties = told.get("properties") if isinstance(told, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    code = re.search(r"EPSG:+(\d+)$", name)
    return f"EPSG:{code.group(1)}" if code else ""


def _tag(element: Any) -> str:
    return str(element.tag).rsplit("}", 1)[-1]


def _placemark(mark: Any) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for element in mark.iter():
        tag = _tag(element)
        if tag in ("name", "description") and element.text and tag not in row:
            row[tag] = element.text.strip()
        elif tag == "Data":
            value = next((child.text for child in element if _tag(child) == "value"), None)
            row[str(element.get("name") or "data")] = value
        elif tag == "SimpleData":
            row[str(element.get("name") or "data")] = element.text
    return row


def _kml_shape(mark: Any) -> Any:
    found = next((element for element in mark.iter() if _tag(element) in _KML_SHAPES), None)
    if found is None:
        return None
    text = next((element.text for element in found.iter() if _tag(element) == "coordinates"), None) or ""
    try:
        points = [tuple(map(float, point.split(",")[:2])) for point in text.split()]
        if not points or not np.isfinite(points).all():
            return None
        match _tag(found):
            case "Point":
                return shapely.Point(points[0])
            case "Polygon":
                return shapely.Polygon(points)
        return shapely.LineString(points)
    except _NOT_A_SHAPE:
        return None
