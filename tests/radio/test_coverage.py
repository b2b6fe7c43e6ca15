"""The door of the radio stage: worlds small enough to work by hand, and what no tile, order or thread may change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import example, given, settings
from hypothesis import strategies as st
from paths_asked import paths_asked
from pyproj import CRS

from phusong.config import Band, Environment, Radio
from phusong.errors import LayerError
from phusong.grid import Grid
from phusong.radio import coverage
from phusong.radio.carrier import carriers
from phusong.radio.coverage import Transmitter, received_ddbm, slack_db, strongest_servers, transmitter_of
from phusong.radio.coverage import World as RadioWorld
from phusong.radio.free_space import free_space_loss
from phusong.radio.p1812 import basic_transmission_loss
from phusong.radio.reach import paths_within
from phusong.radio.tr38901 import path_loss
from phusong.units import NO_SIGNAL_DDBM

GRID = Grid(CRS(3405), 500_000.0, 2_304_000.0, 100.0, (40, 40))
OUTDOOR = (Environment(name="outdoor"),)
RADIO = Radio(reach_km=2.0, environments=OUTDOOR)
AROUND = GRID.padded(2000)
FLAT = np.zeros(AROUND.shape, np.float32)


def site(site_id, x_m, y_m, **changes):
    common = {
        "operator": "VNPT",
        "technology": "LTE",
        "frequency_mhz": 1800.0,
        "bandwidth_mhz": 20.0,
        "height_agl_m": 30.0,
        "azimuths_deg": "omni",
        "downtilt_deg": 0.0,
        "eirp_dbm": 60.8,
    }
    return {"site_id": site_id, "x_m": x_m, "y_m": y_m} | common | changes


def cover(sites, terrain=FLAT, grid=GRID, around=AROUND, radio=RADIO, workers=1):
    return strongest_servers(pd.DataFrame(sites), terrain, around, grid, radio, workers)


def rough():
    random = np.random.default_rng(7)
    steps = random.standard_normal(AROUND.shape)
    return (60 * steps + 100).astype(np.float32)


def many(count=40):
    "Sites of several operators and bands, some of them outside the grid but in reach."
    random = np.random.default_rng(11)
    west, south, east, north = GRID.bounds
    kinds = [("LTE", 1800.0, 20.0), ("NR", 3700.0, 100.0), ("NR", 763.0, 10.0)]
    rows = []
    for number in range(count):
        technology, frequency_mhz, bandwidth_mhz = kinds[random.integers(3)]
        rows.append(
            site(
                f"S{number:03}",
                random.uniform(west - 1500, east + 1500),
                random.uniform(south - 1500, north + 1500),
                operator=["Viettel", "VNPT"][random.integers(2)],
                technology=technology,
                frequency_mhz=frequency_mhz,
                bandwidth_mhz=bandwidth_mhz,
                height_agl_m=random.uniform(10, 40),
                azimuths_deg="0;120;240",
                downtilt_deg=5.0,
            )
        )
    return rows


def plainly(sites, terrain, radio):
    "Every path of every site, sorted for each pixel: level and row of the two strongest of each group."
    world = RadioWorld(terrain, AROUND, GRID, radio)
    found = {}
    for one in carriers(pd.DataFrame(sites), radio):
        mast = transmitter_of(one, world)
        paths, received = received_ddbm(one, mast, paths_within(mast, terrain, AROUND, GRID, 1.5), world)
        for pixel, value in zip(paths.pixel.tolist(), received.tolist(), strict=True):
            found.setdefault(((one.technology, one.operator, one.band), pixel), []).append((-int(value), one.row))
    nothing = (-NO_SIGNAL_DDBM, -1)
    return {key: sorted([*served, nothing, nothing])[:2] for key, served in found.items()}


def two_strongest(found):
    "The same, as the radio stage found it."
    groups = list(zip(found.technology.values, found.operator.values, found.band.values, strict=True))
    names = ("rsrp_ddbm", "server", "second_ddbm", "second_server")
    first, server, second, other = (found[name].values.reshape(len(groups), -1).tolist() for name in names)
    return {
        (group, pixel): [(-first[g][pixel], server[g][pixel]), (-second[g][pixel], other[g][pixel])]
        for g, group in enumerate(groups)
        for pixel in range(GRID.shape[0] * GRID.shape[1])
        if server[g][pixel] >= 0
    }


def test_level_in_free_space_by_hand():
    # A mast as high as the receiver, 1000 m west of a pixel centre: 60.8 - 10 log10(1200) - 97.506 dB at 1800 MHz,
    # 60.8 - 30.792 - 97.506 = -67.498 dBm.
    radio = Radio(reach_km=2.0, propagation="free-space", receiver_height_m=30.0)
    found = cover([site("A", 501_050.0, 2_302_050.0)], radio=radio)
    assert found.rsrp_ddbm.sel(x=502_050.0, y=2_302_050.0).values.tolist() == [-675]
    # 2000 m away is in reach, 2100 m is not.
    assert found.rsrp_ddbm.sel(x=503_050.0, y=2_302_050.0).values.tolist() == [-735]
    assert found.rsrp_ddbm.sel(x=503_150.0, y=2_302_050.0).values.tolist() == [NO_SIGNAL_DDBM]
    assert found.server.sel(x=503_150.0, y=2_302_050.0).values.tolist() == [-1]
    assert (found.second_server == -1).all()
    assert (found.second_ddbm == NO_SIGNAL_DDBM).all()
    assert not found.unknown.any()


def test_the_body_takes_its_loss():
    rows = [site("A", 501_050.0, 2_302_050.0)]
    bare, held = (cover(rows, radio=RADIO.model_copy(update={"body_loss_db": loss})) for loss in (0.0, 3.0))
    served = bare.server.values >= 0
    assert served.any()
    assert (bare.rsrp_ddbm.values[served] - held.rsrp_ddbm.values[served] == 30).all()


def test_the_second_server_by_hand():
    "At 500 m from A and 1500 m from B: 20 log10(3) = 9.54 dB apart; on another band C is a server of its own group."
    radio = Radio(reach_km=2.0, propagation="free-space", receiver_height_m=30.0)
    places = {"A": 501_050.0, "B": 503_050.0, "C": 501_050.0}
    rows = [site(name, x_m, 2_302_050.0, frequency_mhz=1800.0 if name < "C" else 763.0) for name, x_m in places.items()]
    found = cover(rows, radio=radio).sel(x=501_550.0, y=2_302_050.0)
    # 60.8 - 10 log10(1200) - (32.4 + 20 log10(1800) + 20 log10(0.5)) = -61.48 dBm, and at 763 MHz -54.02 dBm
    assert found.band.values.tolist() == ["1800 MHz", "763 MHz"]
    assert found.frequency_mhz.values.tolist() == [1800.0, 763.0]
    assert found.rsrp_ddbm.values.tolist() == [-615, -540]
    assert found.second_ddbm.values.tolist() == [-710, NO_SIGNAL_DDBM]
    assert found.server.values.tolist() == [0, 2]
    assert found.second_server.values.tolist() == [1, -1]


def test_band_settings():
    "The reach, subcarriers and block power of the band that holds the carrier, else those of the section."
    band = Band(name="n28", technology="NR", low_mhz=758, high_mhz=803, scs_khz=15, reach_km=1.0, ssb_offset_db=3.0)
    radio = Radio(reach_km=2.0, ssb_offset_db=1.0, bands=(band,))
    rows = [
        site("A", 0, 0, technology="NR", frequency_mhz=763.0, bandwidth_mhz=10.0),
        site("B", 0, 0, technology="NR", frequency_mhz=3700.0, bandwidth_mhz=10.0),
        site("C", 0, 0, technology="LTE", frequency_mhz=763.0, bandwidth_mhz=10.0),
    ]
    found = carriers(pd.DataFrame(rows), radio)
    assert [carrier.reach_km for carrier in found] == [1.0, 2.0, 2.0]
    assert [carrier.band for carrier in found] == ["n28", "3700 MHz", "763 MHz"]
    # 52 blocks at 15 kHz and 3 dB, 24 blocks at 30 kHz and 1 dB, 50 blocks.
    expected = [60.8 - 27.952 + 3, 60.8 - 24.594 + 1, 60.8 - 27.782]
    assert [carrier.element_eirp_dbm for carrier in found] == pytest.approx(expected, abs=1e-3)


def test_impossible_carriers_are_all_named():
    rows = [site("A", 0, 0, bandwidth_mhz=12.0), site("B", 0, 0), site("C", 0, 0, azimuths_deg="north")]
    rows.append(site("D", 0, 0, bandwidth_mhz=12.0))
    with pytest.raises(LayerError) as caught:
        cover(rows)
    assert str(caught.value).splitlines() == [
        "sites: 2 faults",
        "  - LTE with 15 kHz subcarriers has no bandwidth of 12 MHz; it has 1.4, 3, 5, 10, 15, 20: 2 sites, first A",
        "  - azimuths are degrees from 0 to 360, such as 30;150;270, or omni, not 'north': C",
    ]


def test_groups_come_in_vietnamese_order():
    rows = [
        site("A", 502_000.0, 2_302_000.0, operator="Viettel", technology="NR"),
        site("B", 502_000.0, 2_302_000.0, operator="Đông Dương"),
        site("C", 502_000.0, 2_302_000.0, operator="Dana"),
        site("D", 502_000.0, 2_302_000.0, operator="Eva"),
    ]
    rows.append(site("E", 502_000.0, 2_302_000.0, operator="Dana", frequency_mhz=763.0))
    rows.append(site("F", 502_000.0, 2_302_000.0, operator="Dana", frequency_mhz=2100.0))
    band = Band(name="B3", technology="LTE", low_mhz=1790, high_mhz=1830)
    found = cover(rows, radio=Radio(reach_km=2.0, bands=(band,)))
    groups = list(zip(*(found[name].values for name in ("technology", "operator", "band")), strict=True))
    assert groups == [
        ("LTE", "Dana", "2100 MHz"),
        ("LTE", "Dana", "763 MHz"),
        ("LTE", "Dana", "B3"),
        ("LTE", "Đông Dương", "B3"),
        ("LTE", "Eva", "B3"),
        ("NR", "Viettel", "1800 MHz"),
    ]
    assert found.frequency_mhz.values.tolist() == [2100.0, 763.0, 1810.0, 1810.0, 1810.0, 1800.0]


def test_equal_levels_go_to_the_lower_site():
    twins = [site(name, 502_000.0, 2_302_000.0) for name in ("A", "B", "C")]
    for workers in (1, 2):
        found = cover(twins, workers=workers)
        assert set(np.unique(found.server.values)) == {-1, 0}
        assert set(np.unique(found.second_server.values)) == {-1, 1}
        assert found.second_ddbm.equals(found.rsrp_ddbm)


def test_a_wall_takes_signal_away():
    wall = FLAT.copy()
    wall[:, 50] = 200
    open_ground, walled = (cover([site("A", 502_050.0, 2_302_050.0)], terrain) for terrain in (FLAT, wall))
    before, behind = {"x": 502_550.0, "y": 2_302_050.0}, {"x": 503_550.0, "y": 2_302_050.0}
    assert walled.rsrp_ddbm.sel(before).item() == open_ground.rsrp_ddbm.sel(before).item()
    assert walled.rsrp_ddbm.sel(behind).item() < open_ground.rsrp_ddbm.sel(behind).item() - 250


def test_site_off_the_terrain_leaves_doubt():
    "Pixels that only it could serve are unknown, not without signal; those the other site serves very well are known."
    holed = FLAT.copy()
    holed[:, :22] = np.nan
    rows = [site("A", 500_050.0, 2_302_050.0), site("B", 502_950.0, 2_302_050.0, eirp_dbm=40.0)]
    found = cover(rows, holed)
    assert found.attrs["off_terrain"] == ["A"]
    row = found.isel(group=0).sel(y=2_302_050.0)
    assert row.unknown.sel(x=500_450.0).item()
    served = row.rsrp_ddbm.values >= -900
    assert served.any()
    assert not (row.unknown.values & served).any()
    # B serves 501 250 m; 499 850 m and beyond would be out of A's reach too.
    assert row.server.sel(x=501_250.0).item() == 1
    assert not row.unknown.sel(x=503_850.0).item()
    everywhere_else = cover(rows[1:], FLAT)
    assert row.rsrp_ddbm.sel(x=503_850.0).item() == everywhere_else.rsrp_ddbm.sel(x=503_850.0, y=2_302_050.0).item()


def test_site_outside_the_terrain_is_listed():
    found = cover([site("A", 497_900.0, 2_302_050.0)])
    assert found.attrs["off_terrain"] == ["A"]
    assert (found.rsrp_ddbm == NO_SIGNAL_DDBM).all()
    assert not found.unknown.any()


def test_weak_signal_does_not_hide_a_gap():
    "Behind a gap in the terrain a pixel stays unknown although a faint site reaches it below the lowest level."
    holed = FLAT.copy()
    holed[39:42, 45] = np.nan
    rows = [site("A", 502_050.0, 2_302_050.0), site("B", 503_550.0, 2_302_950.0, eirp_dbm=0.0)]
    found = cover(rows, holed).isel(group=0).sel(y=2_302_050.0, x=503_550.0)
    assert found.server.item() == 1
    assert found.rsrp_ddbm.item() < -1100
    assert found.unknown.item()


def test_no_sites_no_groups():
    found = cover(pd.DataFrame(many())[:0])
    assert found.rsrp_ddbm.shape == (0, 40, 40)
    assert found.attrs["off_terrain"] == []


def test_doubt_stays_until_every_environment_is_very_good():
    "Behind glass and foil very good takes 30 dB more outdoors, so a site that cannot be computed matters for longer."
    holed = FLAT.copy()
    holed[:, :22] = np.nan
    rows = [site("A", 500_050.0, 2_302_050.0), site("B", 502_050.0, 2_302_050.0)]
    indoor = Environment(name="indoor", loss_db=30)
    outside, inside = (
        cover(rows, holed, radio=Radio(reach_km=2.0, environments=kinds)).isel(group=0)
        for kinds in (OUTDOOR, (*OUTDOOR, indoor))
    )
    assert outside.rsrp_ddbm.equals(inside.rsrp_ddbm)
    level = inside.rsrp_ddbm.values
    between = (level >= -900) & (level < -600) & (np.hypot(inside.x - 500_050.0, inside.y - 2_302_050.0).T <= 1900)
    assert between.values.any()
    assert inside.unknown.values[between].all()
    assert not outside.unknown.values[between].any()
    assert not inside.unknown.values[level >= -600].any()


@pytest.mark.parametrize("propagation", ["bullington", "free-space"])
def test_the_two_strongest_are_those_of_all_paths(propagation):
    "Leaving out what cannot win changes nothing: every path of every site, sorted plainly."
    radio = RADIO.model_copy(update={"propagation": propagation})
    terrain, sites = rough(), many(60)
    expected = plainly(sites, terrain, radio)
    assert sum(second[1] >= 0 for _, second in expected.values()) > 5000
    for workers in (1, 3):
        assert two_strongest(cover(sites, terrain, radio=radio, workers=workers)) == expected


def test_no_doubt_is_screened_away():
    "Paths that cannot be computed count up to the level from which nothing matters, however weak their site."
    radio = Radio(reach_km=2.0, environments=(*OUTDOOR, Environment(name="indoor", loss_db=30)))
    holed = rough()
    holed[::9, ::7] = np.nan
    sites = many() + [dict(row, site_id=f"T{row['site_id']}", eirp_dbm=10.0) for row in many(60)[40:]]
    world = RadioWorld(holed, AROUND, GRID, radio)
    dark = {}
    for one in carriers(pd.DataFrame(sites), radio):
        mast = transmitter_of(one, world)
        paths = paths_within(mast, holed, AROUND, GRID, 1.5)
        received = np.full(paths.pixel.size, np.nan)
        if not np.isnan(mast.top_amsl_m):
            paths, received = received_ddbm(one, mast, paths, world)
        group = dark.setdefault((one.technology, one.operator, one.band), np.zeros(1600, bool))
        group[paths.pixel[np.isnan(received)]] = True
    found = cover(sites, holed, radio=radio)
    groups = zip(found.technology.values, found.operator.values, found.band.values, strict=True)
    for number, group in enumerate(groups):
        expected = dark[group].reshape(40, 40) & (found.rsrp_ddbm.values[number] < -600)
        assert 0 < expected.sum() < 1600
        assert np.array_equal(found.unknown.values[number], expected), group


@pytest.mark.parametrize("propagation", ["p1812", "3gpp-uma"])
def test_losses_below_free_space_are_not_screened_away(propagation, monkeypatch):
    "A model that takes all of its slack, here and there, and costs up to 30 dB elsewhere."
    radio = Radio(reach_km=2.0, propagation=propagation, time_percent=1, environments=OUTDOOR)

    def loss(carrier, transmitter, paths, world):
        del world
        high = propagation == "p1812"
        over_ground_km = np.maximum(paths.distance_m, 1) / 1000
        distance_km = paths.slant_km(transmitter.top_amsl_m) if high else over_ground_km
        excess_db = (paths.pixel * 7 + carrier.row * 13) % 31
        return free_space_loss(carrier.frequency_mhz, distance_km) - slack_db(radio) + excess_db

    monkeypatch.setattr(coverage, "loss_db", loss)
    terrain, sites = (10 * rough()).astype(np.float32), many(60)
    assert two_strongest(cover(sites, terrain, radio=radio)) == plainly(sites, terrain, radio)


def test_known_ground_is_told_from_ground_that_may_be_dark():
    "Any void in the square around the mast's reach counts, and none outside it; a mast without ground is always dark."
    holed = FLAT.copy()
    holed[10, 70] = np.nan
    world = RadioWorld(holed, AROUND, GRID, RADIO)
    x_m, y_m = AROUND.x[70], AROUND.y[10]
    mast = Transmitter(x_m - 1500, y_m - 1500, 30.0, 2000.0)
    assert world.may_be_dark(mast)
    assert not world.may_be_dark(Transmitter(x_m - 2500, y_m, 30.0, 2000.0))
    assert not world.may_be_dark(Transmitter(x_m, y_m - 2500, 30.0, 2000.0))
    assert world.may_be_dark(Transmitter(x_m - 2500, y_m, float("nan"), 2000.0))
    assert not RadioWorld(FLAT, AROUND, GRID, RADIO).may_be_dark(mast)


@given(
    st.sampled_from(["rma", "uma", "umi"]),
    st.floats(0, 20_000),
    st.booleans(),
    st.floats(600, 6000),
    st.floats(10, 100),
)
@example("uma", 10.0, True, 2000.0, 3.0)
@settings(max_examples=200, deadline=None)
def test_slack_holds_what_tr38901_gives_below_free_space(scenario, distance_m, in_sight, frequency_mhz, height_m):
    given = {"frequency_mhz": frequency_mhz, "tx_height_agl_m": height_m}
    loss_db = float(path_loss(scenario, in_sight, distance_m, **given))
    over_ground_db = float(free_space_loss(frequency_mhz, max(distance_m, 1) / 1000))
    assert loss_db >= over_ground_db - slack_db(Radio(propagation=f"3gpp-{scenario}"))


@given(
    st.lists(st.floats(0, 800), min_size=5, max_size=12),
    st.floats(0.3, 60),
    st.floats(1, 50),
    st.floats(100, 6000),
    st.floats(8, 24),
)
@settings(max_examples=100, deadline=None)
def test_slack_holds_what_p1812_gives_below_free_space(heights_m, distance_km, time_percent, frequency_mhz, latitude):
    count = len(heights_m)
    loss_db = basic_transmission_loss(
        np.linspace(0, distance_km, count),
        heights_m,
        np.zeros(count),
        np.full(count, 4),
        frequency_mhz=frequency_mhz,
        time_percent=time_percent,
        tx_height_agl_m=30.0,
        rx_height_agl_m=1.5,
        polarization="vertical",
        latitude_deg=latitude,
        delta_n=58.0,
        n0=370.0,
    )
    slant_km = np.hypot(distance_km, (heights_m[0] + 28.5 - heights_m[-1]) / 1000)
    slack = slack_db(Radio(propagation="p1812", time_percent=time_percent))
    assert loss_db >= float(free_space_loss(frequency_mhz, slant_km)) - slack


def test_slack_by_hand():
    assert slack_db(Radio(propagation="p1812")) == pytest.approx(0.1)
    assert slack_db(Radio(propagation="p1812", time_percent=5)) == pytest.approx(2.7)
    assert [slack_db(Radio(propagation=name)) for name in ("3gpp-umi", "bullington", "free-space")] == [3.0, 0.0, 0.0]


def test_pixels_that_are_not_wanted_are_left_alone_and_the_others_keep_every_bit():
    terrain, sites = rough(), many(60)
    terrain[::9, ::7] = np.nan
    whole = cover(sites, terrain)
    wanted = np.random.default_rng(3).random(GRID.shape) < 0.3
    frame = pd.DataFrame(sites)
    for workers in (1, 2):
        part = strongest_servers(frame, terrain, AROUND, GRID, RADIO, workers, wanted=wanted)
        for name in whole.data_vars:
            assert np.array_equal(part[name].values[:, wanted], whole[name].values[:, wanted]), name
        assert (part.rsrp_ddbm.values[:, ~wanted] == NO_SIGNAL_DDBM).all()
        assert (part.second_ddbm.values[:, ~wanted] == NO_SIGNAL_DDBM).all()
        assert (part.server.values[:, ~wanted] == -1).all()
        assert (part.second_server.values[:, ~wanted] == -1).all()
        assert not part.unknown.values[:, ~wanted].any()
    assert whole.unknown.values[:, ~wanted].any()
    assert (whole.server.values[:, ~wanted] >= 0).any()


def test_pixels_that_are_not_wanted_cost_no_path(monkeypatch):
    "The loss is asked for as many paths as one pixel has sites in reach, not more."
    asked = paths_asked(monkeypatch)
    wanted = np.zeros(GRID.shape, bool)
    wanted[20, 20] = True
    strongest_servers(pd.DataFrame(many(60)), rough(), AROUND, GRID, RADIO, wanted=wanted)
    assert 0 < sum(asked) <= 60


def test_workers_change_nothing():
    terrain, sites = rough(), many(60)
    one, two, five = (cover(sites, terrain, workers=workers) for workers in (1, 2, 5))
    assert one.identical(two)
    assert one.identical(five)


def test_order_changes_no_level():
    terrain, sites = rough(), many()
    one, other = cover(sites, terrain), cover(sites[::-1], terrain)
    for name in ("rsrp_ddbm", "second_ddbm", "unknown"):
        assert one[name].equals(other[name]), name


def test_tiles_glued_are_the_whole():
    "Each tile has its own piece of the terrain; every bit is the same."
    terrain, sites = rough(), many()
    terrain[30, 40] = np.nan
    whole = cover(sites, terrain)
    for tile in GRID.tiles(17):
        around = tile.padded(2000)
        part = cover(sites, terrain[AROUND.window(around)], tile, around)
        rows, columns = GRID.window(tile)
        for name in ("rsrp_ddbm", "server", "second_ddbm", "second_server", "unknown"):
            assert np.array_equal(part[name].values, whole[name].values[:, rows, columns]), name


def test_progress_ends_at_the_number_of_sites():
    told = []
    strongest_servers(pd.DataFrame(many()), FLAT, AROUND, GRID, RADIO, 2, lambda done, of: told.append((done, of)))
    assert told[-1] == (40, 40)
    assert told == sorted(told)


def test_grid_must_lie_in_the_terrain():
    with pytest.raises(ValueError, match="sub-grid"):
        strongest_servers(pd.DataFrame(many()), FLAT, GRID, AROUND, RADIO)


def test_result_says_what_it_holds():
    found = cover(many())
    assert isinstance(found, xr.Dataset)
    kinds = {name: found[name].dtype.name for name in found.data_vars}
    assert kinds == {
        "rsrp_ddbm": "int16",
        "server": "int32",
        "second_ddbm": "int16",
        "second_server": "int32",
        "unknown": "bool",
    }
    assert found.rsrp_ddbm.attrs["units"] == found.second_ddbm.attrs["units"] == "0.1 dBm"
    assert set(found.coords) == {"technology", "operator", "band", "frequency_mhz", "x", "y"}
