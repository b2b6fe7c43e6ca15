"""Partial results: the strongest levels of groups of sites, each computed once, put together in any combination."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from phusong.config import Radio
from phusong.radio.levels import enough_ddbm
from phusong.radio.servers import Key, band_frequency_mhz

Heard = Mapping[Key, tuple[NDArray[np.int16], NDArray[np.bool_]]]
"""By technology, operator and band: the strongest level in tenths of dBm, and where a site could not be computed."""


def heard(servers: xr.Dataset) -> Heard:
    """What some sites give, out of `strongest_servers`."""
    named = zip(*(servers[name].values.tolist() for name in ("technology", "operator", "band")), strict=True)
    return {
        (technology, operator, band): (servers.rsrp_ddbm.values[group], servers.unknown.values[group])
        for group, (technology, operator, band) in enumerate(named)
    }


def together(
    parts: Iterable[Heard], radio: Radio, pixel_m: float
) -> dict[Key, tuple[NDArray[np.int16], NDArray[np.bool_]]]:
    """
    What the sites of all parts give together: the same, to the bit, as if they had been computed in one run.

    The strongest of all is the strongest of the strongest. What could not be computed leaves doubt where no part is
    very good in all of the project's environments, as `strongest_servers` has it.
    """
    found: dict[Key, tuple[NDArray[np.int16], NDArray[np.bool_]]] = {}
    for part in parts:
        for key, (level_ddbm, doubt) in part.items():
            level_before, doubt_before = found.get(key, (level_ddbm, doubt))
            found[key] = np.maximum(level_before, level_ddbm), doubt_before | doubt
    for (technology, operator, band), (level_ddbm, doubt) in found.items():
        enough = enough_ddbm(radio, technology, band_frequency_mhz(radio, technology, band), pixel_m)
        found[technology, operator, band] = level_ddbm, doubt & (level_ddbm < enough)
    return found


def as_servers(parts: Heard, shape: tuple[int, ...], radio: Radio) -> xr.Dataset:
    """The levels as `levels.by_operator` takes them, for pixels in an array of any shape; without the servers."""
    keys = sorted(parts)
    axes = ("group", *(f"axis_{place}" for place in range(len(shape))))
    words = np.array(keys, object).reshape(len(keys), 3)
    level_ddbm, unknown = np.empty((len(keys), *shape), np.int16), np.empty((len(keys), *shape), bool)
    for group, key in enumerate(keys):
        level_ddbm[group], unknown[group] = parts[key]
    frequencies = [band_frequency_mhz(radio, technology, band) for technology, _, band in keys]
    return xr.Dataset(
        {"rsrp_ddbm": (axes, level_ddbm), "unknown": (axes, unknown)},
        {
            **{name: ("group", words[:, i]) for i, name in enumerate(("technology", "operator", "band"))},
            "frequency_mhz": ("group", np.array(frequencies, float)),
        },
    )
