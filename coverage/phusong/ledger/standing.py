"""The standing of periods: which are closed, by whom and when, as the register beside the snapshots says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, Self

from phusong.ledger import chain

REGISTER = "closings.jsonl"
SUPERSEDED = ".superseded"
"""Folder of snapshots that were closed and then corrected."""
CLOSED: Literal["closed"] = "closed"
OPENED: Literal["opened for correction"] = "opened for correction"
Act = Literal["closed", "opened for correction"]


@dataclass(frozen=True)
class Closing:
    """
    An entry of the register.

    Parameters
    ----------
    act
        `closed`, or `opened for correction`: then the period is open until it is closed again.
    digest
        Of the snapshot that was closed; of an opening, of that which is to be corrected.
    at
        When, in Viet Nam, ISO form with the offset.
    sha256
        Of the entry.
    """

    seq: int
    act: Act
    period: str
    digest: str
    at: str
    by: str
    reason: str
    sha256: str

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self:
        """From an entry of the chain."""
        return cls(**{field.name: entry[field.name] for field in fields(cls)})

    @property
    def kept_as(self) -> str:
        """
        Name of the snapshot's folder once a corrected one has taken its place.

        Examples
        --------
        >>> Closing(1, "closed", "2026Q1", "0123456789abcdef", "2026-04-02T09:00:00+07:00", "An", "", "").kept_as
        '2026Q1-0123456789ab'
        """
        return kept_as(self.period, self.digest)

    def __str__(self) -> str:
        """Who and when, as in "closed by An on 2026-04-02 at 09:00"."""
        moment = dt.datetime.fromisoformat(self.at)
        return f"{self.act} by {self.by} on {moment:%Y-%m-%d} at {moment:%H:%M}"


def kept_as(period: str, digest: str) -> str:
    """Name of the folder of a superseded snapshot: its period and the first letters of its digest."""
    return f"{period}-{digest[:12]}"


def closings(folder: Path) -> tuple[Closing, ...]:
    """
    All entries of the register, in order.

    Raises
    ------
    SnapshotError
        When an entry is not as it was written.
    """
    return tuple(map(Closing.of, chain.read(folder / REGISTER).entries))


def standing(folder: Path) -> dict[str, Closing]:
    """
    The last entry of each period that has any: the period is closed when that is a closing, else open.

    Raises
    ------
    SnapshotError
        When an entry is not as it was written.
    """
    return {entry.period: entry for entry in closings(folder)}


def closed(folder: Path) -> set[str]:
    """Periods that are closed."""
    return {period for period, last in standing(folder).items() if last.act == CLOSED}
