"""The history of periods: views over all of them, one SELECT, and nothing else that could read or change a thing."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest
from small_periods import LATER, made, write_periods

from phusong.errors import SnapshotError
from phusong.ledger.closing import close, correct
from phusong.ledger.history import breaks, query, series
from phusong.ledger.period import Period
from phusong.ledger.snapshot import write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    "Two quarters with 7 and 8 of 10 people covered; a quote and a blank stand in the path."
    folder = tmp_path / "dân số's" / "snapshots"
    write_periods(folder, "2026Q1", "2026Q2")
    return folder


def rows(table: pd.DataFrame) -> list[list[object]]:
    return table.to_numpy().tolist()


# asking


def test_a_view_is_a_table_of_all_periods(folder: Path):
    sql = "SELECT period, numerator, denominator FROM indicators WHERE unit_level = 'study' ORDER BY period"
    found = query(folder, sql)
    assert list(found) == ["period", "numerator", "denominator"]
    assert rows(found) == [["2026Q1", 7, 10], ["2026Q2", 8, 10]]
    assert {type(value) for value in found.numerator} == {int}


def test_columns_are_joined_by_their_names(folder: Path):
    "A column of one period only, in another order, is not known in the other; outlines are left out."
    write(made("2026Q3", new_column=5), folder)
    found = query(folder, "SELECT * FROM communes ORDER BY period")
    assert list(found) == ["period", "commune_code", "commune_name", "people", "new_column"]
    assert rows(found[["period", "new_column"]]) == [["2026Q1", None], ["2026Q2", None], ["2026Q3", 5]]
    assert found.commune_code.tolist() == ["00123"] * 3


def test_a_column_called_period_does_not_hide_ours(folder: Path):
    write(made("2026Q3", period="other"), folder)
    assert rows(query(folder, "SELECT DISTINCT period FROM communes ORDER BY 1"))[-1] == ["2026Q3"]


def test_views_are_joined_and_named_again(folder: Path):
    sql = """
        WITH living AS (SELECT period, sum(people) AS living FROM communes GROUP BY period)
        SELECT period, living, count(*) AS zones FROM Living JOIN Zones USING (period) GROUP BY ALL ORDER BY period;
    """
    assert rows(query(folder, sql)) == [["2026Q1", 10, 1], ["2026Q2", 10, 1]]


def test_periods_say_who_closed_them(folder: Path):
    told = close(folder, Period.parse("2026Q1"), "An", now=LATER)
    found = query(folder, "SELECT period, state, digest, closed_at, closed_by FROM periods ORDER BY period")
    assert rows(found)[0] == ["2026Q1", "closed", told.digest, "2027-01-15T09:30:00+07:00", "An"]
    assert rows(found.drop(columns="digest"))[1] == ["2026Q2", "open", None, None]
    correct(folder, Period.parse("2026Q1"), "An", "x", LATER)
    assert rows(query(folder, "SELECT state FROM periods"))[0] == ["opened for correction"]


def test_no_period_is_a_table_without_rows(tmp_path: Path):
    assert rows(query(tmp_path / "missing", "SELECT * FROM periods")) == []


REFUSED = [
    ("COPY communes TO 'x.csv'", "found COPY"),
    ("COPY (SELECT 1) TO 'x.csv'", "found COPY"),
    ("ATTACH 'x.db'", "found ATTACH"),
    ("INSTALL spatial", "found LOAD"),
    ("LOAD spatial", "found LOAD"),
    ("SET lock_configuration = false", "found SET"),
    ("PRAGMA version", "One SELECT is expected, and nothing else"),
    ("PRAGMA table_info('communes')", "One SELECT is expected, and nothing else"),
    ("CALL enable_logging('QueryLog')", "found CALL"),
    ("EXPORT DATABASE 'x'", "found EXPORT"),
    ("CREATE TABLE t AS SELECT 1", "found CREATE"),
    ("DROP VIEW communes", "found DROP"),
    ("DELETE FROM communes", "found DELETE"),
    ("INSERT INTO communes SELECT 1", "found INSERT"),
    ("EXPLAIN SELECT 1", "found EXPLAIN"),
    ("SELECT 1; SELECT 2", "found 2 statements"),
    ("SELECT 1; DROP VIEW communes", "found DROP"),
    ("", "found 0 statements"),
    ("-- nothing", "found 0 statements"),
    ("SHOW TABLES", "there are indicators, communes"),
    ("SELECT * FROM '/etc/passwd'", "There is no table '/etc/passwd'"),
    ("SELECT * FROM '{file}'", "There is no table '.*parquet'"),
    ("SELECT * FROM read_parquet('{file}')", r"read_parquet\(\) is refused"),
    ("SELECT * FROM read_csv('/etc/passwd')", r"read_csv\(\) is refused"),
    ("SELECT * FROM READ_TEXT('/etc/passwd')", r"read_text\(\) is refused"),
    ("SELECT * FROM read_blob('/etc/passwd')", r"read_blob\(\) is refused"),
    ("SELECT * FROM glob('/etc/*')", r"glob\(\) is refused"),
    ("SELECT * FROM query('SELECT 1')", r"query\(\) is refused"),
    ("SELECT * FROM communes WHERE people IN (SELECT 1 FROM glob('/*'))", r"glob\(\) is refused"),
    ("WITH a AS (SELECT * FROM read_json('x')) SELECT * FROM a", r"read_json\(\) is refused"),
    ("SELECT (SELECT count(*) FROM sniff_csv('x'))", r"sniff_csv\(\) is refused"),
    ("SELECT 1 UNION ALL SELECT * FROM enable_logging(storage = 'file')", r"enable_logging\(\) is refused"),
    ("FROM duckdb_settings()", r"duckdb_settings\(\) is refused"),
    ("SELECT * FROM information_schema.tables", "There is no table 'tables'"),
    ("SELECT * FROM folder", "There is no table 'folder'"),
    ("SELECT * FROM comunes", r"There is no table 'comunes'; did you mean communes\?"),
    ("SELEC 1", 'This is no SQL. Parser Error: syntax error at or near "SELEC"$'),
    ("SELECT peoplee FROM communes", 'Referenced column "peoplee" not found'),
    ("SELECT * FROM zones_closed", "zones_closed"),
    ("SELECT ? FROM communes", "The query failed"),
]


@pytest.mark.parametrize(("sql", "sentence"), REFUSED)
def test_anything_but_a_select_over_the_views_is_refused(
    folder: Path, sql: str, sentence: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(folder.parent)
    before = sorted(folder.parent.rglob("*"))
    file = str(folder / "2026Q1" / "communes.parquet").replace("'", "''")
    with pytest.raises(SnapshotError, match=sentence) as told:
        query(folder, sql.replace("{file}", file))
    assert "\n" not in str(told.value)
    assert sorted(folder.parent.rglob("*")) == before


@pytest.mark.parametrize(
    ("sql", "first"),
    [
        ("FROM communes", "2026Q1"),
        ("VALUES (1)", 1),
        ("SELECT * FROM range(3)", 0),
        ("SELECT unnest([5, 6])", 5),
        ("DESCRIBE communes", "period"),
        ("SELECT 'COPY x TO y; ATTACH z' AS word", "COPY x TO y; ATTACH z"),
    ],
)
def test_what_reads_nothing_else_is_answered(folder: Path, sql: str, first: object):
    assert rows(query(folder, sql))[0][0] == first


def test_no_table_is_read_that_no_run_wrote(folder: Path):
    "Only what the query needs is checked."
    file = folder / "2026Q2" / "communes.parquet"
    file.write_bytes((folder / "2026Q1" / "zones.parquet").read_bytes())
    with pytest.raises(SnapshotError, match=r"2026Q2.communes\.parquet is not the file that the run wrote"):
        query(folder, "SELECT * FROM communes")
    assert len(query(folder, "SELECT * FROM zones")) == 2


def test_a_closed_period_that_is_another_is_not_read(folder: Path):
    close(folder, Period.parse("2026Q1"), "An", now=LATER)
    write(made("2026Q1", covered=1), folder / "other")
    (folder / "2026Q1").rename(folder / "gone")
    (folder / "other" / "2026Q1").rename(folder / "2026Q1")
    with pytest.raises(SnapshotError, match=r"2026Q1 was closed by An .* what lies there is another snapshot"):
        query(folder, "SELECT * FROM indicators")


# series


def test_a_series_runs_through_the_periods(folder: Path):
    close(folder, Period.parse("2026Q1"), "An", now=LATER)
    found = series(folder)
    assert list(found) == [
        *("definition_id", "operator", "technology", "environment", "unit_level", "unit_code", "unit_name", "line"),
        *("version", "period", "value", "numerator", "denominator", "low", "high", "state"),
    ]
    told = found[["unit_level", "unit_name", "line", "period", "numerator", "state"]]
    assert rows(told) == [
        ["study", "", 1, "2026Q1", 7, "closed"],
        ["study", "", 1, "2026Q2", 8, "open"],
        ["province", "Tỉnh An", 1, "2026Q1", 7, "closed"],
        ["province", "Tỉnh An", 1, "2026Q2", 8, "open"],
    ]
    assert math.isclose(found.value[0], 0.7)
    assert breaks(found) == []


def test_a_changed_version_begins_a_new_line_and_is_said(folder: Path):
    "Also when an older version comes back."
    write(made("2026Q3", covered=9, version="2"), folder)
    write(made("2026Q4", covered=9, version="1"), folder)
    found = series(folder)
    study = found[found.unit_level == "study"]
    assert rows(study[["period", "version", "line"]]) == [
        ["2026Q1", "1", 1],
        ["2026Q2", "1", 1],
        ["2026Q3", "2", 2],
        ["2026Q4", "1", 3],
    ]
    said = breaks(found)
    assert [sentence.split(":")[0] for sentence in said] == ["x_share", "x_share"], "once for all units"
    assert "version 1 đến / until 2026Q2, 2 từ / from 2026Q3" in said[0]
    assert "version 2 đến / until 2026Q3, 1 từ / from 2026Q4" in said[1]


def test_a_series_of_one_period(folder: Path):
    assert series(folder, "2026Q2").period.tolist() == ["2026Q2", "2026Q2"]
    with pytest.raises(SnapshotError, match="no snapshot of 2026Q4"):
        series(folder, "2026Q4")
    with pytest.raises(SnapshotError, match="There is no snapshot in"):
        series(folder / "missing")
