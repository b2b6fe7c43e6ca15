"""XLSX: the text and tables of the report with the code of each figure, and the rows that figures were counted from."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from phusong.publish.report.forms import decree
from phusong.publish.report.forms.widths import lines_of
from phusong.publish.report.forms.xlsx_cells import LETTER_PT, Book, Content, write_cell
from phusong.publish.report.model import (
    Block,
    Bullets,
    Figure,
    Form,
    Heading,
    PageBreak,
    Paragraph,
    Picture,
    Report,
    Run,
    Sheet,
    Table,
)

TEXT, FIGURES, SOURCES = "report", "figures", "sources"
"""Names of the sheets that every report has."""
HEADING_ROW = 3
"""Row of the headings, from 1, of every sheet but the text."""
FIGURE_HEADINGS = (
    "Mã / Code",
    "Được in / Printed",
    "Giá trị / Value",
    "Đơn vị / Unit",
    "Định nghĩa / Definition",
    "Bộ lọc / Filter",
)
SOURCE_HEADINGS = ("Nguồn / Source",)
_WIDEST, _NARROWEST, _TEXT_WIDTH = 60, 8, 76
"""Widths of columns, in digits."""
_DIGIT_MM = 1.85
_LINE_PT, _TALLEST_PT = 16.0, 400.0
_A4 = 9


def write(report: Report, path: Path) -> None:
    """
    Write the report as XLSX; the same report gives the same bytes.

    Raises
    ------
    ConfigError
        When a text or a table is longer than a sheet can hold.
    """
    held = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = Book(xlsxwriter.Workbook(held, options), report.form.language)
    _state(book, report)
    _write_text(book, report)
    for table in (block for block in report.blocks if isinstance(block, Table)):
        _write_sheet(book, table, report.form, numbers=[kind == "number" for kind in table.kinds])
    for sheet in [*report.annexes, _figures(report), _sources(report)]:
        _write_sheet(book, sheet, report.form, numbers=[False] * len(sheet.headings))
    book.workbook.close()
    path.write_bytes(held.getvalue())


def _state(book: Book, report: Report) -> None:
    book.workbook.set_properties(
        {
            "title": " ".join([report.form.kind, *report.form.title]),
            "author": " ".join(report.form.issuer),
            "keywords": report.identity.text,
            "created": dt.datetime.combine(report.form.day, dt.time()),
        }
    )


def _figures(report: Report) -> Sheet:
    """Every figure with its exact value and the question that it answers."""
    rows = [(one.code, one.text, one.value, one.unit, one.definition, one.filter) for one in report.figures]
    return Sheet(FIGURES, "Số liệu trong báo cáo / Figures of the report", FIGURE_HEADINGS, tuple(rows))


def _sources(report: Report) -> Sheet:
    rows = tuple((line,) for line in report.sources)
    return Sheet(SOURCES, "Nguồn dữ liệu / Sources", SOURCE_HEADINGS, rows)


def _write_text(book: Book, report: Report) -> None:
    """What the report says, a paragraph a row; of a table, on which sheet it stands."""
    sheet = book.workbook.add_worksheet(TEXT)
    sheet.set_column(0, 0, _TEXT_WIDTH)
    _lay(sheet, report.form, landscape=False)
    said = (line for block in report.blocks for line in _lines(block))
    for number, (text, is_bold) in enumerate([*_head(report.form), *said, *_closing(report.form)]):
        sheet.set_row(number, _height_pt([text], [_TEXT_WIDTH]))
        write_cell(book, sheet, (number, 0), text, bold=is_bold)


def _head(form: Form) -> Iterator[tuple[str, bool]]:
    for text in (form.banner, form.marking, *form.superior, *form.issuer, form.nation, form.motto):
        yield text, True
    yield form.number, False
    yield form.place_and_date, False
    for text in (form.kind, *form.title):
        yield text, True


def _closing(form: Form) -> Iterator[tuple[str, bool]]:
    for text in (*form.signatory_title, form.signatory, form.recipients_word):
        yield text, True
    for text in form.recipients:
        yield text, False


def _lines(block: Block) -> list[tuple[str, bool]]:
    """Rows of a block, and whether they are bold."""
    match block:
        case Heading():
            return [(block.text, True)]
        case Paragraph():
            return [(_joined(block.runs), block.style == "warning")]
        case Bullets():
            return [(f"– {_joined(item)}", False) for item in block.items]
        case Picture():
            return [(f"{block.caption}: {block.alt}", False)]
        case Table():
            return [(f"{block.caption} → {block.name}", False)]
        case PageBreak():
            return []


def _joined(runs: Iterable[Run]) -> str:
    """Text with the code behind each figure."""
    return "".join(f"{run.text} [{run.code}]" if isinstance(run, Figure) else run for run in runs)


def _write_sheet(book: Book, table: Table | Sheet, form: Form, numbers: Sequence[bool]) -> None:
    """A sheet of rows under headings that stay in sight and on each printed page."""
    sheet = book.workbook.add_worksheet(table.name)
    _lay(sheet, form, landscape=len(table.headings) > 5)
    foot = " · ".join(filter(None, [form.banner, decree.foot(form)]))
    write_cell(book, sheet, (0, 0), table.caption, bold=True, text_wrap=False)
    write_cell(book, sheet, (1, 0), foot, text_wrap=False)
    widths = [_width(column) for column in zip(table.headings, *table.rows, strict=True)]
    for column, (text, width) in enumerate(zip(table.headings, widths, strict=True)):
        sheet.set_column(column, column, width)
        write_cell(book, sheet, (HEADING_ROW - 1, column), text, bold=True, border=1, bg_color="#E7E6E6")
    for number, row in enumerate(table.rows, HEADING_ROW):
        sheet.set_row(number, _height_pt(row, widths))
        for column, (cell, is_number) in enumerate(zip(row, numbers, strict=True)):
            write_cell(book, sheet, (number, column), cell, is_number, border=1)
    sheet.freeze_panes(HEADING_ROW, 0)
    sheet.repeat_rows(HEADING_ROW - 1)
    if isinstance(table, Table) and table.note:
        write_cell(book, sheet, (HEADING_ROW + len(table.rows), 0), table.note, text_wrap=False)


def _lay(sheet: Worksheet, form: Form, landscape: bool) -> None:
    sheet.set_paper(_A4)
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{decree.foot(form).replace('&', '&&')}&R&P")


def _width(cells: Iterable[Content]) -> int:
    return min(max(max(len(_plain(cell)) for cell in cells) + 2, _NARROWEST), _WIDEST)


def _height_pt(cells: Iterable[Content], widths: Sequence[int]) -> float:
    """Room for the most lines that a cell of the row is broken into, up to what a sheet allows."""
    pairs = zip(cells, widths, strict=True)
    lines = [lines_of(_plain(cell), width * _DIGIT_MM, LETTER_PT) for cell, width in pairs]
    return min(max(lines) * _LINE_PT, _TALLEST_PT)


def _plain(cell: Content) -> str:
    return cell.text if isinstance(cell, Figure) else "" if cell is None else str(cell)
