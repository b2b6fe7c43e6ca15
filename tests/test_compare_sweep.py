"""The comparison of the fast forms of P.1812 with the plain one, as a reader starts it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "compare_sweep.py"


def test_quick_run_holds_on_real_terrain(shared_data):
    run = subprocess.run(
        [sys.executable, SCRIPT, "--quick", "--data", shared_data], capture_output=True, text=True, check=True
    )
    exact, fast = run.stdout.split("Fast against exact")
    assert [line.split()[0] for line in exact.splitlines() if line.endswith("holds")] == ["N21E105", "Da"]
    # Two reaches and three densities of radials in each of three places; few pixels, so a share may miss its bound.
    rows = [line for line in fast.splitlines() if line.endswith(("holds", "DOES NOT HOLD"))]
    assert len(rows) == 18
    assert sum(line.endswith("holds") for line in rows) >= 16
    for row in rows:
        numbers = [float(word) for word in row.removesuffix("DOES NOT HOLD").removesuffix("holds").split()[-8:]]
        bias, _, usual, *_ = numbers
        assert abs(bias) < 0.2
        assert usual < 3
