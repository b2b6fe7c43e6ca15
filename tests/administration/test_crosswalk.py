"""Weights from the communes of one day to those of another."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_units import AFTER, BEFORE, MOVES, REFORM, history, moves, units

from phusong.administration import History
from phusong.administration.crosswalk import COLUMNS, crosswalk, express

LATER = dt.date(2026, 1, 1)
PEOPLE = pd.Series({"00001": 100, "00002": 40, "00003": 60, "00004": 300, "00005": 5})


def weights(found: pd.DataFrame) -> dict[tuple[str, str], tuple[float, float, float, str]]:
    assert list(found.columns) == list(COLUMNS)
    sums = found.groupby("old_code").weight.sum()
    assert sums.tolist() == pytest.approx([1] * len(sums), abs=1e-12)
    assert ((found.low <= found.weight) & (found.weight <= found.high)).all()
    rows = found.itertuples(index=False, name=None)
    return {(old, new): (weight, low, high, method) for old, new, weight, low, high, method in rows}


def test_whole_moves_are_exact_and_parts_are_not():
    assert weights(crosswalk(history(), BEFORE, AFTER, PEOPLE)) == {
        ("00001", "00001"): (1, 1, 1, "whole"),
        ("00002", "00001"): (0.5, 0, 1, "by number of the new communes"),
        ("00002", "00003"): (0.5, 0, 1, "by number of the new communes"),
        ("00003", "00003"): (1, 1, 1, "whole"),
        ("00004", "00001"): (1, 1, 1, "whole"),
        ("00005", "00005"): (1, 1, 1, "whole"),
    }


def test_parts_follow_the_people_or_else_the_area():
    told = history()
    areas = [3.0 if code == "00003" else 1.0 for code in told.units.code]
    area = replace(told, units=told.units.assign(area_km2=areas))
    found = weights(crosswalk(area, BEFORE, AFTER))
    assert found["00002", "00003"] == (0.75, 0, 1, "by area of the new communes")
    people = replace(area, units=area.units.assign(people=1000.0))
    assert weights(crosswalk(people, BEFORE, AFTER))["00002", "00003"] == (0.5, 0, 1, "by people of the new communes")


def test_between_days_of_one_order_nothing_moves():
    found = crosswalk(history(), REFORM, AFTER)
    assert found.old_code.tolist() == found.new_code.tolist() == ["00001", "00003", "00005", "00006"]
    assert set(found.method) == {"unchanged"}
    assert crosswalk(history(), BEFORE, dt.date(2020, 1, 1)).old_code.tolist() == [f"0000{n}" for n in range(1, 6)]


def test_backwards_by_people():
    "00001 holds 100 of itself, 300 of 00004, and from none to all of the 40 of 00002."
    found = weights(crosswalk(history(), AFTER, BEFORE, PEOPLE))
    assert found["00005", "00005"] == (1, 1, 1, "whole")
    weight, low, high, method = found["00001", "00001"]
    assert (weight, low, high) == pytest.approx((100 / 420, 100 / 440, 100 / 400))
    assert method == "by people of the old communes"
    assert found["00001", "00002"][:3] == pytest.approx((20 / 420, 0, 40 / 440))
    assert ("00006", "00006") not in found


def test_backwards_without_people_in_equal_parts():
    found = weights(crosswalk(history(), AFTER, BEFORE))
    assert found["00003", "00002"] == (0.5, 0, 1, "in equal parts")
    assert found["00005", "00005"] == (1, 1, 1, "whole")
    some = weights(crosswalk(history(), AFTER, BEFORE, PEOPLE.drop("00002")))
    assert some["00003", "00002"] == (0.5, 0, 1, "in equal parts")


def test_two_reforms_are_gone_through_one_by_one():
    "00002 goes by halves to 00001 and 00003, and these are merged later: it is there as a whole."
    told = history()
    first = told.units[told.units.valid_from.isna() | (told.units.code != "00003")]
    middle = told.units[told.units.valid_from.notna() & (told.units.code == "00003")]
    ended = middle.assign(valid_to=pd.Timestamp(LATER) - pd.Timedelta(days=1))
    chain = History(
        pd.concat([first, ended], ignore_index=True),
        pd.concat([moves(MOVES), moves([("00003", "00001", "full")], LATER)], ignore_index=True),
    )
    found = weights(crosswalk(chain, BEFORE, AFTER))
    assert found["00002", "00001"] == (
        1,
        0,
        1,
        "by number of the new communes; by number of the new communes, then whole",
    )
    assert found["00003", "00001"] == (1, 1, 1, "whole, then whole")
    assert found["00005", "00005"] == (1, 1, 1, "whole")
    assert weights(crosswalk(chain, REFORM, AFTER))["00003", "00001"] == (1, 1, 1, "whole")


def test_doubtful_moves_are_left_out_where_there_are_others():
    told = history()
    doubtful = replace(told, succession=told.succession.assign(doubtful=["", "", "why", "", "why", ""]))
    found = weights(crosswalk(doubtful, BEFORE, AFTER))
    assert found["00002", "00001"] == (1, 1, 1, "whole")
    assert ("00002", "00003") not in found
    assert found["00004", "00001"] == (1, 1, 1, "whole, doubtful")


def test_values_are_carried_with_what_the_interval_allows():
    done = express(PEOPLE, crosswalk(history(), BEFORE, AFTER))
    assert done.values.values.tolist() == [["00001", 420, 400, 440], ["00003", 80, 60, 100], ["00005", 5, 5, 5]]
    assert (done.placed, done.unplaced, len(done.missing)) == (505, 0, 0)


def test_values_of_no_unit_are_told():
    done = express(pd.Series({"00001": 1.0, "99999": 7.0}), crosswalk(history(), BEFORE, AFTER))
    assert (done.placed, done.unplaced) == (1, 7)
    assert done.missing.values.tolist() == [["99999", 7, "no such unit on the day"]]


OLD_CODES, NEW_CODES = [f"1{n:04d}" for n in range(6)], [f"2{n:04d}" for n in range(4)]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sets(st.sampled_from(NEW_CODES), min_size=1), min_size=6, max_size=6),
    st.lists(st.integers(0, 10_000), min_size=6, max_size=6),
    st.booleans(),
)
def test_weights_sum_to_one_and_values_are_kept(places, counts, known):
    rows = [(old, new, "partial") for old, group in zip(OLD_CODES, places, strict=True) for new in sorted(group)]
    own = [
        units([(c, f"Xã {c}") for c in OLD_CODES], None, BEFORE),
        units([(c, f"Xã {c}") for c in NEW_CODES], REFORM, None, 9.0),
    ]
    told = History(pd.concat(own, ignore_index=True), moves(rows))
    people = pd.Series(counts, index=OLD_CODES, dtype=float)
    found = crosswalk(told, BEFORE, AFTER, people if known else None)
    assert len(weights(found)) == len(rows)
    done = express(people, found)
    assert done.values["value"].sum() == pytest.approx(people.sum())
    assert done.placed == people.sum()
    back = crosswalk(told, AFTER, BEFORE, people if known else None)
    assert len(weights(back)) == len(rows)
    assert set(zip(back.new_code, back.old_code, strict=True)) == set(zip(found.old_code, found.new_code, strict=True))
