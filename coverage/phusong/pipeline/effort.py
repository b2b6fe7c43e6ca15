"""Effort: what the radio stage had to compute, and how fast it went."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass
class Effort:
    """
    What was computed of a study's tiles so far.

    Parameters
    ----------
    tiles
        Of the study.
    kept
        Those that an earlier run had computed.
    computed
        Those of this run.
    pairs
        Pairs of a site and a wanted pixel within its reach on those of this run: each is a path that was computed, or
        left out because it could not matter.
    seconds
        Since this run began with them.
    """

    tiles: int
    kept: int = 0
    computed: int = 0
    pairs: int = 0
    seconds: float = 0.0
    _begun: float = field(default_factory=time.monotonic, repr=False)

    def add(self, pairs: int) -> None:
        """Another tile was computed."""
        self.computed += 1
        self.pairs += pairs
        self.seconds = time.monotonic() - self._begun

    @property
    def done(self) -> int:
        """Tiles that are there."""
        return self.kept + self.computed

    @property
    def rate(self) -> str:
        """
        Paths a second, for people.

        Examples
        --------
        >>> Effort(9, kept=3, computed=2, pairs=84_000_000, seconds=12.0).rate, Effort(9).rate
        ('7.0 million paths a second', '')
        """
        return f"{self.pairs / self.seconds / 1e6:.1f} million paths a second" if self.seconds else ""

    def told(self) -> dict[str, float]:
        """For the log."""
        return {"tiles": self.tiles, "kept": self.kept, "computed": self.computed, "pairs": self.pairs}
