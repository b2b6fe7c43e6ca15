"""VN-2000 against the EPSG registry, as PROJ ships it."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import CRS, Geod, Transformer
from pyproj.transformer import TransformerGroup

from phusong.administration.names import province_key
from phusong.intake.coordinates.vn2000 import (
    TO_WGS84,
    UTM,
    System,
    coded,
    geographic_to_wgs84,
    made_of,
    meridians,
    systems,
)

LONGITUDE, LATITUDE = (part.ravel() for part in np.meshgrid(np.linspace(102.2, 109.4, 7), np.linspace(8.6, 23.3, 7)))
GEOD = Geod(ellps="WGS84")
VN2000 = [code for code in sorted(coded()) if code < 30_000 and not 6956 <= code <= 6959]


def apart_m(a, b) -> float:
    return float(np.max(GEOD.inv(*a, *b)[2]))


def official() -> Transformer:
    "EPSG:6960, VN-2000 to WGS 84 (2)."
    found = [
        one for one in TransformerGroup(4756, 4326, always_xy=True).transformers if f"x={TO_WGS84[0]}" in one.definition
    ]
    assert len(found) == 1
    return found[0]


def test_degrees_are_moved_as_the_registry_moves_them():
    assert apart_m(geographic_to_wgs84(LONGITUDE, LATITUDE), official().transform(LONGITUDE, LATITUDE)) < 0.01


def test_vn2000_read_as_wgs84_is_some_200_m_off():
    moved = GEOD.inv(LONGITUDE, LATITUDE, *geographic_to_wgs84(LONGITUDE, LATITUDE))[2]
    assert 190 < moved.min() < moved.max() < 230


@pytest.mark.parametrize("code", VN2000)
def test_metres_are_read_as_the_registry_reads_them(code):
    plane = Transformer.from_crs(4756, code, always_xy=True).transform(LONGITUDE, LATITUDE)
    expected = official().transform(LONGITUDE, LATITUDE)
    assert apart_m(coded()[code].to_wgs84(*plane), expected) < 0.01


@pytest.mark.parametrize("code", [32648, 32649])
def test_utm_on_wgs84_is_not_shifted(code):
    plane = Transformer.from_crs(4326, code, always_xy=True).transform(LONGITUDE, LATITUDE)
    assert apart_m(coded()[code].to_wgs84(*plane), (LONGITUDE, LATITUDE)) < 0.01


@pytest.mark.parametrize("code", [6956, 6957, 6958, 6959])
def test_deprecated_codes_have_their_false_origin_exchanged(code):
    values = {one.name: one.value for one in CRS(code).coordinate_operation.params}
    assert (values["False easting"], values["False northing"]) == (0, 500_000)
    assert values["Longitude of natural origin"] == coded()[code].meridian_deg


def test_systems_are_the_eighteen_zones_and_utm_49():
    assert len(systems()) == 19
    assert len(set(systems())) == 19
    assert System(111.0, UTM) in systems()
    assert System(105.75).name == "EPSG:9210, 105°45', k 0,9999"
    assert System(105.75, UTM).name == "105°45', k 0,9996"


def test_every_old_province_has_a_meridian_and_every_merger_is_of_them():
    assert len(meridians()) == 63
    assert set(meridians().values()) <= {one.meridian_deg for one in systems()}
    merged = [part for parts in made_of().values() for part in parts]
    assert len(made_of()) == 23
    assert len(merged) == len(set(merged)) == 63 - 11
    assert set(merged) <= set(meridians())
    assert meridians()[province_key("Thành phố Hà Nội")] == 105.0
