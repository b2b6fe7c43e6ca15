"""Archives: what a .gz or .zip holds, unpacked into a folder that is thrown away, within limits."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from phusong.errors import FilingError
from phusong.intake.readers.limits import Limits

_BLOCK = 1 << 20
_SMALL = 1 << 26
_SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_BESIDE_SHAPES = (
    ".sbn",
    ".sbx",
    ".fbn",
    ".fbx",
    ".ain",
    ".aih",
    ".atx",
    ".xml",
    ".qix",
    ".qmd",
    ".qpj",
    ".qml",
    ".cst",
)
_NO_FILINGS = ("__MACOSX/", ".DS_Store", "Thumbs.db")
_FAULTS = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError)


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Unpacked:
    """
    What an archive held.

    Parameters
    ----------
    members
        Files with the names people know them by.
    notes
        What was left out on purpose.
    faults
        What could not be unpacked.
    """

    members: list[tuple[Path, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def unpack_gzip(file: Path, name: str, folder: Path, limits: Limits) -> Path:
    """
    The unpacked file in the folder.

    Raises
    ------
    FilingError
        When it is damaged, or unpacks to more than is honest.
    """
    target = folder / "unpacked"
    try:
        with gzip.open(file) as packed, target.open("wb") as opened:
            _copy(packed, opened, name, file.stat().st_size, limits)
    except _FAULTS as fault:
        raise _damaged(name, fault) from None
    return target


def unpack_zip(file: Path, name: str, folder: Path, limits: Limits) -> Unpacked:
    """
    The unpacked members.

    The parts of a shapefile are one; names that climb out of the archive are left out.

    Raises
    ------
    FilingError
        When it is damaged or locked, or unpacks to more than is honest.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = [member for member in archive.infolist() if not member.filename.endswith("/")]
            if len(members) > limits.members:
                raise FilingError(f"{name} holds {len(members)} files; at most {limits.members} are read")
            if sum(member.file_size for member in members) > limits.unpacked_bytes:
                raise FilingError(f"{name} unpacks to more than {limits.unpacked_bytes / 1e9:.0f} GB")
            return _members(archive, members, name, folder, limits)
    except _FAULTS as fault:
        raise _damaged(name, fault) from None
    except RuntimeError:
        raise FilingError(f"{name} is locked with a password: save it without one") from None


def _members(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], name: str, folder: Path, limits: Limits
) -> Unpacked:
    unpacked = Unpacked()
    paths = [PurePosixPath(member.filename.replace("\\", "/")) for member in members]
    shapes = {_stem(path): number for number, path in enumerate(paths) if path.suffix.lower() == ".shp"}
    for number, (member, path) in enumerate(zip(members, paths, strict=True)):
        told, suffix, of_shapes = f"{name}/{member.filename}", path.suffix.lower(), shapes.get(_stem(path))
        if any(part in member.filename for part in _NO_FILINGS) or (of_shapes is not None and suffix in _BESIDE_SHAPES):
            continue
        if path.is_absolute() or ".." in path.parts or ":" in member.filename:
            unpacked.notes.append(f"{name}: {member.filename!r} climbs out of the archive and was left out")
            continue
        part = of_shapes is not None and suffix in _SHAPEFILE
        target = folder / f"member{of_shapes if part else number}{suffix if part or suffix == '.dbf' else ''}"
        try:
            with archive.open(member) as packed, target.open("wb") as opened:
                _copy(packed, opened, told, max(member.compress_size, 1), limits)
        except _FAULTS as fault:
            unpacked.faults.append(str(_damaged(told, fault)))
            continue
        if not part or suffix == ".shp":
            unpacked.members.append((target, told))
    return unpacked


def _damaged(name: str, fault: Exception) -> FilingError:
    return FilingError(f"{name} is damaged: it cannot be unpacked ({getattr(fault, 'strerror', None) or fault})")


def _stem(path: PurePosixPath) -> str:
    """What the parts of one shapefile share; of `a.shp.xml` too."""
    name = str(path.parent / path.stem).casefold()
    return name.removesuffix(".shp")


def _copy(packed: _Readable, opened: IO[bytes], name: str, packed_bytes: int, limits: Limits) -> None:
    size = 0
    while block := packed.read(_BLOCK):
        size += len(block)
        if size > limits.unpacked_bytes or (size > _SMALL and size / packed_bytes > limits.ratio):
            raise FilingError(
                f"{name} unpacks to more than {size / 1e6:.0f} MB from {packed_bytes / 1e6:.2f} MB: no honest file"
            )
        opened.write(block)
