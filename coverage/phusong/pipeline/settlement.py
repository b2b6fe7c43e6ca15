"""Settlement: the people of a study, tile by tile, and where all people of the population raster went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from phusong import people
from phusong.config import Project
from phusong.grid import Grid
from phusong.layers import communes
from phusong.layers.inputs import Inputs
from phusong.layers.recent import Recent
from phusong.ledger.counts import Whole
from phusong.ledger.tile_store import Arrays, TileStore
from phusong.people import Balance
from phusong.pipeline.ground import Ground, Plot, Plots
from phusong.pipeline.workforce import Threads
from phusong.progress import Step
from phusong.units import MICRO

Factors = NDArray[np.float64]
_MOST_PIXELS = 1_000_000
"""Of the tiles whose people are kept in memory at a time."""


class Settlement:
    """
    The people of a study.

    Parameters
    ----------
    parts
        Tiles of the study's grid, row by row, that studied communes touch.
    keys
        Of their grounds in the store.
    factors
        By commune, what the people of the raster are multiplied by; None for nothing.
    micro
        Micro-persons of each commune.
    """

    def __init__(
        self,
        parts: Sequence[Grid],
        store: TileStore,
        keys: Sequence[str],
        factors: Factors | None,
        micro: Whole,
        balance: Balance,
    ) -> None:
        self.parts, self.keys, self.factors, self.micro, self.balance = parts, keys, factors, micro, balance
        self._store = store
        self._grounds = Recent(self._ground, lambda ground: ground.micro.size, _MOST_PIXELS)

    def ground(self, number: int) -> Ground:
        """Who lives where on a tile."""
        return self._grounds[number]

    def factors_of(self, number: int) -> Factors | None:
        """Factors of the communes that have ground on a tile."""
        return None if self.factors is None else self.factors[self.ground(number).rows]

    def _ground(self, number: int) -> Ground:
        found = Ground.of(self._store[self.keys[number]])
        return found if self.factors is None else found.scaled(self.factors)


def settle(project: Project, inputs: Inputs, store: TileStore, threads: Threads, progress: Step) -> Settlement:
    """
    Divide the people and the ground of every tile among the communes, those in the store left out.

    Threads do it, for to send a tile's outlines to another process takes longer than to divide it.
    """
    grids = list(inputs.grid.tiles(project.grid.tile_pixels))
    plots, keys = Plots(inputs), [""] * len(grids)
    micro, beyond = np.zeros(len(inputs.communes), np.int64), np.zeros(2, np.int64)

    def count(ground: Arrays) -> None:
        micro[:] += ground["people"]
        beyond[:] += ground["beyond"]

    def missing() -> Iterator[tuple[str, Plot]]:
        for number, grid in enumerate(grids):
            plot = plots.on(grid)
            keys[number] = plot.key
            if (held := store.held(keys[number])) is None:
                yield keys[number], plot
            else:
                count(held)

    def divide(key: str, plot: Plot) -> Arrays:
        store.keep(key, arrays := plot.divide().arrays())
        return {name: arrays[name] for name in ("people", "beyond")}

    for done, sums in enumerate(threads.each(divide, missing()), 1):
        count(sums)
        progress("people: tiles divided among communes", done, len(grids))
    touched = communes.touched(inputs.communes, grids)
    factors, balance = weighed(project, inputs, micro, int(beyond[0]), int(beyond[1]))
    own = micro if factors is None else _scaled(touched, keys, store, factors)
    return Settlement([grids[k] for k in touched], store, [keys[k] for k in touched], factors, own, balance)


def weighed(
    project: Project, inputs: Inputs, micro: Whole, neighbours: int, outside: int
) -> tuple[Factors | None, Balance]:
    """Factors to official people by commune, None where the project asks for none, and where all people went."""
    raster = float(inputs.population.people.sum())
    balance = Balance(raster, int(micro.sum()) / MICRO, neighbours / MICRO, outside / MICRO)
    if project.people.scale_to != "official":
        return None, balance
    factors = people.official_factors(inputs.communes.population, micro)
    return factors, replace(balance, scaling=people.scaling(factors))


def _scaled(touched: Sequence[int], keys: Sequence[str], store: TileStore, factors: Factors) -> Whole:
    """Micro-persons of each commune after scaling, which rounds piece by piece."""
    total = np.zeros(len(factors), np.int64)
    for number in touched:
        total += Ground.of(store[keys[number]]).scaled(factors).people
    return total
