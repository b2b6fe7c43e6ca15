"""Looks of one report: those of the decree, with the banner as large as its length allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from phusong.publish.report.forms.decree import BANNER_PT, EDGE_MM, LOOKS, ROOM_MM, TOP_MM, Look
from phusong.publish.report.forms.widths import MM_PER_PT, lines_of
from phusong.publish.report.model import Form

_LINE_MM_PER_PT = 1.15 * MM_PER_PT
"""From a line to the next, by the size of its letters."""


def looks_of(form: Form) -> Mapping[str, Look]:
    """The looks of the parts of a report; its banner stands between the page's number and the text."""
    below_mm = LOOKS["banner"].after_pt * MM_PER_PT
    room_mm = TOP_MM - EDGE_MM - LOOKS["page"].size_pt * _LINE_MM_PER_PT - below_mm
    fitting = [size for size in BANNER_PT if lines_of(form.banner, ROOM_MM, size) * size * _LINE_MM_PER_PT <= room_mm]
    return {**LOOKS, "banner": replace(LOOKS["banner"], size_pt=[*fitting, BANNER_PT[-1]][0])}
