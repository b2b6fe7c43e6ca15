"""Reasons: why rows are repaired, flagged or set aside, and the sentences that say so."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from phusong.config import shipped
from phusong.intake.finding import Finding

Kind = Literal["repair", "flag", "quarantine"]
AXES = ("correct", "complete", "clean", "live", "consistent", "shared")
"""đúng – đủ – sạch – sống – thống nhất – dùng chung."""


@dataclass(frozen=True)
class Reason:
    """What a finding means for its rows, the axis of quality it counts against, its sentences; routine is no fault."""

    kind: Kind
    axis: str
    vi: str
    en: str
    routine: bool = False


@cache
def reasons() -> Mapping[str, Reason]:
    """All reasons by their keys."""
    raw = tomllib.loads(shipped("gis_data", "intake_reasons.toml").read_text("utf-8"))
    return {
        key: Reason(row["kind"], row["axis"], row["vi"], row["en"], row.get("routine", False))
        for key, row in raw.items()
    }


def kind(finding: Finding) -> Kind:
    """Whether the rows of a finding are repaired, flagged or set aside."""
    return reasons()[finding.reason].kind


def sentence(finding: Finding, position: int, language: Literal["vi", "en"], column: str = "") -> str:
    """
    What a finding says of its row at a position.

    Parameters
    ----------
    column
        Name of the column for people; else the canonical one.

    Examples
    --------
    >>> import numpy as np
    >>> sentence(Finding("missing_coordinates", np.array([3]), "coordinates"), 0, "en")
    'coordinates are missing'
    """
    words: dict[str, Any] = _Blank(finding.words)
    for name in ("found", "became", "suggestion"):
        texts = getattr(finding, name)
        words[name] = texts[position] if texts else ""
    words["column"] = column or finding.column
    reason = reasons()[finding.reason]
    return (reason.vi if language == "vi" else reason.en).format_map(words)


def general(reason: Reason) -> tuple[str, str]:
    """
    The sentences of a reason, Vietnamese and English, without the words that differ from row to row.

    Examples
    --------
    >>> general(Reason("quarantine", "correct", "{column} ghi {found}", "{column} is wrong: {found}"))
    ('cột ghi …', 'the column is wrong')
    """
    vi, en = _Open(column="cột", holder="đơn vị khác"), _Open(column="the column", holder="another")
    return _closed(reason.vi.format_map(vi)), _closed(reason.en.format_map(en))


def _closed(sentence: str) -> str:
    """Without the examples at its end."""
    return sentence.removesuffix(" → …").removesuffix(": …")


class _Open(dict[str, str]):
    """Words that are not the same for all rows."""

    def __missing__(self, key: str) -> str:
        return "…"


class _Blank(dict[str, Any]):
    """Words that are not told are left blank: a sentence is never the reason for a failure."""

    def __missing__(self, key: str) -> str:
        return ""
