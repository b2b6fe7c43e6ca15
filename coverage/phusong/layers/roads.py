"""Roads, as lines: their length inside a dead zone is counted."""

from __future__ import annotations

import geopandas as gpd
import pandera.pandas as pa

from phusong.config import Project
from phusong.layers.account import Account
from phusong.layers.points import read_shapes, settled
from phusong.layers.schema import word

SCHEMA = pa.DataFrameSchema(
    {
        "road_id": word(required=False, nullable=True),
        "road_name": word(required=False, nullable=True),
        "road_class": word(required=False, nullable=True),
    }
)


def read(project: Project) -> tuple[gpd.GeoDataFrame, Account]:
    """
    Roads in the project's CRS, in the order of their ids; none when the project has no such layer.

    A course that is there twice counts once (`repeated`).

    Raises
    ------
    LayerError
        With every fault of the layer.
    """
    lines = read_shapes(project, "roads", SCHEMA, "road_id", ("LineString", "MultiLineString"))
    return settled(lines, list(SCHEMA.columns), [])
