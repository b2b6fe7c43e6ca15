"""Closing: what is closed stays, a correction keeps what it replaces, and the first thing that is not so is named."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import sys
from pathlib import Path

import pytest
from small_periods import LATER, made, write_periods

from phusong.errors import SnapshotError
from phusong.ledger import chain, snapshot
from phusong.ledger.closing import close, correct, verify
from phusong.ledger.period import ZONE, Period
from phusong.ledger.standing import REGISTER, SUPERSEDED, closings, standing

Q1, Q2, Q3 = (Period.parse(name) for name in ("2026Q1", "2026Q2", "2026Q3"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    "Three quarters, none closed."
    write_periods(tmp_path, "2026Q1", "2026Q2", "2026Q3")
    return tmp_path


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def spoil(file: Path) -> None:
    "Change the middle byte of a file, read-only or not."
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.chmod(0o644)
    file.write_bytes(bytes(data))


# closing


def test_a_closing_says_what_when_by_whom_and_why(folder: Path):
    told = close(folder, Q1, "  Nguyễn  Văn A ", "báo cáo quý", LATER)
    digest = hashlib.sha256((folder / "2026Q1" / "run.json").read_bytes()).hexdigest()
    assert (told.seq, told.act, told.period, told.digest) == (1, "closed", "2026Q1", digest)
    assert (told.by, told.reason, told.at) == ("Nguyễn Văn A", "báo cáo quý", "2027-01-15T09:30:00+07:00")
    assert str(told) == "closed by Nguyễn Văn A on 2027-01-15 at 09:30"
    assert closings(folder) == (told,)
    assert standing(folder) == {"2026Q1": told}


def test_the_time_is_that_of_viet_nam(folder: Path):
    told = close(folder, Q1, "An", now=dt.datetime(2026, 12, 31, 20, 0, tzinfo=dt.UTC))
    assert told.at == "2027-01-01T03:00:00+07:00"


def test_a_period_has_ended_when_its_last_day_is_over(folder: Path):
    evening = dt.datetime(2026, 3, 31, 23, 59, 59, tzinfo=ZONE)
    with pytest.raises(SnapshotError, match=r"^2026Q1 has not ended; it can be closed from 2026-04-01 on\.$"):
        close(folder, Q1, "An", now=evening)
    assert not (folder / REGISTER).exists()
    close(folder, Q1, "An", now=evening + dt.timedelta(seconds=1))


def test_periods_are_closed_in_their_order(folder: Path):
    with pytest.raises(SnapshotError, match=r"2026Q1 comes before 2026Q3 and is open; close 2026Q1 first\."):
        close(folder, Q3, "An", now=LATER)
    for period in (Q1, Q2, Q3):
        close(folder, period, "An", now=LATER)
    assert [entry.period for entry in closings(folder)] == ["2026Q1", "2026Q2", "2026Q3"]


def test_a_period_that_was_left_out_is_not_closed_behind_a_later_one(folder: Path):
    (folder / "2026Q2").rename(folder / "aside")
    close(folder, Q1, "An", now=LATER)
    close(folder, Q3, "An", now=LATER)
    (folder / "aside").rename(folder / "2026Q2")
    with pytest.raises(SnapshotError, match=r"^2026Q3 was closed by An on .*, without 2026Q2: open it for correction"):
        close(folder, Q2, "An", now=LATER)
    correct(folder, Q3, "An", "2026Q2 thiếu", LATER)
    close(folder, Q2, "An", now=LATER)
    close(folder, Q3, "An", now=LATER)
    verify(folder)


def test_a_second_closing_is_refused(folder: Path):
    close(folder, Q1, "An", now=LATER)
    before = tree(folder)
    with pytest.raises(SnapshotError, match=r"^2026Q1 was closed by An on 2027-01-15 at 09:30\. A correction begins"):
        close(folder, Q1, "Bình", now=LATER)
    assert tree(folder) == before


@pytest.mark.parametrize("name", ["", " \n"])
def test_somebody_must_say_so(folder: Path, name: str):
    with pytest.raises(SnapshotError, match="A name is needed"):
        close(folder, Q1, name, now=LATER)
    assert closings(folder) == ()


def test_only_what_is_whole_is_closed(folder: Path):
    with pytest.raises(SnapshotError, match=r"no snapshot of 2025Q4 .*there are: 2026Q1, 2026Q2, 2026Q3"):
        close(folder, Period.parse("2025Q4"), "An", now=LATER)
    with pytest.raises(SnapshotError, match="no snapshot of 2025Q4"):
        close(folder / "missing", Period.parse("2025Q4"), "An", now=LATER)
    spoil(folder / "2026Q1" / "zones.gpkg")
    with pytest.raises(SnapshotError, match=r"zones\.gpkg is not the file that the run wrote"):
        close(folder, Q1, "An", now=LATER)
    assert closings(folder) == ()


def test_a_copy_under_another_name_is_not_closed(folder: Path):
    shutil.copytree(folder / "2026Q1", folder / "2025Q4")
    with pytest.raises(SnapshotError, match=r"2025Q4 holds the snapshot of 2026Q1\.$"):
        close(folder, Period.parse("2025Q4"), "An", now=LATER)


@pytest.mark.skipif(sys.platform == "win32", reason="modes of files are others there")
def test_files_of_a_closed_period_are_read_only(folder: Path):
    close(folder, Q1, "An", now=LATER)
    assert {file.stat().st_mode & 0o777 for file in (folder / "2026Q1").iterdir()} == {0o444}
    assert all(file.stat().st_mode & 0o200 for file in (folder / "2026Q2").iterdir())


# a closed period is never replaced


def test_a_run_of_a_closed_period_is_refused_before_any_work(folder: Path, monkeypatch: pytest.MonkeyPatch):
    close(folder, Q1, "An", now=LATER)
    before = tree(folder)
    monkeypatch.setattr(snapshot, "_put", pytest.fail)
    sentence = r"^2026Q1 was closed by An on 2027-01-15 at 09:30 and stays as it is\. .* --period 2026Q1 --correction"
    with pytest.raises(SnapshotError, match=sentence):
        snapshot.write(made("2026Q1", covered=1), folder)
    with pytest.raises(SnapshotError, match=sentence):
        snapshot.refuse_closed(folder, "2026Q1")
    assert tree(folder) == before
    snapshot.refuse_closed(folder, "2026Q2")
    snapshot.refuse_closed(folder / "missing", "2026Q1")


def test_a_period_closed_while_a_run_writes_it_stays(folder: Path, monkeypatch: pytest.MonkeyPatch):
    "The closing comes after the first check and before the moves."
    kept, put = tree(folder / "2026Q1"), snapshot._put

    def late(file: Path, data: bytes) -> str:
        if file.name == "run.json":
            close(folder, Q1, "An", now=LATER)
        return put(file, data)

    monkeypatch.setattr(snapshot, "_put", late)
    with pytest.raises(SnapshotError, match="2026Q1 was closed by An"):
        snapshot.write(made("2026Q1", covered=1), folder)
    assert tree(folder / "2026Q1") == kept
    assert not [path for path in folder.iterdir() if path.name.endswith((".partial", ".old"))]


def test_a_damaged_register_stops_a_run(folder: Path):
    close(folder, Q1, "An", now=LATER)
    spoil(folder / REGISTER)
    with pytest.raises(SnapshotError, match=r"closings\.jsonl: line 1 is not as it was written"):
        snapshot.write(made("2026Q3"), folder)


# corrections


def test_a_correction_keeps_what_it_replaces(folder: Path):
    first = close(folder, Q1, "An", now=LATER)
    kept = tree(folder / "2026Q1")
    opened = correct(folder, Q1, "Bình", "trạm nộp muộn", LATER)
    assert (opened.act, opened.digest, opened.reason) == ("opened for correction", first.digest, "trạm nộp muộn")
    assert tree(folder / "2026Q1") == kept, "until a run replaces it"
    snapshot.write(made("2026Q1", covered=4), folder)
    snapshot.write(made("2026Q1", covered=5), folder)
    second = close(folder, Q1, "Bình", now=LATER)
    assert second.digest != first.digest
    assert [path.name for path in (folder / SUPERSEDED).iterdir()] == [f"2026Q1-{first.digest[:12]}"], "no draft"
    assert tree(folder / SUPERSEDED / first.kept_as) == kept
    tables, _, digest = snapshot.read(folder / SUPERSEDED, first.kept_as)
    assert (tables["indicators"].numerator.tolist(), digest) == ([7, 7, 7], first.digest)
    assert snapshot.read(folder, "2026Q1")[0]["indicators"].numerator.tolist() == [5, 5, 5]
    assert [entry.act for entry in verify(folder).closings] == ["closed", "opened for correction", "closed"]


def test_a_correction_that_changed_nothing_is_closed_again(folder: Path):
    first = close(folder, Q1, "An", now=LATER)
    for _ in range(2):
        correct(folder, Q1, "An", "nhầm", LATER)
        snapshot.write(made("2026Q1"), folder)
        assert close(folder, Q1, "An", now=LATER).digest == first.digest
    verify(folder)


def test_a_correction_needs_a_closed_period_and_a_reason(folder: Path):
    with pytest.raises(SnapshotError, match="2026Q1 is not closed"):
        correct(folder, Q1, "An", "x", LATER)
    close(folder, Q1, "An", now=LATER)
    with pytest.raises(SnapshotError, match="needs a reason"):
        correct(folder, Q1, "An", " ", LATER)
    correct(folder, Q1, "An", "x", LATER)
    with pytest.raises(SnapshotError, match="2026Q1 was opened for correction by An"):
        correct(folder, Q1, "An", "x", LATER)


def test_what_is_open_for_correction_holds_later_periods_back(folder: Path):
    close(folder, Q1, "An", now=LATER)
    close(folder, Q2, "An", now=LATER)
    correct(folder, Q1, "An", "x", LATER)
    with pytest.raises(SnapshotError, match="close 2026Q1 first"):
        close(folder, Q3, "An", now=LATER)
    close(folder, Q1, "An", now=LATER)
    close(folder, Q3, "An", now=LATER)


def test_a_killed_replacement_of_a_corrected_period_loses_nothing(folder: Path):
    "Killed between the two moves, and after both."
    first = close(folder, Q1, "An", now=LATER)
    correct(folder, Q1, "An", "x", LATER)
    (folder / "2026Q1").rename(folder / ".2026Q1.old")
    assert verify(folder).closings[0] == first
    assert snapshot.periods(folder)[0] == "2026Q1"
    (folder / "2026Q1").rename(folder / ".2026Q1.old")
    snapshot.write(made("2026Q1", covered=3), folder / "other")
    (folder / "other" / "2026Q1").rename(folder / "2026Q1")
    verify(folder)
    assert (folder / SUPERSEDED / first.kept_as).is_dir()


# verifying


def test_nothing_closed_is_true(folder: Path):
    told = verify(folder)
    assert (told.closings, told.head, told.torn_bytes) == ((), chain.START, 0)


@pytest.mark.parametrize("file", ["communes.parquet", "communes.csv", "zones.gpkg", "run.json"])
def test_the_first_closed_period_that_was_changed_is_named(folder: Path, file: str):
    close(folder, Q1, "An", now=LATER)
    close(folder, Q2, "Bình", now=LATER)
    spoil(folder / "2026Q2" / file)
    spoil(folder / "2026Q3" / file)
    with pytest.raises(SnapshotError, match=rf"^2026Q2, closed by Bình on .* \(entry 2 of .*{file}") as told:
        verify(folder)
    assert "run the period again" not in str(told.value)
    shutil.rmtree(folder / "2026Q1")
    with pytest.raises(SnapshotError, match=r"^2026Q1, closed by An .*2026Q1.run\.json is missing"):
        verify(folder)


def test_another_whole_snapshot_in_its_place_is_named(folder: Path):
    "Every hash in it is right, and it is not what was closed."
    close(folder, Q1, "An", now=LATER)
    snapshot.write(made("2026Q1", covered=1), folder / "other")
    shutil.rmtree(folder / "2026Q1")
    (folder / "other" / "2026Q1").rename(folder / "2026Q1")
    snapshot.whole(folder, "2026Q1")
    with pytest.raises(SnapshotError, match="is not what was closed"):
        verify(folder)


def test_a_superseded_snapshot_that_was_changed_is_named(folder: Path):
    first = close(folder, Q1, "An", now=LATER)
    correct(folder, Q1, "An", "x", LATER)
    snapshot.write(made("2026Q1", covered=4), folder)
    close(folder, Q1, "An", now=LATER)
    spoil(folder / SUPERSEDED / first.kept_as / "indicators.parquet")
    with pytest.raises(SnapshotError, match=r"entry 1 of .*indicators\.parquet"):
        verify(folder)


def test_a_closing_whose_writing_was_cut_off_never_happened(folder: Path):
    close(folder, Q1, "An", now=LATER)
    close(folder, Q2, "An", now=LATER)
    file = folder / REGISTER
    os.truncate(file, file.stat().st_size - 5)
    told = verify(folder)
    assert [entry.period for entry in told.closings] == ["2026Q1"]
    assert told.torn_bytes > 0
    close(folder, Q2, "Bình", now=LATER)
    told = verify(folder)
    assert [entry.by for entry in told.closings] == ["An", "Bình"]
    assert told.torn_bytes == 0
