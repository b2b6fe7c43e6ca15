"""Points among communes: within, beside, at sea, abroad."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from phusong.intake.claim import Claim, Claims
from phusong.intake.coordinates.ground import Ground

GEOD = Geod(ellps="WGS84")
WEST, SOUTH, SIDE = 107.0, 10.5, 0.2
COAST = Ground(
    gpd.GeoDataFrame(
        {"commune_code": ["00001", "00002"], "province_name": ["Tỉnh A", "Tỉnh A"]},
        geometry=[shapely.box(WEST + i * SIDE, SOUTH, WEST + (i + 1) * SIDE, SOUTH + SIDE) for i in range(2)],
        crs=4326,
    )
)
"""Two communes side by side, the sea to the east."""


def at(*places: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([x for x, _ in places]), np.array([y for _, y in places])


def test_the_commune_of_a_point():
    places = at((107.1, 10.6), (107.3, 10.6), (107.2, 10.6), (107.5, 10.6), (np.nan, 10.6))
    assert COAST.commune_at(*places).tolist() == [0, 1, 0, -1, -1]


def test_distances_are_geodesic_and_0_within():
    found = COAST.distances_m(*at((107.1, 10.6), (107.5, 10.6), (107.3, 10.3), (np.inf, 1.0)), np.array([0, 1, 1, 1]))
    east = GEOD.inv(107.4, 10.6, 107.5, 10.6)[2]
    south = GEOD.inv(107.3, 10.5, 107.3, 10.3)[2]
    assert np.allclose(found, [0, east, south, np.nan], rtol=1e-4, equal_nan=True)


@given(st.floats(106, 108.5), st.floats(9.5, 11.5))
def test_distances_are_those_to_the_nearest_point_of_the_outline(x, y):
    edge = shapely.segmentize(COAST.shapes[0].exterior, 0.001)
    brute = min(GEOD.inv(x, y, *point)[2] for point in edge.coords[::2])
    found = COAST.distances_m(*at((x, y)), np.array([0]))[0]
    assert found == 0 if COAST.shapes[0].covers(shapely.Point(x, y)) else abs(found - brute) < 0.005 * brute + 120


def test_of_several_communes_meant_the_nearest_counts_and_of_none_nothing():
    claims = Claims((Claim((0, 1), (), "a"), Claim()), np.array([0, 1]))
    found = COAST.claimed_m(*at((107.35, 10.6), (107.35, 10.6)), claims)
    assert np.allclose(found, [0, np.nan], equal_nan=True)


def test_a_province_is_an_area_where_no_commune_is_told():
    claims = Claims((Claim((), (), "a"), Claim((), (), "b"), Claim((0,), (), "a", "a")), np.array([0, 0, 1, 2]))
    found = COAST.claimed_m(*at((107.35, 10.6), (107.5, 10.6), (107.5, 10.6), (107.35, 10.6)), claims)
    assert found[0] == 0
    assert found[1] == pytest.approx(GEOD.inv(107.4, 10.6, 107.5, 10.6)[2], rel=1e-3)
    assert np.isnan(found[2])
    assert found[3] > 16_000
    rows, areas = COAST.meant(claims, either=True)
    assert sorted(zip(rows.tolist(), areas.tolist(), strict=True)) == [(0, 2), (1, 2), (3, 0), (3, 2)]


@pytest.mark.parametrize(
    ("place", "off"),
    [((107.5, 10.6), True), ((107.3, 10.4), True), ((106.9, 10.6), False), ((107.2, 10.8), False)],
)
def test_the_sea_is_east_and_south_of_the_coast(place, off):
    nearest, far, at_sea = COAST.nearest(*at(place))
    assert at_sea.tolist() == [off]
    assert 10_000 < far[0] < 23_000
    assert nearest[0] in (0, 1)


def test_a_gap_between_communes_is_not_the_sea():
    far = gpd.GeoDataFrame(
        {"commune_code": ["00003"], "province_name": ["Tỉnh A"]},
        geometry=[shapely.box(107.7, 10.5, 107.9, 10.7)],
        crs=4326,
    )
    ground = Ground(gpd.GeoDataFrame(gpd.pd.concat([COAST.communes, far], ignore_index=True), crs=4326))
    assert ground.nearest(*at((107.5, 10.6)))[2].tolist() == [False]


def test_the_gulf_of_thailand_is_sea_and_so_is_nothing_north_of_the_chinese_border():
    assert COAST.nearest(*at((104.5, 9.9)))[2].tolist() == [True]
    north = gpd.GeoDataFrame({"province_name": ["Tỉnh A"]}, geometry=[shapely.box(107.9, 21.5, 108.0, 21.6)], crs=4326)
    assert Ground(north).nearest(*at((108.1, 21.55)))[2].tolist() == [False]


def test_off_shore_is_told_up_to_the_islands():
    assert COAST.off_shore_km(107.5, 10.6) == pytest.approx(10.9, abs=0.1)
    assert np.isnan(COAST.off_shore_km(109.0, 10.6))
    assert np.isnan(COAST.off_shore_km(106.9, 10.6))


@given(st.floats(106.5, 108), st.floats(10, 11.2), st.sampled_from([0.0, 300.0, 1_000.0, 20_000.0]))
def test_near_holds_within_a_tenth_of_what_is_measured(x, y, metres):
    distance = COAST.distances_m(*at((x, y)), np.array([0]))[0]
    near = COAST.near(*at((x, y)), np.array([0]), metres)[0]
    if distance <= metres * 0.95:
        assert near
    if distance > metres * 1.05 + 1:
        assert not near
