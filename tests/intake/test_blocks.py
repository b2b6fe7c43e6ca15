"""Where on a sheet the tables are."""

from __future__ import annotations

import pytest

from phusong.intake.blocks import find

HEADER = ["Mã trạm", "Vĩ độ", "Kinh độ"]


def a(number: int) -> list[object]:
    """A row of data."""
    return [f"A-{number}", 21.0 + number, 105.0]


def shown(blocks) -> list[tuple[str, list[str], list[int]]]:
    """Sheet, header and rows of each block."""
    return [(block.table.sheet, list(block.header), block.cells.index.tolist()) for block in blocks]


def test_titles_totals_and_notes_are_told_and_are_no_data(raw):
    rows = [["DANH SÁCH"], [], HEADER, a(1), [], a(2), ["Tổng cộng", 2], ["Ghi chú: tạm tính"]]
    (block,) = find(raw(*rows))
    assert block.cells.index.tolist() == [4, 6]
    assert block.aside == (
        (1, "title"), (2, "blank"), (3, "header"), (5, "blank"), (7, "total"), (8, "note"),
    )  # fmt: skip


def test_every_row_is_data_or_told(raw):
    rows = [["DANH SÁCH"], HEADER, a(1), HEADER, a(2), [], ["STT", "Mã thôn", "Số hộ"], [1, "T-1", 5], ["Tổng", 1]]
    blocks = find(raw(*rows))
    labels = [label for block in blocks for label in [*block.cells.index, *(label for label, _ in block.aside)]]
    assert sorted(labels) == list(range(1, len(rows) + 1))


def test_a_header_printed_once_more_goes_on_with_its_table(raw):
    (block,) = find(raw(HEADER, a(1), ["MA TRAM", "VI DO", "KINH DO"], a(2), HEADER, a(3)))
    assert block.cells.index.tolist() == [2, 4, 6]
    assert block.aside == ((1, "header"), (3, "repeated header"), (5, "repeated header"))


def test_another_table_below_is_a_block_of_its_own(raw):
    blocks = find(raw(HEADER, a(1), [], ["Danh sách thôn"], ["STT", "Mã thôn", "Số hộ"], [1, "T-1", 5]))
    assert shown(blocks) == [("", HEADER, [2]), ("", ["STT", "Mã thôn", "Số hộ"], [6])]


def test_tables_beside_each_other_are_sheets_of_their_own(raw):
    blocks = find(raw([*HEADER, None, *HEADER], [*a(1), None, *a(2)], [*a(3)], [None] * 4 + a(4)))
    assert shown(blocks) == [("", HEADER, [2, 3]), (" [2]", HEADER, [2, 4])]
    assert blocks[1].cells.columns.tolist() == [0, 1, 2]
    assert blocks[1].cells.loc[4].tolist() == a(4)


def test_an_empty_column_within_a_table_divides_nothing(raw):
    (block,) = find(raw(["Mã trạm", "Công nghệ", None, "Vĩ độ", "Kinh độ"], ["A-1", "4G", None, 21.1, 105.1]))
    assert block.header == ("Mã trạm", "Công nghệ", "", "Vĩ độ", "Kinh độ")


def test_cells_merged_over_rows_of_data_are_filled(raw):
    rows = [[*HEADER, "Xã"], [*a(1), "Hoà Bình"], a(2), a(3), [*a(4), "Tân Thành"]]
    (block,) = find(raw(*rows, merged=((2, 4, 3, 3), (1, 1, 0, 1))))
    assert block.cells[3].tolist() == ["Hoà Bình", "Hoà Bình", "Hoà Bình", "Tân Thành"]
    assert block.filled == ((3, 3), (4, 3))


def test_merged_cells_fill_no_row_that_is_no_data(raw):
    (block,) = find(raw([*HEADER, "Xã"], [*a(1), "Hoà Bình"], [None, None, None], a(3), merged=((2, 4, 3, 3),)))
    assert block.cells.index.tolist() == [2, 3, 4]
    assert block.cells[3].tolist() == ["Hoà Bình"] * 3


@pytest.mark.parametrize("merged", [(2, 9_000_000, 0, 0), (0, 3, 0, 0), (2, 3, 40, 40), (2, 3, 0, 5), (3, 2, 0, 0)])
def test_merged_ranges_that_reach_beyond_the_cells_do_no_harm(raw, merged):
    (block,) = find(raw(HEADER, a(1), a(2), merged=(merged,)))
    assert block.cells[0].tolist() == ["A-1", "A-2"]


def test_a_sheet_without_a_header_is_told_as_notes(raw):
    (block,) = find(raw(["Ghi chú"], [], ["Số liệu đến 30/9"]))
    assert (block.header, len(block.cells)) == ((), 0)
    assert block.aside == ((1, "note"), (2, "note"), (3, "note"))


def test_a_further_part_goes_on_below_the_header_of_the_first(raw):
    part = raw([*a(7), "thừa"], ["MÃ TRẠM", "Vĩ độ", "Kinh độ"], [], a(8), first=200_001)
    (block,) = find(part, tuple(HEADER))
    assert block.header == ("Mã trạm", "Vĩ độ", "Kinh độ", "")
    assert block.cells.index.tolist() == [200_001, 200_004]
    assert block.cells[3].tolist() == ["thừa", None]
    assert block.aside == ((200_002, "repeated header"), (200_003, "blank"))


def test_a_further_part_of_a_table_without_header_has_none_either(raw):
    (block,) = find(raw([1, 2], [3, 4]), ())
    assert block.header == ("", "")
    assert len(block.cells) == 2


def test_names_that_a_format_carries_are_the_header(filed):
    from phusong.intake.readers import read

    data = b'{"type": "FeatureCollection", "features": [{"properties": {"Ma\\u0303  tra\\u0323m": "A-1", "x": 1}}]}'
    (block,) = find(next(read(filed("a.geojson", data))))
    assert block.header == ("Mã trạm", "x")
