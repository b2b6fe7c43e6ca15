"""Register: communes of a day by code and by name, and what is known of those before them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from phusong.administration.names import keys, province_key, split_type
from phusong.intake.coordinates.vn2000 import made_of
from phusong.intake.reference import Reference

_JOINED, _BARE = 4, 5
"""How strictly names are compared: marks, but neither tone placement nor y/i; or without marks."""


@dataclass(frozen=True, eq=False)
class Register:
    """
    Communes of the day, by their positions in the reference, and units of before.

    Provinces are told by their keys (`administration.names.province_key`).
    """

    reference: Reference

    @cached_property
    def by_code(self) -> dict[str, int]:
        """Position of each code."""
        return {code: i for i, code in enumerate(self.codes)}

    @cached_property
    def codes(self) -> list[str]:
        """Code of each commune."""
        return [str(code) for code in self.reference.communes.commune_code]

    @cached_property
    def names(self) -> list[str]:
        """Name of each commune, with its type."""
        return [str(name) for name in self.reference.communes.commune_name]

    @cached_property
    def provinces(self) -> list[str]:
        """Province of each commune."""
        return [province_key(str(name)) for name in self.reference.communes.province_name]

    @cached_property
    def merged_into(self) -> dict[str, str]:
        """Province of the day of each province of before that is no more; provinces of the day are their own."""
        of_today = set(self.provinces)
        gone = {old: new for new, parts in made_of().items() if new in of_today for old in parts}
        return gone | {key: key for key in of_today}

    @cached_property
    def before(self) -> dict[str, tuple[str, str]]:
        """Name and province of each code on the day before the communes of today came to be."""
        history = self.reference.history
        if history is None or history.succession.empty:
            return {}
        units = history.units_on((history.succession.date.max() - pd.Timedelta(days=1)).date())
        rows = zip(units.code.astype(str), units.name.astype(str), units.province_name.astype(str), strict=True)
        return {code: (name, province_key(province)) for code, name, province in rows}

    def told(self, position: int) -> str:
        """Code and name of a commune, for people."""
        return f"{self.codes[position]} {self.names[position]}"

    def successors(self, code: str) -> tuple[int, ...]:
        """Communes of the day that an earlier one became, or part of which."""
        history = self.reference.history
        new = history.successors.get(code, ()) if history else ()
        return tuple(self.by_code[one] for one in new if one in self.by_code)

    def old_provinces(self, communes: tuple[int, ...]) -> tuple[str, ...]:
        """Provinces of before 1 July 2025 that the ground of some communes belonged to."""
        history = self.reference.history
        found: set[str] = set()
        for position in communes:
            old = history.predecessors.get(self.codes[position], ()) if history else ()
            known = {self.before[code][1] for code in old if code in self.before}
            found |= known or set(made_of().get(self.provinces[position], (self.provinces[position],)))
        return tuple(sorted(found))

    def named(self, name: str, province: str) -> tuple[int, ...]:
        """
        Communes of a name within a province of the day or of before.

        First those of its type, with all marks; then those that differ by lost marks; then those of another type. A
        name without a type may be of any.
        """
        home = self.merged_into.get(province)
        if not name or home is None:
            return ()
        kind, bare = split_type(name)
        found = self._of_key(home, keys(bare)[_JOINED], kind, _JOINED)
        if not found:
            alike = self._of_key(home, keys(bare)[_BARE], kind, _BARE)
            found = [i for i in alike if _marks_lost(bare, split_type(self.names[i])[1])]
        if not found and kind:
            found = self._of_key(home, keys(bare)[_JOINED], "", _JOINED)
        if province != home:
            found = [i for i in found if province in self.old_provinces((i,))]
        return tuple(found)

    def was_named(self, name: str, province: str) -> tuple[str, ...]:
        """Codes of earlier units of a name within a province of then."""
        kind, bare = split_type(name)
        return tuple(sorted(self._names_before.get((province, kind, keys(bare)[_JOINED]), ())))

    def _of_key(self, province: str, key: str, kind: str, stage: int) -> list[int]:
        found = self._by_name[stage].get((province, key), [])
        return [i for i in found if not kind or split_type(self.names[i])[0] == kind]

    @cached_property
    def _by_name(self) -> dict[int, dict[tuple[str, str], list[int]]]:
        found: dict[int, dict[tuple[str, str], list[int]]] = {_JOINED: {}, _BARE: {}}
        for i, name in enumerate(self.names):
            bare = keys(split_type(name)[1])
            for stage, index in found.items():
                index.setdefault((self.provinces[i], bare[stage]), []).append(i)
        return found

    @cached_property
    def _names_before(self) -> dict[tuple[str, str, str], set[str]]:
        found: dict[tuple[str, str, str], set[str]] = {}
        for code, (name, province) in self.before.items():
            kind, bare = split_type(name)
            found.setdefault((province, kind, keys(bare)[_JOINED]), set()).add(code)
        return found


def _marks_lost(filed: str, full: str) -> bool:
    """Whether a name is another one with fewer marks; a mark of its own makes it a third name."""
    letters = iter(_letters(full))
    return all(letter in letters for letter in _letters(filed))


def _letters(name: str) -> str:
    return unicodedata.normalize("NFD", keys(name)[_JOINED]).replace("đ", "d\u0335")
