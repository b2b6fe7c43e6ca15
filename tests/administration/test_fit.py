"""Parts of communes that were split: the truth lies in the interval as often as it says, and nearer than by halves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from phusong.administration.fit import fitted, rounded

NEW = [f"N{n:02d}" for n in range(80)]


def world(
    seed: int, stray: float
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.Series, dict[tuple[str, str], float]]:
    """Eighty new communes, each of two whole ones; thirty old ones split among the first forty; errors of counts."""
    random = np.random.default_rng(seed)
    whole = [(f"W{n:03d}", NEW[n // 2]) for n in range(160)]
    people = pd.Series(
        random.integers(2_000, 10_000, 190).astype(float),
        [*(old for old, _ in whole), *(f"P{n:02d}" for n in range(30))],
    )
    now = people.iloc[:160].groupby([new for _, new in whole]).sum()
    truth = {}
    for old in people.index[160:]:
        group = random.choice(40, random.choice([2, 2, 3]), replace=False)
        for n, share in zip(group, random.dirichlet(np.ones(len(group))), strict=True):
            truth[old, NEW[n]] = share
            now[NEW[n]] += share * people[old]
    units = pd.DataFrame({"people": now * 1.1 * np.exp(random.normal(0, stray, 80)), "area_km2": 1.0})
    frames = [pd.DataFrame(list(rows), columns=["old_code", "new_code"]) for rows in (truth, whole)]
    return *frames, units, people, truth


@pytest.mark.parametrize(("stray", "of_halves"), [(0.02, 0.7), (0.1, 0.9), (0.4, 1.03)])
def test_nine_in_ten_truths_lie_in_the_interval(stray, of_halves):
    "And the weight errs less than equal parts do, or as much where counts stray so far that they tell nothing."
    inside, off, halves = [], [], []
    for seed in range(4):
        parts, whole, units, people, truth = world(seed, stray)
        found = fitted(parts, whole, units, people)
        share = np.array([truth[pair] for pair in zip(found.old_code, found.new_code, strict=True)])
        inside.append((found.low <= share) & (share <= found.high))
        off.append((found.weight - share) ** 2)
        halves.append((1 / found.groupby("old_code").weight.transform("size") - share) ** 2)
        assert set(found.method) == {"fitted to people"}
    assert 0.82 <= np.concatenate(inside).mean() <= 0.98
    error, error_of_halves = (np.sqrt(np.concatenate(squares).mean()) for squares in (off, halves))
    assert error < of_halves * error_of_halves


def test_counts_that_agree_leave_little_doubt():
    "One commune of 1,000, of whom 200 are missing in one new commune and 800 in the other."
    whole = pd.DataFrame({"old_code": [f"W{n:02d}" for n in range(24)], "new_code": NEW[:24]})
    people = pd.Series({**dict.fromkeys(whole.old_code, 1_000.0), "P": 1_000.0})
    units = pd.DataFrame({"people": 1_000.0, "area_km2": 1.0}, index=NEW[:24])
    units.loc[NEW[:2], "people"] = [1_200.0, 1_800.0]
    parts = pd.DataFrame({"old_code": ["P", "P"], "new_code": NEW[:2]})
    found = fitted(parts, whole, units, people)
    assert found.weight.tolist() == pytest.approx([0.2, 0.8], abs=0.02)
    assert (found.high - found.low).max() < 0.1
    assert fitted(parts[::-1], whole, units, people).equals(found)


def test_without_people_the_interval_is_all_there_is():
    parts, whole, units, people, _ = world(1, 0.1)
    for given in (None, people.iloc[:10], people * np.nan):
        found = fitted(parts, whole, units, given)
        assert set(found.method) == {"by people of the new communes"}
        assert (found.low == 0).all()
        assert (found.high == 1).all()


def test_a_part_of_unknown_people_leaves_the_others_fitted():
    parts, whole, units, people, _ = world(1, 0.1)
    people = people.copy()
    people["P00"] = np.nan
    found = fitted(parts, whole, units, people).set_index("old_code")
    assert set(found.method["P00"]) == {"by people of the new communes"}
    assert set(found.drop("P00").method) == {"fitted to people"}


def test_shares_add_up_exactly():
    row = np.repeat([0, 1, 2], [3, 7, 1])
    share = rounded(row, np.repeat([1 / 3, 1 / 7, 1.0], [3, 7, 1]))
    assert np.bincount(row, share).tolist() == pytest.approx([1, 1, 1], abs=1e-15)
    assert (share >= 0).all()
