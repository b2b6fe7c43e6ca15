"""Which rows below a header are no data."""

from __future__ import annotations

import numpy as np
import pytest

from phusong.intake.row_kinds import kinds

DATA = [1, "VTL-1", "4G", 1800, 21.1, 105.1, 30, "00004"]


def kind(row: list[object], *, first: bool = False) -> str:
    """What a row is among six rows of data of eight cells."""
    rows = [row, *[DATA] * 6] if first else [*[DATA] * 6, row]
    table = np.full((7, 8), None, object)
    for i, cells in enumerate(rows):
        table[i, : len(cells)] = cells
    found = kinds(table, 8)
    assert found[1:-1] == [""] * 5
    return found[0 if first else -1]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([], "blank"), (["Tổng cộng", 6], "total"), (["TỔNG SỐ:", None, 6], "total"), ([None, "Cộng", 6], "total"),
        (["Cộng (I+II)", 6], "total"), (["Total", 6], "total"), (["Tổng cộng: 6 trạm"], "total"),
        (["Cộng huyện Sóc Sơn", 3], "total"), (["Lũy kế", 9], "total"), (["Ghi chú: số liệu tạm tính"], "note"),
        (["Nguồn: Sở"], "note"), (["Lưu ý", "x"], "note"), (["Số liệu tính đến hết ngày 30/9"], "note"),
        ([None, "Người lập biểu", None, "Thủ trưởng đơn vị"], "note"), (["I", "Huyện Sóc Sơn"], "section"),
        (["II.", "Khu trung tâm"], "section"), (["A. Trạm ngoài trời"], "section"),
        (["1. Trạm ngoài trời"], "section"), (["Thị xã Sơn Tây"], "section"), ([1, "Huyện Sóc Sơn"], "section"),
        (DATA, ""), ([7, "VTL-7"], ""), (["VTL-7"], ""), (["VTL-7", "4G"], ""), (["Công viên Hồ Tây", "4G"], ""),
        ([7, "Tổng công ty", "4G"], ""), (["Tổng công ty Viễn thông", "4G"], ""), (["Công ty", 5], ""), (["A-1"], ""),
        (["Nguyễn Văn An"], ""), ([5], ""), (["Tổng cộng", "VTL", "4G", 1800, 21.1], ""),
    ],
    ids=str,
)  # fmt: skip
def test_kind_of_a_row(row, expected):
    assert kind(row) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([1, 2, 3, 4, 5, 6, 7, 8], "numbering"), (["(1)", "(2)", "(3)"], "numbering"), (["1", "2", "3"], "numbering"),
        (["A", "B", "C", 1, 2, 3], "numbering"), (["A", "B", "1", "2", "3=1+2"], "numbering"),
        ([None, 1, 2, 3], "numbering"), ([1, 2], ""), ([1, 3, 5, 7], ""), ([5, 6, 7], ""), ([1, "VTL-1", 3], ""),
        (["B", "C", "D"], ""),
    ],
    ids=str,
)  # fmt: skip
def test_only_the_first_row_may_number_the_columns(row, expected):
    assert kind(row, first=True) == expected
    if expected:
        assert kind(row) == ""


def test_what_stands_below_a_signature_is_no_data():
    rows = np.full((9, 8), None, object)
    rows[:5] = DATA
    rows[5, 1] = "Người lập biểu"
    rows[6, 1] = "(Ký, họ tên)"
    rows[7, 1] = "Nguyễn Văn An"
    rows[8, :2] = [7, "VTL-7"]
    assert kinds(rows, 8)[5:] == ["note", "note", "note", ""]


def test_a_form_of_two_rows_and_many_signatures():
    rows = np.full((7, 8), None, object)
    rows[:2] = DATA
    for i, text in enumerate(["Tổng cộng", "Hà Nội, ngày 30 tháng 9 năm 2026", "Người lập biểu", "(Ký)", "Trần Bình"]):
        rows[2 + i, 1] = text
    assert kinds(rows, 8) == ["", "", "total", "note", "note", "note", "note"]


def test_in_a_table_of_two_columns_a_row_is_data_whatever_it_says():
    rows = np.array([["Tổng", 5], ["Huyện A", 6], [None, None]], object)
    assert kinds(rows, 2) == ["", "", "blank"]


def test_no_rows():
    assert kinds(np.zeros((0, 3), object), 3) == []
