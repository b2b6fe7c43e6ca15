"""Profiles: what the columns of one filer are, kept for the next quarter."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from phusong.errors import FilingError


def read_profile(file: Path) -> dict[str, str]:
    """
    Canonical column of each header, as `write_profile` wrote it or somebody by hand.

    Raises
    ------
    FilingError
        When the file is no profile.
    """
    try:
        columns = json.loads(file.read_text("utf-8"))["columns"]
        if not all(isinstance(text, str) for pair in columns.items() for text in pair):
            raise ValueError
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        raise FilingError(f'{file} is no profile: expected {{"columns": {{"header": "canonical column"}}}}') from None
    return dict(columns)


def write_profile(columns: Mapping[str, str], file: Path) -> None:
    """Write a profile, headers in order, so that it can be read and corrected by hand."""
    text = json.dumps({"columns": dict(sorted(columns.items()))}, ensure_ascii=False, indent=1)
    file.write_text(text + "\n", "utf-8")
