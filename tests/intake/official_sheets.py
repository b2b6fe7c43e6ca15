"""Ten workbooks as Vietnamese offices make them, each about good sites in the small country."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from phusong.intake.legacy_vietnamese import _TCVN3_CODES, _TCVN3_LETTERS

Row = Sequence[Any]
HEADER = (
    "STT",
    "Mã trạm",
    "Công nghệ",
    "Tần số (MHz)",
    "Vĩ độ",
    "Kinh độ",
    "Chiều cao anten (m)",
    "Mã xã",
    "Trạng thái",
)


def site(number: int, name: str, **other: Any) -> list[Any]:
    """A good row under `HEADER`, in Ba Đình."""
    lat, lon = round(21.1234 + number / 1000, 4), round(105.1234 + number / 1000, 4)
    cells = {"lat": lat, "lon": lon, "h": 30 + number, "code": "00004", "status": "Đang phát sóng", **other}
    return [number, name, "4G", 1800, cells["lat"], cells["lon"], cells["h"], cells["code"], cells["status"]]


def _sheet(book: openpyxl.Workbook, rows: Sequence[Row], title: str = "Sheet1") -> Worksheet:
    sheet = book.active if book.active is not None and book.active.max_row == 1 and title == "Sheet1" else None
    sheet = sheet if sheet is not None else book.create_sheet(title)
    for row in rows:
        sheet.append(list(row))
    return sheet


def official_form() -> openpyxl.Workbook:
    """Motto, number of the form, title, two merged header rows, numbered columns, total, date and signatures."""
    book = openpyxl.Workbook()
    sheet = _sheet(
        book,
        [
            ["SỞ KHOA HỌC VÀ CÔNG NGHỆ", None, None, None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
            [None, None, None, None, None, "Độc lập - Tự do - Hạnh phúc"],
            ["Biểu số 03/BC-VT", None, None, "Kỳ báo cáo: Quý III/2026"],
            ["DANH SÁCH TRẠM THU PHÁT SÓNG THÔNG TIN DI ĐỘNG"],
            ["(Kèm theo Công văn số 123/SKHCN-BCVT ngày 30/9/2026)"],
            [],
            ["STT", "Mã trạm", "Vô tuyến", None, "Tọa độ (WGS-84)", None, "Chiều cao anten (m)", "Mã xã", "Trạng thái"],
            [None, None, "Công nghệ", "Tần số (MHz)", "Vĩ độ", "Kinh độ"],
            ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)"],
            site(1, "VTL-1"),
            site(2, "VTL-2"),
            site(3, "VTL-3"),
            ["Tổng cộng", None, "3 trạm"],
            [],
            [None, None, None, None, None, "Hà Nội, ngày 30 tháng 9 năm 2026"],
            [None, "NGƯỜI LẬP BIỂU", None, None, None, "THỦ TRƯỞNG ĐƠN VỊ"],
            [None, "(Ký, họ tên)", None, None, None, "(Ký, đóng dấu)"],
            [None, "Nguyễn Văn An", None, None, None, "Trần Thị Bình"],
        ],
    )
    for cells in ("A4:I4", "A7:A8", "B7:B8", "C7:D7", "E7:F7", "G7:G8", "H7:H8", "I7:I8"):
        sheet.merge_cells(cells)
    return book


def three_header_rows() -> openpyxl.Workbook:
    """Groups of groups over the names of columns, and a row of units below them."""
    book = openpyxl.Workbook()
    sheet = _sheet(
        book,
        [
            ["STT", "THÔNG TIN TRẠM", None, "VỊ TRÍ", None, None, None, "VÔ TUYẾN", None],
            [
                None,
                "Mã trạm",
                "Trạng thái",
                "Hành chính",
                None,
                "WGS84",
                None,
                "Công nghệ",
                "Tần số",
                "Chiều cao anten",
            ],
            [None, None, None, "Mã xã", "Tên xã", "Vĩ độ", "Kinh độ"],
            [None, None, None, None, None, "(độ)", "(độ)", None, "(GHz)", "(m)"],
            [1, "VTL-1", "Đang phát sóng", "00004", "Phường Ba Đình", 21.1234, 105.1234, "4G", 1.8, 31],
            [2, "VTL-2", "Đang phát sóng", "00004", "Phường Ba Đình", 21.1244, 105.1244, "5G", 2.6, 32],
        ],
    )
    for cells in ("A1:A4", "B1:C1", "D1:G1", "H1:J1", "B2:B4", "C2:C4", "D2:E2", "F2:G2", "H2:H4", "I2:I3", "J2:J3"):
        sheet.merge_cells(cells)
    return book


def sections_by_district() -> openpyxl.Workbook:
    """Headings of districts between the rows, numbers that begin anew, subtotals."""
    book = openpyxl.Workbook()
    _sheet(
        book,
        [
            HEADER,
            ["I", "Huyện Sóc Sơn"],
            site(1, "VTL-1"),
            site(2, "VTL-2"),
            [None, "Cộng huyện Sóc Sơn", 2],
            ["II", "Thị xã Sơn Tây"],
            site(1, "VTL-3", lat=21.1534),
            ["B. Các trạm ngoài đô thị"],
            site(1, "VTL-4", lat=21.1634),
            ["Tổng số", None, 4],
        ],
    )
    return book


def merged_data_cells() -> openpyxl.Workbook:
    """Communes merged over their sites, places in degrees, minutes and seconds."""
    book = openpyxl.Workbook()
    header = ["STT", "Tên xã", "Mã xã", "Mã trạm", "Công nghệ", "Tần số (MHz)", "Vĩ độ", "Kinh độ", "Trạng thái"]
    places = [("21°07'24\"N", "105°07'24\"E"), ("21°07'34\"N", "105°07'34\"E"), ("21°07'44\"N", "105°07'44\"E")]
    rows = [[i + 1, None, None, f"VTL-{i + 1}", "LTE", 1800, *place, "HĐ"] for i, place in enumerate(places)]
    rows[0][1:3] = ["Phường Ba Đình", "00004"]
    sheet = _sheet(book, [header, *rows])
    sheet.merge_cells("B2:B4")
    sheet.merge_cells("C2:C4")
    return book


def capitals_without_accents() -> openpyxl.Workbook:
    """Everything in capitals without accents, columns in another order."""
    book = openpyxl.Workbook()
    header = ["TT", "KINH DO", "VI DO", "MA TRAM", "CONG NGHE", "TAN SO (MHZ)", "TRANG THAI", "TEN XA", "TINH/TP"]
    rows = [
        [1, 105.1234, 21.1234, "VTL-1", "4G", 1800, "DANG PHAT SONG", "PHUONG BA DINH", "THANH PHO HA NOI"],
        [2, 105.1244, 21.1244, "VTL-2", "4G", 1800, "DANG PHAT SONG", "PHUONG BA DINH", "THANH PHO HA NOI"],
        [3, 105.1254, 21.1254, "VTL-3", "4G", 1800, "KE HOACH", "PHUONG BA DINH", "THANH PHO HA NOI"],
    ]
    _sheet(book, [header, *rows])
    return book


def two_languages() -> openpyxl.Workbook:
    """Headers in two languages with line breaks, numbers kept as text with an apostrophe, blanks of every kind."""
    book = openpyxl.Workbook()
    header = ["STT\n(No.)", "Mã trạm\n(Site ID)", "Công nghệ\n(Technology)", "Tần số\n(MHz)", "Vĩ độ\n(Latitude)"]
    header += ["Kinh độ\n(Longitude)", "Mã xã\n(Commune code)", "Trạng\nthái"]
    rows = [
        ["1", "\u00a0VTL-1 ", "4G", "'1800", "'21,1234", "'105,1234", "'00004", "Đang\u00a0phát  sóng"],
        ["2", "VTL-2", "4G", "1 800", "21,1244", "105,1244", "00004", "Đang phát sóng"],
    ]
    _sheet(book, [header, *rows])
    return book


def two_tables() -> openpyxl.Workbook:
    """Two tables beside each other, and a third with fewer columns below, each under its own title."""
    book = openpyxl.Workbook()
    beside = [*HEADER, None, *HEADER]
    rows = [
        ["Trạm 4G phía bắc", *[None] * 9, "Trạm 4G phía nam"],
        beside,
        [*site(1, "VTL-1"), None, *site(2, "VTL-2")],
        [*site(3, "VTL-3"), None, *[None] * 9],
        [],
        ["II. DANH SÁCH TRẠM QUY HOẠCH"],
        HEADER[:-1],
        site(4, "VTL-4")[:-1],
    ]
    _sheet(book, rows)
    return book


def old_font() -> openpyxl.Workbook:
    """Text for the font .VnTime, that is TCVN3."""
    letters = str.maketrans(_TCVN3_LETTERS, _TCVN3_CODES)
    book = openpyxl.Workbook()
    rows = [HEADER, site(1, "VTL-1"), site(2, "VTL-2", status="Kế hoạch"), site(3, "VTL-3")]
    rows = [[*row, word] for row, word in zip(rows, ["Địa chỉ", "Vĩnh Phúc", "Phó Bảng", "Mỹ Lộc"], strict=True)]
    _sheet(book, [[c.translate(letters) if isinstance(c, str) else c for c in row] for row in rows])
    return book


def typed_and_untyped() -> openpyxl.Workbook:
    """Days as days and as numbers, units in cells, dashes for nothing; an empty, a hidden and a sheet of notes."""
    book = openpyxl.Workbook()
    header = [*HEADER, "Ngày phát sóng", "Ắc quy (giờ)"]
    rows = [
        [*site(1, "VTL-1", h="30 m"), dt.datetime(2023, 3, 25), "4,5"],
        [*site(2, "VTL-2", h="31,5m"), 45000, "-"],
        [*site(3, "VTL-3", h="n/a"), "25/03/2023", 6],
    ]
    _sheet(book, [header, *rows])
    book.create_sheet("Trống")
    hidden = _sheet(book, [header, [*site(4, "VTL-4"), "26.3.2023", None]], "Ẩn")
    hidden.sheet_state = "hidden"
    _sheet(book, [["Ghi chú"], ["Số liệu tính đến 30/9/2026"]], "Ghi chú")
    return book


def too_many_columns() -> openpyxl.Workbook:
    """Code and name of a site, heights of mast and antenna, band and frequency; stray cells far right and below."""
    book = openpyxl.Workbook()
    header = ["STT", "Tên trạm", "Mã nhà trạm", "Mã trạm", "Băng tần", "Tần số (MHz)", "Độ cao cột", "Chiều cao anten"]
    header += ["Loại trạm", "Công nghệ", "Vĩ độ", "Kinh độ", "Mã xã", "Tình trạng", "Công suất (W)", "Người quản lý"]
    rows = [
        [i, f"Chợ {i}", f"NT{i // 2}", f"VTL-{i}", "B3", 1800, 45, 30 + i, "Macro", "4G", 21.1234 + i / 1000, 105.1234]
        for i in range(1, 5)
    ]
    rows = [[*row, "00004", "Đang phát sóng", 40, "Nguyễn Văn An"] for row in rows]
    sheet = _sheet(book, [header, *rows])
    sheet.cell(2, 16_384).value = "x"
    sheet.cell(60_000, 2).value = "Ghi chú: số liệu chưa kiểm tra"
    for column in range(40, 400):
        sheet[f"{get_column_letter(column)}3"].number_format = "0.00"
    return book


SHEETS: dict[str, tuple[Callable[[], openpyxl.Workbook], list[str]]] = {
    "official_form": (official_form, ["VTL-1", "VTL-2", "VTL-3"]),
    "three_header_rows": (three_header_rows, ["VTL-1", "VTL-2"]),
    "sections_by_district": (sections_by_district, ["VTL-1", "VTL-2", "VTL-3", "VTL-4"]),
    "merged_data_cells": (merged_data_cells, ["VTL-1", "VTL-2", "VTL-3"]),
    "capitals_without_accents": (capitals_without_accents, ["VTL-1", "VTL-2", "VTL-3"]),
    "two_languages": (two_languages, ["VTL-1", "VTL-2"]),
    "two_tables": (two_tables, ["VTL-1", "VTL-2", "VTL-3"]),
    "old_font": (old_font, ["VTL-1", "VTL-2", "VTL-3"]),
    "typed_and_untyped": (typed_and_untyped, ["VTL-1", "VTL-2", "VTL-3", "VTL-4"]),
    "too_many_columns": (too_many_columns, ["VTL-1", "VTL-2", "VTL-3", "VTL-4"]),
}
"""Each workbook and the ids that a clerk would accept from it."""
