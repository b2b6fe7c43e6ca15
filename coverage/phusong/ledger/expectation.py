"""Expected coverage: people times the probability that they are covered, with what the model's errors make of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from phusong.ledger.counts import Whole
from phusong.ledger.figures import Scope, figures
from phusong.ledger.indicators import published_units
from phusong.text import slug
from phusong.units import ANY, CERTAIN, MICRO

DEFINITION = "people_covered_expected_share"
Key = tuple[str, str, str]
"""Technology, operator (or `ANY` of them) and environment."""


@dataclass(frozen=True)
class Expectation:
    """
    Whole people of each commune, for one technology, operator and environment.

    Parameters
    ----------
    people, known
        All, and those of whom it can be told how likely they are covered; shape (communes,).
    covered
        Expected among the known by the model as it is, without an error; shape (communes,).
    draws
        The same in each draw of the model's errors; shape (communes, draws).
    """

    people: Whole
    known: Whole
    covered: Whole
    draws: Whole

    @classmethod
    def of(cls, covered: Whole, unknown: Whole, micro: Whole) -> Expectation:
        """
        People from exact sums, rounded once, here.

        Parameters
        ----------
        covered
            Shape (communes, 1 + draws), in ten-thousandths of micro-persons; the first column is the model as it is.
        unknown, micro
            Micro-persons of each commune of whom nothing can be told, and all of them.

        Examples
        --------
        >>> half_of_three = np.array([[15_000_000_000]])
        >>> Expectation.of(half_of_three, np.array([0]), np.array([3_000_000])).covered.tolist()
        [2]
        """
        whole = _rounded(covered, MICRO * CERTAIN)
        return cls(_rounded(micro, MICRO), _rounded(micro - unknown, MICRO), whole[:, 0], whole[:, 1:])

    def within(self, member: Whole | sparse.csr_array) -> Expectation:
        """The sums over the units of `member`, shape (units, communes): also each draw is summed, not its quantile."""
        return Expectation(member @ self.people, member @ self.known, member @ self.covered, member @ self.draws)


def expectation_table(
    communes: pd.DataFrame, expectations: Mapping[Key, Expectation], confidence: float
) -> pd.DataFrame:
    """
    One row a technology, operator, environment and unit, with the columns of `figures.figures`.

    `value` is expected people / people of whom it can be told. `low` and `high` are shares of all people: the ends of
    the interval (see `bounds`), with those of whom it cannot be told counted out of the lower and into the upper end.
    """
    tables = [share_rows(communes, DEFINITION, key, found, confidence) for key, found in _ordered(expectations)]
    return pd.concat(tables, ignore_index=True)


def share_rows(
    communes: pd.DataFrame, definition: str, key: Key, of_communes: Expectation, confidence: float
) -> pd.DataFrame:
    """The rows of `expectation_table` for one definition and key."""
    units, member = published_units(communes)
    found = of_communes.within(member)
    low, high = bounds(found, confidence)
    technology, operator, environment = key
    unknown = found.people - found.known
    return figures(
        units,
        definition,
        Scope(operator, technology, environment),
        found.covered,
        found.known,
        unknown,
        below=found.covered - low,
        above=high - unknown - found.covered,
    )


def expectation_columns(expectations: Mapping[Key, Expectation], environment: str, confidence: float) -> pd.DataFrame:
    """
    People of each row expected to be covered in an environment, and the ends of the interval.

    Of any operator `lte_expected_people`, `lte_expected_low_people`, `lte_expected_high_people`; of each operator
    `lte_viettel_expected_people` and so on.
    """
    columns: dict[str, Whole] = {}
    for (technology, operator, where), found in _ordered(expectations):
        if where == environment:
            low, high = bounds(found, confidence)
            name = technology.lower() if operator == ANY else f"{technology.lower()}_{slug(operator)}"
            names = (f"{name}_expected{part}_people" for part in ("", "_low", "_high"))
            columns.update(zip(names, (found.covered, low, high), strict=True))
    return pd.DataFrame(columns)


def bounds(expected: Expectation, confidence: float) -> tuple[Whole, Whole]:
    """
    People covered at the least and at the most.

    The ends are order statistics of the draws: as many draws lie below the interval as above, and it is the narrowest
    of those that hold at least `confidence` of them. It is widened to hold the expectation, below which few draws may
    lie where several servers are about equal, since their errors seldom all point down. People of whom it cannot be
    told are added to the upper end. Without draws only they make a difference.

    Examples
    --------
    >>> ten = np.arange(10)[np.newaxis]
    >>> one = Expectation(np.array([100]), np.array([90]), np.array([4]), ten)
    >>> [end.tolist() for end in bounds(one, 0.8)]
    [[1], [18]]
    """
    unknown, draws = expected.people - expected.known, expected.draws.shape[1]
    if not draws:
        return expected.covered, expected.covered + unknown
    # A part in a milliard forgives the binary form of a share such as 0.9.
    outside = min(math.floor(draws * (1 - confidence) / 2 + 1e-9), (draws - 1) // 2)
    ordered = np.sort(expected.draws, axis=1)
    low, high = ordered[:, outside], ordered[:, draws - 1 - outside]
    return np.minimum(low, expected.covered), np.maximum(high, expected.covered) + unknown


def _ordered(expectations: Mapping[Key, Expectation]) -> list[tuple[Key, Expectation]]:
    """By technology and operator; environments stay in the project's order."""
    return sorted(expectations.items(), key=lambda entry: entry[0][:2])


def _rounded(value: NDArray[np.int64], unit: int) -> NDArray[np.int64]:
    return (value + unit // 2) // unit
