"""A closing, a correction or its run that is killed anywhere: what was closed stays, and the work goes on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "kill_ledger.py"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_fifteen_kills():
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--kills", "15"], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "15 times: the ledger opened" in done.stdout
    killed = sum(int(count) for count in re.findall(r": killed +(\d+)", done.stdout))
    assert killed >= 12, done.stdout
