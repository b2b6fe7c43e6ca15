"""Ducting and layer reflection on one path."""

from __future__ import annotations

import math

from phusong.radio.p1812.climate import PathClimate, inland_weight
from phusong.radio.p1812.geometry import PathGeometry
from phusong.radio.p1812.inputs import Link

NEAR_COAST_KM = 5.0
MOSTLY_SEA_SHARE = 0.75 - 1e-12
"""A hair below three quarters, so that rounding cannot put a path of exactly three quarters on the other side."""


def ducting_loss(geometry: PathGeometry, climate: PathClimate, link: Link) -> float:
    """
    Basic transmission loss in dB by ducting and layer reflection, not exceeded for the link's percentage of time.

    References
    ----------
    Recommendation ITU-R P.1812-6, Annex 1, section 4.5, equation 46.
    """
    frequency_ghz = link.frequency_ghz
    antennas = (
        (geometry.tx_horizon_mrad, geometry.tx_horizon_km, geometry.tx_amsl_m, link.tx_to_coast_km),
        (geometry.rx_horizon_mrad, geometry.rx_horizon_km, geometry.rx_amsl_m, link.rx_to_coast_km),
    )
    coupling = 102.45 + 20 * math.log10(frequency_ghz * (geometry.tx_horizon_km + geometry.rx_horizon_km))
    coupling += _low_frequency_db(frequency_ghz)
    for elevation_mrad, horizon_km, amsl_m, to_coast_km in antennas:
        coupling += _shielding_db(elevation_mrad, horizon_km, frequency_ghz)
        coupling += _over_sea_db(to_coast_km, horizon_km, amsl_m, climate.sea_share)
    return coupling + _along_the_duct_db(geometry, climate, frequency_ghz, link.time_percent)


def _low_frequency_db(frequency_ghz: float) -> float:
    """Waves too long for the duct: A_lf, equation 47a."""
    return 45.375 - 137 * frequency_ghz + 92.5 * frequency_ghz**2 if frequency_ghz < 0.5 else 0.0


def _shielding_db(elevation_mrad: float, horizon_km: float, frequency_ghz: float) -> float:
    """What the site's own horizon keeps out: A_st or A_sr, equation 48."""
    above_mrad = elevation_mrad - 0.1 * horizon_km
    if above_mrad <= 0:
        return 0.0
    edge = 1 + 0.361 * above_mrad * math.sqrt(frequency_ghz * horizon_km)
    return 20 * math.log10(edge) + 0.264 * above_mrad * frequency_ghz ** (1 / 3)


def _over_sea_db(to_coast_km: float, horizon_km: float, amsl_m: float, sea_share: float) -> float:
    """Coupling to ducts over the sea before a site at the coast, never positive: A_ct or A_cr, equation 49."""
    if to_coast_km > min(NEAR_COAST_KM, horizon_km) or sea_share < MOSTLY_SEA_SHARE:
        return 0.0
    return -3 * math.exp(-0.25 * to_coast_km**2) * (1 + math.tanh(0.07 * (50 - amsl_m)))


def _along_the_duct_db(
    geometry: PathGeometry, climate: PathClimate, frequency_ghz: float, time_percent: float
) -> float:
    """A_d(p), equations 50 to 52: what angle and time percentage cost within the duct."""
    earth_km = climate.effective_earth_radius_km
    per_mrad = 5e-5 * earth_km * frequency_ghz ** (1 / 3)
    angle_mrad = (
        1000 * geometry.distance_km / earth_km
        + min(geometry.tx_horizon_mrad, 0.1 * geometry.tx_horizon_km)
        + min(geometry.rx_horizon_mrad, 0.1 * geometry.rx_horizon_km)
    )
    return per_mrad * angle_mrad + _time_variability_db(geometry, climate, time_percent)


def _time_variability_db(geometry: PathGeometry, climate: PathClimate, time_percent: float) -> float:
    """A(p), equation 53."""
    beta = climate.beta0_percent * _path_factor(geometry, climate) * _roughness_factor(geometry)
    log_beta = math.log10(beta)
    spread = 9.51 - 4.8 * log_beta + 0.198 * log_beta**2
    exponent = 1.076 / (2.0058 - log_beta) ** 1.012 * math.exp(-spread * 1e-6 * geometry.distance_km**1.13)
    ratio = time_percent / beta
    return -12 + (1.2 + 3.7e-3 * geometry.distance_km) * math.log10(ratio) + 12 * ratio**exponent


def _path_factor(geometry: PathGeometry, climate: PathClimate) -> float:
    """Correction for the shape of the path: mu_2, equation 55."""
    d = geometry.distance_km
    alpha = max(-0.6 - 3.5e-9 * d**3.1 * inland_weight(climate.longest_inland_km), -3.4)
    roots = math.sqrt(geometry.tx_ducting_height_m) + math.sqrt(geometry.rx_ducting_height_m)
    return min((500 / climate.effective_earth_radius_km * d**2 / roots**2) ** alpha, 1.0)


def _roughness_factor(geometry: PathGeometry) -> float:
    """Correction for rough terrain: mu_3, equation 56."""
    if geometry.roughness_m <= 10:
        return 1.0
    between_km = min(geometry.distance_km - geometry.tx_horizon_km - geometry.rx_horizon_km, 40.0)
    return math.exp(-4.6e-5 * (geometry.roughness_m - 10) * (43 + 6 * between_km))
