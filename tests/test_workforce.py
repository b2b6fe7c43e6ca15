"""The workforce: every task once, few in memory, faults are told, and no cluster over an open network."""

from __future__ import annotations

import multiprocessing
import os
import platform
import signal
import threading
import time
from functools import partial

import pytest

from phusong.errors import ConfigError
from phusong.ledger.log import peak_memory_mb
from phusong.pipeline.allowance import BOUNDLESS, Allowance
from phusong.pipeline.clock import Clock
from phusong.pipeline.resident import Slack, at_most_mb, give_back, resident_bytes
from phusong.pipeline.workforce import Cluster, Processes, Threads, here, workforce


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


def most_at_once(force: Threads, task_bytes: float) -> int:
    "How many of twelve tasks ran or waited at one time."
    waiting, seen, lock = [0], [], threading.Lock()

    def tasks():
        for k in range(12):
            with lock:
                waiting[0] += 1
                seen.append(waiting[0])
            yield (k,)

    def work(k: int) -> int:
        time.sleep(0.01)
        with lock:
            waiting[0] -= 1
        return k

    assert sorted(force.each(work, tasks(), task_bytes)) == list(range(12))
    return max(seen)


def test_no_more_tasks_than_there_is_memory_for(monkeypatch):
    monkeypatch.setattr("phusong.pipeline.allowance.resident_bytes", lambda: 3e9)
    assert most_at_once(Threads(3), 1e12) == 5
    assert most_at_once(Threads(3, Allowance(4e9)), 0.5e9) == 5
    assert most_at_once(Threads(3, Allowance(4e9)), 1.5e9) == 1  # one goes on, or nothing would


def test_allowance_too_small_for_one_task_is_told(monkeypatch):
    monkeypatch.setattr("phusong.pipeline.allowance.resident_bytes", lambda: 1.2e9)
    Allowance(2e9).refuse_short(0.7e9, "a tile of 1024 pixels", "set tile_pixels = 512")
    told = r"2\.0GB is too little: a tile of 1024 pixels takes about 900MB beside 1\.2GB in use\. Give 2\.1GB, or set"
    with pytest.raises(ConfigError, match=told):
        Allowance(2e9).refuse_short(0.9e9, "a tile of 1024 pixels", "set tile_pixels = 512")
    with pytest.raises(ConfigError, match="--memory-limit 10MB is too little"):
        Allowance.parse("10MB").refuse_short(0.9e9, "a tile of 1024 pixels", "set tile_pixels = 512")


@pytest.mark.parametrize("text", ["4", "GB", "4 TB", "-1GB", "0GB", "4GB!", "four GB"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(ConfigError, match="expected a size such as 800MB"):
        Allowance.parse(text)


def test_memory_of_this_process_is_known(monkeypatch, tmp_path):
    "No more than it ever had; where the system tells nothing of now, that is told."
    most = 2**20 * peak_memory_mb()
    assert 20e6 < resident_bytes() < 1.05 * most
    monkeypatch.setattr("phusong.pipeline.resident._PROC", tmp_path / "none")
    assert resident_bytes() >= most
    assert at_most_mb() is None


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


def filled(size: int) -> int:
    "Takes so much memory for a moment."
    return len(b"x" * size)


def whose(value: int) -> tuple[int, int]:
    "A value, and the process that was asked."
    return value, os.getpid()


def whose_but_one_dies(value: int, asker: int) -> tuple[int, int]:
    if value == 5 and os.getpid() != asker:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.01)
    return value, os.getpid()


def test_processes_begin_when_threads_have_taken_long():
    with Processes(2, patience_s=600) as force:
        assert set(force.each(whose, ((k,) for k in range(20)))) == {(k, os.getpid()) for k in range(20)}
        assert force.do(whose, 7) == (7, os.getpid())
    with Processes(2, patience_s=0) as force:
        made = dict(force.each(whose, ((k,) for k in range(20))))
        assert set(made) == set(range(20))
        assert os.getpid() not in made.values()
        assert force.do(whose, 7)[1] in {child.pid for child in multiprocessing.active_children()}
        assert dict(force.each(whose, ((k,) for k in range(3)))).keys() == {0, 1, 2}  # the same ones, at once
        assert force.do(whose, 8)[1] != os.getpid()
    assert force.do(whose, 9) == (9, os.getpid())  # when they have been sent away


def slowly(value: int) -> tuple[int, int]:
    time.sleep(0.05)
    return value, os.getpid()


def test_threads_go_on_while_processes_read():
    "No task waits for a process that is not there yet, and in the end the processes have the work."
    with Processes(2, patience_s=0.01) as force:
        made = list(force.each(slowly, ((k,) for k in range(400))))
    assert sorted(value for value, _ in made) == list(range(400))
    here = [process == os.getpid() for _, process in made]
    assert sum(here) > 6  # the first ones alone would be two and those that wait
    assert not any(here[-50:])


def test_without_tasks_no_process_begins():
    with Processes(2, patience_s=0) as force:
        assert list(force.each(whose, iter(()))) == []
        assert force.do(whose, 7) == (7, os.getpid())


def test_what_a_killed_process_had_is_done_by_threads():
    with Processes(2, patience_s=0) as force:
        made = dict(force.each(whose_but_one_dies, ((k, os.getpid()) for k in range(12))))
        assert set(made) == set(range(12))
        assert made[5] == os.getpid()
        assert force.do(whose, 7) == (7, os.getpid())


def test_when_processes_are_gone_no_more_threads_compute_than_workers():
    waiting, most, lock = [0], [0], threading.Lock()

    def work() -> None:
        with lock:
            waiting[0] += 1
            most[0] = max(most[0], waiting[0])
        time.sleep(0.02)
        with lock:
            waiting[0] -= 1

    force = Processes(2, patience_s=0)  # without any, as after one has died
    list(Threads(4).each(partial(force.do, work), (() for _ in range(20))))
    assert most == [2]


def test_a_fault_in_a_process_is_told():
    with Processes(2, patience_s=0) as force, pytest.raises(ZeroDivisionError):
        list(force.each(divmod, ((4, k) for k in (2, 1, 0, 3))))


def test_processes_need_memory_of_their_own(monkeypatch):
    monkeypatch.setattr("phusong.pipeline.allowance.resident_bytes", lambda: 3e9)
    for most_bytes, few in ((3.9e9, True), (4.5e9, False)):
        with Processes(2, Allowance(most_bytes), patience_s=0) as force:
            made = dict(force.each(whose, ((k,) for k in range(8)), 0.3e9))
        assert (set(made.values()) == {os.getpid()}) is few


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries give memory back by themselves")
def test_free_memory_goes_back():
    "Of many small blocks the last one stays, below which the library would keep the room of the others."
    blocks = [bytearray(3000) for _ in range(100_000)]
    before = resident_bytes()
    last = blocks[-1]
    blocks.clear()
    blocks.append(last)
    Slack().give_back()  # too soon
    assert resident_bytes() > before - 50e6
    give_back()
    assert resident_bytes() < before - 200e6


def test_memory_of_processes_counts():
    steps, alone = [], resident_bytes()
    clock = Clock()
    step = clock.watching(lambda *told: steps.append(told))
    with Processes(2, patience_s=0) as force:
        assert sum(force.each(filled, ((300_000_000,) for _ in range(2)))) == 600_000_000
        assert resident_bytes() > alone + 2e6
        most = at_most_mb()
        assert most > alone / 2**20 + 280
        step("tiles", 1, 2)
        assert steps == [("tiles", 1, 2, "")]
        clock.done("radio")
        assert at_most_mb() < most - 250  # in the next stage
    assert clock.stages[0].peak_memory_mb > alone / 2**20 + 280


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
    assert isinstance(workforce(None, 2, BOUNDLESS, processes=True), Processes)
    assert workforce(None, 1, BOUNDLESS, processes=True) == Threads(1)  # one process has nobody to share with
    assert here(double, 4) == 8
