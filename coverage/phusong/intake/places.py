"""Places: which commune each row says it lies in, by code, name and province, on the day of the filing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pandas as pd

from phusong.administration.names import keys, province_key, same, split_type
from phusong.intake.claim import Claim, Claims
from phusong.intake.coordinates.vn2000 import made_of
from phusong.intake.finding import Finding
from phusong.intake.reference import Reference
from phusong.intake.register import Register

_DIGITS = re.compile(r"0*(\d{1,5})(?:\.0)?")
_COLUMNS = ("commune_code", "commune_name", "province_name")
_BY_NAME = ("commune_from_name", "commune_name_disagrees", "commune_ambiguous")
_SHOWN = 4

Told = dict[str, tuple[str, str, str]]
"""What is to be told of a claim: reason -> found, became, suggestion."""


@dataclass(frozen=True)
class _Said:
    """What one (code, name, province) says, and what is to be told of it."""

    claim: Claim
    findings: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)


def declare(frame: pd.DataFrame, reference: Reference) -> tuple[Claims, list[Finding]]:
    """
    The communes that rows mean.

    A code is one of the day; if none bears it, or if the name beside it is that of the unit which bore it before, it is
    an old one, and its successors are meant. Without a code the name decides, within its province; without either, the
    province is meant as a whole.

    Parameters
    ----------
    frame
        commune_code, commune_name, province_name as filed, in words.
    reference
        With the communes of the day of the filing.
    """
    register = _register(reference)
    columns = [frame[name] if name in frame else pd.Series([None] * len(frame)) for name in _COLUMNS]
    texts = [column.astype(object).where(column.notna(), "").astype(str).str.strip() for column in columns]
    codes, different = pd.factorize(pd.MultiIndex.from_arrays(texts))
    said = [_said(register, *texts) for texts in different]
    claims = Claims(tuple(one.claim for one in said) or (Claim(),), np.asarray(codes, np.int64))
    return claims, _findings(said, claims.of_row)


def _findings(said: Sequence[_Said], of_row: np.ndarray) -> list[Finding]:
    found = []
    for reason in sorted({reason for one in said for reason in one.findings}):
        which = np.array([reason in one.findings for one in said])
        rows = np.flatnonzero(which[of_row])
        texts = [said[code].findings[reason] for code in of_row[rows]]
        parts = [tuple(part) for part in zip(*texts, strict=True)]
        filed, became, suggestion = (part if any(part) else () for part in parts)
        column = "commune_name" if reason in _BY_NAME else "commune_code"
        column = "province_name" if reason == "province_disagrees" else column
        found.append(Finding(reason, rows, column, filed, became, suggestion))
    return found


@lru_cache(maxsize=4)
def _register(reference: Reference) -> Register:
    return Register(reference)


def _said(register: Register, code: str, name: str, province: str) -> _Said:
    findings: Told = {}
    key = province_key(province) if province else ""
    if not code:
        return _by_name(register, name, key, findings)
    digits = _DIGITS.fullmatch(code)
    full = digits.group(1).zfill(5) if digits else code
    if full != code:
        findings["commune_code_zeros"] = (code, full, "")
    if full in register.by_code:
        said = _of_the_day(register, full, name, findings)
    else:
        said = _of_before(register, full, name, key, findings)
    return _contradicted(register, said, province, key)


def _contradicted(register: Register, said: _Said, province: str, key: str) -> _Said:
    """
    The province filed is not that of the code: one of them is wrong.

    The ground may have been surveyed in the province filed, so that no system is sought in which a row with a wrong
    code would lie right by luck. Provinces of before 1 July 2025 are no contradiction, and words that name no province
    change nothing.
    """
    claim = said.claim
    if not key or not claim.communes or key == claim.province:
        return said
    if key in claim.old_provinces or key in made_of().get(claim.province, ()):
        return said
    told = f"{register.names[claim.communes[0]]}, {register.reference.communes.province_name.iloc[claim.communes[0]]}"
    findings = {**said.findings, "province_disagrees": (province, "", told)}
    home = register.merged_into.get(key)
    if home is None:
        return _Said(claim, findings)
    old = made_of().get(key, (key,))
    return _Said(Claim(claim.communes, old, claim.province, home), findings)


def _of_the_day(register: Register, code: str, name: str, findings: Told) -> _Said:
    position = register.by_code[code]
    if name and not same(name, register.names[position]):
        old = register.before.get(code, ("", ""))[0]
        if old and same(name, old) and register.successors(code) not in ((), (position,)):
            return _legacy(register, code, findings)
        if _bare(name) != _bare(register.names[position]):
            findings["commune_name_disagrees"] = (name, "", register.names[position])
    return _Said(Claim((position,), register.old_provinces((position,)), register.provinces[position]), findings)


def _of_before(register: Register, code: str, name: str, province: str, findings: Told) -> _Said:
    old = register.before.get(code)
    if old and register.successors(code):
        if name and not same(name, old[0]):
            findings["commune_name_disagrees"] = (name, "", old[0])
        return _legacy(register, code, findings)
    findings["commune_code_unknown"] = (code, "", _list(register, register.named(name, province)))
    return _Said(Claim((), (), register.merged_into.get(province, "")), findings)


def _legacy(register: Register, code: str, findings: Told) -> _Said:
    communes = register.successors(code)
    name, province = register.before[code]
    became = " / ".join(register.codes[position] for position in communes)
    findings["legacy_commune_code"] = (f"{code} {name}", became, "")
    return _Said(Claim(communes, (province,), register.provinces[communes[0]]), findings)


def _by_name(register: Register, name: str, province: str, findings: Told) -> _Said:
    home = register.merged_into.get(province, "")
    old = (province,) if home and home != province else ()
    if not name:
        return _Said(Claim((), old, home), findings)
    found = register.named(name, province)
    if not found:
        return _by_old_name(register, name, province, findings)
    if len(found) > 1:
        findings["commune_ambiguous"] = (name, "", _list(register, found))
    else:
        findings["commune_from_name"] = (name, register.told(found[0]), "")
    return _Said(Claim(found, register.old_provinces(found), home), findings)


def _by_old_name(register: Register, name: str, province: str, findings: Told) -> _Said:
    """A name that only a unit of before bore: its successors, when the province had one unit of that name."""
    home = register.merged_into.get(province, "")
    codes = register.was_named(name, province)
    found = tuple(dict.fromkeys(position for code in codes for position in register.successors(code)))
    if len(codes) == 1 and found:
        findings["commune_from_name"] = (name, " / ".join(map(register.told, found)), "")
        return _Said(Claim(found, (province,), register.provinces[found[0]]), findings)
    findings["commune_ambiguous"] = (name, "", _list(register, found))
    return _Said(Claim(found, register.old_provinces(found), home), findings)


def _list(register: Register, communes: Sequence[int]) -> str:
    return "; ".join(map(register.told, communes[:_SHOWN]))


def _bare(name: str) -> str:
    return keys(split_type(name)[1])[5]
