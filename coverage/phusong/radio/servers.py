"""The two strongest servers of each technology, operator and band, in whatever order the sites come."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from types import MappingProxyType

import numpy as np
import xarray as xr
from numba import njit
from numpy.typing import NDArray

from phusong.config import Radio
from phusong.grid import Grid
from phusong.radio.carrier import Carrier
from phusong.radio.levels import enough_ddbm
from phusong.text import sort_key
from phusong.units import NO_SIGNAL_DDBM

Key = tuple[str, str, str]
"""Technology, operator and band: the carriers that share a building's loss and an error of the model."""


@dataclass(frozen=True)
class Best:
    """
    The two strongest servers so far of one technology, operator and band.

    Parameters
    ----------
    enough_ddbm
        From this level on no site that could not be computed would change anything.
    rsrp_ddbm, server, second_ddbm, second_server, doubt
        As in the result of `strongest_servers`, whose arrays these are; filled in place, under the lock.
    """

    technology: str
    operator: str
    band: str
    enough_ddbm: int
    rsrp_ddbm: NDArray[np.int16]
    server: NDArray[np.int32]
    second_ddbm: NDArray[np.int16]
    second_server: NDArray[np.int32]
    doubt: NDArray[np.bool_]
    lock: Lock = field(default_factory=Lock)


def band_frequency_mhz(radio: Radio, technology: str, band: str) -> float:
    """
    Frequency that stands for all carriers of a `Carrier.band`: the middle of the band, or the carriers' own.

    Examples
    --------
    >>> band_frequency_mhz(Radio(), "LTE", "1842.5 MHz")
    1842.5
    """
    named = (entry for entry in radio.bands if (entry.technology, entry.name) == (technology, band))
    first = next(named, None)
    return float(band.removesuffix(" MHz")) if first is None else (first.low_mhz + first.high_mhz) / 2


_NO_SERVER: Mapping[str, tuple[type[np.generic], int, str]] = MappingProxyType(
    {
        "rsrp_ddbm": (np.int16, NO_SIGNAL_DDBM, "strongest RSRP (LTE) or SS-RSRP (NR)"),
        "server": (np.int32, -1, "row of the strongest site, -1 for none"),
        "second_ddbm": (np.int16, NO_SIGNAL_DDBM, "second strongest RSRP (LTE) or SS-RSRP (NR)"),
        "second_server": (np.int32, -1, "row of the second strongest site, -1 for none"),
        "unknown": (np.bool_, 0, "a site within reach could not be computed"),
    }
)
"""Variables of the result: type, value where nobody serves, meaning."""
_LEVEL = {"units": "0.1 dBm", "no_signal": NO_SIGNAL_DDBM}


def unserved(found: Sequence[Carrier], grid: Grid, radio: Radio) -> xr.Dataset:
    """A group for each technology, operator and band of the carriers, sorted, that nobody serves yet."""
    keys = sorted(
        {(c.technology, c.operator, c.band) for c in found},
        key=lambda key: (key[0], sort_key(key[1]), key[1], sort_key(key[2]), key[2]),
    )
    frequencies = [band_frequency_mhz(radio, technology, band) for technology, _, band in keys]
    words = np.array(keys, object).reshape(len(keys), 3)
    variables = {
        name: (
            ("group", "y", "x"),
            np.full((len(keys), *grid.shape), fill, kind),
            {"long_name": meaning, **(_LEVEL if name.endswith("_ddbm") else {"units": "1"})},
        )
        for name, (kind, fill, meaning) in _NO_SERVER.items()
    }
    named = {name: ("group", words[:, i]) for i, name in enumerate(("technology", "operator", "band"))}
    middle = {"frequency_mhz": ("group", np.array(frequencies, float))}
    return xr.Dataset(variables, {**named, **middle, "y": grid.y, "x": grid.x})


def groups_of(servers: xr.Dataset, radio: Radio, pixel_m: float) -> dict[Key, Best]:
    """The groups of a dataset, to be filled; they share its arrays."""
    named = zip(*(servers[name].values for name in ("technology", "operator", "band", "frequency_mhz")), strict=True)
    return {
        (technology, operator, band): Best(
            technology,
            operator,
            band,
            enough_ddbm(radio, technology, frequency_mhz, pixel_m),
            *(servers[name].values[group] for name in _NO_SERVER),
        )
        for group, (technology, operator, band, frequency_mhz) in enumerate(named)
    }


def merge(best: Best, row: int, pixel: NDArray[np.int32], level_ddbm: NDArray[np.float64]) -> None:
    """
    Let a site serve the pixels where it is among the two strongest, or as strong and of a lower row.

    Each site comes once to a pixel; the order in which they come changes nothing. A level of NaN leaves its pixel in
    doubt.
    """
    _merge(
        row,
        pixel,
        level_ddbm,
        best.rsrp_ddbm.ravel(),
        best.server.ravel(),
        best.second_ddbm.ravel(),
        best.second_server.ravel(),
        best.doubt.ravel(),
    )


@njit(cache=True, nogil=True)
def _merge(
    row: int,
    pixel: np.ndarray,
    level: np.ndarray,
    first: np.ndarray,
    server: np.ndarray,
    second: np.ndarray,
    second_server: np.ndarray,
    doubt: np.ndarray,
) -> None:
    for path in range(pixel.size):
        p = pixel[path]
        if math.isnan(level[path]):
            doubt[p] = True
            continue
        stored = np.int16(level[path])
        if stored > first[p] or (stored == first[p] and row < server[p]):
            second[p], second_server[p] = first[p], server[p]
            first[p], server[p] = stored, row
        elif stored > second[p] or (stored == second[p] and row < second_server[p]):
            second[p], second_server[p] = stored, row
