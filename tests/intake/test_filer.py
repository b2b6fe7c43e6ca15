"""Whose filing a table is."""

from __future__ import annotations

import pandas as pd
import pytest

from phusong.errors import FilingError
from phusong.intake.blocks import find
from phusong.intake.filer import filer, named
from phusong.intake.table import RawTable


def blocks(file: str, rows: list[list[object]], sheet: str = ""):
    cells = pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1), dtype=object)
    return find(RawTable(file, sheet, cells.where(cells.notna(), None)))


TABLE = [["Mã trạm", "Tần số"], ["A-1", 1800]]


@pytest.mark.parametrize(
    ("file", "operator"),
    [
        ("viettel_2026Q3.xlsx", "Viettel"),
        ("Báo cáo VNPT quý III.csv", "VNPT"),
        ("tram-vinaphone.csv", "VNPT"),
        ("MobiFone.zip/tram.csv", "MobiFone"),
        ("vietnamobile_2026Q3.geojson", "Vietnamobile"),
        ("vietteltram.csv", None),
        ("viettel va vnpt.csv", None),
        ("tram.csv", None),
    ],
)
def test_the_name_of_the_file_tells_when_it_holds_one_operator_as_a_word(file, operator):
    assert filer(blocks(file, TABLE), None) == operator


@pytest.mark.parametrize(
    ("ids", "operator"),
    [
        (["VTL-1", "VTL-2"], "Viettel"),
        (["MBF_7", "MBF_8", None], "MobiFone"),
        (["VNP-1"] * 9 + ["X-1"], "VNPT"),
        (["VNP-1"] * 8 + ["X-1"] * 2, None),
        (["VNP-1", "VTL-1"], None),
        (["HN0001", "123"], None),
        ([], None),
    ],
)
def test_ids_tell_when_nearly_all_begin_with_one_operator(ids, operator):
    assert filer(blocks("tram.csv", TABLE), pd.Series(ids, dtype=object)) == operator


def test_titles_tell_when_nothing_else_does():
    titled = blocks("tram.csv", [["TẬP ĐOÀN VIETTEL", None], ["Quý III/2026", None], *TABLE])
    assert filer(titled, None) == "Viettel"
    assert filer(titled, pd.Series(["MBF-1"])) == "MobiFone"


def test_a_contradiction_is_asked_or_refused():
    table = blocks("viettel.csv", TABLE)
    ids = pd.Series(["VNP-1", "VNP-2"])
    question = "viettel.csv: whose filing is it? Its name says Viettel, its ids say VNPT"
    with pytest.raises(FilingError, match=f"{question}; say which with --operator".replace("?", r"\?")):
        filer(table, ids)
    asked = []
    assert filer(table, ids, lambda text, answers: asked.append((text, tuple(answers))) or 1) == "VNPT"
    assert asked == [(question, ("Viettel", "VNPT"))]


def test_operators_get_the_one_name_of_the_licence_table():
    operators = pd.Series(["VinaPhone", None, "VNPT", "Sóng Mẫu"], dtype=object)
    became, findings = named(operators)
    assert became.tolist() == ["VNPT", None, "VNPT", "Sóng Mẫu"]
    [finding] = findings
    assert (finding.reason, finding.rows.tolist(), finding.found, finding.became) == (
        "word_translated",
        [0],
        ("VinaPhone",),
        ("VNPT",),
    )
    assert named(became)[1] == []
