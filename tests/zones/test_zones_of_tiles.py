"""Zones of a study in tiles: to the last bit those of one tile, wherever it is cut, down to a tile a pixel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import CRS
from scipy import ndimage
from small_zones import Drawn, drawn, tilings

from phusong.grid import Grid
from phusong.zones import fragments, identity, location, sums
from phusong.zones.cause import most_populous, sampled
from phusong.zones.gaps import Gap
from phusong.zones.identity import LYING, Before, Identity, identify, lying, on_no_tile
from phusong.zones.standing import Standing, together

PERSON = 1_000_000
PIXELS = np.array([Gap.SIGNAL, Gap.SIGNAL, Gap.POWER, Gap.BOTH, Gap.NONE, Gap.UNKNOWN, Gap.OUTSIDE], np.uint8)
COMMUNES = pd.DataFrame({name: ["01", "02", "03"] for name in ("commune_code", "commune_name", "province_name")})


def arrays(draw: st.DrawFn, grid: Grid, least: int, most: int) -> NDArray[np.int64]:
    seed = draw(st.integers(0, 2**32 - 1))
    return np.random.default_rng(seed).integers(least, most, grid.shape, endpoint=True)


@st.composite
def studies(draw: st.DrawFn) -> tuple[Grid, dict[str, NDArray[Any]], list[Grid]]:
    "A grid whose pixel is no round number, what is on it, and a way to cut it; nobody lives outside."
    shape = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    grid = Grid(CRS(3405), 5000 * 100.3, 23_000 * 100.3, 100.3, shape)
    gap = PIXELS[arrays(draw, grid, 0, draw(st.integers(2, 6)))]
    outside = gap == Gap.OUTSIDE
    micro = np.where(outside, 0, arrays(draw, grid, 0, 3) * draw(st.sampled_from([1, 333_333, 5 * PERSON])))
    commune = np.where(outside, -1, arrays(draw, grid, 0, 2)).astype(np.int32)
    world = {"gap": gap, "micro": micro, "commune": commune}
    parts = [part for part in draw(tilings(grid)) if not outside[grid.window(part)].all()]
    return grid, world, parts


@st.composite
def studies_with_a_past(draw: st.DrawFn) -> tuple[Grid, dict[str, NDArray[Any]], list[Grid], gpd.GeoDataFrame]:
    "The zones before are those of a lattice beside this one, which reaches beyond it."
    grid, world, parts = draw(studies())
    old = Grid(grid.crs, grid.west - 2 * 71.0 + 13, grid.north + 71.0 + 29, 71.0, (11, 13))
    past = PIXELS[arrays(draw, old, 0, 5)]
    zones = drawn(past, np.full(old.shape, PERSON), old, PERSON).zones
    named = zones.assign(
        zone_id=[f"2026Q1-{n:04d}" for n in range(len(zones))], first_seen="2026Q1", last_seen="2026Q1"
    )
    return grid, world, parts, named


def identical(one: Drawn, other: Drawn) -> None:
    pd.testing.assert_frame_equal(pd.DataFrame(one.found.zones), pd.DataFrame(other.found.zones))
    assert one.zones.geometry.to_wkb().tolist() == other.zones.geometry.to_wkb().tolist()
    assert one.zones.area_km2.tolist() == other.zones.area_km2.tolist()
    assert one.label.tolist() == other.label.tolist()
    assert (one.scattered, one.scattered_micro) == (other.scattered, other.scattered_micro)


@given(studies(), st.sampled_from([0, 1, 700_000, 12 * PERSON]))
@settings(max_examples=80, deadline=None)
def test_zones_are_those_of_one_tile(study: Any, least: int):
    grid, world, parts = study
    whole = drawn(world["gap"], world["micro"], grid, least)
    identical(drawn(world["gap"], world["micro"], grid, least, parts or [grid]), whole)
    for kind in fragments.LACKING:
        areas, count = ndimage.label(world["gap"] == kind, np.ones((3, 3), int))
        for area in range(1, count + 1):
            own = areas == area
            people = world["micro"][own].sum()
            zone = set(whole.label[own].tolist())
            assert len(zone) == 1
            assert (zone == {-1}) == (people < max(least, 1))
            assert zone == {-1} or (whole.label == zone.pop()).sum() == own.sum()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("size", [(3, 40), (40, 3), (20, 20), (7, 11)])
def test_large_zones_over_many_tiles(seed: int, size: tuple[int, int]):
    "Zones with holes and islands that wind through bands, columns and squares of tiles."
    grid = Grid(CRS(3405), 500_000.0, 2_300_000.0, 100.0, (40, 40))
    rng = np.random.default_rng(seed)
    gap = np.where(rng.uniform(size=grid.shape) < 0.6, Gap.SIGNAL, Gap.POWER).astype(np.uint8)
    micro = rng.integers(0, 5 * PERSON, grid.shape)
    rows, columns = size
    parts = [grid.part(top, left, *size) for top in range(0, 40, rows) for left in range(0, 40, columns)]
    whole, cut = drawn(gap, micro, grid, PERSON), drawn(gap, micro, grid, PERSON, parts)
    assert cut.found.crossing.any()
    identical(cut, whole)


def told(found: Drawn, grid: Grid, world: dict[str, NDArray[Any]], parts: Sequence[Grid]) -> list[Any]:
    "Whatever is summed over the pixels of zones, tile by tile."
    tiles = [(part, grid.window(part)) for part in parts]
    rng = np.random.default_rng(7)
    x, y = rng.uniform(grid.west - 50, grid.east + 50, 40), rng.uniform(grid.south - 50, grid.north + 50, 40)
    points = gpd.GeoDataFrame(
        {"village_id": range(40), "village_name": range(40)}, geometry=shapely.points(x, y), crs=grid.crs
    )
    pairs = [sums.by_pair(found.label[own], world["commune"][own], world["micro"][own], "commune") for _, own in tiles]
    centres = [location.leaning(found.label[own], world["micro"][own], part, grid) for part, own in tiles]
    standing = [Standing.on(part, points).find(found.label[own]) for part, own in tiles]
    asked = np.ones(len(found.zones), bool)
    most = [sampled(found.label[own], world["micro"][own], asked, 3, part, grid) for part, own in tiles]
    return [
        location.in_communes(sums.added(pairs, ["zone", "commune"]), COMMUNES),
        location.nearest_villages(sums.added(centres, ["zone"]), grid, points),
        together(standing, 40, -1).tolist(),
        [vars(most_populous(most, 3))[name].tolist() for name in ("pixel", "zone", "micro")],
    ]


@given(studies())
@settings(max_examples=30, deadline=None)
def test_what_is_in_zones_is_told_alike(study: Any):
    grid, world, parts = study
    found = drawn(world["gap"], world["micro"], grid, 0)
    for cut, one in zip(told(found, grid, world, parts or [grid]), told(found, grid, world, [grid]), strict=True):
        assert cut.equals(one) if isinstance(one, pd.DataFrame) else cut == one


def known(
    found: Drawn, grid: Grid, world: dict[str, NDArray[Any]], parts: Sequence[Grid], zones: gpd.GeoDataFrame
) -> tuple[pd.DataFrame, Identity]:
    "What lies of the zones before where, and what follows."
    before = Before.of(zones, pd.DataFrame({"zone_id": []}), grid)
    tiles = [(part, grid.window(part)) for part in parts]
    lain = sums.added(
        [lying(before, found.label[own], world["gap"][own], world["micro"][own], part) for part, own in tiles], LYING
    )
    every = sums.added([lain, on_no_tile(before, lain, parts, grid)], LYING)
    return every, identify(before, every, found.zones, "2026Q2", 0.05)


@pytest.mark.parametrize("square_pixels", [2048, 3])
def test_ids_are_those_of_one_tile(square_pixels: int):
    "Also where the zones before are so large that they are cut."

    @given(studies_with_a_past())
    @settings(max_examples=20, deadline=None)
    def check(study: Any) -> None:
        grid, world, parts, zones = study
        found = drawn(world["gap"], world["micro"], grid, 0)
        (lain, one), (pieces, cut) = (known(found, grid, world, own, zones) for own in ([grid], parts or [grid]))
        pd.testing.assert_frame_equal(lain, pieces)
        pd.testing.assert_frame_equal(one.current, cut.current)
        pd.testing.assert_frame_equal(one.closed, cut.closed)
        assert one.events == cut.events

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(identity, "_SQUARE_PIXELS", square_pixels)
        check()


def test_cutting_a_zone_of_before_does_not_change_what_lies_of_it_where(monkeypatch):
    grid = Grid(CRS(3405), 500_000.0, 2_300_000.0, 100.0, (6, 8))
    gap, micro = np.full(grid.shape, Gap.SIGNAL, np.uint8), np.full(grid.shape, 7 * PERSON)
    ring = shapely.box(500_030, 2_299_450, 500_770, 2_299_980).difference(
        shapely.box(500_250, 2_299_650, 500_400, 2_299_870)
    )
    zones = gpd.GeoDataFrame(
        {"zone_id": ["a"], "gap": "signal", "first_seen": "2026Q1", "last_seen": "2026Q1"}, geometry=[ring], crs=3405
    )
    label = np.zeros(grid.shape, np.int32)

    def lain() -> list[list[int]]:
        before = Before.of(zones, pd.DataFrame({"zone_id": []}), grid)
        return lying(before, label, gap, micro, grid).to_numpy().tolist()

    whole = lain()
    monkeypatch.setattr(identity, "_SQUARE_PIXELS", 2)
    assert len(Before.of(zones, pd.DataFrame({"zone_id": []}), grid).pieces) > 4
    assert lain() == whole
    assert whole[0][4] / 1e9 == pytest.approx(ring.area / 1e4, abs=1e-6)
