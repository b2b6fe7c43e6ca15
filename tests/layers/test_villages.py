"""Villages: power is yes, no or unknown, and unknown is not no."""

from __future__ import annotations

import pandas as pd
import pytest

from phusong.errors import LayerError
from phusong.layers import villages


def test_the_three_villages(world):
    frame, account = villages.read(world.project())
    assert frame.village_id.tolist() == ["V1", "V2", "V3"]
    assert frame.village_name.tolist() == ["Bản Một", "Bản Hai", "Bản Ba"]
    assert frame.geometry.x.tolist() == [500_500, 501_500, 500_500]
    assert frame.has_grid_power[:2].tolist() == [True, False]
    assert frame.has_grid_power[2] is pd.NA
    assert (account.layer, account.rows_in, account.accepted) == ("villages", 3, 3)


def test_without_such_a_layer_there_are_none(world):
    del world.layers["villages"]
    frame, account = villages.read(world.project())
    assert (len(frame), frame.crs, account.rows_in) == (0, 3405, 0)


def test_every_fault_at_once(world, tmp_path):
    text = (
        (tmp_path / "villages.csv").read_text("utf-8").replace("V2", "V1").replace("no,", "hmm,").replace("00003", "3")
    )
    (tmp_path / "villages.csv").write_text(text.replace("village_name", "ten"), "utf-8")
    with pytest.raises(LayerError) as caught:
        villages.read(world.project())
    lines = str(caught.value).splitlines()
    assert lines[0] == "villages: 4 faults"
    assert lines[1].startswith("  - column 'village_name' is missing")
    assert "  - has_grid_power: 1 row neither yes nor no, first at row 3 (found 'hmm')" in lines
    assert "  - village_id: 2 rows repeated, first at row 2 (found 'V1')" in lines
    assert any(line.startswith("  - commune_code: 1 row not of the form ") for line in lines)


def test_a_flag_column_may_not_be_forgotten(world, tmp_path):
    text = (tmp_path / "villages.csv").read_text("utf-8").replace("has_grid_power", "has_power")
    (tmp_path / "villages.csv").write_text(text, "utf-8")
    with pytest.raises(LayerError, match=r"column 'has_grid_power' is missing \(your file has 'has_power'\)"):
        villages.read(world.project())


def test_villages_of_unknown_communes_are_counted(world):
    frame, _ = villages.read(world.project())
    assert villages.unmatched(frame, pd.Series(["00001", "00004"])) == 2
