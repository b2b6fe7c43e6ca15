"""Frame of the DOCX: its head, the signature and recipients below, and what stands at the edges of each page."""

from __future__ import annotations

import copy

from docx.document import Document
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from phusong.publish.report.forms import decree
from phusong.publish.report.forms.ooxml import element, keep, lines, paragraph, row, table, text_run, twips
from phusong.publish.report.forms.widths import text_mm
from phusong.publish.report.model import Form

_SIDES_MM = (decree.ISSUER_MM, decree.ROOM_MM - decree.ISSUER_MM)
_ENDS_MM = (decree.RECIPIENTS_MM, decree.ROOM_MM - decree.RECIPIENTS_MM)
_NEARER = 0.93
"""Letters in print are narrower than the widths that we allow them, by this share on the whole."""


def head(form: Form) -> list[BaseOxmlElement]:
    """Issuing body and national heading side by side, and the title below."""
    left_mm, right_mm = _SIDES_MM
    motto_mm = _NEARER * text_mm(form.motto, decree.LOOKS["motto"].size_pt)
    issuer = [
        *lines("superior", *form.superior),
        *lines("issuer", *form.issuer),
        _rule(0.4 * left_mm, left_mm),
        *lines("number", form.number),
    ]
    nation = [
        *lines("nation", form.nation),
        *lines("motto", form.motto),
        _rule(motto_mm, right_mm),
        *lines("place", form.place_and_date),
    ]
    return [
        table(_SIDES_MM, row([issuer, nation], _SIDES_MM), edges=False),
        *lines("kind", form.kind),
        *lines("title", *form.title),
        _rule(0.25 * decree.ROOM_MM, decree.ROOM_MM),
    ]


def closing(form: Form) -> list[BaseOxmlElement]:
    """Recipients and signature side by side, on the page of the line above."""
    recipients = [*lines("recipients_word", form.recipients_word), *lines("recipients", *form.recipients)]
    room = element("w:spacing", w_before=twips(decree.SIGNATURE_MM))
    name = paragraph("signatory", text_run(form.signatory), properties=(room,))
    signature = [*lines("signatory_title", *form.signatory_title), name]
    ends = table(_ENDS_MM, row([recipients, signature], _ENDS_MM), edges=False)
    return [keep(paragraph("body")), ends, paragraph("rule")]


def settle_edges(document: Document, form: Form) -> None:
    """The banner on each page, the page's number from the second on, and at the foot for whom the document is."""
    section = document.sections[0]
    number = paragraph("page", element("w:fldSimple", text_run("2"), w_instr="PAGE"))
    foot = decree.foot(form)
    for place, content in (
        (section.first_page_header, lines("banner", form.banner)),
        (section.header, [number, *lines("banner", form.banner)]),
        (section.first_page_footer, lines("foot", foot)),
        (section.footer, lines("foot", foot)),
    ):
        place.is_linked_to_previous = False
        place.part.element[:] = content


def end_sheet(document: Document, parts: list[BaseOxmlElement], *, across: bool) -> None:
    """End pages that lie alike after these parts; what follows has the same edges, and no first page of its own."""
    last = document.element.body.sectPr
    own = copy.deepcopy(last)
    if across:
        size = own.find(qn("w:pgSz"))
        width, height = (size.get(qn(f"w:{side}")) for side in "wh")
        for name, value in (("w", height), ("h", width), ("orient", "landscape")):
            size.set(qn(f"w:{name}"), value)
    for told in ("w:headerReference", "w:footerReference", "w:titlePg"):
        for part in last.findall(qn(told)):
            last.remove(part)
    parts.append(paragraph("rule", properties=(own,)))


def _rule(width_mm: float, room_mm: float) -> BaseOxmlElement:
    """A line of that width in the middle of the room, as the lower edge of a paragraph without text."""
    aside = twips(max(room_mm - width_mm, 0) / 2)
    return paragraph(
        "rule",
        properties=(
            element("w:pBdr", element("w:bottom", w_val="single", w_sz=6, w_space=1, w_color="000000")),
            element("w:ind", w_left=aside, w_right=aside),
        ),
    )
