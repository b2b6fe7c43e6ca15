"""Hexagons: people, and their signal and power, summed over the cells of H3, for comparison with others' maps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from h3.api import basic_int as h3
from numpy.typing import NDArray
from pyproj import Transformer

from phusong.grid import Grid
from phusong.publish.exports.rasters import Raster
from phusong.units import GOOD_OR_BETTER, LEVEL_FLOOR, LEVELS, LIMITED_OR_BETTER, OUTSIDE, UNKNOWN

RESOLUTION = 8
"""Cells of about 0.7 km2."""
_PART_M = 250.0
"""Pixels are cut into parts no larger than this, each with its share of the people; a cell is some 900 m across."""
_STATES = {0: "no", 1: "yes", UNKNOWN: "unknown"}
_GAPS = {0: "none", 1: "signal", 2: "power", 3: "both", UNKNOWN: "unknown"}
_LEVELS = {**dict(enumerate(LEVELS[:4])), UNKNOWN: "unknown"}
_KNOWN = np.arange(256, dtype=np.uint8)
"""What each code is counted as: people stand there, so what is not said of a place is not known."""
_KNOWN[OUTSIDE] = UNKNOWN
_KNOWN[[LIMITED_OR_BETTER, GOOD_OR_BETTER]] = LEVEL_FLOOR[[LIMITED_OR_BETTER, GOOD_OR_BETTER]]


def hexagons(rasters: Sequence[Raster]) -> gpd.GeoDataFrame | None:
    """
    Sum the people of each H3 cell, in all and by what the rasters at hand say of where they live.

    A pixel's people belong to the cells that hold the middles of its parts, in equal shares. People are not rounded to
    whole ones, so that the cells sum to the raster; cells without people are left out.

    Returns
    -------
    Outlines in longitude and latitude, in the order of their codes; None where no raster of people is at hand.

    References
    ----------
    H3: Uber's hexagonal hierarchical spatial index, https://h3geo.org.
    """
    by_name = {raster.name: raster for raster in rasters}
    if "people" not in by_name:
        return None
    x, y, people = _parts(by_name["people"])
    cells = _cells(x, y, by_name["people"].grid)
    sums = {"people": people} | {
        f"{part}_people": np.where(states == state, people, 0)
        for raster in rasters
        for part, state, states in _states(raster, x, y)
    }
    table = pd.DataFrame(sums).groupby(cells, sort=True).sum().round(6)
    rings = [[(longitude, latitude) for latitude, longitude in h3.cell_to_boundary(cell)] for cell in table.index]
    codes = pd.Series([h3.int_to_str(cell) for cell in table.index], dtype="str", name="h3_cell")
    named = pd.concat([codes, table.reset_index(drop=True)], axis=1)
    return gpd.GeoDataFrame(named, geometry=[shapely.Polygon(ring) for ring in rings], crs="EPSG:4326")


def _parts(raster: Raster) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Eastings, northings and people of the parts of pixels where people live."""
    grid, values = raster.grid, np.nan_to_num(raster.values.astype(np.float64))
    row, column = np.nonzero(values > 0)
    count = max(1, int(np.ceil(grid.pixel_m / _PART_M)))
    offsets = ((np.arange(count) + 0.5) / count - 0.5) * grid.pixel_m
    down, across = (offset.ravel() for offset in np.meshgrid(offsets, offsets, indexing="ij"))
    x = (grid.x[column][:, None] + across).ravel()
    y = (grid.y[row][:, None] + down).ravel()
    return x, y, np.repeat(values[row, column] / count**2, count**2)


def _cells(x: NDArray[np.float64], y: NDArray[np.float64], grid: Grid) -> NDArray[np.int64]:
    longitude, latitude = Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True).transform(x, y)
    places = zip(latitude.tolist(), longitude.tolist(), strict=True)
    return np.array([h3.latlng_to_cell(*place, RESOLUTION) for place in places], np.int64)


def _states(
    raster: Raster, x: NDArray[np.float64], y: NDArray[np.float64]
) -> Iterator[tuple[str, int, NDArray[np.uint8]]]:
    """Name of each sum, the code that counts in it, and the codes of the places."""
    stem, words = _words(raster.name)
    if not words:
        return
    row, column, inside = raster.grid.locate(x, y)
    codes = _KNOWN[np.where(inside, raster.values[row, column], OUTSIDE)]
    for code, word in words.items():
        yield f"{stem}_{word}", code, codes


def _words(name: str) -> tuple[str, dict[int, str]]:
    if name == "gap":
        return name, _GAPS
    if name == "power" or name.startswith("covered_"):
        return name, _STATES
    if name in ("level_lte_any", "level_nr_any"):
        return name.split("_")[1], _LEVELS
    return "", {}
