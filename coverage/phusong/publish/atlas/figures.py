"""Figures: what the map pages colour communes by, each a count or a share of whole counts, now and a quarter before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from phusong.ledger.definitions import definitions
from phusong.publish.atlas.look import Both, Words
from phusong.publish.atlas.packing import MISSING, Whole
from phusong.publish.atlas.wording import filled
from phusong.publish.suppression import COUNT, MARK
from phusong.text import slug

Unit = Literal["share", "people", "count", "joint"]
JOINT = ("none", "signal", "power", "both")
"""What people may lack; the places of a joint figure's classes, of which one more is that nothing is known."""
_TECHNOLOGIES = {"nr": "5G", "lte": "4G"}
_COVERED = "people_covered_limited_share"
_GAP = "gap_none_people + gap_signal_people + gap_power_people + gap_both_people"


@dataclass(frozen=True)
class Figure:
    """
    One figure of all units of a page; counts are `MISSING` where nothing is known, which is not 0.

    Parameters
    ----------
    id, section, label, definition
        Its name, its place in the list of layers, and what it is called and counts.
    unit
        A share is numerator / denominator; else the numerator is the value, of "joint" the place of a class.
    numerator, denominator
        A count a unit.
    before
        The same a quarter earlier, or None where there is no earlier quarter.
    suppressed
        Rows of the units whose count is left out.
    better
        1 where more is better, -1 where less is, else 0.
    zero, missing
        What a value of exactly 0 and one that is missing are shown as.
    """

    id: str
    section: str
    label: Both
    definition: Both
    unit: Unit
    numerator: Whole
    denominator: Whole | None = None
    before: tuple[Whole, Whole | None] | None = None
    suppressed: tuple[int, ...] = ()
    better: int = 0
    zero: str | None = None
    missing: str = "no_data"


@dataclass(frozen=True)
class _Recipe:
    """How a figure is made of sums and differences of columns; nothing is known where the whole is nobody."""

    id: str
    section: str
    label: Both
    definition: Both
    unit: Unit
    part: str
    whole: str = ""
    better: int = 0
    zero: str | None = None

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return [name for name in f"{self.part} {self.whole}".split() if name not in "+-"]


def figures(
    communes: pd.DataFrame, before: pd.DataFrame | None, operators: Sequence[str], words: Words
) -> list[Figure]:
    """
    The figures of communes that can be told from their columns, in the order of the list of layers.

    Parameters
    ----------
    communes, before
        The same communes in the same order; missing values where an earlier quarter had no such commune.
    operators
        Names of the operators.
    """
    recipes = [recipe for recipe in _recipes(communes, operators, words) if {*recipe.columns} <= {*communes}]
    found = [*(_made(recipe, communes, before) for recipe in recipes), _measured(len(communes), words)]
    if f"gap_{JOINT[0]}_people" in communes:
        found.append(_joint(communes, before, words))
    sections = [key.removeprefix("section.") for key in words if key.startswith("section.")]
    return sorted(found, key=lambda one: sections.index(one.section))


def counted(table: pd.DataFrame, sum_of: str) -> Whole:
    """
    A sum of columns, each with + or - before it; `MISSING` where any of them is missing or not there.

    Examples
    --------
    >>> counted(pd.DataFrame({"people": [10, 20], "unknown": [3, None]}), "people - unknown").tolist()
    [7, -1]
    """
    signs = iter(["+", *sum_of.split()])
    total = np.zeros(len(table))
    for sign, name in zip(signs, signs, strict=True):
        column = table[name] if name in table else pd.Series(np.nan, table.index)
        values = pd.to_numeric(column).to_numpy(np.float64, na_value=np.nan)
        total = total + values if sign == "+" else total - values
    return np.where(np.isnan(total), MISSING, np.nan_to_num(total)).astype(np.int64)


def joint_class(table: pd.DataFrame) -> Whole:
    """
    What most people of each commune have: 0 signal and power, where more than half do; else what most others lack.

    Of people whose state is known; 4 where there are none, though people live there.
    """
    people = np.stack([counted(table, f"gap_{name}_people") for name in JOINT], axis=1)
    known, lacking = people.sum(axis=1), 1 + people[:, 1:].argmax(axis=1)
    unknown = np.where(counted(table, "gap_unknown_people") > 0, len(JOINT), MISSING)
    kinds = [(people == MISSING).any(axis=1), known == 0, 2 * people[:, 0] > known]
    return np.select(kinds, [MISSING, unknown, 0], lacking).astype(np.int64)


def _recipes(communes: pd.DataFrame, operators: Sequence[str], words: Words) -> Iterator[_Recipe]:
    for technology, name in _TECHNOLOGIES.items():
        scope = filled(words["scope.any"], technology=name)
        yield _covered(f"{technology}_any", technology, scope, words[f"figure.{technology}_any"], words)
    for technology, name in _TECHNOLOGIES.items():
        for operator in operators:
            own = f"{technology}_{slug(operator)}"
            label = filled(words[f"figure.{technology}_operator"], operator=operator)
            scope = filled(words["scope.one"], technology=name, operator=operator)
            yield _covered(own, own, scope, label, words)
    yield _recipe("fragile", "signal", "share", words, "fragile_people", "people - fragile_unknown_people", -1)
    power = "power_yes_people", "power_yes_people + power_no_people"
    yield _recipe("power", "power", "share", words, *power, 1, "people_with_power_share")
    for gap in JOINT[1:]:
        yield _recipe(f"gap_{gap}", "joint", "people", words, f"gap_{gap}_people", _GAP, -1)
    for thing in ("signal", "power"):
        own = f"villages_without_{thing}"
        yield _recipe(own, "village", "count", words, own, f"villages - villages_{thing}_unknown", -1, own)
    year = _year(communes)
    people = _recipe("people", "other", "people", words, "people")
    yield replace(people, label=filled(people.label, year=year), definition=filled(people.definition, year=year))
    yield _recipe("zones", "other", "count", words, "zones", better=-1)
    yield _recipe("terminals", "other", "count", words, COUNT, indicator="satellite_terminals")


def _covered(name: str, column: str, scope: Both, label: Both, words: Words) -> _Recipe:
    section = "signal" if name.endswith("_any") else "operator"
    counts = f"{column}_people", f"people - {column}_unknown_people"
    told = _recipe("covered", section, "share", words, *counts, 1, _COVERED, label)
    definition = Both(f"{scope.vi} · {told.definition.vi}", f"{scope.en} · {told.definition.en}")
    return replace(told, id=name, definition=definition, zero="no_signal")


def _recipe(
    name: str,
    section: str,
    unit: Unit,
    words: Words,
    part: str,
    whole: str = "",
    better: int = 0,
    indicator: str = "",
    label: Both | None = None,
) -> _Recipe:
    told = words[f"definition.{'gap' if name.startswith('gap_') else name}"]
    if indicator:
        version = f"{indicator}/{definitions()[indicator].version}"
        told = Both(f"{version} · {told.vi}", f"{version} · {told.en}")
    return _Recipe(name, section, label or words[f"figure.{name}"], told, unit, part, whole, better)


def _made(recipe: _Recipe, communes: pd.DataFrame, before: pd.DataFrame | None) -> Figure:
    now, earlier = _counts(recipe, communes), None if before is None else _counts(recipe, before)
    left_out = np.zeros(len(communes), bool)
    if recipe.part == COUNT and MARK in communes:
        left_out = communes[MARK].fillna(False).to_numpy(bool)
    return Figure(
        recipe.id,
        recipe.section,
        recipe.label,
        recipe.definition,
        recipe.unit,
        *now,
        before=earlier,
        suppressed=tuple(np.flatnonzero(left_out).tolist()),
        better=recipe.better,
        zero=recipe.zero,
    )


def _counts(recipe: _Recipe, table: pd.DataFrame) -> tuple[Whole, Whole | None]:
    part = counted(table, recipe.part)
    if not recipe.whole:
        return part, None
    of = counted(table, recipe.whole)
    return np.where(of > 0, part, MISSING), of if recipe.unit == "share" else None


def _joint(communes: pd.DataFrame, before: pd.DataFrame | None, words: Words) -> Figure:
    told = words["figure.joint"], words["definition.joint"]
    earlier = None if before is None else (joint_class(before), None)
    return Figure("joint", "joint", *told, "joint", joint_class(communes), before=earlier)


def _measured(count: int, words: Words) -> Figure:
    """Nothing has been measured yet, which is neither no data nor no signal."""
    told = words["figure.measured"], words["definition.measured"]
    return Figure("measured", "signal", *told, "share", np.full(count, MISSING), missing="not_measured")


def _year(communes: pd.DataFrame) -> str:
    years = communes["people_vintage"].dropna() if "people_vintage" in communes else pd.Series(dtype=object)
    return str(int(years.iloc[0])) if len(years) else "?"
