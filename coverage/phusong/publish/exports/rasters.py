"""Rasters: those that a tier may hold, each with its classes, unit and meaning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from phusong.grid import Grid
from phusong.layers.raster import burnt
from phusong.publish.atlas.rasters import ImageOf, layers
from phusong.publish.atlas.wording import PixelClass, figure_words, pixel_classes
from phusong.publish.exports.dictionary import Entry, entries
from phusong.publish.tiers import Rules, Tier
from phusong.text import slug
from phusong.units import ANY, OUTSIDE, OUTSIDE_DDBM

_PLAIN = ("people", "signal", "operators_any", "clutter", "terrain")
_BY_TECHNOLOGY = ("operators_{technology}",)
_BY_OPERATOR = ("rsrp_{technology}_{operator}", "claimed_{technology}_{operator}")
_SAME_CODES = {"signal": "covered", "claimed": "covered"}
"""Rasters whose values mean what those of another kind do."""


@dataclass(frozen=True)
class Raster:
    """
    A raster to be written.

    Parameters
    ----------
    classes
        What its values mean, with a colour each; none where the values are amounts.
    nodata
        Value of pixels of which nothing is said.
    """

    name: str
    grid: Grid
    values: NDArray[Any]
    classes: Sequence[PixelClass]
    nodata: float
    entry: Entry


def rasters(image_of: ImageOf, operators: Sequence[str], tier: Tier, own: gpd.GeoSeries | None) -> list[Raster]:
    """
    The rasters that a tier may hold, by name.

    Parameters
    ----------
    own
        Outlines beyond which nothing is told; None for all that is studied.
    """
    found = {raster.name: raster for raster in _coloured(image_of, operators, tier)}
    found |= {raster.name: raster for raster in _others(image_of, operators, tier)}
    every = [found[name] for name in sorted(found)]
    return every if own is None else [_within(raster, own) for raster in every]


def _coloured(image_of: ImageOf, operators: Sequence[str], tier: Tier) -> Iterator[Raster]:
    for layer in layers(image_of, operators, tier, figure_words()):
        known = entries("surface", [layer.id], operators)[0]
        yield Raster(layer.id, layer.grid, layer.values, layer.classes, OUTSIDE, known)


def _others(image_of: ImageOf, operators: Sequence[str], tier: Tier) -> Iterator[Raster]:
    for name in _names(operators):
        if Rules.shipped().holds(tier, "surface", name, operators) and (image := image_of(name)):
            grid, values = image
            classes = pixel_classes().get(_SAME_CODES.get(name.split("_")[0], ""), ())
            known = entries("surface", [name], operators)[0]
            yield Raster(name, grid, values, classes, _nodata(values.dtype), known)


def _names(operators: Sequence[str]) -> list[str]:
    slugs = [ANY, *map(slug, operators)]
    pairs = [(pattern, technology) for pattern, technology in product(_BY_TECHNOLOGY + _BY_OPERATOR, ("lte", "nr"))]
    names = [one.format(technology=of, operator=operator) for one, of in pairs for operator in slugs]
    return list(dict.fromkeys([*_PLAIN, *names]))


def _nodata(kind: np.dtype[Any]) -> float:
    if kind.kind == "f":
        return float("nan")
    return OUTSIDE if kind == np.uint8 else OUTSIDE_DDBM


def _within(raster: Raster, own: gpd.GeoSeries) -> Raster:
    """The raster with nothing told beyond the outlines, cut to where they lie."""
    shapes = own.to_crs(raster.grid.crs).to_numpy()
    inside = burnt(shapes, [1] * len(shapes), raster.grid) > 0
    rows, columns = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        rows = columns = np.array([0])
    window = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    values = np.where(inside, raster.values, raster.values.dtype.type(raster.nodata))[window]
    grid = Grid(
        raster.grid.crs,
        raster.grid.west + columns[0] * raster.grid.pixel_m,
        raster.grid.north - rows[0] * raster.grid.pixel_m,
        raster.grid.pixel_m,
        values.shape,
    )
    return Raster(raster.name, grid, values, raster.classes, raster.nodata, raster.entry)
