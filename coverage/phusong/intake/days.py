"""Days as people write them: ISO, day first or month first as the column shows, and serial numbers of spreadsheets."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_OTHER = re.compile(
    r"(?:ngày\s*)?(\d{1,2})\s*(?:[-/.]|tháng)\s*(\d{1,2})\s*(?:[-/.]|năm)\s*(\d{4}|\d{2})(?:[T ,].*)?", re.IGNORECASE
)
_NAMED = re.compile(r"(\d{1,2})[\s\-/.]*([A-Za-z]{3,9})[\s\-/.,]*(\d{4}|\d{2})(?:[T ,].*)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PACKED = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_SERIAL = (20_000, 73_050)
"""Serial numbers of 1954 to 2099; smaller and larger numbers are no days."""
_EPOCH = dt.date(1899, 12, 30)
_TYPED = 5
"""So many typed days, none after the twelfth of a month, beside texts that must be read day first, are no chance."""


@dataclass(frozen=True)
class Day:
    """What a cell of a day column was read as; `readings` where it can be read in two ways."""

    value: dt.date | None
    repaired: bool = False
    readings: tuple[dt.date, ...] = ()


def read_days(cells: Sequence[object]) -> list[Day]:
    """
    Read each of the different cells of one column.

    Which of day and month comes first is decided by the whole column: by values that can be read one way only. Where
    none is, the day comes first, as in Viet Nam; where some speak for each, those that can be read in two ways stay
    open. So do days that a spreadsheet typed where it could, month first, and left as text where it could not.

    Examples
    --------
    >>> [str(d.value) for d in read_days(["12/10/2018", "25/01/2021", "2026-09-30", 45000])]
    ['2018-10-12', '2021-01-25', '2026-09-30', '2023-03-15']
    >>> [str(d.value) for d in read_days(["12/10/2018", "01/25/2021"])]
    ['2018-12-10', '2021-01-25']
    """
    pairs = [_pair(cell) for cell in cells]
    day_first = any(pair and pair[0] > 12 >= pair[1] for pair in pairs)
    month_first = any(pair and pair[1] > 12 >= pair[0] for pair in pairs)
    days = [_day(cell, pair, day_first, month_first) for cell, pair in zip(cells, pairs, strict=True)]
    typed = [cell for cell in cells if isinstance(cell, dt.datetime)]
    if day_first and len(typed) >= _TYPED and all(cell.day <= 12 for cell in typed):
        days = [
            _exchanged(day) if isinstance(cell, dt.datetime) else day for cell, day in zip(cells, days, strict=True)
        ]
    return days


def _exchanged(day: Day) -> Day:
    """A day of which a spreadsheet may have taken the day for the month."""
    other = _date(day.value.year, day.value.day, day.value.month) if day.value else None
    return day if other in (None, day.value) else Day(None, readings=tuple(d for d in (other, day.value) if d))


def _pair(cell: object) -> tuple[int, int, int] | None:
    found = _OTHER.fullmatch(cell.strip()) if isinstance(cell, str) else None
    if not found:
        return None
    first, second, year = (int(group) for group in found.groups())
    return first, second, _century(year)


def _century(year: int) -> int:
    return year if year > 99 else year + (2000 if year < 70 else 1900)


def _day(cell: object, pair: tuple[int, int, int] | None, day_first: bool, month_first: bool) -> Day:
    if pair:
        first, second, year = pair
        as_day, as_month = _date(year, second, first), _date(year, first, second)
        if as_day and as_month and as_day != as_month and day_first and month_first:
            return Day(None, readings=(as_day, as_month))
        value = as_month if (month_first and not day_first) or not as_day else as_day
        return Day(value, repaired=True)
    if isinstance(cell, dt.datetime):
        return Day(cell.date())
    if isinstance(cell, bool):
        return Day(None)
    text = str(cell).strip()
    if isinstance(cell, int | float) or re.fullmatch(r"\d{5}(\.\d+)?", text):
        serial = float(text)
        inside = _SERIAL[0] <= serial <= _SERIAL[1]
        return Day(_EPOCH + dt.timedelta(days=int(serial)) if inside else None, repaired=inside)
    value = _written(text)
    return Day(value, repaired=value is not None and text[:10] != value.isoformat())


def _written(text: str) -> dt.date | None:
    """A day whose parts cannot be taken for each other."""
    if found := _ISO.fullmatch(text) or _PACKED.fullmatch(text):
        year, month, day = (int(group) for group in found.groups())
        return _date(year, month, day)
    if found := _NAMED.fullmatch(text):
        name = found.group(2)[:3].lower()
        month = _MONTHS.index(name) + 1 if name in _MONTHS else 0
        return _date(_century(int(found.group(3))), month, int(found.group(1)))
    return None


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
