"""Comparison: what changed between two quarters, and how much of it each cause made."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from phusong.ledger.shapley import Coalition, apportioned, coalitions, shapley

METHOD, METHOD_LATER = "method", "method_later"
"""Today's code and settings against those of the earlier, and of the later quarter's run, on the inputs of that run."""
KEY = ("definition_id", "unit_level", "unit_code", "operator", "technology", "environment")
REASONS = {
    "version": ("định nghĩa có phiên bản khác, không so với phiên bản cũ", "another version: a new line begins"),
    "earlier": ("không có ở kỳ trước", "not in the earlier quarter"),
    "later": ("không có ở kỳ sau", "not in the later quarter"),
    "today": ("định nghĩa nay có phiên bản khác", "the definition has another version by now"),
    "not_computed": ("không tính lại được theo từng tổ hợp dữ liệu", "not computed anew for combinations of inputs"),
    "nobody": ("có tổ hợp không biết về ai", "nobody of whom it is known in a quarter or a combination"),
}
"""Why a change is not divided, in Vietnamese and English."""
PRINTED = 10_000
"""Shares are printed in hundredths of a per cent."""


@dataclass(frozen=True)
class Change:
    """
    A figure of two quarters, and the parts of the difference by cause, which sum to it exactly.

    Parameters
    ----------
    key
        Values of `KEY`.
    """

    key: tuple[str, ...]
    version: str
    before: Fraction
    after: Fraction
    parts: Mapping[str, Fraction]

    @property
    def change(self) -> Fraction:
        """The difference."""
        return self.after - self.before

    @property
    def printed(self) -> Printed:
        """As it is printed."""
        before, after = (math.floor(value * PRINTED) for value in (self.before, self.after))
        scaled = {cause: part * PRINTED for cause, part in self.parts.items()}
        return Printed(before, after, apportioned(scaled, after - before))


@dataclass(frozen=True)
class Printed:
    """
    A change in whole hundredths of a per cent: the later figure is the earlier one and the parts.

    Figures are cut and not rounded, as everywhere, so the printed change may be a hundredth more or less than the exact
    one; the parts are rounded so that they sum to it.
    """

    before: int
    after: int
    parts: Mapping[str, int]


@dataclass(frozen=True)
class Comparison:
    """
    Changes between two quarters.

    Parameters
    ----------
    changes
        Figures whose change is divided among causes.
    unsplit
        The other figures, with the columns of `comparison_table`.
    """

    changes: tuple[Change, ...]
    unsplit: pd.DataFrame


def compare(
    before: pd.DataFrame, after: pd.DataFrame, causes: Sequence[str], figures: Callable[[Coalition], pd.DataFrame]
) -> Comparison:
    """
    Divide the differences between published figures among method and causes.

    Method is what today's code and settings make of the earlier inputs, less the published figure; where they make
    another figure of the later inputs than was published, that is `METHOD_LATER`. What lies between, from the earlier
    inputs to the later ones, is divided by Shapley values over all combinations of the causes.

    Parameters
    ----------
    before, after
        Indicators as published: `KEY`, version, numerator, denominator, value.
    causes
        By which the inputs differ.
    figures
        `KEY`, version, numerator and denominator when some causes have come and the others have not.
    """
    old, new = (table.set_index([*KEY]) for table in (before, after))
    both = new.index[new.index.isin(old.index)]
    computed = {come: _among(figures(come), both) for come in coalitions(causes)}
    whys = _whys(old, new, computed)
    divided = both[(whys.reindex(both) == "").to_numpy(bool)]
    shares = {come: _shares(table.loc[divided]) for come, table in computed.items()}
    published = [_shares(table.loc[divided]) for table in (old, new)]
    changes = []
    for place, key in enumerate(divided):
        value = {come: of[place] for come, of in shares.items()}
        first, last = (of[place] for of in published)
        parts = {
            METHOD: value[frozenset()] - first,
            **shapley(causes, value),
            METHOD_LATER: last - value[frozenset(causes)],
        }
        changes.append(Change(key, str(new.version[key]), first, last, parts))
    return Comparison(tuple(changes), _unsplit(old, new, whys[whys != ""]))


def comparison_table(found: Comparison) -> pd.DataFrame:
    """
    A row a figure: `KEY`, version, value_from, value_to, change, a column a cause, and `not_divided`.

    Where the change is not divided that says why (a key of `REASONS`), and the parts are missing.
    """
    rows = [
        {
            **dict(zip(KEY, change.key, strict=True)),
            "version": change.version,
            "value_from": float(change.before),
            "value_to": float(change.after),
            "change": float(change.change),
            **{cause: float(part) for cause, part in change.parts.items()},
            "not_divided": "",
        }
        for change in found.changes
    ]
    return pd.concat([pd.DataFrame(rows), found.unsplit], ignore_index=True)


def _among(table: pd.DataFrame, keys: pd.Index[Any]) -> pd.DataFrame:
    return table.set_index([*KEY])[["version", "numerator", "denominator"]].reindex(keys)


def _whys(old: pd.DataFrame, new: pd.DataFrame, computed: Mapping[Coalition, pd.DataFrame]) -> pd.Series:
    """Of each figure of either quarter why its change is not divided; empty where it is."""
    every = new.index.append(old.index[~old.index.isin(new.index)])
    tables = [table.reindex(every) for table in computed.values()]
    missing = np.logical_or.reduce([table.version.isna() for table in tables])
    empty = np.logical_or.reduce(
        [~(table.denominator > 0) for table in (*tables, old.reindex(every), new.reindex(every))]
    )
    was, now = old.version.reindex(every), new.version.reindex(every)
    whys = {
        "earlier": was.isna(),
        "later": now.isna(),
        "version": was != now,
        "not_computed": missing,
        "today": tables[0].version != now,
        "nobody": empty,
    }
    return pd.Series(np.select([*whys.values()], [*whys], ""), every)


def _shares(table: pd.DataFrame) -> list[Fraction]:
    parts = zip(table.numerator.tolist(), table.denominator.tolist(), strict=True)
    return [Fraction(numerator) / Fraction(denominator) for numerator, denominator in parts]


def _unsplit(old: pd.DataFrame, new: pd.DataFrame, whys: pd.Series) -> pd.DataFrame:
    was, now = (table.reindex(whys.index) for table in (old, new))
    change = (now.value - was.value).where(~whys.isin(["version"]))
    named = {"version": now.version.fillna(was.version), "value_from": was.value, "value_to": now.value}
    return whys.index.to_frame(index=False).assign(
        **{name: column.to_numpy() for name, column in {**named, "change": change}.items()},
        not_divided=whys.to_numpy(),
    )
