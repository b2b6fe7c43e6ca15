"""Columns: which filed column is which canonical one, by its name and by its values, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
import pandas as pd

from phusong.errors import FilingError
from phusong.intake.fitting import CODE, ENOUGH, fitting
from phusong.intake.spec import Spec
from phusong.intake.synonyms import forms, second_choices, synonyms
from phusong.intake.table import Block
from phusong.text import slug

_SAMPLE = 200
_SECOND, _BY_VALUES, _NEAR = 0.8, 0.9, 0.6
"""What a name of second choice counts, a column known by its values only, and a name that is only like one."""
_PLACE_NAME = {"commune_code": "commune_name", "commune_name": "commune_code"}
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
        0 to 1: how well the name fits, times how many of the values do; 2 where a profile says so.
    reason
        Why, for people.
    share
        Of the values that fit.
    """

    column: str
    position: int
    header: str
    score: float
    reason: str
    share: float = 1.0


@dataclass(frozen=True)
class Recognition:
    """
    What each column of a block was taken for.

    Parameters
    ----------
    unknown
        Positions of columns that are none of the canonical ones; they are kept as they are.
    doubted
        Those of them whose names are known, but whose values do not fit.
    """

    matches: tuple[Match, ...]
    unknown: tuple[int, ...]
    doubted: tuple[Match, ...] = ()

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
    all_found = [
        match for j, name in enumerate(block.header) for match in _candidates(block, j, name, spec, profile or {})
    ]
    found = [match for match in all_found if _believed(match, spec)]
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
    doubted = tuple(match for match in all_found if match.position in unknown and not _believed(match, spec))
    return Recognition(tuple(sorted(matches.values(), key=lambda m: m.position)), unknown, doubted)


def _believed(match: Match, spec: Spec) -> bool:
    return match.share >= ENOUGH or (match.share > 0 and spec.fields[match.column].required)


def explain(recognition: Recognition, block: Block) -> list[str]:
    """One sentence for each column: what it was taken for, and why."""
    told = [f"{match.header!r} is {match.column}: {match.reason}" for match in recognition.matches]
    doubts = {match.position: f"may be {match.column}, but {match.reason}" for match in recognition.doubted}
    return told + [f"{block.header[j]!r} {doubts.get(j, 'is not known')}; kept as it is" for j in recognition.unknown]


def _settle(block: Block, match: Match, rivals: list[Match], ask: Ask | None) -> Match:
    different = [m for m in rivals if not _equal(block, match.position, m.position)]
    if not different:
        return match
    choices = [match, *different]
    names = [f"column {m.position + 1}, {m.header!r}, such as {_example(block, m.position)}" for m in choices]
    sheet = f" sheet {block.table.sheet}" if block.table.sheet else ""
    question = f"{block.table.file}{sheet}: which column is {match.column}?"
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
    matches = []
    for column, score, how in _named(name, spec):
        real = _by_values(column, values, spec)
        share = fitting(spec.fields[real], values)
        other = "" if real == column else f", but its values are those of {real}"
        shown = f"{how}{other}; {share:.0%} of its values fit" if values else f"{how}; it is empty"
        known = score * share * (_BY_VALUES if other else 1)
        matches.append(Match(real, position, name, round(known, 6), shown, share))
    return matches


def _named(name: str, spec: Spec) -> list[tuple[str, float, str]]:
    """Canonical columns a header may name: score and how it was known."""
    words = {**{slug(column): column for column in spec.fields}, **synonyms(spec.layer)}
    second = second_choices(spec.layer)
    for rank, form in enumerate(forms(name)):
        column = words.get(form, "")
        if column in spec.fields and form in second:
            return [(column, _SECOND - 0.005 * second[form] - 0.001 * rank, f"the name {form!r} is a second choice")]
        if column in spec.fields:
            return [(column, 1.0 - 0.01 * rank, f"the name {form!r} is known")]
    best = forms(name)[-1] if forms(name) else ""
    if len(best) < 5:
        return []
    near = [(SequenceMatcher(None, best, word).ratio(), word) for word in words if abs(len(word) - len(best)) <= 3]
    likeness, word = max(near, default=(0.0, ""))
    if likeness >= _SIMILAR and words[word] in spec.fields:
        return [(words[word], _NEAR * likeness, f"the name is like {word!r}")]
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
    coded = np.mean([CODE.fullmatch(str(value).strip()) is not None for value in values])
    return "commune_code" if coded >= 0.8 else ("commune_name" if coded <= 0.2 else column)
