"""Transfer: one file from its origin into the store – resumed, checked, refused when it is not what it should be."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from phusong.errors import FetchError
from phusong.intake.fetch.answer import Answer, ChangedError, FileError, Origin, PassingError
from phusong.intake.fetch.forms import HEAD_BYTES, fault_of_start, fault_of_whole, is_web_page
from phusong.intake.fetch.patience import Patience, patiently
from phusong.intake.fetch.store import Digests, digests, room, write_json
from phusong.intake.fetch.wanted import Wanted
from phusong.progress import Step

_BLOCK_BYTES = 1 << 18
_SECURED_EVERY_BYTES = 1 << 22
_MB = 1_000_000
_MD5_FILE_BYTES = 4096


@dataclass(frozen=True)
class Arrived:
    """A file that has arrived whole, still under the name of its part."""

    digests: Digests
    url: str
    etag: str
    last_modified: str
    checked: str
    """What it was checked with."""


def transfer(origin: Origin, wanted: Wanted, patience: Patience, step: Step, again: bool = True) -> Arrived:
    """
    Bring a file, going on where an earlier attempt broke off.

    What was put together of several parts and is wrong may be the fault of a seam, and a file that is replaced daily
    may have been replaced before its checksum was read; these are brought once more (`again`).

    Raises
    ------
    FileError
        When this file cannot be had or is not what it should be; then it is kept aside.
    FetchError
        When nothing can be had for now.
    """
    wanted.file.parent.mkdir(parents=True, exist_ok=True)
    head = patiently(lambda: _receive(origin, wanted, patience, step), wanted, patience)
    try:
        return _checked(origin, wanted, head, patience)
    except FileError:
        if not again or (head.pieces == 1 and not wanted.md5_beside):
            wanted.put_aside()
            raise
    wanted.drop_part()
    return transfer(origin, wanted, patience, step, again=False)


def published_md5(origin: Origin, wanted: Wanted, patience: Patience) -> str:
    """
    The MD5 that stands beside a file; empty where there is none, as in some mirrors.

    Raises
    ------
    FetchError
        When what stands there is no MD5.
    """

    def read() -> bytes:
        with origin.open(wanted.path + ".md5") as answer:
            return answer.stream.read(_MD5_FILE_BYTES)

    try:
        text = patiently(read, wanted, patience)
    except FileError:
        return ""
    found = re.match(rb"\s*([0-9a-fA-F]{32})\b", text)
    if not found:
        raise FetchError(f"{wanted.path}.md5 holds no MD5 but {text[:20]!r}")
    return found[1].decode().lower()


@dataclass(frozen=True)
class _Head:
    """What an origin said of a file, and of how many pieces the part is put together."""

    url: str
    etag: str
    last_modified: str
    mark: str
    total: int | None
    md5: str
    pieces: int = 1
    here: int = 0
    """Bytes that are safe on the disk; a machine that loses its power may leave zeros after them."""


def _receive(origin: Origin, wanted: Wanted, patience: Patience, step: Step) -> _Head:
    """Bring what is still missing of a file."""
    known = _known(wanted)
    start = min(known.here, wanted.part_bytes) if known else 0
    if known and start == known.total:
        return known
    with origin.open(wanted.path, start, known.mark if known else "") as answer:
        if answer.start and known and answer.mark != known.mark:
            raise ChangedError("the file has changed meanwhile")
        pieces = known.pieces + 1 if known and answer.start else 1
        head = _Head(
            answer.url,
            answer.etag,
            answer.last_modified,
            answer.mark,
            answer.total,
            answer.md5,
            pieces,
            answer.start,
        )
        with room(wanted.file.parent):
            _refuse_if_short(wanted, answer)
            _write(wanted, answer, head, patience, step)
    here = wanted.part_bytes
    if head.total is not None and here != head.total:
        raise PassingError(f"the connection broke after {here:,} of {head.total:,} bytes")
    return head


def _write(wanted: Wanted, answer: Answer, head: _Head, patience: Patience, step: Step) -> None:
    if not answer.start:
        first = _first(wanted, answer)
        wanted.drop_part()
        wanted.part.write_bytes(first)
    else:
        os.truncate(wanted.part, answer.start)
    write_json(wanted.part_mark, vars(head))
    with wanted.part.open("ab") as opened:
        try:
            for _ in _blocks(answer, opened, patience):
                step(f"{wanted.file.name}, MB", opened.tell() // _MB, (head.total or 0) // _MB)
                if opened.tell() - head.here >= _SECURED_EVERY_BYTES:
                    head = _secured(wanted, head, opened)
        finally:
            _secured(wanted, head, opened)


def _blocks(answer: Answer, opened: BinaryIO, patience: Patience) -> Iterator[None]:
    """
    Write what comes, block by block.

    Raises
    ------
    PassingError
        When too little comes for too long.
    """
    since, counted = patience.clock(), 0
    while block := answer.stream.read1(_BLOCK_BYTES):
        opened.write(block)
        counted += len(block)
        yield
        if patience.clock() - since >= patience.slow_after_s:
            if counted < patience.least_bytes:
                raise PassingError(f"only {counted:,} bytes came in {patience.slow_after_s:g} s")
            since, counted = patience.clock(), 0


def _secured(wanted: Wanted, head: _Head, opened: BinaryIO) -> _Head:
    """What is here is on the disk, then it is written down that it is."""
    opened.flush()
    os.fsync(opened.fileno())
    head = replace(head, here=opened.tell())
    write_json(wanted.part_mark, vars(head))
    return head


def _first(wanted: Wanted, answer: Answer) -> bytes:
    """
    The first bytes of a file, which tell its form before more is brought.

    Raises
    ------
    FetchError
        When a web page comes instead, as it would for every other file.
    FileError
        When they are of another form.
    """
    first = answer.stream.read(HEAD_BYTES)
    if len(first) < min(HEAD_BYTES, answer.total or 0):
        raise PassingError("the connection broke at the first bytes")
    if fault := fault_of_start(wanted.kind, first):
        raise (FetchError if is_web_page(first) else FileError)(f"{answer.url} {fault}")
    return first


def _refuse_if_short(wanted: Wanted, answer: Answer) -> None:
    missing = (answer.total or 0) - answer.start
    free = shutil.disk_usage(wanted.file.parent).free + (0 if answer.start else wanted.part_bytes)
    if missing > free:
        needed = f"{missing / _MB:,.0f} MB more are needed for {wanted.file.name}"
        raise FetchError(f"{wanted.file.parent}: {needed}, and {free / _MB:,.0f} MB are free")


def _known(wanted: Wanted) -> _Head | None:
    """What was said of the file of which a part is here; None when nothing is, or it cannot be gone on with."""
    try:
        head = _Head(**json.loads(wanted.part_mark.read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return head if head.mark and wanted.part.exists() else None


def _checked(origin: Origin, wanted: Wanted, head: _Head, patience: Patience) -> Arrived:
    """
    A file that has arrived, held to what is known of it.

    Raises
    ------
    FileError
        When its form or its checksum is wrong.
    """
    found = digests(wanted.part)
    expected, by = _expected(origin, wanted, head, patience)
    if expected and expected != found.md5:
        raise FileError(f"{head.url} has MD5 {found.md5}, expected {expected} ({by})")
    if fault := fault_of_whole(wanted.kind, wanted.part):
        raise FileError(f"{head.url} {fault}")
    checked = f"MD5, {by}" if expected else "length and form only: no checksum is given"
    return Arrived(found, head.url, head.etag, head.last_modified, checked)


def _expected(origin: Origin, wanted: Wanted, head: _Head, patience: Patience) -> tuple[str, str]:
    """MD5 by the publisher and where it stands; empty where none is given."""
    if wanted.md5_beside:
        # asked for after the file: of a file that is replaced daily the two then belong together, or the next try does
        return published_md5(origin, wanted, patience), f"{wanted.path}.md5"
    return head.md5, "the ETag"
