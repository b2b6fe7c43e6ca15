"""Building entry loss against the validation table that comes with crc-covlib (31 250 rows)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from phusong.radio.p2109 import building_entry_loss

TABLE = Path(__file__).resolve().parents[3] / "shared" / "validation" / "clutter_gas_bel" / "p2109_validation.csv"


@pytest.mark.skipif(
    not TABLE.is_file(), reason="the validation table is not beside the repository (../shared/validation)"
)
@pytest.mark.parametrize(("building", "code"), [("traditional", 1), ("thermally-efficient", 2)])
def test_every_row(building, code):
    "The 1e-8 dB that remain are rounding: at 99.999999 % the inverse normal multiplies the last digit by 2e7."
    rows = np.loadtxt(TABLE, delimiter=",", skiprows=1)
    frequency_ghz, percent, _, elevation_deg, expected = rows[rows[:, 2] == code].T
    assert expected.size == 15_625
    found = building_entry_loss(frequency_ghz * 1000, percent, building, elevation_deg)
    assert np.abs(found - expected).max() < 2e-8
