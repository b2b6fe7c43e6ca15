"""Rasters: headers and pixels of files with the refusals they share, and polygons as pixels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.errors import RasterioError
from rasterio.features import rasterize
from rasterio.io import MemoryFile
from rasterio.windows import Window

from phusong.errors import LayerError
from phusong.grid import Grid

COG: Mapping[str, str] = {
    "driver": "COG",
    "compress": "DEFLATE",
    "predictor": "YES",
    "overview_resampling": "nearest",  # a class between two others would be a third
    "num_threads": "1",
}
"""How Cloud-Optimised GeoTIFFs are written."""


def crs_of(layer: str, file: Path) -> CRS:
    """
    CRS of a raster file.

    Raises
    ------
    LayerError
        When the file cannot be read as a raster or carries no CRS.
    """
    try:
        with rasterio.open(file) as raster:
            crs, upright = raster.crs, raster.transform.b == 0 == raster.transform.d
            upright = upright and raster.transform.a > 0 > raster.transform.e
    except RasterioError as fault:
        raise LayerError(layer, [f"{file.name} cannot be read as a raster: {fault}"]) from None
    if crs is None:
        raise LayerError(layer, [f"{file.name} has no CRS: write it into the file (it is never guessed here)"])
    if not upright:
        raise LayerError(
            layer,
            [f"{file.name} is rotated or mirrored; expected rows from north to south and columns from west to east"],
        )
    return CRS.from_wkt(crs.to_wkt())


def read_band(layer: str, file: Path, window: Window) -> NDArray[np.float64]:
    """
    First band of a raster in a window; NaN where it holds no data.

    Raises
    ------
    LayerError
        When the file breaks off or its pixels cannot be decoded.
    """
    try:
        with rasterio.open(file) as raster:
            return np.asarray(raster.read(1, window=window, masked=True).astype(np.float64).filled(np.nan))
    except RasterioError as fault:
        reason = fault.__cause__ or fault
        raise LayerError(layer, [f"{file.name} cannot be read to its end: {reason}"]) from None


def at_points(layer: str, file: Path, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    First band of a raster at points in its CRS: the value of the pixel that holds each; NaN outside and without data.

    Raises
    ------
    LayerError
        When the file cannot be read to its end.
    """
    found = np.full(x.shape, np.nan)
    try:
        with rasterio.open(file) as raster:
            t = raster.transform
            column, row = np.floor((x - t.c) / t.a), np.floor((y - t.f) / t.e)
            inside = (column >= 0) & (row >= 0) & (column < raster.width) & (row < raster.height)
            if inside.any():
                c, r = column[inside].astype(int), row[inside].astype(int)
                left, top = int(c.min()), int(r.min())
                window = Window(left, top, int(c.max()) - left + 1, int(r.max()) - top + 1)
                values = raster.read(1, window=window, masked=True)
                found[inside] = values[r - top, c - left].astype(np.float64).filled(np.nan)
    except RasterioError as fault:
        raise LayerError(layer, [f"{file.name} cannot be read to its end: {fault.__cause__ or fault}"]) from None
    return found


def burnt(shapes: NDArray[np.object_], values: Sequence[int], grid: Grid) -> NDArray[np.int32]:
    """
    Value of the last of the polygons that holds the centre of each pixel; 0 where none does.

    Parameters
    ----------
    shapes
        Polygons in the grid's CRS.
    values
        A value above 0 for each polygon.
    """
    if not len(shapes):
        return np.zeros(grid.shape, np.int32)
    pairs = zip(shapes, values, strict=True)
    return np.asarray(rasterize(pairs, grid.shape, fill=0, transform=grid.transform, dtype="int32"), np.int32)


def cog(
    values: NDArray[Any],
    grid: Grid,
    nodata: float | None,
    description: str,
    tags: Mapping[str, str],
    colours: Mapping[int, tuple[int, int, int, int]] | None = None,
    **options: str,
) -> bytes:
    """
    A Cloud-Optimised GeoTIFF with one band, made in memory: a full disk then shows when the bytes are written.

    Parameters
    ----------
    values
        On the grid, shape (y, x).
    description
        Of the band.
    tags
        Told in the file.
    colours
        Red, green, blue and opacity of each value; None for no colour table.
    options
        Further ones of GDAL's driver COG.
    """
    profile = {
        **COG,
        "dtype": values.dtype.name,
        "count": 1,
        "height": grid.shape[0],
        "width": grid.shape[1],
        "crs": grid.crs.to_wkt(),
        "transform": grid.transform,
        "nodata": nodata,
        **options,
    }
    with MemoryFile() as memory:
        with rasterio.Env(), memory.open(**profile) as opened:
            opened.write(np.ascontiguousarray(values), 1)
            opened.update_tags(**tags)
            opened.set_band_description(1, description)
            if colours:
                opened.write_colormap(1, colours)
        return bytes(memory.read())


def write_band(
    file: Path, values: NDArray[np.float32], crs: CRS, transform: Affine, band: tuple[str, str], tags: Mapping[str, str]
) -> None:
    """
    Write one band of float32 as a GeoTIFF, not-a-number where there is none; whole or not at all.

    Parameters
    ----------
    band
        What it holds, and its unit.
    tags
        What else the file says of itself.
    """
    rows, columns = values.shape
    draft, wkt = file.with_name(file.name + ".draft"), crs.to_wkt()
    try:
        with rasterio.open(
            draft, "w", driver="GTiff", height=rows, width=columns, count=1, dtype="float32", nodata=float("nan"),
            crs=rasterio.crs.CRS.from_wkt(wkt), transform=transform, tiled=True, compress="deflate", predictor=3,
        ) as raster:  # fmt: skip
            raster.write(values, 1)
            raster.set_band_description(1, band[0])
            raster.set_band_unit(1, band[1])
            raster.update_tags(**tags)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
