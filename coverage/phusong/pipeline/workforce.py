"""The workforce: who computes the tiles of a study, threads of this machine or a Dask cluster."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from phusong.errors import ConfigError
from phusong.pipeline.allowance import BOUNDLESS, Allowance

R = TypeVar("R")
Task = tuple[Any, ...]
_AHEAD = 2
"""Tasks made ready for each worker, so that none waits."""
_RETRIES = 3


class Workforce(Protocol):
    """Whoever computes."""

    def each(self, work: Callable[..., R], tasks: Iterable[Task], task_bytes: float = 0.0) -> Iterator[R]:
        """
        Results of tasks as they come; tasks are made as workers become free, so that few are in memory.

        Parameters
        ----------
        task_bytes
            Memory that a task takes on this machine.
        """


@dataclass(frozen=True)
class Threads:
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


@dataclass(frozen=True)
class Cluster:
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


def workforce(scheduler: str | None, workers: int, allowance: Allowance = BOUNDLESS) -> Workforce:
    """
    Threads within an allowance of memory, or the workers of a scheduler where one is named.

    Raises
    ------
    ConfigError
        When the address is open to a network without TLS, or Dask is not installed.
    """
    if scheduler is None:
        return Threads(workers, allowance)
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
