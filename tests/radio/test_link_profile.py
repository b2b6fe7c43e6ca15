"""One link: what cuts the line of sight, by how much, and what it costs, on profiles that can be counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from phusong.radio.diffraction import SPEED_OF_LIGHT_M_MHZ, bullington_from_edge, bullington_loss
from phusong.radio.link_profile import CLEAR_SHARE, LinkProfile, LinkSettings, link_profile
from phusong.radio.p1812 import basic_transmission_loss

EARTH_KM = 6371 * 157 / (157 - 45)
"""Effective radius for a fall of 45 N-units/km: 8931 km."""


def link(distance_km, ground, tx=30.0, rx=10.0, frequency=900.0, **others) -> LinkProfile:
    settings = LinkSettings(
        frequency_mhz=frequency, tx_height_agl_m=tx, rx_height_agl_m=rx, latitude_deg=21.5, **others
    )  # fmt: skip
    return link_profile(distance_km, ground, settings)


def hill(height_m: float, at: int, length: int = 10) -> tuple[np.ndarray, np.ndarray]:
    "Flat ground at sea level, a point a kilometre, with one hill."
    ground = np.zeros(length + 1)
    ground[at] = height_m
    return np.arange(length + 1.0), ground


def test_a_hill_cuts_the_line():
    """
    Hill of 100 m at km 4 of 10, antennas at 30 and 10 m: the line is at 22 m there, the Earth bulges by 1.34 m.

    To see each other, the mast's antenna would have to be (101.34 x 10 - 10 x 4) / 6 = 162.2 m high, or the
    receiver's (101.34 x 10 - 30 x 6) / 4 = 208.4 m.
    """
    found = link(*hill(100, at=4))
    bulge = 500 / EARTH_KM * 4 * 6
    assert bulge == pytest.approx(1.3437, abs=1e-4)
    assert found.state == "blocked"
    assert found.by_curvature is False
    (edge,) = found.edges
    assert edge is found.worst
    assert (edge.distance_km, edge.ground_amsl_m) == (4, 100)
    assert edge.above_line_m == pytest.approx(100 + bulge - 22)
    fresnel = math.sqrt(0.2998 / 0.9 * 4000 * 6000 / 10_000)
    assert edge.clearance_share == pytest.approx(-edge.above_line_m / fresnel)
    assert found.fresnel_m[4] == pytest.approx(fresnel)
    assert fresnel == pytest.approx(28.27, abs=0.01)
    assert found.tx_height_for_sight_m == pytest.approx(162.24, abs=0.01)
    assert found.rx_height_for_sight_m == pytest.approx(208.36, abs=0.01)
    assert found.corner.distance_km == pytest.approx(4)
    assert found.corner.amsl_m == pytest.approx(100 + bulge)
    assert found.corner.nu == pytest.approx(math.sqrt(2) * edge.above_line_m / fresnel)


def test_a_low_hill_grazes():
    "20 m at km 5, both antennas at 30 m: 8.6 m below the line, 0.30 of a Fresnel radius of 28.9 m."
    found = link(*hill(20, at=5), rx=30.0)
    assert found.state == "grazed"
    assert found.worst is not None
    assert found.worst.above_line_m == pytest.approx(20 + 500 / EARTH_KM * 25 - 30)
    assert found.worst.clearance_share == pytest.approx(8.6 / 28.86, abs=1e-3)
    assert found.worst.alone_db == pytest.approx(2.55, abs=0.01), "knife edge at nu = -0.421"


def test_high_antennas_over_flat_ground_are_clear():
    found = link(np.arange(5.0), np.zeros(5), tx=100.0, rx=100.0)
    assert (found.state, found.edges, found.worst, found.by_curvature) == ("clear", (), None, False)
    assert found.tx_height_for_sight_m == 0
    assert found.terms.diffraction_db == 0
    assert found.corner.nu < -math.sqrt(2) * CLEAR_SHARE


def test_the_earth_itself_may_cut_the_line():
    "60 km over the sea level, both antennas at 20 m: the bulge in the middle is 50.4 m, 30.4 m above the line."
    found = link(np.arange(61.0), np.zeros(61), tx=20.0, rx=20.0)
    assert found.state == "blocked"
    assert found.by_curvature is True
    assert found.worst is not None
    assert found.worst.distance_km == 30
    assert found.worst.above_line_m == pytest.approx(500 / EARTH_KM * 900 - 20)


def test_of_many_edges_the_worst_three_stand_in_their_order():
    ground = np.zeros(13)
    ground[[2, 4, 6, 8, 10]] = 60, 50, 90, 45, 80
    found = link(np.arange(13.0), ground)
    assert [edge.distance_km for edge in found.edges] == [2, 6, 10]
    assert found.worst is found.edges[2], "80 m, but near the receiver, where the zone is narrow"


def test_one_edge_for_a_stretch_of_ground():
    "Three points over the line, one after the other; the middle one reaches farthest into the Fresnel zone."
    ground = np.array([0, 0, 70, 90, 70, 0, 0.0])
    assert [edge.distance_km for edge in link(np.arange(7.0), ground).edges] == [3]


def test_terms_are_those_of_the_plain_form():
    distance_km, ground = hill(100, at=4)
    found = link(distance_km, ground, time_percent=10.0, polarization="horizontal", delta_n=60.0, n0=340.0)
    loss = basic_transmission_loss(
        distance_km, ground, 0.0, 4, frequency_mhz=900, time_percent=10, tx_height_agl_m=30, rx_height_agl_m=10,
        polarization="horizontal", latitude_deg=21.5, delta_n=60, n0=340,
    )  # fmt: skip
    assert found.terms.basic_transmission_loss_db == loss
    assert found.raised_m[4] == pytest.approx(100 + 500 / (6371 * 157 / 97) * 24)


@pytest.mark.parametrize(
    ("length", "time_percent", "way"), [(10, 50.0, "diffraction"), (150, 50.0, "troposcatter"), (150, 1.0, "ducting")]
)
def test_the_way_of_least_loss(length, time_percent, way):
    "Far beyond the horizon of flat ground the troposphere scatters less badly than the ground diffracts."
    assert link(np.linspace(0, length, 301), np.zeros(301), time_percent=time_percent).way == way


@given(
    ground=st.lists(st.floats(0, 500), min_size=6, max_size=40),
    step_km=st.floats(0.05, 1),
    tx=st.floats(1, 200),
    rx=st.floats(1, 200),
)
def test_the_corner_is_bullingtons_edge(ground, step_km, tx, rx):
    "Its parameter alone gives the Bullington loss of the profile, and raising an antenna as said gives sight."
    distance_km = np.arange(len(ground)) * step_km
    found = link(distance_km, ground, tx, rx)
    whole = bullington_loss(
        distance_km, ground, frequency_mhz=900 * SPEED_OF_LIGHT_M_MHZ / 299.8, tx_height_amsl_m=ground[0] + tx,
        rx_height_amsl_m=ground[-1] + rx, effective_earth_radius_km=EARTH_KM,
    )  # fmt: skip
    assert bullington_from_edge(found.corner.nu, found.length_km) == pytest.approx(whole, abs=1e-6)
    assume(found.worst is None or abs(found.worst.above_line_m) > 1e-6)  # grazing to the last digit may be either
    assert (found.state == "blocked") != found.terms.line_of_sight
    assume(found.state == "blocked" and found.tx_height_for_sight_m < 2999)
    assert link(distance_km, ground, found.tx_height_for_sight_m + 0.01, rx).state != "blocked"


def test_what_p1812_refuses_is_refused():
    with pytest.raises(ValueError, match="at least four intervals"):
        link([0, 1, 2], [0, 0, 0])
    with pytest.raises(ValueError, match="frequency_mhz is 29"):
        link(*hill(1, 4), frequency=29.0)
