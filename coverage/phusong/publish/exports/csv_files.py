"""CSV: a file a table for spreadsheets, with a point in longitude and latitude instead of the outline."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
import shapely

from phusong.ledger.bundle import csv_bytes
from phusong.publish.exports.content import Content, Table

Form = Literal["plain", "excel-vi"]
_FORMS: dict[Form, tuple[str, str]] = {"plain": (",", "."), "excel-vi": (";", ",")}
"""Between cells, and in numbers."""


def files(content: Content, form: Form = "plain") -> dict[str, bytes]:
    """
    Bytes of each file by its name.

    Parameters
    ----------
    form
        `excel-vi` is what a Vietnamese Excel opens by a double click: semicolons between cells, decimal commas.
    """
    return {f"{name}.csv": csv_bytes(spreadsheet(table), *_FORMS[form]) for name, table in content.tables.items()}


def spreadsheet(table: Table) -> pd.DataFrame:
    """The table without its outlines, with a point in each: where a point lies, or one inside an area or on a line."""
    whole = table.frame.geometry.to_crs("EPSG:4326").to_numpy()
    points = np.where(shapely.get_type_id(whole) == 0, whole, shapely.point_on_surface(whole))
    places = {"longitude": shapely.get_x(points).round(6), "latitude": shapely.get_y(points).round(6)}
    return pd.DataFrame(table.frame[table.columns]).assign(**places)
