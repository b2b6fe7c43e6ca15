"""
How likely a pixel is covered, and how many people that makes: an expectation, and what it is in each draw of errors.

Two kinds of not knowing are kept apart. Levels vary from place to place inside a pixel, and from one building to
another: that is the pixel's probability, and over a commune it averages out. The model's own error is shared by all
pixels of a site, and by all sites of an operator, band and setting, so it does not average out: it alone makes the
interval. Were every pixel to err for itself, the interval would shrink to nothing over a commune.

Within a pixel the good places of one server are taken to be the good places of every other: the pixel's probability is
the largest of those of its servers, bands and operators. That is the least that they can give together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
import pandas as pd
import xarray as xr
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.special import ndtr

from phusong.config import Environment, Radio
from phusong.config.zones import Level, Zones
from phusong.radio.environment import environment_loss, pixel_sigma_db
from phusong.radio.levels import threshold_ddbm
from phusong.radio.offsets import offsets_ddbm
from phusong.units import ANY, CERTAIN

Whole = NDArray[np.int64]
Key = TypeVar("Key")
_NEVER, _SOMETIMES, _ALWAYS = range(3)
"""What a pixel's probabilities over all draws are: 0, anything, or 1."""
_TOGETHER = 64
"""Pixels that are looked at together; their draws fit into the fastest memory."""


@dataclass(frozen=True)
class Groups:
    """
    The two strongest servers of one technology on some pixels, arrays of shape (groups, pixels).

    Parameters
    ----------
    operator
        Of each group, an operator's groups beside each other; a group is one of its bands.
    first_ddbm, second_ddbm
        Median levels outdoors in tenths of dBm.
    first_row, second_row
        Rows of the sites they come from, -1 for none.
    unknown
        A site in reach could not be computed.
    """

    operator: tuple[str, ...]
    first_ddbm: NDArray[np.int16]
    first_row: NDArray[np.int32]
    second_ddbm: NDArray[np.int16]
    second_row: NDArray[np.int32]
    unknown: NDArray[np.bool_]

    @classmethod
    def of(cls, servers: xr.Dataset) -> Groups:
        """The groups out of a result of `strongest_servers` that holds one technology."""
        names = ("rsrp_ddbm", "server", "second_ddbm", "second_server", "unknown")
        groups, rows, columns = servers.rsrp_ddbm.shape
        flat = (np.ascontiguousarray(servers[name].values.reshape(groups, rows * columns)) for name in names)
        return cls(tuple(str(name) for name in servers.operator.values), *flat)


@dataclass(frozen=True)
class Expected:
    """
    People of some areas who are covered, as exact sums.

    Parameters
    ----------
    covered
        Shape (areas, 1 + draws), in ten-thousandths of micro-persons; the first column is the model without an offset.
    unknown
        Micro-persons of each area on pixels of which it cannot be told; they are not among the covered.
    """

    covered: Whole
    unknown: Whole

    def __add__(self, other: Expected) -> Expected:
        return Expected(self.covered + other.covered, self.unknown + other.unknown)


def location_probability(margin_ddbm: ArrayLike, sigma_db: float) -> NDArray[np.int32]:
    """
    Share of a pixel's places that reach a threshold, in whole ten-thousandths.

    Parameters
    ----------
    margin_ddbm
        Whole tenths of dB by which the median level lies above the threshold.
    sigma_db
        Standard deviation of the level over the places, normal in dB; with 0 the median decides for all of them.

    References
    ----------
    Recommendation ITU-R P.1812-7, section 4.8: location variability is log-normal.

    Examples
    --------
    >>> location_probability([-55, 0, 55, 400], 5.5).tolist()
    [1587, 5000, 8413, 10000]
    >>> location_probability([-1, 0], 0).tolist()
    [0, 10000]
    """
    margin = np.asarray(margin_ddbm, np.int64)
    if sigma_db == 0:
        return np.where(margin >= 0, CERTAIN, 0).astype(np.int32)
    return np.rint(CERTAIN * ndtr(margin / (10 * sigma_db))).astype(np.int32)


def expected_people(
    groups: Groups,
    needed_ddbm: Sequence[int],
    sigma_db: Sequence[float],
    offsets_ddbm: NDArray[np.int16],
    people: sparse.sparray,
) -> dict[str, Expected]:
    """
    People covered in each area, by operator and for `ANY` of them; every sum is exact, whatever the order of pixels.

    A pixel is unknown where a site could not be computed, unless those that could make it certain (to 1e-4) without an
    offset. For `ANY` it is unknown where any operator's is, under the same condition.

    Parameters
    ----------
    needed_ddbm
        Median outdoors that each group needs, in tenths of dBm: the threshold and the environment's median loss.
    sigma_db
        Spread of each group's level over the places of a pixel.
    offsets_ddbm
        Shape (sites, 1 + draws), as `offsets.offsets_ddbm` makes them. The strongest and the second server of a pixel
        both take part, so that a bad site does not silence what its neighbour covers.
    people
        Micro-persons of each pixel in each area, shape (areas, pixels); at most 9e8 people an area.
    """
    names = list(dict.fromkeys(groups.operator))
    starts = [groups.operator.index(name) for name in names] + [len(groups.operator)]
    covered = np.zeros((len(names) + 1, people.shape[0], offsets_ddbm.shape[1]), np.int64)
    unknown = np.zeros((len(names) + 1, people.shape[0]), np.int64)
    pieces = sparse.csc_array(people)
    edges, areas, micro = (np.asarray(part, np.int64) for part in (pieces.indptr, pieces.indices, pieces.data))
    sums = _Sums(covered, np.zeros_like(unknown), unknown)
    world = _world(groups, needed_ddbm, sigma_db, offsets_ddbm)
    _sum(world, np.array(starts, np.int64), np.flatnonzero(np.diff(edges)), _People(edges, areas, micro), sums)
    covered += CERTAIN * sums.certainly[:, :, np.newaxis]
    return {name: Expected(covered[k], unknown[k]) for k, name in enumerate([*names, ANY])}


def expected_by_operator(
    servers: xr.Dataset, sites: pd.DataFrame, people: sparse.sparray, radio: Radio, pixel_m: float
) -> dict[tuple[str, str, str], Expected]:
    """
    People covered at least at the level "limited", by technology, operator (and `ANY`) and environment.

    `ANY` comes for both technologies, also where nobody has a site.

    Parameters
    ----------
    servers
        Of one tile, as `strongest_servers` makes it.
    sites
        The rows it speaks of: site_id, operator, technology, setting.
    people
        Micro-persons of each pixel of the tile, row by row, in each area; shape (areas, pixels).
    pixel_m
        Edge of a pixel.
    """
    offsets = offsets_ddbm(sites.assign(band=_bands(servers, len(sites))), radio.uncertainty)
    by_pixel = sparse.csc_array(people, copy=True)
    by_pixel.eliminate_zeros()
    found: dict[tuple[str, str, str], Expected] = {}
    for technology in ("LTE", "NR"):
        own = servers.isel(group=_beside(servers.technology.values == technology))
        groups = Groups.of(own)
        frequencies = [float(frequency) for frequency in own.frequency_mhz.values]
        for environment in radio.environments:
            needs = [_needed(radio, environment, technology, f, pixel_m, "limited") for f in frequencies]
            needed, sigmas = [need for need, _ in needs], [sigma for _, sigma in needs]
            for operator, sums in expected_people(groups, needed, sigmas, offsets, by_pixel).items():
                found[technology, operator, environment.name] = sums
    return found


def expected_of_any(
    servers: xr.Dataset, sites: pd.DataFrame, people: sparse.sparray, radio: Radio, pixel_m: float, zones: Zones
) -> Expected:
    """
    People with what the zones' section calls signal, from any operator that counts, in the first environment.

    Parameters
    ----------
    servers, sites, people, pixel_m
        As in `expected_by_operator`.
    zones
        Its technologies, operators and level count.
    """
    known = np.isin(servers.technology.values, zones.technologies)
    counted = np.flatnonzero(known & np.isin(servers.operator.values, zones.operators or servers.operator.values))
    own = servers.isel(group=counted[np.argsort(servers.operator.values[counted].astype(str), kind="stable")])
    offsets = offsets_ddbm(sites.assign(band=_bands(own, len(sites))), radio.uncertainty)
    needs = [
        _needed(radio, radio.environments[0], str(technology), float(frequency_mhz), pixel_m, zones.level)
        for technology, frequency_mhz in zip(own.technology.values, own.frequency_mhz.values, strict=True)
    ]
    needed, sigmas = [need for need, _ in needs], [sigma for _, sigma in needs]
    return expected_people(Groups.of(own), needed, sigmas, offsets, people)[ANY]


def together(parts: Iterable[Mapping[Key, Expected]]) -> dict[Key, Expected]:
    """Sums over tiles; who has no site in reach of a tile covers nobody there."""
    total: dict[Key, Expected] = {}
    for part in parts:
        for key, found in part.items():
            total[key] = total[key] + found if key in total else found
    return total


def _needed(
    radio: Radio, environment: Environment, technology: str, frequency_mhz: float, pixel_m: float, level: Level
) -> tuple[int, float]:
    """Median outdoors that a level needs, in tenths of dBm, and the spread over the places of a pixel in dB."""
    loss_db, spread_db = environment_loss(environment, frequency_mhz)
    threshold = threshold_ddbm(getattr(radio.levels(technology), f"{level}_dbm"))
    return threshold + round(10 * loss_db), math.hypot(pixel_sigma_db(radio, frequency_mhz, pixel_m), spread_db)


def _beside(wanted: NDArray[np.bool_]) -> slice:
    """Groups that stand beside each other; unlike their numbers a slice of them needs no copy."""
    number = np.flatnonzero(wanted)
    return slice(*((number[0], number[-1] + 1) if number.size else (0, 0)))


def _bands(servers: xr.Dataset, sites: int) -> NDArray[np.object_]:
    """Band of each site that serves a pixel; the others need none."""
    band = np.full(sites + 1, "", object)  # -1, no server, is the last
    for group, name in enumerate(servers.band.values):
        band[servers.server.values[group]] = name
        band[servers.second_server.values[group]] = name
    return band[:-1]


class _World(NamedTuple):
    """What the kernel sees: the groups, what each needs, its probabilities by margin, and the offsets by site."""

    first: NDArray[np.int16]
    first_row: NDArray[np.int32]
    second: NDArray[np.int16]
    second_row: NDArray[np.int32]
    doubt: NDArray[np.bool_]
    needed: Whole
    table: NDArray[np.int32]
    saturated: Whole
    offset: NDArray[np.int16]
    lowest: NDArray[np.int16]
    highest: NDArray[np.int16]


def _world(
    groups: Groups, needed_ddbm: Sequence[int], sigma_db: Sequence[float], offsets_ddbm: NDArray[np.int16]
) -> _World:
    # From z = 3.9 on the probability rounds to 1. A step needs one margin on each side of it.
    saturated = np.ceil(39 * np.asarray(sigma_db, float)).astype(np.int64) + 1
    margin = np.arange(-saturated.max(initial=1), saturated.max(initial=1) + 1)
    table = np.array([location_probability(margin, sigma) for sigma in sigma_db], np.int32)
    return _World(
        groups.first_ddbm,
        groups.first_row,
        groups.second_ddbm,
        groups.second_row,
        groups.unknown,
        np.asarray(needed_ddbm, np.int64),
        table.reshape(len(sigma_db), len(margin)),
        saturated,
        np.ascontiguousarray(offsets_ddbm, np.int16),
        offsets_ddbm.min(axis=1, initial=0),
        offsets_ddbm.max(axis=1, initial=0),
    )


class _Found(NamedTuple):
    """Of some pixels: what their probabilities are in all draws, those of each draw, and what cannot be told."""

    state: NDArray[np.int8]
    draw: NDArray[np.int32]
    doubt: NDArray[np.bool_]


class _People(NamedTuple):
    """Parts of pixels in areas: those of pixel k run from edge k to edge k + 1."""

    edge: Whole
    area: Whole
    micro: Whole


class _Sums(NamedTuple):
    """People of each operator and area, in draws one by one, in all of them, and where it cannot be told."""

    covered: Whole
    certainly: Whole
    unknown: Whole


@njit(cache=True, nogil=True)
def _sum(world: _World, starts: np.ndarray, inhabited: np.ndarray, people: _People, sums: _Sums) -> None:
    # A call with arrays costs as much as the draws of a pixel, so that each is made for many pixels.
    operators, place = len(starts) - 1, np.empty(world.offset.shape[1], np.int32)
    own, of_any = _nothing(len(place)), _nothing(len(place))
    for begin in range(0, len(inhabited), _TOGETHER):
        pixel = inhabited[begin : begin + _TOGETHER]
        of_any.state[:], of_any.doubt[:] = _NEVER, False
        for operator in range(operators):
            own.state[:], own.doubt[:] = _NEVER, False
            for group in range(starts[operator], starts[operator + 1]):
                _raise(world, group, pixel, own, place)
            _join(own, of_any)
            _add(own, pixel, people, operator, sums)
        _add(of_any, pixel, people, operators, sums)


@njit(cache=True, nogil=True)
def _nothing(draws: int) -> _Found:
    state, doubt = np.empty(_TOGETHER, np.int8), np.empty(_TOGETHER, np.bool_)
    return _Found(state, np.empty((_TOGETHER, draws), np.int32), doubt)


@njit(cache=True, nogil=True)
def _raise(world: _World, group: int, pixel: np.ndarray, own: _Found, place: np.ndarray) -> None:
    """Raise what was found to the probabilities of a group; draws are told where they are not all 0, or all 1."""
    saturated, top, draws = world.saturated[group], np.int32(world.table.shape[1] - 1), len(place)
    for k in range(len(pixel)):
        one, two = world.first_row[group, pixel[k]], world.second_row[group, pixel[k]]
        own.doubt[k] |= world.doubt[group, pixel[k]]
        if one < 0 or own.state[k] == _ALWAYS:
            continue
        level = world.first[group, pixel[k]] - world.needed[group]
        other = world.second[group, pixel[k]] - world.needed[group] if two >= 0 else level
        two = two if two >= 0 else one
        if max(level + world.highest[one], other + world.highest[two]) <= -saturated:
            continue
        if max(level + world.lowest[one], other + world.lowest[two]) >= saturated:
            own.state[k] = _ALWAYS
            continue
        from_one, from_two = np.int32(level + top // 2), np.int32(other + top // 2)
        # Two loops, since the first alone is done on several draws at once.
        for draw in range(draws):
            margin = max(from_one + np.int32(world.offset[one, draw]), from_two + np.int32(world.offset[two, draw]))
            place[draw] = min(max(margin, np.int32(0)), top)
        fresh = own.state[k] == _NEVER
        for draw in range(draws):
            here = world.table[group, np.uint32(place[draw])]
            own.draw[k, draw] = here if fresh else max(own.draw[k, draw], here)
        own.state[k] = _SOMETIMES


@njit(cache=True, nogil=True)
def _join(own: _Found, of_any: _Found) -> None:
    """Raise what is found of any operator to what one of them has."""
    for k in range(len(own.state)):
        of_any.doubt[k] |= own.doubt[k]
        if own.state[k] == _SOMETIMES and of_any.state[k] < _ALWAYS:
            fresh = of_any.state[k] == _NEVER
            for draw in range(own.draw.shape[1]):
                here = own.draw[k, draw]
                of_any.draw[k, draw] = here if fresh else max(of_any.draw[k, draw], here)
        of_any.state[k] = max(of_any.state[k], own.state[k])


@njit(cache=True, nogil=True)
def _add(found: _Found, pixel: np.ndarray, people: _People, who: int, sums: _Sums) -> None:
    """Count the people of pixels: those of draws that are all 0 or all 1 once and not in each draw."""
    for k in range(len(pixel)):
        state = found.state[k]
        certain = state == _ALWAYS or (state == _SOMETIMES and found.draw[k, 0] == CERTAIN)
        for piece in range(people.edge[pixel[k]], people.edge[pixel[k] + 1]):
            area, micro = people.area[piece], people.micro[piece]
            if found.doubt[k] and not certain:
                sums.unknown[who, area] += micro
            elif state == _ALWAYS:
                sums.certainly[who, area] += micro
            elif state == _SOMETIMES:
                for draw in range(found.draw.shape[1]):
                    sums.covered[who, area, draw] += micro * found.draw[k, draw]
