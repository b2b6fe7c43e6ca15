"""
One worker against two and more: wall time of each stage of the same study, by turns, and how many times as fast.

    python scripts/benchmark_workers.py [--data ../shared/data] [--provinces 40] [--pixel 60] [--tile 512]
        [--workers 1 2] [--rounds 2]

Each run is a cold one of its own, by scripts/benchmark_national.py, which says what is real and what is made up in it,
and all give the same digest. What the machine allows is measured beside each run: a count in Python by as many
processes as there are workers, which share nothing, over the same count by one.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NATIONAL = Path(__file__).with_name("benchmark_national.py")
COUNT = "for _ in range(30_000_000): pass"


@dataclass
class Runs:
    """Seconds of each stage by number of workers, run by run, and what the machine allowed."""

    command: list[str]
    seconds: dict[int, list[dict[str, float]]] = field(default_factory=dict)
    allowed: dict[int, list[float]] = field(default_factory=dict)
    digests: set[str] = field(default_factory=set)

    def measure(self, workers: int) -> None:
        """Run once more."""
        self.allowed.setdefault(workers, []).append(workers * self.counted_s(1) / self.counted_s(workers))
        with tempfile.TemporaryDirectory() as place:
            told = Path(place) / "told.json"
            command = [*self.command, "--workers", str(workers), "--json", str(told)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            made: dict[str, Any] = json.loads(told.read_text("utf-8"))
        stages = {stage["name"]: stage["wall_s"] for stage in made["stages"]}
        self.seconds.setdefault(workers, []).append({**stages, "whole run": sum(stages.values())})
        self.digests.add(made["digest"])

    def median_s(self, workers: int, stage: str) -> float:
        """Of the runs so far."""
        return statistics.median(run[stage] for run in self.seconds[workers])

    @staticmethod
    def counted_s(processes: int) -> float:
        """Seconds that some processes take, each of which counts as far."""
        begun = time.perf_counter()
        running = [subprocess.Popen([sys.executable, "-c", COUNT]) for _ in range(processes)]
        for process in running:
            process.wait()
        return time.perf_counter() - begun


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--provinces", nargs="*", default=["40"], help="codes")
    parser.add_argument("--pixel", type=float, default=60, help="metres")
    parser.add_argument("--tile", type=int, default=512, help="pixels")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    command = [sys.executable, str(NATIONAL), "--data", str(options.data), "--pixel", f"{options.pixel:g}"]
    runs = Runs([*command, "--tile", str(options.tile), "--provinces", *options.provinces])
    for _ in range(options.rounds):
        for workers in options.workers:
            runs.measure(workers)
    first = options.workers[0]
    print("| stage |" + "".join(f" {workers} workers s | times |" for workers in options.workers))
    print("|---|" + "--:|--:|" * len(options.workers))
    for stage in runs.seconds[first][0]:
        told = [(runs.median_s(workers, stage), workers) for workers in options.workers]
        cells = "".join(f" {s:.1f} | {told[0][0] / max(s, 0.01):.2f} |" for s, _ in told)
        print(f"| {stage} |{cells}")
    cells = "".join(f" | {statistics.median(runs.allowed[workers]):.2f} |" for workers in options.workers)
    print(f"| the machine allows |{cells}")
    print(f"{options.rounds} rounds, medians; {len(runs.digests)} digest of the snapshots")
    return 0 if len(runs.digests) == 1 else 1


if __name__ == "__main__":
    raise SystemExit(main())
