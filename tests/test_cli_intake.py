"""`phusong intake` as it is typed."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from phusong.cli import app

sys.path.insert(0, str(Path(__file__).parent / "intake"))

from small_country import HEADER, communes, file_csv, row


@pytest.fixture
def country(tmp_path):
    communes().to_parquet(tmp_path / "communes.parquet")
    return ["--communes", tmp_path / "communes.parquet", "--units", tmp_path / "units", "--as-of", "2026-09-30"]


def phusong(*arguments: object):
    return CliRunner().invoke(app, ["intake", *map(str, arguments)])


def test_a_filing_is_taken_in_and_told(country, tmp_path):
    filed = file_csv(tmp_path / "viettel.csv", [row("VTL-1"), row("VTL-2", h=0)])
    done = phusong(filed, *country, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "no units of earlier days are imported" in done.output
    assert "viettel.csv: 2 in = 1 accepted + 1 quarantined" in done.output
    assert "quarantine height_out_of_range" in done.output
    assert f"2 rows in = 1 accepted + 1 quarantined. Wrote {tmp_path / 'out'}" in done.output
    again = phusong(tmp_path / "out" / "to_filer.xlsx", *country[:4], "--resume", tmp_path / "out")
    assert again.exit_code == 0, again.output
    assert "2 rows in = 1 accepted + 1 quarantined" in again.output


def test_quiet_says_nothing_but_faults(country, tmp_path):
    filed = file_csv(tmp_path / "viettel.csv", [row("VTL-1"), row("VTL-2")])
    done = phusong(filed, tmp_path / "gone.csv", *country, "--out", tmp_path / "out", "--quiet")
    assert done.exit_code == 1
    assert done.output == f"gone.csv was not taken in: {tmp_path / 'gone.csv'} is missing\n"
    assert len(pd.read_parquet(tmp_path / "out" / "accepted.parquet")) == 2


def test_how_far_a_row_may_be_from_its_commune_is_a_setting_that_resume_keeps(country, tmp_path):
    "3.6 km east of Ba Đình, in Hoà Xá."
    filed = file_csv(tmp_path / "viettel.csv", [row("VTL-1"), row("VTL-2", lon="105.2345")])
    done = phusong(filed, *country, "--out", tmp_path / "near")
    assert "2 rows in = 2 accepted + 0 quarantined" in done.output
    done = phusong(filed, *country, "--out", tmp_path / "far", "--tolerance-km", 2)
    assert "quarantine commune_disagrees" in done.output
    again = phusong(tmp_path / "far" / "to_filer.xlsx", *country[:4], "--resume", tmp_path / "far")
    assert "2 rows in = 1 accepted + 1 quarantined" in again.output


def test_explain_tells_each_column(country, tmp_path):
    filed = file_csv(tmp_path / "viettel.csv", [[*row("VTL-1"), 1], [*row("VTL-2"), 2]], [*HEADER, "Diễn giải"])
    done = phusong(filed, *country, "--out", tmp_path / "out", "--explain")
    assert "viettel.csv: what each column was taken for" in done.output
    assert "'Mã trạm' is site_id: the name 'ma_tram' is known; 100% of its values fit" in done.output
    assert "'Diễn giải' is not known; kept as it is" in done.output


def test_a_profile_is_written_and_settles_the_next_quarter(country, tmp_path):
    profile = tmp_path / "viettel.json"
    filed = file_csv(tmp_path / "viettel.csv", [row("VTL-1"), row("VTL-2")])
    assert phusong(filed, *country, "--out", tmp_path / "a", "--profile", profile).exit_code == 0
    profile.write_text(profile.read_text("utf-8").replace('"Mã trạm"', '"Cột A"'), "utf-8")
    next_one = file_csv(tmp_path / "viettel_q4.csv", [row("VTL-1"), row("VTL-2")], ["Cột A", *HEADER[1:]])
    done = phusong(next_one, *country, "--out", tmp_path / "b", "--profile", profile, "--explain")
    assert "'Cột A' is site_id: so settled in the profile" in done.output


def test_two_readings_equally_good_are_refused_where_nobody_can_be_asked(country, tmp_path):
    header = [*HEADER, "Chiều cao anten (m)"]
    filed = file_csv(tmp_path / "viettel.csv", [[*row("VTL-1"), 31], [*row("VTL-2"), 32]], header)
    done = phusong(filed, *country, "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert (
        "viettel.csv: which column is height_agl_m? Both column 6, 'Chiều cao anten (m)', such as '30' and"
        in done.output
    )
    assert "column 10, 'Chiều cao anten (m)', such as '31' fit; rename one, or say which in a profile" in done.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "--out, --as-of is missing: phusong intake FILE... --as-of 2026-09-30 --out DIR"),
        (["--out", "o", "--as-of", "30/9/2026"], "--as-of 30/9/2026 is no day; expected such as 2026-09-30"),
        (
            ["--out", "o", "--as-of", "2026-09-30", "--set", "x"],
            "--set x: expected COLUMN=VALUE, such as status=on_air",
        ),
        (["--out", "o", "--as-of", "2026-09-30", "--set", "x=1"], "sites has no column x; it has "),
        (["--out", "o", "--as-of", "2026-09-30", "--previous", "gone"], "--previous gone is no folder of an intake"),
        (["--out", ".", "--as-of", "2026-09-30"], "--out . holds something else; name another folder"),
    ],
)
def test_wrong_words_get_a_sentence(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    filed = file_csv(tmp_path / "viettel.csv", [row("VTL-1")])
    done = phusong(filed, *arguments)
    assert message in str(done.exception)


def test_inputs_are_never_overwritten(country, tmp_path):
    (tmp_path / "out").mkdir()
    filed = file_csv(tmp_path / "viettel.csv", [row("VTL-1"), row("VTL-2")])
    assert phusong(filed, *country, "--out", tmp_path / "out").exit_code == 0
    inside = file_csv(tmp_path / "out" / "viettel.csv", [row("VTL-1")])
    done = phusong(inside, *country, "--out", tmp_path / "out")
    assert "holds a file that is read; inputs are never changed, so name another folder" in str(done.exception)


def test_the_four_filings_are_divided_as_their_truth_says(shared_data, tmp_path, monkeypatch):
    "The very command of the issue: no operator, no outlines named."
    from phusong.intake import reference

    monkeypatch.setattr(reference, "UNITS_FOLDER", tmp_path / "units")
    filings = [
        path for path in sorted((shared_data / "filings").iterdir()) if path.suffix in (".csv", ".xlsx", ".geojson")
    ]
    done = phusong(*filings, "--layer", "sites", "--as-of", "2026-09-30", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    truths = sorted((shared_data / "filings" / "truth").glob("*.csv"))
    truth = pd.concat([pd.read_csv(path, dtype=str, keep_default_na=False) for path in truths])
    accepted = pd.read_parquet(tmp_path / "out" / "accepted.parquet")
    with (tmp_path / "out" / "quarantine.csv").open(encoding="utf-8-sig", newline="") as opened:
        held = {
            (line["source_file"], line["source_sheet"], line["source_row"]): line["reason"]
            for line in csv.DictReader(opened)
        }
    assert len(accepted) + len(held) == len(truth) == 3184
    due = truth[(truth.verdict != "quarantine") | (truth.reason == "duplicate")].drop_duplicates("site_id")
    assert sorted(accepted.site_id) == sorted(due.site_id)
    places = accepted.merge(due, on="site_id")
    assert (places.longitude - places.true_lon.astype(float)).abs().max() < 2e-4
    assert (places.latitude - places.true_lat.astype(float)).abs().max() < 2e-4
