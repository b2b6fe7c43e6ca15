"""Which commune bore a code on a day."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from small_units import AFTER, BEFORE, NEW, OLD, REFORM, history, moves, units

from phusong.administration import AmbiguousCodeError, History


def test_units_change_with_the_day():
    told = history()
    assert told.units_on(BEFORE)[["code", "name"]].values.tolist() == [list(row) for row in OLD]
    assert told.units_on(REFORM)[["code", "name"]].values.tolist() == [list(row) for row in NEW]
    assert told.units_on(AFTER).equals(told.units_on(REFORM))
    assert told.changes == (REFORM,)


def test_a_code_with_a_day_is_of_one_commune():
    assert history().unit("00001", BEFORE)["name"] == "Phường Một"
    assert history().unit("00001", AFTER)["name"] == "Phường Mới"


def test_a_code_of_two_grounds_needs_a_day():
    with pytest.raises(AmbiguousCodeError) as told:
        history().unit("00001")
    assert str(told.value) == "the code 00001 needs a day: it was of Phường Một (until 2025-06-30); Phường Mới"


def test_a_commune_that_moved_whole_and_alone_needs_none():
    assert history().unit("00005")["name"] == "Xã Năm"
    assert history().unit("00004")["name"] == "Xã Bốn"


def test_codes_of_other_ground_are_those_that_took_or_gave():
    "00003 kept its own ground but took a part of 00002; 00005 is what it was; 00004 is no more."
    assert history().reused == {"00001", "00003"}


def test_a_part_of_itself_is_other_ground():
    told = History(units([("00001", "Xã A")], None, None), moves([("00001", "00001", "partial")]))
    assert told.reused == {"00001"}


def test_a_commune_that_became_a_ward_keeps_its_code():
    later = dt.date(2026, 4, 30)
    rows = [
        units([("25270", "Xã Lộc Ninh")], REFORM, later - dt.timedelta(days=1)),
        units([("25270", "Phường Lộc Ninh")], later, None),
    ]
    told = History(pd.concat(rows, ignore_index=True), moves([]))
    assert told.unit("25270")["name"] == "Phường Lộc Ninh"
    assert told.unit("25270", dt.date(2026, 4, 29))["name"] == "Xã Lộc Ninh"
    assert told.unit("25270", later)["name"] == "Phường Lộc Ninh"


@pytest.mark.parametrize(("code", "day"), [("99999", None), ("00004", AFTER), ("00006", BEFORE)])
def test_a_code_that_nothing_bore(code, day):
    with pytest.raises(KeyError):
        history().unit(code, day)


def test_successors_and_predecessors():
    assert history().successors["00002"] == ("00001", "00003")
    assert history().predecessors["00001"] == ("00001", "00002", "00004")
    assert "00006" not in history().predecessors
