"""Fields: block by block the same as at once, each block told of once, and few of them in memory."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from phusong.grid import Grid
from phusong.layers import field
from phusong.layers.field import Array, Blocks, bilinear

GRID = Grid(CRS(3405), 500_000.0, 2_300_000.0, 100.0, (40, 33))
VALUES = np.random.default_rng(3).normal(size=GRID.shape).astype(np.float32)
VALUES[5:8, 20] = np.nan


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    "Blocks of 7 x 7 pixels, of which three stay in memory."
    monkeypatch.setattr(field, "_SMALL_PIXELS", 1)
    monkeypatch.setattr(field, "_BLOCK_PIXELS", 7)
    monkeypatch.setattr(field, "_MOST_BLOCKS", 3)


def blocks(read: list[Grid] | None = None) -> Blocks:
    def of(part: Grid):
        if read is not None:
            read.append(part)
        return VALUES[GRID.window(part)], {"pixels": part.shape[0] * part.shape[1], "seen": {"blocks": 1}}

    return Blocks(GRID, of)


@settings(max_examples=60)
@given(row=st.integers(0, 39), column=st.integers(0, 32), rows=st.integers(1, 40), columns=st.integers(1, 33))
def test_a_part_is_what_it_would_be_at_once(row, column, rows, columns):
    part = GRID.part(row, column, rows, columns)
    np.testing.assert_array_equal(blocks().on(part), Array(GRID, VALUES).on(part))


def test_the_counts_are_those_of_every_block_once():
    found = blocks()
    for _ in range(2):
        found.on(GRID)
    assert found.counts == {"pixels": 40 * 33, "seen": {"blocks": 6 * 5}}


def test_only_a_few_blocks_are_kept():
    read: list[Grid] = []
    found = blocks(read)
    found.on(GRID.part(0, 0, 7, 21))
    found.on(GRID.part(0, 0, 7, 21))
    assert len(read) == 3
    found.on(GRID.part(0, 0, 7, 28))
    found.on(GRID.part(0, 0, 7, 7))
    assert len(read) == 5


def test_a_small_field_is_read_at_once(monkeypatch):
    monkeypatch.setattr(field, "_SMALL_PIXELS", 40 * 33)
    read: list[Grid] = []
    blocks(read).on(GRID.part(3, 3, 2, 2))
    assert read == [GRID]


def test_what_is_returned_is_the_askers_own():
    for found in (blocks(), Array(GRID, VALUES.copy())):
        found.on(GRID)[:] = 0
        np.testing.assert_array_equal(found.on(GRID), VALUES)


def test_threads_see_the_same():
    found = blocks()
    parts = [GRID.part(row, column, 9, 9) for row in range(0, 40, 3) for column in range(0, 33, 3)]
    with ThreadPoolExecutor(8) as pool:
        for part, values in zip(parts, pool.map(found.on, parts), strict=True):
            np.testing.assert_array_equal(values, VALUES[GRID.window(part)])


def test_points_are_read_as_from_the_whole_grid():
    random = np.random.default_rng(8)
    west, south, east, north = GRID.bounds
    x, y = random.uniform(west - 200, east + 200, 500), random.uniform(south - 200, north + 200, 500)
    np.testing.assert_array_equal(bilinear(blocks(), x, y), GRID.bilinear(VALUES, x, y))


@pytest.mark.parametrize("workers", [1, 3])
def test_blocks_read_ahead_are_those_of_the_parts_each_once(workers):
    read, held = list[Grid](), dict[str, dict]()

    def memory(_, on, work, __=()):
        if (key := str(on[0])) not in held:
            held[key] = work()
        return held[key]

    def of(part: Grid):
        read.append(part)
        return VALUES[GRID.window(part)], {"pixels": part.shape[0] * part.shape[1]}

    found = Blocks(GRID, of, memory)
    found.read_ahead([GRID.part(0, 0, 8, 8), GRID.part(7, 7, 7, 7)], workers)
    assert len(read) == 4
    np.testing.assert_array_equal(found.on(GRID.part(0, 0, 14, 14)), VALUES[:14, :14])
    assert len(read) == 4
    assert found.counts == {"pixels": 14 * 14}


def test_nothing_is_read_ahead_where_nothing_is_remembered():
    read: list[Grid] = []
    blocks(read).read_ahead([GRID], 2)
    assert read == []
