"""Diffraction over a smooth spherical Earth."""

from __future__ import annotations

import math

from phusong.radio.p1812.geometry import WAVELENGTH_M_GHZ

LAND = (22.0, 0.003)
SEA_WATER = (80.0, 5.0)
"""Relative permittivity and conductivity in S/m: P.1812, section 4.3.3."""


def spherical_loss(
    distance_km: float,
    *,
    tx_height_m: float,
    rx_height_m: float,
    frequency_ghz: float,
    polarization: str,
    sea_share: float,
    effective_earth_radius_km: float,
) -> float:
    """
    Diffraction loss in dB of a smooth spherical Earth, with antennas at positive heights above it.

    References
    ----------
    Recommendation ITU-R P.1812-6, Annex 1, section 4.3.2, equations 22 to 27.

    Examples
    --------
    >>> land = dict(tx_height_m=30, rx_height_m=1.5, frequency_ghz=0.7, polarization="vertical", sea_share=0)
    >>> [round(spherical_loss(km, **land, effective_earth_radius_km=8500), 2) for km in (1, 10, 30, 100)]
    [0.0, 18.17, 35.24, 87.6]
    """
    electrical = frequency_ghz, polarization, sea_share
    sight_km = math.sqrt(2 * effective_earth_radius_km) * (
        math.sqrt(0.001 * tx_height_m) + math.sqrt(0.001 * rx_height_m)
    )
    if distance_km >= sight_km:
        return _first_term(distance_km, tx_height_m, rx_height_m, effective_earth_radius_km, *electrical)
    tx_km = _nearest_approach_km(distance_km, tx_height_m, rx_height_m, effective_earth_radius_km)
    rx_km = distance_km - tx_km
    clearance_m = (
        (tx_height_m - 500 * tx_km**2 / effective_earth_radius_km) * rx_km
        + (rx_height_m - 500 * rx_km**2 / effective_earth_radius_km) * tx_km
    ) / distance_km
    free_m = 17.456 * math.sqrt(tx_km * rx_km * WAVELENGTH_M_GHZ / frequency_ghz / distance_km)
    if clearance_m > free_m:
        return 0.0
    grazing_km = 500 * (distance_km / (math.sqrt(tx_height_m) + math.sqrt(rx_height_m))) ** 2
    grazing_db = _first_term(distance_km, tx_height_m, rx_height_m, grazing_km, *electrical)
    return (1 - clearance_m / free_m) * max(grazing_db, 0)


def _nearest_approach_km(distance_km: float, tx_m: float, rx_m: float, earth_km: float) -> float:
    """Distance from the transmitter to where the ray passes lowest over the smooth Earth: equation 24."""
    c = (tx_m - rx_m) / (tx_m + rx_m)
    m = 250 * distance_km**2 / (earth_km * (tx_m + rx_m))
    cosine = min(max(1.5 * c * math.sqrt(3 * m / (m + 1) ** 3), -1), 1)
    b = 2 * math.sqrt((m + 1) / (3 * m)) * math.cos(math.pi / 3 + math.acos(cosine) / 3)
    return distance_km / 2 * (1 + b)


def _first_term(
    distance_km: float,
    tx_m: float,
    rx_m: float,
    earth_km: float,
    frequency_ghz: float,
    polarization: str,
    sea_share: float,
) -> float:
    """First term of the residue series, over land and sea in proportion: equation 28."""
    over_sea, over_land = (
        _first_term_over(ground, distance_km, tx_m, rx_m, earth_km, frequency_ghz, polarization)
        for ground in (SEA_WATER, LAND)
    )
    return sea_share * over_sea + (1 - sea_share) * over_land


def _first_term_over(
    ground: tuple[float, float],
    distance_km: float,
    tx_m: float,
    rx_m: float,
    earth_km: float,
    frequency_ghz: float,
    polarization: str,
) -> float:
    """Equations 29 to 36."""
    permittivity, conductivity = ground
    loss = 18 * conductivity / frequency_ghz
    k = 0.036 * (earth_km * frequency_ghz) ** (-1 / 3) * ((permittivity - 1) ** 2 + loss**2) ** (-1 / 4)
    if polarization == "vertical":
        k *= math.sqrt(permittivity**2 + loss**2)
    beta = (1 + 1.6 * k**2 + 0.67 * k**4) / (1 + 4.5 * k**2 + 1.53 * k**4)
    x = 21.88 * beta * (frequency_ghz / earth_km**2) ** (1 / 3) * distance_km
    y_per_m = 0.9575 * beta * (frequency_ghz**2 / earth_km) ** (1 / 3)
    gains = sum(_height_gain_db(beta * y_per_m * height_m, k) for height_m in (tx_m, rx_m))
    return -_distance_gain_db(x) - gains


def _distance_gain_db(x: float) -> float:
    """F of equation 33."""
    if x >= 1.6:
        return 11 + 10 * math.log10(x) - 17.6 * x
    return -20 * math.log10(x) - 5.6488 * x**1.425


def _height_gain_db(b: float, k: float) -> float:
    """G of equation 34, never below its limit of 2 + 20 log K."""
    gain = 17.6 * math.sqrt(b - 1.1) - 5 * math.log10(b - 1.1) - 8 if b > 2 else 20 * math.log10(b + 0.1 * b**3)
    return max(gain, 2 + 20 * math.log10(k))
