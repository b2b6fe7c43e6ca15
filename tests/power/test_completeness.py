"""The map of low and medium voltage: classes of lines, distances to villages, and communes where it is complete."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from phusong.config.power import DistributionLines
from phusong.layers import power_lines
from phusong.power.completeness import completeness, line_distance_m, voltage_classes

CODES = pd.Series(["01001", "01002"])


def villages(*rows: tuple[str, float], power: list[bool | None] | None = None) -> gpd.GeoDataFrame:
    "Commune code, and metres east of a corner in the middle of the zone."
    return gpd.GeoDataFrame(
        {
            "commune_code": pd.Series([code for code, _ in rows], dtype=object),
            "has_grid_power": pd.Series(power or [None] * len(rows), dtype="boolean"),
        },
        geometry=shapely.points([(500_000 + x, 2_300_000) for _, x in rows]) if rows else [],
        crs=3405,
    )


def lines(*rows: tuple[object, float]) -> gpd.GeoDataFrame:
    "Voltage, and metres east of the corner at which the line runs from south to north."
    shapes = [shapely.LineString([(500_000 + x, 2_290_000), (500_000 + x, 2_310_000)]) for _, x in rows]
    voltages = pd.Series([kv for kv, _ in rows], dtype=object)
    return gpd.GeoDataFrame({"voltage_kv": voltages}, geometry=shapes, crs=3405)


@pytest.mark.parametrize(
    ("voltage", "word"),
    [
        (0.1, "low"), (0.4, "low"), (1.0, "low"),
        (1.001, "medium"), (6, "medium"), (22.0, "medium"), (35.0, "medium"), ("22", "medium"),
        (35.1, "high"), (66, "high"), (110.0, "high"), (500.0, "high"), (1200.0, "high"),
        (None, "not_stated"), (np.nan, "not_stated"), (" ", "not_stated"),
        ("500000;220000", "several"), ("110 | 22", "several"),
        (0, "impossible"), (-22, "impossible"), (0.05, "impossible"), (22000.0, "impossible"), (np.inf, "impossible"),
        ("220000", "impossible"), ("<22kV", "impossible"),
    ],
)  # fmt: skip
def test_class_of_a_voltage(voltage, word):
    assert voltage_classes(pd.Series([voltage], dtype=object)).tolist() == [word]


def test_classes_of_numbers_as_the_layer_holds_them():
    assert voltage_classes(pd.Series([22.0, np.nan, 220.0])).tolist() == ["medium", "not_stated", "high"]
    assert voltage_classes(pd.Series([], dtype="float64")).tolist() == []


def test_bounds_of_a_possible_voltage_are_those_of_the_layer():
    bounds = power_lines.SCHEMA.columns["voltage_kv"].checks[0].statistics
    kv = pd.Series([bounds["min_value"], bounds["max_value"], bounds["min_value"] - 0.01, bounds["max_value"] + 1])
    assert voltage_classes(kv).tolist() == ["low", "high", "impossible", "impossible"]


def test_only_low_and_medium_voltage_are_near():
    "On the central meridian the scale is 0.9996, so 1000 m on the plane are 1000.4 on the ground."
    far = line_distance_m(villages(("01001", 0)), lines((110, 10), (None, 20), ("35;22", 30), (22, 1000), (0.4, 3000)))
    assert far.tolist() == [1000.0]


def test_distances_are_geodesic():
    "25 km at scale 0.9996 are 25,010 m."
    assert line_distance_m(villages(("01001", 0)), lines((22, 25_000))).tolist() == [pytest.approx(25_010, abs=1)]


def test_a_village_under_the_line_is_at_no_distance():
    assert line_distance_m(villages(("01001", 0)), lines((22, 0))).tolist() == [0.0]


def test_without_a_line_the_distance_has_no_end():
    assert line_distance_m(villages(("01001", 0)), lines((110, 10))).tolist() == [np.inf]
    assert line_distance_m(villages(("01001", 0)), lines()).tolist() == [np.inf]
    assert line_distance_m(villages(), lines((22, 10))).tolist() == []


@pytest.mark.parametrize("side", [1, -1])
def test_distances_do_not_depend_on_the_order_of_lines_equally_near(side: int):
    "On the plane both are 250 km away; on the ground the one farther out is nearer, since the scale grows outwards."
    place = villages(("01001", side * 125_000))
    inner, outer = lines((22, side * -125_000)), lines((22, side * 375_000))
    least = line_distance_m(place, outer).tolist()
    assert least < line_distance_m(place, inner).tolist()
    assert line_distance_m(place, pd.concat([inner, outer])).tolist() == least
    assert line_distance_m(place, pd.concat([outer, inner])).tolist() == least


def judged(rows, power, distance_m, usable=None, **settings) -> pd.DataFrame:
    places = villages(*rows, power=power)
    usable = np.ones(len(rows), bool) if usable is None else np.array(usable)
    return completeness(places, np.array(distance_m, float), usable, CODES, DistributionLines(**settings))


def test_a_commune_is_judged_by_its_villages_known_to_have_power():
    "Of three with power two are in reach, one at the very edge; those without and unknown do not count."
    rows = [("01001", 0)] * 5
    found = judged(rows, [True, True, True, False, None], [0, 1000, 1001, 0, 0], min_flagged_villages=3)
    assert found.commune_code.tolist() == ["01001", "01002"]
    assert found.flagged_villages.tolist() == [3, 0]
    assert found.near_villages.tolist() == [2, 0]
    assert found.near_share.round(4).tolist()[0] == 0.6667
    assert np.isnan(found.near_share[1])
    assert found.complete.tolist() == [False, False]


@pytest.mark.parametrize(("near", "complete"), [(9, True), (8, False)])
def test_share_that_makes_a_map_complete(near, complete):
    "The default asks for nine in ten."
    found = judged([("01002", 0)] * 10, [True] * 10, [0] * near + [5000] * (10 - near))
    assert found.complete.tolist() == [False, complete]


@pytest.mark.parametrize(("count", "complete"), [(5, True), (4, False)])
def test_few_villages_judge_no_map(count, complete):
    assert judged([("01001", 0)] * count, [True] * count, [0] * count).complete.tolist() == [complete, False]


def test_villages_whose_place_or_commune_is_in_doubt_do_not_judge():
    "One is astray, one names a commune that is not there; four are left."
    rows = [("01001", 0)] * 5 + [("99999", 0)]
    found = judged(rows, [True] * 6, [0] * 6, usable=[True] * 4 + [False, True])
    assert found.flagged_villages.tolist() == [4, 0]
    assert found.complete.tolist() == [False, False]


def test_no_villages_and_no_communes():
    assert judged([], [], []).complete.tolist() == [False, False]
    none = pd.Series([], dtype=object)
    assert completeness(villages(), np.array([]), np.array([], bool), none, DistributionLines()).empty
