"""Free space and Bullington diffraction against the logs of the validation examples of Recommendation ITU-R P.1812."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from phusong.radio.diffraction import SPEED_OF_LIGHT_M_MHZ, bullington_loss
from phusong.radio.free_space import free_space_loss

EXAMPLES = Path(__file__).resolve().parents[3] / "shared" / "validation" / "p1812"
# Lbulla belongs to the last diffraction loss of the log, Ldb, which P.1812 takes over an Earth of k = 3 (equation 7b)
# that time percentages beyond beta_0 see; its Ld50, over the median Earth, is logged without its parts.
A_BETA_KM = 3 * 6371.0
LOGS = sorted(EXAMPLES.glob("intermediate/*_log.csv"))


def profile(name: str) -> np.ndarray:
    """Rows of distance in km, ground, cover, clutter height in m, zone."""
    lines = (EXAMPLES / "profiles" / f"{name}.csv").read_text().splitlines()
    first = next(row for row, line in enumerate(lines) if line.startswith("{Begin of Profile}")) + 2
    count = int(lines[first - 1].split(",")[1])
    return np.array([[float(value) for value in line.split(",")[:5]] for line in lines[first : first + count]])


def logged(path: Path) -> dict[str, float]:
    """The last value of each quantity of a log."""
    rows = [row for row in csv.reader(path.read_text().splitlines()) if len(row) > 3 and row[3]]
    return {row[0].strip(): float(row[3]) for row in rows if not row[0].startswith("#")}


@pytest.mark.skipif(not LOGS, reason="the validation examples are not beside the repository (../shared/validation)")
def test_bullington_on_the_actual_profile():
    "P.1812, equation 21, is the same construction with the clutter heights added to the interior points."
    differences = []
    for path in LOGS:
        values = logged(path)
        distance_km, ground_m, _, clutter_m, _ = profile(path.stem.rsplit("_", 2)[0]).T
        # P.1812 takes the wavelength as 0.2998 / f; our speed of light has more digits.
        frequency_mhz = values["f (GHz)"] * 1000 * SPEED_OF_LIGHT_M_MHZ / 299.8
        found = bullington_loss(
            distance_km,
            ground_m + clutter_m,
            frequency_mhz=frequency_mhz,
            tx_height_amsl_m=ground_m[0] + values["htg (m)"],
            rx_height_amsl_m=ground_m[-1] + values["hrg (m)"],
            effective_earth_radius_km=A_BETA_KM,
        )
        differences.append(found - values["Lbulla (dB)"])
    assert len(differences) == 63
    assert np.abs(differences).max() < 1e-6


@pytest.mark.skipif(not LOGS, reason="the validation examples are not beside the repository (../shared/validation)")
def test_free_space_over_the_slant_distance():
    "P.1812, equation 8, is P.525 with the distance between the antennas and not that on the ground."
    differences = []
    for path in LOGS:
        values = logged(path)
        slant_km = np.hypot(values["d (km)"], (values["hts (m)"] - values["hrs (m)"]) / 1000)
        differences.append(float(free_space_loss(values["f (GHz)"] * 1000, slant_km)) - values["Lbfs"])
    assert len(differences) == 63
    assert np.abs(differences).max() < 1e-6
