"""Supply of sites: source, backup, what they hang on, and who shares the mast."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from phusong.config.storm import Storm
from phusong.power.supply import counts, hardened, masts, shared, source_of, supply


def sites(*rows: dict[str, object]) -> gpd.GeoDataFrame:
    "Operator A's sites s0, s1 ... at the origin of the plane, of which nothing is known."
    unknown = {"operator": "A", "commune_code": None, "power_source": None, "backup_hours": np.nan, "hardened": None}
    table = [{"site_id": f"s{i}", "x": 0.0, "substation_id": None, **unknown, **row} for i, row in enumerate(rows)]
    frame = pd.DataFrame(table).astype({"hardened": "boolean"})
    return gpd.GeoDataFrame(frame, geometry=shapely.points(500_000 + frame.x, 2_300_000), crs=3405)


def stations(**east_m: float) -> gpd.GeoDataFrame:
    at = [(500_000 + x, 2_300_000) for x in east_m.values()]
    return gpd.GeoDataFrame({"substation_id": list(east_m)}, geometry=shapely.points(at) if at else [], crs=3405)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("grid", "mains"),
        ("Điện lưới", "mains"),
        ("grid+battery", "mains"),
        ("solar + grid", "mains"),
        ("điện lưới và máy phát", "mains"),
        ("genset", "generator"),
        ("PV/diesel", "generator"),
        ("NLMT", "solar"),
        ("hybrid", "unknown"),
        ("", "unknown"),
        (np.nan, "unknown"),
    ],
)
def test_source_from_words(text: object, source: str):
    assert source_of(pd.Series([text], dtype=object), Storm()).tolist() == [source]


def test_source_words_are_data():
    words = Storm(source_words={"solar": ("pin trời",)})
    assert source_of(pd.Series(["Pin  Trời", "grid"]), words).tolist() == ["solar", "unknown"]


def test_backup_is_as_filed_or_assumed_and_flagged_or_unknown():
    two = sites({"backup_hours": 0.0}, {})
    plain = supply(two, stations(), Storm())
    assert plain.autonomy_hours.tolist()[0] == 0.0
    assert np.isnan(plain.autonomy_hours[1])
    assert plain.autonomy_assumed.tolist() == [False, False]
    assumed = supply(two, stations(), Storm(assumed_backup_hours=3))
    assert assumed.autonomy_hours.tolist() == [0.0, 3.0]
    assert assumed.autonomy_assumed.tolist() == [False, True]


def test_substation_as_named_or_the_nearest_within_reach():
    rows = sites(
        {"x": 0.0, "substation_id": "FAR", "power_source": "grid"},
        {"x": 0.0, "power_source": "grid"},
        {"x": 4000.0},
        {"x": 9001.0, "power_source": "grid"},
        {"x": 0.0, "power_source": "solar"},
        {"x": 0.0, "power_source": "solar", "substation_id": "FAR"},
        {"x": 0.0, "substation_id": "  ", "power_source": "grid"},
    )
    found = supply(rows, stations(FAR=4000.0, NEAR=-1000.0), Storm(substation_reach_km=5))
    assert found.substation_id.tolist() == ["FAR", "NEAR", "FAR", None, None, None, "NEAR"]
    assert found.substation_inferred.tolist() == [False, True, True, False, False, False, True]
    assert found.substation_dropped.tolist() == [False, False, False, False, False, True, False]
    assert found.substation_distance_m[1] == pytest.approx(1000, abs=1)
    assert found.substation_distance_m.isna().tolist() == [True, False, False, True, True, True, False]


def test_reach_holds_its_own_edge_and_the_first_of_equally_near_ones():
    found = supply(sites({"power_source": "grid"}), stations(S2=1000.0, S1=-1000.0), Storm(substation_reach_km=1))
    assert found.substation_id.tolist() == ["S1"]
    none = supply(sites({"power_source": "grid"}), stations(S2=1001.0), Storm(substation_reach_km=1))
    assert none.substation_id.tolist() == [None]


def test_shared_as_filed_or_by_neighbours_within_the_distance():
    rows = sites(
        {"x": 0.0, "shared_with": "C; B;A"},
        {"x": 0.0, "shared_with": "không"},
        {"x": 10.0},
        {"x": 60.0, "operator": "B"},
        {"x": 111.0, "operator": "C"},
    )
    found = supply(rows, stations(), Storm())
    assert found.shared_with.tolist() == ["B;C", None, "B", "A", None]
    assert found.operators.tolist() == [3, 1, 2, 2, 1]
    assert found.sharing.tolist() == ["filed", "filed", "inferred", "inferred", "unknown"]
    surely, maybe = shared(found, 2)
    assert surely.tolist() == [True, False, True, True, False]
    assert maybe.tolist() == [True, False, True, True, True]
    surely, maybe = shared(found, 3)
    assert surely.tolist() == [True, False, False, False, False]
    assert maybe.tolist() == [True, False, True, True, True]


def test_own_sites_near_by_are_no_sharing():
    found = supply(sites({"x": 0.0}, {"x": 1.0}), stations(), Storm())
    assert found.sharing.tolist() == ["unknown", "unknown"]


def test_rows_at_one_place_are_one_mast_and_communes_count_masts():
    rows = [{"x": 0.0}, {"x": 0.2, "operator": "B"}, {"x": 1.0}, {"x": 5.0}]
    found = supply(
        sites(*({**row, "commune_code": code} for row, code in zip(rows, "1112", strict=True))), stations(), Storm()
    )
    assert found.mast.tolist() == ["500000 2300000", "500000 2300000", "500001 2300000", "500005 2300000"]
    assert masts(found, np.array([True, True, True, False]), pd.Index(["1", "2", "3"])).tolist() == [2, 0, 0]


def test_hardened_has_three_values():
    found = supply(sites({"hardened": True}, {"hardened": False}, {}), stations(), Storm())
    surely, maybe = hardened(found)
    assert surely.tolist() == [True, False, False]
    assert maybe.tolist() == [True, False, True]


def test_order_of_rows_changes_nothing():
    rows = sites(
        {"power_source": "grid", "x": 3.0, "operator": "B", "shared_with": "A"},
        {"power_source": "hybrid", "x": 1.0},
        {"power_source": "solar", "substation_id": "S1"},
    )
    both = stations(S1=10.0, S2=-10.0)
    once, turned = supply(rows, both, Storm()), supply(rows.iloc[::-1], both.iloc[::-1], Storm())
    pd.testing.assert_frame_equal(pd.DataFrame(once), pd.DataFrame(turned))


def test_what_is_not_known_is_counted():
    rows = sites(
        {"power_source": "grid", "backup_hours": 5.0, "hardened": True, "commune_code": "1", "shared_with": "none"},
        {"power_source": "hybrid", "x": 900_000.0},
        {"power_source": "solar", "substation_id": "S1", "commune_code": "1"},
        {"operator": "B"},
    )
    assert counts(supply(rows, stations(S1=10.0), Storm(assumed_backup_hours=2))) == {
        "sites": 4,
        "source_missing": 1,
        "source_not_understood": 1,
        "autonomy_unknown": 0,
        "autonomy_assumed": 3,
        "hardened_unknown": 3,
        "substation_inferred": 2,
        "substation_of_off_grid_dropped": 1,
        "without_substation": 1,
        "without_commune": 2,
        "sharing_inferred": 2,
        "sharing_unknown": 1,
    }
