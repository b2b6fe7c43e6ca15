"""The workforce: who computes the tiles of a study, threads and processes of this machine or a Dask cluster."""

from __future__ import annotations

import contextlib
import ipaddress
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from itertools import islice
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar
from urllib.parse import urlsplit

from phusong.crew import Crew
from phusong.errors import ConfigError
from phusong.pipeline.allowance import BOUNDLESS, Allowance
from phusong.pipeline.resident import give_back, hoard_little

R = TypeVar("R")
Task = tuple[Any, ...]
_AHEAD = 2
"""Tasks made ready for each worker, so that none waits."""
_RETRIES = 3
PATIENCE_S = 5.0
"""Processes begin once tasks have taken so long: each needs some two seconds of a core to read the libraries."""
_PROCESS_BYTES = 300e6
"""That a process takes before it has a task."""


class Workforce(Protocol):
    """Whoever computes, until it is left."""

    def __enter__(self) -> Self:
        """The same."""

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End what still runs."""

    def do(self, work: Callable[..., R], /, *task: Any) -> R:
        """Result of one task for the thread that asks, from elsewhere where that is quicker."""

    def each(self, work: Callable[..., R], tasks: Iterable[Task], task_bytes: float = 0.0) -> Iterator[R]:
        """
        Results of tasks as they come; tasks are made as workers become free, so that few are in memory.

        Parameters
        ----------
        task_bytes
            Memory that a task takes on this machine.
        """


class Do(Protocol):
    """Does one task, wherever that is, and waits for its result."""

    def __call__(self, work: Callable[..., R], /, *task: Any) -> R:
        """Its result."""


def here(work: Callable[..., R], /, *task: Any) -> R:
    """Result of a task, done where it is asked."""
    return work(*task)


class _Here:
    """One without anything to end, which does single tasks where they are asked."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def do(self, work: Callable[..., R], /, *task: Any) -> R:
        """Its result."""
        return here(work, *task)


@dataclass(frozen=True)
class Threads(_Here):
    """Threads of this process: the kernels run without the interpreter's lock."""

    workers: int
    allowance: Allowance = BOUNDLESS

    def each(self, work: Callable[..., R], tasks: Iterable[Task], task_bytes: float = 0.0) -> Iterator[R]:
        """Results as they come; no more tasks at a time than the allowance has memory for, and always one."""
        with ThreadPoolExecutor(max_workers=max(1, self.workers)) as pool:
            try:
                yield from _as_completed(
                    lambda task: pool.submit(work, *task),
                    iter(tasks),
                    self.workers + _AHEAD,
                    partial(self.allowance.fits, task_bytes),
                )
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise


class Processes(_Here):
    """
    Threads of this process at first, and processes of their own where there is much to do.

    Between the kernels a tile needs the interpreter, of which threads have one together and processes one each. Threads
    go on while processes read the libraries, and where a process dies, as for want of memory.

    Parameters
    ----------
    workers
        Threads, or processes; what these are asked, and what they answer, is pickled.
    patience_s
        Seconds that tasks must have taken before processes begin; None for `PATIENCE_S`. With none at all threads do
        nothing before them.
    """

    def __init__(self, workers: int, allowance: Allowance = BOUNDLESS, patience_s: float | None = None) -> None:
        self.workers, self._allowance = workers, allowance
        self._patience_s = PATIENCE_S if patience_s is None else patience_s
        self._places = threading.Semaphore(workers)
        self._crew: Crew | None = None
        self._reading: Sequence[Future[None]] = ()

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._crew is not None:
            self._crew.abandon()
            self._crew = None

    def each(self, work: Callable[..., R], tasks: Iterable[Task], task_bytes: float = 0.0) -> Iterator[R]:
        """Results as they come; no more tasks at a time than the allowance has memory for, and always one."""
        # one thread more may wait, so that none of the processes does
        threads = Threads(self.workers + 1, self._allowance)
        yield from threads.each(partial(self.do, work), self._watched(tasks, work, task_bytes), task_bytes)

    def do(self, work: Callable[..., R], /, *task: Any) -> R:
        """Its result, from one of the processes where there are some."""
        with self._places:  # more threads wait for processes than may compute without them
            if (crew := self._ready()) is None:
                return here(work, *task)
        with contextlib.suppress(BrokenProcessPool):
            return crew.submit(_help, work, *task).result()
        with self._places:
            return here(work, *task)

    def _watched(self, tasks: Iterable[Task], work: Callable[..., Any], task_bytes: float) -> Iterator[Task]:
        """The tasks; processes begin when they have taken long, if there is memory for them."""
        due_s, needed = time.monotonic() + self._patience_s, self.workers * (_PROCESS_BYTES + task_bytes)
        for task in tasks:
            if self._crew is None and time.monotonic() >= due_s and self._allowance.fits(needed):
                self._begin(work)
            yield task

    def _begin(self, work: Callable[..., Any]) -> None:
        crew = Crew(self.workers)
        self._reading = [crew.submit(_read, work) for _ in range(self.workers)]
        self._crew = crew
        if not self._patience_s:
            wait(self._reading)

    def _ready(self) -> Crew | None:
        """The processes, when all of them have read the libraries."""
        return self._crew if all(one.done() for one in self._reading) else None


def _help(work: Callable[..., R], *task: Any) -> R:
    """Result of a task; a process that waits for the next holds no memory for it."""
    hoard_little()
    try:
        return work(*task)
    finally:
        give_back()


def _read(work: Callable[..., Any]) -> None:
    """Whoever is sent some work reads the libraries that it needs."""
    del work


@dataclass(frozen=True)
class Cluster(_Here):
    """
    Workers of a Dask scheduler. A lost worker's tasks are given to others.

    Parameters
    ----------
    address
        Such as tls://10.0.0.5:8786, or tcp:// on this machine.
    """

    address: str

    def each(self, work: Callable[..., R], tasks: Iterable[Task], task_bytes: float = 0.0) -> Iterator[R]:
        """Results as they come; the workers have memory of their own."""
        del task_bytes
        distributed = _distributed()
        with distributed.Client(self.address, set_as_default=False) as client:
            _refuse_other_versions(client)
            in_flight = max(1, sum(client.nthreads().values()))
            yield from self._as_completed(client, distributed, work, iter(tasks), in_flight * _AHEAD)

    def _as_completed(
        self, client: Any, distributed: Any, work: Callable[..., R], tasks: Iterator[Task], most: int
    ) -> Iterator[R]:
        def submit(task: Task) -> Any:
            return client.submit(work, *task, pure=False, retries=_RETRIES)

        running = distributed.as_completed([submit(task) for task in islice(tasks, most)], loop=client.loop)
        for future in running:
            yield future.result()
            future.release()
            for task in islice(tasks, 1):
                running.add(submit(task))


def workforce(
    scheduler: str | None, workers: int, allowance: Allowance = BOUNDLESS, processes: bool = False
) -> Workforce:
    """
    Threads or processes within an allowance of memory, or the workers of a scheduler where one is named.

    Raises
    ------
    ConfigError
        When the address is open to a network without TLS, or Dask is not installed.
    """
    if scheduler is None:
        return Processes(workers, allowance) if processes and workers > 1 else Threads(workers, allowance)
    parts = urlsplit(scheduler)
    if parts.scheme != "tls" and not (parts.scheme == "tcp" and _is_here(parts.hostname or "")):
        raise ConfigError(
            f"--scheduler {scheduler}: sites are sensitive, so another machine is reached by tls:// only; "
            "tcp:// is for 127.0.0.1."
        )
    _distributed()
    return Cluster(scheduler)


def _as_completed(
    submit: Callable[[Task], Future[R]], tasks: Iterator[Task], most: int, fits: Callable[[], bool]
) -> Iterator[R]:
    running: set[Future[R]] = set()
    while True:
        while len(running) < most and (not running or fits()):
            if (task := next(tasks, None)) is None:
                break
            running.add(submit(task))
        if not running:
            return
        done, running = wait(running, return_when=FIRST_COMPLETED)
        for one in done:
            yield one.result()
        del done, one  # or their results would lie about until the next are there


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise ConfigError("--scheduler needs Dask: install phusong[dask].") from None
    return distributed


def _refuse_other_versions(client: Any) -> None:
    """Workers with other libraries would give other bytes."""
    try:
        client.get_versions(check=True)
    except ValueError as fault:
        raise ConfigError(f"The cluster's workers have other versions than this machine: {fault}") from None
