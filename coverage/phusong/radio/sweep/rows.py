"""What the terrain of a path comes down to: the rows that kernels fill and the closed form of P.1812 reads."""

from __future__ import annotations

from typing import NamedTuple

(
    DISTANCE, NU, NU_BETA, TX_EFFECTIVE, RX_EFFECTIVE, TX_DUCT, RX_DUCT, ROUGHNESS, TX_HORIZON, RX_HORIZON, TX_SLOPE,
    RX_SLOPE, TX_AMSL, RX_AMSL, SPACING, SAMPLES, LATITUDE, LAND, INLAND, SEA_SHARE, DUCT_SHARE, TX_COAST, RX_COAST,
    LOSS, DIFFRACTION, DIFFRACTION_BETA, OPEN, PLACE, RADIUS, WEIGHT, SMOOTH_AT, FIRST_TERM, FIRST_TERM_SEA,
    DUCTING, LG_BETA0,
) = range(35)  # fmt: skip
"""
Rows. Given: distance in km; Bullington's nu over the median Earth and over that of k = 3; effective heights for
diffraction and for ducting and the roughness in m; horizon distances in km and slopes (tangents of the elevation);
antennas above sea level in m; spacing in km and number of the interior points; latitude in degrees; longest stretch of
land and of inland in km; share of sea; least A(p), of `duct_shares`; distances of
the terminals from the coast in km. From LOSS on: what the loops here fill in.
"""
ROWS = 35
CHUNK = 512
"""Paths at a time: what they need stays in the processor's cache."""
WIDTH = CHUNK + 8
"""Columns of the arrays: rows a power of two apart would fall on the same few lines of the cache."""
K_BETA_EARTH_KM = 3 * 6371.0


class Constants(NamedTuple):
    """What all paths of one transmitter share; lengths in km, frequency in GHz, time in per cent."""

    frequency_ghz: float
    wavelength_m: float
    time_percent: float
    inverse_time: float
    earth_km: float
    n0: float
    admittance_land: float
    admittance_sea: float
    any_sea: bool
    tx_to_coast_km: float
    rx_to_coast_km: float
    only_edges: bool
