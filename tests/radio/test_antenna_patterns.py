"""Measured patterns and mechanical tilt at directions worked by hand, and what holds in all of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from phusong.config import Radio
from phusong.errors import LayerError
from phusong.grid import Grid
from phusong.layers.antennas import Pattern
from phusong.radio.antenna import pattern_loss
from phusong.radio.carrier import carriers
from phusong.radio.coverage import strongest_servers

AROUND = np.arange(360)
# A tenth of a dB a degree to the right of boresight, a fifth to the left, at most 25; 1 dB a degree from the beam.
RIGHT = np.minimum(np.where(AROUND <= 180, AROUND / 10, (360 - AROUND) / 5), 25.0)
BEAM = np.minimum(np.abs((AROUND - 6 + 180) % 360 - 180), 20.0)
LOPSIDED = Pattern("lopsided", "", 1800.0, None, 6.0, RIGHT, BEAM)
ANGLES = st.floats(0, 360)


def test_file_is_the_sum_of_its_cuts():
    # 30 degrees to the right: 3 dB; 30 to the left: 6 dB; 2 degrees beside the beam: 2 dB.
    loss = pattern_loss([50.0, 80.0, 20.0, 80.0], [6.0, 6.0, 6.0, 8.0], [50.0], 6.0, pattern=LOPSIDED)
    assert loss.tolist() == pytest.approx([0, 3, 6, 5])


def test_file_is_linear_between_degrees():
    assert pattern_loss([10.5, 349.75], 6.25, [0.0], 6.0, pattern=LOPSIDED) == pytest.approx([1.3, 2.3])


def test_file_never_loses_more_than_its_worst_value():
    "18 dB behind and 20 dB above would be 38; the worst value there is is 25."
    assert pattern_loss(180.0, -60.0, [0.0], 6.0, pattern=LOPSIDED) == 25


def test_another_electrical_tilt_shifts_the_vertical_cut():
    "The file's beam is 6 degrees down; with 2 degrees it is 2 down."
    assert pattern_loss(0.0, [2.0, 6.0, 0.0], [0.0], 2.0, pattern=LOPSIDED) == pytest.approx([0, 4, 2])


def test_best_of_all_sectors_is_not_the_nearest_one():
    # 55 degrees: 55 right of 0 costs 5.5 dB, 45 left of 100 costs 9 dB.
    assert pattern_loss(55.0, 6.0, [0.0, 100.0], 6.0, pattern=LOPSIDED) == pytest.approx(5.5)


def test_omni_has_the_vertical_cut_only():
    loss = pattern_loss([0.0, 200.0], [6.0, 9.0], np.empty(0), 6.0, mechanical_tilt_deg=8.0, pattern=LOPSIDED)
    assert loss.tolist() == [0.0, 3.0]


def test_mechanical_tilt_sinks_the_front_and_lifts_the_back():
    # Tipped 5 degrees: in front the beam is at 5, behind at -5, sideways where it was.
    assert pattern_loss([0.0, 90.0], [5.0, 0.0], [0.0], 0.0, 5.0) == pytest.approx([0, 12 * (90 / 70) ** 2])
    # 3GPP: 12 (10/10)^2 = 12 dB in front at 15 degrees; behind 25 dB at most, so a file shows it.
    assert pattern_loss(0.0, 15.0, [0.0], 0.0, 5.0) == pytest.approx(12)
    back = pattern_loss(180.0, [-5.0, 5.0], [0.0], 0.0, 5.0, pattern=Pattern("x", "", None, None, 0.0, RIGHT / 5,
                        np.roll(BEAM, -6)))  # fmt: skip
    assert back.tolist() == pytest.approx([3.6, 13.6])


def test_between_front_and_side_the_tilt_goes_by_the_cosine():
    # 60 degrees off, tipped 8: seen 4 degrees less below the horizon. 12 (60/70)^2 = 8.816 dB beside.
    assert pattern_loss(60.0, 4.0, [0.0], 0.0, 8.0) == pytest.approx(8.816, abs=1e-3)
    assert pattern_loss(300.0, 9.0, [0.0], 0.0, 8.0) == pytest.approx(8.816 + 3, abs=1e-3)


def test_tipped_sectors_are_compared_in_both_directions():
    "Far below the horizon between two sectors: the one that is farther aside is tipped less, and still not better."
    both = pattern_loss(50.0, 12.0, [0.0, 120.0], 0.0, 12.0)
    single = [float(pattern_loss(50.0, 12.0, [boresight], 0.0, 12.0)) for boresight in (0.0, 120.0)]
    assert both == min(single)
    # 50 degrees: 12 (50/70)^2 = 6.122, seen 12 - 12 cos 50 = 4.287 below: 2.205 dB
    assert single[0] == pytest.approx(6.122 + 2.205, abs=2e-3)


@given(ANGLES, st.floats(-90, 90), st.lists(ANGLES, min_size=1, max_size=4), st.floats(-10, 45), st.floats(-20, 20))
def test_several_sectors_lose_what_the_best_of_them_loses(azimuth, depression, boresights, tilt, tipped):
    for pattern in (None, LOPSIDED):
        each = [pattern_loss(azimuth, depression, [one], tilt, tipped, pattern) for one in boresights]
        together = pattern_loss(azimuth, depression, boresights, tilt, tipped, pattern)
        assert 0 <= together <= 25
        assert together == pytest.approx(min(each), abs=1e-9)


@given(ANGLES, st.floats(-90, 90), ANGLES, st.floats(-10, 45))
def test_the_smallest_mechanical_tilt_changes_next_to_nothing(azimuth, depression, boresight, tilt):
    upright = pattern_loss(azimuth, depression, [boresight], tilt)
    assert pattern_loss(azimuth, depression, [boresight], tilt, 1e-9) == pytest.approx(upright, abs=1e-6)


def site(**changes):
    common = {
        "site_id": "A",
        "operator": "VNPT",
        "technology": "LTE",
        "frequency_mhz": 1800.0,
        "bandwidth_mhz": 20.0,
        "height_agl_m": 30.0,
        "azimuths_deg": "0",
        "downtilt_deg": 6.0,
        "mechanical_tilt_deg": 0.0,
        "antenna": None,
        "eirp_dbm": 60.8,
        "x_m": 500_950.0,
        "y_m": 2_301_050.0,
    }
    return common | changes


def test_carriers_know_their_antenna():
    rows = [site(), site(antenna="lopsided", mechanical_tilt_deg=2.5), site(antenna=float("nan"))]
    found = carriers(pd.DataFrame(rows), Radio(), {"lopsided": LOPSIDED})
    assert [carrier.pattern for carrier in found] == [None, LOPSIDED, None]
    assert [carrier.mechanical_tilt_deg for carrier in found] == [0.0, 2.5, 0.0]
    bare = pd.DataFrame([site()]).drop(columns=["antenna", "mechanical_tilt_deg"])
    assert (carriers(bare, Radio())[0].pattern, carriers(bare, Radio())[0].mechanical_tilt_deg) == (None, 0.0)


def test_antennas_that_no_file_describes_are_refused_and_the_nearest_is_named():
    rows = [site(antenna="lopsidet"), site(site_id="B", antenna="lopsidet"), site(site_id="C", antenna="742215")]
    with pytest.raises(LayerError) as caught:
        carriers(pd.DataFrame(rows), Radio(), {"lopsided": LOPSIDED})
    assert str(caught.value).splitlines() == [
        "sites: 2 faults",
        "  - antenna 'lopsidet' is not known; did you mean 'lopsided'?: 2 sites, first A",
        "  - antenna '742215' is not known; layers.antennas has no file of that name: C",
    ]


def test_coverage_sees_the_pattern():
    "West of a sector that looks north a lopsided antenna loses 90 / 5 = 18 dB and what the beam is off, east 9 dB."
    grid = Grid(CRS(3405), 500_000.0, 2_302_000.0, 100.0, (20, 20))
    flat, radio = np.zeros(grid.padded(2000).shape, np.float32), Radio(reach_km=2.0, propagation="free-space")

    def cover(**changes):
        sites = pd.DataFrame([site(**changes)])
        made = strongest_servers(sites, flat, grid.padded(2000), grid, radio, patterns={"lopsided": LOPSIDED})
        return made.rsrp_ddbm.values[0].astype(int)

    level = cover(antenna="lopsided")
    column = 9  # of the mast
    assert (level[9, column + 5] - level[9, column - 5]) == 90
    # in front it is all one whether the beam is lowered by 6 degrees or the antenna tipped by them
    tipped, lowered = cover(mechanical_tilt_deg=6.0, downtilt_deg=0.0), cover(downtilt_deg=6.0)
    assert tipped[4, column] == lowered[4, column]
    # aside the tipped one looks at the horizon: 3.26 degrees down it loses 1.28 dB, 2.74 above the beam 0.90
    assert lowered[9, column + 5] - tipped[9, column + 5] == 4
