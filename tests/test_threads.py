"""Threads: the order of the items, few at a time, and a fault that ends the rest."""

from __future__ import annotations

import threading
import time

import pytest

from phusong.threads import in_order


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_the_order_is_that_of_the_items_whoever_is_done_first(workers):
    def work(k: int) -> int:
        time.sleep(0.002 * (k % 3))
        return k * k

    assert list(in_order(work, range(20), workers)) == [k * k for k in range(20)]


def test_few_results_wait():
    made, lock = [0], threading.Lock()

    def work(k: int) -> int:
        with lock:
            made[0] += 1
        return k

    for taken, _ in enumerate(in_order(work, range(50), 3), 1):
        time.sleep(0.001)
        assert made[0] <= taken + 4


@pytest.mark.parametrize("workers", [1, 2])
def test_a_fault_is_raised_in_its_place_and_ends_the_rest(workers):
    begun: list[int] = []

    def work(k: int) -> int:
        begun.append(k)
        if k == 3:
            raise ValueError("three")
        return k

    found = in_order(work, range(1000), workers)
    assert [next(found) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(found)
    assert len(begun) < 20


def test_nothing_gives_nothing():
    assert list(in_order(abs, [], 2)) == []
