"""Progress: what is being done and the time left on a terminal; plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

Step = Callable[[str, int, int], None]
"""Told what is being done, and how many of how many parts are done; 0 of 0 where it has no parts."""

_TENTHS = 10


class Reporter:
    """Takes the steps of a run and shows them on standard error."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._told = ("", -1)
        self._task: TaskID | None = None
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
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

    def step(self, what: str, done: int, of: int) -> None:
        """`done` of `of` steps of something are done; 0 of 0 when it cannot be divided."""
        if self._bar:
            self._draw(self._bar, what, done, of)
        elif not self._quiet:
            self._print(what, done, of)

    def _draw(self, bar: Progress, what: str, done: int, of: int) -> None:
        if what != self._told[0]:
            if self._task is not None:
                bar.update(self._task, total=1, completed=1)
            self._task = bar.add_task(what, total=of or None)
            self._told = (what, 0)
        if self._task is not None and of:
            bar.update(self._task, total=of, completed=done)

    def _print(self, what: str, done: int, of: int) -> None:
        """One line for a new step, and one for every tenth of a long one."""
        tenth = done * _TENTHS // of if of else 0
        if (what, tenth) != self._told:
            self._told = (what, tenth)
            print(f"{what} {done} of {of}" if of else what, file=sys.stderr, flush=True)  # noqa: T201
