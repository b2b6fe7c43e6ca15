"""Hazards: where a storm takes mains away, as an area or as the probability of it, from files beside the layers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataSourceError
from pyproj import CRS, Transformer
from shapely.geometry.base import BaseGeometry

from phusong.errors import LayerError
from phusong.layers.raster import at_points, crs_of

_AREA, _PROBABILITY = "storm area", "storm probability"
_POLYGONS = ("Polygon", "MultiPolygon")
_EDGE_SHARE = 1 / 500
"""Edges are cut into pieces of this part of the area's extent, since a straight edge of one CRS bends in another."""


def read_area(file: Path, crs: CRS) -> BaseGeometry:
    """
    The polygons of a vector file as one, in a CRS; invalid ones are repaired.

    Raises
    ------
    LayerError
        When the file cannot be read, has no CRS, several layers or no features, or holds anything but polygons.
    """
    rows = _rows(file)
    if rows.crs is None:
        raise LayerError(_AREA, [f"{file.name} has no CRS: write it into the file (it is never guessed here)"])
    if rows.empty:
        raise LayerError(_AREA, [f"{file.name} is empty; expected at least one polygon"])
    strange = ~rows.geom_type.isin(_POLYGONS) | rows.is_empty
    if strange.any():
        raise LayerError(_AREA, [f"{file.name}: {int(strange.sum())} of {len(rows)} features are no polygons"])
    whole = shapely.union_all(shapely.make_valid(rows.geometry.to_numpy(), method="structure", keep_collapsed=False))
    if whole.is_empty:
        raise LayerError(_AREA, [f"{file.name}: its polygons have no area"])
    west, south, east, north = whole.bounds
    fine = shapely.segmentize(whole, max(east - west, north - south) * _EDGE_SHARE)
    projected = gpd.GeoSeries([fine], crs=rows.crs).to_crs(crs).iloc[0]
    if not np.isfinite(projected.bounds).all():
        raise LayerError(_AREA, [f"{file.name} reaches where {crs.name} is not defined; are the axes swapped?"])
    return shapely.make_valid(projected, method="structure", keep_collapsed=False)


def probability_at(file: Path, x_m: NDArray[np.float64], y_m: NDArray[np.float64], crs: CRS) -> NDArray[np.float64]:
    """
    Values of a raster of probabilities at places of a CRS; NaN outside it and where it has no data.

    Raises
    ------
    LayerError
        When the file cannot be read, or a value there is not in 0..1.
    """
    if not file.exists():
        raise LayerError(_PROBABILITY, [f"there is no file {file}"])
    own = crs_of(_PROBABILITY, file)
    x, y = Transformer.from_crs(crs, own, always_xy=True).transform(x_m, y_m)
    values = at_points(_PROBABILITY, file, np.asarray(x, float), np.asarray(y, float))
    wrong = values[(values < 0) | (values > 1)]
    if wrong.size:
        hint = "; is it in per cent?" if 1 < wrong.max() <= 100 else ""
        found = f"{wrong.size} values outside 0..1, such as {wrong[0]:g}"
        raise LayerError(_PROBABILITY, [f"{file.name}: {found}{hint}"])
    return values


def _rows(file: Path) -> gpd.GeoDataFrame:
    if not file.exists():
        raise LayerError(_AREA, [f"there is no file {file}"])
    try:
        if file.suffix.lower() == ".parquet":
            return gpd.read_parquet(file)
        names = [str(name) for name, kind in pyogrio.list_layers(file) if kind is not None]
        if len(names) > 1:
            raise LayerError(_AREA, [f"{file.name} has several layers ({', '.join(names)}); expected one"])
        rows: Any = gpd.read_file(file)
    except (DataSourceError, OSError, ValueError) as fault:
        raise LayerError(_AREA, [f"{file.name} cannot be read as polygons: {fault}"]) from None
    if not isinstance(rows, gpd.GeoDataFrame):
        raise LayerError(_AREA, [f"{file.name} is a table without geometry; expected polygons"])
    return rows
