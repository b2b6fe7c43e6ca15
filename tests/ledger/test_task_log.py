"""The log of tasks: whole after a kill, broken after any change, and one writer at a time."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from small_tasks import closing, said

from phusong.errors import PhusongError
from phusong.ledger import task_log
from phusong.ledger.task_changes import new_tasks
from phusong.ledger.task_log import Book, Change, append, read
from phusong.ledger.tasks import TaskError

ROOT = Path(__file__).resolve().parents[2]


def at(text: str) -> task_log.Clock:
    return lambda: dt.datetime.fromisoformat(text)


def adds(*numbers: int) -> Change:
    return "add", {"tasks": [said(number) for number in numbers]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    "A log of three entries: two tasks, one of them closed, a third task."
    log = tmp_path / "tasks"
    append(log, "An", lambda _: adds(1, 2), at("2026-09-30T16:59:00+00:00"))
    append(log, "Bình", lambda _: ("close", closing(1)), at("2026-09-30T17:01:00+00:00"))
    append(log, "An", lambda _: adds(3), at("2026-10-02T01:00:00+00:00"))
    return log


def test_each_entry_says_who_and_when_in_viet_nam(folder: Path):
    entries = read(folder).entries
    assert [(entry.seq, entry.who, entry.action, entry.at) for entry in entries] == [
        (1, "An", "add", "2026-09-30T23:59:00+07:00"),
        (2, "Bình", "close", "2026-10-01T00:01:00+07:00"),
        (3, "An", "add", "2026-10-02T08:00:00+07:00"),
    ]
    assert [entry.before for entry in entries] == ["0" * 64, entries[0].sha256, entries[1].sha256]
    assert read(folder).digest == entries[2].sha256
    assert [str(entry.day) for entry in entries] == ["2026-09-30", "2026-10-01", "2026-10-02"]


def test_what_was_known_by_a_day(folder: Path):
    "Closed two minutes later, which was the next day."
    assert read(folder, dt.date(2026, 9, 29)).tasks == {}
    assert read(folder, dt.date(2026, 9, 30)).tasks["T-0001"].done_on is None
    assert read(folder, dt.date(2026, 10, 1)).tasks["T-0001"].done_on == dt.date(2026, 9, 30)
    assert list(read(folder, dt.date(2026, 10, 1)).tasks) == ["T-0001", "T-0002"]


def test_a_change_that_is_refused_leaves_the_log_as_it_was(folder: Path):
    before = (folder / "log.jsonl").read_bytes()
    for change in (("close", closing(1)), ("close", closing(9)), adds(4, 1)):
        with pytest.raises(TaskError):
            append(folder, "An", lambda _, change=change: change)
    with pytest.raises(TaskError, match="a name is required"):
        append(folder, " ", lambda _: adds(4))
    assert (folder / "log.jsonl").read_bytes() == before


def test_nothing_is_done_after_the_day_of_its_record(tmp_path: Path):
    append(tmp_path, "An", lambda _: adds(1), at("2026-09-29T10:00:00+07:00"))
    with pytest.raises(TaskError, match="cannot be done on 2026-09-30: today is 2026-09-29"):
        append(tmp_path, "An", lambda _: ("close", closing(1)), at("2026-09-29T23:59:59+07:00"))
    book = append(tmp_path, "An", lambda _: ("close", closing(1)), at("2026-09-29T17:00:00+00:00"))
    assert book.tasks["T-0001"].done_on == dt.date(2026, 9, 30)


@pytest.mark.parametrize("name", ["log.jsonl", "log.head"])
def test_a_change_of_any_byte_is_found(folder: Path, name: str):
    "Another byte, a byte less and a byte more, at every place; the last line cut off cleanly too."
    whole = (folder / name).read_bytes()
    for place in range(len(whole)):
        other = bytes([whole[place] ^ 1])
        for changed in (whole[:place] + other + whole[place + 1 :], whole[:place] + whole[place + 1 :]):
            (folder / name).write_bytes(changed)
            with pytest.raises(PhusongError, match=r"line [1-3] |entry [1-3] is missing|log.head names"):
                read(folder)
    for place in range(len(whole) + 1):
        (folder / name).write_bytes(whole[:place] + b" " + whole[place:])
        if name == "log.jsonl" and place == len(whole):
            assert "half written" in read(folder).words[0]
        else:
            with pytest.raises(PhusongError):
                read(folder)


def test_the_first_broken_entry_is_named(folder: Path):
    text = (folder / "log.jsonl").read_text("utf-8")
    (folder / "log.jsonl").write_text(text.replace("Bình", "Minh"), "utf-8")
    with pytest.raises(PhusongError, match="line 2 is not as it was written"):
        read(folder)
    with pytest.raises(PhusongError, match="line 2 is not as it was written"):
        append(folder, "An", lambda _: adds(4))
    lines = text.splitlines(keepends=True)
    for kept, told in ((lines[1:], "line 1 does not follow"), ([lines[0], lines[2]], "line 2 does not follow")):
        (folder / "log.jsonl").write_text("".join(kept), "utf-8")
        with pytest.raises(PhusongError, match=told):
            read(folder)
    (folder / "log.jsonl").write_text("".join(lines[:2]), "utf-8")
    with pytest.raises(TaskError, match="entry 3 is missing or cut off, though entries up to 3 were recorded"):
        read(folder)
    (folder / "log.jsonl").unlink()
    with pytest.raises(TaskError, match="entry 1 is missing"):
        read(folder)


def test_without_its_head_a_log_cannot_vouch_for_its_end(folder: Path):
    (folder / "log.head").unlink()
    assert read(folder).words == ("log.head is not there: whether entries are missing at the end cannot be told",)
    assert len(read(folder).entries) == 3


def test_an_entry_that_was_sealed_and_is_impossible(folder: Path):
    "Written by other means: the chain is whole, the change cannot be."
    from phusong.ledger import chain

    for said_of, told in (
        ({"at": "2026-10-03T08:00:00+07:00", "who": "X", "action": "close", "payload": closing(1)}, "entry 4 .*imposs"),
        ({"period": "2026Q3"}, "entry 4 of the log of tasks is no change of tasks"),
    ):
        kept = (folder / "log.jsonl").read_bytes()
        chain.append(folder / "log.jsonl", said_of)
        with pytest.raises(TaskError, match=told):
            read(folder)
        (folder / "log.jsonl").write_bytes(kept)


def test_a_last_line_that_was_half_written(folder: Path):
    "A kill at any byte of the fourth line: three entries stay, the rest is set aside and told, and work goes on."
    three, head = (folder / "log.jsonl").read_bytes(), (folder / "log.head").read_bytes()
    append(folder, "An", lambda _: adds(4))
    line = (folder / "log.jsonl").read_bytes()[len(three) :]
    for size in range(1, len(line)):
        (folder / "log.jsonl").write_bytes(three + line[:size])
        (folder / "log.head").write_bytes(head)
        assert re.search(rf"half written .*\({size} bytes\).*left out", read(folder).words[0])
        assert list(read(folder).tasks) == ["T-0001", "T-0002", "T-0003"]
        if size % 40 == 1:
            (folder / "log.aside").unlink(missing_ok=True)
            book = append(folder, "An", lambda _: adds(5))
            assert re.search(r"set aside in log.aside", book.words[0])
            assert (folder / "log.aside").read_bytes() == line[:size] + b"\n"
            assert list(read(folder).tasks)[3:] == ["T-0005"]
            assert read(folder).words == ()


def test_a_log_ahead_of_its_head_is_whole(folder: Path):
    "Killed between the line and the head."
    head = (folder / "log.head").read_bytes()
    append(folder, "An", lambda _: adds(4))
    (folder / "log.head").write_bytes(head)
    assert (list(read(folder).tasks)[3:], read(folder).words) == (["T-0004"], ())
    append(folder, "An", lambda _: adds(5))
    assert (folder / "log.head").read_text().startswith("5 ")


def test_a_full_disk_adds_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch):
    before = (folder / "log.jsonl").read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(PhusongError, match="could not be written: No space left on device; nothing was added"):
        append(folder, "An", lambda _: adds(4))
    monkeypatch.undo()
    assert (folder / "log.jsonl").read_bytes() == before
    assert read(folder).words == ()


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from small_tasks import SAID
from phusong.ledger.task_changes import new_tasks
from phusong.ledger.task_log import append
for number in range(25):
    own = {"task": {**SAID, "work": f"{sys.argv[2]}-{number}"}}
    append(Path(sys.argv[1]), sys.argv[2], lambda book: ("add", new_tasks(book.tasks, own)))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be held on Windows")
def test_two_processes_do_not_interleave(tmp_path: Path):
    "Numbers are drawn from the log as it stands, so one that both drew would be refused."
    command = [sys.executable, "-c", WRITER, tmp_path / "tasks"]
    both = [subprocess.Popen([*command, who, Path(__file__).parent]) for who in ("An", "Bình")]
    assert [writer.wait(60) for writer in both] == [0, 0]
    book = read(tmp_path / "tasks")
    assert sorted(book.tasks) == [f"T-{number:04d}" for number in range(1, 51)]
    assert [sum(entry.who == who for entry in book.entries) for who in ("An", "Bình")] == [25, 25]


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_nothing_recorded_is_lost_when_the_writer_is_killed():
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "kill_tasks.py", "--count", "20"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = re.search(r"20 kills: acknowledged (\d+), .*; none lost", done.stdout)
    assert found is not None
    assert int(found[1]) > 20


def test_a_batch_is_one_entry(tmp_path: Path):
    "So an import that is cut off is there wholly or not at all."

    def many(book: Book) -> Change:
        return "add", new_tasks(book.tasks, {f"row {k}": said(k) for k in range(1, 680)})

    book = append(tmp_path, "An", many)
    assert (len(book.entries), len(book.tasks)) == (1, 679)
    (line,) = (tmp_path / "log.jsonl").read_bytes().splitlines()
    assert len(json.loads(line)["payload"]["tasks"]) == 679


def test_no_log_yet(tmp_path: Path):
    assert read(tmp_path / "nowhere") == Book()
    assert read(tmp_path) == Book()
