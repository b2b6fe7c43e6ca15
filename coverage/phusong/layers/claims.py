"""Claims: the coverage that operators say they have, as polygons beside the prediction."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandera.pandas as pa
from numpy.typing import NDArray

from phusong.config import Project
from phusong.grid import Grid
from phusong.layers.account import Account
from phusong.layers.points import read_shapes
from phusong.layers.raster import burnt
from phusong.layers.schema import word
from phusong.units import ANY

SCHEMA = pa.DataFrameSchema(
    {
        "operator": word(),
        "technology": word(among=("LTE", "NR")),
        "level": word(among=("limited", "good", "very_good"), required=False, nullable=True),
        "environment": word(among=("outdoor", "in_vehicle", "indoor"), required=False, nullable=True),
    }
)


def read(project: Project) -> tuple[gpd.GeoDataFrame, Account]:
    """
    Claimed coverage in the project's CRS, by technology and operator, polygons of one in the order of the files.

    Raises
    ------
    LayerError
        With every fault of the layer.
    """
    claims, account = read_shapes(project, "claims", SCHEMA, "operator", ("Polygon", "MultiPolygon"))
    return claims.sort_values(["technology", "operator"], kind="stable").reset_index(drop=True), account


def claimed(claims: gpd.GeoDataFrame, grid: Grid) -> dict[tuple[str, str], NDArray[np.uint8]]:
    """
    Pixels whose centre lies in a claim: 1, else 0; by technology and operator, and by technology for `ANY` operator.

    Claims of every level and environment count: a good level is a limited one too, and who claims to reach indoors
    claims to reach the street.
    """
    found: dict[tuple[str, str], NDArray[np.uint8]] = {}
    for technology, of_technology in claims.groupby("technology", sort=True):
        found[str(technology), ANY] = _covered(of_technology, grid)
        for operator, own in of_technology.groupby("operator", sort=True):
            found[str(technology), str(operator)] = _covered(own, grid)
    return found


def _covered(claims: gpd.GeoDataFrame, grid: Grid) -> NDArray[np.uint8]:
    return burnt(claims.geometry.to_numpy(), [1] * len(claims), grid).astype(np.uint8)
