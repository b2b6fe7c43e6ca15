"""
How time and memory of a run grow: with the provinces that are studied, and with finer pixels, as a table and a plot.

    python scripts/benchmark_growth.py [--data ../shared/data] [--pixel 250] [--counts 1 2 4 8 16 34]
        [--province 40] [--pixels 100 60 30] [--technology NR] [--patience 0] [--plot growth.png]

Each case is a run of its own from cold, by scripts/benchmark_national.py, which says what is real and what is made up
in it. The provinces are taken by their codes from the south up. Finer pixels are tried on one province, with one
technology where that is said, since 30 m is eleven times 100 m. A short run ends before processes begin, and so takes
less memory than a long one: with --patience 0 every run begins with them, and like is set beside like.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

NATIONAL = Path(__file__).with_name("benchmark_national.py")
HEADER = """| provinces | pixel m | paths, million | run s | radio s | million paths/s | s per 1e8 paths | peak MB |
|--:|--:|--:|--:|--:|--:|--:|--:|"""


@dataclass
class Growth:
    """Runs of which each is larger than the one before."""

    data: Path
    technology: str | None
    patience_s: float | None
    rows: dict[str, list[tuple[float, float, float]]] = field(default_factory=dict)

    def measure(self, series: str, provinces: list[str], pixel_m: float, all_of_them: bool) -> None:
        """Run one case, print its row and keep paths, seconds and megabytes of it."""
        with tempfile.TemporaryDirectory() as place:
            told = Path(place) / "told.json"
            command = [sys.executable, str(NATIONAL), "--data", str(self.data), "--pixel", f"{pixel_m:g}"]
            command += ["--json", str(told), *([] if all_of_them else ["--provinces", *provinces])]
            command += ["--technology", self.technology] if self.technology and series == "pixels" else []
            command += [] if self.patience_s is None else ["--patience", f"{self.patience_s:g}"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            made: dict[str, Any] = json.loads(told.read_text("utf-8"))
        radio_s = next(stage["wall_s"] for stage in made["stages"] if stage["name"] == "radio and power")
        pairs, peak = made["radio"]["pairs"], max(stage["peak_memory_mb"] for stage in made["stages"])
        wall = made["wall_s"]
        speed = f"{wall:.0f} | {radio_s:.0f} | {pairs / radio_s / 1e6:.1f} | {1e8 * wall / pairs:.1f}"
        print(f"| {len(provinces)} | {pixel_m:g} | {pairs / 1e6:,.0f} | {speed} | {peak:,.0f} |")
        sys.stdout.flush()
        self.rows.setdefault(series, []).append((pairs, wall, peak))

    def plot(self, file: Path) -> None:
        """Seconds and megabytes over paths: a line in seconds means in proportion, level in megabytes means flat."""
        import matplotlib

        matplotlib.use("agg")
        from matplotlib import pyplot, ticker

        figure, (time, memory) = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
        for series, rows in self.rows.items():
            pairs, wall, peak = zip(*rows, strict=True)
            time.loglog(pairs, wall, "o-", label=series)
            memory.semilogx(pairs, peak, "o-", label=series)
        for axes, unit in ((time, "seconds"), (memory, "peak MB")):
            axes.set(xlabel="paths: pairs of a site and a studied pixel within its reach", ylabel=unit)
            axes.grid(True, which="both", alpha=0.3)
            axes.legend()
        time.yaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
        time.yaxis.set_major_formatter("{x:g}")
        time.yaxis.set_minor_formatter(ticker.NullFormatter())
        memory.set_ylim(bottom=0)
        figure.savefig(file, dpi=150)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--pixel", type=float, default=250, help="metres, for the growing number of provinces")
    parser.add_argument("--counts", type=int, nargs="*", default=[1, 2, 4, 8, 16, 34])
    parser.add_argument("--province", default="40", help="code of the province for finer pixels")
    parser.add_argument("--pixels", type=float, nargs="*", default=[100, 60, 30])
    parser.add_argument("--technology", choices=("LTE", "NR"), help="for finer pixels")
    parser.add_argument("--patience", type=float, help="seconds of tiles before processes begin")
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    communes = pd.read_parquet(options.data / "admin" / "communes_2025.parquet", columns=["province_code"])
    codes = sorted(communes["province_code"].unique(), reverse=True)
    growth = Growth(options.data, options.technology, options.patience)
    print(HEADER)
    for count in options.counts:
        growth.measure("provinces", codes[:count], options.pixel, count >= len(codes))
    for pixel_m in options.pixels:
        growth.measure("pixels", [options.province], pixel_m, False)
    if options.plot:
        growth.plot(options.plot)
    print(f"load {os.getloadavg()[0]:.1f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
