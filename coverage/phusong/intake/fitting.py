"""Fitting: how many of the values of a filed column are such as a canonical one holds."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

import numpy as np

from phusong.intake.days import read_days
from phusong.intake.numbers import read_numbers
from phusong.intake.spec import Field
from phusong.intake.vocabulary import flag, says_nothing, translate
from phusong.text import nfc

CODE = re.compile(r"\d{2,5}(\.0)?")
ENOUGH = 0.5
"""A column of a known name is not believed when fewer of its values fit, unless it is required."""
_PAIR = re.compile(r"\d.*\D.*\d", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]{3,}")


def fitting(field: Field, values: Sequence[object]) -> float:
    """Share of the values that a column of this kind could hold, of those that say anything; 1 where none does."""
    said = [(value, text) for value in values if not says_nothing(text := nfc(str(value)).removeprefix("'"))]
    if not said:
        return 1.0
    values, texts = [value for value, _ in said], [text for _, text in said]
    if field.among:
        if _is_counter(texts) or sum(text.isdecimal() for text in texts) * 2 > len(texts):
            return 0.0
        return max(_mean(translate(field.name, text) is not None for text in texts), ENOUGH)
    if field.name.endswith("_id") and _is_counter(texts):
        return 0.6  # a counter may be the id where nothing else is
    return _fitting_kind(field, values, texts)


def _fitting_kind(field: Field, values: Sequence[object], texts: list[str]) -> float:
    if field.name == "coordinates":
        return _mean(_PAIR.search(text) is not None and len(_WORD.findall(text)) <= 4 for text in texts)
    match field.kind:
        case "place":
            return _mean(any(character.isdigit() for character in text) for text in texts)
        case "number":
            return _mean(not math.isnan(r.value) or bool(r.readings) for r in read_numbers(texts, field.name))
        case "day":
            return _mean(day.value is not None or bool(day.readings) for day in read_days(values))
        case "flag":
            return _mean(flag(text) is not None for text in texts)
    return _mean(CODE.fullmatch(text) is not None for text in texts) if field.name == "commune_code" else 1.0


def _mean(fits: Iterable[bool]) -> float:
    return float(np.mean([*fits]))


def _is_counter(texts: list[str]) -> bool:
    """Whether values are 1, 2, 3 …: the number of the row, whatever the header says."""
    numbers = [int(text) for text in texts if text.isdecimal() and len(text) < 10]
    return len(numbers) == len(texts) > 2 and numbers == sorted(set(numbers))
