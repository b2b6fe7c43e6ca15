"""Progress: plain lines where nobody watches, a bar on a terminal, nothing when quiet."""

from __future__ import annotations

import io
import sys

import pytest

from phusong.progress import Reporter


class Terminal(io.StringIO):
    """Standard error that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def told(capsys: pytest.CaptureFixture[str], *steps: tuple[str, int, int], quiet: bool = False) -> list[str]:
    with Reporter(quiet) as reporter:
        for step in steps:
            reporter.step(*step)
    heard = capsys.readouterr()
    assert heard.out == ""
    return heard.err.splitlines()


def test_each_new_step_is_a_line(capsys: pytest.CaptureFixture[str]):
    assert told(capsys, ("reading sites", 0, 0), ("reading terrain", 0, 0)) == ["reading sites", "reading terrain"]


def test_same_step_is_told_once(capsys: pytest.CaptureFixture[str]):
    assert told(capsys, ("drawing", 0, 0), ("drawing", 0, 0)) == ["drawing"]


def test_long_step_is_told_every_tenth(capsys: pytest.CaptureFixture[str]):
    "300 sites: at 0, 30, 60, ... 300."
    lines = told(capsys, *(("sites", done, 300) for done in range(301)))
    assert lines == [f"sites {done} of 300" for done in range(0, 301, 30)]


def test_short_step_is_told_at_every_part(capsys: pytest.CaptureFixture[str]):
    assert told(capsys, *(("tiles", done, 3) for done in range(4))) == [f"tiles {done} of 3" for done in range(4)]


def test_next_long_step_starts_anew(capsys: pytest.CaptureFixture[str]):
    assert told(capsys, ("tile 1", 1, 2), ("tile 2", 1, 2)) == ["tile 1 1 of 2", "tile 2 1 of 2"]


def test_time_left_and_what_more_is_to_say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    "A clock that only goes forward, whatever is done to the clock on the wall."
    clock = iter([0.0, 0.0, 20.0, 160.0, 400.0])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    with Reporter(quiet=False) as reporter:
        for done in range(4):
            reporter.step("tiles", done, 3, f"{done} million paths a second" if done else "")
    assert capsys.readouterr().err.splitlines() == [
        "tiles 0 of 3",
        "tiles 1 of 3, 1 million paths a second, about 40 s left",
        "tiles 2 of 3, 2 million paths a second, about 80 s left",
        "tiles 3 of 3, 3 million paths a second",
    ]


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]):
    assert told(capsys, ("reading", 0, 0), ("sites", 5, 10), quiet=True) == []


def watched(monkeypatch: pytest.MonkeyPatch, *steps: tuple[str, int, int], quiet: bool = False) -> str:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with Reporter(quiet) as reporter:
        for step in steps:
            reporter.step(*step)
    return terminal.getvalue()


def test_terminal_has_a_bar_with_what_is_done_and_the_time(monkeypatch: pytest.MonkeyPatch):
    shown = watched(monkeypatch, ("reading sites", 0, 0), ("radio: sites", 5, 10))
    assert "reading sites" in shown
    assert "radio: sites" in shown
    assert "0:00:0" in shown


def test_quiet_on_a_terminal_says_nothing(monkeypatch: pytest.MonkeyPatch):
    assert watched(monkeypatch, ("reading sites", 0, 0), quiet=True) == ""


def test_names_with_brackets_are_shown_as_they_are(monkeypatch: pytest.MonkeyPatch):
    "Brackets are no mark-up."
    assert "reading [/sites]" in watched(monkeypatch, ("reading [/sites]", 0, 0))


def test_fault_ends_the_bar_and_goes_on(monkeypatch: pytest.MonkeyPatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with pytest.raises(OSError, match="full"):
        interrupted()
    assert terminal.getvalue().count("\x1b[?25h") == 1  # the cursor is there again


def interrupted() -> None:
    with Reporter(quiet=False) as reporter:
        reporter.step("writing", 0, 0)
        raise OSError("full")
