"""Numeral: a printed figure as a number for a spreadsheet, which shows it as it is printed; and back."""

from __future__ import annotations

import re
from dataclasses import dataclass

from phusong.publish.report.model import Language
from phusong.text import nfc

_MARKS: dict[Language, tuple[str, str]] = {"vi": (".", ","), "en": (",", ".")}
"""Between thousands, and before decimals."""
_FORMAT = re.compile(r'(?:"(?P<before>[^"]*)")?(?P<whole>#,##0|0)(?:\.(?P<decimals>0+))?(?:"(?P<after>[^"]*)")?')


@dataclass(frozen=True)
class Numeral:
    """
    What a cell holds.

    Parameters
    ----------
    value
        The number as printed: 98.9 of `98,9 %`, so that a share is never rounded up on display.
    number_format
        Number format of the cell, with what is printed before and after the number.
    """

    value: float
    number_format: str


def numeral(text: str, language: Language) -> Numeral | None:
    """
    The number that a printed text holds; None where it holds none, or more than one.

    Examples
    --------
    >>> numeral("1.234,5 người", "vi")
    Numeral(value=1234.5, number_format='#,##0.0" người"')
    >>> numeral("chưa rõ", "vi"), numeral("2/3", "vi")
    (None, None)

    A number with too many digits, or with leading noughts, stays text.

    >>> numeral("00001", "vi"), numeral("12345678901234567890", "vi")
    (None, None)
    """
    thousands, decimal = _MARKS[language]
    whole = rf"-?(?:\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+|\d+)"
    found = re.fullmatch(
        rf'(?P<before>[^\w"-]*)(?P<number>{whole}(?:{re.escape(decimal)}(?P<decimals>\d+))?)(?P<after>[^\d"]*)',
        nfc(text),
    )
    if not found:
        return None
    value = float(found["number"].replace(thousands, "").replace(decimal, "."))
    form = "#,##0" if thousands in found["number"] or abs(value) < 1000 else "0"
    form += f".{'0' * len(found['decimals'])}" if found["decimals"] else ""
    before, after = (f'"{found[part]}"' if found[part] else "" for part in ("before", "after"))
    made = Numeral(value, f"{before}{form}{after}")
    return made if displayed(made, language) == nfc(text) else None


def displayed(held: Numeral, language: Language) -> str:
    """
    What a spreadsheet in the language shows.

    Raises
    ------
    ValueError
        When the number format is not one of ours.

    Examples
    --------
    >>> displayed(Numeral(98.9, '#,##0.0" %"'), "vi")
    '98,9 %'
    """
    form = _FORMAT.fullmatch(held.number_format)
    if not form:
        raise ValueError(f"{held.number_format!r} is no number format of a report")
    decimals = len(form["decimals"] or "")
    grouped = "" if form["whole"] == "0" else ","
    number = f"{held.value:{grouped}.{decimals}f}".translate(str.maketrans(",.", "".join(_MARKS[language])))
    return f"{form['before'] or ''}{number}{form['after'] or ''}"
