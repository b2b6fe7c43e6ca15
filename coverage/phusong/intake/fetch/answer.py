"""Answers: a file as it is sent, who can send one, and the faults of sending."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from phusong.errors import FetchError


class PassingError(Exception):
    """May be gone at the next attempt. `wait_s` is how long the other side asks to wait."""

    def __init__(self, reason: str, wait_s: float = 0.0) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


class ChangedError(PassingError):
    """The file is no longer the one of which a part is here."""


class FileError(FetchError):
    """One file cannot be had; others may."""


class Stream(Protocol):
    """What bytes are read from."""

    def read(self, size: int = ..., /) -> bytes:
        """So many bytes, fewer only at the end."""

    def read1(self, size: int = ..., /) -> bytes:
        """At most so many bytes, as they come; none at the end."""


@dataclass(frozen=True)
class Answer:
    """
    A file as an origin sends it.

    Parameters
    ----------
    start
        Byte at which the stream begins; 0 when the origin sends the whole, whatever was asked for.
    total
        Bytes of the whole file; None where its end marks itself.
    mark
        What tells this content from a later one under the same name; empty where nothing does.
    url
        Where it was found in the end.
    md5
        Of the whole file, where the origin tells it.
    """

    stream: Stream
    start: int
    total: int | None
    mark: str
    url: str
    etag: str = ""
    last_modified: str = ""
    md5: str = ""


class Origin(Protocol):
    """Where the files of a source lie."""

    def open(self, path: str, start: int = 0, mark: str = "") -> AbstractContextManager[Answer]:
        """
        A file from a byte on, if it is still the one that `mark` tells, else from its beginning.

        Raises
        ------
        PassingError
            When another attempt may do.
        FileError
            When the file is not there or may not be read.
        FetchError
            When nothing can be had from here.
        """
