"""The surface's rasters: names, codes and what they mean."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from pyproj import CRS

from phusong.grid import Grid
from phusong.ledger.counts import GAPS
from phusong.ledger.surface import Surface, rasters
from phusong.zones import gaps

GRID = Grid(CRS(3405), 500_000.0, 2_300_000.0, 100.0, (1, 3))


def world() -> Surface:
    "A pixel with everything, one of which nothing is known, and one outside the study."
    known = np.array([[1, 255, 0]], np.uint8)
    return Surface(
        level={("NR", "Đông Á"): np.array([[3, 255, 2]], np.uint8), ("NR", "any"): np.array([[3, 255, 2]], np.uint8)},
        rsrp_ddbm={("NR", "Đông Á"): np.array([[-855, -32768, -990]], np.int16)},
        operators={"NR": np.array([[1, 255, 0]], np.uint8), "any": np.array([[1, 255, 0]], np.uint8)},
        spots={"NR": np.array([[2, 255, 0]], np.uint8), "any": np.array([[2, 255, 0]], np.uint8)},
        micro=np.array([[1_500_000, 2_000_000, 0]], np.int64),
        commune=np.array([[0, 0, -1]], np.int32),
        territory=np.array([[0, -1, -1]], np.int32),
        signal=known,
        power=known,
        fragile=known,
        gap=np.array([[gaps.Gap.NONE, gaps.Gap.UNKNOWN, gaps.Gap.OUTSIDE]], np.uint8),
        kinds={kind.value: kind.label for kind in gaps.Gap},
    )


def test_rasters_by_hand():
    found = dict(rasters(world(), GRID))
    levels = ["level_nr_dong_a", "level_nr_any", "operators_nr", "operators_any", "rsrp_nr_dong_a"]
    assert list(found) == ["people", "gap", "signal", "power", "fragile", *levels]
    assert found["people"].values.tolist() == [[1.5, 2.0, 0.0]]
    assert found["signal"].values.tolist() == [[1, 255, 254]]
    assert found["power"].values.tolist() == [[1, 255, 254]]
    assert found["fragile"].values.tolist() == [[1, 255, 254]]
    assert found["level_nr_dong_a"].values.tolist() == [[3, 255, 254]]
    assert found["operators_nr"].values.tolist() == [[1, 255, 254]]
    assert found["operators_any"].attrs["long_name"] == "operators that serve with any technology"
    assert found["rsrp_nr_dong_a"].values.tolist() == [[-855, -32767, -32766]]
    assert found["rsrp_nr_dong_a"].attrs["nodata"] == -32766
    assert found["rsrp_nr_dong_a"].attrs["long_name"] == "strongest SS-RSRP, Đông Á"


def test_claims_are_kept_beside_the_prediction():
    claimed = {("NR", "Đông Á"): np.array([[1, 0, 1]], np.uint8), ("NR", "any"): np.array([[1, 0, 1]], np.uint8)}
    found = dict(rasters(replace(world(), claimed=claimed), GRID))
    assert list(found)[-2:] == ["claimed_nr_dong_a", "claimed_nr_any"]
    assert found["claimed_nr_dong_a"].values.tolist() == [[1, 0, 254]]
    assert found["claimed_nr_dong_a"].attrs["nodata"] == 254


def test_unknown_and_outside_have_the_same_code_in_every_coded_raster():
    "An analyst who learns them from one raster must not be misled by the next."
    found = dict(rasters(world(), GRID))
    for name in ("gap", "signal", "power", "level_nr_any", "operators_nr"):
        unknown, outside = found[name].values[0, 1:].tolist()
        assert (name, unknown, outside) == (name, 255, 254)


def test_words_for_gaps_are_the_same_in_both_parts_of_the_house():
    "Parts of a row do not import each other, so each states them."
    assert sorted(kind.label for kind in gaps.Gap if kind is not gaps.Gap.OUTSIDE) == sorted(GAPS)
