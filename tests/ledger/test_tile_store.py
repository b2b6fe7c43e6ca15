"""The tile store: arrays come back as they were, a damaged file counts as none, and what nobody asks for goes."""

from __future__ import annotations

import numpy as np
import pytest

from phusong.errors import SnapshotError
from phusong.ledger.tile_store import TileStore

ARRAYS = {
    "words": np.frombuffer(b"[]", np.uint8),
    "none": np.empty((0, 3), np.int64),
    "level": np.arange(12, dtype=np.uint8).reshape(1, 3, 4),
    "rsrp": np.array([[-32768, 5]], np.int16),
}
ONE, OTHER = "a" * 64, "b" * 64


def test_arrays_come_back(tmp_path):
    store = TileStore(tmp_path / "tiles")
    assert store.held(ONE) is None
    store.keep(ONE, ARRAYS)
    found = TileStore(tmp_path / "tiles").held(ONE)
    assert list(found) == list(ARRAYS)
    for name, values in ARRAYS.items():
        assert (found[name].dtype, found[name].shape) == (values.dtype, values.shape)
        np.testing.assert_array_equal(found[name], values)


def test_the_same_arrays_are_the_same_bytes(tmp_path):
    for name in ("one", "other"):
        TileStore(tmp_path / name).keep(ONE, ARRAYS)
    one, other = (next((tmp_path / name).glob("??/*")).read_bytes() for name in ("one", "other"))
    assert one == other


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b[:0], lambda b: b[:50] + bytes([b[50] ^ 1]) + b[51:]])
def test_a_damaged_file_counts_as_none(tmp_path, damage):
    store = TileStore(tmp_path)
    store.keep(ONE, ARRAYS)
    file = next(tmp_path.glob("??/*"))
    file.write_bytes(damage(file.read_bytes()))
    assert store.held(ONE) is None
    store.keep(ONE, ARRAYS)
    assert store.held(ONE) is not None


def test_what_no_open_period_asks_for_is_removed(tmp_path):
    first = TileStore(tmp_path)
    first.keep(ONE, ARRAYS)
    first.forget_others("2026Q2", ())
    second = TileStore(tmp_path)
    second.keep(OTHER, ARRAYS)
    (tmp_path / "bb" / f".{OTHER}.99.1").write_bytes(b"a draft of a run that was killed")
    second.forget_others("2026Q3", ())
    assert sorted(file.name for file in tmp_path.glob("??/*")) == [ONE, OTHER]
    third = TileStore(tmp_path)
    third.held(OTHER)
    third.forget_others("2026Q3", ("2026Q2",))
    assert [file.name for file in tmp_path.glob("??/*")] == [OTHER]


def test_a_disk_that_refuses_is_told_and_leaves_no_draft(tmp_path):
    (tmp_path / "aa").write_bytes(b"a file where a folder should be")
    with pytest.raises(SnapshotError, match=r"cannot be kept in .*Make room and run again"):
        TileStore(tmp_path).keep(ONE, ARRAYS)
