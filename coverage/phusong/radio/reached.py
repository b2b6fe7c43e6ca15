"""Reached: all pixels that each site serves at a level, where the strongest servers are not enough to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.config import Radio
from phusong.config.zones import Level
from phusong.grid import Grid
from phusong.layers.antennas import Pattern
from phusong.radio.carrier import Carrier, carriers
from phusong.radio.coverage import UNBEATABLE_DDBM, paths_that_may_beat, received_ddbm, transmitter_of
from phusong.radio.environment import margin_ddbm
from phusong.radio.levels import threshold_ddbm
from phusong.radio.servers import band_frequency_mhz
from phusong.radio.world import World
from phusong.units import NO_SIGNAL_DDBM

Pixels = NDArray[np.int32]

_BATCH = 8


@dataclass(frozen=True)
class Reached:
    """
    Who reaches which of the wanted pixels of a grid.

    Parameters
    ----------
    pixels
        Flat pixels that each site serves, rising, in the order of the sites.
    dark
        By technology and operator: whether a path of one of its sites could not be computed, shape of the grid. What
        such a path gives is not known.
    """

    pixels: tuple[Pixels, ...]
    dark: Mapping[tuple[str, str], NDArray[np.bool_]]


def reached(
    sites: pd.DataFrame,
    terrain: NDArray[np.float32],
    terrain_grid: Grid,
    grid: Grid,
    radio: Radio,
    level: Level,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
    patterns: Mapping[str, Pattern] | None = None,
    clutter_m: NDArray[np.float32] | None = None,
    wanted: NDArray[np.bool_] | None = None,
) -> Reached:
    """
    All pixels where each site alone gives a level, in the first of the project's environments.

    A pixel is reached by a site of a technology and operator exactly where `levels.by_operator` of the strongest
    servers has that level or a better one; of the others it is not known exactly where a path is dark.

    Parameters
    ----------
    sites, terrain, terrain_grid, grid, workers, progress, patterns, clutter_m, wanted
        As of `coverage.strongest_servers`.
    level
        Asked of a pixel; signal that free space alone keeps below it costs nothing.

    Raises
    ------
    LayerError, ValueError
        As `coverage.strongest_servers`.
    """
    terrain_grid.window(grid)
    found = carriers(sites, radio, patterns)
    world = World(np.ascontiguousarray(terrain, np.float32), terrain_grid, grid, radio, clutter_m)
    asked = [asked_ddbm(radio, one.technology, band_of(one, radio), grid.pixel_m, level) for one in found]
    mask = np.ones(grid.shape, bool) if wanted is None else wanted
    floors = {step: np.where(mask, step, UNBEATABLE_DDBM).astype(np.int16) for step in set(asked)}
    serving: list[Pixels] = [np.empty(0, np.int32)] * len(found)
    dark = {(one.technology, one.operator): np.zeros(grid.shape, bool) for one in found}
    done = 0
    with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
        batches = [found[start : start + _BATCH] for start in range(0, len(found), _BATCH)]
        running = {pool.submit(_reach, batch, asked, world, floors): batch for batch in batches}
        try:
            for batch in as_completed(running):
                for one, (served, unknown) in zip(running[batch], batch.result(), strict=True):
                    serving[one.row] = served
                    dark[one.technology, one.operator].ravel()[unknown] = True
                done += len(running[batch])
                if progress is not None:
                    progress(done, len(found))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return Reached(tuple(serving), dark)


def asked_ddbm(radio: Radio, technology: str, frequency_mhz: float, pixel_m: float, level: Level) -> int:
    """
    The lowest stored median outdoors (tenths of dBm) that gives a level in the first of the project's environments.

    Parameters
    ----------
    frequency_mhz
        That stands for the carriers of a band (`servers.band_frequency_mhz`).

    Examples
    --------
    >>> [asked_ddbm(Radio(covered_at_percent=share), "LTE", 1800, 100, "good") for share in (50, 90)]
    [-1000, -974]
    """
    threshold_dbm = getattr(radio.levels(technology), f"{level}_dbm")
    return threshold_ddbm(threshold_dbm) + margin_ddbm(radio, radio.environments[0], frequency_mhz, pixel_m)


def band_of(carrier: Carrier, radio: Radio) -> float:
    """Frequency in MHz that stands for a carrier's band."""
    return band_frequency_mhz(radio, carrier.technology, carrier.band)


def _reach(
    batch: list[Carrier], asked: list[int], world: World, floors: Mapping[int, NDArray[np.int16]]
) -> list[tuple[Pixels, Pixels]]:
    """Pixels that each carrier serves, and those of its dark paths."""
    return [_of_one(carrier, asked[carrier.row], world, floors[asked[carrier.row]]) for carrier in batch]


def _of_one(carrier: Carrier, least_ddbm: int, world: World, floor: NDArray[np.int16]) -> tuple[Pixels, Pixels]:
    transmitter = transmitter_of(carrier, world)
    # a dark path leaves doubt however weak it would be, so where there may be one all wanted pixels are kept
    enough = UNBEATABLE_DDBM if world.may_be_dark(transmitter) else NO_SIGNAL_DDBM + 1
    paths = paths_that_may_beat(carrier, transmitter, world, floor, enough)
    if np.isnan(transmitter.top_amsl_m):
        return np.empty(0, np.int32), paths.pixel
    paths, level_ddbm = received_ddbm(carrier, transmitter, paths, world)
    return paths.pixel[level_ddbm >= least_ddbm], paths.pixel[np.isnan(level_ddbm)]
