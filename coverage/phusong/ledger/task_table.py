"""Tables of tasks: rows of a spreadsheet under Vietnamese or English headings, and rows for one."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from phusong.ledger.task_zones import UNDRAWN_EN, UNDRAWN_VI
from phusong.ledger.tasks import CLARITIES, State, Status, TaskError
from phusong.text import nfc, slug

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "task_id": ("mã nhiệm vụ", "số hiệu nhiệm vụ", "id"),
    "work": ("nhiệm vụ", "việc", "nội dung công việc", "nội dung nhiệm vụ", "công việc", "tên nhiệm vụ", "task"),
    "person": ("người thực hiện", "người", "người phụ trách", "cán bộ thực hiện", "owner", "assignee"),
    "deadline": ("thời hạn", "hạn hoàn thành", "thời gian", "thời gian hoàn thành", "hạn", "due", "due date"),
    "responsibility": ("trách nhiệm", "responsible for"),
    "authority": ("thẩm quyền", "cấp có thẩm quyền"),
    "product": ("sản phẩm", "sản phẩm đầu ra", "kết quả", "deliverable", "output"),
    "start": ("ngày bắt đầu", "bắt đầu", "ngày giao", "start day", "start date"),
    "agency": ("cơ quan", "cơ quan chủ trì", "đơn vị chủ trì", "đơn vị", "agency in charge"),
    "province_code": ("mã tỉnh", "province"),
    "commune_code": ("mã xã", "mã xã/phường", "mã đơn vị hành chính", "commune"),
    "zone_id": ("mã vùng", "mã vùng lõm", "vùng lõm", "zone"),
    "zone_period": ("kỳ của vùng", "zone quarter"),
}
"""Names beside a field's own, the first in Vietnamese; a clarity is known by its Vietnamese name too."""
STATUSES: Mapping[Status, tuple[str, str]] = {
    "on_time": ("hoàn thành đúng hạn", "done on time"),
    "late": ("hoàn thành chậm hạn", "done late"),
    "running": ("đang thực hiện trong hạn", "running"),
    "overdue": ("quá hạn", "overdue"),
    "not_started": ("chưa đến ngày bắt đầu", "not started"),
}
"""Vietnamese and English."""

ReadDays = Callable[[Sequence[object]], Sequence[dt.date | None]]
RECORD = (
    *HEADINGS,
    *("status", "status_vi", "status_en", "done_on", "evidence", "evidence_sha256", "evidence_read_on"),
    *("zones_now", "zone_note"),
)
"""Columns of an export; its first are those of a table to import."""
_CODES = {"commune_code": 5, "province_code": 2}
_LEAST = 4
"""So many headings that are known make a row the header."""
_FIELD = {
    slug(name): field
    for field, names in HEADINGS.items()
    for name in (field, *names, *([CLARITIES[field]] if field in CLARITIES else []))
}


@dataclass(frozen=True)
class Read:
    """
    Tasks of a table, as they are said in it.

    Parameters
    ----------
    said
        Fields of each task by its row, such as "row 7"; for `task_changes.new_tasks`.
    words
        What was not read, in sentences.
    """

    said: Mapping[str, Mapping[str, Any]]
    words: tuple[str, ...]


def parse(rows: Sequence[tuple[int, Sequence[object]]], read_days: ReadDays, sheet: str = "") -> Read | None:
    """
    Tasks of a sheet; None where no row is a header of tasks.

    Parameters
    ----------
    rows
        Number and cells of each row, the header somewhere among the first; blank cells None or NaN.
    read_days
        A day of each cell of a column, None where it is none or can be read in two ways.
    sheet
        Name that goes before the row in faults; empty when there is only one.

    Raises
    ------
    TaskError
        When two columns have the meaning of one field.
    """
    top = next((place for place, (_, cells) in enumerate(rows) if len(_fields(cells)) >= _LEAST), None)
    if top is None:
        return None
    header = rows[top][1]
    columns = _columns(header)
    words = [
        f"column '{_text(name)}' is not read" for place, name in enumerate(header) if _unread(place, name, columns)
    ]
    said: dict[str, dict[str, Any]] = {}
    for number, cells in rows[top + 1 :]:
        own = {field: _told(field, cells[place]) for field, place in columns.items()}
        texts = [str(value) for value in own.values() if value]
        if texts and all(re.fullmatch(r"\(?\d{1,2}\)?", text) for text in texts):
            words.append(f"row {number} only numbers the columns: not read")
        elif texts:
            said[" ".join(filter(None, [f"{sheet}," if sheet else "", f"row {number}"]))] = own
    return Read(_with_days(said, read_days), tuple(words))


def records(states: Iterable[State], as_of: dt.date) -> list[dict[str, str]]:
    """The record of each task, by the order of the ids."""
    return [record(state, as_of) for state in sorted(states, key=lambda state: state.task.task_id)]


def record(state: State, as_of: dt.date) -> dict[str, str]:
    """A task as a row: its fields, its status on a day in both languages, its zones, and its evidence."""
    task, vi, en = state.task, *STATUSES[state.status(as_of)]
    evidence = state.evidence
    done = state.done_on is not None and state.done_on <= as_of
    told = (
        *(str(getattr(task, field)) for field in HEADINGS),
        *(state.status(as_of), vi, en, str(state.done_on) if done else ""),
        *((evidence.name, evidence.sha256, str(evidence.read_on or "")) if evidence and done else ("", "", "")),
        *(";".join(state.zone_ids), f"{UNDRAWN_VI} / {UNDRAWN_EN}" if state.undrawn else ""),
    )
    return dict(zip(RECORD, told, strict=True))


def expected() -> str:
    """The headings a table of tasks needs, for a refusal."""
    return ", ".join(f"{HEADINGS[field][0]} ({field})" for field in (*CLARITIES, "start"))


def _fields(cells: Iterable[object]) -> set[str]:
    return {_FIELD[slug(_text(cell))] for cell in cells if slug(_text(cell)) in _FIELD}


def _columns(header: Sequence[object]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, name in enumerate(header):
        field = _FIELD.get(slug(_text(name)))
        if field in columns:
            raise TaskError(f"'{_text(header[columns[field]])}' and '{_text(name)}' both mean {field}: keep one")
        if field:
            columns[field] = place
    return columns


def _unread(place: int, name: object, columns: Mapping[str, int]) -> bool:
    return bool(_text(name)) and place not in columns.values() and slug(_text(name)) not in ("stt", "tt", "so_tt", "no")


def _told(field: str, cell: object) -> object:
    if field in ("deadline", "start"):
        return cell if _text(cell) else ""
    text = _text(cell)
    return text.zfill(_CODES[field]) if text.isdigit() and field in _CODES else text


def _with_days(said: Mapping[str, dict[str, Any]], read_days: ReadDays) -> dict[str, dict[str, Any]]:
    """The days of each column read together, since it is the column that shows which of day and month comes first."""
    told = {where: dict(own) for where, own in said.items()}
    for field in ("deadline", "start"):
        having = [where for where, own in said.items() if own.get(field)]
        for where, day in zip(having, read_days([said[where][field] for where in having]), strict=True):
            told[where][field] = day or _text(said[where][field])
    return told


def _text(cell: object) -> str:
    """Text of a cell, without the mark that an export put before what a spreadsheet would run as a formula."""
    if cell is None or cell != cell:  # noqa: PLR0124 - NaN is the value that is not itself
        return ""
    text = nfc(str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell))
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text
