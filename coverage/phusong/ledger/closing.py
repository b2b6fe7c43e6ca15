"""Closing: a period that has ended is frozen; a correction is told, and keeps what it replaces; all can be verified."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phusong.errors import SnapshotError
from phusong.ledger import chain, snapshot
from phusong.ledger.period import ZONE, Period
from phusong.ledger.standing import CLOSED, OPENED, REGISTER, SUPERSEDED, Act, Closing, standing
from phusong.text import nfc

_RUN = "run.json"


@dataclass(frozen=True)
class Verified:
    """
    What was found true.

    Parameters
    ----------
    closings
        All entries of the register.
    head
        SHA-256 of the last: noted elsewhere, it shows later whether the end is missing.
    torn_bytes
        Length of a last line that was cut off while it was written; it never counted.
    """

    closings: tuple[Closing, ...]
    head: str
    torn_bytes: int


def close(folder: Path, period: Period, by: str, reason: str = "", now: dt.datetime | None = None) -> Closing:
    """
    Close a period: check every file of its snapshot, and record who says so, when, and its digest.

    From then on the snapshot is never replaced. Its files are made read-only, as a courtesy.

    Parameters
    ----------
    folder
        Of the snapshots.
    now
        With a time zone; the clock of the machine unless given. A period has ended when its last day is over in
        Viet Nam.

    Raises
    ------
    SnapshotError
        When the period has not ended, is closed already, has no whole snapshot, comes after one that is open, or for
        the first time before one that is closed; when its run is incomplete; or when nobody is named.
    """
    moment = _in_viet_nam(now)
    if moment.date() <= period.last_day:
        from_day = period.last_day + dt.timedelta(days=1)
        raise SnapshotError(f"{period.name} has not ended; it can be closed from {from_day} on.")
    if period.name not in snapshot.periods(folder):
        snapshot.whole(folder, period.name)  # says what there is
    with chain.held(folder):
        _refuse_order(folder, period.name)
        run, digest = snapshot.whole(folder, period.name)
        if run["period"] != period.name:
            raise SnapshotError(f"{folder / period.name} holds the snapshot of {run['period']}.")
        _refuse_incomplete(run, period.name)
        made = _record(folder, CLOSED, period.name, digest, by, reason, moment)
    _make_read_only(folder / period.name)
    return made


def _refuse_incomplete(run: Mapping[str, Any], period: str) -> None:
    if run.get("state") == snapshot.INCOMPLETE:
        told = "; ".join(str(one) for one in run["warnings"] if str(one).startswith("terrain"))
        raise SnapshotError(f"The run of {period} is incomplete: {told}. Mend the file and run the period again.")


def correct(folder: Path, period: Period, by: str, reason: str, now: dt.datetime | None = None) -> Closing:
    """
    Open a closed period for correction: it may be run again, and must be closed again.

    The closed snapshot stays in place until a run replaces it, and is then kept in `.superseded`, below its period
    and digest, where `snapshot.read` reads it.

    Raises
    ------
    SnapshotError
        When the period is not closed, or nobody or no reason is named.
    """
    if not nfc(reason):
        raise SnapshotError("A correction needs a reason.")
    last = standing(folder).get(period.name)
    if last is None or last.act != CLOSED:
        told = f"was {last}" if last else "is not closed"
        raise SnapshotError(f"{period.name} {told}; run it again, and close it, without a correction.")
    with chain.held(folder):
        if standing(folder).get(period.name) != last:
            raise SnapshotError(f"{period.name} was closed or opened by somebody else just now.")
        return _record(folder, OPENED, period.name, last.digest, by, reason, _in_viet_nam(now))


def verify(folder: Path) -> Verified:
    """
    Check that all entries of the register follow each other, and that every snapshot ever closed is there unchanged.

    Raises
    ------
    SnapshotError
        Naming the first entry, or the first closed period and its file, of which that is not so.
    """
    said = chain.read(folder / REGISTER)
    found = tuple(map(Closing.of, said.entries))
    last = {entry.period: entry for entry in found}
    snapshot.recover(folder)
    for entry in found:
        if entry.act == CLOSED:
            _refuse_changed(folder, entry, in_place=last[entry.period] == entry)
    return Verified(found, said.head, said.torn_bytes)


def _refuse_order(folder: Path, period: str) -> None:
    """Periods are closed in their order: figures of a later one rest on those before."""
    last = standing(folder)
    if period in last and last[period].act == CLOSED:
        raise SnapshotError(f"{period} was {last[period]}. A correction begins with --correction.")
    closed = {name for name, entry in last.items() if entry.act == CLOSED}
    before = [name for name in snapshot.periods(folder) if name < period and name not in closed]
    if before:
        raise SnapshotError(f"{before[0]} comes before {period} and is open; close {before[0]} first.")
    after = sorted(name for name in closed if name > period)
    if after and period not in last:
        raise SnapshotError(
            f"{after[0]} was {last[after[0]]}, without {period}: open it for correction first, or move {period} away."
        )


def _record(folder: Path, act: Act, period: str, digest: str, by: str, reason: str, moment: dt.datetime) -> Closing:
    if not nfc(by):
        raise SnapshotError("Who says so? A name is needed.")
    said = {"act": act, "period": period, "digest": digest, "at": moment.isoformat(timespec="seconds")}
    return Closing.of(chain.append(folder / REGISTER, {**said, "by": nfc(by), "reason": nfc(reason)}))


def _refuse_changed(folder: Path, entry: Closing, *, in_place: bool) -> None:
    told = f"{entry.period}, {entry} (entry {entry.seq} of {REGISTER})"
    places = [(folder, entry.period)] + [(folder / SUPERSEDED, entry.kept_as)] * (not in_place)
    at = next((place for place in places if _digest(place[0] / place[1]) == entry.digest), None)
    if at is None:
        where = " or ".join(str(place[0] / place[1] / _RUN) for place in places)
        raise SnapshotError(f"{told}: {where} is missing or is not what was closed.")
    try:
        snapshot.whole(*at)
    except SnapshotError as fault:
        raise SnapshotError(f"{told}: {str(fault).removesuffix('; run the period again.')}.") from None


def _digest(place: Path) -> str:
    run = place / _RUN
    return hashlib.sha256(run.read_bytes()).hexdigest() if run.exists() else ""


def _in_viet_nam(now: dt.datetime | None) -> dt.datetime:
    return (now or dt.datetime.now(ZONE)).astimezone(ZONE)


def _make_read_only(place: Path) -> None:
    for file in place.rglob("*"):
        if file.is_file():
            with contextlib.suppress(OSError):
                file.chmod(0o444)
