"""Quarantined sites: what can be read of rows set aside, how they are named, and what of them is counted out."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from phusong.config import Band, Prior, Radio
from phusong.errors import LayerError
from phusong.grid import Grid
from phusong.layers import quarantined_sites
from phusong.layers.quarantined_sites import in_reach
from phusong.layers.sites import SCHEMA as SITES

HERE = {"crs": "EPSG:3405", "columns": {"longitude": "x", "latitude": "y"}}
HEADER = (
    "site_id,operator,technology,frequency_mhz,height_agl_m,azimuths_deg,status,on_air_date,reason,filed_as,longitude,"
    "latitude"
)
ROWS = """
T1,Viettel,LTE,1810,999,omni,on_air,2026-01-01,height_out_of_range,a.xlsx:Tram:4,500500,2300500
,Viettel,LTE,1810,30,omni,on_air,,missing,a.xlsx:Tram:5,500500,2300500
T3,,LTE,1810,30,omni,on_air,,missing,a.xlsx:Tram:6,500500,2300500
T4,Viettel,6G,1810,30,omni,on_air,,word_unknown,a.xlsx:Tram:7,500500,2300500
T5,,,1810,30,omni,on_air,,missing,a.xlsx:Tram:8,500500,2300500
T6,,LTE,1810,30,omni,on_air,,missing_coordinates;missing,a.xlsx:Tram:9,,
T1,VNPT,NR,9999,30,400,away,,out_of_range,a.xlsx:Tram:10,501500,2301500
"""


def read(world, rows: str = ROWS, header: str = HEADER, **section):
    "The layer of some rows."
    text = header.replace("longitude,latitude", "x,y") + rows
    world.text("quarantined_sites", text, "q.csv", **HERE, **section)
    return quarantined_sites.read(world.project())


def test_rows_are_named_and_in_the_order_of_their_names(world):
    "T1 twice and one without an id, each is told apart by where it stands."
    frame, account = read(world)
    assert frame.site_id.tolist() == ["T1 (a.xlsx:Tram:10)", "T1 (a.xlsx:Tram:4)", "a.xlsx:Tram:5"]
    assert frame.filed_id.tolist() == ["T1", "T1", None]
    assert frame.reason.tolist() == ["out_of_range", "height_out_of_range", "missing"]
    assert frame.crs == 3405
    assert (account.rows_in, account.accepted, account.refused) == (7, 7, ())


def test_rows_that_cannot_be_tried_are_counted_once_by_the_first_that_is_missing(world):
    _, account = read(world)
    assert account.counts["not_tried"] == {"no_position": 1, "no_operator": 2, "no_technology": 1}


def test_values_that_no_site_may_have_are_missing(world):
    "6G is no technology, so that row is out; the values of the others count as missing and are told by column."
    frame, account = read(world)
    assert account.counts["beyond_bounds"] == {
        "technology": 1, "frequency_mhz": 1, "height_agl_m": 1, "azimuths_deg": 1, "status": 1,
    }  # fmt: skip
    north, far, _ = frame.itertuples()
    assert np.isnan(north.frequency_mhz)
    assert (north.azimuths_deg, north.status, north.height_agl_m) == (None, None, 30)
    assert np.isnan(far.height_agl_m)
    assert frame.mechanical_tilt_deg.tolist() == [0, 0, 0]


@pytest.mark.parametrize("name", [n for n in quarantined_sites.SCHEMA.columns if n in SITES.columns])
def test_every_column_that_sites_bound_is_held_to_their_bounds(name):
    kind = SITES.columns[name].metadata["kind"]
    assert kind == quarantined_sites.SCHEMA.columns[name].metadata["kind"]
    assert (name in quarantined_sites._CHECKED) == bool(SITES.columns[name].checks)


def test_the_order_of_the_file_changes_nothing(world):
    before, _ = read(world)
    after, _ = read(world, "\n" + "\n".join(reversed(ROWS.strip().splitlines())) + "\n")
    assert before.equals(after)


def test_a_table_of_sites_will_do(world):
    "Without ids, reasons or the source as filed, the file and its row name the row."
    frame, _ = read(world, "\nViettel,NR,500500,2300500\n", "operator,technology,longitude,latitude")
    assert frame.site_id.tolist() == ["q.csv:2"]
    assert frame[["frequency_mhz", "height_agl_m", "eirp_dbm"]].isna().all(axis=None)


def test_several_files(world, tmp_path):
    read(world)
    (tmp_path / "r.csv").write_text((tmp_path / "q.csv").read_text("utf-8"), "utf-8")
    world.layers["quarantined_sites"]["path"] = ["q.csv", "r.csv"]
    assert quarantined_sites.read(world.project())[1].rows_in == 14


def test_what_a_study_cannot_do_without_is_refused(world):
    with pytest.raises(LayerError, match="column 'technology' is missing"):
        read(world, "\nViettel,500500,2300500\n", "operator,longitude,latitude")
    with pytest.raises(LayerError, match=r"height_agl_m: 1 row not numbers, first at row 2 \(found '30m'\)"):
        read(
            world, "\nViettel,NR,30m,500500,2300500\n", "operator,technology,height_agl_m,longitude,latitude"
        )  # fmt: skip


def test_without_the_layer_there_are_no_rows(world):
    frame, account = quarantined_sites.read(world.project())
    assert (len(frame), account.rows_in, account.counts) == (0, 0, {})
    assert list(frame)[:2] == ["site_id", "filed_id"]


BANDS = (
    Band(name="B3", technology="LTE", low_mhz=1805, high_mhz=1880),
    Band(name="n41", technology="NR", low_mhz=2500, high_mhz=2600),
    Band(name="n78", technology="NR", low_mhz=3300, high_mhz=3800),
)


def near(world, radio: Radio, rows: str = ROWS):
    "The rows that stand on a ground of one kilometre round V1, in the south-west of the study."
    ground = Grid.over((500_000, 2_300_000, 501_000, 2_301_000), 100, world.four().crs)
    return in_reach(read(world, rows), world.four().assign(commune_type=["phường", "xã", "xã", "xã"]), ground, radio)


def test_rows_out_of_reach_are_counted_and_gone(world):
    frame, account = near(world, Radio())
    assert frame.site_id.tolist() == ["T1 (a.xlsx:Tram:4)", "a.xlsx:Tram:5"]
    assert frame.setting.tolist() == ["urban", "urban"]
    assert account.counts["in_reach"] == 2
    left_out = account.counts["not_tried"]
    assert left_out == {"no_position": 1, "no_operator": 2, "no_technology": 1, "out_of_reach": 1}
    assert account.rows_in == account.counts["in_reach"] + sum(left_out.values())


def test_what_is_missing_is_taken_from_the_priors_that_fit_and_the_rest_stays_empty(world):
    "999 m counts as missing; the EIRP has no prior for wards."
    priors = ({"height_agl_m": 25, "setting": "urban"}, {"eirp_dbm": 60, "setting": "rural"})
    frame, account = near(world, Radio(priors=tuple(Prior(source="a test", **prior) for prior in priors)))
    assert frame.height_agl_m.tolist() == [25, 30]
    assert frame.eirp_dbm.isna().all()
    assert frame.assumed.tolist() == ["height_agl_m", ""]
    assert account.counts["assumed"] == {"height_agl_m": 1}


def test_a_missing_frequency_is_that_of_the_only_band_of_the_technology(world):
    "The middle of 1805 to 1880 MHz; of two NR bands neither is believed. The prior of the band fits then."
    rows = "\n,A,LTE,,30,omni,,,,a:1,500500,2300500\n,A,NR,,30,omni,,,,a:2,500500,2300500\n"
    priors = (Prior(source="a test", band="B3", bandwidth_mhz=15),)
    frame, account = near(world, Radio(bands=BANDS, priors=priors), rows)
    assert frame.frequency_mhz.tolist()[0] == 1842.5
    assert np.isnan(frame.frequency_mhz[1])
    assert frame.assumed.tolist() == ["frequency_mhz;bandwidth_mhz", ""]
    assert account.counts["assumed"] == {"frequency_mhz": 1, "bandwidth_mhz": 1}


def test_a_line_is_no_position(world):
    shapes = [shapely.LineString([(500_000, 2_300_000), (500_100, 2_300_000)]), shapely.Point(500_500, 2_300_500)]
    rows = gpd.GeoDataFrame({"operator": ["A", "A"], "technology": ["NR", "NR"]}, geometry=shapes, crs=3405)
    world.features("quarantined_sites", rows, "q.gpkg")
    frame, account = quarantined_sites.read(world.project())
    assert (frame.site_id.tolist(), account.counts["not_tried"]["no_position"]) == (["q.gpkg:2"], 1)
