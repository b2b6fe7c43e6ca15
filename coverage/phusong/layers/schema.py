"""Schemas: what a table must hold, and every fault of a file in sentences, at once."""

from __future__ import annotations

from typing import Any, Literal, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from phusong.config import Layer
from phusong.text import nearest, nfc

Kind = Literal["word", "number", "flag", "day"]
FILE, ROW = "source_file", "source_row"
"""Columns that say where a row came from; rows are counted as a spreadsheet shows them, the header being row 1."""

_DAY = r"^\s*(\d{4}-\d{2}-\d{2})(?:[T ]\d.*)?\s*$"
_FLAGS = {
    **dict.fromkeys(("true", "1", "1.0", "yes", "y", "có", "co", "x"), True),
    **dict.fromkeys(("false", "0", "0.0", "no", "n", "không", "khong"), False),
}


def word(
    *,
    required: bool = True,
    nullable: bool = False,
    unique: bool = False,
    pattern: str = "",
    form: str = "",
    among: tuple[str, ...] = (),
) -> pa.Column:
    """Text column, optionally of a pattern (whole value), which `form` says in words, or among some values."""
    checks = []
    if pattern:
        checks.append(pa.Check.str_matches(f"^(?:{pattern})$", error=f"not of the form {form or pattern}"))
    if among:
        checks.append(pa.Check.isin(among, error=f"not among {', '.join(among)}"))
    return _column("word", checks, required, nullable, unique)


def number(low: float, high: float, *, required: bool = True, nullable: bool = False, whole: bool = False) -> pa.Column:
    """Number column within a range, ends included; `whole` for counts."""
    checks = [pa.Check.in_range(low, high, error=f"outside {low:g}..{high:g}")]
    if whole:
        checks.append(pa.Check(lambda values: values % 1 == 0, error="not whole numbers"))
    return _column("number", checks, required, nullable)


def flag(*, required: bool = True) -> pa.Column:
    """Yes, no, or empty for unknown."""
    return _column("flag", [], required, True)


def day(*, required: bool = True, nullable: bool = False) -> pa.Column:
    """Calendar day in ISO form, 2026-09-30."""
    return _column("day", [], required, nullable)


CODE = r"\d{5}"
"""Form of a commune code (Decision 19/2025/QĐ-TTg): five digits, a text with its leading zeros."""
CODE_FORM = "00004 (five digits, with their leading zeros)"


def conform(raw: pd.DataFrame, schema: pa.DataFrameSchema, layer: Layer) -> tuple[pd.DataFrame, list[str]]:
    """
    Bring a file's rows to the canonical columns and check them.

    Parameters
    ----------
    raw
        Rows as read, with `source_file` and `source_row`, and `geometry` if there is one.
    schema
        Columns made with `word`, `number`, `flag`, `day`.
    layer
        The layer's section: column names, factors, constants.

    Returns
    -------
    The canonical rows, and every fault as a sentence. The rows are only good when there is no fault.
    """
    named, faults = _rename(raw, schema, layer)
    told: dict[str, pd.Index] = {}
    for name, column in schema.columns.items():
        if name in named:
            named[name], unread = _convert(named[name], column.metadata["kind"], layer.factors.get(name, 1.0))
            faults += _unread(name, unread, raw, column.metadata["kind"])
            told[name] = unread.index
            if len(unread):
                named.loc[unread.index, name] = None
    present = {name: column for name, column in schema.columns.items() if name in named}
    faults += _broken(named, present, told)
    columns = [*present, *(name for name in (FILE, ROW, "geometry") if name in named)]
    return named[columns], faults


def _column(kind: Kind, checks: list[Any], required: bool, nullable: bool, unique: bool = False) -> pa.Column:
    return pa.Column(None, checks, required=required, nullable=nullable, unique=unique, metadata={"kind": kind})


def _rename(raw: pd.DataFrame, schema: pa.DataFrameSchema, layer: Layer) -> tuple[pd.DataFrame, list[str]]:
    own = {nfc(str(name)): name for name in raw.columns if name not in (FILE, ROW, "geometry")}
    claimed = {layer.columns.get(name, name) for name in schema.columns}
    taken: dict[str, Any] = {name: raw[name] for name in (FILE, ROW, "geometry") if name in raw}
    faults = [
        f"{section}.{name}: the layer has no such column" + _hint(" (did you mean '{}'?)", name, schema.columns)
        for section in ("columns", "factors", "constants")
        for name in getattr(layer, section)
        if name not in schema.columns and name not in ("longitude", "latitude")
    ]
    faults += [
        f"factors.{n}: the column is not a number" for n in layer.factors if _kind(schema, n) not in ("number", "")
    ]
    for name, column in schema.columns.items():
        wanted = layer.columns.get(name, name)
        if name in layer.constants:
            taken[name] = pd.Series([layer.constants[name]] * len(raw), index=raw.index, dtype=object)
        elif wanted in own:
            taken[name] = raw[own[wanted]]
        elif column.required or name in layer.columns:
            faults.append(
                f"column '{wanted}' is missing"
                + _hint(" (your file has '{}')", wanted, [c for c in own if c not in claimed])
            )
    table = pd.DataFrame(taken, index=raw.index)
    if "geometry" in taken:
        return gpd.GeoDataFrame(table, geometry="geometry", crs=cast(gpd.GeoDataFrame, raw).crs), faults
    return table, faults


def _kind(schema: pa.DataFrameSchema, name: str) -> str:
    return str(schema.columns[name].metadata["kind"]) if name in schema.columns else ""


def _hint(sentence: str, name: str, known: Any) -> str:
    near = nearest(name, known)
    return sentence.format(near) if near else ""


def _convert(values: pd.Series, kind: Kind, factor: float) -> tuple[pd.Series, pd.Series]:
    """
    Canonical values, and those of the file's values that could not be read.

    Equal values of a column are read once and are one object, of which many rows speak.
    """
    if kind == "number" or not _is_plain(values):
        return _read(values, kind, factor)
    code, different = pd.factorize(values)
    once = pd.Series(different).reindex(range(len(different) + 1))  # the last is the empty one, which has code -1
    read, unread = _read(once, kind, factor)
    every = pd.Series(read.array.take(code), index=values.index, name=values.name, dtype=read.dtype)
    return every, values[np.isin(code, unread.index)]


def _is_plain(values: pd.Series) -> bool:
    """Whether those that are equal look the same: texts, flags and days, not 1, 1.0 and true."""
    return pd.api.types.infer_dtype(values, skipna=True) in ("string", "boolean", "datetime64")


def _read(values: pd.Series, kind: Kind, factor: float) -> tuple[pd.Series, pd.Series]:
    empty = values.isna() | blank(values)
    if kind == "word":
        read = values.where(~empty).map(_word, na_action="ignore").astype(object)
        return read.where(~empty, None), values[[]]
    if kind == "number":
        read = pd.to_numeric(values.where(~empty), errors="coerce").astype(float) * factor
    elif kind == "flag":
        plain = values.astype(object).where(~empty, None).map(lambda v: nfc(str(v)).lower(), na_action="ignore")
        read = plain.map(_FLAGS).astype("boolean")
    else:
        day_part = values.where(~empty).astype(str).str.extract(_DAY, expand=False)  # an hour makes no day later
        read = pd.to_datetime(day_part, format="%Y-%m-%d", errors="coerce").astype("datetime64[s]")
    return read, values[read.isna() & ~empty]


def blank(values: pd.Series) -> pd.Series:
    """Which are blank texts; numbers, flags and days are none."""
    if values.dtype.kind in "biufM":
        return pd.Series(False, index=values.index)
    return values.astype(str).str.strip() == ""


def _word(value: Any) -> str:
    return nfc(str(int(value)) if isinstance(value, float) and value.is_integer() else str(value))


def _unread(name: str, unread: pd.Series, raw: pd.DataFrame, kind: Kind) -> list[str]:
    if unread.empty:
        return []
    what = {"number": "not numbers", "flag": "neither yes nor no", "day": "not days of the form 2026-09-30"}[kind]
    first = unread.index[0]
    return [f"{name}: {_rows(len(unread))} {what}, first at {_place(raw, first)} (found {str(unread[first])[:40]!r})"]


def _broken(table: pd.DataFrame, columns: dict[str, pa.Column], told: dict[str, pd.Index]) -> list[str]:
    """Sentences for the schema's failures; an unreadable value (`told`) is not blamed again for emptiness."""
    try:
        pa.DataFrameSchema(columns).validate(pd.DataFrame(table.drop(columns="geometry", errors="ignore")), lazy=True)
    except SchemaErrors as broken:
        cases = broken.failure_cases
    else:
        return []
    faults = []
    for (name, check), failed in cases.groupby(["column", "check"], sort=False):
        if check == "not_nullable":
            failed = failed[~failed["index"].isin(told.get(str(name), []))]  # noqa: PLW2901
        if failed.empty:
            continue
        kind = {"not_nullable": "empty", "field_uniqueness": "repeated"}.get(str(check), str(check))
        first = failed["index"].iloc[0]
        found = "" if kind == "empty" else f" (found {table[str(name)].astype(object)[first]!r})"
        faults.append(f"{name}: {_rows(len(failed))} {kind}, first at {_place(table, first)}{found}")
    return faults


def _place(table: pd.DataFrame, index: Any) -> str:
    return f"row {table[ROW][index]}" + (f" of {table[FILE][index]}" if len(table[FILE].unique()) > 1 else "")


def _rows(count: int) -> str:
    return f"{count} row{'s' if count != 1 else ''}"
