"""`phusong ledger` on the command line: what it prints, and that its refusals are sentences."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from small_periods import made
from small_study import Said

from phusong.ledger.snapshot import Snapshot, write

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    "The sample's project file with two quarters of 2024; the definition of the second is another."
    text = (ROOT / "gis_data" / "sample_project.toml").read_text("utf-8")
    (tmp_path / "project.toml").write_text(text, "utf-8")
    name = next(line for line in text.splitlines() if line.startswith("name = ")).split('"')[1]
    for period, version in (("2024Q1", "1"), ("2024Q2", "2")):
        snapshot = made(period, covered=7, version=version)
        write(Snapshot(snapshot.tables, {}, {**snapshot.run, "project": name}), tmp_path / "snapshots")
    return tmp_path


@pytest.fixture
def ledger(phusong, study: Path):
    "`phusong ledger` with the study."

    def run(command: str, *said: object) -> Said:
        return phusong("ledger", command, study, *said)

    return run


def test_close_verify_correct(ledger):
    done = ledger("close", "--period", "2024Q2", "--by", "An")
    assert (done.status, done.out) == (1, "")
    assert done.err == "2024Q1 comes before 2024Q2 and is open; close 2024Q1 first.\n"
    done = ledger("close", "--period", "2024q1", "--by", "An")
    assert done.status == 0, done.err
    assert "2024Q1: đã đóng / closed by An on " in done.out
    done = ledger("close", "--period", "2024Q1", "--by", "An", "--correction", "--reason", "trạm nộp muộn")
    assert "2024Q1: mở để sửa / opened for correction by An on " in done.out
    done = ledger("verify")
    assert done.status == 0
    assert "opened for correction by An on " in done.out
    assert ": trạm nộp muộn\n" in done.out
    assert "Đúng / true: 1 closings" in done.out


def test_a_period_that_has_not_ended(ledger):
    done = ledger("close", "--period", "2999Q4", "--by", "An")
    assert (done.status, done.err) == (1, "2999Q4 has not ended; it can be closed from 3000-01-01 on.\n")


def test_verify_names_the_first_that_is_not_true(ledger, study: Path):
    ledger("close", "--period", "2024Q1", "--by", "An")
    file = study / "snapshots" / "2024Q1" / "communes.csv"
    file.chmod(0o644)
    file.write_bytes(b"x")
    done = ledger("verify")
    assert done.status == 1
    assert done.err.startswith("2024Q1, closed by An on ")
    assert "communes.csv is not the file that the run wrote." in done.err


def test_show_draws_each_line_apart_and_says_the_break(ledger):
    done = ledger("show")
    assert done.status == 0, done.err
    assert "x_share, phiên bản / version 1 – any LTE outdoor" in done.out
    assert "x_share, phiên bản / version 2 – any LTE outdoor" in done.out
    assert "version 1 đến / until 2024Q1, 2 từ / from 2024Q2" in done.out
    assert "01 Tỉnh An" in done.out
    assert "70,00 %" in done.out
    assert "DỮ LIỆU GIẢ LẬP / SYNTHETIC" in done.out


def test_show_of_one_period_and_one_indicator(ledger):
    done = ledger("show", "--period", "2024Q1", "--definition", "x_share")
    assert "2024Q1" in done.out
    assert "2024Q2" not in done.out
    done = ledger("show", "--definition", "x_shar")
    assert (done.status, done.out) == (1, "")
    assert done.err == "There is no indicator 'x_shar' in these periods; did you mean 'x_share'?\n"


def test_query_prints_and_writes(ledger, tmp_path: Path):
    file = tmp_path / "answer.csv"
    sql = "SELECT period, commune_name, '=1+1' AS formula, people, NULL AS nothing FROM communes ORDER BY period"
    done = ledger("query", sql, "--csv", file)
    assert done.status == 0, done.err
    assert "2 dòng / rows" in done.out
    assert "│ 2024Q1 │ Xã Đông      │ =1+1    │     10 │" in done.out
    told = list(csv.reader(io.StringIO(file.read_bytes().decode("utf-8-sig"))))
    assert told[:2] == [
        ["period", "commune_name", "formula", "people", "nothing"],
        ["2024Q1", "Xã Đông", "'=1+1", "10", ""],
    ]
    done = ledger("query", sql, "--csv", file)
    assert (done.status, done.out) == (1, "")
    assert "is there already; it was left as it is" in done.err


def test_a_wide_answer_is_printed_whole(ledger):
    word = "x" * 120
    done = ledger("query", f"SELECT '{word}' AS a, '{word}' AS b")
    assert f"a: {word}\nb: {word}\n" in done.out


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("COPY communes TO 'x.csv'", "One SELECT is expected, and nothing else (found COPY).\n"),
        ("SELECT * FROM '/etc/passwd'", "There is no table '/etc/passwd'"),
        ("SELECT * FROM read_csv('/etc/passwd')", "read_csv() is refused"),
        ("SELECT 1 AS a, 2 AS a", "Two columns of the answer have one name"),
    ],
)
def test_refusals_are_sentences(ledger, sql: str, sentence: str):
    done = ledger("query", sql)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(sentence)


def test_another_projects_snapshots_are_refused(ledger, study: Path):
    write(made("2024Q1"), study / "other")
    (study / "snapshots").rename(study / "aside")
    (study / "other").rename(study / "snapshots")
    done = ledger("show")
    assert done.status == 1
    assert "holds snapshots of the project 'dao'" in done.err
