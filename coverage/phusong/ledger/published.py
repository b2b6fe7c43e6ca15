"""Published figures of others: each one record of what was printed, by whom, when, and of which day it speaks."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import pandas as pd
from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator

from phusong.config import shipped
from phusong.config.section import Section, Technology, Text
from phusong.errors import ConfigError
from phusong.faults import sentences
from phusong.text import nearest

FILE = "published_figures.toml"
NATION = "nation"
Unit = Literal["%", "sites", "villages", "terminals", "subscribers"]
Wording = Literal["printed", "about", "almost", "more_than", "at_least", "at_most"]
Interval = tuple[Decimal, Decimal]
"""Lowest and highest value that a figure may stand for."""
_NUMBER = r"\d+(?:\.\d+)?"


@dataclass(frozen=True, order=True)
class Span:
    """Days from the first to the last, both counted."""

    first: dt.date
    last: dt.date

    @classmethod
    def parse(cls, said: object) -> Self:
        """
        Days of a day, month, quarter or year, or of two of these with a stroke between them (ISO 8601).

        Raises
        ------
        ValueError
            When it is none of these, or ends before it begins.

        Examples
        --------
        >>> str(Span.parse("2025-10")), str(Span.parse("2025-Q4/2026"))
        ('2025-10-01/2025-10-31', '2025-10-01/2026-12-31')
        """
        if isinstance(said, Span):
            return cls(said.first, said.last)
        begin, _, end = str(said).partition("/")
        first, last = _days(begin)[0], _days(end or begin)[1]
        if last < first:
            raise ValueError("ends before it begins")
        return cls(first, last)

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    def __str__(self) -> str:
        return self.first.isoformat() if self.first == self.last else f"{self.first}/{self.last}"


class Indicator(Section):
    """What figures claim to measure, in words; nobody published a rule for it."""

    vi: Text
    en: Text
    unit: Unit
    direction: Literal["up", "down"] | None = None
    """Where it only goes, as sites are built and villages connected."""
    base: str | None = None
    """Indicator of which a share is."""
    grows_with: str | None = None
    """Indicator that a share grows with."""
    technology: Technology | None = None
    ours: tuple[str, ...] = ()
    """Definitions of ours that may be meant."""


class Figure(Section):
    """One published figure; the keys are explained in gis_data/published_figures.toml."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_]*$")
    value: str
    """Digits as printed, in quotes, with a point before decimals, such as "39.52" or "55..60"."""
    unit: Unit
    claimed_indicator: str
    scope: Text = NATION
    """`nation`, or an operator."""
    unit_code: str = Field("", pattern=r"^([0-9]{2})?$")
    """Code of a province; empty for the nation."""
    wording: Wording = "printed"
    step: str | None = Field(None, pattern=rf"^{_NUMBER}$")
    """How far it was rounded, where the digits do not show it."""
    status: Literal["reported", "plan", "limit"] = "reported"
    as_of: Annotated[Span, BeforeValidator(Span.parse)] | None = None
    published: Annotated[Span, BeforeValidator(Span.parse)]
    source: Text = Field(min_length=1)
    """Address, or name and day of a document."""
    note: Text = ""
    rule: Text = ""
    count: str | None = None
    sum_of: tuple[str, ...] = ()

    @field_validator("value", mode="before")
    @classmethod
    def _digits(cls, said: Any) -> Any:
        if not isinstance(said, str) or not re.fullmatch(rf"{_NUMBER}(\.\.{_NUMBER})?", said):
            raise ValueError('expected the digits as printed, in quotes, a point before decimals: "39.52" or "55..60"')
        return said

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if max(self._ends) > 100 and self.unit == "%":
            raise ValueError(f"value: a share of {self.value} % is more than all")
        if min(self._ends) != self._ends[0]:
            raise ValueError(f"value: the range {self.value} ends below its beginning")
        if self.as_of and self.status == "reported" and self.published.last < self.as_of.first:
            raise ValueError(f"published on {self.published}, before the time it speaks of ({self.as_of}): a plan?")
        return self

    @property
    def printed(self) -> Decimal:
        """The number itself; of a range its middle."""
        return sum(self._ends, Decimal(0)) / 2

    @property
    def interval(self) -> Interval:
        """
        What the printed digits and words leave open, in the figure's unit; not above 100 % nor below 0.

        Examples
        --------
        >>> told = {"id": "x", "claimed_indicator": "y", "published": "2025", "source": "z"}
        >>> [*map(str, Figure(value="39.52", unit="%", **told).interval)]
        ['39.515', '39.525']
        >>> [*map(str, Figure(value="35000", unit="sites", wording="more_than", **told).interval)]
        ['35000', '36000']
        """
        low, high = self._ends
        step = Decimal(self.step) if self.step else max(_rounded_to(end, self.unit) for end in self.value.split(".."))
        half = Decimal(0) if self.unit != "%" and step <= 1 else step / 2
        loose = step or Decimal(1)
        below, above = {
            "printed": (half, half),
            "about": (loose, loose),
            "almost": (loose, Decimal(0)),
            "more_than": (Decimal(0), loose),
            "at_least": (Decimal(0), Decimal("Infinity")),
            "at_most": (Decimal("Infinity"), Decimal(0)),
        }[self.wording]
        most = Decimal(100) if self.unit == "%" else Decimal("Infinity")
        return max(low - below, Decimal(0)), min(high + above, most)

    @property
    def scale(self) -> int:
        """What one of our shares, 0..1, is multiplied by to stand in the figure's unit; 1 for counts."""
        return 100 if self.unit == "%" else 1

    @property
    def when(self) -> Span:
        """Days of which it speaks; where it does not say, the day on which it was published at the latest."""
        return self.as_of or Span(self.published.last, self.published.last)

    @property
    def _ends(self) -> Interval:
        low, _, high = self.value.partition("..")
        return Decimal(low), Decimal(high or low)


@dataclass(frozen=True)
class Published:
    """Indicators by id, and figures in the order of their ids."""

    indicators: Mapping[str, Indicator]
    figures: tuple[Figure, ...]

    def __getitem__(self, name: str) -> Figure:
        return next(figure for figure in self.figures if figure.id == name)

    def of(self, indicator: str, scope: str = NATION, unit_code: str = "") -> list[Figure]:
        """Figures of one indicator, scope and unit."""
        key = indicator, scope, unit_code
        return [own for own in self.figures if (own.claimed_indicator, own.scope, own.unit_code) == key]

    def table(self) -> pd.DataFrame:
        """
        A row a figure, by indicator, scope, day and id.

        Columns: id, claimed_indicator, scope, unit_code, value (as printed), wording, unit, low, high, status, as_of
        and published (days as text), has_as_of, rule, source, note.
        """
        rows = [
            {
                **own.model_dump(include={"id", "claimed_indicator", "scope", "unit_code", "value", "wording", "unit"}),
                **dict(zip(("low", "high"), map(float, own.interval), strict=True)),
                "status": own.status,
                "as_of": str(own.as_of or ""),
                "published": str(own.published),
                "has_as_of": own.as_of is not None,
                **own.model_dump(include={"rule", "source", "note"}),
                "_when": own.when,
            }
            for own in self.figures
        ]
        found = pd.DataFrame(rows).sort_values(["claimed_indicator", "scope", "unit_code", "_when", "id"])
        return found.drop(columns="_when").reset_index(drop=True)


def read(own: Path | None = None) -> Published:
    """
    The figures that come with the code, and those of a file of the user.

    Parameters
    ----------
    own
        TOML file of [[figure]] tables and, for what no indicator stands for yet, [indicators.ID] tables.

    Raises
    ------
    ConfigError
        With every fault at once: unknown keys, units and indicators, missing sources, an id that stands twice.

    Examples
    --------
    >>> [*map(str, read()["nr_to_lte_2025_05"].interval)]
    ['7.715', '7.725']
    """
    indicators: dict[str, Indicator] = {}
    figures: list[Figure] = []
    ids: Counter[str] = Counter()
    faults: list[str] = []
    for file in (shipped("gis_data", FILE), *([own] if own else [])):
        raw = _toml(file)
        wrong = [f"unknown key '{key}'; a file holds [[figure]] and [indicators.ID]" for key in raw if key not in _KEYS]
        for name, said in _rows(raw.get("indicators"), dict, wrong):
            if name in indicators:
                wrong.append(f"indicator {name}: comes with the code already; give yours another id")
            else:
                indicators.update((str(name), one) for one in _read(Indicator, f"indicator {name}", said, wrong))
        for place, said in _rows(raw.get("figure"), list, wrong):
            ids[str(said.get("id"))] += "id" in said
            figures += _read(Figure, f"figure {place} ({said.get('id', 'without id')})", said, wrong)
        faults += [f"{file.name}: {fault}" for fault in wrong]
    faults += [f"the id '{name}' stands {number} times" for name, number in sorted(ids.items()) if number > 1]
    by_id = {figure.id: figure for figure in figures}
    faults += [fault for figure in figures for fault in _across(figure, by_id, set(ids), indicators)]
    if faults:
        told = "\n".join(f"  - {fault}" for fault in faults)
        raise ConfigError(f"published figures: {len(faults)} fault{'s' if len(faults) > 1 else ''}\n{told}")
    return Published(indicators, tuple(sorted(figures, key=lambda figure: figure.id)))


_KEYS = ("indicators", "figure")


def _days(text: str) -> tuple[dt.date, dt.date]:
    """First and last day of a day, month, quarter or year."""
    found = re.fullmatch(r"(\d{4})(?:-(?:Q([1-4])|(\d\d)(?:-(\d\d))?))?", text.strip())
    if found is None:
        raise ValueError("expected a day, month, quarter or year, such as 2025-10-31, 2025-10, 2025-Q4 or 2025")
    year, quarter, month, day = (int(part) if part else None for part in found.groups())
    if year is None or day:
        own = dt.date.fromisoformat(text.strip())
        return own, own
    first, last = (3 * quarter - 2, 3 * quarter) if quarter else (month or 1, month or 12)
    return dt.date(year, first, 1), dt.date(year, last, calendar.monthrange(year, last)[1])


def _rounded_to(digits: str, unit: Unit) -> Decimal:
    """Step to which printed digits were rounded; 0 for a count that is exact."""
    whole, _, decimals = digits.partition(".")
    if decimals or unit == "%":
        return Decimal(1).scaleb(-len(decimals))
    zeros = len(whole) - len(whole.rstrip("0"))
    return Decimal(10) ** zeros if zeros and whole.strip("0") else Decimal(0)


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(f"There is no file {file} of published figures.") from None
    except (OSError, ValueError) as fault:
        raise ConfigError(f"{file} cannot be read as TOML: {fault}") from None


def _rows(said: Any, kind: type[Any], wrong: list[str]) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Place or id, and keys, of each table; what is no table is told."""
    if said is not None and not isinstance(said, kind):
        wrong.append("expected [[figure]] tables" if kind is list else "expected [indicators.ID] tables")
        return
    rows: Any = said or ()
    for place, row in rows.items() if isinstance(rows, dict) else enumerate(rows, 1):
        if isinstance(row, dict):
            yield place, row
        else:
            wrong.append(f"{place}: expected a table (found {row!r})")


def _read(model: type[Any], name: str, said: dict[str, Any], wrong: list[str]) -> list[Any]:
    """The record, or none and its faults."""
    try:
        return [model.model_validate(said)]
    except ValidationError as fault:
        told = (sentence.removeprefix("the file: ") for sentence in sentences(fault.errors(), model))
        wrong += [f"{name}: {sentence}" for sentence in told]
        return []


def _across(
    figure: Figure, by_id: Mapping[str, Figure], ids: set[str], indicators: Mapping[str, Indicator]
) -> Iterator[str]:
    """Faults of a figure against the indicators and the other figures."""
    indicator = indicators.get(figure.claimed_indicator)
    if indicator is None:
        near = nearest(figure.claimed_indicator, indicators)
        hint = f"; did you mean '{near}'?" if near else ""
        yield f"{figure.id}: there is no indicator '{figure.claimed_indicator}'{hint}"
    elif indicator.unit != figure.unit:
        yield f"{figure.id}: {figure.claimed_indicator} is in {indicator.unit} (found {figure.unit})"
    for key, others in (("count", [figure.count] if figure.count else []), ("sum_of", figure.sum_of)):
        for other in others:
            if other not in ids:
                near = nearest(other, ids)
                yield f"{figure.id}: {key} names no figure '{other}'" + (f"; did you mean '{near}'?" if near else "")
            elif other in by_id and key == "count" and (figure.unit != "%" or by_id[other].unit == "%"):
                yield f"{figure.id}: count is for a share and names a count (found {figure.unit}, {by_id[other].unit})"
            elif other in by_id and key == "sum_of" and by_id[other].unit != figure.unit:
                yield f"{figure.id}: sum_of adds {by_id[other].unit} to {figure.unit}"
    if figure.count and indicator is not None and not indicator.base:
        yield f"{figure.id}: count has no meaning, {figure.claimed_indicator} is of no base"
