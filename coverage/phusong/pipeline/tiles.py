"""Tiles: the parts of a study that the radio stage computes one after the other, which bounds its memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from phusong.config import Project
from phusong.grid import Grid
from phusong.layers.antennas import Pattern
from phusong.layers.inputs import Inputs
from phusong.pipeline.preparation import placed
from phusong.progress import Step
from phusong.radio import coverage as radio
from phusong.radio.carrier import reach_m
from phusong.radio.earlier import Earlier
from phusong.radio.pairs import pairs_within

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
        Sites on air whose reach touches the tile's box, by site_id, as the radio engine takes them.
    heights_m, clutter_m
        Terrain and clutter on `around`; no clutter where there is no land cover.
    label
        Such as "tile 2 of 6", for people.
    antennas
        Patterns by the names that sites call them.
    """

    grid: Grid
    around: Grid
    sites: pd.DataFrame
    heights_m: Heights
    clutter_m: Heights | None
    label: str
    antennas: Mapping[str, Pattern]

    def pairs(self, project: Project, wanted: NDArray[np.bool_]) -> int:
        """Pairs of a site and a wanted pixel within its reach."""
        x_m, y_m = (self.sites[name].to_numpy(float) for name in ("x_m", "y_m"))
        return pairs_within(x_m, y_m, reach_m(self.sites, project.radio), wanted, self.grid)

    def servers(
        self,
        project: Project,
        workers: int,
        progress: Step,
        wanted: NDArray[np.bool_] | None = None,
        sites: pd.DataFrame | None = None,
        earlier: Earlier | None = None,
    ) -> xr.Dataset:
        """
        The two strongest servers of each pixel; of the wanted pixels, and among some of the sites, where that is said.

        Parameters
        ----------
        wanted
            Of the tile's shape.
        earlier
            As of `strongest_servers`.
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
            self.antennas,
            self.clutter_m,
            wanted=wanted,
            earlier=earlier,
        )


def on_air(inputs: Inputs) -> pd.DataFrame:
    """Sites on air, as the radio engine takes them."""
    return placed(inputs.sites[inputs.sites.on_air].reset_index(drop=True))


def reaching(sites: pd.DataFrame, reach: NDArray[np.float64], grid: Grid) -> pd.DataFrame:
    """Sites whose reach in metres touches the box of a grid."""
    west, south, east, north = grid.bounds
    along = sites.x_m.between(west - reach, east + reach)
    return sites[along & sites.y_m.between(south - reach, north + reach)].reset_index(drop=True)


def tiles(project: Project, inputs: Inputs, grids: Sequence[Grid] | None = None) -> Iterator[Tile]:
    """Some tiles of a study; all of them, row by row, where none are named."""
    sites = on_air(inputs)
    reach = reach_m(sites, project.radio)
    every = list(inputs.grid.tiles(project.grid.tile_pixels)) if grids is None else grids
    for number, grid in enumerate(every, 1):
        around = grid.padded(project.radio.farthest_km * 1000)
        near = reaching(sites, reach, grid)
        named = set(near["antenna"].dropna()) if "antenna" in near else set()
        used = {name: pattern for name, pattern in inputs.antennas.items() if name in named}
        heights, clutter = inputs.heights(around), inputs.clutter_heights(around)
        yield Tile(grid, around, near, heights, clutter, f"tile {number} of {len(every)}", used)
