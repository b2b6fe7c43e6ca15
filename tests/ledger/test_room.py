"""Room: a disk that is short is told before the work, and one that is not is let be."""

from __future__ import annotations

import shutil
from collections import namedtuple

import pytest

from phusong.errors import SnapshotError
from phusong.ledger.room import refuse_short

Usage = namedtuple("Usage", "total used free")


def test_a_short_disk_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 0, 3_000_000_000))
    refuse_short(tmp_path, 30_000_000)
    with pytest.raises(SnapshotError, match=r"needs about 7\.0 GB on the disk of .*, and 3\.0 GB are free"):
        refuse_short(tmp_path, 70_000_000)


def test_the_disk_that_is_there_is_asked(tmp_path):
    refuse_short(tmp_path, 1)
    with pytest.raises(SnapshotError, match="Make room, or move the project"):
        refuse_short(tmp_path, 10**15)
