"""One loss from the several ways a wave can take: sight, diffraction, ducting and troposcatter."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from phusong.radio.p1812.diffraction import PathDiffraction
from phusong.radio.p1812.line_of_sight import LineOfSight


@dataclass(frozen=True, kw_only=True)
class Combination:
    """
    From the losses of the single ways to that of all, in dB; none exceeded for the time percentage.

    Parameters
    ----------
    angle_interpolation
        From the path far beyond the horizon (0) to that in sight (1): F_j, equation 57.
    distance_interpolation
        From the long (0) to the short path (1): F_k, equation 58.
    basic_diffraction_50_db, basic_diffraction_db
        Free space with median diffraction, and sight with diffraction: L_bd50, L_bd, equations 42 and 43.
    least_los_db
        The least by sight and diffraction over sea: L_minb0p, equation 59.
    least_ducting_db
        The least by sight and ducting: L_minbap, equation 60.
    ducting_diffraction_db
        Diffraction with ducting: L_bda, equation 61.
    modified_diffraction_db
        Diffraction with ducting and sight: L_bam, equation 62.
    combined_db
        With troposcatter, at half of the locations: L_bc, equation 63.
    """

    angle_interpolation: float
    distance_interpolation: float
    basic_diffraction_50_db: float
    basic_diffraction_db: float
    least_los_db: float
    least_ducting_db: float
    ducting_diffraction_db: float
    modified_diffraction_db: float
    combined_db: float


def combination(
    sight: LineOfSight,
    diffraction: PathDiffraction,
    *,
    ducting_db: float,
    troposcatter_db: float,
    distance_km: float,
    angular_distance_mrad: float,
    sea_share: float,
    time_percent: float,
    beta0_percent: float,
) -> Combination:
    """
    Combine the losses of the single ways.

    References
    ----------
    Recommendation ITU-R P.1812-6, Annex 1, section 4.6.
    """
    near_sight = 1 - 0.5 * (1 + math.tanh(3 * 0.8 * (angular_distance_mrad - 0.3) / 0.3))
    near = 1 - 0.5 * (1 + math.tanh(3 * 0.5 * (distance_km - 20) / 20))
    median_db = sight.free_space_db + diffraction.diffraction_50_db
    diffracted_db = sight.los_db + diffraction.diffraction_db
    over_land_db = (1 - sea_share) * diffraction.diffraction_db
    least_los_db = sight.los_db + over_land_db
    if time_percent >= beta0_percent:
        step_db = sight.los_beta0_db + over_land_db - median_db
        least_los_db = median_db + step_db * diffraction.time_interpolation
    least_ducting_db = 2.5 * float(np.logaddexp(ducting_db / 2.5, sight.los_db / 2.5))
    ducted_db = diffracted_db
    if least_ducting_db <= diffracted_db:
        ducted_db = least_ducting_db + (diffracted_db - least_ducting_db) * near
    modified_db = ducted_db + (least_los_db - ducted_db) * near_sight
    return Combination(
        angle_interpolation=near_sight,
        distance_interpolation=near,
        basic_diffraction_50_db=median_db,
        basic_diffraction_db=diffracted_db,
        least_los_db=least_los_db,
        least_ducting_db=least_ducting_db,
        ducting_diffraction_db=ducted_db,
        modified_diffraction_db=modified_db,
        combined_db=_of_two_ways_db(troposcatter_db, modified_db),
    )


def _of_two_ways_db(one_db: float, other_db: float) -> float:
    """Equation 63; through logarithms, so that no loss is too large for it."""
    scale = 0.2 * math.log(10)
    return -float(np.logaddexp(-scale * one_db, -scale * other_db)) / scale
