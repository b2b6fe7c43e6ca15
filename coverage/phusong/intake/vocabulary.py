"""Vocabulary: the words of filings, in Vietnamese and English, and what they mean in canonical columns."""

from __future__ import annotations

import re
import tomllib
from functools import cache

from phusong.config import shipped
from phusong.text import slug

_BETWEEN = re.compile(r"\s+và\s+|\s*[;/,|\s+&-]\s*")
_DEGREES = re.compile(r"\s*(?:°|º|˚|độ|deg)", re.IGNORECASE)


def translate(column: str, text: str) -> str | None:
    """
    Canonical word for what was filed, or None when the column has a vocabulary and the word is not in it.

    Examples
    --------
    >>> translate("status", "Đang phát sóng"), translate("technology", "5G NR"), translate("technology", "3G")
    ('on_air', 'NR', None)
    >>> translate("azimuths_deg", "30/150/270"), translate("azimuths_deg", "Vô hướng"), translate("antenna", "K 742")
    ('30;150;270', 'omni', 'K 742')
    """
    words = _words().get(column)
    if words is None:
        return text
    found = words.get(slug(text))
    if found is not None:
        return found
    if column == "azimuths_deg":
        parts = [part for part in _BETWEEN.split(_DEGREES.sub("", text).strip(" ;,/|")) if part]
        return ";".join(part.removesuffix(".0") for part in parts)
    return text if column == "power_source" else None


def flag(text: str) -> bool | None:
    """
    Yes or no; None for what is neither.

    Examples
    --------
    >>> flag("Có"), flag("chưa"), flag("?")
    (True, False, None)
    """
    found = _words()["flag"].get(slug(text))
    return None if found is None else found == "yes"


def says_nothing(text: str) -> bool:
    """
    Whether a cell only says that it is empty, or that its formula failed.

    Examples
    --------
    >>> says_nothing("-"), says_nothing("N/A"), says_nothing("#REF!"), says_nothing("Na Hang")
    (True, True, True, False)
    """
    return text.casefold() in _nothing()


@cache
def _nothing() -> frozenset[str]:
    return frozenset(word.casefold() for word in _table()["nothing"]["said"])


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(shipped("gis_data", "vocabulary.toml").read_text("utf-8"))


@cache
def _words() -> dict[str, dict[str, str]]:
    return {
        column: {slug(word): meaning for meaning, words in meanings.items() for word in (meaning, *words)}
        for column, meanings in _table().items()
        if column != "nothing"
    }
