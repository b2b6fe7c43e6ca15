"""Past: the servers of a tile as the run before found them, so that after an edit only what it changed is computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from phusong.config import Project
from phusong.ledger.tile_store import Arrays
from phusong.pipeline.fingerprint import fingerprint, of_code
from phusong.pipeline.tiles import Tile
from phusong.progress import Step
from phusong.radio.earlier import Earlier

Flags = NDArray[np.bool_]


class Past:
    """
    Servers of a tile by what was asked: of all sites, or of some.

    Parameters
    ----------
    world
        Digest of all that they depend on beside the sites.
    before
        Those of the run before, on the same world.
    keeps
        Whether this run's are to be kept for the next.
    """

    def __init__(self, world: str = "", before: Mapping[str, Earlier] | None = None, keeps: bool = False) -> None:
        self._world, self._before, self._keeps = world, before or {}, keeps
        self._made: dict[str, Earlier] = {}

    @classmethod
    def of(cls, tile: Tile, project: Project, kept: Arrays | None) -> Past:
        """What a store kept of a tile, if it is of this world."""
        ground = tile.grid, tile.around, tile.heights_m, tile.clutter_m
        world = fingerprint("servers", of_code(), project.radio, project.grid.pixel_m, ground, tile.antennas)
        if kept is None or kept["world"].tobytes().decode() != world:
            return cls(world, keeps=True)
        names = sorted({name.split()[0] for name in kept if " " in name})
        return cls(world, {name: Earlier.read(_under(name, kept)) for name in names}, keeps=True)

    def servers(
        self,
        name: str,
        tile: Tile,
        project: Project,
        workers: int,
        progress: Step,
        wanted: Flags,
        sites: pd.DataFrame | None = None,
    ) -> xr.Dataset:
        """The servers of a tile as of `Tile.servers`, for which those of the same name are used, and which are kept."""
        found = tile.servers(project, workers, progress, wanted, sites, self._before.get(name))
        if self._keeps:
            self._made[name] = Earlier.of(found, tile.sites if sites is None else sites, wanted)
        return found

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What is to be kept of this run; nothing where nothing is."""
        if not self._made:
            return {}
        sets = {f"{name} {key}": values for name, one in self._made.items() for key, values in one.arrays().items()}
        return {"world": np.frombuffer(self._world.encode(), np.uint8), **sets}


def _under(name: str, kept: Arrays) -> dict[str, NDArray[Any]]:
    return {key.removeprefix(f"{name} "): kept[key] for key in kept if key.startswith(f"{name} ")}
