"""Patience: how often and after what waits something is tried again that may yet succeed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from phusong.errors import FetchError
from phusong.intake.fetch.answer import ChangedError, PassingError
from phusong.intake.fetch.wanted import Wanted

T = TypeVar("T")
_WORTH_BYTES = 1 << 20
"""An attempt that brought so much counts as one that went well."""
_LONGEST_WAIT_S = 60.0


@dataclass(frozen=True)
class Patience:
    """
    How long to go on.

    Parameters
    ----------
    attempts
        In a row that bring nothing.
    first_wait_s
        Before the second attempt; twice as long before each further one.
    silence_s
        After which a connection counts as broken.
    slow_after_s, least_bytes
        A connection that brings fewer bytes in so many seconds is given up, and begun anew.
    """

    attempts: int = 5
    first_wait_s: float = 1.0
    silence_s: float = 30.0
    slow_after_s: float = 60.0
    least_bytes: int = 20_000
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)


def patiently(attempt: Callable[[], T], wanted: Wanted, patience: Patience) -> T:
    """
    What an attempt brings, tried again with growing waits; attempts that brought much of the file do not count.

    Raises
    ------
    FetchError
        When too many in a row have failed.
    """
    failed = 0
    while True:
        before = wanted.part_bytes
        try:
            return attempt()
        except PassingError as fault:
            if isinstance(fault, ChangedError):
                wanted.drop_part()
            failed = 1 if wanted.part_bytes - before >= _WORTH_BYTES else failed + 1
            if failed >= patience.attempts:
                raise FetchError(_given_up(wanted, fault, failed)) from None
            wait_s = min(patience.first_wait_s * 2 ** (failed - 1), _LONGEST_WAIT_S)
            patience.sleep(max(wait_s, fault.wait_s))


def _given_up(wanted: Wanted, fault: PassingError, attempts: int) -> str:
    here = wanted.part_bytes
    part = f"; {here:,} bytes are here" if here else ""
    return f"{wanted.path}: {fault}, {attempts} times in a row{part}. Run the command again, it goes on from there."
