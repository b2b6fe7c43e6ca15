#!/usr/bin/env python3
"""
The defects known of the open data beside the repository (../shared/data/SOURCES.md), and how many intake finds of them.

    .venv/bin/python scripts/real_defects.py [--data ../shared/data] [--units DIR] [--quick]

`--units` is a folder that `phusong units import` wrote; the census in it makes the judgement of figures sure.
"""

import argparse
import datetime as dt
import sys
from pathlib import Path

from phusong.intake.defects import defects, overlaps
from phusong.intake.reference import read_reference

ROOT = Path(__file__).resolve().parents[1]
AS_OF = dt.date(2026, 9, 30)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--units", type=Path, help="imported units (default: those of the official lists at hand)")
    parser.add_argument("--quick", action="store_true", help="leave out the overlaps of outlines, half a minute")
    options = parser.parse_args()
    reference = read_reference(options.data / "admin" / "communes_2025_light.parquet", AS_OF, options.units)
    found = defects(options.data, reference, AS_OF) + ([] if options.quick else [overlaps(options.data)])
    print(f"{'real':>6} {'found':>6} {'missed':>6} {'false':>6}  defect")
    for defect in found:
        counts = f"{defect.real:>6} {defect.found:>6} {defect.missed:>6} {defect.false_alarms:>6}"
        print(f"{counts}  {defect.file}: {defect.what} (SOURCES.md: {defect.stated})")
        print(f"{'':>29}{defect.note}" if defect.note else "", end="\n" if defect.note else "")
    return 0


if __name__ == "__main__":
    sys.exit(main())
