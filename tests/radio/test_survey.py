"""Packets as points and paths, on flat ground small enough to count, and the script without and with the survey."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyproj import CRS

from phusong.layers.dem import Dem
from phusong.radio.survey import Assumptions, points, predicted, with_baselines, with_signal

ROOT = Path(__file__).resolve().parents[2]
WEST, NORTH, ARC = 108.0, 16.1, 1 / 3600
DEGREE_M = 111_000.0


@pytest.fixture
def dem():
    "360 x 720 pixels of one arc-second, all at 10 m."
    heights = np.full((360, 720), 10, np.float32)
    return Dem(CRS(4326), (WEST, NORTH), (ARC, ARC), heights, np.ones(heights.shape, bool), ())


def packets(*rows: tuple[str, float, float, float, float, int]) -> pd.DataFrame:
    "Gateway, its metres east of 108.05, the board's, RSSI, SNR, spreading factor; all on one parallel."
    table = pd.DataFrame(rows, columns=["gateway", "gateway_x_m", "x_m", "rssi_dbm", "snr_db", "spreading_factor"])
    for who in ("", "gateway_"):
        table[f"{who}longitude"] = WEST + 0.05 + table[f"{who}x_m"] / DEGREE_M
        table[f"{who}latitude"], table[f"{who}y_m"] = NORTH - 0.05, 0.0
    return table.assign(bandwidth_hz=125_000)


def test_packets_of_a_square_are_one_point():
    "Two squares of one place: 3 packets in one with a median of -90 dBm, one in the other; strong, so RSSI is signal."
    found = points(with_signal(packets(*[("a", 0, x, rssi, 60, 12) for x, rssi in
                                         ((1001, -80), (1002, -90), (1009, -99), (1011, -70))])))  # fmt: skip
    assert found.packets.tolist() == [3, 1]
    assert found.signal_dbm.tolist() == pytest.approx([-90, -70], abs=1e-5)
    assert found.x_m.tolist() == [1002, 1011]


def test_spreading_factors_are_apart():
    found = points(with_signal(packets(("a", 0, 1001, -80, 60, 7), ("a", 0, 1001, -90, 60, 12))))
    assert found.spreading_factor.tolist() == [7, 12]


def test_gateways_at_one_place_are_one_and_one_at_two_is_two():
    "a and b stand 100 m apart; a is also filed 7 km off, with the fewer points, so that place is number 1."
    found = points(
        with_signal(
            packets(("a", 7000, 1, -80, 9, 12), ("a", 0, 1, -80, 9, 12), ("b", 100, 500, -80, 9, 12))
        )
    )  # fmt: skip
    assert found.place.tolist() == [0, 0, 1]
    assert found.gateway_longitude.tolist() == pytest.approx(
        [108.05 + 50 / DEGREE_M] * 2 + [108.05 + 7000 / DEGREE_M], abs=1e-9
    )


def test_gateway_with_impossible_noise_keeps_its_rssi():
    "a: -130 dBm at -15 dB is a noise of -115 dBm, or else of -130; b: -117 dBm is noise, the signal 15 dB less."
    rows = packets(("a", 0, 1, -130, -15, 12), ("b", 0, 1, -117, -15, 12))
    repaired, filed = with_signal(rows), with_signal(rows, repaired=False)
    assert repaired.signal_alone.tolist() == [True, False]
    assert repaired.signal_dbm.tolist() == pytest.approx([-130, -132.1352], abs=1e-3)
    assert repaired.noise_dbm.tolist() == pytest.approx([-115, -117.1352], abs=1e-3)
    assert filed.signal_dbm.tolist() == pytest.approx([-145.1352, -132.1352], abs=1e-3)


def test_measured_loss_is_what_was_radiated_less_what_came(dem):
    "14 + 2 + 5 = 21 dBm without loss; -100 dBm came: 121 dB. Sensitivity by hand: -117.03 - 20 dBm."
    found = points(with_signal(packets(("a", 0, 1000, -100, 60, 12))))
    path = predicted(found, dem, Assumptions()).iloc[0]
    assert path.measured_db == pytest.approx(121, abs=1e-5)
    assert path.sensitivity_dbm == pytest.approx(-137.0309, abs=1e-4)
    assert path.distance_km == pytest.approx(1000 / DEGREE_M * 106.98, rel=1e-3)


def test_noise_of_the_gateway_itself():
    "Packets at -15 dB through -115 dBm: what is received goes down to -135 dBm."
    found = points(with_signal(packets(("a", 0, 1000, -130, -15, 12))))
    table = predicted(found, _flat(), Assumptions(noise_figure_db=None))
    assert table.sensitivity_dbm.tolist() == pytest.approx([-135])


def _flat() -> Dem:
    heights = np.zeros((360, 720), np.float32)
    return Dem(CRS(4326), (WEST, NORTH), (ARC, ARC), heights, np.ones(heights.shape, bool), ())


def test_flat_ground_is_in_sight_and_near_free_space(dem):
    "At 1 km, 15 m and 1.5 m above a plain: 32.4 + 20 log10(922) = 91.7 dB in free space, and P.1812 a few dB more."
    found = points(with_signal(packets(("a", 0, 1037.6, -100, 60, 12))))
    path = with_baselines(predicted(found, dem, Assumptions()), dem, Assumptions()).iloc[0]
    assert path.in_sight
    assert path.free_space_db == pytest.approx(91.70, abs=0.03)
    assert path.free_space_db <= path.p1812_db < path.free_space_db + 8


def test_hill_hides_the_board(dem):
    "40 m high and half-way: beyond sight, and diffraction costs more than 20 dB."
    hill = dem.heights_m.copy()
    _, columns = np.indices(hill.shape)
    column = dem.locate(WEST + 0.05 + 1000 / DEGREE_M, NORTH - 0.05)[0]
    hill[np.abs(columns - column) < 3] = 50
    hidden = Dem(dem.crs, dem.corner, dem.pixel, hill, dem.covered, ())
    found = points(with_signal(packets(("a", 0, 2000, -100, 60, 12))))
    bare, behind = (with_baselines(predicted(found, d, Assumptions()), d, Assumptions()).iloc[0] for d in (dem, hidden))
    assert (bool(bare.in_sight), bool(behind.in_sight)) == (True, False)
    assert behind.p1812_db > bare.p1812_db + 20
    assert behind.uma_db > bare.uma_db


def test_clutter_on_the_way_costs(dem):
    found = points(with_signal(packets(("a", 0, 2000, -100, 60, 12))))
    clutter = np.full(dem.heights_m.shape, 15, np.float32)
    bare, behind = (predicted(found, dem, Assumptions(), c).p1812_db.iloc[0] for c in (None, clutter))
    assert behind > bare + 10


def test_board_off_the_terrain_has_no_prediction(dem):
    found = points(with_signal(packets(("a", 0, 1000, -100, 60, 12), ("a", 0, 90_000, -100, 60, 12))))
    assert predicted(found, dem, Assumptions()).p1812_db.isna().tolist() == [False, True]


def script(*options: str) -> str:
    "What the script says."
    command = [sys.executable, ROOT / "scripts" / "measured_path_loss.py", *options]
    return subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8").stdout


def test_without_the_survey_the_script_says_what_it_lacks(tmp_path):
    said = script("--data", str(tmp_path))
    assert said.startswith("Skipped: ")
    assert "measurements/danang_lora_rssi_field_survey.csv" in said


def test_survey_of_da_nang(shared_data, tmp_path):
    "8,697 rows with 17 duplicates, RSSI 7.8 dB too high; what the table says is what the points say."
    file = tmp_path / "points.csv"
    said = script("--data", str(shared_data), "--csv", str(file))
    assert "8697 rows = 17 duplicates + 0 outside the terrain + 8680 packets." in said
    assert "RSSI alone is 7.8 dB above the power of the signal" in said
    table = pd.read_csv(file)
    assert table.packets.sum() <= 8680
    error = table.measured_db - table.p1812_db
    line = next(line for line in said.splitlines() if line.startswith(" P.1812, bare ground"))
    assert line.split()[3:6] == [str(len(table)), f"{error.mean():.1f}", f"{error.std():.1f}"]
    halves = table.groupby("place").half.nunique()
    assert (halves == 1).all()
