"""Reports from the map pages taken in: accepted, marked or set aside, each for its reason."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from small_country import AS_OF, communes, reference
from typer.testing import CliRunner

from phusong.cli import app
from phusong.errors import FilingError
from phusong.intake.answers import in_future
from phusong.intake.coordinates import Settings
from phusong.intake.editions import editions
from phusong.intake.filing import take_in
from phusong.intake.previous import read_previous
from phusong.intake.readers.pasted import COLUMNS, MARK
from phusong.intake.request import Request
from phusong.intake.resume import request_of
from phusong.intake.spec import spec
from phusong.layers.reports import SCHEMA

EDITION = "0123456789abcdef" * 4
HEADER = ("longitude", "latitude", *SCHEMA.columns)
WELL = {
    "report_id": "r00000000000000a1", "kind": "no_signal", "commune_code": "00004", "longitude": "105.12345",
    "latitude": "21.12345", "note": "không gọi được", "reported_at": "2026-09-29T14:03:20+07:00",
    "edition_hash": EDITION, "page_hash": "f" * 64, "period": "2026Q3", "project": "n21e105", "format": "1",
}  # fmt: skip
REQUEST = Request("reports", AS_OF, settings=Settings(commune_tolerance_m=1000 * spec("reports").tolerance_km))


def report(number: int, **told: str) -> dict[str, str]:
    """A report without fault but for what is said."""
    return {**WELL, "report_id": f"r{number:016x}", **told}


def file(folder, *rows: dict[str, str], name: str = "phan-anh.csv"):
    """A file as the page saves it."""
    table = pd.DataFrame(rows).reindex(columns=list(HEADER))
    table.to_csv(folder / name, index=False, encoding="utf-8-sig", lineterminator="\r\n")
    return folder / name


def line(told: dict[str, str]) -> str:
    """A line as the page copies it."""
    return MARK + "|".join(told.get(name, "") for name in COLUMNS)


def reasons(outcome) -> dict[int, set[str]]:
    """Reasons of each row set aside, by the number of its report."""
    return {int(key[1:], 16): set(lines.reason) for key, lines in outcome.quarantine.groupby("key")}


def test_each_is_set_aside_for_its_reason(tmp_path):
    rows = [
        report(1),
        report(2, longitude="105.24", latitude="21.10001"),
        report(3, kind="không có nước"),
        report(4, reported_at="2026-10-01T00:00:00+07:00"),
        report(5, reported_at="2026-09-30T23:59:59+07:00"),
        report(6, reported_at="hôm qua"),
        report(7, longitude="105.1", latitude="21.1"),
        report(8, format="2"),
        report(9, commune_code="99999"),
        report(1),
        report(1, latitude="21.15001"),
        report(10, commune_code="4"),
        report(11, commune_code=""),
        report(12, kind="Mất điện"),
        report(13, longitude="104.99", commune_code="00004"),
    ]
    outcome = take_in([file(tmp_path, *rows)], REQUEST, reference())
    assert (outcome.rows_in, outcome.rows_quarantined, len(outcome.accepted)) == (15, 9, 6)
    assert reasons(outcome) == {
        1: {"duplicate", "id_used_twice"},
        2: {"commune_disagrees"},
        3: {"word_unknown"},
        4: {"reported_in_future"},
        6: {"form_wrong"},
        7: {"rounded_coordinates"},
        8: {"form_wrong"},
        9: {"commune_code_unknown"},
    }
    kept = outcome.accepted.set_index("report_id")
    assert kept.index.str[-1].tolist() == ["1", "5", "a", "b", "c", "d"]
    assert set(kept.commune_code) == {"00004"}
    assert kept.kind.tolist() == ["no_signal"] * 4 + ["no_power", "no_signal"]
    told = outcome.quarantine.set_index("reason").message_en["reported_in_future"]
    assert told.startswith("reported at 2026-10-01T00:00:00+07:00, after 2026-09-30")


@pytest.mark.parametrize(
    ("at", "future"),
    [
        ("2026-09-30T23:59:59+07:00", False),
        ("2026-10-01T00:00:00+07:00", True),
        ("2026-09-30T17:00:00+00:00", True),
        ("2026-10-01T01:59:59+09:00", False),
        ("2026-10-01T00:00:00", False),
        (None, False),
    ],
)
def test_the_day_ends_in_viet_nam_wherever_the_device_was(at, future):
    "A time without an offset is none; its form is told elsewhere."
    frame = pd.DataFrame({"reported_at": pd.Series([at], dtype=object)})
    assert bool(in_future(frame, AS_OF)) == future


def test_reports_of_other_editions_are_kept_and_marked(tmp_path):
    rows = [
        report(1),
        report(2, edition_hash="a" * 64),
        report(3, edition_hash=""),
        report(4, edition_hash=EDITION[:12]),
    ]
    path = file(tmp_path, *rows)
    marked = take_in([path], replace(REQUEST, editions=(EDITION,)), reference()).accepted
    assert marked.remarks.str.contains("edition_unknown").tolist() == [False, True, True, False]
    assert marked.edition_hash.isna().tolist() == [False, False, True, False]
    unasked = take_in([path], REQUEST, reference()).accepted
    assert not unasked.remarks.str.contains("edition_unknown").any()


def test_editions_are_named_by_hash_page_or_folder(tmp_path):
    other = "fedcba9876543210" * 4
    (tmp_path / "a").mkdir()
    (tmp_path / "index.html").write_text(f'<script id="data">{{"page":{{"edition":"{EDITION}"}}}}</script>', "utf-8")
    (tmp_path / "a" / "01.html").write_text(f'{{"edition": "{other}"}}', "utf-8")
    assert editions([EDITION[:12].upper()]) == (EDITION[:12],)
    assert editions([str(tmp_path / "index.html"), EDITION]) == (EDITION,)
    assert editions([str(tmp_path)]) == (EDITION, other)
    assert editions([]) == ()
    with pytest.raises(FilingError, match="is neither a path nor a hash; expected the hash at the foot"):
        editions(["0123"])
    (tmp_path / "empty.html").write_text("<p>", "utf-8")
    with pytest.raises(FilingError, match="no page there tells its edition"):
        editions([str(tmp_path / "empty.html")])


def test_formulas_and_scripts_stay_text(tmp_path):
    notes = ["'=HYPERLINK(1)", "=HYPERLINK(1)", "<script>alert(1)</script>", "{{ 7 * 7 }}"]
    path = file(tmp_path, *(report(n, note=note) for n, note in enumerate(notes)))
    accepted = take_in([path], REQUEST, reference()).accepted
    assert accepted.note.tolist() == ["=HYPERLINK(1)", *notes[1:]]
    assert accepted.remarks.str.contains("formula_text").tolist() == [False, True, False, False]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_lines_are_found_in_a_message(tmp_path, encoding):
    first, cut_off = line(report(1)), line(report(2))[:80]
    text = f"Chào anh,\n\n[7:20] Ba: Không có sóng – Xã A: {first}\n> {first}\n{cut_off}\n"
    (tmp_path / "zalo.txt").write_text(text, encoding)
    outcome = take_in([tmp_path / "zalo.txt"], REQUEST, reference())
    assert (outcome.rows_in, len(outcome.accepted)) == (3, 1)
    assert outcome.accepted.note.tolist() == ["không gọi được"]
    assert outcome.accepted.source_row.tolist() == [3]
    assert outcome.quarantine.groupby("source_row").reason.agg(set).to_dict() == {4: {"duplicate"}, 5: {"form_wrong"}}
    assert outcome.batches[0].notes == ("1 lines without a report were passed over",)


def test_a_line_within_a_table_is_a_cell(tmp_path):
    path = file(tmp_path, report(1, note=line(report(2))), report(3))
    accepted = take_in([path], REQUEST, reference()).accepted
    assert accepted.report_id.str[-1].tolist() == ["1", "3"]
    assert accepted.note[0] == line(report(2))


def test_people_at_one_place_are_no_shared_mast(tmp_path):
    path = file(tmp_path, report(1, operator="Viettel"), report(2, operator="VinaPhone"))
    accepted = take_in([path], REQUEST, reference()).accepted
    assert accepted.operator.tolist() == ["Viettel", "VNPT"]
    assert not accepted.remarks.str.contains("co_sited").any()


def test_the_command_takes_them_in_and_remembers_the_editions(tmp_path):
    communes().to_parquet(tmp_path / "communes.parquet")
    told = ["--layer", "reports", "--as-of", str(AS_OF), "--communes", str(tmp_path / "communes.parquet")]
    path = file(tmp_path, report(1), report(2, edition_hash="b" * 64), report(3, longitude="105.24"))
    asked = ["intake", str(path), "--out", str(tmp_path / "out"), "--edition", EDITION, *told]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    assert "3 rows in = 2 accepted + 1 quarantined" in done.output
    accepted = pd.read_parquet(tmp_path / "out" / "accepted.parquet")
    assert accepted.remarks.str.contains("edition_unknown").tolist() == [False, True]
    request = request_of(read_previous(tmp_path / "out", "--resume"))
    assert (request.editions, request.settings.commune_tolerance_m) == ((EDITION,), 2000)
    asked[asked.index("reports")] = "sites"
    assert "it goes with --layer reports" in str(CliRunner().invoke(app, asked).exception)
