"""Footprints: who serves each pixel, and who and what is covered by those that live."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS
from scipy import sparse
from small_storm import PERSON, places, prints, worlds

from phusong.grid import Grid
from phusong.power.footprints import (
    Footprints,
    Places,
    living,
    people_covered,
    totals_covered,
    villages_covered,
    villages_served,
)

SITES = pd.DataFrame({"site_id": ["a1", "a2", "b1", "b2"], "operator": ["A", "A", "B", "B"]})


def four() -> Footprints:
    "a1 serves pixels 0 and 1, a2 1 and 2, b1 1, b2 nothing; pixel 3 is nobody's."
    return prints(SITES, [[1, 0, 1], [1, 2], [1], []], 4)


def test_relation_by_pixel():
    found = four()
    assert found.indptr.tolist() == [0, 1, 4, 5, 5]
    assert found.sites.tolist() == [0, 0, 1, 2, 1]
    assert found.scopes == ("A", "B", "any")
    assert found.idle == ("b2",)
    assert found.nbytes == 5 * 4 + 5 * 8 + 4 * 2 + 3 * 4
    assert not found.dark.any()


def test_a_failing_site_silences_only_what_no_other_living_one_serves():
    every = living(four(), np.array([True, True, True, True]))
    assert every.astype(int).tolist() == [[1, 1, 1, 0], [0, 1, 0, 0], [1, 1, 1, 0]]
    without_a1 = living(four(), np.array([False, True, True, True]))
    assert without_a1.astype(int).tolist() == [[0, 1, 1, 0], [0, 1, 0, 0], [0, 1, 1, 0]]
    only_b = living(four(), np.array([False, False, True, True]))
    assert only_b.astype(int).tolist() == [[0, 0, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0]]


def test_people_and_villages():
    "Pixel 1 is shared by the communes; village v2 stands off the grid."
    here = places([[10, 20, 0, 5], [0, 7, 3, 0]], [0, 2, -1, 3])
    covered = living(four(), np.array([False, True, True, True]))
    assert (people_covered(here, covered) // PERSON).tolist() == [[20, 10], [20, 7], [20, 10]]
    assert villages_covered(here, covered).astype(int).tolist() == [[0, 1, 0, 0], [0, 0, 0, 0], [0, 1, 0, 0]]
    assert here.off_grid == ("v2",)
    assert (here.by_pixel // PERSON).tolist() == [10, 27, 3, 5]
    assert villages_served(four(), here).toarray().tolist() == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]


def test_a_village_off_the_grid_is_not_that_of_the_last_pixel():
    here, every = places([[1]], [-1, 0]), prints(SITES[:1], [[0]], 1)
    assert villages_covered(here, living(every, np.array([True]))).tolist() == [[False, True], [False, True]]


def test_not_a_millionth_is_lost():
    "Sums that doubles could not hold."
    odd = 2**53 + 1
    here = Places(np.array(["1"]), sparse.csr_array(np.array([[odd, 2, 0, 0]])), np.array([]), np.array([], int))
    assert people_covered(here, living(four(), np.ones(4, bool)))[-1].tolist() == [odd + 2]


def test_places_of_a_study():
    grid = Grid(CRS(3405), 0.0, 200.0, 100.0, (2, 2))
    at = [(150.0, 50.0), (50.0, 150.0), (250.0, 50.0)]
    villages = gpd.GeoDataFrame({"village_id": ["v1", "v2", "v3"]}, geometry=shapely.points(at), crs=3405)
    divided = sparse.csr_array(np.array([[1, 0, 0, 2], [9, 9, 9, 9]]))
    here = Places.of(pd.Series(["00001"]), divided, villages, grid)
    assert here.village_pixel.tolist() == [3, 0, -1]
    assert here.micro.toarray().tolist() == [[1, 0, 0, 2]]


def test_dark_pixels_are_kept_by_operator_and_for_any_of_them():
    dark = {"A": np.array([True, False, False, False]), "B": np.array([False, False, False, True])}
    found = Footprints.of("LTE", SITES, [np.array([0]), *[np.array([], int)] * 3], 4, dark)
    assert found.dark.astype(int).tolist() == [[1, 0, 0, 0], [0, 0, 0, 1], [1, 0, 0, 1]]


@pytest.mark.parametrize("pixel", [-1, 4])
def test_a_footprint_off_the_grid_is_refused(pixel: int):
    with pytest.raises(ValueError, match="off the grid"):
        prints(SITES, [[pixel], [], [], []], 4)


def test_a_missing_footprint_is_refused():
    with pytest.raises(ValueError, match="3 footprints for 4 sites"):
        prints(SITES, [[0], [], []], 4)


@given(worlds(), st.integers(1, 130), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_many_storms_at_once_are_the_storms_one_by_one(world: tuple, storms: int, random: object):
    "More than 64 take several words."
    _, _, footprints, here = world
    alive = np.array([[random.random() < 0.6 for _ in range(storms)] for _ in footprints.site_ids])
    together = totals_covered(footprints, here.by_pixel, alive)
    alone = [people_covered(here, living(footprints, alive[:, k])).sum(axis=1) for k in range(storms)]
    assert together.tolist() == np.stack(alone, axis=1).tolist()


@given(worlds(), st.data())
@settings(max_examples=60, deadline=None)
def test_living_against_a_plain_reading(world: tuple, data: st.DataObject):
    _, _, footprints, _ = world
    alive = np.array(
        data.draw(st.lists(st.booleans(), min_size=len(footprints.site_ids), max_size=len(footprints.site_ids)))
    )
    covered = living(footprints, alive)
    for pixel in range(footprints.pixels):
        serving = footprints.sites[footprints.indptr[pixel] : footprints.indptr[pixel + 1]]
        names = {footprints.operators[footprints.operator[site]] for site in serving if alive[site]}
        assert covered[:, pixel].tolist() == [*(name in names for name in footprints.operators), bool(names)]
