"""A dead zone in words: everything known is told, and nothing that is not."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from phusong.publish.labels import read_labels
from phusong.publish.zone_words import cause_text, facts, rows_of

LABELS = read_labels()

FULL = {
    "zone_id": "2026Q1-0003",
    "parents": "2026Q1-0003;2026Q1-0009",
    "first_seen": "2026Q1",
    "last_seen": "2026Q3",
    "gap_before": "both",
    "gap": "signal",
    "rank": 3,
    "rank_low": 2,
    "rank_high": 5,
    "why_vi": "Xếp trước 2026Q3-0004: số dân 1.240 so với 900.",
    "people": 1240,
    "without_signal_expected_people": 1100,
    "without_signal_low_people": 900,
    "without_signal_high_people": 1240,
    "area_km2": 12.345,
    "commune_name": "Xã An Phú",
    "province_name": "Tỉnh Đông",
    "commune_codes": "00001;00002",
    "village_name": "Bản Nà",
    "village_distance_m": 410.0,
    "villages": 8,
    "village_names": "A;B;C;D;E;G;H;I",
    "villages_touched": 9,
    "especially_difficult": True,
    "households": 310,
    "households_unknown": 2,
    "schools": 2,
    "clinics": 0,
    "commune_offices": pd.NA,
    "road_km": 3.25,
    "cause": "tilt",
    "cause_site_id": "S-7",
    "cause_change": "tilt 4 deg",
    "cause_cured_share": 0.8799,
    "cause_level_before_dbm": -111.0,
    "cause_level_dbm": -104.3,
    "cause_threshold_dbm": -105.0,
    "other_causes": "band;terrain_shadow",
}
TILT, BAND, SHADOW = (LABELS[f"cause.{name}"] for name in ("tilt", "band", "terrain_shadow"))


def told(zone: dict) -> dict[str, str]:
    return {fact.key: fact.text for fact in facts(zone, 84, "2026", LABELS)}


def test_everything_known_is_told():
    assert told(FULL) == {
        "rank": "3 (2 – 5) trên 84",
        "gap": "thiếu sóng (kỳ trước: thiếu cả sóng và điện)",
        "cause": f"{TILT}: 4°; trạm S-7",
        "people": "1.240 người",
        "without_signal": "1.100 (900 – 1.240) người",
        "commune": "Xã An Phú, Tỉnh Đông và 1 xã, phường khác",
        "villages": "8: A, B, C, D, E, G …và 2 thôn khác (9 thôn có dân ở trong vùng)",
        "households": "310, chưa kể 2 thôn chưa rõ số hộ",
        "difficult": "có",
        "inside": "2 trường học, 0 cơ sở y tế, 3,2 km đường",
        "village": "Bản Nà (410 m)",
        "cause_shown": "Chỉnh góc nghiêng anten (4°), nhất là ở trạm S-7, thì 87 % số dân tính thử sẽ có sóng "
        "(mức thu: -111 → -104,3 dBm; cần -105 dBm).",
        "other_causes": f"{BAND}, {SHADOW}",
        "first_seen": "Quý I/2026",
        "parents": "2026Q1-0009",
        "area": "12,35 km²",
        "why": "Xếp trước 2026Q3-0004: số dân 1.240 so với 900.",
    }


def test_an_official_reads_first_what_is_wrong_how_bad_and_why():
    assert list(told(FULL))[:4] == ["rank", "gap", "cause", "people"]


def test_every_fact_has_a_label():
    assert all(fact.label for fact in facts(FULL, 84, "2026", LABELS))
    assert [fact.label for fact in facts(FULL, 84, "2026", LABELS) if fact.key == "people"] == ["Dân số (số liệu 2026)"]


@pytest.mark.parametrize("empty", [None, pd.NA, np.nan])
def test_an_empty_cell_is_no_zero_and_no_no(empty):
    keep = ("zone_id", "rank", "gap", "commune_name", "people")
    lines = told({name: value if name in keep else empty for name, value in FULL.items()})
    assert {key: text for key, text in lines.items() if text} == {
        "rank": "3 trên 84",
        "gap": "thiếu sóng",
        "cause": "chưa rõ",
        "people": "1.240 người",
        "commune": "Xã An Phú",
        "difficult": "chưa rõ",
        "village": "không có dữ liệu",
    }


def test_a_column_that_an_older_snapshot_lacks_is_left_out():
    lines = told({"zone_id": "a", "rank": 1, "gap": "power", "people": 5})
    told_of = {key for key, text in lines.items() if text}
    assert told_of == {"rank", "gap", "people", "village"}


@pytest.mark.parametrize(
    ("change", "key", "text"),
    [
        ({"rank_low": 3, "rank_high": 3}, "rank", "3 trên 84"),
        ({"gap_before": "signal"}, "gap", "thiếu sóng"),
        ({"without_signal_low_people": 1100, "without_signal_high_people": 1100}, "without_signal", "1.100 người"),
        ({"without_signal_low_people": pd.NA}, "without_signal", "1.100 người"),
        ({"households": pd.NA}, "households", "chưa rõ, chưa kể 2 thôn chưa rõ số hộ"),
        ({"households_unknown": 0}, "households", "310"),
        ({"villages": 0, "village_names": "", "villages_touched": 1}, "villages", "0 (1 thôn có dân ở trong vùng)"),
        ({"villages": 2, "village_names": "A;B", "villages_touched": 2}, "villages", "2: A, B"),
        ({"especially_difficult": False}, "difficult", "không"),
        ({"commune_codes": "00001"}, "commune", "Xã An Phú, Tỉnh Đông"),
        ({"cause": "band", "cause_change": "NR 700"}, "cause", f"{BAND}: NR 700; trạm S-7"),
        ({"cause": "terrain_shadow", "cause_change": "flat ground"}, "cause", f"{SHADOW}; trạm S-7"),
        ({"cause": "meteors", "cause_site_id": None}, "cause", "meteors"),
        ({"parents": "2026Q1-0003"}, "parents", ""),
    ],
)  # fmt: skip
def test_lines_that_depend_on_others(change, key, text):
    assert told(FULL | change)[key] == text


def test_lack_of_grid_is_told_with_the_distance_to_it():
    "Nothing was tried, so there is no share and no level."
    zone = {"cause": "no_grid", "cause_change": "grid power", "cause_site_id": None, "grid_distance_m": 1234.0}
    zone |= {"cause_cured_share": np.nan, "cause_level_dbm": np.nan, "cause_threshold_dbm": np.nan}
    lines = told(FULL | zone)
    assert cause_text(FULL | zone, LABELS) == LABELS["cause.no_grid"]
    assert (
        lines["cause_shown"] == "Chưa có điện lưới; đường dây hoặc trạm biến áp gần nhất có trên bản đồ cách 1.234 m."
    )


def test_rows_have_no_outlines():
    zones = gpd.GeoDataFrame({"zone_id": ["a"], "villages": pd.array([None], "Int64")}, geometry=[shapely.Point(0, 0)])
    (row,) = rows_of(zones)
    assert list(row) == ["zone_id", "villages"]
    assert pd.isna(row["villages"])
