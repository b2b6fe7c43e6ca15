"""White, grey and all, by hand and against every way the doubts could turn out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.radio.spots import by_technology, spots
from phusong.units import ALL, ANY, GREY, GREY_OR_ALL, LEVEL_VALUES, SPOT_VALUES, SPOTS, UNKNOWN, WHITE, WHITE_OR_GREY


def codes(*values):
    return np.array([values], np.uint8)


def test_two_operators_by_hand():
    "Doubt about a level that is limited or better is no doubt here."
    found = spots([codes(0, 1, 3, 251, 255, 255, 255), codes(0, 0, 2, 252, 0, 1, 255)])
    assert found.kind.tolist() == [[WHITE, GREY, ALL, ALL, WHITE_OR_GREY, GREY_OR_ALL, UNKNOWN]]
    assert found.operators.tolist() == [[0, 1, 2, 2, 255, 255, 255]]


def test_a_doubt_that_changes_no_kind_leaves_the_count_known():
    "Of three operators one serves and one does not: some, whatever the third does."
    found = spots([codes(1), codes(0), codes(255)])
    assert (found.kind.item(), found.operators.item()) == (GREY, 1)


def test_one_operator_is_none_or_all():
    found = spots([codes(0, 1, 255)])
    assert found.kind.tolist() == [[WHITE, ALL, UNKNOWN]]
    assert found.operators.tolist() == [[0, 1, 255]]


@given(st.lists(st.sampled_from(LEVEL_VALUES), min_size=1, max_size=5))
def test_kind_says_what_every_outcome_of_the_doubts_has_in_common(levels):
    may_be = {
        WHITE: {WHITE},
        GREY: {GREY},
        ALL: {ALL},
        WHITE_OR_GREY: {WHITE, GREY},
        GREY_OR_ALL: {GREY, ALL},
    }
    outcomes = set()
    for turned in itertools.product((0, 3), repeat=levels.count(255)):
        left = iter(turned)
        serving = [(next(left) if code == 255 else code) > 0 for code in levels]
        outcomes.add(WHITE if not any(serving) else ALL if all(serving) else GREY)
    found = spots([codes(code) for code in levels])
    kind = found.kind.item()
    if kind == UNKNOWN:
        assert {WHITE, ALL} <= outcomes
    else:
        assert may_be[kind] == outcomes
    if kind in (WHITE, GREY, ALL):
        assert found.operators.item() == sum(code not in (0, 255) for code in levels)
    else:
        assert found.operators.item() == 255


def test_an_operator_counts_when_any_technology_serves():
    "Viettel has both, VNPT 4G only: VNPT's 5G is missing in no count of 5G."
    level = {
        ("LTE", "Viettel"): codes(1, 0, 0, 255, 0),
        ("LTE", "VNPT"): codes(0, 1, 0, 0, 1),
        ("LTE", ANY): codes(1, 1, 0, 255, 1),
        ("NR", "Viettel"): codes(0, 3, 0, 2, 255),
        ("NR", ANY): codes(0, 3, 0, 2, 255),
    }
    found = by_technology(level)
    assert list(found) == ["LTE", "NR", ANY]
    assert found["LTE"].kind.tolist() == [[GREY, GREY, WHITE, WHITE_OR_GREY, GREY]]
    assert found["NR"].kind.tolist() == [[WHITE, ALL, WHITE, ALL, UNKNOWN]]
    assert found[ANY].kind.tolist() == [[GREY, ALL, WHITE, GREY, GREY_OR_ALL]]
    assert found[ANY].operators.tolist() == [[1, 2, 0, 1, 255]]


def test_without_operators_all_is_white():
    nobody = by_technology({("LTE", ANY): codes(0, 0), ("NR", ANY): codes(0, 0)})
    for part in nobody.values():
        assert part.kind.tolist() == [[WHITE, WHITE]]
        assert part.operators.tolist() == [[0, 0]]


def test_words_and_codes_belong_together():
    assert len(SPOTS) == len(SPOT_VALUES) == len(set(SPOT_VALUES))
    assert [SPOTS[SPOT_VALUES.index(code)] for code in (WHITE, GREY, ALL, UNKNOWN)] == [
        "white",
        "grey",
        "all",
        "unknown",
    ]


def test_nothing_is_no_spot():
    with pytest.raises(IndexError):
        spots([])
