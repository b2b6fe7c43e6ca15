"""Official lists read as they come, and the dated units made of them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from phusong.errors import FilingError
from phusong.intake.unit_lists import history_of, place_people, read_columns, read_list, read_names

FIRST, SECOND = dt.date(2025, 7, 1), dt.date(2026, 4, 30)
HEADER = "Mã xã,Tên xã,Tỉnh\n"
MOVES = "old_province_code,old_province_name,old_district_code,old_code,old_name,new_code,new_name,relation\n"


@pytest.fixture
def write(tmp_path):
    def write(name: str, text: str) -> Path:
        (tmp_path / name).write_text(text, "utf-8")
        return tmp_path / name

    return write


def spans(told) -> list[tuple[str, str, str, str]]:
    days = (told.units[name].dt.strftime("%Y-%m-%d").fillna("") for name in ("valid_from", "valid_to"))
    return list(zip(told.units.code, told.units.name, *days, strict=True))


def test_two_lists_tell_what_changed_between_them(write):
    "Lộc Ninh became a phường, 00003 ended, 00004 is new; the tone of Hoà is no change, and the later spelling stays."
    first = write("first.csv", HEADER + "1,Xã Lộc Ninh,Tỉnh A\n2,Xã Hòa Xá,Tỉnh A\n3,Xã Ba,Tỉnh A\n")
    second = write("second.csv", HEADER + "1,Phường Lộc Ninh,Tỉnh A\n2,Xã Hoà Xá,Tỉnh A\n4,Xã Bốn,Tỉnh A\n")
    told = history_of({FIRST: [first], SECOND: [second]}, {})
    assert spans(told) == [
        ("00001", "Xã Lộc Ninh", "2025-07-01", "2026-04-29"),
        ("00001", "Phường Lộc Ninh", "2026-04-30", ""),
        ("00002", "Xã Hoà Xá", "2025-07-01", ""),
        ("00003", "Xã Ba", "2025-07-01", "2026-04-29"),
        ("00004", "Xã Bốn", "2026-04-30", ""),
    ]
    assert told.units.source.tolist() == ["first.csv", "second.csv", "first.csv", "first.csv", "second.csv"]
    assert told.units.type.tolist() == ["xã", "phường", "xã", "xã", "xã"]
    assert told.succession.empty
    assert told.changes == ()


def test_a_draft_code_is_given_the_final_one(write):
    first = write("first.csv", HEADER + "06970,Xã Ba Chẽ,Tỉnh A\n00001,Xã Một,Tỉnh A\n")
    second = write("second.csv", HEADER + "06978,Xã Ba Chẽ,Tỉnh A\n00001,Xã Một,Tỉnh A\n")
    told = history_of({FIRST: [first], SECOND: [second]}, {})
    assert spans(told) == [("00001", "Xã Một", "2025-07-01", ""), ("06978", "Xã Ba Chẽ", "2025-07-01", "")]


def test_a_province_that_became_a_city_is_a_change_and_its_spelling_is_none(write):
    first = write("first.csv", HEADER + "1,Xã Một,Tỉnh Đồng Nai\n2,Xã Hai,Tỉnh Hòa Bình\n")
    second = write("second.csv", HEADER + "1,Xã Một,Thành phố Đồng Nai\n2,Xã Hai,Hoà Bình\n")
    told = history_of({FIRST: [first], SECOND: [second]}, {})
    assert told.units.province_name.tolist() == ["Tỉnh Đồng Nai", "Thành phố Đồng Nai", "Tỉnh Hòa Bình"]


def test_moves_tell_the_units_before_them(write):
    new = write("new.csv", "code,name,province_name,province_code,people,area_km2\n4,Xã Mới,Tỉnh A,24,1000,2.5\n")
    rows = "25,Tỉnh B,259,4,Thị trấn  Cũ,4,Xã Mới,full\n25,Tỉnh B,259,5,Xã Kia,4,Xã Mới,partial\n"
    told = history_of({FIRST: [new]}, {FIRST: write("moves.csv", MOVES + rows)})
    assert spans(told) == [
        ("00004", "Thị trấn Cũ", "", "2025-06-30"),
        ("00004", "Xã Mới", "2025-07-01", ""),
        ("00005", "Xã Kia", "", "2025-06-30"),
    ]
    before = told.units_on(dt.date(2025, 6, 30))
    assert before[["district_code", "province_name", "type", "source"]].values.tolist() == [
        ["259", "Tỉnh B", "thị trấn", "moves.csv"],
        ["259", "Tỉnh B", "xã", "moves.csv"],
    ]
    assert told.units[["people", "area_km2"]].iloc[1].tolist() == [1000, 2.5]
    assert told.succession[["old_code", "new_code", "relation", "doubtful"]].values.tolist() == [
        ["00004", "00004", "full", ""],
        ["00005", "00004", "partial", ""],
    ]


def test_a_move_away_from_its_province_is_doubtful(write):
    new = write(
        "new.csv",
        "code,name,province_name,province_code\n" + "".join(f"{n},Xã {n},Tỉnh,{n // 9}\n" for n in range(1, 10)),
    )
    rows = "".join(f"25,Tỉnh,259,{n},Xã {n},{n},Xã {n},full\n" for n in range(1, 10))
    told = history_of({FIRST: [new]}, {FIRST: write("moves.csv", MOVES + rows)})
    doubtful = told.succession[told.succession.doubtful != ""]
    assert doubtful[["old_code", "doubtful"]].values.tolist() == [
        ["00009", "goes to another province than the rest of its old one"]
    ]


def test_the_decision_is_told_where_the_package_knows_the_file(write, monkeypatch):
    from phusong.intake import unit_lists

    file = write("list.csv", HEADER + "1,Xã Một,Tỉnh A\n")
    monkeypatch.setattr(unit_lists, "_decisions", lambda: {file.resolve(): "Decision 19/2025/QĐ-TTg"})
    assert history_of({FIRST: [file]}, {}).units.source.tolist() == ["Decision 19/2025/QĐ-TTg"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEADER + "1,Xã Một,Tỉnh A\n1,Xã Hai,Tỉnh A\n", r"list.csv: 1 codes stand twice, such as 00001"),
        ("Tên xã,Tỉnh\nXã Một,Tỉnh A\n", r"list.csv: expected a table with the columns code, name, province_name"),
    ],
)
def test_what_is_no_list_is_refused(write, text, sentence):
    with pytest.raises(FilingError, match=sentence):
        history_of({FIRST: [write("list.csv", text)]}, {})


def test_no_list_at_all_is_refused():
    with pytest.raises(FilingError, match=r"no list of communes was given: expected FILE@DATE"):
        history_of({}, {})


def test_the_later_of_two_columns_of_one_meaning_is_taken(write):
    "`new_code_2025_final` stands after `new_code` in the synonym table: it corrects it."
    file = write(
        "moves.csv",
        MOVES.strip() + ",new_code_2025_final\n22,Tỉnh A,202,06970,Thị trấn Ba Chẽ,06970,Xã Ba Chẽ,full,06978\n",
    )
    assert read_list(file, "succession", ("old_code", "new_code")).new_code.tolist() == ["06978"]


CENSUS = "city,district,ward,ward_title,total\n"


def test_people_of_wards_are_placed(write):
    new = write("new.csv", HEADER + "4,Xã Mới,Tỉnh A\n")
    rows = "25,Tỉnh A,259,4,Xã Một Một,4,Xã Mới,full\n25,Tỉnh A,259,5,Xã Hai Hai,4,Xã Mới,full\n"
    told = history_of({FIRST: [new]}, {FIRST: write("moves.csv", MOVES + rows)})
    census = write("census.csv", CENSUS + "A,X,MộtMột,Xã,100\nA,X,HaiHai,Xã,20\nA,X,BaBa,Xã,3\n")
    found = place_people(census, told, dt.date(2025, 6, 30))
    assert found[["people", "code", "stage", "reason"]].fillna("").values.tolist() == [
        [100, "00004", "name", ""],
        [20, "00005", "name", ""],
        [3, "", "", "no_such_name"],
    ]
    with pytest.raises(FilingError, match=r"census.csv: 1 wards have no number of people"):
        place_people(
            write("census.csv", CENSUS + "A,X,MộtMột,Xã,không rõ\nA,X,HaiHai,Xã,20\n"), told, dt.date(2025, 6, 30)
        )
    census = write("census.csv", CENSUS + "A,X,MộtMột,Xã,100\nA,X,HaiHai,Xã,20\n")
    later = history_of({FIRST: [new]}, {})
    with pytest.raises(FilingError, match=r"no list tells the communes of 2025-06-30"):
        place_people(census, later, dt.date(2025, 6, 30))


def test_names_are_read_with_their_type(write):
    file = write("names.csv", "loại,tên,tỉnh\nxã,Hoà Xá,A\nphường,Phường Một,A\n,Hai,A\n")
    assert read_names(file).values.tolist() == [["xã Hoà Xá", "A"], ["Phường Một", "A"], ["Hai", "A"]]


def test_columns_of_any_table(write):
    file = write("table.csv", "Báo cáo\nma;ngay;so\n00001;2025-07-01;5\n")
    assert read_columns(file, ["so", "ma"]).values.tolist() == [["5", "00001"]]
    with pytest.raises(FilingError, match=r"table.csv has no column thu; it has ma, ngay, so"):
        read_columns(file, ["ma", "thu"])


def test_numbers_of_a_workbook_are_codes(tmp_path):
    pd.DataFrame({"Mã xã": [4.0], "Tên xã": ["Xã A"], "Tỉnh": ["Tỉnh B"]}).to_excel(tmp_path / "list.xlsx", index=False)
    assert history_of({FIRST: [tmp_path / "list.xlsx"]}, {}).units.code.tolist() == ["00004"]
