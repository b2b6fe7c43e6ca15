"""PDF: the report as it is printed, tagged so that its parts, figures and pictures can be read by machines too."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import zip_longest
from pathlib import Path
from typing import Any

import typst

from phusong.errors import ConfigError
from phusong.publish.report.forms import decree
from phusong.publish.report.forms.fonts import Typeface, fonts_of, refuse_unknown, typeface
from phusong.publish.report.forms.looks import looks_of
from phusong.publish.report.forms.sheets import ending, room_mm, sheets
from phusong.publish.report.forms.sizes import size_mm
from phusong.publish.report.forms.widths import breakable, columns, shown, text_mm
from phusong.publish.report.model import (
    Block,
    Bullets,
    Form,
    Heading,
    PageBreak,
    Paragraph,
    Picture,
    Report,
    Run,
    Table,
)

_TEMPLATE = Path(__file__).with_name("report.typ")
_SHORT_MM = 60.0
"""A figure and its code that are no wider stay on one line."""


def write(report: Report, path: Path) -> None:
    """
    Write the report as PDF; the same report gives the same bytes.

    Raises
    ------
    ConfigError
        When the machine has no font for it, or the font lacks a sign, or a picture holds text.
    """
    face = typeface()
    data = _data(report, face)
    refuse_unknown(face, _texts(data))
    midnight = dt.datetime.combine(report.form.day, dt.time(), dt.UTC)
    compiler = typst.Compiler(font_paths=fonts_of(face), sys_inputs={"report": json.dumps(data)})
    printed, warnings = compiler.compile_with_warnings(_TEMPLATE.read_bytes(), format="pdf", timestamp=midnight)
    if warnings or not isinstance(printed, bytes):
        faults = "; ".join(map(str, warnings))
        raise ConfigError(
            f"The report {report.name} cannot be printed as it stands: {faults}. / "
            f"Không in được báo cáo {report.name}: {faults}."
        )
    path.write_bytes(printed)


def _data(report: Report, face: Typeface) -> dict[str, Any]:
    *earlier, (_, last) = sheets(report.blocks)
    upright, kept = ending(last)
    sizes = {name.lower(): getattr(decree, name) for name in dir(decree) if re.fullmatch(r"[A-Z]+_(MM|PT)", name)}
    return {
        "font": face.name,
        "identity": [report.identity.text],
        "looks": {role: asdict(look) for role, look in looks_of(report.form).items()},
        "sizes": sizes,
        "form": _form(report.form),
        "sheets": [{"across": lies, "blocks": list(_blocks(own))} for lies, own in (*earlier, (False, upright))],
        "kept": list(_blocks(kept)),
    }


def _form(form: Form) -> dict[str, Any]:
    """The parts of the form by name, in the letters that the decree asks for."""
    left, right, whole = decree.ISSUER_MM, decree.ROOM_MM - decree.ISSUER_MM, decree.ROOM_MM
    below_left, below_right = decree.RECIPIENTS_MM, whole - decree.RECIPIENTS_MM
    return {
        "superior": [_line("superior", line, left) for line in form.superior],
        "issuer": [_line("issuer", line, left) for line in form.issuer],
        "nation": _line("nation", form.nation, right),
        "motto": _line("motto", form.motto, right),
        "number": _line("number", form.number, left),
        "place": _line("place", form.place_and_date, right),
        "kind": _line("kind", form.kind, whole),
        "title": [_line("title", line, whole) for line in form.title],
        "recipients_word": _line("recipients_word", form.recipients_word, below_left),
        "recipients": [_line("recipients", line, below_left) for line in form.recipients],
        "signatory_title": [_line("signatory_title", line, below_right) for line in form.signatory_title],
        "signatory": _line("signatory", form.signatory, below_right),
        "banner": _line("banner", form.banner, whole),
        "foot": _line("foot", decree.foot(form), whole),
        "heading": " ".join([form.kind, *form.title]),
        "author": " ".join(form.issuer),
        "language": form.language,
    }


def _line(role: str, text: str, room_mm: float) -> str:
    return breakable(decree.written(role, text), room_mm, decree.LOOKS[role].size_pt)


def _blocks(blocks: Sequence[Block]) -> Iterator[dict[str, Any]]:
    """Blocks as plain values; one that is followed by its source stays on the page of it."""
    for block, following in zip_longest(blocks, blocks[1:]):
        yield {**_block(block), "keep": isinstance(following, Paragraph) and following.style == "source"}


def _block(block: Block) -> dict[str, Any]:
    """A block as plain values for the template, by its kind."""
    match block:
        case Heading():
            text = _line(f"heading{block.level}", block.text, decree.ROOM_MM)
            return {"block": "heading", "level": block.level, "text": text}
        case Paragraph():
            return {"block": "paragraph", "style": block.style, "runs": _runs(block.runs, block.style)}
        case Bullets():
            return {"block": "bullets", "items": [_runs(item, "bullet") for item in block.items]}
        case Picture():
            return _picture(block)
        case Table():
            return _table(block)
        case PageBreak():
            return {"block": "page"}


def _picture(picture: Picture) -> dict[str, Any]:
    if re.search(rb"<(\w+:)?text\b", picture.svg):
        raise ConfigError(
            f"The picture {picture.name} holds text, where letters drawn as paths were expected. / "
            f"Hình {picture.name} chứa chữ, cần vẽ chữ thành nét."
        )
    width_mm, height_mm = size_mm(picture)
    return {
        "block": "picture",
        "svg": picture.svg.decode("utf-8"),
        "alt": picture.alt,
        "caption": _line("picture_caption", picture.caption, decree.ROOM_MM),
        "width_mm": width_mm,
        "height_mm": height_mm,
    }


def _table(table: Table) -> dict[str, Any]:
    size_pt, widths_mm = columns(table, room_mm(table))
    rooms = [width_mm - 2 * decree.PADDING_MM for width_mm in widths_mm]
    headings = [breakable(text, room, size_pt) for text, room in zip(table.headings, rooms, strict=True)]
    rows = [[_run(run, room, size_pt) for run, room in zip(row, rooms, strict=True)] for row in table.rows]
    return {
        "block": "table",
        "caption": _line("caption", table.caption, decree.ROOM_MM),
        "note": _line("note", table.note, decree.ROOM_MM),
        "size_pt": size_pt,
        "widths": widths_mm,
        "kinds": table.kinds,
        "total": table.total,
        "headings": headings,
        "rows": rows,
    }


def _runs(runs: Iterable[Run], role: str) -> list[Any]:
    room_mm = decree.ROOM_MM - decree.LOOKS[role].left_mm
    return [_run(run, room_mm, decree.LOOKS[role].size_pt) for run in runs]


def _run(run: Run, room_mm: float, size_pt: float) -> Any:
    """A text, or a figure with the code that is printed beside it."""
    text = breakable(shown(run), room_mm, size_pt)
    if isinstance(run, str):
        return text
    short = text_mm(text, size_pt) <= min(_SHORT_MM, 0.8 * room_mm)
    return {"figure": text, "code": None if run.in_cell else run.code, "short": short}


def _texts(data: Any) -> Iterator[str]:
    """Every text that the template sets, and no picture."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for name, part in data.items():
            if name not in ("svg", "alt", "identity", "heading", "author"):
                yield from _texts(part)
    elif isinstance(data, Iterable):
        for part in data:
            yield from _texts(part)
