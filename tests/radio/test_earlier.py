"""Earlier servers save time and change no bit, whatever became of the sites in between."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from paths_asked import paths_asked
from pyproj import CRS

from phusong.config import Environment, Radio
from phusong.grid import Grid
from phusong.radio.coverage import strongest_servers
from phusong.radio.earlier import Earlier

GRID = Grid(CRS(3405), 500_000.0, 2_304_000.0, 100.0, (30, 30))
RADIO = Radio(reach_km=2.0, environments=(Environment(name="outdoor"),))
AROUND = GRID.padded(2000)
ROUGH = (60 * np.random.default_rng(7).standard_normal(AROUND.shape) + 100).astype(np.float32)
EVERYWHERE = np.ones(GRID.shape, bool)


def many(count, seed=11):
    "Sites of two operators and three bands, some outside the grid, some at one mast, so that levels may be equal."
    random = np.random.default_rng(seed)
    west, south, east, north = GRID.bounds
    kinds = [("LTE", 1800.0, 20.0), ("NR", 3700.0, 100.0), ("NR", 763.0, 10.0)]
    of_kind = [kinds[number] for number in random.integers(3, size=count)]
    masts = random.uniform([west - 1500, south - 1500], [east + 1500, north + 1500], (9, 2))
    mast = random.integers(9, size=count)
    return pd.DataFrame(
        {
            "site_id": [f"S{number:03}" for number in range(count)],
            "operator": np.array(["Viettel", "VNPT"])[random.integers(2, size=count)],
            "technology": [kind[0] for kind in of_kind],
            "frequency_mhz": [kind[1] for kind in of_kind],
            "bandwidth_mhz": [kind[2] for kind in of_kind],
            "x_m": masts[mast, 0],
            "y_m": masts[mast, 1],
            "height_agl_m": 30.0,
            "azimuths_deg": "omni",
            "downtilt_deg": 0.0,
            "eirp_dbm": random.choice([55.0, 60.0], count),
        }
    )


def servers(sites, wanted=EVERYWHERE, terrain=ROUGH, earlier=None):
    return strongest_servers(sites, terrain, AROUND, GRID, RADIO, 2, wanted=wanted, earlier=earlier)


def kept(sites, wanted=EVERYWHERE, terrain=ROUGH):
    "What a store gives back of a result."
    return Earlier.read(Earlier.of(servers(sites, wanted, terrain), sites, wanted).arrays())


@settings(deadline=None, max_examples=25)
@given(
    moved=st.sets(st.integers(0, 59), max_size=3),
    gone=st.sets(st.integers(0, 59), max_size=3),
    come=st.integers(0, 3),
    part=st.floats(0.2, 1),
    voids=st.sampled_from([0, 1, 40]),
    seed=st.integers(0, 5),
)
def test_after_an_edit_the_servers_are_those_of_a_study_that_always_had_it(moved, gone, come, part, voids, seed):
    sites, random = many(60), np.random.default_rng(seed)
    before, wanted = (random.random(GRID.shape) < share for share in (part, 1.2 * part))
    other = sites.copy()
    other.loc[sorted(moved), "height_agl_m"] += 5
    new = many(60 + come, seed + 20).iloc[60:].assign(site_id=[f"S{number:03}a" for number in range(come)])
    other = pd.concat([other.drop(sorted(gone)), new]).sort_values("site_id").reset_index(drop=True)
    terrain = ROUGH.copy()
    terrain.ravel()[random.integers(terrain.size, size=voids)] = np.nan
    earlier = kept(sites, before, terrain)
    assert servers(other, wanted, terrain, earlier).identical(servers(other, wanted, terrain))


def test_only_what_an_edit_changed_is_computed(monkeypatch):
    sites = many(60)
    earlier, asked = kept(sites), paths_asked(monkeypatch)
    assert servers(sites, earlier=earlier).identical(servers(sites, earlier=earlier))
    assert sum(asked) == 0
    servers(sites)
    whole = sum(asked)
    lower = sites.assign(height_agl_m=sites.height_agl_m.where(sites.index != 7, 29.0))
    servers(lower, earlier=earlier)
    assert 0 < sum(asked) - whole < whole / 5


def test_a_new_operator_and_a_band_that_ends_are_no_surprise():
    sites = many(60)
    ended = sites[~((sites.operator == "VNPT") & (sites.frequency_mhz == 763.0))].reset_index(drop=True)
    started = pd.concat([sites, many(1).assign(site_id="T", operator="Gtel")], ignore_index=True)
    assert 0 < len(sites) - len(ended) <= 12
    for other in (ended, started):
        assert servers(other, earlier=kept(sites)).identical(servers(other))


def test_in_another_order_everything_is_computed(monkeypatch):
    sites = many(60)
    turned, earlier = sites[::-1].reset_index(drop=True), kept(sites)
    expected, asked = servers(turned), paths_asked(monkeypatch)
    assert servers(turned, earlier=earlier).identical(expected)
    assert sum(asked) > 0
