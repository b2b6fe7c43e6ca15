"""Villages (thôn, bản, tổ dân phố) as points, with what is known of their power."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
import shapely
from numpy.typing import NDArray

from phusong.config import Project
from phusong.layers.account import Account
from phusong.layers.geometry import few_at_a_time
from phusong.layers.points import read_points
from phusong.layers.schema import CODE, CODE_FORM, flag, number, word

SCHEMA = pa.DataFrameSchema(
    {
        "village_id": word(unique=True),
        "village_name": word(),
        "commune_code": word(pattern=CODE, form=CODE_FORM),
        "households": number(0, 1e5, required=False, nullable=True),
        "has_grid_power": flag(),
        "especially_difficult": flag(required=False),
        "reported_no_signal": flag(required=False),
    }
)


def read(project: Project) -> tuple[gpd.GeoDataFrame, Account]:
    """
    Villages in the project's CRS, in the order of their ids; none when the project has no such layer.

    Raises
    ------
    LayerError
        With every fault of the layer.
    """
    return read_points(project, "villages", SCHEMA, "village_id")


def astray(villages: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Which villages do not stand in the commune they name, among those whose commune is there."""
    row = pd.Index(communes.commune_code).get_indexer(villages.commune_code)
    outlines, points, inside = communes.geometry.to_numpy(), villages.geometry.to_numpy(), np.zeros(len(row), bool)
    for rows in few_at_a_time(len(outlines)):
        part, own = outlines[rows], np.flatnonzero((row >= rows.start) & (row < rows.stop))
        shapely.prepare(part)  # else each village is held against all corners of its commune
        inside[own] = shapely.covers(part[row[own] - rows.start], points[own])
        shapely.destroy_prepared(part)
    return np.asarray(~inside & (row >= 0), bool)


def unmatched(villages: gpd.GeoDataFrame, commune_codes: pd.Series) -> int:
    """Villages whose commune code no commune bears."""
    return int((~villages.commune_code.isin(commune_codes)).sum())
