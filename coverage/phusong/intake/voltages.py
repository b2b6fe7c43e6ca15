"""Voltages of power lines as filed: in kV or volts, one or several, or only a bound."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phusong.intake.finding import Finding
from phusong.text import nfc

LOW_KV, HIGH_KV = 0.1, 1200.0
"""The lowest and the highest voltage of a line; a larger number is in volts."""
_SEPARATED = re.compile(r"\s*(?:[;/|+]|,(?=\s|\d{3,})|\s+và\s+|\s+and\s+)\s*")
_VOLTAGE = re.compile(r"([<>≤≥]?)\s*(\d+(?:[.,]\d+)?)\s*(k?v)?", re.IGNORECASE)


@dataclass(frozen=True)
class _Part:
    """One voltage of a cell: number, unit in small letters, sign of a bound; the last two empty where not written."""

    number: float
    unit: str
    bound: str


def read_voltages(cells: Sequence[Any]) -> tuple[NDArray[np.float64], list[Finding]]:
    """
    Voltage of each line in kV; NaN where none is told, or only a bound.

    Of several voltages the highest is taken. Numbers without a unit are all of one unit: volts, if one of them is more
    kilovolts than any line carries.

    Examples
    --------
    >>> read_voltages(["220kV", "<22kV", None, "0,4 kV"])[0].tolist()
    [220.0, nan, nan, 0.4]
    >>> read_voltages(["110000", "220000;500000", 400])[0].tolist()
    [110.0, 500.0, 0.4]
    """
    texts = [_text(cell) for cell in cells]
    known: dict[str, list[_Part] | None] = {text: _parts(text) for text in set(texts) if text}
    bare = [part.number for parts in known.values() for part in parts or [] if not part.unit]
    in_volts = any(number > HIGH_KV for number in bare)
    read = {text: _read(parts, in_volts=in_volts) for text, parts in known.items()}
    values = np.array([read[text][0] if text else np.nan for text in texts], np.float64)
    return values, _told(texts, values, {text: reason for text, (_, reason) in read.items()})


def _text(cell: Any) -> str:
    if cell is None or (isinstance(cell, float) and np.isnan(cell)):
        return ""
    return f"{cell:.10g}" if isinstance(cell, float) else nfc(str(cell))


def _parts(text: str) -> list[_Part] | None:
    """The voltages of a cell; a unit behind the last holds for those before it; None where one cannot be read."""
    found = [_VOLTAGE.fullmatch(word) for word in _SEPARATED.split(text)]
    if not all(found):
        return None
    parts = [(match[1], float(match[2].replace(",", ".")), (match[3] or "").lower()) for match in found if match]
    last = parts[-1][2]
    return [_Part(number, unit or last, bound) for bound, number, unit in parts]


def _read(parts: list[_Part] | None, *, in_volts: bool) -> tuple[float, str]:
    """Highest voltage in kV, and the reason to tell of it."""
    if parts is None:
        return np.nan, "not_a_number"
    if any(part.bound for part in parts):
        return np.nan, "voltage_bound"
    volts = [part.unit == "v" or (not part.unit and in_volts) for part in parts]
    highest = max(part.number / (1000 if is_volts else 1) for part, is_volts in zip(parts, volts, strict=True))
    if not LOW_KV <= highest <= HIGH_KV:
        return np.nan, "out_of_range"
    if len(parts) > 1:
        return highest, "voltage_highest"
    if volts[0]:
        return highest, "voltage_in_volts"
    return highest, "unit_in_cell" if parts[0].unit else ""


def _told(texts: Sequence[str], values: NDArray[np.float64], reasons: dict[str, str]) -> list[Finding]:
    told = np.array([reasons.get(text, "") for text in texts], object)
    findings = []
    for reason in sorted(set(told) - {""}):
        rows = np.flatnonzero(told == reason)
        found = tuple(texts[int(row)] for row in rows)
        became = tuple("" if np.isnan(value) else f"{value:g}" for value in values[rows])
        words = {"low": f"{LOW_KV:g}", "high": f"{HIGH_KV:g}"} if reason == "out_of_range" else {}
        findings.append(Finding(reason, rows, "voltage_kv", found, became if any(became) else (), words=words))
    return findings
