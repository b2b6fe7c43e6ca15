"""Building entry loss of Recommendation ITU-R P.2109-2: what an antenna indoors receives less than one at the wall."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Building = Literal["traditional", "thermally-efficient"]
"""Thermally efficient: metallised glass, foil-backed panels; traditional: without them."""

FLOOR_DB = -3.0
"""The term C, which the loss approaches where the other two vanish."""


class _Coefficients(NamedTuple):
    """A row of table 1, the letters its columns."""

    r: float
    s: float
    t: float
    u: float
    v: float
    w: float
    x: float
    y: float
    z: float


_TABLE_1: dict[Building, _Coefficients] = {
    "traditional": _Coefficients(r=12.64, s=3.72, t=0.96, u=9.6, v=2.0, w=9.1, x=-3.0, y=4.5, z=-2.0),
    "thermally-efficient": _Coefficients(r=28.19, s=-3.0, t=8.48, u=13.5, v=3.8, w=27.8, x=-2.9, y=9.4, z=-2.1),
}


def building_entry_loss(
    frequency_mhz: ArrayLike,
    probability_percent: ArrayLike,
    building: Building,
    elevation_deg: ArrayLike = 0.0,
) -> NDArray[np.float64]:
    """
    Building entry loss in dB that is not exceeded at `probability_percent` of places indoors; NaN stays NaN.

    It is negative, a gain of at most 3 dB, at the few best places. The arguments are broadcast against each other.

    Parameters
    ----------
    frequency_mhz
        80 MHz to 100 GHz.
    probability_percent
        More than 0 and less than 100, over all buildings of the class and places in them.
    elevation_deg
        Of the path at the wall, -90 to 90; up and down cost the same.

    Raises
    ------
    ValueError
        For an unknown building, or values outside these ranges.

    References
    ----------
    Recommendation ITU-R P.2109-2, Annex 1, section 3 and table 1.

    Examples
    --------
    >>> building_entry_loss(3500, [50, 90], "traditional").round(2).tolist()
    [15.72, 28.74]
    >>> float(building_entry_loss(700, 50, "thermally-efficient").round(2))
    31.58
    """
    if building not in _TABLE_1:
        raise ValueError(f"P.2109 has no building {building!r}, only {', '.join(get_args(Building))}")
    f, percent, elevation = (np.asarray(given, float) for given in (frequency_mhz, probability_percent, elevation_deg))
    if np.any((f < 80) | (f > 100_000)):
        raise ValueError("P.2109 holds for frequencies of 80 to 100 000 MHz")
    if np.any((percent <= 0) | (percent >= 100)):
        raise ValueError("a probability must lie between 0 and 100 percent, without these two")
    if np.any(np.abs(elevation) > 90):
        raise ValueError("an elevation must lie within -90 to 90 degrees")
    return _loss(np.log10(f / 1000), ndtri(percent / 100), 0.212 * np.abs(elevation), _TABLE_1[building])


def _loss(
    log_ghz: NDArray[np.float64], normal: NDArray[np.float64], tilt_db: NDArray[np.float64], k: _Coefficients
) -> NDArray[np.float64]:
    """Equation 1: the powers of a part through the shell (a), an openings' part (b) and the floor."""
    a_db = k.r + k.s * log_ghz + k.t * log_ghz**2 + tilt_db + (k.u + k.v * log_ghz) * normal
    b_db = k.w + k.x * log_ghz + (k.y + k.z * log_ghz) * normal
    return np.asarray(10 * np.log10(10 ** (a_db / 10) + 10 ** (b_db / 10) + 10 ** (FLOOR_DB / 10)))
