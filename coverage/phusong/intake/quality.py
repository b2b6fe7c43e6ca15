"""Quality: each filing on the six axes đúng – đủ – sạch – sống – thống nhất – dùng chung, from counts."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from phusong.intake.batch import Batch
from phusong.intake.metadata import ITEMS
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
    "live": "dòng không lỗi ngày × độ mới / (số dòng + trạm vắng so với kỳ trước); độ mới giảm từ 1 về 0 khi ngày"
    " mới nhất cũ hơn một quý đến một năm một quý",
    "consistent": "dòng khớp với danh mục và tệp khác / số dòng",
    "shared": "(tỷ lệ cột đúng tên + tỷ lệ dòng ghi toạ độ WGS 84 thập phân + tỷ lệ thông tin có ghi: doanh nghiệp,"
    " ngày, hệ toạ độ, giấy phép) / 3",
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


def scores(batches: Sequence[Batch], as_of: dt.date, vanished: int = 0) -> tuple[Score, ...]:
    """
    Scores of one filing, whose batches are given.

    correct, clean and consistent are rows without a finding that counts against the axis, of all rows; complete is
    required cells that hold something, of all required ones; live is as correct, times a factor that falls from 1 to 0
    while the newest day in the filing is one quarter to a year and a quarter older than the as-of date, of the rows and
    those that vanished since the period before; shared is the mean of three shares: columns whose name was known, rows
    whose position came as decimal degrees on WGS 84, and what the filing tells of itself (`metadata.ITEMS`).
    """
    rows = sum(batch.rows_in for batch in batches)
    faulty = {axis: sum(batch.rows_by_axis.get(axis, 0) for batch in batches) for axis in AXES}
    found = {axis: Score(axis, rows - faulty[axis], rows) for axis in ("correct", "clean", "consistent")}
    found["complete"] = Score("complete", sum(b.cells_filled for b in batches), sum(b.cells_due for b in batches))
    found["live"] = Score("live", (rows - faulty["live"]) * _freshness(batches, as_of), rows + vanished)
    found["shared"] = _shared(batches)
    return tuple(found[axis] for axis in AXES)


def _shared(batches: Sequence[Batch]) -> Score:
    known, filed = (max((getattr(b, name) for b in batches), default=0) for name in ("columns_known", "columns_filed"))
    placed = sum(batch.placed for batch in batches)
    plain = min(sum(batch.plain_positions for batch in batches), placed)
    told = len(frozenset().union(*(batch.told for batch in batches)))
    shares = [known / filed if filed else None, plain / placed if placed else None, told / len(ITEMS)]
    counted = [share for share in shares if share is not None]
    return Score("shared", sum(counted), len(counted))


def _freshness(batches: Sequence[Batch], as_of: dt.date) -> float:
    days = [dt.date.fromisoformat(batch.newest) for batch in batches if batch.newest]
    if not days:
        return 1.0
    age = (as_of - max(days)).days
    return min(1.0, max(0.0, 1 - (age - QUARTER_DAYS) / STALE_DAYS))


def summary(
    batches: Sequence[Batch],
    refusals: Mapping[str, str],
    request: Mapping[str, Any],
    as_of: dt.date,
    vanished: Mapping[str, Sequence[str]],
    earlier: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """
    What `quality.json` holds: counts and scores of each file, the files that could not be read, and earlier scores.

    Parameters
    ----------
    request
        What was asked, and of which files; it comes first.
    vanished
        By file, the ids of the period before that are not in this one.
    earlier
        `quality.json` of the period before.
    """
    files = list(dict.fromkeys(batch.file for batch in batches))
    by_file = {file: [batch for batch in batches if batch.file == file] for file in files}
    return {
        **request,
        "files": [_file(file, own, as_of, vanished.get(file, ())) for file, own in by_file.items()],
        "refused": [{"file": file, "reason": reason} for file, reason in refusals.items()],
        "history": _history(earlier) if earlier else [],
    }


def filer(entry: Mapping[str, Any]) -> str:
    """Whose file it is, so that those of two periods can be compared: by its operators, else by its name."""
    return ", ".join(entry["operators"]) or str(entry["file"])


def _history(earlier: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Scores of earlier periods by filer, the oldest first."""
    own = {filer(entry): entry["scores"] for entry in earlier["files"]}
    return [*earlier.get("history", ()), {"as_of": earlier["as_of"], "scores": own}]


def _file(file: str, batches: Sequence[Batch], as_of: dt.date, vanished: Sequence[str]) -> dict[str, Any]:
    reasons: Counter[str] = Counter()
    for batch in batches:
        reasons.update(batch.rows_by_reason)
    aside = Counter(word for batch in batches for _, _, word, _ in batch.aside)
    held, rows = (sum(getattr(batch, name) for batch in batches) for name in ("rows_quarantined", "rows_in"))
    found = scores(batches, as_of, len(vanished))
    return {
        "file": file,
        "operators": sorted(frozenset().union(*(batch.operators for batch in batches))),
        "rows": rows,
        "accepted": rows - held,
        "quarantined": held,
        "not_data": dict(sorted(aside.items())),
        "reasons": dict(sorted(reasons.items())),
        "scores": {s.axis: {"numerator": round(s.numerator, 6), "denominator": s.denominator} for s in found},
        "told": [item for item in ITEMS if any(item in batch.told for batch in batches)],
        "vanished": list(vanished),
        "notes": list(dict.fromkeys(note for batch in batches for note in batch.notes)),
    }
