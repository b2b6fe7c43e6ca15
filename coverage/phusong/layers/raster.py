"""Raster files: headers, and the refusals that terrain and population share."""

from __future__ import annotations

from pathlib import Path

import rasterio
from pyproj import CRS
from rasterio.errors import RasterioError

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
            crs, upright = raster.crs, raster.transform.b == 0 == raster.transform.d and raster.transform.e < 0
    except RasterioError as fault:
        raise LayerError(layer, [f"{file.name} cannot be read as a raster: {fault}"]) from None
    if crs is None:
        raise LayerError(layer, [f"{file.name} has no CRS: write it into the file (it is never guessed here)"])
    if not upright:
        raise LayerError(layer, [f"{file.name} is rotated or upside down; expected rows from north to south"])
    return CRS.from_wkt(crs.to_wkt())
