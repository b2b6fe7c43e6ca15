"""Answers: reports from the map pages against the calendar, and against the editions that were published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from phusong.intake.finding import Finding

_HERE = ZoneInfo("Asia/Ho_Chi_Minh")
LEAST = 12
"""Letters of a hash that pages and copied lines show; fewer name no edition."""


def in_future(frame: pd.DataFrame, as_of: dt.date) -> list[Finding]:
    """Reports of after the day of the intake, which ends at midnight in Viet Nam wherever the device was."""
    end = dt.datetime.combine(as_of + dt.timedelta(days=1), dt.time(), _HERE)
    rows = [row for row, at in enumerate(frame.reported_at) if (when := _moment(at)) is not None and when >= end]
    found = tuple(frame.reported_at.iloc[rows].astype(str))
    words = {"as_of": str(as_of)}
    return [Finding("reported_in_future", np.array(rows), "reported_at", found, words=words)] if rows else []


def of_other_editions(frame: pd.DataFrame, editions: Sequence[str]) -> list[Finding]:
    """Reports from a page of no edition named, or that do not tell theirs; nothing is known when none is named."""
    if not editions:
        return []
    told = [str(value).lower() if isinstance(value, str) else "" for value in frame.edition_hash]
    rows = [row for row, value in enumerate(told) if not any(same_edition(value, known) for known in editions)]
    found = tuple(told[row] for row in rows)
    return [Finding("edition_unknown", np.array(rows), "edition_hash", found)] if rows else []


def same_edition(one: str, other: str) -> bool:
    """
    Whether two hashes, or what pages and lines show of them, are of one edition.

    Examples
    --------
    >>> same_edition("0123456789ab", "0123456789abcdef"), same_edition("0123", "0123456789abcdef")
    (True, False)
    """
    short, long = sorted((one, other), key=len)
    return len(short) >= LEAST and long.startswith(short)


def _moment(value: object) -> dt.datetime | None:
    """A time with its offset; None for what is none, of which the form is told elsewhere."""
    try:
        moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
