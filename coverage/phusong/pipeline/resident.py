"""Resident memory of this process and of those that work for it, as the system tells it."""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import multiprocessing
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow

from phusong.ledger.log import peak_memory_mb

_PROC = Path("/proc")
_PAGE_BYTES = mmap.PAGESIZE
_REST_S = 1.0
_M_MMAP_THRESHOLD = -3
"""To mallopt(3)."""
_LARGE_BYTES = 2**20
"""What is larger goes back to the system once it is free."""
_FORGET = "5"
"""To `clear_refs`, Linux's word for it (proc(5))."""


def resident_bytes() -> float:
    """Memory of all of them now; where the system does not say, the most that this one has had."""
    try:
        return _own_bytes() + sum(_of_others(_now_bytes))
    except (OSError, ValueError, IndexError):
        return (peak_memory_mb() or 0.0) * 2**20


def at_most_mb() -> float | None:
    """
    Memory of this process now and the most that each of the others has had since `forget_most`.

    None where the system does not say.
    """
    try:
        return (_own_bytes() + sum(_of_others(_most_bytes))) / 2**20
    except (OSError, ValueError, IndexError):
        return None


def forget_most() -> None:
    """What the others had until now is not the most that they have any more."""
    for other in multiprocessing.active_children():
        with contextlib.suppress(OSError):
            (_PROC / str(other.pid) / "clear_refs").write_text(_FORGET, "ascii")


def hoard_little() -> None:
    """
    From now on this process keeps little of the memory that is free, where the library that it has it from can be told.

    The GNU C library puts arrays of up to 32 MB among small things that stay, and then cannot give their room back.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)


def give_back() -> None:
    """Memory of this process that is free, but kept for later use, goes to the system, where that can be done."""
    pyarrow.default_memory_pool().release_unused()  # a pool of its own, of which reading the layers leaves 100 MB
    with contextlib.suppress(OSError, AttributeError):  # the GNU C library has it, others do it by themselves
        ctypes.CDLL(None).malloc_trim(0)


class Slack:
    """Gives free memory back again and again, but not too often, for it takes milliseconds."""

    def __init__(self) -> None:
        self._last_s = time.monotonic()

    def give_back(self) -> None:
        """As `give_back`, unless that was done within a second."""
        if time.monotonic() - self._last_s >= _REST_S:
            give_back()
            self._last_s = time.monotonic()


def _of_others(told: Callable[[Path], float]) -> Iterator[float]:
    """Of what is theirs alone: the pages of the libraries' files are those of this process, too."""
    for other in multiprocessing.active_children():
        with contextlib.suppress(OSError, ValueError, IndexError):  # it may have ended by now
            yield told(_PROC / str(other.pid))


def _own_bytes() -> float:
    return int((_PROC / "self" / "statm").read_text("ascii").split()[1]) * _PAGE_BYTES


def _now_bytes(process: Path) -> float:
    resident, of_files = (process / "statm").read_text("ascii").split()[1:3]
    return (int(resident) - int(of_files)) * _PAGE_BYTES


def _most_bytes(process: Path) -> float:
    told = (process / "status").read_text("utf-8", errors="replace").split()
    most, of_files = (int(told[told.index(name) + 1]) for name in ("VmHWM:", "RssFile:"))
    return (most - of_files) * 1024
