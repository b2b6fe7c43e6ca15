"""
SIGKILL at random moments of a run: whoever runs again ends with the bytes of a run that nobody disturbed.

    python scripts/kill_run.py [PROJECT] [--period 2026Q3] [--kills 100] [--seed 1] [--workers 2]
        [--processes | --scheduler]

Without a project the sample study is run on small tiles. A process runs the study and is killed at a moment drawn at
random within the time that an undisturbed run takes; then it is run again, and its snapshot compared with the
undisturbed one file by file. The tiles computed before the kill are there already, so the second run is shorter: the
shares of tiles taken over are printed. With --processes the tiles go to processes of their own from the beginning, as
they do in a long run, and with --scheduler to two Dask workers; then the one that is killed is a worker or the main
process, by turns.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

AT_ONCE = """
import importlib
importlib.import_module("phusong.pipeline.workforce").PATIENCE_S = 0
from phusong.cli import main
main()
"""


@dataclass(frozen=True)
class Study:
    """A project in a folder, and the quarter that is run."""

    folder: Path
    period: str
    workers: int
    processes: bool
    scheduler: str | None = None

    def command(self) -> list[str]:
        """To run it."""
        program = ["-c", AT_ONCE] if self.processes else ["-m", "phusong"]
        command = [sys.executable, *program, "run", str(self.folder), "--period", self.period, "--quiet"]
        more = ["--scheduler", self.scheduler] if self.scheduler else []
        return [*command, "--workers", str(self.workers), *more]

    def digests(self) -> dict[str, str]:
        """SHA-256 of every file of the snapshot."""
        place = self.folder / "snapshots" / self.period
        files = sorted(file for file in place.rglob("*") if file.is_file())
        return {str(file.relative_to(place)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    def tiles(self) -> int:
        """Tiles in the store."""
        return sum(1 for _ in (self.folder / "tiles").glob("??/[0-9a-f]*"))

    def undisturbed(self) -> tuple[float, dict[str, str], int]:
        """Seconds of a run from nothing, the snapshot's files and the tiles in the store."""
        self.forget()
        begun = time.perf_counter()
        subprocess.run(self.command(), check=True)
        return time.perf_counter() - begun, self.digests(), self.tiles()

    def forget(self) -> None:
        """Remove what runs left."""
        for name in ("tiles", "snapshots", "maps", "logs"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    @staticmethod
    def kill_child(parent: int) -> bool:
        """Kill a process that works for another, if there is one."""
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                told = (folder / "stat").read_text("ascii").rpartition(")")[2].split()
                if int(told[1]) == parent and b"spawn_main" in (folder / "cmdline").read_bytes():
                    os.kill(int(folder.name), signal.SIGKILL)
                    return True
            except OSError:
                continue  # it has ended by now
        return False


@dataclass
class Workers:
    """A scheduler of this machine with two workers, in processes of their own."""

    processes: list[subprocess.Popen[bytes]]
    address: str

    @classmethod
    def begin(cls, port: int) -> Workers:
        """Start them."""
        address = f"tcp://127.0.0.1:{port}"
        dask = [sys.executable, "-m", "distributed.cli"]
        scheduler = [*dask[:2], "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        first = subprocess.Popen([*scheduler, "--no-dashboard", "--no-show"], **quiet)
        found = cls([first], address)
        for _ in range(2):
            found.add()
        return found

    def add(self) -> None:
        """Start a worker."""
        command = [sys.executable, "-m", "distributed.cli.dask_worker", self.address, "--nthreads", "1", "--no-nanny"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.processes.append(subprocess.Popen([*command, "--no-dashboard"], **quiet))

    def kill_one(self) -> bool:
        """Kill a worker as it stands, and start another."""
        lost = self.processes.pop()
        lost.kill()
        lost.wait()
        self.add()
        return True

    def end(self) -> None:
        """Stop them all."""
        for process in reversed(self.processes):
            process.kill()
            process.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", nargs="?", type=Path)
    parser.add_argument("--period", default="2026Q3")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--processes", action="store_true")
    parser.add_argument("--scheduler", action="store_true")
    parser.add_argument("--port", type=int, default=8799)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as place:
        folder = options.project or Path(place) / "study"
        if options.project is None:
            subprocess.run([sys.executable, "-m", "phusong", "init", str(folder), "--sample"], check=True)
            file = folder / "project.toml"
            text = file.read_text("utf-8")
            file.write_text(text.replace("pixel_m = 100.0", "pixel_m = 200.0\ntile_pixels = 64"), "utf-8")
        study = Study(folder, options.period, options.workers, options.processes)
        subprocess.run(study.command(), check=True)  # compiles what is not compiled yet
        whole_s, expected, tiles = study.undisturbed()
        print(f"undisturbed: {whole_s:.1f} s, {tiles} tiles kept, {len(expected)} files in the snapshot", flush=True)
        workers = Workers.begin(options.port) if options.scheduler else None
        study = replace(study, scheduler=workers.address if workers else None)
        if workers:  # of whose tiles the store keeps nothing for edits, and so has fewer pieces
            tiles = study.undisturbed()[2]
        other, taken_over, finished, lost = 0, [], 0, 0
        for number in range(options.kills):
            study.forget()
            run = subprocess.Popen(study.command(), stderr=subprocess.DEVNULL)
            time.sleep(draw.uniform(0, whole_s))
            if number % 2 and (workers.kill_one() if workers else study.kill_child(run.pid)):
                lost += 1
                run.wait()
            else:
                run.send_signal(signal.SIGKILL)
                finished += run.wait() != -signal.SIGKILL
                taken_over.append(study.tiles() / tiles)
                subprocess.run(study.command(), check=True)
            if study.digests() != expected or study.tiles() != tiles:
                other += 1
                print(f"kill {number}: the snapshot is not the undisturbed one", flush=True)
        if workers:
            workers.end()
        mean = sum(taken_over) / max(len(taken_over), 1)
        told = f"{options.kills} kills (seed {options.seed}), {lost} of a worker, {finished} after the run had ended"
        print(f"{told}: {other} other snapshots; load {os.getloadavg()[0]:.1f}")
        print(f"on average {100 * mean:.0f} % of the tiles were there when the run was taken up again")
    return 1 if other else 0


if __name__ == "__main__":
    raise SystemExit(main())
