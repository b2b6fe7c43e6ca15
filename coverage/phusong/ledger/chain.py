"""Chains: files of JSON lines that only grow, each line with the SHA-256 of the one before, so a change is found."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phusong.errors import SnapshotError

START = "0" * 64
_OWN = ("seq", "before", "sha256")


@dataclass(frozen=True)
class Chain:
    """
    What a file says.

    Parameters
    ----------
    entries
        In order; besides what was recorded `seq` (1, 2, ...), `before` (SHA-256 of the entry before; zeros for the
        first) and `sha256` (of the entry without it).
    torn_bytes
        Length of a last line that was cut off while it was written, so never acknowledged; no entry is made of it.
    """

    entries: tuple[Mapping[str, Any], ...] = ()
    torn_bytes: int = 0

    @property
    def head(self) -> str:
        """SHA-256 of the last entry: noted elsewhere, it binds all up to it, and shows when the end is missing."""
        return str(self.entries[-1]["sha256"]) if self.entries else START


def read(file: Path) -> Chain:
    """
    What a file says; an empty chain where there is none.

    Raises
    ------
    SnapshotError
        Naming the first line that is not as it was written, or does not follow the one before it.
    """
    *lines, torn = (file.read_bytes() if file.exists() else b"").split(b"\n")
    entries: list[dict[str, Any]] = []
    before = START
    for seq, line in enumerate(lines, 1):
        entry = _entry(line)
        if entry is None:
            raise SnapshotError(f"{file}: line {seq} is not as it was written.")
        if (entry["seq"], entry["before"]) != (seq, before):
            raise SnapshotError(f"{file}: line {seq} does not follow the one before it; lines were removed or moved.")
        entries.append(entry)
        before = entry["sha256"]
    return Chain(tuple(entries), len(torn))


def append(file: Path, said: Mapping[str, Any]) -> Mapping[str, Any]:
    """
    Add an entry durably, in place of a line that was cut off; whoever calls holds the folder (`held`).

    Raises
    ------
    SnapshotError
        When the chain is broken, or the disk refuses; then nothing is added.
    """
    chain = read(file)
    entry = {**said, "seq": len(chain.entries) + 1, "before": chain.head}
    entry["sha256"] = _digest(entry)
    whole = file.stat().st_size - chain.torn_bytes if file.exists() else 0
    try:
        with file.open("ab") as opened:
            opened.truncate(whole)
            try:
                opened.write(_canonical(entry) + b"\n")
                opened.flush()
                os.fsync(opened.fileno())
            except OSError:
                with contextlib.suppress(OSError):
                    os.truncate(file, whole)
                raise
        _sync(file.parent)
    except OSError as fault:
        raise SnapshotError(f"{file} could not be written: {fault.strerror or fault}; nothing was added.") from fault
    return entry


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """
    Hold a folder: of all who do, one at a time goes on. A process that is killed gives it back.

    Where a folder cannot be held (Windows, some network drives), nobody waits.
    """
    if sys.platform == "win32":
        yield
        return
    import fcntl

    opened = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _entry(line: bytes) -> dict[str, Any] | None:
    """The entry that a line is; None when it is none, or was changed."""
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    if not isinstance(entry, dict) or not set(_OWN) <= set(entry) or _canonical(entry) != line:
        return None
    return entry if entry["sha256"] == _digest({key: entry[key] for key in entry if key != "sha256"}) else None


def _digest(entry: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical(entry)).hexdigest()


def _canonical(entry: Mapping[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _sync(folder: Path) -> None:
    """The name of a new file is durable once its folder is."""
    if sys.platform == "win32":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
