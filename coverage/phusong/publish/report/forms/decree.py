"""
Decree: the measures of an administrative document, the same for every form.

References
----------
Decree 30/2020/NĐ-CP on records and archives, annex I, parts I and II: paper and margins, letters and their sizes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from phusong.publish.report.model import Form

TYPEFACE = "Times New Roman"
STAND_IN = "Liberation Serif"
"""Has the widths of Times New Roman, letter by letter, so that lines break at the same words."""

PAPER_MM = (210.0, 297.0)
TOP_MM, BOTTOM_MM, LEFT_MM, RIGHT_MM = 25.0, 20.0, 30.0, 20.0
ROOM_MM = PAPER_MM[0] - LEFT_MM - RIGHT_MM
"""Width of a line."""
ACROSS_MM = PAPER_MM[1] - LEFT_MM - RIGHT_MM
"""The same on a page that lies across."""
HEIGHT_MM = PAPER_MM[1] - TOP_MM - BOTTOM_MM
ISSUER_MM = 62.0
"""Width of the issuing body's column, beside which the national heading stands."""
RECIPIENTS_MM = 72.0
"""Width of the recipients' column, beside which the signature stands."""
SIGNATURE_MM = 22.0
"""Room for a signature and a seal, between the office and the name."""
EDGE_MM = 7.0
"""From the edge of the paper to the page's number, and to the foot."""
BANNER_PT = (10.0, 9.0, 8.0, 7.0, 6.0)
"""Sizes of the letters of a banner: the first in which it stands between the page's number and the text."""
TABLE_PT = (11.0, 10.0, 9.0)
"""Sizes of the letters in a table: the first in which every word fits its column."""
PADDING_MM = 1.4
"""Between the text and the edges of a cell."""

Align = Literal["left", "center", "right", "justify"]


@dataclass(frozen=True)
class Look:
    """
    How the letters and lines of a part of the document look.

    Parameters
    ----------
    size_pt
        Size of its letters.
    upper
        Capital letters only.
    first_line_mm, left_mm
        Indent of the first line, from that of all lines.
    before_pt, after_pt
        Room above and below.
    keep
        Stays on the page of what follows it.
    """

    size_pt: float
    bold: bool = False
    italic: bool = False
    upper: bool = False
    align: Align = "left"
    first_line_mm: float = 0.0
    left_mm: float = 0.0
    before_pt: float = 0.0
    after_pt: float = 0.0
    keep: bool = False


LOOKS: Mapping[str, Look] = MappingProxyType(
    {
        "superior": Look(13, upper=True, align="center"),
        "issuer": Look(13, bold=True, upper=True, align="center"),
        "nation": Look(13, bold=True, upper=True, align="center"),
        "motto": Look(14, bold=True, align="center"),
        "number": Look(13, align="center", before_pt=8),
        "place": Look(14, italic=True, align="center", before_pt=8),
        "kind": Look(14, bold=True, upper=True, align="center", before_pt=18, keep=True),
        "title": Look(14, bold=True, align="center", keep=True),
        "heading1": Look(14, bold=True, upper=True, before_pt=14, after_pt=6, keep=True),
        "heading2": Look(14, bold=True, before_pt=10, after_pt=6, keep=True),
        "body": Look(14, align="justify", first_line_mm=10, after_pt=6),
        "bullet": Look(14, align="justify", first_line_mm=-5, left_mm=15, after_pt=4),
        "warning": Look(14, bold=True, align="justify", after_pt=6),
        "note": Look(11, italic=True, before_pt=4, after_pt=6),
        "source": Look(11, after_pt=8),
        "caption": Look(13, bold=True, before_pt=8, after_pt=4, keep=True),
        "picture_caption": Look(13, bold=True, align="center", after_pt=8),
        "page": Look(13, align="center"),
        "banner": Look(10, bold=True, align="center", after_pt=4),
        "foot": Look(9),
        "recipients_word": Look(12, bold=True, italic=True),
        "recipients": Look(11),
        "signatory_title": Look(14, bold=True, upper=True, align="center"),
        "signatory": Look(14, bold=True, align="center"),
    }
)
CODE_PT = 7.0
"""Size of the code beside a figure."""


def written(role: str, text: str) -> str:
    """
    A text in the letters of its part.

    Examples
    --------
    >>> written("issuer", "Sở Khoa học và Công nghệ"), written("motto", "Độc lập")
    ('SỞ KHOA HỌC VÀ CÔNG NGHỆ', 'Độc lập')
    """
    return text.upper() if LOOKS[role].upper else text


def foot(form: Form) -> str:
    """Foot of every page: for whom it is, its quarter, and the start of the edition's digest."""
    return " · ".join(part for part in (form.marking, form.period, form.digest[:12]) if part)
