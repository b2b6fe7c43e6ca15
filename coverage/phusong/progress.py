"""Progress: what is being done and the time left on a terminal; plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn


class Step(Protocol):
    """Told what is being done, how many of how many parts are done, 0 of 0 where it has no parts, and more of it."""

    def __call__(self, what: str, done: int, of: int, note: str = "", /) -> None:
        """A step."""


_TENTHS = 10
_SOON_S = 10.0
"""Before it nobody asks how long it will take, and nothing can be said of it."""


class Reporter:
    """Takes the steps of a run and shows them on standard error."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._told = ("", -1)
        self._begun = 0.0
        self._task: TaskID | None = None
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", markup=False),
        )
        live = sys.stderr.isatty() and not quiet
        self._bar = Progress(*columns, console=Console(stderr=True)) if live else None

    def __enter__(self) -> Reporter:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            if self._task is not None and kind is None:
                self._bar.update(self._task, total=1, completed=1)
            self._bar.stop()

    def step(self, what: str, done: int, of: int, note: str = "") -> None:
        """`done` of `of` steps of something are done, 0 of 0 when it cannot be divided; `note` says more of it."""
        if self._bar:
            self._draw(self._bar, what, done, of, note)
        elif not self._quiet:
            self._print(what, done, of, note)

    def _draw(self, bar: Progress, what: str, done: int, of: int, note: str) -> None:
        if what != self._told[0]:
            if self._task is not None:
                bar.update(self._task, total=1, completed=1)
            self._task = bar.add_task(what, total=of or None, note=note)
            self._told = (what, 0)
        if self._task is not None and of:
            bar.update(self._task, total=of, completed=done, note=note)

    def _print(self, what: str, done: int, of: int, note: str) -> None:
        """One line for a new step, and one for every tenth of a long one."""
        tenth = done * _TENTHS // of if of else 0
        if (what, tenth) == self._told:
            return
        if what != self._told[0]:
            self._begun = time.monotonic()
        self._told = (what, tenth)
        counted = f"{what} {done} of {of}" if of else what
        left = _left(time.monotonic() - self._begun, done, of)
        print(", ".join(filter(None, (counted, note, left))), file=sys.stderr, flush=True)  # noqa: T201


def _left(spent_s: float, done: int, of: int) -> str:
    """
    How much longer it will take, for people; nothing where that cannot be told.

    Examples
    --------
    >>> _left(60.0, 1, 4), _left(60.0, 60, 64), _left(3.0, 1, 9), _left(60.0, 4, 4)
    ('about 3 min left', 'about 4 s left', '', '')
    """
    if spent_s < _SOON_S or not 0 < done < of:
        return ""
    left_s = spent_s * (of - done) / done
    return f"about {left_s / 60:.0f} min left" if left_s >= 90 else f"about {left_s:.0f} s left"
