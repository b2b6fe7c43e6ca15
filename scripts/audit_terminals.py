"""
What the map pages for everyone tell of satellite terminals, over all closed quarters of a study, and what follows.

    python scripts/audit_terminals.py PROJECT

Writes the pages of every closed quarter into a temporary folder, reads the counts of terminals back out of each file,
takes beside them all totals that any file of the tier may show, and solves two linear programmes for each count that is
left out: its least and its greatest value. Fails when one of them does not leave 1 to 4 terminals all possible, or when
a page shows a count that is not to be shown, or another one than the snapshot's.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

import pandas as pd

from phusong.config import Project, load
from phusong.ledger import snapshot
from phusong.ledger.edition import Edition
from phusong.ledger.images import image
from phusong.ledger.standing import CLOSED, standing
from phusong.pipeline import edit
from phusong.publish.atlas import Asked, Earlier, write
from phusong.publish.atlas.packing import MISSING
from phusong.publish.pictures.unpacking import numbers
from phusong.publish.suppression import COUNT, SMALL, Hidden, hidden, published
from phusong.publish.suppression_audit import bounds, exposed

TABLES = ("communes", "zones", "sites", "villages", "power_lines", "substations")
BLOCK = re.compile(r'<script type="application/json"[^>]*>(.*?)</script>', re.DOTALL)


@dataclass(frozen=True)
class Shown:
    """Counts of terminals that a page shows, by commune."""

    page: str
    counts: dict[str, int]

    @classmethod
    def by_page(cls, project: Project, edition: Edition, before: Earlier | None, period: str) -> Iterator[Self]:
        """Read back out of every page of a quarter."""
        rasters = partial(image, project.folder / "snapshots", period)
        with tempfile.TemporaryDirectory() as place:
            for file in write(edition, before, rasters, Asked("public"), Path(place), lambda *_: None):
                block = BLOCK.search(file.read_text("utf-8"))
                if block is None:
                    raise SystemExit(f"{file.name} has no data block")
                data = json.loads(block[1])
                figure = next(one for one in data["figures"] if one["id"] == "terminals")
                values = numbers(figure["numerator"], data).tolist()
                told = {code: one for code, one in zip(data["units"]["code"], values, strict=True) if one != MISSING}
                yield cls(f"{period} {file.name}", told)

    def wrong(self, counts: dict[str, Any], left_out: Hidden) -> list[str]:
        """Those that are not to be shown, or are not the snapshot's."""
        told = self.counts.items()
        bad = [(code, one) for code, one in told if left_out.holds("commune", code) or one != counts[code]]
        return [f"{self.page}: {code} {one}" for code, one in bad]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", type=Path)
    options = parser.parse_args()
    project = load(options.project)
    folder, start = project.folder / "snapshots", time.perf_counter()
    periods = sorted(name for name, last in standing(folder).items() if last.act == CLOSED)
    if not periods:
        raise SystemExit(f"{folder}: no quarter is closed")
    tables, told, faults, before = [], 0, [], None
    for period in periods:
        held, run, digest = snapshot.read(folder, period, TABLES)
        communes = held["communes"]
        left_out = hidden(communes)
        tables.append(published(communes, period, left_out))
        counts = dict(zip(communes["commune_code"], communes[COUNT], strict=True))
        for page in Shown.by_page(project, edit(held, run, digest), before, period):
            told += len(page.counts)
            faults += page.wrong(counts, left_out)
        before = Earlier(period, communes)
    figures = pd.concat(tables, ignore_index=True)
    found = bounds(figures)
    bad = exposed(found)
    small = figures[(figures["unit_level"] == "commune")]
    print(f"{project.name}: {', '.join(periods)}; {time.perf_counter() - start:.0f} s")
    print(
        f"{len(small)} counts of communes, {int(small['terminals_suppressed'].sum())} left out; {told} read from pages"
    )
    if len(found):
        print(f"bounds of those left out: low at most {found['low'].max()}, high at least {found['high'].min()}")
    print(f"{len(bad)} do not leave {SMALL[0]} to {SMALL[-1]} possible; {len(faults)} shown that should not be")
    print("\n".join(faults[:20]))
    return bool(len(bad) or faults)


if __name__ == "__main__":
    sys.exit(main())
