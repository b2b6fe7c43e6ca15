"""Archives: what a .gz or .zip holds, unpacked into a folder that is thrown away, within limits."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from phusong.errors import FilingError
from phusong.intake.readers.limits import Limits

_BLOCK = 1 << 20
_SMALL = 1 << 26
_SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_NO_FILINGS = ("__MACOSX/", ".DS_Store", "Thumbs.db")


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
    except (OSError, EOFError, zlib.error) as fault:
        raise FilingError(f"{name} is damaged: {fault}") from None
    return target


def unpack_zip(file: Path, name: str, folder: Path, limits: Limits) -> tuple[list[tuple[Path, str]], list[str]]:
    """
    Unpacked members with the names people know them by, and notes of those left out.

    The members of a shapefile are one; names that climb out of the archive, and archives in archives, are left out.

    Raises
    ------
    FilingError
        When it is damaged or locked, or unpacks to more than is honest.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) > limits.members:
                raise FilingError(f"{name} holds {len(members)} files; at most {limits.members} are read")
            if sum(member.file_size for member in members) > limits.unpacked_bytes:
                raise FilingError(f"{name} unpacks to more than {limits.unpacked_bytes / 1e9:.0f} GB")
            return _members(archive, members, name, folder, limits)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError) as fault:
        raise FilingError(f"{name} is damaged: {fault}") from None
    except RuntimeError:
        raise FilingError(f"{name} is locked with a password: save it without one") from None


def _members(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], name: str, folder: Path, limits: Limits
) -> tuple[list[tuple[Path, str]], list[str]]:
    found: list[tuple[Path, str]] = []
    notes: list[str] = []
    for number, member in enumerate(members):
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if any(part in member.filename for part in _NO_FILINGS):
            continue
        if path.is_absolute() or ".." in path.parts or ":" in member.filename:
            notes.append(f"{name}: {member.filename!r} climbs out of the archive and was left out")
            continue
        part_of_shapes = path.suffix.lower() in _SHAPEFILE
        stem = f"{_number(path, members)}" if part_of_shapes else f"{number}"
        target = folder / f"member{stem}{path.suffix.lower() if part_of_shapes else ''}"
        with archive.open(member) as packed, target.open("wb") as opened:
            _copy(packed, opened, f"{name}/{member.filename}", max(member.compress_size, 1), limits)
        if not part_of_shapes or path.suffix.lower() == ".shp":
            found.append((target, f"{name}/{member.filename}"))
    return found, notes


def _number(path: PurePosixPath, members: list[zipfile.ZipInfo]) -> int:
    """Parts of one shapefile share the number of the first of them."""
    stems = [str(PurePosixPath(member.filename.replace("\\", "/")).with_suffix("")) for member in members]
    return stems.index(str(path.with_suffix("")))


def _copy(packed: object, opened: object, name: str, packed_bytes: int, limits: Limits) -> None:
    size = 0
    while block := packed.read(_BLOCK):  # type: ignore[attr-defined]
        size += len(block)
        if size > limits.unpacked_bytes or (size > _SMALL and size / packed_bytes > limits.ratio):
            raise FilingError(
                f"{name} unpacks to more than {size / 1e6:.0f} MB from {packed_bytes / 1e6:.2f} MB: no honest file"
            )
        opened.write(block)  # type: ignore[attr-defined]
