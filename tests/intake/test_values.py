"""Cells of recognised columns as canonical ones, every change and every fault told."""

from __future__ import annotations

import datetime as dt
import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from rows_of_sheets import raw_table

from phusong.intake.blocks import find
from phusong.intake.columns import recognise
from phusong.intake.readers import read
from phusong.intake.reasons import kind, sentence
from phusong.intake.spec import spec
from phusong.intake.values import convert

HEADER = ["Mã trạm", "Công nghệ", "Tần số (MHz)", "Vĩ độ", "Kinh độ", "Trạng thái", "Nhà mạng"]
GOOD = ["A-1", "4G", 1800, 21.1, 105.1, "HĐ", "Viettel"]


@pytest.fixture
def converted(raw):
    """Canonical rows of tables, with what was found by reason, column and row."""

    def of(*tables: list[list[object]], layer: str = "sites", **constants: str):
        own = [(block, recognise(block, spec(layer))) for rows in tables for block in find(raw(*rows))]
        frame, findings = convert(own, spec(layer), constants)
        told = {}
        for finding in findings:
            for i, row in enumerate(finding.rows):
                told[finding.reason, finding.column, int(row)] = sentence(finding, i, "en")
        return frame, told

    return of


def one(column: str, value: object, header: str | None = None) -> list[list[object]]:
    """A good row with one more cell."""
    return [[*HEADER, header or column], [*GOOD, value], ["A-2", *GOOD[1:], None], ["A-3", *GOOD[1:], None]]


def test_a_good_row_is_itself(converted):
    frame, told = converted([HEADER, GOOD, ["A-2", *GOOD[1:]]])
    row = frame.iloc[0]
    assert row[["site_id", "technology", "frequency_mhz", "status", "operator"]].tolist() == [
        "A-1", "LTE", 1800.0, "on_air", "Viettel",
    ]  # fmt: skip
    assert row[["source_file", "source_sheet", "source_row"]].tolist() == ["a.xlsx", "", 2]
    assert {reason for reason, *_ in told} == {"word_translated"}
    assert row[["longitude", "latitude", "coordinates"]].tolist() == [105.1, 21.1, None]
    assert pd.isna(row.backup_hours)
    assert pd.isna(row.hardened)


DAY = dt.datetime(2023, 3, 25)
FORMULA = "antenna begins as a formula would; kept as text: "


@pytest.mark.parametrize(
    ("column", "value", "canonical", "reason", "message"),
    [
        ("Chiều cao anten", "30,5", 30.5, "decimal_comma", "decimal comma read in height_agl_m: 30,5 became 30.5"),
        ("Chiều cao anten", "30 m", 30, "unit_in_cell", "unit taken out of the cell height_agl_m: 30 m became 30"),
        ("Chiều cao anten (cm)", 3050, 30.5, "", ""),
        ("Chiều cao anten", "'30", 30, "", ""),
        ("Chiều cao anten", "-", None, "says_nothing", "height_agl_m says -, which counts as empty"),
        ("Chiều cao anten", "#REF!", None, "says_nothing", "height_agl_m says #REF!, which counts as empty"),
        ("Ắc quy (phút)", 90, 1.5, "", ""),
        ("Ngày PS", "25/03/2023", DAY, "date_form", "day read in on_air_date: 25/03/2023 became 2023-03-25"),
        ("Ngày PS", 45010, DAY, "date_form", "day read in on_air_date: 45010 became 2023-03-25"),
        ("Ngày PS", dt.datetime(2023, 3, 25, 9), DAY, "", ""),
        ("Nguồn điện", "Lưới", "grid", "word_translated", "word of power_source translated: Lưới became grid"),
        ("Azimuth", "30/150", "30;150", "word_translated", "word of azimuths_deg translated: 30/150 became 30;150"),
        ("Anten", "Xa\u0303  Hòa", "Xã Hòa", "text_normalised", "text normalised: Xa\u0303  Hòa became Xã Hòa"),
        ("Anten", "Dá»¡ng", "Dỡng", "text_decoded", "wrongly encoded text decoded: Dá»¡ng became Dỡng"),
        ("Anten", "K\ufffdu", "K\ufffdu", "letters_lost", "antenna has letters that cannot be read: K\ufffdu"),
        ("Anten", "=1+1", "=1+1", "formula_text", f"{FORMULA}=1+1"),
        ("Anten", "@SUM(A1)", "@SUM(A1)", "formula_text", f"{FORMULA}@SUM(A1)"),
        ("Anten", "-cmd|x", "-cmd|x", "formula_text", f"{FORMULA}-cmd|x"),
        ("Anten", " +cmd", "+cmd", "formula_text", f"{FORMULA} +cmd"),
        ("Anten", "+84", "+84", "", ""),
        ("Kiên cố", "có", True, "", ""),
        ("Kiên cố", "không có", False, "", ""),
        ("Kiên cố", "-", None, "says_nothing", "hardened says -, which counts as empty"),
        ("Mã xã", 4, "4", "", ""),
        ("Mã xã", "'00004", "00004", "text_normalised", "text normalised: '00004 became 00004"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_what_is_accepted_with_or_without_a_change(converted, column, value, canonical, reason, message):
    frame, told = converted(one(column, value))
    name = recognise(find_one(one(column, value)), spec("sites")).matches[-1].column
    assert frame[name].iloc[0] == canonical if canonical is not None else pd.isna(frame[name].iloc[0])
    found = {key: text for key, text in told.items() if key[1] == name}
    assert found == ({(reason, name, 0): message} if reason else {})


def find_one(rows):
    """The block of some rows."""
    (block,) = find(raw_table(*rows))
    return block


@pytest.mark.parametrize(
    ("column", "value", "reason", "message"),
    [
        ("Tần số (MHz)", "B3", "not_a_number", "frequency_mhz is not a number: B3"),
        ("Tần số (MHz)", 399, "out_of_range", "frequency_mhz is outside 400 to 7125: 399"),
        ("Tần số (MHz)", None, "missing", "frequency_mhz is missing"),
        ("Tần số (MHz)", "-", "missing", "frequency_mhz is missing"),
        ("Tần số (MHz)", "#REF!", "missing", "frequency_mhz is missing"),
        ("Công nghệ", "3G", "word_unknown", "technology is none of LTE, NR: 3G"),
        ("Công nghệ", None, "technology_missing", "the technology is missing (4G or 5G)"),
        ("Công nghệ", "N/A", "technology_missing", "the technology is missing (4G or 5G)"),
        ("Trạng thái", "?!", "word_unknown", "status is none of on_air, planned, off: ?!"),
        ("Mã trạm", "#REF!", "missing", "site_id is missing"),
    ],
)
def test_what_sets_a_row_aside(converted, column, value, reason, message):
    row = [value if name == column else cell for name, cell in zip(HEADER, GOOD, strict=True)]
    rows = [HEADER, row, *[[f"B-{i}", *GOOD[1:]] for i in range(3)]]
    _, told = converted(rows)
    name = {"Tần số (MHz)": "frequency_mhz", "Công nghệ": "technology", "Trạng thái": "status", "Mã trạm": "site_id"}[
        column
    ]
    assert told[reason, name, 0] == message


@pytest.mark.parametrize(
    ("column", "value", "reason", "message"),
    [
        ("Chiều cao anten", 0, "height_out_of_range", "antenna height is outside 3 to 300 m: 0"),
        (
            "Ngày phát sóng",
            "30/02/2026",
            "not_a_day",
            "on_air_date is not a day: 30/02/2026; expected such as 2026-09-30",
        ),
        ("Kiên cố", "?!", "not_a_flag", "hardened is neither yes nor no: ?!"),
        (
            "Góc phương vị",
            "400",
            "form_wrong",
            "azimuths_deg is not of the form 30;150;270 (degrees 0..360) or omni: 400",
        ),
        ("Ắc quy", "8-10", "not_a_number", "backup_hours is not a number: 8-10"),
    ],
)
def test_what_sets_a_row_aside_though_it_might_be_empty(converted, column, value, reason, message):
    rows = one(column, value)
    fill = {"Ngày phát sóng": "25/03/2023", "Kiên cố": "có", "Chiều cao anten": 30, "Ắc quy": 4, "Góc phương vị": "30"}[
        column
    ]
    _, told = converted([rows[0], rows[1], [*rows[2][:-1], fill], [*rows[3][:-1], fill]])
    assert [text for (found, *_), text in told.items() if found == reason] == [message]


def test_ambiguous_days_are_told_with_both_readings():
    rows = [
        [*HEADER, "Ngày phát sóng"],
        [*GOOD, "04/09/2017"],
        ["A-2", *GOOD[1:], "25/09/2017"],
        ["A-3", *GOOD[1:], "09/25/2017"],
    ]
    block = find_one(rows)
    _, findings = convert([(block, recognise(block, spec("sites")))], spec("sites"), {})
    (finding,) = [finding for finding in findings if finding.reason == "day_ambiguous"]
    assert (kind(finding), finding.rows.tolist(), finding.suggestion) == (
        "quarantine",
        [0],
        ("2017-09-04 / 2017-04-09",),
    )
    assert (
        sentence(finding, 0, "vi", "Ngày phát sóng")
        == "Ngày phát sóng có thể đọc hai cách: 04/09/2017; ghi dạng 2026-09-30"
    )


def test_unknown_columns_are_kept_under_their_names(converted):
    rows = [[*HEADER, "Cột lạ", None, "Ghi chú"], [*GOOD, 5.0, "thừa", "Dá»¡ng"], ["A-2", *GOOD[1:], None, None, None]]
    frame, told = converted(rows)
    assert json.loads(frame.other[0]) == {"Cột lạ": "5", "column 9": "thừa", "Ghi chú": "Dỡng"}
    assert pd.isna(frame.other[1])
    assert ("text_decoded", "other", 0) in told


def test_a_constant_stands_where_the_file_has_nothing(converted):
    rows = [HEADER, [*GOOD[:-1], None], ["A-2", *GOOD[1:]]]
    assert converted(rows, operator="VNPT")[0].operator.tolist() == ["VNPT", "Viettel"]
    without = [row[:-1] for row in rows]
    assert converted(without, operator="VNPT")[0].operator.tolist() == ["VNPT", "VNPT"]


def test_rows_of_several_tables_stand_below_each_other(converted):
    first, second = [HEADER, GOOD, ["A-2", *GOOD[1:]]], [HEADER[::-1], ["VNPT", "KH", 105.2, 21.2, "B3", "5G", "B-1"]]
    frame, told = converted(first, [*second, ["VNPT", "KH", 105.2, 21.2, 2600, "5G", "B-2"]])
    assert frame.site_id.tolist() == ["A-1", "A-2", "B-1", "B-2"]
    assert frame.source_row.tolist() == [2, 3, 2, 3]
    assert frame.technology.tolist() == ["LTE", "LTE", "NR", "NR"]
    assert told["not_a_number", "frequency_mhz", 2] == "frequency_mhz is not a number: B3"


def test_filled_cells_of_a_merged_one_are_told(raw):
    table = raw([*HEADER, "Tên xã"], [*GOOD, "Hoà Bình"], ["A-2", *GOOD[1:], None], merged=((2, 3, 7, 7),))
    (block,) = find(table)
    frame, findings = convert([(block, recognise(block, spec("sites")))], spec("sites"), {})
    (finding,) = [finding for finding in findings if finding.reason == "merged_filled"]
    assert (finding.rows.tolist(), finding.column, finding.became) == ([1], "commune_name", ("Hoà Bình",))
    assert frame.commune_name.tolist() == ["Hoà Bình"] * 2


def test_points_of_features_are_their_places_unless_columns_tell_them(tmp_path):
    points = [shapely.Point(105.1, 21.1), None, shapely.LineString([(0, 0), (1, 1)])]
    frame = gpd.GeoDataFrame({"site_id": ["A-1", "A-2", "A-3"], "tech": ["4G"] * 3}, geometry=points, crs=4326)
    frame.to_file(tmp_path / "a.gpkg")
    frame.assign(lon=[106.5, None, None], lat=[20.5, None, 20.5]).to_file(tmp_path / "b.gpkg")
    found = []
    for name in ("a.gpkg", "b.gpkg"):
        (block,) = find(next(read(tmp_path / name)))
        rows, _ = convert([(block, recognise(block, spec("sites")))], spec("sites"), {})
        found.append(rows[["longitude", "latitude"]].to_numpy(object).tolist())
    assert found[0] == [[105.1, 21.1], [None, None], [None, None]]
    assert found[1][0] == [106.5, 20.5]


def test_a_layer_without_rows_has_its_columns():
    frame, findings = convert([], spec("sites"), {})
    assert (len(frame), findings) == (0, [])
    assert {"site_id", "source_row", "other"} <= set(frame)
    assert frame.on_air_date.dtype == "datetime64[s]"
