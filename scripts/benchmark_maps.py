"""
Time and sizes of the map pages of a snapshot: the index and every province's page, for each tier that is asked.

    .venv/bin/python scripts/benchmark_maps.py FOLDER 2026Q3 [--tier public --tier regulator] [--out DIR]

FOLDER holds snapshots/, such as scripts/national_snapshot.py makes. Bounds: all pages in 30 s; without sites a
province's page of 0.6 MB in the median and 1.5 MB at most, the index 2 MB at most. Writes below --out, else into a
folder that is removed.
"""

import argparse
import gzip
import tempfile
import time
from functools import partial
from pathlib import Path
from statistics import median

from phusong.ledger import snapshot
from phusong.ledger.images import image
from phusong.pipeline import edit
from phusong.publish.atlas import Asked, write

TABLES = ("communes", "zones", "sites", "villages", "power_lines", "substations", "roads")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("period")
    parser.add_argument("--tier", action="append", choices=("public", "province", "regulator"))
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    snapshots = options.folder / "snapshots"
    started = time.perf_counter()
    edition = edit(*snapshot.read(snapshots, options.period, TABLES))
    print(f"read {len(edition.communes)} communes in {time.perf_counter() - started:.1f} s")
    print("tier       pages  wall s   cpu s  median MB  most MB  index MB  most, gz")
    with tempfile.TemporaryDirectory() as beside:
        for tier in options.tier or ["public"]:
            wall, cpu = time.perf_counter(), time.process_time()
            out = options.out or Path(beside)
            images = partial(image, snapshots, options.period)
            files = write(edition, None, images, Asked(tier), out, lambda *_: None)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            pages = [file for file in files if file.name != "index.html"]
            sizes = [file.stat().st_size / 1e6 for file in pages]
            index = sum(file.stat().st_size for file in files if file.name == "index.html") / 1e6
            packed = len(gzip.compress(max(pages, key=lambda file: file.stat().st_size).read_bytes(), mtime=0)) / 1e6
            row = f"{tier:10}{len(files):6}{wall:8.1f}{cpu:8.1f}{median(sizes):11.3f}"
            print(f"{row}{max(sizes):9.3f}{index:10.3f}{packed:10.3f}")


if __name__ == "__main__":
    main()
