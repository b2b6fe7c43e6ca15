"""The store: fetched files by source and vintage, a record beside each, and one fetch at a time."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from phusong.errors import FetchError
from phusong.intake.fetch.answer import FileError

STORE = user_data_path("phusong", appauthor=False) / "open_data"
"""Where open data is kept when no other place is named."""
NOT_PUBLISHED = "not_published.json"
_LOCK = ".lock"
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}


@dataclass(frozen=True)
class Digests:
    """What the bytes of a file add up to."""

    size_bytes: int
    sha256: str
    md5: str


def digests(file: Path) -> Digests:
    """Size, SHA-256 and MD5 of a file, in one pass."""
    sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
    with file.open("rb") as opened:
        while block := opened.read(1 << 20):
            sha256.update(block)
            md5.update(block)
            size += len(block)
    return Digests(size, sha256.hexdigest(), md5.hexdigest())


def record_of(file: Path) -> Path:
    """The record beside a file."""
    return file.with_name(file.name + ".json")


def kept(file: Path) -> Mapping[str, Any] | None:
    """
    The record of a file that is there as it was fetched; None when it is not there.

    Raises
    ------
    FileError
        When a file of that name is there that is not what was fetched: it is somebody's, and stays.
    """
    if not file.exists():
        return None
    try:
        record = json.loads(record_of(file).read_text("utf-8"))
        same = record["sha256"] == digests(file).sha256
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        same = False
    if not same:
        raise FileError(
            f"{file} is there but is not what was fetched (no record, or changed since): move it away first"
        )
    return record


def keep(part: Path, file: Path, record: Mapping[str, Any]) -> None:
    """
    Put a file that has arrived in its place, its record first: a file without one would count as somebody's.

    Raises
    ------
    FetchError
        When there is no room.
    """
    with room(file.parent):
        write_json(record_of(file), {"file": file.name, **record})
        with part.open("rb+") as opened:
            os.fsync(opened.fileno())
        part.replace(file)


def write_json(file: Path, content: Mapping[str, Any]) -> None:
    """Write it whole or not at all."""
    beside = file.with_name(file.name + ".new")
    beside.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", "utf-8")
    beside.replace(file)


def note_not_published(folder: Path, asked: set[str], listed: set[str], index: Mapping[str, Any]) -> set[str]:
    """
    Write down which tiles the publisher's list does not name, those of earlier fetches among them.

    Returns
    -------
    Those of the tiles asked for.
    """
    file = folder / NOT_PUBLISHED
    earlier = set(json.loads(file.read_text("utf-8"))["tiles"]) if file.exists() else set()
    missing = sorted((asked | earlier) - listed)
    if missing:
        says = "Tiles that the publisher's list does not name: sea, or not released."
        told = {name: index[name] for name in ("url", "sha256", "fetched_on")}
        write_json(file, {"says": says, "list": told, "tiles": missing})
    return asked - listed


@contextlib.contextmanager
def held(store: Path) -> Iterator[None]:
    """
    Hold a store; a process that ends, however it ends, gives it back.

    Raises
    ------
    FetchError
        When another process holds it.
    """
    store.mkdir(parents=True, exist_ok=True)
    with (store / _LOCK).open("a+b") as opened:
        try:
            _lock(opened.fileno())
        except (BlockingIOError, PermissionError):
            raise FetchError(
                f"another fetch is under way in {store}: wait for its end, or name another --store"
            ) from None
        except OSError:  # some network drives have no locks
            pass
        yield


def _lock(descriptor: int) -> None:
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextlib.contextmanager
def room(folder: Path) -> Iterator[None]:
    """
    Tell of a full disk in a sentence.

    Raises
    ------
    FetchError
        Naming the folder.
    """
    try:
        yield
    except OSError as fault:
        if fault.errno not in _NO_SPACE:
            raise
        raise FetchError(f"{folder}: the disk is full; make room and run the command again, it goes on") from None


def now() -> str:
    """Day and time in UTC."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
