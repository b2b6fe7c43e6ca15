"""Resume: corrected rows are taken in without repeating the rest."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from phusong.errors import FilingError
from phusong.intake.batch import LINES, Batch
from phusong.intake.checks import Seen, places
from phusong.intake.filing import Request, batches
from phusong.intake.outcome import ACCEPTED, HIDDEN, QUALITY, QUARANTINE, RETURNED, write
from phusong.intake.reference import read_reference
from phusong.intake.spec import spec
from phusong.intake.values import OTHER

_SOURCE = ("source_file", "source_sheet", "source_row")
_NEITHER = (*_SOURCE, OTHER, "repairs", "remarks")
"""Columns in which a corrected row differs from the one it replaces without saying anything else."""


def resume(files: Sequence[Path], folder: Path, units: Path) -> dict[str, Any]:
    """
    Take the rows of corrected workbooks into the folder of the intake that they came from.

    A row that was set aside and is right now is accepted; one still at fault stays, for its new reasons; one that had been
    accepted is replaced when it says something else. Everything else stays as it was. Rows in stay the same, but for rows
    that were never filed before.

    Returns
    -------
    What the new `quality.json` holds.

    Raises
    ------
    FilingError
        When the folder is no intake's, or the file is none of its workbooks.
    """
    told = _settings(folder)
    request = Request(told["layer"], dt.date.fromisoformat(told["as_of"]), told["constants"])
    outlines = Path(told["references"][0])
    reference = read_reference(
        outlines, request.as_of, Path(told["references"][1]) if len(told["references"]) > 1 else units
    )
    accepted = pd.read_parquet(folder / ACCEPTED)
    lines = pd.read_csv(folder / QUARANTINE, dtype=str, keep_default_na=False, na_values=[""], encoding="utf-8-sig")
    returned = pd.read_parquet(folder / RETURNED) if (folder / RETURNED).is_file() else pd.DataFrame()
    key = spec(request.layer).key
    refiled: list[Batch] = []
    refusals: dict[str, str] = {}
    for result in batches(files, request, reference, _seen(accepted, lines, key)):
        if isinstance(result, Batch):
            refiled.append(_with_sources(result))
        else:
            refusals[result[0]] = result[1]
    merged = _merged(told, accepted, lines, returned, refiled, key)
    return write(_stream(merged, refusals), request, folder, [Path(path) for path in told["references"]])


def _settings(folder: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((folder / QUALITY).read_text("utf-8")))
    except (OSError, ValueError):
        raise FilingError(f"--resume {folder} is no folder of an intake: it has no {QUALITY}") from None


def _seen(accepted: pd.DataFrame, lines: pd.DataFrame, key: str) -> Seen:
    """Ids that were accepted, but for those of rows that may come back themselves."""
    del lines
    if not key or accepted.empty:
        return Seen.nothing()
    repaired = accepted.repairs.fillna("").str.len() > 0
    sure = accepted[~repaired]
    return Seen(
        pd.DataFrame(
            {
                "key": sure[key].astype(object),
                "at": places(sure),
                "longitude": sure.longitude,
                "latitude": sure.latitude,
            }
        )
    )


def _with_sources(batch: Batch) -> Batch:
    """The rows under the sources that the hidden columns name; a row without them keeps its own and is new."""
    return replace(
        batch,
        accepted=_named(batch.accepted, [_hidden(text) for text in batch.accepted[OTHER]]),
        lines=_named(batch.lines, _hidden_cells(batch.lines)),
        returned=_named(batch.returned, _hidden_cells(batch.returned)),
    )


def _hidden(text: object) -> tuple[str, str, str] | None:
    cells = json.loads(text) if isinstance(text, str) else {}
    return (
        (cells[HIDDEN[0]], cells.get(HIDDEN[1], ""), cells[HIDDEN[2]])
        if HIDDEN[0] in cells and HIDDEN[2] in cells
        else None
    )


def _hidden_cells(frame: pd.DataFrame) -> list[tuple[str, str, str] | None]:
    if HIDDEN[0] not in frame:
        return [None] * len(frame)
    cells = frame[list(HIDDEN)].astype(object).where(frame[list(HIDDEN)].notna(), "")
    return [(str(a), str(b), str(c)) if a else None for a, b, c in cells.itertuples(index=False, name=None)]


def _named(frame: pd.DataFrame, sources: Sequence[tuple[str, str, str] | None]) -> pd.DataFrame:
    own = list(frame[list(_SOURCE)].itertuples(index=False, name=None))
    named = [one or (str(file), str(sheet), str(row)) for one, (file, sheet, row) in zip(sources, own, strict=True)]
    columns = {name: [one[i] for one in named] for i, name in enumerate(_SOURCE)}
    return frame.assign(**columns).drop(columns=[*HIDDEN, "Nội dung cần sửa"], errors="ignore")


def _keys(frame: pd.DataFrame) -> pd.Series:
    parts = [frame[name].astype(object).where(frame[name].notna(), "").astype(str) for name in _SOURCE]
    return parts[0] + "\0" + parts[1] + "\0" + parts[2]


def _merged(
    told: Mapping[str, Any],
    accepted: pd.DataFrame,
    lines: pd.DataFrame,
    returned: pd.DataFrame,
    refiled: Sequence[Batch],
    key: str,
) -> list[Batch]:
    """One batch for each file of before, with the rows of now in the place of those that they correct."""
    new = pd.concat([batch.accepted for batch in refiled], ignore_index=True) if refiled else accepted.head(0)
    new = new.loc[~_keys(new).duplicated(keep="last")]
    still = pd.concat([batch.lines for batch in refiled], ignore_index=True) if refiled else lines.head(0)
    back = pd.concat([batch.returned for batch in refiled], ignore_index=True) if refiled else returned.head(0)
    lines = lines.rename(columns={key: "key"} if key else {})
    was_accepted, now = set(_keys(accepted)), set(_keys(new))
    still = still[~_keys(still).isin(was_accepted | now)] if len(still) else still
    again = set(_keys(still)) if len(still) else set()
    unchanged = _unchanged(accepted, new)
    new = new[~_keys(new).isin(unchanged)]
    replaced = set(_keys(new))
    kept = accepted[~_keys(accepted).isin(replaced)]
    lines = lines[~_keys(lines).isin(now | again)] if len(lines) else lines
    returned = returned[~_keys(returned).isin(now | again)] if len(returned) else returned
    back = back[_keys(back).isin(again | replaced)] if len(back) else back
    everything = {
        "accepted": pd.concat(
            [kept.astype({"source_row": str}), new.assign(**{OTHER: new[OTHER].map(_without_hidden)})],
            ignore_index=True,
        ),
        "lines": pd.concat([lines, still], ignore_index=True),
        "returned": pd.concat(
            [returned.astype({"source_row": str}) if len(returned) else returned, back], ignore_index=True
        ),
    }
    return _by_file(told, everything)


def _unchanged(accepted: pd.DataFrame, new: pd.DataFrame) -> set[str]:
    """Rows that come back saying what they said."""
    columns = [name for name in accepted if name in new and name not in _NEITHER]
    old = accepted.assign(k=_keys(accepted)).set_index("k")
    own = new.assign(k=_keys(new)).set_index("k")
    both = own.index.intersection(old.index)
    a, b = (
        frame.loc[both, columns].astype(object).where(frame.loc[both, columns].notna(), None).astype(str)
        for frame in (old, own)
    )
    return set(both[(a == b).all(axis=1).to_numpy()])


def _without_hidden(text: object) -> object:
    if not isinstance(text, str):
        return None
    cells = {name: value for name, value in json.loads(text).items() if name not in (*HIDDEN, "Nội dung cần sửa")}
    return json.dumps(cells, ensure_ascii=False) if cells else None


def _by_file(told: Mapping[str, Any], rows: Mapping[str, pd.DataFrame]) -> list[Batch]:
    before = {file["file"]: file for file in told["files"]}
    names = list(dict.fromkeys([*before, *rows["accepted"].source_file, *rows["lines"].source_file]))
    return [
        _batch(name, before.get(name), {part: frame[frame.source_file == name] for part, frame in rows.items()})
        for name in names
    ]


def _batch(name: str, before: Mapping[str, Any] | None, rows: Mapping[str, pd.DataFrame]) -> Batch:
    """Counts of reasons and scores are those of the first filing, but for the rows set aside."""
    accepted, lines, returned = (rows[part].reset_index(drop=True) for part in ("accepted", "lines", "returned"))
    held = int(_keys(lines).nunique()) if len(lines) else 0
    now = {str(reason): int(_keys(group).nunique()) for reason, group in lines.groupby("reason")} if len(lines) else {}
    from phusong.intake.reasons import reasons

    kept = {
        reason: count
        for reason, count in (before or {}).get("reasons", {}).items()
        if reasons()[reason].kind != "quarantine"
    }
    scores = (before or {}).get("scores", {})
    faulty = {
        axis: int(np.ceil(score["denominator"] - score["numerator"]))
        for axis, score in scores.items()
        if axis not in ("complete", "shared")
    }
    complete, shared = (scores.get(axis, {"numerator": 0, "denominator": 0}) for axis in ("complete", "shared"))
    lines = lines.reindex(columns=[*LINES, *(column for column in lines.columns if column not in LINES)]).dropna(
        axis=1, how="all"
    )
    placed = int(accepted.longitude.notna().sum()) if "longitude" in accepted else 0
    return Batch(
        name, len(accepted) + held, held, accepted, lines.reindex(columns=list(dict.fromkeys([*LINES, *lines.columns]))), returned, {**kept, **now}, faulty,
        int(complete["denominator"]), int(complete["numerator"]), 0, 0, min(placed, int(shared["numerator"])),
        notes=(*(before or {}).get("notes", ()),),
    )  # fmt: skip


def _stream(merged: Sequence[Batch], refusals: Mapping[str, str]) -> Iterator[Batch | tuple[str, str]]:
    yield from merged
    yield from refusals.items()
