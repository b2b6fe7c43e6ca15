"""Receivers: a list of places in longitude and latitude, and the same list with what was computed for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.errors import LayerError
from phusong.layers.account import Refusal, refuse_if
from phusong.layers.files import read_csv
from phusong.text import cell, nearest

AXES = ("longitude", "latitude")
LIMITS_DEG = (180.0, 90.0)


@dataclass(frozen=True)
class Places:
    """
    Places of a list, in its order.

    Parameters
    ----------
    rows
        The list as it came, all columns as text.
    longitude, latitude
        WGS 84 degrees; NaN where a row was refused.
    refused
        Rows without a usable place, counted as a spreadsheet shows them, and why.
    """

    rows: pd.DataFrame
    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]
    refused: tuple[Refusal, ...]

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Where a row has a place."""
        return ~np.isnan(self.longitude)


def read(file: Path, added: tuple[str, ...]) -> Places:
    """
    Read a CSV file with `longitude` and `latitude`; other columns are kept as they are.

    Parameters
    ----------
    added
        Columns that will be added, which the file may therefore not have.

    Raises
    ------
    LayerError
        When the file cannot be read, has no rows, lacks a column, or has one of those to be added.
    """
    rows = read_csv("points", file)
    names = [str(name) for name in rows.columns]
    others = [name for name in names if name not in AXES]
    faults = [
        f"{file.name}: column '{axis}' is missing"
        + (f" (your file has '{near}')" if (near := nearest(axis, others)) else f" (your file has {', '.join(names)})")
        for axis in AXES
        if axis not in names
    ]
    faults += [f"{file.name}: it has a column '{name}' already; rename it" for name in added if name in names]
    refuse_if("points", faults)
    if rows.empty:
        raise LayerError("points", [f"{file.name} has no rows"])
    longitude, latitude = (_numbers(rows[axis]) for axis in AXES)
    reasons = [_reason(*pair) for pair in zip(rows[AXES[0]], rows[AXES[1]], longitude, latitude, strict=True)]
    bad = np.array([bool(reason) for reason in reasons])
    refused = (Refusal(file.name, int(at) + 2, why) for at, why in zip(rows.index, reasons, strict=True) if why)
    return Places(rows, np.where(bad, np.nan, longitude), np.where(bad, np.nan, latitude), tuple(refused))


def write(file: Path, places: Places, added: Mapping[str, tuple[NDArray[np.float64], int]]) -> None:
    """
    Write the list with columns added, each with its decimals; empty where there is no value. Whole or not at all.

    The file is UTF-8 with commas. A text that a spreadsheet would run as a formula is marked as text.
    """
    table = places.rows.map(_harmless)
    for name, (values, decimals) in added.items():
        table[name] = ["" if np.isnan(value) else f"{value:.{decimals}f}" for value in values]
    table.columns = [_harmless(str(name)) for name in table.columns]
    draft = file.with_name(file.name + ".draft")
    try:
        table.to_csv(draft, index=False, encoding="utf-8", lineterminator="\n")
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def _numbers(text: pd.Series) -> NDArray[np.float64]:
    values = pd.to_numeric(text.str.strip(), errors="coerce").to_numpy(float, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def _reason(east: Any, north: Any, longitude: float, latitude: float) -> str:
    """Why a row has no place; empty where it has one."""
    for axis, found, value in zip(AXES, (east, north), (longitude, latitude), strict=True):
        if np.isnan(value):
            text = "" if pd.isna(found) else str(found).strip()[:40]
            if not text:
                return f"{axis} is empty"
            point = text.replace(",", ".")
            hint = f"; a decimal comma? expected {point}" if text.count(",") == 1 and _is_number(point) else ""
            return f"{axis} {text!r} is no number{hint}"
    for axis, value, limit in zip(AXES, (longitude, latitude), LIMITS_DEG, strict=True):
        if abs(value) > limit:
            hint = "; are longitude and latitude swapped?" if axis == "latitude" else ""
            return f"{axis} {value:g} is beyond {limit:g} degrees{hint}"
    return ""


def _harmless(value: object) -> object:
    return value if not isinstance(value, str) or _is_number(value) else cell(value)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
