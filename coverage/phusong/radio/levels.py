"""Levels of signal: from the received level to none, limited, good and very good."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from phusong.config import Levels, Radio
from phusong.radio.environment import margin_ddbm
from phusong.units import (
    ANY,
    GOOD_OR_BETTER,
    LEVEL_FLOOR,
    LIMITED_OR_BETTER,
    NO_SIGNAL_DDBM,
    UNKNOWN,
    VERY_GOOD,
)

_UNSURE = np.array([UNKNOWN, LIMITED_OR_BETTER, GOOD_OR_BETTER, VERY_GOOD], np.uint8)
"""Codes of the levels known, where a site that could not be computed might give more."""


def level(rsrp_ddbm: NDArray[np.int16], doubt: NDArray[np.bool_], thresholds: Levels) -> NDArray[np.uint8]:
    """
    Level of each pixel: 0 none, 1 limited, 2 good, 3 very good; and where a site that could not be computed might give
    more, 255 unknown, 251 limited or better, 252 good or better.

    The received level is stored in tenths of dBm, so it has been rounded before it meets a threshold.

    Examples
    --------
    >>> stored = np.array([-32768, -1101, -1100, -999, -900], np.int16)
    >>> level(stored, np.array([True, False, False, True, True]), Levels()).tolist()
    [255, 0, 1, 252, 3]
    """
    steps = [threshold_ddbm(t) for t in (thresholds.limited_dbm, thresholds.good_dbm, thresholds.very_good_dbm)]
    return _coded(np.searchsorted(steps, rsrp_ddbm, side="right").astype(np.uint8), doubt)


def threshold_ddbm(threshold_dbm: float) -> int:
    """
    The lowest stored level (whole tenths of dBm) that reaches a threshold.

    Examples
    --------
    >>> threshold_ddbm(-110.0), threshold_ddbm(-109.96)
    (-1100, -1099)
    """
    # The rounding forgives the binary form of a threshold such as -110.1.
    return int(np.ceil(round(threshold_dbm * 10, 6)))


def best(levels: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """
    Best of several levels; in doubt where one of them is and might be better than the best known.

    Raises
    ------
    ValueError
        When there are no levels.

    Examples
    --------
    >>> best([np.array([0, 0, 255, 1, 251], np.uint8), np.array([0, 255, 2, 255, 3], np.uint8)]).tolist()
    [0, 255, 252, 251, 3]
    """
    if not levels:
        raise ValueError("the best of no levels is nothing")
    stack = np.stack(levels)
    return _coded(LEVEL_FLOOR[stack].max(axis=0), np.asarray((stack > VERY_GOOD).any(axis=0), bool))


def _coded(known: NDArray[np.uint8], doubt: NDArray[np.bool_]) -> NDArray[np.uint8]:
    return np.where(doubt, _UNSURE[known], known).astype(np.uint8)


def enough_ddbm(radio: Radio, technology: str, frequency_mhz: float, pixel_m: float) -> int:
    """
    The lowest stored median outdoors (tenths of dBm) that is very good in every environment of the project.

    From there on a site that could not be computed changes no level, wherever the receiver is.
    """
    margins = (margin_ddbm(radio, environment, frequency_mhz, pixel_m) for environment in radio.environments)
    return threshold_ddbm(radio.levels(technology).very_good_dbm) + max(margins)


def by_operator(
    servers: xr.Dataset, radio: Radio, pixel_m: float
) -> Iterator[tuple[tuple[str, str], NDArray[np.uint8], NDArray[np.int16] | None]]:
    """
    Levels of each operator and of all together, out of `strongest_servers`.

    A level is that of the operator's best band in the first of the project's environments, at the share of the places
    in a pixel that `covered_at_percent` asks.

    Parameters
    ----------
    pixel_m
        Edge of a pixel.

    Yields
    ------
    tuple
        (technology, operator), level, and the received level in tenths of dBm, which is the median outdoors; for the
        operator `ANY` the best level and None. `ANY` comes for both technologies, also where nobody has a site.
    """
    for technology in ("LTE", "NR"):
        found = [np.zeros(servers.rsrp_ddbm.shape[1:], np.uint8)]
        for operator, bands in _bands(servers, technology).items():
            margins = [
                margin_ddbm(radio, radio.environments[0], float(servers.frequency_mhz.values[band]), pixel_m)
                for band in bands
            ]
            medians = [servers.rsrp_ddbm.values[band] for band in bands]
            served = np.maximum.reduce([_lowered(*pair) for pair in zip(medians, margins, strict=True)])
            doubt = np.logical_or.reduce([servers.unknown.values[band] for band in bands])
            found.append(level(served, doubt, radio.levels(technology)))
            yield (technology, operator), found[-1], np.maximum.reduce(medians)
        yield (technology, ANY), best(found), None


def _bands(servers: xr.Dataset, technology: str) -> dict[str, list[int]]:
    """Groups of each operator, in the order of the groups."""
    found: dict[str, list[int]] = {}
    for group in np.flatnonzero(servers.technology.values == technology):
        found.setdefault(str(servers.operator.values[group]), []).append(int(group))
    return found


def _lowered(median_ddbm: NDArray[np.int16], margin: int) -> NDArray[np.int16]:
    """Levels less a margin of tenths of dB; no signal stays no signal."""
    none = median_ddbm <= NO_SIGNAL_DDBM + margin
    return np.where(none, NO_SIGNAL_DDBM, median_ddbm - margin).astype(np.int16)
