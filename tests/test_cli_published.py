"""`phusong ledger published`: contradictions, bases and plans as tables; the study's own figures beside them."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

from phusong.cli import main

DATA = Path(__file__).parents[1] / "gis_data"


@pytest.fixture
def phusong(monkeypatch, capsys):
    "`phusong ledger published`, run in this process: status, output and faults."

    def run(*said: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["phusong", "ledger", "published", *map(str, said)])
        with pytest.raises(SystemExit) as end:
            main()
        told = capsys.readouterr()
        return int(end.value.code or 0), told.out, told.err

    return run


@pytest.fixture
def study(tmp_path):
    shutil.copy(DATA / "sample_project.toml", tmp_path / "project.toml")
    return tmp_path


def test_the_tables_tell_what_was_published(phusong):
    status, out, _ = phusong()
    assert status == 0
    assert "60 số liệu đã công bố / published figures; 4 không có ngày số liệu" in out
    for words in ("≲ 59 %, * công bố", "nr_people_2025_end", "119.056 (118.952–119.159)", "150.142 (150.045–150.240)"):
        assert words in out
    assert "59.476–59.580" in out  # 50 % of the latest base
    assert "29,4–30,3 %" in out
    assert "51,1–52,6 %" in out
    assert "nr_people_share of nation: 0 of 10 figures can be points of a forecast, 8 are needed" in out
    assert "…" not in out


def test_figures_beside_the_project_are_added(phusong, study):
    text = '[[figure]]\nid = "mine"\nvalue = "12000"\nunit = "sites"\nclaimed_indicator = "nr_sites"\n'
    (study / "published_figures.toml").write_text(
        text + 'as_of = "2025-10"\npublished = "2026"\nsource = "s"\n', "utf-8"
    )
    status, out, _ = phusong(study)
    assert status == 0
    assert "61 số liệu" in out
    assert "12.000 trạm/sites" in out  # against 16,737 of the same month
    assert "no period yet" in out


def test_faults_of_the_file_are_sentences(phusong, tmp_path):
    (tmp_path / "own.toml").write_text('[[figure]]\nid = "mine"\nvalue = "1"\nunit = "masts"\n', "utf-8")
    status, _, err = phusong("--file", tmp_path / "own.toml")
    assert status == 1
    assert err.splitlines()[0] == "published figures: 4 faults"
    assert "own.toml: figure 1 (mine): source: is missing" in err


@pytest.mark.parametrize(("provinces", "told"), [(34, "people_covered_limited_share 1 A outdoor"), (2, "2 tỉnh")])
def test_our_own_figures_are_compared_where_the_study_is_the_nation(phusong, study, monkeypatch, provinces, told):
    "39.52 % of October 2025, on a line from 30 % in September to 90 % in December."
    from phusong.ledger import history, snapshot

    units = [("study", ""), *(("province", f"{code:02d}") for code in range(1, provinces + 1))]
    table = pd.DataFrame(
        [
            ("people_covered_limited_share", "A", "NR", "outdoor", *unit, 1, "1", period, value)
            for unit in units
            for period, value in (("2025Q3", 0.3), ("2025Q4", 0.9))
        ],
        columns=[
            *("definition_id", "operator", "technology", "environment", "unit_level", "unit_code"),
            *("line", "version", "period", "value"),
        ],
    )
    monkeypatch.setattr(snapshot, "periods", lambda _: ["2025Q3", "2025Q4"])
    monkeypatch.setattr(history, "series", lambda _: table)
    status, out, _ = phusong(study)
    assert status == 0
    assert told in out
    assert ("give the figure: không có" in out) == (provinces != 34)
    assert ("2025-10-15" in out) == (provinces == 34)  # 9.52 of 60 points, 14.6 of 92 days
