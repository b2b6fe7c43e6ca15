"""The report as plain values: its form, its blocks in order, and every figure with the question that it answers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Language = Literal["vi", "en"]
Kind = Literal["text", "number"]
Word = str | int | float | bool


@dataclass(frozen=True)
class Query:
    """
    One question to one table of an edition: which rows, and what of them.

    Parameters
    ----------
    table
        Name of the table, such as `zones` or `outlook/chances`.
    where
        Column and value; a row is meant when all of them hold.
    how
        `value` of the one row, `count` of rows, `sum`, or `ratio` of two sums.
    columns
        None for `count`, numerator and denominator for `ratio`, else one.
    """

    table: str
    where: tuple[tuple[str, Word], ...] = ()
    how: Literal["value", "count", "sum", "ratio"] = "value"
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """
    A number as it is printed in the language of the report.

    Parameters
    ----------
    code
        Short and unique in the report, letters, digits and a hyphen, such as `H-7K3QA`.
    text
        As printed, with its unit where the unit follows the number: `98,9 %`; `chưa rõ` where it is not known.
    value
        Not rounded; shares 0..1; None where it is not known.
    unit
        `share`, `people`, `zones`, `terminals`, ...
    definition
        What is counted, in the language of the report.
    query
        What it was asked of.
    in_cell
        It stands in a cell of a table whose last column holds the code of the row, so that its own is not printed.
    """

    code: str
    text: str
    value: float | None
    unit: str
    definition: str
    query: Query
    in_cell: bool = False

    @property
    def filter(self) -> str:
        """The question as one line."""
        rows = " and ".join(f"{column} = {value!r}" for column, value in self.query.where) or "all rows"
        return f"{self.query.table}: {rows}: {self.query.how} {' / '.join(self.query.columns)}".rstrip()


Run = str | Figure


@dataclass(frozen=True)
class Heading:
    """Title of a section, level 1 or of a part of one, level 2; its number is part of the text."""

    level: Literal[1, 2]
    text: str


@dataclass(frozen=True)
class Paragraph:
    """Sentences; a `note` is small, a `source` stands below a table or picture."""

    runs: tuple[Run, ...]
    style: Literal["body", "note", "source", "warning"] = "body"


@dataclass(frozen=True)
class Bullets:
    """A list of short paragraphs."""

    items: tuple[tuple[Run, ...], ...]


@dataclass(frozen=True)
class Table:
    """
    Rows of cells under headings that repeat on each page.

    Parameters
    ----------
    name
        Short ASCII name, unique in the report: of the sheet in XLSX.
    kinds, widths
        A column each: text starts and numbers end at the edge; widths are weights.
    rows
        A cell each is one run.
    total
        The last row is a sum of the others.
    """

    name: str
    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Run, ...], ...]
    kinds: tuple[Kind, ...]
    widths: tuple[float, ...]
    note: str = ""
    total: bool = False


@dataclass(frozen=True)
class Sheet:
    """Rows that figures were counted from, for XLSX only; cells are text, numbers, or None where nothing is known."""

    name: str
    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Word | None, ...], ...]


@dataclass(frozen=True)
class Picture:
    """A chart or map, the same in both forms; `alt` says what it shows to those who do not see it."""

    name: str
    svg: bytes
    png: bytes
    alt: str
    caption: str
    width_mm: float


@dataclass(frozen=True)
class PageBreak:
    """What follows begins a page."""


Block = Heading | Paragraph | Bullets | Table | Picture | PageBreak


@dataclass(frozen=True)
class Form:
    """
    What stands around the sections, by Decree 30/2020/NĐ-CP.

    Parameters
    ----------
    superior, issuer
        Lines of the issuing body's name, the superior body first (empty where there is none).
    nation, motto
        National heading and motto.
    number
        Number and symbol, such as `Số: …/BC-SKHCN`.
    place_and_date
        One line, such as `Quảng Ninh, ngày 30 tháng 9 năm 2026`.
    kind, title
        Kind of document (`BÁO CÁO`) and the lines of what it is about.
    recipients
        Lines below `recipients_word` (`Nơi nhận:`).
    signatory_title, signatory
        Lines of the office, and the name; empty where the project file names none.
    tier, period, day, digest
        Whose eyes it is for, quarter, day and SHA-256 of the edition.
    banner
        Says that data are made up; empty where none are.
    marking
        Line that says for whom the document is, in the language.
    missing
        What the project file does not say, as sentences; none where it says all.
    """

    language: Language
    superior: tuple[str, ...]
    issuer: tuple[str, ...]
    nation: str
    motto: str
    number: str
    place_and_date: str
    kind: str
    title: tuple[str, ...]
    recipients_word: str
    recipients: tuple[str, ...]
    signatory_title: tuple[str, ...]
    signatory: str
    tier: str
    period: str
    day: dt.date
    digest: str
    banner: str = ""
    marking: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Identity:
    """
    Which report a file is: enough to write it anew from its project.

    Parameters
    ----------
    level, code
        `nation`, `province` or `commune`, and the code of the unit (empty for the nation).
    against
        Quarter whose changes are explained; empty where none are.
    digest
        SHA-256 of the edition.
    gains
        Whether the people whom planned sites bring were measured for the edition.
    """

    project: str
    period: str
    day: dt.date
    tier: str
    language: Language
    level: str
    code: str
    against: str
    digest: str
    gains: bool = False

    @property
    def text(self) -> str:
        """As one line, which every form holds among its properties."""
        *parts, gains = vars(self).values()
        return ":".join(("phusong", *map(str, parts), "gains" if gains else ""))

    @classmethod
    def parse(cls, text: str) -> Identity:
        """
        Read the line back.

        Raises
        ------
        ValueError
            When it is none.
        """
        first, *parts = text.split(":")
        if first != "phusong" or len(parts) != len(cls.__dataclass_fields__):
            raise ValueError(f"{text!r} names no report")
        project, period, day, tier, said, level, code, against, digest, gains = parts
        language: Language = "en" if said == "en" else "vi"
        told = (project, period, dt.date.fromisoformat(day), tier, language, level, code, against, digest)
        return cls(*told, gains == "gains")


@dataclass(frozen=True)
class Report:
    """
    One report, from which every form is written.

    Parameters
    ----------
    identity
        What each form writes into its properties.
    name
        ASCII name of its files, without ending.
    annexes
        A sheet each table that figures were asked of.
    figures
        Every figure of the blocks, in order of first use.
    sources
        Lines: what was read, with its date and the start of its hash.
    """

    identity: Identity
    name: str
    form: Form
    blocks: tuple[Block, ...]
    annexes: tuple[Sheet, ...]
    figures: tuple[Figure, ...]
    sources: tuple[str, ...]
