"""Tiers: who may see which column, fact and row, as `gis_data/tiers.toml` and the data dictionary say."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, Self, get_args

from phusong.config import shipped
from phusong.text import slug
from phusong.units import ANY

Tier = Literal["public", "commune", "province", "regulator"]
TIERS: tuple[Tier, ...] = get_args(Tier)
"""From below; each holds what those below it hold."""
_ALSO = {"neighbours": ["communes"], "provinces": ["communes"]}
"""Tables that hold columns of another."""


@dataclass(frozen=True)
class Named:
    """
    Names that no sentence gives away where their column is not held.

    Parameters
    ----------
    table, column
        Where the names stand.
    vi, en
        What a sentence says instead.
    in_table, in_column
        Column that holds one of the names as a whole; empty for none.
    """

    table: str
    column: str
    vi: str
    en: str
    in_table: str
    in_column: str


@dataclass(frozen=True)
class Rules:
    """
    What each tier may hold.

    Parameters
    ----------
    columns
        Tier by column, by table; columns may hold {technology} and {operator}.
    fields, facts
        Tier of an edition's field that is no table, and of a fact of `run.json` by its dotted place.
    own
        By table, the column that tells whose a row is, or "geometry".
    sentences, criteria
        By table, columns with sentences, and those from which a criterion of the ranking can be told.
    hidden_columns, hidden_figures, hidden_tables
        Columns, figures (or indicators) and tables about the study from which a count of terminals can be told.
    hidden_keys
        Columns that say what a figure is, and not how much.
    coarse_pixel_m, coarse_tables
        Pixel of everyone's coverage, and the tables whose outlines follow it.
    """

    columns: Mapping[str, Mapping[str, Tier]]
    fields: Mapping[str, Tier]
    facts: Mapping[str, Tier]
    own: Mapping[str, str]
    names: Sequence[Named]
    sentences: Mapping[str, Sequence[str]]
    criteria: Mapping[str, Sequence[str]]
    hidden_columns: Sequence[str]
    hidden_figures: Sequence[str]
    hidden_tables: Sequence[str]
    hidden_keys: Sequence[str]
    coarse_pixel_m: float
    coarse_tables: Sequence[str]

    @classmethod
    @cache
    def shipped(cls) -> Self:
        """Those that come with the code."""
        said = tomllib.loads(shipped("gis_data", "tiers.toml").read_text("utf-8"))
        dictionary = tomllib.loads(shipped("gis_data", "data_dictionary.toml").read_text("utf-8"))
        return cls(
            columns=_with(_columns(dictionary), said["tables"]),
            fields=said["fields"],
            facts=said["facts"],
            own=said["own"],
            names=[_named(entry) for entry in said["names"]],
            sentences=said["sentences"],
            criteria=said["criteria"],
            **{f"hidden_{what}": names for what, names in said["suppressed"].items()},
            coarse_pixel_m=said["coverage"]["pixel_m"],
            coarse_tables=said["coverage"]["zones"],
        )

    def tier_of(self, table: str, column: str, operators: Iterable[str] = ()) -> Tier:
        """
        Tier of a column; regulator where nothing is declared.

        Parameters
        ----------
        operators
            Names of the operators that may stand in a column's name.

        Examples
        --------
        >>> rules = Rules.shipped()
        >>> rules.tier_of("communes", "nr_dong_expected_people", ["Đông"]), rules.tier_of("communes", "nr_tay_people")
        ('public', 'regulator')
        """
        declared = self.columns.get(table, {})
        if column in declared:
            return declared[column]
        slugs = "|".join(map(re.escape, sorted({ANY, *map(slug, operators)})))
        for pattern, tier in declared.items():
            if "{" in pattern and re.fullmatch(pattern.format(technology="(lte|nr)", operator=f"({slugs})"), column):
                return tier
        return "regulator"

    def holds(self, tier: Tier, table: str, column: str, operators: Iterable[str] = ()) -> bool:
        """Whether a tier may hold a column of its own rows."""
        return within(self.tier_of(table, column, operators), tier)

    def told(self, tier: Tier, facts: Any, place: str = "") -> Any:
        """Those of the facts of a run that a tier may hold."""
        if within(self.facts.get(place, "regulator"), tier):
            return facts
        if isinstance(facts, list | tuple):
            return [self.told(tier, fact, place) for fact in facts]
        if not isinstance(facts, Mapping):
            return None
        below = {str(key): f"{place}.{key}".removeprefix(".") for key in facts}
        return {key: self.told(tier, facts[key], at) for key, at in below.items() if self._reaches(tier, at)}

    def _reaches(self, tier: Tier, place: str) -> bool:
        """Whether anything at a place or below it may be held."""
        return any(within(declared, tier) for at, declared in self.facts.items() if f"{at}.".startswith(f"{place}."))


def within(declared: Tier, tier: Tier) -> bool:
    """
    Whether a tier may hold what is declared for another.

    Examples
    --------
    >>> within("public", "commune"), within("province", "commune")
    (True, False)
    """
    return TIERS.index(declared) <= TIERS.index(tier)


def _columns(dictionary: Mapping[str, Any]) -> dict[str, dict[str, Tier]]:
    layers, snapshot = dictionary["layers"], dictionary["snapshot"]
    tables = {*layers, *snapshot, *_ALSO} - {"every"}
    found: dict[str, dict[str, Tier]] = {}
    for table in tables:
        parts = [snapshot["every"]]
        for name in (*_ALSO.get(table, ()), table):
            parts += [layers.get(name, {}), snapshot.get(name, {})]
        found[table] = {column: entry["tier"] for part in parts for column, entry in part.items()}
    return found


def _with(
    columns: Mapping[str, Mapping[str, Tier]], tables: Mapping[str, Mapping[Tier, Sequence[str]]]
) -> dict[str, Mapping[str, Tier]]:
    """Columns of the dictionary, with those of tables that it has not, or of which it says too little."""
    return {**columns, **{name: {**columns.get(name, {}), **_by_column(told)} for name, told in tables.items()}}


def _by_column(tiers: Mapping[Tier, Sequence[str]]) -> dict[str, Tier]:
    return {column: tier for tier, columns in tiers.items() for column in columns}


def _named(entry: Mapping[str, str]) -> Named:
    table, _, column = entry["of"].rpartition(".")
    in_table, _, in_column = entry.get("in_column", "").rpartition(".")
    return Named(table, column, entry["vi"], entry["en"], in_table, in_column)
