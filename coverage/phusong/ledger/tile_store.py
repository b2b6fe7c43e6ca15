"""The tile store: what was computed of a study's tiles, each under the digest of all that it depends on."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
from numpy.typing import NDArray

from phusong.errors import SnapshotError

Arrays = Mapping[str, NDArray[Any]]
_DIGEST_BYTES, _SIZE_BYTES = 32, 8
_CODEC = "zstd"


class TileStore:
    """
    Arrays by key, a file each; what a killed run leaves is whole or is not there.

    A file is the SHA-256 of the rest, the length of the table of contents, the table in JSON, and the arrays, each
    compressed by itself.

    Parameters
    ----------
    folder
        Made when the first arrays are kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._asked: set[str] = set()
        self._lock = threading.Lock()

    def held(self, key: str) -> Arrays | None:
        """
        The arrays kept under a key, each unpacked when it is asked for, and not to be written to.

        None where there are none, or the file is not as it was written.
        """
        self.ask(key)
        try:
            kept = self._file(key).read_bytes()
        except FileNotFoundError:
            return None
        if hashlib.sha256(kept[_DIGEST_BYTES:]).digest() != kept[:_DIGEST_BYTES]:
            return None
        return _Packed(kept)

    def ask(self, key: str) -> None:
        """Say that what is kept under a key is still of use, without reading it."""
        with self._lock:
            self._asked.add(key)

    def __getitem__(self, key: str) -> Arrays:
        """The arrays kept under a key of which it is known that they are there."""
        found = self.held(key)
        if found is None:
            raise LookupError(f"{self._file(key)} was there and is no more, or is damaged; run again")
        return found

    def keep(self, key: str, arrays: Arrays) -> None:
        """
        Keep arrays under a key, written beside and moved into place.

        Raises
        ------
        SnapshotError
            When the disk refuses; what is kept already stays.
        """
        self.ask(key)
        packed = _pack(arrays)
        file = self._file(key)
        draft = file.with_name(f".{file.name}.{os.getpid()}.{threading.get_ident()}")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(hashlib.sha256(packed).digest() + packed)
            draft.replace(file)
        except OSError as fault:
            reason = fault.strerror or str(fault)
            raise SnapshotError(
                f"A tile cannot be kept in {self.folder}: {reason}. Make room and run again: what is there is used."
            ) from fault
        finally:
            with contextlib.suppress(OSError):
                draft.unlink()

    def forget_others(self, period: str, closed: Collection[str]) -> None:
        """
        Remember what a period's run asked for, and remove what no run of a period asks for that may be run again.

        Parameters
        ----------
        closed
            Periods that are not run again.
        """
        with contextlib.suppress(OSError):  # tidying up fails no run
            draft = self.folder / f".{period}"
            draft.write_text(json.dumps(sorted(self._asked)), "utf-8")
            draft.replace(self.folder / f"{period}.json")
            wanted: set[str] = set()
            for record in self.folder.glob("*.json"):
                if record.stem in closed:
                    record.unlink(missing_ok=True)
                else:
                    wanted.update(json.loads(record.read_text("utf-8")))
            for file in self.folder.glob("??/*"):
                if file.name not in wanted:
                    file.unlink(missing_ok=True)

    def _file(self, key: str) -> Path:
        return self.folder / key[:2] / key


class _Packed(Mapping[str, NDArray[Any]]):
    """The arrays of a file."""

    def __init__(self, kept: bytes) -> None:
        start = _DIGEST_BYTES + _SIZE_BYTES
        size = int.from_bytes(kept[_DIGEST_BYTES:start], "little")
        self._contents = json.loads(kept[start : start + size])
        self._packed = memoryview(kept)[start + size :]

    def __getitem__(self, name: str) -> NDArray[Any]:
        one = self._contents[name]
        kind, shape = np.dtype(one["dtype"]), tuple(one["shape"])
        packed = self._packed[one["start"] : one["start"] + one["size"]]
        plain = pyarrow.decompress(packed, int(np.prod(shape)) * kind.itemsize, _CODEC) if one["size"] else b""
        return np.frombuffer(plain, kind).reshape(shape)

    def __iter__(self) -> Iterator[str]:
        return iter(self._contents)

    def __len__(self) -> int:
        return len(self._contents)


def _pack(arrays: Arrays) -> bytes:
    contents: dict[str, dict[str, Any]] = {}
    parts: list[bytes] = []
    start = 0
    for name, values in arrays.items():
        plain = np.ascontiguousarray(values)
        parts.append(pyarrow.compress(plain.view(np.uint8).ravel(), _CODEC, asbytes=True) if plain.size else b"")
        shape = list(values.shape)
        contents[name] = {"dtype": plain.dtype.str, "shape": shape, "start": start, "size": len(parts[-1])}
        start += len(parts[-1])
    table = json.dumps(contents).encode()
    return b"".join([len(table).to_bytes(_SIZE_BYTES, "little"), table, *parts])
