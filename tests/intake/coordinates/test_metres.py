"""Places of pairs in metres that name no system."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from plane_country import HANOI, LONGAN, OLD, TAYNINH, ZONE, claims, ground, metres, off_m, places, with_scale_of_utm

from phusong.intake.claim import Claim, Claims
from phusong.intake.coordinates.ground import Ground
from phusong.intake.coordinates.metres import place
from phusong.intake.coordinates.statement import stated
from phusong.intake.coordinates.vn2000 import UTM, System, coded

GROUND = ground()
CENTRE = (106.22, 10.72)
"""Of commune 8."""
EVERY = [*HANOI, *TAYNINH, *LONGAN] * 3
PLAIN = [code for code in coded() if code < 30_000 and not 6956 <= code <= 6959]


def own_zones(communes):
    return [ZONE[OLD[i]] for i in communes]


def test_each_old_province_is_read_in_its_own_zone():
    true = places(EVERY)
    placed = place(*metres(true, own_zones(EVERY)), claims(EVERY), GROUND)
    assert not placed.ambiguous.any()
    assert off_m(placed, true).max() < 0.05
    assert {placed.systems[j].meridian_deg for j in placed.system} == {105.0, 105.5, 105.75}


@pytest.mark.parametrize("rows", [1, 2, 5])
@pytest.mark.parametrize("commune", [0, 4, 8])
def test_a_few_rows_are_read_in_the_zone_of_their_old_province(rows, commune):
    communes = [commune] * rows
    true = places(communes)
    placed = place(*metres(true, own_zones(communes)), claims(communes), GROUND)
    assert not placed.ambiguous.any()
    assert off_m(placed, true).max() < 0.05


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PLAIN), st.integers(0, 2**16), st.sampled_from([HANOI, TAYNINH, LONGAN]))
def test_a_file_in_any_one_system_is_read_in_it_or_set_aside(code, seed, own):
    communes = [*own] * 4
    true = places(communes, seed)
    placed = place(*metres(true, code), claims(communes), GROUND)
    assert off_m(placed, true)[~placed.ambiguous].max(initial=0) < 1
    if code not in (3405, 5897):  # on 105° the two scale factors have to be told apart by places at the edge
        assert not placed.ambiguous.any()


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(PLAIN), st.integers(0, 2**16), st.lists(st.integers(0, 11), min_size=1, max_size=3))
def test_few_rows_in_a_strange_system_are_never_misplaced(code, seed, communes):
    true = places(communes, seed)
    placed = place(*metres(true, code), claims(communes), GROUND)
    far = off_m(placed, true)[~placed.ambiguous]
    distance = GROUND.claimed_m(placed.longitude, placed.latitude, claims(communes))[~placed.ambiguous]
    told_by_scale = code in (3405, 5897)  # nothing in three rows tells 350 m
    assert ((far < 1) | (distance > 20_000) | told_by_scale).all()


def test_one_row_in_the_zone_of_another_province_is_ambiguous_and_told_its_readings():
    true = places([8])
    placed = place(*metres(true, 9213), claims([8]), GROUND)
    assert placed.ambiguous.tolist() == [True]
    assert "EPSG:9213, 106°30', k 0,9999: " + f"{true[0, 1]:.6f}, {true[0, 0]:.6f}" in placed.rivals[0]


def test_a_lone_row_follows_a_file_that_is_in_one_system():
    communes = [*TAYNINH] * 3 + [8]
    true = places(communes)
    placed = place(*metres(true, 9209), claims(communes), GROUND)
    assert not placed.ambiguous.any()
    assert off_m(placed, true).max() < 0.05


def test_rows_that_mean_nothing_have_candidates_and_no_place():
    true = places([4, 5, 6])
    placed = place(*metres(true, 9209), Claims.none(3), GROUND)
    assert placed.ambiguous.all()
    assert f"EPSG:9209, 105°30', k 0,9999: {true[0, 1]:.6f}, {true[0, 0]:.6f}" in placed.rivals[0]


def test_rows_that_mean_nothing_follow_a_file_that_is_sure_of_its_one_system():
    communes = [*TAYNINH] * 3
    true = places([*communes, 5])
    placed = place(*metres(true, 9209), claims([*communes, -1]), GROUND)
    assert not placed.ambiguous.any()
    assert off_m(placed, true).max() < 0.05
    several = place(*metres(places([*EVERY, 5]), [*own_zones(EVERY), 9209]), claims([*EVERY, -1]), GROUND)
    assert np.flatnonzero(several.ambiguous).tolist() == [len(EVERY)]


def test_a_named_system_is_taken_unless_the_rows_lie_elsewhere():
    true = places([4, 5, 6])
    named = stated(["VN-2000, KTT 105°30', múi 3"])
    placed = place(*metres(true, 9209), Claims.none(3), GROUND, said=named)
    assert off_m(placed, true).max() < 0.05
    wrong = place(*metres(true, 9209), claims([4, 5, 6]), GROUND, said=stated(["KTT 107°45'"]))
    assert off_m(wrong, true)[~wrong.ambiguous].max(initial=0) < 0.05


def test_utm_on_wgs84_is_read_so_where_the_file_says_it_and_else_as_good_to_250_m():
    communes = [*TAYNINH] * 6
    true = places(communes)
    said = place(*metres(true, 32648), claims(communes), GROUND, said=stated(["UTM 48N, WGS84"]))
    assert off_m(said, true).max() < 0.05
    assert said.accuracy_m.max() == 1
    silent = place(*metres(true, 3406), claims(communes), GROUND)
    assert silent.accuracy_m.tolist() == [250] * len(true)
    assert off_m(silent, true).max() < 0.05


def test_few_rows_on_105_degrees_are_as_good_as_the_other_scale_factor_allows():
    few = place(*metres(places([0, 1]), 5897), claims([0, 1]), GROUND)
    assert few.accuracy_m.tolist() == [800, 800]
    named = place(*metres(places([0, 1]), 5897), claims([0, 1]), GROUND, said=stated(["KTT 105°"]))
    assert named.accuracy_m.tolist() == [1, 1]
    north = places([*HANOI] * 4)
    north[:, 1] = np.floor(north[:, 1] * 10) / 10 + 0.039
    proved = place(*metres(north, 5897), claims([*HANOI] * 4), GROUND)
    assert set(proved.accuracy_m) == {1}


def test_easting_first_is_told_row_by_row():
    true = places(EVERY)
    northing, easting = metres(true, own_zones(EVERY))
    odd = np.arange(len(EVERY)) % 5 == 0
    placed = place(np.where(odd, easting, northing), np.where(odd, northing, easting), claims(EVERY), GROUND)
    assert placed.swapped.tolist() == odd.tolist()
    assert off_m(placed, true).max() < 0.05


def test_both_orders_plausible_follow_the_file():
    "In the far south a northing of 900 km may be the easting of UTM zone 48."
    first, second = np.array([950_000.0, 1_200_000, 1_200_000]), np.array([980_000.0, 600_000, 600_000])
    none = Claims.none(3)
    assert place(first, second, none, GROUND).swapped.tolist() == [False] * 3
    assert place(second, first, none, GROUND).swapped.tolist() == [True] * 3


@pytest.mark.parametrize("swapped", [False, True])
def test_false_origins_of_deprecated_codes_are_told_by_the_numbers(swapped):
    true = places(EVERY)
    northing, easting = metres(true, 5899)
    pair = (northing + 500_000, easting - 500_000)
    placed = place(*(pair[::-1] if swapped else pair), claims(EVERY), GROUND)
    assert off_m(placed, true).max() < 0.05
    assert placed.swapped.tolist() == [swapped] * len(EVERY)


def test_the_scale_factor_of_utm_on_a_zone_of_three_degrees_is_found():
    communes = [*LONGAN] * 15
    true = places(communes, 3)
    at_edge = np.arange(60) % 6 == 0
    true[at_edge, 1] = np.floor(true[at_edge, 1] * 10) / 10 + 0.001
    placed = place(*with_scale_of_utm(*metres(true, 9210)), claims(communes), GROUND)
    assert {placed.systems[j] for j in placed.system} == {System(105.75, UTM)}
    assert off_m(placed, true).max() < 0.05


def test_two_places_alone_leave_the_scale_factor_open():
    true = places([*LONGAN])
    true[:2, 1] = np.floor(true[:2, 1] * 10) / 10 + 0.001
    placed = place(*with_scale_of_utm(*metres(true, 9210)), claims([*LONGAN]), GROUND)
    assert placed.ambiguous.all()
    assert "k 0,9996" in placed.rivals[0]
    assert "k 0,9999" in placed.rivals[0]


def test_a_wrong_commune_across_the_old_border_is_not_believed():
    "The place is in Tây Ninh; read in the zone of Long An it lies 3 km from the commune declared, which is 24 km away."
    communes = EVERY
    true = places([*communes, 8])
    true[-1] = [CENTRE[0] - 0.25 + 0.05, CENTRE[1]]
    placed = place(*metres(true, [*own_zones(communes), 9209]), claims([*communes, 8]), GROUND)
    assert np.flatnonzero(placed.ambiguous).tolist() == [len(communes)]
    assert "EPSG:9209" in placed.rivals[-1]
    assert "EPSG:9210" in placed.rivals[-1]


@pytest.mark.parametrize(("masts", "doubted"), [([4, 8], [0, 1]), ([4, 8, 4], [1]), ([8, 4, 8], [1])])
def test_rows_of_one_mast_read_in_two_zones_contradict_each_other(masts, doubted):
    "All lie in the commune they mean, in the zone of Tây Ninh or of Long An; the fewer mean a wrong one."
    northing, easting = metres(np.array([[106.02, 11.22]]), 9209)
    longitude, latitude = System(105.75).to_wgs84(easting, northing)
    communes = GROUND.communes.copy()
    elsewhere = shapely.Point(longitude[0], latitude[0]).buffer(0.01)
    communes.loc[8, "geometry"] = communes.geometry[8].union(elsewhere)
    rows = [*TAYNINH] * 3 + [*LONGAN] * 3
    first, second = metres(places(rows), own_zones(rows))
    pairs = np.append(first, [northing] * len(masts)), np.append(second, [easting] * len(masts))
    placed = place(*pairs, claims([*rows, *masts]), Ground(communes))
    assert (np.flatnonzero(placed.ambiguous) - len(rows)).tolist() == doubted


def test_a_province_alone_is_enough_where_it_has_one_zone_and_places_to_tell():
    hanoi = Claims((Claim((), (), "hanoi"),), np.zeros(12, np.int64))
    true = places([*HANOI] * 3)
    placed = place(*metres(true, 5897), hanoi, GROUND)
    assert not placed.ambiguous.any()
    assert off_m(placed, true).max() < 0.05
    merged = Claims((Claim((), (), "tayninh"),), np.zeros(12, np.int64))
    true = places([*TAYNINH, *LONGAN, *LONGAN])
    placed = place(*metres(true, own_zones([*TAYNINH, *LONGAN, *LONGAN])), merged, GROUND)
    assert off_m(placed, true)[~placed.ambiguous].max(initial=0) < 0.05
