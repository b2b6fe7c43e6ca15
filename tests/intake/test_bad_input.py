"""Bad input, line by line of what is known to arrive: a clear message, nothing lost, the next file taken."""

from __future__ import annotations

import gzip
import json
import struct
import tempfile

import openpyxl
import pytest
from old_workbook import OLD_WORKBOOK
from small_country import HEADER, file_csv, reference, request, row

from phusong.intake.filing import take_in
from phusong.intake.readers import Limits

REFERENCE = reference()


@pytest.fixture
def beside_good_ones(tmp_path):
    """What becomes of a bad file between two good ones, which are taken whatever happens to it."""

    def of(bad, **asked):
        first = file_csv(tmp_path / "dau.csv", [row("D-1"), row("D-2", lat="21.1254")])
        last = file_csv(tmp_path / "cuoi.csv", [row("C-1", lat="21.1264"), row("C-2", lat="21.1274")])
        outcome = take_in([first, bad, last], request(constants={"operator": "Viettel"}, **asked), REFERENCE)
        assert {"D-1", "D-2", "C-1", "C-2"} <= set(outcome.accepted.site_id)
        assert outcome.rows_in == len(outcome.accepted) + outcome.rows_quarantined
        return outcome

    return of


def own(outcome) -> list[str]:
    """Ids accepted from the bad file."""
    return [name for name in outcome.accepted.site_id if name[0] not in "DC"]


def book_of(path, rows, **sheets):
    """A workbook of rows."""
    book = openpyxl.Workbook()
    for cells in rows:
        book.active.append(list(cells))
    for title, cells in sheets.items():
        for line in cells:
            (book[title] if title in book.sheetnames else book.create_sheet(title)).append(list(line))
    book.save(path)
    return path


def locked() -> bytes:
    """An OLE file with the stream in which Excel keeps a locked workbook."""
    name = "EncryptedPackage".encode("utf-16-le")
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(504)
        + name.ljust(64, b"\0")
        + struct.pack("<H", len(name))
        + bytes(446)
    )


SITE = row("A-1")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("khoa.xlsx", locked(), "khoa.xlsx is locked with a password: save it without one"),
        ("hong.xlsx", b"PK\x03\x04 and no more", "hong.xlsx is damaged: it begins as a workbook"),
        ("hong.xls", OLD_WORKBOOK[:1_000], "hong.xls is damaged or no Excel workbook"),
        ("bom.csv.gz", gzip.compress(b" " * (70 << 20)), "bom.csv.gz unpacks to more than"),
        ("rong.csv", b"", "rong.csv is empty"),
        ("anh.xlsx", b"\x89PNG\r\n", "anh.xlsx is a picture: file the table itself"),
        ("trang.xlsx", b"<html><body>x</body></html>", "trang.xlsx is a page of HTML without a table"),
        ("thuc the.kml", b'<!DOCTYPE kml [<!ENTITY a "b">]><kml><Placemark/></kml>', "declares XML entities"),
        ("lien ket.kml", b"<kml><NetworkLink/></kml>", "its links to other places are not followed"),
        ("la.csv", b"a;b\nu;v\n", "la.csv has no table of sites: no row of column names was found"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value[:12] else "",
)  # fmt: skip
def test_what_cannot_be_read_is_refused_and_the_others_are_taken(tmp_path, beside_good_ones, name, data, message):
    (tmp_path / name).write_bytes(data)
    outcome = beside_good_ones(tmp_path / name)
    assert list(outcome.refusals) == [name]
    assert message in outcome.refusals[name]
    assert own(outcome) == []


def test_formulas_give_their_stored_values_and_their_text_never_leaves_as_one(tmp_path, beside_good_ones):
    rows = [
        HEADER,
        [*SITE[:7], *SITE[7:]],
        row("=1+1", lat=21.1235),
        row("@SUM(A1)", lat=21.1236),
        row("+cmd|' /C calc'!A0", lat=21.1237),
    ]
    path = book_of(tmp_path / "a.xlsx", rows)
    book = openpyxl.load_workbook(path)
    for cells in book.active.iter_rows():
        cells[0].data_type = "s"
    book.active["E2"] = "=105+0.1234"
    book.save(path)
    outcome = beside_good_ones(path)
    assert own(outcome) == ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0"]
    assert outcome.accepted[outcome.accepted.site_id.isin(own(outcome))].remarks.str.contains("formula_text").all()
    assert set(outcome.quarantine[outcome.quarantine.key == "A-1"].reason) == {"missing_coordinates"}
    notes = [note for batch in outcome.batches for note in batch.notes]
    assert "1 formulas have no stored value and count as empty: save the file once in Excel" in notes


def test_16384_columns(tmp_path, beside_good_ones):
    text = ";".join(HEADER) + ";" * 16_375 + "\n" + ";".join(map(str, SITE)) + ";" * 16_375 + "\n"
    (tmp_path / "a.csv").write_text(text, "utf-8")
    assert own(beside_good_ones(tmp_path / "a.csv")) == ["A-1"]
    path = book_of(tmp_path / "a.xlsx", [HEADER, SITE])
    book = openpyxl.load_workbook(path)
    book.active.cell(2, 16_384).value = "x"
    book.save(path)
    outcome = beside_good_ones(path)
    assert own(outcome) == ["A-1"]
    assert json.loads(outcome.accepted.set_index("site_id").other["A-1"]) == {"column 11": "x"}


def test_a_workbook_that_is_really_a_page_of_html(tmp_path, beside_good_ones):
    cells = ["".join(f"<td>{cell}</td>" for cell in line) for line in (HEADER, SITE)]
    body = f"<html><table>{''.join(f'<tr>{line}</tr>' for line in cells)}</table></html>"
    (tmp_path / "a.xlsx").write_text(body, "utf-8")
    assert own(beside_good_ones(tmp_path / "a.xlsx")) == ["A-1"]


def test_excel_days_as_numbers_and_days_before_and_after_months(tmp_path, beside_good_ones):
    rows = [row(f"A-{i}", lat=f"21.13{i}4", day=day) for i, day in enumerate([45000, "04/09/2017", "25/09/2017"])]
    outcome = beside_good_ones(file_csv(tmp_path / "a.csv", rows))
    days = outcome.accepted.set_index("site_id").on_air_date.dt.strftime("%Y-%m-%d")
    assert days[own(outcome)].tolist() == ["2023-03-15", "2017-09-04", "2017-09-25"]
    rows.append(row("A-3", lat="21.1394", day="09/25/2017"))
    outcome = beside_good_ones(file_csv(tmp_path / "b.csv", rows))
    assert own(outcome) == ["A-0", "A-2", "A-3"]
    (line,) = outcome.quarantine.itertuples()
    assert (line.key, line.reason, line.suggestion) == ("A-1", "day_ambiguous", "2017-09-04 / 2017-04-09")
    assert line.message == "Ngày PS có thể đọc hai cách: 04/09/2017; ghi dạng 2026-09-30"


def test_geojson_with_nan(tmp_path, beside_good_ones):
    cells = {"tech": "4G", "mhz": 1800, "h": 30, "status": "on_air"}
    features = [
        {"properties": {"id": f"A-{i}", **cells}, "geometry": {"type": "Point", "coordinates": at}}
        for i, at in enumerate([[105.1234, 21.1234], [float("nan"), 21.1234]])
    ]
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    outcome = beside_good_ones(tmp_path / "a.geojson")
    assert own(outcome) == ["A-0"]
    assert outcome.quarantine[["source_row", "key", "reason"]].to_numpy().tolist() == [
        [1, "A-1", "missing_coordinates"]
    ]


def test_a_column_twice_is_refused_with_the_question(tmp_path, beside_good_ones):
    rows = [[*SITE, "B-1"], [*row("A-2", lat="21.1299"), "B-2"]]
    outcome = beside_good_ones(file_csv(tmp_path / "a.csv", rows, [*HEADER, "Mã BTS"]))
    assert outcome.refusals["a.csv"] == (
        "a.csv: which column is site_id? Both column 1, 'Mã trạm', such as 'A-1' and column 10, 'Mã BTS', "
        "such as 'B-1' fit; rename one, or say which in a profile"
    )


def test_a_large_table_in_parts_gives_what_it_gives_at_once(tmp_path, beside_good_ones):
    rows = [row(f"A-{i}", lat=f"{21.1001 + i / 1000:.4f}", h=30 if i % 7 else 0) for i in range(40)]
    path = file_csv(tmp_path / "a.csv", [*rows[:25], list(HEADER), *rows[25:]])
    whole, parts = beside_good_ones(path), beside_good_ones(path, limits=Limits(rows_in_memory=9))
    assert own(whole) == own(parts)
    assert len(own(parts)) == 34
    lines = [outcome.quarantine[["source_row", "key", "reason"]].to_numpy().tolist() for outcome in (whole, parts)]
    assert lines[0] == lines[1]


def test_a_file_that_stops_being_one_keeps_the_parts_before(tmp_path, beside_good_ones):
    "What was read of it is taken, and the rest is told."
    rows = [row(f"A-{i}", lat=f"{21.1001 + i / 1000:.4f}") for i in range(6)]
    path = file_csv(tmp_path / "a.csv", rows)
    with path.open("a") as opened:
        opened.write("x" * (2 << 20) + "\n")
    outcome = beside_good_ones(path, limits=Limits(rows_in_memory=3))
    assert own(outcome) == ["A-0", "A-1", "A-2", "A-3", "A-4"]
    assert outcome.refusals == {
        "a.csv": "a.csv line 8: it cannot be read as a table: field larger than field limit (1048576)"
    }


def test_nothing_is_left_in_the_folder_of_temporary_files(tmp_path, beside_good_ones, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tam"))
    (tmp_path / "tam").mkdir()
    path = file_csv(tmp_path / "a.csv", [SITE, row("A-2", lat="21.1299")])
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(path.read_bytes()))
    assert own(beside_good_ones(tmp_path / "a.csv.gz")) == ["A-1", "A-2"]
    assert list((tmp_path / "tam").iterdir()) == []
