"""KML: placemarks with what is told of them; links are not followed, entities not resolved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

import numpy as np
import shapely

from phusong.errors import FilingError
from phusong.intake.readers.features import NOT_A_SHAPE, refuse_size, table_of
from phusong.intake.readers.limits import Limits
from phusong.intake.table import RawTable

_SHAPES = ("Point", "LineString", "Polygon")


def read(file: Path, name: str, limits: Limits) -> Iterator[RawTable]:
    """
    Placemarks of a KML file.

    Raises
    ------
    FilingError
        When it is no KML, or declares entities, which no honest KML needs.
    """
    refuse_size(file, name, limits)
    data = file.read_bytes()
    try:
        _refuse_entities(data, name)
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, expat.ExpatError, ValueError, LookupError, RecursionError) as fault:
        raise FilingError(f"{name} is no KML: {fault}") from None
    marks = [element for element in root.iter() if _tag(element) == "Placemark"]
    links = sum(_tag(element) == "NetworkLink" for element in root.iter())
    if not marks:
        also = "; its links to other places are not followed" if links else ""
        raise FilingError(f"{name} has no placemarks{also}")
    notes = (f"{links} links to other places are not followed",) if links else ()
    rows = [_placemark(mark) for mark in marks]
    yield table_of(name, rows, [_shape(mark) for mark in marks], "EPSG:4326", notes)


def _refuse_entities(data: bytes, name: str) -> None:
    """Before any of them is resolved, in whatever encoding they are written."""

    def refuse(*_: object) -> None:
        raise FilingError(f"{name} declares XML entities; they are not resolved, so the file is refused")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(data, True)


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


def _shape(mark: Any) -> Any:
    """The shape as written; of several, all."""
    elements = [element for element in mark.iter() if _tag(element) in _SHAPES]
    try:
        shapes = [_part(element) for element in elements]
    except NOT_A_SHAPE:
        return None
    if not shapes or any(shape is None for shape in shapes):
        return None
    if len(shapes) == 1:
        return shapes[0]
    lines = all(shape.geom_type == "LineString" for shape in shapes)
    return shapely.MultiLineString(shapes) if lines else shapely.GeometryCollection(shapes)


def _part(element: Any) -> Any:
    rings = [_positions(part.text or "") for part in element.iter() if _tag(part) == "coordinates"]
    if not rings or not all(ring and np.isfinite(ring).all() for ring in rings):
        return None
    match _tag(element):
        case "Point":
            return shapely.Point(rings[0][0])
        case "Polygon":
            return shapely.Polygon(rings[0], rings[1:])
    return shapely.LineString(rings[0])


def _positions(text: str) -> list[tuple[float, ...]]:
    """Longitude and latitude of each position; some programs write a blank after the comma."""
    return [tuple(map(float, point.split(",")[:2])) for point in re.sub(r",\s+", ",", text).split()]
