"""The two kernels of P.1812 against its plain form, path by path, on profiles sampled here a second time."""

from __future__ import annotations

import dataclasses
import math
import warnings

import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.radio.diffraction import bullington_loss
from phusong.radio.free_space import free_space_loss
from phusong.radio.p1812 import basic_transmission_loss
from phusong.radio.sweep.ground import Ground, Mast, Receivers
from phusong.radio.sweep.paths import P1812, Bullington, exact_loss, fast_loss

NEAR_STEPS, OWN_POINTS = 12, 3
"""Of the fast kernel: nearer paths have profiles of their own; the last points before a receiver are its own too."""
MEDIAN_DB, PART_TIME_DB = 1e-6, 1e-5
"""Largest difference from the plain form: half of the time, and less; measured, 2e-8 but for edges that just graze."""
SIZE = 240
ROWS, COLUMNS = np.mgrid[0:SIZE, 0:SIZE].astype(float)


def hills(relief_m, seed):
    """Waves of several lengths and a little noise; the sea stays flat."""
    random = np.random.default_rng(seed)
    waves = zip(random.uniform(0.02, 1, (14, 2)), random.uniform(0, 2 * math.pi, 14), strict=True)
    field = sum(np.sin(a * ROWS + b * COLUMNS + phase) / (a + b) for (a, b), phase in waves)
    noise = 0.02 * random.standard_normal(field.shape)
    return (relief_m * (field / np.abs(field).max() + noise)).clip(0).astype(np.float32)


def cover(seed):
    """Fields, houses and trees in blocks of five pixels."""
    blocks = np.random.default_rng(seed).choice([0, 0, 10, 15, 20], (SIZE // 5, SIZE // 5))
    return blocks.repeat(5, 0).repeat(5, 1).astype(np.float32)


def coast():
    """Sea in the south-east, a strip of coastal land, and inland with a lake that counts as sea."""
    north_west = SIZE - 0.6 * ROWS - 0.5 * COLUMNS
    zone = np.where(north_west < 20, 1, np.where(north_west < 60, 3, 4)).astype(np.uint8)
    zone[60:90, 70:110] = 1
    return zone


def bilinear(heights_m, x, y):
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right, bottom = np.minimum(left + 1, heights_m.shape[1] - 1), np.minimum(top + 1, heights_m.shape[0] - 1)
    (fx, fy), h = (x - left, y - top), heights_m.astype(float)
    return (h[top, left] * (1 - fx) + h[top, right] * fx) * (1 - fy) + (
        h[bottom, left] * (1 - fx) + h[bottom, right] * fx
    ) * fy


def standing(ground, x, y, height_agl_m):
    return Mast(x, y, float(bilinear(ground.heights_m, np.array([x]), np.array([y]))[0]), height_agl_m)


def placed(ground, mast, x, y, column_km, row_km, latitude_deg=21.5):
    """Receivers at pixels x and y, on the plane at the mast."""
    east_km, north_km = (x - mast.column) * column_km, (mast.row - y) * row_km
    azimuth_deg = np.degrees(np.arctan2(east_km, north_km)) % 360
    distance_km = np.hypot(east_km, north_km)
    latitude = np.broadcast_to(latitude_deg, x.shape).astype(float)
    return Receivers(x, y, distance_km, azimuth_deg, bilinear(ground.heights_m, x, y), latitude)


def scattered(ground, mast, count, column_km, row_km, seed, nearest_km=0.05, latitude_deg=21.5):
    """Receivers in all directions, as many near as far, on the raster."""
    random, (rows, columns) = np.random.default_rng(seed), ground.heights_m.shape
    distance_km = np.geomspace(nearest_km, 60, 8 * count)
    direction = random.uniform(0, 2 * math.pi, distance_km.size)
    x = mast.column + distance_km * np.sin(direction) / column_km
    y = mast.row - distance_km * np.cos(direction) / row_km
    inside = np.flatnonzero((x >= 0) & (y >= 0) & (x <= columns - 1) & (y <= rows - 1))
    inside = np.sort(random.choice(inside, count, replace=False))
    return placed(ground, mast, x[inside], y[inside], column_km, row_km, latitude_deg)


def only(receivers, kept):
    return Receivers(*(getattr(receivers, field.name)[kept] for field in dataclasses.fields(receivers)))


def own_profile(ground, mast, receivers, path, step_km):
    """Equal intervals on the straight line in pixels, bilinear; clutter and zone of the nearest pixel."""
    d, x, y = receivers.distance_km[path], receivers.column[path], receivers.row[path]
    count = max(4, math.ceil(d / step_km))
    share = np.arange(count + 1) / count
    return _profile(ground, mast, receivers, path, d * share, *_along(mast, x, y, share))


def shared_profile(ground, mast, receivers, path, step_km, column_km, row_km, radials):
    """Points of the nearest radial, whole steps from the mast, then the path's own last three."""
    d, x, y = receivers.distance_km[path], receivers.column[path], receivers.row[path]
    direction = 2 * math.pi * math.floor(receivers.azimuth_deg[path] / 360 * radials + 0.5) / radials
    u = step_km * np.arange(int(d / step_km - OWN_POINTS - 0.5) + 1)
    own = d - step_km * np.arange(OWN_POINTS, -1, -1)
    own_x, own_y = _along(mast, x, y, own / d)
    px = np.append(mast.column + u * math.sin(direction) / column_km, own_x)
    py = np.append(mast.row - u * math.cos(direction) / row_km, own_y)
    return _profile(ground, mast, receivers, path, np.append(u, own), px, py)


def _along(mast, x, y, share):
    return mast.column + share * (x - mast.column), mast.row + share * (y - mast.row)


def _profile(ground, mast, receivers, path, distance_km, x, y):
    rows, columns = ground.heights_m.shape
    if not (x.min() >= 0 and y.min() >= 0 and x.max() <= columns - 1 and y.max() <= rows - 1):
        return None
    height_m = np.concatenate([[mast.ground_m], bilinear(ground.heights_m, x, y)[1:-1], [receivers.ground_m[path]]])
    if np.isnan(height_m).any():
        return None
    pixel = np.floor(y + 0.5).astype(int), np.floor(x + 0.5).astype(int)
    clutter_m = np.zeros(x.size) if ground.clutter_m is None else ground.clutter_m[pixel]
    zone = np.full(x.size, 4) if ground.zone is None else ground.zone[pixel]
    distance_km[-1] = receivers.distance_km[path]
    return distance_km, height_m, clutter_m, zone


def plain(profile, mast, latitude_deg, model):
    """`basic_transmission_loss` over a profile; NaN without one."""
    if profile is None:
        return math.nan
    return basic_transmission_loss(
        *profile,
        frequency_mhz=model.frequency_mhz,
        time_percent=model.time_percent,
        tx_height_agl_m=mast.height_agl_m,
        rx_height_agl_m=model.rx_height_agl_m,
        polarization=model.polarization,
        latitude_deg=latitude_deg,
        delta_n=model.delta_n,
        n0=model.n0,
        tx_to_coast_km=model.tx_to_coast_km,
        rx_to_coast_km=model.rx_to_coast_km,
    )


def plain_losses(ground, mast, receivers, model, step_km, shared=()):
    """Of each path, over its own profile, or that of the nearest radial if `shared` says how these lie."""
    losses = []
    for path, d in enumerate(receivers.distance_km):
        near = not shared or d < NEAR_STEPS * step_km
        read = own_profile if near else shared_profile
        profile = read(ground, mast, receivers, path, step_km, *(() if near else shared))
        losses.append(plain(profile, mast, receivers.latitude_deg[path], model))
    return np.array(losses)


def bound_db(model):
    return MEDIAN_DB if model.time_percent == 50 else PART_TIME_DB


# Exact: the plain form on the same profile

MODELS = [
    P1812(763.0),
    P1812(3750.0, rx_height_agl_m=10.0, polarization="horizontal"),
    P1812(30.0, rx_height_agl_m=30.0, polarization="horizontal", delta_n=58.0, n0=370.0),
    P1812(6000.0, time_percent=1.0, delta_n=100.0),
    P1812(450.0, time_percent=10.0, polarization="horizontal"),
    P1812(1800.0, time_percent=49.0, rx_height_agl_m=4.0, n0=250.0),
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: f"{model.frequency_mhz:g}-{model.time_percent:g}")
@pytest.mark.parametrize(
    ("relief_m", "mast_m", "pixel_km", "covered"),
    [(0, 30, 0.09, False), (3, 3, 0.3, True), (40, 15, 0.03, True), (200, 60, 0.09, False), (1000, 300, 0.3, True)],
)
def test_exact_is_the_plain_form(model, relief_m, mast_m, pixel_km, covered):
    ground = Ground(hills(relief_m, seed=relief_m), cover(seed=relief_m) if covered else None)
    mast = standing(ground, 97.37, 121.81, mast_m)
    receivers = scattered(ground, mast, 60, pixel_km, 1.07 * pixel_km, seed=1, latitude_deg=np.linspace(-75, 75, 60))
    found = exact_loss(ground, mast, receivers, model, pixel_km)
    assert found == pytest.approx(plain_losses(ground, mast, receivers, model, pixel_km), abs=bound_db(model))


@pytest.mark.parametrize("to_coast_km", [0.4, 3.0, 500.0])
@pytest.mark.parametrize("model", MODELS, ids=lambda model: f"{model.frequency_mhz:g}-{model.time_percent:g}")
def test_exact_with_zones(model, to_coast_km):
    "Both ends on land, some paths mostly over the sea: a receiver beyond the lake counts its coast too."
    zone, model = coast(), dataclasses.replace(model, tx_to_coast_km=to_coast_km, rx_to_coast_km=to_coast_km / 2)
    ground = Ground(hills(20, seed=3), cover(seed=3), zone)
    mast = standing(ground, 112.2, 77.7, 40)
    receivers = scattered(ground, mast, 120, 0.3, 0.3, seed=2)
    ends = np.floor(receivers.row + 0.5).astype(int), np.floor(receivers.column + 0.5).astype(int)
    receivers = only(receivers, zone[ends] != 1)
    found = exact_loss(ground, mast, receivers, model, 0.3)
    assert found == pytest.approx(plain_losses(ground, mast, receivers, model, 0.3), abs=bound_db(model))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: f"{model.frequency_mhz:g}-{model.time_percent:g}")
def test_an_end_at_sea_has_no_way_to_the_coast(model):
    "The plain form takes 0 km for an end in zone 1, whatever is given: ducts over the sea then couple best."
    ground = Ground(np.zeros((SIZE, SIZE), np.float32), None, np.ones((SIZE, SIZE), np.uint8))
    ground.zone[:, :6] = 3
    at_sea, ashore = standing(ground, 120.3, 120.6, 30), standing(ground, 4.2, 120.6, 30)
    for mast in (at_sea, ashore):
        receivers = scattered(ground, mast, 60, 0.25, 0.25, seed=4, nearest_km=10)
        found = exact_loss(ground, mast, receivers, model, 0.25)
        assert found == pytest.approx(plain_losses(ground, mast, receivers, model, 0.25), abs=bound_db(model))


@pytest.mark.parametrize(
    ("file", "row_km"), [("N21E105.hgt", 3 * 1.852 / 60), ("danang_1arcsec.tif", 1.852 / 60)], ids=["n21e105", "danang"]
)
def test_exact_on_real_terrain(shared_data, file, row_km):
    with rasterio.open(shared_data / "dem" / file) as tile:
        heights_m, latitude_deg = tile.read(1, out_dtype=np.float32), (tile.bounds.bottom + tile.bounds.top) / 2
    ground = Ground(np.where(heights_m == -32768, np.nan, heights_m).astype(np.float32))
    column_km = row_km * math.cos(math.radians(latitude_deg))
    rows, columns = heights_m.shape
    places = np.random.default_rng(7).uniform(0.05, 0.95, (20, 2)) * (columns - 1, rows - 1)
    unknown = 0
    for number, (x, y) in enumerate(places):
        mast, model = standing(ground, x, y, 15 + 3 * number), MODELS[number % len(MODELS)]
        receivers = scattered(ground, mast, 100, column_km, row_km, seed=number, latitude_deg=latitude_deg)
        found = exact_loss(ground, mast, receivers, model, row_km)
        expected = plain_losses(ground, mast, receivers, model, row_km)
        unknown += np.isnan(expected).sum()
        assert found == pytest.approx(expected, abs=bound_db(model), nan_ok=True)
    assert (unknown > 0) == bool((heights_m == -32768).any())


def over(profile_m, model, mast_m, step_km=0.09, shape="row"):
    """Both forms on one profile, laid along a row or a column of pixels."""
    heights_m = np.tile(np.asarray(profile_m, np.float32), (2, 1))
    last = float(len(profile_m) - 1)
    ground, x, y = Ground(heights_m), np.array([last]), np.array([0.0])
    if shape == "column":
        ground, x, y = Ground(heights_m.T), y, x
    mast = standing(ground, 0.0, 0.0, mast_m)
    receivers = placed(ground, mast, x, y, step_km, step_km)
    # A step a hair too long makes each pixel of the profile one of its points, whatever the division is rounded to.
    step_km *= 1 + 1e-12
    found = exact_loss(ground, mast, receivers, model, step_km)
    return found.item(), plain_losses(ground, mast, receivers, model, step_km).item()


SPECIAL = {
    "flat at sea level": [0] * 41,
    "five points": [0, 0, 0, 0, 0],
    "below sea level": [-30] * 41,
    "one knife edge": [0] * 20 + [80] + [0] * 20,
    "two knife edges": [0] * 10 + [80] + [0] * 19 + [80] + [0] * 10,
    "edge beside the mast": [0, 60] + [0] * 39,
    "edge beside the receiver": [0] * 39 + [60, 0],
    "up to the receiver": list(range(41)),
    "down to the receiver": list(range(41, 0, -1)),
    "cliff down": [300] + [0] * 40,
    "cliff up": [0] * 40 + [300],
    "valley": [abs(20 - k) * 15 for k in range(41)],
    "plateau": [0] * 10 + [200] * 21 + [0] * 10,
    "plateau between": [200] * 15 + [0] * 11 + [200] * 15,
    "mast in a pit": [0] + [50] * 40,
    "both in a pit": [0] + [50] * 39 + [0],
    "terraces": [10 * (k // 5) for k in range(41)],
    "the highest ground": [192] * 20 + [8840] + [4000] * 20,
}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: f"{model.frequency_mhz:g}-{model.time_percent:g}")
@pytest.mark.parametrize("name", SPECIAL)
def test_special_profiles(name, model):
    for mast_m, step_km, shape in [(1.5, 0.01, "row"), (30, 0.09, "column"), (200, 1.0, "row")]:
        with warnings.catch_warnings(), np.errstate(all="raise", under="ignore"):
            warnings.simplefilter("error")
            found, expected = over(SPECIAL[name], model, mast_m, step_km, shape)
        assert math.isfinite(found)
        assert found == pytest.approx(expected, abs=bound_db(model))


@pytest.mark.parametrize(("mast_m", "rx_m"), [(30, 30), (10, 30), (30, 20)])
def test_ground_that_touches_the_line_of_sight(mast_m, rx_m):
    "A ridge whose top is on the line, and a hair off it: half of the wave is lost on both sides of the touch."
    model = P1812(1800.0, rx_height_agl_m=rx_m)
    step_km, count, at = 0.1, 40, 16
    bulge_m = 500 / (6371 * 157 / 112) * (at * step_km) * ((count - at) * step_km)
    touching_m = mast_m + (rx_m - mast_m) * at / count - bulge_m
    for off_m in (-1e-3, 0.0, 1e-3):
        profile = np.zeros(count + 1)
        profile[at] = touching_m + off_m
        found, expected = over(profile, model, mast_m, step_km)
        assert found == pytest.approx(expected, abs=1e-3)
        # J(0) = 6.03 dB and 10.08 dB times 1 - exp(-1.005): 12.42 dB above free space.
        free_db = free_space_loss(1800, math.hypot(count * step_km, (mast_m - rx_m) / 1000))
        assert found - free_db == pytest.approx(12.42, abs=0.06)


def test_receiver_above_the_mast_in_free_space():
    "From a hundred metres up to a balloon's height nothing is in the way: 92.4 + 20 log f + 20 log d, 4 km and 2.9 up."
    found, _ = over([0] * 41, P1812(1800.0, rx_height_agl_m=3000.0), 100, step_km=0.1)
    assert found == pytest.approx(92.4 + 20 * math.log10(1.8) + 20 * math.log10(math.hypot(4, 2.9)), abs=1e-6)


@given(
    profile=st.lists(st.integers(-20, 400).map(lambda h: h / 2), min_size=6, max_size=40),
    mast_m=st.sampled_from([1.5, 20.0, 250.0]),
    rx_m=st.sampled_from([1.5, 10.0, 30.0]),
    frequency_mhz=st.floats(30, 6000),
    time_percent=st.sampled_from([50.0, 50.0, 49.0, 10.0, 1.0]),
    polarization=st.sampled_from(["vertical", "horizontal"]),
    delta_n=st.floats(5, 150),
    step_km=st.sampled_from([0.01, 0.03, 0.09, 1.0]),
)
@settings(max_examples=300, deadline=None)
def test_any_profile(profile, mast_m, rx_m, frequency_mhz, time_percent, polarization, delta_n, step_km):
    model = P1812(frequency_mhz, time_percent, polarization, delta_n, rx_height_agl_m=rx_m)
    found, expected = over(profile, model, mast_m, step_km)
    # Two points that are highest alike may be told apart by rounding, and stand for different horizons.
    assert found == pytest.approx(expected, abs=MEDIAN_DB if time_percent == 50 else 1e-3)


def test_distance_zero_and_nothing():
    ground = Ground(hills(40, seed=1))
    mast = standing(ground, 100.0, 100.0, 30)
    receivers = placed(ground, mast, np.array([100.0, 101.0]), np.array([100.0, 100.0]), 0.09, 0.09)
    assert np.isnan(exact_loss(ground, mast, receivers, P1812(1800.0), 0.09)).tolist() == [True, False]
    assert np.isnan(fast_loss(ground, mast, receivers, P1812(1800.0), 0.09, 0.09, 0.09, 100)).tolist() == [True, False]
    nobody = only(receivers, np.array([], int))
    assert exact_loss(ground, mast, nobody, P1812(1800.0), 0.09).shape == (0,)
    assert fast_loss(ground, mast, nobody, P1812(1800.0), 0.09, 0.09, 0.09, 100).shape == (0,)


# Fast: the plain form on the profile that a path shares


def with_fast(ground, mast, receivers, model, pixel_km, radials, row_km=None):
    return fast_loss(ground, mast, receivers, model, pixel_km, pixel_km, row_km or pixel_km, radials)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: f"{model.frequency_mhz:g}-{model.time_percent:g}")
@pytest.mark.parametrize(
    ("relief_m", "mast_m", "pixel_km", "covered", "radials"),
    [(0, 30, 0.09, False, 80), (3, 3, 0.3, True, 500), (40, 15, 0.03, True, 90), (200, 60, 0.09, False, 700)],
)
def test_fast_is_the_plain_form_on_shared_profiles(model, relief_m, mast_m, pixel_km, covered, radials):
    """
    All but the smooth Earth's own edge, which stands on equal intervals and matters where a path is nearly smooth.

    The fewer radials, the plainer that the path's profile is the radial's and not its own.
    """
    ground = Ground(hills(relief_m, seed=relief_m), cover(seed=relief_m) if covered else None)
    mast, row_km = standing(ground, 97.37, 121.81, mast_m), 1.07 * pixel_km
    receivers = scattered(ground, mast, 80, pixel_km, row_km, seed=1, latitude_deg=np.linspace(-75, 75, 80))
    found = with_fast(ground, mast, receivers, model, pixel_km, radials, row_km)
    expected = plain_losses(ground, mast, receivers, model, pixel_km, (pixel_km, row_km, radials))
    assert np.isnan(found).tolist() == np.isnan(expected).tolist()
    difference = np.abs(found - expected)[np.isfinite(expected)]
    assert difference.max() < 0.5
    if relief_m >= 40 and model.frequency_mhz > 700:
        assert np.median(difference) < 1e-6


def test_a_path_that_grazes_the_trees_over_one_earth_only():
    "In sight over the Earth of k = 3 and behind trees over the median one; the nearest point lies between two corners."
    ground = Ground(hills(1000, seed=1000), cover(seed=1000), coast())
    mast, model = standing(ground, 97.37, 121.81, 300), P1812(6000.0, time_percent=1.0, delta_n=100.0)
    receivers = only(scattered(ground, mast, 4000, 0.3, 0.321, seed=1), np.array([2870, 2940, 3651]))
    found = with_fast(ground, mast, receivers, model, 0.3, 500, 0.321)
    assert found == pytest.approx(
        plain_losses(ground, mast, receivers, model, 0.3, (0.3, 0.321, 500)), abs=PART_TIME_DB
    )


def round_hills(relief_m):
    """Rings around pixel (120, 120): along every radial the same ground."""
    distance = np.hypot(ROWS - 120, COLUMNS - 120)
    return (relief_m * (np.sin(distance / 9) + 0.3 * np.sin(distance / 3.1 + 1) + 1.3)).astype(np.float32)


def tilted():
    return (0.2 * COLUMNS + 0.1 * ROWS).astype(np.float32)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: f"{model.frequency_mhz:g}-{model.time_percent:g}")
@pytest.mark.parametrize(
    ("heights_m", "covered", "least_db", "usual_db", "most_db"),
    [
        (tilted(), False, 1e-6, 0.1, 0.3),
        (round_hills(2), False, 1e-4, 0.1, 0.3),
        (round_hills(40), False, 0.02, 0.3, 2),
        (round_hills(2), True, 0.1, 2, 25),
    ],
    ids=["tilted", "low", "high", "low-covered"],
)
def test_dense_radials_come_to_the_exact_form(heights_m, covered, least_db, usual_db, most_db, model):
    """
    Sixty radials a rim pixel over ground that is the same to both sides of a path: what half, 95 % and all are within.

    What is left is that the points of a radial are whole steps from the mast, those of a profile of its own equal
    parts of it. That matters where the ground bends, and most where a receiver stands beside houses or not.
    """
    rings_m = np.where(np.hypot(ROWS - 120, COLUMNS - 120) % 20 < 8, 10, 0).astype(np.float32)
    ground = Ground(heights_m, rings_m if covered else None)
    mast = standing(ground, 120.0, 120.0, 40)
    receivers = scattered(ground, mast, 3000, 0.03, 0.03, seed=5, nearest_km=0.3)
    exact = exact_loss(ground, mast, receivers, model, 0.03)
    difference = with_fast(ground, mast, receivers, model, 0.03, 60 * 754) - exact
    assert abs(difference.mean()) < 0.05
    half, usual, most = np.quantile(np.abs(difference), [0.5, 0.95, 1])
    assert half < least_db
    assert usual < usual_db
    assert most < most_db


def test_zones_of_a_radial():
    "Zones in rings, which all radials cross alike: sea from 3 to 9 km, coastal land up to 12 km."
    distance_km = 0.1 * np.hypot(ROWS - 120, COLUMNS - 120)
    zone = np.where((distance_km > 3) & (distance_km < 9), 1, np.where(distance_km < 12, 3, 4)).astype(np.uint8)
    ground = Ground(round_hills(1), None, zone)
    mast = standing(ground, 120.0, 120.0, 40)
    receivers = scattered(ground, mast, 400, 0.1, 0.1, seed=6, nearest_km=1.5)
    model = P1812(1800.0, time_percent=10.0)
    fast = with_fast(ground, mast, receivers, model, 0.1, 60 * 754)
    exact = exact_loss(ground, mast, receivers, model, 0.1)
    inland = exact_loss(Ground(ground.heights_m), mast, receivers, model, 0.1)
    assert np.abs(exact - inland).max() > 3
    assert np.quantile(np.abs(fast - exact), 0.95) < 0.3
    assert np.abs(fast - exact).max() < 1.5


def test_near_pixels_have_their_own_profile():
    ground = Ground(hills(80, seed=9), cover(seed=9))
    mast, model = standing(ground, 120.4, 118.8, 25), P1812(2550.0)
    receivers = scattered(ground, mast, 500, 0.09, 0.09, seed=9)
    exact = exact_loss(ground, mast, receivers, model, 0.09)
    fast = with_fast(ground, mast, receivers, model, 0.09, 3)
    near = receivers.distance_km < NEAR_STEPS * 0.09
    assert near.sum() > 200
    assert fast[near].tolist() == exact[near].tolist()
    assert (fast[~near] != exact[~near]).mean() > 0.5
    only_near = only(receivers, near)
    assert with_fast(ground, mast, only_near, model, 0.09, 3).tolist() == exact[near].tolist()


WORLDS = {
    "bare": Ground(hills(150, seed=11)),
    "covered": Ground(hills(150, seed=11), cover(seed=11)),
    "zones": Ground(hills(150, seed=11), None, coast()),
}


@pytest.mark.parametrize("time_percent", [50, 10])
@pytest.mark.parametrize("world", WORLDS)
def test_a_loss_does_not_hang_on_its_neighbours(world, time_percent):
    "Not to the last bit: in another order, in parts of any size, at other latitudes beside it."
    ground, model = WORLDS[world], P1812(1800.0, float(time_percent))
    mast, random = standing(ground, 130.0, 110.0, 30), np.random.default_rng(1)
    latitude_deg = random.uniform(-89, 89, 2500)
    receivers = scattered(ground, mast, 2500, 0.2, 0.2, seed=8, latitude_deg=latitude_deg)
    for losses in (
        lambda some: exact_loss(ground, mast, some, model, 0.2),
        lambda some: with_fast(ground, mast, some, model, 0.2, 600),
    ):
        whole = losses(receivers)
        order = random.permutation(2500)
        for start, end in [(0, 2500), (0, 1), (1, 34), (34, 1100), (1100, 2500)]:
            part = order[start:end]
            assert np.array_equal(losses(only(receivers, part)), whole[part], equal_nan=True)


@pytest.mark.parametrize("world", WORLDS)
def test_a_window_of_the_ground_changes_no_bit(world):
    ground, model = WORLDS[world], P1812(1800.0, 10.0)
    window = np.s_[20:230, 31:225]
    rasters = ground.heights_m, ground.clutter_m, ground.zone
    part = Ground(*(None if a is None else a[window] for a in rasters), (31, 20))
    mast = standing(ground, 130.3, 110.9, 30)
    receivers = scattered(ground, mast, 2000, 0.2, 0.2, seed=8)
    inside = (receivers.row >= 20) & (receivers.row <= 229) & (receivers.column >= 31) & (receivers.column <= 224)
    receivers = only(receivers, inside)
    whole, found = (exact_loss(g, mast, receivers, model, 0.2) for g in (ground, part))
    assert found.tolist() == whole.tolist()
    whole, found = (with_fast(g, mast, receivers, model, 0.2, 600) for g in (ground, part))
    # A radial is not the path: it may leave the window beside a receiver at its rim.
    kept = np.isfinite(found)
    assert kept.mean() > 0.95
    assert found[kept].tolist() == whole[kept].tolist()


# Unknown ground


@pytest.mark.parametrize("world", WORLDS)
def test_unknown_ground(world):
    "A strip of unknown ground, two lone pixels, receivers without ground: NaN where they are met, and no bit else."
    known, model = WORLDS[world], P1812(1800.0)
    heights_m = known.heights_m.copy()
    heights_m[60:63, 40:200] = heights_m[130, 150] = heights_m[111, 150] = np.nan
    ground = dataclasses.replace(known, heights_m=heights_m)
    mast = standing(ground, 130.3, 110.9, 30)
    receivers = scattered(known, mast, 1500, 0.2, 0.2, seed=8)
    receivers.ground_m[::100] = np.nan
    exact, fast = exact_loss(ground, mast, receivers, model, 0.2), with_fast(ground, mast, receivers, model, 0.2, 600)
    for found, shared in ((exact, ()), (fast, (0.2, 0.2, 600))):
        expected = np.isnan(plain_losses(ground, mast, receivers, model, 0.2, shared))
        assert 50 < expected.sum() < 750
        assert np.isnan(found).tolist() == expected.tolist()
    complete = exact_loss(known, mast, receivers, model, 0.2), with_fast(known, mast, receivers, model, 0.2, 600)
    for found, whole in zip((exact, fast), complete, strict=True):
        kept = np.isfinite(found)
        assert found[kept].tolist() == whole[kept].tolist()


def test_unknown_ground_all_around():
    "No radial reaches its last receiver; what lies before the unknown ring keeps its climate, and its loss to the bit."
    distance = np.hypot(ROWS - 120, COLUMNS - 120)
    zone = np.where(COLUMNS > 120, 1, 4).astype(np.uint8)
    known = Ground(round_hills(5), None, zone)
    ground = dataclasses.replace(known, heights_m=np.where(np.abs(distance - 90) < 3, np.nan, known.heights_m))
    mast, model = standing(known, 120.3, 120.6, 30), P1812(1800.0, 10.0)
    receivers = scattered(known, mast, 1500, 0.2, 0.2, seed=8, nearest_km=3)
    whole, found = (with_fast(g, mast, receivers, model, 0.2, 600) for g in (known, ground))
    kept = np.isfinite(found)
    assert 0.3 < kept.mean() < 0.9
    assert found[kept].tolist() == whole[kept].tolist()


@pytest.mark.parametrize("world", WORLDS)
def test_receivers_off_the_raster(world):
    "Also where all that is read of the ground before them is on it."
    ground, model = WORLDS[world], P1812(1800.0)
    mast = standing(ground, 18.2, 19.7, 30)
    x = np.array([-0.5, -0.01, -1, -5, 18.2, 20, 60, 0, 239, 239.01, 239.6, 300])
    y = np.array([19.7, 22, 19.7, 24, -0.3, -3, -0.4, 0, 239, 200, 239.6, 100])
    off = (x < 0) | (y < 0) | (x > SIZE - 1) | (y > SIZE - 1)
    beside = Ground(np.zeros((SIZE + 200, SIZE + 200), np.float32))
    moved = placed(beside, dataclasses.replace(mast, column=118.2, row=119.7), x + 100, y + 100, 0.09, 0.09)
    receivers = dataclasses.replace(moved, column=x, row=y)
    assert np.isnan(exact_loss(ground, mast, receivers, model, 0.09)).tolist() == off.tolist()
    found = with_fast(ground, mast, receivers, model, 0.09, 40_000)
    assert np.isnan(found[off]).all()
    assert np.isfinite(found[~off]).any()


@pytest.mark.parametrize("x", [-0.5, 239.5, np.nan])
def test_a_mast_off_the_raster(x):
    ground, model = WORLDS["bare"], P1812(1800.0)
    receivers = scattered(ground, standing(ground, 120.0, 120.0, 30), 50, 0.09, 0.09, seed=1, nearest_km=2)
    mast = Mast(x, 120.0, 10.0, 30.0)
    assert np.isnan(exact_loss(ground, mast, receivers, model, 0.09)).all()


def test_a_mast_on_unknown_ground():
    ground, model = WORLDS["bare"], P1812(1800.0)
    mast = dataclasses.replace(standing(ground, 120.0, 120.0, 30), ground_m=math.nan)
    receivers = scattered(ground, mast, 50, 0.09, 0.09, seed=1)
    assert np.isnan(exact_loss(ground, mast, receivers, model, 0.09)).all()
    assert np.isnan(with_fast(ground, mast, receivers, model, 0.09, 600)).all()


# What the settings do


def beyond_a_ridge(**settings):
    "Twenty kilometres with a ridge of 150 m in the middle."
    return over([0] * 40 + [150] + [0] * 40, P1812(**{"frequency_mhz": 700.0, **settings}), 30, step_km=0.25)[0]


def over_the_plain(**settings):
    "Forty kilometres of nothing: beyond the horizon of both antennas."
    return over([0] * 161, P1812(**{"frequency_mhz": 100.0, **settings}), 30, step_km=0.25)[0]


def test_less_is_lost_for_less_of_the_time():
    for losses in (beyond_a_ridge, over_the_plain):
        by_time = [losses(time_percent=p) for p in (1.0, 5.0, 10.0, 25.0, 49.0, 50.0)]
        assert by_time == sorted(by_time)
        assert by_time[-1] > by_time[0] + 3


def test_vertical_waves_go_further_over_the_plain():
    "The longer the wave the more, ten kilometres away: the ground conducts it along."
    for frequency_mhz, gain_db in [(50.0, 4), (100.0, 3), (800.0, 0.0)]:
        models = (P1812(frequency_mhz, polarization=p) for p in ("vertical", "horizontal"))
        vertical, horizontal = (over([0] * 101, model, 30, step_km=0.1)[0] for model in models)
        assert horizontal - vertical == pytest.approx(gain_db, abs=0.6)
    assert beyond_a_ridge(polarization="vertical") == pytest.approx(beyond_a_ridge(polarization="horizontal"), abs=0.01)


def test_air_that_bends_more_loses_less():
    for losses in (beyond_a_ridge, over_the_plain):
        by_fall = [losses(delta_n=fall) for fall in (10.0, 40.0, 70.0, 100.0)]
        assert by_fall == sorted(by_fall, reverse=True)
        assert by_fall[0] > by_fall[-1] + 0.2


def test_denser_air_scatters_more():
    "Half a thousand kilometres away only troposcatter is left, and that has -0.15 dB for each N-unit."
    low, high = (over([0] * 101, P1812(6000.0, n0=n0), 30, step_km=5)[0] for n0 in (300.0, 340.0))
    assert low - high == pytest.approx(0.15 * 40, abs=1e-3)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: f"{model.frequency_mhz:g}-{model.time_percent:g}")
@pytest.mark.parametrize("world", WORLDS)
def test_there_and_back(world, model):
    "Mast and receiver change places, with their heights and their ways to the coast."
    ground, rx_m = WORLDS[world], model.rx_height_agl_m
    there = dataclasses.replace(model, tx_to_coast_km=0.7, rx_to_coast_km=2.0)
    back = dataclasses.replace(there, rx_height_agl_m=45.0, tx_to_coast_km=2.0, rx_to_coast_km=0.7)
    mast = standing(ground, 77.31, 100.23, 45)
    receivers = scattered(ground, mast, 40, 0.2, 0.2, seed=3)
    forward = exact_loss(ground, mast, receivers, there, 0.2)
    backward = []
    for x, y in zip(receivers.column, receivers.row, strict=True):
        returned = placed(ground, standing(ground, x, y, rx_m), np.array([77.31]), np.array([100.23]), 0.2, 0.2)
        backward.append(exact_loss(ground, standing(ground, x, y, rx_m), returned, back, 0.2)[0])
    assert forward == pytest.approx(backward, abs=1e-5)


@pytest.mark.parametrize("frequency_mhz", [100, 763, 3750])
def test_further_is_more_over_the_plain(frequency_mhz):
    ground = Ground(np.zeros((2, 401), np.float32))
    x = np.arange(5.0, 401)
    mast = Mast(0.0, 0.0, 0.0, 30.0)
    receivers = placed(ground, mast, x, np.zeros(x.size), 0.1, 0.1)
    assert (np.diff(exact_loss(ground, mast, receivers, P1812(frequency_mhz), 0.1)) > 0).all()


def test_bullington_alone():
    "Free space between the antennas and Bullington's edge over covered ground, as each has it."
    ground, model = WORLDS["covered"], Bullington(1800.0, 8500.0, 10.0)
    mast = standing(ground, 130.3, 110.9, 30)
    receivers = scattered(ground, mast, 100, 0.2, 0.2, seed=8)
    expected = []
    for path, d in enumerate(receivers.distance_km):
        distance_km, height_m, clutter_m, _ = own_profile(ground, mast, receivers, path, 0.2)
        ends = mast.ground_m + 30, receivers.ground_m[path] + 10
        edge = bullington_loss(
            distance_km,
            height_m + clutter_m,
            frequency_mhz=1800,
            tx_height_amsl_m=ends[0],
            rx_height_amsl_m=ends[1],
            effective_earth_radius_km=8500,
        )
        expected.append(edge + free_space_loss(1800, math.hypot(d, (ends[0] - ends[1]) / 1000)))
    # P.1812 has the speed of light with four digits.
    assert exact_loss(ground, mast, receivers, model, 0.2) == pytest.approx(np.array(expected), abs=1e-3)
    # The ground between is shared, the law is the same.
    assert np.median(np.abs(with_fast(ground, mast, receivers, model, 0.2, 20_000) - expected)) < 1.0


# What is handed in


def test_nothing_handed_in_is_changed():
    ground = WORLDS["covered"]
    mast, model = standing(ground, 130.3, 110.9, 30), P1812(1800.0, 10.0)
    receivers = scattered(ground, mast, 300, 0.2, 0.2, seed=8)
    before = [a.copy() for a in (ground.heights_m, ground.clutter_m, *vars(receivers).values())]
    exact_loss(ground, mast, receivers, model, 0.2)
    with_fast(ground, mast, receivers, model, 0.2, 600)
    after = ground.heights_m, ground.clutter_m, *vars(receivers).values()
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_arrays_of_any_kind_and_order():
    ground, model = WORLDS["covered"], P1812(1800.0)
    mast = standing(ground, 130.3, 110.9, 30)
    receivers = scattered(ground, mast, 300, 0.2, 0.2, seed=8)
    strided = Receivers(*(np.repeat(a, 2)[::2] for a in vars(receivers).values()))
    other = Ground(np.asfortranarray(ground.heights_m, np.float64), ground.clutter_m.T.copy().T)
    found, expected = exact_loss(other, mast, strided, model, 0.2), exact_loss(ground, mast, receivers, model, 0.2)
    assert found.tolist() == expected.tolist()
    found, expected = (with_fast(g, mast, r, model, 0.2, 600) for g, r in ((other, strided), (ground, receivers)))
    assert found.tolist() == expected.tolist()
