"""Counterfactuals: what chosen pixels would have of carriers that stood or were set otherwise, by the study's model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from phusong.config import Band, Prior, Radio
from phusong.radio.carrier import Carrier, offset_db, spacing_khz
from phusong.radio.coverage import level_ddbm, transmitters_of
from phusong.radio.environment import margin_ddbm
from phusong.radio.link import LTE_BLOCKS, NR_BLOCKS, element_eirp
from phusong.radio.loss import loss_db
from phusong.radio.reach import Paths, Transmitter, paths_among
from phusong.radio.servers import band_frequency_mhz
from phusong.radio.world import World

_Path = tuple[float, float, float, float, float]
_Loss = NDArray[np.float64]
_PARTS_PER_WORKER = 8


@dataclass(frozen=True)
class Given:
    """
    What some carriers give to chosen pixels.

    Parameters
    ----------
    level_ddbm
        Shape (technologies, pixels): the strongest carrier's level in tenths of dBm, less what the first environment
        and the share of places that must be covered ask (`levels.by_operator`), so that it meets the thresholds as it
        is; -inf where none reaches or the ground is not known.
    carrier, place, over_ddb
        Which carrier gives which pixel the threshold of its technology or more, places in what was given, by pixel and
        then by carrier; and by how many tenths of dB more.
    """

    level_ddbm: NDArray[np.float64]
    carrier: NDArray[np.int64]
    place: NDArray[np.int64]
    over_ddb: NDArray[np.int64]


@dataclass(frozen=True)
class Losses:
    """
    Losses to chosen pixels, kept for carriers of which only the power or the direction changes.

    Parameters
    ----------
    held
        By what the ground knows of a carrier, places of pixels, rising, and the losses in dB.
    """

    held: dict[_Path, tuple[NDArray[np.int32], NDArray[np.float64]]] = field(default_factory=dict)

    def kept(self, path: _Path, pixel: NDArray[np.int32], compute: Callable[[], NDArray[np.float64]]) -> _Loss:
        """Losses to some pixels, computed where one of them was never asked for."""
        known, loss = self.held.get(path, (np.empty(0, np.int32), np.empty(0)))
        place = np.searchsorted(known, pixel)
        if not (place < known.size).all() or not (known[place] == pixel).all():
            self.held[path] = (pixel, compute())
            return self.held[path][1]
        return loss[place]


def given(
    found: Sequence[Carrier],
    pixel: NDArray[np.int64],
    world: World,
    thresholds_ddbm: Mapping[str, int],
    workers: int = 1,
    losses: Losses | None = None,
) -> Given:
    """
    Levels of some carriers at chosen pixels; neither the other pixels nor the number of workers changes a bit of them.

    Parameters
    ----------
    found
        Carriers of the technologies asked.
    pixel
        Places in the flattened grid of the world, rising.
    thresholds_ddbm
        By technology, the lowest level in tenths of dBm that counts.
    workers
        Threads.
    losses
        Of the same world, to be kept for other calls.
    """
    needed = {key: thresholds_ddbm[key[0]] + _margin_ddbm(world, *key) for key in {_kind(one) for one in found}}
    alike: dict[_Path, list[int]] = {}
    for number, one in enumerate(found):
        alike.setdefault(_path(one), []).append(number)
    together = list(alike.values())
    parts = max(1, min(_PARTS_PER_WORKER * workers, len(together)))

    def part(first: int) -> Given:
        return _of_part(found, together[first::parts], pixel, world, thresholds_ddbm, needed, losses)

    level = np.full((len(thresholds_ddbm), pixel.size), -np.inf)
    pairs: list[NDArray[np.int64]] = []
    with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
        for own in pool.map(part, range(parts)):
            np.maximum(level, own.level_ddbm, out=level)
            pairs.append(np.stack([own.carrier, own.place, own.over_ddb]))
    carrier, place, over = np.concatenate(pairs, axis=1)
    order = np.lexsort((carrier, place))
    return Given(level, carrier[order], place[order], over[order])


def flat(world: World) -> World:
    """The same world without relief and without anything on the ground, all of it known and at sea level."""
    return replace(world, terrain=np.zeros_like(world.terrain), clutter_m=None)


def tilted(found: Sequence[Carrier], tilt_deg: float) -> list[Carrier]:
    """Carriers with another electrical tilt."""
    return [replace(one, downtilt_deg=tilt_deg) for one in found]


def raised(found: Sequence[Carrier], rise_m: float) -> list[Carrier]:
    """Carriers on masts that are higher by some metres."""
    return [replace(one, height_agl_m=one.height_agl_m + rise_m) for one in found]


def at_lower_band(
    found: Sequence[Carrier], band: Band, radio: Radio, setting: Mapping[str, str], usual_dbm: float | None
) -> list[Carrier]:
    """
    Carriers above a band moved to the middle of it, at the same mast with the same azimuths and tilts.

    EIRP and bandwidth are those of the first priors of the project that fit and state them, as for a site that has
    none. Where no prior does, the EIRP of a resource element is the usual one of the band, and without that it stays as
    it is. The other antenna radiates as 3GPP's.

    Parameters
    ----------
    setting
        By site, urban or rural: what priors ask.
    """
    frequency_mhz = band_frequency_mhz(radio, band.technology, band.name)
    low, high = radio.frequencies_mhz
    if not low <= frequency_mhz <= high:
        return []

    def moved(one: Carrier) -> Carrier:
        stated_dbm = _stated_dbm(one, setting[one.site_id], band, radio)
        known = (dbm for dbm in (stated_dbm, usual_dbm, one.element_eirp_dbm) if dbm is not None)
        return replace(
            one,
            frequency_mhz=frequency_mhz,
            band=band.name,
            reach_km=band.reach_km or radio.reach_km,
            element_eirp_dbm=next(known),
            pattern=None,
        )

    return [moved(one) for one in found if one.technology == band.technology and one.frequency_mhz > band.high_mhz]


def paths_to(transmitter: Transmitter, pixel: NDArray[np.int64], world: World) -> tuple[Paths, NDArray[np.int64]]:
    """Paths to those of some pixels, rising, that are within reach, and their places among these."""
    height_m = world.radio.receiver_height_m
    return paths_among(transmitter, world.terrain, world.terrain_grid, world.grid, height_m, pixel)


def _of_part(
    found: Sequence[Carrier],
    part: Sequence[Sequence[int]],
    pixel: NDArray[np.int64],
    world: World,
    thresholds_ddbm: Mapping[str, int],
    needed_ddbm: Mapping[tuple[str, str], int],
    losses: Losses | None,
) -> Given:
    """What groups of carriers give, those of a group having their paths in common."""
    level = np.full((len(thresholds_ddbm), pixel.size), -np.inf)
    row = {technology: number for number, technology in enumerate(thresholds_ddbm)}
    pairs = [np.empty((3, 0), np.int64)]
    transmitters = transmitters_of([found[group[0]] for group in part], world)
    for group, transmitter in zip(part, transmitters, strict=True):
        for number, place, received in _levels(found, group, transmitter, pixel, world, losses):
            one = found[number]
            over, own = received - needed_ddbm[_kind(one)], level[row[one.technology]]
            own[place] = np.maximum(own[place], over + thresholds_ddbm[one.technology])
            if (enough := np.flatnonzero(over >= 0)).size:
                pairs.append(np.stack([np.full(enough.size, number), place[enough], over[enough].astype(np.int64)]))
    return Given(level, *np.concatenate(pairs, axis=1))


def _levels(
    found: Sequence[Carrier],
    group: Sequence[int],
    transmitter: Transmitter,
    pixel: NDArray[np.int64],
    world: World,
    losses: Losses | None,
) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.float64]]]:
    """Of carriers that have their paths in common, each with the pixels it is known to reach and its level there."""
    one = found[group[0]]
    if np.isnan(transmitter.top_amsl_m):
        return
    paths, place = paths_to(transmitter, pixel, world)
    if not place.size:
        return

    def compute() -> NDArray[np.float64]:
        return loss_db(one, transmitter, paths, world)

    loss = compute() if losses is None else losses.kept(_path(one), paths.pixel, compute)
    known = ~np.isnan(loss)
    seen, place, loss = paths.only(known), place[known], loss[known]
    for number in group:
        yield number, place, level_ddbm(found[number], transmitter, seen, world.radio, loss)


def _path(one: Carrier) -> _Path:
    """All that the loss of a carrier's paths depends on."""
    return one.x_m, one.y_m, one.height_agl_m, one.frequency_mhz, one.reach_km


def _kind(one: Carrier) -> tuple[str, str]:
    return one.technology, one.band


def _margin_ddbm(world: World, technology: str, band: str) -> int:
    """What the median outdoors must exceed a threshold by, in the first environment, as `levels.by_operator` has it."""
    radio = world.radio
    frequency_mhz = band_frequency_mhz(radio, technology, band)
    return margin_ddbm(radio, radio.environments[0], frequency_mhz, world.grid.pixel_m)


def _stated_dbm(one: Carrier, setting: str, band: Band, radio: Radio) -> float | None:
    """EIRP of a resource element of a carrier in a band, as the priors of the project state it."""
    wanted = {"operator": one.operator, "technology": one.technology, "band": band.name, "setting": setting}
    fits = [p for p in radio.priors if all(getattr(p, key) in (None, value) for key, value in wanted.items())]

    def first(value: Callable[[Prior], float | None]) -> float | None:
        return next((said for prior in fits if (said := value(prior)) is not None), None)

    spacing = spacing_khz(band, band.technology)
    possible = LTE_BLOCKS if band.technology == "LTE" else NR_BLOCKS[spacing]
    eirp_dbm = first(lambda prior: prior.eirp_dbm)
    width_mhz = first(lambda prior: prior.bandwidth_mhz if prior.bandwidth_mhz in possible else None)
    if eirp_dbm is None or width_mhz is None:
        return None
    return element_eirp(eirp_dbm, possible[width_mhz], offset_db(radio, band, band.technology))
