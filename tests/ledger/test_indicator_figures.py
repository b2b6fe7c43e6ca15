"""Figures: whole numbers are kept, and value, low and high follow from them, in Python and in SQL to the last bit."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import pytest
from small_periods import made

from phusong.ledger import history, snapshot
from phusong.ledger.figures import COUNTED, DERIVED, SQL, Scope, derived, figures, kept
from phusong.ledger.snapshot import Snapshot

UNITS = {"unit_level": ["commune", "study"], "unit_code": ["00123", ""]}
NAN = float("nan")


def counted(rows: int, seed: int = 1) -> pd.DataFrame:
    "Whole numbers by chance, zeros among them, up to the square metres of a country."
    random = np.random.default_rng(seed)
    known = random.integers(0, 10 ** random.integers(1, 12, rows)) * random.integers(0, 2, rows)
    part = (known * random.random(rows)).astype(np.int64)
    unknown = random.integers(0, 1000, rows) * random.integers(0, 2, rows)
    ends = (np.minimum(random.integers(0, 50, rows), of) for of in (part, known - part))
    counts = (part, known, unknown, *ends, random.choice([0, 1, 1000], rows))
    return pd.DataFrame(dict(zip(COUNTED, counts, strict=True)))


def test_sql_makes_the_same_values_to_the_last_bit():
    table = derived(counted(20_000))
    with duckdb.connect(":memory:") as database:
        database.register("whole", kept(table))
        found = database.execute(f"SELECT {SQL} FROM whole").df()
    assert table.value.isna().any()
    pd.testing.assert_frame_equal(found, table[[*DERIVED]], check_exact=True)


def test_values_lie_between_their_bounds():
    known = derived(counted(5_000, seed=2)).query("denominator > 0")
    assert (known.low <= known.value * (1 + 1e-15)).all()
    assert (known.value <= known.high * (1 + 1e-15)).all()


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ("people_white_share", [[6 / 8, 5 / 10, 9 / 10], [NAN, 0, 1]]),
        ("villages_without_signal", [[6, 5, 9], [NAN, 0, 2]]),
        ("satellite_terminals_per_1000_households", [[750, 500, 900], [NAN, 0, 1000]]),
    ],
)
def test_values_are_by_the_unit_of_the_definition(definition, expected):
    "Of 8 known 6, of 2 more it is not known; and of one unit in which nothing is known."
    parts = (np.array(part) for part in ([6, 0], [8, 0], [2, 2], [1, 0], [1, 0]))
    table = figures(UNITS, definition, Scope("any", "LTE", "outdoor"), *parts)
    assert table[[*DERIVED]].to_numpy().tolist() == [pytest.approx(row, nan_ok=True) for row in expected]
    assert list(table) == [
        *("definition_id", "version", "unit_level", "unit_code", "operator", "technology", "environment"),
        *COUNTED,
        *DERIVED,
    ]
    assert {str(table[name].dtype) for name in COUNTED} == {"int64"}


def test_what_is_kept_is_what_is_derived_from():
    table = derived(counted(50)).assign(as_of="2026-09-30")
    assert list(kept(table)) == [*COUNTED, "as_of"]
    pd.testing.assert_frame_equal(derived(kept(table)), table)
    pd.testing.assert_frame_equal(derived(table), table)


def test_a_table_of_another_make_stays_as_it_is():
    "Periods that were closed earlier hold their values, and nothing to make them from."
    old = pd.DataFrame({"numerator": [7], "denominator": [10], "value": [0.7], "low": [0.7], "high": [0.7]})
    assert derived(old) is old
    assert kept(old) is old


def test_a_snapshot_keeps_whole_numbers_and_gives_values_back(tmp_path):
    plain = made("2026Q1")
    table = figures(
        {"unit_level": ["study"], "unit_code": [""]}, "people_white_share", Scope("any", "LTE", "outdoor"),
        np.array([7]), np.array([10]), np.array([2]), below=np.array([1]),
    )  # fmt: skip
    snapshot.write(Snapshot({**plain.tables, "indicators": table}, {}, plain.run), tmp_path)
    assert list(pd.read_parquet(tmp_path / "2026Q1" / "indicators.parquet")) == list(kept(table))
    pd.testing.assert_frame_equal(snapshot.read(tmp_path, "2026Q1")[0]["indicators"], table)


def test_queries_and_series_give_values_of_old_and_new_periods(tmp_path):
    "One period as they were kept earlier, one in whole numbers."
    snapshot.write(made("2026Q1"), tmp_path)
    later = made("2026Q2", covered=8)
    old = later.tables["indicators"]
    units = {name: old[name] for name in ("unit_level", "unit_code")}
    ten = np.full(len(old), 10)
    table = figures(units, "people_white_share", Scope("any", "LTE", "outdoor"), ten - 2, ten, ten)
    snapshot.write(Snapshot({**later.tables, "indicators": table}, {}, later.run), tmp_path)
    asked = "SELECT period, value, low, high FROM indicators WHERE unit_level = 'study' ORDER BY period"
    found = history.query(tmp_path, asked).to_numpy().tolist()
    assert found == [["2026Q1", 0.7, 0.7, 0.7], ["2026Q2", 0.8, 0.4, 0.9]]
    series = history.series(tmp_path)
    study = series[series.unit_level == "study"].sort_values("period")
    assert study[["value", "low", "high"]].to_numpy().tolist() == [[0.7, 0.7, 0.7], [0.8, 0.4, 0.9]]
