"""Spec: what a filed layer must hold – its columns, their kinds and bounds, from the schemas of the layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import pandera.pandas as pa

from phusong.errors import FilingError
from phusong.layers import power_lines, reports, sites, substations, tables, villages
from phusong.text import nearest

Kind = Literal["word", "number", "flag", "day", "place"]
PLACE = ("longitude", "latitude", "coordinates", "northing_m", "easting_m")
"""Columns that tell a position; they are read together, as filed."""
UNIT = ("commune_code", "commune_name", "district_name", "province_name")
"""Columns that tell a unit of administration."""


@dataclass(frozen=True)
class Field:
    """
    One canonical column.

    Parameters
    ----------
    low, high
        Bounds of a number, ends included.
    pattern, form
        Form of a word as a pattern, and in words.
    among
        The words allowed; empty where any is.
    """

    name: str
    kind: Kind
    required: bool = False
    low: float | None = None
    high: float | None = None
    whole: bool = False
    pattern: str = ""
    form: str = ""
    among: tuple[str, ...] = ()


@dataclass(frozen=True)
class Spec:
    """
    One layer as it is filed.

    Parameters
    ----------
    key
        Column that names a row; empty where several do.
    located
        How a row has a place: by a point, by its own shape, or not at all.
    tolerance_km
        A row farther from the commune that it names is set aside, where nobody asks for another distance.
    """

    layer: str
    fields: Mapping[str, Field]
    key: str = ""
    located: Literal["point", "shape", "no"] = "point"
    tolerance_km: float = 20


def spec(layer: str) -> Spec:
    """
    What a filed layer must hold.

    Raises
    ------
    FilingError
        When there is no such layer.
    """
    if layer not in LAYERS:
        near = nearest(layer, LAYERS)
        hint = f"; did you mean '{near}'?" if near else ""
        raise FilingError(f"'{layer}' is no layer that is filed: expected one of {', '.join(LAYERS)}{hint}")
    return _spec(layer)


LAYERS = ("sites", "villages", "substations", "power_lines", "terminals", "outages", "communes", "points", "reports")


@cache
def _spec(layer: str) -> Spec:
    place = {name: Field(name, "place") for name in PLACE}
    unit = {name: Field(name, "word") for name in UNIT}
    match layer:
        case "sites":
            made = Spec(layer, {**unit, **place, **_fields(sites.SCHEMA)}, "site_id")
        case "villages":
            made = Spec(layer, {**unit, **place, **_fields(villages.SCHEMA)}, "village_id")
        case "substations":
            made = Spec(layer, {**unit, **place, **_fields(substations.SCHEMA)}, "substation_id")
        case "power_lines":
            made = Spec(layer, _lines(), "line_id", "shape")
        case "terminals":
            made = Spec(layer, {**unit, **_fields(tables.TERMINALS)}, "", "no")
        case "outages":
            made = Spec(layer, {**unit, **_fields(tables.OUTAGES)}, "", "no")
        case "reports":
            made = Spec(layer, {**unit, **place, **_fields(reports.SCHEMA)}, "report_id", tolerance_km=2)
        case "communes":
            made = Spec(layer, {**unit, **_figures()}, "", "no")
        case _:
            made = Spec(layer, {"name": Field("name", "word"), **unit, **place}, "name")
    return made


def _lines() -> dict[str, Field]:
    """Voltages are read together, as filed; lines that come without ids are given them."""
    fields = _fields(power_lines.SCHEMA)
    return {
        **fields,
        "line_id": replace(fields["line_id"], required=False),
        "voltage_kv": replace(fields["voltage_kv"], kind="place"),
    }


def _figures() -> dict[str, Field]:
    """Figures of communes as published; those of people, whose zeros get lost, are read together, as filed."""
    return {
        "commune_type": Field("commune_type", "word"),
        "population": Field("population", "place", required=True),
        "area_km2": Field("area_km2", "number", low=0.01, high=20_000),
    }


def _fields(schema: pa.DataFrameSchema) -> dict[str, Field]:
    return {name: _field(name, column) for name, column in schema.columns.items()}


def _field(name: str, column: pa.Column) -> Field:
    told = {key: value for check in column.checks for key, value in (check.statistics or {}).items()}
    pattern = str(told.get("pattern", ""))
    errors = [str(check.error) for check in column.checks if check.error]
    form = next(
        (error.removeprefix("not of the form ") for error in errors if error.startswith("not of the form ")), ""
    )
    return Field(
        name,
        column.metadata["kind"],
        column.required and not column.nullable and column.metadata["kind"] != "flag" and name not in UNIT,
        told.get("min_value"),
        told.get("max_value"),
        any("whole" in error for error in errors),
        pattern,
        form,
        tuple(told.get("allowed_values", ())),
    )
