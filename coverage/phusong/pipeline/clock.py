"""Clock: how long each stage of a run took, and the most memory the run had needed by its end."""

from __future__ import annotations

import time
from dataclasses import dataclass

from phusong.ledger.log import peak_memory_mb


@dataclass(frozen=True)
class Stage:
    """
    One stage of a run on one machine.

    Parameters
    ----------
    wall_s
        Wall time in seconds.
    peak_memory_mb
        Largest resident memory of the process up to the stage's end; None where the system does not say.
    """

    name: str
    wall_s: float
    peak_memory_mb: float | None


class Clock:
    """Tells the stages apart as they end."""

    def __init__(self) -> None:
        self.stages: list[Stage] = []
        self._last = time.perf_counter()

    def done(self, stage: str) -> None:
        """A stage has ended."""
        now = time.perf_counter()
        self.stages.append(Stage(stage, round(now - self._last, 2), peak_memory_mb()))
        self._last = now
