"""Free space on one path, with the multipath and focusing of a part of the time."""

from __future__ import annotations

import math
from dataclasses import dataclass

from phusong.radio.free_space import free_space_loss
from phusong.radio.p1812.geometry import PathGeometry


@dataclass(frozen=True, kw_only=True)
class LineOfSight:
    """
    Basic transmission losses as though nothing stood between the antennas, in dB.

    Parameters
    ----------
    free_space_db
        L_bfs, equation 8.
    los_db
        Not exceeded for the time percentage: L_b0p, equation 10.
    los_beta0_db
        Not exceeded for beta_0 per cent of time: L_b0beta, equation 11.
    """

    free_space_db: float
    los_db: float
    los_beta0_db: float


def line_of_sight(
    geometry: PathGeometry, *, frequency_ghz: float, time_percent: float, beta0_percent: float
) -> LineOfSight:
    """
    Losses of sight between the antennas, for any path.

    References
    ----------
    Recommendation ITU-R P.1812-6, Annex 1, section 4.2.
    """
    slant_km = math.hypot(geometry.distance_km, (geometry.tx_amsl_m - geometry.rx_amsl_m) / 1000)
    free_db = float(free_space_loss(1000 * frequency_ghz, slant_km))
    focusing_db = 2.6 * (1 - math.exp(-0.1 * (geometry.tx_horizon_km + geometry.rx_horizon_km)))
    return LineOfSight(
        free_space_db=free_db,
        los_db=free_db + focusing_db * math.log10(time_percent / 50),
        los_beta0_db=free_db + focusing_db * math.log10(beta0_percent / 50),
    )
