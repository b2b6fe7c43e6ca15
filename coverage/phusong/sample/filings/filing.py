"""Filings: a file, whose it is, and the truth about its rows – made from a seed, or found in a folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from phusong.sample.filings.files import write
from phusong.sample.filings.recipe import Recipe
from phusong.sample.filings.sheet import sheet
from phusong.sample.filings.truth import rows_of, table
from phusong.sample.filings.world import World

AS_OF = dt.date(2026, 9, 30)
"""The day of which all filings speak."""
_OPERATORS = {"viettel": "Viettel", "vnpt": "VNPT", "mobifone": "MobiFone", "vietnamobile": "Vietnamobile"}


@dataclass(frozen=True, eq=False)
class Filing:
    """
    A filing whose truth is known.

    Parameters
    ----------
    truth
        One row for each row of the file; the columns of `truth.COLUMNS`.
    """

    file: Path
    operator: str
    truth: pd.DataFrame


def make(world: World, made: Recipe, folder: Path) -> Filing:
    """Write the filing of a recipe to a folder."""
    rows = rows_of(world, made)
    file, places = write(sheet(rows, world, made), made, folder)
    return Filing(file, made.operator, table(rows, file.name, places))


def found(folder: Path) -> Iterator[Filing]:
    """Filings of a folder whose truth lies below it in `truth/`, in the order of their names."""
    types = dict.fromkeys(("commune_code", "sheet", "row"), str)
    for path in sorted((folder / "truth").glob("*.truth.csv")):
        blanks = {"true_lon": [""], "true_lat": [""]}
        truth = pd.read_csv(path, dtype=types, keep_default_na=False, na_values=blanks)
        name = path.name.removesuffix(".truth.csv")
        yield Filing(folder / name, _OPERATORS[name.split("_")[0]], truth)
