"""Who waits for the compiler is told, once; changed code is compiled anew."""

from __future__ import annotations

import os

import phusong
from phusong.cli import compiling


class Listener:
    """Keeps what it is told."""

    def __init__(self):
        self.told = []

    def step(self, what, *counts):
        self.told.append((what, *counts))


def test_told_until_kernels_are_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    listener = Listener()
    compiling.announce(listener)
    kept = tmp_path / "radio_1" / "fast.fast_paths-33.py311.nbi"
    kept.parent.mkdir()
    kept.write_bytes(b"")
    compiling.announce(listener)
    assert listener.told == [(compiling.NOTICE, 0, 0)]
    compiling.announce(listener, "exact")
    assert len(listener.told) == 2


def test_changed_kernels_have_another_folder(tmp_path, monkeypatch):
    file = tmp_path / "phusong" / "radio" / "rows.py"
    file.parent.mkdir(parents=True)
    file.write_text("ROW = 1")
    monkeypatch.setattr(phusong, "__file__", str(tmp_path / "phusong" / "__init__.py"))
    before = phusong._edition()
    assert phusong._edition() == before
    os.utime(file, (1, 1))
    assert phusong._edition() != before
