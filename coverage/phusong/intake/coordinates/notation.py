"""Notation: one coordinate, or two in one cell, as people write them."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass

_MARKS = str.maketrans({
    "′": "'", "’": "'", "‘": "'", "ʹ": "'", "´": "'", "`": "'", "″": '"', "”": '"', "“": '"', "ʺ": '"', "º": "°", "˚": "°", "o": "°", "−": "-", "–": "-",
    "Đ": "E", "đ": "E", "B": "N", "b": "N", "T": "W", "t": "W",
})  # fmt: skip
_WORDS = (
    (re.compile(r"\b(?:vĩ độ|kinh độ|latitude|longitude|lat|lng|long|lon|vd|kd)\b\s*[:=]?", re.IGNORECASE), " "),
    (re.compile(r"(?:\bvĩ\s+)?\bbắc\b|\bnorth\b", re.IGNORECASE), "N"),
    (re.compile(r"(?:\bkinh\s+)?\bđông\b|\beast\b", re.IGNORECASE), "E"),
    (re.compile(r"\b(?:độ|deg(?:rees)?)\b", re.IGNORECASE), "°"),
    (re.compile(r"\b(?:phút|min(?:utes)?)\b", re.IGNORECASE), "'"),
    (re.compile(r"\b(?:giây|sec(?:onds)?)\b", re.IGNORECASE), '"'),
    (re.compile(r"''"), '"'),
)
_PART = r"\d+(?:[.,]\d+)?"
_SEXAGESIMAL = re.compile(
    rf"([NSEW])?\s*(-)?(\d{{1,3}})\s*(?:[°d:\s-])\s*({_PART})\s*(?:['m:\s-]|$|(?=[NSEW]))\s*(?:({_PART})\s*(?:[\"s']{{1,2}})?)?\s*([NSEW])?",
)
_DECIMAL = re.compile(r"([NSEW])?\s*([+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+))\s*°?\s*([NSEW])?")
_METRES = re.compile(r"[+-]?\d{1,3}(?:[.,\s']\d{3})+(?:[.,]\d{1,3})?")
_SPLITS = (r"\s*[;|/]\s*", r"\s*,\s+", r"\s+,\s*", r"\s+", r",")


@dataclass(frozen=True)
class Coordinate:
    """
    One number of a position.

    Parameters
    ----------
    value
        Degrees or metres; which of them, the size tells.
    letter
        N, S, E or W where it was written; empty otherwise.
    step
        Size of the last digit written, in the unit of the value.
    sexagesimal
        Whether it was written in degrees, minutes and seconds.
    """

    value: float
    letter: str = ""
    step: float = 0.0
    sexagesimal: bool = False


def coordinate(cell: object) -> Coordinate | None:
    """
    One coordinate of a cell; None where it is none.

    Examples
    --------
    >>> coordinate("21°08'01.356\\"N")
    Coordinate(value=21.13371, letter='N', step=2.7777777777777776e-07, sexagesimal=True)
    >>> coordinate("105,8512").value, coordinate("2.306.563,98").value, coordinate(587408.74).value
    (105.8512, 2306563.98, 587408.74)
    >>> coordinate("21 độ 2 phút 6 giây Bắc").value, coordinate("hỏng")
    (21.035, None)
    """
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        value = float(cell)
        return Coordinate(value, step=_step(repr(cell))) if math.isfinite(value) else None
    text = _plain(str(cell))
    for form in (_decimal, _metres, _sexagesimal):
        found = form(text)
        if found is not None:
            return found
    return None


def pair(cell: object) -> tuple[Coordinate, Coordinate] | None:
    """
    Two coordinates of one cell, in the order written; None where there are not two.

    Examples
    --------
    >>> [c.value for c in pair("21,0338; 105,85")], [c.value for c in pair("21.03,105.85")]
    ([21.0338, 105.85], [21.03, 105.85])
    >>> [c.letter for c in pair("21°08'01.356\\"N 105°46'29.096\\"E")]
    ['N', 'E']
    """
    text = _plain(str(cell)) if cell is not None else ""
    lettered = re.fullmatch(r"([^NSEW]*[NS])[\s,;]*([^NSEW]*[EW])|([^NSEW]*[EW])[\s,;]*([^NSEW]*[NS])", text)
    if lettered:
        parts = [part for part in lettered.groups() if part]
        return _both(parts)
    leading = re.fullmatch(r"([NS][^NSEW]*?)[\s,;]*([EW][^NSEW]*)|([EW][^NSEW]*?)[\s,;]*([NS][^NSEW]*)", text)
    if leading:
        return _both([part for part in leading.groups() if part])
    for split in _SPLITS:
        parts = [part for part in re.split(split, text.strip("()[] ")) if part]
        if len(parts) == 2 and (found := _both(parts)):
            return found
    halves = re.fullmatch(r"(.*\d[\"'])\s*[,;]?\s*(\d{2,3}\s*°.*)", text)
    return _both(list(halves.groups())) if halves else None


def _both(parts: list[str]) -> tuple[Coordinate, Coordinate] | None:
    first, second = coordinate(parts[0]), coordinate(parts[1])
    return (first, second) if first and second else None


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFC", text).strip()
    if text.isascii() and not any(character.isalpha() for character in text):
        return text
    for pattern, word in _WORDS:
        text = pattern.sub(word, text)
    return unicodedata.normalize("NFKC", text.translate(_MARKS)).strip().upper().replace("D", "°") if text else ""


def _decimal(text: str) -> Coordinate | None:
    found = _DECIMAL.fullmatch(text)
    if not found or (found.group(1) and found.group(3)):
        return None
    number = found.group(2).replace(",", ".")
    value, letter = float(number), found.group(1) or found.group(3) or ""
    return (
        Coordinate(-value if letter in ("S", "W") else value, letter, _step(number)) if math.isfinite(value) else None
    )


def _metres(text: str) -> Coordinate | None:
    if not _METRES.fullmatch(text):
        return None
    last = max(text.rfind("."), text.rfind(","))
    grouped = last > 0 and len(text) - last - 1 == 3 and text.count(text[last]) > 1
    whole, part = (text, "") if grouped or last < 0 else (text[:last], text[last + 1 :])
    if len(part) == 3 and not re.search(r"[.,\s']", whole):
        return None
    digits = re.sub(r"[.,\s']", "", whole)
    return Coordinate(float(f"{digits}.{part or 0}"), step=10.0 ** -len(part))


def _sexagesimal(text: str) -> Coordinate | None:
    found = _SEXAGESIMAL.fullmatch(text)
    if not found or (found.group(1) and found.group(6)):
        return None
    degrees = int(found.group(3))
    minutes, seconds = (float((found.group(k) or "0").replace(",", ".")) for k in (4, 5))
    if minutes >= 60 or seconds > 60 or (found.group(5) and minutes % 1):
        return None
    letter = found.group(1) or found.group(6) or ""
    value = round(degrees + minutes / 60 + seconds / 3600, 12)
    last = found.group(5) or found.group(4)
    step = _step(last.replace(",", ".")) / (3600 if found.group(5) else 60)
    return Coordinate(-value if found.group(2) or letter in ("S", "W") else value, letter, step, True)


def _step(number: str) -> float:
    """Size of the last digit of a plain number."""
    if "e" in number.lower():
        return 0.0
    return 10.0 ** -len(number.partition(".")[2].rstrip() if number.partition(".")[2] != "0" else "")
