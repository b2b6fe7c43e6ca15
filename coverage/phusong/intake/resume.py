"""Resume: corrected rows are taken in without repeating the rest."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from phusong.errors import FilingError
from phusong.intake.batch import LINES, Batch, filed_as
from phusong.intake.coordinates import Settings
from phusong.intake.filing import batches
from phusong.intake.outcome import Made, write
from phusong.intake.previous import QUARANTINE, QUARANTINED, RETURNED, Previous, read_previous
from phusong.intake.reasons import reasons
from phusong.intake.reference import Reference, Source
from phusong.intake.request import Request
from phusong.intake.seen import Seen
from phusong.intake.spec import spec
from phusong.intake.to_filer import HIDDEN, MESSAGE
from phusong.intake.values import OTHER, SOURCE

_NEITHER = (*SOURCE, OTHER, "repairs", "remarks", "accuracy_m")
"""Columns in which a corrected row differs from the one it replaces without saying anything else."""
_AS_FILED = ("operators", "not_data", "scores", "told", "vanished")
"""What is told of a file as it was first filed."""


@dataclass(frozen=True, eq=False)
class _Rows:
    """
    Rows of an intake in four tables, each with the source of its rows.

    Parameters
    ----------
    accepted, lines, returned, quarantined
        As of `Batch`.
    """

    accepted: pd.DataFrame
    lines: pd.DataFrame
    returned: pd.DataFrame
    quarantined: pd.DataFrame

    @property
    def tables(self) -> tuple[pd.DataFrame, ...]:
        """The tables in their order."""
        return self.accepted, self.lines, self.returned, self.quarantined

    def without(self, sources: set[str]) -> _Rows:
        """Without the rows of some sources."""
        return _Rows(*(table[~_sources(table).isin(sources)] for table in self.tables))

    def of(self, sources: set[str]) -> _Rows:
        """Only the rows of some sources."""
        return _Rows(*(table[_sources(table).isin(sources)] for table in self.tables))


def resume(files: Sequence[Path], folder: Path, reference: Reference) -> dict[str, Any]:
    """
    Take the rows of corrected workbooks into the folder of the intake that they came from.

    A row that was set aside and is right now is accepted; one still at fault stays, for its new reasons; one that had
    been accepted is replaced when it says something else and is right, and stays as it was when it is not. Rows in stay
    the same, but for rows that were never filed before.

    Returns
    -------
    What the new `quality.json` holds.

    Raises
    ------
    FilingError
        When the folder is no intake's.
    """
    before = read_previous(folder, "--resume")
    request = request_of(before)
    key = spec(request.layer).key
    old = _read(before, folder, key)
    refiled: list[_Rows] = []
    refusals: dict[str, str] = {}
    for result in batches(files, request, reference, _seen(old.accepted, key)):
        if isinstance(result, Batch):
            refiled.append(_under_their_sources(result))
        else:
            refusals[result[0]] = result[1]
    merged, notes = _merged(old, _joined(refiled, old), key)
    entries = {entry["file"]: entry for entry in before.quality["files"]}
    parts = [_batch(name, entries.get(name), rows, notes) for name, rows in _by_file(entries, merged)]
    as_filed = {name: {item: entry[item] for item in _AS_FILED} for name, entry in entries.items()}
    return write(_stream(parts, refusals), request, folder, _made(before, files, reference), None, as_filed)


def request_of(before: Previous) -> Request:
    """What was asked of the intake that goes on."""
    told = before.quality
    day = dt.date.fromisoformat(told["as_of"])
    editions = tuple(told.get("editions", ()))
    return Request(told["layer"], day, told["constants"], Settings(**told["settings"]), editions=editions)


def same_reference(before: Previous, reference: Reference) -> bool:
    """Whether an intake was held to the files that it is held to now."""
    return {one["sha256"] for one in before.quality["reference"]} == {one.sha256 for one in reference.sources}


def _made(before: Previous, files: Sequence[Path], reference: Reference) -> Made:
    filings = tuple(Source(**one) for one in before.quality["filings"])
    return Made((*filings, *(Source.of(file) for file in files if file.is_file())), reference.sources)


def _read(before: Previous, folder: Path, key: str) -> _Rows:
    missing = [name for name in (QUARANTINE, RETURNED, QUARANTINED) if not (folder / name).is_file()]
    if missing:
        raise FilingError(f"--resume {folder} lacks {', '.join(missing)}; take the files in anew")
    lines = pd.read_csv(folder / QUARANTINE, dtype=str, keep_default_na=False, na_values=[""], encoding="utf-8-sig")
    returned = pd.read_parquet(folder / RETURNED)
    texts = lines.astype(object).where(lines.notna(), None).assign(source_sheet=lines.source_sheet.fillna(""))
    return _Rows(
        before.accepted,
        texts.rename(columns={key: "key"} if key else {}),
        returned,
        pd.read_parquet(folder / QUARANTINED),
    )


def _seen(accepted: pd.DataFrame, key: str) -> Seen:
    """Ids that were accepted, but for those of rows that may come back themselves."""
    if not key or accepted.empty or "longitude" not in accepted:
        return Seen()
    return Seen().and_rows(accepted, key, (accepted.repairs.fillna("") == "").to_numpy(bool))


def _under_their_sources(batch: Batch) -> _Rows:
    """The rows under the sources that the hidden columns name; a row without them keeps its own and is new."""
    return _Rows(
        _canonical(batch.accepted),
        _named(batch.lines, _hidden_cells(batch.lines)),
        _named(batch.returned, _hidden_cells(batch.returned)),
        _canonical(batch.quarantined).assign(filed_as=filed_as),
    )


def _canonical(rows: pd.DataFrame) -> pd.DataFrame:
    hidden = [_hidden(text) for text in rows[OTHER]]
    return _named(rows.assign(**{OTHER: rows[OTHER].map(_without_hidden)}), hidden)


def _hidden(text: object) -> tuple[str, ...] | None:
    cells = json.loads(text) if isinstance(text, str) else {}
    return tuple(str(cells.get(name, "")) for name in HIDDEN) if HIDDEN[0] in cells and HIDDEN[2] in cells else None


def _without_hidden(text: object) -> str | None:
    cells = json.loads(text) if isinstance(text, str) else {}
    kept = {name: value for name, value in cells.items() if name not in (*HIDDEN, MESSAGE)}
    return json.dumps(kept, ensure_ascii=False) if kept else None


def _hidden_cells(frame: pd.DataFrame) -> list[tuple[str, ...] | None]:
    if HIDDEN[0] not in frame:
        return [None] * len(frame)
    cells = frame[list(HIDDEN)].astype(object).where(frame[list(HIDDEN)].notna(), "")
    return [tuple(map(str, row)) if row[0] else None for row in cells.itertuples(index=False, name=None)]


def _named(frame: pd.DataFrame, hidden: Sequence[tuple[str, ...] | None]) -> pd.DataFrame:
    own = frame[list(SOURCE)].itertuples(index=False, name=None)
    named = [one or tuple(map(str, row)) for one, row in zip(hidden, own, strict=True)]
    columns = {name: [one[i] for one in named] for i, name in enumerate(SOURCE)}
    return frame.assign(**columns).drop(columns=[*HIDDEN, MESSAGE], errors="ignore")


def _sources(frame: pd.DataFrame) -> pd.Series:
    """File, sheet and row of each row in one text."""
    if frame.empty:
        return pd.Series("", index=frame.index, dtype=object)
    parts = [frame[name].astype(object).where(frame[name].notna(), "").astype(str) for name in SOURCE]
    return parts[0] + "\0" + parts[1] + "\0" + parts[2]


def _joined(parts: Sequence[_Rows], old: _Rows) -> _Rows:
    """The rows of several batches; one that is right in any of them is not at fault."""
    if not parts:
        return _Rows(*(table.head(0) for table in old.tables))
    tables = zip(*(part.tables for part in parts), strict=True)
    accepted, lines, returned, quarantined = (pd.concat(table, ignore_index=True) for table in tables)
    right = set(_sources(accepted))
    lines, quarantined = (table[~_sources(table).isin(right)] for table in (lines, quarantined))
    told = returned[~(returned.held.astype(bool) & _sources(returned).isin(right))]
    return _Rows(_last(accepted), lines, told, _last(quarantined))


def _last(rows: pd.DataFrame) -> pd.DataFrame:
    """Each row once, as it came last."""
    return rows[~_sources(rows).duplicated(keep="last")]


def _merged(old: _Rows, now: _Rows, key: str) -> tuple[_Rows, list[str]]:
    """The rows of now in the place of those that they correct; and what is to be told of it."""
    was_accepted, right = set(_sources(old.accepted)), set(_sources(now.accepted))
    at_fault = set(_sources(now.lines)) - right
    right -= _unchanged(old.accepted, now.accepted)
    kept = old.without(right).accepted
    twice = set(_sources(now.accepted[now.accepted[key].isin(kept[key].dropna())])) if key else set()
    right -= twice
    taken = now.of(right | (at_fault - was_accepted))
    rest = old.without(right | (at_fault - was_accepted))
    notes = _told(at_fault & was_accepted, "had been accepted, came back at fault, and stay as they were")
    notes += _told(twice - was_accepted, "bear an id that is accepted in another row, and stay set aside")
    accepted, lines, returned, quarantined = (
        pd.concat(both, ignore_index=True) for both in zip(rest.tables, taken.tables, strict=True)
    )
    return _Rows(_with_whole_rows(accepted), lines, returned, _with_whole_rows(quarantined)), notes


def _with_whole_rows(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(source_row=rows.source_row.astype("int64"))


def _told(sources: set[str], sentence: str) -> list[str]:
    rows = ", ".join(sorted(source.replace("\0", " ") for source in sources)[:5])
    return [f"{len(sources)} rows {sentence}: {rows}"] if sources else []


def _unchanged(old: pd.DataFrame, new: pd.DataFrame) -> set[str]:
    """Rows that come back saying what they said."""
    columns = [name for name in old if name in new and name not in _NEITHER]
    a, b = (frame[columns].map(_as_text).set_index(_sources(frame)) for frame in (old, new))
    both = b.index.intersection(a.index)
    return set(both[(a.loc[both] == b.loc[both]).all(axis=1).to_numpy()])


def _as_text(cell: object) -> str:
    return "" if pd.isna(cell) else str(cell)  # type: ignore[call-overload]


def _by_file(entries: Mapping[str, Any], rows: _Rows) -> Iterator[tuple[str, _Rows]]:
    for name in dict.fromkeys([*entries, *rows.accepted.source_file, *rows.lines.source_file]):
        yield name, _Rows(*(_in_order(table[table.source_file == name]) for table in rows.tables))


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in the order of the file: sheets as they come, rows by their numbers."""
    sheets = pd.factorize(rows.source_sheet.astype(object).where(rows.source_sheet.notna(), ""))[0]
    order = np.lexsort((rows.source_row.to_numpy().astype(np.int64), sheets))
    return rows.iloc[order].reset_index(drop=True)


def _batch(name: str, entry: Mapping[str, Any] | None, rows: _Rows, notes: Sequence[str]) -> Batch:
    """Repairs are counted as they were filed, rows set aside as they are now."""
    held = int(_sources(rows.lines).nunique()) if len(rows.lines) else 0
    now = {str(reason): int(_sources(group).nunique()) for reason, group in rows.lines.groupby("reason")}
    kept = {r: count for r, count in (entry or {"reasons": {}})["reasons"].items() if reasons()[r].kind != "quarantine"}
    extra = [column for column in rows.lines if column not in LINES and rows.lines[column].notna().any()]
    batch = Batch(
        name,
        len(rows.accepted) + held,
        held,
        rows.accepted,
        rows.lines[[*LINES, *extra]],
        rows.returned,
        {**kept, **now},
        {},
        quarantined=rows.quarantined,
    )
    return replace(batch, notes=(*(entry or {"notes": ()})["notes"], *notes))


def _stream(parts: Sequence[Batch], refusals: Mapping[str, str]) -> Iterator[Batch | tuple[str, str]]:
    yield from parts
    yield from refusals.items()
