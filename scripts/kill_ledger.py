"""
SIGKILL at random points of closing, correcting and running periods again: what was closed must stay, every time.

    python scripts/kill_ledger.py [--kills 200] [--seed 1]

A small made-up study has two closed quarters and an open one. A child process closes the open one, opens a closed one
for correction, runs it again and closes it; it is killed at a line of Python drawn at random within one of these steps
(lines of this package and of Python's own). Afterwards the ledger must open and verify, every snapshot ever closed must
be there byte for byte, no acknowledged entry may be missing, and the work must go on to its end. Needs a system that
can fork.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import os
import random
import shutil
import signal
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import geopandas as gpd
import shapely

from phusong.ledger import closing, history, snapshot
from phusong.ledger.period import ZONE, Period
from phusong.ledger.standing import REGISTER, SUPERSEDED

NOW = dt.datetime(2027, 1, 15, 9, 30, tzinfo=ZONE)
Q1, Q2, Q3 = (Period.parse(name) for name in ("2026Q1", "2026Q2", "2026Q3"))
STEPS = ("close", "open for correction", "run again", "close again")
ENTERED = ("close", "open for correction", "close again")
"""Steps that end with an entry in the register."""
THEIRS = f"{os.sep}site-packages{os.sep}"
"""Lines of other packages are not counted: nearly all of a run would be theirs, and none touches what is closed."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    draw, told = random.Random(options.seed), Counter[str]()
    with tempfile.TemporaryDirectory() as place:
        start = Study(Path(place) / "start")
        start.begin()
        for _ in range(2):  # the second time warmed up, as each child is
            counted = start.copied(Path(place) / "counted")
            lines = {step: Lines().of(counted, step) for step in STEPS}
            shutil.rmtree(counted.folder)
        for number in range(options.kills):
            study, step = start.copied(Path(place) / str(number)), draw.choice(STEPS)
            killed = study.killed_in(step, draw.randrange(lines[step]))
            told[f"{step}: {'killed' if killed else 'had ended'}"] += 1
            study.hold(start)
            shutil.rmtree(study.folder)
    for what, count in sorted(told.items()):
        print(f"  {what:<32}{count:>5}")
    print(f"{options.kills} times: the ledger opened, nothing that was closed had changed, and the work went on.")
    return 0


@dataclass(frozen=True)
class Study:
    """A made-up study of one commune, in a folder of snapshots."""

    folder: Path

    def begin(self) -> None:
        """Three quarters, with 1, 2 and 3 people; two are closed."""
        for people, period in enumerate((Q1, Q2, Q3), 1):
            self.write(period, people)
        for period in (Q1, Q2):
            closing.close(self.folder, period, "An", now=NOW)

    def copied(self, folder: Path) -> Study:
        """The same elsewhere."""
        return Study(shutil.copytree(self.folder, folder))

    def write(self, period: Period, people: int) -> None:
        """What a run does at its end."""
        square = shapely.box(500_000, 2_299_900, 500_100, 2_300_000)
        communes = gpd.GeoDataFrame({"commune_code": ["00123"], "people": [people]}, geometry=[square], crs=3405)
        zones = gpd.GeoDataFrame({"people": [people]}, geometry=[shapely.MultiPolygon([square])], crs=3405)
        run = {"project": "made-up", "period": period.name, "as_of": period.last_day.isoformat()}
        snapshot.write(snapshot.Snapshot({"communes": communes, "zones": zones}, {}, run), self.folder)

    def take(self, step: str) -> None:
        """One of the steps."""
        if step == "close":
            closing.close(self.folder, Q3, "An", now=NOW)
        elif step == "open for correction":
            closing.correct(self.folder, Q2, "An", "late filing", NOW)
        elif step == "run again":
            self.write(Q2, 9)
        else:
            closing.close(self.folder, Q2, "An", now=NOW)

    def killed_in(self, last: str, line: int) -> bool:
        """Take the steps up to one in a child process that is killed at a line of it; False when it ended before."""
        child = os.fork()
        if child:
            _, status = os.waitpid(child, 0)
            if os.WIFEXITED(status) and os.WEXITSTATUS(status):
                raise SystemExit(f"The child failed in '{last}'.")
            return os.WIFSIGNALED(status)
        try:
            for step in STEPS:
                if step == last:
                    sys.settrace(Lines(line))
                self.take(step)
                (self.folder / f"acknowledged {step}").touch()
                if step == last:
                    os._exit(0)
        finally:
            os._exit(1)

    def hold(self, start: Study) -> None:
        """Stop unless everything is true that must be after a kill, and after the work has gone on from there."""
        before = (start.folder / REGISTER).read_bytes()
        assert (self.folder / REGISTER).read_bytes().startswith(before), "entries from before are others"
        done = len(closing.verify(self.folder).closings) - 2
        acknowledged = sum((self.folder / f"acknowledged {step}").exists() for step in ENTERED)
        assert done >= acknowledged, "an acknowledged entry is missing"
        assert snapshot.periods(self.folder) == ["2026Q1", "2026Q2", "2026Q3"]
        assert (self.people("2026Q1"), self.people("2026Q3")) == (1, 3)
        assert self.people("2026Q2") in ((2,) if done < 2 else (2, 9) if done == 2 else (9,))
        for step in STEPS[done if done < len(ENTERED) else len(STEPS) :]:
            self.take(step)
        found = closing.verify(self.folder).closings
        assert [entry.period for entry in found] == ["2026Q1", "2026Q2", "2026Q3", "2026Q2", "2026Q2"]
        assert self.people("2026Q2") == 9
        assert Study(self.folder / SUPERSEDED).people(found[1].kept_as) == 2
        asked = history.query(self.folder, "SELECT sum(people) AS people FROM communes")
        assert asked.people.tolist() == [1 + 9 + 3]

    def people(self, period: str) -> int:
        """People of a snapshot, every file of which is checked."""
        return int(snapshot.read(self.folder, period)[0]["communes"].people.sum())


class Lines:
    """Counts lines of Python as they run, and kills the process after so many."""

    def __init__(self, most: float = math.inf) -> None:
        self.most, self.count = most, 0

    def __call__(self, frame: FrameType, event: str, _: Any) -> Lines | None:
        """What `sys.settrace` wants."""
        self.count += event == "line"
        if self.count > self.most:
            os.kill(os.getpid(), signal.SIGKILL)
        return None if THEIRS in frame.f_code.co_filename else self

    def of(self, study: Study, step: str) -> int:
        """How many lines a step runs."""
        sys.settrace(self)
        study.take(step)
        sys.settrace(None)
        return self.count


if __name__ == "__main__":
    sys.exit(main())
