"""
TR 38.901 against a spreadsheet worked by another project (pysim5g), not by 3GPP.

Twelve of its results follow the table; six do not, each by exactly the amount of its slip. Cells F41 to F45 hold the
"optional" formula for urban macro out of sight, which the package does not have.
"""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from phusong.radio.tr38901 import path_loss

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "validation" / "tr38901"
FILE = FOLDER / "path_loss_validation_etsi_3gpp_tr_138_901.xlsx"
MAST_M, LAMP_POST_M, RECEIVER_M = 35, 10, 1.5

pytestmark = pytest.mark.skipif(
    not FILE.is_file(), reason="the validation spreadsheet is not beside the repository (../shared/validation)"
)


@pytest.fixture(scope="module")
def sheet():
    openpyxl = pytest.importorskip("openpyxl")
    return openpyxl.load_workbook(FILE, data_only=True)["Sheet1"]


def found(scenario, line_of_sight, distance_m, frequency_mhz, tx_height_agl_m=MAST_M):
    return path_loss(
        scenario, line_of_sight, distance_m, frequency_mhz=frequency_mhz, tx_height_agl_m=tx_height_agl_m
    ).item()


@pytest.mark.parametrize(
    ("cell", "scenario", "line_of_sight", "distance_m", "frequency_mhz"),
    [
        ("B14", "rma", True, 100, 700),
        ("B15", "rma", True, 5000, 700),
        ("B28", "uma", True, 100, 700),
        ("B34", "uma", False, 100, 700),
        ("B35", "uma", False, 100, 700),
        ("B36", "uma", False, 5000, 700),
        ("B37", "uma", False, 5000, 700),
        # The slant distances of the urban micro part are those of the 35 m mast and not of its 10 m lamp post (E60
        # refers to C4 where C50 is meant); away from the far branch in sight nothing else depends on that height.
        ("B60", "umi", True, 100, 3700),
        ("B66", "umi", False, 100, 3700),
        ("B67", "umi", False, 100, 3700),
        ("B68", "umi", False, 5000, 3700),
        ("B69", "umi", False, 5000, 3700),
    ],
)
def test_cells_that_follow_the_table(sheet, cell, scenario, line_of_sight, distance_m, frequency_mhz):
    assert found(scenario, line_of_sight, distance_m, frequency_mhz) == pytest.approx(sheet[cell].value, abs=1e-9)


@pytest.mark.parametrize(("cell", "distance_m"), [("B20", 100), ("B21", 100), ("B22", 5000), ("B23", 5000)])
def test_rural_out_of_sight_squares_too_much(sheet, cell, distance_m):
    "The sheet has (3.7 h / hBS)^2 where the table has 3.7 (h / hBS)^2: 0.315 dB too much."
    excess = (3.7**2 - 3.7) * (5 / MAST_M) ** 2 * math.log10(MAST_M)
    assert excess == pytest.approx(0.315, abs=5e-4)
    assert sheet[cell].value - found("rma", False, distance_m, 700) == pytest.approx(excess, abs=1e-9)


def test_urban_macro_breakpoint_over_the_wrong_height(sheet):
    "The sheet's breakpoint has hBS - hUT = 33.5 m where the table has hBS - hE = 34 m: 0.111 dB too much."
    rise2 = (MAST_M - RECEIVER_M) ** 2
    bends_m = [4 * height_m * 0.5 * 700 / 300 for height_m in (33.5, 34)]
    excess = 9 * math.log10((bends_m[1] ** 2 + rise2) / (bends_m[0] ** 2 + rise2))
    assert excess == pytest.approx(0.111, abs=5e-4)
    assert sheet["B29"].value - found("uma", True, 5000, 700) == pytest.approx(excess, abs=1e-9)


def test_urban_micro_far_has_two_masts(sheet):
    "Slant distance of the 35 m mast, breakpoint of the 10 m one, and that with 8.5 m in place of 9 m."
    rise2 = (LAMP_POST_M - RECEIVER_M) ** 2
    bends_m = [4 * height_m * 0.5 * 3700 / 300 for height_m in (8.5, 9)]
    excess = 9.5 * math.log10((bends_m[1] ** 2 + rise2) / (bends_m[0] ** 2 + rise2))
    excess += 40 * math.log10(math.hypot(5000, MAST_M - RECEIVER_M) / math.hypot(5000, LAMP_POST_M - RECEIVER_M))
    assert sheet["B61"].value - found("umi", True, 5000, 3700, LAMP_POST_M) == pytest.approx(excess, abs=1e-9)
