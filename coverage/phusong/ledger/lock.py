"""The lock of a project: one run at a time, and none that is left behind by a process that ended."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from phusong.errors import SnapshotError

_FILE = ".running"


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """
    Hold a project for a run. The system gives it back when the process ends, however it ends.

    Where a folder cannot be locked (some network drives), runs are not kept apart.

    Raises
    ------
    SnapshotError
        When another run holds it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        opened = os.open(folder / _FILE, os.O_RDWR | os.O_CREAT)
    except OSError as fault:
        raise SnapshotError(f"{folder} cannot be written to: {fault.strerror or fault}") from None
    try:
        if not _locked(opened):
            raise SnapshotError(
                f"Another run of this project is on (process {_holder(folder)}, says {folder / _FILE}). Wait for it "
                "or stop it: nothing that it has computed is lost."
            )
        os.truncate(opened, 0)
        os.write(opened, str(os.getpid()).encode())
        yield
    finally:
        os.close(opened)


def _locked(opened: int) -> bool:
    """Whether the lock is ours now, or there are no locks here."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(opened, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True
    return True


def _holder(folder: Path) -> str:
    with contextlib.suppress(OSError):
        return (folder / _FILE).read_text("utf-8") or "unknown"
    return "unknown"
