"""Which rows are headers, and the names they give."""

from __future__ import annotations

import numpy as np
import pytest

from phusong.intake.headers import find_headers, names, same_cells

HEADER = ["STT", "Mã trạm", "Vĩ độ", "Kinh độ"]
DATA = [1, "VTL-1", 21.1, 105.1]


def grid(*rows: list[object]) -> np.ndarray:
    """Rows as an array, short ones filled."""
    table = np.full((len(rows), max(map(len, rows))), None, object)
    for i, row in enumerate(rows):
        table[i, : len(row)] = row
    return table


@pytest.mark.parametrize(
    ("rows", "heads"),
    [
        ([HEADER, DATA], [(0, 1)]),
        ([["DANH SÁCH TRẠM"], [], ["Kỳ", "Quý III"], HEADER, DATA], [(3, 4)]),
        ([["SITE ID", "LAT", "LONG", "cột lạ"], DATA], [(0, 1)]),
        ([["STT", "Mã trạm", "Vị trí", None], [None, None, "Vĩ độ", "Kinh độ"], DATA], [(0, 2)]),
        ([["Nhóm một", None, "Nhóm hai", None], [None, "Mã trạm", "Vĩ độ", "Kinh độ"], DATA], [(0, 2)]),
        ([["A", None, "B", None], [None, "C", "Vị trí", None], ["STT", "Mã trạm", None, "Kinh độ"], DATA], [(0, 3)]),
        ([HEADER, [None, None, "(độ)", "[độ]"], DATA], [(0, 2)]),
        ([HEADER, ["(1)", "(2)", "(3)", "(4)"], DATA], [(0, 1)]),
        ([HEADER, DATA, HEADER, DATA], [(0, 1), (2, 3)]),
        ([HEADER, HEADER, DATA], [(0, 1), (1, 2)]),
        ([HEADER, DATA, [], ["STT", "Mã thôn", "Số hộ"], [1, "T1", 5]], [(0, 1), (3, 4)]),
        ([["cột một", "cột hai"], ["a", 1], ["b", 2]], [(0, 1)]),
        ([["cột một", "cột hai"], ["a", "b"], ["c", "d"]], []),
        ([DATA, DATA], []),
        ([["Mã trạm"], ["VTL-1"]], []),
        ([[]], []),
    ],
    ids=[
        "plain", "titles", "english", "groups", "groups unknown", "three rows", "units", "numbering", "again", "twice",
        "another below", "unknown names", "words only", "no header", "one column", "nothing",
    ],
)  # fmt: skip
def test_headers_are_found(rows, heads):
    assert find_headers(grid(*rows)) == heads


def test_a_row_of_data_in_words_is_no_header():
    rows = [
        ["Mã trạm", "Loại", "Trạng thái", "Xã"],
        ["VTL-A", "Macro", "Đang phát sóng", "Hoà Bình"],
        ["VTL-B", "LTE", "On", "X"],
    ]
    assert find_headers(grid(*rows)) == [(0, 1)]


def test_names_of_several_rows_are_joined_and_a_group_reaches_over_its_merged_cells():
    rows = grid(["STT", "Vị trí", None, "Vô tuyến"], [None, "Vĩ độ\n(N)", "Kinh độ", "Tần  số"])
    assert names(rows, ((4, 4, 1, 2), (4, 5, 0, 0)), [4, 5]) == (
        "STT",
        "Vị trí / Vĩ độ (N)",
        "Vị trí / Kinh độ",
        "Vô tuyến / Tần số",
    )


def test_a_group_without_merged_cells_reaches_to_the_next_group():
    rows = grid(["STT", "Vị trí", None, "Vô tuyến", None], [None, "Vĩ độ", "Kinh độ", "Tần số", None])
    assert names(rows, (), [1, 2]) == ("STT", "Vị trí / Vĩ độ", "Vị trí / Kinh độ", "Vô tuyến / Tần số", "")


def test_what_says_the_same_in_another_manner_is_the_same():
    assert same_cells(["Mã trạm", None, 5], ["MA TRAM", "", "5"])
    assert not same_cells(["Mã trạm", None], ["Mã trạm", "x"])
