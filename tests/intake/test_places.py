"""Which commune rows mean, in stages from the code to the name."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from phusong.administration import History
from phusong.intake.finding import Finding
from phusong.intake.places import declare
from phusong.intake.reasons import kind, sentence
from phusong.intake.reference import Reference

AS_OF = dt.date(2026, 9, 30)
DAY = pd.Timestamp("2025-07-01")
COMMUNES = [
    ("00004", "Phường Ba Đình", "Thành phố Hà Nội"),
    ("00008", "Xã Hoà Xá", "Thành phố Hà Nội"),
    ("00010", "Xã Tân Minh", "Thành phố Hà Nội"),
    ("00012", "Phường Tân Minh", "Thành phố Hà Nội"),
    ("00014", "Xã Tân Mình", "Thành phố Hà Nội"),
    ("24001", "Xã Kép", "Tỉnh Bắc Ninh"),
    ("24003", "Phường Từ Sơn", "Tỉnh Bắc Ninh"),
    ("24005", "Xã Lục Sĩ", "Tỉnh Bắc Ninh"),
]
OLD = [
    ("00001", "Phường Quán Thánh", "Thành phố Hà Nội", ["00004"]),
    ("00002", "Xã Phù Lưu", "Thành phố Hà Nội", ["00004", "00008"]),
    ("00008", "Xã Viên An", "Thành phố Hà Nội", ["00010"]),
    ("24001", "Thị trấn Kép", "Tỉnh Bắc Giang", ["24001"]),
    ("24003", "Xã Tương Giang", "Tỉnh Bắc Ninh", ["24003"]),
    ("24005", "Xã Lục Sơn", "Tỉnh Bắc Giang", ["24005"]),
    ("24101", "Xã An Bình", "Tỉnh Bắc Giang", ["24001"]),
    ("24102", "Xã Trung Tâm", "Tỉnh Bắc Giang", ["24001"]),
    ("24103", "Xã Trung Tâm", "Tỉnh Bắc Giang", ["24005"]),
]
"""Codes, names and provinces of before, and the codes that they became; 00008 and 00010 changed places."""


def reference(*, with_history: bool = True) -> Reference:
    columns = dict(zip(("commune_code", "commune_name", "province_name"), zip(*COMMUNES, strict=True), strict=True))
    shapes = [shapely.box(105 + i, 21, 106 + i, 22) for i in range(len(COMMUNES))]
    communes = gpd.GeoDataFrame(columns, geometry=shapes, crs=4326)
    if not with_history:
        return Reference(communes)
    before = pd.DataFrame([row[:3] for row in OLD], columns=["code", "name", "province_name"])
    after = pd.DataFrame(COMMUNES, columns=["code", "name", "province_name"])
    units = pd.concat(
        [
            before.assign(valid_from=pd.NaT, valid_to=DAY - pd.Timedelta(days=1)),
            after.assign(valid_from=DAY, valid_to=pd.NaT),
        ],
        ignore_index=True,
    )
    moves = [(code, new, "full" if len(became) == 1 else "partial") for code, *_, became in OLD for new in became]
    succession = pd.DataFrame(moves, columns=["old_code", "new_code", "relation"]).assign(date=DAY)
    return Reference(communes, History(units, succession))


REFERENCE = reference()
CODES = [code for code, *_ in COMMUNES]


def said(code: object = None, name: object = None, province: object = None, *, held_to: Reference = REFERENCE):
    """Codes meant, old provinces, and findings by their reason, of one row."""
    frame = pd.DataFrame({"commune_code": [code], "commune_name": [name], "province_name": [province]}, dtype=object)
    claims, findings = declare(frame, held_to)
    claim = claims.different[claims.of_row[0]]
    return [CODES[i] for i in claim.communes], claim, {one.reason: one for one in findings}


def english(finding: Finding) -> str:
    return sentence(finding, 0, "en", finding.column)


def test_a_code_of_the_day_is_enough():
    meant, claim, found = said("00004")
    assert (meant, claim.old_provinces, claim.province, found) == (["00004"], ("hanoi",), "hanoi", {})


@pytest.mark.parametrize("code", ["4", "004", 4, 4.0, "4.0", " 00004 "])
def test_lost_zeros_are_put_back(code):
    meant, _, found = said(code)
    assert meant == ["00004"]
    assert set(found) <= {"commune_code_zeros"}
    if str(code).strip() != "00004":
        assert (
            english(found["commune_code_zeros"]) == f"leading zeros of the commune code restored: {code} became 00004"
        )


@pytest.mark.parametrize(
    "name", ["Phường Ba Đình", "phường ba đình", "P. Ba Đình", "Ba Đình", "Phuong Ba Dinh", "BA ĐÌNH"]
)
def test_a_name_written_otherwise_agrees_with_its_code(name):
    assert said("00004", name)[2] == {}


def test_a_name_of_nothing_is_told_and_the_code_believed():
    meant, _, found = said("00004", "Xã Hoà Xá")
    assert meant == ["00004"]
    assert english(found["commune_name_disagrees"]) == (
        "the commune's name does not agree with its code: Xã Hoà Xá; the code is of Phường Ba Đình"
    )
    assert kind(found["commune_name_disagrees"]) == "flag"


def test_a_code_that_no_commune_bears_today_is_of_before():
    meant, claim, found = said("00001", "Phường Quán Thánh", "Hà Nội")
    assert (meant, claim.old_provinces) == (["00004"], ("hanoi",))
    assert (
        english(found["legacy_commune_code"])
        == "commune code of before 1 July 2025: 00001 Phường Quán Thánh became 00004"
    )
    assert list(found) == ["legacy_commune_code"]


def test_a_split_commune_means_all_its_successors():
    meant, _, found = said("2")
    assert meant == ["00004", "00008"]
    assert found["legacy_commune_code"].became == ("00004 / 00008",)


def test_a_reused_code_is_told_by_the_name_beside_it():
    assert said("00008", "Xã Hoà Xá")[0] == ["00008"]
    meant, _, found = said("00008", "Xã Viên An")
    assert (meant, list(found)) == (["00010"], ["legacy_commune_code"])
    assert said("00008")[0] == ["00008"]


def test_an_old_name_of_a_commune_that_kept_its_land_is_no_old_code():
    meant, claim, found = said("24003", "Xã Tương Giang")
    assert (meant, claim.old_provinces) == (["24003"], ("bacninh",))
    assert "legacy_commune_code" not in found


def test_without_units_of_before_old_codes_are_unknown():
    bare = reference(with_history=False)
    meant, claim, found = said("00001", "Ba Đình", "Hà Nội", held_to=bare)
    assert (meant, claim.province) == ([], "hanoi")
    assert english(found["commune_code_unknown"]) == "no such commune code: 00001"
    assert found["commune_code_unknown"].suggestion == ("00004 Phường Ba Đình",)
    assert said("24001", held_to=bare)[1].old_provinces == ("bacgiang", "bacninh")


@pytest.mark.parametrize("code", ["99999", "abc", "HN-01", "123456"])
def test_what_is_no_code_is_set_aside(code):
    meant, _, found = said(code)
    assert meant == []
    assert kind(found["commune_code_unknown"]) == "quarantine"


@pytest.mark.parametrize(
    ("name", "province", "code"),
    [
        ("Phường Ba Đình", "Hà Nội", "00004"),
        ("Ba Đình", "TP. Hà Nội", "00004"),
        ("Phuong Ba Dinh", "Ha Noi", "00004"),
        ("Xã Hòa Xá", "Hà Nội", "00008"),
        ("Lục Sỹ", "Bắc Ninh", "24005"),
        ("Xã Tân Minh", "Hà Nội", "00010"),
        ("Phường Tân Minh", "Hà Nội", "00012"),
        ("Xã Tân Mình", "Hà Nội", "00014"),
        ("Xã Từ Sơn", "Bắc Ninh", "24003"),
        ("TT. Kép", "Bắc Giang", "24001"),
        ("Xã Kép", "Bắc Giang", "24001"),
        ("Xã An Bình", "Bắc Giang", "24001"),
    ],
)
def test_a_name_within_its_province_is_enough(name, province, code):
    meant, _, found = said(None, name, province)
    assert (meant, list(found)) == ([code], ["commune_from_name"])
    full = {code: unit for code, unit, _ in COMMUNES}[code]
    assert english(found["commune_from_name"]) == f"commune code found by its name: {name} became {code} {full}"


@pytest.mark.parametrize(
    ("name", "province", "candidates"),
    [
        ("Tân Minh", "Hà Nội", ["00010", "00012"]),
        ("Xa Tan Minh", "Hà Nội", ["00010", "00014"]),
        ("Thị trấn Tân Minh", "Hà Nội", ["00010", "00012"]),
        ("Xã Tận Minh", "Hà Nội", []),
        ("Xã Bá Đính", "Hà Nội", []),
        ("Ba Đình", None, []),
        ("Ba Đình", "Bắc Ninh", []),
        ("Từ Sơn", "Bắc Giang", []),
        ("Xã Trung Tâm", "Bắc Giang", ["24001", "24005"]),
        ("Ba Đình", "Atlantis", []),
    ],
)
def test_names_of_several_or_of_none_are_never_joined_by_luck(name, province, candidates):
    meant, _, found = said(None, name, province)
    assert list(found) == ["commune_ambiguous"]
    assert kind(found["commune_ambiguous"]) == "quarantine"
    assert meant == candidates
    told = {code: unit for code, unit, _ in COMMUNES}
    expected = "; ".join(f"{code} {told[code]}" for code in candidates)
    assert english(found["commune_ambiguous"]) == f"cannot tell which commune: {name}; it may be {expected}"


def test_a_province_alone_is_meant_as_a_whole():
    assert said(None, None, "Tỉnh Bắc Ninh")[1].province == "bacninh"
    _, claim, found = said(None, None, "Bắc Giang")
    assert (claim.province, claim.old_provinces, found) == ("bacninh", ("bacgiang",), {})
    assert said(None, None, "Atlantis")[1].province == ""


def test_nothing_said_is_nothing_meant():
    meant, claim, found = said()
    assert (meant, claim.province, claim.old_provinces, found) == ([], "", (), {})


def test_another_province_than_the_codes_is_told_and_its_ground_thought_of():
    meant, claim, found = said("00004", "Phường Ba Đình", "Tỉnh Bắc Ninh")
    assert meant == ["00004"]
    assert (claim.contradicted_by, claim.old_provinces, claim.province) == ("bacninh", ("bacninh", "bacgiang"), "hanoi")
    assert english(found["province_disagrees"]) == (
        "the province does not agree with the commune's code: Tỉnh Bắc Ninh;"
        " the code is of Phường Ba Đình, Thành phố Hà Nội"
    )
    assert kind(found["province_disagrees"]) == "flag"


@pytest.mark.parametrize("province", ["Bắc Ninh", "Bắc Giang", "tỉnh BẮC GIANG"])
def test_the_province_of_before_is_no_contradiction(province):
    meant, claim, found = said("24005", None, province)
    assert (meant, claim.old_provinces, claim.contradicted_by, found) == (["24005"], ("bacgiang",), "", {})


def test_words_that_name_no_province_are_told_and_change_nothing():
    _, claim, found = said("24005", None, "Việt Nam")
    assert (claim.old_provinces, claim.contradicted_by) == (("bacgiang",), "")
    assert list(found) == ["province_disagrees"]


def test_rows_that_say_the_same_share_a_claim_and_each_is_told():
    frame = pd.DataFrame(
        {"commune_code": ["4", "00008", "4", None], "commune_name": [None, "Ba Đình", None, None]}, dtype=object
    )
    claims, findings = declare(frame, REFERENCE)
    assert claims.of_row.tolist() == [0, 1, 0, 2]
    assert {one.reason: one.rows.tolist() for one in findings} == {
        "commune_code_zeros": [0, 2],
        "commune_name_disagrees": [1],
    }


def test_a_table_without_any_of_the_columns_claims_nothing():
    claims, findings = declare(pd.DataFrame(index=pd.RangeIndex(2)), REFERENCE)
    assert findings == []
    assert claims.pairs()[0].tolist() == []
    assert len(declare(pd.DataFrame(), REFERENCE)[0].of_row) == 0
