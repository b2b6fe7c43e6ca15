"""Scores: each way of going wrong is counted, and only it; the tables tell the true reason and the one told."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest

from phusong.sample.filings.score import files_told, reasons_told, score

TRUTH = pd.DataFrame(
    [
        ("A", "accept", "", 105.0, 21.0, False),
        ("B", "repair", "axes_swapped", 105.1, 21.1, False),
        ("C", "quarantine", "outside_country", 105.2, 21.2, False),
        ("D", "accept", "", 105.3, 21.3, False),
        ("D", "quarantine", "duplicate", 105.3, 21.3, False),
        ("E", "accept", "", 105.4, 21.4, True),
    ],
    columns=["site_id", "verdict", "reason", "true_lon", "true_lat", "zone_ambiguous"],
)
ACCEPTED = pd.DataFrame(
    [
        ("A", 105.0, 21.0, ""),
        ("B", 105.1, 21.1, "axes_swapped coordinates: 105.1 21.1 → 21.1, 105.1"),
        ("D", 105.3, 21.3, ""),
    ],
    columns=["site_id", "longitude", "latitude", "repairs"],
)
QUARANTINE = pd.DataFrame(
    [
        ("C", "outside_country", 4),
        ("C", "height_out_of_range", 4),
        ("D", "duplicate", 6),
        ("E", "position_ambiguous", 7),
    ],
    columns=["site_id", "reason", "source_row"],
).assign(source_file="a.csv", source_sheet="")


def test_a_right_result_passes():
    one = score("a.csv", TRUTH, ACCEPTED, QUARANTINE)
    assert (one.rows, one.misplaced, one.wrongly_accepted, one.twice, one.lost, one.over, one.due) == (
        6,
        0,
        0,
        0,
        0,
        0,
        3,
    )
    assert one.passed
    assert (one.right, one.wrong) == (3, 1)
    assert one.reasons == Counter(
        {
            ("axes_swapped", "axes_swapped"): 1,
            ("outside_country", "outside_country"): 1,
            ("duplicate", "duplicate"): 1,
            ("good", "position_ambiguous"): 1,
        }
    )


@pytest.mark.parametrize(
    ("moved_deg", "misplaced"), [(0.0002, 0), (0.0003, 1), (float("nan"), 1)], ids=["22 m", "33 m", "none"]
)
def test_thirty_metres_are_misplaced(moved_deg, misplaced):
    moved = ACCEPTED.assign(latitude=ACCEPTED.latitude + pd.Series([moved_deg, 0, 0]))
    one = score("a.csv", TRUTH, moved, QUARANTINE)
    assert (one.misplaced, one.passed) == (misplaced, not misplaced)


def test_a_bad_row_that_was_accepted_is_told():
    taken = pd.concat([ACCEPTED, pd.DataFrame([("C", 114.2, 21.2, "")], columns=ACCEPTED.columns)])
    one = score("a.csv", TRUTH, taken, QUARANTINE[QUARANTINE.site_id != "C"])
    assert (one.wrongly_accepted, one.misplaced, one.lost, one.passed) == (1, 0, 0, False)
    assert one.reasons["outside_country", "accepted"] == 1


def test_both_rows_of_a_duplicate_are_one_too_many():
    taken = pd.concat([ACCEPTED, ACCEPTED[ACCEPTED.site_id == "D"]])
    one = score("a.csv", TRUTH, taken, QUARANTINE[QUARANTINE.site_id != "D"])
    assert (one.twice, one.lost, one.passed) == (1, 0, False)


def test_a_row_in_neither_is_lost_and_due():
    one = score("a.csv", TRUTH, ACCEPTED[ACCEPTED.site_id != "A"], QUARANTINE)
    assert (one.lost, one.over, one.passed) == (1, 1, False)


def test_a_repair_without_its_word_is_a_wrong_reason():
    one = score("a.csv", TRUTH, ACCEPTED.assign(repairs=""), QUARANTINE)
    assert one.passed
    assert one.reasons["axes_swapped", "accepted"] == 1


def test_one_in_a_hundred_may_be_set_aside():
    truth = pd.DataFrame({"site_id": [f"S{i}" for i in range(100)], "verdict": "accept", "reason": ""})
    truth = truth.assign(true_lon=105.0, true_lat=21.0, zone_ambiguous=False)
    taken = pd.DataFrame({"site_id": truth.site_id, "longitude": 105.0, "latitude": 21.0, "repairs": ""})
    held = pd.DataFrame({"site_id": ["S0", "S1"], "reason": "rounded_coordinates", "source_row": [2, 3]})
    held = held.assign(source_file="a.csv", source_sheet="")
    assert score("a.csv", truth, taken.iloc[1:], held.iloc[:1]).passed
    assert not score("a.csv", truth, taken.iloc[2:], held).passed


def test_the_tables():
    one = score("a.csv", TRUTH, ACCEPTED, QUARANTINE)
    head, line, total = files_told([one])
    assert head.split() == [
        "filing",
        "rows",
        "misplaced",
        "wrongly",
        "accepted",
        "twice",
        "lost",
        "over",
        "due",
        "right",
        "wrong",
    ]
    assert line.split() == ["a.csv", "6", "0", "0", "0", "0", "0", "3", "3", "1"]
    assert total.split() == ["all", "6", "0", "0", "0", "0", "0", "3", "3", "1"]
    bad = score("b.csv", TRUTH, ACCEPTED.iloc[1:], QUARANTINE)
    assert files_told([one, bad])[2].split() == ["b.csv", "6", "0", "0", "0", "1", "1", "3", "3", "2", "*"]
    assert reasons_told([one, bad])[1:] == [
        "axes_swapped                       2       0",
        "duplicate                          2       0",
        "good                               0       3  position_ambiguous 2, accepted 1",
        "outside_country                    2       0",
    ]
