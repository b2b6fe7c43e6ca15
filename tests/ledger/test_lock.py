"""The lock of a project: the second run is refused, and a killed one leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from phusong.errors import SnapshotError
from phusong.ledger.lock import alone

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are killed by signals here")

HOLDS = """
import pathlib, sys, time
from phusong.ledger.lock import alone
with alone(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_one_run_at_a_time_and_none_after_a_kill(tmp_path):
    with subprocess.Popen([sys.executable, "-c", HOLDS, str(tmp_path)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with (
            pytest.raises(SnapshotError, match=f"Another run of this project is on .process {other.pid},"),
            alone(tmp_path),
        ):
            pass
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
        with alone(tmp_path):
            pass


def test_a_run_after_another_is_not_refused(tmp_path):
    for _ in range(2):
        with alone(tmp_path / "tiles"):
            assert (tmp_path / "tiles" / ".running").read_text("utf-8") == str(os.getpid())


def test_a_folder_that_cannot_be_is_told(tmp_path):
    (tmp_path / "tiles").write_text("a file")
    with pytest.raises(SnapshotError, match="cannot be written to"), alone(tmp_path / "tiles"):
        pass
