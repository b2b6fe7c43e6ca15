"""Cells of one column: the different ones, so that each is read and told once however often it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.intake.finding import Finding
from phusong.intake.spec import Field
from phusong.intake.table import Block
from phusong.intake.vocabulary import flag, says_nothing
from phusong.text import nfc

Told = dict[int, tuple[str, str]]
"""For the number of a cell what it became and what it might mean; empty texts where there is nothing to tell."""


@dataclass(frozen=True)
class Cells:
    """One column of a table: different cells and, for each row, which of them it holds; -1 where it is empty."""

    codes: NDArray[np.int64]
    different: list[Any]
    header: str = ""

    @staticmethod
    def of(block: Block, position: int) -> Cells:
        """Cells of a column of a block; blanks are empty."""
        values = block.cells[position].to_numpy(object)
        keys = np.array([None if _is_empty(value) else _key(value) for value in values], object)
        codes, different = pd.factorize(keys)
        first = pd.Series(np.arange(len(codes))).groupby(codes).first()
        return Cells(
            codes.astype(np.int64), [values[first[code]] for code in range(len(different))], block.header[position]
        )

    @staticmethod
    def none(rows: int) -> Cells:
        """Cells of a column that is not there."""
        return Cells(np.full(rows, -1), [])

    @property
    def texts(self) -> list[str]:
        """The different cells as text, without the apostrophe that makes a number text in a spreadsheet."""
        return [nfc(shown(value)).removeprefix("'") for value in self.different]

    def or_constant(self, constant: str) -> Cells:
        """With the constant where the file says nothing."""
        codes = np.where(self.codes < 0, len(self.different), self.codes)
        return Cells(codes, [*self.different, constant], self.header)

    def without_nothing(self, field: Field) -> tuple[Cells, Told]:
        """With cells empty that only say that they are, such as "-" and "N/A"; and which these are."""
        empty = {
            code: ("", "")
            for code, said in enumerate(self.texts)
            if says_nothing(said) and (field.kind != "flag" or flag(said) is None)
        }
        if not empty:
            return self, {}
        kept = [code for code in range(len(self.different)) if code not in empty]
        renamed = np.full(len(self.different) + 1, -1, np.int64)
        renamed[kept] = np.arange(len(kept))
        return Cells(renamed[self.codes], [self.different[code] for code in kept], self.header), empty

    def spread(self, values: Sequence[Any], dtype: Any, empty: Any) -> NDArray[Any]:
        """For each row the value of its cell."""
        table = np.empty(len(values) + 1, dtype)
        table[:-1] = values
        table[-1] = empty
        return table[self.codes]

    def told(self, reason: str, field: Field, which: Told, **words: Any) -> list[Finding]:
        """One finding for the different cells named, with what each became and what it might mean."""
        if not which:
            return []
        hit = np.zeros(len(self.different) + 1, bool)
        hit[list(which)] = True
        rows = np.flatnonzero(hit[self.codes])
        chosen = self.codes[rows]
        texts = {code: shown(self.different[code]) for code in which}
        became = tuple(which[code][0] for code in chosen)
        meant = tuple(which[code][1] for code in chosen)
        found = tuple(texts[code] for code in chosen)
        return [
            Finding(reason, rows, field.name, found, became if any(became) else (), meant if any(meant) else (), words)
        ]


def shown(value: Any) -> str:
    """A cell as people would write it: a whole number without its ".0"."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _is_empty(value: Any) -> bool:
    return bool(pd.isna(value)) or (isinstance(value, str) and not value.strip())


def _key(value: Any) -> str:
    """Different values of different types stay different: 1, 1.0, True and "1" are four cells."""
    return value if isinstance(value, str) else f"\0{type(value).__name__}\0{value!r}"
