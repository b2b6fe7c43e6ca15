"""
Show phusong at work: set up what is missing, write the embedded sample province and run the main job on it.

    python3 scripts/demo.py [--period 2026Q3] [--folder sample]
"""

import argparse
import sys
from pathlib import Path

import _environment as environment


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--period", default="2026Q3", help="quarter to compute (default: %(default)s)")
    parser.add_argument(
        "--folder",
        type=Path,
        default=environment.ROOT / "sample",
        help="where the sample province lies or is written (default: sample in the repository)",
    )
    options = parser.parse_args()
    environment.prepare()
    phusong, folder = environment.program("phusong"), options.folder.resolve()
    if not (folder / "project.toml").exists():
        environment.say(f"Writing the sample province, which is made up, into {folder}: a few seconds ...")
        status = environment.run(phusong, "init", folder, "--sample")
        if status:
            return status
    environment.say(f"Running the main job for {options.period}: about a minute, longer the first time ...")
    return environment.run(phusong, "run", folder, "--period", options.period)


if __name__ == "__main__":
    sys.exit(main())
