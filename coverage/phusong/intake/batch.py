"""Batches: the rows of one file, or of one part of a large one, divided into accepted ones and those set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.intake.finding import Finding
from phusong.intake.reasons import AXES, kind, reasons, sentence
from phusong.intake.table import Block
from phusong.intake.values import OTHER, SOURCE
from phusong.text import slug

LINES = ("source_file", "source_sheet", "source_row", "key", "reason", "message", "message_en", "suggestion")
"""First columns of the quarantine; `key` bears the name of the layer's own."""


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
        Rows for the filer – set aside, or repaired otherwise than by routine: source, message, columns at fault, cells as filed.
    rows_by_axis
        Rows with a finding that counts against each axis of quality.
    cells_due, cells_filled
        Required cells, and those that hold something.
    aside
        Rows of the source that are no data: sheet, row, what they are, and their cells.
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
    columns_known: int = 0
    columns_filed: int = 0
    plain_positions: int = 0
    aside: tuple[tuple[str, int, str, tuple[Any, ...]], ...] = ()
    notes: tuple[str, ...] = ()
    explained: tuple[str, ...] = ()
    newest: str = ""
    ids: frozenset[str] = field(default_factory=frozenset)


def divide(
    frame: pd.DataFrame,
    findings: Sequence[Finding],
    blocks: Sequence[Block],
    key: str,
    required: Sequence[str],
    file: str,
) -> Batch:
    """
    Divide the rows of a frame by what was found.

    Parameters
    ----------
    frame
        Canonical rows with longitude, latitude, accuracy_m; a RangeIndex.
    blocks
        What the rows came from, in the same order.
    key
        Column that names a row; empty where none does.
    """
    n = len(frame)
    held = np.zeros(n, bool)
    for finding in findings:
        if kind(finding) == "quarantine":
            held[finding.rows] = True
    told = {
        name: _texts(n, [f for f in findings if kind(f) == word])
        for name, word in (("repairs", "repair"), ("remarks", "flag"))
    }
    accepted = frame[~held].assign(**{name: texts[~held] for name, texts in told.items()}).reset_index(drop=True)
    return Batch(
        file=file,
        rows_in=n,
        rows_quarantined=int(held.sum()),
        accepted=accepted,
        lines=_lines(frame, [f for f in findings if kind(f) == "quarantine"], blocks, key),
        returned=_returned(frame, findings, blocks),
        rows_by_reason=_rows_by_reason(findings),
        rows_by_axis=_rows_by_axis(findings),
        cells_due=n * len(required),
        cells_filled=int(sum(frame[name].notna().sum() for name in required)),
        aside=tuple((b.table.sheet, label, word, _cells_of(b, label)) for b in blocks for label, word in b.aside),
        ids=frozenset(frame[key].dropna().astype(str)) if key else frozenset(),
    )


def held_back(findings: Sequence[Finding], n: int) -> NDArray[np.bool_]:
    """Rows that some finding sets aside."""
    held = np.zeros(n, bool)
    for finding in findings:
        if kind(finding) == "quarantine":
            held[finding.rows] = True
    return held


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
    """A flag that is only told, such as a shared mast, is no fault; a routine repair counts where its axis is `shared`."""
    rows: dict[str, list[NDArray[np.int64]]] = {axis: [] for axis in AXES}
    for finding in findings:
        reason = reasons()[finding.reason]
        if finding.reason not in ("co_sited", "optional_missing", "licence_unknown"):
            rows[reason.axis].append(finding.rows)
    return {axis: len(np.unique(np.concatenate(parts))) if parts else 0 for axis, parts in rows.items()}


def _original(blocks: Sequence[Block], rows: NDArray[np.int64]) -> pd.DataFrame:
    """Cells as filed of some rows, under the headers of the file; a header that is ours or there twice gets a number."""
    starts = np.cumsum([0, *(len(block.cells) for block in blocks)])
    parts = []
    for block, start in zip(blocks, starts, strict=False):
        own = rows[(rows >= start) & (rows < start + len(block.cells))]
        if not len(own):
            continue
        cells = block.cells.iloc[own - start]
        part = cells.set_axis(_headers(block), axis=1).set_axis(own, axis=0)
        if block.table.geometry is not None:
            at = block.table.cells.index.get_indexer(cells.index)
            part = part.assign(
                geometry=[None if shape is None else shape.wkt[:200] for shape in block.table.geometry[at]]
            )
        parts.append(part)
    return pd.concat(parts).reindex(rows) if parts else pd.DataFrame(index=rows)


def _headers(block: Block) -> list[str]:
    names: list[str] = []
    counts: Counter[str] = Counter()
    for position, header in enumerate(block.header):
        name = header.rpartition(" / ")[2] or f"column {position + 1}"
        if slug(name) in {slug(own) for own in (*LINES, "site_id", "geometry")} or not slug(name):
            name = f"{name} (tệp)"
        counts[name] += 1
        names.append(name if counts[name] == 1 else f"{name} ({counts[name]})")
    return names


def _lines(frame: pd.DataFrame, findings: Sequence[Finding], blocks: Sequence[Block], key: str) -> pd.DataFrame:
    told = [
        (
            int(row),
            finding.reason,
            sentence(finding, i, "vi"),
            sentence(finding, i, "en"),
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
    cells = _original(blocks, np.unique(rows)).loc[rows].reset_index(drop=True) if len(rows) else pd.DataFrame()
    return pd.concat([lines, cells], axis=1)


def _returned(frame: pd.DataFrame, findings: Sequence[Finding], blocks: Sequence[Block]) -> pd.DataFrame:
    messages: dict[int, list[str]] = {}
    held: set[int] = set()
    for finding in findings:
        reason = reasons()[finding.reason]
        if reason.kind == "flag" or reason.routine:
            continue
        for i, row in enumerate(finding.rows):
            messages.setdefault(int(row), []).append(sentence(finding, i, "vi") + _meant(finding, i))
            if reason.kind == "quarantine":
                held.add(int(row))
    rows = np.array(sorted(messages), np.int64)
    head = (
        pd.DataFrame({name: frame[name].to_numpy()[rows] for name in SOURCE})
        if len(frame)
        else pd.DataFrame(columns=list(SOURCE))
    )
    head = head.assign(held=[row in held for row in rows], message=["; ".join(messages[row]) for row in rows])
    return pd.concat([head, _original(blocks, rows).reset_index(drop=True)], axis=1)


def _meant(finding: Finding, position: int) -> str:
    text = finding.suggestion[position] if finding.suggestion else ""
    return f" (có thể là: {text})" if text and "{suggestion}" not in reasons()[finding.reason].vi else ""


def _cells_of(block: Block, label: int) -> tuple[Any, ...]:
    cells = block.table.cells
    return tuple(cell for cell in cells.loc[label] if cell is not None) if label in cells.index else ()


__all__ = ["LINES", "OTHER", "Batch", "divide", "held_back"]
