"""Columns: which filed column is which canonical one, by its name and by its values, and why."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
import pandas as pd

from phusong.errors import FilingError
from phusong.intake.days import read_days
from phusong.intake.numbers import read_numbers
from phusong.intake.spec import PLACE, Field, Spec
from phusong.intake.synonyms import forms, synonyms
from phusong.intake.table import Block
from phusong.intake.vocabulary import flag, translate
from phusong.text import nfc, slug

_SAMPLE = 200
_CODE = re.compile(r"\d{2,5}(\.0)?")
_PLACE_NAME = {"commune_code": "commune_name", "commune_name": "commune_code"}
_ENOUGH = 0.5
"""A column whose name is known is not believed when fewer of its values fit."""
_SIMILAR = 0.88

Ask = Callable[[str, Sequence[str]], int]
"""A question and its answers; the number of the answer chosen."""


@dataclass(frozen=True)
class Match:
    """
    One filed column taken for a canonical one.

    Parameters
    ----------
    position
        Column of the block's cells.
    score
        0 to 1: how well the name fits, times how many of the values do.
    reason
        Why, for people.
    """

    column: str
    position: int
    header: str
    score: float
    reason: str


@dataclass(frozen=True)
class Recognition:
    """
    What each column of a block was taken for.

    Parameters
    ----------
    unknown
        Positions of columns that are none of the canonical ones; they are kept as they are.
    """

    matches: tuple[Match, ...]
    unknown: tuple[int, ...]

    def positions(self) -> dict[str, int]:
        """Position of each canonical column that was found."""
        return {match.column: match.position for match in self.matches}


def recognise(
    block: Block, spec: Spec, profile: Mapping[str, str] | None = None, ask: Ask | None = None
) -> Recognition:
    """
    Find the canonical columns of a block.

    Parameters
    ----------
    profile
        Canonical column of headers, as settled in an earlier filing of the same filer; it goes before everything else.
    ask
        Puts a question to the user; without it two columns that fit equally well are refused.

    Raises
    ------
    FilingError
        When two columns fit equally well and differ, and nobody can be asked.
    """
    found = [match for j, name in enumerate(block.header) for match in _candidates(block, j, name, spec, profile or {})]
    matches: dict[str, Match] = {}
    taken: set[int] = set()
    for match in sorted(found, key=lambda m: (-m.score, m.position, m.column)):
        if match.column in matches or match.position in taken:
            continue
        rivals = [
            m for m in found if m.column == match.column and m.score > match.score - 1e-9 and m.position not in taken
        ]
        chosen = _settle(block, match, rivals, ask)
        matches[chosen.column] = chosen
        taken.add(chosen.position)
    unknown = tuple(j for j in range(len(block.header)) if j not in taken and block.cells[j].notna().any())
    return Recognition(tuple(sorted(matches.values(), key=lambda m: m.position)), unknown)


def explain(recognition: Recognition, block: Block) -> list[str]:
    """One sentence for each column: what it was taken for, and why."""
    told = [f"{match.header!r} is {match.column}: {match.reason}" for match in recognition.matches]
    return told + [f"{block.header[j]!r} is not known; kept as it is" for j in recognition.unknown]


def _settle(block: Block, match: Match, rivals: list[Match], ask: Ask | None) -> Match:
    different = [m for m in rivals if not _equal(block, match.position, m.position)]
    if not different:
        return match
    choices = [match, *different]
    names = [f"column {m.position + 1}, {m.header!r}, such as {_example(block, m.position)}" for m in choices]
    question = f"{block.table.file}{f' sheet {block.table.sheet}' if block.table.sheet else ''}: which column is {match.column}?"
    if ask is None:
        raise FilingError(f"{question} Both {' and '.join(names)} fit; rename one, or say which in a profile")
    return choices[ask(question, names)]


def _equal(block: Block, a: int, b: int) -> bool:
    return a == b or bool((block.cells[a].astype(str) == block.cells[b].astype(str)).all())


def _example(block: Block, position: int) -> str:
    values = block.cells[position].dropna()
    return repr(str(values.iloc[0])[:40]) if len(values) else "nothing"


def _candidates(block: Block, position: int, name: str, spec: Spec, profile: Mapping[str, str]) -> list[Match]:
    if not name:
        return []
    if profile.get(name) in spec.fields:
        return [Match(profile[name], position, name, 2.0, "so settled in the profile")]
    values = _sample(block.cells[position])
    named = _named(name, spec)
    matches = []
    for column, score, how in named:
        real = _by_values(column, values, spec)
        share = _share(spec.fields[real], values)
        if share >= _ENOUGH or (not values and share):
            reason = how if real == column else f"{how}, but its values are those of {real}"
            shown = f"{reason}; {share:.0%} of its values fit" if values else f"{reason}; it is empty"
            matches.append(Match(real, position, name, round(score * share, 6), shown))
    return matches


def _named(name: str, spec: Spec) -> list[tuple[str, float, str]]:
    """Canonical columns a header may name: score and how it was known."""
    words = {**{slug(column): column for column in spec.fields}, **synonyms(spec.layer)}
    for rank, form in enumerate(forms(name)):
        column = words.get(form)
        if column in spec.fields:
            return [(column, 1.0 - 0.01 * rank, f"the name {form!r} is known")]
    best = forms(name)[-1] if forms(name) else ""
    if len(best) < 5:
        return []
    near = [(SequenceMatcher(None, best, word).ratio(), word) for word in words if abs(len(word) - len(best)) <= 3]
    likeness, word = max(near, default=(0.0, ""))
    if likeness >= _SIMILAR and words[word] in spec.fields:
        return [(words[word], 0.6 * likeness, f"the name is like {word!r}")]
    return []


def _sample(cells: pd.Series) -> list[object]:
    values = cells.dropna()
    step = max(1, len(values) // _SAMPLE)
    return [value for value in values.iloc[::step].head(_SAMPLE) if not (isinstance(value, str) and not value.strip())]


def _by_values(column: str, values: list[object], spec: Spec) -> str:
    """Code and name of a commune are filed under each other's headers; the values tell."""
    other = _PLACE_NAME.get(column, "")
    if other not in spec.fields or not values:
        return column
    coded = np.mean([_CODE.fullmatch(str(value).strip()) is not None for value in values])
    return "commune_code" if coded >= 0.8 else ("commune_name" if coded <= 0.2 else column)


def _share(field: Field, values: list[object]) -> float:
    """Share of the values that a column of this kind could hold; 1 where there are none."""
    if not values:
        return 1.0
    texts = [nfc(str(value)) for value in values]
    if field.name in PLACE or field.kind == "place":
        return float(np.mean([any(character.isdigit() for character in text) for text in texts]))
    if field.kind == "number":
        return float(
            np.mean(
                [not math.isnan(reading.value) or bool(reading.readings) for reading in read_numbers(texts, field.name)]
            )
        )
    if field.kind == "day":
        return float(np.mean([day.value is not None or bool(day.readings) for day in read_days(values)]))
    if field.kind == "flag":
        return float(np.mean([flag(text) is not None for text in texts]))
    if field.among:
        known = float(np.mean([translate(field.name, text) is not None for text in texts]))
        return 0.0 if _is_counter(texts) else max(known, _ENOUGH)
    if field.name == "commune_code":
        return float(np.mean([_CODE.fullmatch(text) is not None for text in texts]))
    if field.name.endswith("_id") and _is_counter(texts):
        return 0.6  # a counter may be the id where nothing else is
    return 1.0


def _is_counter(texts: list[str]) -> bool:
    """Whether values are 1, 2, 3 …: the number of the row, whatever the header says."""
    numbers = [int(text) for text in texts if text.isdecimal()]
    return len(numbers) == len(texts) > 2 and numbers == sorted(set(numbers))
