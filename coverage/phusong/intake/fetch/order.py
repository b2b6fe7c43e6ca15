"""An order: which files of a source a study needs, brought one after the other into the store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phusong.errors import FetchError
from phusong.intake.fetch.answer import FileError, Origin
from phusong.intake.fetch.patience import Patience
from phusong.intake.fetch.source import Box, Source
from phusong.intake.fetch.store import held, keep, kept, note_not_published, now, record_of
from phusong.intake.fetch.tiles import listed, names
from phusong.intake.fetch.transfer import Arrived, published_md5, transfer
from phusong.intake.fetch.wanted import Wanted
from phusong.progress import Step


@dataclass(frozen=True)
class Order:
    """
    What is asked for.

    Parameters
    ----------
    boxes
        The area; of no matter to a source without tiles, which comes whole.
    store
        Folder in which every source has its own.
    """

    source: Source
    vintage: str
    boxes: Sequence[Box]
    store: Path

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return self.store / self.source.name / self.vintage

    @property
    def index(self) -> Wanted | None:
        """The publisher's list of tiles; None where the source has none."""
        tiling = self.source.tiles
        return Wanted(tiling.index, self.folder / Path(tiling.index).name, "text") if tiling else None

    @property
    def wanted(self) -> dict[str, Wanted]:
        """The files by their tiles; by their paths where the source has no tiles."""
        tiling, source = self.source.tiles, self.source
        paths = source.paths(self.vintage)
        if tiling is None:
            named = {path: path for path in paths}
        else:
            named = {tile: path.format(tile=tile) for path in paths for tile in names(tiling, self.boxes)}
        return {
            name: Wanted(path, self.folder / Path(path).name, source.form, source.md5_beside)
            for name, path in named.items()
        }

    @property
    def settings(self) -> str:
        """Lines of a project file that use what was fetched; empty where no layer reads it."""
        return self.source.settings.strip().format(folder=self.folder.resolve().as_posix(), vintage=self.vintage)


@dataclass(frozen=True)
class Outcome:
    """
    What became of an order.

    Parameters
    ----------
    fetched, kept
        Files that arrived, and files that were there already.
    not_published
        Tiles that the publisher's list does not name: sea, or not released.
    faults
        A sentence for each file that could not be had.
    """

    fetched: tuple[Path, ...] = ()
    kept: tuple[Path, ...] = ()
    not_published: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def fetch(order: Order, origin: Origin, patience: Patience, step: Step) -> Outcome:
    """
    Bring the files of an order into the store; what is there already stays.

    Raises
    ------
    FetchError
        When nothing more can be had for now, or another fetch is under way in the store.
    """
    fetched: list[Path] = []
    there: list[Path] = []
    faults: list[str] = []
    with held(order.store):
        missing = _not_published(order, origin, patience, step)
        wanted = [one for name, one in order.wanted.items() if name not in missing]
        for number, one in enumerate(wanted):
            tell = step if len(wanted) == 1 else _silent
            if len(wanted) > 1:
                step(f"fetching {order.source.name}, files", number, len(wanted))
            try:
                (fetched if _bring(order, one, origin, patience, tell) else there).append(one.file)
            except FileError as fault:
                faults.append(str(fault))
    return Outcome(tuple(fetched), tuple(there), tuple(sorted(missing)), tuple(faults))


def _silent(what: str, done: int, of: int, note: str = "") -> None:
    """Of many files, the files are counted and not their bytes."""
    del what, done, of, note


def survey(order: Order) -> dict[str, str]:
    """What the store knows of each file of an order, by its path; nothing is asked of the web."""
    missing: set[str] = set()
    index = order.index
    if index and order.source.tiles and index.file.exists():
        missing = set(order.wanted) - listed(order.source.tiles, index.file.read_text("utf-8", "replace"))
    return {one.path: _state(one, name in missing) for name, one in order.wanted.items()}


def _state(one: Wanted, missing: bool) -> str:
    if missing:
        return "no tile"
    if one.file.exists():
        return "there"
    return f"{one.part_bytes:,} bytes there" if one.part_bytes else "not there"


def _not_published(order: Order, origin: Origin, patience: Patience, step: Step) -> set[str]:
    """Tiles asked for that the publisher's list does not name, which are written down."""
    tiling, index = order.source.tiles, order.index
    if tiling is None or index is None:
        return set()
    _bring(order, index, origin, patience, step)
    try:
        words = listed(tiling, index.file.read_text("utf-8", "replace"))
    except FetchError:
        index.file.unlink()
        raise
    record = json.loads(record_of(index.file).read_text("utf-8"))
    return note_not_published(order.folder, set(order.wanted), words, record)


def _bring(order: Order, one: Wanted, origin: Origin, patience: Patience, step: Step) -> bool:
    """Whether a file had to be brought: it was not there, or its publisher has a newer one."""
    record = kept(one.file)
    if record and (not one.md5_beside or published_md5(origin, one, patience) in ("", record["md5"])):
        return False
    arrived = transfer(origin, one, patience, step)
    keep(one.part, one.file, {**_of_source(order), **_of_file(arrived)})
    one.drop_part()
    return True


def _of_source(order: Order) -> dict[str, Any]:
    """What a record says of the source."""
    source = order.source
    return {
        "source": source.name,
        "vintage": order.vintage,
        "what": source.what,
        "publisher": source.publisher,
        "home": source.home,
        "licence": source.licence,
        "attribution": source.attribution.format(vintage=order.vintage),
        "notes": list(source.notes),
    }


def _of_file(arrived: Arrived) -> dict[str, Any]:
    """What a record says of the file itself."""
    return {
        "url": arrived.url,
        "fetched_on": now(),
        "last_modified": arrived.last_modified,
        "etag": arrived.etag,
        "size_bytes": arrived.digests.size_bytes,
        "sha256": arrived.digests.sha256,
        "md5": arrived.digests.md5,
        "checked": arrived.checked,
    }
