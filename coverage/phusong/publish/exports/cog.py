"""COG: rasters with a colour table and overviews, each with a style that labels its classes in QGIS."""

from __future__ import annotations

from phusong.layers.raster import cog
from phusong.publish.exports.content import Content
from phusong.publish.exports.qgis_style import raster_style
from phusong.publish.exports.rasters import Raster

_BLOCK = 256
"""Edge of a block; smaller copies are made until one block holds all."""


def files(content: Content) -> dict[str, bytes]:
    """Bytes of each raster by its name, and of the style of those with classes."""
    found: dict[str, bytes] = {}
    for raster in content.rasters():
        found[f"{raster.name}.tif"] = tiff(raster, {"tier": content.tier, "as_of": str(content.edition.as_of)})
        if raster.classes:
            found[f"{raster.name}.qml"] = raster_style(raster).encode()
    return found


def tiff(raster: Raster, tags: dict[str, str]) -> bytes:
    """
    A Cloud-Optimised GeoTIFF with one band.

    Parameters
    ----------
    tags
        Told in the file beside the unit and the meaning of the raster.
    """
    told = {"meaning_vi": raster.entry.vi, "meaning_en": raster.entry.en, "units": raster.entry.unit, **tags}
    table = colours(raster) if raster.classes else None
    smaller = {"blocksize": str(_BLOCK), "overviews": "IGNORE_EXISTING"}
    return cog(raster.values, raster.grid, raster.nodata, raster.name, told, table, **smaller)


def colours(raster: Raster) -> dict[int, tuple[int, int, int, int]]:
    """Red, green, blue and opacity of each value that has a class; all others are clear."""
    found = dict.fromkeys(range(256), (0, 0, 0, 0))
    for one in raster.classes:
        red, green, blue = bytes.fromhex(one.fill[1:])
        found |= dict.fromkeys(one.values, (red, green, blue, 255))
    return found
