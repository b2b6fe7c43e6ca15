"""Radio climate of one path: how much of it is sea and land, how the air bends rays, and how often ducts form."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phusong.radio.p1812.inputs import INLAND, SEA

EARTH_RADIUS_KM = 6371.0
BETA0_EARTH_RADIUS_KM = 3 * EARTH_RADIUS_KM
"""Effective radius of the Earth exceeded for the time percentage beta_0: P.1812, equation 7b."""


@dataclass(frozen=True, kw_only=True)
class PathClimate:
    """
    Radio climate of one path.

    Parameters
    ----------
    sea_share
        Share of the path over sea, 0 to 1: omega, section 4.1 and table 5.
    longest_land_km, longest_inland_km
        Longest unbroken stretches of land, and of inland: d_tm, d_lm, section 3.6.
    beta0_percent
        Time for which refractivity falls by more than 100 N-units/km in the lowest 100 m: beta_0, equations 2 to 5.
    effective_earth_radius_km
        Median effective radius of the Earth: a_e, equations 6 and 7a.
    """

    sea_share: float
    longest_land_km: float
    longest_inland_km: float
    beta0_percent: float
    effective_earth_radius_km: float


def path_climate(
    distance_km: NDArray[np.float64], zone: NDArray[np.float64], *, latitude_deg: float, delta_n: float
) -> PathClimate:
    """
    Radio climate along the zones of one profile, at the latitude of its centre.

    References
    ----------
    Recommendation ITU-R P.1812-6, Annex 1, sections 3.6 and 3.7.
    """
    land_km = float(np.max(_stretches_km(distance_km, zone != SEA), initial=0))
    inland_km = float(np.max(_stretches_km(distance_km, zone == INLAND), initial=0))
    return PathClimate(
        sea_share=float(np.sum(_stretches_km(distance_km, zone == SEA)) / distance_km[-1]),
        longest_land_km=land_km,
        longest_inland_km=inland_km,
        beta0_percent=_beta0_percent(latitude_deg, land_km, inland_km),
        effective_earth_radius_km=EARTH_RADIUS_KM * 157 / (157 - delta_n),
    )


def inland_weight(longest_inland_km: float) -> float:
    """
    Parameter tau of equation 3: 0 where nothing of the path is inland, towards 1 far from the sea.

    Examples
    --------
    >>> round(inland_weight(20), 4)
    0.4304
    """
    return 1 - math.exp(-(4.12e-4 * longest_inland_km**2.41))


def _stretches_km(distance_km: NDArray[np.float64], inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Lengths of the unbroken stretches inside a zone, which changes half-way between two points."""
    borders_km = np.concatenate([distance_km[:1], (distance_km[:-1] + distance_km[1:]) / 2, distance_km[-1:]])
    changes = np.flatnonzero(np.diff(inside, prepend=False, append=False))
    return np.asarray(borders_km[changes[1::2]] - borders_km[changes[::2]])


def _beta0_percent(latitude_deg: float, land_km: float, inland_km: float) -> float:
    """Equations 2 to 5."""
    latitude, tau = abs(latitude_deg), inland_weight(inland_km)
    mu1 = min((10 ** (-land_km / (16 - 6.6 * tau)) + 10 ** (-5 * (0.496 + 0.354 * tau))) ** 0.2, 1.0)
    if latitude <= 70:
        return 10 ** (-0.015 * latitude + 1.67) * mu1 * mu1 ** (-0.935 + 0.0176 * latitude)
    return 4.17 * mu1 * mu1**0.3
