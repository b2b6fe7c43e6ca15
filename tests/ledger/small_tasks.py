"""Tasks for tests: one that says everything, and a log of some."""

from __future__ import annotations

import datetime as dt
from typing import Any

SAID = {
    "person": "Bà An",
    "work": "Dựng cột ở Khuổi Mười",
    "deadline": "2026-09-30",
    "responsibility": "Chủ trì",
    "authority": "UBND tỉnh",
    "product": "Trạm phát sóng",
    "start": "2026-07-01",
}
EVIDENCE = {"name": "bien-ban.pdf", "sha256": "a" * 64}
TODAY = dt.date(2026, 12, 31)


def said(number: int, **other: Any) -> dict[str, Any]:
    """What is said of the task with a number."""
    return {**SAID, "task_id": f"T-{number:04d}", "work": f"việc {number}", **other}


def closing(number: int, day: str = "2026-09-30") -> dict[str, Any]:
    """The payload that closes it."""
    return {"task_id": f"T-{number:04d}", "done_on": day, "evidence": EVIDENCE}
