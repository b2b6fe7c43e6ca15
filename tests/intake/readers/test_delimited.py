"""Delimited text of any delimiter, encoding and shape."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.errors import FilingError
from phusong.intake.readers import Limits, delimited, read
from phusong.sample.filings.files import windows_1258

HEADER = "Mã trạm;Tên xã;Tỉnh"
ROW = "VTL-1;Xã Hoà Bình;Tỉnh Đắk Lắk"
TEXT = f"{HEADER}\n{ROW}\n"
CELLS = [["Mã trạm", "Tên xã", "Tỉnh"], ["VTL-1", "Xã Hoà Bình", "Tỉnh Đắk Lắk"]]
TCVN3 = "M· tr¹m;Tªn x·;TØnh\nVTL-1;X· Hoµ B×nh;TØnh §¾k L¾k\n"
VNI = "Maõ traïm;Teân xaõ;Tænh\nVTL-1;Xaõ Hoaø Bình;Tænh Ñaék Laék\n"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (TEXT.encode(), "UTF-8"),
        (TEXT.encode("utf-8-sig"), "UTF-8"),
        (TEXT.encode("utf-16"), "UTF-16"),
        (TEXT.encode("utf-16-le"), "UTF-16"),
        (TEXT.encode("utf-16-be"), "UTF-16"),
        (TEXT.encode("utf-32"), "UTF-32"),
        (windows_1258(TEXT), "Windows-1258"),
        (TCVN3.encode("cp1252"), "TCVN3 (ABC)"),
        (VNI.encode("cp1252"), "VNI-Windows"),
    ],
    ids=["utf-8", "bom", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "1258", "tcvn3", "vni"],
)
def test_encodings(filed, data, told):
    (table,) = read(filed("a.csv", data))
    assert table.cells.to_numpy(object).tolist() == CELLS
    assert table.notes[0] == f"read as {told} text, cells divided by ;"


def test_letters_far_behind_decide_the_encoding_too(filed, monkeypatch):
    "The first block is ASCII and fits every encoding."
    monkeypatch.setattr(delimited, "_HEAD_BYTES", 1_000)
    data = b"VTL-1;4G;1800\n" * 200 + windows_1258("VTL-2;Xã Hoà Bình;4G\n")
    *_, last = read(filed("a.csv", data))
    assert last.cells.iloc[-1].tolist() == ["VTL-2", "Xã Hoà Bình", "4G"]


@pytest.mark.parametrize("delimiter", list(",;\t|^~"))
def test_delimiters(filed, cells_of, delimiter):
    assert cells_of(filed("a.txt", TEXT.replace(";", delimiter).encode())) == CELLS


def test_a_tabbed_file_with_the_name_of_a_workbook(filed, cells_of):
    assert cells_of(filed("a.xls", TEXT.replace(";", "\t").encode("utf-16"))) == CELLS


def test_decimal_commas_in_quoted_cells_divide_nothing(filed, cells_of):
    text = 'id;cao;lat\nA-1;"49,3";"21,0285"\nA-2;"5,0";"21,1"\n'
    assert cells_of(filed("a.csv", text.encode()))[1:] == [["A-1", "49,3", "21,0285"], ["A-2", "5,0", "21,1"]]
    text = 'id,cao,lat\nA-1,"49,3","21,0285"\nA-2,"5,0","21,1"\n'
    assert cells_of(filed("b.csv", text.encode()))[1:] == [["A-1", "49,3", "21,0285"], ["A-2", "5,0", "21,1"]]


def test_rows_are_named_by_their_line_also_below_line_breaks_in_cells(filed):
    text = 'id;ghi chú\nA-1;"hai\ndòng"\n\nA-2;một\n'
    (table,) = read(filed("a.csv", text.encode()))
    assert table.cells.index.tolist() == [1, 2, 4, 5]
    assert table.cells.loc[2].tolist() == ["A-1", "hai\ndòng"]
    assert table.cells.loc[4].tolist() == [None, None]


def test_titles_of_another_width_stand_above(filed, cells_of):
    text = "DANH SÁCH TRẠM\nKỳ: quý III;2026\nid;tech;lat;lon\nA-1;4G;21.1;105.1\nA-2;4G;21.2;105.2;thừa\n"
    assert cells_of(filed("a.csv", text.encode())) == [
        ["DANH SÁCH TRẠM", None, None, None, None],
        ["Kỳ: quý III", "2026", None, None, None],
        ["id", "tech", "lat", "lon", None],
        ["A-1", "4G", "21.1", "105.1", None],
        ["A-2", "4G", "21.2", "105.2", "thừa"],
    ]


def test_marks_that_do_not_pair_are_letters(filed):
    text = 'id;anten;cao\nA-1;"6 inch;30\nA-2;K 742;31\nA-3;K 742;32\n'
    (table,) = read(filed("a.csv", text.encode()))
    assert table.cells.loc[2].tolist() == ["A-1", '"6 inch', "30"]
    assert "quotation marks do not pair: they are read as letters" in table.notes


def test_a_mark_that_swallows_rows_far_below_is_refused_with_its_line(filed, monkeypatch):
    rows = [f"A-{i};K 742;31" for i in range(100)]
    rows[90], rows[95] = 'A-90;"6 inch;31', 'A-95;8";31'
    monkeypatch.setattr(delimited, "_HEAD_BYTES", 1_000)
    parts = read(filed("a.csv", ("id;anten;cao\n" + "\n".join(rows)).encode()), Limits(rows_in_memory=30))
    assert sum(len(next(parts).cells) for _ in range(3)) == 90
    with pytest.raises(FilingError, match=r"a\.csv line 92: a quotation mark opens a cell and swallows the rows"):
        next(parts)


def test_a_large_table_comes_in_parts_as_wide_as_the_first(filed):
    text = "id;cao;ghi chú\n" + "".join(f"A-{i};30{';x' if i == 1 else ''}\n" for i in range(6))
    parts = list(read(filed("a.csv", text.encode()), Limits(rows_in_memory=3)))
    assert [(table.part, table.cells.shape) for table in parts] == [(0, (3, 3)), (1, (3, 3)), (2, (1, 3))]
    assert [table.cells.index.tolist() for table in parts] == [[1, 2, 3], [4, 5, 6], [7]]
    assert [len(table.notes) for table in parts] == [1, 0, 0]


def test_wide_rows_make_shorter_parts(filed):
    text = "\n".join(";".join(map(str, range(50))) for _ in range(20))
    parts = list(read(filed("a.csv", text.encode()), Limits(cells_in_memory=200)))
    assert [len(table.cells) for table in parts] == [4] * 5


def test_empty_cells_at_the_end_of_rows_make_no_columns(filed, cells_of):
    text = f"{HEADER}{';' * 16_381}\n{ROW}{';' * 16_381}\n"
    assert cells_of(filed("a.csv", text.encode())) == CELLS


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", r"a\.csv is empty"),
        (b"\xef\xbb\xbf \r\n", r"a\.csv is empty"),
        (b"id;x\n" + b"1;" * 16_390 + b"1\n", r"a\.csv line 2 has 16391 cells; at most 16384 are read"),
        (b"id;x\n" + b"x" * (17 << 20), r"a\.csv has a line of more than 16,777,216 letters"),
        (b"id;x\n" + b"x" * (2 << 20) + b"\n", r"a\.csv line 2: it cannot be read as a table: field larger"),
    ],
    ids=["nothing", "blanks", "cells", "line", "cell"],
)
def test_what_is_no_table_is_refused(filed, data, message):
    with pytest.raises(FilingError, match=message):
        list(read(filed("a.csv", data)))


def test_letters_that_cannot_be_read_are_counted(filed):
    (table,) = read(filed("a.csv", TEXT.encode().replace("Đ".encode(), b"\xc4\x20")))
    assert table.notes[1] == "1 letters could not be read; they stand as \ufffd"


def test_nul_characters_are_told(filed):
    (table,) = read(filed("a.csv", TEXT.encode().replace(b"VTL", b"V\0TL")))
    assert table.cells.iloc[1, 0] == "VTL-1"
    assert table.notes[1] == "NUL characters were left out"


@given(
    rows=st.lists(
        st.lists(st.text('ab1,;"\n ơđ', max_size=6), min_size=3, max_size=3).filter(lambda row: row[-1] != ""),
        min_size=4,
        max_size=8,
    )
)
def test_what_a_writer_of_csv_writes_is_read_again(tmp_path_factory, rows):
    "Cells hold what they held, whatever is in them: delimiters, marks and line breaks."
    import csv

    file = tmp_path_factory.mktemp("csv") / "a.csv"
    with file.open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened, quoting=csv.QUOTE_ALL).writerows(rows)
    dialect = delimited._Dialect(",", True, 0)
    with file.open("rb") as opened:
        found = [cells for _, cells in delimited._rows(opened, delimited.UTF_8, dialect, "a.csv")]
    assert found == [[unicodedata.normalize("NFC", cell) for cell in row] for row in rows]
