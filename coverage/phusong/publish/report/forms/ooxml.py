"""OOXML: elements of a word-processing document; texts go in as text, so that none is read as markup."""

from __future__ import annotations

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from phusong.publish.report.forms import decree
from phusong.publish.report.forms.widths import shown
from phusong.publish.report.model import Figure, Run

TWIPS_PER_MM = 1440 / 25.4
_ABOVE_MM = 0.5
"""Between the text of a cell and its upper and lower edge."""
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def element(tag: str, *children: BaseOxmlElement, **attributes: str | int) -> BaseOxmlElement:
    """
    An element with its children; `w_val` is the attribute `w:val`.

    Examples
    --------
    >>> element("w:tag", w_val="H-7K3QA").get(qn("w:val"))
    'H-7K3QA'
    """
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(name.replace("_", ":", 1)), str(value))
    made.extend(children)
    return made


def twips(millimetres: float) -> int:
    """Twentieths of a point, the unit of lengths in a document."""
    return round(millimetres * TWIPS_PER_MM)


def text_run(text: str, *properties: BaseOxmlElement) -> BaseOxmlElement:
    """Text of one look."""
    held = element("w:t")
    held.set(_SPACE, "preserve")
    held.text = text
    return element("w:r", element("w:rPr", *properties), held)


def paragraph(style: str, *content: BaseOxmlElement, properties: tuple[BaseOxmlElement, ...] = ()) -> BaseOxmlElement:
    """A paragraph in a style of the document, by the style's id."""
    return element("w:p", element("w:pPr", element("w:pStyle", w_val=style), *properties), *content)


def keep(written: BaseOxmlElement) -> BaseOxmlElement:
    """The same paragraph, whole and on the page of what follows it."""
    properties = written.find(qn("w:pPr"))
    for tag in ("w:keepLines", "w:keepNext"):
        properties.insert(1, element(tag))  # after the style: their order is fixed
    return written


def lines(role: str, *texts: str) -> list[BaseOxmlElement]:
    """A paragraph a text, in the letters of a part of the document."""
    return [paragraph(role, text_run(decree.written(role, text))) for text in texts]


def runs(several: tuple[Run, ...]) -> list[BaseOxmlElement]:
    """Text as it stands, and each figure in a content control that bears its code, with the code beside it."""
    return [part for run in several for part in _run(run)]


def _run(run: Run) -> list[BaseOxmlElement]:
    text = text_run(shown(run))
    if not isinstance(run, Figure):
        return [text]
    bearing = element("w:sdtPr", element("w:tag", w_val=run.code), element("w:text"))
    control = element("w:sdt", bearing, element("w:sdtContent", text))
    return [control] if run.in_cell else [control, _code(run.code)]


def _code(code: str) -> BaseOxmlElement:
    """A code in brackets, at whose hyphen no line ends."""
    made = text_run("[", element("w:rStyle", w_val="code"))
    for number, part in enumerate(f"{code}]".split("-")):
        made.extend([element("w:noBreakHyphen")] if number else [])
        made.append(element("w:t"))
        made[-1].text = part
    return made


def table(widths_mm: tuple[float, ...], *rows: BaseOxmlElement, edges: bool = True) -> BaseOxmlElement:
    """A table of fixed columns: its cells have edges and padding, or neither."""
    line = "single" if edges else "nil"
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders = [element(f"w:{side}", w_val=line, w_sz=4, w_space=0, w_color="000000") for side in sides]
    across, down = (twips(decree.PADDING_MM), twips(_ABOVE_MM)) if edges else (0, 0)
    paddings = {"top": down, "left": across, "bottom": down, "right": across}
    margins = [element(f"w:{side}", w_w=padding, w_type="dxa") for side, padding in paddings.items()]
    properties = element(
        "w:tblPr",
        element("w:tblW", w_w=sum(map(twips, widths_mm)), w_type="dxa"),
        element("w:tblInd", w_w=across, w_type="dxa"),
        element("w:tblBorders", *borders),
        element("w:tblLayout", w_type="fixed"),
        element("w:tblCellMar", *margins),
    )
    grid = element("w:tblGrid", *(element("w:gridCol", w_w=twips(width_mm)) for width_mm in widths_mm))
    return element("w:tbl", properties, grid, *rows)


def row(cells: list[list[BaseOxmlElement]], widths_mm: tuple[float, ...], heading: bool = False) -> BaseOxmlElement:
    """A row that stays on one page; a heading row stands on each page of its table."""
    properties = element("w:trPr", element("w:cantSplit"), *([element("w:tblHeader")] if heading else []))
    made = [
        element("w:tc", element("w:tcPr", element("w:tcW", w_w=twips(width_mm), w_type="dxa")), *paragraphs)
        for paragraphs, width_mm in zip(cells, widths_mm, strict=True)
    ]
    return element("w:tr", properties, *made)
