"""
Time the intake of a whole country's sites, as CSV and as XLSX, and the memory it takes.

    python scripts/benchmark_intake.py [--rows 168000] [--kinds csv xlsx] [--data ../shared/data] [--full]

The filing is made from the synthetic national list with the faults of a good clerk only: decimal commas, Vietnamese
words, dd/mm/yyyy. Each kind runs the command itself in a process of its own, against the light outlines or, with
--full, against the full ones. Prints wall time, processor time and the greatest memory of the process.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from phusong.sample.filings.national import write_national


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=168_000)
    parser.add_argument("--kinds", nargs="+", default=["csv", "xlsx"], choices=["csv", "xlsx"])
    parser.add_argument("--data", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "data")
    parser.add_argument("--full", action="store_true", help="the full outlines, not the light ones")
    asked = parser.parse_args()
    outlines = asked.data / "admin" / ("communes_2025.parquet" if asked.full else "communes_2025_light.parquet")
    command = [sys.executable, "-m", "phusong", "intake", "--layer", "sites", "--as-of", "2026-09-30"]
    command += ["--communes", str(outlines)]
    with tempfile.TemporaryDirectory() as folder:
        for kind in asked.kinds:  # memory is that of the greatest process so far: the smaller kind comes first
            file = Path(folder) / f"national.{kind}"
            rows = write_national(asked.data, asked.rows, file)
            before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            done = subprocess.run(
                [*command, "--out", f"{folder}/out-{kind}", str(file)], check=True, stdout=subprocess.PIPE
            )
            spent, used = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
            print(done.stdout.decode().strip())
            processor = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
            print(
                f"{file.name}, {rows} rows, {file.stat().st_size / 1e6:.0f} MB, {os.cpu_count()} cores: {spent:.1f} s, "
                f"processor {processor:.1f} s, memory {used.ru_maxrss / 1e6:.2f} GB\n"
            )


if __name__ == "__main__":
    main()
