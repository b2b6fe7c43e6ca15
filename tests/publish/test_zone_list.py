"""The list of dead zones: the worst first, what became of those of before, and people by signal and power."""

from __future__ import annotations

import csv

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.publish.zone_list import changes, joint_listing, worst, write_table, zone_listing


def column(listing, heading):
    place = listing.headings.index(heading)
    return [row[place] for row in listing.rows]


def test_the_worst_whatever_the_order_of_the_rows(edition):
    turned = edition.zones.iloc[::-1]
    assert worst(turned, 2)["zone_id"].tolist() == ["2026Q3-0001", "2026Q3-0002"]
    assert len(worst(turned, 99)) == 3


def test_columns_that_no_zone_fills_are_left_out(edition):
    listing = zone_listing(edition.zones)
    assert listing.headings == [
        "Hạng / Rank", "Mã vùng / Zone", "Còn thiếu / Missing", "Dân số / People", "Xã, tỉnh / Commune"
    ]  # fmt: skip
    assert listing.rows[1] == (
        "2", "2026Q3-0002", "thiếu điện", "200", "</script><script>alert(2)</script>, Tỉnh Đông"
    )  # fmt: skip
    assert [listing.headings[place] for place in listing.texts] == [
        "Mã vùng / Zone", "Còn thiếu / Missing", "Xã, tỉnh / Commune"
    ]  # fmt: skip


def test_what_one_zone_knows_and_another_does_not(edition):
    expected = {f"without_signal_{name}_people": pd.array([value, None, None], "Int64") for name, value in
                (("expected", 290), ("low", 200), ("high", 300))}  # fmt: skip
    zones = edition.zones.assign(rank_low=1, rank_high=[1, 2, 3], cause=["tilt", None, "no_grid"], first_seen="2026Q1")
    zones = zones.assign(cause_change=["tilt 4 deg", None, "grid power"], cause_site_id=["S-7", None, None], **expected)
    listing = zone_listing(zones)
    assert column(listing, "Khoảng / Interval") == ["1 – 1", "1 – 2", "1 – 3"]
    assert column(listing, "Dự kiến không sóng / Expected without") == ["290 (200 – 300)", "–", "–"]
    assert [text.rpartition(": ")[2] for text in column(listing, "Nguyên nhân / Cause")][:2] == [
        "4°; trạm S-7",
        "chưa rõ",
    ]
    assert column(listing, "Từ kỳ / Since") == ["2026Q1"] * 3


EVENTS = pd.DataFrame(
    [
        ("continued", "a", ""),
        ("split", "a", "a;d"),
        ("continued", "b", ""),
        ("merge", "b", "b;c"),
        ("death", "c", "b"),
        ("birth", "d", "a"),
        ("birth", "e", ""),
        ("death", "f", ""),
        ("death", "g", ""),
    ],
    columns=["kind", "zone_id", "others"],
)
CLOSED = pd.DataFrame(
    [("c", "2026Q3", "merged"), ("f", "2026Q3", "served"), ("g", "2026Q3", "unknown"), ("x", "2026Q1", "served")],
    columns=["zone_id", "closed", "why"],
)


def test_changes_by_id():
    assert changes(EVENTS, CLOSED, "2026Q3", "2026Q2") == [
        "Biến động từ kỳ 2026Q2 / Changes since 2026Q2:",
        "  Mới / Births (2): d ← a, e",
        "  Hết / Deaths (3): c → b, f (đã có / served), g (chưa rõ / unknown)",
        "  Tách / Splits (1): a → a + d",
        "  Nhập / Merges (1): b ← b + c",
        "  Còn tiếp / Continued: 2",
    ]


def test_nothing_happened():
    lines = changes(EVENTS[:0], CLOSED[:0], "2026Q3", "2026Q2")
    assert lines[1] == "  Mới / Births (0): –"
    assert lines[-1] == "  Còn tiếp / Continued: 0"


def test_the_first_period_has_no_births_to_tell_of():
    births = EVENTS[EVENTS.kind == "birth"]
    (line,) = changes(births, CLOSED[:0], "2026Q3", "")
    assert line.endswith("No earlier period to compare with: every zone is new.")


def joint(units: dict[str, str], people: dict[tuple[str, str, str, str], int | None]) -> pd.DataFrame:
    rows = [("province" if c else "study", c, units[c], s, p, part, n) for (c, s, p, part), n in people.items()]
    names = ["unit_level", "unit_code", "province_name", "signal", "power", "of_which", "people"]
    return pd.DataFrame(rows, columns=names)


def test_people_by_signal_and_power():
    "Đắk Lắk comes after Đà Nẵng though its code is lower; the study stands last; what was not asked is no zero."
    units = {"01": "Đắk Lắk", "02": "Đà Nẵng", "": ""}
    people = {}
    for number, code in enumerate(units, 1):
        for signal in ("not_served", "served"):
            for power in ("not_served", "served"):
                people[code, signal, power, ""] = number * (1000 if signal == "served" else 1)
        people[code, "served", "", "fragile"] = None if code == "02" else number
    listing = joint_listing(joint(units, people))
    assert listing.headings == [
        "Tỉnh, thành phố / Province",
        "Sóng / Signal",
        "Không có điện / No power",
        "Có điện / Power",
        "Cộng / Together",
        "Sóng dễ mất khi mất điện / Signal fragile",
    ]
    assert listing.rows == [
        ("Đà Nẵng", "không / no", "2", "2", "4", "–"),
        ("Đà Nẵng", "có / yes", "2.000", "2.000", "4.000", "–"),
        ("Đắk Lắk", "không / no", "1", "1", "2", "–"),
        ("Đắk Lắk", "có / yes", "1.000", "1.000", "2.000", "1"),
        ("Cả vùng nghiên cứu / Study", "không / no", "3", "3", "6", "–"),
        ("Cả vùng nghiên cứu / Study", "có / yes", "3.000", "3.000", "6.000", "3"),
    ]


@given(st.lists(st.integers(0, 10**7), min_size=9, max_size=9))
def test_classes_sum_to_the_people(numbers):
    states = ("not_served", "served", "unknown")
    people = dict(zip(((("", s, p, "")) for s in states for p in states), numbers, strict=True))
    rows = joint_listing(joint({"": ""}, people)).rows
    assert sum(int(row[-1].replace(".", "")) for row in rows) == sum(numbers)


def test_who_may_be_fragile_stands_beside_the_unknown():
    people = {("", s, p, ""): 1 for s in ("served", "unknown") for p in ("served", "unknown")}
    people |= {("", "served", "", "fragile"): 5, ("", "", "", "fragile_unknown"): 7}
    listing = joint_listing(joint({"": ""}, people))
    assert listing.headings[-2:] == ["Sóng dễ mất khi mất điện / Signal fragile", "Chưa rõ có dễ mất / Fragile unknown"]
    assert [row[-2:] for row in listing.rows] == [("5", "–"), ("–", "7")]


def test_table_for_spreadsheets(edition, tmp_path):
    "Text is no formula, an empty cell is empty, there is no outline and no draft."
    zones = edition.zones.assign(commune_name=["=HYPERLINK(1)", "+1", "Xã An Phú"])
    path = write_table(zones, tmp_path / "worst.csv")
    data = path.read_bytes()
    assert data.startswith("\ufeffzone_id,rank,".encode())
    rows = list(csv.DictReader(data.decode("utf-8-sig").splitlines()))
    assert [row["commune_name"] for row in rows] == ["'=HYPERLINK(1)", "'+1", "Xã An Phú"]
    assert [row["village_name"] for row in rows] == ["<img src=x onerror=alert(1)>", "Bản Ngoẵng", ""]
    assert rows[0]["commune_code"] == "00001"
    assert "geometry" not in rows[0]
    assert [file.name for file in tmp_path.iterdir()] == ["worst.csv"]


def test_a_table_that_fails_leaves_the_old_one(edition, tmp_path, monkeypatch):
    path = tmp_path / "worst.csv"
    path.write_text("old", "utf-8")
    monkeypatch.setattr("pathlib.Path.write_bytes", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_table(edition.zones, path)
    assert path.read_text("utf-8") == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["worst.csv"]
