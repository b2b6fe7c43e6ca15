"""History: the communes of every day, and what became of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import pandas as pd


class AmbiguousCodeError(ValueError):
    """A code that was of different communes at different times was asked for without a day."""


@dataclass(frozen=True)
class History:
    """
    Communes with the days on which they were such, and the moves from old to new ones.

    Parameters
    ----------
    units
        code, name (with its type), type, province_code, province_name, district_code, valid_from, valid_to (first and
        last day; missing where the lists do not reach), source (the decision, or else the list that tells of the
        unit). Rows in the order of codes and days.
    succession
        date (first day of the new commune), old_code, new_code, relation (full or partial), doubtful (a sentence, or
        empty), source.
    """

    units: pd.DataFrame
    succession: pd.DataFrame

    def units_on(self, day: dt.date) -> pd.DataFrame:
        """Communes of one day, in the order of their codes."""
        at = pd.Timestamp(day)
        begun = self.units.valid_from.isna() | (self.units.valid_from <= at)
        return self.units[begun & (self.units.valid_to.isna() | (self.units.valid_to >= at))].reset_index(drop=True)

    def unit(self, code: str, day: dt.date | None = None) -> pd.Series:
        """
        The commune that bore a code; the latest, where it only changed its type or name.

        Raises
        ------
        AmbiguousCodeError
            When communes of different ground bore it, and no day is given.
        KeyError
            When none did, or none on that day.
        """
        units = self.units if day is None else self.units_on(day)
        found = units[units.code == code]
        if found.empty:
            raise KeyError(code)
        if day is None and code in self.reused:
            raise AmbiguousCodeError(f"the code {code} needs a day: it was of {self.bearers(code)}")
        return found.iloc[-1]

    def bearers(self, code: str) -> str:
        """The communes that bore a code, in words."""
        found = self.units[self.units.code == code]
        return "; ".join(map(_told, found["name"], found.valid_to))

    @cached_property
    def changes(self) -> tuple[dt.date, ...]:
        """First days of new communes, where old ones moved into them."""
        return tuple(sorted({day.date() for day in self.succession.date}))

    @cached_property
    def reused(self) -> frozenset[str]:
        """Codes that meant one area before a reform and another after it: borne on both sides, not moved whole."""
        moves = self.succession
        alone = ~moves.new_code.duplicated(keep=False) & ~moves.old_code.duplicated(keep=False)
        kept = moves.old_code[alone & (moves.old_code == moves.new_code) & (moves.relation == "full")]
        return frozenset((set(moves.old_code) & set(moves.new_code)) - set(kept))

    @cached_property
    def successors(self) -> dict[str, tuple[str, ...]]:
        """New codes of each old code."""
        return _grouped(self.succession.old_code, self.succession.new_code)

    @cached_property
    def predecessors(self) -> dict[str, tuple[str, ...]]:
        """Old codes of each new code."""
        return _grouped(self.succession.new_code, self.succession.old_code)


def _grouped(keys: pd.Series, values: pd.Series) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for key, value in zip(keys, values, strict=True):
        found.setdefault(str(key), set()).add(str(value))
    return {key: tuple(sorted(group)) for key, group in found.items()}


def _told(name: str, last: pd.Timestamp) -> str:
    return name if pd.isna(last) else f"{name} (until {last:%Y-%m-%d})"
