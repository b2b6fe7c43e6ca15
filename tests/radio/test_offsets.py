"""Offsets: what is shared is equal, what is not depends on its own name alone, and the draws are those of a normal."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from phusong.config import Uncertainty
from phusong.radio.offsets import normals, offsets_ddbm


def sites(*rows: tuple[str, str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["site_id", "operator", "technology", "band", "setting"])


FOUR = sites(
    ("S1", "Viettel", "LTE", "B3", "urban"),
    ("S2", "Viettel", "LTE", "B3", "urban"),
    ("S3", "Viettel", "LTE", "B3", "rural"),
    ("S4", "VNPT", "LTE", "B3", "urban"),
)
SHARED_ONLY = Uncertainty(site_sigma_db=0)
OWN_ONLY = Uncertainty(model_sigma_db=0)


def test_first_column_is_the_model_as_it_is():
    found = offsets_ddbm(FOUR, Uncertainty())
    assert found.shape == (4, 65)
    assert found.dtype == np.int16
    assert found[:, 0].tolist() == [0, 0, 0, 0]
    assert (found[:, 1:] != 0).any(axis=1).all()


def test_operator_band_and_setting_share_one_offset():
    found = offsets_ddbm(FOUR, SHARED_ONLY)
    assert (found[0] == found[1]).all()
    assert (found[0] != found[2]).any()
    assert (found[0] != found[3]).any()


def test_each_site_has_its_own_offset():
    found = offsets_ddbm(FOUR, OWN_ONLY)
    assert len({tuple(row) for row in found}) == 4


def test_offset_is_the_sum_of_both():
    assert (offsets_ddbm(FOUR, Uncertainty()) == offsets_ddbm(FOUR, SHARED_ONLY) + offsets_ddbm(FOUR, OWN_ONLY)).all()


def test_neither_order_nor_other_sites_change_an_offset():
    found = offsets_ddbm(FOUR, Uncertainty())
    more = pd.concat([sites(("S0", "MobiFone", "NR", "n41", "rural")), FOUR[::-1]], ignore_index=True)
    assert (offsets_ddbm(more, Uncertainty())[1:] == found[::-1]).all()
    assert (offsets_ddbm(FOUR[2:3], Uncertainty()) == found[2:3]).all()


def test_seed_decides():
    found = offsets_ddbm(FOUR, Uncertainty(seed=7))
    assert (offsets_ddbm(FOUR, Uncertainty(seed=7)) == found).all()
    assert (offsets_ddbm(FOUR, Uncertainty(seed=8)) != found).any(axis=1).all()


def test_bits_are_the_same_on_every_machine():
    "Written down once; they come out of SHAKE-256, not out of a generator that a library may change."
    drawn = normals([(2026, "site", "HN-1")], 4)
    assert drawn.tolist() == [pytest.approx([-0.0399482974, 0.0399482974, 1.1728347325, -1.1728347325], abs=1e-9)]


@pytest.mark.parametrize(("draws", "expected"), [(0, (4, 1)), (1, (4, 2)), (64, (4, 65))])
def test_shape(draws: int, expected: tuple[int, int]):
    assert offsets_ddbm(FOUR, Uncertainty(draws=draws)).shape == expected
    assert offsets_ddbm(FOUR[:0], Uncertainty(draws=draws)).shape == (0, expected[1])


def test_without_a_sigma_nothing_is_drawn():
    assert not offsets_ddbm(FOUR, Uncertainty(model_sigma_db=0, site_sigma_db=0)).any()


@given(st.integers(0, 200), st.integers(), st.text(max_size=8))
@settings(max_examples=50, deadline=None)
def test_pairs_are_antithetic(draws: int, seed: int, name: str):
    "So the mean is exactly zero, also after rounding; an odd last draw is the model as it is."
    table = sites((name, "Viettel", "LTE", "B3", "urban"))
    found = offsets_ddbm(table, Uncertainty(draws=draws, seed=seed))[0, 1:].astype(int)
    assert (found[0 : draws // 2 * 2 : 2] == -found[1::2]).all()
    assert found.sum() == 0
    assert draws % 2 == 0 or found[-1] == 0


@given(st.integers(1, 100), st.integers())
@settings(max_examples=50, deadline=None)
def test_every_part_of_the_distribution_is_drawn_once(pairs: int, seed: int):
    "Of 2n draws one lies in each of 2n equally likely parts of the normal distribution."
    drawn = normals([(seed, "site", "S1")], 2 * pairs)[0]
    assert sorted(np.floor(ndtr(drawn) * 2 * pairs).astype(int).tolist()) == list(range(2 * pairs))


def test_draws_are_normal_and_do_not_follow_each_other():
    "300 sites: standard deviation 5 dB; correlations those of chance, sqrt(2 / (pi n)) of n = 32 pairs in the mean."
    many = sites(*[(f"S{i}", "Viettel", "LTE", "B3", "urban") for i in range(300)])
    found = offsets_ddbm(many, OWN_ONLY)[:, 1:] / 10
    assert found.std() == pytest.approx(5, rel=0.01)
    apart = np.abs(np.corrcoef(found)[np.triu_indices(300, 1)])
    assert apart.mean() == pytest.approx(np.sqrt(2 / np.pi / 32), rel=0.05)
