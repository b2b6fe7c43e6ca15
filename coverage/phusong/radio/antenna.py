"""Sector antennas: how far below its maximum an antenna radiates in a direction."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

HORIZONTAL_BEAM_DEG = 70.0
VERTICAL_BEAM_DEG = 10.0
FRONT_TO_BACK_DB = 25.0
SIDE_LOBE_DB = 20.0


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
    azimuth_deg: ArrayLike, depression_deg: ArrayLike, boresights_deg: ArrayLike, downtilt_deg: float
) -> NDArray[np.float64]:
    """
    Loss in dB (zero at boresight, at most 25) of the nearest of several sectors towards a direction.

    Parameters
    ----------
    azimuth_deg
        Direction clockwise from north, 0 to 360.
    depression_deg
        Direction below the horizon; negative above it.
    boresights_deg
        Azimuths of the sectors; none means omnidirectional in azimuth, with the same vertical pattern.
    downtilt_deg
        Tilt of the beam below the horizon.

    References
    ----------
    3GPP TR 36.814, table A.2.1.1-2: 70 degrees wide with 25 dB front to back, 10 degrees high with 20 dB side lobes.

    Examples
    --------
    >>> pattern_loss([30.0, 65.0, 210.0], 6.0, [30.0], 6.0).tolist()
    [0.0, 3.0, 25.0]
    """
    off_tilt = (np.asarray(depression_deg, float) - downtilt_deg) / VERTICAL_BEAM_DEG
    vertical = np.minimum(12 * off_tilt**2, SIDE_LOBE_DB)
    off_boresight = _from_nearest(np.asarray(azimuth_deg, float), np.asarray(boresights_deg, float))
    horizontal = np.minimum(12 * (off_boresight / HORIZONTAL_BEAM_DEG) ** 2, FRONT_TO_BACK_DB)
    return np.asarray(np.minimum(horizontal + vertical, FRONT_TO_BACK_DB))


def _from_nearest(azimuth_deg: NDArray[np.float64], boresights_deg: NDArray[np.float64]) -> NDArray[np.float64]:
    """Degrees between a direction and the nearest boresight; zero where there is none."""
    if not boresights_deg.size:
        return np.zeros_like(azimuth_deg)
    nearest = np.full_like(azimuth_deg, 180.0)
    for boresight in boresights_deg:
        apart = np.abs(azimuth_deg - boresight)
        np.minimum(nearest, np.minimum(apart, 360 - apart), out=nearest)
    return nearest
