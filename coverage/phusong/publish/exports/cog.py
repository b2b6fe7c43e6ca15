"""COG: rasters with a colour table and overviews, each with a style that labels its classes in QGIS."""

from __future__ import annotations

import rasterio
from rasterio.io import MemoryFile

from phusong.publish.exports.content import Content
from phusong.publish.exports.qgis_style import raster_style
from phusong.publish.exports.rasters import Raster

_BLOCK = 256
"""Edge of a block; smaller copies are made until one block holds all."""


def files(content: Content) -> dict[str, bytes]:
    """Bytes of each raster by its name, and of the style of those with classes."""
    found: dict[str, bytes] = {}
    for raster in content.rasters():
        found[f"{raster.name}.tif"] = cog(raster, {"tier": content.tier, "as_of": str(content.edition.as_of)})
        if raster.classes:
            found[f"{raster.name}.qml"] = raster_style(raster).encode()
    return found


def cog(raster: Raster, tags: dict[str, str]) -> bytes:
    """
    A Cloud-Optimised GeoTIFF with one band.

    Parameters
    ----------
    tags
        Told in the file beside the unit and the meaning of the raster.
    """
    profile = {
        "driver": "COG",
        "dtype": raster.values.dtype.name,
        "count": 1,
        "height": raster.grid.shape[0],
        "width": raster.grid.shape[1],
        "crs": raster.grid.crs.to_wkt(),
        "transform": raster.grid.transform,
        "nodata": raster.nodata,
        "compress": "DEFLATE",
        "predictor": "YES",
        "blocksize": str(_BLOCK),
        "overviews": "IGNORE_EXISTING",
        "overview_resampling": "nearest",  # a class between two others would be a third
        "num_threads": "1",
    }
    with MemoryFile() as memory:
        with rasterio.Env(), memory.open(**profile) as opened:
            opened.write(raster.values, 1)
            opened.update_tags(meaning_vi=raster.entry.vi, meaning_en=raster.entry.en, units=raster.entry.unit, **tags)
            opened.set_band_description(1, raster.name)
            if raster.classes:
                opened.write_colormap(1, colours(raster))
        return bytes(memory.read())


def colours(raster: Raster) -> dict[int, tuple[int, int, int, int]]:
    """Red, green, blue and opacity of each value that has a class; all others are clear."""
    found = dict.fromkeys(range(256), (0, 0, 0, 0))
    for one in raster.classes:
        red, green, blue = bytes.fromhex(one.fill[1:])
        found |= dict.fromkeys(one.values, (red, green, blue, 255))
    return found
