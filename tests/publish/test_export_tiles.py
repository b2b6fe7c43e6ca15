"""Vector tiles as a web map reads them: every row is there, whatever the tile, and says the same in each."""

from __future__ import annotations

import dataclasses
import gzip
import json

import mapbox_vector_tile
import numpy as np
import pytest
from pmtiles.reader import MemorySource, Reader, all_tiles
from small_exports import held, many_zones

from phusong.publish.exports import pmtiles


def features(data: bytes, zoom: int) -> list[dict]:
    "All features of a zoom, clipped copies too."
    found = []
    for (level, _, _), tile in all_tiles(MemorySource(data)):
        if level == zoom:
            layers = mapbox_vector_tile.decode(gzip.decompress(tile))
            found += [feature for layer in layers.values() for feature in layer["features"]]
    return found


def distinct(data: bytes, zoom: int, key: str) -> dict[str, dict]:
    "Attributes by identifier; every copy of a row must say the same."
    found: dict[str, dict] = {}
    for feature in features(data, zoom):
        told = feature["properties"]
        assert found.setdefault(told[key], told) == told
    return found


def test_no_row_is_dropped_at_any_zoom_but_the_small_ones(edition):
    edition = dataclasses.replace(edition, zones=many_zones(edition.zones, 3000))
    files = pmtiles.files(held(edition))
    assert set(files) == {f"{name}.pmtiles" for name in ("communes", "zones", "villages", "sites", "power_lines")}
    zones = distinct(files["zones.pmtiles"], 12, "zone_id")
    assert set(zones) == set(edition.zones["zone_id"])
    assert sum(one["people"] for one in zones.values()) == 3000 * 2999 // 2
    for zoom in range(4, 11):
        assert len(distinct(files["communes.pmtiles"], zoom, "commune_code")) == 4, zoom
    for zoom in range(8, 13):
        assert len(distinct(files["villages.pmtiles"], zoom, "village_id")) == 2, zoom


def test_attributes_are_those_of_the_table_and_unknown_is_absent(edition):
    communes = distinct(pmtiles.files(held(edition))["communes.pmtiles"], 10, "commune_code")
    rows = edition.communes.set_index("commune_code")
    for code, told in communes.items():
        assert told["commune_name"] == rows["commune_name"][code]
        assert told["people"] == rows["people"][code]
        assert told.get("nr_share") == (None if np.isnan(rows["nr_share"][code]) else rows["nr_share"][code])


def test_archive_says_where_it_lies_and_what_it_holds(edition):
    read = Reader(MemorySource(pmtiles.files(held(edition))["communes.pmtiles"]))
    header, told = read.header(), read.metadata()
    west, south, east, north = edition.communes.to_crs("EPSG:4326").total_bounds
    assert (header["min_zoom"], header["max_zoom"]) == (4, 10)
    corners = [header[name] / 1e7 for name in ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7")]
    assert corners == pytest.approx([west, south, east, north], abs=0.001)
    layers = told["vector_layers"] if "vector_layers" in told else json.loads(told["json"])["vector_layers"]
    assert [layer["id"] for layer in layers] == ["communes"]


def test_everyone_gets_no_sites_and_no_power_lines(edition):
    files = pmtiles.files(held(edition, "public"))
    assert set(files) == {"communes.pmtiles", "zones.pmtiles", "villages.pmtiles"}


def test_twice_is_the_same_archive(edition):
    assert pmtiles.files(held(edition)) == pmtiles.files(held(edition))
