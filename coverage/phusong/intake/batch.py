"""Batches: the rows of one file, or of one part of a large one, divided into accepted ones and those set aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.intake.filed import Filed
from phusong.intake.finding import Finding
from phusong.intake.reasons import AXES, kind, reasons, sentence
from phusong.intake.values import SOURCE

LINES = ("source_file", "source_sheet", "source_row", "key", "reason", "message", "message_en", "suggestion")
"""First columns of the quarantine; `key` bears the name of the layer's own."""
RETURNED = (*SOURCE, "held", "message", "marked")
"""First columns of the rows that go back to the filer."""
OPERATOR = "Nhà mạng"
"""Column that tells the operator where the file has none, so that returned rows can be filed in any file."""
SET_ASIDE = ("reason", "filed_as")
"""What quarantined rows have beyond the columns of accepted ones."""
PLACED = ("longitude", "latitude", "accuracy_m")
"""Columns of a position on WGS 84."""
_POSITION = ("coordinates", "longitude", "latitude")
_NO_FAULT = ("co_sited", "optional_missing", "licence_unknown")
"""Flags that are only told, such as a shared mast."""


@dataclass(frozen=True)
class Batch:
    """
    What became of some rows.

    Parameters
    ----------
    accepted
        Canonical rows, with source, position, `repairs` and `remarks` in words.
    lines
        One line for each reason of each row set aside: the columns of `LINES`, then the cells as filed.
    returned
        Rows for the filer – set aside, or repaired otherwise than by routine: the columns of `RETURNED`, then the cells
        as filed. `marked` names the headers of the cells at fault, one a line.
    rows_by_axis
        Rows with a finding that counts against each axis of quality.
    cells_due, cells_filled
        Required cells, and those that hold something.
    columns
        Canonical column of each header.
    placed, plain_positions
        Accepted rows with a position, and rows whose position came as decimal degrees on WGS 84.
    aside
        Rows of the source that are no data: sheet, row, what they are, and their cells.
    told
        Which of `metadata.ITEMS` the file tells.
    operators, ids
        Whose rows these are, and the ids of all of them.
    sources, findings
        File, sheet and row of all rows, and all that was found in them.
    quarantined
        The rows set aside as far as they could be read: the columns of `accepted`, without the position where it is not
        sure, with `reason` (all of them, by name, semicolons between) and `filed_as` (file, sheet and row in one text).
    """

    file: str
    rows_in: int
    rows_quarantined: int
    accepted: pd.DataFrame
    lines: pd.DataFrame
    returned: pd.DataFrame
    rows_by_reason: Mapping[str, int]
    rows_by_axis: Mapping[str, int]
    cells_due: int = 0
    cells_filled: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)
    columns_known: int = 0
    columns_filed: int = 0
    placed: int = 0
    plain_positions: int = 0
    aside: tuple[tuple[str, int, str, tuple[Any, ...]], ...] = ()
    notes: tuple[str, ...] = ()
    explained: tuple[str, ...] = ()
    newest: str = ""
    told: frozenset[str] = frozenset()
    operators: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    sources: pd.DataFrame = field(default_factory=pd.DataFrame)
    findings: tuple[Finding, ...] = ()
    quarantined: pd.DataFrame = field(default_factory=pd.DataFrame)


def divide(frame: pd.DataFrame, findings: Sequence[Finding], filed: Filed, key: str, required: Sequence[str]) -> Batch:
    """
    Divide the rows of a frame by what was found.

    Parameters
    ----------
    frame
        Canonical rows with longitude, latitude, accuracy_m; a RangeIndex.
    filed
        What the rows came from, in the same order.
    key
        Column that names a row; empty where none does.
    required
        Columns that may not be empty.
    """
    held = held_back(findings, len(frame))
    texts = {word: _texts(len(frame), [f for f in findings if kind(f) == word]) for word in ("repair", "flag")}
    told = frame.assign(repairs=texts["repair"], remarks=texts["flag"])
    return Batch(
        file=filed.blocks[0].table.file,
        rows_in=len(frame),
        rows_quarantined=int(held.sum()),
        accepted=told[~held].reset_index(drop=True),
        placed=int(frame.longitude[~held].notna().sum()) if "longitude" in frame else 0,
        lines=_lines(frame, [f for f in findings if kind(f) == "quarantine"], filed, key),
        returned=_returned(frame, findings, filed),
        rows_by_reason=_rows_by_reason(findings),
        rows_by_axis=_rows_by_axis(findings),
        cells_due=len(frame) * len(required),
        cells_filled=int(sum(frame[name].notna().sum() for name in required)),
        ids=frozenset(frame[key].dropna().astype(str)) if key else frozenset(),
        sources=frame[list(SOURCE)],
        findings=tuple(findings),
        quarantined=_quarantined(told, findings),
    )


def held_back(findings: Sequence[Finding], n: int) -> NDArray[np.bool_]:
    """Rows that some finding sets aside."""
    held = np.zeros(n, bool)
    for finding in findings:
        if kind(finding) == "quarantine":
            held[finding.rows] = True
    return held


def _quarantined(told: pd.DataFrame, findings: Sequence[Finding]) -> pd.DataFrame:
    """The rows set aside in canonical columns; a position that some finding blames is none."""
    why: dict[int, set[str]] = {}
    unsure: set[int] = set()
    for finding in findings:
        if kind(finding) == "quarantine":
            rows = finding.rows.tolist()
            unsure.update(rows if finding.column in _POSITION else ())
            for row in rows:
                why.setdefault(row, set()).add(finding.reason)
    kept = told.iloc[sorted(why)].assign(reason=[";".join(sorted(why[row])) for row in sorted(why)])
    placeless = {name: kept[name].mask(kept.index.isin(unsure)) for name in PLACED if name in kept}
    return kept.assign(**placeless, filed_as=filed_as(kept)).reset_index(drop=True)


def filed_as(rows: pd.DataFrame) -> list[str]:
    """
    Where each row stands, in one text.

    Examples
    --------
    >>> filed_as(pd.DataFrame({"source_file": ["b.xlsx"], "source_sheet": ["Tram"], "source_row": [4]}))
    ['b.xlsx:Tram:4']
    """
    return [":".join(str(part) for part in row if part) for row in rows[list(SOURCE)].itertuples(index=False)]


def _texts(n: int, findings: Sequence[Finding]) -> NDArray[np.object_]:
    """For each row what was found, one after the other: `reason column: found → became`."""
    texts: list[list[str]] = [[] for _ in range(n)]
    for finding in findings:
        head = f"{finding.reason} {finding.column}".strip()
        for position, row in enumerate(finding.rows):
            found = finding.found[position] if finding.found else ""
            became = finding.became[position] if finding.became else ""
            arrow = f"{found} → {became}" if became else found
            texts[row].append(f"{head}: {arrow}" if arrow else head)
    return np.array(["; ".join(parts) for parts in texts], object)


def _rows_by_reason(findings: Sequence[Finding]) -> dict[str, int]:
    rows: dict[str, list[NDArray[np.int64]]] = {}
    for finding in findings:
        rows.setdefault(finding.reason, []).append(finding.rows)
    return {reason: len(np.unique(np.concatenate(parts))) for reason, parts in sorted(rows.items())}


def _rows_by_axis(findings: Sequence[Finding]) -> dict[str, int]:
    rows: dict[str, list[NDArray[np.int64]]] = {axis: [] for axis in AXES}
    for finding in findings:
        if finding.reason not in _NO_FAULT:
            rows[reasons()[finding.reason].axis].append(finding.rows)
    return {axis: len(np.unique(np.concatenate(parts))) if parts else 0 for axis, parts in rows.items()}


def _lines(frame: pd.DataFrame, findings: Sequence[Finding], filed: Filed, key: str) -> pd.DataFrame:
    told = [
        (
            int(row),
            finding.reason,
            sentence(finding, i, "vi", filed.name(row, finding.column)),
            sentence(finding, i, "en", filed.header(row, finding.column)),
            finding.suggestion[i] if finding.suggestion else "",
        )
        for finding in findings
        for i, row in enumerate(finding.rows)
    ]
    told.sort(key=lambda line: (line[0], line[1]))
    rows = np.array([line[0] for line in told], np.int64)
    columns: dict[str, Any] = {name: frame[name].to_numpy()[rows] if len(frame) else [] for name in SOURCE}
    columns["key"] = frame[key].to_numpy()[rows] if key and len(frame) else [None] * len(rows)
    for position, name in enumerate(("reason", "message", "message_en", "suggestion"), 1):
        columns[name] = [line[position] for line in told]
    lines = pd.DataFrame(columns, columns=list(LINES))
    cells = filed.cells(np.unique(rows)).loc[rows].reset_index(drop=True) if len(rows) else pd.DataFrame()
    return pd.concat([lines, cells], axis=1)


def _returned(frame: pd.DataFrame, findings: Sequence[Finding], filed: Filed) -> pd.DataFrame:
    messages: dict[int, list[str]] = {}
    marked: dict[int, list[str]] = {}
    for finding in findings:
        reason = reasons()[finding.reason]
        if reason.kind == "flag" or reason.routine:
            continue
        for i, row in enumerate(map(int, finding.rows)):
            told = sentence(finding, i, "vi", filed.name(row, finding.column)) + _meant(finding, i)
            messages.setdefault(row, []).append(told)
            marked.setdefault(row, []).extend(filed.marked(row, finding.column))
    rows = np.array(sorted(messages), np.int64)
    head = pd.DataFrame({name: frame[name].to_numpy()[rows] if len(rows) else [] for name in SOURCE})
    head = head.assign(
        held=held_back(findings, len(frame))[rows],
        message=["; ".join(messages[row]) for row in rows],
        marked=["\n".join(dict.fromkeys(marked[row])) for row in rows],
    )
    return pd.concat([head, _operator(frame, filed, rows), filed.cells(rows).reset_index(drop=True)], axis=1)


def _operator(frame: pd.DataFrame, filed: Filed, rows: NDArray[np.int64]) -> pd.DataFrame:
    """The operator, where no table has a column for it."""
    if "operator" not in frame or any("operator" in positions for positions in filed.positions):
        return pd.DataFrame(index=pd.RangeIndex(len(rows)))
    return pd.DataFrame({OPERATOR: frame.operator.to_numpy(object)[rows]})


def _meant(finding: Finding, position: int) -> str:
    text = finding.suggestion[position] if finding.suggestion else ""
    return f" (có thể là: {text})" if text and "{suggestion}" not in reasons()[finding.reason].vi else ""
