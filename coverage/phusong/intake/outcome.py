"""Outcome: what intake leaves in a folder, written whole or not at all, the same bytes for the same filings."""

from __future__ import annotations

import csv
import dataclasses
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from phusong.intake.batch import LINES, PLACED, SET_ASIDE, Batch
from phusong.intake.checks import vanished
from phusong.intake.geoparquet import GEOMETRY, with_shapes
from phusong.intake.previous import ACCEPTED, PAGE, QUALITY, QUARANTINE, QUARANTINED, RETURNED, TO_FILER, Previous
from phusong.intake.quality import summary
from phusong.intake.quality_page import page
from phusong.intake.reference import Source
from phusong.intake.replacement import replaced
from phusong.intake.request import Request
from phusong.intake.spec import Spec, spec
from phusong.intake.to_filer import write_to_filer
from phusong.intake.values import SOURCE
from phusong.text import cell

_EXAMPLES = 10


@dataclass(frozen=True)
class Made:
    """
    What an outcome is made of, for those who ask where its numbers come from.

    Parameters
    ----------
    filings, reference
        The files taken in, and those that they were held to.
    """

    filings: tuple[Source, ...] = ()
    reference: tuple[Source, ...] = ()


@dataclass
class _Parts:
    """What the batches left behind: counts in memory, rows on disk."""

    described: list[Batch] = field(default_factory=list)
    examples: dict[str, dict[str, list[tuple[str, str]]]] = field(default_factory=dict)
    lines: list[Path] = field(default_factory=list)
    returned: list[Path] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    ids: dict[str, set[str]] = field(default_factory=dict)


def write(
    results: Iterator[Batch | tuple[str, str]],
    request: Request,
    folder: Path,
    made: Made | None = None,
    previous: Previous | None = None,
    as_filed: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """
    Write the batches as they come, and what is told of them all.

    Rows are not kept in memory longer than their batch. The folder appears when everything in it is whole; one that was
    there is replaced.

    Parameters
    ----------
    previous
        The intake of the period before.
    as_filed
        By file, what `quality.json` told of it when it was first filed, and still tells when rows were corrected.

    Returns
    -------
    What `quality.json` holds.
    """
    with replaced(folder) as out, tempfile.TemporaryDirectory() as work:
        parts = _collected(results, out, Path(work), request, ids_wanted=previous is not None)
        told = _settings(request, made or Made())
        gone = _vanished(parts, request, previous)
        earlier = previous.quality if previous else None
        quality = summary(parts.described, parts.refusals, told, request.as_of, gone, earlier)
        for entry in quality["files"]:
            entry.update((as_filed or {}).get(entry["file"], {}))
        _quarantine(parts.lines, out / QUARANTINE, spec(request.layer).key or "key")
        write_to_filer(map(pd.read_pickle, parts.returned), out / TO_FILER, request.as_of)
        _returned(parts.returned, out / RETURNED)
        (out / QUALITY).write_text(json.dumps(quality, ensure_ascii=False, indent=1) + "\n", "utf-8")
        (out / PAGE).write_text(page(quality, parts.examples), "utf-8")
    return quality


def counted(quality: Mapping[str, Any]) -> tuple[int, int, int]:
    """Rows in, accepted and quarantined, of all files."""
    rows, accepted, held = (sum(file[n] for file in quality["files"]) for n in ("rows", "accepted", "quarantined"))
    return rows, accepted, held


def _settings(request: Request, made: Made) -> dict[str, Any]:
    """What was asked, so that corrected rows can be taken in in the same way later."""
    asked = {
        "layer": request.layer,
        "as_of": str(request.as_of),
        "constants": dict(request.constants),
        "settings": dataclasses.asdict(request.settings),
        **({"editions": list(request.editions)} if request.editions else {}),
    }
    return {**asked, **{name: list(files) for name, files in dataclasses.asdict(made).items()}}


def _collected(
    results: Iterator[Batch | tuple[str, str]], out: Path, work: Path, request: Request, *, ids_wanted: bool
) -> _Parts:
    parts, layer = _Parts(), spec(request.layer)
    writers: dict[str, pq.ParquetWriter] = {}
    for number, result in enumerate(results):
        if not isinstance(result, Batch):
            parts.refusals[result[0]] = result[1]
            continue
        for name, rows in ((ACCEPTED, result.accepted), (QUARANTINED, result.quarantined)):
            writers[name] = _written(writers.get(name), out / name, _arrow(rows, layer))
        parts.lines.append(work / f"{number}-lines.pickle")
        result.lines.to_pickle(parts.lines[-1])
        parts.returned.append(work / f"{number}-returned.pickle")
        result.returned.to_pickle(parts.returned[-1])
        _remember(parts, result if ids_wanted else dataclasses.replace(result, ids=frozenset()))
    if not writers:
        columns: tuple[str, ...] = (*layer.fields, *SOURCE)
        for name, own in ((ACCEPTED, columns), (QUARANTINED, (*columns, *SET_ASIDE))):
            empty = pd.DataFrame({column: pd.Series(dtype=object) for column in own})
            writers[name] = _written(None, out / name, _arrow(empty, layer))
    for writer in writers.values():
        writer.close()
    return parts


def _written(writer: pq.ParquetWriter | None, place: Path, table: pa.Table) -> pq.ParquetWriter:
    """The file with some more rows, in the schema of the first."""
    writer = writer or pq.ParquetWriter(place, table.schema, compression="zstd")
    writer.write_table(table.cast(writer.schema))
    return writer


def _remember(parts: _Parts, batch: Batch) -> None:
    """Counts, ids, and the first rows of each reason; the rows themselves are on disk."""
    own = parts.examples.setdefault(batch.file, {})
    for line in batch.lines[list(LINES)].to_dict("records"):
        shown = own.setdefault(line["reason"], [])
        if len(shown) < _EXAMPLES:
            shown.append((_place(line), line["message"]))
    parts.ids.setdefault(batch.file, set()).update(batch.ids)
    nothing = pd.DataFrame()  # the head of a frame would keep all of it in memory
    tables: dict[str, Any] = dict.fromkeys(("accepted", "lines", "returned", "sources", "quarantined"), nothing)
    parts.described.append(dataclasses.replace(batch, ids=frozenset(), findings=(), **tables))


def _place(line: Mapping[Any, Any]) -> str:
    """Where a row stands in its file, for people."""
    parts = [line["source_sheet"], f"dòng {line['source_row']}"]
    return " ".join(part for part in parts if part) + (f", {line['key']}" if line["key"] else "")


def _vanished(parts: _Parts, request: Request, previous: Previous | None) -> dict[str, tuple[str, ...]]:
    """What the period before had of an operator and no file has now, under the first file of that operator."""
    key = spec(request.layer).key
    if previous is None or not key or key not in previous.accepted:
        return {}
    now = frozenset().union(*parts.ids.values())
    if "operator" not in previous.accepted:
        return {parts.described[0].file: vanished(now, key, previous.accepted, frozenset())} if parts.described else {}
    first: dict[str, str] = {}
    for batch in parts.described:
        first |= {operator: batch.file for operator in batch.operators if operator not in first}
    own = {file: frozenset(o for o, f in first.items() if f == file) for file in first.values()}
    return {file: vanished(now, key, previous.accepted, operators) for file, operators in own.items()}


def _arrow(frame: pd.DataFrame, layer: Spec) -> pa.Table:
    """Columns in the types of the layer, whatever a batch lacks, so that all batches have one schema."""
    kinds = {name: field.kind for name, field in layer.fields.items()}
    types = {"number": pa.float64(), "flag": pa.bool_(), "day": pa.timestamp("s"), "word": pa.string()}
    types |= dict.fromkeys((*PLACED, "place"), pa.float64()) | {"source_row": pa.int64()}
    columns = {
        name: _typed(frame[name], types.get(name) or types.get(kinds.get(name, ""), pa.string()))
        for name in map(str, frame.columns)
        if name != GEOMETRY
    }
    table = pa.table(columns)
    return with_shapes(table, frame[GEOMETRY]) if GEOMETRY in frame else table


def _typed(values: pd.Series, kind: pa.DataType) -> pa.Array:
    cells = [None if pd.isna(value) else value for value in values.astype(object)]
    return pa.array([None if cell is None else str(cell) for cell in cells] if kind == pa.string() else cells, kind)


def _quarantine(files: Sequence[Path], target: Path, key: str) -> None:
    """Lines of all batches under the union of their columns, in the order in which these first appear."""
    first = [key if name == "key" else name for name in LINES]
    extra: dict[str, None] = {}
    for lines in files:
        extra |= dict.fromkeys(name for name in pd.read_pickle(lines).columns if name not in LINES)
    with target.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow([*first, *extra])
        for lines in files:
            frame = pd.read_pickle(lines).rename(columns={"key": key})
            for row in frame.reindex(columns=[*first, *extra]).itertuples(index=False, name=None):
                writer.writerow([_csv_cell(value) for value in row])


def _csv_cell(value: Any) -> str:
    if isinstance(value, str):
        return cell(value)
    return "" if pd.isna(value) else str(value)


def _returned(files: Sequence[Path], target: Path) -> None:
    """What went back to the filer, as text: the next `--resume` needs it again."""
    frames = [pd.read_pickle(returned) for returned in files]
    frame = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame({"held": []})
    texts = {n: pa.array([None if pd.isna(v) else str(v) for v in frame[n]], pa.string()) for n in frame if n != "held"}
    pq.write_table(pa.table({**texts, "held": pa.array(frame.held.astype(bool))}), target, compression="zstd")
