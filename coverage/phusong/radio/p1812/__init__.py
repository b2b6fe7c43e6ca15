"""
Basic transmission loss of one path: Recommendation ITU-R P.1812, in its plain form.

This is P.1812-7 with the troposcatter equations of P.1812-6 (section 4.4), to which users of -7 are advised to return
and which all reference programs use. To our knowledge the editions -6, -7 and -8 differ in troposcatter only; the 63
validation values are the same in the reference programs of all three. Equation numbers are those of P.1812-6.

The order is that of Annex 1: climate, geometry, line of sight, diffraction, troposcatter, ducting, and their
combination. Loss into buildings is left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from numpy.typing import ArrayLike

from phusong.radio.p1812.climate import PathClimate, path_climate
from phusong.radio.p1812.combination import Combination, combination
from phusong.radio.p1812.diffraction import PathDiffraction, path_diffraction
from phusong.radio.p1812.ducting import ducting_loss
from phusong.radio.p1812.geometry import PathGeometry, path_geometry
from phusong.radio.p1812.inputs import SEA, Link, Profile
from phusong.radio.p1812.line_of_sight import LineOfSight, line_of_sight
from phusong.radio.p1812.normal import inverse_normal

__all__ = ["Terms", "basic_transmission_loss", "inverse_normal", "transmission_terms"]


@dataclass(frozen=True, kw_only=True)
class Terms(PathClimate, PathGeometry, LineOfSight, PathDiffraction, Combination):
    """
    Every quantity on the way to the basic transmission loss of one path: those of its parents, and these.

    Parameters
    ----------
    troposcatter_db
        Basic transmission loss by troposcatter: L_bs, equation 44.
    ducting_db
        Basic transmission loss by ducting and layer reflection: L_ba, equation 46.
    location_db
        What the percentage of locations adds, negative below one half: L_loc, sections 4.7 and 4.9.
    basic_transmission_loss_db
        L_b, equation 69.
    """

    troposcatter_db: float
    ducting_db: float
    location_db: float
    basic_transmission_loss_db: float


def basic_transmission_loss(
    distance_km: ArrayLike,
    height_amsl_m: ArrayLike,
    clutter_height_m: ArrayLike,
    zone: ArrayLike,
    *,
    frequency_mhz: float,
    time_percent: float = 50,
    location_percent: float = 50,
    location_sigma_db: float = 0.0,
    tx_height_agl_m: float,
    rx_height_agl_m: float,
    polarization: str,
    latitude_deg: float,
    delta_n: float,
    n0: float,
    tx_to_coast_km: float = 500.0,
    rx_to_coast_km: float = 500.0,
) -> float:
    """
    Basic transmission loss in dB not exceeded for a percentage of time, at a percentage of locations, outdoors.

    P.1812 is meant for 0.25 to 3000 km; below 0.25 km the same equations are evaluated.

    Parameters
    ----------
    distance_km
        Distances from the transmitter: from 0, rising to the receiver, at least five points.
    height_amsl_m
        Bare ground above sea level at these distances.
    clutter_height_m
        Representative clutter upon the ground, or one height for all. It counts in Bullington diffraction alone, and
        not at the two ends.
    zone
        Radio-climatic zone at these distances, or one for all: 1 sea, 3 coastal land, 4 inland.
    frequency_mhz
        30 to 6000.
    time_percent
        1 to 50.
    location_percent
        Above 0 and below 100; the share of locations at which the loss is not exceeded.
    location_sigma_db
        Standard deviation over locations. A receiver at sea (zone 1) has no variability.
    tx_height_agl_m, rx_height_agl_m
        Antennas above ground, 1 to 3000.
    polarization
        "horizontal" or "vertical".
    latitude_deg
        Of the centre of the path, north positive.
    delta_n
        Median fall of refractivity in the lowest km, in N-units/km, positive, at the centre of the path.
    n0
        Median refractivity at sea level in N-units at the centre of the path.
    tx_to_coast_km, rx_to_coast_km
        Distance over land from each antenna to the coast along the path; 0 for an antenna in zone 1, whatever is
        given. It is not derived from the zones.

    Raises
    ------
    ValueError
        For what P.1812 does not hold for; the sentence names the argument, its value and what was expected.

    References
    ----------
    Recommendation ITU-R P.1812-7, Annex 1, with section 4.4 of P.1812-6.

    Examples
    --------
    >>> lowland = dict(delta_n=45, n0=325, latitude_deg=21.5, polarization="vertical")
    >>> mast = dict(frequency_mhz=700, tx_height_agl_m=40, rx_height_agl_m=1.5)
    >>> round(basic_transmission_loss([0, 1, 2, 3, 4], [9, 8, 30, 7, 8], 10, 4, **mast, **lowland), 2)
    129.38
    """
    return transmission_terms(
        distance_km,
        height_amsl_m,
        clutter_height_m,
        zone,
        frequency_mhz=frequency_mhz,
        time_percent=time_percent,
        location_percent=location_percent,
        location_sigma_db=location_sigma_db,
        tx_height_agl_m=tx_height_agl_m,
        rx_height_agl_m=rx_height_agl_m,
        polarization=polarization,
        latitude_deg=latitude_deg,
        delta_n=delta_n,
        n0=n0,
        tx_to_coast_km=tx_to_coast_km,
        rx_to_coast_km=rx_to_coast_km,
    ).basic_transmission_loss_db


def transmission_terms(
    distance_km: ArrayLike,
    height_amsl_m: ArrayLike,
    clutter_height_m: ArrayLike,
    zone: ArrayLike,
    *,
    frequency_mhz: float,
    time_percent: float = 50,
    location_percent: float = 50,
    location_sigma_db: float = 0.0,
    tx_height_agl_m: float,
    rx_height_agl_m: float,
    polarization: str,
    latitude_deg: float,
    delta_n: float,
    n0: float,
    tx_to_coast_km: float = 500.0,
    rx_to_coast_km: float = 500.0,
) -> Terms:
    """
    All quantities on the way to `basic_transmission_loss`, whose parameters these are.

    Examples
    --------
    >>> lowland = dict(delta_n=45, n0=325, latitude_deg=21.5, polarization="vertical")
    >>> mast = dict(frequency_mhz=700, tx_height_agl_m=40, rx_height_agl_m=1.5)
    >>> terms = transmission_terms([0, 1, 2, 3, 4], [9, 8, 30, 7, 8], 10, 4, **mast, **lowland)
    >>> terms.line_of_sight, round(terms.tx_horizon_km, 1), round(terms.diffraction_db, 2)
    (False, 2.0, 28.04)
    """
    profile = Profile.of(distance_km, height_amsl_m, clutter_height_m, zone)
    link = Link(
        frequency_mhz=frequency_mhz,
        time_percent=time_percent,
        location_percent=location_percent,
        location_sigma_db=location_sigma_db,
        tx_height_agl_m=tx_height_agl_m,
        rx_height_agl_m=rx_height_agl_m,
        polarization=polarization,
        latitude_deg=latitude_deg,
        delta_n=delta_n,
        n0=n0,
        tx_to_coast_km=tx_to_coast_km,
        rx_to_coast_km=rx_to_coast_km,
    )
    return _terms(profile, _moored(link, profile))


def _moored(link: Link, profile: Profile) -> Link:
    """The link where antennas in zone 1 have no way over land to the coast."""
    tx_zone, rx_zone = profile.zone[0], profile.zone[-1]
    return replace(
        link,
        tx_to_coast_km=0.0 if tx_zone == SEA else link.tx_to_coast_km,
        rx_to_coast_km=0.0 if rx_zone == SEA else link.rx_to_coast_km,
    )


def _terms(profile: Profile, link: Link) -> Terms:
    """Go through Annex 1 in its order."""
    f, p = link.frequency_ghz, link.time_percent
    climate = path_climate(profile.distance_km, profile.zone, latitude_deg=link.latitude_deg, delta_n=link.delta_n)
    geometry = path_geometry(
        profile.distance_km,
        profile.height_amsl_m,
        tx_height_agl_m=link.tx_height_agl_m,
        rx_height_agl_m=link.rx_height_agl_m,
        frequency_ghz=f,
        effective_earth_radius_km=climate.effective_earth_radius_km,
    )
    sight = line_of_sight(geometry, frequency_ghz=f, time_percent=p, beta0_percent=climate.beta0_percent)
    diffraction = path_diffraction(profile, geometry, climate, link)
    troposcatter_db = _troposcatter_loss(geometry, link)
    ducting_db = ducting_loss(geometry, climate, link)
    combined = combination(
        sight,
        diffraction,
        ducting_db=ducting_db,
        troposcatter_db=troposcatter_db,
        distance_km=geometry.distance_km,
        angular_distance_mrad=geometry.angular_distance_mrad,
        sea_share=climate.sea_share,
        time_percent=p,
        beta0_percent=climate.beta0_percent,
    )
    location_db = 0.0 if profile.zone[-1] == SEA else _location_loss(link)
    return Terms(
        **vars(climate),
        **vars(geometry),
        **vars(sight),
        **vars(diffraction),
        **vars(combined),
        troposcatter_db=troposcatter_db,
        ducting_db=ducting_db,
        location_db=location_db,
        basic_transmission_loss_db=max(sight.los_db, combined.combined_db + location_db),
    )


def _troposcatter_loss(geometry: PathGeometry, link: Link) -> float:
    """Basic transmission loss in dB by troposcatter: P.1812-6, section 4.4, equations 44 and 45."""
    log_f = math.log10(link.frequency_ghz)
    return (
        190.1
        + 25 * log_f
        - 2.5 * (log_f - math.log10(2)) ** 2
        + 20 * math.log10(geometry.distance_km)
        + 0.573 * geometry.angular_distance_mrad
        - 0.15 * link.n0
        - 10.125 * math.log10(50 / link.time_percent) ** 0.7
    )


def _location_loss(link: Link) -> float:
    """L_loc, equation 66."""
    return -inverse_normal(link.location_percent / 100) * link.location_sigma_db
