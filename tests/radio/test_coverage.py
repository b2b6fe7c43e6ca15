"""The door of the radio stage: worlds small enough to work by hand, and what no tile, order or thread may change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from pyproj import CRS

from phusong.config import Band, Radio
from phusong.errors import LayerError
from phusong.grid import Grid
from phusong.radio.carrier import carriers
from phusong.radio.coverage import Transmitter, model_card, received_ddbm, strongest_servers
from phusong.radio.coverage import World as RadioWorld
from phusong.radio.reach import paths_within
from phusong.units import NO_SIGNAL_DDBM

GRID = Grid(CRS(3405), 500_000.0, 2_304_000.0, 100.0, (40, 40))
RADIO = Radio(reach_km=2.0)
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
    assert not found.unknown.any()


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
    found = cover(rows)
    groups = list(zip(found.technology.values, found.operator.values, strict=True))
    assert groups == [("LTE", "Dana"), ("LTE", "Đông Dương"), ("LTE", "Eva"), ("NR", "Viettel")]


def test_equal_levels_go_to_the_lower_site():
    twins = [site(name, 502_000.0, 2_302_000.0) for name in ("A", "B", "C")]
    for workers in (1, 2):
        found = cover(twins, workers=workers)
        assert set(np.unique(found.server.values)) == {-1, 0}


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


def test_strongest_is_the_maximum_over_all_paths():
    "Leaving out what cannot win changes nothing: every path of every site, merged plainly."
    terrain, sites = rough(), pd.DataFrame(many())
    found = strongest_servers(sites, terrain, AROUND, GRID, RADIO)
    world = RadioWorld(terrain, AROUND, GRID, RADIO)
    groups = list(zip(found.technology.values, found.operator.values, strict=True))
    level = np.full((len(groups), 1600), NO_SIGNAL_DDBM, np.int16)
    server = np.full((len(groups), 1600), -1, np.int32)
    for one in carriers(sites, RADIO):
        mast = Transmitter.on(terrain, AROUND, one.x_m, one.y_m, one.height_agl_m, 2000.0)
        paths, received = received_ddbm(one, mast, paths_within(mast, terrain, AROUND, GRID, 1.5), world)
        group = groups.index((one.technology, one.operator))
        for pixel, value in zip(paths.pixel, received, strict=True):
            if value > level[group, pixel]:
                level[group, pixel], server[group, pixel] = value, one.row
    assert np.array_equal(found.rsrp_ddbm.values.reshape(level.shape), level)
    assert np.array_equal(found.server.values.reshape(level.shape), server)


def test_workers_change_nothing():
    terrain, sites = rough(), many(60)
    one, two, five = (cover(sites, terrain, workers=workers) for workers in (1, 2, 5))
    assert one.identical(two)
    assert one.identical(five)


def test_order_changes_no_level():
    terrain, sites = rough(), many()
    assert cover(sites, terrain).rsrp_ddbm.equals(cover(sites[::-1], terrain).rsrp_ddbm)


def test_tiles_glued_are_the_whole():
    "Each tile has its own piece of the terrain; every bit is the same."
    terrain, sites = rough(), many()
    terrain[30, 40] = np.nan
    whole = cover(sites, terrain)
    for tile in GRID.tiles(17):
        around = tile.padded(2000)
        part = cover(sites, terrain[AROUND.window(around)], tile, around)
        rows, columns = GRID.window(tile)
        for name in ("rsrp_ddbm", "server", "unknown"):
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
    assert [found[name].dtype.name for name in ("rsrp_ddbm", "server", "unknown")] == ["int16", "int32", "bool"]
    assert found.rsrp_ddbm.attrs["units"] == "0.1 dBm"


def test_model_card_names_the_reach_of_each_band():
    band = Band(name="n28", technology="NR", low_mhz=758, high_mhz=803, reach_km=15)
    card = model_card(Radio(bands=(band,)), "SRTM, 3 arc seconds")
    assert card["reach_km"] == {"default": 10, "NR n28": 15}
    assert card["terrain"] == "SRTM, 3 arc seconds"
    assert "Bullington" in card["model"]
    assert "Bullington" not in model_card(Radio(propagation="free-space"), "")["model"]
