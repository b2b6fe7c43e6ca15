"""Sites: what a row must hold, and which sites count in a period."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pandas as pd
import pytest

from phusong.errors import LayerError
from phusong.layers import sites
from phusong.layers.sites import contradictions, on_air

END = dt.date(2026, 9, 30)


def frame(*rows: tuple[str, str]) -> gpd.GeoDataFrame:
    "Sites of a status and an on-air date ('' is none)."
    days = [pd.Timestamp(day) if day else pd.NaT for _, day in rows]
    table = {"status": [status for status, _ in rows], "on_air_date": pd.Series(days, dtype="datetime64[s]")}
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy([0.0] * len(rows), [0.0] * len(rows)), crs=3405)


def test_the_three_sites(world):
    read, account = sites.read(world.project())
    assert read.site_id.tolist() == ["S1", "S2", "S3"]
    assert read.azimuths_deg.tolist() == ["omni", "30;150;270", "omni"]
    assert read.frequency_mhz.tolist() == [1810.0, 2550.0, 1810.0]
    assert read.on_air_date.dt.date.tolist() == [dt.date(2020, 1, 1), dt.date(2026, 7, 1), dt.date(2026, 12, 1)]
    assert read.backup_hours.isna().all()
    assert (account.rows_in, account.accepted) == (3, 3)


def test_feeder_and_sharing_are_kept_as_filed_and_missing_where_the_file_lacks_them(world, tmp_path):
    assert sites.read(world.project())[0][["feeder_id", "shared_with"]].isna().all(axis=None)
    header, *rows = (tmp_path / "sites.csv").read_text("utf-8").splitlines()
    told = [
        f"{header},feeder_id,shared_with",
        *(f"{row},{more}" for row, more in zip(rows, ("471 E1,VNPT;MobiFone", "471,", ",không"), strict=True)),
    ]
    (tmp_path / "sites.csv").write_text("\n".join(told), "utf-8")
    read, _ = sites.read(world.project())
    assert read.feeder_id.tolist() == ["471", "471 E1", None]
    assert read.shared_with.tolist() == [None, "VNPT;MobiFone", "không"]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("1810,20,30", "1.8,20,30", "frequency_mhz: 2 rows outside 400..7125, first at row 3 (found 1.8)"),
        ("1810,20,30", "1810,20,cao", "height_agl_m: 2 rows not numbers, first at row 3 (found 'cao')"),
        ("LTE", "4G", "technology: 2 rows not among LTE, NR, first at row 3 (found '4G')"),
        ("planned", "soon", "status: 1 row not among on_air, planned, off, first at row 4 (found 'soon')"),
        ("S3", "S1", "site_id: 2 rows repeated, first at row 3 (found 'S1')"),
        (
            "2020-01-01",
            "01/01/2020",
            "on_air_date: 1 row not days of the form 2026-09-30, first at row 3 (found '01/01/2020')",
        ),
        ("frequency_mhz", "freq", "column 'frequency_mhz' is missing (your file has 'freq')"),
        ("0,60,on_air", "0,600,on_air", "eirp_dbm: 1 row outside 0..95, first at row 3 (found 600.0)"),
    ],
)
def test_a_wrong_row_is_named(world, tmp_path, old, new, sentence):
    text = (tmp_path / "sites.csv").read_text("utf-8")
    assert old in text
    (tmp_path / "sites.csv").write_text(text.replace(old, new), "utf-8")
    with pytest.raises(LayerError) as caught:
        sites.read(world.project())
    assert str(caught.value) == f"sites: 1 fault\n  - {sentence}"


@pytest.mark.parametrize("azimuths", ["omni", "0", "30;150;270", "12.5;359.9", "360"])
def test_azimuths(world, tmp_path, azimuths):
    text = (tmp_path / "sites.csv").read_text("utf-8")
    (tmp_path / "sites.csv").write_text(text.replace("30;150;270", azimuths), "utf-8")
    assert sites.read(world.project())[0].azimuths_deg[1] == azimuths


@pytest.mark.parametrize("azimuths", ["north", "30/150", "30;", "-10", "400", "999"])
def test_azimuths_that_are_none(world, tmp_path, azimuths):
    text = (tmp_path / "sites.csv").read_text("utf-8")
    (tmp_path / "sites.csv").write_text(text.replace("30;150;270", azimuths), "utf-8")
    with pytest.raises(LayerError, match="azimuths_deg: 1 row "):
        sites.read(world.project())


def test_a_message_says_the_form_in_words(world, tmp_path):
    "The supplier of a file reads no regular expressions."
    text = (tmp_path / "sites.csv").read_text("utf-8")
    (tmp_path / "sites.csv").write_text(text.replace("30;150;270", "30/150"), "utf-8")
    with pytest.raises(LayerError) as caught:
        sites.read(world.project())
    assert "\\d" not in str(caught.value)


def test_a_site_counts_from_its_on_air_date_on():
    made = frame(("on_air", "2026-09-30"), ("on_air", "2026-10-01"), ("on_air", "2020-01-01"))
    assert on_air(made, END, END).tolist() == [True, False, True]


def test_the_status_says_nothing_about_another_day_than_the_files():
    "Planned on the file's day, and on air at the period's end by its date: the date is believed."
    made = frame(("planned", "2026-08-01"), ("planned", "2026-12-01"), ("on_air", "2026-08-01"))
    assert on_air(made, END, dt.date(2026, 6, 30)).tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [(END, True), (dt.date(2026, 6, 30), True), (dt.date(2026, 10, 1), False), (None, False)],
)
def test_an_undated_site_on_air_counts_from_the_files_day_on(as_of, expected):
    assert on_air(frame(("on_air", "")), END, as_of).tolist() == [expected]


def test_an_undated_site_that_is_not_on_air_never_counts():
    assert on_air(frame(("planned", ""), ("off", "")), END, END).tolist() == [False, False]


def test_contradictions_of_status_and_date():
    made = frame(
        ("planned", "2026-08-01"), ("on_air", "2026-12-01"), ("on_air", "2020-01-01"), ("planned", ""), ("on_air", "")
    )
    assert contradictions(made, END) == 2
    assert contradictions(made, None) == 0


def test_without_sites_nothing_counts():
    assert on_air(frame(), END, END).tolist() == []
    assert contradictions(frame(), END) == 0


@pytest.mark.parametrize("name", ["Any", "Unknown", "limited", "None", "Very good"])
def test_an_operator_that_would_take_anothers_column_is_refused(world, tmp_path, name):
    "Tables hold lte_unknown_people and the like beside lte_<operator>_people."
    file = tmp_path / "sites.csv"
    file.write_text(file.read_text("utf-8").replace("MobiFone", name), "utf-8")
    with pytest.raises(LayerError, match=f"operator: '{name}' means something else in our tables"):
        sites.read(world.project())


def test_operators_whose_names_read_alike_are_refused(world, tmp_path):
    file = tmp_path / "sites.csv"
    file.write_text(file.read_text("utf-8").replace("MobiFone", "VIETTEL"), "utf-8")
    with pytest.raises(LayerError, match="operator: 'VIETTEL' and 'Viettel' read alike"):
        sites.read(world.project())


def test_a_site_that_is_off_counts_no_more_from_the_files_date_on():
    off = frame(("off", "2020-01-01"))
    assert on_air(off, END, END).tolist() == [False]
    assert on_air(off, dt.date(2026, 6, 30), END).tolist() == [True]


@pytest.mark.parametrize("name", ["bandwidth_mhz", "height_agl_m", "azimuths_deg", "downtilt_deg", "eirp_dbm"])
def test_attributes_that_priors_can_fill_may_be_missing(world, tmp_path, name):
    file = tmp_path / "sites.csv"
    file.write_text(file.read_text("utf-8").replace(name, "remark"), "utf-8")
    read, _ = sites.read(world.project())
    assert read[name].isna().all()


def test_antennas_and_how_they_are_tipped(world, tmp_path):
    lines = (tmp_path / "sites.csv").read_text("utf-8").splitlines()
    more = (",antenna,mechanical_tilt_deg", ",K1,2.5", ",,", ",742215,-3")
    (tmp_path / "sites.csv").write_text("\n".join(a + b for a, b in zip(lines, more, strict=True)), "utf-8")
    read, _ = sites.read(world.project())
    assert read.antenna.tolist() == [None, "K1", "742215"]
    assert read.mechanical_tilt_deg.tolist() == [0, 2.5, -3]
