"""Quality: each filing on the six axes đúng – đủ – sạch – sống – thống nhất – dùng chung, from counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from phusong.intake.batch import Batch
from phusong.intake.reasons import AXES

QUARTER_DAYS = 92
"""The newest change of a filing may be so old before it counts as stale."""
STALE_DAYS = 365
LABELS = {
    "correct": "đúng",
    "complete": "đủ",
    "clean": "sạch",
    "live": "sống",
    "consistent": "thống nhất",
    "shared": "dùng chung",
}
FORMULAS = {
    "correct": "dòng không có lỗi sai / số dòng",
    "complete": "ô bắt buộc có số liệu / ô bắt buộc",
    "clean": "dòng không trùng, không lỗi chữ / số dòng",
    "live": "dòng còn đúng hạn / số dòng, giảm dần khi tệp quá một quý không đổi",
    "consistent": "dòng khớp với danh mục và tệp khác / số dòng",
    "shared": "cột đúng tên + dòng ghi toạ độ WGS 84 thập phân / (số cột + số dòng)",
}


@dataclass(frozen=True)
class Score:
    """One axis of one filing: numerator, denominator, and their share; no share where there is nothing to count."""

    axis: str
    numerator: float
    denominator: float

    @property
    def share(self) -> float | None:
        """0 to 1."""
        return self.numerator / self.denominator if self.denominator else None


def scores(batches: Sequence[Batch], as_of: dt.date) -> tuple[Score, ...]:
    """
    Scores of one filing, whose batches are given.

    correct, clean and consistent are rows without a finding that counts against the axis, of all rows; complete is required
    cells that hold something; live is as correct, times a factor that falls from 1 to 0 while the newest day in the filing is
    one quarter to a year and a quarter older than the as-of date; shared is columns whose name was known and rows whose
    position came as decimal degrees on WGS 84, of all columns and rows with a position.
    """
    rows = sum(batch.rows_in for batch in batches)
    faulty = {axis: sum(batch.rows_by_axis.get(axis, 0) for batch in batches) for axis in AXES}
    whole = {axis: Score(axis, rows - faulty[axis], rows) for axis in ("correct", "clean", "consistent")}
    due, filled = sum(b.cells_due for b in batches), sum(b.cells_filled for b in batches)
    live = Score("live", (rows - faulty["live"]) * _freshness(batches, as_of), rows)
    known, filed = (
        max((b.columns_known for b in batches), default=0),
        max((b.columns_filed for b in batches), default=0),
    )
    placed = sum(int(batch.accepted.longitude.notna().sum()) for batch in batches if "longitude" in batch.accepted)
    plain = min(sum(batch.plain_positions for batch in batches), placed) if placed else 0
    found = {
        **whole,
        "complete": Score("complete", filled, due),
        "live": live,
        "shared": Score("shared", known + plain, filed + placed),
    }
    return tuple(found[axis] for axis in AXES)


def _freshness(batches: Sequence[Batch], as_of: dt.date) -> float:
    days = [dt.date.fromisoformat(batch.newest) for batch in batches if batch.newest]
    if not days:
        return 1.0
    age = (as_of - max(days)).days
    return min(1.0, max(0.0, 1 - (age - QUARTER_DAYS) / STALE_DAYS))


def summary(
    batches: Sequence[Batch], refusals: dict[str, str], request: dict[str, Any], as_of: dt.date
) -> dict[str, Any]:
    """What `quality.json` holds: counts and scores of each file, and the files that could not be read."""
    files = list(dict.fromkeys(batch.file for batch in batches))
    by_file = {file: [batch for batch in batches if batch.file == file] for file in files}
    return {
        **request,
        "files": [_file(file, own, as_of) for file, own in by_file.items()],
        "refused": [{"file": file, "reason": reason} for file, reason in refusals.items()],
    }


def _file(file: str, batches: Sequence[Batch], as_of: dt.date) -> dict[str, Any]:
    reasons: dict[str, int] = {}
    aside: dict[str, int] = {}
    for batch in batches:
        for reason, rows in batch.rows_by_reason.items():
            reasons[reason] = reasons.get(reason, 0) + rows
        for _, _, word, _ in batch.aside:
            aside[word] = aside.get(word, 0) + 1
    held = sum(batch.rows_quarantined for batch in batches)
    rows = sum(batch.rows_in for batch in batches)
    return {
        "file": file,
        "rows": rows,
        "accepted": rows - held,
        "quarantined": held,
        "not_data": dict(sorted(aside.items())),
        "reasons": dict(sorted(reasons.items())),
        "scores": {
            s.axis: {"numerator": round(s.numerator, 6), "denominator": s.denominator} for s in scores(batches, as_of)
        },
        "notes": list(dict.fromkeys(note for batch in batches for note in batch.notes)),
    }
