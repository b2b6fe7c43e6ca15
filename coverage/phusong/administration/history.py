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
        code, name (with its type), type, province_code, province_name, district_code, valid_from, valid_to (first and last day;
        missing where the lists do not reach), source. Rows in the order of codes and days.
    succession
        date (first day of the new commune), old_code, new_code, relation (full or partial), doubtful (a sentence, or empty),
        source.
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
        The commune that bore a code.

        Raises
        ------
        AmbiguousCodeError
            When several bore it, and no day is given.
        KeyError
            When none did, or none on that day.
        """
        found = self.units[self.units.code == code] if day is None else self.units_on(day).query("code == @code")
        if found.empty:
            raise KeyError(code)
        areas = found.drop_duplicates(["valid_to"]) if code in self.reused else found.iloc[-1:]
        if day is None and len(areas) > 1:
            told = "; ".join(
                f"{row.name_}{_until(row)}" for row in areas.rename(columns={"name": "name_"}).itertuples()
            )
            raise AmbiguousCodeError(f"the code {code} needs a day: it was of {told}")
        return found.iloc[-1]

    @cached_property
    def reused(self) -> frozenset[str]:
        """Codes that meant one area before a reform and another after it: borne on both sides, and not moved whole alone."""
        after = set(self.succession.new_code)
        sole = self.succession.groupby("new_code").old_code.agg(["count", "first"])
        kept = {
            code for code, row in sole.iterrows() if row["count"] == 1 and row["first"] == code and self._whole(code)
        }
        return frozenset((set(self.succession.old_code) & after) - kept)

    def _whole(self, code: str) -> bool:
        moves = self.succession[self.succession.old_code == code]
        return len(moves) == 1 and moves.relation.iloc[0] == "full"

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


def _until(row: object) -> str:
    last = row.valid_to  # type: ignore[attr-defined]
    return "" if pd.isna(last) else f" (until {last:%Y-%m-%d})"
