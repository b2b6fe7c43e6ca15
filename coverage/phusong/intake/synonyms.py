"""Synonyms: the names under which canonical columns are filed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache

from phusong.config import shipped
from phusong.text import slug

_BRACKETS = re.compile(r"[(\[][^)\]]*[)\]]")


@cache
def synonyms(layer: str) -> Mapping[str, str]:
    """Canonical column of each known name of a layer, names as slugs; a column is known by its own name too."""
    raw = tomllib.loads(shipped("gis_data", "synonyms.toml").read_text("utf-8")).get(layer, {})
    return {slug(name): column for column, names in raw.items() for name in (column, *names)}


@cache
def known() -> frozenset[str]:
    """Names of columns in any layer, and those that tables have beside them, as slugs."""
    raw = tomllib.loads(shipped("gis_data", "synonyms.toml").read_text("utf-8"))
    names = {slug(name) for columns in raw.values() for column, words in columns.items() for name in (column, *words)}
    return frozenset(names | {"stt", "tt", "so_tt", "no", "ghi_chu", "note", "notes", "remark", "remarks"})


def forms(header: str) -> list[str]:
    """
    Slugs by which a header may be known, the fullest first: with and without its unit, and its last part.

    Examples
    --------
    >>> forms("Vô tuyến / Tần số (MHz)")
    ['vo_tuyen_tan_so_mhz', 'vo_tuyen_tan_so', 'tan_so_mhz', 'tan_so']
    """
    last = header.rpartition(" / ")[2]
    texts = [header, _BRACKETS.sub(" ", header), last, _BRACKETS.sub(" ", last)]
    return [form for form in dict.fromkeys(map(slug, texts)) if form]
