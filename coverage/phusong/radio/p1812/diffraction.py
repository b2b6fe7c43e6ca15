"""Diffraction on one path: Bullington's edge with what a smooth Earth costs beyond it, for a part of the time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from phusong.radio.diffraction import SPEED_OF_LIGHT_M_MHZ, bullington_loss
from phusong.radio.p1812.climate import BETA0_EARTH_RADIUS_KM, PathClimate
from phusong.radio.p1812.geometry import WAVELENGTH_M_GHZ, PathGeometry
from phusong.radio.p1812.inputs import Link, Profile
from phusong.radio.p1812.normal import inverse_normal
from phusong.radio.p1812.smooth_earth import spherical_loss


@dataclass(frozen=True, kw_only=True)
class PathDiffraction:
    """
    Diffraction losses in dB: median (`50`) and not exceeded for beta_0 per cent of time (`beta0`).

    Parameters
    ----------
    bullington_50_db, bullington_beta0_db
        Over the actual profile with its clutter: L_bulla, equation 21.
    bullington_smooth_50_db, bullington_smooth_beta0_db
        Over the smooth surface: L_bulls, equation 21.
    spherical_50_db, spherical_beta0_db
        Of the spherical Earth: L_dsph, equation 27.
    diffraction_50_db, diffraction_beta0_db
        Of the general path: L_d50, L_dbeta, equation 39.
    time_interpolation
        From the median (0) to beta_0 per cent of time and less (1): F_i, equation 40.
    diffraction_db
        Not exceeded for the time percentage: L_dp, equation 41.
    """

    bullington_50_db: float
    bullington_smooth_50_db: float
    spherical_50_db: float
    diffraction_50_db: float
    bullington_beta0_db: float
    bullington_smooth_beta0_db: float
    spherical_beta0_db: float
    diffraction_beta0_db: float
    time_interpolation: float
    diffraction_db: float


def path_diffraction(profile: Profile, geometry: PathGeometry, climate: PathClimate, link: Link) -> PathDiffraction:
    """
    Diffraction loss of a general path, not exceeded for the link's percentage of time.

    References
    ----------
    Recommendation ITU-R P.1812-6, Annex 1, sections 4.3.4 and 4.3.5.
    """
    median, beta0 = (
        _delta_bullington(profile, geometry, link, climate.sea_share, earth_km)
        for earth_km in (climate.effective_earth_radius_km, BETA0_EARTH_RADIUS_KM)
    )
    weight = _time_interpolation(link.time_percent, climate.beta0_percent)
    # the approximated inverse of the normal distribution is not quite zero at the median, but the loss is the median
    share = weight if link.time_percent < 50 else 0.0
    return PathDiffraction(
        **{f"{name}_50_db": loss_db for name, loss_db in median.items()},
        **{f"{name}_beta0_db": loss_db for name, loss_db in beta0.items()},
        time_interpolation=weight,
        diffraction_db=median["diffraction"] + share * (beta0["diffraction"] - median["diffraction"]),
    )


def _time_interpolation(time_percent: float, beta0_percent: float) -> float:
    """F_i, equation 40."""
    if time_percent <= beta0_percent:
        return 1.0
    return inverse_normal(time_percent / 100) / inverse_normal(beta0_percent / 100)


def _delta_bullington(
    profile: Profile, geometry: PathGeometry, link: Link, sea_share: float, earth_km: float
) -> dict[str, float]:
    """Loss in dB over one Earth and its parts: equations 21, 27 and 39."""
    # bullington_loss knows the speed of light to more digits than P.1812
    edge_mhz = link.frequency_ghz * SPEED_OF_LIGHT_M_MHZ / WAVELENGTH_M_GHZ
    actual_db = bullington_loss(
        profile.distance_km,
        profile.height_amsl_m + profile.clutter_height_m,
        frequency_mhz=edge_mhz,
        tx_height_amsl_m=geometry.tx_amsl_m,
        rx_height_amsl_m=geometry.rx_amsl_m,
        effective_earth_radius_km=earth_km,
    )
    smooth_db = bullington_loss(
        profile.distance_km,
        np.zeros_like(profile.distance_km),
        frequency_mhz=edge_mhz,
        tx_height_amsl_m=geometry.tx_diffraction_height_m,
        rx_height_amsl_m=geometry.rx_diffraction_height_m,
        effective_earth_radius_km=earth_km,
    )
    spherical_db = spherical_loss(
        geometry.distance_km,
        tx_height_m=geometry.tx_diffraction_height_m,
        rx_height_m=geometry.rx_diffraction_height_m,
        frequency_ghz=link.frequency_ghz,
        polarization=link.polarization,
        sea_share=sea_share,
        effective_earth_radius_km=earth_km,
    )
    return {
        "bullington": actual_db,
        "bullington_smooth": smooth_db,
        "spherical": spherical_db,
        "diffraction": actual_db + max(spherical_db - smooth_db, 0.0),
    }
