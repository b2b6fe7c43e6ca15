"""Electrification: power of pixels by their villages, and the sums of people with access."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from phusong.power.electrification import access_sums, mismatches, on_pixels
from phusong.units import NOT_SERVED, OUTSIDE, SERVED, UNKNOWN

THREE = pd.DataFrame(
    {
        "power": np.array([SERVED, NOT_SERVED, UNKNOWN], np.uint8),
        "probability_e4": pd.Series([9900, 200, None], dtype="Int32"),
    }
)


def test_pixels_have_the_power_of_their_village():
    power, probability = on_pixels(THREE, np.array([[0, 1], [2, -1]], np.int32))
    assert power.tolist() == [[1, 0], [255, 255]]
    assert probability.tolist() == [[9900, 200], [-1, -1]]
    assert (power.dtype, probability.dtype) == (np.uint8, np.int32)


def test_without_villages_all_is_unknown():
    power, probability = on_pixels(THREE.iloc[:0], np.full((1, 2), -1, np.int32))
    assert power.tolist() == [[255, 255]]
    assert probability.tolist() == [[-1, -1]]


def test_people_with_access_and_the_bounds_of_their_share():
    "Commune 0 has 10 people served and 5 not, commune 1 has 4 not served and 6 unknown, commune 2 has nobody."
    pieces = sparse.csr_array(np.array([[10, 5, 0], [0, 4, 6], [0, 0, 0]], np.int64) * 1_000_000)
    power = np.array([[SERVED, NOT_SERVED, UNKNOWN]], np.uint8)
    sums = access_sums(pieces, power, np.array([[9900, 200, 6000]], np.int32))
    assert sums.expected.tolist() == [100_000_000_000, 800_000_000, 0]  # 10 x 0.99 + 5 x 0.02; 4 x 0.02
    assert sums.known.tolist() == [15_000_000, 4_000_000, 0]
    assert sums.unknown.tolist() == [0, 6_000_000, 0]
    assert {array.dtype for array in (sums.expected, sums.known, sums.unknown)} == {np.dtype(np.int64)}


def test_what_is_outside_is_not_known():
    pieces = sparse.csr_array(np.array([[7, 1]], np.int64))
    sums = access_sums(pieces, np.array([OUTSIDE, SERVED], np.uint8), np.array([-1, 10_000], np.int32))
    assert (sums.expected.tolist(), sums.known.tolist(), sums.unknown.tolist()) == ([10_000], [1], [7])


def test_sums_are_exact_for_a_nation():
    "A hundred million people but one millionth: a double would lose the last digits."
    people = 100_000_000_000_000 - 1
    sums = access_sums(sparse.csr_array(np.array([[people]])), np.array([SERVED], np.uint8), np.array([9999], np.int32))
    assert sums.expected.tolist() == [999_899_999_999_990_001]


def test_no_communes_and_no_pixels():
    none = access_sums(sparse.csr_array((0, 2), dtype=np.int64), np.array([1, 0], np.uint8), np.array([1, 1], np.int32))
    assert none.expected.tolist() == []
    bare = access_sums(sparse.csr_array((2, 0), dtype=np.int64), np.zeros(0, np.uint8), np.zeros(0, np.int32))
    assert bare.known.tolist() == [0, 0]


pixel = st.tuples(
    st.lists(st.integers(0, 10**13), min_size=2, max_size=2),
    st.sampled_from([(SERVED, 9900), (NOT_SERVED, 200), (UNKNOWN, -1), (UNKNOWN, 5000)]),
)


@given(st.lists(pixel, max_size=8), st.integers(0, 8))
def test_tiles_add_up_and_nobody_is_lost(pixels, cut):
    micro = np.array([row for row, _ in pixels], np.int64).reshape(-1, 2).T
    power, probability = (np.array([state[i] for _, state in pixels], np.int64) for i in (0, 1))

    def sums(part: slice) -> np.ndarray:
        pieces = sparse.csr_array(micro[:, part])
        found = access_sums(pieces, power[part].astype(np.uint8), probability[part].astype(np.int32))
        return np.stack([found.expected, found.known, found.unknown])

    whole = sums(slice(None))
    assert (whole == sums(slice(0, cut)) + sums(slice(cut, None))).all()
    assert (whole[1] + whole[2] == micro.sum(axis=1)).all()
    expected = [sum(int(m) * int(p) for m, p, s in zip(row, probability, power, strict=True) if s < 2) for row in micro]
    assert whole[0].tolist() == expected


def test_villages_and_people_that_do_not_find_each_other():
    "Village 0 is served and has no people, village 2 has none either; 8 people live on nobody's ground."
    assert mismatches(THREE, np.array([0, 4, 0]), 8) == {
        "villages_without_people": 2,
        "served_villages_without_people": 1,
        "micro_persons_without_village": 8,
    }
    assert mismatches(THREE.iloc[:0], np.empty(0, np.int64), 12) == {
        "villages_without_people": 0,
        "served_villages_without_people": 0,
        "micro_persons_without_village": 12,
    }
