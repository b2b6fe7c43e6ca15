"""Public places: the file's words become our kinds, what is left out is counted, and each place counts once."""

from __future__ import annotations

import pytest

from phusong.config import PLACE_KINDS
from phusong.errors import ConfigError, LayerError
from phusong.layers import places
from phusong.zones.contents import KINDS

HERE = {"crs": "EPSG:3405", "columns": {"longitude": "x", "latitude": "y"}}
OURS = """place_id,kind,place_name,x,y
b,school,,500100,2300100
a,school,Trường A,500200,2300100
c,clinic,,500300,2300100
"""
OSM = """osm_id,amenity,name,x,y
1,kindergarten,Mầm non,500100,2300100
2,school,Tiểu học,500200,2300100
3,townhall,UBND,500300,2300100
4,police,Công an,500400,2300100
5,police,Công an,500500,2300100
"""
WORDS = {"kindergarten": "school", "school": "school", "townhall": "commune_office", "doctors": "clinic"}


def osm(world, text: str = OSM, kinds: dict[str, str] = WORDS):
    "The layer with the words of OpenStreetMap."
    columns = {**HERE["columns"], "place_id": "osm_id", "kind": "amenity", "place_name": "name"}
    world.text("places", text, "places.csv", crs="EPSG:3405", columns=columns, kinds=kinds)
    return places.read(world.project())


def test_the_kinds_are_those_that_zones_count():
    assert tuple(KINDS) == PLACE_KINDS


def test_our_own_words_need_no_table(world):
    world.text("places", OURS, "places.csv", **HERE)
    frame, account = places.read(world.project())
    assert list(frame.columns) == ["place_id", "kind", "place_name", "geometry"]
    assert frame.place_id.tolist() == ["c", "a", "b"]  # by kind, then by id
    assert frame.kind.tolist() == ["clinic", "school", "school"]
    assert account.counts == {"left_out": {}, "words_unused": [], "repeated": 0}
    assert frame.crs == 3405


def test_the_words_of_the_file_are_translated_and_others_left_out(world):
    frame, account = osm(world)
    assert list(zip(frame.place_id, frame.kind, strict=True)) == [
        ("3", "commune_office"),
        ("1", "school"),
        ("2", "school"),
    ]
    assert (account.rows_in, account.accepted) == (5, 5)
    assert account.counts == {"left_out": {"police": 2}, "words_unused": ["doctors"], "repeated": 0}


def test_a_place_that_is_there_twice_counts_once_and_a_namesake_elsewhere_too(world):
    "6 is 2 under another word of its kind; 7 has the name of 2 elsewhere, 8 its place and another name."
    more = "6,kindergarten,Tiểu học,500200,2300100\n7,school,Tiểu học,500900,2300100\n8,school,THCS,500200,2300100\n"
    frame, account = osm(world, OSM + more)
    assert frame.place_id[frame.kind == "school"].tolist() == ["1", "2", "7", "8"]
    assert account.counts["repeated"] == 1


def test_the_order_of_the_rows_changes_nothing(world):
    header, *rows = OSM.splitlines()
    turned = "\n".join([header, *reversed(rows)]) + "\n"
    assert osm(world)[0].equals(osm(world, turned)[0])


def test_without_ids_and_names_the_place_orders(world):
    world.text("places", "kind,x,y\nschool,500900,2300100\nschool,500100,2300100\n", "places.csv", **HERE)
    one = places.read(world.project())[0]
    world.text("places", "kind,x,y\nschool,500100,2300100\nschool,500900,2300100\n", "places.csv", **HERE)
    assert len(one) == 2
    assert one.equals(places.read(world.project())[0])


def test_no_row_of_a_known_kind_is_a_fault(world):
    with pytest.raises(LayerError, match=r"no row is of the kinds school, clinic, commune_office \(found kinder"):
        osm(world, OSM.replace("2,school", "2,x"), {})


def test_a_kind_that_nobody_counts_is_refused_in_the_project_file(world):
    with pytest.raises(ConfigError, match=r"layers\.places\.kinds.*'school', 'clinic' or 'commune_office'"):
        osm(world, kinds={"police": "police"})


def test_only_places_have_a_table_of_kinds(world):
    world.text("roads", "x", "roads.csv", kinds={"a": "school"})
    with pytest.raises(ConfigError, match=r"layers\.roads\.kinds: unknown key"):
        world.project()


def test_a_place_without_coordinates_is_refused(world):
    frame, account = osm(world, OSM.replace("500100,2300100", ",", 1))
    assert frame.place_id.tolist() == ["3", "2"]
    assert [(refusal.row, refusal.reason) for refusal in account.refused] == [(2, "no geometry")]


def test_without_such_a_layer_there_are_none(world):
    frame, account = places.read(world.project())
    assert (len(frame), frame.crs, account.rows_in) == (0, 3405, 0)
