"""Clutter: land cover as representative heights of what stands on the ground."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandera.pandas as pa
from numpy.typing import NDArray

from phusong.config import Project, shipped
from phusong.errors import LayerError
from phusong.grid import Grid
from phusong.layers.account import Account, refuse_if
from phusong.layers.field import Blocks
from phusong.layers.files import refuse_table_keys
from phusong.layers.memory import Memory, digest, forgetful
from phusong.layers.points import read_shapes
from phusong.layers.positions import positions
from phusong.layers.raster import at_points, burnt, crs_of
from phusong.layers.schema import word

SCHEMA = pa.DataFrameSchema({"clutter_class": word()})
TALLEST_M = 200.0
"""No land cover is taller: a larger figure is one of another unit."""
RASTERS = (".tif", ".tiff", ".vrt", ".img", ".jp2")
WORLDCOVER, OSM = "worldcover", "osm-landuse"
"""Sections of the shipped table: classes of rasters, and of polygons."""
_ROWS = 64
"""Rows of the grid that are read at once: bounds the memory, never changes a result."""
_NOTHING = 0


def read(project: Project, grid: Grid, memory: Memory = forgetful) -> tuple[Blocks | None, Account]:
    """
    Representative clutter height in metres of each pixel of a grid; None when the project has no land cover.

    A raster of classes is sampled at the pixel centres (nearest). Of several polygons over a pixel centre the smallest
    counts: it says more of the place. Pixels without a class, and of a class without a height, are bare (0 m).

    Returns
    -------
    Heights, which tell the pixels of each class (`pixels`), those without one (`unclassed_pixels`), and the pixels of
    classes that have no height (`unknown_classes`); and the account of the rows.

    Raises
    ------
    LayerError
        When a file cannot be read, or heights are out of bounds.
    """
    layer = project.layers.clutter
    if layer is None:
        return None, Account("clutter", 0)
    files = project.files(layer)
    rasters = [file for file in files if file.suffix.lower() in RASTERS]
    if rasters and len(rasters) < len(files):
        raise LayerError("clutter", ["some files are rasters and some are not: expected one kind"])
    table = _heights_of_classes(project, WORLDCOVER if rasters else OSM)
    if rasters:
        refuse_table_keys("clutter", layer, "a raster")
        for file in rasters:
            crs_of("clutter", file)
        on = ["clutter", table]
        sampled = Blocks(grid, lambda part: _heights(*_sampled(rasters, part), table), memory, on, rasters)
        return sampled, Account("clutter", len(rasters))
    polygons, account = read_shapes(project, "clutter", SCHEMA, "clutter_class", ("Polygon", "MultiPolygon"))
    on = ["clutter", table, polygons.clutter_class.tolist(), digest(polygons.geometry.to_numpy())]
    return Blocks(grid, lambda part: _heights(*_smallest(polygons, part), table), memory, on), account


def _heights(
    names: list[str], place: NDArray[np.int32], table: Mapping[str, float]
) -> tuple[NDArray[np.float32], dict[str, object]]:
    """Height of each pixel and what there is to tell; `place` is 1 + the place in `names`, 0 for none."""
    pixels = np.bincount(place.ravel(), minlength=len(names) + 1)
    by_class = {name: int(count) for name, count in zip(names, pixels[1:], strict=True) if count}
    values = np.array([0.0, *(table.get(name, 0.0) for name in names)], np.float32)
    counts: dict[str, object] = {
        "pixels": by_class,
        "unclassed_pixels": int(pixels[_NOTHING]),
        "unknown_classes": {name: count for name, count in by_class.items() if name not in table},
    }
    return values[place], counts


def _heights_of_classes(project: Project, section: str) -> Mapping[str, float]:
    own = project.radio.clutter_heights_m
    if own is None:
        everything = tomllib.loads(shipped("gis_data", "clutter_heights.toml").read_text("utf-8"))
        return everything[section]["heights_m"]
    refuse_if(
        "clutter",
        [
            f"radio.clutter_heights_m: {name} is {height:g} m; expected 0 to {TALLEST_M:g} m"
            for name, height in own.items()
            if not 0 <= height <= TALLEST_M
        ],
    )
    return own


def _smallest(polygons: gpd.GeoDataFrame, grid: Grid) -> tuple[list[str], NDArray[np.int32]]:
    names = sorted(set(polygons.clutter_class))
    largest_first = polygons.iloc[np.argsort(-polygons.area.to_numpy(), kind="stable")]
    codes = [names.index(name) + 1 for name in largest_first.clutter_class]
    return names, burnt(largest_first.geometry.to_numpy(), codes, grid)


def _sampled(files: list[Path], grid: Grid) -> tuple[list[str], NDArray[np.int32]]:
    """Classes in the order of their numbers; where tiles overlap, the first that has a class counts."""
    values = np.full(grid.shape, np.nan)
    for file in files:
        for top in range(0, grid.shape[0], _ROWS):
            strip = grid.part(top, 0, _ROWS, grid.shape[1])
            part = values[top : top + _ROWS]
            found = at_points("clutter", file, *positions(strip, crs_of("clutter", file)))
            part[:] = np.where(np.isnan(part), found, part)
    classes, place = np.unique(values, return_inverse=True)  # what is not a number comes last
    known = classes[~np.isnan(classes)]
    place = np.where(np.isnan(values), _NOTHING, place.reshape(values.shape) + 1)
    return [f"{value:g}" for value in known], place.astype(np.int32)
