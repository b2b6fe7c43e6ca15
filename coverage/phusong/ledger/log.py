"""Logs: what a run was like on one machine. Clock, host and worker count stand here, outside every promise."""

from __future__ import annotations

import datetime as dt
import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write(folder: Path, period: str, facts: Mapping[str, Any]) -> Path:
    """Add one line of JSON to the log of a period."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{period}.jsonl"
    entry = {
        "ended": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "host": platform.node(),
        "system": platform.platform(),
        "peak_memory_mb": peak_memory_mb(),
        **facts,
    }
    with file.open("a", encoding="utf-8") as opened:
        opened.write(json.dumps(entry, ensure_ascii=False) + "\n")
    return file


def peak_memory_mb() -> float | None:
    """Largest resident memory of this process so far in MB; None where the system does not say (Windows)."""
    try:
        import resource
    except ImportError:
        return None
    scale = 1024 * 1024 if platform.system() == "Darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale, 1)
