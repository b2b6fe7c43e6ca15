"""Rows against each other, the licence table, the calendar and the period before."""

from __future__ import annotations

import datetime as dt
import time

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from phusong.intake import checks
from phusong.intake.finding import Finding
from phusong.intake.reasons import sentence
from phusong.intake.seen import Seen

AS_OF = dt.date(2026, 9, 30)
METRE_DEG = 1 / 111_195
"""Of latitude, on a sphere."""


def sites(*rows: tuple[str | None, float], **columns) -> pd.DataFrame:
    """Ids, and how many metres north of one place each row stands."""
    frame = pd.DataFrame(
        {
            "site_id": pd.Series([row[0] for row in rows], dtype=object),
            "longitude": 105.8,
            "latitude": [21 + row[1] * METRE_DEG for row in rows],
            "source_file": "viettel.csv",
            "source_sheet": "",
            "source_row": range(2, 2 + len(rows)),
        }
    )
    return frame.assign(**columns)


def told(findings: list[Finding]) -> dict[str, list[int]]:
    return {one.reason: one.rows.tolist() for one in findings}


def everything(frame: pd.DataFrame) -> np.ndarray:
    return np.ones(len(frame), bool)


def test_the_same_id_within_50_m_is_a_duplicate_and_farther_off_an_id_used_twice():
    frame = sites(("A", 0), ("B", 0), ("A", 45), ("B", 60), ("C", 0), ("A", 0))
    found = checks.duplicates(frame, "site_id", everything(frame), Seen())
    assert told(found) == {"duplicate": [2, 5], "id_used_twice": [3]}
    assert [sentence(found[0], i, "en") for i in (0, 1)] == ["the same as row 2: A", "the same as row 2: A"]
    assert sentence(found[1], 0, "vi") == "mã đã dùng cho một vị trí khác ở dòng 3: B"


def test_the_row_kept_is_the_first_without_a_fault():
    frame = sites(("A", 0), ("A", 5), ("A", 10))
    assert told(checks.duplicates(frame, "site_id", np.array([False, True, True]), Seen())) == {"duplicate": [2]}


def test_rows_without_an_id_are_no_duplicates():
    frame = sites((None, 0), (None, 0), ("A", 0))
    assert checks.duplicates(frame, "site_id", everything(frame), Seen()) == []


def test_ids_of_earlier_files_count():
    first = sites(("A", 0), ("B", 0)).assign(source_file="a.csv")
    seen = Seen().and_rows(first, "site_id", everything(first))
    later = sites(("A", 3), ("B", 500), ("C", 0))
    found = checks.duplicates(later, "site_id", everything(later), seen)
    assert told(found) == {"duplicate": [0], "id_used_twice": [1]}
    assert found[0].suggestion == ("2 (a.csv)",)


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from([0, 30, 200]), st.booleans()), max_size=8))
def test_of_each_id_exactly_one_taken_row_is_left(rows):
    frame = sites(*[(site, metres) for site, metres, _ in rows])
    taken = np.array([flag for *_, flag in rows], bool)
    held = [row for found in checks.duplicates(frame, "site_id", taken, Seen()) for row in found.rows]
    assert len(held) == len(set(held))
    left = frame[taken].drop(index=held)
    assert sorted(left.site_id) == sorted(set(frame.site_id[taken]))


def test_a_mast_of_two_operators_is_told_to_both():
    frame = sites(("V1", 0), ("N1", 40), ("V2", 20), ("N2", 500), operator=["Viettel", "VNPT", "Viettel", "VNPT"])
    [found] = checks.co_sited(frame, "site_id", everything(frame))
    assert found.rows.tolist() == [0, 1, 2]
    assert found.suggestion == ("N1", "V1, V2", "N1")
    assert sentence(found, 0, "en") == "at the same place as N1"


def test_one_operator_shares_with_nobody():
    frame = sites(("V1", 0), ("V2", 10), operator="Viettel")
    assert checks.co_sited(frame, "site_id", everything(frame)) == []
    assert checks.co_sited(frame.drop(columns="operator"), "site_id", everything(frame)) == []


def test_rows_set_aside_share_nothing():
    frame = sites(("V1", 0), ("N1", 10), operator=["Viettel", "VNPT"])
    assert checks.co_sited(frame, "site_id", np.array([True, False])) == []


def test_bands_of_others_are_set_aside_and_unknown_ones_told():
    operators = ["Viettel", "VNPT", "Viettel", "MobiFone", "Vietnamobile", "Sóng Mẫu", "Viettel", None, "Gmobile"]
    mhz = [3750, 3750, 2300, 1800, 1800, 3750, np.nan, 3750, 900]
    frame = sites(*[(str(i), 0) for i in range(9)], operator=pd.Series(operators, dtype=object), frequency_mhz=mhz)
    found = checks.licensed(frame, AS_OF)
    assert {(one.reason, one.words.get("holder"), *one.rows.tolist()) for one in found} == {
        ("band_not_licensed", "VNPT", 0),
        ("licence_unknown", None, 2, 8),
        ("band_not_licensed", "MobiFone, VNPT, Viettel", 4),
    }
    [first] = [one for one in found if one.words.get("holder") == "VNPT"]
    assert sentence(first, 0, "vi") == "tần số 3750 MHz do VNPT giữ vào ngày đó"
    assert sentence(first, 0, "en") == "3750 MHz was held by VNPT on that day"


def test_licences_count_on_the_day_of_the_filing_whatever_the_age_of_the_site():
    frame = sites(("A", 0), operator="Viettel", frequency_mhz=3750.0, on_air_date=pd.Timestamp("2023-01-01"))
    assert told(checks.licensed(frame, dt.date(2024, 3, 18))) == {"licence_unknown": [0]}
    assert told(checks.licensed(frame, dt.date(2024, 3, 19))) == {"band_not_licensed": [0]}


def test_a_table_without_bands_has_no_licences():
    assert checks.licensed(sites(("A", 0)), AS_OF) == []


def test_states_and_days_that_cannot_both_be_true():
    days = pd.to_datetime(["2026-09-30", "2026-10-01", "2026-10-01", "2026-09-30", None])
    frame = sites(*[(str(i), 0) for i in range(5)], on_air_date=days)
    frame["status"] = ["on_air", "on_air", "planned", "planned", "on_air"]
    found = checks.dated(frame, AS_OF)
    assert told(found) == {"on_air_in_future": [1], "planned_but_past": [3]}
    expected = "said to be on air, yet dated 2026-10-01, after the as-of date 2026-09-30"
    assert sentence(found[0], 0, "en") == expected


def test_what_stands_elsewhere_than_before_has_moved():
    before = sites(("A", 0), ("B", 0), ("C", 0), (None, 0))
    now = sites(("A", 99), ("B", 150), ("C", 2_500), ("D", 0), (None, 500))
    [found] = checks.moved(now, "site_id", before)
    assert found.rows.tolist() == [1, 2]
    assert [sentence(found, i, "en") for i in (0, 1)] == [
        "moved by 150 m since the period before",
        "moved by 2.5 km since the period before",
    ]
    assert sentence(found, 0, "vi") == "đã dời 150 m so với kỳ trước"
    assert checks.moved(before, "site_id", before) == []


def test_what_is_gone_is_told_in_order_for_the_operators_asked():
    before = sites(("C", 0), ("A", 0), ("B", 0), (None, 0), operator=["Viettel", "Viettel", "VNPT", "Viettel"])
    assert checks.vanished(frozenset({"A"}), "site_id", before, frozenset({"Viettel"})) == ("C",)
    assert checks.vanished(frozenset(), "site_id", before, frozenset()) == ("A", "B", "C")


def test_a_country_of_sites_takes_seconds_even_where_all_stand_together():
    n = 168_000
    close = 105.8 + np.arange(n) * 1e-9
    frame = pd.DataFrame({"site_id": np.arange(n).astype(str), "longitude": close, "latitude": 21.0})
    frame = frame.assign(operator=np.where(np.arange(n) % 2, "VNPT", "Viettel"), source_file="a", source_sheet="")
    frame["source_row"] = np.arange(n)
    start = time.perf_counter()
    checks.duplicates(frame.assign(site_id="A"), "site_id", everything(frame), Seen())
    checks.co_sited(frame, "site_id", everything(frame))
    checks.moved(frame, "site_id", frame.assign(latitude=21.0 + np.linspace(0, 1, n)))
    assert time.perf_counter() - start < 8
