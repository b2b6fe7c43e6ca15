"""Cells of the XLSX: numbers as numbers, and texts as texts, also where they look like a formula."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from phusong.errors import ConfigError
from phusong.publish.report.forms import decree
from phusong.publish.report.forms.numeral import numeral
from phusong.publish.report.model import Figure, Language, Run, Word

Content = Run | Word | None
Properties = str | int | bool
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
LETTER_PT = 12
_LOOK: dict[str, Properties] = {
    "font_name": decree.TYPEFACE,
    "font_size": LETTER_PT,
    "valign": "top",
    "text_wrap": True,
}


@dataclass(frozen=True)
class Book:
    """A workbook in a language, and its formats, made once each."""

    workbook: xlsxwriter.Workbook
    language: Language
    formats: dict[tuple[tuple[str, Properties], ...], Format] = field(default_factory=dict)


def write_cell(
    book: Book,
    sheet: Worksheet,
    place: tuple[int, int],
    content: Content,
    is_number: bool = False,
    **look: Properties,
) -> None:
    """
    Write a cell.

    Parameters
    ----------
    place
        Row and column, from 0.
    is_number
        A text is written as the number that is printed in it, where it holds one.
    look
        Properties of its format.

    Raises
    ------
    ConfigError
        When the sheet cannot hold it.
    """
    text = content.text if isinstance(content, Figure) else content
    printed = numeral(text, book.language) if is_number and isinstance(text, str) else None
    if printed:
        look = {**look, "num_format": printed.number_format, "align": "right"}
        refused = sheet.write_number(*place, printed.value, _format(book, look))
    elif text is None or (isinstance(text, float) and not math.isfinite(text)):
        refused = sheet.write_blank(*place, None, _format(book, look))
    elif isinstance(text, bool):
        refused = sheet.write_boolean(*place, text, _format(book, look))
    elif isinstance(text, int | float):
        refused = sheet.write_number(*place, text, _format(book, look))
    else:
        marked = {**look, "quote_prefix": True} if text.startswith(_FORMULA) else look
        refused = sheet.write_string(*place, text, _format(book, marked))
    if refused:
        raise ConfigError(
            f"Sheet {sheet.name}, row {place[0] + 1}: there is more than a sheet of XLSX can hold. / "
            f"Trang tính {sheet.name}, dòng {place[0] + 1}: vượt quá sức chứa của một trang XLSX."
        )


def _format(book: Book, look: dict[str, Properties]) -> Format:
    key = tuple(sorted(look.items()))
    if key not in book.formats:
        book.formats[key] = book.workbook.add_format({**_LOOK, **look})
    return book.formats[key]
