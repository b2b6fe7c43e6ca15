"""P.1812: what it refuses, values worked by hand, what must hold for any path; the published values are elsewhere."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.radio.p1812 import basic_transmission_loss, transmission_terms
from phusong.radio.p1812.normal import inverse_normal

SEA, COAST, INLAND = 1, 3, 4
MEDIAN_EARTH_KM = 6371 * 157 / (157 - 45)
LINK = {
    "frequency_mhz": 700.0,
    "tx_height_agl_m": 40.0,
    "rx_height_agl_m": 1.5,
    "polarization": "vertical",
    "latitude_deg": 21.5,
    "delta_n": 45.0,
    "n0": 325.0,
}
HILLS_KM, HILLS_M = [0, 1, 2, 3, 4, 5], [12.0, 9, 60, 35, 8, 10]


def terms(distance_km=HILLS_KM, height_m=HILLS_M, clutter_m=0, zone=INLAND, **link):
    return transmission_terms(distance_km, height_m, clutter_m, zone, **{**LINK, **link})


def loss(distance_km=HILLS_KM, height_m=HILLS_M, clutter_m=0, zone=INLAND, **link):
    return basic_transmission_loss(distance_km, height_m, clutter_m, zone, **{**LINK, **link})


# What is refused


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("frequency_mhz", 29.9, r"frequency_mhz is 29.9; P.1812 holds from 30 to 6000 MHz"),
        ("frequency_mhz", 6001, r"frequency_mhz is 6001; P.1812 holds from 30 to 6000 MHz"),
        ("frequency_mhz", np.nan, r"frequency_mhz is nan; P.1812 holds from 30"),
        ("time_percent", 0.9, r"time_percent is 0.9; P.1812 holds from 1 to 50 % of time"),
        ("time_percent", 50.1, r"time_percent is 50.1"),
        ("time_percent", np.nan, r"time_percent is nan"),
        ("location_percent", 0, r"location_percent is 0; it must be above 0 and below 100 % of locations"),
        ("location_percent", 100, r"location_percent is 100"),
        ("location_percent", np.nan, r"location_percent is nan"),
        ("location_sigma_db", -0.1, r"location_sigma_db is -0.1; it must be a standard deviation of 0 dB or more"),
        ("location_sigma_db", np.inf, r"location_sigma_db is inf"),
        ("tx_height_agl_m", 0.9, r"tx_height_agl_m is 0.9; P.1812 holds from 1 to 3000 m above ground"),
        ("tx_height_agl_m", 3001, r"tx_height_agl_m is 3001"),
        ("rx_height_agl_m", 0, r"rx_height_agl_m is 0; P.1812 holds from 1 to 3000 m above ground"),
        ("rx_height_agl_m", -np.inf, r"rx_height_agl_m is -inf"),
        ("polarization", "slanted", r"polarization is 'slanted'; it must be 'horizontal' or 'vertical'"),
        ("latitude_deg", 90.5, r"latitude_deg is 90.5; it must be a latitude from -90 to 90 degrees"),
        ("latitude_deg", np.nan, r"latitude_deg is nan"),
        ("delta_n", -39, r"delta_n is -39; it must be the fall of refractivity in N-units/km, above 0 and below 157"),
        ("delta_n", 0, r"delta_n is 0"),
        ("delta_n", 157, r"delta_n is 157"),
        ("n0", np.nan, r"n0 is nan; it must be a surface refractivity above 0 N-units"),
        ("tx_to_coast_km", -1, r"tx_to_coast_km is -1; it must be a distance of 0 km or more"),
        ("rx_to_coast_km", np.nan, r"rx_to_coast_km is nan; it must be a distance of 0 km or more"),
    ],
)
def test_a_link_is_refused(name, value, sentence):
    with pytest.raises(ValueError, match=sentence):
        loss(**{name: value})


FLAT_M = [0] * 6


@pytest.mark.parametrize(
    ("profile", "sentence"),
    [
        (([0, 1, 2, 3], [0] * 4, 0, 4), r"has 4 points; P.1812 needs at least four intervals, which is five points"),
        ((5, 0, 0, 4), r"distance_km has 1 points; P.1812 needs"),
        (([1, 2, 3, 4, 5, 6], FLAT_M, 0, 4), r"distance_km starts at 1 km; a profile starts at its transmitter, at 0"),
        (([0, 1, 1, 2, 3, 4], FLAT_M, 0, 4), r"distance_km is 1 at point 2 \(counted from 0\); the distances .* rise"),
        (([0, 1, 2, 3, 5, 4], FLAT_M, 0, 4), r"distance_km is 4 at point 5"),
        (([0] * 6, FLAT_M, 0, 4), r"distance_km is 0 at point 1"),
        (([0, 1, np.nan, 3, 4, 5], FLAT_M, 0, 4), r"distance_km is nan at point 2 .* every point needs a finite"),
        (([0, 1, 2, 3, 4, np.inf], FLAT_M, 0, 4), r"distance_km is inf at point 5"),
        (([0, 1, 2, 3, 4, 3001], FLAT_M, 0, 4), r"distance_km ends at 3001 km; P.1812 holds up to 3000 km"),
        ((HILLS_KM, [0] * 5, 0, 4), r"height_amsl_m has 5 values for 6 distances; a profile needs one for each"),
        ((HILLS_KM, 0, 0, 4), r"height_amsl_m has 1 values for 6 distances"),
        ((HILLS_KM, [0, 0, 0, np.nan, 0, 0], 0, 4), r"height_amsl_m is nan at point 3 .* every point needs a finite"),
        ((HILLS_KM, FLAT_M, [0, 1], 4), r"clutter_height_m has 2 values for 6 distances"),
        ((HILLS_KM, FLAT_M, np.inf, 4), r"clutter_height_m is inf at point 0"),
        ((HILLS_KM, FLAT_M, [0, 0, 0, 0, -5, 0], 4), r"clutter_height_m is -5 at point 4 .* height of 0 m or more"),
        ((HILLS_KM, FLAT_M, -1, 4), r"clutter_height_m is -1 at point 0"),
        ((HILLS_KM, FLAT_M, 0, [4, 4, 2, 4, 4, 4]), r"zone is 2 at point 2 .* 1 \(sea\), 3 \(coastal land\) and 4"),
        ((HILLS_KM, FLAT_M, 0, [4, 4]), r"zone has 2 values for 6 distances"),
        ((HILLS_KM, FLAT_M, 0, np.nan), r"zone is nan at point 0"),
    ],
)
def test_a_profile_is_refused(profile, sentence):
    with pytest.raises(ValueError, match=sentence):
        loss(*profile)


def test_a_distance_to_the_coast_is_refused_at_sea_too():
    with pytest.raises(ValueError, match="tx_to_coast_km is -1"):
        loss(zone=SEA, tx_to_coast_km=-1)


@pytest.mark.parametrize(
    "link",
    [
        {"frequency_mhz": 30},
        {"frequency_mhz": 6000},
        {"time_percent": 1},
        {"tx_height_agl_m": 3000, "rx_height_agl_m": 3000},
        {"tx_height_agl_m": 1, "rx_height_agl_m": 1},
        {"latitude_deg": -90},
        {"location_percent": 1e-9, "location_sigma_db": 5},
    ],
)
def test_the_bounds_themselves_are_taken(link):
    assert math.isfinite(loss(**link))


def test_the_longest_and_a_very_short_path():
    assert math.isfinite(loss(np.linspace(0, 3000, 101), np.zeros(101)))
    # P.1812 begins at 0.25 km; below it the same equations go on: 20 m are 55.3 dB of free space
    assert loss(np.linspace(0, 0.02, 5), np.zeros(5), tx_height_agl_m=1.5) == pytest.approx(55.3, abs=0.1)


# What is worked by hand


def test_earth_and_ducts():
    "k = 157 / 112; over sea alone mu_1 = 1, so beta_0 = 10^(1.67 - 0.015 * 20), and 4.17 beyond 70 degrees."
    assert terms().effective_earth_radius_km == pytest.approx(8930.7768, abs=1e-4)
    assert terms(zone=SEA, latitude_deg=20).beta0_percent == pytest.approx(23.4423, abs=1e-4)
    assert terms(zone=SEA, latitude_deg=-20).beta0_percent == pytest.approx(23.4423, abs=1e-4)
    assert terms(zone=SEA, latitude_deg=80).beta0_percent == pytest.approx(4.17)
    # far inland tau = 1: mu_1 = (10^(-500 / 9.4) + 10^-4.25)^0.2 = 0.141254, and at the equator its power 1 - 0.935
    inland = terms(np.linspace(0, 500, 11), np.zeros(11), latitude_deg=0)
    assert inland.beta0_percent == pytest.approx(46.7735 * 0.141254**0.065, abs=1e-3)


def test_zones_change_half_way():
    "Sea 0 to 1.5, coast to 2.5, inland to 3.5, sea to 4.5, inland to 5."
    found = terms(zone=[SEA, SEA, COAST, INLAND, SEA, INLAND])
    assert found.sea_share == pytest.approx(2.5 / 5)
    assert found.longest_land_km == 2
    assert found.longest_inland_km == 1
    assert terms(zone=SEA).sea_share == 1
    assert (terms(zone=SEA).longest_land_km, terms(zone=COAST).longest_inland_km) == (0, 0)
    assert (terms().sea_share, terms().longest_land_km, terms().longest_inland_km) == (0, 5, 5)


def test_horizons_of_a_ridge():
    "A ridge of 200 m at 4 of 10 km, antennas at 10 m."
    found = terms([0, 2, 4, 6, 8, 10], [0, 0, 200, 0, 0, 0], tx_height_agl_m=10, rx_height_agl_m=10)
    assert not found.line_of_sight
    assert (found.tx_horizon_km, found.rx_horizon_km) == (4, 6)
    tx_mrad = 1000 * math.atan(190 / 4000 - 4 / (2 * MEDIAN_EARTH_KM))
    rx_mrad = 1000 * math.atan(190 / 6000 - 6 / (2 * MEDIAN_EARTH_KM))
    assert found.tx_horizon_mrad == pytest.approx(tx_mrad)
    assert found.rx_horizon_mrad == pytest.approx(rx_mrad)
    assert found.angular_distance_mrad == pytest.approx(10_000 / MEDIAN_EARTH_KM + tx_mrad + rx_mrad)


def test_a_smooth_slope_is_its_own_smooth_earth():
    "Ground from 100 to 150 m over 10 km: both surfaces are the ground, and nothing is rough."
    found = terms(np.linspace(0, 10, 9), np.linspace(100, 150, 9))
    assert found.line_of_sight
    assert found.tx_smooth_amsl_m == pytest.approx(100)
    assert found.rx_smooth_amsl_m == pytest.approx(150)
    assert found.tx_diffraction_height_m == pytest.approx(40)
    assert found.rx_ducting_height_m == pytest.approx(1.5)
    assert found.roughness_m == pytest.approx(0, abs=1e-9)


def test_a_ridge_lowers_the_smooth_earth():
    """
    A triangle of 100 m amid 10 km of flat ground, antennas at 10 m.

    Its area is that of 50 m throughout, so the fitted line is level at 50 m and is brought down to the ground for
    ducting. For diffraction it falls by half of 90 m at either end first, to 5 m, and the ground is still lower.
    """
    found = terms([0, 2.5, 5, 7.5, 10], [0, 50, 100, 50, 0], tx_height_agl_m=10, rx_height_agl_m=10)
    assert (found.tx_smooth_amsl_m, found.rx_smooth_amsl_m) == pytest.approx((50, 50))
    assert (found.tx_smooth_ducting_amsl_m, found.rx_smooth_ducting_amsl_m) == (0, 0)
    assert (found.tx_smooth_diffraction_amsl_m, found.rx_smooth_diffraction_amsl_m) == (0, 0)
    assert found.roughness_m == 100
    higher = terms([0, 2.5, 5, 7.5, 10], [60, 50, 100, 50, 60], tx_height_agl_m=10, rx_height_agl_m=10)
    # level again, at (30 + 50 + 100 + 50 + 30) / 4; the ridge stands 30 m above the antennas at 70 m
    assert higher.tx_smooth_amsl_m == pytest.approx(65)
    assert higher.tx_smooth_diffraction_amsl_m == pytest.approx(50)


def test_sight_on_a_short_clear_path():
    "1 km at 300 MHz between equal masts: 32.4 + 20 log 300 = 81.942 dB, less 2.6 (1 - e^-0.1) log 50 for focusing."
    clear = {"frequency_mhz": 300, "tx_height_agl_m": 300, "rx_height_agl_m": 300}
    found = terms(np.linspace(0, 1, 5), np.zeros(5), time_percent=1, **clear)
    assert found.line_of_sight
    assert found.free_space_db == pytest.approx(81.9424, abs=1e-4)
    assert found.los_db == pytest.approx(81.9424 - 2.6 * 0.0951626 * 1.69897, abs=1e-4)
    assert found.diffraction_db == 0
    assert found.basic_transmission_loss_db == pytest.approx(found.los_db, abs=1e-6)


def test_troposcatter_at_two_ghz():
    "190.1 + 25 log 2 - 0 + 20 log 5 + 0.573 theta - 0.15 * 325 - 10.125 (log 50)^0.7 at 1 % of time."
    found = terms(frequency_mhz=2000, time_percent=1)
    fixed = 190.1 + 7.525750 + 13.979400 - 48.75 - 10.125 * 1.69897**0.7
    assert found.troposcatter_db == pytest.approx(fixed + 0.573 * found.angular_distance_mrad, abs=1e-5)


def test_inverse_normal():
    # Abramowitz and Stegun, table 26.5
    assert inverse_normal(0.5) == pytest.approx(0, abs=1e-8)
    assert inverse_normal(0.1) == pytest.approx(1.28155, abs=5e-4)
    assert inverse_normal(0.99) == pytest.approx(-2.32635, abs=5e-4)
    assert inverse_normal(1e-9) == inverse_normal(1e-6)


def test_location_variability():
    "At 90 % of locations 1.2816 standard deviations more; never less than sight allows; none at sea."
    median = terms(location_sigma_db=6).basic_transmission_loss_db
    assert loss(location_percent=90, location_sigma_db=6) == pytest.approx(median + 6 * 1.2816, abs=3e-3)
    assert loss(location_percent=10, location_sigma_db=6) == pytest.approx(median - 6 * 1.2816, abs=3e-3)
    far_out = terms(location_percent=1, location_sigma_db=40)
    assert far_out.basic_transmission_loss_db == far_out.los_db
    afloat = {"zone": [INLAND] * 5 + [SEA]}
    assert terms(**afloat, location_percent=90, location_sigma_db=6).location_db == 0
    assert terms(zone=[SEA] + [INLAND] * 5, location_percent=90, location_sigma_db=6).location_db > 7


def test_distance_to_the_coast():
    "It counts where the sea is three quarters of the path and the coast within 5 km; afloat it is 0 whatever is given."
    shore = np.array([INLAND] + [SEA] * 9 + [INLAND])
    path = np.linspace(0, 200, 11), np.zeros(11), 0

    def ducting(zone, tx_km, rx_km):
        return terms(*path, zone, tx_to_coast_km=tx_km, rx_to_coast_km=rx_km).ducting_db

    # -3 (1 + tanh(0.07 (50 - h))) at the very coast, h = 40 and 1.5 m
    tx_db, rx_db = (-3 * (1 + math.tanh(0.07 * (50 - amsl_m))) for amsl_m in (40, 1.5))
    assert ducting(shore, 0, 500) - ducting(shore, 500, 500) == pytest.approx(tx_db)
    assert ducting(shore, 500, 0) - ducting(shore, 500, 500) == pytest.approx(rx_db)
    assert ducting(shore, 2, 500) - ducting(shore, 500, 500) == pytest.approx(tx_db * math.exp(-1))
    assert ducting(shore, 5.1, 5.1) == ducting(shore, 500, 500)
    assert ducting(np.full(11, SEA), 500, 500) == ducting(np.full(11, SEA), 0, 0)
    half_sea = np.array([INLAND] * 4 + [SEA] * 7)
    assert ducting(half_sea, 0, 500) == ducting(half_sea, 500, 500)


@given(st.floats(1, 1000))
def test_exactly_three_quarters_of_sea_are_enough(length_km):
    "Whatever the length of the path makes of them in binary."
    path = np.linspace(0, length_km, 9), np.zeros(9), 0, [INLAND, SEA, INLAND, SEA, SEA, SEA, SEA, SEA, INLAND]
    near, far = (terms(*path, tx_to_coast_km=km) for km in (0, 500))
    assert near.sea_share == pytest.approx(0.75)
    assert near.ducting_db < far.ducting_db


def test_grazing_ground_is_no_trouble():
    "Ground exactly on the line between the antennas, over either Earth and without its bulge."
    d = np.linspace(0, 10, 5)
    for earth_km in (math.inf, MEDIAN_EARTH_KM, 3 * 6371):
        ground = 20 - 500 / earth_km * d * (10 - d)
        ground[[0, -1]] = 0
        found = terms(d, ground, tx_height_agl_m=20, rx_height_agl_m=20)
        assert all(math.isfinite(value) for value in dataclasses.asdict(found).values())


def test_equal_antennas_and_a_path_of_no_height():
    "Equation 24 with c = 0, and with its m of 1e-9."
    assert math.isfinite(loss(np.linspace(0, 20, 21), np.zeros(21), tx_height_agl_m=1.5))
    high = {"tx_height_agl_m": 3000, "rx_height_agl_m": 3000}
    found = terms(np.linspace(0, 0.02, 5), np.zeros(5), **high)
    assert found.spherical_50_db == 0


# What must hold for any path


@st.composite
def paths(draw, delta_n=(1, 156)):
    """Profile and link of a path: distances, ground, clutter, zones, and the named numbers."""
    points = draw(st.integers(5, 25))
    length_km = draw(st.floats(0.02, 600))
    steps = draw(st.lists(st.floats(0.1, 1), min_size=points - 1, max_size=points - 1))
    distance_km = np.concatenate([[0], np.cumsum(steps)]) * (length_km / math.fsum(steps))
    ground_m = np.array(draw(st.lists(st.floats(-10, 3000), min_size=points, max_size=points)))
    ground_m *= draw(st.sampled_from([0, 0.01, 0.1, 1]))
    clutter_m = np.array(draw(st.lists(st.sampled_from([0.0, 10, 15, 20]), min_size=points, max_size=points)))
    zone = np.array(draw(st.lists(st.sampled_from([SEA, COAST, INLAND]), min_size=points, max_size=points)))
    link = {
        "frequency_mhz": draw(st.floats(30, 6000)),
        "time_percent": draw(st.one_of(st.just(50.0), st.floats(1, 50))),
        "tx_height_agl_m": draw(st.floats(1, 300)),
        "rx_height_agl_m": draw(st.floats(1, 300)),
        "polarization": draw(st.sampled_from(["horizontal", "vertical"])),
        "latitude_deg": draw(st.floats(-90, 90)),
        "delta_n": draw(st.floats(*delta_n)),
        "n0": draw(st.floats(250, 400)),
        "tx_to_coast_km": draw(st.floats(0, 10)),
        "rx_to_coast_km": draw(st.floats(0, 10)),
    }
    return (distance_km, ground_m, clutter_m, zone), link


@given(paths())
def test_every_term_is_finite(path):
    profile, link = path
    found = transmission_terms(*profile, **link)
    assert all(math.isfinite(value) for value in dataclasses.asdict(found).values())
    assert found.tx_ducting_height_m >= link["tx_height_agl_m"] - 1e-9
    assert found.rx_diffraction_height_m >= link["rx_height_agl_m"] - 1e-9
    assert 0 <= found.sea_share <= 1
    assert found.basic_transmission_loss_db >= found.los_db
    assert found.basic_transmission_loss_db == basic_transmission_loss(*profile, **link)


def turned(link):
    """The link with its ends exchanged."""
    swap = {"tx": "rx", "rx": "tx"}
    return {swap[name[:2]] + name[2:] if name[:2] in swap else name: value for name, value in link.items()}


@given(paths())
def test_the_way_back_costs_the_same(path):
    """
    At half of the locations P.1812 is reciprocal, whatever the time percentage.

    What is not is the variability over locations, which is the receiver's alone; and where several points come equally
    near to obstructing, the last of them stands for both horizons, which only ducting can tell.
    """
    (distance_km, ground_m, clutter_m, zone), link = path
    there = basic_transmission_loss(distance_km, ground_m, clutter_m, zone, **link)
    back_km = (distance_km[-1] - distance_km)[::-1]
    back = basic_transmission_loss(back_km, ground_m[::-1], clutter_m[::-1], zone[::-1], **turned(link))
    assert back == pytest.approx(there, abs=1e-6)


def test_locations_are_the_receivers():
    zone = [INLAND] * 5 + [SEA]
    there = loss(zone=zone, location_percent=90, location_sigma_db=6)
    ends = {"tx_height_agl_m": 1.5, "rx_height_agl_m": 40}
    back = loss(HILLS_KM, HILLS_M[::-1], 0, zone[::-1], **ends, location_percent=90, location_sigma_db=6)
    assert back == pytest.approx(there + 6 * 1.2816, abs=3e-3)


@given(paths(), st.floats(0, 12), st.floats(1, 99), st.floats(1, 99))
def test_more_locations_cost_more(path, sigma_db, one, other):
    profile, link = path
    few, many = sorted((one, other))
    loss_few, loss_many = (
        basic_transmission_loss(*profile, **link, location_percent=percent, location_sigma_db=sigma_db)
        for percent in (few, many)
    )
    assert loss_few <= loss_many + 1e-9


@given(paths(delta_n=(20, 100)), st.floats(1, 50))
def test_more_time_costs_more(path, other):
    "While the median Earth is smaller than that of beta_0 (delta_n below 104.7); beyond it P.1812 loses this."
    profile, link = path
    few, many = sorted((other, link.pop("time_percent")))
    loss_few, loss_many = (basic_transmission_loss(*profile, **link, time_percent=p) for p in (few, many))
    assert loss_few <= loss_many + 1e-6


@given(paths(), st.data())
def test_clutter_never_helps(path, data):
    (distance_km, ground_m, clutter_m, zone), link = path
    higher_m = clutter_m.copy()
    higher_m[data.draw(st.integers(0, higher_m.size - 1))] += data.draw(st.floats(0, 100))
    low = basic_transmission_loss(distance_km, ground_m, clutter_m, zone, **link)
    assert basic_transmission_loss(distance_km, ground_m, higher_m, zone, **link) >= low - 1e-9


@given(paths(), st.floats(0, 1000), st.floats(0, 1000))
def test_clutter_at_the_ends_is_ignored(path, at_tx_m, at_rx_m):
    (distance_km, ground_m, clutter_m, zone), link = path
    bare, covered = clutter_m.copy(), clutter_m.copy()
    bare[[0, -1]], covered[[0, -1]] = 0, (at_tx_m, at_rx_m)
    before = covered.copy()
    assert basic_transmission_loss(distance_km, ground_m, covered, zone, **link) == basic_transmission_loss(
        distance_km, ground_m, bare, zone, **link
    )
    assert (covered == before).all()


def test_clutter_counts_in_the_actual_profile_only():
    bare, covered = dataclasses.asdict(terms()), dataclasses.asdict(terms(clutter_m=20))
    assert covered["bullington_50_db"] > bare["bullington_50_db"]
    same = ("line_of_sight", "tx_horizon_km", "rx_horizon_mrad", "roughness_m", "tx_diffraction_height_m", "ducting_db")
    assert all(covered[name] == bare[name] for name in same)


@given(paths(), st.sampled_from([0.0, 10, 15]), st.sampled_from([SEA, COAST, INLAND]))
def test_one_clutter_and_one_zone_for_all_points(path, clutter_m, zone):
    (distance_km, ground_m, _, _), link = path
    each = np.full(distance_km.size, clutter_m), np.full(distance_km.size, zone)
    assert basic_transmission_loss(distance_km, ground_m, clutter_m, zone, **link) == basic_transmission_loss(
        distance_km, ground_m, *each, **link
    )


@settings(max_examples=25)
@given(
    st.floats(30, 6000),
    st.floats(1, 300),
    st.floats(1, 30),
    st.sampled_from(["horizontal", "vertical"]),
    st.floats(20, 100),
)
def test_flat_land_costs_more_the_farther(frequency_mhz, tx_m, rx_m, polarization, delta_n):
    """
    At the median, from 0.25 to 1000 km.

    Over sea it need not: as the short path gives way to the long one (F_k, about 20 km), ducting may undercut
    diffraction by some dB.
    """
    link = {"frequency_mhz": frequency_mhz, "tx_height_agl_m": tx_m, "rx_height_agl_m": rx_m}
    link |= {"polarization": polarization, "delta_n": delta_n}
    losses = [loss(np.linspace(0, far_km, 33), np.zeros(33), **link) for far_km in np.geomspace(0.25, 1000, 40)]
    assert (np.diff(losses) > 0).all()
