"""Extraction: which report a file is, and what it says under each code; for files that people may have edited."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from string import ascii_lowercase
from typing import Any, TypeVar

import docx
import openpyxl
from docx.opc.exceptions import OpcError
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from phusong.errors import SnapshotError
from phusong.publish.report.forms.numeral import Numeral, displayed
from phusong.publish.report.forms.pdf_structure import Part, structure
from phusong.publish.report.forms.widths import BREAK
from phusong.publish.report.forms.xlsx import FIGURES, HEADING_ROW, TEXT
from phusong.publish.report.model import Identity, Language
from phusong.text import nfc

_T = TypeVar("_T")
_Readings = Iterator[tuple[str, str]]
"""Codes and what is printed under them, in order of reading; a code may come more than once."""
_CODE = re.compile(r"[A-Z0-9]+-[A-Z0-9]+(?:\.[a-z])?")
_CODED = re.compile(rf"(.*?)\s*\[({_CODE.pattern})\]", re.DOTALL)
_TAIL = re.compile(r"(?:-?\d[\d.,]*\D*|\S+)$")
_FAULTS = (
    OSError, ValueError, LookupError, AttributeError, TypeError, NotImplementedError, RecursionError, SyntaxError,
    zipfile.BadZipFile, zlib.error, OpcError, PyPdfError,
)  # fmt: skip
"""What the readers raise on damaged files."""


def identity(path: Path) -> Identity:
    """
    Which report a file is.

    Raises
    ------
    SnapshotError
        When the file is no DOCX, PDF or XLSX of a report, or cannot be read.
    """
    return _read(path, lambda form: Identity.parse(form.identity(path)))


def printed(path: Path) -> Mapping[str, str]:
    """
    What is printed under each code; where a code comes twice with two texts, both, with a stroke between.

    Raises
    ------
    SnapshotError
        When the file is no DOCX, PDF or XLSX of a report, or cannot be read.
    """
    found: dict[str, list[str]] = {}
    for code, text in _read(path, lambda form: list(form.readings(path))):
        texts = found.setdefault(code, [])
        texts += [text] if text not in texts else []
    return {code: " / ".join(texts) for code, texts in found.items()}


def _read(path: Path, of: Callable[[_Form], _T]) -> _T:
    form = _FORMS.get(path.suffix.lower())
    if form is None:
        expected = ", ".join(_FORMS)
        raise SnapshotError(
            f"{path.name} is no report: a file of {expected} was expected. / "
            f"{path.name} không phải báo cáo: cần tệp {expected}."
        )
    try:
        return of(form)
    except _FAULTS as fault:
        raise SnapshotError(
            f"{path.name} cannot be read as a report of this programme: {fault}. / "
            f"Không đọc được {path.name} như báo cáo của chương trình này: {fault}."
        ) from fault


def _docx_identity(path: Path) -> str:
    return docx.Document(str(path)).core_properties.identifier


def _docx_readings(path: Path) -> _Readings:
    """Text in the content controls; what an editor has marked as deleted does not count."""
    with zipfile.ZipFile(path) as archive:
        body = parse_xml(archive.read("word/document.xml"))
    for control in body.iter(qn("w:sdt")):
        tag = control.find(f"{qn('w:sdtPr')}/{qn('w:tag')}")
        if tag is not None and _CODE.fullmatch(tag.get(qn("w:val"), "")):
            yield tag.get(qn("w:val")), nfc("".join(text.text or "" for text in control.iter(qn("w:t"))))


def _pdf_identity(path: Path) -> str:
    information = PdfReader(path).metadata
    return str(information.get("/Keywords", "")) if information else ""


def _pdf_readings(path: Path) -> _Readings:
    """Figures in text stand before their codes; those in a row belong to the code in its last cell."""
    for part, following in pairwise([*structure(path).within("TR", "Strong", "Code"), Part("")]):
        if part.kind == "TR":
            yield from _row(list(part.within("TD")))
        elif (part.kind, following.kind) == ("Strong", "Code"):
            yield _plain(following.text).strip("[]"), _plain(part.text)


def _row(cells: Sequence[Part]) -> _Readings:
    code = _plain(cells[-1].text) if cells else ""
    for letter, cell in zip(ascii_lowercase, cells, strict=False):
        if any(cell.within("Strong")) and _CODE.fullmatch(code):
            yield f"{code}.{letter}", _plain(cell.text)


def _plain(text: str) -> str:
    return nfc(text.replace(BREAK, ""))


def _xlsx_identity(path: Path) -> str:
    return str(openpyxl.load_workbook(path, read_only=True).properties.keywords)


def _xlsx_readings(path: Path) -> _Readings:
    """The list of figures, the text, and the rows of the tables, which end with their code."""
    book = openpyxl.load_workbook(path)
    language = Identity.parse(book.properties.keywords).language
    listed = {str(row[0].value): _cell(row[1], language) for row in book[FIGURES].iter_rows(min_row=HEADING_ROW + 1)}
    yield from listed.items()
    for (cell,) in book[TEXT].iter_rows(max_col=1):
        yield from _sentence(str(cell.value or ""), listed)
    for sheet in book:
        for row in sheet.iter_rows(min_row=HEADING_ROW + 1) if sheet.title not in (FIGURES, TEXT) else ():
            codes = [f"{row[-1].value}.{letter}" for letter in ascii_lowercase]
            yield from ((code, _cell(cell, language)) for code, cell in zip(codes, row, strict=False) if code in listed)


def _sentence(text: str, listed: Mapping[str, str]) -> _Readings:
    """Figures of a sentence: before each code its listed text, or else the last number or word."""
    for before, code in _CODED.findall(text):
        expected = listed.get(code, "")
        same = re.search(rf"(?<![\d.,-]){re.escape(expected)}$", nfc(before))
        tail = _TAIL.search(nfc(before))
        yield code, expected if same else tail[0] if tail else ""


def _cell(cell: Any, language: Language) -> str:
    """What a cell shows; a number format that is not ours shows the number as it is."""
    if not isinstance(cell.value, int | float):
        return nfc(str(cell.value or ""))
    try:
        return nfc(displayed(Numeral(cell.value, cell.number_format), language))
    except ValueError:
        return str(cell.value)


@dataclass(frozen=True)
class _Form:
    """How a kind of file is read."""

    identity: Callable[[Path], str]
    readings: Callable[[Path], _Readings]


_FORMS = {
    ".docx": _Form(_docx_identity, _docx_readings),
    ".pdf": _Form(_pdf_identity, _pdf_readings),
    ".xlsx": _Form(_xlsx_identity, _xlsx_readings),
}
