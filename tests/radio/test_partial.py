"""Groups of sites computed apart and put together: to the bit what one run of all of them gives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pyproj import CRS

from phusong.config import Environment, Radio
from phusong.grid import Grid
from phusong.radio import levels
from phusong.radio.coverage import strongest_servers
from phusong.radio.partial import as_servers, heard, together

GRID = Grid(CRS(3405), 500_000.0, 2_304_000.0, 100.0, (30, 30))
RADIO = Radio(reach_km=2.0, environments=(Environment(name="outdoor"), Environment(name="in_vehicle", loss_db=9)))
AROUND = GRID.padded(2000)


@pytest.fixture(scope="module")
def world():
    "Rough ground, partly not known, and sites of two operators on three bands."
    random = np.random.default_rng(5)
    terrain = (60 * random.standard_normal(AROUND.shape) + 100).astype(np.float32)
    terrain[20:34, 24:50] = np.nan
    kinds = [("LTE", 1800.0, 20.0), ("NR", 3700.0, 100.0), ("NR", 763.0, 10.0)]
    chosen = [kinds[kind] for kind in random.integers(3, size=30)]
    west, south, east, north = GRID.bounds
    sites = pd.DataFrame(chosen, columns=["technology", "frequency_mhz", "bandwidth_mhz"]).assign(
        site_id=[f"S{number:02}" for number in range(30)],
        operator=[["Viettel", "VNPT"][who] for who in random.integers(2, size=30)],
        x_m=random.uniform(west - 1500, east + 1500, 30),
        y_m=random.uniform(south - 1500, north + 1500, 30),
        height_agl_m=random.uniform(10, 40, 30),
        azimuths_deg="0;120;240",
        downtilt_deg=5.0,
        eirp_dbm=random.uniform(30, 62, 30),
    )
    return terrain, sites


def run(world, rows):
    terrain, sites = world
    return strongest_servers(sites[rows].reset_index(drop=True), terrain, AROUND, GRID, RADIO)


@pytest.mark.parametrize("groups", [2, 3, 5])
def test_groups_together_are_one_run_of_all(world, groups):
    whole = run(world, np.ones(30, bool))
    of = np.random.default_rng(groups).integers(groups, size=30)
    parts = [heard(run(world, of == group)) for group in range(groups)]
    found, expected = together(parts, RADIO, GRID.pixel_m), heard(whole)
    assert set(found) == set(expected)
    for key, (level_ddbm, doubt) in expected.items():
        assert np.array_equal(found[key][0], level_ddbm)
        assert np.array_equal(found[key][1], doubt)
    assert any(doubt.any() for _, doubt in expected.values())
    assert any((part[key][1] & ~expected[key][1]).any() for part in parts for key in part), "doubt that others dispel"
    made = {
        key: level for key, level, _ in levels.by_operator(as_servers(found, GRID.shape, RADIO), RADIO, GRID.pixel_m)
    }
    for key, level, _ in levels.by_operator(whole, RADIO, GRID.pixel_m):
        assert np.array_equal(made[key], level)


def test_no_sites_give_no_signal():
    nothing = as_servers(together([], RADIO, GRID.pixel_m), (4,), RADIO)
    found = {key: level.tolist() for key, level, _ in levels.by_operator(nothing, RADIO, GRID.pixel_m)}
    assert found == {("LTE", "any"): [0] * 4, ("NR", "any"): [0] * 4}
