"""Editions: the hashes of published editions, as people name them: the hash, a page, or a folder of pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from phusong.errors import FilingError
from phusong.intake.answers import LEAST

_HASH = re.compile(rf"[0-9a-f]{{{LEAST},64}}")
_TOLD = re.compile(rb'"edition"\s*:\s*"([0-9a-f]{64})"')


def editions(named: Sequence[str]) -> tuple[str, ...]:
    """
    Hashes of the editions named, each once, in order.

    Raises
    ------
    FilingError
        For what is neither a hash nor pages that tell theirs.
    """
    return tuple(sorted({one for name in named for one in _of(name)}))


def _of(name: str) -> list[str]:
    place = Path(name)
    if place.exists():
        pages = sorted(place.rglob("*.html")) if place.is_dir() else [place]
        found = [hash_.decode() for page in pages for hash_ in _TOLD.findall(page.read_bytes())]
        if not found:
            raise FilingError(f"--edition {name}: no page there tells its edition")
        return found
    if not _HASH.fullmatch(name.lower()):
        raise FilingError(
            f"--edition {name} is neither a path nor a hash; expected the hash at the foot of a page, {LEAST} to 64 of "
            "0-9 and a-f, a page, or a folder of pages"
        )
    return [name.lower()]
