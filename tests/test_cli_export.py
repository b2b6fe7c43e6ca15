"""`phusong export` on the sample in large pixels: every format from one snapshot, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from small_study import Said, small_study

PERIOD = "2026Q3"


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    return small_study(tmp_path_factory.mktemp("export") / "study", PERIOD)


@pytest.fixture
def export(monkeypatch: pytest.MonkeyPatch, phusong, study: Path):
    "`phusong export` with the study."
    monkeypatch.delenv("PHUSONG_DATABASE_URL", raising=False)

    def run(*said: object, period: str = PERIOD) -> Said:
        return phusong("export", study, "--period", period, *said)

    return run


@pytest.mark.parametrize("form", ["gpkg", "geoparquet", "geojson", "csv", "cog", "pmtiles", "stac"])
def test_each_format_is_written_beside_the_project(export, study, form):
    done = export("--format", form)
    assert done.status == 0, done.err
    folder = study / "exports" / PERIOD / "public" / form
    assert str(folder) in done.out
    record = json.loads((folder / "export.json").read_text("utf-8"))
    assert (record["format"], record["tier"], record["period"]) == (form, "public", PERIOD)
    assert all((folder / name).exists() for name in record["files"])


def test_people_of_hexagons_communes_and_villages_tell_of_the_same_people(export, tmp_path):
    done = export("--format", "csv", "--hexagons", "--tier", "regulator", "--out", tmp_path / "out")
    assert done.status == 0, done.err
    tables = {name: pd.read_csv(tmp_path / "out" / f"{name}.csv") for name in ("hexagons", "communes")}
    communes = tables["communes"]
    # each commune is rounded once
    assert tables["hexagons"]["people"].sum() == pytest.approx(communes["people"].sum(), abs=len(communes) / 2 + 1)
    assert tables["hexagons"]["gap_both_people"].sum() == pytest.approx(
        communes["gap_both_people"].sum(), rel=0.05, abs=len(communes)
    )


def test_a_commune_holds_its_own_rows_and_its_form_of_numbers(export, study):
    done = export("--format", "csv", "--csv", "excel-vi", "--tier", "commune", "--commune", "97003")
    assert done.status == 0, done.err
    folder = study / "exports" / PERIOD / "commune-97003" / "csv"
    communes = pd.read_csv(folder / "communes.csv", sep=";", decimal=",", dtype={"commune_code": str})
    assert communes["commune_code"].tolist() == ["97003"]
    assert 0 <= communes["lte_share"].iloc[0] <= 1


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (["--format", "shp"], "--format shp: expected gpkg, geoparquet"),
        (["--format", "csv", "--tier", "secret"], "--tier secret: expected public, commune"),
        (["--format", "csv", "--csv", "excel"], "--csv excel: expected plain, excel-vi"),
        (["--format", "csv", "--tier", "province"], "--tier province: say which one with --province CODE"),
        (["--format", "csv", "--commune", "97003"], "--commune: only for --tier commune"),
        (["--format", "cog", "--hexagons"], "--hexagons: a table, which --format cog does not hold"),
        (["--format", "postgis"], "--format postgis: say where with --url"),
        (["--format", "csv", "--tier", "commune", "--commune", "00000"], "no commune of the code '00000'"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(export, said, told):
    done = export(*said)
    assert done.status == 1
    assert told in done.err
    assert "Traceback" not in done.err


def test_a_quarter_that_was_not_run_and_a_folder_that_is_not_empty(export, tmp_path):
    assert "There is no snapshot of 2025Q1" in export("--format", "csv", period="2025Q1").err
    (tmp_path / "letter.txt").write_text("thư", "utf-8")
    done = export("--format", "csv", "--out", tmp_path)
    assert done.status == 1
    assert "holds something else" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
