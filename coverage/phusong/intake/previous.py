"""Previous: what an earlier intake left in its folder, to compare with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from phusong.errors import FilingError

ACCEPTED, QUARANTINED, QUARANTINE, QUALITY, PAGE, TO_FILER, RETURNED = (
    "accepted.parquet",
    "quarantined.parquet",
    "quarantine.csv",
    "quality.json",
    "quality.html",
    "to_filer.xlsx",
    "returned.parquet",
)
"""Files of an intake's folder."""


@dataclass(frozen=True, eq=False)
class Previous:
    """Accepted rows of an intake, and what its `quality.json` holds."""

    accepted: pd.DataFrame
    quality: dict[str, Any]


def read_previous(folder: Path, option: str) -> Previous:
    """
    What an intake wrote.

    Parameters
    ----------
    option
        The option that named the folder, for the message.

    Raises
    ------
    FilingError
        When the folder is not one that intake wrote.
    """
    missing = [name for name in (QUALITY, ACCEPTED) if not (folder / name).is_file()]
    if missing:
        raise FilingError(f"{option} {folder} is no folder of an intake: it has no {' and no '.join(missing)}")
    try:
        quality = dict(json.loads((folder / QUALITY).read_text("utf-8")))
        return Previous(pd.read_parquet(folder / ACCEPTED), quality)
    except (OSError, ValueError) as fault:
        raise FilingError(f"{option} {folder} cannot be read: {fault}") from None
