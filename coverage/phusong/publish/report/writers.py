"""Writers: processes that write reports, begun before there is anything to write, so that they are ready by then."""

from __future__ import annotations

import gc
import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from phusong.crew import Crew

R = TypeVar("R")
_MADE = 50_000
"""Values made between two searches for garbage; of those in use when a report is written hardly any is."""


class Writers:
    """
    Some processes; none where one worker is enough, which is then the process that asks.

    Parameters
    ----------
    workers
        Processes.
    """

    def __init__(self, workers: int) -> None:
        self._place, self._handed = tempfile.TemporaryDirectory(), 0
        self._pool = Crew(workers) if workers > 1 else None
        if self._pool:
            for _ in range(workers):
                self._pool.submit(_make_ready)

    def __enter__(self) -> Writers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)
        self._place.cleanup()

    def each(self, write: Callable[[Any, Any], R], held: Any, tasks: Iterable[Any]) -> Iterator[R]:
        """
        What `write` gives of each task, in order.

        Parameters
        ----------
        write
            A function of a module, called with `held` and a task.
        held
            What every task needs: each process is handed it once.
        """
        if self._pool is None:
            yield from (write(held, task) for task in tasks)
            return
        self._handed += 1
        file = Path(self._place.name) / f"held-{self._handed}"
        file.write_bytes(pickle.dumps(held, protocol=pickle.HIGHEST_PROTOCOL))
        yield from self._pool.map(partial(_write, write, file), tasks)


def _make_ready() -> None:
    """Read the libraries while the one who asks reads the figures."""
    from phusong.publish.report.forms import docx, pdf, xlsx
    from phusong.publish.report.pictures import Gallery

    del docx, pdf, xlsx, Gallery


def _write(write: Callable[[Any, Any], R], file: Path, task: Any) -> R:
    return write(_read(file), task)


@cache
def _read(file: Path) -> Any:
    held = pickle.loads(file.read_bytes())  # written by the process that asks
    gc.freeze()  # what every report reads would be searched for garbage with each of them
    gc.set_threshold(_MADE)
    return held
