"""Every model behind the door of the radio stage, path by path against its plain form."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pyproj import CRS, Transformer

from phusong.config import Radio
from phusong.grid import Grid
from phusong.radio.carrier import Carrier
from phusong.radio.coverage import transmitter_of
from phusong.radio.diffraction import bullington_loss
from phusong.radio.free_space import free_space_loss
from phusong.radio.loss import loss_db
from phusong.radio.p1812 import basic_transmission_loss
from phusong.radio.reach import Transmitter, paths_within
from phusong.radio.tr38901 import path_loss
from phusong.radio.world import World

GRID = Grid(CRS(3405), 500_000.0, 2_304_000.0, 100.0, (40, 40))
AROUND = GRID.padded(1000)
X_M, Y_M = 501_930.0, 2_302_010.0


def hills(relief_m=150.0, seed=5):
    """Hills of several widths, the seed says which."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[0 : AROUND.shape[0], 0 : AROUND.shape[1]] * 0.1
    waves = random.uniform(0.5, 8, (12, 2)), random.uniform(0, 2 * math.pi, 12)
    found = sum(np.sin(a * rows + b * columns + phase) / (a + b) for (a, b), phase in zip(*waves, strict=True))
    return (relief_m * (found + 0.05 * random.standard_normal(rows.shape)) + 300).astype(np.float32)


def carrier(frequency_mhz=1800.0, height_agl_m=30.0):
    return Carrier(0, "A", "VNPT", "LTE", X_M, Y_M, height_agl_m, frequency_mhz, 30.0, 2.5, np.empty(0), 0.0, "B3")


def asked(radio, terrain, clutter_m=None, mast=None, grid=GRID, around=AROUND):
    """A transmitter, its paths and their losses."""
    mast = mast or carrier()
    world = World(terrain, around, grid, radio, clutter_m)
    transmitter = transmitter_of(mast, world)
    paths = paths_within(transmitter, terrain, around, grid, radio.receiver_height_m)
    return transmitter, paths, loss_db(mast, transmitter, paths, world)


def profile(terrain, paths, path, intervals):
    """Distances in km and heights of equal intervals on the straight line from the mast to a pixel."""
    share = np.arange(intervals + 1) / intervals
    angle = math.radians(paths.azimuth_deg[path])
    x_m = X_M + share * paths.distance_m[path] * math.sin(angle)
    y_m = Y_M + share * paths.distance_m[path] * math.cos(angle)
    return share * paths.distance_m[path] / 1000, AROUND.bilinear(terrain, x_m, y_m)


def intervals(distance_m):
    return max(4, math.ceil(distance_m / 100))


def test_p1812_exact_is_the_plain_form_on_the_same_profile():
    radio = Radio(mode="exact", delta_n=45, n0=325, time_percent=50)
    terrain = hills()
    clutter_m = np.where(np.arange(AROUND.shape[1]) % 7 == 0, 15, 0) * np.ones(AROUND.shape)
    to_degrees = Transformer.from_crs(3405, 4756, always_xy=True)
    transmitter, paths, found = asked(radio, terrain, clutter_m.astype(np.float32))
    for path in range(0, paths.pixel.size, 37):
        d, h = profile(terrain, paths, path, intervals(paths.distance_m[path]))
        share = np.arange(d.size) / (d.size - 1)
        x_m = X_M + share * paths.distance_m[path] * math.sin(math.radians(paths.azimuth_deg[path]))
        middle_y_m = Y_M + paths.distance_m[path] / 2 * math.cos(math.radians(paths.azimuth_deg[path]))
        column = np.floor((x_m - AROUND.west) / 100).astype(int)
        expected = basic_transmission_loss(
            d,
            h,
            clutter_m[0, column],
            4,
            frequency_mhz=1800,
            tx_height_agl_m=30,
            rx_height_agl_m=1.5,
            polarization="vertical",
            latitude_deg=to_degrees.transform(X_M, middle_y_m)[1],
            delta_n=45,
            n0=325,
        )
        assert found[path] == pytest.approx(expected, abs=1e-5)
    assert transmitter.top_amsl_m > 0


def test_bullington_exact_is_free_space_and_one_edge():
    radio = Radio(propagation="bullington", mode="exact")
    terrain = hills(400.0)
    transmitter, paths, found = asked(radio, terrain)
    differences = []
    for path in range(0, paths.pixel.size, 11):
        d, h = profile(terrain, paths, path, intervals(paths.distance_m[path]))
        edge = bullington_loss(
            d,
            h,
            frequency_mhz=1800,
            tx_height_amsl_m=transmitter.top_amsl_m,
            rx_height_amsl_m=paths.receiver_amsl_m[path],
            effective_earth_radius_km=8500,
        )
        differences.append(found[path] - edge - free_space_loss(1800, paths.slant_km(transmitter.top_amsl_m)[path]))
    # P.526 with the speed of light of nine digits, the kernels with the 0.2998 of P.1812.
    assert np.abs(differences).max() < 2e-3


@pytest.mark.parametrize("propagation", ["p1812", "bullington"])
def test_fast_is_near_exact(propagation):
    terrain = hills()
    _, _, exact = asked(Radio(propagation=propagation, mode="exact"), terrain)
    _, paths, fast = asked(Radio(propagation=propagation, radials_per_rim_pixel=2), terrain)
    near = paths.distance_m < 1200
    assert (fast[near] == exact[near]).all()
    assert abs((fast - exact).mean()) < 0.2
    assert np.quantile(np.abs(fast - exact), 0.95) < 3
    assert np.abs(fast - exact).max() > 0.01


@pytest.mark.parametrize("scenario", ["rma", "uma", "umi"])
def test_3gpp_in_sight_or_not_as_the_terrain_has_it(scenario):
    "A wall 300 m high, 1.2 km east of the mast; nothing else."
    terrain = np.zeros(AROUND.shape, np.float32)
    wall = np.abs(AROUND.x - (X_M + 1200)) < 51
    terrain[:, wall] = 300
    _, paths, found = asked(Radio(propagation=f"3gpp-{scenario}"), terrain)
    east_m = paths.distance_m * np.sin(np.radians(paths.azimuth_deg))
    clear = (east_m < 1050) | (np.abs(east_m - 1200) < 49)
    behind = east_m > 1400
    for sight, where in ((True, clear & (east_m < 1050)), (False, behind)):
        expected = path_loss(scenario, np.array(sight), paths.distance_m[where], frequency_mhz=1800, tx_height_agl_m=30)
        assert found[where] == pytest.approx(expected, abs=1e-9)
    assert behind.sum() > 100


def test_under_the_mast_itself():
    "A pixel centre exactly below the antenna has the loss of the antenna's height, nearly."
    terrain = np.zeros(AROUND.shape, np.float32)
    mast = carrier()
    transmitter = Transmitter(501_950.0, 2_302_050.0, 30.0, 500.0)
    for radio in (Radio(), Radio(mode="exact"), Radio(propagation="bullington"), Radio(propagation="3gpp-rma")):
        world = World(terrain, AROUND, GRID, radio)
        paths = paths_within(transmitter, terrain, AROUND, GRID, 1.5)
        under = paths.distance_m == 0
        found = loss_db(mast, transmitter, paths, world)[under]
        assert found.size == 1
        assert 60 < found[0] < 75


@pytest.mark.parametrize("propagation", ["p1812", "bullington", "3gpp-uma"])
def test_unknown_ground_is_never_a_number(propagation):
    terrain = np.full(AROUND.shape, 10, np.float32)
    terrain[:, AROUND.x > X_M + 1000] = np.nan
    _, paths, found = asked(Radio(propagation=propagation), terrain)
    east_m = paths.distance_m * np.sin(np.radians(paths.azimuth_deg))
    assert np.isnan(found[east_m > 1150]).all()
    assert not np.isnan(found[east_m < 850]).any()


@pytest.mark.parametrize(
    "radio",
    [
        Radio(),
        Radio(mode="exact"),
        Radio(time_percent=10),
        Radio(propagation="bullington"),
        Radio(propagation="3gpp-rma"),
    ],
    ids=["p1812", "exact", "part time", "bullington", "3gpp"],
)
def test_no_window_changes_a_bit(radio):
    "Some pixels asked for with less ground around them."
    terrain = hills()
    _, paths, whole = asked(radio, terrain)
    part = Grid(CRS(3405), 501_000.0, 2_303_000.0, 100.0, (20, 25))
    around = part.padded(800)
    _, fewer, found = asked(radio, terrain[AROUND.window(around)], grid=part, around=around)
    row, column = np.divmod(fewer.pixel, 25)
    place = (row + 10) * 40 + column + 10
    where = np.searchsorted(paths.pixel, place)
    assert (paths.pixel[where] == place).all()
    assert (whole[where] == found).all()
