"""Schemas: canonical values from a file's columns, and every fault of a table in sentences."""

from __future__ import annotations

import datetime as dt
import unicodedata

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest

from phusong.config import Layer
from phusong.layers.schema import CODE, FILE, ROW, conform, day, flag, number, word

SCHEMA = pa.DataFrameSchema(
    {
        "site_id": word(unique=True),
        "height_agl_m": number(3, 300),
        "voltage_kv": number(0.1, 1200, required=False, nullable=True),
        "hardened": flag(required=False),
        "on_air_date": day(required=False, nullable=True),
        "commune_code": word(pattern=CODE, required=False, nullable=True),
        "status": word(among=("on_air", "off"), required=False),
    }
)


def table(**columns: object) -> pd.DataFrame:
    "Rows as a reader hands them over: two where nothing else is said."
    filled = {"site_id": ["A", "B"], "height_agl_m": ["30", "40"], **columns}
    raw = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in filled.items() if values is not None})
    return raw.assign(**{FILE: "sites.csv", ROW: range(2, 2 + len(raw))})


def checked(layer: dict | None = None, **columns: object) -> tuple[pd.DataFrame, list[str]]:
    "Canonical rows and faults of a table."
    return conform(table(**columns), SCHEMA, Layer(path="sites.csv", **(layer or {})))


def test_columns_are_canonical_and_others_left_out():
    rows, faults = checked(remark=["x", "y"])
    assert faults == []
    assert list(rows.columns) == ["site_id", "height_agl_m", FILE, ROW]
    assert rows.height_agl_m.tolist() == [30.0, 40.0]


def test_equal_texts_are_one_object():
    apart = ["".join(["on", "_air"]) for _ in range(2)]
    assert apart[0] is not apart[1]
    rows, faults = checked(status=apart)
    assert faults == []
    assert rows.status[0] is rows.status[1]


def test_what_is_equal_to_python_alone_stays_apart():
    rows, _ = checked(site_id=[1, True])
    assert rows.site_id.tolist() == ["1", "True"]


def test_a_missing_column_names_the_nearest():
    _, faults = checked(height_agl_m=None, height=["30", "40"])
    assert faults == ["column 'height_agl_m' is missing (your file has 'height')"]


def test_a_missing_column_with_nothing_alike():
    _, faults = checked(height_agl_m=None)
    assert faults == ["column 'height_agl_m' is missing"]


def test_a_mapped_column_is_taken():
    rows, faults = checked({"columns": {"height_agl_m": "cao"}}, height_agl_m=None, cao=["12", "13"])
    assert faults == []
    assert rows.height_agl_m.tolist() == [12.0, 13.0]


def test_the_mapping_wins_over_a_column_of_the_same_name():
    rows, _ = checked({"columns": {"height_agl_m": "cao"}}, cao=["12", "13"])
    assert rows.height_agl_m.tolist() == [12.0, 13.0]


def test_a_mapped_column_that_is_not_there_is_a_fault_even_when_optional():
    _, faults = checked({"columns": {"hardened": "kien_co"}}, kienco=["1", "0"])
    assert faults == ["column 'kien_co' is missing (your file has 'kienco')"]


def test_a_column_whose_name_is_a_number_can_be_mapped():
    "Workbooks with years for names have whole numbers there."
    raw = table(height_agl_m=None).assign(**{"x": 1}).rename(columns={"x": 2026})
    rows, faults = conform(
        raw, SCHEMA, Layer(path="a.xlsx", columns={"height_agl_m": "2026"}, factors={"height_agl_m": 5})
    )
    assert faults == []
    assert rows.height_agl_m.tolist() == [5.0, 5.0]


def test_factors_bring_the_files_unit_to_ours():
    rows, _ = checked({"factors": {"voltage_kv": 0.001}}, voltage_kv=["220000", None])
    assert rows.voltage_kv[0] == pytest.approx(220)
    assert np.isnan(rows.voltage_kv[1])


def test_the_range_holds_for_our_unit():
    _, faults = checked(voltage_kv=["220000", "110000"])
    assert faults == ["voltage_kv: 2 rows outside 0.1..1200, first at row 2 (found 220000.0)"]


def test_constants_fill_what_the_file_leaves_unsaid():
    constants = {"status": "on_air", "on_air_date": dt.date(2025, 7, 1), "hardened": True, "height_agl_m": 25}
    rows, faults = checked({"constants": constants}, height_agl_m=None)
    assert faults == []
    assert rows.status.tolist() == ["on_air", "on_air"]
    assert rows.on_air_date.tolist() == [pd.Timestamp("2025-07-01")] * 2
    assert rows.hardened.tolist() == [True, True]
    assert rows.height_agl_m.tolist() == [25.0, 25.0]


@pytest.mark.parametrize("section", ["columns", "factors", "constants"])
def test_settings_for_a_column_the_layer_has_not_are_faults(section):
    value = {"columns": "x", "factors": 2.0, "constants": 1}[section]
    _, faults = checked({section: {"hight_agl_m": value}})
    assert faults == [f"{section}.hight_agl_m: the layer has no such column (did you mean 'height_agl_m'?)"]


def test_text_in_a_number_column():
    _, faults = checked(site_id=["A", "B", "C"], height_agl_m=["30", "cao", "12,5"])
    assert faults == ["height_agl_m: 2 rows not numbers, first at row 3 (found 'cao')"]


def test_numbers_out_of_range_say_where_the_first_is():
    _, faults = checked(site_id=["A", "B", "C"], height_agl_m=["30", "2.9", "301"])
    assert faults == ["height_agl_m: 2 rows outside 3..300, first at row 3 (found 2.9)"]


def test_the_ends_of_a_range_belong_to_it():
    assert checked(height_agl_m=["3", "300"])[1] == []


@pytest.mark.parametrize("text", ["inf", "-inf", "nan", "0x10", "1_000"])
def test_what_only_a_programmer_calls_a_number_is_refused(text):
    assert len(checked(height_agl_m=["30", text])[1]) == 1


def test_empty_where_a_value_is_needed():
    _, faults = checked(height_agl_m=["30", "  "])
    assert faults == ["height_agl_m: 1 row empty, first at row 3"]


def test_text_and_emptiness_in_one_column_are_both_told():
    "Both at once, or the second fault comes to light only after the first is mended."
    _, faults = checked(site_id=["A", "B", "C"], height_agl_m=["30", "cao", ""])
    assert faults == [
        "height_agl_m: 1 row not numbers, first at row 3 (found 'cao')",
        "height_agl_m: 1 row empty, first at row 4",
    ]


def test_repeated_ids_are_all_counted():
    _, faults = checked(site_id=["A", "B", "A", "A"], height_agl_m=["30"] * 4)
    assert faults == ["site_id: 3 rows repeated, first at row 2 (found 'A')"]


def test_the_two_forms_of_a_letter_are_one_id():
    name = "Trạm"
    _, faults = checked(site_id=[unicodedata.normalize("NFD", name), unicodedata.normalize("NFC", name)])
    assert faults == ["site_id: 2 rows repeated, first at row 2 (found 'Trạm')"]


def test_a_commune_code_that_lost_its_zeros_is_refused():
    _, faults = checked(commune_code=[4, 7.0])
    assert len(faults) == 1
    assert faults[0].startswith("commune_code: 2 rows not of the form")
    assert faults[0].endswith("first at row 2 (found '4')")


def test_whole_numbers_of_a_workbook_are_codes_without_a_point():
    rows, faults = checked(commune_code=[10105.0, None])
    assert faults == []
    assert rows.commune_code.tolist() == ["10105", None]


def test_an_optional_code_may_be_empty_in_every_row():
    rows, faults = checked(commune_code=[None, ""])
    assert faults == []
    assert rows.commune_code.tolist() == [None, None]


def test_a_word_that_is_none_of_the_known_ones():
    _, faults = checked(status=["on_air", "working"])
    assert faults == ["status: 1 row not among on_air, off, first at row 3 (found 'working')"]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (["yes", "no"], [True, False]),
        (["Có", "KHÔNG"], [True, False]),
        ([1, 0], [True, False]),
        ([1.0, 0.0], [True, False]),
        ([True, False], [True, False]),
        (["x", ""], [True, None]),
        ([None, None], [None, None]),
        ([unicodedata.normalize("NFD", "có"), unicodedata.normalize("NFD", "không")], [True, False]),
    ],
)
def test_yes_no_and_unknown(found, expected):
    rows, faults = checked(hardened=found)
    assert faults == []
    assert [None if value is pd.NA else value for value in rows.hardened] == expected


def test_what_is_neither_yes_nor_no():
    _, faults = checked(hardened=["yes", "maybe"])
    assert faults == ["hardened: 1 row neither yes nor no, first at row 3 (found 'maybe')"]


@pytest.mark.parametrize(
    "found",
    [
        ["2026-09-30", ""],
        [dt.date(2026, 9, 30), None],
        [pd.Timestamp("2026-09-30"), pd.NaT],
        ["2026-09-30T17:45:00", None],
        [pd.Timestamp("2026-09-30 17:45"), None],
        [pd.Timestamp("2026-09-30 17:45", tz="Asia/Ho_Chi_Minh"), None],
        ["2026-09-30T17:45:00+07:00", None],
    ],
)
def test_days(found):
    "An hour does not make a day later: what is on air on the last day of a quarter counts in it."
    rows, faults = checked(on_air_date=found)
    assert faults == []
    assert rows.on_air_date[0] == pd.Timestamp("2026-09-30")
    assert rows.on_air_date[1] is pd.NaT


def test_days_of_several_time_zones_are_read_or_told():
    rows, faults = checked(on_air_date=["2026-09-30T10:00:00+07:00", "2026-09-30"])
    assert faults or rows.on_air_date.tolist() == [pd.Timestamp("2026-09-30")] * 2


@pytest.mark.parametrize("text", ["30/09/2026", "2026-02-30", "Q3", "45930"])
def test_days_of_another_form_are_refused(text):
    _, faults = checked(on_air_date=["2026-09-30", text])
    assert faults == [f"on_air_date: 1 row not days of the form 2026-09-30, first at row 3 (found '{text}')"]


@pytest.mark.parametrize("text", ["2026", "2026-09"])
def test_half_a_day_is_not_completed(text):
    "The first of January is a guess."
    assert len(checked(on_air_date=["2026-09-30", text])[1]) == 1


def test_every_fault_of_a_table_at_once():
    _, faults = checked(
        {"columns": {"hardened": "kien_co"}}, site_id=["A", "A"], height_agl_m=["1", "x"], status=["off", "?"]
    )
    assert faults == [
        "column 'kien_co' is missing",
        "height_agl_m: 1 row not numbers, first at row 3 (found 'x')",
        "site_id: 2 rows repeated, first at row 2 (found 'A')",
        "height_agl_m: 1 row outside 3..300, first at row 2 (found 1.0)",
        "status: 1 row not among on_air, off, first at row 3 (found '?')",
    ]


def test_a_table_without_rows():
    rows, faults = checked(site_id=[], height_agl_m=[])
    assert faults == []
    assert len(rows) == 0
