"""
Whether the forecast's 80 % interval holds what came, over simulated histories of shares.

    python scripts/calibrate_forecast.py [--histories 1000] [--seed 20260930]

Prints the share of histories that were held, 1, 2 and 4 quarters ahead, from 8, 12 and 20 points. Smooth curves and
random walks are to be held in at least 75 % of the histories, each number of them; exit 1 when one is not. Jumps of
policy and ceilings that do not show yet cannot be forecast from a series: their rates are printed as they are.
"""

import argparse
import sys

from phusong.ledger.calibration import HELD_TO, calibration_table


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--histories", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20260930)
    asked = parser.parse_args()
    table = calibration_table(asked.histories, asked.seed)
    print(table.to_string(index=False, float_format=lambda rate: f"{rate:.1%}"))
    least = table[table.kind.isin(HELD_TO)].filter(like="ahead_").min(axis=None)
    print(f"\nleast of {' and '.join(HELD_TO)}: {least:.1%} (to be at least 75 %)")
    return int(least < 0.75)


if __name__ == "__main__":
    sys.exit(main())
