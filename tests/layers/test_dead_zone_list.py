"""The official list: rows with and without a place are taken, as filed, and every row is accounted for."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pyproj import CRS

from phusong.errors import LayerError
from phusong.grid import Grid
from phusong.layers import dead_zone_list
from phusong.layers.account import Refusal

NAMES = "village_name,commune_name,province_name,lacks\nBản Hai,Xã 2,Hà Nội,signal\nBản Ba,Xã 3,Hà Nội,both\n"
HERE = {"crs": "EPSG:3405", "columns": {"longitude": "x", "latitude": "y"}}


def test_a_list_of_names_needs_neither_coordinates_nor_crs(world):
    world.text("dead_zone_list", NAMES, "list.csv")
    frame, account = dead_zone_list.read(world.project())
    assert frame.village_name.tolist() == ["Bản Hai", "Bản Ba"]  # in the order of the communes' names
    assert frame.lacks.tolist() == ["signal", "both"]
    assert frame.source_row.tolist() == [2, 3]
    assert frame.geometry.isna().all()
    assert frame.crs == 3405
    assert (account.rows_in, account.accepted) == (2, 2)
    assert account.counts == {"without_place": 2, "half_a_place": 0}


def test_rows_without_a_place_stay_beside_those_with_one(world):
    text = "village_id,village_name,lacks,x,y\nV3,C,power,500500,\nV1,A,signal,500500,2300500\nV2,B,both, ,\n"
    world.text("dead_zone_list", text, "list.csv", **HERE)
    frame, account = dead_zone_list.read(world.project())
    assert frame.village_id.tolist() == ["V1", "V2", "V3"]
    assert frame.geometry.notna().tolist() == [True, False, False]
    assert frame.geometry.iloc[0] == shapely.Point(500_500, 2_300_500)
    assert account.counts == {"without_place": 2, "half_a_place": 1}
    assert account.accepted == 3


def test_columns_the_list_lacks_are_there_and_empty(world):
    world.text("dead_zone_list", NAMES, "list.csv")
    frame, _ = dead_zone_list.read(world.project())
    assert list(frame.columns) == [*dead_zone_list.SCHEMA.columns, "source_file", "source_row", "geometry"]
    assert frame.village_id.isna().all()
    assert str(frame.reported_on.dtype) == "datetime64[s]"


def test_degrees_come_to_the_crs_of_the_project(world):
    text = "village_name,lacks,longitude,latitude\nA,signal,105,20.8\n"
    world.text("dead_zone_list", text, "list.csv", crs="EPSG:4326")
    frame, _ = dead_zone_list.read(world.project())
    assert frame.crs == 3405
    assert frame.geometry.x.iloc[0] == pytest.approx(499_804, abs=1)  # VN-2000 lies some 195 m aside of WGS 84


def test_a_village_may_be_filed_twice_and_outlines_are_refused(world):
    point = shapely.Point(500_500, 2_300_500)
    shapes = [point, world.square(0, 0), None, point]
    rows = {"village_id": list("abca"), "village_name": "x", "lacks": ["signal", "signal", "signal", "power"]}
    world.features("dead_zone_list", gpd.GeoDataFrame(rows, geometry=shapes, crs=3405), "list.gpkg")
    frame, account = dead_zone_list.read(world.project())
    assert frame.village_id.tolist() == ["a", "a", "c"]
    assert frame.lacks.tolist() == ["power", "signal", "signal"]
    assert account.refused == (Refusal("list.gpkg", 2, "not a Point"),)
    assert (account.rows_in, account.accepted) == (4, 3)


def test_a_list_of_outlines_only_is_a_fault(world):
    frame = world.four().assign(village_name="x", lacks="signal")
    world.features("dead_zone_list", frame, "list.gpkg")
    with pytest.raises(LayerError, match=r"all 4 rows are refused, the first of list\.gpkg for: not a Point"):
        dead_zone_list.read(world.project())


def test_what_is_lacking_is_said_in_the_words_known(world):
    world.text("dead_zone_list", NAMES.replace("both", "water"), "list.csv")
    with pytest.raises(LayerError, match=r"lacks: 1 row not among signal, power, both.*'water'"):
        dead_zone_list.read(world.project())


def test_one_axis_alone_is_a_fault(world):
    text = "village_name,lacks,x\nA,signal,500500\n"
    world.text("dead_zone_list", text, "list.csv", **HERE)
    with pytest.raises(LayerError, match="column 'y' is missing"):
        dead_zone_list.read(world.project())


def test_without_such_a_layer_there_are_no_rows(world):
    frame, account = dead_zone_list.read(world.project())
    assert (len(frame), frame.crs, account.rows_in) == (0, 3405, 0)
    named, _ = _read_names(world)
    assert set(frame.columns) == set(named.columns)


def _read_names(world) -> tuple[pd.DataFrame, object]:
    world.text("dead_zone_list", NAMES, "list.csv")
    return dead_zone_list.read(world.project())


GRID = Grid(CRS(3405), 500_000, 2_302_000, 100.0, (20, 20))
UNITS = pd.DataFrame(
    {
        "commune_code": ["00001", "00002", "00003", "11111"],
        "commune_name": ["Xã Hoà Bình", "Xã Tân Lập", "Xã Tân Lập", "Phường Sơn"],
        "province_name": ["Thành phố Hà Nội", "Thành phố Hà Nội", "Tỉnh Phú Thọ", "Tỉnh Lai Châu"],
    }
)
VILLAGES = gpd.GeoDataFrame({"village_id": ["V1"]}, geometry=[shapely.Point(500_500, 2_300_500)], crs=3405)


@pytest.mark.parametrize(
    ("row", "away"),
    [
        ({}, False),  # a name alone may be anybody's
        ({"village_id": "V1", "commune_code": "11111"}, False),  # an id of the study speaks first
        ({"village_id": "V9", "commune_code": "11111"}, True),
        ({"commune_code": "00001", "province_name": "Lai Châu"}, False),  # a code before names
        ({"commune_code": "99999"}, False),  # no commune of the day: cannot be told
        ({"commune_name": "xã Hòa Bình"}, False),
        ({"commune_name": "Sơn"}, True),
        ({"commune_name": "Tân Lập"}, False),  # one of the two is studied
        ({"commune_name": "Tân Lập", "province_name": "Phú Thọ"}, True),
        ({"commune_name": "Tân Lập", "province_name": "TP Hà Nội"}, False),
        ({"commune_name": "Xã Cũ", "province_name": "Lai Châu"}, True),
        ({"commune_name": "Xã Cũ", "province_name": "Hà Tây"}, False),  # neither is of the day
        ({"province_name": "Hà Nội", "geometry": shapely.Point(900_000, 2_300_500)}, False),
        ({"geometry": shapely.Point(900_000, 2_300_500)}, True),
        ({"geometry": shapely.Point(500_500, 2_300_500)}, False),
    ],
)
def test_rows_that_surely_speak_of_other_ground_are_known(row, away):
    columns = ["village_id", "commune_code", "commune_name", "province_name", "geometry"]
    filed = gpd.GeoDataFrame([dict.fromkeys(columns) | row], geometry="geometry", crs=3405)
    studied = UNITS[UNITS.commune_code.isin(["00001", "00002"])]
    assert dead_zone_list.elsewhere(filed, VILLAGES, UNITS, studied, GRID).tolist() == [away]
