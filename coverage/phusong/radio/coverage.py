"""The two strongest servers of each technology, operator and band on the grid: the door of the radio stage."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from phusong.config import Radio
from phusong.grid import Grid
from phusong.layers.antennas import Pattern
from phusong.radio.antenna import pattern_loss
from phusong.radio.carrier import Carrier, carriers
from phusong.radio.earlier import Earlier
from phusong.radio.free_space import free_space_loss
from phusong.radio.loss import loss_db
from phusong.radio.reach import LEAST_DISTANCE_M, Paths, Transmitter, paths_within
from phusong.radio.servers import Best, Key, groups_of, merge, unserved
from phusong.radio.sweep.elementary import kernel, log10
from phusong.radio.world import World
from phusong.units import NO_SIGNAL_DDBM

_BATCH = 16
_ROUNDING_DB = 1e-6
"""More than the logarithm of the kernels is ever off."""
UNBEATABLE_DDBM = int(np.iinfo(np.int16).max)
"""Level that keeps every path from a pixel."""
# Near pixels first: most pixels then have a strong server before the far sites come, whose paths need no profile.
_RINGS = ((-1.0, 0.3), (0.3, 1.0))


def strongest_servers(
    sites: pd.DataFrame,
    terrain: NDArray[np.float32],
    terrain_grid: Grid,
    grid: Grid,
    radio: Radio,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
    patterns: Mapping[str, Pattern] | None = None,
    clutter_m: NDArray[np.float32] | None = None,
    wanted: NDArray[np.bool_] | None = None,
    earlier: Earlier | None = None,
) -> xr.Dataset:
    """
    The two strongest servers of each pixel, technology, operator and band, at the receiver's height outdoors.

    A pixel's value is a function of the sites, of its own place and of the terrain, so neither the sub-grid that is
    asked for nor the number of workers changes a bit of it.

    Parameters
    ----------
    sites
        The sites that count, sorted by `site_id`: site_id, operator, technology, frequency_mhz, bandwidth_mhz,
        height_agl_m, azimuths_deg, downtilt_deg, eirp_dbm, and x_m, y_m in the grid's CRS.
    terrain
        Metres above sea level on `terrain_grid`, which is `grid` padded by the reach; NaN where not known.
    workers
        Threads.
    progress
        Told the number of sites done and of all sites.
    patterns
        Antenna patterns by the names that the column `antenna` of the sites calls them.
    clutter_m
        Representative clutter height on `terrain_grid`; None for bare ground.
    wanted
        Pixels of `grid` that are computed; the others are left as where no site reaches. None for all.
    earlier
        What was found on the same ground with the same settings, perhaps of other sites: it saves time, and no bit of
        the result depends on it.

    Returns
    -------
    xr.Dataset
        On (group, y, x), groups sorted by technology, operator and band, with the band's `frequency_mhz`: `rsrp_ddbm`
        (median in tenths of dBm, -32768 where no site reaches), `server` (row in `sites`, -1 for none; of equal levels
        the lower row), `second_ddbm` and `second_server` (the same of the next strongest row), and `unknown`, true
        where a site within reach could not be computed and no computed one is very good in all of the project's
        environments. The attribute `off_terrain` lists the sites whose own ground is not known.

    Raises
    ------
    LayerError
        Naming every site whose bandwidth, azimuths or antenna cannot be.
    ValueError
        When `grid` is no sub-grid of `terrain_grid`.
    """
    terrain_grid.window(grid)
    found = carriers(sites, radio, patterns)
    world = World(np.ascontiguousarray(terrain, np.float32), terrain_grid, grid, radio, clutter_m)
    servers = unserved(found, grid, radio)
    groups = groups_of(servers, radio, grid.pixel_m)
    asked = np.ones(grid.shape, bool) if wanted is None else wanted
    standing = list(zip(found, transmitters_of(found, world), strict=True))
    rounds = [(standing, np.repeat(asked[np.newaxis], len(groups), axis=0))]
    if earlier is not None and (left := earlier.lay(servers, sites, asked)) is not None:
        holes = {key for key, anew in zip(groups, left.anew, strict=True) if anew.any()}
        competing = [one for one in standing if _key(one[0]) in holes]
        rounds = [(competing, left.anew), ([standing[k] for k in np.flatnonzero(left.added)], asked & ~left.anew)]
    done, of = 0, sum(len(some) for some, _ in rounds)
    with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
        for some, where in rounds:
            for covered in _compete(some, where, world, servers, groups, pool):
                done += covered
                if progress is not None:
                    progress(done // len(_RINGS), of)
    for best in groups.values():
        np.logical_and(best.doubt, best.rsrp_ddbm < best.enough_ddbm, out=best.doubt)
    off_terrain = {carrier.site_id for carrier, mast in standing if np.isnan(mast.top_amsl_m)}
    return servers.assign_attrs(off_terrain=sorted(off_terrain))


def _compete(
    some: Sequence[tuple[Carrier, Transmitter]],
    where: NDArray[np.bool_],
    world: World,
    servers: xr.Dataset,
    groups: dict[Key, Best],
    pool: ThreadPoolExecutor,
) -> Iterator[int]:
    """Merge carriers into their groups on some pixels of each; tells how many are done as they are."""
    second, aside = servers.second_ddbm.values, ~where
    kept = second[aside]
    second[aside] = UNBEATABLE_DDBM  # a path that can beat no server is left out before anything of it is computed
    batches = [(ring, some[start : start + _BATCH]) for ring in _RINGS for start in range(0, len(some), _BATCH)]
    running = {pool.submit(_cover, batch, ring, world, groups): len(batch) for ring, batch in batches}
    try:
        for batch in as_completed(running):
            batch.result()
            yield running[batch]
    except BaseException:
        pool.shutdown(cancel_futures=True)
        raise
    second[aside] = kept


def received_ddbm(
    carrier: Carrier, transmitter: Transmitter, paths: Paths, world: World, best: Best | None = None
) -> tuple[Paths, NDArray[np.float64]]:
    """
    Level of a carrier on its paths in tenths of dBm, rounded but not yet stored; NaN where terrain is missing.

    With `best`, the paths are left out on which the carrier can beat neither of the two servers that are there already,
    whatever the ground.
    """
    level_dbm = _at_antenna_dbm(carrier, transmitter, paths, world.radio)
    if best is not None:
        paths, level_dbm = _that_may_beat(best, carrier, transmitter, paths, level_dbm, world)
    if not paths.pixel.size:
        return paths, level_dbm
    return paths, np.rint(10 * (level_dbm - loss_db(carrier, transmitter, paths, world)))


def level_ddbm(
    carrier: Carrier, transmitter: Transmitter, paths: Paths, radio: Radio, loss_db: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Level of a carrier on its paths as of `received_ddbm`, of which the loss is known."""
    return np.asarray(np.rint(10 * (_at_antenna_dbm(carrier, transmitter, paths, radio) - loss_db)))


def transmitter_of(carrier: Carrier, world: World) -> Transmitter:
    """Where the antennas of a carrier stand in a world."""
    return transmitters_of([carrier], world)[0]


def transmitters_of(found: Sequence[Carrier], world: World) -> list[Transmitter]:
    """Where the antennas of some carriers stand in a world."""
    x_m, y_m = np.array([(one.x_m, one.y_m) for one in found], float).reshape(-1, 2).T
    ground_m = world.terrain_grid.bilinear(world.terrain, x_m, y_m).tolist()
    return [
        Transmitter(one.x_m, one.y_m, amsl_m + one.height_agl_m, one.reach_km * 1000)
        for one, amsl_m in zip(found, ground_m, strict=True)
    ]


def paths_that_may_beat(
    carrier: Carrier,
    transmitter: Transmitter,
    world: World,
    so_far_ddbm: NDArray[np.int16],
    enough_ddbm: int,
    ring: tuple[float, float] = (-1.0, 1.0),
) -> Paths:
    """
    Paths of a carrier within reach, without those that free space alone keeps below a level on the world's grid.

    Parameters
    ----------
    so_far_ddbm, enough_ddbm
        Level of each pixel; pixels with less than `enough_ddbm` are all kept (`reach.paths_within`).
    """
    at_one_km_dbm = _at_boresight_dbm(carrier, world.radio) + slack_db(world.radio)
    at_one_km_dbm -= float(free_space_loss(carrier.frequency_mhz, 1.0))
    return paths_within(
        transmitter,
        world.terrain,
        world.terrain_grid,
        world.grid,
        world.radio.receiver_height_m,
        ring,
        at_one_km_dbm,
        so_far_ddbm,
        enough_ddbm,
        _is_slant(world.radio),
    )


def slack_db(radio: Radio) -> float:
    """
    How far the loss of the project's model may lie below that of free space, in dB.

    P.1812: by the focusing and multipath of less than half of the time, at most 2.6 log10(50/p) (P.1812-7, equations 10
    and 69), and a tenth for distances that are rounded or not those of the projection. TR 38.901 in sight: urban macro
    by 2.44 dB at 10 m, the others by less (table 7.4.1-1), if free space counts over the ground only, since its slant
    distance knows the antennas' heights above ground and not the slope.
    """
    if radio.propagation == "p1812":
        return 0.1 + 2.6 * math.log10(50 / radio.time_percent)
    return 3.0 if radio.propagation.startswith("3gpp") else 0.0


def _is_slant(radio: Radio) -> bool:
    """Whether the model's loss is at least that of free space between the antennas, but for the slack."""
    return not radio.propagation.startswith("3gpp")


def _that_may_beat(
    best: Best,
    carrier: Carrier,
    transmitter: Transmitter,
    paths: Paths,
    level_dbm: NDArray[np.float64],
    world: World,
) -> tuple[Paths, NDArray[np.float64]]:
    """Paths, and levels at the antenna, of which free space alone does not keep the carrier from being second."""
    *kept, level_dbm = _only_above(
        *(paths.pixel, paths.distance_m, paths.azimuth_deg, paths.receiver_amsl_m, level_dbm),
        best.second_ddbm.ravel(),
        _enough_ddbm(best, transmitter, world),
        transmitter.top_amsl_m,
        _is_slant(world.radio),
        float(free_space_loss(carrier.frequency_mhz, 1.0)) - slack_db(world.radio) - _ROUNDING_DB,
    )
    return Paths(*kept), level_dbm


@kernel
def _only_above(
    pixel: np.ndarray,
    distance_m: np.ndarray,
    azimuth_deg: np.ndarray,
    receiver_amsl_m: np.ndarray,
    level_dbm: np.ndarray,
    second: np.ndarray,
    enough: int,
    top_amsl_m: float,
    slant: bool,
    at_one_km_db: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Arrays of paths without those whose level, after free space, stays below a second level that is enough."""
    kept, n = np.empty(pixel.size, np.int64), 0
    for path in range(pixel.size):
        below = second[pixel[path]]
        if below >= enough:
            rise = top_amsl_m - receiver_amsl_m[path] if slant else 0.0
            distance_km = max(math.sqrt(distance_m[path] ** 2 + rise * rise), LEAST_DISTANCE_M) / 1000.0
            # written so that a level that is not a number is left out
            if not np.rint(10.0 * (level_dbm[path] - at_one_km_db - 20.0 * log10(distance_km))) >= below:
                continue
        kept[n] = path
        n += 1
    kept = kept[:n]
    return pixel[kept], distance_m[kept], azimuth_deg[kept], receiver_amsl_m[kept], level_dbm[kept]


def _at_antenna_dbm(carrier: Carrier, transmitter: Transmitter, paths: Paths, radio: Radio) -> NDArray[np.float64]:
    """What receivers would have of a carrier if nothing were lost on the way but by the direction."""
    pattern_db = pattern_loss(
        paths.azimuth_deg,
        paths.depression_deg(transmitter.top_amsl_m, radio.effective_earth_radius_km),
        carrier.boresights_deg,
        carrier.downtilt_deg,
        carrier.mechanical_tilt_deg,
        carrier.pattern,
    )
    return np.asarray(_at_boresight_dbm(carrier, radio) - pattern_db)


def _at_boresight_dbm(carrier: Carrier, radio: Radio) -> float:
    """What a receiver would have of a carrier if nothing were lost on the way."""
    return carrier.element_eirp_dbm + radio.receiver_gain_dbi - radio.body_loss_db


def _enough_ddbm(best: Best, transmitter: Transmitter, world: World) -> int:
    """
    Second level from which on a path that cannot beat it may be left out.

    A path that cannot be computed leaves doubt, which matters up to `Best.enough_ddbm`; where all ground is known there
    is no doubt, and any second server will do.
    """
    return best.enough_ddbm if world.may_be_dark(transmitter) else NO_SIGNAL_DDBM + 1


def _cover(
    batch: Sequence[tuple[Carrier, Transmitter]], ring: tuple[float, float], world: World, groups: dict[Key, Best]
) -> None:
    """Merge some carriers into their groups."""
    for carrier, transmitter in batch:
        best = groups[_key(carrier)]
        enough = _enough_ddbm(best, transmitter, world)
        paths = paths_that_may_beat(carrier, transmitter, world, best.second_ddbm, enough, ring)
        if not paths.pixel.size:  # half of all carriers of a town
            continue
        if np.isnan(transmitter.top_amsl_m):
            level_ddbm = np.full(paths.pixel.size, np.nan)
        else:
            paths, level_ddbm = received_ddbm(carrier, transmitter, paths, world, best)
        with best.lock:
            merge(best, carrier.row, paths.pixel, level_ddbm)


def _key(carrier: Carrier) -> Key:
    return carrier.technology, carrier.operator, carrier.band
