"""`phusong units`: what it prints, writes and refuses."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from phusong.cli import main

LIST = "Mã xã,Tên xã,Tỉnh\n00001,Phường Mới,Tỉnh A\n00003,Xã Ba Ba,Tỉnh A\n00006,Xã Sáu Sáu,Tỉnh A\n"
MOVES = """old_province_code,old_province_name,old_district_code,old_code,old_name,new_code,new_name,relation
24,Tỉnh A,259,00001,Phường Một Một,00001,Phường Mới,full
24,Tỉnh A,259,00002,Xã Hai Hai,00001,Phường Mới,partial
24,Tỉnh A,259,00002,Xã Hai Hai,00003,Xã Ba Ba,partial
24,Tỉnh A,259,00003,Xã Ba Ba,00003,Xã Ba Ba,full
24,Tỉnh A,259,00006,Xã Sáu Sáu,00006,Xã Sáu Sáu,full
"""
CENSUS = """city,district,ward,ward_title,total
A,X,MộtMột,Phường,1000
A,X,HaiHai,Xã,400
A,X,BaBa,Xã,50
A,X,SáuSáu,Xã,6
A,X,MấtRồi,Xã,7000
A,X,CũngMất,Xã,80000
"""
LISTS = ("list.csv@2025-07-01", "--succession", "moves.csv@2025-07-01", "--people", "census.csv@2025-06-30")


@pytest.fixture
def command(tmp_path, capsys, monkeypatch):
    """Runs a command in a folder with the lists; the lines it says, and how it ended."""
    monkeypatch.chdir(tmp_path)
    for name, text in (("list.csv", LIST), ("moves.csv", MOVES), ("census.csv", CENSUS)):
        Path(name).write_text(text, "utf-8")

    def run(*arguments: str) -> tuple[int, list[str]]:
        monkeypatch.setattr("sys.argv", ["phusong", "units", *arguments, "--units", "units"])
        try:
            main()
            status = 0
        except SystemExit as end:
            status = int(end.code or 0)
        said = capsys.readouterr()
        return status, [*said.out.splitlines(), *said.err.splitlines()]

    return run


@pytest.fixture
def imported(command):
    assert command("import", *LISTS)[0] == 0
    return command


def test_import_tells_what_it_found(command):
    status, said = command("import", *LISTS, "--unplaced", "lost.csv")
    assert status == 0
    assert said == [
        "2025-06-30: 4 communes (3 xã, 1 phường)",
        "2025-07-01: 3 communes (2 xã, 1 phường)",
        "5 moves, 0 doubtful; 2 codes were of other ground before",
        "  name                           4 wards         1,456 people",
        "  name_but_type                  0 wards             0 people",
        "  in_district                    0 wards             0 people",
        "  in_district_but_type           0 wards             0 people",
        "  in_district_without_marks      0 wards             0 people",
        "  only_one_left                  0 wards             0 people",
        "  not placed                     2 wards        87,000 people: no unit of this name in the province: "
        "merged or renamed since the census",
        "  not placed                     0 wards             0 people: the name is that of a unit in another "
        "district, where nothing else of this district went",
        "  not placed                     0 wards             0 people: several units or wards of this name, "
        "and nothing tells them apart",
        "people: placed 1,456 + unplaced 87,000 = 88,456",
        "2 wards, 87,000 people, with the reason: lost.csv",
        "Wrote units",
    ]
    lost = pd.read_csv("lost.csv")
    assert lost.people.tolist() == [7000, 80000]
    assert lost.why.str.startswith("no unit of this name").all()
    assert lost.ly_do.str.startswith("không còn đơn vị tên này").all()


def test_show_needs_a_day_where_a_code_was_of_two_grounds(imported):
    assert imported("show", "00001") == (
        1,
        [
            "the code 00001 needs a day: it was of Phường Một Một (until 2025-06-30); Phường Mới; add --on DATE / "
            "mã dùng cho nhiều xã: hãy thêm ngày"
        ],
    )
    assert imported("show", "00001", "--on", "2025-06-30")[1] == [
        "00001 Phường Một Một, Tỉnh A",
        "until 2025-06-30; source: moves.csv",
        "became 00001 Phường Mới",
    ]
    assert imported("show", "00001", "--on", "2026-01-01")[1] == [
        "00001 Phường Mới, Tỉnh A",
        "since 2025-07-01; source: list.csv",
        "made of 00001 Phường Một Một, 00002 Xã Hai Hai",
    ]
    assert imported("show", "00006")[1][0] == "00006 Xã Sáu Sáu, Tỉnh A"
    assert imported("show", "00002", "--on", "2026-01-01") == (1, ["no commune bears the code 00002 on 2026-01-01"])
    assert imported("show", "99999") == (1, ["no commune bears the code 99999"])


def test_match_counts_its_stages(imported):
    Path("names.csv").write_text("tên xã,tỉnh\nXã Ba Ba,Tỉnh A\nxã sáu sáu,A\nXã Không,A\n", "utf-8")
    status, said = imported("match", "names.csv", "--on", "2026-01-01", "--out", "matched.csv")
    assert status == 0
    assert sorted(said[:3]) == ["case_and_blanks      1", "exact                1", "not joined           1"]
    assert said[3:] == [
        "  not joined: Xã Không, A: no such name",
        "3 names = 2 joined + 1 not joined. Wrote matched.csv",
    ]
    found = pd.read_csv("matched.csv", dtype=str)
    assert found.commune_code.fillna("").tolist() == ["00003", "00006", ""]


def test_people_are_carried_and_the_rest_is_listed(imported):
    days = ("--from", "2025-06-30", "--to", "2026-01-01")
    status, said = imported("crosswalk", *days, "--out", "people.csv", "--unplaced", "lost.csv")
    assert status == 0
    assert said == [
        "placed 1,456 + unplaced 87,000 = 88,456. Wrote people.csv",
        "2 wards, 87,000 people, with the reason: lost.csv",
    ]
    found = pd.read_csv("people.csv", dtype={"code": str})
    assert found.values.tolist() == [["00001", 1200, 1000, 1400], ["00003", 250, 50, 450], ["00006", 6, 6, 6]]


def test_weights_forward_and_backward(imported):
    assert imported("crosswalk", "--from", "2025-06-30", "--to", "2026-01-01", "--weights", "--out", "w.csv")[1] == [
        "whole                                    3",
        "by number of the new communes            2",
        "5 weights of 4 communes. Wrote w.csv",
    ]
    assert imported("crosswalk", "--from", "2026-01-01", "--to", "2025-06-30", "--weights", "--out", "w.csv")[1] == [
        "by people of the old communes            4",
        "whole                                    1",
        "5 weights of 3 communes. Wrote w.csv",
    ]


TABLE = "ma,ngay,nha mang,tram\n1,2025-03-31,A,10\n1,30/09/2025,A,4\n00006,,A,1\n00002,2026-01-01,B,2\n"
CARRY = ("crosswalk", "--table", "table.csv", "--code", "ma", "--value", "tram", "--to", "2026-01-01", "--out", "t.csv")


def test_a_table_with_days_is_carried_row_by_row(imported):
    Path("table.csv").write_text(TABLE, "utf-8")
    status, said = imported(*CARRY, "--date", "ngay", "--by", "nha mang", "--unplaced", "lost.csv")
    assert status == 0
    assert said == [
        "tram: placed 14 + unplaced 3 = 17",
        "  1 rows not placed: no day that can be read",
        "  1 rows not placed: no such unit on the day",
        "4 rows = 2 placed + 2 not. Wrote t.csv",
    ]
    assert pd.read_csv("t.csv", dtype={"code": str}).values.tolist() == [["A", "00001", 14, 14, 14]]
    assert pd.read_csv("lost.csv").reason.tolist() == ["no day that can be read", "no such unit on the day"]


def test_a_table_without_days_is_refused_where_codes_are_of_two_grounds(imported):
    Path("table.csv").write_text(TABLE, "utf-8")
    assert imported(*CARRY) == (
        1,
        [
            "1 codes were of other communes before, so each row needs a day: 00001 was of Phường Một Một "
            "(until 2025-06-30); Phường Mới. Add --from DATE, or --date COLUMN / hãy thêm ngày của mã"
        ],
    )
    status, said = imported(*CARRY, "--from", "2025-06-30")
    assert (status, said[-1]) == (0, "4 rows = 4 placed + 0 not. Wrote t.csv")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("show", "00001", "--on", "2026"), "--on: 2026 is no day; expected such as 2026-09-30"),
        (("import", "list.csv"), "list.csv: expected FILE@DATE, such as communes.parquet@2026-04-30"),
        (
            ("import", "--people", "census.csv@2025-06-30"),
            "no list of communes was named: phusong units import FILE@DATE... --succession FILE@DATE",
        ),
        (
            ("crosswalk", "--to", "2026-01-01", "--out", "t.csv"),
            "--from DATE is missing: on which day did the codes mean what they mean?",
        ),
        (
            (*CARRY, "--date", "ngay", "--from", "2025-06-30"),
            "--from and --date both tell the day of the codes: one is enough",
        ),
        ((*CARRY, "--date", "thang"), "table.csv has no column thang; it has ma, ngay, nha mang, tram"),
    ],
)
def test_refusals(imported, arguments, sentence):
    Path("table.csv").write_text(TABLE, "utf-8")
    assert imported(*arguments) == (1, [sentence])


def test_without_people_there_is_nothing_to_carry(command):
    assert command("import", "list.csv@2025-07-01", "--succession", "moves.csv@2025-07-01")[0] == 0
    assert command("crosswalk", "--from", "2025-06-30", "--to", "2026-01-01", "--out", "t.csv") == (
        1,
        ["no people were imported and no --table is given: there is nothing to carry over"],
    )


def test_without_units_it_says_how_to_import_them(command):
    status, said = command("show", "00001")
    assert status == 1
    assert "`phusong units import` writes them" in " ".join(said)
