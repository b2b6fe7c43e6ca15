"""Faults of boundaries: squares whose overlaps, gaps and areas can be counted by hand, and the real communes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from phusong.layers import boundaries, boundary_files
from phusong.layers.boundaries import COLUMNS, KINDS, Limits, faults, summary

M2 = 1 / 0.9996**2
"""Ground of one m² of the map near the central meridian of EPSG:3405, whose scale there is 0.9996."""


def of(found: gpd.GeoDataFrame, kind: str) -> gpd.GeoDataFrame:
    "The faults of a kind."
    return found[found.kind == kind].reset_index(drop=True)


def counts(found: gpd.GeoDataFrame) -> dict[str, int]:
    "Faults by kind, without those that are not there."
    return {kind: int((found.kind == kind).sum()) for kind in KINDS if (found.kind == kind).any()}


def around(world) -> list[shapely.Polygon]:
    "Eight squares around an empty one."
    return [world.square(column, row) for row in range(3) for column in range(3) if (column, row) != (1, 1)]


def test_a_clean_coverage_has_no_fault(world):
    found = faults(world.four())
    assert found.empty
    assert list(found.columns) == list(COLUMNS)
    assert found.crs == 3405
    assert summary(found, 4).counts == dict.fromkeys(KINDS, 0)
    assert summary(found, 4).contested_km2 == 0


def test_an_overlap_names_both_and_is_measured_on_the_ellipsoid(world):
    "100 m by 1 km: 0.1 km²; each of the two has edges that the other has not."
    found = faults(world.communes(world.square(0, 0), world.square(0.9, 0)))
    assert counts(found) == {"overlap": 1, "mismatched_edge": 2}
    overlap = of(found, "overlap").iloc[0]
    assert overlap.commune_codes == "00001;00002"
    assert overlap.area_m2 == pytest.approx(100_000 * M2, rel=1e-4)
    assert overlap.length_m == pytest.approx(2200 / 0.9996, rel=1e-4)
    assert overlap.sentence_vi == "Xã 1 (00001) và Xã 2 (00002) chồng lấn nhau 0,10 km²"
    assert overlap.sentence_en == "Xã 1 (00001) and Xã 2 (00002) both claim 0.10 km2"


def test_ground_that_three_claim_is_three_pairs_but_contested_once(world):
    found = faults(world.communes(*[world.square(0, 0)] * 3))
    assert of(found, "overlap").commune_codes.tolist() == ["00001;00002", "00001;00003", "00002;00003"]
    told = summary(found, 3)
    assert told.area_km2["overlap"] == pytest.approx(3 * M2, rel=1e-4)
    assert told.contested_km2 == pytest.approx(M2, rel=1e-4)


@pytest.mark.parametrize(("width_m", "count"), [(0.0009, 0), (0.0011, 1)])
def test_what_is_smaller_than_a_square_metre_is_no_overlap(world, width_m, count):
    found = faults(world.communes(world.square(0, 0), world.square(1 - width_m / 1000, 0)))
    assert len(of(found, "overlap")) == count


def test_an_enclosed_gap_names_those_around_it(world):
    found = faults(world.communes(*around(world)))
    gap = of(found, "gap").iloc[0]
    assert counts(found) == {"gap": 1}
    assert gap.area_m2 == pytest.approx(1e6 * M2, rel=1e-4)
    assert gap.commune_codes == ";".join(f"{n:05d}" for n in range(1, 9))  # corners touch it too
    assert gap.sentence_vi == (
        "1,00 km² bị bao quanh bởi Xã 1 (00001), Xã 2 (00002), Xã 3 (00003), Xã 4 (00004) và 4 đơn vị khác "
        "nhưng không thuộc đơn vị nào"
    )


def test_ground_outside_is_no_gap(world):
    "The northern of the eight squares is not there: the middle is open to the sea."
    assert faults(world.communes(*(around(world)[:6] + around(world)[7:]))).empty


@pytest.mark.parametrize(("width_m", "count"), [(9, 1), (11, 0)])
def test_a_sliver_is_an_overlap_narrower_than_ten_metres(world, width_m, count):
    "1 km long: its mean width 2 A / P is a hundredth less than the width of the strip."
    found = faults(world.communes(world.square(0, 0), world.square(1 - width_m / 1000, 0)))
    assert len(of(found, "sliver")) == count
    if count:
        assert of(found, "sliver").sentence_en.iloc[0] == (
            "A sliver about 1,009 m long and 8.92 m wide on average, in the overlap of Xã 1 (00001) and Xã 2 (00002)"
        )


def test_a_small_compact_overlap_is_no_sliver(world):
    "5 m by 5 m is narrow but not long: P² / (4 A) = 4."
    found = faults(world.communes(world.square(0, 0), world.square(0.995, 0.995)))
    assert counts(found) == {"overlap": 1, "mismatched_edge": 2}
    assert of(found, "overlap").sentence_vi.iloc[0].endswith("chồng lấn nhau 25,0 m²")


def test_a_thin_part_of_a_commune_is_a_sliver(world):
    "A strip of 1 m by 1 km beside the square of 1 km²."
    outline = shapely.MultiPolygon([world.square(0, 0), world.square(1.5, 0, 0.001)])
    found = faults(world.communes(outline))
    assert counts(found) == {"sliver": 1}
    assert of(found, "sliver").area_m2.iloc[0] == pytest.approx(1000 * M2, rel=1e-4)
    assert of(found, "sliver").sentence_vi.iloc[0] == (
        "Mảnh hẹp dài khoảng 1.001 m, rộng trung bình 1,00 m trong ranh giới của Xã 1 (00001)"
    )


def test_an_edge_with_a_vertex_that_the_neighbour_lacks_is_mismatched(world):
    "The neighbours above meet in the middle of the edge below: no overlap, yet the edge is not shared."
    found = faults(world.communes(world.square(0, 0, 2), world.square(0, 1), world.square(1, 1)))
    edges = of(found, "mismatched_edge")
    assert counts(found) == {"mismatched_edge": 3}
    assert dict(zip(edges.commune_codes.str[:5], edges.length_m.round(), strict=True)) == {
        "00001": 2001,
        "00002": 1000,
        "00003": 1000,
    }
    assert edges.area_m2.tolist() == [0, 0, 0]
    assert edges.sentence_vi.iloc[0] == (
        "2.001 m ranh giới của Xã 1 (00001) không khớp với ranh giới của Xã 2 (00002) và Xã 3 (00003)"
    )


@pytest.mark.parametrize(("stated_km2", "count"), [(0.81, 0), (0.79, 1), (1.19, 0), (1.21, 1), (np.nan, 0), (0.0, 0)])
def test_an_area_that_differs_by_more_than_a_fifth_is_told(world, stated_km2, count):
    found = faults(world.communes(world.square(0, 0), stated_area_km2=[stated_km2]))
    assert len(found) == count
    if count:
        assert found.kind.tolist() == ["area_differs"]
        assert found.area_m2.iloc[0] == pytest.approx((M2 - stated_km2) * 1e6, rel=1e-3)


def test_the_difference_that_is_told_is_a_setting(world):
    units = world.communes(world.square(0, 0), stated_area_km2=[0.81])
    assert counts(faults(units, limits=Limits(area_share=0.1))) == {"area_differs": 1}
    assert faults(units, limits=Limits(area_share=0.1)).sentence_en.iloc[0] == (
        "Xã 1 (00001): the outline measures 1.00 km2, 0.81 km2 are stated, a difference of 19 %"
    )


@pytest.mark.parametrize(
    ("commune_type", "stated_km2", "count"),
    [("đặc khu", 0.5, 1), ("Đặc khu", 0.5, 1), ("xã", 0.5, 0), ("đặc khu", 2.0, 0), ("đặc khu", 0.9, 0)],
)
def test_a_special_zone_larger_than_stated_is_drawn_over_the_sea(world, commune_type, stated_km2, count):
    "One that is smaller than stated lacks ground; that is told as a difference only."
    found = faults(world.communes(world.square(0, 0), commune_type=[commune_type], stated_area_km2=[stated_km2]))
    assert len(of(found, "sea")) == count


def test_a_special_zone_is_known_by_its_name_where_no_type_is_given(world):
    units = world.communes(world.square(0, 0), stated_area_km2=[0.5]).assign(commune_name="Đặc khu Đảo Xa")
    assert of(faults(units), "sea").sentence_vi.tolist() == [
        "Đặc khu Đảo Xa (00001): ranh giới vẽ cả mặt biển, đo được 1,00 km² so với diện tích công bố 0,50 km²"
    ]


@pytest.mark.parametrize(("kind", "count"), [("đặc khu", 1), ("xã", 0)])
def test_a_special_zone_without_stated_area_is_known_by_vertices_far_apart(world, kind, count):
    "A square of 10 km has a vertex each 8 km; the three others, of 100 m, have one each 80 m."
    small = [world.square(20 + k, 0, 0.1, 0.1) for k in range(3)]
    found = faults(world.communes(world.square(0, 0, 10, 10), *small, commune_type=[kind, "xã", "xã", "đặc khu"]))
    assert counts(found) == ({"sea": 1} if count else {})
    if count:
        assert found.area_m2.iloc[0] == pytest.approx(100e6 * M2, rel=1e-4)
        assert found.commune_codes.tolist() == ["00001"]


def test_only_the_communes_asked_for_are_told(world):
    "1 and 2 overlap, so do 3 and 4, far from them."
    units = world.communes(world.square(0, 0), world.square(0.9, 0), world.square(10, 0), world.square(10.9, 0))
    assert of(faults(units, ["00002"]), "overlap").commune_codes.tolist() == ["00001;00002"]
    assert of(faults(units), "overlap").commune_codes.tolist() == ["00001;00002", "00003;00004"]


def test_a_gap_beside_the_communes_asked_for_is_told(world):
    "The first lies below a frame; of the 9 km² between them, the third fills the upper 6."
    frame = world.square(0, 1, 5, 4) - world.square(1, 1, 3, 3)
    units = world.communes(world.square(0, 0, 5, 1), frame, world.square(1, 2, 3, 2))
    for code in units.commune_code:
        gap = of(faults(units, [code]), "gap")
        assert gap.area_m2.tolist() == pytest.approx([3e6 * M2], rel=1e-4)
        assert gap.commune_codes.tolist() == ["00001;00002;00003"]


def test_ground_of_a_commune_that_is_not_looked_at_is_no_gap(world):
    "Two posts on the first carry an arch; the fifth hangs under it, beyond the window around the first and the posts."
    posts = [world.square(0, 1), world.square(4, 1)]
    arch = world.square(0, 2, 5, 4) - world.square(1, 2, 3, 3)
    units = world.communes(world.square(0, 0, 5, 1), *posts, arch, world.square(1, 3, 3, 2))
    assert of(faults(units), "gap").area_m2.tolist() == pytest.approx([6e6 * M2], rel=1e-4)
    assert of(faults(units, ["00001"]), "gap").empty


def test_faults_stand_by_kind_and_falling_size(world):
    units = world.communes(world.square(0, 0), world.square(0.9, 0), world.square(1.7, 0), stated_area_km2=[9, 1, 1])
    found = faults(units)
    assert found.kind.tolist() == ["overlap", "overlap", *["mismatched_edge"] * 3, "area_differs"]
    assert of(found, "overlap").commune_codes.tolist() == ["00002;00003", "00001;00002"]


def test_degrees_and_metres_find_the_same(world):
    units = world.communes(world.square(0, 0), world.square(0.9, 0))
    one, other = (of(faults(each), "overlap").area_m2.iloc[0] for each in (units, units.to_crs(4326)))
    assert one == pytest.approx(other, rel=1e-4)


def test_nobody_has_no_fault(world):
    assert faults(world.four()[:0]).empty


def test_the_geopackage_has_a_layer_of_each_kind(world, tmp_path):
    found = faults(world.communes(world.square(0, 0), world.square(0.9, 0), stated_area_km2=[9, np.nan]))
    file = tmp_path / "lỗi.gpkg"
    file.write_bytes(b"an older file")
    boundary_files.write_faults(found, file)
    assert pyogrio.list_layers(file)[:, 0].tolist() == list(KINDS)
    sizes = {kind: pyogrio.read_info(file, layer=kind)["features"] for kind in KINDS}
    assert sizes == {"overlap": 1, "gap": 0, "sliver": 0, "mismatched_edge": 2, "area_differs": 1, "sea": 0}
    read = gpd.read_file(file, layer="overlap")
    assert read.crs == 3405
    assert list(read.columns) == list(COLUMNS)
    assert read.sentence_vi.tolist() == ["Xã 1 (00001) và Xã 2 (00002) chồng lấn nhau 0,10 km²"]
    assert read.geometry.area.tolist() == [100_000]
    assert [path.name for path in tmp_path.glob("*part*")] == []


def test_the_real_overlaps_are_all_found_and_no_other(shared_data):
    "Of the provinces with the worst seams: as measured in EPSG:6933, where long edges are bent a little otherwise."
    units = gpd.read_parquet(shared_data / "admin" / "communes_2025.parquet")
    units = units[units.province_code.isin(["14", "15", "25"])].rename(columns={"area_km2": "stated_area_km2"})
    found = of(faults(units), "overlap")
    measured = pd.read_csv(shared_data / "admin" / "measured_overlaps_communes_2025.csv", dtype={0: str, 1: str})
    here = measured[measured.commune_code_a.isin(units.commune_code) & measured.commune_code_b.isin(units.commune_code)]
    expected = {";".join(sorted((row.commune_code_a, row.commune_code_b))): row.overlap_m2 for row in here.itertuples()}
    assert len(expected) >= 10
    assert expected["02647;02746"] == 3_489_386.6
    assert dict(zip(found.commune_codes, found.area_m2, strict=True)) == pytest.approx(expected, rel=0.01, abs=1)


def test_the_real_special_zones_over_the_sea(shared_data):
    "Two of thirteen: Hoàng Sa (20333) and Trường Sa (22736); also without the areas stated."
    units = gpd.read_parquet(shared_data / "admin" / "communes_2025_light.parquet")
    islands = units[(units.commune_type == "đặc khu") | (units.province_code == "91")]
    assert (islands.commune_type == "đặc khu").sum() == 13
    stated = faults(islands.rename(columns={"area_km2": "stated_area_km2"}))
    assert of(stated, "sea").commune_codes.tolist() == ["22736", "20333"]
    assert summary(stated, len(islands)).counts["sea"] == 2


def test_lengths_and_areas_follow_edges_that_are_straight_on_the_map():
    "A strip of 1 degree by 1e-6 degrees at 21° N: cos 21° × 111.32 km × 0.1107 m, not a bow of geodesics."
    strip = np.array([shapely.Polygon([(105, 21), (106, 21), (106, 21.000001), (105, 21.000001)])], object)
    area_m2, length_m = boundaries.geodesic_measures(strip, gpd.GeoSeries(crs=4326).crs)
    assert area_m2.tolist() == pytest.approx([103_970 * 0.110_72], rel=1e-3)
    assert length_m.tolist() == pytest.approx([2 * 103_970], rel=1e-3)
