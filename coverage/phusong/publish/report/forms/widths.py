"""
Widths of words and of the columns of a table, from letters as wide as those of bold Times New Roman, or wider.

They need no font on the machine, so that a table has the same columns in every form.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from functools import cache

from phusong.publish.report.forms.decree import PADDING_MM, TABLE_PT
from phusong.publish.report.model import Figure, Run, Table

MM_PER_PT = 25.4 / 72
_SPARE = 1.05
"""Lines end where a word does, a little before their edge."""
BREAK = "\u200b"
"""A word may be broken here; it is not seen."""
TIED = "\u00a0"
"""A blank at which no line is broken."""
_ROUNDING_MM = 1e-6
_LONGEST_MM = 45.0
"""A word that is longer does not claim a column of its width: it is broken."""
_NARROWEST_MM = 4.0
"""A column of words is not squeezed below that."""
_LONGEST_FIGURE = 24
"""Letters of a figure that stay on one line."""
_WIDTHS_EM = {
    0.34: " \u00a0.,:;'!|()[]-/ijlft\u2009\u202f",
    0.45: "cerszI",
    0.51: "agovxy0123456789J–_·",
    0.6: "bdhknpquSđơư",
    0.68: "FPBELTZ−+",
    0.79: "ACDNRUVXYGHKOQwĐ",
    0.84: "mƠƯ",
}
_EM = {letter: width for width, letters in _WIDTHS_EM.items() for letter in letters}


def text_mm(text: str, size_pt: float) -> float:
    """
    Width of a text, never less than in print.

    Examples
    --------
    >>> round(text_mm("1.234", 12), 2)
    10.08
    """
    return sum(map(_em, text)) * size_pt * MM_PER_PT


@cache
def _em(letter: str) -> float:
    """Width of a letter; tone marks, circumflex and breve make it no wider."""
    if letter == BREAK:
        return 0.0
    return _EM.get(letter) or _EM.get(unicodedata.normalize("NFD", letter)[0], 1.01)


def breakable(text: str, room_mm: float, size_pt: float) -> str:
    """
    A text whose words may be broken where they are wider than their line.

    Examples
    --------
    >>> breakable("a 0123456789", room_mm=8, size_pt=10).split(BREAK)
    ['a 0123', '4567', '89']
    """
    return " ".join(_broken(word, room_mm, size_pt) for word in text.split(" "))


def _broken(word: str, room_mm: float, size_pt: float) -> str:
    if text_mm(word, size_pt) <= room_mm + _ROUNDING_MM:
        return word
    parts, width_mm = [""], 0.0
    for letter in word:
        wide_mm = text_mm(letter, size_pt)
        if parts[-1] and width_mm + wide_mm > room_mm:
            parts.append("")
            width_mm = 0.0
        parts[-1] += letter
        width_mm += wide_mm
    return BREAK.join(parts)


def lines_of(text: str, room_mm: float, size_pt: float) -> int:
    """Lines that a text is broken into, or one more."""
    return max(1, math.ceil(_SPARE * text_mm(text, size_pt) / room_mm))


def tied(figure: Figure) -> str:
    """The printed figure, on one line with its unit unless it is long."""
    return figure.text.replace(" ", TIED) if _is_short(figure) else figure.text


def _is_short(figure: Figure) -> bool:
    return len(figure.text) <= _LONGEST_FIGURE


def shown(run: Run) -> str:
    """The text of a run."""
    return tied(run) if isinstance(run, Figure) else run


def columns(table: Table, room_mm: float) -> tuple[float, tuple[float, ...]]:
    """
    Size of the letters in points, and widths of the columns in mm, which fill the room.

    A column is as wide as its longest word at least, and has its share by weight of what is left. Where even the
    smallest letters are too wide, words are broken before any figure is.
    """
    for size_pt in TABLE_PT:
        least, firm = _least(table, size_pt), _firm(table, size_pt)
        if sum(least) <= room_mm:
            break
    else:
        least = _squeezed(least, firm, room_mm)
    return size_pt, _shared(least, table.widths, room_mm)


def is_wide(table: Table, room_mm: float) -> bool:
    """Whether words would be broken for want of room, in the smallest letters."""
    return sum(_least(table, TABLE_PT[-1])) > room_mm


def _least(table: Table, size_pt: float) -> list[float]:
    """Widths of the longest words, and of figures."""
    columns = zip(table.headings, *(map(shown, row) for row in table.rows), strict=True)
    words = [
        max((text_mm(word, size_pt) for text in column for word in text.split(" ")), default=0) for column in columns
    ]
    firm = _firm(table, size_pt)
    return [max(min(width, _LONGEST_MM) + 2 * PADDING_MM, own) for width, own in zip(words, firm, strict=True)]


def _firm(table: Table, size_pt: float) -> list[float]:
    """Widths below which a figure would be broken; of a column of words that of some letters."""
    columns = zip(*table.rows, strict=True) if table.rows else [()] * len(table.headings)
    figures = [[tied(run) for run in column if isinstance(run, Figure) and _is_short(run)] for column in columns]
    return [max([_NARROWEST_MM, *(text_mm(one, size_pt) for one in own)]) + 2 * PADDING_MM for own in figures]


def _squeezed(least: Sequence[float], firm: Sequence[float], room_mm: float) -> list[float]:
    """Widths that fill the room and no more, taken from words; from figures where these alone are wider."""
    left, words = room_mm - sum(firm), [wide - own for wide, own in zip(least, firm, strict=True)]
    if left < 0:
        return [own * room_mm / sum(firm) for own in firm]
    return [own + word * left / sum(words) for own, word in zip(firm, words, strict=True)]


def _shared(least: Sequence[float], weights: Sequence[float], room_mm: float) -> tuple[float, ...]:
    """Room by weight; a column that would get less than its least gets that."""
    free = set(range(len(least)))
    while True:
        left = room_mm - sum(width for column, width in enumerate(least) if column not in free)
        weight = sum(weights[column] for column in free)
        short = {column for column in free if left * weights[column] < least[column] * weight}
        if not short:
            break
        free -= short
    return tuple(left * weights[i] / weight if i in free else width for i, width in enumerate(least))
