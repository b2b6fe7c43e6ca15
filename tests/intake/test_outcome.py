"""What intake leaves in a folder, and taking corrected rows in again."""

from __future__ import annotations

import csv
import json

import openpyxl
import pandas as pd
import pytest
from small_country import AS_OF, HEADER, file_csv, reference, request, row

from phusong.errors import FilingError
from phusong.intake.filing import batches
from phusong.intake.outcome import Made, counted, write
from phusong.intake.previous import read_previous
from phusong.intake.reference import Source
from phusong.intake.resume import resume, same_reference

REFERENCE = reference()
ROWS = [
    row("VTL-1"),
    row("VTL-2", lat="105.1234", lon="21.1234"),
    row("VTL-3", h=0),
    row("VTL-4", tech=""),
    row("=1+1", status="<b>x</b>"),
    row("VTL-2", lat="21.1234", lon="105.1234"),
    row("VTL-5"),
]


def intake(files, folder, previous=None, **asked):
    """The outcome of some files in a folder."""
    asked_for = request(**asked, before=previous.accepted if previous else None)
    made = Made(tuple(Source.of(file) for file in files), REFERENCE.sources)
    return write(batches(files, asked_for, REFERENCE), asked_for, folder, made, previous)


@pytest.fixture
def filed(tmp_path):
    return file_csv(tmp_path / "viettel.csv", ROWS)


def sheet(file):
    """Cells and colours of the filer's rows by id."""
    book = openpyxl.load_workbook(file)
    [page] = book.worksheets[1:]
    header = [cell.value for cell in page[1]]
    return header, {line[header.index("Mã trạm")].value: line for line in page.iter_rows(min_row=2)}, book


def corrected(folder, file, changes, gone=()):
    """The filer's workbook with some cells changed and some rows taken out."""
    header, lines, book = sheet(folder / "to_filer.xlsx")
    for site, cells in changes.items():
        for name, value in cells.items():
            lines[site][header.index(name)].value = value
    for site in gone:
        book.worksheets[1].delete_rows(lines[site][0].row)
    book.save(file)
    return file


def held(folder):
    """Reasons of the rows set aside, by source row."""
    lines = pd.read_csv(folder / "quarantine.csv", dtype=str, keep_default_na=False)
    return {int(line.source_row): line.reason for line in lines.itertuples()}


def test_everything_is_written_and_counted(filed, tmp_path):
    quality = intake([filed], tmp_path / "out")
    assert counted(quality) == (7, 3, 4)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "accepted.parquet", "quality.html", "quality.json", "quarantine.csv", "quarantined.parquet", "returned.parquet",
        "to_filer.xlsx",
    ]  # fmt: skip
    assert json.loads((tmp_path / "out" / "quality.json").read_text("utf-8")) == quality
    accepted = pd.read_parquet(tmp_path / "out" / "accepted.parquet")
    assert accepted.site_id.tolist() == ["VTL-1", "VTL-2", "VTL-5"]
    assert held(tmp_path / "out") == {
        4: "height_out_of_range",
        5: "technology_missing",
        6: "word_unknown",
        7: "duplicate",
    }
    assert quality["filings"] == [{"name": "viettel.csv", "sha256": Source.of(filed).sha256}]
    assert quality["reference"] == [{"name": "communes.parquet", "sha256": "0" * 64}]


def test_quarantine_has_the_cells_as_filed_and_runs_nothing(filed, tmp_path):
    intake([filed], tmp_path / "out")
    with (tmp_path / "out" / "quarantine.csv").open(encoding="utf-8-sig", newline="") as opened:
        header, *lines = csv.reader(opened)
    assert header[:8] == [
        "source_file",
        "source_sheet",
        "source_row",
        "site_id",
        "reason",
        "message",
        "message_en",
        "suggestion",
    ]
    assert header[8:] == list(HEADER)
    height = lines[0]
    assert height[:5] == ["viettel.csv", "", "4", "VTL-3", "height_out_of_range"]
    assert height[5:7] == ["chiều cao anten nằm ngoài khoảng 3–300 m: 0", "antenna height is outside 3 to 300 m: 0"]
    assert [cell for line in lines for cell in line if cell[:1] in "=+-@" and cell] == []
    assert lines[2][3] == "'=1+1"


def test_the_workbook_for_the_filer_marks_the_cells_at_fault(filed, tmp_path):
    intake([filed], tmp_path / "out")
    header, lines, book = sheet(tmp_path / "out" / "to_filer.xlsx")
    assert header == ["Nội dung cần sửa", "_tep", "_trang", "_dong", "Nhà mạng", *HEADER]
    assert [column for column in "ABCDE" if book.worksheets[1].column_dimensions[column].hidden] == ["B", "C", "D"]
    assert set(lines) == {"VTL-2", "VTL-3", "VTL-4", "=1+1"}
    orange, yellow = "00F8CBAD", "00FFF2CC"
    marked = {cell.value: cell.fill.fgColor.rgb for cell in lines["VTL-3"] if cell.fill.fill_type}
    assert marked == {"chiều cao anten nằm ngoài khoảng 3–300 m: 0": orange, "0": orange}
    assert lines["=1+1"][header.index("Mã trạm")].data_type == "s"
    again = file_csv(
        tmp_path / "viettel_b.csv", [row("VTL-7"), row("VTL-8", lat="105.1234", lon="21.1234"), row("VTL-9")]
    )
    intake([again], tmp_path / "b")
    header, lines, _ = sheet(tmp_path / "b" / "to_filer.xlsx")
    assert [header[i] for i, cell in enumerate(lines["VTL-8"]) if cell.fill.fill_type] == [
        "Nội dung cần sửa",
        "Vĩ độ",
        "Kinh độ",
    ]
    assert {cell.fill.fgColor.rgb for cell in lines["VTL-8"] if cell.fill.fill_type} == {yellow}


def set_aside(folder):
    """Rows set aside as a table, and what the quarantine says of them: the reasons of each row."""
    lines = pd.read_csv(folder / "quarantine.csv", dtype=str, keep_default_na=False)
    told = lines.groupby(["source_file", lines.source_row.astype(int)]).reason.agg(lambda own: ";".join(sorted(own)))
    return pd.read_parquet(folder / "quarantined.parquet"), told


def test_rows_set_aside_are_a_table_of_their_own(filed, tmp_path):
    again = file_csv(tmp_path / "b.csv", [row("VTL-8", lat="", lon="", h=999), row("VTL-9", lat=21.13)])
    quality = intake([filed, again], tmp_path / "out")
    rows, told = set_aside(tmp_path / "out")
    assert counted(quality) == (9, 4, 5)
    twin = rows.set_index(["source_file", "source_row"]).reason.sort_index()
    assert twin.to_dict() == told.sort_index().to_dict()
    assert rows.reason.iloc[-1] == "height_out_of_range;missing_coordinates"
    assert rows.filed_as.tolist() == [*(f"viettel.csv:{n}" for n in (4, 5, 6, 7)), "b.csv:2"]
    assert rows.site_id.tolist() == ["VTL-3", "VTL-4", "=1+1", "VTL-2", "VTL-8"]
    assert rows.technology.fillna("").tolist() == ["LTE", "", "LTE", "LTE", "LTE"]
    assert rows.height_agl_m.iloc[[0, -1]].tolist() == [0, 999]
    assert rows.longitude.notna().tolist() == [True, True, True, True, False]
    accepted = pd.read_parquet(tmp_path / "out" / "accepted.parquet")
    assert set(rows) - set(accepted) == {"reason", "filed_as"}
    assert set(accepted) <= set(rows)


def test_a_position_that_is_blamed_is_none(tmp_path):
    intake([file_csv(tmp_path / "far.csv", [row("VTL-1", lat=48.85, lon=2.35)])], tmp_path / "out")
    [found] = set_aside(tmp_path / "out")[0].itertuples()
    assert found.reason == "outside_country"
    assert pd.isna([found.longitude, found.latitude]).all()


def test_what_is_corrected_leaves_the_rows_set_aside_and_the_rest_stays(filed, tmp_path):
    out = tmp_path / "out"
    intake([filed], out)
    changes = {"VTL-3": {"Chiều cao anten (m)": 35}, "VTL-4": {"Công nghệ": "6G"}}
    resume([corrected(out, tmp_path / "to_filer.xlsx", changes)], out, REFERENCE)
    rows, told = set_aside(out)
    assert rows.filed_as.tolist() == ["viettel.csv:5", "viettel.csv:6", "viettel.csv:7"]
    assert rows.set_index(["source_file", "source_row"]).reason.to_dict() == told.to_dict()
    assert rows.longitude.notna().all()
    assert not rows.other.fillna("").str.contains("_tep").any()


def test_a_row_that_comes_back_twice_is_counted_once(filed, tmp_path):
    "At fault in one workbook and right in the other, in either order; and at fault in both."
    for order in ((0, 1), (1, 0)):
        out = tmp_path / f"out{order[0]}"
        intake([filed], out)
        plain = corrected(out, tmp_path / "plain.xlsx", {})
        right = corrected(out, tmp_path / "right.xlsx", {"VTL-3": {"Chiều cao anten (m)": 35}})
        quality = resume([(plain, right)[n] for n in order], out, REFERENCE)
        assert counted(quality) == (7, 4, 3)
        assert len(set_aside(out)[0]) == 3
        assert len(pd.read_parquet(out / "accepted.parquet")) == 4
        assert sorted(held(out)) == [5, 6, 7]


def test_a_folder_without_the_rows_set_aside_is_not_gone_on_with(filed, tmp_path):
    intake([filed], tmp_path / "out")
    (tmp_path / "out" / "quarantined.parquet").unlink()
    with pytest.raises(FilingError, match=r"lacks quarantined\.parquet; take the files in anew"):
        resume([], tmp_path / "out", REFERENCE)


def test_same_filings_give_the_same_bytes(filed, tmp_path):
    for name in ("a", "b"):
        intake([filed], tmp_path / name)
    for file in sorted((tmp_path / "a").iterdir()):
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes(), file.name


def test_corrected_rows_are_taken_in_and_the_rest_stays(filed, tmp_path):
    out = tmp_path / "out"
    intake([filed], out)
    changes = {"VTL-3": {"Chiều cao anten (m)": 35}, "VTL-4": {"Công nghệ": "6G"}}
    quality = resume([corrected(out, tmp_path / "to_filer.xlsx", changes)], out, REFERENCE)
    assert counted(quality) == (7, 4, 3)
    accepted = pd.read_parquet(out / "accepted.parquet").set_index("site_id")
    assert accepted.height_agl_m["VTL-3"] == 35
    assert accepted.loc["VTL-3", ["source_file", "source_row"]].tolist() == ["viettel.csv", 4]
    assert accepted.operator["VTL-3"] == "Viettel"
    assert held(out) == {5: "word_unknown", 6: "word_unknown", 7: "duplicate"}
    assert quality["files"][0]["scores"] == intake([filed], tmp_path / "first")["files"][0]["scores"]
    assert [one["name"] for one in quality["filings"]] == ["viettel.csv", "to_filer.xlsx"]
    again = resume([corrected(out, tmp_path / "again.xlsx", {"VTL-4": {"Công nghệ": "4G"}})], out, REFERENCE)
    assert counted(again) == (7, 5, 2)


def test_an_uncorrected_workbook_changes_no_row(filed, tmp_path):
    out = tmp_path / "out"
    intake([filed], out)
    before = pd.read_parquet(out / "accepted.parquet")
    quality = resume([out / "to_filer.xlsx"], out, REFERENCE)
    assert counted(quality) == (7, 3, 4)
    after = pd.read_parquet(out / "accepted.parquet")
    pd.testing.assert_frame_equal(after, before)


def test_an_accepted_row_is_replaced_only_by_a_right_one(filed, tmp_path):
    out = tmp_path / "out"
    intake([filed], out)
    moved = {"VTL-2": {"Vĩ độ": 21.1212, "Kinh độ": 105.1212}}
    header, _, book = sheet(out / "to_filer.xlsx")
    twins = [line for line in book.worksheets[1].iter_rows(min_row=2) if line[header.index("Mã trạm")].value == "VTL-2"]
    assert len(twins) == 2
    first = next(line for line in twins if line[header.index("_dong")].value == 3)
    for name, value in moved["VTL-2"].items():
        first[header.index(name)].value = value
    book.save(tmp_path / "moved.xlsx")
    resume([tmp_path / "moved.xlsx"], out, REFERENCE)
    accepted = pd.read_parquet(out / "accepted.parquet").set_index("site_id")
    assert accepted.latitude["VTL-2"] == 21.1212
    first[header.index("Vĩ độ")].value = 41.0
    book.save(tmp_path / "wrong.xlsx")
    quality = resume([tmp_path / "wrong.xlsx"], out, REFERENCE)
    accepted = pd.read_parquet(out / "accepted.parquet").set_index("site_id")
    assert accepted.latitude["VTL-2"] == 21.1212
    assert any("came back at fault, and stay as they were" in note for note in quality["files"][0]["notes"])
    assert counted(quality) == (7, 3, 4)


def test_a_duplicate_that_comes_back_alone_is_not_taken_twice(filed, tmp_path):
    out = tmp_path / "out"
    intake([filed], out)
    header, _, book = sheet(out / "to_filer.xlsx")
    page = book.worksheets[1]
    for line in list(page.iter_rows(min_row=2)):
        if line[header.index("_dong")].value == 3:
            page.delete_rows(line[0].row)
    book.save(tmp_path / "alone.xlsx")
    quality = resume([tmp_path / "alone.xlsx"], out, REFERENCE)
    accepted = pd.read_parquet(out / "accepted.parquet")
    assert accepted.site_id.tolist() == ["VTL-1", "VTL-2", "VTL-5"]
    assert counted(quality) == (7, 3, 4)
    assert any("bear an id that is accepted in another row" in note for note in quality["files"][0]["notes"])


def test_what_vanished_since_the_period_before_is_told_once(filed, tmp_path):
    intake([filed], tmp_path / "before")
    previous = read_previous(tmp_path / "before", "--previous")
    now = [
        file_csv(tmp_path / f"viettel_{n}.csv", [row(f"VTL-{n}", lat=21.1234 + n / 1e3), row(f"VTL-{n}1")])
        for n in (1, 2)
    ]
    quality = intake(now, tmp_path / "now", previous)
    assert [file["vanished"] for file in quality["files"]] == [["VTL-5"], []]
    assert quality["files"][0]["scores"]["live"]["denominator"] == 3
    assert quality["files"][0]["reasons"]["moved"] == 1
    assert [past["as_of"] for past in quality["history"]] == [str(AS_OF)]
    assert list(quality["history"][0]["scores"]) == ["Viettel"]
    assert "so với 2026-09-30" in (tmp_path / "now" / "quality.html").read_text("utf-8")


def test_a_folder_that_is_no_intakes_is_refused(tmp_path):
    (tmp_path / "x").mkdir()
    with pytest.raises(
        FilingError, match=r"--resume .*x is no folder of an intake: it has no quality\.json and no accepted"
    ):
        resume([], tmp_path / "x", REFERENCE)


def test_another_reference_is_seen(filed, tmp_path):
    intake([filed], tmp_path / "out")
    before = read_previous(tmp_path / "out", "--resume")
    assert same_reference(before, REFERENCE)
    assert not same_reference(before, type(REFERENCE)(REFERENCE.communes, None, (Source("x", "1" * 64),)))


def test_refused_files_alone_leave_an_empty_outcome(tmp_path):
    quality = intake([], tmp_path / "none")
    assert counted(quality) == (0, 0, 0)
    accepted, aside = (pd.read_parquet(tmp_path / "none" / f"{name}.parquet") for name in ("accepted", "quarantined"))
    assert len(accepted) == len(aside) == 0
    assert set(aside) - set(accepted) == {"reason", "filed_as"}
