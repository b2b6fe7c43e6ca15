"""Free-space loss: what distance alone costs."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def free_space_loss(frequency_mhz: ArrayLike, distance_km: ArrayLike) -> NDArray[np.float64]:
    """
    Free-space basic transmission loss in dB, for positive frequency and distance.

    References
    ----------
    Recommendation ITU-R P.525-5, point-to-point links.

    Examples
    --------
    >>> float(free_space_loss(frequency_mhz=3500, distance_km=1).round(2))
    103.28
    """
    return np.asarray(32.4 + 20 * np.log10(frequency_mhz) + 20 * np.log10(distance_km))
