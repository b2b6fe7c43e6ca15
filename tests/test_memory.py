"""What a run remembers of the runs before it."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import CRS

from phusong.grid import Grid
from phusong.layers.field import Blocks
from phusong.ledger.tile_store import TileStore
from phusong.pipeline import memory
from phusong.pipeline.memory import Kept, OfTiles


@pytest.fixture
def store(tmp_path):
    return TileStore(tmp_path / "tiles")


def counted(value, done):
    "Work that tells each time it is done."

    def work():
        done.append(value)
        return {"value": np.array([value])}

    return work


def test_work_is_done_once_for_all_that_it_depends_on(store):
    done = []
    for on in ([1, "a"], [1, "a"], [1, "b"]):
        assert Kept(store)("work", on, counted(7, done))["value"].tolist() == [7]
    Kept(store)("other work", [1, "a"], counted(7, done))
    assert len(done) == 3


def test_other_code_does_its_own_work(store, monkeypatch):
    done = []
    Kept(store)("work", [], counted(1, done))
    monkeypatch.setattr(memory, "of_code", lambda: "other")
    assert Kept(store)("work", [], counted(2, done))["value"].tolist() == [2]
    assert done == [1, 2]


def test_a_file_counts_by_what_is_in_it(store, tmp_path):
    done, file = [], tmp_path / "heights"
    for text in ("one", "two", "one"):
        file.write_text(text)
        Kept(store)("work", [], counted(text, done), [file])
    assert done == ["one", "two"]


def test_nothing_is_kept_of_a_file_that_changes_meanwhile(store, tmp_path):
    "Else what was read of the new file would stand for the old one for ever."
    file = tmp_path / "heights"
    file.write_text("old")

    def work():
        file.write_text("new!")
        return {"value": np.array([0])}

    Kept(store)("work", [], work, [file])
    file.write_text("old")
    assert Kept(store)("work", [], lambda: {"value": np.array([1])}, [file])["value"].tolist() == [1]


def test_a_file_that_is_gone_is_told_by_the_work(store, tmp_path):
    gone = tmp_path / "heights"
    assert Kept(store)("work", [], lambda: {"value": np.array([3])}, [gone])["value"].tolist() == [3]
    gone.write_text("back")

    def work():
        gone.unlink()
        return {"value": np.array([4])}

    assert Kept(store)("work", [], work, [gone])["value"].tolist() == [4]


def test_tiles_without_keys_are_not_remembered(store):
    done = []
    for keys in ((), ("a", "b"), ("a", "b"), ("a", "c")):
        tiles = OfTiles(Kept(store), keys)
        tiles(1, "work", [], counted(1, done))
    assert len(done) == 3


def test_a_block_that_could_not_be_read_to_its_end_is_read_again(store):
    "A disk that failed once would leave its ground unknown for ever."
    grid, answers = Grid(CRS(3405), 0.0, 200.0, 100.0, (2, 2)), [{"damaged": {"n.hgt breaks off": 1}}, {"voids": 0}]

    def read(part):
        told = answers.pop(0)
        return np.full(part.shape, np.nan if "damaged" in told else 7.0, np.float32), told

    first, second, third = (Blocks(grid, read, Kept(store), ["terrain"]) for _ in range(3))
    assert np.isnan(first.on(grid)).all()
    assert first.counts == {"damaged": {"n.hgt breaks off": 1}}
    assert (second.on(grid) == 7).all()
    assert (third.on(grid) == 7).all()
    assert answers == []
