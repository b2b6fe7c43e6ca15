"""What the tests of exports share: rasters that can be counted by hand, and the content of a small edition."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from phusong.grid import Grid
from phusong.ledger.edition import Edition
from phusong.publish.exports.content import Content, content
from phusong.units import GOOD_OR_BETTER, OUTSIDE, UNKNOWN

GRID = Grid(CRS("EPSG:3405"), 540_000.0, 2_365_000.0, 500.0, (10, 40))
"""Over the four communes of the small edition, which are 5 km wide each."""
LONG = "Xã " + "Ngã " * 124 + "Ba"


def images() -> dict[str, np.ndarray]:
    "A person and a half in each pixel; in each commune another state; the last row of pixels is outside the study."
    people = np.full(GRID.shape, 1.5, np.float32)
    people[-1] = 0
    rows = {
        "power": [0, 1, UNKNOWN, 1],
        "gap": [0, 1, 3, UNKNOWN],
        "level_lte_any": [0, GOOD_OR_BETTER, 3, UNKNOWN],
        "level_lte_mang_b_x_b": [0, 2, 3, UNKNOWN],
    }
    coded = {
        name: np.repeat(np.array(states, np.uint8), 10)[None, :].repeat(10, axis=0) for name, states in rows.items()
    }
    for values in coded.values():
        values[-1] = OUTSIDE
    rsrp = np.where(coded["gap"] == OUTSIDE, -32766, -952).astype(np.int16)
    return {"people": people, "rsrp_lte_any": rsrp, **coded}


def image_of(name: str) -> tuple[Grid, np.ndarray] | None:
    "As `ledger.images.image` gives them."
    values = images().get(name)
    return None if values is None else (GRID, values)


def held(edition: Edition, tier: str = "regulator", unit: str | None = None, hexagons: bool = False) -> Content:
    return content(edition, image_of, tier, unit, with_hexagons=hexagons)


def many_zones(zones: gpd.GeoDataFrame, count: int) -> gpd.GeoDataFrame:
    "The first zone so many times, each a little further north, with names of its own."
    rows = gpd.GeoDataFrame(pd.concat([zones.iloc[[0]]] * count, ignore_index=True), crs=zones.crs)
    rows["zone_id"] = [f"2026Q3-{number:04d}" for number in range(1, count + 1)]
    rows["people"] = range(count)
    return rows.set_geometry(list(map(_north, rows.geometry, range(count))), crs=zones.crs)


def _north(shape: shapely.Geometry, metres: int) -> shapely.Geometry:
    return shapely.transform(shape, lambda points: points + np.array([0, metres]))
