"""Outcome: what intake leaves in a folder, written whole or not at all, the same bytes for the same filings."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill

from phusong.intake.batch import LINES, Batch
from phusong.intake.filing import Request
from phusong.intake.quality import summary
from phusong.intake.quality_page import page
from phusong.intake.spec import spec
from phusong.intake.values import SOURCE
from phusong.text import cell

ACCEPTED, QUARANTINE, QUALITY, PAGE, TO_FILER, RETURNED = (
    "accepted.parquet", "quarantine.csv", "quality.json", "quality.html", "to_filer.xlsx", "returned.parquet",
)  # fmt: skip
HIDDEN = ("_tep", "_trang", "_dong")
"""Columns of `to_filer.xlsx` that tell file, sheet and row of what is filed again."""
MESSAGE = "Nội dung cần sửa"
_EPOCH = (2026, 1, 1, 0, 0, 0)
_SHEET_ROWS = 1_000_000
_HELD, _REPAIRED = PatternFill("solid", fgColor="F8CBAD"), PatternFill("solid", fgColor="FFF2CC")
_GUIDE = (
    "Tệp này gồm các dòng chưa được nhận (màu cam) và các dòng đã được sửa giúp (màu vàng).",
    "Cột đầu tiên cho biết cần sửa gì. Sửa ngay trong ô rồi lưu và nộp lại tệp này.",
    "Không xoá các cột ẩn: chúng cho biết dòng nào của tệp gốc được sửa.",
    "Các dòng khác đã được nhận, không phải nộp lại.",
    "",
    "Rows in orange were set aside, rows in yellow were repaired for you. Correct the cells, save, and file this workbook again.",
)


@dataclass
class _Parts:
    """What the batches left behind so far."""

    folder: Path
    described: list[Batch] = field(default_factory=list)
    examples: dict[str, dict[str, list[tuple[str, str]]]] = field(default_factory=dict)
    files: list[tuple[Path, Path]] = field(default_factory=list)


def write(
    results: Iterator[Batch | tuple[str, str]], request: Request, folder: Path, sources: Sequence[Path] = ()
) -> dict[str, Any]:
    """
    Write the batches as they come, and what is told of them all.

    Rows are not kept in memory longer than their batch. The folder appears when everything in it is whole; one that was
    there is replaced.

    Returns
    -------
    What `quality.json` holds.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as made:
        out, work = Path(made) / "out", Path(made) / "work"
        out.mkdir()
        work.mkdir()
        parts, refusals = _collected(results, out, work, request)
        quality = summary(parts.described, refusals, settings_of(request, sources), request.as_of)
        earlier = _earlier(folder)
        _quarantine(parts.files, out / QUARANTINE, spec(request.layer).key)
        _to_filer(parts.files, out / TO_FILER, request.as_of)
        _returned(parts.files, out / RETURNED)
        (out / QUALITY).write_text(json.dumps(quality, ensure_ascii=False, indent=1) + "\n", "utf-8")
        (out / PAGE).write_text(page(quality, parts.examples, earlier), "utf-8")
        _replace(out, folder)
    return quality


def settings_of(request: Request, sources: Sequence[Path]) -> dict[str, Any]:
    """What was asked, so that corrected rows can be taken in in the same way later."""
    return {
        "layer": request.layer,
        "as_of": str(request.as_of),
        "constants": dict(request.constants),
        "references": [str(path) for path in sources],
    }


def _earlier(folder: Path) -> dict[str, Any] | None:
    file = folder / QUALITY
    return dict(json.loads(file.read_text("utf-8"))) if file.is_file() else None


def _collected(
    results: Iterator[Batch | tuple[str, str]], out: Path, work: Path, request: Request
) -> tuple[_Parts, dict[str, str]]:
    parts, refusals = _Parts(out), {}
    writer: pq.ParquetWriter | None = None
    for number, result in enumerate(results):
        if not isinstance(result, Batch):
            refusals[result[0]] = result[1]
            continue
        table = _arrow(result.accepted)
        if writer is None:
            writer = pq.ParquetWriter(out / ACCEPTED, table.schema, compression="zstd")
        writer.write_table(table.cast(writer.schema))
        own = work / f"{number}-lines.pickle", work / f"{number}-returned.pickle"
        result.lines.to_pickle(own[0])
        result.returned.to_pickle(own[1])
        parts.files.append(own)
        _remember(parts, result)
    if writer is None:
        empty = pd.DataFrame({name: pd.Series(dtype=object) for name in (*spec(request.layer).fields, *SOURCE)})
        writer = pq.ParquetWriter(out / ACCEPTED, _arrow(empty).schema, compression="zstd")
    writer.close()
    return parts, refusals


def _remember(parts: _Parts, batch: Batch) -> None:
    """Counts, and the first rows of each reason; the rows themselves are on disk."""
    own = parts.examples.setdefault(batch.file, {})
    for reason, lines in batch.lines.groupby("reason", sort=True):
        shown = own.setdefault(str(reason), [])
        for line in lines.head(10 - len(shown)).itertuples():
            place = f"{line.source_sheet + ' ' if line.source_sheet else ''}dòng {line.source_row}"
            shown.append((f"{place}{f', {line.key}' if line.key else ''}", str(line.message)))
    columns = [name for name in ("longitude",) if name in batch.accepted]
    slim = batch.accepted[columns]
    parts.described.append(
        replace(batch, accepted=slim, lines=batch.lines.head(0), returned=batch.returned.head(0), ids=frozenset())
    )


def _arrow(frame: pd.DataFrame) -> pa.Table:
    """Texts as texts, whatever a batch lacks, so that all batches have one schema."""
    columns = {}
    for name in frame.columns:
        values = frame[name]
        if values.dtype == object or str(values.dtype) in ("str", "string"):
            columns[name] = pa.array([None if v is None or v != v else str(v) for v in values], pa.string())
        elif str(values.dtype).startswith("datetime64"):
            columns[name] = pa.array(values.astype("datetime64[s]"), pa.timestamp("s"))
        else:
            columns[name] = pa.array(values, from_pandas=True)
    return pa.table(columns)


def _quarantine(files: Sequence[tuple[Path, Path]], target: Path, key: str) -> None:
    """Lines of all batches under the union of their columns, in the order in which these first appear."""
    headers: dict[str, None] = dict.fromkeys(name for name in LINES if name != "key")
    headers = dict.fromkeys(("source_file", "source_sheet", "source_row", key or "key", *list(headers)[3:]))
    extra: dict[str, None] = {}
    for lines, _ in files:
        extra |= dict.fromkeys(name for name in pd.read_pickle(lines).columns if name not in LINES)
    with target.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow([*headers, *extra])
        for lines, _ in files:
            frame = pd.read_pickle(lines).rename(columns={"key": key or "key"})
            for row in frame.reindex(columns=[*headers, *extra]).itertuples(index=False, name=None):
                writer.writerow([_csv_cell(value) for value in row])


def _csv_cell(value: Any) -> str:
    if value is None or value != value:
        return ""
    return cell(str(value)) if isinstance(value, str) else str(value)


def _to_filer(files: Sequence[tuple[Path, Path]], target: Path, as_of: dt.date) -> None:
    book = openpyxl.Workbook(write_only=True)
    guide = book.create_sheet("Hướng dẫn")
    guide.column_dimensions["A"].width = 100
    for line in _GUIDE:
        guide.append([line])
    used: set[str] = {"hướng dẫn"}
    for _, returned in files:
        frame = pd.read_pickle(returned)
        for (file, sheet), rows in frame.groupby(["source_file", "source_sheet"], sort=False):
            _sheet(book, _title(str(sheet or file), used), rows.dropna(axis=1, how="all"))
    book.save(target)
    _settle(target, as_of)


def _returned(files: Sequence[tuple[Path, Path]], target: Path) -> None:
    """What went back to the filer, as text: the next `--resume` needs it again."""
    frames = [pd.read_pickle(returned) for _, returned in files]
    frame = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    if len(frame):
        texts = {
            name: [None if v is None or v != v else str(v) for v in frame[name]]
            for name in frame.columns
            if name != "held"
        }
        pq.write_table(pa.table({**texts, "held": pa.array(frame.held.astype(bool))}), target, compression="zstd")


def _title(name: str, used: set[str]) -> str:
    plain = re.sub(r"[\[\]:*?/\\]", " ", name)[:28].strip("' ") or "Bảng"
    title, number = plain, 2
    while title.lower() in used:
        title, number = f"{plain[:25]} {number}", number + 1
    used.add(title.lower())
    return title


def _sheet(book: openpyxl.Workbook, title: str, rows: pd.DataFrame) -> None:
    sheet = book.create_sheet(title)
    headers = [name for name in rows.columns if name not in (*SOURCE, "held", "message")]
    sheet.column_dimensions["A"].width = 60
    for letter in "BCD":
        sheet.column_dimensions[letter].hidden = True
    sheet.freeze_panes = "E2"
    sheet.append([_cell(sheet, text, bold=True) for text in (MESSAGE, *HIDDEN, *headers)])
    columns = ["message", "source_file", "source_sheet", "source_row", *headers]
    held = rows.held if "held" in rows else pd.Series([True] * len(rows), index=rows.index)
    full = rows.reindex(columns=columns)
    for is_held, row in zip(
        held.head(_SHEET_ROWS), full.head(_SHEET_ROWS).itertuples(index=False, name=None), strict=True
    ):
        fill = _HELD if is_held else _REPAIRED
        sheet.append([_cell(sheet, value, fill if number == 0 else None) for number, value in enumerate(row)])


def _cell(sheet: Any, value: Any, fill: PatternFill | None = None, *, bold: bool = False) -> Any:
    """A cell that holds what was filed and never runs as a formula."""
    empty = value is None or (not isinstance(value, str) and value != value)
    if isinstance(value, str):
        value = openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", value)[:32_000]
    elif not empty and not isinstance(value, bool | int | float | dt.datetime):
        value = str(value)
    made = WriteOnlyCell(sheet, None if empty else value)
    if isinstance(value, str) and not empty:
        made.data_type = "s"
    if fill:
        made.fill, made.alignment = fill, Alignment(wrap_text=True, vertical="top")
    if bold:
        made.font = Font(bold=True)
    return made


def _settle(workbook: Path, as_of: dt.date) -> None:
    """The same bytes on every day: the times within a workbook are those of the filing."""
    day = f"{as_of.isoformat()}T00:00:00Z".encode()
    with zipfile.ZipFile(workbook) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(workbook, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            if name == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", day, data)  # noqa: PLW2901
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)


def _replace(made: Path, folder: Path) -> None:
    """Put the new folder in the place of the old, which is taken away only when the new one is there."""
    old = folder.with_name(f".{folder.name}-old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        os.replace(folder, old)
    os.replace(made, folder)
    shutil.rmtree(old, ignore_errors=True)


def counted(quality: Mapping[str, Any]) -> tuple[int, int, int]:
    """Rows in, accepted and quarantined, of all files."""
    totals = (sum(file[name] for file in quality["files"]) for name in ("rows", "accepted", "quarantined"))
    rows, accepted, held = totals
    return rows, accepted, held
