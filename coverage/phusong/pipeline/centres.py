"""Centres of communes: where each one's is, and whether NR reaches it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from phusong.grid import Grid
from phusong.layers.inputs import Inputs
from phusong.layers.memory import Arrays
from phusong.ledger.surface import Tiled
from phusong.pipeline.ground import Ground
from phusong.pipeline.memory import NOTHING, OfTiles
from phusong.units import ANY, LEVELS, NOT_SERVED, SERVED
from phusong.zones import gaps

SOURCES = OFFICE, MOST_PEOPLE, NONE = "office", "most_people", "none"
"""What a centre was taken from; a commune without an office and without people has none."""
_ANSWERS = {NOT_SERVED: "no", SERVED: "yes"}
Pixels = NDArray[np.int64]


@dataclass(frozen=True)
class Centres:
    """
    Centres of communes.

    Parameters
    ----------
    pixel
        Of each commune, counted row by row on the study's grid.
    taken_from
        As of `SOURCES`.
    """

    pixel: Pixels
    taken_from: NDArray[np.object_]


def most_peopled(ground: Ground, part: Grid, grid: Grid) -> tuple[Pixels, Pixels]:
    """
    Of each commune the pixel of a tile with most of its people, the first of equals, and how many micro-persons.

    Parameters
    ----------
    grid
        Of the study, on which the pixels are counted.
    """
    divided, communes = ground.divided, ground.divided.shape[0]
    most, pixel = np.zeros(communes, np.int64), np.zeros(communes, np.int64)
    top, left = (window.start for window in grid.window(part))
    for commune in ground.rows:
        own = slice(divided.indptr[commune], divided.indptr[commune + 1])
        if divided.data[own].max(initial=0) > 0:
            best = own.start + int(np.argmax(divided.data[own]))
            row, column = divmod(int(divided.indices[best]), part.shape[1])
            most[commune], pixel[commune] = divided.data[best], (row + top) * grid.shape[1] + column + left
    return pixel, most


def centres(inputs: Inputs, candidates: Sequence[tuple[Pixels, Pixels]]) -> Centres:
    """
    The pixel of the commune office, of several (as after a merger) of the one nearest to where most people live; where
    none is known, the pixel of the commune with most people, the first of equals.

    Parameters
    ----------
    candidates
        As of `most_peopled`, of every tile.
    """
    pixel, most = (np.stack(values) for values in zip(*candidates, strict=True))
    last = np.iinfo(np.int64).max
    first = np.where((most == most.max(axis=0)) & (most > 0), pixel, last).min(axis=0)
    peopled = first < last
    chosen, taken_from = np.where(peopled, first, 0), np.where(peopled, MOST_PEOPLE, NONE).astype(object)
    if inputs.places is not None:
        own, at = _offices(inputs, inputs.places, chosen)
        chosen[own], taken_from[own] = at, OFFICE
    return Centres(chosen, taken_from)


def centre_columns(found: Centres, tiled: Tiled, required: str, memory: OfTiles = NOTHING) -> pd.DataFrame:
    """
    Of each commune `centre_covered`, whether NR of any operator reaches its centre at a level (yes, no, unknown),
    `centre_from`, as of `SOURCES`, and `centre_longitude`, `centre_latitude` (degrees) of the centre's pixel.

    Parameters
    ----------
    required
        A name of `LEVELS`.
    memory
        Of levels read in runs before.
    """
    signal = gaps.signal(_levels(found.pixel, tiled, memory), LEVELS.index(required))
    covered = pd.Series(signal).map(_ANSWERS).mask(found.taken_from == NONE).fillna("unknown")
    columns = {"centre_covered": covered.to_numpy(object), "centre_from": found.taken_from}
    return pd.DataFrame({**columns, **_degrees(tiled.grid, found.pixel, found.taken_from != NONE)})


def _levels(pixel: Pixels, tiled: Tiled, memory: OfTiles) -> NDArray[np.uint8]:
    """Level of NR of any operator at some pixels; none where there is no tile, since nobody lives there."""
    row, column = np.divmod(pixel, tiled.grid.shape[1])
    found = np.zeros(len(pixel), np.uint8)

    def work(number: int, at: Pixels, along: Pixels) -> Arrays:
        level = tiled.surface(number).level.get(("NR", ANY))
        return {"level": np.zeros(len(at), np.uint8) if level is None else level[at, along]}

    for number, part in enumerate(tiled.parts):
        rows, columns = tiled.grid.window(part)
        here = (row >= rows.start) & (row < rows.stop) & (column >= columns.start) & (column < columns.stop)
        if here.any():
            at, along = row[here] - rows.start, column[here] - columns.start
            kept = memory(number, "level of NR at centres", [at, along], partial(work, number, at, along))
            found[here] = kept["level"]
    return found


def _degrees(grid: Grid, pixel: Pixels, known: NDArray[np.bool_]) -> dict[str, NDArray[np.float64]]:
    row, column = np.divmod(pixel, grid.shape[1])
    longitude, latitude = Transformer.from_crs(grid.crs, 4326, always_xy=True).transform(grid.x[column], grid.y[row])
    told = {"centre_longitude": longitude, "centre_latitude": latitude}
    return {name: np.where(known, np.round(values, 6), np.nan) for name, values in told.items()}


def _offices(inputs: Inputs, places: gpd.GeoDataFrame, most: Pixels) -> tuple[Pixels, Pixels]:
    """Communes with an office, and the pixel of the one nearest to where most of their people live."""
    grid = inputs.grid
    offices = places.geometry[places.kind == "commune_office"].to_numpy()
    office, commune = shapely.STRtree(inputs.communes.geometry.to_numpy()).query(offices, predicate="within")
    row, column = np.divmod(most[commune], grid.shape[1])
    distance_m = shapely.distance(offices[office], shapely.points(grid.x[column], grid.y[row]))
    nearest = pd.DataFrame({"office": office, "commune": commune, "distance_m": distance_m})
    own = nearest.sort_values(["commune", "distance_m", "office"]).drop_duplicates("commune")
    at, along, _ = grid.locate(*shapely.get_coordinates(offices[own.office]).T)
    return own.commune.to_numpy(), at * grid.shape[1] + along
