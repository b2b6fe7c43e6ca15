"""Power lines with their highest voltage. A high-voltage line says nothing about a village's socket."""

from __future__ import annotations

import geopandas as gpd
import pandera.pandas as pa

from phusong.config import Project
from phusong.layers.account import Account
from phusong.layers.points import read_shapes
from phusong.layers.schema import number, word

SCHEMA = pa.DataFrameSchema(
    {
        "line_id": word(unique=True),
        "voltage_kv": number(0.1, 1200, required=False, nullable=True),
        "operator": word(required=False, nullable=True),
    }
)


def read(project: Project) -> tuple[gpd.GeoDataFrame, Account]:
    """
    Power lines in the project's CRS, in the order of their ids; none when the project has no such layer.

    Raises
    ------
    LayerError
        With every fault of the layer.
    """
    return read_shapes(project, "power_lines", SCHEMA, "line_id", ("LineString", "MultiLineString"))
