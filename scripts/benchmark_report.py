"""
Time of the quarterly reports of every province of a project, in three forms with their pictures, and where it goes.

    .venv/bin/python scripts/benchmark_report.py PROJECT 2026Q3 [--tier public] [--provinces 34] [--workers 2]

PROJECT holds project.toml and snapshots/, such as scripts/national_snapshot.py makes. Bound: 34 reports in 60 s on two
cores. First the whole of `phusong report --level provinces` in one line, its start and the reading of the snapshot and
outlook included; then the share of each stage, one after the other in this process. Nothing is kept.
"""

import argparse
import importlib
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from phusong.cli.report_source import source_of
from phusong.config import load
from phusong.ledger.period import Period
from phusong.publish.report import record
from phusong.publish.report.content import Asked, content, scope_of
from phusong.publish.report.folder import FORMS, work_of
from phusong.publish.report.model import Picture
from phusong.publish.report.pictures import Gallery, gallery
from phusong.publish.report.scope import Scope


class Watch:
    """Wall and processor time since the one before, by what it was for; processes that ended count."""

    def __init__(self) -> None:
        self.spent: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self.last = self.now()

    def now(self) -> tuple[float, float]:
        """Seconds of the clock, and of the processor."""
        return time.perf_counter(), sum(os.times()[:4])

    def told(self, stage: str) -> None:
        """A stage has ended."""
        now = self.now()
        for place, (after, before) in enumerate(zip(now, self.last, strict=True)):
            self.spent[stage][place] += after - before
        self.last = now


class Drawer:
    """Draws pictures and says how long it took."""

    def __init__(self, drawn: Gallery, watch: Watch) -> None:
        self.drawn, self.watch = drawn, watch

    def pictures(self, scope: Scope) -> Sequence[Picture]:
        """Those of a unit."""
        self.watch.told("content")
        made = self.drawn.pictures(scope)
        self.watch.told("pictures")
        return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", type=Path)
    parser.add_argument("period")
    parser.add_argument("--tier", choices=("public", "regulator"), default="public")
    parser.add_argument("--provinces", type=int, default=34)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    watch, period = Watch(), Period.parse(options.period)
    with tempfile.TemporaryDirectory() as beside:
        asked = ["report", str(options.project), "--period", options.period, "--tier", options.tier, "--out", beside]
        asked += ["--level", "provinces", "--no-changes", "--workers", str(options.workers), "--quiet"]
        subprocess.run([sys.executable, "-m", "phusong", *asked], check=True)
    watch.told("command")
    wall, cpu = watch.spent.pop("command")
    print(f"whole command, {options.workers} processes: {wall:.1f} s, processor {cpu:.1f} s")
    source = source_of(load(options.project), period, period.last_day, lambda *_: None)
    watch.told("reading")
    codes = sorted(source.edition.communes["province_code"].astype(str).unique())[: options.provinces]
    every = [Asked("province", code, options.tier, "vi") for code in codes]
    with tempfile.TemporaryDirectory() as beside:
        folder = Path(beside)
        drawer = Drawer(gallery(source.edition), watch)
        work = work_of(source, every, folder, FORMS, drawer.drawn)
        watch.told("shared")
        for asked in every:
            scope = scope_of(work.source, asked, work.common)
            report = content(work.source, asked, scope, drawer.pictures)
            watch.told("content")
            for form in FORMS:
                importlib.import_module(f"phusong.publish.report.forms.{form}").write(report, folder / f"one.{form}")
                watch.told(form)
            record.write(report, scope.edition, folder / "one.json")
            watch.told("record")
    print(f"{len(every)} reports, {len(source.edition.communes)} communes; load {os.getloadavg()[0]:.1f}")
    print("stage               wall s   cpu s")
    for stage, (wall, cpu) in watch.spent.items():
        print(f"{stage:18}{wall:8.1f}{cpu:8.1f}")


if __name__ == "__main__":
    main()
