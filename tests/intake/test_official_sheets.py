"""Workbooks as Vietnamese offices make them, taken in."""

from __future__ import annotations

import json

import pytest
from official_sheets import SHEETS
from small_country import reference, request

from phusong.intake.filing import take_in

REFERENCE = reference()


@pytest.fixture
def taken(tmp_path):
    """What becomes of a workbook by its name."""

    def of(name: str):
        file = tmp_path / f"{name}.xlsx"
        SHEETS[name][0]().save(file)
        return take_in([file], request(constants={"operator": "Viettel"}), REFERENCE)

    return of


@pytest.mark.parametrize("name", SHEETS)
def test_every_good_row_is_accepted_and_nothing_else_is_taken_for_a_row(taken, name):
    outcome = taken(name)
    assert outcome.refusals == {}
    assert sorted(outcome.accepted.site_id) == SHEETS[name][1]
    assert outcome.rows_in == len(outcome.accepted) + outcome.rows_quarantined
    assert outcome.rows_quarantined == (1 if name == "two_tables" else 0)
    assert set(outcome.accepted.commune_code) == {"00004"}
    assert outcome.accepted.latitude.between(21.12, 21.17).all()
    assert outcome.accepted.longitude.between(105.12, 105.14).all()


def aside(outcome) -> dict[int, str]:
    """What the rows are that are no data."""
    return {row: word for batch in outcome.batches for _, row, word, _ in batch.aside}


def test_rows_of_an_official_form_that_are_no_data_are_told(taken):
    assert aside(taken("official_form")) == {
        **dict.fromkeys((1, 2, 3, 4, 5), "title"), 6: "blank", 7: "header", 8: "header", 9: "numbering", 13: "total",
        14: "blank", 15: "note", 16: "note", 17: "note", 18: "note",
    }  # fmt: skip


def test_units_in_a_row_of_their_own_count(taken):
    assert taken("three_header_rows").accepted.frequency_mhz.tolist() == [1800.0, 2600.0]


def test_headings_of_districts_and_subtotals_are_told(taken):
    assert aside(taken("sections_by_district")) == {
        1: "header", 2: "section", 5: "total", 6: "section", 8: "section", 10: "total",
    }  # fmt: skip


def test_a_merged_commune_is_filled_into_each_row_and_told(taken):
    repairs = taken("merged_data_cells").accepted.set_index("source_row").repairs
    assert "merged_filled" not in repairs[2]
    assert "merged_filled commune_code:" in repairs[3]


def test_numbers_kept_as_text_are_numbers(taken):
    accepted = taken("two_languages").accepted
    assert accepted.frequency_mhz.tolist() == [1800.0, 1800.0]
    assert accepted.site_id.tolist() == ["VTL-1", "VTL-2"]
    assert set(accepted.status) == {"on_air"}


def test_tables_beside_and_below_each_other(taken):
    outcome = taken("two_tables")
    rows = zip(outcome.accepted.site_id, outcome.accepted.source_sheet, outcome.accepted.source_row, strict=True)
    assert sorted(rows) == [("VTL-1", "Sheet", 3), ("VTL-2", "Sheet [2]", 3), ("VTL-3", "Sheet", 4)]
    assert outcome.quarantine[["key", "reason", "source_row"]].to_numpy().tolist() == [["VTL-4", "missing", 8]]


def test_text_for_an_old_font_is_unicode_afterwards(taken):
    outcome = taken("old_font")
    assert [json.loads(text)["Địa chỉ"] for text in outcome.accepted.other] == ["Vĩnh Phúc", "Phó Bảng", "Mỹ Lộc"]
    assert outcome.accepted.status.tolist() == ["on_air", "planned", "on_air"]


def test_days_units_and_dashes(taken):
    outcome = taken("typed_and_untyped")
    accepted = outcome.accepted.sort_values("site_id")
    assert accepted.on_air_date.dt.strftime("%Y-%m-%d").tolist() == [
        "2023-03-25",
        "2023-03-15",
        "2023-03-25",
        "2023-03-26",
    ]
    assert accepted.height_agl_m.fillna(-1).tolist() == [30.0, 31.5, -1.0, 34.0]
    assert accepted.backup_hours.fillna(-1).tolist() == [4.5, -1.0, 6.0, -1.0]
    assert accepted.source_sheet.tolist() == ["Sheet", "Sheet", "Sheet", "Ẩn"]
    assert "sheet 'Ẩn' is hidden; it is read too" in outcome.batches[0].notes


def test_of_several_candidates_the_better_is_taken_and_the_others_are_kept(taken):
    outcome = taken("too_many_columns")
    assert outcome.accepted.height_agl_m.tolist() == [31.0, 32.0, 33.0, 34.0]
    other = json.loads(outcome.accepted.other[0])
    assert {key: other[key] for key in ("Tên trạm", "Độ cao cột", "Công suất (W)", "column 18")} == {
        "Tên trạm": "Chợ 1", "Độ cao cột": "45", "Công suất (W)": "40", "column 18": "x",
    }  # fmt: skip
    assert aside(outcome)[60_000] == "note"
