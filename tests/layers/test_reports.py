"""Reports from the map pages as a layer: read, kept in the snapshot, and without effect on any figure."""

from __future__ import annotations

import datetime as dt
import tomllib

import geopandas as gpd
import pandas as pd
import pytest

from phusong import pipeline
from phusong.config import shipped
from phusong.errors import LayerError
from phusong.layers import reports
from phusong.layers.reading import read_inputs

DAY = dt.date(2026, 9, 30)
HEADER = "report_id,kind,commune_code,note,reported_at,format,longitude,latitude"
ROWS = (
    "r00000000000000b2,wrong,00001,=1+1,2026-10-05T07:15:20+07:00,1,500500,2300500",
    "r00000000000000a1,no_power,00002,<script>,2026-10-06T08:00:00+09:00,1,501500,2300500",
    "r00000000000000c3,no_signal,00099,,2026-10-07T09:00:00+07:00,1,520500,2300500",
)


def file(world, *rows: str) -> None:
    "The layer with these rows, in metres of the study."
    world.text("reports", "\n".join((HEADER, *rows)) + "\n", "reports.csv", crs="EPSG:3405")


def test_they_are_in_the_order_of_their_ids_with_every_column(world):
    file(world, *ROWS)
    frame, account = reports.read(world.project())
    assert frame.report_id.tolist() == ["r00000000000000a1", "r00000000000000b2", "r00000000000000c3"]
    assert list(frame.columns) == [*reports.SCHEMA.columns, "geometry"]
    assert frame.note.fillna("").tolist() == ["<script>", "=1+1", ""]
    assert frame.reporter.isna().all()
    assert (account.rows_in, account.accepted) == (3, 3)


@pytest.mark.parametrize(
    ("was", "became", "fault"),
    [
        ("no_power", "no_water", "kind: 1 row not among no_signal, no_power, wrong, first at row 3"),
        ("r00000000000000a1", "r00000000000000b2", "report_id: 2 rows repeated"),
        ("r00000000000000a1", "a1", "report_id: 1 row not of the form r0123456789abcdef"),
        ("08:00:00+09:00", "08:00", "reported_at: 1 row not of the form 2026-10-05T14:03:20"),
        (",00002,", ",2,", "commune_code: 1 row not of the form 00004"),
        ("+09:00,1,", "+09:00,2,", "format: 1 row not of the form 1"),
    ],
)
def test_faults_are_told(world, was, became, fault):
    file(world, *(row.replace(was, became) for row in ROWS))
    with pytest.raises(LayerError) as refused:
        reports.read(world.project())
    assert fault in str(refused.value)


def test_those_of_studied_communes_are_kept_and_counted(world):
    file(world, *ROWS)
    inputs = read_inputs(world.project(), DAY, lambda _: None)
    assert inputs.reports.commune_code.tolist() == ["00002", "00001"]
    counts = {account.layer: account.as_dict() for account in inputs.accounts}["reports"]
    assert (counts["rows_in"], counts["accepted"], counts["studied"]) == (3, 3, 2)


def test_a_run_keeps_them_in_the_snapshot_and_no_figure_changes(world):
    plain = pipeline.run(world.project(), "2026Q3", 1, lambda *_: None)
    figures = pd.read_parquet(plain.folder / "indicators.parquet")
    surface = {path.name: path.read_bytes() for path in (plain.folder / "surface").iterdir()}
    assert not (plain.folder / "reports.parquet").exists()
    file(world, *ROWS)
    answered = pipeline.run(world.project(), "2026Q3", 1, lambda *_: None)
    kept = gpd.read_parquet(answered.folder / "reports.parquet")
    assert kept.kind.tolist() == ["no_power", "wrong"]
    parts = tomllib.loads(shipped("gis_data", "data_dictionary.toml").read_text("utf-8"))
    assert (
        set(kept.columns)
        == {*parts["layers"]["reports"], "as_of", "synthetic_inputs"}
        <= {*parts["layers"]["reports"], *parts["snapshot"]["every"]}
    )
    assert answered.edition.run["counts"]["reports"]["studied"] == 2
    pd.testing.assert_frame_equal(pd.read_parquet(answered.folder / "indicators.parquet"), figures)
    assert {path.name: path.read_bytes() for path in (answered.folder / "surface").iterdir()} == surface
