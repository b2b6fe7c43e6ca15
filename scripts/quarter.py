"""
The quarter in one go: check, run, close, maps, report and publish, with one summary at the end.

    python scripts/quarter.py PROJECT --period 2026Q3 [--to DIR] [--by NAME] [--from STEP] [--no-changes]

Maps and report are the regulator's and lie in the project; the release in --to (else published/PERIOD/public of the
project) is for everyone. It stops at the first step that fails, with the exit code of that step, and says how to go on.
A quarter that is closed is not checked, run or closed again; the rest is written anew, the same bytes where nothing
changed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import getpass
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from phusong.cli.tables import print_table
from phusong.config import load
from phusong.errors import PhusongError
from phusong.ledger import snapshot
from phusong.ledger.period import ZONE, Period
from phusong.ledger.standing import CLOSED, standing
from phusong.pipeline import edit
from phusong.publish.headline import HEADINGS, headline

STEPS = ("check", "run", "close", "maps", "report", "publish")
BEFORE_CLOSING = STEPS[:3]
INTERRUPTED = 130


def main() -> int:
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", type=Path, help="project.toml, or the folder it lies in")
    parser.add_argument("--period", required=True, help="quarter that has ended, such as 2026Q3")
    parser.add_argument("--to", type=Path, help="folder of the release for everyone")
    parser.add_argument("--by", default="", help="who closes the quarter, as recorded; else who is logged in")
    parser.add_argument("--from", dest="first", choices=STEPS, default=STEPS[0], help="step to begin with")
    parser.add_argument("--no-changes", action="store_true", help="divide no changes among causes in reports")
    options = parser.parse_args()
    try:
        quarter = Quarter.of(options)
        # all of them first, so that what is lacking is said before any work
        commands = {step: quarter.command(step) for step in quarter.steps(options.first)}
        for step, command in commands.items():
            if status := quarter.take(step, command):
                quarter.stopped(step, status)
                return status
        quarter.summary()
    except PhusongError as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


@dataclass
class Quarter:
    """One quarter of a study, what was asked of it, and how long each step took in seconds."""

    project: Path
    folder: Path
    period: Period
    to: Path
    by: str
    no_changes: bool
    took: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, options: argparse.Namespace) -> Quarter:
        """As it was asked on the command line; refused before any work where it cannot be closed yet."""
        folder, period = load(options.project).folder, Period.parse(options.period)
        if dt.datetime.now(ZONE).date() <= period.last_day:
            command = f"phusong run {options.project} --period {period.name}"
            raise PhusongError(f"{period.name} chưa kết thúc / has not ended. Until then: {command}")
        to = options.to or folder / "published" / period.name / "public"
        return cls(options.project, folder, period, to, options.by, options.no_changes)

    def steps(self, first: str) -> tuple[str, ...]:
        """Those to be taken; of a closed quarter only what is made of its snapshot."""
        steps = STEPS[STEPS.index(first) :]
        last = standing(self.folder / "snapshots").get(self.period.name)
        if last is None or last.act != CLOSED:
            return steps
        print(f"{self.period.name}: đã đóng, không chạy lại / {last}, not run again", flush=True)
        return tuple(step for step in steps if step not in BEFORE_CLOSING)

    def command(self, step: str) -> list[str]:
        """Words of a step's command."""
        shared = [step, str(self.project), "--period", self.period.name]
        changes = ["--no-changes"] if self.no_changes else []
        more = {
            "close": ["--by", self.name] if step == "close" else [],
            "maps": ["--tier", "regulator"],
            "report": ["--tier", "regulator", *changes],
            "publish": ["--to", str(self.to), *changes],
        }
        return [*(["ledger"] if step == "close" else []), *shared, *more.get(step, [])]

    @property
    def name(self) -> str:
        """Who closes the quarter."""
        try:
            return self.by or getpass.getuser()
        except (OSError, KeyError, ImportError):
            raise PhusongError("Ai đóng kỳ / who closes the quarter? Say so with --by NAME") from None

    def take(self, step: str, command: list[str]) -> int:
        """Run a step's command, and return its exit code."""
        print(f"\n== {STEPS.index(step) + 1}/{len(STEPS)} phusong {shlex.join(command)}", flush=True)
        start = time.perf_counter()
        try:
            status = subprocess.run([sys.executable, "-m", "phusong", *command], check=False).returncode
        except KeyboardInterrupt:
            status = INTERRUPTED
        self.took[step] = time.perf_counter() - start
        return status if status >= 0 else 128 - status

    def stopped(self, step: str, status: int) -> None:
        """Say what was done and how to go on."""
        self.times()
        asked = ["--to", str(self.to), *(["--by", self.by] if self.by else []), *["--no-changes"] * self.no_changes]
        again = ["python", sys.argv[0], str(self.project), "--period", self.period.name, *asked, "--from", step]
        print(f"Dừng ở bước / stopped at '{step}', exit code {status}: see above.", file=sys.stderr)
        print(f"Sửa xong thì chạy tiếp / once it is mended go on with:\n  {shlex.join(again)}", file=sys.stderr)

    def times(self) -> None:
        """Say what each step took."""
        told = ", ".join(f"{step} {seconds:.1f} s" for step, seconds in self.took.items())
        print(f"\nThời gian / time: {told}", flush=True)

    def summary(self) -> None:
        """The key figures, what each step took, and where everything lies."""
        tables = ("communes", "zones", "sites", "villages", "power_lines", "substations")
        edition = edit(*snapshot.read(self.folder / "snapshots", self.period.name, tables))
        print(flush=True)
        print_table(f"{edition.title} – {edition.period}", HEADINGS, headline(edition), texts=(0,))
        print("* Tính trên số dân đã rõ tình trạng / of people whose state is known.")
        if edition.synthetic:
            print(f"DỮ LIỆU GIẢ LẬP / SYNTHETIC: {', '.join(edition.synthetic)}")
        self.times()
        name = self.period.name
        places = {
            "Số liệu / snapshot": self.folder / "snapshots" / name,
            "Bản đồ / maps": self.folder / "maps" / name / "regulator" / "index.html",
            "Báo cáo / report": self.folder / "reports" / name,
            "Ấn phẩm / release": self.to / "index.html",
        }
        for what, place in places.items():
            print(f"{what + ':':<21}{place}")


if __name__ == "__main__":
    sys.exit(main())
