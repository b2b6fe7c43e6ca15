"""Bundles: what spreadsheets read, whole or not at all, and nothing else replaced."""

from __future__ import annotations

import hashlib
import json

import pandas as pd
import pytest

from phusong.errors import SnapshotError
from phusong.ledger import bundle

TABLE = pd.DataFrame({"ten": ["Xã Đông", "=1+1", None], "hour": [4.0, 8.5, float("nan")], "people": [1, 2, 3]})


def test_spreadsheets_read_it():
    text = bundle.csv_bytes(TABLE).decode()
    assert text == "\ufefften,hour,people\r\nXã Đông,4,1\r\n'=1+1,8.5,2\r\n,,3\r\n"


def test_tables_and_record_with_their_hashes(tmp_path):
    folder = bundle.write(tmp_path / "a" / "b", "storm.json", {"one": TABLE}, {"name": "bão"})
    assert sorted(file.name for file in folder.iterdir()) == ["one.csv", "storm.json"]
    record = json.loads((folder / "storm.json").read_text("utf-8"))
    digest = hashlib.sha256((folder / "one.csv").read_bytes()).hexdigest()
    assert record == {"name": "bão", "files": {"one.csv": digest}}


def test_an_earlier_bundle_is_replaced_with_all_its_files(tmp_path):
    folder = tmp_path / "storm"
    bundle.write(folder, "storm.json", {"one": TABLE, "two": TABLE}, {})
    bundle.write(folder, "storm.json", {"three": TABLE}, {})
    assert sorted(file.name for file in folder.iterdir()) == ["storm.json", "three.csv"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["storm"]


def test_when_it_cannot_be_written_the_earlier_bundle_stays(tmp_path, monkeypatch):
    folder = tmp_path / "storm"
    bundle.write(folder, "storm.json", {"one": TABLE}, {})
    before = (folder / "one.csv").read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bundle.Path, "write_bytes", full)
    with pytest.raises(SnapshotError, match="could not be written: No space left"):
        bundle.write(folder, "storm.json", {"one": TABLE}, {})
    assert (folder / "one.csv").read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["storm"]


def test_what_is_no_bundle_is_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("thư", "utf-8")
    for place, told in ((tmp_path, "holds something else"), (tmp_path / "letter.txt", "is a file")):
        with pytest.raises(SnapshotError, match=told):
            bundle.write(place, "storm.json", {"one": TABLE}, {})
    assert (tmp_path / "letter.txt").read_text("utf-8") == "thư"


def test_an_empty_folder_may_be_used(tmp_path):
    (tmp_path / "out").mkdir()
    bundle.write(tmp_path / "out", "storm.json", {}, {})
    assert (tmp_path / "out" / "storm.json").exists()
