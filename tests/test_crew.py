"""The crew: processes that end with the one that asked, whether it leaves, gives up or is killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from phusong.crew import Crew

ASKER = """
import os, sys, time
from phusong.crew import Crew
crew = Crew(2)
print(*{crew.submit(os.getpid).result() for _ in range(20)}, flush=True)
crew.submit(time.sleep, 600)
time.sleep(600)
"""


def is_there(process: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    return False


def ends(processes: list[int], seconds: float = 20) -> bool:
    "Whether none of them is there in the end."
    until = time.monotonic() + seconds
    while time.monotonic() < until and any(is_there(one) for one in processes):
        time.sleep(0.05)
    return not any(is_there(one) for one in processes)


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="processes are looked for in /proc")
def test_whoever_is_killed_leaves_no_worker_behind():
    asker = subprocess.Popen([sys.executable, "-c", ASKER], stdout=subprocess.PIPE, text=True)
    workers = [int(one) for one in asker.stdout.readline().split()]
    assert workers
    assert all(is_there(one) for one in workers)
    asker.send_signal(signal.SIGKILL)
    asker.wait()
    assert ends(workers)


def test_a_crew_is_abandoned_in_the_middle_of_a_task():
    crew = Crew(1)
    worker = crew.submit(os.getpid).result()
    crew.submit(time.sleep, 600)
    begun = time.monotonic()
    crew.abandon()
    assert time.monotonic() - begun < 20
    assert ends([worker])


def test_work_and_faults_come_back():
    with Crew(2) as crew:
        assert list(crew.map(abs, [-1, 2, -3])) == [1, 2, 3]
        with pytest.raises(ZeroDivisionError):
            crew.submit(divmod, 1, 0).result()
