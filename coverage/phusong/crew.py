"""Crew: processes begun afresh that work for this one, and end when it does, however it ends."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import Connection

_MOST = 61
"""Processes that Windows can wait for."""


class Crew(ProcessPoolExecutor):
    """
    Some processes. The program that asks for them is read anew by each, so it must do nothing when it is imported.

    Parameters
    ----------
    workers
        Processes.
    """

    def __init__(self, workers: int) -> None:
        # a forked process would wait for ever for threads of libraries that it was not given
        fresh = multiprocessing.get_context("spawn")
        self._ended, self._asker = fresh.Pipe(duplex=False)
        super().__init__(min(workers, _MOST), fresh, _begin, (self._ended,))

    def abandon(self) -> None:
        """End at once, whatever is being done."""
        self._asker.close()
        self.shutdown(cancel_futures=True)


def _begin(ended: Connection) -> None:
    """A worker waits for tasks on a pipe that it holds itself, so it would wait for ever for one that was killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who asked is interrupted, and ends the others
    threading.Thread(target=_end_with, args=(ended,), daemon=True).start()


def _end_with(ended: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        ended.recv_bytes()
    os._exit(1)
