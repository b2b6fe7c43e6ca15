"""Sector antennas: how far below its maximum an antenna radiates in a direction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phusong.layers.antennas import DEGREES, Pattern
from phusong.radio.sweep.elementary import inlined, vectorised

HORIZONTAL_BEAM_DEG = 70.0
VERTICAL_BEAM_DEG = 10.0
FRONT_TO_BACK_DB = 25.0
SIDE_LOBE_DB = 20.0

_Cut = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def azimuths(text: str) -> NDArray[np.float64]:
    """
    Boresights of a site's sectors in degrees clockwise from north; empty for an omnidirectional antenna.

    Raises
    ------
    ValueError
        When the text is neither "omni" nor numbers from 0 to 360 with semicolons between.

    Examples
    --------
    >>> azimuths("30;150;270").tolist()
    [30.0, 150.0, 270.0]
    """
    if text.strip().lower() == "omni":
        return np.empty(0)
    try:
        found = np.array([float(part) for part in text.split(";")])
    except ValueError:
        found = np.array([np.nan])
    if not ((found >= 0) & (found <= 360)).all():
        raise ValueError(f"azimuths are degrees from 0 to 360, such as 30;150;270, or omni, not {text!r}")
    return found


def pattern_loss(
    azimuth_deg: ArrayLike,
    depression_deg: ArrayLike,
    boresights_deg: ArrayLike,
    downtilt_deg: float,
    mechanical_tilt_deg: float = 0.0,
    pattern: Pattern | None = None,
) -> NDArray[np.float64]:
    """
    Loss in dB, 0 or more, of the best of several sectors towards a direction.

    A sector loses the sum of its horizontal and its vertical cut, and no more than the worst value there is: 25 dB of
    the 3GPP pattern, the largest attenuation in a pattern file. Files are read linearly between their degrees.

    Parameters
    ----------
    azimuth_deg
        Direction clockwise from north, 0 to 360.
    depression_deg
        Direction below the horizon; negative above it.
    boresights_deg
        Azimuths of the sectors; none means omnidirectional in azimuth, with the same vertical pattern.
    downtilt_deg
        Electrical tilt: how far the beam points below the horizon in every azimuth. The vertical cut of a file that was
        taken at another tilt is shifted by the difference.
    mechanical_tilt_deg
        How far the antenna is tipped forwards. A direction at the angle phi from boresight is then seen
        `mechanical_tilt_deg * cos(phi)` less below the horizon. Omnidirectional antennas are not tipped.
    pattern
        Measured cuts; None for the pattern of 3GPP.

    References
    ----------
    3GPP TR 36.814, table A.2.1.1-2: 70 degrees wide with 25 dB front to back, 10 degrees high with 20 dB side lobes.

    Examples
    --------
    >>> pattern_loss([30.0, 65.0, 210.0], 6.0, [30.0], 6.0).tolist()
    [0.0, 3.0, 25.0]
    """
    azimuth, depression = np.asarray(azimuth_deg, float), np.asarray(depression_deg, float)
    boresights = np.asarray(boresights_deg, float)
    tipped = mechanical_tilt_deg if boresights.size else 0.0
    if pattern is not None:
        horizontal, vertical = _cut(pattern.horizontal_db), _cut(pattern.vertical_db, downtilt_deg - pattern.tilt_deg)
        if not boresights.size:
            return np.asarray(np.broadcast_arrays(vertical(depression), azimuth)[0])
        return _best_sector(azimuth, depression, boresights, tipped, horizontal, vertical, pattern.worst_db)

    if not tipped:  # the nearest sector is the best
        return _of_nearest(azimuth, depression, boresights, downtilt_deg)

    def vertical_3gpp(below_deg: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(_vertical_db.py_func(below_deg - downtilt_deg))

    horizontal_3gpp: _Cut = _horizontal_db.py_func
    return _best_sector(azimuth, depression, boresights, tipped, horizontal_3gpp, vertical_3gpp, FRONT_TO_BACK_DB)


@inlined
def _horizontal_db(off_deg: Any) -> Any:
    """The horizontal cut of 3GPP, of a number of degrees from boresight (-360 to 360) or an array of them."""
    apart = np.abs(off_deg)
    return np.minimum(12 * (np.minimum(apart, 360 - apart) / HORIZONTAL_BEAM_DEG) ** 2, FRONT_TO_BACK_DB)


@inlined
def _vertical_db(off_deg: Any) -> Any:
    """The vertical cut of 3GPP, of degrees from the tilted beam."""
    return np.minimum(12 * (off_deg / VERTICAL_BEAM_DEG) ** 2, SIDE_LOBE_DB)


def _best_sector(
    azimuth_deg: NDArray[np.float64],
    depression_deg: NDArray[np.float64],
    boresights_deg: NDArray[np.float64],
    tipped_deg: float,
    horizontal: _Cut,
    vertical: _Cut,
    worst_db: float,
) -> NDArray[np.float64]:
    """Least loss of any sector; the cuts take degrees from boresight (-360 to 360) and degrees below the horizon."""
    level = None if tipped_deg else vertical(depression_deg)
    north, east = (tipped_deg * turn(np.radians(azimuth_deg)) if tipped_deg else 0.0 for turn in (np.cos, np.sin))
    least = np.full(np.broadcast_shapes(azimuth_deg.shape, depression_deg.shape), worst_db)
    for boresight in boresights_deg:
        # the tilt times the cosine of the angle off boresight
        lowered = north * np.cos(np.radians(boresight)) + east * np.sin(np.radians(boresight))
        seen = vertical(depression_deg - lowered) if level is None else level
        np.minimum(least, horizontal(azimuth_deg - boresight) + seen, out=least)
    return least


def _cut(attenuation_db: NDArray[np.float64], shift_deg: float = 0.0) -> _Cut:
    """A cut of a file as a function of the angle (-360 to 360), linear between degrees, shifted to larger angles."""
    # whole turns on both sides spare a million remainders
    turns = attenuation_db[np.arange(-2 * DEGREES, 2 * DEGREES + 2) % DEGREES]
    rise = np.diff(turns)

    def at(angle_deg: NDArray[np.float64]) -> NDArray[np.float64]:
        place = angle_deg + (2 * DEGREES - shift_deg)
        low = place.astype(np.int32)
        return np.asarray(turns[low] + (place - low) * rise[low])

    return at


def _of_nearest(
    azimuth_deg: NDArray[np.float64],
    depression_deg: NDArray[np.float64],
    boresights_deg: NDArray[np.float64],
    downtilt_deg: float,
) -> NDArray[np.float64]:
    """Loss of the pattern of 3GPP of the sector whose boresight is nearest."""
    if azimuth_deg.shape != depression_deg.shape:
        azimuth_deg, depression_deg = np.broadcast_arrays(azimuth_deg, depression_deg)
    loss = _nearest_sector_db(azimuth_deg.ravel(), depression_deg.ravel(), boresights_deg, float(downtilt_deg))
    return np.asarray(loss.reshape(azimuth_deg.shape))


@vectorised
def _nearest_sector_db(
    azimuth_deg: np.ndarray, depression_deg: np.ndarray, boresights_deg: np.ndarray, downtilt_deg: float
) -> np.ndarray:
    """The sum of both cuts; a direction that is not a number has none."""
    off = np.full(azimuth_deg.size, 180.0 if boresights_deg.size else 0.0)
    for boresight in boresights_deg:
        for path in range(off.size):
            apart = abs(azimuth_deg[path] - boresight)
            off[path] = min(off[path], apart, 360.0 - apart)
    for path in range(off.size):
        both = _horizontal_db(off[path]) + _vertical_db(depression_deg[path] - downtilt_deg)
        off[path] = np.minimum(both, FRONT_TO_BACK_DB)
    return off
