"""Raster files: headers, and the refusals that terrain and population share."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.errors import RasterioError
from rasterio.windows import Window

from phusong.errors import LayerError


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
