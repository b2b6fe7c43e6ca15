"""Logs: one line of JSON a run, with what belongs to the machine."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from phusong.ledger import log


def test_every_run_adds_a_line(tmp_path: Path):
    first = log.write(tmp_path / "logs", "2026Q3", {"workers": 2, "stages_s": {"layers": 1.5}, "title": "Đảo"})
    second = log.write(tmp_path / "logs", "2026Q3", {"workers": 1})
    assert first == second == tmp_path / "logs" / "2026Q3.jsonl"
    text = first.read_text("utf-8")
    assert "Đảo" in text
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["workers"] for line in lines] == [2, 1]
    assert lines[0]["stages_s"] == {"layers": 1.5}
    assert set(lines[1]) == {"ended", "host", "system", "peak_memory_mb", "workers"}


def test_time_is_told_with_its_zone(tmp_path: Path):
    line = json.loads(log.write(tmp_path, "2026Q3", {}).read_text("utf-8"))
    ended = dt.datetime.fromisoformat(line["ended"])
    assert ended.utcoffset() == dt.timedelta(0)
    assert abs(dt.datetime.now(dt.UTC) - ended) < dt.timedelta(minutes=5)


def test_periods_have_logs_of_their_own(tmp_path: Path):
    assert log.write(tmp_path, "2026Q3", {}) != log.write(tmp_path, "2026Q4", {})


def test_peak_memory_in_megabytes():
    pytest.importorskip("resource", reason="this system does not say")
    peak = log.peak_memory_mb()
    assert peak is not None
    assert 20 < peak < 1_000_000
