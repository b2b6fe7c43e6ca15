"""Pages of HTML under the name of a workbook."""

from __future__ import annotations

import pytest

from phusong.errors import FilingError
from phusong.intake.readers import Limits, read


def page(body: str, encoding: str = "utf-8") -> bytes:
    """What reports export as .xls."""
    return f'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><body>{body}</body></html>'.encode(encoding)


def test_a_workbook_that_is_really_a_page(filed):
    body = "<table><tr><th>Mã trạm<th>Tỉnh</tr><tr><td>VTL-1<td>Hà&nbsp;Nội &amp; ngoại thành</td></tr></table>"
    (table,) = read(filed("a.xlsx", page(body)))
    assert table.cells.to_numpy(object).tolist() == [["Mã trạm", "Tỉnh"], ["VTL-1", "Hà\u00a0Nội & ngoại thành"]]
    assert table.cells.index.tolist() == [1, 2]
    assert table.notes == ("a page of HTML, read as UTF-8",)


def test_spanning_cells_keep_the_cells_right_of_them_and_below_in_their_columns(filed):
    body = """<table><tr><td rowspan=2>STT<td rowspan=2>Mã trạm<td colspan=2>Vị trí<td rowspan=2>Công nghệ</tr>
    <tr><td>Vĩ độ<td>Kinh độ</tr><tr><td>1<td>VTL-1<td>21.1<td>105.1<td>4G</tr></table>"""
    (table,) = read(filed("a.xls", page(body)))
    assert table.cells.to_numpy(object).tolist() == [
        ["STT", "Mã trạm", "Vị trí", None, "Công nghệ"],
        [None, None, "Vĩ độ", "Kinh độ", None],
        ["1", "VTL-1", "21.1", "105.1", "4G"],
    ]
    assert table.merged == ((1, 2, 0, 0), (1, 2, 1, 1), (1, 1, 2, 3), (1, 2, 4, 4))


def test_each_table_is_a_sheet_and_one_within_another_its_own(filed):
    body = "<table><tr><td>a<table><tr><td>b<td>c</table><td>d</table><p>x<table><tr><td>e<br>f</table>"
    tables = list(read(filed("a.xls", page(body))))
    assert [(t.sheet, t.cells.to_numpy(object).tolist()) for t in tables] == [
        ("table 1", [["a", "d"]]),
        ("table 2", [["b", "c"]]),
        ("table 3", [["e\nf"]]),
    ]


def test_rows_without_their_tags_are_rows_still(filed, cells_of):
    assert cells_of(filed("a.xls", page("<table><td>a<td>b<tr><td>c</table></table></td>"))) == [
        ["a", "b"],
        ["c", None],
    ]


@pytest.mark.parametrize("span", ["0", "-3", "x", "99999999999", "１"])
def test_a_span_that_cannot_be_is_one_or_bounded(filed, span):
    (table,) = read(filed("a.xls", page(f'<table><tr><td rowspan="{span}">a<td>b<tr><td>c<td>d</table>')))
    assert table.cells.shape[0] == 2
    assert table.cells.loc[1].tolist()[:2] == ["a", "b"]


def test_a_page_without_a_table_is_refused(filed):
    with pytest.raises(FilingError, match=r"a\.xls is a page of HTML without a table"):
        list(read(filed("a.xls", page("<p>Phiên làm việc đã hết hạn</p>"))))


def test_a_page_too_large_is_refused(filed):
    with pytest.raises(FilingError, match=r"a\.xls is too large for a page of HTML"):
        list(read(filed("a.xls", page("<table><tr><td>a</table>")), Limits(feature_bytes=10)))


def test_a_workbook_in_xml_is_refused_with_what_to_do(filed):
    data = b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Table/></Workbook>'
    with pytest.raises(FilingError, match=r"a\.xls is a workbook of Excel 2003 in XML: save it as \.xlsx"):
        list(read(filed("a.xls", data)))
