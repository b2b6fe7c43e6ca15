"""Units as they are kept on disk."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from phusong.administration import History
from phusong.errors import LayerError
from phusong.layers import administration

UNITS = pd.DataFrame(
    {
        "code": ["00001", "00001"],
        "name": ["Xã A", "Phường A"],
        "district_code": ["259", None],
        "valid_from": pd.to_datetime([None, "2025-07-01"]),
        "valid_to": pd.to_datetime(["2025-06-30", None]),
        "people": [float("nan"), 5.0],
    }
)
MOVES = pd.DataFrame(
    {
        "date": pd.to_datetime(["2025-07-01"]),
        "old_code": ["00001"],
        "new_code": ["00001"],
        "relation": ["full"],
        "doubtful": [""],
    }
)
PEOPLE = pd.DataFrame({"people": [5, 7], "code": ["00001", None], "stage": ["name", ""], "reason": ["", "several"]})


def test_what_is_written_is_read(tmp_path):
    administration.write(History(UNITS, MOVES), PEOPLE, tmp_path / "units")
    told = administration.read(tmp_path / "units")
    assert told.unit("00001", dt.date(2025, 6, 30))["name"] == "Xã A"
    assert told.unit("00001", dt.date(2025, 7, 1))["name"] == "Phường A"
    assert told.changes == (dt.date(2025, 7, 1),)
    assert told.units.code.tolist() == ["00001", "00001"]
    people = administration.read_people(tmp_path / "units")
    assert people.people.tolist() == [5, 7]
    assert people.code.isna().tolist() == [False, True]


def test_a_history_without_moves_is_read(tmp_path):
    administration.write(History(UNITS, MOVES.iloc[:0]), None, tmp_path)
    assert administration.read(tmp_path).changes == ()
    assert administration.read(tmp_path).reused == frozenset()


def test_a_folder_without_units_says_what_writes_them(tmp_path):
    with pytest.raises(LayerError, match=r"has no units.parquet and no succession.parquet: `phusong units import`"):
        administration.read(tmp_path)
    administration.write(History(UNITS, MOVES), None, tmp_path)
    with pytest.raises(LayerError, match=r"has no people.parquet: `phusong units import --people FILE` writes it"):
        administration.read_people(tmp_path)
