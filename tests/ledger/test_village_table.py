"""The table of villages: people, signal at their place, and power with what it rests on."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from phusong.ledger.villages import village_table


def test_codes_become_words():
    east = gpd.points_from_xy([500_050, 500_150, 500_950], [2_299_950] * 3)
    villages = gpd.GeoDataFrame({"village_id": ["a", "b", "c"]}, geometry=east, crs=3405)
    power = pd.DataFrame(
        {
            "power": np.array([0, 1, 255], np.uint8),
            "probability_e4": pd.array([200, 9900, None], "Int32"),
            "evidence": ["flag", "flag", "none"],
            "contradicted_by": ["night_lights", "", ""],
            "line_distance_m": [40.0, 1200.0, np.nan],
        }
    )
    codes = np.array([1, 0, 255])
    table = village_table(villages, codes, codes, power, np.array([12, 0, 7]))
    assert table.people.tolist() == [12, 0, 7]
    assert table.signal.tolist() == ["served", "not_served", "unknown"]
    assert table.fragile.tolist() == ["yes", "no", "unknown"]
    assert table.power.tolist() == ["not_served", "served", "unknown"]
    assert table.power_probability.tolist()[:2] == [0.02, 0.99]
    assert table.power_probability.isna().tolist() == [False, False, True]
    assert table.power_evidence.tolist() == ["flag", "flag", "none"]
    assert table.power_contradicted_by.tolist() == ["night_lights", "", ""]
    assert table.power_line_distance_m.tolist()[:2] == [40.0, 1200.0]
