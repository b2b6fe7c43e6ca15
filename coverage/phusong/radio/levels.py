"""Levels of signal: from the received level to none, limited, good and very good."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from phusong.config import Levels, Radio
from phusong.units import UNKNOWN

NONE, LIMITED, GOOD, VERY_GOOD = 0, 1, 2, 3
ANY = "any"
"""Stands for the best of all operators."""


def level(rsrp_ddbm: NDArray[np.int16], unknown: NDArray[np.bool_], thresholds: Levels) -> NDArray[np.uint8]:
    """
    Level of each pixel: 0 none, 1 limited, 2 good, 3 very good, 255 unknown.

    The received level is stored in tenths of dBm, so it has been rounded before it meets a threshold.

    Examples
    --------
    >>> stored = np.array([-32768, -1101, -1100, -999, -900], np.int16)
    >>> level(stored, np.array([True, False, False, False, False]), Levels()).tolist()
    [255, 0, 1, 2, 3]
    """
    steps = [threshold_ddbm(t) for t in (thresholds.limited_dbm, thresholds.good_dbm, thresholds.very_good_dbm)]
    reached = np.searchsorted(steps, rsrp_ddbm, side="right").astype(np.uint8)
    return np.where(unknown & (reached == NONE), UNKNOWN, reached).astype(np.uint8)


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
    Best of several levels; unknown where none of them is known to give signal and one is unknown.

    Raises
    ------
    ValueError
        When there are no levels.

    Examples
    --------
    >>> best([np.array([0, 0, 255], np.uint8), np.array([0, 255, 2], np.uint8)]).tolist()
    [0, 255, 2]
    """
    if not levels:
        raise ValueError("the best of no levels is nothing")
    stack = np.stack(levels)
    known = np.where(stack == UNKNOWN, NONE, stack).max(axis=0)
    return np.where((known == NONE) & (stack == UNKNOWN).any(axis=0), UNKNOWN, known).astype(np.uint8)


def by_operator(
    servers: xr.Dataset, radio: Radio
) -> Iterator[tuple[tuple[str, str], NDArray[np.uint8], NDArray[np.int16] | None]]:
    """
    Levels of each operator and of all together, out of `strongest_servers`.

    Yields
    ------
    tuple
        (technology, operator), level, and the received level in tenths of dBm; for the operator `ANY` the best level
        and None. `ANY` comes for both technologies, also where nobody has a site.
    """
    for technology in ("LTE", "NR"):
        found = [np.zeros(servers.rsrp_ddbm.shape[1:], np.uint8)]
        for group in np.flatnonzero(servers.technology.values == technology):
            received = servers.rsrp_ddbm.values[group]
            found.append(level(received, servers.unknown.values[group], radio.levels(technology)))
            yield (technology, str(servers.operator.values[group])), found[-1], received
        yield (technology, ANY), best(found), None
