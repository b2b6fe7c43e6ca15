"""Figures: the rows of the indicators in whole numbers, as they are kept, and the values that follow from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.ledger.counts import Whole
from phusong.ledger.definitions import definitions

COUNTED = ("numerator", "denominator", "unknown", "below", "above", "per")
"""Columns of whole numbers: `unknown` are those of whom it is not known whether they belong to the numerator, `below`
and `above` how much farther an interval reaches, and `per` is that of the definition."""
DERIVED = ("value", "low", "high")
SQL = """
    CASE WHEN denominator = 0 THEN NULL WHEN per = 0 THEN numerator::DOUBLE
        ELSE per * numerator / denominator END AS value,
    CASE WHEN denominator + unknown = 0 THEN NULL WHEN per = 0 THEN (numerator - below)::DOUBLE
        ELSE per * (numerator - below) / (denominator + unknown) END AS low,
    CASE WHEN denominator + unknown = 0 THEN NULL WHEN per = 0 THEN (numerator + unknown + above)::DOUBLE
        ELSE per * (numerator + unknown + above) / (denominator + unknown) END AS high
"""
"""The same as `derived`, to the last bit, over columns of these names."""


@dataclass(frozen=True)
class Scope:
    """What a row speaks of besides its unit; empty where it has no meaning."""

    operator: str = ""
    technology: str = ""
    environment: str = ""


def figures(
    units: Mapping[str, Any],
    definition: str,
    scope: Scope,
    numerator: Whole,
    denominator: Whole,
    unknown: Whole | int = 0,
    below: Whole | int = 0,
    above: Whole | int = 0,
) -> pd.DataFrame:
    """
    Rows of one definition and scope, a unit each.

    Columns: definition_id, version, unit_level, unit_code, operator, technology, environment; those of `COUNTED` and of
    `DERIVED`.

    Parameters
    ----------
    units
        `unit_level` and `unit_code`.
    """
    defined = definitions()[definition]
    named = {"definition_id": definition, "version": defined.version, **units, **vars(scope)}
    counts = (numerator, denominator, unknown, below, above, defined.per)
    whole = {
        name: np.broadcast_to(np.int64(count), len(numerator)) for name, count in zip(COUNTED, counts, strict=True)
    }
    return pd.DataFrame({**named, **whole, **_derived(whole)})


def derived(table: pd.DataFrame) -> pd.DataFrame:
    """
    The table with `value`, `low` and `high` after its whole numbers; as it is where it has none of these.

    `value` is `per` x numerator / denominator, those whose state is known; `low` and `high` are of all, with those
    whose state is unknown counted out of and into the numerator. Where `per` is 0, they are counts: the numerator, and
    what it may be. Missing where there is nobody to count.

    Examples
    --------
    >>> row = {"numerator": 6, "denominator": 8, "unknown": 2, "below": 1, "above": 0}
    >>> derived(pd.DataFrame([{**row, "per": 1}, {**row, "per": 0}]))[[*DERIVED]].values.tolist()
    [[0.75, 0.5, 0.8], [6.0, 5.0, 8.0]]
    """
    if not set(COUNTED) <= set(table):
        return table
    found = _derived({name: table[name].to_numpy() for name in COUNTED})
    own = kept(table)
    after = list(own).index(COUNTED[-1]) + 1
    return pd.concat([own.iloc[:, :after], pd.DataFrame(found, own.index), own.iloc[:, after:]], axis=1)


def kept(table: pd.DataFrame) -> pd.DataFrame:
    """The table without what follows from its whole numbers; as it is where it has none of these."""
    return table.drop(columns=[*DERIVED], errors="ignore") if set(COUNTED) <= set(table) else table


def _derived(whole: Mapping[str, Whole]) -> dict[str, NDArray[np.float64]]:
    numerator, known, unknown, below, above, per = (whole[name] for name in COUNTED)
    every = known + unknown
    parts = ((numerator, known), (numerator - below, every), (numerator + unknown + above, every))
    return {name: _told(part, of, per) for name, (part, of) in zip(DERIVED, parts, strict=True)}


def _told(part: Whole, of: Whole, per: Whole) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(of == 0, np.nan, np.where(per == 0, part, per * part / of))
