"""Files in, accepted and quarantined rows out."""

from __future__ import annotations

import json
import zipfile

import pytest
from small_country import HEADER, file_csv, reference, request, row

from phusong.errors import FilingError
from phusong.intake.filing import take_in
from phusong.intake.readers import Limits
from phusong.intake.request import Request

REFERENCE = reference()


def reasons(outcome) -> dict[str, set[str]]:
    """Reasons of each row set aside, by its id."""
    return {key: set(lines.reason) for key, lines in outcome.quarantine.groupby("key")}


def test_rows_in_are_rows_accepted_and_quarantined_each_for_its_reason(tmp_path):
    rows = [
        row("VTL-1"),
        row("VTL-2", lat="105.1234", lon="21.1234"),
        row("VTL-3", h=0),
        row("VTL-4", mhz=3750),
        row("VTL-5", tech=""),
        row("VTL-6", day="2027-05-01"),
        row("VTL-7", day="2027-05-01", status="Kế hoạch"),
        row("VTL-8", lat="", lon=""),
        row("VTL-9", lat="14.058324", lon="108.277199"),
        row("VTL-10", lat="21.1234", lon="106.1234"),
        row("VTL-11", lat="31.1234", lon="105.1234"),
        row("VTL-12", code="00001"),
        row("VTL-13", code="00002"),
        row("VTL-1", lat="21.12341"),
        row("VTL-14", code="4"),
    ]
    outcome = take_in([file_csv(tmp_path / "viettel.csv", rows)], request(), REFERENCE)
    assert (outcome.rows_in, len(outcome.accepted), outcome.rows_quarantined) == (15, 6, 9)
    assert reasons(outcome) == {
        "VTL-1": {"duplicate"},
        "VTL-3": {"height_out_of_range"},
        "VTL-4": {"band_not_licensed"},
        "VTL-5": {"technology_missing"},
        "VTL-6": {"on_air_in_future"},
        "VTL-8": {"missing_coordinates"},
        "VTL-9": {"placeholder_coordinates"},
        "VTL-10": {"commune_disagrees"},
        "VTL-11": {"outside_country"},
    }
    accepted = outcome.accepted.set_index("site_id")
    assert set(accepted.operator) == {"Viettel"}
    assert set(accepted.technology) == {"LTE"}
    assert accepted.commune_code.to_dict() == dict.fromkeys(accepted.index, "00004")
    assert accepted.loc["VTL-2", ["longitude", "latitude"]].tolist() == [105.1234, 21.1234]
    assert "axes_swapped" in accepted.repairs["VTL-2"]
    assert "legacy_commune_code" in accepted.repairs["VTL-12"]
    assert "legacy_commune_code" in accepted.repairs["VTL-13"]
    assert accepted.source_row.to_dict()["VTL-14"] == 16
    assert (accepted.accuracy_m > 0).all()


def test_the_operator_is_that_of_the_column_else_asked_for_else_told_by_the_file(tmp_path):
    plain = file_csv(tmp_path / "tram.csv", [row("A-1"), row("A-2")])
    assert reasons(take_in([plain], request(), REFERENCE)) == {"A-1": {"missing"}, "A-2": {"missing"}}
    asked = take_in([plain], request(constants={"operator": "VNPT"}), REFERENCE).accepted
    assert set(asked.operator) == {"VNPT"}
    assert not asked.repairs.str.contains("operator_from_file").any()
    column = file_csv(tmp_path / "viettel.csv", [[*row("A-1"), "VinaPhone"], [*row("A-2"), ""]], [*HEADER, "Nhà mạng"])
    told = take_in([column], request(), REFERENCE).accepted.set_index("site_id")
    assert told.operator.to_dict() == {"A-1": "VNPT", "A-2": "Viettel"}
    assert told.repairs.str.contains("operator_from_file").to_dict() == {"A-1": False, "A-2": True}


def test_an_id_counts_over_all_files_and_parts(tmp_path):
    first = file_csv(tmp_path / "viettel_1.csv", [row("VTL-1"), row("VTL-2"), row("VTL-3")])
    second = file_csv(tmp_path / "viettel_2.csv", [row("VTL-3"), row("VTL-4"), row("VTL-4", lat="21.1534")])
    whole = take_in([first, second], request(), REFERENCE)
    assert reasons(whole) == {"VTL-3": {"duplicate"}, "VTL-4": {"id_used_twice"}}
    parts = take_in([first, second], request(limits=Limits(rows_in_memory=2)), REFERENCE)
    assert reasons(parts) == reasons(whole)
    assert (parts.rows_in, len(parts.accepted)) == (6, 4)


def test_a_file_that_cannot_be_read_does_not_stop_the_next(tmp_path):
    broken = tmp_path / "a.xlsx"
    broken.write_bytes(b"PK\x03\x04 and no more")
    good = file_csv(tmp_path / "viettel.csv", [row("VTL-1"), row("VTL-2")])
    outcome = take_in([broken, tmp_path / "gone.csv", good], request(), REFERENCE)
    assert list(outcome.refusals) == ["a.xlsx", "gone.csv"]
    assert "damaged" in outcome.refusals["a.xlsx"]
    assert len(outcome.accepted) == 2


def test_unknown_cells_are_kept(tmp_path):
    filed = file_csv(tmp_path / "viettel.csv", [[*row("VTL-1"), "sửa 2025"]], [*HEADER, "Diễn giải"])
    [other] = take_in([filed], request(), REFERENCE).accepted.other
    assert json.loads(other) == {"Diễn giải": "sửa 2025"}


def test_rows_of_a_table_without_places_need_a_commune(tmp_path):
    header = ["Mã xã", "Quý", "Nhà cung cấp", "Số thiết bị"]
    rows = [["00004", "2026Q3", "Starlink", 5], ["", "2026Q3", "Starlink", 2], ["00002", "2026Q3", "Starlink", 1]]
    rows += [["00004", "2026Q3", "Starlink", 7], ["00004", "2026Q2", "Starlink", 7], ["99999", "2026Q2", "Starlink", 7]]
    filed = file_csv(tmp_path / "terminals.csv", rows, header)
    outcome = take_in([filed], Request("terminals", request().as_of), REFERENCE)
    told = {(line.source_row, line.reason) for line in outcome.quarantine.itertuples()}
    assert told == {(3, "missing"), (4, "commune_ambiguous"), (5, "duplicate"), (7, "commune_code_unknown")}
    assert outcome.accepted.active_terminals.tolist() == [5, 7]


def test_a_layer_that_is_not_filed_is_refused_with_the_nearest():
    with pytest.raises(FilingError, match=r"'site' is no layer that is filed: expected one of .*did you mean 'sites'"):
        take_in([], Request("site", request().as_of), REFERENCE)


def test_nothing_of_an_archive_is_lost_beside_a_large_table_or_a_damaged_one(tmp_path):
    rows = [[row(f"VTL-{n}{i}") for i in range(5)] for n in (1, 2)]
    for name, own in zip(("a.csv", "b.csv"), rows, strict=True):
        file_csv(tmp_path / name, own)
    with zipfile.ZipFile(tmp_path / "viettel.zip", "w") as archive:
        for name in ("a.csv", "b.csv"):
            archive.write(tmp_path / name, name)
        archive.writestr("c.xlsx", b"PK\x03\x04 and no more")
    outcome = take_in([tmp_path / "viettel.zip"], request(limits=Limits(rows_in_memory=3)), REFERENCE)
    assert sorted(outcome.accepted.site_id) == sorted(one[0] for own in rows for one in own)
    assert list(outcome.refusals) == ["viettel.zip"]
    assert "c.xlsx" in outcome.refusals["viettel.zip"]


def test_a_column_that_is_not_there_is_called_by_its_vietnamese_name(tmp_path):
    filed = file_csv(tmp_path / "viettel.csv", [row("VTL-1")[:-1], row("VTL-2")[:-1]], HEADER[:-1])
    lines = take_in([filed], request(), REFERENCE).quarantine
    assert lines[["message", "message_en"]].to_numpy().tolist() == [["thiếu trạng thái", "status is missing"]] * 2


def test_rows_of_another_table_are_told_with_their_cells(tmp_path):
    other = [["STT", "Họ tên", "Ghi chú"], [1, "Nguyễn Văn A", "trực"]]
    filed = file_csv(tmp_path / "viettel.csv", [row("VTL-1"), row("VTL-2"), [], *other])
    outcome = take_in([filed], request(), REFERENCE)
    assert (outcome.rows_in, len(outcome.accepted)) == (2, 2)
    [batch] = outcome.batches
    told = [(label, word, cells) for _, label, word, cells in batch.aside if word == "another table"]
    assert told == [(6, "another table", ("1", "Nguyễn Văn A", "trực"))]
