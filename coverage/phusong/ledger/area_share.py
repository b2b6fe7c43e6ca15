"""Area share: how much of the ground has signal, in whole square metres."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from phusong.ledger.counts import Counts, Whole
from phusong.ledger.figures import Scope, figures
from phusong.ledger.indicators import published_units

DEFINITION = "area_covered_limited_share"


def area_table(communes: pd.DataFrame, areas: Mapping[tuple[str, str], Whole], environment: str) -> pd.DataFrame:
    """
    One row a technology, operator and unit, with the columns of `figures.figures`: square metres covered over those
    whose level is known.

    Parameters
    ----------
    areas
        By technology and operator, square metres of each commune by level, classes as in `units.LEVELS`.
    environment
        Where the receiver is of whose levels they speak.
    """
    units, member = published_units(communes)
    tables = []
    for (technology, operator), by_level in sorted(areas.items()):
        # square metres in the place of people: what counts as covered and as known is the same
        ground = Counts({(technology, operator): by_level}, by_level)
        covered, known = (member @ part for part in ground.reaching(technology, operator, "limited"))
        scope, every = Scope(operator, technology, environment), member @ ground.people
        tables.append(figures(units, DEFINITION, scope, covered, known, every - known))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
