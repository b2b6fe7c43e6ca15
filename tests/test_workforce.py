"""The workforce: every task once, few in memory, faults are told, and no cluster over an open network."""

from __future__ import annotations

import threading
import time

import pytest

from phusong.errors import ConfigError
from phusong.pipeline.workforce import Cluster, Threads, workforce


def double(value: int) -> int:
    return 2 * value


def test_every_task_is_done_once():
    assert sorted(Threads(3).each(double, ((k,) for k in range(50)))) == list(range(0, 100, 2))
    assert list(Threads(3).each(double, iter(()))) == []


def test_tasks_are_made_as_workers_become_free():
    made, done = [], []

    def tasks():
        for k in range(40):
            made.append(k)
            yield (k,)

    for value in Threads(2).each(double, tasks()):
        done.append(value)
        assert len(made) - len(done) <= 2 + 2 + 1


def test_a_fault_ends_the_rest():
    begun, lock = [], threading.Lock()

    def work(k: int) -> None:
        with lock:
            begun.append(k)
        if k == 3:
            raise ValueError("tile 3")
        time.sleep(0.01)

    with pytest.raises(ValueError, match="tile 3"):
        list(Threads(2).each(work, ((k,) for k in range(500))))
    assert len(begun) < 50


@pytest.mark.parametrize(
    "address", ["tcp://10.0.0.5:8786", "tcp://gpu.example.vn:8786", "http://127.0.0.1:8786", "8786"]
)
def test_an_open_network_is_refused(address):
    with pytest.raises(ConfigError, match="tls:// only"):
        workforce(address, 2)


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:8786", "tcp://[::1]:8786", "tcp://localhost:1", "tls://10.0.0.5:8786"]
)
def test_this_machine_and_tls_are_not(address):
    assert workforce(address, 2) == Cluster(address)
    assert workforce(None, 2) == Threads(2)
