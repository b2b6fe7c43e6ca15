"""What several tests share: the data beside the repository, and commands run in this process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from small_study import Said

from phusong.cli import main

# the same examples every time, however busy the machine: a test that passed here passes there
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    "The real layers beside the repository."
    if not (SHARED / "data").is_dir():
        pytest.skip("the real layers (../shared/data) are not here")
    return SHARED / "data"


@pytest.fixture
def phusong(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    "A command, run in this process."

    def run(*words: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["phusong", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        told = capsys.readouterr()
        return Said(int(end.value.code or 0), told.out, told.err)

    return run
