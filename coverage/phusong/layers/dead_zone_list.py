"""The official list of dead-zone villages, as filed: kept beside the prediction and never changed by it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from phusong.administration.names import keys, province_key, split_type
from phusong.config import Layer, Project
from phusong.grid import Grid
from phusong.layers.account import Account, refuse_if
from phusong.layers.files import read_features, read_table
from phusong.layers.geometry import placed
from phusong.layers.points import complete, empty
from phusong.layers.schema import CODE, CODE_FORM, FILE, ROW, conform, day, word
from phusong.text import nfc

SCHEMA = pa.DataFrameSchema(
    {
        "village_id": word(required=False, nullable=True),
        "village_name": word(),
        "commune_code": word(required=False, nullable=True, pattern=CODE, form=CODE_FORM),
        "commune_name": word(required=False, nullable=True),
        "province_name": word(required=False, nullable=True),
        "lacks": word(among=("signal", "power", "both")),
        "reported_on": day(required=False, nullable=True),
        "source": word(required=False, nullable=True),
    }
)
_NAME = "dead_zone_list"
_ORDER = ["village_id", "province_name", "commune_code", "commune_name", "village_name", "lacks", "reported_on"]


def read(project: Project) -> tuple[gpd.GeoDataFrame, Account]:
    """
    Rows of the list in the project's CRS, with `source_file` and `source_row`; no rows without such a layer.

    A list needs no coordinates: where it has no such columns, or a row leaves them empty, the geometry is empty and the
    name has to do. A village may be there several times; only a row whose geometry is no usable point is refused. The
    order is that of ids, then of names.

    Raises
    ------
    LayerError
        With every fault of the layer.
    """
    crs = CRS.from_user_input(project.grid.crs)
    layer: Layer | None = getattr(project.layers, _NAME)
    if layer is None:
        return empty(SCHEMA, crs).assign(**{FILE: [], ROW: []}), Account(_NAME, 0)
    raw, halves = _located(project, layer, crs)
    frame, faults = conform(raw, SCHEMA, layer)
    refuse_if(_NAME, faults)
    features = gpd.GeoDataFrame(frame, geometry="geometry", crs=raw.crs)
    nowhere = shapely.is_missing(features.geometry.to_numpy()) | shapely.is_empty(features.geometry.to_numpy())
    kept, refused, repaired = placed(features[~nowhere].reset_index(drop=True), ("Point",))
    if refused and len(refused) == len(raw):
        first = refused[0]
        refuse_if(_NAME, [f"all {len(refused)} rows are refused, the first of {first.file} for: {first.reason}"])
    every = pd.concat([complete(kept, SCHEMA), complete(features[nowhere], SCHEMA)], ignore_index=True)
    ordered = gpd.GeoDataFrame(every.sort_values([*_ORDER, FILE, ROW], ignore_index=True), geometry="geometry")
    told = {"without_place": int(nowhere.sum()), "half_a_place": halves}
    return ordered.set_crs(raw.crs).to_crs(crs), Account(_NAME, len(raw), tuple(refused), repaired, told)


def elsewhere(
    filed: gpd.GeoDataFrame,
    villages: gpd.GeoDataFrame,
    units: pd.DataFrame,
    studied: pd.DataFrame,
    grid: Grid,
) -> NDArray[np.bool_]:
    """
    Rows that surely speak of other ground than the study; what cannot be told stays.

    The first that says something decides: the id of a village of the study, the code of a commune, its name (in the
    province named, if any), the province, the place.

    Parameters
    ----------
    villages
        Villages of the study.
    units, studied
        All communes of the day and those of the study: `commune_code`, `commune_name`, `province_name`.
    """
    place = filed.geometry.to_numpy()
    off_grid = ~shapely.is_missing(place) & ~shapely.intersects(place, shapely.box(*grid.bounds))
    inside = set(studied.commune_code)
    provinces = {province_key(name): False for name in units.province_name} | {
        province_key(name): True for name in studied.province_name
    }
    communes: dict[tuple[str, str], bool] = {}
    for code, name, province in zip(units.commune_code, units.commune_name, units.province_name, strict=True):
        for within in (province_key(province), ""):
            key = (within, _commune_key(name))
            communes[key] = communes.get(key, False) or code in inside
    codes = {code: code in inside for code in units.commune_code}
    ids = set(villages.village_id)
    told = []
    for row, off in zip(filed.itertuples(), off_grid, strict=True):
        province = province_key(row.province_name) if isinstance(row.province_name, str) else ""
        commune = _commune_key(row.commune_name) if isinstance(row.commune_name, str) else ""
        said = (
            True if row.village_id in ids else None,
            codes.get(row.commune_code),
            communes.get((province, commune)),
            provinces.get(province),
            not off,
        )
        told.append(not next(here for here in said if here is not None))
    return np.array(told, bool)


def _commune_key(name: str) -> str:
    return keys(split_type(name)[1])[4]


def _located(project: Project, layer: Layer, crs: CRS) -> tuple[gpd.GeoDataFrame, int]:
    """The rows, with empty geometry if the files have none, and how many give only one coordinate of two."""
    table = read_table(project, _NAME)
    axes = [layer.columns.get(axis, axis) for axis in ("longitude", "latitude")]
    named = table.rename(columns={column: nfc(str(column)) for column in table.columns})
    there = [axis for axis in axes if axis in named]
    if "geometry" not in table and not there:
        return gpd.GeoDataFrame(table, geometry=[None] * len(table), crs=crs), 0
    filled = (named[there].fillna("").astype(str).apply(lambda column: column.str.strip()) != "").sum(axis=1)
    return read_features(project, _NAME), int((filled == 1).sum()) if len(there) == 2 else 0
