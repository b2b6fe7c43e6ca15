"""Filers: whose filing a table is, where no column of it tells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from phusong.errors import FilingError
from phusong.intake.columns import Ask
from phusong.intake.finding import Finding
from phusong.intake.metadata import titles
from phusong.intake.spectrum import names_of_operators, operator_named
from phusong.intake.table import Block
from phusong.text import slug

_PREFIX = re.compile(r"[^\W\d_]+")
_MOST = 0.9
"""Share of the ids that must begin with the name of one operator."""


def filer(blocks: Sequence[Block], ids: pd.Series | None, ask: Ask | None = None) -> str | None:
    """
    The operator that a file speaks of, by its name and the letters that its ids begin with, else by the titles above.

    Parameters
    ----------
    ids
        Ids of the rows; None where there are none.
    ask
        Puts a question to the user where these contradict each other.

    Returns
    -------
    The operator, None where nothing tells.

    Raises
    ------
    FilingError
        When they contradict each other, and nobody can be asked.
    """
    file = blocks[0].table.file
    by_name, by_ids = _in_text(file), _in_ids(ids) if ids is not None else None
    if by_name and by_ids and by_name != by_ids:
        question = f"{file}: whose filing is it? Its name says {by_name}, its ids say {by_ids}"
        if ask is None:
            raise FilingError(f"{question}; say which with --operator")
        return (by_name, by_ids)[ask(question, (by_name, by_ids))]
    return by_name or by_ids or _in_text(" | ".join(titles(blocks)))


def named(operators: pd.Series) -> tuple[pd.Series, list[Finding]]:
    """Operators by the one name that the licence table has for them, and where another was filed."""
    known = {name: operator_named(name) for name in operators.dropna().unique()}
    became = pd.Series([known.get(name) for name in operators], index=operators.index, dtype=object)
    rows = np.flatnonzero((operators.notna() & (became != operators)).to_numpy(bool))
    if not len(rows):
        return operators, []
    texts = tuple(operators.iloc[rows]), tuple(became.iloc[rows])
    return became, [Finding("word_translated", rows, "operator", *texts)]


def _in_text(text: str) -> str | None:
    """The one operator whose name stands in a text, as words of their own."""
    words = f"_{slug(text)}_"
    found = {operator for name, operator in names_of_operators().items() if f"_{name}_" in words}
    return found.pop() if len(found) == 1 else None


def _in_ids(ids: pd.Series) -> str | None:
    """The operator for whose name nearly all ids begin with it, and none with another's."""
    filed = ids.dropna().astype(str)
    begins = Counter(match.group() if (match := _PREFIX.match(text)) else "" for text in filed)
    known: Counter[str] = Counter()
    for prefix, count in begins.items():
        if slug(prefix) in names_of_operators():
            known[operator_named(prefix)] += count
    if len(known) != 1 or sum(known.values()) < _MOST * len(filed):
        return None
    return next(iter(known))
