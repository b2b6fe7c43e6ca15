"""Names to codes, and never by luck."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.administration.join import join

A, B = "Tỉnh Tây Ninh", "Tỉnh Vĩnh Long"
UNITS = pd.DataFrame(
    [
        ("00001", "Xã Tân Thành", A),
        ("00002", "Phường Tân Thành", A),
        ("00003", "Xã Hoà Bình", A),
        ("00004", "Xã Phước Mỹ", A),
        ("00005", "Xã Phước My", A),
        ("00006", "Phường Lộc Ninh", A),
        ("00007", "Xã Lục Sĩ Thành", B),
        ("00008", "Xã Hoà Bình", B),
        ("00009", "Xã Ea H'Leo", B),
        ("00010", "Xã Mỹ Thuận", B),
    ],
    columns=["code", "name", "province_name"],
)


def joined(*rows: tuple[str, str]) -> list[tuple[str | None, str]]:
    table = pd.DataFrame(list(rows), columns=["name_", "province_name"])
    found = join(table, UNITS)
    assert found.name_.tolist() == table.name_.tolist()
    return list(zip(found.code, found.stage, strict=True))


def test_each_stage_is_the_strictest_that_joins():
    assert joined(
        ("Xã Tân Thành", A),
        ("xã tân thành", "tây ninh"),
        ("Xã Hòa Bình", A),
        ("Xã Lục Sỹ Thành", B),
        ("Xã EaHLeo", B),
        ("Xã My Thuan", B),
        ("Xã Lộc Ninh", A),
    ) == [
        ("00001", "exact"),
        ("00001", "case_and_blanks"),
        ("00003", "tone_placement"),
        ("00007", "y_or_i"),
        ("00009", "apostrophes"),
        ("00010", "without_marks"),
        ("00006", "type_changed"),
    ]


def test_xa_and_phuong_of_one_name_are_told_apart():
    assert joined(("Phường Tân Thành", A), ("Xã Tân Thành", A)) == [("00002", "exact"), ("00001", "exact")]


def test_a_name_between_xa_and_phuong_is_nobodys():
    for name in ("Tân Thành", "Thị trấn Tân Thành"):
        assert joined((name, A)) == [(None, "")]


def test_what_is_left_over_proves_nothing():
    "Xã is taken; a name without a type is still either of the two."
    assert joined(("Xã Tân Thành", A), ("Tân Thành", A))[1] == (None, "")
    assert joined(("Xã Phước Mỹ", A), ("Xã Phuoc My", A))[1] == (None, "")


def test_names_that_collide_without_marks():
    assert joined(("Xã Phước Mỹ", A), ("Xã Phước My", A)) == [("00004", "exact"), ("00005", "exact")]
    table = pd.DataFrame({"name_": ["Xã Phuoc Mỷ"], "province_name": [A]})
    found = join(table, UNITS)
    assert found.code.tolist() == [None]
    assert found.candidates.tolist() == ["00004 Xã Phước Mỹ; 00005 Xã Phước My"]


def test_a_name_typed_without_marks_is_not_that_of_the_one_unit_without_marks():
    units = pd.DataFrame(
        [("25807", "Xã Thanh An", A), ("27676", "Xã Thạnh An", A), ("27677", "Phường Lai An", A)],
        columns=["code", "name", "province_name"],
    )
    names = ["Xã Thanh An", "Xa Thanh An", "Thanh An", "Xã Thạnh An", "Thạnh An", "Lai An", "Xã Bình", "Xã Hoà"]
    found = join(pd.DataFrame({"name_": names, "province_name": A}), units)
    assert found.code.fillna("").tolist() == ["25807", "", "", "27676", "", "27677", "", ""]
    assert found.candidates[2] == "25807 Xã Thanh An; 27676 Xã Thạnh An"
    unmarked = pd.DataFrame({"name_": ["Xã Thanh An", "Phường Lai An"], "province_name": A})
    assert join(unmarked, units).code.fillna("").tolist() == ["", "27677"]


def test_a_name_is_looked_for_in_its_province():
    assert joined(("Xã Hoà Bình", A), ("Xã Hoà Bình", B)) == [("00003", "exact"), ("00008", "exact")]
    assert joined(("Xã Hoà Bình", "Tỉnh Cà Mau"), ("Xã Mỹ Thuận", A)) == [(None, ""), (None, "")]


def test_a_name_may_stand_on_many_rows():
    assert joined(("Xã Hoà Bình", A), ("Xã Hòa Bình", A), ("Xã Hoà Bình", A)) == [
        ("00003", "exact"),
        ("00003", "tone_placement"),
        ("00003", "exact"),
    ]


def test_two_loose_names_for_one_unit_are_nobodys():
    "Only one of them can be right."
    assert joined(("Thị trấn Lộc Ninh", A), ("Xã Lộc Ninh", A)) == [(None, ""), (None, "")]
    assert joined(("Phường Lộc Ninh", A), ("Xã Lộc Ninh", A)) == [("00006", "exact"), (None, "")]


def test_nothing_to_join():
    assert joined() == []
    assert joined(("", ""), ("None", A)) == [(None, ""), (None, "")]


@settings(max_examples=25, deadline=None)
@given(st.permutations(list(UNITS.itertuples(index=False, name=None))), st.integers(0, 10))
def test_the_order_and_the_company_of_rows_change_nothing(rows, count):
    own = [(name, province) for _, name, province in rows[:count]]
    assert joined(*own) == [(code, "exact") for code, _, _ in rows[:count]]
