"""Folder: one release in one folder, complete or absent; whoever writes it again changes no byte."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from phusong.errors import SnapshotError
from phusong.ledger import chain, snapshot
from phusong.ledger.edition import Edition
from phusong.progress import Step
from phusong.publish.release import sums
from phusong.publish.release.contents import INDEX, contents
from phusong.publish.release.index import render
from phusong.publish.release.listing import RECORD
from phusong.publish.release.parts import Asked, Held, fill
from phusong.publish.tiers import Tier

_DRAFT, _BEFORE, _PARTIAL = "whole", "before", ".partial"
_SHOWN = 3


@dataclass(frozen=True)
class Kind:
    """
    What a folder is the release of; one release takes the place of another only where these are the same.

    Parameters
    ----------
    unit
        Code of the province or commune of these tiers; empty for none.
    """

    project: str
    period: str
    tier: Tier
    unit: str = ""

    def __str__(self) -> str:
        """As in "sample 2026Q3 province 22"."""
        return " ".join(filter(None, asdict(self).values()))


@dataclass(frozen=True)
class Release:
    """
    What stands in the folder.

    Parameters
    ----------
    files
        By name, the sums among them.
    before
        Digest of the edition that was there before; empty for none.
    changed
        Whether any byte is another than before.
    """

    files: tuple[Path, ...]
    digest: str
    before: str
    changed: bool


def write(held: Held, asked: Asked, folder: Path, workers: int, progress: Step) -> Release:
    """
    Write a release into a folder of its own, in place of an earlier one of its kind.

    All is written beside the folder first and moved at the end; a folder that holds the same bytes is not touched.

    Raises
    ------
    SnapshotError
        When the folder holds anything else or cannot be written, or the edition has no such unit.
    """
    place, edition = folder.resolve(), held.edition
    kind = Kind(edition.project, edition.period, asked.tier, asked.unit or "")
    make_ready(folder, kind)
    with chain.held(place.parent):
        _recover(place)
        scratch = Path(tempfile.mkdtemp(_PARTIAL, f".{place.name}.", place.parent))
        try:
            draft = scratch / _DRAFT
            draft.mkdir()
            fill(draft, scratch, held, asked, workers, progress)
            progress("writing the index", 0, 0)
            _finish(draft, edition, asked, kind)
            # once more: somebody may have opened and saved a report meanwhile
            refuse_others(folder, kind)
            before = _record(place).get("digest", "")
            changed = not _same(draft, place)
            if changed:
                _replace(draft, place, scratch / _BEFORE)
        except OSError as fault:
            raise SnapshotError(
                f"Không ghi được {folder} / could not be written: {fault.strerror or fault}; nothing was changed."
            ) from fault
        finally:
            _clear(scratch, place)
    return Release(tuple(sums.files_below(place).values()), edition.digest, before, changed)


def make_ready(folder: Path, kind: Kind) -> None:
    """
    Make sure before the work that a release can be written into the folder.

    Raises
    ------
    SnapshotError
        As `refuse_others`, and when the folder that it lies in cannot be written to.
    """
    refuse_others(folder, kind)
    snapshot.make_ready(folder.resolve().parent)


def refuse_others(folder: Path, kind: Kind) -> None:
    """
    Stop before anything is replaced but an earlier release of the same kind, just as it was written.

    Raises
    ------
    SnapshotError
        Naming the first files that are not of it, or were changed since.
    """
    place = folder.resolve()
    around = next(
        (above for above in place.parents if (above / RECORD).is_file() and (above / sums.NAME).is_file()), None
    )
    if around is not None:
        raise SnapshotError(f"{folder} nằm trong ấn phẩm {around} / lies in a release; choose another folder.")
    if place.exists() and not place.is_dir():
        raise SnapshotError(f"{folder} là một tệp / is a file; expected a folder to write to.")
    if place.is_mount():
        raise SnapshotError(f"{folder} là gốc ổ đĩa / is the root of a disk; name a folder on it: {folder / 'release'}")
    if not place.exists() or not any(place.iterdir()):
        return
    _refuse_changed(folder, place)
    if (said := _record(place)) and (was := _kind(said)) != kind:
        raise SnapshotError(
            f"{folder} đang chứa ấn phẩm khác / holds another release ({was}), not {kind}; choose another folder."
        )


def _refuse_changed(folder: Path, place: Path) -> None:
    names = list(sums.files_below(place)) or [path.name for path in place.iterdir()]
    if RECORD not in names or sums.NAME not in names:
        raise SnapshotError(
            f"{folder} không trống và không phải ấn phẩm / holds something else than a release: {_some(names)}. "
            "Choose another folder."
        )
    try:
        wrong = sums.others(place)
    except ValueError:
        wrong = [sums.NAME]
    if wrong:
        raise SnapshotError(
            f"{folder} có tệp lạ hoặc đã bị sửa / holds files that no release wrote, or that were changed since: "
            f"{_some(wrong)}. Move them away first."
        )


def _some(names: list[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" (+{more})" if more > 0 else "")


def _record(place: Path) -> dict[str, str]:
    """What the record of a release says; nothing where there is none."""
    try:
        return dict(json.loads((place / RECORD).read_bytes()))
    except (FileNotFoundError, ValueError, TypeError):
        return {}


def _kind(said: dict[str, str]) -> Kind:
    return Kind(*(str(said.get(name, "")) for name in ("project", "period", "tier", "unit")))  # type: ignore[arg-type]


def _finish(draft: Path, edition: Edition, asked: Asked, kind: Kind) -> None:
    """The record, the index of all that is there, and the sums of it all."""
    told = {**asdict(kind), "as_of": str(edition.as_of), "day": str(edition.day or edition.as_of)}
    told |= {"digest": edition.digest, "snapshot_digest": edition.snapshot_digest or edition.digest}
    (draft / RECORD).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (draft / INDEX).write_bytes(render(contents(draft, edition, asked)))
    (draft / sums.NAME).write_bytes(sums.sums(draft))


def _same(draft: Path, place: Path) -> bool:
    """Whether a folder, which has no file that its sums do not know, holds all that the draft does."""
    if not (place / sums.NAME).is_file() or (place / sums.NAME).read_bytes() != (draft / sums.NAME).read_bytes():
        return False
    return set(sums.files_below(place)) == set(sums.files_below(draft))


def _replace(draft: Path, place: Path, before: Path) -> None:
    if place.exists():
        place.rename(before)
    draft.rename(place)


def _recover(place: Path) -> None:
    """Clear what killed processes left beside a release."""
    own = re.compile(rf"\.{re.escape(place.name)}\.[a-z0-9_]+{re.escape(_PARTIAL)}")
    for left in [path for path in place.parent.iterdir() if own.fullmatch(path.name)]:
        _clear(left, place)


def _clear(scratch: Path, place: Path) -> None:
    """Put back the release that was moved away and not replaced, whatever stopped it; the rest goes."""
    if (scratch / _BEFORE).exists() and not place.exists():
        (scratch / _BEFORE).rename(place)
    shutil.rmtree(scratch, ignore_errors=True)
