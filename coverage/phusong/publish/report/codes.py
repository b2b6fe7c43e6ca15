"""Codes: the short name of a figure, the same in every report, language and form that asks the same question."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence

from phusong.publish.report.model import Block, Bullets, Figure, Paragraph, Query, Run, Table

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32 signs: none is taken for another."""
_SIGNS = 7
PATTERN = re.compile(rf"[A-Z]-[{_ALPHABET}]{{{_SIGNS}}}(\.[a-z])?")
"""A code, or that of a cell: the code of its row, and the letter of its column."""


def code(letter: str, edition: str, queries: Sequence[Query]) -> str:
    """
    Code of a figure, or of a row of figures.

    Parameters
    ----------
    letter
        Of the section.
    edition
        Says whose answers they are: project, quarter, day and tier.

    Examples
    --------
    >>> code("Z", "nho 2026Q3 2026-09-30 public", [Query("zones", (), "count")])
    'Z-HEN0DH7'
    """
    asked = json.dumps([edition, [vars(query) for query in queries]], ensure_ascii=False, sort_keys=True)
    number = int.from_bytes(hashlib.sha256(asked.encode()).digest()[:8], "big")
    return f"{letter}-" + "".join(_ALPHABET[number >> 5 * place & 31] for place in range(_SIGNS))


def of_cell(row: str, column: int) -> str:
    """
    Code of a cell of a row.

    Examples
    --------
    >>> of_cell("Z-6B4J0QT", 2)
    'Z-6B4J0QT.c'
    """
    return f"{row}.{chr(ord('a') + column)}"


def figures(blocks: Iterable[Block]) -> tuple[Figure, ...]:
    """
    Every figure of the blocks once, in order of first use.

    Raises
    ------
    ValueError
        When two questions have the same code.
    """
    found: dict[str, Figure] = {}
    for run in _runs(blocks):
        if isinstance(run, Figure):
            same = found.setdefault(run.code, run)
            if same.query != run.query:
                raise ValueError(f"the code {run.code} stands for two questions: {same.filter}; {run.filter}")
    return tuple(found.values())


def _runs(blocks: Iterable[Block]) -> Iterator[Run]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield from block.runs
        elif isinstance(block, Bullets):
            for item in block.items:
                yield from item
        elif isinstance(block, Table):
            for row in block.rows:
                yield from row
