"""Counterfactuals: without a change they are the survey, to the bit; and what each change does to a carrier."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pyproj import CRS

from phusong.config import Band, Environment, Levels, Prior, Radio
from phusong.grid import Grid
from phusong.radio.carrier import carriers
from phusong.radio.counterfactual import at_lower_band, flat, given, paths_to, raised, tilted
from phusong.radio.coverage import strongest_servers
from phusong.radio.environment import margin_ddbm
from phusong.radio.levels import by_operator, threshold_ddbm
from phusong.radio.reach import Transmitter, paths_within
from phusong.radio.world import World
from phusong.units import LEVEL_FLOOR, LIMITED, NO_SIGNAL_DDBM

GRID = Grid(CRS(3405), 500_000.0, 2_304_000.0, 100.0, (30, 40))
AROUND = GRID.padded(3000)
N28 = Band(name="n28", technology="NR", low_mhz=758, high_mhz=788, scs_khz=15, reach_km=3)
N41 = Band(name="n41", technology="NR", low_mhz=2500, high_mhz=2600, reach_km=1.5)
STEPS = {"LTE": -1100, "NR": -1050}
RADIO = Radio(
    reach_km=2,
    bands=(N28, N41),
    covered_at_percent=90,
    environments=(Environment(name="in_vehicle", loss_db=9, sigma_db=5), Environment(name="outdoor")),
    nr=Levels(limited_dbm=-105),
)


def sites(count: int = 30) -> pd.DataFrame:
    "Weak sites of two operators and four bands all over the grid and beside it, by id."
    random = np.random.default_rng(3)
    kinds = [("LTE", 1800.0, 20.0), ("LTE", 950.0, 10.0), ("NR", 2550.0, 100.0), ("NR", 763.0, 10.0)]
    chosen = [kinds[number % 4] for number in range(count)]
    return pd.DataFrame(
        {
            "site_id": [f"S{number:03}" for number in range(count)],
            "operator": random.choice(["Viettel", "VNPT"], count),
            "technology": [kind[0] for kind in chosen],
            "frequency_mhz": [kind[1] for kind in chosen],
            "bandwidth_mhz": [kind[2] for kind in chosen],
            "height_agl_m": random.uniform(10, 40, count),
            "azimuths_deg": random.choice(["omni", "0;120;240"], count),
            "downtilt_deg": random.uniform(0, 8, count),
            "eirp_dbm": random.uniform(25, 45, count),
            "x_m": GRID.west + random.uniform(-1500, 5500, count),
            "y_m": GRID.north - random.uniform(-1500, 4500, count),
        }
    )


def world(radio: Radio = RADIO) -> World:
    "Rough ground with trees here and there and a void."
    random = np.random.default_rng(4)
    heights = (60 * random.random(AROUND.shape) + 100).astype(np.float32)
    heights[40:44, 50:54] = np.nan
    trees = np.where(random.random(AROUND.shape) < 0.2, 10, 0).astype(np.float32)
    return World(heights, AROUND, GRID, radio, trees)


@pytest.mark.parametrize(
    "radio",
    [
        RADIO,
        RADIO.model_copy(update={"mode": "exact"}),
        RADIO.model_copy(update={"propagation": "3gpp-rma"}),
        RADIO.model_copy(update={"propagation": "bullington", "covered_at_percent": 50}),
    ],
    ids=["p1812", "exact", "3gpp-rma", "bullington"],
)
def test_no_change_gives_the_levels_of_the_survey(radio):
    "At chosen pixels: the level, and who has the threshold, wherever the survey has no doubt."
    here, table = world(radio), sites()
    pixel = np.sort(np.random.default_rng(6).choice(30 * 40, 300, replace=False))
    found = given(carriers(table, radio), pixel, here, STEPS)
    servers = strongest_servers(table, here.terrain, AROUND, GRID, radio, clutter_m=here.clutter_m)
    for row, technology in enumerate(STEPS):
        groups = np.flatnonzero(servers.technology.values == technology)
        margins = [
            margin_ddbm(radio, radio.environments[0], float(servers.frequency_mhz.values[group]), 100.0)
            for group in groups
        ]
        median = servers.rsrp_ddbm.values[groups].reshape(len(groups), -1)[:, pixel].astype(float)
        median[median == NO_SIGNAL_DDBM] = -np.inf
        expected = (median - np.array(margins)[:, np.newaxis]).max(axis=0)
        assert np.isfinite(expected).any()
        assert found.level_ddbm[row].tolist() == expected.tolist()
    served = np.zeros(pixel.size, bool)
    served[found.place] = True
    assert {0, 1} == set(served.astype(int))
    best = {key: codes.ravel()[pixel] for key, codes, _ in by_operator(servers, radio, 100.0)}
    limited = np.logical_or.reduce([LEVEL_FLOOR[best[technology, "any"]] >= LIMITED for technology in STEPS])
    assert served.tolist() == limited.tolist()
    assert {name: threshold_ddbm(radio.levels(name).limited_dbm) for name in STEPS} == STEPS


def test_neither_other_pixels_nor_threads_change_a_bit():
    found, pixel = carriers(sites(), RADIO), np.arange(0, 1200, 3)
    once = given(found, pixel, world(), STEPS)
    again = given(found, pixel, world(), STEPS, workers=3)
    half = given(found, pixel[::2], world(), STEPS, workers=2)
    for name in ("level_ddbm", "carrier", "place", "over_ddb"):
        assert getattr(once, name).tolist() == getattr(again, name).tolist()
    assert half.level_ddbm.tolist() == once.level_ddbm[:, ::2].tolist()
    even = once.place % 2 == 0
    assert (half.place * 2).tolist() == once.place[even].tolist()
    assert half.carrier.tolist() == once.carrier[even].tolist()
    assert half.over_ddb.tolist() == once.over_ddb[even].tolist()
    best = np.full(pixel.size, -1)
    np.maximum.at(best, once.place, once.over_ddb)
    most = (once.level_ddbm - np.array(list(STEPS.values()))[:, np.newaxis]).max(axis=0)
    assert best[best >= 0].tolist() == most[most >= 0].tolist()


def test_without_carriers_or_pixels_there_is_nothing():
    nobody = given([], np.array([0, 7]), world(), STEPS)
    assert nobody.level_ddbm.tolist() == [[-np.inf] * 2] * 2
    assert nobody.place.size == 0
    assert given(carriers(sites(), RADIO), np.empty(0, np.int64), world(), STEPS).level_ddbm.shape == (2, 0)


def test_a_mast_on_unknown_ground_gives_nothing():
    table = sites(1).assign(x_m=AROUND.x[51], y_m=AROUND.y[41])
    assert not np.isfinite(given(carriers(table, RADIO), np.arange(1200), world(), STEPS).level_ddbm).any()


@pytest.mark.parametrize("at", [(500_000.0, 2_304_000.0), (501_234.5, 2_302_345.6), (498_900.0, 2_305_100.0)])
def test_paths_are_those_of_the_survey(at):
    here = world()
    mast = Transmitter(*at, float(AROUND.bilinear(here.terrain, *at)) + 30.0, 1500.0)
    every = paths_within(mast, here.terrain, AROUND, GRID, 1.5)
    paths, place = paths_to(mast, np.arange(1200), here)
    assert paths.pixel.tolist() == every.pixel.tolist() == place.tolist()
    for name in ("distance_m", "azimuth_deg", "receiver_amsl_m"):
        np.testing.assert_array_equal(getattr(paths, name), getattr(every, name))


def test_the_changed_carriers():
    found = carriers(sites(4), RADIO)
    assert [one.downtilt_deg for one in tilted(found, 3.0)] == [3.0] * 4
    assert [one.height_agl_m for one in raised(found, 5.0)] == [one.height_agl_m + 5 for one in found]
    bare = flat(world())
    assert (bare.terrain == 0).all()
    assert bare.clutter_m is None


def test_a_lower_band_without_priors_has_the_usual_power_of_its_sites():
    "Only carriers of its technology above it move; the median of n28's own carriers, else their own power."
    found = carriers(sites(12), RADIO)
    setting = {one.site_id: "rural" for one in found}
    there = sorted(one.element_eirp_dbm for one in found if one.band == "n28")
    moved = at_lower_band(found, N28, RADIO, setting, there[1])
    above = [one for one in found if one.band == "n41"]
    assert [one.row for one in moved] == [one.row for one in above]
    assert {(one.band, one.frequency_mhz, one.reach_km) for one in moved} == {("n28", 773.0, 3)}
    assert {one.element_eirp_dbm for one in moved} == {there[1]}
    kept = at_lower_band(found, N28, RADIO, setting, None)
    assert [one.element_eirp_dbm for one in kept] == [one.element_eirp_dbm for one in above]
    assert at_lower_band(found, N41, RADIO, setting, None) == []


def test_a_lower_band_as_the_priors_state_it():
    "50 dBm over the 52 resource blocks of 10 MHz at 15 kHz: 50 - 10 log10(624). n28 has no carrier of 100 MHz."
    priors = (
        Prior(technology="NR", setting="urban", eirp_dbm=70, source=""),
        Prior(technology="NR", bandwidth_mhz=100, source=""),
        Prior(technology="NR", band="n28", operator="VNPT", eirp_dbm=55, source=""),
        Prior(technology="NR", band="n28", bandwidth_mhz=10, eirp_dbm=50, source=""),
    )
    radio = RADIO.model_copy(update={"priors": priors})
    found = carriers(sites(4).assign(operator="Viettel"), radio)
    (moved,) = at_lower_band(found, N28, radio, dict.fromkeys([one.site_id for one in found], "rural"), -99.0)
    assert moved.element_eirp_dbm == pytest.approx(50 - 27.952, abs=1e-3)
    found = carriers(sites(4).assign(operator="VNPT"), radio)
    (moved,) = at_lower_band(found, N28, radio, dict.fromkeys([one.site_id for one in found], "rural"), -99.0)
    assert moved.element_eirp_dbm == pytest.approx(55 - 27.952, abs=1e-3)


def test_a_band_that_the_model_is_not_for_is_left_out():
    low = Band(name="B31", technology="LTE", low_mhz=452, high_mhz=468)
    radio = Radio(propagation="3gpp-rma", bands=(low,))
    found = carriers(sites(1), radio)
    assert at_lower_band(found, low, radio, {"S000": "rural"}, None) == []
