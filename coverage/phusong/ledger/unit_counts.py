"""Counts of communes, villages and satellite terminals, as indicators."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from phusong.ledger.counts import Whole
from phusong.ledger.figures import Scope, figures
from phusong.ledger.indicators import published_units
from phusong.units import ANY

_Counted = tuple[str, Scope, tuple[Whole, Whole, Whole]]
"""Definition and scope; and of each commune the numerator, the denominator, and those of whom it is not known."""


def unit_count_table(communes: pd.DataFrame, villages: pd.DataFrame | None, environment: str) -> pd.DataFrame:
    """
    One row a definition and unit, with the columns of `figures.figures`; a commune that is counted is one of one.

    Parameters
    ----------
    communes
        As published: `nr_sites`; `centre_covered` and `lifeline_met` (yes, no, unknown); `terminals`, `households` and
        `villages_households_unknown`, missing where they are.
    villages
        `commune_code`, and `signal` and `power`, as in `communes.STATES`; those that name a commune that is not studied
        are in none. None without such a layer, when there are no rows either.
    environment
        Where the receiver is of whose signal they speak.
    """
    units, member = published_units(communes)
    counted = [*_communes(communes, environment), *_terminals(communes)]
    if villages is not None:
        counted += _villages(villages, communes.commune_code, environment)
    tables = [
        figures(units, definition, scope, *(member @ part for part in parts)) for definition, scope, parts in counted
    ]
    return pd.concat(tables, ignore_index=True)


def _communes(communes: pd.DataFrame, environment: str) -> Iterator[_Counted]:
    with_site = np.where(communes.nr_sites > 0, "yes", "no")
    yield "communes_with_nr_site_share", Scope(ANY, "NR"), _answers(pd.Series(with_site))
    yield "communes_centre_covered_share", Scope(ANY, "NR", environment), _answers(communes.centre_covered)
    yield "lifeline_communes", Scope(), _answers(communes.lifeline_met)


def _answers(said: pd.Series) -> tuple[Whole, Whole, Whole]:
    """Who says yes, who says yes or no, and of whom it is not known."""
    yes, no = (np.asarray(said == word, np.int64) for word in ("yes", "no"))
    return yes, yes + no, 1 - yes - no


def _terminals(communes: pd.DataFrame) -> Iterator[_Counted]:
    filed = np.asarray(communes.terminals.notna(), np.int64)
    settled = communes.households.notna() & (communes.villages_households_unknown.fillna(1) == 0)
    both = filed * np.asarray(settled, np.int64)
    terminals, households = (np.asarray(communes[name].fillna(0), np.int64) for name in ("terminals", "households"))
    # communes without a filing may have terminals, and nothing says how many: none are unknown in a sum
    none = np.zeros_like(filed)
    yield "satellite_terminals", Scope(), (terminals, filed, none)
    yield "satellite_terminals_per_1000_households", Scope(), (terminals * both, households * both, none)


def _villages(villages: pd.DataFrame, commune_codes: pd.Series, environment: str) -> Iterator[_Counted]:
    """A village is without both only where that is known; one thing that is there is enough to know that it is not."""

    def of_communes(which: pd.Series) -> Whole:
        return np.asarray(which.groupby(villages.commune_code).sum().reindex(commune_codes, fill_value=0), np.int64)

    dark, off = (villages[thing] == "not_served" for thing in ("signal", "power"))
    lit, fed = (villages[thing] == "served" for thing in ("signal", "power"))
    any_operator = Scope(ANY, ANY, environment)
    for definition, scope, lacking, there in (
        ("villages_without_signal", any_operator, dark, lit),
        ("villages_without_power", Scope(), off, fed),
        ("villages_without_signal_and_power", any_operator, dark & off, lit | fed),
    ):
        known = lacking | there
        yield definition, scope, (of_communes(lacking), of_communes(known), of_communes(~known))
