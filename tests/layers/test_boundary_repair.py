"""Repair of boundaries: who gets contested ground and gaps, and that nothing is lost and all edges are shared."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.errors import LayerError
from phusong.layers.boundaries import faults
from phusong.layers.boundary_files import write_repair
from phusong.layers.boundary_repair import RepairLimits, repair

M2 = 1 / 0.9996**2
"""Ground of one m² of the map near the central meridian of EPSG:3405, whose scale there is 0.9996."""


def areas_km2(units: gpd.GeoDataFrame) -> list[float]:
    "Areas on the map in km²."
    return (units.geometry.area / 1e6).round(6).tolist()


def fits(units: gpd.GeoDataFrame) -> bool:
    "Whether the outlines are a coverage: edges shared, no ground claimed twice."
    return bool(shapely.coverage_is_valid(units.geometry.to_numpy()))


def test_a_clean_coverage_stays_as_it_is(world):
    units = world.four()
    done = repair(units)
    assert done.changes.empty
    assert (done.settled_m2, done.filled_m2, done.gaps_left) == (0, 0, 0)
    assert done.communes.geometry.geom_equals_exact(units.geometry, 0).all()


def test_contested_ground_goes_to_the_commune_that_borders_it_longest(world):
    "The first claims 0.1 km² in the corner of the second; 300 + 300 m of it border the second, 1000 m the first."
    cape = shapely.union(world.square(0, 0), world.square(1, 0.2, 0.1, 0.6))
    units = world.communes(cape, world.square(1, 0))
    done = repair(units)
    assert areas_km2(done.communes) == [1.0, 1.0]  # 0.6 km with the first; 0.1 + 0.6 + 0.1 km with the second
    assert fits(done.communes)
    assert done.changes.commune_code.tolist() == ["00001"]
    assert done.changes.lost_m2.tolist() == pytest.approx([60_000 * M2], rel=1e-4)
    assert done.changes.area_before_km2.tolist() == pytest.approx([1.06 * M2], rel=1e-4)
    assert done.changes.area_after_km2.tolist() == pytest.approx([1.0 * M2], rel=1e-4)


def test_with_equal_borders_the_first_gets_it(world):
    done = repair(world.communes(world.square(0, 0), world.square(0.9, 0)))
    assert areas_km2(done.communes) == [1.0, 0.9]


@pytest.mark.parametrize(
    ("stated_km2", "after_km2"),
    [
        ([1.0, 0.9], [1.0, 0.9]),
        ([0.9, 1.0], [0.9, 1.0]),
        ([0.9, np.nan], [1.0, 0.9]),  # one is not stated: the border decides
        ([0.5, 1.0], [1.0, 0.9]),  # 0.5 km² is not near the outline of 1 km²: it settles nothing
    ],
)
def test_the_stated_areas_settle_pieces_over_a_hectare(world, stated_km2, after_km2):
    done = repair(world.communes(world.square(0, 0), world.square(0.9, 0), stated_area_km2=stated_km2))
    assert areas_km2(done.communes) == after_km2


def test_the_stated_areas_say_nothing_of_less_than_a_hectare(world):
    "9 m by 1 km is 0.9 ha."
    done = repair(world.communes(world.square(0, 0), world.square(0.991, 0), stated_area_km2=[0.99, 1.0]))
    assert areas_km2(done.communes) == [1.0, 0.991]


def test_a_commune_drawn_inside_another_keeps_its_ground(world):
    "The hole was forgotten: the whole of the second is contested."
    done = repair(world.communes(world.square(0, 0, 3, 3), world.square(1, 1)))
    assert areas_km2(done.communes) == [8.0, 1.0]
    assert fits(done.communes)


def test_two_of_the_same_outline_are_refused(world):
    with pytest.raises(LayerError, match="00002: others claim all its ground, so a repair would leave it none"):
        repair(world.communes(world.square(0, 0), world.square(0, 0)))


def test_a_gap_goes_to_the_neighbour_with_the_longest_border(world):
    "A gap of 0.3 by 0.4 km in the middle of the right edge of the first: 0.3 + 0.4 + 0.3 km border it, 0.4 the other."
    bay = world.square(0, 0) - world.square(0.7, 0.3, 0.3, 0.4)
    done = repair(world.communes(world.square(1, 0), bay))
    assert areas_km2(done.communes) == [1.0, 1.0]
    assert fits(done.communes)
    assert done.filled_m2 == pytest.approx(120_000 * M2, rel=1e-4)
    assert done.changes.commune_code.tolist() == ["00002"]
    assert done.changes.won_m2.tolist() == pytest.approx([120_000 * M2], rel=1e-4)


def test_a_large_gap_is_left(world):
    "It may be a lake, or a commune that the file lacks."
    around = [world.square(column, row) for row in range(3) for column in range(3) if (column, row) != (1, 1)]
    kept = repair(world.communes(*around))
    assert (kept.gaps_left, kept.filled_m2) == (1, 0)
    assert areas_km2(kept.communes) == [1.0] * 8
    filled = repair(world.communes(*around), RepairLimits(gap_m2=2e6))
    assert filled.gaps_left == 0
    assert sum(areas_km2(filled.communes)) == 9.0
    assert areas_km2(filled.communes) == [1.0, 2.0, *[1.0] * 6]  # of four equal sides, the first by position


def test_a_commune_that_stands_free_in_a_gap_is_not_given_away(world):
    ring = world.square(0, 0, 0.9, 0.9) - world.square(0.1, 0.1, 0.7, 0.7)
    done = repair(world.communes(ring, world.square(0.3, 0.3, 0.2, 0.2)))
    assert areas_km2(done.communes) == pytest.approx([0.81 - 0.04, 0.04])
    assert fits(done.communes)


def test_a_vertex_that_the_neighbour_lacks_is_shared_afterwards(world):
    units = world.communes(world.square(0, 0, 2), world.square(0, 1), world.square(1, 1))
    done = repair(units)
    assert not fits(units)
    assert fits(done.communes)
    assert areas_km2(done.communes) == [2.0, 1.0, 1.0]
    assert done.changes.empty
    assert shapely.get_num_coordinates(done.communes.geometry.iloc[0]) == 6  # the corner of the two above, too


def test_the_rows_given_stay_as_they_are(world):
    units = world.communes(world.square(0, 0), world.square(0.9, 0))
    before = units.copy(deep=True)
    done = repair(units)
    assert units.equals(before)
    assert done.communes.drop(columns="geometry").equals(units.drop(columns="geometry"))
    assert done.communes.crs == units.crs


BOXES = st.lists(st.tuples(*[st.integers(0, 9)] * 2, *[st.integers(1, 6)] * 2), min_size=1, max_size=6)


@settings(max_examples=80, deadline=None)
@given(BOXES)
def test_any_rectangles_become_a_coverage_of_the_same_ground(boxes):
    "Whatever overlaps: no ground is lost, and none won but the gaps; or a commune without ground is named."
    shapes = [shapely.box(500_000 + 100 * x, 100 * y, 500_000 + 100 * (x + w), 100 * (y + h)) for x, y, w, h in boxes]
    names = [f"{n:05d}" for n in range(len(boxes))]
    units = gpd.GeoDataFrame({"commune_code": names, "commune_name": names}, geometry=shapes, crs=3405)
    try:
        done = repair(units)
    except LayerError as refused:
        assert "others claim all its ground" in str(refused)  # noqa: PT017
        return
    assert fits(done.communes)
    before, after = shapely.union_all(shapes), shapely.union_all(done.communes.geometry.to_numpy())
    filled = shapely.area([shapely.polygons(ring) for part in shapely.get_parts(before) for ring in part.interiors])
    assert after.area == pytest.approx(before.area + filled.sum())
    assert shapely.difference(before, after).area == pytest.approx(0, abs=1e-3)
    assert sum(done.communes.geometry.area) == pytest.approx(after.area)
    assert done.filled_m2 == pytest.approx(filled.sum(), rel=2e-2)
    assert faults(done.communes).kind.isin(["overlap", "gap", "mismatched_edge"]).sum() == 0


@pytest.mark.parametrize("name", ["ranh_giới.parquet", "ranh_giới.gpkg"])
def test_what_is_written_still_fits(world, tmp_path, name):
    done = repair(world.communes(world.square(0, 0), world.square(0.9, 0.05)).to_crs(4326))
    folder = tmp_path / "out"
    folder.mkdir()
    changes = write_repair(done, folder / name)
    read = gpd.read_parquet(folder / name) if name.endswith("parquet") else gpd.read_file(folder / name)
    assert fits(read)
    assert read.commune_code.tolist() == ["00001", "00002"]
    assert changes.name == "ranh_giới_changes.csv"
    assert changes.read_text("utf-8-sig").splitlines()[0] == (
        "commune_code,commune_name,area_before_km2,area_after_km2,lost_m2,won_m2"
    )
    assert sorted(path.name for path in folder.iterdir()) == sorted([name, changes.name])


def test_the_real_communes_become_a_coverage(shared_data):
    "All 3,321, simplified: 3.8 km² contested, 0.06 km² of gaps, and no ground lost."
    units = gpd.read_parquet(shared_data / "admin" / "communes_2025_light.parquet")
    done = repair(units.rename(columns={"area_km2": "stated_area_km2"}))
    assert fits(done.communes)
    rings = [len(part.interiors) for part in shapely.get_parts(shapely.coverage_union_all(done.communes.geometry))]
    assert sum(rings) == 0
    assert done.settled_m2 == pytest.approx(3.802e6, rel=1e-3)
    assert done.filled_m2 == pytest.approx(61_520, rel=1e-3)
    after = done.changes.set_index("commune_code").area_after_km2
    assert after["02746"] == pytest.approx(57.32, abs=0.01)  # 57.2 km² are stated, 60.8 were drawn
    assert "02647" not in set(done.changes[done.changes.lost_m2 > 1].commune_code)  # 72.32 stated, with this ground
