"""Clock: how long each stage of a run took, and the most memory the run had needed by its end."""

from __future__ import annotations

import time
from dataclasses import dataclass

from phusong.ledger.log import peak_memory_mb
from phusong.pipeline.resident import Slack, at_most_mb, forget_most, give_back
from phusong.progress import Step


@dataclass(frozen=True)
class Stage:
    """
    One stage of a run on one machine.

    Parameters
    ----------
    wall_s
        Wall time in seconds.
    peak_memory_mb
        Largest resident memory of the process, and of those that worked for it together with it, up to the stage's
        end; None where the system does not say.
    """

    name: str
    wall_s: float
    peak_memory_mb: float | None


class Clock:
    """Tells the stages apart as they end."""

    def __init__(self) -> None:
        self.stages: list[Stage] = []
        self._last = time.perf_counter()
        self._slack = Slack()
        self._together_mb = 0.0

    def watching(self, progress: Step) -> Step:
        """The same steps; at each it is looked how much memory all processes take, now and then some is given back."""

        def step(what: str, done: int, of: int, note: str = "", /) -> None:
            self._slack.give_back()
            self._together_mb = max(self._together_mb, at_most_mb() or 0.0)
            progress(what, done, of, note)

        return step

    def done(self, stage: str) -> None:
        """A stage has ended."""
        give_back()
        now = time.perf_counter()
        self.stages.append(Stage(stage, round(now - self._last, 2), self._peak_mb()))
        forget_most()
        self._last = now

    def _peak_mb(self) -> float | None:
        own_mb = peak_memory_mb()
        return None if own_mb is None else round(max(own_mb, self._together_mb), 1)
