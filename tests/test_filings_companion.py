"""Scores of filings reach the edition while the accepted rows are those that the quarter read, and not afterwards."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from phusong.config import LAYER_NAMES
from phusong.intake.reasons import AXES
from phusong.ledger import record, snapshot
from phusong.ledger.period import Period
from phusong.pipeline import companions


@pytest.fixture
def project(tmp_path, monkeypatch) -> SimpleNamespace:
    "Sites out of an intake's folder, communes out of a plain file, and a run that read both."
    filed = tmp_path / "filed"
    filed.mkdir()
    (filed / "accepted.parquet").write_bytes(b"rows")
    (tmp_path / "communes.gpkg").write_bytes(b"outlines")
    scores = {axis: {"numerator": 1, "denominator": 2} for axis in AXES}
    entry = {"file": "a.csv", "operators": ["A"], "rows": 2, "accepted": 1, "quarantined": 1, "reasons": {}}
    told = {"as_of": "2026-09-30", "files": [{**entry, "scores": scores}]}
    (filed / "quality.json").write_text(json.dumps(told), "utf-8")
    paths = {"sites": ("filed/accepted.parquet",), "communes": ("communes.gpkg",)}
    read = [{"layer": name, "sha256": record.sha256_of(tmp_path / own[0])} for name, own in paths.items()]
    monkeypatch.setattr(snapshot, "whole", lambda *_: ({"inputs": read}, "ab"))
    layers = {name: SimpleNamespace(paths=paths[name]) if name in paths else None for name in LAYER_NAMES}
    return SimpleNamespace(folder=tmp_path, layers=SimpleNamespace(**layers))


def test_scores_are_told_while_the_rows_are_those_of_the_run(project):
    found = companions._filings(project, Period.parse("2026Q3"))
    assert found["files"]["filer"].tolist() == ["A"]
    assert found["layers"].values.tolist() == [["sites", "scored"]]


def test_rows_of_a_later_intake_take_the_scores_away(project):
    (project.folder / "filed" / "accepted.parquet").write_bytes(b"other rows")
    found = companions._filings(project, Period.parse("2026Q3"))
    assert found["files"].empty
    assert found["layers"].values.tolist() == [["sites", "replaced"]]


def test_a_study_without_an_intake_has_no_frames(project):
    (project.folder / "filed" / "quality.json").unlink()
    assert companions._filings(project, Period.parse("2026Q3")) == {}
