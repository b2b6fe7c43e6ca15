"""Scope: of which unit a report is, and how its sections ask for figures, sentences and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from phusong.ledger.edition import Edition
from phusong.ledger.readings import COVERED
from phusong.publish.report.codes import code, of_cell
from phusong.publish.report.model import Bullets, Figure, Heading, Paragraph, Query, Run, Table, Word
from phusong.publish.report.tables import Tables
from phusong.publish.report.wording import Wording
from phusong.publish.suppression import MARK
from phusong.publish.tiers import Tier
from phusong.text import sort_key
from phusong.units import ANY

Level = Literal["nation", "province", "commune"]
Where = tuple[tuple[str, Word], ...]
NOBODY: Mapping[str, str] = {"operator": "", "technology": "", "environment": ""}
"""Of a figure of `levels` for which operators have no meaning."""
_LEVELS = {"nation": "study", "province": "province", "commune": "commune"}


@dataclass(frozen=True)
class Ask:
    """A question, and the entry of `figure` in the words that says what its answer is."""

    figure: str
    query: Query


@dataclass(frozen=True)
class Scope:
    """
    One report's unit, words and tables.

    Parameters
    ----------
    name
        Of the unit.
    edition
        As the tier may hold it.
    """

    level: Level
    code: str
    name: str
    tier: Tier
    edition: Edition
    tables: Tables
    words: Wording

    @property
    def called(self) -> str:
        """The unit in captions and sentences, for which the title of a study is too long."""
        return self.words.text("word.whole") if self.level == "nation" else self.name

    @property
    def unit(self) -> Where:
        """The unit in tables that name its level."""
        return (("unit_level", _LEVELS[self.level]), ("unit_code", self.code))

    @property
    def own(self) -> Where:
        """The unit in tables of communes, or of what lies in one."""
        return () if self.level == "nation" else ((f"{self.level}_code", self.code),)

    @cached_property
    def environment(self) -> str:
        """Environment that levels speak of; empty where there are none."""
        levels = self.tables.frames["levels"]
        own = levels[levels["figure"] == COVERED] if "figure" in levels else levels
        return str(own["environment"].iloc[0]) if len(own) else ""

    @cached_property
    def operators(self) -> list[str]:
        """Operators with a figure of coverage, in Vietnamese order."""
        levels = self.tables.frames["levels"]
        if "figure" not in levels:
            return []
        names = levels["operator"][levels["figure"] == COVERED].unique()
        return sorted((str(name) for name in names if name != ANY), key=sort_key)

    @cached_property
    def served(self) -> frozenset[tuple[str, str]]:
        """Operators and technologies with a figure of coverage in any unit: an operator without a site has none."""
        levels = self.tables.frames["levels"]
        if "figure" not in levels:
            return frozenset()
        own = levels[levels["figure"] == COVERED]
        return frozenset(zip(own["operator"], own["technology"], strict=True))

    def level_of(
        self, figure: str, column: str = "value", unit: Where = (), scope: Mapping[str, str] = NOBODY
    ) -> Query:
        """The question for a figure of `levels`; of no operator and technology unless said otherwise."""
        return Query("levels", (*(unit or self.unit), ("figure", figure), *scope.items()), "value", (column,))

    @cached_property
    def anybody(self) -> Mapping[str, str]:
        """All operators and technologies together, in `levels`."""
        return {"operator": ANY, "technology": ANY, "environment": self.environment}

    def covered(self, column: str, operator: str = ANY, technology: str = "NR", unit: Where = ()) -> Query:
        """The question for people covered."""
        told = {"operator": operator, "technology": technology, "environment": self.environment}
        return self.level_of(COVERED, column, unit, told)

    def sum_of(self, column: str) -> Query:
        """The question for a sum over the communes of the unit."""
        return Query("communes", self.own, "sum", (column,))

    def value(self, query: Query) -> float | None:
        """The answer alone, to choose a sentence by."""
        return self.tables.answer(query)

    def figure(self, letter: str, name: str, query: Query) -> Figure:
        """A figure with a code of its own."""
        return self._figure(name, query, code(letter, self._edition, [query]), in_cell=False)

    def row(self, letter: str, cells: Sequence[str | Ask]) -> tuple[Run, ...]:
        """A row of a table: words, figures, and the code of the row last where it has figures."""
        asked = [cell.query for cell in cells if isinstance(cell, Ask)]
        if not asked:
            return tuple(str(cell) for cell in cells)
        own = code(letter, self._edition, asked)
        runs = [
            self._figure(cell.figure, cell.query, of_cell(own, place), in_cell=True) if isinstance(cell, Ask) else cell
            for place, cell in enumerate(cells)
        ]
        return (*runs, own)

    def table(
        self,
        name: str,
        caption: str,
        columns: Sequence[str],
        rows: Sequence[tuple[Run, ...]],
        widths: Sequence[float],
        note: str = "",
        *,
        total: bool = False,
    ) -> Table:
        """A table under headings out of the words, or as they are; the code of the rows has the last column."""
        coded = len(rows[0]) > len(columns)
        heads = [self.words.texts.get(f"column.{column}", column) for column in columns]
        numbers = [any(isinstance(row[place], Figure) for row in rows) for place in range(len(columns))]
        return Table(
            name,
            caption,
            (*heads, *([self.words.text("word.code")] if coded else [])),
            tuple(rows),
            (*("number" if number else "text" for number in numbers), *(["text"] if coded else [])),  # type: ignore[arg-type]
            (*widths, *([1.3] if coded else [])),
            note,
            total,
        )

    def heading(self, number: int, key: str) -> Heading:
        """Heading of a section."""
        return Heading(1, f"{number}. {self.words.text(f'head.{key}')}")

    def say(self, key: str, /, **values: Run) -> Paragraph:
        """A paragraph of one sentence."""
        return Paragraph(self.words.runs(key, **values))

    def note(self, key: str, /, **values: Run) -> Paragraph:
        """A small paragraph."""
        return Paragraph(self.words.runs(key, **values), "note")

    def bullets(self, *items: tuple[Run, ...]) -> Bullets:
        """A list."""
        return Bullets(items)

    def each(self, name: str, where: Where = ()) -> list[dict[str, Any]]:
        """The rows of a table that the conditions mean, in their order."""
        frame, rows = self.tables.frames.get(name), self.tables.rows(Query(name, where))
        if frame is None:
            return []
        return [
            dict(zip(map(str, frame), row, strict=True)) for row in frame.iloc[rows].itertuples(index=False, name=None)
        ]

    @property
    def _edition(self) -> str:
        told = self.edition
        return f"{told.project} {told.period} {told.day or told.as_of} {self.tier}"

    def _figure(self, name: str, query: Query, own: str, *, in_cell: bool) -> Figure:
        key, value = f"figure.{name}", self.tables.answer(query)
        unit = self.words.units[key]
        empty = self.words.text("word.withheld" if value is None and self._withheld(query) else "word.unknown")
        text = self.words.number(value, unit, empty)
        return Figure(own, text, value, unit, self.words.text(key), query, in_cell)

    def _withheld(self, query: Query) -> bool:
        """Whether the answer is not there because it was left out for everyone."""
        frame, rows = self.tables.frames.get(query.table), self.tables.rows(query)
        return frame is not None and MARK in frame and bool(frame[MARK].iloc[rows].fillna(False).any())
