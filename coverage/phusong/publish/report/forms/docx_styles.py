"""Styles of the DOCX: one for each part of a document, with the letters and lines of the decree."""

from __future__ import annotations

from itertools import starmap

from docx.document import Document
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm

from phusong.publish.report.forms import decree
from phusong.publish.report.forms.decree import Align, Look
from phusong.publish.report.forms.looks import looks_of
from phusong.publish.report.forms.ooxml import element, twips
from phusong.publish.report.model import Form, Kind

_ALIGN = {"left": "left", "center": "center", "right": "right", "justify": "both"}
_NAMES = {
    "heading1": "heading 1",
    "heading2": "heading 2",
    "body": "Body Text",
    "bullet": "List Bullet",
    "page": "header",
    "foot": "footer",
    "title": "Title",
}
"""Styles by the names under which every word processor knows them, and lists headings."""
_RAISED = 0.6
"""Raised letters are printed this much smaller."""
_KINDS: dict[Kind, Align] = {"text": "left", "number": "right"}
_PICTURE = Look(11, align="center", before_pt=6, after_pt=4, keep=True)
_RULE = Look(2, after_pt=4, keep=True)
_TAGS = {"vi": "vi-VN", "en": "en-GB"}


def dress(document: Document, form: Form) -> None:
    """Lay the page and give the document its styles; a style's id is the name of its part."""
    section = document.sections[0]
    section.page_width, section.page_height = (Mm(side) for side in decree.PAPER_MM)
    section.top_margin, section.bottom_margin = Mm(decree.TOP_MM), Mm(decree.BOTTOM_MM)
    section.left_margin, section.right_margin = Mm(decree.LEFT_MM), Mm(decree.RIGHT_MM)
    section.header_distance = section.footer_distance = Mm(decree.EDGE_MM)
    section.different_first_page_header_footer = True
    looks = {**looks_of(form), **_cells(), "picture": _PICTURE, "rule": _RULE}
    normal = _style("paragraph", "Normal", "Normal", w_default=1)
    document.part.numbering_part.element[:] = []  # it numbers the template's own styles
    document.styles.element[:] = [_defaults(form.language), normal, _code(), *starmap(_part, looks.items())]


def cell_style(kind: Kind, size_pt: float, bold: bool) -> str:
    """Style of a cell, by what it holds, the size of its letters, and whether they are bold."""
    return f"{kind}{size_pt:.0f}{'bold' if bold else ''}"


def _cells() -> dict[str, Look]:
    return {
        cell_style(kind, size_pt, bold): Look(size_pt, bold, align=align)
        for kind, align in _KINDS.items()
        for size_pt in decree.TABLE_PT
        for bold in (False, True)
    }


def _defaults(language: str) -> BaseOxmlElement:
    """One typeface for whatever has no style of its own."""
    tag = _TAGS[language]
    letters = element(
        "w:rPr",
        _typeface(),
        *_size(decree.LOOKS["body"].size_pt),
        element("w:lang", w_val=tag, w_eastAsia=tag, w_bidi=tag),
    )
    return element("w:docDefaults", element("w:rPrDefault", letters), element("w:pPrDefault"))


def _style(
    kind: str, name: str, identifier: str, *content: BaseOxmlElement, **attributes: str | int
) -> BaseOxmlElement:
    own = element("w:name", w_val=name)
    return element("w:style", own, *content, w_type=kind, w_styleId=identifier, **attributes)


def _code() -> BaseOxmlElement:
    letters = element("w:rPr", *_size(decree.CODE_PT / _RAISED), element("w:vertAlign", w_val="superscript"))
    return _style("character", "Figure code", "code", letters)


def _part(role: str, look: Look) -> BaseOxmlElement:
    base = element("w:basedOn", w_val="Normal")
    content = (base, element("w:qFormat"), _lines(look, _level(role)), _letters(look))
    return _style("paragraph", _NAMES.get(role, role), role, *content)


def _level(role: str) -> str:
    """Level of a heading; empty for other parts."""
    return role.removeprefix("heading") if role.startswith("heading") else ""


def _lines(look: Look, level: str) -> BaseOxmlElement:
    before, after = round(look.before_pt * 20), round(look.after_pt * 20)
    left, first = twips(look.left_mm), twips(look.first_line_mm)
    return element(
        "w:pPr",
        *([element("w:keepNext")] if look.keep else []),
        *([element("w:tabs", element("w:tab", w_val="left", w_pos=left))] if first < 0 else []),
        element("w:spacing", w_before=before, w_after=after, w_line=240, w_lineRule="auto"),
        element("w:ind", w_left=left, **({"w_firstLine": first} if first >= 0 else {"w_hanging": -first})),
        element("w:jc", w_val=_ALIGN[look.align]),
        *([element("w:outlineLvl", w_val=int(level) - 1)] if level else []),
    )


def _letters(look: Look) -> BaseOxmlElement:
    marks = [element(tag) for tag, on in (("w:b", look.bold), ("w:i", look.italic)) if on]
    return element("w:rPr", _typeface(), *marks, *_size(look.size_pt))


def _typeface() -> BaseOxmlElement:
    name = decree.TYPEFACE
    return element("w:rFonts", w_ascii=name, w_hAnsi=name, w_eastAsia=name, w_cs=name)


def _size(size_pt: float) -> tuple[BaseOxmlElement, BaseOxmlElement]:
    """Letters are measured in half points."""
    half_points = round(2 * size_pt)
    return element("w:sz", w_val=half_points), element("w:szCs", w_val=half_points)
