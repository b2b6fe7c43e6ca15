"""Numbers as people write them: decimal commas, points between thousands, units in the cell or in the header."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from phusong.text import slug

_NUMBER = re.compile(r"([+\-−]?)\s*(\d[\d.,\s'’]*|[.,]\d+)(?:[eE]([+-]?\d{1,3}))?\s*([^\d\s.,].*)?", re.DOTALL)
_BLANKS = re.compile(r"[\d.,]*|\d{1,3}(?:[\s'’]\d{3})+(?:[.,]\d*)?")
_UNITS = {
    "mhz": {"mhz": 1.0, "m": 1.0, "ghz": 1e3, "khz": 1e-3, "hz": 1e-6},
    "m": {"m": 1.0, "met": 1.0, "metres": 1.0, "meters": 1.0, "km": 1e3, "cm": 1e-2},
    "kv": {"kv": 1.0, "v": 1e-3, "kilovolt": 1.0},
    "dbm": {"dbm": 1.0},
    "deg": {"deg": 1.0, "do": 1.0, "degrees": 1.0, "°": 1.0, "º": 1.0},
    "hours": {"h": 1.0, "hours": 1.0, "gio": 1.0, "g": 1.0, "phut": 1 / 60, "min": 1 / 60},
    "min": {"min": 1.0, "phut": 1.0, "h": 60.0, "gio": 60.0},
    "": {"ho": 1.0, "nguoi": 1.0, "thiet_bi": 1.0, "lan": 1.0},
}
_COLUMN_UNIT = {"mhz": "mhz", "m": "m", "kv": "kv", "dbm": "dbm", "deg": "deg", "hours": "hours", "min": "min"}


@dataclass(frozen=True)
class Reading:
    """
    What a text of a number column was read as.

    Parameters
    ----------
    value
        NaN where it could not be read, or in two ways.
    repair
        Key of a reason, `decimal_comma` or `unit_in_cell`; empty where the text is a plain number.
    readings
        The values it might have, where it can be read in two ways.
    """

    value: float
    repair: str = ""
    readings: tuple[float, ...] = ()


def unit_factor(column: str, header: str) -> float:
    """
    Factor to the canonical unit from the unit in a header's brackets; 1 where there is none.

    Examples
    --------
    >>> unit_factor("frequency_mhz", "Tần số (GHz)"), unit_factor("height_agl_m", "Chiều cao (m)")
    (1000.0, 1.0)
    """
    units = _units_of(column)
    for bracket in re.findall(r"[(\[]([^)\]]*)[)\]]", header):
        if slug(bracket) in units:
            return units[slug(bracket)]
    return 1.0


def read_numbers(
    texts: Sequence[str], column: str, low: float | None = None, high: float | None = None, factor: float = 1.0
) -> list[Reading]:
    """
    Read each of the texts of one column.

    A mark with other than three digits after it is a decimal mark, and says so for the whole column. Where a column
    never shows it, a comma before three digits is read by what lies within the bounds; when both do, the text has two
    readings.

    Parameters
    ----------
    texts
        Different texts of the column.
    low, high
        Bounds of the column.
    factor
        Of the unit in the header.

    Examples
    --------
    >>> [r.value for r in read_numbers(["49,3", "1.234,5", "12"], "height_agl_m")]
    [49.3, 1234.5, 12.0]
    >>> [r.value for r in read_numbers(["1.800", "2.100"], "frequency_mhz", 400, 7125)]
    [1800.0, 2100.0]
    >>> [r.value for r in read_numbers(["1,8 GHz"], "frequency_mhz", 400, 7125)]
    [1800.0]
    """
    parts = [_split(text) for text in texts]
    marks = {mark for part in parts if part for mark in _decimal_marks(part[1])}
    decimal = next(iter(marks)) if len(marks) == 1 else ""
    units = _units_of(column)
    return [_reading(part, decimal, units, factor, low, high) if part else Reading(math.nan) for part in parts]


def _split(text: str) -> tuple[float, str, int, str] | None:
    """Sign, digits with their marks, exponent and unit."""
    if any(unicodedata.category(character) == "No" for character in text):
        return None  # half signs and powers, which would be read as digits
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _NUMBER.fullmatch(plain)
    if not found:
        return None
    sign, digits, power, unit = found.groups()
    if not _BLANKS.fullmatch(digits.strip()):
        return None  # two numbers, not thousands
    digits = re.sub(r"[\s'’]", "", digits)
    return (
        -1.0 if sign in ("-", "−") else 1.0,
        digits.rstrip(".,") or "0",
        int(power or 0),
        slug(unit or "") or (unit or "").strip(),
    )


def _decimal_marks(digits: str) -> set[str]:
    if "." in digits and "," in digits:
        return {max(".,", key=digits.rfind)}
    for mark in ".,":
        if digits.count(mark) == 1 and (len(digits.split(mark)[1]) != 3 or digits.startswith(("0", mark))):
            return {mark}
    return set()


def _reading(
    part: tuple[float, str, int, str],
    decimal: str,
    units: dict[str, float],
    factor: float,
    low: float | None,
    high: float | None,
) -> Reading:
    sign, digits, power, unit = part
    if unit and unit not in units:
        return Reading(math.nan)
    scale = sign * float(f"1e{power}") * (units[unit] if unit else factor)
    if not math.isfinite(scale):
        return Reading(math.nan)
    repair = "decimal_comma" if "," in digits else ("unit_in_cell" if unit else "")
    values = [value * scale for value in _values(digits, decimal)]
    if len(values) == 2:
        within = [value for value in values if (low is None or value >= low) and (high is None or value <= high)]
        if len(within) == 1:
            return Reading(within[0], repair or "decimal_comma")
        if "," in digits:
            return Reading(math.nan, readings=tuple(values))
    value = values[0] if values else math.nan
    return Reading(value if math.isfinite(value) else math.nan, repair)


def _values(digits: str, decimal: str) -> list[float]:
    """The values a text of digits, points and commas may have; the likelier first."""
    own = _decimal_marks(digits)
    if "." in digits and "," in digits:
        mark = next(iter(own))
        other = "." if mark == "," else ","
        whole, _, part = digits.rpartition(mark)
        return [float(whole.replace(other, "") + "." + part)] if _grouped(whole, other) and mark not in whole else []
    mark = "," if "," in digits else "."
    if mark not in digits:
        return [float(digits)]
    if digits.count(mark) > 1:
        return [float(digits.replace(mark, ""))] if _grouped(digits, mark) else []
    as_decimal = float("0" + digits.replace(mark, "."))
    if own or decimal == mark:
        return [as_decimal]
    as_whole = float(digits.replace(mark, ""))
    return [as_whole] if decimal else [as_decimal, as_whole]


def _grouped(digits: str, mark: str) -> bool:
    groups = digits.split(mark)
    return len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])


def _units_of(column: str) -> dict[str, float]:
    return _UNITS[_COLUMN_UNIT.get(column.rpartition("_")[2], "")]
