"""
Set other open tools beside our two modes of ITU-R P.1812, over one tile of terrain: speed, memory and decibels.

    python scripts/compare_peers.py [--peers FOLDER] [--masts 200] [--radius 10] [--markdown]

A path is one receiver pixel's basic transmission loss from one mast: from the terrain and the places in memory to the
decibels. All have the same masts, on pixel centres of the tile, and the same antennas, frequency, half of the time and
of the locations, bare ground, voids filled. Each contender is a process of one thread; they take turns, first for one
mast and then for many, batch by batch. What is not installed is said, and how to install it. Differences are taken
from our exact mode, on pixels 1 km away and more, the least range of Longley-Rice: another model than P.1812.
"""

import argparse
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from peers.task import (
    CLIMATE,
    CONDUCTIVITY_S_M,
    DELTA_N,
    FREQUENCY_MHZ,
    LEAST_KM,
    MAST_M,
    N0,
    NOTHING_KM,
    PERCENT,
    PERMITTIVITY,
    RECEIVER_M,
    STEP_KM,
    Floats,
    Losses,
    Outcome,
    Task,
    Tile,
)
from peers.tools import CONTENDERS, Contender, Ours, Program

ONE_THREAD = os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
LEAST_SHARE = 0.1
"""Of a program's run: paths that take less cannot be told from its start, and their speed is not shown."""
COLUMNS = ("tool", "model", "paths", "k/s", "all in", "MiB", "compared", "median", "mean", "p5", "p95", "sd", "most")
WIDTHS = (30, 23, 9, 8, 7, 5, 9, 7, 7, 7, 7, 6, 7)

SETTING = f"""\
N21E105 (3 arc-seconds), masts {MAST_M:g} m, receivers {RECEIVER_M:g} m, {FREQUENCY_MHZ:g} MHz, vertical,
radius {{radius:g}} km, {PERCENT:g} % of time and locations, bare ground, inland, delta N {DELTA_N:g}, N0 {N0:g}.
Longley-Rice: climate {CLIMATE} (continental subtropical), permittivity {PERMITTIVITY:g}, {CONDUCTIVITY_S_M:g} S/m.
k/s: thousand paths a second of processor time, one thread, of the paths alone: for a program, its run less one that
reaches {NOTHING_KM:g} km. All in: with start, imports, terrain and what a program writes. MiB: most memory in use.
'Our profiles': intervals of at most {1000 * STEP_KM:g} m on the straight line in pixels, heights bilinear, as our exact
mode reads them; making them is not timed. The others sample their own: crc-covlib every {1000 * STEP_KM:g} m, bilinear;
SPLAT! and Signal-Server every pixel, the nearest. Lengths are those of the WGS 84 ellipsoid; these three reckon on a
sphere, up to 0.4 % longer here, or 0.04 dB of free space. Signal-Server draws classes and gives no decibels.
dB: the tool less phusong, exact, on paths of {LEAST_KM:g} km and more. Load at the start: {{load}}"""


@dataclass(frozen=True)
class Race:
    """Contenders that take turns, each time as a process of its own, and what came of it by contender."""

    options: argparse.Namespace
    contenders: list[Contender]

    def start(self, contender: Contender, first: int, last: int, paths_a_mast: int) -> Outcome:
        """One contender over masts numbered first to last."""
        asked = [contender.key, str(first), str(last), str(paths_a_mast)]
        with tempfile.TemporaryDirectory() as folder:
            result = Path(folder) / "outcome.npz"
            same = ["--data", self.options.data.resolve(), "--peers", self.options.peers.resolve()]
            same += ["--radius", self.options.radius, "--masts", self.options.masts]
            command = [sys.executable, __file__, *map(str, same), "--only", *asked, str(result)]
            done = subprocess.run(command, cwd=folder, env=ONE_THREAD, capture_output=True, text=True, check=False)
            if done.returncode:
                raise SystemExit(f"{contender.name} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
            return Outcome.read(result)

    def one_mast(self) -> dict[str, list[Outcome]]:
        """The same mast again and again."""
        found: dict[str, list[Outcome]] = {contender.key: [] for contender in self.contenders}
        for _ in range(self.options.rounds):
            for contender in self.contenders:
                found[contender.key].append(self.start(contender, 0, 1, self.options.sample))
        return found

    def many_masts(self) -> dict[str, list[Outcome]]:
        """All masts in batches; an interrupt ends it with the batches that are complete."""
        found: dict[str, list[Outcome]] = {contender.key: [] for contender in self.contenders}
        masts, batches = self.options.masts, min(self.options.batches, self.options.masts)
        edges = [masts * number // max(1, batches) for number in range(batches + 1)]
        try:
            for first, last in pairwise(edges):
                paths = max(1, self.options.sample // masts)
                batch = {one.key: self.start(one, first, last, paths) for one in self.contenders}
                for key, outcome in batch.items():
                    found[key].append(outcome)
                print(f"{last} of {masts} masts", file=sys.stderr, flush=True)
        except KeyboardInterrupt:
            print(f"interrupted after {edges[len(found['exact'])]} of {masts} masts", file=sys.stderr)
        return found


@dataclass(frozen=True)
class Difference:
    """How far a contender's losses lie from those of our exact mode, in dB, where both have one."""

    by_path_db: Floats

    @classmethod
    def between(
        cls, tile: Tile, places: list[tuple[int, int]], ours: Losses, theirs: Losses, radius_km: float
    ) -> "Difference":
        """Over all masts, paths of 1 km and more."""
        parts = [np.empty(0)]
        for number, (pixel, loss_db) in theirs.items():
            near, east_km, north_km, _ = tile.around(places[number], radius_km)
            far = near[np.hypot(east_km, north_km) >= LEAST_KM]
            reference = np.full(tile.height_m.size, np.nan)
            reference[ours[number][0]] = ours[number][1]
            kept = np.isin(pixel, far)
            parts.append(loss_db[kept] - reference[pixel[kept]])
        by_path_db = np.concatenate(parts)
        return cls(by_path_db[~np.isnan(by_path_db)])

    def cells(self) -> list[str]:
        """Paths, median, mean, 5th and 95th percentile, standard deviation, and the greatest without its sign."""
        found = self.by_path_db
        if not found.size:
            return ["-"] * 7
        median, low, high = np.quantile(found, [0.5, 0.05, 0.95])
        sums = median, found.mean(), low, high, found.std(), np.abs(found).max()
        return [f"{found.size}", *(f"{value:+.2f}" for value in sums[:4]), *(f"{value:.2f}" for value in sums[4:])]


@dataclass(frozen=True)
class Table:
    """What is printed."""

    markdown: bool

    def line(self, cells: Sequence[str]) -> str:
        """One row."""
        if self.markdown:
            return f"| {' | '.join(cells)} |"
        padded = zip(cells, WIDTHS, strict=True)
        return " ".join(f"{cell:<{w}}" if n < 2 else f"{cell:>{w}}" for n, (cell, w) in enumerate(padded)).rstrip()

    def head(self) -> str:
        """Names of the columns."""
        return self.line(COLUMNS) + (f"\n|{'---|' * 2}{'--:|' * 11}" if self.markdown else "")

    def row(self, contender: Contender, outcomes: list[Outcome], difference: Difference) -> str:
        """A contender's speed by processor time, paths alone and all in, its memory, and its difference."""
        paths = sum(one.paths for one in outcomes)
        work_s, whole_s = (sum(getattr(one, name) for one in outcomes) for name in ("work_s", "whole_s"))
        measured = not isinstance(contender, Program) or work_s > LEAST_SHARE * whole_s
        rates = [paths / 1000 / work_s if measured else math.nan, paths / 1000 / whole_s]
        shown = ["-" if math.isnan(rate) else f"{rate:.{2 if rate < 10 else 0}f}" for rate in rates]
        memory = max(one.memory_mib for one in outcomes)
        speed = [f"{paths}", *shown, f"{memory:.0f}"]
        return self.line([contender.name, contender.model, *speed, *difference.cells()])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    beside = Path(__file__).resolve().parents[2]
    parser.add_argument(
        "--data",
        type=Path,
        default=beside / "shared" / "data",
        help="folder with dem/N21E105.hgt (default: %(default)s)",
    )
    parser.add_argument("--peers", type=Path, default=beside / "peers", help="FOLDER of what Debian has not")
    parser.add_argument(
        "--masts", type=int, default=200, help="masts of the second table, 0: none (default: %(default)s)"
    )
    parser.add_argument("--radius", type=float, default=10, help="kilometres (default: %(default)g)")
    parser.add_argument(
        "--rounds", type=int, default=3, help="turns of the first table, 0: none (default: %(default)s)"
    )
    parser.add_argument("--batches", type=int, default=4, help="turns of the second table (default: %(default)s)")
    parser.add_argument("--sample", type=int, default=2000, help="paths for models that take profiles")
    parser.add_argument("--tools", nargs="+", help="only these, by key, beside our own", default=[])
    parser.add_argument("--markdown", action="store_true", help="tables in Markdown")
    parser.add_argument("--only", nargs=5, help=argparse.SUPPRESS)
    options = parser.parse_args()
    tile = Tile.read(options.data / "dem" / "N21E105.hgt")
    places = tile.masts(max(1, options.masts), options.radius)
    if options.only:
        key, first, last, paths, result = options.only
        numbered = dict(list(enumerate(places))[int(first) : int(last)])
        (contender,) = (one for one in CONTENDERS if one.key == key)
        with tempfile.TemporaryDirectory() as scratch:
            task = Task(tile, numbered, options.radius, int(paths), options.peers, Path(scratch))
            contender.run(task).write(Path(result))
        return

    chosen = [one for one in CONTENDERS if not options.tools or one.key in {"fast", "exact", *options.tools}]
    there = [one for one in chosen if one.is_there(options.peers)]
    print(SETTING.format(load=Path("/proc/loadavg").read_text().strip(), radius=options.radius))
    race, table, start = Race(options, there), Table(options.markdown), time.perf_counter()
    for one in there:
        if isinstance(one, Ours):
            race.start(one, 0, 1, 1)  # compiles what is not compiled yet, so that no turn does
    for title, run in (("One mast", race.one_mast), (f"{options.masts} masts", race.many_masts)):
        found = run()
        if not found["exact"]:
            continue
        print(f"\n{title}, in {len(found['exact'])} turns\n\n{table.head()}")
        ours = {number: losses for one in found["exact"] for number, losses in one.losses.items()}
        for contender in there:
            # what a turn repeats is the same to the last bit, so it is compared once
            theirs = {number: losses for one in found[contender.key] for number, losses in one.losses.items()}
            difference = Difference.between(tile, places, ours, theirs, options.radius)
            print(table.row(contender, found[contender.key], difference), flush=True)
    for one in chosen:
        if one not in there:
            print(f"\nAbsent: {one.name}, {one.model}. To install: {one.install}")
    print(f"\n{time.perf_counter() - start:.0f} s, load {Path('/proc/loadavg').read_text().strip()}")


if __name__ == "__main__":
    main()
