"""Sheets: which parts of a report stand on pages that lie across, as their tables are too wide for upright ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from phusong.publish.report.forms.decree import ACROSS_MM, ROOM_MM
from phusong.publish.report.forms.widths import is_wide
from phusong.publish.report.model import Block, Bullets, Heading, Paragraph, Table

_ITEMS_KEPT = 2
"""Of a list that ends the report, so many items stand with the signature."""


def room_mm(table: Table) -> float:
    """Width of a line on the page of a table."""
    return ACROSS_MM if is_wide(table, ROOM_MM) else ROOM_MM


def sheets(blocks: Sequence[Block]) -> Iterator[tuple[bool, list[Block]]]:
    """
    Blocks in order, those of neighbouring pages that lie alike together; the first and the last stand upright.

    Headings just above a table go with it.
    """
    across: list[bool] = []
    for block in reversed(blocks):
        follows = isinstance(block, Heading) and bool(across) and across[-1]
        across.append(follows or (isinstance(block, Table) and room_mm(block) > ROOM_MM))
    alike = groupby(zip(reversed(across), blocks, strict=True), key=lambda one: one[0])
    found = [(lies, [block for _, block in group]) for lies, group in alike]
    upright: list[tuple[bool, list[Block]]] = [(False, [])]
    yield from [*(upright if not found or found[0][0] else []), *found, *(upright if found and found[-1][0] else [])]


def ending(blocks: Sequence[Block]) -> tuple[list[Block], list[Block]]:
    """Blocks, and the last of them cut off: its lines stand on the page of the signature, which never stands alone."""
    earlier, last = [*blocks[:-1]], [*blocks[-1:]]
    match last:
        case [Bullets(items)] if len(items) > _ITEMS_KEPT:
            return [*earlier, Bullets(items[:-_ITEMS_KEPT])], [Bullets(items[-_ITEMS_KEPT:])]
        case [Bullets() | Paragraph()]:
            return earlier, last
    return [*blocks], []
