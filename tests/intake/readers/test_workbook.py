"""Workbooks, sound, odd, locked and damaged."""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
import zipfile

import openpyxl
import pytest
from old_workbook import OLD_WORKBOOK
from openpyxl.worksheet.table import Table

from phusong.errors import FilingError
from phusong.intake.readers import Limits, read
from phusong.intake.readers import workbook as module

ROWS = [["Mã trạm", "Tần số"], ["VTL-1", 1800], ["VTL-2", 2100.5]]


def rewritten(path, member, change):
    """The workbook with one member changed."""
    data = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(data, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            new.writestr(info, change(content) if info.filename == member else content)
    path.write_bytes(data.getvalue())
    return path


def ole(stream_name: str) -> bytes:
    """An OLE file of 512-byte sectors with one directory entry: what a locked workbook looks like from outside."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<I", 0) + b"\xff" * (4 * 108)
    fat = struct.pack("<II", 0xFFFFFFFD, 0xFFFFFFFE) + b"\xff" * 504
    name = stream_name.encode("utf-16-le")
    entry = name.ljust(64, b"\0") + struct.pack("<HBB", len(name) + 2, 5, 0) + b"\xff" * 12 + bytes(48)
    return header + fat + entry.ljust(512, b"\0")


def test_every_sheet_is_read_with_the_rows_of_the_spreadsheet(workbook):
    path = workbook("a.xlsx", {"4G": [[], [], *ROWS], "Trống": [], "5G": [["Mã trạm"], [True], [dt.date(2026, 9, 30)]]})
    first, second = read(path)
    assert (first.sheet, second.sheet) == ("4G", "5G")
    assert first.cells.index.tolist() == [1, 2, 3, 4, 5]
    assert first.cells.loc[4].tolist() == ["VTL-1", 1800]
    assert second.cells[0].tolist() == ["Mã trạm", True, dt.datetime(2026, 9, 30)]


def test_a_hidden_sheet_is_read_and_told(workbook):
    path = workbook("a.xlsx", {"4G": ROWS, "Ẩn": ROWS})
    book = openpyxl.load_workbook(path)
    book["Ẩn"].sheet_state = "hidden"
    book.save(path)
    _, hidden = read(path)
    assert hidden.notes == ("sheet 'Ẩn' is hidden; it is read too",)


def test_formulas_are_not_evaluated(workbook):
    "One has a stored value, one has none; the text of neither gets in."
    path = workbook("a.xlsx", {"4G": [["Mã trạm", "Tần số"], ["VTL-1", "=900*2"], ["VTL-2", '=CMD("calc")']]})
    value = re.compile(rb"(<f>900\*2</f>)<v ?/?>(</v>)?")
    rewritten(path, "xl/worksheets/sheet1.xml", lambda xml: value.sub(rb"\1<v>1800</v>", xml))
    (table,) = read(path)
    assert table.cells[1].tolist() == ["Tần số", 1800, None]
    assert table.notes == (
        "2 formulas: their stored values are taken",
        "1 formulas have no stored value and count as empty: save the file once in Excel",
    )


def test_hints_are_found_across_the_blocks_in_which_they_are_read(workbook, monkeypatch):
    path = workbook("a.xlsx", {"4G": [["Mã trạm", "Tần số"], *[[f"VTL-{i}", f"={i}+1"] for i in range(60)]]})
    book = openpyxl.load_workbook(path)
    book.active.merge_cells("A3:A5")
    book.active.merge_cells("A7:B9")
    book.save(path)
    whole = next(read(path))
    for size in (200, 333, 1024):
        monkeypatch.setattr(module, "_BLOCK", size)
        part = next(read(path))
        assert (part.merged, part.notes) == (whole.merged, whole.notes)
    assert set(whole.merged) == {(3, 5, 0, 0), (7, 9, 0, 1)}
    assert whole.notes[0] == "57 formulas: their stored values are taken"


def test_links_to_other_workbooks_are_not_followed(workbook):
    path = workbook("a.xlsx", {"4G": ROWS})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/externalLinks/externalLink1.xml", b"<externalLink/>")
    assert next(read(path)).notes == ("links to other workbooks are not followed",)


def test_16384_columns_of_which_two_are_filled(workbook):
    "A stray cell at the far end makes no 16,384 columns of every row; nothing is lost."
    path = workbook("a.xlsx", {"4G": ROWS})
    book = openpyxl.load_workbook(path)
    book.active.cell(3, 16_384).value = "x"
    book.active.cell(3, 300).number_format = "0.00"
    book.save(path)
    (table,) = read(path)
    assert table.cells.to_numpy(object).tolist() == [
        ["Mã trạm", "Tần số", None, None],
        ["VTL-1", 1800, None, None],
        ["VTL-2", 2100.5, None, "x"],
    ]


def test_a_cell_far_below_is_kept_and_the_empty_rows_are_not(workbook):
    path = workbook("a.xlsx", {"4G": ROWS})
    book = openpyxl.load_workbook(path)
    book.active.cell(5_000, 1).value = "Ghi chú"
    book.save(path)
    (table,) = read(path)
    assert table.cells.index.tolist() == [*range(1, 24), 5_000]
    assert table.cells.loc[5_000].tolist() == ["Ghi chú", None]


def test_blank_text_is_no_cell(workbook):
    (table,) = read(workbook("a.xlsx", {"4G": [*ROWS, [" ", "\u00a0"], ["\u00a0", "x"]]}))
    assert table.cells.iloc[-1].tolist() == [None, "x"]
    assert table.cells.iloc[-2].tolist() == [None, None]


def test_a_workbook_that_was_formatted_as_a_table(workbook):
    path = workbook("a.xlsx", {"4G": ROWS})
    book = openpyxl.load_workbook(path)
    book.active.add_table(Table(displayName="Tram", ref="A1:B3"))
    book.save(path)
    assert next(read(path)).cells.to_numpy(object).tolist() == ROWS


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (ole("EncryptedPackage"), "a.xlsx is locked with a password: save it without one"),
        (ole("Root Entry"), "a.xlsx is damaged or no Excel workbook"),
        (b"PK\x03\x04 and no more", "a.xlsx is damaged: it begins as a workbook or an archive does, and ends"),
    ],
    ids=["locked", "no workbook", "cut"],
)
def test_what_cannot_be_opened_is_refused(filed, data, message):
    with pytest.raises(FilingError, match=re.escape(message)):
        list(read(filed("a.xlsx", data)))


def test_a_workbook_cut_at_any_place_is_refused(workbook, filed):
    data = workbook("a.xlsx", {"4G": ROWS}).read_bytes()
    for end in range(100, len(data) - 1, 499):
        with pytest.raises(FilingError, match=r"b\.xlsx is damaged"):
            list(read(filed("b.xlsx", data[:end])))


def test_a_damaged_sheet_does_not_take_the_others_with_it(workbook):
    path = workbook("a.xlsx", {"4G": ROWS, "5G": ROWS, "3G": ROWS})
    rewritten(path, "xl/worksheets/sheet2.xml", lambda xml: xml[: len(xml) // 2])
    found = []
    with pytest.raises(FilingError, match=r"^a\.xlsx sheet '5G' is damaged or no Excel workbook \(\w+\)$"):
        found.extend(table.sheet for table in read(path))
    assert found == ["4G", "3G"]


def test_a_bomb_is_refused_before_it_is_unpacked(workbook):
    path = workbook("a.xlsx", {"4G": ROWS})
    rewritten(path, "xl/worksheets/sheet1.xml", lambda xml: xml + b" " * (80 << 20))
    data = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, old.read(info))
    path.write_bytes(data.getvalue())
    with pytest.raises(FilingError, match=r"a\.xlsx unpacks to 84 MB from 0\.\d\d MB: that is no honest workbook"):
        list(read(path))


def test_a_sheet_of_too_many_cells_is_refused(workbook):
    path = workbook("a.xlsx", {"4G": ROWS})
    with pytest.raises(FilingError, match=r"a\.xlsx sheet '4G' has more than 5 cells: file it as CSV"):
        list(read(path, Limits(sheet_cells=5)))


@pytest.mark.parametrize(
    ("member", "message"),
    [
        ("xl/workbook.bin", "is a binary workbook (.xlsb): save it as .xlsx"),
        ("mimetype", "is a document of an office program, no workbook of Excel: save the table as .xlsx"),
        ("[Content_Types].xml", "is a document of an office program, no workbook of Excel: save the table as .xlsx"),
    ],
)
def test_other_documents_are_refused_with_what_to_do(zipped, member, message):
    with pytest.raises(FilingError, match=re.escape(f"a.xlsx {message}")):
        list(read(zipped("a.xlsx", {member: b""})))


def test_an_old_workbook_is_read_with_its_merged_cells_days_and_hidden_sheets(filed):
    sites, hidden = read(filed("a.xls", OLD_WORKBOOK))
    assert (sites.sheet, hidden.sheet) == ("Trạm 4G", "Ẩn")
    assert sites.merged == ((2, 4, 4, 4),)
    assert sites.cells.index.tolist() == [1, 2, 3, 4]
    day = dt.datetime(2023, 3, 25)
    assert sites.cells.loc[2].tolist() == ["VTL-0", 1800, 21.1234, 105.1234, "00004", day, "Đang phát sóng", None]
    assert hidden.notes == ("sheet 'Ẩn' is hidden; it is read too",)


@pytest.mark.parametrize("end", range(600, len(OLD_WORKBOOK), 700))
def test_an_old_workbook_cut_anywhere_is_read_or_refused(filed, capfd, end):
    told = ""
    try:
        list(read(filed("a.xls", OLD_WORKBOOK[:end])))
    except FilingError as refusal:
        told = str(refusal)
    assert told[:37] in ("", "a.xls is damaged or no Excel workbook")
    assert capfd.readouterr().out == ""


class Cell:
    """A cell as xlrd gives it."""

    def __init__(self, ctype: int, value: object) -> None:
        self.ctype, self.value = ctype, value


@pytest.mark.parametrize(
    ("ctype", "value", "expected"),
    [
        (0, "", None),
        (1, "Xã", "Xã"),
        (1, "  ", None),
        (2, 1800.0, 1800),
        (2, 1800.5, 1800.5),
        (3, 45000.0, dt.datetime(2023, 3, 15)),
        (3, 1e9, 1e9),
        (4, 1, True),
        (5, 7, "#DIV/0!"),
    ],
)
def test_cells_of_old_workbooks(ctype, value, expected):
    assert module._plain(module._xls_cell(Cell(ctype, value), 0)) == expected
