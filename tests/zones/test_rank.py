"""Rank: scores by hand, ties, what is not known, how far a rank can move, and why one zone is before the next."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from phusong.config.zones import Criterion, Zones
from phusong.zones.rank import ranked, sentences


def by(column: str, weight: float, scale: str = "share") -> Criterion:
    return Criterion(column=column, weight=weight, scale=scale, label=f"{column} vi", label_en=column)


def zones(**columns) -> pd.DataFrame:
    count = len(columns["people"])
    return pd.DataFrame({"zone_id": [f"Z{n}" for n in range(1, count + 1)], **columns})


def test_scores_by_hand():
    "People 100, 50, 0 of 100 at weight 3; power lacking in the second at weight 1."
    found = ranked(
        zones(people=[100, 50, 0], no_power=[False, True, False]), [by("people", 3), by("no_power", 1, "flag")]
    )
    assert found.table.zone_id.tolist() == ["Z1", "Z2", "Z3"]
    assert found.table.score.tolist() == [0.75, 0.625, 0.0]
    assert found.table["rank"].tolist() == [1, 2, 3]
    assert found.left_out == ()


def test_a_log_scale_counts_powers():
    "log(1 + 9) is half of log(1 + 99)."
    found = ranked(zones(people=[0, 9, 99]), [by("people", 1, "log")])
    assert found.table.score.tolist() == [0.0, 0.5, 1.0]
    assert found.table["rank"].tolist() == [3, 2, 1]


def test_only_the_proportions_of_weights_matter():
    table = zones(people=[10, 70, 30], schools=[5, 0, 2])
    small = ranked(table, [by("people", 1), by("schools", 2)])
    large = ranked(table, [by("people", 50), by("schools", 100)])
    pd.testing.assert_frame_equal(small.table, large.table)


def test_ties_by_people_then_id():
    table = pd.DataFrame({"zone_id": ["c", "b", "a"], "people": [5, 5, 9], "schools": [1, 1, 1]})
    found = ranked(table, [by("schools", 1)])
    assert dict(zip(found.table.zone_id, found.table["rank"], strict=True)) == {"a": 1, "b": 2, "c": 3}
    assert found.table.rank_low.tolist() == found.table.rank_high.tolist() == [3, 2, 1]


def test_what_nobody_knows_is_left_out_and_told():
    table = zones(people=[10, 20], clinics=pd.array([None, None], "Int64"))
    found = ranked(table, [by("people", 1), by("clinics", 5), by("roads", 5)])
    assert found.left_out == ("clinics", "roads")
    assert found.table.score.tolist() == [0.5, 1.0]


def test_a_missing_value_counts_as_the_mean_and_widens_the_rank():
    "Schools 4, 2, unknown: 1, 0.5 and 0.75; it may be as good as the first, which stays so by its id, or the last."
    found = ranked(zones(people=[1, 1, 1], schools=pd.array([4, 2, None], "Int64")), [by("schools", 1)])
    assert found.table.score.tolist() == [1.0, 0.5, 0.75]
    assert found.table["rank"].tolist() == [1, 3, 2]
    assert found.table.rank_low.tolist() == [1, 2, 2]
    assert found.table.rank_high.tolist() == [1, 3, 3]


def test_below_zero_is_refused():
    with pytest.raises(ValueError, match="schools is below zero"):
        ranked(zones(people=[1], schools=[-1]), [by("schools", 1)])


def test_weights_of_a_third_more_and_less_decide_what_is_sure():
    """
    Weights 1 and 1 move within 2/3 .. 4/3, so 1 : 2 at most. Z1 leads Z2 by 0.5 and trails by 0.3: at 2/3 and 4/3 it
    loses (0.333 - 0.4). With 0.2 instead of 0.3 it leads whatever the weights.
    """
    open_still = ranked(zones(people=[10, 5], schools=[7, 10]), [by("people", 1), by("schools", 1)])
    assert open_still.table[["rank_low", "rank_high"]].values.tolist() == [[1, 2], [1, 2]]
    sure = ranked(zones(people=[10, 5], schools=[8, 10]), [by("people", 1), by("schools", 1)])
    assert sure.table[["rank_low", "rank_high"]].values.tolist() == [[1, 1], [2, 2]]


def test_a_tie_at_the_corner_is_decided_as_a_tie():
    "0.5 ahead and 0.25 behind: at 2/3 and 4/3 the two are equal, and Z1 has more people."
    found = ranked(zones(people=[10, 5], schools=[75, 100]), [by("people", 1), by("schools", 1)])
    assert found.table[["rank_low", "rank_high"]].values.tolist() == [[1, 1], [2, 2]]


amounts = st.integers(0, 9)
worlds = st.lists(st.tuples(amounts, st.one_of(st.none(), amounts), st.booleans()), min_size=1, max_size=7)
weights = st.tuples(*[st.integers(1, 9)] * 3)


def world(rows: list[tuple]) -> pd.DataFrame:
    people, schools, flag = zip(*rows, strict=True)
    return zones(people=list(people), schools=pd.array(schools, "Int64"), no_power=list(flag))


@settings(max_examples=80, deadline=None)
@given(worlds, weights)
def test_ranks_stay_within_their_bounds_at_every_corner(rows, weight):
    "Every corner of the box of weights and of what is not known; bounds of two zones are exact."
    table = world(rows)
    scales = ("log", "share", "flag")
    names = ("people", "schools", "no_power")
    found = ranked(table, [by(*of) for of in zip(names, weight, scales, strict=True)])
    assert sorted(found.table["rank"]) == list(range(1, len(rows) + 1))
    assert (found.table.rank_low <= found.table["rank"]).all()
    assert (found.table["rank"] <= found.table.rank_high).all()
    largest = max((row[1] for row in rows if row[1] is not None), default=None)
    gaps = [k for k, row in enumerate(rows) if row[1] is None]
    if largest is None or len(gaps) > 3:
        return
    seen: list[set[int]] = [set() for _ in rows]
    for moves in product((2, 3, 4), repeat=3):
        moved = [by(n, w * m / 3, s) for n, w, m, s in zip(names, weight, moves, scales, strict=True)]
        for filled in product((0, largest), repeat=len(gaps)):
            told = table.assign(schools=table.schools.astype("Float64"))
            told.loc[gaps, "schools"] = [float(value) for value in filled]
            for k, rank in enumerate(ranked(told, moved).table["rank"]):
                seen[k].add(rank)
    for k, ranks in enumerate(seen):
        assert found.table.rank_low[k] <= min(ranks)
        assert max(ranks) <= found.table.rank_high[k]
        if len(rows) == 2 and not gaps:
            assert ranks == set(range(found.table.rank_low[k], found.table.rank_high[k] + 1))


@settings(max_examples=40, deadline=None)
@given(worlds, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(rows, random):
    table, criteria = world(rows), [by("people", 5, "log"), by("schools", 1), by("no_power", 2, "flag")]
    shuffled = table.iloc[random.sample(range(len(rows)), len(rows))]
    one, other = ranked(table, criteria), ranked(shuffled, criteria)
    pd.testing.assert_frame_equal(one.table, other.table.sort_values("zone_id", ignore_index=True))
    pd.testing.assert_frame_equal(one.reasons, other.reasons)


def test_many_zones_are_compared_in_parts():
    "More than one part of 256: whoever has more people is surely before."
    people = np.arange(600)
    table = zones(people=people)
    found = ranked(table, [by("people", 1)])
    assert found.table["rank"].tolist() == found.table.rank_low.tolist() == found.table.rank_high.tolist()
    assert found.table["rank"].tolist() == (600 - people).tolist()


def test_reasons_are_the_differences_of_the_scores():
    table = zones(people=[100, 80, 0], schools=[0, 1, 4], no_power=[True, False, False])
    found = ranked(table, [by("people", 2), by("schools", 1), by("no_power", 1, "flag")])
    assert found.table["rank"].tolist() == [1, 2, 3]
    first = found.reasons[found.reasons.zone_id == "Z1"]
    assert first.next_zone_id.unique().tolist() == ["Z2"]
    assert first.criterion.tolist() == ["no_power", "people", "schools"]
    assert first.difference.tolist() == pytest.approx([0.25, 0.1, -0.0625])
    assert first.value.tolist() == [1, 100, 0]
    assert first.next_value.tolist() == [0, 80, 1]
    for zone, following in pairwise(found.table.itertuples()):
        told = found.reasons[found.reasons.zone_id == zone.zone_id].difference.sum()
        assert told == pytest.approx(zone.score - following.score)


def test_sentences_tell_what_puts_a_zone_ahead():
    table = zones(people=[1200, 1000, 0, 0], schools=pd.array([0, 1, None, None], "Int64"), no_power=[1, 0, 0, 0])
    criteria = [by("people", 2), by("schools", 1), by("no_power", 1, "flag")]
    told = sentences(ranked(table, criteria), criteria)
    assert told.zone_id.tolist() == ["Z1", "Z2", "Z3"]
    assert told.why_vi.tolist() == [
        "Xếp trước Z2: no_power vi; people vi 1.200 so với 1.000.",
        "Xếp trước Z3: people vi 1.000 so với 0; schools vi 1 so với chưa rõ.",
        "Xếp trước Z4: điểm bằng nhau, xét số dân rồi đến mã vùng.",
    ]
    assert told.why_en.tolist()[:2] == [
        "Before Z2: no_power; people 1,200 against 1,000.",
        "Before Z3: people 1,000 against 0; schools 1 against unknown.",
    ]


def test_no_zones():
    found = ranked(zones(people=[]), [by("people", 1)])
    assert (len(found.table), len(found.reasons), found.left_out) == (0, 0, ("people",))
    assert sentences(found, [by("people", 1)]).empty


def test_the_section_refuses_a_column_with_two_weights_and_a_place_that_reaches_farther_than_a_name():
    with pytest.raises(ValidationError, match="people is there twice"):
        Zones(criteria=(by("people", 1), by("people", 2)))
    with pytest.raises(ValidationError, match="match_place_m is above match_reach_m"):
        Zones(match_reach_m=100, match_place_m=200)
