"""The strongest server of each operator and technology on the grid: the door of the radio stage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from phusong.config import Radio
from phusong.grid import Grid
from phusong.radio.antenna import pattern_loss
from phusong.radio.carrier import Carrier, carriers
from phusong.radio.free_space import free_space_loss
from phusong.radio.levels import threshold_ddbm
from phusong.radio.reach import Paths, Transmitter, paths_within
from phusong.radio.sweep import radial_count, terrain_loss
from phusong.text import sort_key
from phusong.units import NO_SIGNAL_DDBM

_BATCH = 16
# Near pixels first: most pixels then have a strong server before the far sites come, whose paths need no profile.
_RINGS = ((-1.0, 0.3), (0.3, 1.0))


@dataclass(frozen=True)
class World:
    """What every carrier meets: the terrain, the pixels to be covered, and the settings."""

    terrain: NDArray[np.float32]
    terrain_grid: Grid
    grid: Grid
    radio: Radio


@dataclass(frozen=True)
class Best:
    """The strongest server so far of one operator and technology; each array is filled in place, under the lock."""

    technology: str
    operator: str
    enough_ddbm: int
    rsrp_ddbm: NDArray[np.int16]
    server: NDArray[np.int32]
    doubt: NDArray[np.bool_]
    lock: Lock = field(default_factory=Lock)


def strongest_servers(
    sites: pd.DataFrame,
    terrain: NDArray[np.float32],
    terrain_grid: Grid,
    grid: Grid,
    radio: Radio,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> xr.Dataset:
    """
    The strongest server of each pixel, operator and technology, at the receiver's height outdoors.

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

    Returns
    -------
    xr.Dataset
        On (group, y, x), groups sorted by technology and operator: `rsrp_ddbm` (tenths of dBm, -32768 where no site
        reaches), `server` (row in `sites`, -1 for none; of equal levels the lower row), and `unknown`, true where a
        site within reach could not be computed and no computed one gives the level "very good". The attribute
        `off_terrain` lists the sites whose own ground is not known.

    Raises
    ------
    LayerError
        Naming every site whose bandwidth or azimuths cannot be.
    ValueError
        When `grid` is no sub-grid of `terrain_grid`.
    """
    terrain_grid.window(grid)
    found = carriers(sites, radio)
    world = World(np.ascontiguousarray(terrain, np.float32), terrain_grid, grid, radio)
    groups = empty_groups(found, world)
    batches = [(ring, found[start : start + _BATCH]) for ring in _RINGS for start in range(0, len(found), _BATCH)]
    off_terrain: set[str] = set()
    done = 0
    with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
        running = {pool.submit(_cover, batch, ring, world, groups): len(batch) for ring, batch in batches}
        try:
            for batch in as_completed(running):
                off_terrain.update(batch.result())
                done += running[batch]
                if progress is not None:
                    progress(done // len(_RINGS), len(found))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return _dataset(list(groups.values()), grid, sorted(off_terrain))


def model_card(radio: Radio, terrain_note: str) -> dict[str, Any]:
    """What the radio stage computed and what it left out, for the record of a run."""
    diffraction = radio.propagation == "bullington"
    return {
        "model": "ITU-R P.525 free space" + (" and ITU-R P.526 Bullington diffraction" if diffraction else ""),
        "edition": "P.525-5" + (", P.526-15 section 4.5.1" if diffraction else ""),
        "effective_earth_radius_km": radio.effective_earth_radius_km,
        "receiver_height_m": radio.receiver_height_m,
        "receiver_gain_dbi": radio.receiver_gain_dbi,
        "terrain": terrain_note,
        "profile": f"every pixel along {radio.radials_per_rim_pixel:g} radials per rim pixel, bilinear",
        "reach_km": {
            "default": radio.reach_km,
            **{f"{b.technology} {b.name}": radio.reach_km if b.reach_km is None else b.reach_km for b in radio.bands},
        },
        "antenna": "3GPP TR 36.814 table A.2.1.1-2, nearest sector; 70 x 10 degrees, 25 dB and 20 dB floors",
        "link_budget": "RSRP = EIRP - 10 log10(12 N_RB) + SSB offset (NR) - pattern - path loss + receiver gain",
        "resource_blocks": "3GPP TS 36.101 table 5.6-1 (LTE), TS 38.101-1 table 5.3.2-1 (NR)",
        "ssb_offset_db": {
            "default": radio.ssb_offset_db,
            **{b.name: b.ssb_offset_db for b in radio.bands if b.technology == "NR" and b.ssb_offset_db is not None},
        },
        "thresholds_dbm": {"LTE": radio.lte.model_dump(), "NR": radio.nr.model_dump()},
        "rounding": "levels are rounded to 0.1 dB before any threshold",
        "missing": [
            "clutter: no loss from buildings and trees",
            "location variability: levels are medians, for 50 % of locations",
            "time variability: for 50 % of time",
            "gases and rain, sub-path reflection, interference, load and indoor loss",
            "azimuths count from grid north and distances are those of the projection",
        ],
    }


def received_ddbm(
    carrier: Carrier, transmitter: Transmitter, paths: Paths, world: World, best: Best | None = None
) -> tuple[Paths, NDArray[np.float64]]:
    """
    Level of a carrier on its paths in tenths of dBm, rounded but not yet stored; NaN where terrain is missing.

    With `best`, the paths on which even free space keeps the carrier below what is there already are left out.
    """
    radio = world.radio
    loss_db = free_space_loss(carrier.frequency_mhz, paths.slant_km(transmitter.top_amsl_m))
    depression_deg = paths.depression_deg(transmitter.top_amsl_m, radio.effective_earth_radius_km)
    pattern_db = pattern_loss(paths.azimuth_deg, depression_deg, carrier.boresights_deg, carrier.downtilt_deg)
    level_dbm = carrier.element_eirp_dbm + radio.receiver_gain_dbi - loss_db - pattern_db
    if best is not None:
        so_far = best.rsrp_ddbm.ravel()[paths.pixel]
        kept = (so_far < best.enough_ddbm) | (np.rint(10 * level_dbm) >= so_far)
        paths, level_dbm = paths.only(kept), level_dbm[kept]
    if radio.propagation == "bullington":
        level_dbm = level_dbm - terrain_loss(
            transmitter,
            paths,
            world.terrain,
            world.terrain_grid,
            frequency_mhz=carrier.frequency_mhz,
            radials=radial_count(transmitter.reach_m, world.grid.pixel_m, radio.radials_per_rim_pixel),
            effective_earth_radius_km=radio.effective_earth_radius_km,
        )
    return paths, np.rint(10 * level_dbm)


def empty_groups(found: Sequence[Carrier], world: World) -> dict[tuple[str, str], Best]:
    """A group for each operator and technology of the carriers, sorted, that nobody serves yet."""
    keys = sorted({(c.technology, c.operator) for c in found}, key=lambda key: (key[0], sort_key(key[1]), key[1]))
    shape = world.grid.shape
    return {
        (technology, operator): Best(
            technology,
            operator,
            threshold_ddbm(world.radio.levels(technology).very_good_dbm),
            np.full(shape, NO_SIGNAL_DDBM, np.int16),
            np.full(shape, -1, np.int32),
            np.zeros(shape, np.bool_),
        )
        for technology, operator in keys
    }


def _cover(
    batch: Sequence[Carrier], ring: tuple[float, float], world: World, groups: dict[tuple[str, str], Best]
) -> list[str]:
    """Merge some carriers into their groups; returns the ids of those whose ground is not known."""
    off_terrain = []
    for carrier in batch:
        best = groups[carrier.technology, carrier.operator]
        transmitter = Transmitter.on(
            world.terrain, world.terrain_grid, carrier.x_m, carrier.y_m, carrier.height_agl_m, carrier.reach_km * 1000
        )
        at_one_km_dbm = carrier.element_eirp_dbm + world.radio.receiver_gain_dbi
        at_one_km_dbm -= float(free_space_loss(carrier.frequency_mhz, 1.0))
        paths = paths_within(
            transmitter,
            world.terrain,
            world.terrain_grid,
            world.grid,
            world.radio.receiver_height_m,
            ring,
            at_one_km_dbm,
            best.rsrp_ddbm,
            best.enough_ddbm,
        )
        if np.isnan(transmitter.top_amsl_m):
            off_terrain.append(carrier.site_id)
            level_ddbm = np.full(paths.pixel.size, np.nan)
        else:
            paths, level_ddbm = received_ddbm(carrier, transmitter, paths, world, best)
        with best.lock:
            merge(best, carrier.row, paths.pixel, level_ddbm)
    return off_terrain


def merge(best: Best, row: int, pixel: NDArray[np.int32], level_ddbm: NDArray[np.float64]) -> None:
    """
    Let a site serve the pixels where it is stronger, or as strong and of a lower row; in whatever order they come.

    A level of NaN leaves its pixel in doubt.
    """
    missing = np.isnan(level_ddbm)
    if missing.any():
        best.doubt.ravel()[pixel[missing]] = True
        pixel, level_ddbm = pixel[~missing], level_ddbm[~missing]
    stored = level_ddbm.astype(np.int16)
    so_far, server = best.rsrp_ddbm.ravel(), best.server.ravel()
    before = so_far[pixel]
    wins = (stored > before) | ((stored == before) & (row < server[pixel]))
    so_far[pixel[wins]] = stored[wins]
    server[pixel[wins]] = row


def _dataset(groups: Sequence[Best], grid: Grid, off_terrain: list[str]) -> xr.Dataset:
    def stacked(arrays: list[NDArray[Any]], kind: type) -> NDArray[Any]:
        return np.stack(arrays) if arrays else np.empty((0, *grid.shape), kind)

    doubt = [best.doubt & (best.rsrp_ddbm < best.enough_ddbm) for best in groups]
    dims = ("group", "y", "x")
    return xr.Dataset(
        {
            "rsrp_ddbm": (
                dims,
                stacked([best.rsrp_ddbm for best in groups], np.int16),
                {"long_name": "strongest RSRP (LTE) or SS-RSRP (NR)", "units": "0.1 dBm", "no_signal": NO_SIGNAL_DDBM},
            ),
            "server": (
                dims,
                stacked([best.server for best in groups], np.int32),
                {"long_name": "row of the strongest site, -1 for none", "units": "1"},
            ),
            "unknown": (
                dims,
                stacked(doubt, np.bool_),
                {"long_name": "a site within reach could not be computed", "units": "1"},
            ),
        },
        {
            "technology": ("group", np.array([best.technology for best in groups], object)),
            "operator": ("group", np.array([best.operator for best in groups], object)),
            "y": grid.y,
            "x": grid.x,
        },
        {"off_terrain": off_terrain},
    )
