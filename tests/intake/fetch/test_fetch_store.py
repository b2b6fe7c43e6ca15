"""The store: records beside the files, what is somebody's, tiles without land, and one fetch at a time."""

from __future__ import annotations

import errno
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from phusong.errors import FetchError
from phusong.intake.fetch import store
from phusong.intake.fetch.answer import FileError

INDEX = {"url": "https://a.example/list", "sha256": "0", "fetched_on": "2026-11-27T00:00:00+00:00"}


def record(content: bytes) -> dict:
    return {"sha256": hashlib.sha256(content).hexdigest()}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "x.part").write_bytes(b"heights")
    store.keep(tmp_path / "x.part", tmp_path / "x.tif", record(b"heights"))
    return tmp_path / "x.tif"


def test_what_was_kept_is_there_with_its_record(file):
    assert file.read_bytes() == b"heights"
    assert store.kept(file) == {"file": "x.tif", **record(b"heights")}
    assert sorted(path.name for path in file.parent.iterdir()) == ["x.tif", "x.tif.json"]


def test_what_is_not_there_has_no_record(tmp_path):
    assert store.kept(tmp_path / "x.tif") is None


def test_a_record_whose_file_never_came_is_nothing(file):
    file.unlink()
    assert store.kept(file) is None


@pytest.mark.parametrize("text", [None, "{}", "[]", "no json"])
def test_a_file_without_a_good_record_is_somebodys(file, text):
    if text is None:
        store.record_of(file).unlink()
    else:
        store.record_of(file).write_text(text)
    with pytest.raises(FileError, match="is there but is not what was fetched"):
        store.kept(file)


def test_a_file_that_was_changed_is_somebodys(file):
    file.write_bytes(b"heightz")
    with pytest.raises(FileError, match="move it away first"):
        store.kept(file)


def test_tiles_without_land_are_written_down_and_come_off_the_list_when_published(tmp_path):
    assert store.note_not_published(tmp_path, {"a", "sea"}, {"a"}, INDEX) == {"sea"}
    assert store.note_not_published(tmp_path, {"b", "ocean"}, {"a", "b"}, INDEX) == {"ocean"}
    told = json.loads((tmp_path / store.NOT_PUBLISHED).read_text("utf-8"))
    assert told["tiles"] == ["ocean", "sea"]
    assert told["list"] == INDEX
    store.note_not_published(tmp_path, {"c"}, {"a", "b", "c", "sea"}, INDEX)
    assert json.loads((tmp_path / store.NOT_PUBLISHED).read_text("utf-8"))["tiles"] == ["ocean"]


def test_a_second_fetch_is_refused_while_one_is_under_way(tmp_path):
    with store.held(tmp_path), pytest.raises(FetchError, match="another fetch is under way"), store.held(tmp_path):
        pass
    with store.held(tmp_path):
        pass


def test_a_killed_fetch_leaves_no_lock(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from phusong.intake.fetch.store import held\n"
        "with held(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(FetchError, match="under way"), store.held(tmp_path):
            pass
        other.kill()
        other.wait()
        with store.held(tmp_path):
            pass


def test_a_full_disk_is_told(tmp_path):
    with pytest.raises(FetchError, match="the disk is full"), store.room(tmp_path):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_another_fault_of_the_disk_stays_what_it_is(tmp_path):
    with pytest.raises(PermissionError), store.room(tmp_path):
        raise PermissionError(errno.EACCES, "Permission denied")
