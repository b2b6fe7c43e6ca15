"""Wanted: a file that is to be brought, and the names under which it lies on the way."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from phusong.intake.fetch.forms import Kind


@dataclass(frozen=True)
class Wanted:
    """
    A file that is wanted.

    Parameters
    ----------
    path
        Below the base of its origin.
    file
        Where it goes.
    md5_beside
        Whether its publisher puts its MD5 beside it.
    """

    path: str
    file: Path
    kind: Kind
    md5_beside: bool = False

    @property
    def part(self) -> Path:
        """What has arrived so far."""
        return self.file.with_name(self.file.name + ".part")

    @property
    def part_mark(self) -> Path:
        """Which content the part is of."""
        return self.file.with_name(self.file.name + ".part.json")

    @property
    def refused(self) -> Path:
        """Where a file goes that is not what it should be, to be looked at."""
        return self.file.with_name(self.file.name + ".refused")

    @property
    def part_bytes(self) -> int:
        """So much of it has arrived."""
        return self.part.stat().st_size if self.part.exists() else 0

    def drop_part(self) -> None:
        """Forget what has arrived so far."""
        self.part.unlink(missing_ok=True)
        self.part_mark.unlink(missing_ok=True)

    def put_aside(self) -> None:
        """Keep what has arrived where it can be looked at, and is not gone on with."""
        self.part.replace(self.refused)
        self.drop_part()
