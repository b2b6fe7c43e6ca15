"""One ground: the inputs of two periods whose studies do not reach equally far, on the grid that holds both."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from phusong.grid import Grid
from phusong.layers.field import Array, Field
from phusong.layers.inputs import Inputs
from phusong.layers.population import Population
from phusong.pipeline.held import Held


def on_one_ground(earlier: Held, later: Held) -> tuple[Held, Held]:
    """
    Two periods on the grid that holds both studies.

    What only one of them reaches, since its study does, is the same in both: nobody says that it was otherwise.
    """
    one, other = earlier.inputs, later.inputs
    if one.grid == other.grid and one.terrain_grid == other.terrain_grid:
        return earlier, later
    return _widened(earlier, later), _widened(later, earlier)


def _widened(own: Held, other: Held) -> Held:
    one, two = own.inputs, other.inputs
    grid, around = _union(one.grid, two.grid), _union(one.terrain_grid, two.terrain_grid)
    known = two.villages.commune_code.isin(one.communes.commune_code)
    is_more = ~(known | two.villages.village_id.isin(one.villages.village_id)).to_numpy(bool)
    villages = _joined(one.villages, two.villages[is_more])
    electricity = pd.concat([own.electricity, other.electricity[is_more]], ignore_index=True)
    order = villages.village_id.argsort(kind="stable")
    inputs = replace(
        one,
        grid=grid,
        sites=_added(one.sites, two.sites[~two.sites.site_id.isin(one.sites.site_id)], one.terrain_grid),
        population=_people(one.population, two.population, one.grid),
        claims=_added(one.claims, two.claims, one.grid),
        villages=gpd.GeoDataFrame(villages.iloc[order].reset_index(drop=True), crs=grid.crs),
        terrain=Array(around, _filled(around, one.terrain, two.terrain, np.nan)),
        clutter=_clutter(around, one, two),
    )
    return replace(own, inputs=inputs, electricity=electricity.iloc[order].reset_index(drop=True))


def _union(one: Grid, other: Grid) -> Grid:
    west, south = min(one.west, other.west), min(one.south, other.south)
    east, north = max(one.east, other.east), max(one.north, other.north)
    return Grid.over((west, south, east, north), one.pixel_m, one.crs)


def _added(own: gpd.GeoDataFrame, other: gpd.GeoDataFrame, known: Grid) -> gpd.GeoDataFrame:
    """Own rows, and those of the other that lie wholly outside the ground of which we know."""
    beyond = ~shapely.intersects(other.geometry.to_numpy(), shapely.box(*known.bounds))
    return _joined(own, other[beyond])


def _joined(own: gpd.GeoDataFrame, more: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if more.empty:
        return own
    return gpd.GeoDataFrame(pd.concat([own, more], ignore_index=True), crs=own.crs)


def _people(own: Population, other: Population, known: Grid) -> Population:
    beyond = ~shapely.intersects(shapely.polygons(other.corners_m), shapely.box(*known.bounds))
    return Population(
        np.concatenate([own.people, other.people[beyond]]),
        np.concatenate([own.corners_m, other.corners_m[beyond]]),
        own.year,
    )


def _filled(into: Grid, own: Field, other: Field, nowhere: float) -> NDArray[np.float32]:
    """Own values, the other's where we have none, and a value for where neither has any."""
    values = np.full(into.shape, nowhere, np.float32)
    for known in (other, own):
        values[into.window(known.grid)] = known.on(known.grid)
    return values


def _clutter(into: Grid, own: Inputs, other: Inputs) -> Field | None:
    if own.clutter is None:
        return None
    bare = Array(other.terrain_grid, np.zeros(other.terrain_grid.shape, np.float32))
    return Array(into, _filled(into, own.clutter, other.clutter or bare, 0.0))
