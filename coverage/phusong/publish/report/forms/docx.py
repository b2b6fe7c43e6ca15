"""DOCX: the report to be edited; each figure stands in a content control that bears its code."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

from docx import Document
from docx.document import Document as Written
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm

from phusong.publish.report.forms.docx_frame import closing, end_sheet, head, settle_edges
from phusong.publish.report.forms.docx_styles import cell_style, dress
from phusong.publish.report.forms.ooxml import element, keep, lines, paragraph, row, runs, table, text_run
from phusong.publish.report.forms.sheets import ending, room_mm, sheets
from phusong.publish.report.forms.sizes import size_mm
from phusong.publish.report.forms.still import still
from phusong.publish.report.forms.widths import columns
from phusong.publish.report.model import Block, Bullets, Heading, PageBreak, Paragraph, Picture, Report, Table


def write(report: Report, path: Path) -> None:
    """Write the report as DOCX; the same report gives the same bytes."""
    document = Document()
    dress(document, report.form)
    settle_edges(document, report.form)
    parts = head(report.form)
    *earlier, (_, last) = sheets(report.blocks)
    upright, kept = ending(last)
    for number, (across, blocks) in enumerate([*earlier, (False, upright)]):
        if number:
            end_sheet(document, parts, across=not across)
        parts += [part for block in blocks for part in _parts(block, document)]
    tail = [keep(part) for block in kept for part in _parts(block, document)]
    document.element.body[:-1] = [*parts, *tail, *closing(report.form)]
    for number, drawing in enumerate(document.element.body.iter(qn("wp:docPr")), 1):
        drawing.set("id", str(number))
    _state(document, report)
    held = io.BytesIO()
    document.save(held)
    path.write_bytes(still(held.getvalue()))


def _parts(block: Block, document: Written) -> list[BaseOxmlElement]:
    """Elements of a block, by its kind."""
    match block:
        case Heading():
            return lines(f"heading{block.level}", block.text)
        case Paragraph():
            return [paragraph(block.style, *runs(block.runs))]
        case Bullets():
            return [
                paragraph("bullet", text_run("–"), element("w:r", element("w:tab")), *runs(one)) for one in block.items
            ]
        case Picture():
            return _picture(block, document)
        case Table():
            return _table(block)
        case PageBreak():
            return [paragraph("rule", properties=(element("w:pageBreakBefore"),))]


def _picture(picture: Picture, document: Written) -> list[BaseOxmlElement]:
    width_mm, height_mm = size_mm(picture)
    inline = document.part.new_pic_inline(io.BytesIO(picture.png), Mm(width_mm), Mm(height_mm))
    inline.docPr.set("name", picture.name)
    inline.docPr.set("descr", picture.alt)
    drawn = paragraph("picture", element("w:r", element("w:drawing", inline)))
    return [drawn, *lines("picture_caption", picture.caption)]


def _table(block: Table) -> list[BaseOxmlElement]:
    size_pt, widths_mm = columns(block, room_mm(block))
    # headings alone at the foot of a page hide the whole table in LibreOffice
    heading = [[keep(paragraph(cell_style("text", size_pt, bold=True), text_run(text)))] for text in block.headings]
    last = len(block.rows) - 1 if block.total else -1
    rows = [
        [
            [paragraph(cell_style(kind, size_pt, bold=number == last), *runs((cell,)))]
            for kind, cell in zip(block.kinds, cells, strict=True)
        ]
        for number, cells in enumerate(block.rows)
    ]
    made = table(widths_mm, row(heading, widths_mm, heading=True), *(row(cells, widths_mm) for cells in rows))
    caption = lines("caption", block.caption) if block.caption else []
    below = lines("note", block.note) if block.note else [paragraph("rule")]
    return [*caption, made, *below]


def _state(document: Written, report: Report) -> None:
    """Say among the properties which report it is, and no time but the edition's day."""
    form, core = report.form, document.core_properties
    day = dt.datetime.combine(form.day, dt.time())
    core.created = core.modified = day
    core.revision, core.language = 1, form.language
    core.author = core.last_modified_by = core.comments = ""
    for tag, text in (
        ("dc:title", " ".join([form.kind, *form.title])),
        ("dc:creator", " ".join(form.issuer)),
        ("dc:identifier", report.identity.text),
    ):
        _write_property(document, tag, text)


def _write_property(document: Written, tag: str, text: str) -> None:
    """A property of any length; the library's own way refuses more than 255 letters."""
    properties = document.part.package.part_related_by(RELATIONSHIP_TYPE.CORE_PROPERTIES).element
    for earlier in properties.findall(qn(tag)):
        properties.remove(earlier)
    properties.append(element(tag))
    properties[-1].text = text
