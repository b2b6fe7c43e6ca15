"""
Damage filings in every way that files get damaged, and see that intake never fails and never loses a row.

    python scripts/fuzz_intake.py [--count 10000] [--seed 1] [--data ../shared/data] [--keep DIR]

Each mutant has at most 50 rows. Rows come from the filings in `--data`, or from invented sites where that is absent.
First the table is damaged (cells, rows, columns, headers, languages), then it is written as CSV, XLSX, GeoJSON, HTML or
an archive of these, in some encoding, and then, for one in three, its bytes are damaged. A filing that cannot be
understood may be refused with a sentence; otherwise its rows in must equal its rows accepted and quarantined, and
every site that was in the file before its bytes were damaged must be found in one of the two or among the rows that
were told to be no data. Prints what became of the mutants; exit 1 with the seed of each that failed.
"""

import argparse
import functools
import sys
import time
from pathlib import Path

from phusong.sample.mutants import run as fuzzing
from phusong.sample.mutants.grid import read_grids


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "data")
    parser.add_argument("--keep", type=Path, help="folder for the files of mutants that failed")
    asked = parser.parse_args()
    start = time.perf_counter()
    fates, sentences = fuzzing.run(
        range(asked.seed, asked.seed + asked.count),
        read_grids(asked.data / "filings"),
        fuzzing.reference_of(asked.data),
        functools.partial(fuzzing.tell, keep=asked.keep),
    )
    spent = time.perf_counter() - start
    told = ", ".join(f"{count} {fate}" for fate, count in fates.items())
    print(f"{asked.count} mutants from seed {asked.seed} in {spent:.0f} s: {told}")
    for sentence, count in sentences.most_common(12):
        print(f"  refused {count}: {sentence}")
    return int(any(fate.failed for fate in fates))


if __name__ == "__main__":
    sys.exit(main())
