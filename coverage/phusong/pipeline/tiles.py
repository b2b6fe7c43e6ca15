"""Tiles: the parts of a study that the radio stage computes one after the other, which bounds its memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from phusong.config import Project
from phusong.grid import Grid
from phusong.layers.inputs import Inputs
from phusong.pipeline.preparation import placed
from phusong.progress import Step
from phusong.radio import coverage as radio

Heights = NDArray[np.float32]


@dataclass(frozen=True)
class Tile:
    """
    One tile of a study and what can reach it.

    Parameters
    ----------
    grid
        The tile's pixels.
    around
        The tile with the farthest reach as margin.
    sites
        Sites on air within `around`, by site_id, as the radio engine takes them.
    heights_m, clutter_m
        Terrain and clutter on `around`; no clutter where there is no land cover.
    label
        Such as "tile 2 of 6", for people.
    """

    grid: Grid
    around: Grid
    sites: pd.DataFrame
    heights_m: Heights
    clutter_m: Heights | None
    label: str

    def servers(
        self,
        project: Project,
        inputs: Inputs,
        workers: int,
        progress: Step,
        wanted: NDArray[np.bool_] | None = None,
        sites: pd.DataFrame | None = None,
    ) -> xr.Dataset:
        """
        The two strongest servers of each pixel; of the wanted pixels, and among some of the sites, where that is said.

        Parameters
        ----------
        wanted
            Of the study's grid.
        """

        def tell(done: int, of: int) -> None:
            progress(f"radio, {self.label}: sites", done, of)

        return radio.strongest_servers(
            self.sites if sites is None else sites,
            self.heights_m,
            self.around,
            self.grid,
            project.radio,
            workers,
            tell,
            inputs.antennas,
            self.clutter_m,
            wanted=None if wanted is None else wanted[inputs.grid.window(self.grid)],
        )


def tiles(project: Project, inputs: Inputs) -> Iterator[Tile]:
    """The tiles of a study, row by row."""
    reach_m = project.radio.farthest_km * 1000
    on_air = placed(inputs.sites[inputs.sites.on_air].reset_index(drop=True))
    grids = list(inputs.grid.tiles(project.grid.tile_pixels))
    for number, grid in enumerate(grids, 1):
        around = grid.padded(reach_m)
        west, south, east, north = around.bounds
        near = on_air[on_air.x_m.between(west, east) & on_air.y_m.between(south, north)].reset_index(drop=True)
        window = inputs.terrain_grid.window(around)
        clutter = None if inputs.clutter_m is None else inputs.clutter_m[window]
        yield Tile(grid, around, near, inputs.heights_m[window], clutter, f"tile {number} of {len(grids)}")
