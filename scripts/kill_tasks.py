"""
Kill a process that writes tasks at random points: the log opens every time and holds every record it acknowledged.

    python scripts/kill_tasks.py [--count 200] [--seed 1] [--keep DIR]

Every 25 kills a log is begun anew; in between each process goes on with what the killed one left. Prints what was seen.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from phusong.ledger import task_log
from phusong.ledger.task_changes import new_tasks

_FRESH = 25
_LONGEST_S = 0.12
_MANY = 400
_SAID = {
    **{"person": "Bà An", "responsibility": "Chủ trì", "authority": "UBND tỉnh", "product": "Trạm phát sóng"},
    **{"start": "2026-07-01", "deadline": "2026-09-30"},
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for the logs; else they are thrown away")
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    while options.write:  # the process to be killed: a change after the other, each told once it is recorded

        def decide(book: task_log.Book) -> task_log.Change:
            draw, known = chance.random(), sorted(book.tasks)
            if draw < 0.5 or not known:
                own = _MANY if draw < 0.1 else 1
                entry = len(book.entries)
                return "add", new_tasks(book.tasks, {f"{k}": {**_SAID, "work": f"{entry}-{k}"} for k in range(own)})
            name = chance.choice(known)
            if book.tasks[name].done_on is not None:
                return "reopen", {"task_id": name, "reason": "chưa đạt"}
            evidence = {"name": "bien-ban.pdf", "sha256": "a" * 64}
            return "close", {"task_id": name, "done_on": "2026-09-30", "evidence": evidence}

        last = task_log.append(options.write, "kill", decide).entries[-1]
        print(last.seq, last.sha256, flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        seen = {"acknowledged": 0, "half written": 0, "recorded and not acknowledged": 0}
        told: list[list[str]] = []
        for kill in range(options.count):
            folder = (options.keep or Path(scratch)) / f"{kill // _FRESH:03d}"
            told = told if kill % _FRESH else []
            command = [sys.executable, __file__, "--write", folder, "--seed", str(options.seed * 100_000 + kill)]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
                first = writer.stdout.readline() if writer.stdout and kill % 2 else ""
                time.sleep(chance.random() * (_LONGEST_S if first else 3 * _LONGEST_S))
                writer.kill()
                lines = [first, *(writer.stdout or [])]
            new = [line.split() for line in lines if line.endswith("\n")]
            told += new
            book = task_log.read(folder)
            lost = [
                seq for seq, digest in told if [e.sha256 for e in book.entries[int(seq) - 1 : int(seq)]] != [digest]
            ]
            if lost:
                print(f"kill {kill}: recorded and lost: {', '.join(lost)}", file=sys.stderr)
                return 1
            seen["acknowledged"] += len(new)
            seen["half written"] += any("half written" in word for word in book.words)
            seen["recorded and not acknowledged"] += len(book.entries) - int(told[-1][0] if told else 0) > 0
    print(f"{options.count} kills: " + ", ".join(f"{name} {number}" for name, number in seen.items()) + "; none lost")
    return 0


if __name__ == "__main__":
    sys.exit(main())
