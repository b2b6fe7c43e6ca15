"""Inputs: every layer of a study on one day, checked and cut to where it can matter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.grid import Grid
from phusong.layers.account import Account
from phusong.layers.antennas import Pattern
from phusong.layers.communes import Seams
from phusong.layers.field import Field
from phusong.layers.population import Population


@dataclass(frozen=True)
class Inputs:
    """
    Canonical layers of one study on one day, in the project's CRS.

    Parameters
    ----------
    communes
        Studied communes, in the order of their codes.
    neighbours
        Other communes that reach into the population pixels of the study.
    seams
        Overlaps and gaps of `communes` followed by `neighbours`.
    sites
        Sites that can reach the grid, with `on_air` (counts in the period), `in_study`, `off_terrain`, `setting` (urban
        or rural), and `assumed` (which attributes the project's priors filled).
    antennas
        Antenna patterns by the names that sites call them.
    claims
        Coverage that operators claim, where it touches the grid.
    terrain
        Heights in metres above sea level on `grid` with the reach as margin; NaN where not known.
    clutter
        Representative clutter height there, in metres; None without land cover.
    astray
        Which of the villages do not stand in the commune that they name.
    radiance_nw_cm2_sr
        Light at night at each of the villages; NaN where nothing is known, and without such a layer.
    dead_zone_list
        Rows of the filed official list that may speak of the study; None when none is filed.
    places, roads
        Public places and roads that touch the grid; None without such a layer.
    quarantined_sites
        Rows that intake set aside which can reach the grid, as far as they are known; None without such a layer.
    accounts
        What became of the rows of each layer.
    reports
        What officials answered of studied communes; None without such a layer. No stage reads them.
    """

    day: dt.date
    grid: Grid
    communes: gpd.GeoDataFrame
    neighbours: gpd.GeoDataFrame
    seams: Seams
    villages: gpd.GeoDataFrame
    astray: NDArray[np.bool_]
    sites: gpd.GeoDataFrame
    antennas: Mapping[str, Pattern]
    claims: gpd.GeoDataFrame
    power_lines: gpd.GeoDataFrame
    substations: gpd.GeoDataFrame
    terminals: pd.DataFrame
    outages: pd.DataFrame
    population: Population
    terrain: Field
    clutter: Field | None
    radiance_nw_cm2_sr: NDArray[np.float64]
    dead_zone_list: gpd.GeoDataFrame | None
    places: gpd.GeoDataFrame | None
    roads: gpd.GeoDataFrame | None
    quarantined_sites: gpd.GeoDataFrame | None
    accounts: tuple[Account, ...]
    reports: gpd.GeoDataFrame | None = None

    @property
    def terrain_grid(self) -> Grid:
        """Of terrain and clutter."""
        return self.terrain.grid

    @property
    def heights_m(self) -> NDArray[np.float32]:
        """Terrain on the whole of its grid, which must fit into memory."""
        return self.terrain.on(self.terrain.grid)

    @property
    def clutter_m(self) -> NDArray[np.float32] | None:
        """Clutter on the whole of its grid, which must fit into memory."""
        return None if self.clutter is None else self.clutter.on(self.clutter.grid)

    def heights(self, part: Grid) -> NDArray[np.float32]:
        """Terrain on a sub-grid of its grid."""
        return self.terrain.on(part)

    def clutter_heights(self, part: Grid) -> NDArray[np.float32] | None:
        """Clutter on a sub-grid; None without land cover."""
        return None if self.clutter is None else self.clutter.on(part)
