"""Notation: one coordinate, or two in one cell, as people write them."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass

_MARKS = str.maketrans(
    "′’‘ʹ´`″”“ʺº˚oO−–ĐđBbTt",
    "''''''\"\"\"\"°°°°--EENNWW",
)
_WORDS = (
    (re.compile(r"\b(?:vĩ độ|kinh độ|latitude|longitude|lat|lng|long|lon|vd|kd|point)\b\s*[:=]?", re.IGNORECASE), " "),
    (re.compile(r"\b[xy]\s*[:=]", re.IGNORECASE), " "),
    (re.compile(r"(?:\bvĩ\s+)?\bbắc\b|\bnorth\b", re.IGNORECASE), "N"),
    (re.compile(r"(?:\bkinh\s+)?\bđông\b|\beast\b", re.IGNORECASE), "E"),
    (re.compile(r"\b(?:độ|deg(?:rees)?)\b", re.IGNORECASE), "°"),
    (re.compile(r"\b(?:phút|min(?:utes)?)\b", re.IGNORECASE), "'"),
    (re.compile(r"\b(?:giây|sec(?:onds)?)\b", re.IGNORECASE), '"'),
    (re.compile(r"(\d)\s*d\s*([\d.,]+)\s*m(?:\s*([\d.,]+)\s*s)?", re.IGNORECASE), r"\1°\2'\3"),
    (re.compile(r"(\d)\s*d(?=[\s\d]|$)", re.IGNORECASE), r"\1°"),
    (re.compile(r"''"), '"'),
)
_UNIT_M = re.compile(r"(?<=\d)\s*(?:m|mét)(?![\w'])", re.IGNORECASE)
_LINK = re.compile(r"https?://\S*?[@=/](-?\d+\.\d+),\+?(-?\d+\.\d+)\S*", re.IGNORECASE)
_PART = r"\d+(?:[.,]\d+)?"
_SEXAGESIMAL = re.compile(
    rf"([NSEW])?\s*(-)?(\d{{1,3}})\s*(?:[°:\s-])\s*({_PART})\s*(?:[':\s-]|$|(?=[NSEW]))\s*"
    rf"(?:({_PART})\s*(?:[\"']{{1,2}})?)?\s*([NSEW])?",
)
_DECIMAL = re.compile(r"([NSEW])?\s*([+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+))\s*°?\s*([NSEW])?")
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,](\d+))?E([+-]?\d{1,2})")
_METRES = re.compile(r"[+-]?\d{1,3}(?:[.,\s']\d{3})+(?:[.,]\d{1,3})?")
_GROUPED = re.compile(r"\d{1,3}[.,]\d{3}")
_SPLITS = (r"\s*[;|/]\s*", r"\s*,\s+", r"\s+,\s*", r"\s+-\s+", r"\s+", r",")
_COMMAS = re.compile(r"(\d{2,7}),(\d+),(\d{2,7}),(\d+)")
_LETTERED = (
    re.compile(r"([^NSEW]*[NS])[\s,;/-]*([^NSEW]*[EW])|([^NSEW]*[EW])[\s,;/-]*([^NSEW]*[NS])"),
    re.compile(r"([NS][^NSEW]*?)[\s,;/]*([EW][^NSEW]*)|([EW][^NSEW]*?)[\s,;/]*([NS][^NSEW]*)"),
)


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
        Size of the last digit that is not 0, in the unit of the value: programs drop and add zeros.
    sexagesimal
        Whether it was written in degrees, minutes and seconds.
    grouped
        Whether its one mark may be one between thousands: 587.408 beside 2.306.563.
    """

    value: float
    letter: str = ""
    step: float = 0.0
    sexagesimal: bool = False
    grouped: bool = False


def coordinate(cell: object) -> Coordinate | None:
    r"""
    One coordinate of a cell; None where it is none.

    Examples
    --------
    >>> coordinate("21°08'01.356\"N").value, coordinate("21 độ 2 phút 6 giây Bắc").value
    (21.13371, 21.035)
    >>> coordinate("105,8512").value, coordinate("2.306.563,98").value, coordinate(587408.74).value
    (105.8512, 2306563.98, 587408.74)
    >>> coordinate("hỏng") is None
    True
    """
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        value = float(cell)
        return Coordinate(value, step=_step(repr(cell))) if math.isfinite(value) else None
    text = _plain(str(cell)).strip(" .,;")
    return next((found for form in (_scientific, _decimal, _metres, _sexagesimal) if (found := form(text))), None)


def pair(cell: object) -> tuple[Coordinate, Coordinate] | None:
    r"""
    Two coordinates of one cell, in the order written; None where there are not two.

    Examples
    --------
    >>> [c.value for c in pair("21,0338; 105,85")], [c.value for c in pair("21.03,105.85")]
    ([21.0338, 105.85], [21.03, 105.85])
    >>> [c.letter for c in pair("21°08'01.356\"N 105°46'29.096\"E")]
    ['N', 'E']
    """
    if cell is None:
        return None
    link = _LINK.fullmatch(str(cell).strip())
    if link:
        return _both(link.groups())
    text = _plain(str(cell)).strip("()[]{} .,;")
    for form in _LETTERED:
        if lettered := form.fullmatch(text):
            return _both([part for part in lettered.groups() if part])
    commas = _COMMAS.fullmatch(text)
    if commas:
        return _both([",".join(commas.groups()[:2]), ",".join(commas.groups()[2:])])
    for split in _SPLITS:
        parts = [part for part in re.split(split, text) if part]
        if len(parts) == 2 and (found := _both(parts)):
            return found
    return _halves(text)


def _halves(text: str) -> tuple[Coordinate, Coordinate] | None:
    """Twice degrees, minutes and perhaps seconds, with blanks or marks and no letters."""
    marked = re.fullmatch(r"(.*\d[\"'])\s*[,;]?\s*(\d{2,3}\s*°.*)", text)
    if marked:
        return _both(marked.groups())
    parts = text.split()
    if len(parts) not in (4, 6):
        return None
    found = _both([" ".join(parts[: len(parts) // 2]), " ".join(parts[len(parts) // 2 :])])
    return found if found and found[0].sexagesimal and found[1].sexagesimal else None


def _both(parts: tuple[str, ...] | list[str]) -> tuple[Coordinate, Coordinate] | None:
    first, second = coordinate(parts[0]), coordinate(parts[1])
    return (first, second) if first and second else None


def _plain(text: str) -> str:
    """Capitals, with one sign each for degrees, minutes and seconds, and N, S, E, W for Bắc, Nam, Đông, Tây."""
    text = unicodedata.normalize("NFC", text).strip()
    if text.isascii() and not any(character.isalpha() for character in text):
        return text.replace("''", '"')
    for pattern, word in _WORDS:
        text = pattern.sub(word, text)
    if "°" not in text and "'" not in text:
        text = _UNIT_M.sub("", text)
    return unicodedata.normalize("NFKC", text.translate(_MARKS).replace("''", '"')).strip().upper()


def _scientific(text: str) -> Coordinate | None:
    """As spreadsheets write long numbers: 2.30656E+06."""
    found = _SCIENTIFIC.fullmatch(text)
    if not found:
        return None
    value = float(text.replace(",", "."))
    return Coordinate(value, step=10.0 ** (int(found.group(2)) - len(found.group(1) or ""))) if value < 1e9 else None


def _decimal(text: str) -> Coordinate | None:
    found = _DECIMAL.fullmatch(text)
    if not found or (found.group(1) and found.group(3)):
        return None
    number = found.group(2).replace(",", ".")
    value, letter = float(number), found.group(1) or found.group(3) or ""
    if not math.isfinite(value):
        return None
    grouped = bool(_GROUPED.fullmatch(text))
    return Coordinate(-value if letter in ("S", "W") else value, letter, _step(number), grouped=grouped)


def _metres(text: str) -> Coordinate | None:
    if not _METRES.fullmatch(text):
        return None
    last = max(text.rfind("."), text.rfind(","))
    grouped = last > 0 and len(text) - last - 1 == 3 and text.count(text[last]) > 1
    whole, part = (text, "") if grouped or last < 0 else (text[:last], text[last + 1 :])
    if len(part) == 3 and not re.search(r"[.,\s']", whole):
        return None
    number = re.sub(r"[.,\s']", "", whole) + f".{part or 0}"
    return Coordinate(float(number), step=_step(number))


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
    step = _step(found.group(5).replace(",", ".")) / 3600 if seconds else _step(found.group(4).replace(",", ".")) / 60
    return Coordinate(-value if found.group(2) or letter in ("S", "W") else value, letter, step, True)


def _step(number: str) -> float:
    """Size of the last digit of a plain number that is not 0; of whole degrees, 1."""
    if "e" in number.lower():
        return 0.0
    whole, _, part = number.partition(".")
    if decimals := part.rstrip("0"):
        return 10.0 ** -len(decimals)
    digits = whole.lstrip("+-")
    return 10.0 ** (len(digits) - len(digits.rstrip("0"))) if len(digits) > 3 and digits.strip("0") else 1.0
