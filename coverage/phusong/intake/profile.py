"""Profiles: what was settled about the columns of one filer, kept for the next quarter."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from phusong.errors import FilingError


@dataclass(frozen=True)
class Profile:
    """Canonical column of each header that somebody settled."""

    columns: Mapping[str, str]


def read_profile(file: Path) -> Profile:
    """
    A profile that `write_profile` wrote, or that was written by hand.

    Raises
    ------
    FilingError
        When it is none.
    """
    try:
        raw = json.loads(file.read_text("utf-8"))
        columns = raw["columns"]
        if not all(isinstance(text, str) for pair in columns.items() for text in pair):
            raise ValueError
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        raise FilingError(f'{file} is no profile: expected {{"columns": {{"header": "canonical column"}}}}') from None
    return Profile(dict(columns))


def write_profile(profile: Profile, file: Path) -> None:
    """Write a profile, headers in order, so that it can be read and corrected by hand."""
    text = json.dumps({"columns": dict(sorted(profile.columns.items()))}, ensure_ascii=False, indent=1)
    file.write_text(text + "\n", "utf-8")
