"""Scores of the filings that a study stands on: read beside accepted rows, a row a filing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from phusong.errors import FilingError
from phusong.intake.filed_scores import filed_scores
from phusong.intake.reasons import AXES


def intake(folder: Path, *files: str) -> Path:
    "A folder as intake leaves it: files of 10 rows, 3 set aside, one of them twice."
    folder.mkdir()
    (folder / "accepted.parquet").write_bytes(b"")
    scores = {axis: {"numerator": 9, "denominator": 10} for axis in AXES}
    reasons = {"text_normalised": 10, "duplicate": 1, "missing_coordinates": 2}
    counts = {"rows": 10, "accepted": 7, "quarantined": 3, "reasons": reasons, "scores": scores}
    entries = [{"file": name, "operators": ["Mạng A"] if name == "a.csv" else [], **counts} for name in files]
    told = {"layer": "sites", "as_of": "2026-09-30", "files": entries}
    (folder / "quality.json").write_text(json.dumps(told), "utf-8")
    return folder / "accepted.parquet"


def test_each_filing_has_a_row_under_its_filer(tmp_path):
    file = intake(tmp_path / "filed", "a.csv", "b.csv")
    files = filed_scores([("sites", file)])["filings"]
    assert files[["filing", "filer", "rows", "accepted", "quarantined"]].values.tolist() == [
        [1, "Mạng A", 10, 7, 3],
        [2, "b.csv", 10, 7, 3],
    ]
    assert files["live_numerator"].tolist() == [9.0, 9.0]
    assert files["filed_as_of"].tolist() == ["2026-09-30"] * 2


def test_reasons_are_those_that_set_rows_aside_with_most_rows_first(tmp_path):
    reasons = filed_scores([("sites", intake(tmp_path / "filed", "a.csv"))])["filing_reasons"]
    assert reasons[["reason", "rows"]].values.tolist() == [["missing_coordinates", 2], ["duplicate", 1]]
    assert not reasons["reason_vi"].str.endswith("…: …").any()


def test_files_that_no_intake_wrote_have_no_scores(tmp_path):
    (tmp_path / "accepted.parquet").write_bytes(b"")
    beside = intake(tmp_path / "filed", "a.csv").with_name("sites.csv")
    assert filed_scores([("sites", tmp_path / "accepted.parquet"), ("sites", beside)]) == {}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"as_of": "2026-09-30"}', "null"])
def test_a_broken_quality_file_is_named(tmp_path, text):
    file = intake(tmp_path / "filed", "a.csv")
    file.with_name("quality.json").write_text(text, "utf-8")
    with pytest.raises(FilingError, match=r"quality\.json"):
        filed_scores([("sites", file)])
