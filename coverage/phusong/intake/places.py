"""Places: which commune each row says it lies in, by code, name and province, on the day of the filing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd

from phusong.administration import History
from phusong.administration.names import keys, province_key, same, split_type
from phusong.intake.claim import Claim, Claims
from phusong.intake.coordinates.vn2000 import made_of
from phusong.intake.finding import Finding
from phusong.intake.reference import Reference

_DIGITS = re.compile(r"0*(\d{1,5})(?:\.0)?")


@dataclass(frozen=True)
class _Told:
    """What one (code, name, province) says, and what is to be told of it: reason -> found, became, suggestion."""

    claim: Claim
    findings: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)


def declare(frame: pd.DataFrame, reference: Reference, as_of: dt.date) -> tuple[Claims, list[Finding]]:
    """
    The communes that rows mean.

    A code is one of the day; if none bears it, or if the name beside it is that of the unit which bore it before, it is an
    old one, and its successors are meant. Without a code the name decides, within its province.

    Parameters
    ----------
    frame
        commune_code, commune_name, province_name as filed, in words.
    as_of
        The day of the filing; the communes of the reference are those of that day.
    """
    register = _register(reference, as_of)
    columns = [
        frame[name] if name in frame else pd.Series([None] * len(frame))
        for name in ("commune_code", "commune_name", "province_name")
    ]
    triple = pd.MultiIndex.from_arrays(
        [column.astype(object).where(column.notna(), "").astype(str) for column in columns]
    )
    codes, different = pd.factorize(triple)
    told = [register.told(*texts) for texts in different]
    claims = Claims(tuple(one.claim for one in told) or (Claim(),), np.asarray(codes, np.int64))
    return claims, _findings(told, claims.of_row)


def _findings(told: Sequence[_Told], of_row: np.ndarray) -> list[Finding]:
    found = []
    for reason in sorted({reason for one in told for reason in one.findings}):
        which = np.array([reason in one.findings for one in told])
        rows = np.flatnonzero(which[of_row])
        texts = [told[of_row[row]].findings[reason] for row in rows]
        column = "commune_name" if reason in ("commune_from_name", "commune_name_disagrees") else "commune_code"
        columns = list(zip(*texts, strict=True))
        found.append(Finding(reason, rows, column, *(part if any(part) else () for part in columns)))
    return found


@lru_cache(maxsize=4)
def _register(reference: Reference, as_of: dt.date) -> _Register:
    return _Register(reference, as_of)


@dataclass(frozen=True)
class _Register:
    """Communes of the day by code and by name, and what is known of earlier ones."""

    reference: Reference
    as_of: dt.date

    @cached_property
    def by_code(self) -> dict[str, int]:
        return {str(code): i for i, code in enumerate(self.reference.communes.commune_code)}

    @cached_property
    def provinces(self) -> list[str]:
        return [province_key(str(name)) for name in self.reference.communes.province_name]

    @cached_property
    def names(self) -> list[str]:
        return [str(name) for name in self.reference.communes.commune_name]

    @cached_property
    def by_name(self) -> list[dict[tuple[str, ...], list[int]]]:
        """For each strictness: communes by (province, type, key), and without a type by (province, key)."""
        found: list[dict[tuple[str, ...], list[int]]] = []
        for stage in (4, 5):
            index: dict[tuple[str, ...], list[int]] = {}
            for i, name in enumerate(self.names):
                kind, bare = split_type(name)
                key = keys(bare)[stage]
                for place in ((self.provinces[i], kind, key), (self.provinces[i], key)):
                    index.setdefault(place, []).append(i)
            found.append(index)
        return found

    @cached_property
    def old_names(self) -> dict[str, tuple[str, str]]:
        """Name and province key of each unit that bore a code before the communes of the day."""
        history = self.reference.history
        if history is None:
            return {}
        before = history.units[history.units.valid_to.notna() & (history.units.valid_to < pd.Timestamp(self.as_of))]
        return {
            str(r.code): (str(r.name_), province_key(str(r.province_name)))
            for r in before.rename(columns={"name": "name_"}).itertuples()
        }

    def told(self, code: str, name: str, province: str) -> _Told:
        findings: dict[str, tuple[str, str, str]] = {}
        digits = _DIGITS.fullmatch(code)
        full = digits.group(1).zfill(5) if digits else code
        if full != code and code:
            findings["commune_code_zeros"] = (code, full, "")
        key = province_key(province) if province else ""
        if not code:
            return self._by_name(name, key, findings)
        told = (
            self._of_the_day(full, name, findings)
            if full in self.by_code
            else self._of_before(full, name, key, findings)
        )
        return (
            self._contradicted(told, province, key)
            if key and told.claim.communes and key != told.claim.province
            else told
        )

    def _contradicted(self, told: _Told, province: str, key: str) -> _Told:
        """
        The province filed is not that of the code: one of them is wrong.

        The ground was surveyed in the province filed, so that no system is sought in which a row with a wrong code would
        lie right by luck. Provinces of before 1 July 2025 are no contradiction.
        """
        if (
            key in told.claim.old_provinces
            or (told.claim.province in made_of()
            and key in made_of()[told.claim.province])
        ):
            return told
        old = made_of().get(key, (key,))
        unit = self.reference.communes.iloc[told.claim.communes[0]]
        findings = {**told.findings, "province_disagrees": (province, "", f"{unit.commune_name}, {unit.province_name}")}
        return _Told(Claim(told.claim.communes, old, told.claim.province), findings)

    def _of_the_day(self, code: str, name: str, findings: dict[str, tuple[str, str, str]]) -> _Told:
        position = self.by_code[code]
        if name and not same(name, self.names[position]):
            old = self.old_names.get(code, ("", ""))[0]
            if old and same(name, old) and self._successors(code) not in ((), (position,)):
                return self._legacy(code, findings)
            if (
                split_type(name)[1] == ""
                or keys(split_type(name)[1])[5] != keys(split_type(self.names[position])[1])[5]
            ):
                findings["commune_name_disagrees"] = (name, "", self.names[position])
        return _Told(Claim((position,), self._old_provinces((position,)), self.provinces[position]), findings)

    def _of_before(self, code: str, name: str, province: str, findings: dict[str, tuple[str, str, str]]) -> _Told:
        old = self.old_names.get(code)
        if old and self._successors(code):
            if name and not same(name, old[0]):
                findings["commune_name_disagrees"] = (name, "", old[0])
            return self._legacy(code, findings)
        by_name = self._candidates(name, province)
        suggestion = "; ".join(f"{self.reference.communes.commune_code.iloc[i]} {self.names[i]}" for i in by_name[:3])
        findings["commune_code_unknown"] = (code, "", suggestion)
        return _Told(Claim((), (), province), findings)

    def _legacy(self, code: str, findings: dict[str, tuple[str, str, str]]) -> _Told:
        units = self._successors(code)
        became = " / ".join(str(self.reference.communes.commune_code.iloc[i]) for i in units)
        findings["legacy_commune_code"] = (f"{code} {self.old_names[code][0]}", became, "")
        return _Told(Claim(units, (self.old_names[code][1],), self.provinces[units[0]]), findings)

    def _successors(self, code: str) -> tuple[int, ...]:
        history: History | None = self.reference.history
        new = history.successors.get(code, ()) if history else ()
        return tuple(self.by_code[one] for one in new if one in self.by_code)

    def _by_name(self, name: str, province: str, findings: dict[str, tuple[str, str, str]]) -> _Told:
        if not name:
            return _Told(Claim((), (), province), findings)
        found = self._candidates(name, province)
        told = [f"{self.reference.communes.commune_code.iloc[i]} {self.names[i]}" for i in found]
        if len(found) == 1:
            findings["commune_from_name"] = (name, told[0], "")
        else:
            findings["commune_ambiguous"] = (name, "", "; ".join(told[:4]))
        return _Told(Claim(tuple(found), self._old_provinces(tuple(found)), province), findings)

    def _candidates(self, name: str, province: str) -> list[int]:
        """Communes of a name within a province: with its type, or, where that gives none, without."""
        if not name or not province:
            return []
        kind, bare = split_type(name)
        for index, stage in zip(self.by_name, (4, 5), strict=True):
            key = keys(bare)[stage]
            found = index.get((province, kind, key), []) if kind else index.get((province, key), [])
            if found:
                return found
        return []

    def _old_provinces(self, units: tuple[int, ...]) -> tuple[str, ...]:
        history = self.reference.history
        found: set[str] = set()
        for unit in units:
            old = history.predecessors.get(str(self.reference.communes.commune_code.iloc[unit]), ()) if history else ()
            found |= {self.old_names[code][1] for code in old if code in self.old_names}
            if not old:
                found |= set(made_of().get(self.provinces[unit], (self.provinces[unit],)))
        return tuple(sorted(found))
