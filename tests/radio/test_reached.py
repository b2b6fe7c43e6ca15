"""All pixels of each site, held to the strongest servers: the same pixels, whoever looks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from paths_asked import paths_asked
from pyproj import CRS

from phusong.config import Band, Environment, Levels, Radio
from phusong.errors import LayerError
from phusong.grid import Grid
from phusong.radio.coverage import strongest_servers
from phusong.radio.levels import by_operator
from phusong.radio.reached import Reached, asked_ddbm, reached
from phusong.units import ANY, LEVEL_FLOOR, LEVELS, VERY_GOOD

GRID = Grid(CRS(3405), 500_000.0, 2_304_000.0, 100.0, (30, 40))
AROUND = GRID.padded(3000)
PIXELS = GRID.shape[0] * GRID.shape[1]
BAND = Band(name="n78", technology="NR", low_mhz=3300, high_mhz=3800, reach_km=1.5)
RADIO = Radio(reach_km=3.0, bands=(BAND,), environments=(Environment(name="indoor", loss_db=15, sigma_db=4),))


def rough(voids=True):
    ground = (60 * np.random.default_rng(7).standard_normal(AROUND.shape) + 100).astype(np.float32)
    if voids:
        ground[35:37, 50:60] = np.nan
    return ground


def many(count=40, eirp_dbm=35.0):
    "Weak sites of two operators and three carriers, some outside the grid, in an order that is not theirs."
    random = np.random.default_rng(11)
    west, south, east, north = GRID.bounds
    kinds = [("LTE", 1800.0, 20.0), ("NR", 3500.0, 100.0), ("NR", 763.0, 10.0)]
    chosen = random.integers(0, 3, count)
    return pd.DataFrame(
        {
            "site_id": [f"S{number:03}" for number in range(count)],
            "operator": random.choice(["Viettel", "VNPT"], count),
            "technology": [kinds[kind][0] for kind in chosen],
            "frequency_mhz": [kinds[kind][1] for kind in chosen],
            "bandwidth_mhz": [kinds[kind][2] for kind in chosen],
            "height_agl_m": random.uniform(10, 40, count),
            "azimuths_deg": "0;120;240",
            "downtilt_deg": 5.0,
            "eirp_dbm": eirp_dbm + random.uniform(0, 15, count),
            "x_m": random.uniform(west - 2000, east + 2000, count),
            "y_m": random.uniform(south - 2000, north + 2000, count),
        }
    )


def look(sites, terrain, radio=RADIO, level="limited", workers=1, grid=GRID, around=AROUND, **more) -> Reached:
    return reached(sites, terrain, around, grid, radio, level, workers, **more)


def by_key(sites, found: Reached):
    "Whether some site of each technology and operator reaches each pixel."
    masks = {key: np.zeros(PIXELS, bool) for key in found.dark}
    for row, pixels in enumerate(found.pixels):
        masks[sites.technology[row], sites.operator[row]][pixels] = True
    return {key: mask.reshape(GRID.shape) for key, mask in masks.items()}


@pytest.mark.parametrize("propagation", ["p1812", "3gpp-rma", "bullington", "free-space"])
@pytest.mark.parametrize("level", ["limited", "good", "very_good"])
def test_a_pixel_is_reached_exactly_where_the_strongest_servers_have_the_level(propagation, level):
    "And it is not known exactly where they leave doubt."
    radio, sites, terrain = RADIO.model_copy(update={"propagation": propagation}), many(), rough()
    servers = strongest_servers(sites, terrain, AROUND, GRID, radio)
    found = look(sites, terrain, radio, level)
    mine, required = by_key(sites, found), LEVELS.index(level)
    levels = {key: codes for key, codes, _ in by_operator(servers, radio, GRID.pixel_m) if key[1] != ANY}
    assert set(mine) == set(levels)
    assert len(mine) == 4
    for key, codes in levels.items():
        served = LEVEL_FLOOR[codes] >= required
        assert np.array_equal(mine[key], served), key
        assert np.array_equal(~mine[key] & found.dark[key], ~served & (codes > VERY_GOOD)), key
    assert sum(mask.sum() for mask in mine.values()) > 50
    assert sum((~mine[key] & found.dark[key]).sum() for key in mine) > 50 or propagation == "free-space"


def test_in_free_space_by_hand():
    "60.8 - 10 log10(1200) - 32.4 - 20 log10(1800) = -67.5 dBm a kilometre away: -73.5 is reached 2 km away, not more."
    outdoor, levels = (Environment(name="outdoor"),), Levels(limited_dbm=-73.5, good_dbm=-70, very_good_dbm=-60)
    radio = Radio(reach_km=4.0, propagation="free-space", receiver_height_m=30.0, environments=outdoor, lte=levels)
    row = {"site_id": "A", "x_m": 500_050.0, "y_m": 2_303_950.0, "azimuths_deg": "omni", "downtilt_deg": 0.0}
    sites = many(1).assign(**row, technology="LTE", frequency_mhz=1800.0, bandwidth_mhz=20.0, eirp_dbm=60.8)
    flat = np.zeros(GRID.padded(4000).shape, np.float32)
    found = look(sites.assign(height_agl_m=30.0), flat, radio, around=GRID.padded(4000))
    first_row = found.pixels[0][found.pixels[0] < 40]
    assert first_row.tolist() == list(range(21))
    assert not found.dark["LTE", sites.operator[0]].any()


def test_only_wanted_pixels_are_looked_at(monkeypatch):
    sites, terrain = many(), rough()
    whole = look(sites, terrain)
    wanted = np.random.default_rng(5).random(GRID.shape) < 0.1
    asked = paths_asked(monkeypatch)
    part = look(sites, terrain, wanted=wanted)
    assert 0 < max(asked) <= wanted.sum()
    for mine, every in zip(part.pixels, whole.pixels, strict=True):
        assert mine.tolist() == every[wanted.ravel()[every]].tolist()
    for key, dark in whole.dark.items():
        assert np.array_equal(part.dark[key], dark & wanted)


def test_what_cannot_reach_in_free_space_costs_nothing(monkeypatch):
    "Over known ground; where a path may be dark it must be looked at."
    asked = paths_asked(monkeypatch)
    weak = many(12, eirp_dbm=-40.0)
    assert all(pixels.size == 0 for pixels in look(weak, rough(voids=False)).pixels)
    assert sum(asked) < 12 * 10
    look(weak, rough())
    assert sum(asked) > 12 * 100


def test_neither_workers_nor_order_nor_tiles_change_a_pixel():
    sites, terrain = many(), rough()
    whole = look(sites, terrain)
    other = look(sites, terrain, workers=3)
    turned = look(sites[::-1].reset_index(drop=True), terrain)
    for one, two, three in zip(whole.pixels, other.pixels, turned.pixels[::-1], strict=True):
        assert one.tolist() == two.tolist() == three.tolist()
        assert (np.diff(one) > 0).all()
    glued = [np.zeros(GRID.shape, bool) for _ in whole.pixels]
    for tile in GRID.tiles(17):
        around = tile.padded(3000)
        part = look(sites, terrain[AROUND.window(around)], grid=tile, around=around)
        for mask, pixels in zip(glued, part.pixels, strict=True):
            mask[GRID.window(tile)].flat[pixels] = True
        for key, dark in whole.dark.items():
            assert np.array_equal(part.dark[key], dark[GRID.window(tile)])
    for mask, pixels in zip(glued, whole.pixels, strict=True):
        assert np.flatnonzero(mask).tolist() == pixels.tolist()


def test_a_site_off_the_terrain_reaches_nothing_for_sure():
    sites = many(1).assign(x_m=499_000.0, y_m=2_303_000.0, technology="LTE", frequency_mhz=1800.0, bandwidth_mhz=20.0)
    terrain = rough(voids=False)
    terrain[:, :25] = np.nan
    found = look(sites, terrain)
    assert found.pixels[0].size == 0
    dark = found.dark["LTE", sites.operator[0]]
    column, row = np.meshgrid(GRID.x, GRID.y)
    assert np.array_equal(dark, np.hypot(column - 499_000.0, row - 2_303_000.0) <= 3000)
    assert 0 < dark.sum() < dark.size


def test_no_sites_reach_nothing():
    found = look(many()[:0], rough())
    assert found == Reached((), {})


def test_impossible_carriers_are_named():
    with pytest.raises(LayerError, match="no bandwidth of 12 MHz"):
        look(many().assign(technology="LTE", bandwidth_mhz=12.0), rough())


def test_progress_ends_at_the_number_of_sites():
    told = []
    look(many(), rough(), workers=2, progress=lambda done, of: told.append((done, of)))
    assert told[-1] == (40, 40)
    assert told == sorted(told)


def test_asked_level_has_the_margin_of_the_first_environment():
    "-110 dBm and 15 dB of the building, at half of the places."
    assert asked_ddbm(RADIO, "LTE", 1800.0, 100.0, "limited") == -1100 + 150
    assert asked_ddbm(RADIO, "NR", 1800.0, 100.0, "very_good") == -900 + 150
