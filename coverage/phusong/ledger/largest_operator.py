"""The largest operator of each unit, by whose people SDG 9.c.1 tells how many are covered."""

from __future__ import annotations

import numpy as np
import pandas as pd

from phusong.ledger.counts import Counts
from phusong.ledger.figures import Scope, figures
from phusong.ledger.indicators import published_units
from phusong.units import ANY

DEFINITION = "people_covered_largest_operator_share"
MAX = "max"
"""Stands in the column `operator` for the largest one of the unit, whichever that is."""


def largest_operator_table(communes: pd.DataFrame, counts: Counts) -> pd.DataFrame:
    """
    One row a technology and unit, with the columns of `figures.figures`: people covered by the operator that covers
    most of them, the first by name of equals, over those whose level by it is known.

    Every unit has a largest operator of its own, so provinces are no sums of communes. `high` is the most that any
    operator may cover of all people.

    References
    ----------
    SDG indicator 9.c.1 (metadata of 31 March 2023, section 2.a): of several operators the maximum population number
    covered should be reported.
    """
    units, member = published_units(communes)
    people = member @ counts.people
    tables = []
    for technology in sorted({technology for technology, _ in counts.levels}):
        operators = sorted(operator for of, operator in counts.levels if of == technology and operator != ANY)
        reached = [counts.reaching(technology, operator, "limited") for operator in operators]
        if not reached:
            continue
        covered, known = (np.stack([member @ part[i] for part in reached]) for i in (0, 1))
        most = covered.argmax(axis=0)
        best, of = (np.take_along_axis(part, most[np.newaxis], axis=0)[0] for part in (covered, known))
        perhaps = (covered + people - known).max(axis=0)
        scope, unknown = Scope(MAX, technology, counts.environment), people - of
        tables.append(figures(units, DEFINITION, scope, best, of, unknown, above=perhaps - best - unknown))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
