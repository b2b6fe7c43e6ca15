"""
Score intake on filings whose truth is known: those in the data folder, and others made from seeds.

    python scripts/score_intake.py [--seeds 10] [--first 0] [--data ../shared/data] [--units DIR] [--full] [--keep DIR]

Made filings take sites of the synthetic national list, in other provinces each time. Form, notation of positions, names
of columns, decimal marks, days, encodings and the share of each fault are drawn one by one, so that every form can meet
every fault: provinces of two or three VN-2000 zones, whole files with exchanged axes, degrees-minutes-seconds,
decomposed and Windows-1258 text, title rows and merged headers, integers for codes, rows exchanged within their file,
placeholders, places abroad, wrong communes near and far, codes of before 1 July 2025.

Prints for each filing how many rows were misplaced by more than 30 m, accepted against the truth, accepted twice, lost,
or set aside without need ("over", of those "due"), and of how many rows with a fault the reason told was the true one
("right") or not; then the same for each reason. Exit 1 when one of the first four is not 0 or more than 1 % were set
aside without need. Dated units of administration are those of --units, or made from the lists of the data folder.
"""

import argparse
import sys
import tempfile
from itertools import chain
from pathlib import Path

from phusong.sample.filings.filing import found
from phusong.sample.filings.score import files_told, reasons_told
from phusong.sample.filings.trial import invented, read_ground, tried
from phusong.sample.filings.world import read_world


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--data", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "data")
    parser.add_argument("--units", type=Path, help="folder that `phusong units import` wrote")
    parser.add_argument("--full", action="store_true", help="the full outlines, not the light ones")
    parser.add_argument("--keep", type=Path, help="folder for the made filings; else they are deleted")
    asked = parser.parse_args()
    reference = read_ground(asked.data, asked.units, full=asked.full)
    with tempfile.TemporaryDirectory() as folder:
        kept = asked.keep or Path(folder)
        kept.mkdir(parents=True, exist_ok=True)
        seeds = range(asked.first, asked.first + asked.seeds)
        filings = chain(found(asked.data / "filings"), invented(read_world(asked.data), seeds, kept))
        scores = list(tried(filings, reference))
    print("\n".join([*files_told(scores), "", *reasons_told(scores)]))
    return int(not all(one.passed for one in scores))


if __name__ == "__main__":
    sys.exit(main())
