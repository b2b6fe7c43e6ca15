"""Substations as points."""

from __future__ import annotations

import geopandas as gpd
import pandera.pandas as pa

from phusong.config import Project
from phusong.layers.account import Account
from phusong.layers.points import read_points
from phusong.layers.schema import number, word

SCHEMA = pa.DataFrameSchema(
    {
        "substation_id": word(unique=True),
        "name": word(required=False, nullable=True),
        "voltage_kv": number(0.1, 1200, required=False, nullable=True),
        "fed_from": word(required=False, nullable=True),
    }
)


def read(project: Project) -> tuple[gpd.GeoDataFrame, Account]:
    """
    Substations in the project's CRS, in the order of their ids; none when the project has no such layer.

    Raises
    ------
    LayerError
        With every fault of the layer.
    """
    return read_points(project, "substations", SCHEMA, "substation_id")
