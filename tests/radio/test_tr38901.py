"""TR 38.901 by hand, against the table written out formula by formula, and what must hold on any path."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.radio.tr38901 import path_loss, shadow_sigma_db

MAST_M = {"rma": 35.0, "uma": 25.0, "umi": 10.0}
BREAKPOINT_AT_1_GHZ_M = {"rma": 1099.557, "uma": 160.0, "umi": 60.0}
DISTANCES_M = np.geomspace(10, 50_000, 2000)
scenarios = pytest.mark.parametrize("scenario", ["rma", "uma", "umi"])


def loss(scenario, line_of_sight, distance_m, *, frequency_mhz=1000.0, tx_height_agl_m=None, **others):
    mast_m = tx_height_agl_m or MAST_M[scenario]
    return path_loss(scenario, line_of_sight, distance_m, frequency_mhz=frequency_mhz, tx_height_agl_m=mast_m, **others)


def written_out(scenario, line_of_sight, d2, f_ghz, tx, rx, building=5.0, street=20.0):
    """Table 7.4.1-1 as it is printed."""
    d3, log = np.hypot(d2, tx - rx), np.log10
    if scenario == "rma":
        bend = 2 * np.pi * tx * rx * f_ghz * 1e9 / 3e8
        near, at_bend = (
            20 * log(40 * np.pi * d * f_ghz / 3)
            + min(0.03 * building**1.72, 10) * log(d)
            - min(0.044 * building**1.72, 14.77)
            + 0.002 * log(building) * d
            for d in (d3, bend)
        )
        far = at_bend + 40 * log(d3 / bend)
        hidden = (
            161.04
            - 7.1 * log(street)
            + 7.5 * log(building)
            - (24.37 - 3.7 * (building / tx) ** 2) * log(tx)
            + (43.42 - 3.1 * log(tx)) * (log(d3) - 3)
            + 20 * log(f_ghz)
            - (3.2 * log(11.75 * rx) ** 2 - 4.97)
        )
    else:
        bend = 4 * (tx - 1) * (rx - 1) * f_ghz * 1e9 / 3e8
        if scenario == "uma":
            near = 28 + 22 * log(d3) + 20 * log(f_ghz)
            far = 28 + 40 * log(d3) + 20 * log(f_ghz) - 9 * log(bend**2 + (tx - rx) ** 2)
            hidden = 13.54 + 39.08 * log(d3) + 20 * log(f_ghz) - 0.6 * (rx - 1.5)
        else:
            near = 32.4 + 21 * log(d3) + 20 * log(f_ghz)
            far = 32.4 + 40 * log(d3) + 20 * log(f_ghz) - 9.5 * log(bend**2 + (tx - rx) ** 2)
            hidden = 35.3 * log(d3) + 22.4 + 21.3 * log(f_ghz) - 0.3 * (rx - 1.5)
    in_sight = np.where(d2 <= bend, near, far)
    return np.where(line_of_sight, in_sight, np.maximum(in_sight, hidden))


@pytest.mark.parametrize(
    ("scenario", "line_of_sight", "distance_m", "expected"),
    [
        # At 1 GHz 20 lg f is nothing. Slant sqrt(100^2 + 23.5^2) = 102.7241 m: 28 + 22 * 2.011672.
        ("uma", True, 100, 72.2568),
        # Breakpoint 4 * 24 * 0.5 / 0.3 = 160 m, lg(160^2 + 23.5^2) = 4.417509; slant 1000.2761 m:
        # 28 + 40 * 3.000120 - 9 * 4.417509.
        ("uma", True, 1000, 108.2472),
        # 13.54 + 39.08 * 3.000120
        ("uma", False, 1000, 130.7847),
        # Slant sqrt(50^2 + 8.5^2) = 50.7174 m: 32.4 + 21 * 1.705157.
        ("umi", True, 50, 68.2083),
        # Breakpoint 60 m, lg(60^2 + 8.5^2) = 3.564932: 32.4 + 40 * 3.000016 - 9.5 * 3.564932.
        ("umi", True, 1000, 118.5338),
        # 22.4 + 35.3 * 3.000016
        ("umi", False, 1000, 128.3006),
        # 5^1.72 = 15.9305; slant 1000.5610 m:
        # (32.4418 - 0.7009) + (20 + 0.4779) * 3.000244 + 0.0013979 * 1000.5610.
        ("rma", True, 1000, 94.5783),
        # PL1 at 1099.5574 m is 95.5557; slant 5000.1122 m: 95.5557 + 40 * 0.657762.
        ("rma", True, 5000, 121.8662),
        # 161.04 - 9.2373 + 5.2423 - (24.37 - 0.0755) * 1.544068 - (4.9691 - 4.97) = 119.5335, 38.6334 dB a decade:
        # 119.5335 + 38.6334 * 0.000244.
        ("rma", False, 1000, 119.5429),
        ("rma", False, 5000, 146.5375),
    ],
)
def test_by_hand(scenario, line_of_sight, distance_m, expected):
    assert loss(scenario, line_of_sight, distance_m) == pytest.approx(expected, abs=2e-4)


@settings(deadline=None)  # the first call compiles
@given(
    st.sampled_from(["rma", "uma", "umi"]),
    st.floats(500, 30_000),
    st.floats(10, 150),
    st.floats(1.5, 10),
    st.floats(5, 50),
    st.floats(5, 50),
)
def test_the_table_as_it_is_printed(scenario, frequency_mhz, tx, rx, building, street):
    sight = np.arange(DISTANCES_M.size) % 3 > 0
    found = loss(
        scenario,
        sight,
        DISTANCES_M,
        frequency_mhz=frequency_mhz,
        tx_height_agl_m=tx,
        rx_height_agl_m=rx,
        building_height_m=building,
        street_width_m=street,
    )
    expected = written_out(scenario, sight, DISTANCES_M, frequency_mhz / 1000, tx, rx, building, street)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


@scenarios
@pytest.mark.parametrize("line_of_sight", [True, False])
@pytest.mark.parametrize("frequency_mhz", [700.0, 3500.0, 26_000.0])
def test_farther_costs_more(scenario, line_of_sight, frequency_mhz):
    assert (np.diff(loss(scenario, line_of_sight, DISTANCES_M, frequency_mhz=frequency_mhz)) > 0).all()


@scenarios
@pytest.mark.parametrize("tx_height_agl_m", [10.0, 35.0, 150.0])
def test_out_of_sight_never_costs_less(scenario, tx_height_agl_m):
    in_sight, hidden = (loss(scenario, seen, DISTANCES_M, tx_height_agl_m=tx_height_agl_m) for seen in (True, False))
    assert (hidden >= in_sight).all()


@pytest.mark.parametrize("scenario", ["uma", "umi"])
def test_urban_slopes_meet_at_the_breakpoint(scenario):
    before, after = loss(scenario, True, BREAKPOINT_AT_1_GHZ_M[scenario] + np.array([-1e-6, 1e-6]))
    assert after - before == pytest.approx(0, abs=1e-6)


def test_rural_step_at_the_breakpoint():
    # PL2 takes PL1 at the breakpoint and not at the slant distance there, 1.000464 times as far:
    # (40 - 20.4779) * lg 1.000464 - 0.0013979 * 0.5102 = 0.0032 dB.
    before, after = loss("rma", True, BREAKPOINT_AT_1_GHZ_M["rma"] + np.array([-0.001, 0.001]))
    assert after - before == pytest.approx(0.0032, abs=1e-4)


@settings(deadline=None)
@given(st.floats(500, 30_000), st.floats(10, 150), st.floats(1, 10), st.floats(5, 50))
def test_rural_step_is_small_anywhere(frequency_mhz, tx, rx, building):
    bend_m = 2 * np.pi * tx * rx * frequency_mhz / 300
    before, after = loss(
        "rma",
        True,
        bend_m * np.array([1 - 1e-9, 1 + 1e-9]),
        frequency_mhz=frequency_mhz,
        tx_height_agl_m=tx,
        rx_height_agl_m=rx,
        building_height_m=building,
    )
    assert -0.01 < after - before < 0.04


@scenarios
def test_nearer_than_ten_metres_is_ten_metres(scenario):
    assert loss(scenario, True, [0, 3, 9.999]).tolist() == [loss(scenario, True, 10).item()] * 3


@scenarios
@pytest.mark.parametrize("line_of_sight", [True, False])
def test_distance_not_known(scenario, line_of_sight):
    assert np.isnan(loss(scenario, line_of_sight, [np.nan, 100.0])).tolist() == [True, False]


def test_shape_is_kept_and_sight_is_broadcast():
    distance_m = np.array([[100.0, 200.0, 300.0], [400.0, 500.0, 600.0]])
    rows = loss("uma", [[True], [False]], distance_m)
    assert rows.shape == (2, 3)
    assert rows[1].tolist() == loss("uma", False, distance_m[1]).tolist()
    assert loss("uma", [True, False], np.float32(250)).shape == (2,)
    assert loss("umi", True, 250).shape == ()


def test_every_second_path_of_an_array():
    assert loss("uma", True, DISTANCES_M[::2]).tolist() == loss("uma", True, DISTANCES_M)[::2].tolist()


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [("rma", [4, 6, 8, 8]), ("uma", [4, 4, 6, 6]), ("umi", [4, 4, 7.82, 7.82])],
)
def test_shadow_fading_either_side_of_the_breakpoint(scenario, expected):
    distance_m = BREAKPOINT_AT_1_GHZ_M[scenario] + np.array([-1, 1, -1, 1])
    sigma = shadow_sigma_db(
        scenario, [True, True, False, False], distance_m, frequency_mhz=1000, tx_height_agl_m=MAST_M[scenario]
    )
    assert sigma.tolist() == expected


@pytest.mark.parametrize(
    ("scenario", "given", "sentence"),
    [
        ("rma", {"frequency_mhz": 450}, "rma: frequency_mhz is 450, not within 500 to 30000"),
        ("rma", {"frequency_mhz": 39_000}, "rma: frequency_mhz is 39000, not within 500 to 30000"),
        ("uma", {"frequency_mhz": 101_000}, "uma: frequency_mhz is 101000, not within 500 to 100000"),
        ("rma", {"tx_height_agl_m": 8}, "rma: tx_height_agl_m is 8, not within 10 to 150"),
        ("umi", {"tx_height_agl_m": 2}, "umi: tx_height_agl_m is 2, not within 3 to 300"),
        ("rma", {"rx_height_agl_m": 12}, "rma: rx_height_agl_m is 12, not within 1 to 10"),
        ("uma", {"rx_height_agl_m": 13.5}, "uma: rx_height_agl_m is 13.5, not within 1.5 to 13"),
        ("umi", {"rx_height_agl_m": 1}, "umi: rx_height_agl_m is 1, not within 1.5 to 22.5"),
        ("umi", {"rx_height_agl_m": np.nan}, "umi: rx_height_agl_m is nan, not within"),
        ("rma", {"building_height_m": 4}, "rma: building_height_m is 4, not within 5 to 50"),
        ("rma", {"street_width_m": 60}, "rma: street_width_m is 60, not within 5 to 50"),
    ],
)
def test_refusals(scenario, given, sentence):
    with pytest.raises(ValueError, match=sentence):
        loss(scenario, True, 100, **given)


def test_unknown_scenario():
    with pytest.raises(ValueError, match="no scenario 'sma' here, only rma, uma, umi"):
        path_loss("sma", True, 100, frequency_mhz=700, tx_height_agl_m=35)
    with pytest.raises(ValueError, match="no scenario 'InH' here"):
        shadow_sigma_db("InH", True, 100, frequency_mhz=700, tx_height_agl_m=35)


def test_spread_refuses_as_the_loss_does():
    with pytest.raises(ValueError, match="tx_height_agl_m is 200, not within 10 to 150"):
        shadow_sigma_db("rma", True, 100, frequency_mhz=700, tx_height_agl_m=200)


@pytest.mark.parametrize("scenario", ["uma", "umi"])
def test_buildings_count_in_the_rural_scenario_only(scenario):
    assert loss(scenario, False, 500, building_height_m=80, street_width_m=1) == loss(scenario, False, 500)
