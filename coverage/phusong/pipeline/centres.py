"""Centres of communes: where each one's is, and whether NR reaches it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from phusong.grid import Grid
from phusong.ledger.surface import Surface
from phusong.pipeline.preparation import Base
from phusong.units import ANY, LEVELS, NOT_SERVED, SERVED
from phusong.zones import gaps

SOURCES = OFFICE, MOST_PEOPLE, NONE = "office", "most_people", "none"
"""What a centre was taken from; a commune without an office and without people has none."""
_ANSWERS = {NOT_SERVED: "no", SERVED: "yes"}


def centre_columns(base: Base, surface: Surface) -> pd.DataFrame:
    """
    Of each commune `centre_covered`, whether NR of any operator reaches its centre at the level of `zones.level` (yes,
    no, unknown), `centre_from`, as above, and `centre_longitude`, `centre_latitude` (degrees) of the centre's pixel.

    The centre is the pixel of the commune office, of several (as after a merger) of the one nearest to where most
    people live; where none is known, the pixel of the commune with most people, the first of equals.
    """
    pixel, taken_from = _centres(base)
    level = surface.level.get(("NR", ANY))
    found = np.zeros(base.inputs.grid.shape, np.uint8) if level is None else level
    signal = gaps.signal(found.ravel()[pixel], LEVELS.index(base.project.zones.level))
    covered = pd.Series(signal).map(_ANSWERS).mask(taken_from == NONE).fillna("unknown")
    columns = {"centre_covered": covered.to_numpy(object), "centre_from": taken_from}
    return pd.DataFrame({**columns, **_degrees(base.inputs.grid, pixel, taken_from != NONE)})


def _degrees(grid: Grid, pixel: NDArray[np.int64], known: NDArray[np.bool_]) -> dict[str, NDArray[np.float64]]:
    row, column = np.divmod(pixel, grid.shape[1])
    longitude, latitude = Transformer.from_crs(grid.crs, 4326, always_xy=True).transform(grid.x[column], grid.y[row])
    told = {"centre_longitude": longitude, "centre_latitude": latitude}
    return {name: np.where(known, np.round(values, 6), np.nan) for name, values in told.items()}


def _centres(base: Base) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """Pixel of each commune's centre, counted row by row, and what it was taken from."""
    inputs, grid = base.inputs, base.inputs.grid
    most = np.asarray(base.divided.argmax(axis=1)).ravel()
    peopled = np.asarray(base.divided.sum(axis=1)).ravel() > 0
    pixel, taken_from = most.copy(), np.where(peopled, MOST_PEOPLE, NONE).astype(object)
    if inputs.places is None:
        return pixel, taken_from
    offices = inputs.places.geometry[inputs.places.kind == "commune_office"].to_numpy()
    office, commune = shapely.STRtree(inputs.communes.geometry.to_numpy()).query(offices, predicate="within")
    row, column = np.divmod(most[commune], grid.shape[1])
    distance_m = shapely.distance(offices[office], shapely.points(grid.x[column], grid.y[row]))
    nearest = pd.DataFrame({"office": office, "commune": commune, "distance_m": distance_m})
    own = nearest.sort_values(["commune", "distance_m", "office"]).drop_duplicates("commune")
    places = shapely.get_coordinates(offices[own.office])
    at, along, _ = grid.locate(places[:, 0], places[:, 1])
    pixel[own.commune], taken_from[own.commune] = at * grid.shape[1] + along, OFFICE
    return pixel, taken_from
