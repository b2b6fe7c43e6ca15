"""Chains: nothing that was added changes unseen, and a line cut off at any byte is no line."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import sys
from pathlib import Path

import pytest

from phusong.errors import SnapshotError
from phusong.ledger.chain import START, append, held, read


@pytest.fixture
def file(tmp_path: Path) -> Path:
    "Three entries."
    for what in ("một", "hai", "ba"):
        append(tmp_path / "c.jsonl", {"what": what})
    return tmp_path / "c.jsonl"


def test_each_entry_holds_the_hash_of_the_one_before(file: Path):
    lines = file.read_bytes().splitlines()
    told = [json.loads(line) for line in lines]
    assert [(entry["seq"], entry["what"]) for entry in told] == [(1, "một"), (2, "hai"), (3, "ba")]
    assert [entry["before"] for entry in told] == [START, told[0]["sha256"], told[1]["sha256"]]
    own = told[2].pop("sha256")
    text = json.dumps(told[2], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == own == read(file).head


def test_no_file_is_an_empty_chain(tmp_path: Path):
    chain = read(tmp_path / "c.jsonl")
    assert (chain.entries, chain.torn_bytes, chain.head) == ((), 0, "0" * 64)


def test_any_changed_byte_is_found(file: Path):
    "Also in the last line; the end of the last line aside, which makes it a cut-off one."
    data = file.read_bytes()
    for at in range(len(data) - 1):
        file.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        with pytest.raises(SnapshotError, match=r"line \d is not as it was written"):
            read(file)


@pytest.mark.parametrize(("keep", "line"), [([1, 2], 1), ([0, 2], 2), ([1, 0, 2], 1), ([0, 1, 1, 2], 3)])
def test_lines_removed_moved_or_doubled_are_found(file: Path, keep: list[int], line: int):
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[at] for at in keep))
    with pytest.raises(SnapshotError, match=f"line {line} does not follow the one before it"):
        read(file)


def test_a_line_cut_off_at_any_byte_never_counted(file: Path):
    "And the next entry takes its place."
    data = file.read_bytes()
    begin = data.rindex(b"\n", 0, -1) + 1
    for end in range(begin, len(data)):
        file.write_bytes(data[:end])
        chain = read(file)
        assert [entry["what"] for entry in chain.entries] == ["một", "hai"]
        assert chain.torn_bytes == end - begin
        append(file, {"what": "ba"})
        assert file.read_bytes() == data


def test_nothing_is_added_to_a_broken_chain(file: Path):
    data = file.read_bytes().replace(b"hai", b"HAI")
    file.write_bytes(data)
    with pytest.raises(SnapshotError, match="line 2 is not as it was written"):
        append(file, {"what": "bốn"})
    assert file.read_bytes() == data


def test_a_full_disk_adds_nothing(file: Path, monkeypatch: pytest.MonkeyPatch):
    data = file.read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device", handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SnapshotError, match=r"could not be written: No space left on device; nothing was added\.$"):
        append(file, {"what": "bốn"})
    assert file.read_bytes() == data


def _add(file: Path, times: int) -> None:
    for _ in range(times):
        with held(file.parent):
            append(file, {"by": os.getpid()})


@pytest.mark.skipif(sys.platform == "win32", reason="a folder cannot be held there")
def test_two_processes_that_hold_the_folder_lose_nothing(tmp_path: Path):
    several = multiprocessing.get_context("spawn")
    workers = [several.Process(target=_add, args=(tmp_path / "c.jsonl", 20)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(read(tmp_path / "c.jsonl").entries) == 40
