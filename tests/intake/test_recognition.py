"""Which blocks of a file are tables of the layer."""

from __future__ import annotations

import pandas as pd
import pytest
from small_country import HEADER, request, row

from phusong.errors import FilingError
from phusong.intake.blocks import find
from phusong.intake.recognition import recognised
from phusong.intake.spec import spec
from phusong.intake.table import RawTable


def blocks(*rows: list[object]):
    width = max(map(len, rows))
    cells = pd.DataFrame(
        [[*one, *[None] * (width - len(one))] for one in rows], index=pd.RangeIndex(1, len(rows) + 1), dtype=object
    )
    return find(RawTable("a.xlsx", "", cells.where(cells.notna(), None)))


def test_another_table_on_the_sheet_is_told_to_be_no_data():
    found = blocks(list(HEADER), row("A-1"), row("A-2"), [], ["STT", "Họ tên", "Ghi chú"], [1, "Nguyễn Văn A", "x"])
    kept, own = recognised(found, request(), spec("sites"))
    assert [len(block.cells) for block, _ in own] == [2]
    assert [(label, word) for block in kept for label, word in block.aside if word == "another table"] == [
        (6, "another table")
    ]


def test_a_file_without_such_a_table_is_refused_with_its_columns():
    with pytest.raises(
        FilingError,
        match=r"a\.xlsx has no table of sites: its columns are 'STT', 'Họ tên', 'Ghi chú'; expected such as",
    ):
        recognised(blocks(["STT", "Họ tên", "Ghi chú"], [1, "Nguyễn Văn A", "x"]), request(), spec("sites"))
    with pytest.raises(FilingError, match=r"a\.xlsx has no table of sites: no row of column names was found"):
        recognised(blocks([1, 2, 3], [4, 5, 6]), request(), spec("sites"))


def test_a_profile_settles_what_names_do_not_tell():
    header = ["cột một", *HEADER[1:]]
    request_with = request(profile={"cột một": "site_id"})
    _, [(_, found)] = recognised(blocks(header, row("A-1"), row("A-2")), request_with, spec("sites"))
    assert found.positions()["site_id"] == 0
