"""Priors: what is filled, by which of them, how it is flagged, and what stays empty."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from phusong.config import Band, Prior, Radio
from phusong.errors import LayerError
from phusong.layers.priors import ATTRIBUTES, filled, settings

WHOLE = {
    "operator": "Viettel",
    "technology": "NR",
    "frequency_mhz": 2550.0,
    "setting": "rural",
    "bandwidth_mhz": 100.0,
    "height_agl_m": 30.0,
    "azimuths_deg": "0;120;240",
    "downtilt_deg": 4.0,
    "eirp_dbm": 75.0,
}
N41 = Band(name="n41", technology="NR", low_mhz=2500, high_mhz=2600)


def sites(*changes: dict) -> gpd.GeoDataFrame:
    "Sites S1, S2, ... that are whole but for the changes."
    rows = [{"site_id": f"S{n}", **WHOLE, **change} for n, change in enumerate(changes, 1)]
    return gpd.GeoDataFrame(rows, geometry=[shapely.Point(n, 0) for n in range(len(rows))], crs=3405)


def radio(*priors: dict) -> Radio:
    return Radio(bands=(N41,), priors=tuple(Prior(source="a test", **prior) for prior in priors))


def test_whole_sites_are_left_alone():
    table, counts = filled(sites({}, {}), radio({"height_agl_m": 99}))
    assert table.drop(columns="assumed").equals(sites({}, {}))
    assert table.assumed.tolist() == ["", ""]
    assert counts == {}


def test_what_is_empty_is_filled_flagged_and_counted():
    empty = dict.fromkeys(ATTRIBUTES)
    everything = {"bandwidth_mhz": 20, "height_agl_m": 42, "azimuths_deg": "omni", "downtilt_deg": 3, "eirp_dbm": 60}
    table, counts = filled(sites({}, empty, {"height_agl_m": None, "eirp_dbm": None}), radio(everything))
    assert table.loc[1, list(ATTRIBUTES)].tolist() == [20, 42, "omni", 3, 60]
    assert table.loc[2, list(ATTRIBUTES)].tolist() == [100, 42, "0;120;240", 4, 60]
    assert table.assumed.tolist() == [
        "",
        "bandwidth_mhz;height_agl_m;azimuths_deg;downtilt_deg;eirp_dbm",
        "height_agl_m;eirp_dbm",
    ]
    assert counts == {"bandwidth_mhz": 1, "height_agl_m": 2, "azimuths_deg": 1, "downtilt_deg": 1, "eirp_dbm": 2}


def test_first_prior_that_fits_and_has_the_attribute():
    "Each attribute for itself: the first prior has no height for VNPT, so the next one gives it."
    priors = radio(
        {"operator": "VNPT", "eirp_dbm": 71},
        {"technology": "LTE", "height_agl_m": 10},
        {"setting": "urban", "height_agl_m": 25},
        {"band": "n41", "height_agl_m": 35, "eirp_dbm": 72},
        {"height_agl_m": 45, "eirp_dbm": 73},
    )
    none = {"height_agl_m": None, "eirp_dbm": None}
    table, _ = filled(
        sites(
            {**none, "operator": "VNPT"},
            {**none, "technology": "LTE"},
            {**none, "setting": "urban"},
            {**none},
            {**none, "frequency_mhz": 3700.0},
        ),
        priors,
    )
    assert table.height_agl_m.tolist() == [35, 10, 25, 35, 45]
    assert table.eirp_dbm.tolist() == [71, 73, 72, 72, 73]


def test_what_no_prior_fills_is_refused_with_its_count_and_first_site():
    table = sites({"height_agl_m": None}, {"height_agl_m": None, "technology": "LTE"}, {"eirp_dbm": None})
    with pytest.raises(LayerError) as caught:
        filled(table, radio({"band": "n41", "eirp_dbm": 60}, {"operator": "VNPT", "height_agl_m": 30}))
    assert str(caught.value).splitlines() == [
        "sites: 1 fault",
        "  - height_agl_m: 2 sites have none and no prior fits, first S1",
    ]
    with pytest.raises(LayerError, match="height_agl_m: 1 site has none and no prior fits, first S2"):
        filled(table, radio({"technology": "NR", "height_agl_m": 30, "eirp_dbm": 60}))


def test_a_zero_that_was_filed_is_no_gap():
    table, counts = filled(sites({"downtilt_deg": 0.0}), radio({"downtilt_deg": 7}))
    assert table.downtilt_deg.tolist() == [0.0]
    assert counts == {}


def communes(*kinds: str | None, crs: int = 3405) -> gpd.GeoDataFrame:
    "A row of communes, 10 m wide each, of the given types."
    boxes = [shapely.box(500_000 + 10 * n, 2_300_000, 500_010 + 10 * n, 2_300_010) for n in range(len(kinds))]
    names = [f"{'Phường' if kind is None else 'Nơi'} {n}" for n, kind in enumerate(kinds)]
    table = {"commune_name": names, "commune_type": list(kinds)}
    return gpd.GeoDataFrame(table, geometry=boxes, crs=3405).to_crs(crs)


@pytest.mark.parametrize("crs", [3405, 4326])
def test_urban_is_a_ward(crs):
    "On its border too; without a type the name says what a commune is; outside all communes is the country."
    where = [5, 15, 20, 25, 35, 99]
    at = gpd.GeoDataFrame(geometry=[shapely.Point(500_000 + x, 2_300_005) for x in where], crs=3405)
    at.loc[2, "geometry"] = shapely.Point(500_019.999, 2_300_005)
    found = settings(at, communes("Xã", "phường", "đặc khu", None, crs=crs))
    assert found == ["rural", "urban", "urban", "rural", "urban", "rural"]


def test_wards_are_known_in_any_case_and_form():
    at = gpd.GeoDataFrame(geometry=[shapely.Point(500_005, 2_300_005)], crs=3405)
    for kind in ("Phường", "PHƯỜNG", "Phu\u031bo\u031b\u0300ng"):
        assert settings(at, communes(kind)) == ["urban"]
    assert settings(at, communes("Thị xã")) == ["rural"]
    assert settings(at.iloc[:0], communes("Phường")) == []
