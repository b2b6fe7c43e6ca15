"""Tables of a survey of eight paths whose errors can be added up by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from phusong.radio.survey import Assumptions
from phusong.radio.survey.tables import NAIVE, by_distance, by_method, by_model, by_square, moved, numbered, usable

MODEL = {"P.1812, bare ground": "p1812_db"}


@pytest.fixture
def paths() -> pd.DataFrame:
    "Places 0 to 2 with 4, 2 and 2 paths; errors 10, 12, 14, 16 and 30, 34 and 20, 24; strong, so nothing is missing."
    error = np.array([10.0, 12, 14, 16, 30, 34, 20, 24])
    return pd.DataFrame(
        {
            "place": [0, 0, 0, 0, 1, 1, 2, 2],
            "x_m": [0, 10, 2000, 2010, 0, 2000, 0, 2000],
            "y_m": 0.0,
            "distance_km": [0.3, 0.4, 3, 4, 0.3, 3, 0.3, 3],
            "in_sight": [True, True, False, False, True, True, True, True],
            "p1812_db": 100.0,
            "measured_db": 100 + error,
            "signal_dbm": -80.0,
            "sensitivity_dbm": -137.0,
        }
    )


def test_one_offset_of_half_of_the_places(paths):
    "Dealt by size, places 0 and 2 are fitted: mean 16; place 1 has a mean of 32, so 16 are left, spread as 30 and 34."
    row = by_model(paths, MODEL).iloc[0]
    assert (row.points, row.bias, row["offset of half"], row.checked, row["bias after"]) == (8, 20, 16, 2, 16)
    assert row["sigma after"] == pytest.approx(np.sqrt(8))


def test_rms_over_all_halves(paths):
    "Alone against the two others: 13 - 27, 32 - 74/6, 22 - 116/6, and the same backwards."
    expected = np.sqrt(np.mean(np.square([13 - 27, 32 - (52 + 44) / 6, 22 - (52 + 64) / 6])))
    assert by_model(paths, MODEL)["rms of all halves"][0] == pytest.approx(expected)


def test_own_offsets_on_squares_that_were_not_fitted(paths):
    "Squares 0 and 2 km: four paths each, the first is fitted. Places: 11, 30, 20; left of the others: 3, 5, 4, 4."
    row = by_square(paths, MODEL).iloc[0]
    assert row.checked == 4
    assert row["bias, own offsets"] == 4
    assert row["sigma, own offsets"] == pytest.approx(np.sqrt(2 / 3))


def test_methods_agree_where_nothing_is_missing(paths):
    "Ceilings of 57 dB, errors of 34 at most, 13, 32 and 22 on average: the truncated offsets stay near."
    table = by_method(paths, 2.0, MODEL).set_index("offset").dB
    assert table["naive, all points alike"] == 20
    assert table[NAIVE] == pytest.approx((13 + 32 + 22) / 3)
    assert table["truncated, each place its own"] == pytest.approx(table[NAIVE], abs=0.01)


def test_classes_of_distance(paths):
    "In sight under 0.5 km: 10, 12, 30, 20; what is left of their places: -3, -1, -2, -2."
    table = by_distance(paths, MODEL)
    assert table.km.tolist() == ["0.25 - 0.5", "2 - 5", "2 - 5"]
    assert table.path.tolist() == ["in sight", "beyond", "in sight"]
    assert table.points.tolist() == [4, 2, 2]
    assert table["P.1812, bare ground"].tolist() == [18, 15, 29]
    assert table["bias left"].tolist() == [-2, 2, 2]


def test_paths_left_out_are_counted(paths):
    "One without a prediction, one at 200 m, one whose 160 dB leave 21 - 160 = -139 dBm; a near one counts once."
    paths.loc[0, "p1812_db"] = np.nan
    paths.loc[1, ["distance_km", "p1812_db"]] = 0.2, 160.0
    paths.loc[2, "p1812_db"] = 160.0
    kept = usable(paths, Assumptions())
    assert (kept.off_terrain, kept.near, kept.out_of_reach, len(kept.paths)) == (1, 1, 1, 5)


def test_gateway_filed_far_apart_is_found():
    "1,001 m apart in one axis; another gateway drifts by 30 m."
    packets = pd.DataFrame(
        {"gateway": ["a", "b", "a", "b"], "gateway_x_m": [0, 0, 0, 30.0], "gateway_y_m": [0, 0, 1001.0, 0]}
    )
    assert moved(packets).tolist() == [True, False, True, False]


def test_groups_are_numbered_in_order():
    assert numbered(pd.Series([5, 2, 5])).tolist() == [1, 0, 1]
    assert numbered(pd.DataFrame({"x": [1, 0, 1], "y": [0, 9, 1]})).tolist() == [1, 0, 2]
