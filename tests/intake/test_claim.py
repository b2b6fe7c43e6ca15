"""Claims of rows."""

from __future__ import annotations

import numpy as np

from phusong.intake.claim import Claim, Claims

CLAIMS = Claims((Claim((3,)), Claim(), Claim((5, 6))), np.array([0, 1, 2, 0, 2]))


def test_pairs_are_each_row_with_each_commune_it_means():
    rows, communes = CLAIMS.pairs()
    assert list(zip(rows.tolist(), communes.tolist(), strict=True)) == [(0, 3), (2, 5), (2, 6), (3, 3), (4, 5), (4, 6)]


def test_rows_that_mean_nothing_have_no_pairs():
    rows, communes = Claims.none(3).pairs()
    assert (len(rows), len(communes)) == (0, 0)
    assert Claims.none(3).of_row.tolist() == [0, 0, 0]


def test_claims_of_some_rows():
    rows, communes = CLAIMS.at(np.array([4, 1])).pairs()
    assert (rows.tolist(), communes.tolist()) == ([0, 0], [5, 6])
