"""Sums: the SHA-256 of each file of a release, as `sha256sum -c` reads them, and what has changed since."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

NAME = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")


def files_below(folder: Path) -> dict[str, Path]:
    """Everything below a folder but folders, by its place with / between, in order; links are not followed."""
    found = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return dict(sorted((path.relative_to(folder).as_posix(), path) for path in found))


def sums(folder: Path) -> bytes:
    """A line for each file below a folder but the sums themselves."""
    files = {name: path for name, path in files_below(folder).items() if name != NAME}
    return "".join(f"{_sha256(path)}  {name}\n" for name, path in files.items()).encode()


def length(names: Iterable[str]) -> int:
    """Bytes of the sums of files of these names."""
    return sum(len(f"{'0' * 64}  {name}\n".encode()) for name in names)


def others(folder: Path) -> list[str]:
    """
    Files below a folder that its sums do not know, or that are not as the sums say; a missing one is none.

    Raises
    ------
    ValueError
        When the sums are missing, or hold a line that is none.
    """
    said = _read(folder / NAME)
    files = {name: path for name, path in files_below(folder).items() if name != NAME}
    return [name for name, path in files.items() if path.is_symlink() or said.get(name) != _sha256(path)]


def _read(file: Path) -> Mapping[str, str]:
    try:
        lines = [_LINE.fullmatch(line) for line in file.read_text("utf-8").splitlines()]
    except OSError as fault:
        raise ValueError(str(fault)) from None
    if not all(lines):
        raise ValueError(f"{file} holds a line that is no sum")
    return {line[2]: line[1] for line in lines if line}


def _sha256(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
