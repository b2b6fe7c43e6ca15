"""The sweep against a plain path-by-path form of the same sampling rule, over rough ground."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pyproj import CRS

from phusong.grid import Grid
from phusong.radio.diffraction import bullington_loss
from phusong.radio.reach import Transmitter, paths_within
from phusong.radio.sweep import radial_count, terrain_loss

EARTH_KM = 8500.0
GRID = Grid(CRS(3405), 500_000.0, 2_304_000.0, 100.0, (40, 40))


def rough(relief_m, seed):
    """Hills of several widths, the seed says which."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:60, 0:60] * 0.1
    waves = random.uniform(0.5, 8, (12, 2)), random.uniform(0, 2 * math.pi, 12)
    hills = sum(np.sin(a * rows + b * columns + phase) / (a + b) for (a, b), phase in zip(*waves, strict=True))
    return (relief_m * (hills + 0.05 * random.standard_normal((60, 60)))).astype(np.float32)


def plain(transmitter, paths, terrain, terrain_grid, frequency_mhz, radials):
    """Each path by itself: samples of the nearest radial at every whole pixel, up to half a pixel before the pixel."""
    losses = []
    for distance_m, azimuth_deg, receiver_m in zip(
        paths.distance_m, paths.azimuth_deg, paths.receiver_amsl_m, strict=True
    ):
        pixel_m = terrain_grid.pixel_m
        along_m = np.arange(1, max(0, math.floor(distance_m / pixel_m - 0.5)) + 1) * pixel_m
        direction = 2 * math.pi * math.floor(azimuth_deg / 360 * radials + 0.5) / radials
        x_m = transmitter.x_m + along_m * math.sin(direction)
        y_m = transmitter.y_m + along_m * math.cos(direction)
        ground_m = terrain_grid.bilinear(terrain, x_m, y_m)
        if np.isnan([*ground_m, receiver_m, transmitter.top_amsl_m]).any():
            losses.append(np.nan)
            continue
        losses.append(
            bullington_loss(
                np.array([0, *along_m, distance_m]) / 1000,
                [0, *ground_m, 0],
                frequency_mhz=frequency_mhz,
                tx_height_amsl_m=transmitter.top_amsl_m,
                rx_height_amsl_m=receiver_m,
                effective_earth_radius_km=EARTH_KM,
            )
        )
    return np.array(losses)


def swept(transmitter, paths, terrain, terrain_grid, frequency_mhz, radials):
    return terrain_loss(
        transmitter,
        paths,
        terrain,
        terrain_grid,
        frequency_mhz=frequency_mhz,
        radials=radials,
        effective_earth_radius_km=EARTH_KM,
    )


@pytest.mark.parametrize(
    ("relief_m", "mast_m", "frequency_mhz", "receiver_m"),
    [(150, 15, 763, 1.5), (60, 60, 1800, 1.5), (20, 40, 3700, 10), (3, 25, 700, 1.5), (0, 30, 2600, 1.5)],
)
def test_sweep_is_the_plain_form(relief_m, mast_m, frequency_mhz, receiver_m):
    terrain, around = rough(relief_m, seed=relief_m), GRID.padded(1000)
    transmitter = Transmitter.on(terrain, around, 502_013.0, 2_302_044.0, mast_m, 2600.0)
    paths = paths_within(transmitter, terrain, around, GRID, receiver_m)
    radials = radial_count(2600.0, 100.0, 2)
    expected = plain(transmitter, paths, terrain, around, frequency_mhz, radials)
    assert paths.pixel.size > 1500
    assert swept(transmitter, paths, terrain, around, frequency_mhz, radials) == pytest.approx(expected, abs=1e-9)


def test_the_rough_worlds_hold_every_case():
    "Paths beyond the horizon, in sight with an edge that counts, and clear ones: else the test above shows little."
    around = GRID.padded(1000)
    terrain = rough(20, seed=20)
    transmitter = Transmitter.on(terrain, around, 502_013.0, 2_302_044.0, 40, 2600.0)
    paths = paths_within(transmitter, terrain, around, GRID, 10)
    loss = plain(transmitter, paths, terrain, around, 3700, 327)
    # An edge that grazes the line costs 6.03 dB and what Bullington adds, 6.4 dB: a share of 0.634 of 10 dB.
    beyond, clear = loss > 12.5, loss == 0
    assert min(beyond.sum(), clear.sum(), (~beyond & ~clear).sum()) > 50


def test_missing_terrain_is_passed_on():
    "A gap east of the mast: what lies on it or behind it is not known, and nothing else."
    around = GRID.padded(1000)
    terrain = np.zeros((60, 60), np.float32)
    terrain[20:40, 45] = np.nan
    transmitter = Transmitter.on(terrain, around, 502_000.0, 2_302_000.0, 30, 1900.0)
    paths = paths_within(transmitter, terrain, around, GRID, 1.5)
    radials = radial_count(1900.0, 100.0, 2)
    found = swept(transmitter, paths, terrain, around, 1800, radials)
    assert np.isnan(found).tolist() == np.isnan(plain(transmitter, paths, terrain, around, 1800, radials)).tolist()
    on_axis = np.isnan(found[paths.pixel // 40 == 20])
    # Row 20 from column 1 to 38; the gap is column 35 of the grid, and a profile comes within its four neighbours.
    columns = paths.pixel[paths.pixel // 40 == 20] % 40
    assert columns[on_axis].tolist() == [35, 36, 37, 38]


def test_reach_and_rings():
    "Pixels up to the reach, each in one ring; the mast stands on a pixel centre, which belongs to the first."
    around = GRID.padded(1000)
    terrain = np.zeros((60, 60), np.float32)
    transmitter = Transmitter.on(terrain, around, 502_050.0, 2_302_050.0, 30, 200.0)
    whole = paths_within(transmitter, terrain, around, GRID, 1.5)
    # 5 in a cross of two, 4 diagonal ones at 141 m, and the 4 tips at 200 m.
    assert sorted(whole.distance_m.round().tolist()) == [0] + [100] * 4 + [141] * 4 + [200] * 4
    inner = paths_within(transmitter, terrain, around, GRID, 1.5, ring=(-1.0, 0.5))
    outer = paths_within(transmitter, terrain, around, GRID, 1.5, ring=(0.5, 1.0))
    assert sorted([*inner.pixel, *outer.pixel]) == sorted(whole.pixel)
    assert inner.pixel.size == 5


def test_directions():
    around = GRID.padded(1000)
    terrain = np.zeros((60, 60), np.float32)
    transmitter = Transmitter.on(terrain, around, 502_050.0, 2_302_050.0, 30, 100.0)
    paths = paths_within(transmitter, terrain, around, GRID, 1.5)
    # North, west, the mast itself, east, south: row by row from the north-west.
    assert paths.azimuth_deg.tolist() == [0, 270, 0, 90, 180]
    # 28.5 m below at 100 m, and a hair more over the round Earth.
    assert paths.depression_deg(30.0, EARTH_KM)[0] == pytest.approx(math.degrees(math.atan2(28.5006, 100)), abs=1e-4)
    assert paths.slant_km(30.0)[2] == pytest.approx(0.0285)
