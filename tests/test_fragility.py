"""Signal that is gone when every site has only its backup: by hand, and against all sites computed anew."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from pyproj import CRS
from small_study import silent

from phusong.config import Environment, Project, Radio
from phusong.grid import Grid
from phusong.pipeline.fragility import Saved, fragile
from phusong.pipeline.tiles import Tile
from phusong.radio.coverage import strongest_servers
from phusong.radio.levels import best, by_operator
from phusong.units import ANY, LEVEL_FLOOR, LEVELS, VERY_GOOD

GRID = Grid(CRS(3405), 500_000.0, 2_304_000.0, 100.0, (30, 40))
RADIO = Radio(reach_km=3.0, propagation="bullington", environments=(Environment(name="outdoor"),))
INPUTS = SimpleNamespace(grid=GRID, antennas={})
LAYER = {"path": "x"}
BASE = {
    "name": "thu",
    "title": "Thử",
    "study": {"within": "terrain"},
    "layers": dict.fromkeys(("communes", "sites", "population", "terrain"), LAYER),
    "radio": RADIO,
}


def project(**sections) -> Project:
    return Project.model_validate({**BASE, **sections})


def sites(hours, **columns) -> pd.DataFrame:
    "Weak sites of two operators and technologies, with these hours of backup."
    count, random = len(hours), np.random.default_rng(4)
    west, south, east, north = GRID.bounds
    technology = random.choice(["LTE", "NR"], count)
    frame = {
        "site_id": [f"S{number:03}" for number in range(count)],
        "operator": random.choice(["Viettel", "VNPT"], count),
        "technology": technology,
        "frequency_mhz": np.where(technology == "LTE", 1800.0, 3500.0),
        "bandwidth_mhz": np.where(technology == "LTE", 20.0, 100.0),
        "height_agl_m": random.uniform(10, 30, count),
        "azimuths_deg": "omni",
        "downtilt_deg": 0.0,
        "eirp_dbm": random.uniform(10, 30, count),
        "x_m": random.uniform(west - 1000, east + 1000, count),
        "y_m": random.uniform(south - 1000, north + 1000, count),
        "backup_hours": np.array(hours, float),
    }
    return pd.DataFrame({**frame, **columns})


def tile_of(near: pd.DataFrame, grid: Grid = GRID, voids: bool = True) -> Tile:
    around = GRID.padded(3000)
    ground = (60 * np.random.default_rng(7).standard_normal(around.shape) + 100).astype(np.float32)
    if voids:
        ground[45, 35:40] = np.nan
    own = grid.padded(3000)
    return Tile(grid, own, near, ground[around.window(own)], None, "tile", {})


def signal(study: Project, tile: Tile, near: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    "Pixels with the zones' signal, and those of which it is not known, from all paths of some sites."
    own = near if not study.zones.operators else near[near.operator.isin(study.zones.operators)]
    servers = strongest_servers(own.reset_index(drop=True), tile.heights_m, tile.around, tile.grid, study.radio)
    codes = best(
        [
            level
            for (technology, operator), level, _ in by_operator(servers, study.radio, GRID.pixel_m)
            if operator == ANY and technology in study.zones.technologies
        ]
    )
    served = LEVEL_FLOOR[codes] >= LEVELS.index(study.zones.level)
    return served, ~served & (codes > VERY_GOOD)


def plainly(study: Project, tile: Tile) -> np.ndarray:
    hours, asked = tile.sites.backup_hours, study.storm.fragile_hours
    before, unsure = signal(study, tile, tile.sites)
    after, _ = signal(study, tile, tile.sites[hours >= asked])
    may, doubt = signal(study, tile, tile.sites[~(hours < asked)])
    lost = np.where(may | doubt, 255, 1)
    return np.select([before & after, before, unsure], [0, lost, 255], 0)


def look(study: Project, tile: Tile, inside: np.ndarray | None = None) -> np.ndarray:
    servers = tile.servers(study, 1, silent)
    asked = np.ones(tile.grid.shape, bool) if inside is None else inside
    return fragile(study, tile, Saved.of(study, tile, servers), asked, 2, silent)


HOURS = np.random.default_rng(9).choice([1.0, 4.0, 9.0, np.nan], 40, p=[0.6, 0.1, 0.15, 0.15])


@pytest.mark.parametrize(
    "sections",
    [
        {},
        {"zones": {"technologies": ["NR"]}},
        {"zones": {"operators": ["VNPT"]}},
        {"zones": {"level": "good"}},
        {"storm": {"fragile_hours": 9}},
    ],
)
def test_against_all_sites_computed_anew(sections):
    study, tile = project(**sections), tile_of(sites(HOURS))
    found = look(study, tile)
    assert np.array_equal(found, plainly(study, tile))
    assert set(np.unique(found)) == {0, 1, 255}


def test_tiles_glued_are_the_whole():
    study, near = project(), sites(HOURS)
    whole = look(study, tile_of(near))
    for part in GRID.tiles(16):
        assert np.array_equal(look(study, tile_of(near, part)), whole[GRID.window(part)])


def test_where_every_site_outlasts_the_hours_nothing_is_fragile():
    "Four hours of backup carry up to and including hour 4."
    assert not look(project(), tile_of(sites([4.0] * 20), voids=False)).any()


def test_backup_that_nobody_tells_is_assumed_where_the_project_says_so():
    tile = tile_of(sites([np.nan] * 20), voids=False)
    unknown = look(project(), tile)
    assert set(np.unique(unknown)) == {0, 255}
    assert not look(project(storm={"assumed_backup_hours": 5}), tile).any()
    short = look(project(storm={"assumed_backup_hours": 3}), tile)
    assert np.array_equal(short == 1, unknown == 255)


def test_outside_is_its_own_value_and_costs_nothing():
    study, tile = project(), tile_of(sites(HOURS))
    inside = np.zeros(GRID.shape, bool)
    inside[:, :20] = True
    found, whole = look(study, tile, inside), look(study, tile)
    assert np.array_equal(found[:, :20], whole[:, :20])
    assert (found[:, 20:] == 254).all()


def test_only_pixels_that_no_strongest_server_saves_are_computed_anew(monkeypatch):
    "With long backup everywhere the engine is not asked again."
    study, tile = project(), tile_of(sites([10.0] * 20))
    servers = tile.servers(study, 1, silent)
    monkeypatch.setattr(Tile, "servers", None)
    found = fragile(study, tile, Saved.of(study, tile, servers), np.ones(GRID.shape, bool), 1, silent)
    assert not (found == 1).any()


def test_no_sites_no_fragility():
    assert not look(project(), tile_of(sites([]))).any()
