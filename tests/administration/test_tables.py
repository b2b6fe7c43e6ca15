"""Tables re-expressed on the communes of another day."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_units import AFTER, BEFORE, history

from phusong.administration import AmbiguousCodeError
from phusong.administration.tables import restate

OLD, NEW = pd.Timestamp(BEFORE), pd.Timestamp(AFTER)


def table(*rows: tuple[str, str, float, pd.Timestamp]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["operator", "code", "sites", "day"])
    return frame.astype({"day": "datetime64[s]"})


def test_rows_of_different_days_are_each_read_on_their_own():
    "The code 00001 is Phường Một on the first row and Phường Mới, which 00004 is a part of, on the second."
    own = table(("A", "00001", 10, OLD), ("A", "00001", 5, NEW), ("A", "00004", 1, OLD), ("A", "00002", 8, OLD))
    done = restate(own, history(), AFTER, ["sites"])
    assert done.rows.values.tolist() == [["00001", 20, 16, 24], ["00003", 4, 0, 8]]
    assert done.missing.empty


def test_the_same_rows_on_the_day_before():
    done = restate(table(("A", "00001", 10, OLD), ("A", "00005", 5, NEW)), history(), BEFORE, ["sites"])
    assert done.rows.values.tolist() == [["00001", 10, 10, 10], ["00005", 5, 5, 5]]


def test_columns_keep_rows_apart():
    own = table(("B", "00001", 1, OLD), ("A", "00004", 2, OLD), ("A", "00001", 4, OLD))
    done = restate(own, history(), AFTER, ["sites"], by=["operator"])
    assert done.rows[["operator", "code", "sites"]].values.tolist() == [["A", "00001", 6], ["B", "00001", 1]]


def test_rows_that_cannot_be_placed_are_told():
    own = table(
        ("A", "00001", 1, pd.NaT), ("A", "00006", 2, OLD), ("A", "00001", float("nan"), OLD), ("A", "00005", 4, OLD)
    )
    done = restate(own, history(), AFTER, ["sites"])
    assert done.missing.reason.tolist() == ["no day that can be read", "no such unit on the day", "no number in sites"]
    assert done.missing.index.tolist() == [0, 1, 2]
    assert done.rows.values.tolist() == [["00005", 4, 4, 4]]


def test_codes_without_a_day_are_refused_where_they_are_of_two_grounds():
    own = table(("A", "00001", 1, OLD), ("A", "00003", 2, OLD), ("A", "00005", 4, OLD)).drop(columns="day")
    with pytest.raises(AmbiguousCodeError) as told:
        restate(own, history(), AFTER, ["sites"])
    assert str(told.value) == (
        "2 codes were of other communes before, so each row needs a day: "
        "00001 was of Phường Một (until 2025-06-30); Phường Mới; 00003 was of Xã Ba (until 2025-06-30); Xã Ba"
    )


def test_codes_without_a_day_that_are_of_one_ground_need_none():
    own = table(("A", "00004", 1, OLD), ("A", "00005", 4, OLD), ("A", "00006", 8, OLD), ("A", "99999", 9, OLD))
    done = restate(own.drop(columns="day"), history(), AFTER, ["sites"])
    assert done.rows[["code", "sites"]].values.tolist() == [["00001", 1], ["00005", 4], ["00006", 8]]
    assert done.missing.reason.tolist() == ["no such unit on the day"]


def test_nothing_at_all():
    done = restate(table(), history(), AFTER, ["sites"], by=["operator"])
    assert list(done.rows.columns) == ["operator", "code", "sites", "sites_low", "sites_high"]
    assert done.rows.empty
    assert done.missing.empty


CODES = st.sampled_from([f"0000{n}" for n in range(8)])


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("AB"), CODES, st.integers(0, 100), st.sampled_from([OLD, NEW]))),
    st.sampled_from([BEFORE, AFTER]),
)
def test_nothing_is_lost(rows, end):
    own = table(*rows)
    done = restate(own, history(), end, ["sites"], by=["operator"])
    assert done.rows.sites.sum() + done.missing.sites.sum() == pytest.approx(own.sites.sum())
    for operator in "AB":
        parts = [frame.sites[frame.operator == operator].sum() for frame in (done.rows, done.missing)]
        assert sum(parts) == pytest.approx(own.sites[own.operator == operator].sum())
