"""Memory: what was worked out before, in the tile store, under the digest of all that it depends on."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phusong.layers.memory import Arrays, Memory, forgetful
from phusong.ledger.record import sha256_of
from phusong.ledger.tile_store import TileStore
from phusong.pipeline.fingerprint import fingerprint, of_code

_Seen = tuple[int, int, int]


class Kept:
    """
    A memory (`layers.memory.Memory`) for one run: each file is read for its digest once.

    Nothing is kept that was worked out while one of its files was written to.
    """

    def __init__(self, store: TileStore) -> None:
        self._store = store
        self._files: dict[Path, tuple[_Seen, str]] = {}
        self._reading = threading.Lock()

    def __call__(self, what: str, on: Sequence[Any], work: Callable[[], Arrays], files: Sequence[Path] = ()) -> Arrays:
        """The arrays that `work` makes, as `layers.memory.Memory` has it."""
        try:
            key = fingerprint(what, of_code(), list(on), [self._digest(file) for file in files])
        except OSError:
            return work()  # which tells of a file that is gone
        if (held := self._store.held(key)) is not None:
            return held
        made = work()
        with contextlib.suppress(OSError):
            if all(_seen(file) == self._files[file][0] for file in files):
                self._store.keep(key, made)
        return made

    def _digest(self, file: Path) -> str:
        with self._reading:
            if file not in self._files:
                seen = _seen(file)
                self._files[file] = seen, sha256_of(file)
            return self._files[file][1]


def _seen(file: Path) -> _Seen:
    """What tells that a file was written to."""
    told = file.stat()
    return told.st_ino, told.st_size, told.st_mtime_ns


@dataclass(frozen=True)
class OfTiles:
    """
    A memory of what was worked out of the surfaces of a study's tiles.

    Parameters
    ----------
    keys
        Of each tile, the digest of all that its surface depends on; without them nothing of a tile is kept.
    """

    memory: Memory = forgetful
    keys: Sequence[str] = ()

    def __call__(self, number: int, what: str, on: Sequence[Any], work: Callable[[], Arrays]) -> Arrays:
        """The arrays that `work` makes of the surface of a tile, and of `on`."""
        return self.memory(what, [self.keys[number], *on], work) if self.keys else work()


NOTHING = OfTiles()
"""Without a memory."""
