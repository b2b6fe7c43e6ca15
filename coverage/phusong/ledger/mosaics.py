"""Mosaics: the rasters of a snapshot put together from the pieces of its tiles, as Cloud-Optimised GeoTIFFs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import rasterio
import xarray as xr
from rasterio.io import DatasetWriter, MemoryFile
from rasterio.shutil import copy
from rasterio.windows import Window

from phusong.grid import Grid
from phusong.layers.raster import COG

_BLOCK_PIXELS = 512
_CACHE_MB = 256


class Piece(NamedTuple):
    """
    A part of a raster.

    Parameters
    ----------
    name
        Of the raster.
    grid, part
        Of the whole raster, and of the piece.
    raster
        The piece, with `long_name`, `units` and, where pixels may hold nothing, `nodata` among its attributes.
    """

    name: str
    grid: Grid
    part: Grid
    raster: xr.DataArray


def whole(rasters: Mapping[str, tuple[Grid, xr.DataArray]]) -> Iterator[Piece]:
    """Pieces of rasters that are in memory."""
    for name, (grid, raster) in rasters.items():
        yield Piece(name, grid, grid, raster)


def cogs(pieces: Iterable[Piece], folder: Path, tier: str) -> Iterator[tuple[str, bytes]]:
    """
    Name and bytes of each raster; where it has no piece it holds no data.

    The pieces are first laid down in files of `folder`, which is left empty, so that memory is bounded by a piece and
    by one finished raster: a full disk then shows when the bytes are written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    opened: dict[str, DatasetWriter] = {}
    with rasterio.Env(GDAL_CACHEMAX=_CACHE_MB):
        try:
            for piece in pieces:
                if piece.name not in opened:
                    opened[piece.name] = _opened(folder / f"{piece.name}.tif", piece, tier)
                rows, columns = piece.grid.window(piece.part)
                window = Window.from_slices(rows, columns)
                opened[piece.name].write(piece.raster.values, 1, window=window)
        finally:
            for raster in opened.values():
                raster.close()
        for name in opened:
            yield name, _cog(folder / f"{name}.tif")
            (folder / f"{name}.tif").unlink()
    folder.rmdir()


def _opened(file: Path, piece: Piece, tier: str) -> DatasetWriter:
    attributes, grid = dict(piece.raster.attrs), piece.grid
    nodata = attributes.pop("nodata", None)
    profile: dict[str, Any] = {
        "driver": "GTiff", "dtype": piece.raster.dtype.name, "count": 1, "height": grid.shape[0],
        "width": grid.shape[1], "crs": grid.crs.to_wkt(), "transform": grid.transform, "nodata": nodata,
        "tiled": True, "blockxsize": _BLOCK_PIXELS, "blockysize": _BLOCK_PIXELS, "sparse_ok": True,
        "bigtiff": "IF_SAFER",
    }  # fmt: skip
    raster = rasterio.open(file, "w", **profile)
    raster.update_tags(tier=tier, **{name: str(value) for name, value in attributes.items()})
    raster.set_band_description(1, str(attributes["long_name"]))
    return raster


def _cog(file: Path) -> bytes:
    with MemoryFile() as memory:
        copy(file, memory.name, **COG)
        return bytes(memory.read())
