"""Preparation: the power of every carrier, worked out once for those alike, and every one that cannot be named."""

from __future__ import annotations

from types import SimpleNamespace

import geopandas as gpd
import pytest

from phusong.config import Environment, Radio
from phusong.errors import LayerError
from phusong.pipeline import preparation
from phusong.pipeline.preparation import element_eirp_dbm, placed
from phusong.radio.carrier import carriers

RADIO = Radio(reach_km=2.0, environments=(Environment(name="outdoor"),))
COMMON = {
    "operator": "VNPT",
    "technology": "LTE",
    "frequency_mhz": 1800.0,
    "bandwidth_mhz": 20.0,
    "height_agl_m": 30.0,
    "azimuths_deg": "omni",
    "downtilt_deg": 0.0,
    "eirp_dbm": 60.8,
    "antenna": None,
}
KINDS = (
    {},
    {"bandwidth_mhz": 10.0},
    {"eirp_dbm": 50.0},
    {"technology": "NR", "frequency_mhz": 3700.0},
    {"operator": "B"},
)


def inputs(rows: list[dict]) -> SimpleNamespace:
    "Of some sites, each with what it differs by."
    table = [{"site_id": f"S{k:03}", **COMMON, **row} for k, row in enumerate(rows)]
    points = gpd.points_from_xy([500_000.0] * len(rows), range(len(rows)))
    return SimpleNamespace(sites=gpd.GeoDataFrame(table, geometry=points, crs=3405), antennas={})


def powers(rows: list[dict]):
    return element_eirp_dbm(SimpleNamespace(radio=RADIO), inputs(rows))


@pytest.mark.parametrize("together", [1, 3, 4096])
def test_each_has_the_power_of_its_own_carrier(monkeypatch, together):
    monkeypatch.setattr(preparation, "_ROWS", together)
    rows = [KINDS[7 * k % len(KINDS)] for k in range(17)]
    expected = [one.element_eirp_dbm for one in carriers(placed(inputs(rows).sites), RADIO, {})]
    assert len(set(expected)) > 3
    assert powers(rows).tolist() == expected


def test_carriers_are_made_of_few_of_those_alike(monkeypatch):
    made: list[int] = []

    def counted(sites, *others):
        made.append(len(sites))
        return carriers(sites, *others)

    monkeypatch.setattr(preparation, "carriers", counted)
    powers([{}, {}, {"eirp_dbm": 50.0}, {}, {"azimuths_deg": "30"}, {"azimuths_deg": "30"}])
    assert made == [3]


@pytest.mark.parametrize("wrong", [{"bandwidth_mhz": 12.0}, {"azimuths_deg": "north"}, {"antenna": "K1"}])
def test_all_that_cannot_be_are_told_and_not_only_the_first_of_those_alike(wrong):
    with pytest.raises(LayerError, match="2 sites, first S001"):
        powers([{}, wrong, {}, wrong])
