"""`phusong publish` on the sample in large pixels: one tier in one folder, killed, refused, and the same again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from small_study import Said, small_study

PERIOD = "2026Q3"
FEW = ("--formats", "csv", "--no-pictures", "--no-changes")


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    return small_study(tmp_path_factory.mktemp("publish") / "study", PERIOD)


@pytest.fixture
def publish(phusong, study: Path):
    "`phusong publish` with the study."

    def run(*said: object, period: str = PERIOD) -> Said:
        return phusong("publish", study, "--period", period, *said)

    return run


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_everything_of_everyone_and_the_same_bytes_again(phusong, publish, study, tmp_path, monkeypatch):
    few = ("--formats", "csv,gpkg,stac", "--no-pictures")
    said = publish("--to", tmp_path / "a", "--workers", "1", *few)
    assert said.status == 0, said.err
    assert f"Đã phát hành / published, {len(files_in(tmp_path / 'a'))} tệp / files" in said.out
    assert "SYNTHETIC" in said.out
    files = files_in(tmp_path / "a")
    assert {name.split("/")[1] for name in files if name.startswith("exports/")} == {
        *("csv", "gpkg", "stac"),
    }
    assert {name for name in files if name.startswith("maps/") and name.endswith(".html")} == {
        *("maps/97-mau-thuong.html", "maps/98-mau-ha.html", "maps/index.html"),
    }
    endings = sorted(name.rpartition(".")[2] for name in files if name.startswith("reports/"))
    assert endings == sorted(["docx", "json", "pdf", "xlsx"] * 3)
    metadata = json.loads(files["exports/csv/communes.csv.metadata.json"])
    assert metadata["edition"]["digest"] == json.loads(files["release.json"])["digest"]
    assert b'"roads"' in files["maps/97-mau-thuong.html"]
    # another folder, day, zone and number of processes
    monkeypatch.setenv("TZ", "America/New_York")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    again = publish("--to", tmp_path / "b", "--workers", "2", "--quiet", *few)
    assert (again.status, again.err) == (0, "")
    assert files_in(tmp_path / "b") == files
    report = next(name for name in files if name.endswith("toan-quoc-public-vi.docx"))
    verified = phusong("verify", tmp_path / "a" / report, "--project", study)
    assert verified.status == 0, verified.out + verified.err


@pytest.mark.parametrize(("tier", "code", "other"), [("province", "97", "98"), ("commune", "97003", "97004")])
def test_a_unit_has_its_own_folder(publish, tmp_path, tier, code, other):
    said = publish("--to", tmp_path / "own", "--tier", tier, f"--{tier}", code, *FEW)
    assert said.status == 0, said.err
    names = [name for name in files_in(tmp_path / "own") if name.startswith(("maps/", "reports/"))]
    assert [name for name in names if code in name] == names
    assert not [name for name in names if f"{other}-" in name]
    refused = publish("--to", tmp_path / "own", *FEW)
    assert refused.status == 1
    assert f"holds another release (tinh-mau 2026Q3 {tier} {code}), not tinh-mau 2026Q3 public" in refused.err


def test_a_killed_process_leaves_no_half_folder(publish, study, tmp_path):
    "What it leaves beside the folder has a hidden name, and the next one that goes on to its end clears it."
    out, own = tmp_path / "out", ("--tier", "commune", "--commune", "97003", *FEW)
    words = ["publish", study, "--period", PERIOD, "--to", out, "--workers", "1", *own]
    command = [sys.executable, "-m", "phusong", *map(str, words)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as writer:
        for line in writer.stderr or ():
            if line.startswith("writing the exports"):
                os.kill(writer.pid, signal.SIGKILL)
    assert writer.returncode == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".out.")
    assert "Đã phát hành / published" in publish("--to", out, *own).out
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    whole = files_in(out)
    assert len(whole["SHA256SUMS"].splitlines()) == len(whole) - 1
    assert "Không đổi / unchanged" in publish("--to", out, *own).out
    assert files_in(out) == whole


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (["--tier", "secret"], "--tier secret: expected public, commune, province, regulator"),
        (["--tier", "province"], "--tier province: say which one with --province CODE"),
        (["--province", "97"], "--province: only for --tier province"),
        (["--tier", "province", "--province", "55"], "không có đơn vị province '55'"),
        (["--tier", "commune", "--commune", "../x"], "không có đơn vị commune '../x'"),
        (["--lang", "fr"], "--lang fr: expected vi, en"),
        (["--formats", "csv,shp"], "--formats shp: expected gpkg, geoparquet"),
        (["--as-of", "2026-07-01"], "is before 2026-09-30"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(publish, tmp_path, said, told):
    done = publish("--to", tmp_path / "out", *said)
    assert done.status == 1
    assert told in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_quarter_that_was_not_run_a_folder_of_somebody_else_and_a_place_that_cannot_be_written(publish, tmp_path):
    assert "There is no snapshot of 2025Q1" in publish("--to", tmp_path / "out", period="2025Q1").err
    (tmp_path / "letter.txt").write_text("thư", "utf-8")
    done = publish("--to", tmp_path)
    assert done.status == 1
    assert "holds something else than a release: letter.txt" in done.err
    done = publish("--to", tmp_path / "letter.txt" / "out")
    assert done.status == 1
    assert "cannot be written to" in done.err
    assert publish().status == 2
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
