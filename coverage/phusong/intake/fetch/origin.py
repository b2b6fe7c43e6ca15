"""Origins: where files come from – a publisher's home or a mirror on the web, or a folder that holds the same."""

from __future__ import annotations

import contextlib
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from phusong.errors import FetchError
from phusong.intake.fetch.answer import Answer, FileError, Origin
from phusong.intake.fetch.web import Web, refuse_scheme


def origin_of(place: str, timeout_s: float, allow_http: bool = False) -> Origin:
    """
    The origin that an address or a folder is.

    Raises
    ------
    FetchError
        When it is neither, or an address without encryption that is not of this machine.
    """
    if "://" not in place:
        if not Path(place).is_dir():
            raise FetchError(f"--mirror {place}: is no folder, and no address that begins with https://")
        return Folder(Path(place))
    refuse_scheme(place, allow_http)
    if "@" in urllib.parse.urlsplit(place).netloc:
        raise FetchError("--mirror: names and passwords in an address are not taken; they would stand in every record")
    return Web(place.rstrip("/") + "/", timeout_s, allow_http)


@dataclass(frozen=True)
class Folder:
    """A folder that holds files under the paths that they have below the publisher's base."""

    root: Path

    @contextlib.contextmanager
    def open(self, path: str, start: int = 0, mark: str = "") -> Iterator[Answer]:
        """See `Origin`. The mark is the size and the time of change."""
        file = self.root / path
        try:
            stat = file.stat()
            own = f"{stat.st_size} {stat.st_mtime_ns}"
            start = start if mark == own else 0
            with file.open("rb") as opened:
                opened.seek(start)
                yield Answer(opened, start, stat.st_size, own, str(file))
        except FileNotFoundError:
            raise FileError(f"{file} is not there") from None
