"""
P.1812 after the terrain has been read: from the few numbers that a profile comes down to, to the loss.

The numbers of many paths stand in one array, a row a quantity and a column a path, and each loop below is straight-line
arithmetic over columns, so that four or eight paths are computed at once. `p1812` is the plain form.
"""

from __future__ import annotations

import math

import numpy as np

from phusong.radio.p1812.ducting import MOSTLY_SEA_SHARE
from phusong.radio.p1812.normal import inverse_normal
from phusong.radio.sweep.closed_diffraction import bullington, diffraction, gathered, whole_vectors
from phusong.radio.sweep.elementary import (
    LN_2,
    LOG2_10,
    LOG10_2,
    atan,
    exp,
    exp2,
    inlined,
    kernel,
    log2,
    log10,
    vectorised,
)
from phusong.radio.sweep.rows import (
    DIFFRACTION,
    DIFFRACTION_BETA,
    DISTANCE,
    DUCT_SHARE,
    DUCTING,
    INLAND,
    K_BETA_EARTH_KM,
    LAND,
    LATITUDE,
    LG_BETA0,
    LOSS,
    NU,
    NU_BETA,
    OPEN,
    PLACE,
    ROUGHNESS,
    RX_AMSL,
    RX_COAST,
    RX_DUCT,
    RX_HORIZON,
    RX_SLOPE,
    SEA_SHARE,
    TX_AMSL,
    TX_COAST,
    TX_DUCT,
    TX_HORIZON,
    TX_SLOPE,
    Constants,
)

LG_50 = math.log10(50)


def constants(
    frequency_mhz: float,
    time_percent: float,
    polarization: str,
    delta_n: float,
    n0: float,
    any_sea: bool = False,
    tx_to_coast_km: float = 500.0,
    rx_to_coast_km: float = 500.0,
) -> Constants:
    """
    What all paths of one transmitter share under P.1812.

    References
    ----------
    Recommendation ITU-R P.1812-7, equations 6, 7 and 29 (the factor of K that depends on the ground only).
    """
    ghz = frequency_mhz / 1000
    # One type of number for each field, so that there is one compiled form.
    return Constants(
        ghz,
        0.2998 / ghz,
        float(time_percent),
        inverse_normal(time_percent / 100),
        6371 * 157 / (157 - delta_n),
        float(n0),
        _admittance(ghz, 22.0, 0.003, polarization),
        _admittance(ghz, 80.0, 5.0, polarization),
        any_sea,
        float(tx_to_coast_km),
        float(rx_to_coast_km),
        False,
    )


def edge_constants(frequency_mhz: float, earth_km: float) -> Constants:
    """What all paths of one transmitter share when Bullington's edge in free space is all that counts."""
    ghz = frequency_mhz / 1000
    return Constants(ghz, 0.2998 / ghz, 50.0, 0.0, float(earth_km), 0.0, 0.0, 0.0, False, 500.0, 500.0, True)


def _admittance(ghz: float, permittivity: float, conductivity: float, polarization: str) -> float:
    """K of equations 29a and 29b times the cube root of the Earth's radius in km."""
    lost = (18 * conductivity / ghz) ** 2
    horizontal = 0.036 * ghz ** (-1 / 3) * ((permittivity - 1) ** 2 + lost) ** -0.25
    return horizontal * math.sqrt(permittivity**2 + lost) if polarization == "vertical" else horizontal


@kernel
def losses(g: np.ndarray, hard: np.ndarray, n: int, c: Constants) -> None:
    """
    Fill LOSS of the first n paths in dB: not exceeded for `time_percent` of time, at half of the locations.

    Terms that cannot matter are not computed; `hard` is room for the paths where they can. A path's figures do not
    depend, to the last bit, on which others stand beside it.
    """
    n = whole_vectors(n)
    if c.only_edges:
        bullington(g, n, NU, DIFFRACTION)
        _in_free_space(g, n, c.frequency_ghz)
        return
    diffraction(g, hard, n, c, c.earth_km, NU, DIFFRACTION)
    if c.time_percent < 50:
        diffraction(g, hard, n, c, K_BETA_EARTH_KM, NU_BETA, DIFFRACTION_BETA)
    if c.time_percent < 50 or c.any_sea:
        _ducted(g, n, c)
        _combined(g, n, c)
        return
    _without_ducts(g, n, c)
    m = gathered(g, hard, n)
    _ducted(hard, whole_vectors(m), c)
    _combined(hard, whole_vectors(m), c)
    for j in range(m):
        g[LOSS, int(hard[PLACE, j])] = hard[LOSS, j]


@vectorised
def _in_free_space(g: np.ndarray, n: int, frequency_ghz: float) -> None:
    """LOSS by diffraction on top of free space, between the antennas and not along the ground (equation 8)."""
    at_one_km = 92.4 + 20.0 * math.log10(frequency_ghz)
    for i in range(n):
        d = g[DISTANCE, i]
        drop_km = (g[TX_AMSL, i] - g[RX_AMSL, i]) / 1000.0
        g[LOSS, i] = at_one_km + 10.0 * log10(d * d + drop_km * drop_km) + g[DIFFRACTION, i]


@kernel
def duct_shares() -> np.ndarray:
    """
    A(p) of equation 53 at half of the time, for no land path of up to 1 000 km less, by whole degrees of latitude.

    It is least for the shortest and smoothest path, and falls a little with the bend of long ones.
    """
    shares = np.empty(91)
    for north in range(91):
        lg_beta0, _ = _lg_beta0(0.0, 0.0, float(north))
        shares[north] = _duct_share(lg_beta0, 0.0, 1000.0, 0.0)
    return shares


@kernel
def settle(loss: np.ndarray, place: np.ndarray, g: np.ndarray, hard: np.ndarray, n: int, c: Constants) -> None:
    """Compute the first n paths and put each loss where `place` says."""
    losses(g, hard, n, c)
    for i in range(n):
        loss[place[i]] = g[LOSS, i]


@vectorised
def _without_ducts(g: np.ndarray, n: int, c: Constants) -> None:
    """
    LOSS at half of the time on land, from diffraction and troposcatter; OPEN marks where a duct may carry further.

    A duct matters only below the loss by diffraction. Its loss is estimated from below: roughness and distance make it
    greater, and slopes stand for angles up to the ninth power.
    """
    frequency = c.frequency_ghz
    lg_f, f_third, f_root = math.log10(frequency), frequency ** (1 / 3), math.sqrt(frequency)
    scatter, ducting = _scatter(frequency, c.n0, c.time_percent), _coupling(frequency)
    guide = 5e-5 * c.earth_km * f_third
    for i in range(n):
        d, dlt, dlr = g[DISTANCE, i], g[TX_HORIZON, i], g[RX_HORIZON, i]
        drop_km = (g[TX_AMSL, i] - g[RX_AMSL, i]) / 1000.0
        free = 92.4 + 20.0 * lg_f + 10.0 * log10(d * d + drop_km * drop_km)
        diffracted = free + g[DIFFRACTION, i]
        tx_slope, rx_slope = g[TX_SLOPE, i], g[RX_SLOPE, i]
        tx_mrad, rx_mrad = 1000.0 * _small_atan(tx_slope), 1000.0 * _small_atan(rx_slope)
        curve = 1000.0 * d / c.earth_km
        tx_limit, rx_limit = 0.1 * dlt, 0.1 * dlr
        over_tx, over_rx = max(tx_mrad - tx_limit, 0.0), max(rx_mrad - rx_limit, 0.0)
        spread = (dlt + dlr) * (1.0 + 0.361 * over_tx * f_root * math.sqrt(dlt))
        spread *= 1.0 + 0.361 * over_rx * f_root * math.sqrt(dlr)
        bent = curve + min(tx_mrad, tx_limit) + min(rx_mrad, rx_limit)
        duct = ducting + g[DUCT_SHARE, i] + 20.0 * log10(spread) + 0.264 * f_third * (over_tx + over_rx) + guide * bent
        steep = max(abs(tx_slope), abs(rx_slope)) > 0.3 or d > 1000.0
        g[OPEN, i] = 1.0 if duct < diffracted + 0.01 or steep else 0.0
        tropo = scatter + 10.0 * log10(d * d) + 0.573 * (curve + tx_mrad + rx_mrad)
        both = min(tropo, diffracted) - 5.0 * log10(1.0 + exp2(-0.2 * LOG2_10 * abs(tropo - diffracted)))
        g[LOSS, i] = max(free, both)


@inlined
def _small_atan(x: float) -> float:
    s = x * x
    return x * (1.0 - s * (1 / 3 - s * (1 / 5 - s * (1 / 7 - s * (1 / 9)))))


@kernel
def _scatter(frequency_ghz: float, n0: float, time_percent: float) -> float:
    """What all paths share of the troposcatter loss (equations 44 and 45 of P.1812-6)."""
    loss = 190.1 + 25.0 * math.log10(frequency_ghz) - 2.5 * math.log10(frequency_ghz / 2.0) ** 2 - 0.15 * n0
    return loss - 10.125 * math.log10(50.0 / time_percent) ** 0.7 if time_percent < 50.0 else loss


@kernel
def _coupling(frequency_ghz: float) -> float:
    """What all paths share of the coupling into ducts (equations 47 and 47a)."""
    loss = 102.45 + 20.0 * math.log10(frequency_ghz)
    return loss + 45.375 - 137.0 * frequency_ghz + 92.5 * frequency_ghz**2 if frequency_ghz < 0.5 else loss


@inlined
def _lg_beta0(land_km: float, inland_km: float, north_deg: float) -> tuple[float, float]:
    """Logarithm of beta_0 in per cent, and tau (equations 2 to 5)."""
    tau = 1.0 - exp(-4.12e-4 * exp2(2.41 * log2(max(inland_km, 1e-9))))
    l2_mu1 = 0.2 * log2(exp2(-LOG2_10 * land_km / (16.0 - 6.6 * tau)) + exp2(-LOG2_10 * (2.48 + 1.77 * tau)))
    lg_mu1 = LOG10_2 * min(l2_mu1, 0.0)
    low = (0.065 + 0.0176 * north_deg) * lg_mu1 + 1.67 - 0.015 * north_deg
    return low if north_deg <= 70.0 else 1.3 * lg_mu1 + 0.6201360549737576, tau


@inlined
def _duct_share(lg_beta: float, d: float, bend_km: float, lg_time: float) -> float:
    """A(p), equation 53, from the logarithms of beta and of the time over one half."""
    gamma = 1.076 * exp2(-1.012 * log2(2.0058 - lg_beta))
    gamma *= exp(-(9.51 - 4.8 * lg_beta + 0.198 * lg_beta * lg_beta) * 1e-6 * exp2(1.13 * log2(bend_km)))
    lg_ratio = lg_time + LG_50 - lg_beta
    return -12.0 + (1.2 + 3.7e-3 * d) * lg_ratio + 12.0 * exp2(LOG2_10 * lg_ratio * gamma)


@vectorised
def _ducted(g: np.ndarray, n: int, c: Constants) -> None:
    """DUCTING, the loss through ducts (section 4.5), and LG_BETA0, which the combination needs too."""
    frequency = c.frequency_ghz
    lg_time = math.log10(c.time_percent / 50.0)
    ducting, f_third, f_root = _coupling(frequency), frequency ** (1 / 3), math.sqrt(frequency)
    for i in range(n):
        d, dlt, dlr = g[DISTANCE, i], g[TX_HORIZON, i], g[RX_HORIZON, i]
        lg_beta0, tau = _lg_beta0(g[LAND, i], g[INLAND, i], abs(g[LATITUDE, i]))
        tx_mrad, rx_mrad = 1000.0 * atan(g[TX_SLOPE, i]), 1000.0 * atan(g[RX_SLOPE, i])
        tx_limit, rx_limit = 0.1 * dlt, 0.1 * dlr
        shield = _shielding(max(tx_mrad - tx_limit, 0.0), dlt, f_root, f_third)
        shield += _shielding(max(rx_mrad - rx_limit, 0.0), dlr, f_root, f_third)
        bent = 1000.0 * d / c.earth_km + min(tx_mrad, tx_limit) + min(rx_mrad, rx_limit)
        between = min(d - dlt - dlr, 40.0)
        lg_mu3 = -4.6e-5 / LN_2 * LOG10_2 * max(g[ROUGHNESS, i] - 10.0, 0.0) * (43.0 + 6.0 * between)
        alpha = max(-0.6 - 3.5e-9 * exp2(3.1 * log2(d)) * tau, -3.4)
        roots = math.sqrt(g[TX_DUCT, i]) + math.sqrt(g[RX_DUCT, i])
        lg_mu2 = min(alpha * log10(500.0 / c.earth_km * d * d / (roots * roots)), 0.0)
        duct = ducting + 20.0 * log10(dlt + dlr) + shield + 5e-5 * c.earth_km * f_third * bent
        duct += _duct_share(lg_beta0 + lg_mu2 + lg_mu3, d, d, lg_time)
        if c.any_sea:
            duct += _coast(g[TX_COAST, i], dlt, g[SEA_SHARE, i], g[TX_AMSL, i])
            duct += _coast(g[RX_COAST, i], dlr, g[SEA_SHARE, i], g[RX_AMSL, i])
        g[DUCTING, i], g[LG_BETA0, i] = duct, lg_beta0


@vectorised
def _combined(g: np.ndarray, n: int, c: Constants) -> None:
    """LOSS from line of sight, diffraction, ducting and troposcatter (sections 4.2, 4.4, 4.6 and 4.7)."""
    lg_f, lg_time = math.log10(c.frequency_ghz), math.log10(c.time_percent / 50.0)
    scatter, part_time = _scatter(c.frequency_ghz, c.n0, c.time_percent), c.time_percent < 50.0
    for i in range(n):
        d, lg_beta0, duct = g[DISTANCE, i], g[LG_BETA0, i], g[DUCTING, i]
        drop_km = (g[TX_AMSL, i] - g[RX_AMSL, i]) / 1000.0
        free = 92.4 + 20.0 * lg_f + 10.0 * log10(d * d + drop_km * drop_km)
        fading = 2.6 * (1.0 - exp(-0.1 * (g[TX_HORIZON, i] + g[RX_HORIZON, i])))
        los, los_beta0 = free + fading * lg_time, free + fading * (lg_beta0 - LG_50)
        diffraction = g[DIFFRACTION, i]
        median = free + diffraction
        if part_time:
            beta0 = exp2(LOG2_10 * lg_beta0)
            fi = 1.0 if c.time_percent < beta0 else c.inverse_time / _inverse_normal(lg_beta0 - 2.0)
            diffraction += fi * (g[DIFFRACTION_BETA, i] - diffraction)
        else:
            fi = 0.0
        over_land = (1.0 - g[SEA_SHARE, i]) * diffraction
        in_time = los + diffraction
        least = median + (los_beta0 + over_land - median) * fi if fi < 1.0 else los + over_land
        guided = max(duct, los) + 2.5 * LN_2 * log2(1.0 + exp(-abs(duct - los) / 2.5))
        near = 1.0 / (1.0 + exp(0.15 * (d - 20.0)))
        slid = in_time if guided > in_time else guided + (in_time - guided) * near
        angle = 1000.0 * (d / c.earth_km + atan(g[TX_SLOPE, i]) + atan(g[RX_SLOPE, i]))
        curved = 1.0 / (1.0 + exp(16.0 * (angle - 0.3)))
        bound = slid + (least - slid) * curved
        tropo = scatter + 10.0 * log10(d * d) + 0.573 * angle
        both = min(tropo, bound) - 5.0 * log10(1.0 + exp2(-0.2 * LOG2_10 * abs(tropo - bound)))
        g[LOSS, i] = max(los, both)


@inlined
def _shielding(excess_mrad: float, horizon_km: float, f_root: float, f_third: float) -> float:
    """Equation 47: site shielding of a terminal whose horizon is raised."""
    return 20.0 * log10(1.0 + 0.361 * excess_mrad * f_root * math.sqrt(horizon_km)) + 0.264 * excess_mrad * f_third


@inlined
def _coast(to_coast_km: float, horizon_km: float, sea_share: float, amsl_m: float) -> float:
    """Equation 49: coupling into ducts over the sea, near the coast."""
    coupled = -6.0 / (1.0 + exp(-0.14 * (50.0 - amsl_m))) * exp(-0.25 * to_coast_km * to_coast_km)
    return coupled if to_coast_km <= 5.0 and to_coast_km <= horizon_km and sea_share >= MOSTLY_SEA_SHARE else 0.0


@inlined
def _inverse_normal(lg_x: float) -> float:
    """Attachment 2, for a probability of at most one half, from its logarithm to base 10."""
    t = math.sqrt(-2.0 * LN_2 * LOG2_10 * max(lg_x, -6.0))
    return t - ((0.010328 * t + 0.802853) * t + 2.515516698) / (((0.001308 * t + 0.189269) * t + 1.432788) * t + 1.0)
