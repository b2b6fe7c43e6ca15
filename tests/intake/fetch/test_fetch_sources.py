"""The sources as they are told, their vintages, and the tiles that a study needs of them."""

from __future__ import annotations

import datetime as dt
import tomllib
from string import Formatter

import geopandas as gpd
import pytest
import shapely

from phusong.config import Layers, load, shipped
from phusong.errors import ConfigError, FetchError
from phusong.intake.fetch.area import box_of, boxes_of
from phusong.intake.fetch.source import source_of, sources, viet_nam
from phusong.intake.fetch.tiles import listed, names

TERRAIN, LANDCOVER = source_of("terrain").tiles, source_of("landcover").tiles


def test_all_that_the_command_promises_is_there():
    assert list(sources()) == ["terrain", "population", "osm", "access", "landcover", "speed"]


def test_licences_are_known():
    licences = tomllib.loads(shipped("gis_data", "licences.toml").read_text("utf-8"))
    assert {entry.licence for entry in sources().values()} <= set(licences)


@pytest.mark.parametrize("entry", sources().values(), ids=sources())
def test_settings_are_lines_of_a_project_file(entry):
    for layer, section in (
        tomllib.loads(entry.settings.format(folder="/x", vintage=entry.newest)).get("layers", {}).items()
    ):
        Layers.model_fields[layer]
        assert section["path"].startswith("/x/")
        assert {"source", "licence"} <= set(section)


@pytest.mark.parametrize("entry", sources().values(), ids=sources())
def test_every_name_in_braces_is_filled_in(entry):
    for path in entry.paths(entry.newest):
        assert {name for _, name, _, _ in Formatter().parse(path) if name} == ({"tile"} if entry.tiles else set())


@pytest.mark.parametrize(
    ("name", "vintage", "path"),
    [
        (
            "population",
            "2020",
            "Global_2000_2020_Constrained/2020/BSGM/VNM/vnm_ppp_2020_UNadj_constrained.tif",
        ),
        ("osm", "261101", "vietnam-261101.osm.pbf"),
        ("access", "2013", "VNM/VNM/rade9lnmu/VNM_rade9lnmu_2013.tif"),
        ("landcover", "2020", "v100/2020/map/ESA_WorldCover_10m_2020_v100_{tile}_Map.tif"),
        ("speed", "2026Q3", "type=mobile/year=2026/quarter=3/2026-07-01_performance_mobile_tiles.parquet"),
    ],
)
def test_vintages_have_their_own_files(name, vintage, path):
    assert source_of(name).paths(vintage)[0] == path


@pytest.mark.parametrize(
    ("name", "vintage"),
    [("population", "2021"), ("speed", "2018Q4"), ("speed", "2026Q5"), ("access", "2021"), ("osm", "")],
)
def test_what_there_is_not_of_a_vintage_is_refused(name, vintage):
    with pytest.raises(FetchError, match=f"--vintage {vintage}: {name} has .*; the newest known here is"):
        source_of(name).paths(vintage)


def test_an_unknown_source_is_refused():
    with pytest.raises(FetchError, match="SOURCE 'dem': expected terrain, population"):
        source_of("dem")


@pytest.mark.parametrize(
    ("box", "degrees"),
    [
        # of tiles shifted half a pixel north and west, the southern edge is the last row of the tile below it,
        # and the eastern edge the first column of the one beside
        ((105, 21, 106, 22), [(20, 105), (20, 106), (21, 105), (21, 106)]),
        ((105, 21.01, 105.9, 22), [(21, 105)]),
        ((105.5, 21.5, 105.5, 21.5), [(21, 105)]),
        ((105, 21, 105, 21), [(20, 105)]),
        ((-0.5, -0.5, 0.5, 0.5), [(-1, -1), (-1, 0), (0, -1), (0, 0)]),
    ],
)
def test_tiles_of_heights_by_their_corners(box, degrees):
    hemispheres = [("NS"[y < 0], abs(y), "EW"[x < 0], abs(x)) for y, x in degrees]
    assert names(TERRAIN, [box]) == ["Copernicus_DSM_COG_10_{}{:02}_00_{}{:03}_00_DEM".format(*c) for c in hemispheres]


def test_tiles_of_land_cover_end_on_their_degrees():
    assert names(LANDCOVER, [(105, 21, 108, 24)]) == ["N21E105"]
    assert names(LANDCOVER, [(104.99, 21, 108, 24), (107, 22, 108.1, 22.5)]) == ["N21E102", "N21E105", "N21E108"]


def test_the_boxes_of_the_country_hold_its_communes(shared_data):
    "Hoàng Sa and Trường Sa too."
    communes = gpd.read_parquet(shared_data / "admin" / "communes_2025_light.parquet").to_crs(4326)
    country = shapely.union_all([shapely.box(*box) for box in viet_nam()])
    assert communes.loc[~communes.within(country), "commune_code"].tolist() == []


def test_a_list_of_other_things_is_no_list_of_tiles():
    assert "Copernicus_DSM_COG_10_N21_00_E105_00_DEM" in listed(TERRAIN, "Copernicus_DSM_COG_10_N21_00_E105_00_DEM\n")
    assert "N21E105" in listed(LANDCOVER, '{"properties": {"ll_tile": "N21E105"}}')
    with pytest.raises(FetchError, match=r"tileList\.txt does not name Copernicus_DSM_COG_10_N21_00_E105_00_DEM"):
        listed(TERRAIN, "Copernicus_DSM_COG_10_N20_00_E105_00_DEM\n")


@pytest.mark.parametrize("text", ["105,21", "a,b,c,d", "106,21,105,22", "21,105,22,106", "105,22,106,21", "nan,1,2,3"])
def test_what_is_no_box_is_refused(text):
    with pytest.raises(FetchError, match="WEST,SOUTH,EAST,NORTH"):
        box_of(text)


def test_a_project_is_its_communes_with_the_reach_of_its_sites_around(study):
    "A degree of latitude is 111.2 km; one of longitude so much less as the cosine of the latitude says."
    project = load(study('commune_codes = ["00002"]'))
    assert project.radio.farthest_km == 10
    ((west, south, east, north),) = boxes_of(project, dt.date(2026, 9, 30))
    assert (south, north) == pytest.approx((21 - 0.0899, 21.1 + 0.0899), abs=1e-4)
    assert (west, east) == pytest.approx((105.1 - 0.0965, 105.2 + 0.0965), abs=2e-4)


def test_a_province_is_all_its_communes(study):
    assert len(boxes_of(load(study('province_codes = ["01"]')), dt.date(2026, 9, 30))) == 2


def test_a_commune_that_is_not_there_is_told(study):
    with pytest.raises(ConfigError, match="no commune of that day has commune_code 99999"):
        boxes_of(load(study('commune_codes = ["99999"]')), dt.date(2026, 9, 30))


def test_a_project_may_name_its_box(study):
    ((west, south, east, north),) = boxes_of(load(study("within = [105.0, 21.0, 105.5, 21.5]")), dt.date(2026, 9, 30))
    assert west < 105 < 105.5 < east
    assert south < 21 < 21.5 < north


def test_a_study_made_by_its_terrain_cannot_say_which(study):
    with pytest.raises(FetchError, match=r'study\.within = "terrain" lets the terrain say what is studied.*--within'):
        boxes_of(load(study('within = "terrain"')), dt.date(2026, 9, 30))
