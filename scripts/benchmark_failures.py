"""
Time and memory of the storm test on the real study: footprints of its sites, then every single failure (N-1).

    python scripts/benchmark_failures.py [--project gis_data/n21e105] [--period 2026Q3] [--hour 24] [--workers 2]

Footprints are computed once and kept in the project's folder; a second start tells the time of reading them. The N-1 is
that of all substations, feeders and masts, for each technology and for both together. Needs ../shared/data.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from phusong.config import load
from phusong.ledger.log import peak_memory_mb
from phusong.ledger.period import Period
from phusong.pipeline.preparation import prepare
from phusong.pipeline.storm import failures, stand
from phusong.power.dependency import dependency
from phusong.power.supply import supply
from phusong.progress import Reporter

_MOST_S = 60


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--project", type=Path, default=Path("gis_data/n21e105"))
    parser.add_argument("--period", default="2026Q3")
    parser.add_argument("--hour", type=float, default=24)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    project = load(options.project)
    with Reporter(quiet=False) as reporter:
        inputs = prepare(project, Period.parse(options.period), reporter.step)
        supplied = supply(inputs.sites[inputs.sites.on_air], inputs.substations, project.storm)
        graph = dependency(supplied, inputs.substations)
        start = time.perf_counter()
        standing = stand(project, inputs, supplied, graph, options.workers, reporter.step, keep=True)
    print(
        f"footprints, {standing.origin}: {time.perf_counter() - start:.1f} s, {peak_memory_mb():,.0f} MB at most so far"
    )
    for name, prints in standing.footprints.items():
        print(
            f"  {name:<4}{len(prints.site_ids):>8,} sites{len(prints.sites):>14,} pairs{prints.nbytes / 1e6:>9,.0f} MB"
        )
    start = time.perf_counter()
    found = failures(standing, [options.hour], every=True)
    spent = time.perf_counter() - start
    told = found["failures"]
    alone = told[told.operator == "any"].groupby(["technology", "kind"]).size()
    print(f"N-1 at hour {options.hour:g}: {spent:.1f} s, {len(told):,} rows, {peak_memory_mb():,.0f} MB at most so far")
    print("  " + ", ".join(f"{technology} {count:,} {kind}s" for (technology, kind), count in alone.items()))
    print(found["worst_failures"].drop(columns="sites_named").to_string(index=False))
    return 0 if spent < _MOST_S else 1


if __name__ == "__main__":
    sys.exit(main())
