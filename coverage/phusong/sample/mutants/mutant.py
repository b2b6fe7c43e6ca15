"""Mutants: one damaged filing of each seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from phusong.sample.mutants.byte_damages import bitten, packed
from phusong.sample.mutants.file_forms import FORMS
from phusong.sample.mutants.grid import Grid, cut, sites
from phusong.sample.mutants.table_damages import DAMAGES

ROWS = 50
"""Rows of data of a mutant, at most."""


@dataclass(frozen=True)
class Mutant:
    """
    A damaged filing.

    Parameters
    ----------
    sites
        Ids that must be accounted for; none where the bytes were damaged.
    how
        What was done to it, in order.
    """

    name: str
    data: bytes
    sites: frozenset[str]
    how: tuple[str, ...]


def mutant(seed: int, grids: Sequence[Grid]) -> Mutant:
    """The mutant of a seed: rows of one grid, damaged as a table, then written in some form, then as bytes."""
    rng = random.Random(seed)
    grid = cut(rng.choice(grids), rng, ROWS)
    damages = rng.choices(DAMAGES, k=rng.choice([0, 1, 1, 2, 3, 5]))
    for damage in damages:
        grid = damage(grid, rng)
    form = rng.choice(FORMS)
    written = form(grid, rng)
    how = [*(damage.__name__ for damage in damages), form.__name__]
    name, data, whole = written.name, written.data, written.whole
    if rng.random() < 0.15:
        name, data = packed(name, data, rng)
        how.append("packed")
    if rng.random() < 0.33:
        data, whole = bitten(data, rng), False
        how.append("bitten")
    return Mutant(name, data, sites(grid) if whole else frozenset(), tuple(how))
