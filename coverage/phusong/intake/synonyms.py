"""Synonyms: the names under which canonical columns are filed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from phusong.config import shipped
from phusong.text import slug

_SHARED = ("place", "unit")
"""Sections whose columns stand in every layer."""
_SECOND = "second_choice"
_BESIDE = ("stt", "tt", "so_tt", "so_thu_tu", "no", "ghi_chu", "note", "notes", "remark", "remarks", "dien_giai")
"""Columns that tables have beside those of any layer."""
_BRACKETS = re.compile(r"[(\[][^)\]]*[)\]]")
_SYSTEM = re.compile(r"(?<![^\W_])(?:hệ\s+)?(?:VN[\s_-]?2000|WGS[\s_-]?84|GPS)(?![^\W_])", re.IGNORECASE)
_NUMBER = re.compile(r"^\W*\d{1,2}\s*[.)]\s*")


@cache
def synonyms(layer: str) -> Mapping[str, str]:
    """Canonical column of each known name of a layer, names as slugs; a column is known by its own name too."""
    own: dict[str, str] = {}
    for section in (layer, *_SHARED):
        columns = _table().get(section, {})
        for choice in (columns, columns.get(_SECOND, {})):
            for column, names in choice.items():
                if column != _SECOND:
                    for name in (column, *names):
                        own.setdefault(slug(name), column)
    return own


@cache
def second_choices(layer: str) -> Mapping[str, int]:
    """Rank of each name of a layer, as a slug, that is believed only where no better one is there; the best is 0."""
    choices = [_table().get(section, {}).get(_SECOND, {}) for section in (layer, *_SHARED)]
    return {slug(name): rank for choice in choices for names in choice.values() for rank, name in enumerate(names)}


@cache
def labels(layer: str) -> Mapping[str, str]:
    """
    Vietnamese name of each canonical column of a layer: the first under which it is known.

    Examples
    --------
    >>> labels("sites")["frequency_mhz"], labels("sites")["commune_code"]
    ('tần số', 'mã xã')
    """
    sections = [_table().get(section, {}) for section in (*_SHARED, layer)]
    return {column: names[0] for part in sections for column, names in part.items() if column != _SECOND and names}


@cache
def known() -> frozenset[str]:
    """Names of columns in any layer, and those that tables have beside them, as slugs."""
    return frozenset(name for section in _table() for name in synonyms(section)) | frozenset(_BESIDE)


def forms(header: str) -> list[str]:
    """
    Slugs by which a header may be known, the fullest first: with and without its unit, its last part, its system.

    Examples
    --------
    >>> forms("Vô tuyến / Tần số (MHz)")
    ['vo_tuyen_tan_so_mhz', 'vo_tuyen_tan_so', 'tan_so_mhz', 'tan_so']
    >>> forms("3. Kinh độ VN-2000")
    ['3_kinh_do_vn_2000', 'kinh_do_vn_2000', 'kinh_do']
    """
    parts = [_NUMBER.sub("", part) for part in header.split(" / ")]
    last = next((part for part in reversed(parts) if slug(_BRACKETS.sub(" ", part))), parts[-1])
    bare = _BRACKETS.sub(" ", last)
    texts = [header, _BRACKETS.sub(" ", header), last, bare, _SYSTEM.sub(" ", bare)]
    return [form for form in dict.fromkeys(map(slug, texts)) if form]


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(shipped("gis_data", "synonyms.toml").read_text("utf-8"))
