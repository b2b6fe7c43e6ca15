"""Scores of filings are written with the quarter that read them, and told from there: the intake may be gone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from small_study import silent, small_study
from typer.testing import CliRunner

from phusong import pipeline
from phusong.cli import app
from phusong.config import load
from phusong.errors import FilingError
from phusong.intake.reasons import AXES
from phusong.ledger import snapshot


def quality(folder: Path) -> None:
    "What an intake says of one file: 12 rows, of which it took 9."
    scores = {axis: {"numerator": 9, "denominator": 12} for axis in AXES}
    entry = {"file": "a.csv", "operators": ["Núi Mẫu"], "rows": 12, "accepted": 9, "quarantined": 3}
    told = {"as_of": "2026-09-30", "files": [{**entry, "reasons": {"duplicate": 3}, "scores": scores}]}
    (folder / "quality.json").write_text(json.dumps(told), "utf-8")


@pytest.fixture(scope="module")
def filed(tmp_path_factory) -> Path:
    "The sample with its sites out of an intake's folder, run while that was there; then it went away."
    study = small_study(tmp_path_factory.mktemp("filed") / "study")
    (study / "filed").mkdir()
    pd.read_csv(study / "data" / "sites.csv", dtype=str).to_parquet(study / "filed" / "accepted.parquet")
    quality(study / "filed")
    file = study / "project.toml"
    file.write_text(file.read_text("utf-8").replace('"data/sites.csv"', '"filed/accepted.parquet"'), "utf-8")
    pipeline.run(load(study), "2026Q3", 1, silent)
    shutil.rmtree(study / "filed")
    return study


def test_a_run_writes_the_scores_of_its_filings(filed):
    tables, _, _ = snapshot.read(filed / "snapshots", "2026Q3", ("filings", "filing_reasons"))
    columns = ["layer", "filed_as_of", "filer", "rows", "accepted", "clean_numerator", "clean_denominator", "as_of"]
    assert tables["filings"][columns].values.tolist() == [
        ["sites", "2026-09-30", "Núi Mẫu", 12, 9, 9.0, 12.0, "2026-09-30"]
    ]
    assert tables["filing_reasons"][["reason", "rows"]].values.tolist() == [["duplicate", 3]]


def test_a_report_and_its_check_need_no_intake(filed, tmp_path):
    tell = CliRunner().invoke
    asked = ["report", str(filed), "--period", "2026Q3", "--tier", "regulator", "--no-changes", "--no-pictures"]
    assert tell(app, [*asked, "--forms", "docx", "--out", str(tmp_path), "--quiet"]).exit_code == 0
    (told,) = tmp_path.glob("*.docx")
    done = tell(app, ["verify", str(told), "--project", str(filed)])
    assert (done.exit_code, "0 đã bị sửa" in done.output) == (0, True)
    record = json.loads(told.with_suffix(".json").read_text("utf-8"))
    (scored,) = (
        one for one in record["figures"] if one["query"]["columns"] == ["clean_numerator", "clean_denominator"]
    )
    assert (scored["text"], scored["query"]["table"]) == ("75,0 %", "filings")
    explained = tell(app, ["explain", scored["code"], str(filed), "--record", str(told.with_suffix(".json"))])
    assert (explained.exit_code, "Núi Mẫu" in explained.output) == (0, True)


def test_a_broken_account_of_an_intake_is_named_before_the_work(filed, tmp_path):
    study = tmp_path / "study"
    shutil.copytree(filed, study, ignore=shutil.ignore_patterns("snapshots", "tiles"))
    (study / "filed").mkdir()
    (study / "filed" / "accepted.parquet").write_bytes(b"")
    (study / "filed" / "quality.json").write_text("{}", "utf-8")
    with pytest.raises(FilingError, match=r"quality\.json"):
        pipeline.run(load(study), "2026Q3", 1, silent)
