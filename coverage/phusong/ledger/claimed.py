"""Claimed coverage: people whom operators say they cover, and how many of them the prediction leaves without signal."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.ledger.counts import Whole
from phusong.ledger.figures import Scope, figures
from phusong.ledger.indicators import published_units
from phusong.units import NONE, UNKNOWN

CLAIMED_SHARE, NOT_PREDICTED_SHARE = "people_claimed_share", "people_claimed_not_predicted_share"
CLAIM_VALUES = (0, 1, 2, 3)
"""Codes of `beside`: not claimed; claimed and predicted; claimed and predicted to have none; claimed and unknown."""
Key = tuple[str, str]
"""Technology, and operator (or `ANY` of them)."""


def beside(claimed: NDArray[np.uint8], level: NDArray[np.uint8] | None) -> NDArray[np.uint8]:
    """
    What the prediction makes of each pixel's claim, codes as in `CLAIM_VALUES`.

    Parameters
    ----------
    claimed
        1 where it is claimed, else 0.
    level
        Predicted for the same operator and technology; None where it has no site at all.

    Examples
    --------
    >>> beside(np.array([0, 1, 1, 1, 1], np.uint8), np.array([3, 1, 251, 0, 255], np.uint8)).tolist()
    [0, 1, 1, 2, 3]
    """
    predicted = np.zeros_like(claimed) if level is None else level
    verdict = np.select([predicted == NONE, predicted == UNKNOWN], [2, 3], 1)
    return np.where(claimed == 1, verdict, 0).astype(np.uint8)


def claim_table(communes: pd.DataFrame, counts: Mapping[Key, Whole], environment: str) -> pd.DataFrame:
    """
    Two rows a technology, operator and unit, with the columns of `figures.figures`.

    The share of people claimed has all people below the line. The share of them who have no signal by the prediction
    has the claimed people whose level is known below the line; `low` and `high` are shares of all claimed people, with
    those of unknown level counted out of and into the numerator.

    Parameters
    ----------
    counts
        Whole people of each commune by `CLAIM_VALUES`, shape (communes, 4).
    environment
        Of which the predicted levels speak.
    """
    units, member = published_units(communes)
    tables = []
    for (technology, operator), of_communes in sorted(counts.items()):
        sums = member @ of_communes
        people, claimed = sums.sum(axis=1), sums[:, 1:].sum(axis=1)
        predicted, dark = Scope(operator, technology, environment), sums[:, 2]
        tables += [
            figures(units, CLAIMED_SHARE, Scope(operator, technology), claimed, people),
            figures(units, NOT_PREDICTED_SHARE, predicted, dark, claimed - sums[:, 3], unknown=sums[:, 3]),
        ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
