"""Diffraction over terrain: the knife edge and Bullington's single equivalent edge, on one profile."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

SPEED_OF_LIGHT_M_MHZ = 299.792458
"""Speed of light in metres times megahertz: wavelength_m is this over frequency_mhz."""
CLEAR_NU = -0.78
"""Edges at or below this parameter cost nothing."""


def knife_edge_loss(nu: ArrayLike) -> NDArray[np.float64]:
    """
    Loss J in dB behind a single knife edge of diffraction parameter `nu` (dimensionless); NaN stays NaN.

    References
    ----------
    Recommendation ITU-R P.526-15, equation 31; zero up to nu = -0.78.

    Examples
    --------
    >>> knife_edge_loss([-1.0, 0.0, 1.0, 2.4]).round(2).tolist()
    [0.0, 6.03, 13.93, 20.54]
    """
    nu = np.asarray(nu, float)
    shifted = np.maximum(nu, CLEAR_NU) - 0.1
    loss = 6.9 + 20 * np.log10(np.sqrt(shifted**2 + 1) + shifted)
    return np.where(nu <= CLEAR_NU, 0.0, loss)


def bullington_from_edge(nu: ArrayLike, distance_km: ArrayLike) -> NDArray[np.float64]:
    """
    Bullington loss in dB from the parameter `nu` of the equivalent edge, on a path of `distance_km`.

    References
    ----------
    Recommendation ITU-R P.526-15, section 4.5.1, last step.
    """
    edge = knife_edge_loss(nu)
    return np.asarray(edge + (1 - np.exp(-edge / 6)) * (10 + 0.02 * np.asarray(distance_km)))


def bullington_loss(
    distance_km: ArrayLike,
    height_amsl_m: ArrayLike,
    *,
    frequency_mhz: float,
    tx_height_amsl_m: float,
    rx_height_amsl_m: float,
    effective_earth_radius_km: float,
) -> float:
    """
    Bullington diffraction loss in dB over one terrain profile.

    Only the interior points of the profile obstruct; the first and last stand for the two antennas.

    Parameters
    ----------
    distance_km
        Distances from the transmitter, rising; the first is the transmitter's, the last the receiver's.
    height_amsl_m
        Ground (with what grows on it) above sea level at these distances.
    tx_height_amsl_m, rx_height_amsl_m
        Antennas above sea level.

    Raises
    ------
    ValueError
        For fewer than two points, distances that do not rise, or values that are not finite.

    References
    ----------
    Recommendation ITU-R P.526-15, section 4.5.1.
    """
    d, h = _checked(distance_km, height_amsl_m, tx_height_amsl_m, rx_height_amsl_m)
    path = d[-1]
    d, h = d[1:-1], h[1:-1]
    if not d.size:
        return 0.0
    bulge = 500 / effective_earth_radius_km * d * (path - d)
    direct = (rx_height_amsl_m - tx_height_amsl_m) / path
    tx_slope = np.max((h + bulge - tx_height_amsl_m) / d)
    spread = 0.002 * frequency_mhz / SPEED_OF_LIGHT_M_MHZ * path
    if tx_slope < direct:
        line = (tx_height_amsl_m * (path - d) + rx_height_amsl_m * d) / path
        nu = np.max((h + bulge - line) * np.sqrt(spread / (d * (path - d))))
    else:
        rx_slope = np.max((h + bulge - rx_height_amsl_m) / (path - d))
        # the height of the edge over the line, and where it stands, cancel: no division, so grazing is no trouble
        nu = np.sqrt(spread * (tx_slope - direct) * max(rx_slope + direct, 0.0))
    return float(bullington_from_edge(nu, path))


def _checked(
    distance_km: ArrayLike, height_amsl_m: ArrayLike, *antennas: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    d, h = np.asarray(distance_km, float), np.asarray(height_amsl_m, float)
    if d.ndim != 1 or d.shape != h.shape or d.size < 2:
        raise ValueError("a profile needs at least two points, with one height for each distance")
    if not (np.isfinite(d).all() and np.isfinite(h).all() and np.isfinite(antennas).all()):
        raise ValueError("a profile needs finite distances and heights")
    if not (np.diff(d) > 0).all():
        raise ValueError("the distances of a profile must rise")
    return d - d[0], h
