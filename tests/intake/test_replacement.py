"""A folder appears whole or not at all."""

from __future__ import annotations

import pytest

from phusong.intake.replacement import replaced


def test_a_new_folder_appears_and_the_old_one_goes(tmp_path):
    folder = tmp_path / "deep" / "out"
    for word in ("first", "second"):
        with replaced(folder) as made:
            (made / word).write_text(word)
            assert not (folder / word).exists()
        assert [path.name for path in folder.iterdir()] == [word]
    assert [path.name for path in folder.parent.iterdir()] == ["out"]


def test_after_a_fault_the_old_folder_is_there_still(tmp_path):
    folder = tmp_path / "out"
    with replaced(folder) as made:
        (made / "old").touch()
    with pytest.raises(FileNotFoundError), replaced(folder) as made:
        (made / "new").joinpath("deeper").touch()
    assert [path.name for path in folder.iterdir()] == ["old"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
