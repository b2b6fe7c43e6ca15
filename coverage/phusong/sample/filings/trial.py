"""Trials: filings of known truth taken in, one after another, and scored."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from phusong.intake.filing import take_in
from phusong.intake.official_lists import Lists, import_lists
from phusong.intake.reference import Reference, read_reference
from phusong.intake.request import Request
from phusong.sample.filings.filing import AS_OF, Filing, make
from phusong.sample.filings.recipe import recipe
from phusong.sample.filings.score import Score, score
from phusong.sample.filings.world import World

_FIRST_DAY = dt.date(2025, 7, 1)
"""Of the communes of today."""


def read_ground(data: Path, units: Path | None = None, *, full: bool = False) -> Reference:
    """
    Communes and dated units of the data folder.

    Parameters
    ----------
    units
        Folder that `phusong units import` wrote; None to import the lists of the data folder here.
    full
        Whether the full outlines are read, not the light ones.
    """
    admin = data / "admin"
    outlines = admin / ("communes_2025.parquet" if full else "communes_2025_light.parquet")
    if units is not None:
        return read_reference(outlines, AS_OF, units)
    with tempfile.TemporaryDirectory() as folder:
        today = dt.date(2026, 4, 30)
        first = admin / "official_codes_1027-CTK-CSCL_20250625.csv"
        lists = Lists({_FIRST_DAY: [first], today: [outlines]}, {_FIRST_DAY: admin / "old_to_new_communes.csv"})
        import_lists(lists, Path(folder) / "units")
        return read_reference(outlines, AS_OF, Path(folder) / "units")


def invented(world: World, seeds: Iterable[int], folder: Path) -> Iterator[Filing]:
    """The filings of some seeds, written to a folder one by one."""
    for seed in seeds:
        yield make(world, recipe(seed), folder)


def tried(filings: Iterable[Filing], reference: Reference) -> Iterator[Score]:
    """The score of each filing, taken in by itself."""
    for filing in filings:
        outcome = take_in([filing.file], Request("sites", AS_OF, {"operator": filing.operator}), reference)
        yield score(filing.file.name, filing.truth, outcome.accepted, outcome.quarantine)
