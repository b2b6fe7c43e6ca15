"""Free space and Bullington diffraction against the logs of the validation examples of Recommendation ITU-R P.1812."""

from __future__ import annotations

import numpy as np
from p1812_cases import COUNT, cases, needs_examples

from phusong.radio.diffraction import SPEED_OF_LIGHT_M_MHZ, bullington_loss
from phusong.radio.free_space import free_space_loss

# Lbulla belongs to the last diffraction loss of the log, Ldb, which P.1812 takes over an Earth of k = 3 (equation 7b)
# that time percentages beyond beta_0 see; its Ld50, over the median Earth, is logged without its parts.
A_BETA_KM = 3 * 6371.0


@needs_examples
def test_bullington_on_the_actual_profile():
    "P.1812, equation 21, is the same construction with the clutter heights added to the interior points."
    differences = []
    for case in cases():
        distance_km, ground_m, _, clutter_m, _ = case.profile.T
        found = bullington_loss(
            distance_km,
            ground_m + clutter_m,
            # P.1812 takes the wavelength as 0.2998 / f; our speed of light has more digits.
            frequency_mhz=case.logged("f (GHz)") * 1000 * SPEED_OF_LIGHT_M_MHZ / 299.8,
            tx_height_amsl_m=ground_m[0] + case.logged("htg (m)"),
            rx_height_amsl_m=ground_m[-1] + case.logged("hrg (m)"),
            effective_earth_radius_km=A_BETA_KM,
        )
        differences.append(found - case.logged("Lbulla (dB)"))
    assert len(differences) == COUNT
    assert np.abs(differences).max() < 1e-6


@needs_examples
def test_free_space_over_the_slant_distance():
    "P.1812, equation 8, is P.525 with the distance between the antennas and not that on the ground."
    differences = []
    for case in cases():
        slant_km = np.hypot(case.logged("d (km)"), (case.logged("hts (m)") - case.logged("hrs (m)")) / 1000)
        differences.append(float(free_space_loss(case.logged("f (GHz)") * 1000, slant_km)) - case.logged("Lbfs"))
    assert len(differences) == COUNT
    assert np.abs(differences).max() < 1e-6
