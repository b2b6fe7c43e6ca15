"""Access to electricity: the share of people expected to have it (SDG 7.1.1)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from phusong.ledger.counts import Whole
from phusong.ledger.expectation import Expectation, share_rows

DEFINITION = "people_with_electricity_expected_share"


def electricity_table(communes: pd.DataFrame, expected: Whole, known: Whole, unknown: Whole) -> pd.DataFrame:
    """
    One row a commune, province and the study, with the columns of `figures.figures`.

    `value` is people expected to have electricity over people of whom it is known; `low` and `high` are shares of all
    people, with those of whom it is not known counted out of and into it. People are rounded once, at the commune.

    Parameters
    ----------
    expected
        Of each commune, people known times the probability of access, in ten-thousandths of micro-persons.
    known, unknown
        Micro-persons whose access is known, and is not.

    References
    ----------
    SDG indicator 7.1.1, proportion of population with access to electricity (metadata of the World Bank). Viet Nam
    reports it as the share of households that use the national grid (metadata of the General Statistics Office).
    """
    found = Expectation.of(expected[:, np.newaxis], unknown, known + unknown)
    return share_rows(communes, DEFINITION, ("", "", ""), found, confidence=1)
