"""The log of tasks: a chain of who did what when, from which every state of a task is told; entries only come to it."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import takewhile
from pathlib import Path
from typing import Any, Self

from phusong.ledger import chain, checklist, task_changes
from phusong.ledger.period import ZONE
from phusong.ledger.task_changes import Action, States
from phusong.ledger.tasks import TaskError

FOLDER = "tasks"
"""Where the log lies, beside the project file."""
LOG = "log.jsonl"
_HEAD, _ASIDE = "log.head", "log.aside"

Change = tuple[Action, Mapping[str, Any]]
Clock = Callable[[], dt.datetime]


@dataclass(frozen=True)
class Entry:
    """
    One change.

    Parameters
    ----------
    seq
        1, 2, 3, ...
    at
        When it was recorded, in Viet Nam, ISO form with the offset.
    before, sha256
        SHA-256 of the entry before (zeros for the first), and of this one without it.
    """

    seq: int
    at: str
    who: str
    action: Action
    payload: Mapping[str, Any]
    before: str
    sha256: str

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        """
        From an entry of the chain.

        Raises
        ------
        TaskError
            When it is no change of tasks.
        """
        if set(said) != {own.name for own in fields(cls)} or not isinstance(said["payload"], dict):
            raise TaskError(f"entry {said['seq']} of the log of tasks is no change of tasks")
        return cls(**said)

    @property
    def day(self) -> dt.date:
        """Day in Viet Nam."""
        return dt.datetime.fromisoformat(self.at).astimezone(ZONE).date()


@dataclass(frozen=True)
class Book:
    """
    What a log says.

    Parameters
    ----------
    entries
        All, or those recorded by a day.
    words
        What has to be told beside them: what was half written, what cannot be vouched for.
    """

    entries: tuple[Entry, ...] = ()
    tasks: States = field(default_factory=dict)
    answers: checklist.Answers = field(default_factory=dict)
    words: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of the last entry: published with a figure, it binds all entries before."""
        return self.entries[-1].sha256 if self.entries else chain.START


def read(folder: Path, known: dt.date | None = None) -> Book:
    """
    Verify a log and tell what it says; an empty one where there is none.

    Parameters
    ----------
    known
        Read on to the first entry that was recorded after this day.

    Raises
    ------
    SnapshotError
        Naming the first entry that is not as it was written, or does not follow the one before it.
    TaskError
        Naming the first that is missing though it had been recorded, or that is impossible after those before.
    """
    if not folder.is_dir():
        return Book()
    with chain.held(folder):
        found, words = _chain(folder)
    if found.torn_bytes:
        words = (*words, f"{_torn(found.torn_bytes)}; it is left out")
    entries = [Entry.of(said) for said in found.entries]
    return replay(list(takewhile(lambda entry: known is None or entry.day <= known, entries)), words)


def append(folder: Path, who: str, decide: Callable[[Book], Change], clock: Clock | None = None) -> Book:
    """
    Add one entry, alone and durably: when this returns, it is on the disk.

    A last line that was half written when a process was killed is set aside first, in a file of its own.

    Parameters
    ----------
    who
        Who says so.
    decide
        From the log as it stands to the change; it may refuse with `TaskError`. No other process writes meanwhile.
    clock
        Tells the time; that of the machine unless given.

    Returns
    -------
    The log with the entry; its words tell what was set aside.

    Raises
    ------
    SnapshotError, TaskError
        When the log is broken, the change is impossible or cannot be written; then nothing is added.
    """
    if not who.strip():
        raise TaskError("who records this? a name is required")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with chain.held(folder):
            return _append(folder, " ".join(who.split()), decide, clock)
    except OSError as fault:
        raise TaskError(f"{folder / LOG} could not be written: {fault.strerror or fault}; nothing was added") from fault


def replay(entries: Sequence[Entry], words: tuple[str, ...] = ()) -> Book:
    """
    What entries say, one after the other.

    Raises
    ------
    TaskError
        At the first that is impossible after those before.
    """
    book = Book(tuple(entries), {}, {}, words)
    for entry in entries:
        try:
            _step(book, entry.action, entry.payload, entry.day)
        except (TaskError, KeyError, TypeError, ValueError, AttributeError) as fault:
            raise TaskError(f"entry {entry.seq} of the log of tasks is impossible: {fault}") from fault
    return book


def _append(folder: Path, who: str, decide: Callable[[Book], Change], clock: Clock | None) -> Book:
    found, words = _chain(folder)
    if found.torn_bytes:
        words = (*words, _set_aside(folder / LOG, found.torn_bytes))
    book = replay([Entry.of(said) for said in found.entries], words)
    action, payload = decide(book)
    at = (clock() if clock else dt.datetime.now(dt.UTC)).astimezone(ZONE)
    _step(book, action, payload, at.date())
    said = {"at": at.isoformat(timespec="seconds"), "who": who, "action": action, "payload": payload}
    entry = Entry.of(chain.append(folder / LOG, said))
    return replace(book, entries=(*book.entries, entry), words=(*words, *_keep_head(folder, entry)))


def _step(book: Book, action: Action, payload: Mapping[str, Any], on: dt.date) -> None:
    """Change what the book says of tasks or answers, in place."""
    if "answers" in payload:
        checklist.step(book.answers, payload, on)
    else:
        task_changes.step(book.tasks, action, payload, on)


def _chain(folder: Path) -> tuple[chain.Chain, tuple[str, ...]]:
    """
    Entries, and what cannot be vouched for: the head names the last entry that was recorded.

    Without it, a log whose end was cut off cleanly would look whole.
    """
    found, head = chain.read(folder / LOG), folder / _HEAD
    if not head.exists():
        told = f"{_HEAD} is not there: whether entries are missing at the end cannot be told"
        return found, (told,) if len(found.entries) > 1 else ()
    words = head.read_bytes().decode("ascii", "replace")
    number = words.split(" ")[0]
    seq = int(number) if number.isascii() and number.isdigit() else 0
    if seq > len(found.entries):
        first = len(found.entries) + 1
        raise TaskError(
            f"{folder / LOG}: entry {first} is missing or cut off, though entries up to {seq} were recorded"
        )
    if seq < 1 or words != _head_of(found.entries[seq - 1]):
        raise TaskError(f"{folder}: {_HEAD} names an entry that {LOG} does not have; one of the two was changed")
    return found, ()


def _head_of(entry: Mapping[str, Any]) -> str:
    return f"{entry['seq']} {entry['sha256']}\n"


def _keep_head(folder: Path, entry: Entry) -> tuple[str, ...]:
    """Note the last entry; a process killed before leaves a log that is ahead of its head, which is fine."""
    staged = folder / f".{_HEAD}.partial"
    try:
        _durably(staged, _head_of(vars(entry)).encode())
        staged.replace(folder / _HEAD)
    except OSError as fault:
        return (f"the entry is recorded, but {_HEAD} could not be written: {fault.strerror or fault}",)
    return ()


def _set_aside(log: Path, size: int) -> str:
    """Keep a half-written line, which the next entry takes the place of."""
    _durably(log.with_name(_ASIDE), log.read_bytes()[-size:] + b"\n", more=True)
    return f"{_torn(size)}; it was set aside in {_ASIDE}"


def _torn(size: int) -> str:
    return (
        f"the last line of the log was half written when a process was stopped ({size} bytes) and had not been "
        f"recorded; all entries before it are whole"
    )


def _durably(file: Path, data: bytes, *, more: bool = False) -> None:
    with file.open("ab" if more else "wb") as opened:
        opened.write(data)
        opened.flush()
        os.fsync(opened.fileno())
