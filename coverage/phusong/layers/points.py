"""Point layers: read, checked, placed in the project's CRS and put in the order of their ids."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd
import pandera.pandas as pa
import shapely
from pyproj import CRS

from phusong.config import Project
from phusong.layers.account import Account, refuse_if
from phusong.layers.files import read_features
from phusong.layers.geometry import placed
from phusong.layers.schema import FILE, ROW, conform


def read_points(project: Project, name: str, schema: pa.DataFrameSchema, key: str) -> tuple[gpd.GeoDataFrame, Account]:
    """
    Canonical rows of a point layer; columns the file lacks are there and empty.

    Raises
    ------
    LayerError
        With every fault of the layer.
    """
    return read_shapes(project, name, schema, key, ("Point",))


def read_shapes(
    project: Project, name: str, schema: pa.DataFrameSchema, key: str, kinds: tuple[str, ...]
) -> tuple[gpd.GeoDataFrame, Account]:
    """As `read_points`, for the kinds of geometry given."""
    crs = CRS.from_user_input(project.grid.crs)
    layer = getattr(project.layers, name)
    if layer is None:
        return empty(schema, crs), Account(name, 0)
    raw = read_features(project, name)
    frame, faults = conform(raw, schema, layer)
    refuse_if(name, faults)
    frame, refused, repaired = placed(gpd.GeoDataFrame(frame, geometry="geometry", crs=raw.crs), kinds)
    if refused and frame.empty:
        refuse_if(
            name, [f"all {len(refused)} rows are refused, the first of {refused[0].file} for: {refused[0].reason}"]
        )
    ordered = complete(frame, schema).drop(columns=[FILE, ROW]).sort_values(key, kind="stable").reset_index(drop=True)
    canonical = gpd.GeoDataFrame(ordered, geometry="geometry", crs=raw.crs).to_crs(crs)
    return canonical, Account(name, len(raw), tuple(refused), repaired)


def settled(
    read: tuple[gpd.GeoDataFrame, Account], order: list[str], same: list[str]
) -> tuple[gpd.GeoDataFrame, Account]:
    """
    Rows of a layer that needs no ids, in an order that is not the file's, each place once; repeats are counted.

    Parameters
    ----------
    order
        Columns that order the rows; then their geometry does.
    same
        Columns that, equal with the geometry from whichever end it is drawn, make a row the repeat of an earlier one.
    """
    frame, account = read
    drawn = frame.geometry.to_numpy()
    keys = {"_shape": shapely.to_wkb(shapely.normalize(drawn)), "_drawn": shapely.to_wkb(drawn)}
    ordered = frame.assign(**keys).sort_values([*order, *keys])
    once = ordered.drop_duplicates([*same, "_shape"]).drop(columns=list(keys)).reset_index(drop=True)
    return once, replace(account, counts={**account.counts, "repeated": len(frame) - len(once)})


def complete(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """The frame with every column of the schema, in its order and type; what the file lacks is empty."""
    own = {str(name) for name in frame.columns}
    columns = {
        name: _typed(frame[name] if name in own else None, column.metadata["kind"], len(frame))
        for name, column in schema.columns.items()
    }
    rest = [name for name in (FILE, ROW, "geometry") if name in frame]
    table = pd.DataFrame({**columns, **{name: frame[name] for name in rest}}, index=frame.index)
    return gpd.GeoDataFrame(table, geometry="geometry", crs=frame.crs) if isinstance(frame, gpd.GeoDataFrame) else table


def empty(schema: pa.DataFrameSchema, crs: CRS) -> gpd.GeoDataFrame:
    """A layer without rows."""
    return gpd.GeoDataFrame(complete(pd.DataFrame(), schema).assign(geometry=[]), geometry="geometry", crs=crs)


def _typed(values: pd.Series | None, kind: str, rows: int) -> pd.Series:
    dtype: Any = {"word": "object", "number": "float64", "flag": "boolean", "day": "datetime64[s]"}[kind]
    return pd.Series([None] * rows, dtype=dtype) if values is None else values.astype(dtype)
