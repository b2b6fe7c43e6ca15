"""Codes of figures, how questions are answered, and what is written beside a report."""

from __future__ import annotations

import dataclasses
import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from phusong.errors import SnapshotError
from phusong.publish.report import record
from phusong.publish.report.annexes import rows_of
from phusong.publish.report.codes import PATTERN, code, figures, of_cell
from phusong.publish.report.model import Figure, Identity, Paragraph, Query
from phusong.publish.report.tables import Tables, held

ZONES = pd.DataFrame({"zone_id": ["a", "b", "c"], "gap": ["signal", "power", "signal"], "people": [10.0, np.nan, 5.0]})
TABLES = Tables({"zones": ZONES, "empty": pd.DataFrame()})
IDENTITY = Identity("nho", "2026Q3", dt.date(2026, 9, 30), "public", "vi", "province", "22", "2026Q2", "ab" * 32)


def figure(query: Query, own: str = "Z-0000000") -> Figure:
    return Figure(own, "1", 1.0, "zones", "số vùng", query)


def test_a_code_stands_for_one_question_to_one_edition():
    count = Query("zones", (("gap", "signal"),), "count")
    own = code("Z", "nho 2026Q3 2026-09-30 public", [count])
    assert PATTERN.fullmatch(own)
    assert PATTERN.fullmatch(of_cell(own, 0))
    assert own == code("Z", "nho 2026Q3 2026-09-30 public", [count])
    others = [
        code("Z", "nho 2026Q3 2026-09-30 regulator", [count]),
        code("Z", "nho 2026Q4 2026-12-31 public", [count]),
        code("Z", "nho 2026Q3 2026-09-30 public", [Query("zones", (("gap", "power"),), "count")]),
        code("Z", "nho 2026Q3 2026-09-30 public", [count, count]),
    ]
    assert len({own, *others}) == 5


def test_two_questions_of_one_code_are_refused():
    first, other = Query("zones", (), "count"), Query("communes", (), "count")
    assert figures([Paragraph((figure(first), "; ", figure(first)))]) == (figure(first),)
    with pytest.raises(ValueError, match="stands for two questions"):
        figures([Paragraph((figure(first), figure(other)))])


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        (Query("zones", (), "count"), 3.0),
        (Query("zones", (("gap", "signal"),), "count"), 2.0),
        (Query("zones", (("gap", "both"),), "count"), 0.0),
        (Query("zones", (("gap", "both"),), "sum", ("people",)), 0.0),
        (Query("zones", (("gap", "signal"),), "sum", ("people",)), 15.0),
        (Query("zones", (("gap", "power"),), "sum", ("people",)), None),
        (Query("zones", (("zone_id", "a"),), "value", ("people",)), 10.0),
        (Query("zones", (("zone_id", "b"),), "value", ("people",)), None),
        (Query("zones", (("zone_id", "z"),), "value", ("people",)), None),
        (Query("zones", (), "sum", ("households",)), None),
        (Query("zones", (("commune_code", "1"),), "count"), None),
        (Query("nowhere", (), "count"), None),
        (Query("empty", (), "sum", ("people",)), None),
    ],
)
def test_what_is_not_known_is_not_nothing(query: Query, answer: float | None):
    assert TABLES.answer(query) == answer


def test_one_value_of_several_rows_is_refused():
    with pytest.raises(ValueError, match="2 rows, expected one"):
        TABLES.answer(Query("zones", (("gap", "signal"),), "value", ("people",)))


def test_a_ratio_is_of_two_sums_and_unknown_over_nothing():
    tables = Tables({"t": pd.DataFrame({"unit": ["a", "a", "b"], "part": [1, 2, 0], "whole": [4, 4, 0]})})
    assert tables.answer(Query("t", (("unit", "a"),), "ratio", ("part", "whole"))) == 3 / 8
    assert tables.answer(Query("t", (("unit", "b"),), "ratio", ("part", "whole"))) is None


def test_the_rows_of_several_questions_are_told_once():
    asked = [Query("zones", (("gap", "signal"),), "count"), Query("zones", (("zone_id", "a"),), "value", ("people",))]
    rows = rows_of(asked, TABLES)
    assert rows["zone_id"].tolist() == ["a", "c"]
    assert list(rows) == ["zone_id", "gap", "people"]


def test_tables_beside_an_edition_lose_what_a_tier_may_not_hold():
    rows = pd.DataFrame({"definition_id": ["satellite_terminals", "people_covered_limited_share"], "value": [3.0, 0.5]})
    beside = {
        "indicators": rows,
        "provinces": pd.DataFrame({"unit_code": ["01"], "terminals": [3], "saidi_min": [1.0]}),
    }
    public = held(beside, "public", ())
    assert public["indicators"]["definition_id"].tolist() == ["people_covered_limited_share"]
    assert list(public["provinces"]) == ["unit_code", "saidi_min"]
    assert list(held(beside, "regulator", ())["provinces"]) == ["unit_code", "terminals", "saidi_min"]


def test_the_identity_of_a_report_is_read_back():
    assert Identity.parse(IDENTITY.text) == IDENTITY
    measured = dataclasses.replace(IDENTITY, gains=True)
    assert Identity.parse(measured.text) == measured != IDENTITY
    for text in ("", "phusong:nho", f"{IDENTITY.text}:more", "other" + IDENTITY.text[7:]):
        with pytest.raises(ValueError, match="names no report"):
            Identity.parse(text)


def test_a_record_is_read_back_and_found_by_row_and_cell(tmp_path):
    cell = figure(Query("zones", (("zone_id", "a"),), "value", ("people",)), "Z-0000001.b")
    made = SimpleNamespace(identity=IDENTITY, figures=(figure(Query("zones", (), "count")), cell))
    edition = SimpleNamespace(snapshot_digest="cd" * 32, run={"inputs": [{"layer": "sites", "sha256": "ef" * 32}]})
    path = tmp_path / "one.json"
    record.write(made, edition, path)
    found = record.read(path)
    assert found.figures == made.figures
    assert found.inputs[0]["sha256"] == "ef" * 32
    assert found.of("Z-0000001") == found.of("Z-0000001.b") == (cell,)
    assert found.of("Z-0000002") == ()


def test_what_is_no_record_is_told(tmp_path):
    path = tmp_path / "one.json"
    path.write_text("{}", "utf-8")
    with pytest.raises(SnapshotError, match="is no record of a report"):
        record.read(path)
