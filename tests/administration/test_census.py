"""People of wards that are known by name alone."""

from __future__ import annotations

import pandas as pd

from phusong.administration.census import LOST, STAGES, district_key, place
from phusong.administration.names import split_type

HP = "Thành phố Hải Phòng"


def census(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """District, title and ward of each; the nth has 10 ** n people, so that a sum tells whose they are."""
    frame = pd.DataFrame(list(rows), columns=["district", "ward_title", "ward"])
    return frame.assign(city="HảiPhòng", people=[10**at for at in range(len(rows))])


def units(*rows: tuple[str, str, str], province: str = HP) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["code", "district_code", "name"])
    return frame.assign(type=[_type(name) for name in frame.name], province_name=province)


def _type(name: str) -> str:
    return split_type(name)[0]


def placed(census: pd.DataFrame, units: pd.DataFrame, **known: str) -> list[tuple[str | None, str]]:
    found = place(census, units, {("haiphong", district): code for district, code in known.items()})
    assert found.people.sum() == census.people.sum()
    assert (found.code.isna() == (found.reason != "")).all()
    assert (found.code.isna() == (found.stage == "")).all()
    assert set(found.reason) <= {"", *LOST}
    assert set(found.stage) <= {"", *STAGES}
    return [(code, stage or reason) for code, stage, reason in zip(found.code, found.stage, found.reason, strict=True)]


TWO = [("A", "Xã", "MộtMột"), ("A", "Xã", "HaiHai")]
TWO_UNITS = [("00001", "311", "Xã Một Một"), ("00002", "311", "Xã Hai Hai")]
B = [("B", "Xã", "BaBa"), ("B", "Xã", "BốnBốn")]
B_UNITS = [("00011", "312", "Xã Ba Ba"), ("00013", "312", "Xã Bốn Bốn")]


def test_names_without_blanks_are_placed():
    assert placed(census(*TWO), units(*TWO_UNITS)) == [("00001", "name"), ("00002", "name")]


def test_a_changed_type_is_told():
    found = placed(census(*TWO, ("A", "ThịTrấn", "BaBa")), units(*TWO_UNITS, ("00003", "311", "Phường Ba Ba")))
    assert found[2] == ("00003", "name_but_type")


def test_the_same_name_in_another_district_is_another_commune():
    "As in Hải Phòng: Bạch Đằng of Tiên Lãng was merged away, and one of Thuỷ Nguyên took that name."
    found = placed(
        census(*TWO, *B, ("A", "Xã", "BạchĐằng")), units(*TWO_UNITS, *B_UNITS, ("00012", "312", "Xã Bạch Đằng"))
    )
    assert found[4] == (None, "other_district")


def test_a_neighbouring_code_is_a_witness():
    "A commune that went alone to another district kept its code amid those of its old one."
    found = placed(census(*TWO, *B, ("A", "Xã", "Sáu")), units(*TWO_UNITS, *B_UNITS, ("00003", "312", "Xã Sáu")))
    assert found[4] == ("00003", "name")


def test_homonyms_are_told_apart_by_their_districts():
    twice = [("A", "Xã", "MinhĐức"), ("B", "Xã", "MinhĐức")]
    twice_units = [("00003", "311", "Xã Minh Đức"), ("00012", "312", "Phường Minh Đức")]
    found = placed(census(*TWO, *B, *twice), units(*TWO_UNITS, *B_UNITS, *twice_units))
    assert found[4:] == [("00003", "in_district"), ("00012", "in_district_but_type")]


def test_homonyms_of_one_district_are_nobodys():
    "Xã and thị trấn Nhã Nam were merged: people of both are in it, and one unit is given once."
    both = [("A", "Xã", "NhãNam"), ("A", "ThịTrấn", "NhãNam")]
    found = placed(census(*TWO, *both), units(*TWO_UNITS, ("00003", "311", "Phường Nhã Nam")))
    assert found[2:] == [(None, "several"), (None, "several")]


def test_numbers_tell_nothing_until_the_district_is_known():
    wards = [(district, "Phường", number) for district in ("5", "10") for number in ("1", "02")]
    own = [
        ("27001", "774", "Phường 1"),
        ("27002", "774", "Phường 2"),
        ("27101", "771", "Phường 01"),
        ("27102", "771", "Phường 2"),
    ]
    assert {reason for _, reason in placed(census(*wards), units(*own))} == {"several"}
    found = placed(census(*wards), units(*own), **{"5": "774", "10": "771"})
    assert found == [
        ("27001", "in_district"),
        ("27002", "in_district"),
        ("27101", "in_district"),
        ("27102", "in_district"),
    ]


def test_marks_are_forgiven_within_a_district_only():
    found = placed(census(*TWO, ("A", "Xã", "DakMil")), units(*TWO_UNITS, ("00003", "311", "Xã Đắk Mil")))
    assert found[2] == ("00003", "in_district_without_marks")
    found = placed(census(*TWO, *B, ("A", "Xã", "DakMil")), units(*TWO_UNITS, *B_UNITS, ("00099", "312", "Xã Đắk Mil")))
    assert found[4] == (None, "other_district")


def test_the_last_of_a_district_was_renamed():
    found = placed(census(*TWO, ("A", "Xã", "CũCũ")), units(*TWO_UNITS, ("00003", "311", "Xã Mới Mới")))
    assert found[2] == ("00003", "only_one_left")


def test_two_left_are_not_guessed():
    "Two wards, or two units, or a district that took wards of another: any of them may be any."
    left = [("A", "Xã", "CũCũ"), ("A", "Xã", "XưaXưa")]
    new = [("00003", "311", "Xã Mới Mới"), ("00004", "311", "Xã Tân Tân")]
    assert placed(census(*TWO, *left), units(*TWO_UNITS, new[0]))[2:] == [(None, "no_such_name")] * 2
    assert placed(census(*TWO, left[0]), units(*TWO_UNITS, *new))[2] == (None, "no_such_name")
    merged = [(code, "311", name) for code, _, name in B_UNITS]
    assert placed(census(*TWO, left[0], *B), units(*TWO_UNITS, new[0], *merged))[2] == (None, "no_such_name")


def test_other_provinces_are_other_places():
    assert placed(census(*TWO), units(*TWO_UNITS, province="Tỉnh Cà Mau")) == [(None, "no_such_name")] * 2


def test_the_order_of_rows_changes_nothing():
    wards, own = census(*TWO, ("A", "Xã", "CũCũ")), units(*TWO_UNITS, ("00003", "311", "Xã Mới Mới"))
    there, back = place(wards, own), place(wards[::-1], own[::-1])
    assert there.equals(back[::-1])


def test_keys_of_districts():
    assert [district_key(name) for name in ("Quận 10", "10", "Huyện Thuỷ Nguyên", "ThủyNguyên")] == [
        "10",
        "10",
        "thuynguyen",
        "thuynguyen",
    ]
